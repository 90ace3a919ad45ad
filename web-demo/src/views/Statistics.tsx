// What values there are: of a sample at once, of everything when it has been counted.
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask } from '../engine/client.ts';
import type { Counted, Figure } from '../engine/types.ts';
import { useAnswer } from '../hooks.ts';
import { commit, state } from '../model.ts';
import { select } from '../state.ts';
import { print, type AxisItem } from '../text/selection.ts';
import { bytes, grouped, short } from '../text/numbers.ts';
import type { Looking } from './Opened.tsx';

/** So much is counted without being asked: of files, and of what comes through a network. */
const BY_ITSELF = { local: 2e9, remote: 8e6 };

export function Statistics({ looking }: { looking: Looking }): VNode {
  const { tab, ref, selection, selected } = looking;
  const key = JSON.stringify([ref, selection]);
  const limit = tab.src.kind === 'file' ? BY_ITSELF.local : BY_ITSELF.remote;
  const sample = useAnswer(key, '', (signal) => ask('sample', { ref, selection }, { signal }));
  const isAll = sample.value !== undefined && sample.value.sampled === sample.value.total;
  const [exact, setExact] = useState<{ key: string; counted?: Counted; error?: Error; done: number; total: number } | null>(null);
  const controller = useRef<AbortController | null>(null);
  const start = (): void => {
    controller.current?.abort();
    const abort = new AbortController();
    controller.current = abort;
    setExact({ key, done: 0, total: 1 });
    ask('count', { ref, selection }, { signal: abort.signal, onProgress: (done, total) => setExact({ key, done, total }) }).then(
      (counted) => setExact({ key, counted, done: 1, total: 1 }),
      (error: Error) => abort.signal.aborted || setExact({ key, error, done: 0, total: 1 }),
    );
  };
  const stop = (): void => {
    controller.current?.abort();
    setExact(null);
  };
  useEffect(() => {
    if (sample.value && !isAll && sample.value.bytes <= limit) start();
    return () => controller.current?.abort();
  }, [key, sample.value]);

  const now = exact?.key === key ? exact : null;
  const shown = now?.counted ?? sample.value;
  const error = now?.error ?? sample.error;
  return (
    <div class="stats">
      <p class="stats-state" role="status" data-testid="stats-state">
        {now?.counted || isAll ? (
          <>All {grouped(shown!.total)} elements.</>
        ) : now && !now.error ? (
          <>
            {sample.value && <>By a sample of {grouped(sample.value.sampled)} elements so far. </>}
            <progress value={now.done} max={now.total} aria-label="Counted" /> {Math.floor((100 * now.done) / now.total)} %{' '}
            <button type="button" class="small" onClick={stop}>Cancel</button>
          </>
        ) : sample.value ? (
          <>
            By a sample of {grouped(sample.value.sampled)} of {grouped(sample.value.total)} elements.{' '}
            <button type="button" class="primary" onClick={start}>Count all: {bytes(sample.value.bytes)}</button>
          </>
        ) : error ? null : 'Reading …'}
      </p>
      {error && <p class="error" role="alert">{error.message}</p>}
      {shown && <Figures counted={shown} looking={looking} isExact={now?.counted !== undefined || isAll} />}
      {shown?.histogram && <Histogram histogram={shown.histogram} dtype={selected.array.dtype} />}
    </div>
  );
}

function Figures({ counted: { stats, ends }, looking, isExact }: { counted: Counted; looking: Looking; isExact: boolean }): VNode {
  const { count, nan, posinf, neginf, zeros, min, max, argmin, argmax, sum, mean, std } = stats;
  const share = (part: number): string => (part === 0 || count === 0 ? '' : ` (${percent(part / count)})`);
  return (
    <dl class="facts figures">
      <dt>least</dt><dd><Value value={min} text={ends.least} />{isExact && argmin && <Place index={argmin} looking={looking} />}</dd>
      <dt>greatest</dt><dd><Value value={max} text={ends.greatest} />{isExact && argmax && <Place index={argmax} looking={looking} />}</dd>
      <dt>mean</dt><dd><Value value={mean} /></dd>
      <dt>standard deviation</dt><dd><Value value={std} /></dd>
      {isExact && <><dt>sum</dt><dd><Value value={sum} /></dd></>}
      <dt>zeros</dt><dd>{grouped(zeros)}<span class="muted">{share(zeros)}</span></dd>
      <dt>NaN</dt><dd class={nan > 0 ? 'is-warning' : ''}>{grouped(nan)}<span class="muted">{share(nan)}</span></dd>
      <dt>+inf, −inf</dt><dd class={posinf + neginf > 0 ? 'is-warning' : ''}>{grouped(posinf)}, {grouped(neginf)}</dd>
    </dl>
  );
}

function percent(part: number): string {
  const value = 100 * part;
  return value < 0.01 ? 'below 0.01 %' : part < 1 && value > 99.99 ? 'above 99.99 %' : `${Number(value.toPrecision(value < 1 ? 2 : 4))} %`;
}

function Value({ value, text = null }: { value: Figure | null; text?: string | null }): VNode {
  if (text !== null) return <span class="mono">{text}</span>;
  if (value === null) return <span class="muted">none</span>;
  if (Array.isArray(value)) return <span class="mono">{value[0]} {value[1] < 0 ? '−' : '+'} {Math.abs(value[1])}j</span>;
  return <span class="mono">{String(value)}</span>;
}

/** Where a value is; takes the table there. */
function Place({ index, looking }: { index: readonly number[]; looking: Looking }): VNode {
  const { arrangement } = looking;
  const { items, axes, rowPlaces, colPlaces, rows, cols } = arrangement;
  const go = (): void => {
    if (!items) return;
    const next: AxisItem[] = items.map((item, axis) => {
      const at = axes.indexOf(axis);
      return at < 0 || at === rows || at === cols ? item : { kind: 'index', value: placeOf(looking, at, index[at]!) };
    });
    commit(select(state.value, print(arrangement.prefix, next), {
      view: 'table', image: false,
      row: rows === null ? 0 : Math.min(index[rows]!, rowPlaces.count - 1), col: cols === null ? 0 : Math.min(index[cols]!, colPlaces.count - 1),
      rows: rows === null ? null : axes[rows]!, cols: cols === null ? null : axes[cols]!,
    }));
  };
  const own = index.map((value, at) => placeOf(looking, at, value));
  return <button type="button" class="small place mono" title="Show in the table" disabled={!items} onClick={go}>at [{own.join(', ')}]</button>;
}

/** An index of the selection as one of the array. */
function placeOf({ arrangement: { items, axes }, selected: { base } }: Looking, at: number, index: number): number {
  const axis = axes[at]!;
  const item = items?.[axis];
  if (!item || item.kind === 'index') return index;
  const step = item.step ?? 1;
  const length = base[axis]!;
  const start = item.start === null ? (step > 0 ? 0 : length - 1) : item.start < 0 ? item.start + length : Math.min(item.start, step > 0 ? length : length - 1);
  return Math.max(0, start) + index * step;
}

function Histogram({ histogram: { counts, edges }, dtype }: { histogram: { counts: number[]; edges: number[] }; dtype: string }): VNode {
  const [isLog, setLog] = useState(false);
  const most = Math.max(1, ...counts);
  const height = (count: number): number => (count === 0 ? 0 : isLog ? (110 * Math.log1p(count)) / Math.log1p(most) : (110 * count) / most);
  const [over, setOver] = useState<number | null>(null);
  const width = 640 / counts.length;
  const [first = 0, last = 0] = [edges[0], edges.at(-1)];
  return (
    <figure class="histogram">
      <svg viewBox="0 0 640 116" preserveAspectRatio="none" role="img" aria-label={`Histogram of ${counts.length} bins from ${short(first)} to ${short(last)}, of dtype ${dtype}`} onPointerLeave={() => setOver(null)}>
        {counts.map((count, i) => (
          <g key={i} onPointerEnter={() => setOver(i)}>
            <rect class="hit" x={i * width} y={0} width={width} height={116} />
            <rect class={over === i ? 'bar is-over' : 'bar'} x={i * width + 0.5} y={114 - Math.max(count > 0 ? 1.5 : 0, height(count))} width={Math.max(0.5, width - 1)} height={Math.max(count > 0 ? 1.5 : 0, height(count))} />
          </g>
        ))}
      </svg>
      <div class="histogram-ends mono small"><span>{short(first)}</span><span>{short((first + last) / 2)}</span><span>{short(last)}</span></div>
      <figcaption>
        <span class="muted">{over === null ? 'Point at a bar for its count.' : `${short(edges[over]!)} to ${short(edges[over + 1]!)}: ${grouped(counts[over]!)}`}</span>
        <label><input type="checkbox" checked={isLog} onChange={(event) => setLog(event.currentTarget.checked)} /> logarithmic</label>
      </figcaption>
    </figure>
  );
}
