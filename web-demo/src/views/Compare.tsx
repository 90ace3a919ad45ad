// Two arrays beside each other.
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { tableOf } from '../colour/maps.ts';
import { ask } from '../engine/client.ts';
import type { Compared, Ref, Selected } from '../engine/types.ts';
import { useAnswer } from '../hooks.ts';
import { commit, docOf, state } from '../model.ts';
import { look, sourceName, type Tab } from '../state.ts';
import { bracketed } from '../text/lines.ts';
import { arrange, firstSelection } from '../text/arrange.ts';
import { cost, grouped, pythonShape, short } from '../text/numbers.ts';
import { isNumeric } from '../text/dtype.ts';
import type { Looking } from './Opened.tsx';

export function Compare({ looking }: { looking: Looking }): VNode {
  const { tab } = looking;
  const { tabs, active } = state.value;
  const others = tabs.map((other, index) => ({ other, index })).filter(({ index }) => index !== active);
  const other = tab.with === null ? undefined : tabs[tab.with];
  return (
    <div class="compare">
      <div class="tools">
        <label>
          Compare with{' '}
          <select value={tab.with ?? ''} onChange={(event) => commit(look(state.value, { with: event.currentTarget.value === '' ? null : Number(event.currentTarget.value) }))}>
            <option value="">choose a tab …</option>
            {others.map(({ other: one, index }) => <option key={index} value={index}>{nameOf(one)}</option>)}
          </select>
        </label>
        <label>relative <input type="number" class="mono" step="any" min={0} value={tab.rtol} onChange={(event) => commit(look(state.value, { rtol: Math.max(0, Number(event.currentTarget.value)) }))} /></label>
        <label>absolute <input type="number" class="mono" step="any" min={0} value={tab.atol} onChange={(event) => commit(look(state.value, { atol: Math.max(0, Number(event.currentTarget.value)) }))} /></label>
      </div>
      {others.length === 0 ? (
        <p class="centre muted">Open another file, or another member of the archive in a tab of its own, and the two can be compared: what is selected of this with what is selected of that.</p>
      ) : other === undefined || tab.with === active ? (
        <p class="centre muted">Choose what to compare with.</p>
      ) : (
        <Both key={nameOf(other)} looking={looking} other={other} />
      )}
    </div>
  );
}

/** Opens the other, and waits until it can be compared. */
function Both({ looking, other }: { looking: Looking; other: Tab }): VNode {
  const doc = docOf(other).value;
  const opened = doc.status === 'open' ? doc.opened : null;
  const ref: Ref | null = opened && (opened.array || other.member !== null) ? { doc: opened.doc, member: other.member, as: other.as } : null;
  const found = useAnswer<{ ref: Ref; selection: string; selected: Selected } | null>(JSON.stringify(ref), other.selection ?? '', async (signal) => {
    if (!ref) return null;
    const selection = other.selection ?? firstSelection(await ask('array', { ref }, { signal }));
    return { ref, selection, selected: await ask('select', { ref, selection }, { signal }) };
  });
  if (doc.status === 'failed') return <p class="error" role="alert">{doc.error.message}</p>;
  if (found.error) return <p class="error" role="alert">{found.error.message}</p>;
  if (opened && !ref) return <p class="centre muted">Choose an array in {sourceName(other.src)} first.</p>;
  if (!found.value) return <p class="muted loading" role="status">Opening {nameOf(other)} …</p>;
  return <Result looking={looking} other={other} b={found.value} />;
}

function Result({ looking, other, b }: { looking: Looking; other: Tab; b: { ref: Ref; selection: string; selected: Selected } }): VNode {
  const { tab, ref, selection, selected } = looking;
  const [one, two] = [selected.array, b.selected.array];
  const sameShape = one.shape.join() === two.shape.join();
  const key = JSON.stringify([ref, selection, b.ref, b.selection, tab.rtol, tab.atol]);
  const [result, setResult] = useState<{ key: string; value?: Compared; error?: Error; done: number; total: number } | null>(null);
  const controller = useRef<AbortController | null>(null);
  const run = (): void => {
    controller.current?.abort();
    const abort = new AbortController();
    controller.current = abort;
    setResult({ key, done: 0, total: 1 });
    ask('compare', { a: { ref, selection }, b: { ref: b.ref, selection: b.selection }, rtol: tab.rtol, atol: tab.atol }, {
      signal: abort.signal, onProgress: (done, total) => setResult({ key, done, total }),
    }).then(
      (value) => setResult({ key, value, done: 1, total: 1 }),
      (error: Error) => abort.signal.aborted || setResult({ key, error, done: 0, total: 1 }),
    );
  };
  const isCheap = selected.bytes + b.selected.bytes <= 64e6;
  useEffect(() => {
    if (sameShape && isCheap) run();
    return () => controller.current?.abort();
  }, [key]);
  const now = result?.key === key ? result : null;
  return (
    <>
      <table class="beside">
        <thead><tr><td /><th scope="col">{nameOf(tab)}<span class="mono">{bracketed(selection)}</span></th><th scope="col">{nameOf(other)}<span class="mono">{bracketed(b.selection)}</span></th></tr></thead>
        <tbody>
          <tr class={one.dtype === two.dtype ? '' : 'is-different'}><th scope="row">dtype</th><td class="mono">{one.dtype}</td><td class="mono">{two.dtype}</td></tr>
          <tr class={sameShape ? '' : 'is-different'}><th scope="row">shape</th><td class="mono">{pythonShape(one.shape)}</td><td class="mono">{pythonShape(two.shape)}</td></tr>
        </tbody>
      </table>
      {!sameShape && <p class="centre muted">Arrays of different shapes have no elements to compare. Select parts of the same shape.</p>}
      {sameShape && !now && !isCheap && <p><button type="button" class="primary" onClick={run}>Compare: {cost(selected.bytes + b.selected.bytes, selected.requests + b.selected.requests)}</button></p>}
      {now && !now.value && !now.error && <p role="status"><progress value={now.done} max={now.total} aria-label="Compared" /> <button type="button" class="small" onClick={() => { controller.current?.abort(); setResult(null); }}>Cancel</button></p>}
      {now?.error && <p class="error" role="alert">{now.error.message}</p>}
      {now?.value && <Verdict compared={now.value} tab={tab} />}
      {now?.value && isNumeric(looking.arrangement.kind) && looking.arrangement.channel === null && now.value.different > 0 && <Difference looking={looking} other={other} b={b} />}
    </>
  );
}

function Verdict({ compared, tab }: { compared: Compared; tab: Tab }): VNode {
  const { count, different, first, far, firstFar, greatest, greatestAt, values, greatestValues } = compared;
  const at = (index: readonly number[] | null): string => (index ? `[${index.join(', ')}]` : '');
  return (
    <div data-testid="verdict">
      <p class="verdict">
        {different === 0 ? 'All elements are equal.' : far === 0 ? 'All elements are close, but not all are equal.' : 'They differ.'}
      </p>
      <dl class="facts figures">
        <dt>equal</dt><dd>{grouped(count - different)} of {grouped(count)}</dd>
        {different > 0 && <><dt>first difference</dt><dd class="mono">{at(first)}{values && <>: {values[0]} and {values[1]}</>}</dd></>}
        {greatest !== null && different > 0 && <><dt>greatest difference</dt><dd class="mono">{String(greatest)} {at(greatestAt)}{greatestValues && <>: {greatestValues[0]} and {greatestValues[1]}</>}</dd></>}
        <dt>allclose</dt><dd class="mono">{far === 0 ? 'True' : 'False'} <span class="muted">(rtol={tab.rtol}, atol={tab.atol}, equal_nan=True)</span></dd>
        {far > 0 && <><dt>not close</dt><dd>{grouped(far)}, first at <span class="mono">{at(firstFar)}</span></dd></>}
      </dl>
    </div>
  );
}

/** Where the two differ. */
function Difference({ looking, other, b }: { looking: Looking; other: Tab; b: { ref: Ref; selection: string; selected: Selected } }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [, update] = useState(0);
  const { rows, cols } = arrange({ ...other, rows: looking.tab.rows, cols: looking.tab.cols, image: false }, b.selection, b.selected);
  const high = useRef(0);
  useEffect(() => {
    const abort = new AbortController();
    ask('difference', {
      a: looking.plane, b: { ref: b.ref, selection: b.selection, rows, cols, channel: null }, height: 480, width: 960, high: null,
      paint: { table: tableOf('magma'), scale: 'linear', low: 0, high: 1, threshold: 1, part: 'abs', bad: [128, 128, 128, 255] },
    }, { signal: abort.signal }).then((found) => {
      const element = canvas.current;
      if (!('pixels' in found) || !element) return;
      element.width = found.width;
      element.height = found.height;
      element.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(found.pixels), found.width, found.height), 0, 0);
      high.current = found.high;
      update((count) => count + 1);
    }, () => {});
    return () => abort.abort();
  }, [looking.plane, b.ref, b.selection]);
  return (
    <figure class="difference">
      <canvas ref={canvas} width={1} height={1} role="img" aria-label="Where the two differ: the brighter, the more" data-testid="difference" />
      <figcaption class="muted small">|a − b|, from 0 (dark) to {short(high.current)} (bright)</figcaption>
    </figure>
  );
}

function nameOf(tab: Tab): string {
  return `${sourceName(tab.src)}${tab.member === null ? '' : `::${tab.member}`}`;
}
