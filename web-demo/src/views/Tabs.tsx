// One tab for each file.
import type { VNode } from 'preact';
import { close, show, state } from '../model.ts';
import { sourceKey, sourceName } from '../state.ts';

export function Tabs({ onOpen, onShow, isOpening }: { onOpen: () => void; onShow: () => void; isOpening: boolean }): VNode {
  const { tabs, active } = state.value;
  const go = (index: number): void => {
    show((index + tabs.length) % tabs.length);
    onShow();
  };
  return (
    <nav class="tabs" aria-label="Open files">
      <div
        role="tablist"
        aria-label="Open files"
        class="tablist"
        onKeyDown={(event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (step) {
            go(active + step);
            requestAnimationFrame(() => document.querySelector<HTMLElement>('.tabs [aria-selected=true]')?.focus());
          } else if (event.key === 'Delete') close(active);
        }}
      >
        {tabs.map((one, i) => (
          <span key={sourceKey(one.src)} class={`tab ${i === active && !isOpening ? 'is-active' : ''}`} role="presentation">
            <button
              type="button"
              role="tab"
              aria-selected={i === active && !isOpening}
              tabIndex={i === active ? 0 : -1}
              title={one.src.kind === 'url' ? one.src.url : sourceName(one.src)}
              onClick={() => go(i)}
            >
              {sourceName(one.src)}
              {one.member !== null && <span class="muted">::{one.member}</span>}
            </button>
            <button type="button" class="tab-close" aria-label={`Close ${sourceName(one.src)}`} title="Close" tabIndex={i === active ? 0 : -1} onClick={() => close(i)}>
              ×
            </button>
          </span>
        ))}
      </div>
      <button type="button" class="quiet icon" aria-label="Open more" title="Open more" onClick={onOpen}>+</button>
    </nav>
  );
}
