// A window within the page, by the browser's own dialog: focus stays in it, Escape closes it.
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export function Dialog({ title, children, onClose }: { title: string; children: ComponentChildren; onClose: () => void }): VNode {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return (
    <dialog ref={ref} aria-labelledby="dialog-title" onClose={onClose} onClick={(event) => event.target === ref.current && ref.current?.close()}>
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id="dialog-title">{title}</h2>
          <button type="button" class="quiet icon" aria-label="Close" onClick={() => ref.current?.close()}>×</button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
