// One tab for each file.
import type { VNode } from 'preact';
import { close, show, state } from '../model.ts';
import { docKey, sourceName } from '../state.ts';

export function Tabs({ onOpen, onShow, isOpening }: { onOpen: () => void; onShow: () => void; isOpening: boolean }): VNode {
  const { tabs, active } = state.value;
  const go = (index: number): void => {
    show((index + tabs.length) % tabs.length);
    onShow();
  };
  return (
    <nav class="tabs" aria-label="Open files">
      <ul
        class="tablist"
        onKeyDown={(event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (step) {
            go(active + step);
            requestAnimationFrame(() => document.querySelector<HTMLElement>('.tabs [aria-current]')?.focus());
          } else if (event.key === 'Delete') close(active);
        }}
      >
        {tabs.map((one, i) => (
          <li key={`${docKey(one)} ${one.member}`} class={`tab ${i === active && !isOpening ? 'is-active' : ''}`}>
            <button
              type="button"
              aria-current={i === active && !isOpening ? 'page' : undefined}
              title={one.src.kind === 'url' ? one.src.url : sourceName(one.src)}
              onClick={() => go(i)}
            >
              {sourceName(one.src)}
              {one.member !== null && <span class="muted">::{one.member}</span>}
            </button>
            <button type="button" class="tab-close" aria-label={`Close ${sourceName(one.src)}${one.member === null ? '' : `::${one.member}`}`} title="Close" onClick={() => close(i)}>
              ×
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="quiet icon" aria-label="Open more" title="Open more" onClick={onOpen}>+</button>
    </nav>
  );
}
