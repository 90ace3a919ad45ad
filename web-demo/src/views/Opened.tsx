// One array: what it is on the side, what is selected of it above, and a view of that.
import type { ComponentChildren, ComponentType, VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ask } from '../engine/client.ts';
import type { ArrayFacts, Opened as OpenedDoc, Plane, Ref, Selected } from '../engine/types.ts';
import { useAnswer, useLatest } from '../hooks.ts';
import { changed, commit, reload, state } from '../model.ts';
import { look, select, sourceKey, VIEWS, type Tab, type View } from '../state.ts';
import { arrange, firstSelection, viewsOf, withItem, type Arrangement } from '../text/arrange.ts';
import { isTyping } from './keys.ts';
import { Card, Read } from './Card.tsx';
import { Dims } from './Dims.tsx';
import { Failure } from './Failure.tsx';
import { Dialog } from './Dialog.tsx';
import { Network } from './Network.tsx';
import { SliceBox } from './SliceBox.tsx';
import { Table } from './Table.tsx';

/** What a view has to know. */
export interface Looking {
  tab: Tab;
  ref: Ref;
  facts: ArrayFacts;
  selection: string;
  selected: Selected;
  arrangement: Arrangement;
  plane: Plane;
}

const TITLES: Record<View, string> = { table: 'Table', heatmap: 'Heatmap', line: 'Lines', stats: 'Statistics', compare: 'Compare' };

export function Opened({ tab, opened, aside }: { tab: Tab; opened: OpenedDoc; aside?: ComponentChildren }): VNode {
  const ref: Ref = useMemo(() => ({ doc: opened.doc, member: tab.member, as: tab.as }), [opened.doc, tab.member, tab.as]);
  const key = JSON.stringify(ref);
  const { value: facts, error } = useAnswer('facts', key, (signal) => ask('array', { ref }, { signal }));
  return (
    <main class="work">
      <aside class="side" aria-label="About the array">
        {aside}
        {facts && <Card tab={tab} opened={opened} facts={facts} />}
      </aside>
      <div class="stage">
        {error && <Failure error={error} tab={tab} onAgain={() => reload(tab)} />}
        {changed.value.has(sourceKey(tab.src)) && (
          <p class="banner" role="status">The file has changed. <button type="button" class="small" onClick={() => reload(tab)}>Read it again</button></p>
        )}
        {facts && <Stage key={key} tab={tab} refTo={ref} facts={facts} />}
        <Foot doc={opened.doc} size={opened.size} />
      </div>
    </main>
  );
}

function Stage({ tab, refTo, facts }: { tab: Tab; refTo: Ref; facts: ArrayFacts }): VNode {
  const selection = tab.selection ?? firstSelection(facts);
  const { value: selected, error } = useAnswer(JSON.stringify(refTo), selection, (signal) => ask('select', { ref: refTo, selection }, { signal }).then((found) => ({ selection, ...found })));
  const looking = useMemo<Looking | undefined>(() => {
    if (!selected) return undefined;
    const arrangement = arrange(tab, selected.selection, selected);
    const { rows, cols, channel } = arrangement;
    const plane: Plane = { ref: refTo, selection: selected.selection, rows, cols, channel };
    return { tab, ref: refTo, facts, selection: selected.selection, selected, arrangement, plane };
  }, [selected, tab]);
  return (
    <>
      <div class="controls">
        <SliceBox refTo={refTo} selection={selection} error={error} selected={selected} />
        {looking && <Dims looking={looking} />}
      </div>
      {looking && <Views looking={looking} isStale={looking.selection !== selection} />}
    </>
  );
}

function Views({ looking, isStale }: { looking: Looking; isStale: boolean }): VNode {
  const { tab, arrangement, selected } = looking;
  const [isTaking, setTaking] = useState(false);
  const views = viewsOf(arrangement, looking.facts.shape.length);
  const view = tab.view !== null && views.includes(tab.view) ? tab.view : views[0]!;
  const go = (next: View): void => commit(look(state.value, { view: next }));
  const latest = useLatest({ go, looking });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog')) return;
      if (!shortcut(event.key, latest.current.looking, latest.current.go)) return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const order = VIEWS.filter((one) => views.includes(one));
  const { kind } = arrangement;
  return (
    <>
      <div class="view-bar">
        <div
          role="tablist"
          aria-label="Views"
          class="views"
          onKeyDown={(event) => {
            const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
            if (!step) return;
            go(order[(order.indexOf(view) + step + order.length) % order.length]!);
            requestAnimationFrame(() => document.querySelector<HTMLElement>('.views [aria-selected=true]')?.focus());
          }}
        >
          {order.map((one) => (
            <button key={one} type="button" role="tab" id={`view-${one}`} aria-controls="view" aria-selected={one === view} tabIndex={one === view ? 0 : -1} onClick={() => go(one)}>
              {TITLES[one]}
            </button>
          ))}
        </div>
        <button type="button" class="take" onClick={() => setTaking(true)}>Take away …</button>
      </div>
      <section id="view" class={`view view-${view} ${isStale ? 'is-stale' : ''}`} role="tabpanel" aria-labelledby={`view-${view}`} aria-busy={isStale}>
        {kind === 'object' ? (
          <p class="centre muted">Python objects are pickled, and nothing of them is executed here. All that can be told is on the card.</p>
        ) : selected.array.size === 0 && view !== 'compare' ? (
          <p class="centre muted">There is nothing in this selection: its shape has a 0.</p>
        ) : view === 'table' ? <Table looking={looking} /> : <LazyView name={view} looking={looking} />}
      </section>
      {isTaking && (
        <Dialog title="Take away" onClose={() => setTaking(false)}>
          <LazyView name="take" looking={looking} />
        </Dialog>
      )}
    </>
  );
}

/** What a key does, if it does anything. */
function shortcut(key: string, { arrangement, selected }: Looking, go: (view: View) => void): boolean {
  const view = VIEWS[Number(key) - 1];
  if (view && /^[1-5]$/.test(key)) {
    go(view);
    return true;
  }
  const focus = { '/': '#slice', g: '.goto input' }[key];
  if (focus) {
    document.querySelector<HTMLInputElement>(focus)?.focus();
    return true;
  }
  const step = { '.': 1, ',': -1 }[key];
  const axis = arrangement.items?.findIndex(({ kind }) => kind === 'index') ?? -1;
  const item = arrangement.items?.[axis];
  if (!step || item?.kind !== 'index') return false;
  const length = selected.base[axis]!;
  const value = Math.max(0, Math.min(length - 1, (item.value < 0 ? item.value + length : item.value) + step));
  commit(select(state.value, withItem(arrangement, axis, { kind: 'index', value })), 'movement');
  return true;
}

type ViewPart = ComponentType<{ looking: Looking }>;

const LOADS: Record<Exclude<View, 'table'> | 'take', () => Promise<ViewPart>> = {
  heatmap: () => import('./Heatmap.tsx').then(({ Heatmap }) => Heatmap),
  line: () => {
    nameLanguage();
    return import('./Lines.tsx').then(({ Lines }) => Lines);
  },
  stats: () => import('./Statistics.tsx').then(({ Statistics }) => Statistics),
  compare: () => import('./Compare.tsx').then(({ Compare }) => Compare),
  take: () => import('./TakeAway.tsx').then(({ TakeAway }) => TakeAway),
};

/** Where the system has no language, WebKit calls it `C`: uPlot asks for numbers in it, and fails. */
function nameLanguage(): void {
  try {
    Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
  }
}

const loaded: Partial<Record<keyof typeof LOADS, ViewPart>> = {};

/** A view that is loaded when it is first shown. */
function LazyView({ name, looking }: { name: keyof typeof LOADS; looking: Looking }): VNode {
  const [, update] = useState(0);
  const [error, setError] = useState<Error | null>(null);
  const Part = loaded[name];
  useEffect(() => {
    if (loaded[name]) return;
    LOADS[name]().then((part) => {
      loaded[name] = part;
      update((count) => count + 1);
    }, setError);
  }, [name]);
  if (Part) return <Part looking={looking} />;
  if (error) return <p class="error" role="alert">This part of the page could not be loaded: {error.message}</p>;
  return <p class="muted loading" role="status">Loading …</p>;
}

function Foot({ doc, size }: { doc: number; size: number | null }): VNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <footer class="foot">
      <button type="button" class="quiet small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        Read <Read doc={doc} of={size} />
      </button>
      {isOpen && <Network doc={doc} />}
    </footer>
  );
}
