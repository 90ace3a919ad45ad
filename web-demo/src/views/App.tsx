// The frame of the page: tabs above, what is open below, and a place to drop files everywhere.
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { docOf, notice, openFiles, openSource, reload, tab } from '../model.ts';
import { docKey, sourceName } from '../state.ts';
import { setTheme, theme, type Theme } from '../theme.ts';
import { Archive } from './Archive.tsx';
import { Dialog } from './Dialog.tsx';
import { Fence } from './Fence.tsx';
import { filesOf } from './files.ts';
import { Failure } from './Failure.tsx';
import { isTyping } from './keys.ts';
import { Lazy } from './Lazy.tsx';
import { Opened } from './Opened.tsx';
import { Missing, Open } from './Open.tsx';
import { Tabs } from './Tabs.tsx';

export function App(): VNode {
  const [isDragging, setDragging] = useState(false);
  const [isHelp, setHelp] = useState(false);
  const [isOpening, setOpening] = useState(false);
  const current = tab.value;

  useEffect(() => {
    let depth = 0;
    const isFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const handlers: [string, (event: never) => void][] = [
      ['dragenter', (event: DragEvent) => {
        if (!isFiles(event)) return;
        depth += 1;
        setDragging(true);
      }],
      ['dragleave', (event: DragEvent) => {
        if (!isFiles(event)) return;
        depth -= 1;
        if (depth <= 0) setDragging(false);
      }],
      ['dragover', (event: DragEvent) => event.preventDefault()],
      ['drop', (event: DragEvent) => {
        event.preventDefault();
        depth = 0;
        setDragging(false);
        if (event.dataTransfer) take(event.dataTransfer);
      }],
      ['paste', (event: ClipboardEvent) => {
        if (isTyping(event.target) || !event.clipboardData) return;
        take(event.clipboardData);
      }],
      ['keydown', (event: KeyboardEvent) => {
        if (event.key === '?' && !isTyping(event.target)) setHelp(true);
      }],
    ];
    const take = (transfer: DataTransfer): void => {
      const text = transfer.getData('text').trim();
      if (transfer.files.length > 0) void filesOf(transfer).then(opened);
      else if (/^https?:\/\/\S+$/.test(text)) openSource({ kind: 'url', url: text });
    };
    const opened = (files: Awaited<ReturnType<typeof filesOf>>): void => {
      setOpening(false);
      if (files.length > 0) openFiles(files);
      else notice.value = 'There is no .npy or .npz file in what was dropped.';
    };
    for (const [name, handler] of handlers) addEventListener(name, handler as EventListener);
    return () => {
      for (const [name, handler] of handlers) removeEventListener(name, handler as EventListener);
    };
  }, []);

  const isStart = !current || isOpening;
  return (
    <div class={`app ${isDragging ? 'is-dragging' : ''}`}>
      <header class="top">
        <h1 class="brand">
          <span class="brand-mark" aria-hidden="true" />
          npymap<span class="brand-rest"> inspector</span>
        </h1>
        {current && <Tabs onOpen={() => setOpening(true)} onShow={() => setOpening(false)} isOpening={isOpening} />}
        <div class="top-end">
          <ThemeButton />
          <button type="button" class="quiet icon" aria-label="Keyboard and help" title="Keyboard and help (?)" onClick={() => setHelp(true)}>
            ?
          </button>
        </div>
      </header>
      {isStart ? <Open onOpened={() => setOpening(false)} canLeave={current !== undefined} /> : <Fence key={docKey(current)}><Document /></Fence>}
      {isDragging && <div class="drop-hint" aria-hidden="true"><p>Drop to open. Nothing is uploaded.</p></div>}
      {isHelp && (
        <Dialog title="Keyboard and help" onClose={() => setHelp(false)}>
          <Lazy load={() => import('./Help.tsx').then(({ Help }) => Help)} />
        </Dialog>
      )}
      <Notice />
    </div>
  );
}

/** What is in the active tab. */
function Document(): VNode {
  const current = tab.value!;
  const doc = docOf(current).value;
  switch (doc.status) {
    case 'missing':
      return <Missing src={current.src} />;
    case 'opening':
      return <Centre><p class="muted" role="status">Opening {sourceName(current.src)} …</p></Centre>;
    case 'failed':
      return <Centre><Failure error={doc.error} tab={current} onAgain={() => reload(current)} /></Centre>;
    case 'open':
      return doc.opened.members ? <Archive tab={current} opened={doc.opened} /> : <Opened tab={current} opened={doc.opened} />;
  }
}

export function Centre({ children }: { children: ComponentChildren }): VNode {
  return <main class="centre">{children}</main>;
}

function ThemeButton(): VNode {
  const order: Theme[] = ['auto', 'light', 'dark'];
  const names = { auto: 'as the system has it', light: 'light', dark: 'dark' };
  const now = theme.value;
  const next = order[(order.indexOf(now) + 1) % order.length]!;
  return (
    <button type="button" class="quiet icon" aria-label={`Theme: ${names[now]}. Change to ${names[next]}`} title={`Theme: ${names[now]}`} onClick={() => setTheme(next)}>
      <span aria-hidden="true">{{ auto: '◐', light: '○', dark: '●' }[now]}</span>
    </button>
  );
}

function Notice(): VNode {
  const text = notice.value;
  useEffect(() => {
    if (!text) return undefined;
    const timer = setTimeout(() => (notice.value = ''), 5000);
    return () => clearTimeout(timer);
  }, [text]);
  return <div class={`notice ${text ? '' : 'is-empty'}`} role="status" aria-live="polite">{text}</div>;
}
