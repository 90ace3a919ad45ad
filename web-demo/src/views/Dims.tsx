// The axes of the array: which are rows and columns, and where the others stand. In step with the box.
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useLatest } from '../hooks.ts';
import { commit, state, type Change } from '../model.ts';
import { select } from '../state.ts';
import { withItem } from '../text/arrange.ts';
import { grouped } from '../text/numbers.ts';
import { ALL, places, print, type AxisItem } from '../text/selection.ts';
import type { Looking } from './Opened.tsx';

const FRAMES_PER_SECOND = 8;

export function Dims({ looking }: { looking: Looking }): VNode | null {
  const { arrangement, selected } = looking;
  const { items, columns } = arrangement;
  if (!items || selected.base.length === 0) return null;
  // One axis has nothing to be mapped to, and two nothing but to be swapped.
  if (selected.base.length === 1 && items[0]!.kind === 'slice' && columns.length === 0) return null;
  if (columns.length > 0 && selected.base.length === 1) return <Fields looking={looking} />;
  return (
    <fieldset class="dims">
      <legend class="visually-hidden">Axes</legend>
      {items.map((item, axis) => <Axis key={axis} axis={axis} item={item} looking={looking} />)}
    </fieldset>
  );
}

/** The way into a structure: one of its fields as an array of numbers. */
function Fields({ looking }: { looking: Looking }): VNode {
  const { arrangement } = looking;
  return (
    <div class="dims">
      <label class="dim-fields">
        Look at one field{' '}
        <select
          value=""
          onChange={(event) => {
            const path = arrangement.columns[Number(event.currentTarget.value)];
            if (path) commit(select(state.value, print(path.map((name) => `['${name.replace(/[\\']/g, '\\$&')}']`).join(''), arrangement.items ?? []), { view: null, row: 0, col: 0 }));
          }}
        >
          <option value="">all of them</option>
          {arrangement.columns.map((path, i) => <option key={path.join('\0')} value={i}>{path.join('.')}</option>)}
        </select>
      </label>
    </div>
  );
}

function Axis({ axis, item, looking }: { axis: number; item: AxisItem; looking: Looking }): VNode {
  const { arrangement, selected } = looking;
  const { axes, rows, cols, channel } = arrangement;
  const length = selected.base[axis]!;
  const result = axes.indexOf(axis);
  const role = item.kind === 'index' ? null : result === rows ? 'rows' : result === cols ? 'cols' : result === channel ? 'channel' : 'other';
  const set = (next: AxisItem, as: Change = 'step'): void => {
    const isPlane = next.kind === item.kind;
    commit(select(state.value, withItem(arrangement, axis, next), isPlane && next.kind === 'index' ? {} : { zoom: null, row: 0, col: 0 }), as);
  };
  return (
    <div class="dim" role="group" aria-label={`Axis ${axis}`}>
      <span class="dim-name">axis {axis}<span class="muted"> of {grouped(length)}</span></span>
      <span class="joined roles">
        <RoleButton name="rows" isOn={role === 'rows'} onClick={() => assign(looking, axis, 'rows')} />
        <RoleButton name="columns" isOn={role === 'cols'} onClick={() => assign(looking, axis, 'cols')} />
      </span>
      {item.kind === 'index' || role === 'other' ? (
        <Slider axis={axis} length={length} value={places(item, length).start} onChange={(value, as) => set({ kind: 'index', value }, as)} />
      ) : role === 'channel' ? <span class="muted">colours</span> : <Stretch item={item} length={length} onChange={set} />}
    </div>
  );
}

function RoleButton({ name, isOn, onClick }: { name: string; isOn: boolean; onClick: () => void }): VNode {
  return <button type="button" class="small" aria-pressed={isOn} onClick={onClick}>{name}</button>;
}

/** Makes an axis the rows or columns. What was there takes its place. */
function assign({ arrangement }: Looking, axis: number, role: 'rows' | 'cols'): void {
  const { items, axes, rows, cols, prefix } = arrangement;
  if (!items) return;
  const [nowRows, nowCols] = [rows === null ? null : axes[rows]!, cols === null ? null : axes[cols]!];
  const before = role === 'rows' ? nowRows : nowCols;
  if (before === axis) return;
  let [nextRows, nextCols] = role === 'rows' ? [axis, nowCols] : [nowRows, axis];
  // A swap, if it was the other one.
  if (nextRows === nextCols) [nextRows, nextCols] = [nowCols, nowRows];
  const next = items.map((item, i) => {
    if (i === nextRows || i === nextCols) return item.kind === 'index' ? ALL : item;
    return i === before ? ({ kind: 'index', value: 0 } as AxisItem) : item;
  });
  commit(select(state.value, print(prefix, next), { rows: nextRows, cols: nextCols, zoom: null, row: 0, col: 0 }));
}

/** Where an axis stands. */
function Slider({ axis, length, value, onChange }: { axis: number; length: number; value: number; onChange: (value: number, as: Change) => void }): VNode {
  const [isPlaying, setPlaying] = useState(false);
  const now = useLatest({ value, onChange });
  const last = Math.max(0, length - 1);
  useEffect(() => {
    if (!isPlaying) return undefined;
    const timer = setInterval(() => now.current.onChange((now.current.value + 1) % length, 'movement'), 1000 / FRAMES_PER_SECOND);
    return () => clearInterval(timer);
  }, [isPlaying, length]);
  const step = (by: number): void => onChange(Math.max(0, Math.min(last, value + by)), 'step');
  return (
    <span class="dim-slider">
      <input type="range" min={0} max={last} value={value} aria-label={`Index of axis ${axis}`} onInput={(event) => onChange(Number(event.currentTarget.value), 'movement')} />
      <span class="joined">
        <button type="button" class="small" aria-label="One back" disabled={value === 0} onClick={() => step(-1)}>‹</button>
        <input
          type="number"
          class="mono"
          min={0}
          max={last}
          value={value}
          aria-label={`Index of axis ${axis}, as a number`}
          onChange={(event) => {
            const next = Number(event.currentTarget.value);
            if (Number.isInteger(next) && next >= -length && next <= last) onChange(next < 0 ? next + length : next, 'step');
          }}
        />
        <button type="button" class="small" aria-label="One on" disabled={value === last} onClick={() => step(1)}>›</button>
        <button type="button" class="small" aria-label={isPlaying ? 'Stop' : 'Play'} aria-pressed={isPlaying} onClick={() => setPlaying(!isPlaying)}>{isPlaying ? '❚❚' : '▶'}</button>
      </span>
    </span>
  );
}

/** How much of an axis, and in which steps. */
function Stretch({ item, length, onChange }: { item: Extract<AxisItem, { kind: 'slice' }>; length: number; onChange: (next: AxisItem) => void }): VNode {
  const { start, step, count } = places(item, length);
  const end = start + (count - 1) * step;
  return (
    <span class="dim-stretch">
      <span class="mono">{count === 0 ? 'none' : count === 1 ? grouped(start) : `${grouped(start)} … ${grouped(end)}`}</span>
      <label>
        every{' '}
        <input
          type="number"
          class="mono"
          min={1}
          max={Math.max(1, length)}
          value={Math.abs(step)}
          onChange={(event) => {
            const by = Math.floor(Number(event.currentTarget.value));
            if (by >= 1) onChange({ ...item, step: (step < 0 ? -by : by) === 1 ? null : step < 0 ? -by : by });
          }}
        />
      </label>
      <button type="button" class="small" aria-pressed={step < 0} title="Reverse" onClick={() => onChange({ kind: 'slice', start: null, stop: null, step: step === -1 ? null : -step })}>reverse</button>
    </span>
  );
}
