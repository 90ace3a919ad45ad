// The page's state as signals, and what is open.
import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { ask } from './engine/client.ts';
import type { Opened, Origin } from './engine/types.ts';
import { activate, addTabs, closeTab, docKey, newTab, sourceKey, type Source, type State, type Tab } from './state.ts';
import { fromHash, toHash } from './url.ts';

export type Doc =
  /** A file whose name is known from an address, and that has to be given again. */
  | { status: 'missing' }
  | { status: 'opening' }
  | { status: 'open'; opened: Opened }
  | { status: 'failed'; error: Error };

export const state: Signal<State> = signal(fromStart());

export const tab: ReadonlySignal<Tab | undefined> = computed(() => state.value.tabs[state.value.active]);

/** What is said to screen readers, and shown for a moment. */
export const notice: Signal<string> = signal('');

/**
 * How a change gets into the history of the page: as a step, which Back undoes; as a part of a movement such as that of a
 * slider, which Back undoes as a whole; or not at all.
 */
export type Change = 'step' | 'movement' | 'detail';

/** Parts of a movement follow one another this fast, in milliseconds. */
const MOVEMENT = 1200;

let movedAt = Number.NEGATIVE_INFINITY;

/** Changes the state, and the address with it. */
export function commit(next: State, as: Change = 'step'): void {
  if (next === state.value) return;
  state.value = next;
  const hash = toHash(next);
  const address = new URL(hash ? `#${hash}` : location.pathname, location.href);
  // `?url=` is in the fragment by now.
  address.search = '';
  const isMoving = as === 'movement' && performance.now() - movedAt < MOVEMENT;
  if (as === 'movement') movedAt = performance.now();
  if (as === 'detail' || isMoving || address.href === location.href) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  document.title = titleOf(next);
}

/** Follows the Back button. */
export function followHistory(): void {
  addEventListener('popstate', () => {
    state.value = fromHash(location.hash);
    document.title = titleOf(state.value);
  });
}

/** The document of a tab; opens it if it has not been. */
export function docOf(of: Opening): Signal<Doc> {
  const key = docKey(of);
  let doc = docs.get(key);
  if (!doc) {
    doc = signal<Doc>({ status: 'opening' });
    docs.set(key, doc);
    void openInto(doc, of);
  }
  return doc;
}

/** Opens what somebody dropped or picked: one tab each. */
export function openFiles(files: readonly { origin: File | FileSystemFileHandle; name: string; size: number }[]): void {
  const tabs = files.map(({ origin, name, size }) => {
    const src: Source = { kind: 'file', name, size };
    const key = sourceKey(src);
    const isNew = origins.get(key) !== origin;
    origins.set(key, origin);
    // A file that was asked for, or that was opened before and may have changed.
    const tab = newTab(src);
    if (isNew) for (const open of [tab, ...state.value.tabs.filter((other) => sourceKey(other.src) === key)]) reopen(open);
    return tab;
  });
  commit(addTabs(state.value, tabs));
}

export function openSource(src: Source): void {
  commit(addTabs(state.value, [newTab(src)]));
}

/** Tries again, or looks at a file that has changed. */
export function reload(of: Opening): void {
  void openInto(docOf(of), of);
}

export function show(index: number): void {
  commit(activate(state.value, index));
}

export function close(index: number): void {
  const closed = state.value.tabs[index];
  if (!closed) return;
  const key = docKey(closed);
  const isShared = state.value.tabs.some((other, i) => i !== index && docKey(other) === key);
  commit(closeTab(state.value, index));
  if (isShared) return;
  const doc = docs.get(key);
  if (doc?.value.status === 'open') void ask('close', { doc: doc.value.opened.doc });
  docs.delete(key);
}

/** Sources that have changed since they were opened, as `npymap serve` tells. */
export const changed: Signal<ReadonlySet<string>> = signal(new Set());

/** Whether the page comes from `npymap serve`. */
export const isServed: boolean = document.querySelector('meta[name="npymap-serve"]') !== null;

/** Listens to what changes on the machine that serves the page. */
export function followChanges(): void {
  if (!isServed) return;
  new EventSource(new URL('./api/events', document.baseURI)).addEventListener('message', ({ data }: MessageEvent<string>) => {
    const { path } = JSON.parse(data) as { path: string };
    changed.value = new Set(changed.value).add(sourceKey({ kind: 'served', path }));
  });
}

const docs = new Map<string, Signal<Doc>>();
const origins = new Map<string, Origin>();

/** What makes a document. */
type Opening = Pick<Tab, 'src' | 'raw'>;

function reopen(of: Opening): void {
  const doc = docs.get(docKey(of));
  if (doc) void openInto(doc, of);
}

async function openInto(doc: Signal<Doc>, { src, raw }: Opening): Promise<void> {
  const origin = originOf(src);
  if (origin === undefined) {
    doc.value = { status: 'missing' };
    return;
  }
  const before = doc.value;
  const left = new Set(changed.value);
  if (left.delete(sourceKey(src))) changed.value = left;
  doc.value = { status: 'opening' };
  if (before.status === 'open') void ask('close', { doc: before.opened.doc });
  try {
    doc.value = { status: 'open', opened: await ask('open', { origin, raw }) };
  } catch (error) {
    doc.value = { status: 'failed', error: error as Error };
  }
}

function originOf(src: Source): Origin | undefined {
  switch (src.kind) {
    case 'file':
      return origins.get(sourceKey(src));
    case 'url':
      // Not from where the worker's script lies.
      return URL.canParse(src.url, document.baseURI) ? new URL(src.url, document.baseURI).href : src.url;
    case 'sample':
      return new URL(`./samples/${encodeURIComponent(src.name)}`, document.baseURI).href;
    case 'served':
      return new URL(`./files/${src.path.split('/').map(encodeURIComponent).join('/')}`, document.baseURI).href;
  }
}

/** `?url=` opens an address, as other viewers have it. */
function fromStart(): State {
  const found = fromHash(location.hash);
  const urls = new URLSearchParams(location.search).getAll('url');
  return addTabs(found, urls.map((url) => newTab({ kind: 'url', url })));
}

function titleOf({ tabs, active }: State): string {
  const current = tabs[active];
  if (!current) return 'npymap inspector';
  const { src } = current;
  const name = src.kind === 'url' ? src.url.replace(/^.*\//, '') : src.kind === 'served' ? src.path : src.name;
  return `${name}${current.member === null ? '' : `::${current.member}`} – npymap inspector`;
}
