// Over which values the colours are spread: two handles under the histogram of what there is.
import type { VNode } from 'preact';
import { gradient } from '../colour/maps.ts';
import type { Spread } from '../engine/types.ts';
import { commit, state, type Change } from '../model.ts';
import { look, type Tab } from '../state.ts';
import { grouped, short } from '../text/numbers.ts';

const STEPS = 1000;

export function Range({ spread, map, range, tab }: { spread: Spread; map: string; range: readonly [number, number]; tab: Tab }): VNode {
  const ends: [number, number] = tab.scale === 'log' ? [spread.positive[2], spread.max] : [Math.min(spread.min, range[0]), Math.max(spread.max, range[1])];
  const scale = scaleOf(tab.scale, ends, Math.max(Math.abs(spread.low), Math.abs(spread.high)) / 1000 || 1);
  const most = Math.max(1, ...spread.histogram);
  const set = (next: readonly [number, number], as: Change): void => {
    commit(look(state.value, { range: next[0] <= next[1] ? next : [next[1], next[0]] }), as);
  };
  const handle = (which: 0 | 1) => (event: Event): void => {
    const value = scale.value(Number((event.currentTarget as HTMLInputElement).value) / STEPS);
    set(which === 0 ? [Math.min(value, range[1]), range[1]] : [range[0], Math.max(value, range[0])], 'movement');
  };
  const typed = (which: 0 | 1) => (event: Event): void => {
    const value = Number((event.currentTarget as HTMLInputElement).value);
    if (Number.isFinite(value)) set(which === 0 ? [value, range[1]] : [range[0], value], 'step');
  };
  // Where the histogram lies, if the range goes beyond it.
  const [from, to] = tab.scale === 'log' ? ends : [spread.min, spread.max];
  const bars = spread.histogram.map((count, i) => {
    const left = scale.place(from) + ((scale.place(to) - scale.place(from)) * i) / spread.histogram.length;
    const width = (scale.place(to) - scale.place(from)) / spread.histogram.length;
    const height = count === 0 ? 0 : 2 + 34 * Math.sqrt(count / most);
    return <rect key={i} x={left * 400} y={36 - height} width={Math.max(0.5, width * 400)} height={height} />;
  });
  return (
    <fieldset class="range">
      <legend class="visually-hidden">Range of the colours</legend>
      <input type="number" step="any" class="mono" aria-label="Lowest value of the colours" value={Number(short(range[0]))} onChange={typed(0)} />
      <div class="range-middle">
        <svg class="range-bars" viewBox="0 0 400 36" preserveAspectRatio="none" aria-hidden="true">{bars}</svg>
        <div class="range-track">
          <div class="range-fill" ref={(element) => {
            if (!element) return;
            element.style.left = `${100 * clamp(scale.place(range[0]))}%`;
            element.style.right = `${100 - 100 * clamp(scale.place(range[1]))}%`;
            element.style.background = gradient(map);
          }} />
          <input type="range" min={0} max={STEPS} value={Math.round(clamp(scale.place(range[0])) * STEPS)} aria-label="Low end" aria-valuetext={short(range[0])} onInput={handle(0)} />
          <input type="range" min={0} max={STEPS} value={Math.round(clamp(scale.place(range[1])) * STEPS)} aria-label="High end" aria-valuetext={short(range[1])} onInput={handle(1)} />
        </div>
      </div>
      <input type="number" step="any" class="mono" aria-label="Highest value of the colours" value={Number(short(range[1]))} onChange={typed(1)} />
      <span class="joined">
        <button type="button" class="small" aria-pressed={tab.range === 'robust'} title="Without the lowest and the highest of a hundred" onClick={() => commit(look(state.value, { range: 'robust' }))}>1–99 %</button>
        <button type="button" class="small" aria-pressed={tab.range === 'full'} onClick={() => commit(look(state.value, { range: 'full' }))}>all</button>
        <button type="button" class="small" aria-pressed={typeof tab.range !== 'string'} title="The same range for whatever comes next" onClick={() => commit(look(state.value, { range: [range[0], range[1]] }))}>keep</button>
      </span>
      {spread.sampled < spread.total && <span class="small muted">by {grouped(spread.sampled)} of {grouped(spread.total)} values</span>}
    </fieldset>
  );
}

/** Places between 0 and 1 and their values. */
function scaleOf(name: Tab['scale'], [low, high]: [number, number], threshold: number): { place(value: number): number; value(place: number): number } {
  const [to, from] = {
    linear: [(value: number) => value, (value: number) => value],
    log: [(value: number) => Math.log10(Math.max(value, Number.MIN_VALUE)), (value: number) => 10 ** value],
    symlog: [
      (value: number) => Math.sign(value) * Math.log1p(Math.abs(value) / threshold),
      (value: number) => Math.sign(value) * Math.expm1(Math.abs(value)) * threshold,
    ],
  }[name] as [(value: number) => number, (value: number) => number];
  const [a, b] = [to(low), to(high)];
  return { place: (value) => (a === b ? 0.5 : (to(value) - a) / (b - a)), value: (place) => from(a + place * (b - a)) };
}

function clamp(place: number): number {
  return Math.max(0, Math.min(1, Number.isNaN(place) ? 0 : place));
}
