// Rows or columns as lines.
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { ask } from '../engine/client.ts';
import type { Line, TooMuch } from '../engine/types.ts';
import { useAnswer, useLatest, useSize } from '../hooks.ts';
import { commit, state } from '../model.ts';
import { look, PARTS, type Part } from '../state.ts';
import type { Places } from '../text/arrange.ts';
import { cost, grouped, short } from '../text/numbers.ts';
import { isDark } from '../theme.ts';
import type { Looking } from './Opened.tsx';

/** Told apart by people who see fewer colours, too (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a7a00', '#777777'];
const MOST_LINES = 8;

export function Lines({ looking }: { looking: Looking }): VNode {
  const { tab, plane, arrangement } = looking;
  const { rowPlaces, colPlaces, kind } = arrangement;
  // One axis is one line, whatever it is called.
  const isSingle = rowPlaces.count === 1 || colPlaces.count === 1;
  const along = isSingle ? (colPlaces.count === 1 ? 'cols' : 'rows') : tab.along;
  const [linePlaces, pointPlaces] = along === 'rows' ? [rowPlaces, colPlaces] : [colPlaces, rowPlaces];
  const indices = [...new Set(isSingle ? [0] : tab.lines.filter((index) => index < linePlaces.count))].slice(0, MOST_LINES);
  const [parent, size] = useSize<HTMLDivElement>();
  const planeKey = JSON.stringify([plane, along]);
  const [zoom, setZoom] = useState<{ key: string; range: [number, number] } | null>(null);
  const range: [number, number] = zoom?.key === planeKey ? zoom.range : [0, pointPlaces.count];
  const [forced, setForced] = useState('');
  const part: Part = kind === 'complex' ? tab.part : 're';
  const parts = Math.max(64, Math.min(2000, Math.floor(size.width)));
  const force = forced === planeKey;
  const key = size.width > 0 ? JSON.stringify([planeKey, indices, range, parts, part, force]) : '';
  const { value, error, isLoading } = useAnswer<Line[] | TooMuch | null>(planeKey, key, (signal) =>
    key && indices.length > 0 ? ask('line', { plane, along, indices, range, parts, part, force }, { signal }) : Promise.resolve(null),
  );
  const lines = Array.isArray(value) ? value : null;
  const sampled = lines?.find(({ seen, per }) => seen < per);
  const shorter = lines?.find(({ per }) => per > 1);
  return (
    <>
      <div class="tools">
        {!isSingle && (
          <>
            <span class="joined" role="group" aria-label="Lines of">
              <button type="button" class="small" aria-pressed={along === 'rows'} onClick={() => commit(look(state.value, { along: 'rows', lines: [0] }))}>rows</button>
              <button type="button" class="small" aria-pressed={along === 'cols'} onClick={() => commit(look(state.value, { along: 'cols', lines: [0] }))}>columns</button>
            </span>
            <Indices places={linePlaces} indices={indices} />
          </>
        )}
        {kind === 'complex' && (
          <label>Show <select value={tab.part} onChange={(event) => commit(look(state.value, { part: event.currentTarget.value as Part }))}>
            {PARTS.map((name) => <option key={name} value={name}>{{ abs: 'magnitude', phase: 'phase', re: 'real part', im: 'imaginary part' }[name]}</option>)}
          </select></label>
        )}
        <label><input type="checkbox" checked={tab.logY} onChange={(event) => commit(look(state.value, { logY: event.currentTarget.checked }))} /> logarithmic</label>
        <span class="tools-end">
          <button type="button" class="small" disabled={range[0] === 0 && range[1] === pointPlaces.count} onClick={() => setZoom(null)}>Show everything</button>
        </span>
      </div>
      {error && <p class="error" role="alert">{error.message}</p>}
      <div ref={parent} class={`plot-parent ${isLoading ? 'is-loading' : ''}`}>
        {lines && size.width > 0 && (
          <Plot
            lines={lines}
            size={size}
            pointPlaces={pointPlaces}
            linePlaces={linePlaces}
            isSingle={isSingle}
            logY={tab.logY}
            dark={isDark.value}
            onZoom={(from, to) => {
              const [a, b] = [Math.max(0, Math.floor(from)), Math.min(pointPlaces.count, Math.ceil(to) + 1)];
              if (b - a >= 2) setZoom({ key: planeKey, range: [a, b] });
            }}
          />
        )}
        {value && !Array.isArray(value) && (
          <div class="centre ask">
            <p>The elements of this line are far apart: reading it takes {cost(value.bytes, value.requests)}.</p>
            <button type="button" class="primary" onClick={() => setForced(planeKey)}>Read {cost(value.bytes, value.requests)}</button>
          </div>
        )}
      </div>
      <p class="readout">
        <span class="muted">Drag to look closer.</span>
        <span class="muted" data-testid="detail">
          {sampled ? (
            <>
              least and greatest of {grouped(sampled.seen)} of each {grouped(sampled.per)} elements{' '}
              <button type="button" class="small" onClick={() => setForced(planeKey)}>Read all of them</button>
            </>
          ) : shorter ? `least and greatest of each ${grouped(shorter.per)} elements` : lines ? 'every element' : ''}
        </span>
      </p>
    </>
  );
}

/** Which lines, by the indices of the array. */
function Indices({ places: { start, step, count }, indices }: { places: Places; indices: readonly number[] }): VNode {
  const text = indices.map((index) => start + index * step).join(', ');
  return (
    <label>
      number{' '}
      <input
        type="text"
        class="mono"
        inputMode="numeric"
        value={text}
        aria-label={`Which of ${count}, separated by commas, up to ${MOST_LINES}`}
        onChange={(event) => {
          const found = event.currentTarget.value.split(/[\s,]+/).filter(Boolean).map((word) => (Number(word) - start) / step);
          const lines = found.filter((index) => Number.isInteger(index) && index >= 0 && index < count).slice(0, MOST_LINES);
          if (lines.length > 0) commit(look(state.value, { lines }));
          else event.currentTarget.value = text;
        }}
      />
    </label>
  );
}

interface PlotProps {
  lines: readonly Line[];
  size: { width: number; height: number };
  pointPlaces: Places;
  linePlaces: Places;
  isSingle: boolean;
  logY: boolean;
  dark: boolean;
  onZoom: (from: number, to: number) => void;
}

function Plot(props: PlotProps): VNode {
  const parent = useRef<HTMLDivElement>(null);
  const latest = useLatest(props);
  const { lines, size, pointPlaces, linePlaces, isSingle, logY, dark } = props;
  useEffect(() => {
    const [first] = lines;
    if (!first || !parent.current) return undefined;
    const isEnvelope = first.per > 1;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const series: uPlot.Series[] = [{ label: 'index', value: (_, value) => (value === null ? '–' : grouped(value)) }];
    const bands: uPlot.Band[] = [];
    const number: uPlot.Series.Value = (_, value) => (value === null ? '–' : short(value));
    // Places of the array along the bottom. What runs backwards is turned, for uPlot wants ascending numbers.
    const isBackwards = pointPlaces.step < 0;
    const order = <T extends ArrayLike<number>>(values: T): (number | null)[] => {
      const list = Array.from(values, (value) => (Number.isFinite(value) && (!logY || value > 0) ? value : null));
      return isBackwards ? list.reverse() : list;
    };
    const x = Array.from(first.x.subarray(0, first.least.length), (index) => pointPlaces.start + index * pointPlaces.step);
    const data: (number | null)[][] = [isBackwards ? x.reverse() : x];
    lines.forEach((line, i) => {
      const stroke = COLOURS[i % COLOURS.length]!;
      const name = isSingle ? 'value' : String(linePlaces.start + line.index * linePlaces.step);
      if (isEnvelope) {
        series.push({ label: `${name} most`, stroke, width: 1, value: number, points: { show: false } }, { label: `${name} least`, stroke, width: 1, value: number, points: { show: false } });
        bands.push({ series: [series.length - 2, series.length - 1], fill: `${stroke}55` });
        data.push(order(line.most), order(line.least));
      } else {
        series.push({ label: name, stroke, width: 1.5, value: number, points: { show: line.least.length <= 200, size: 4 } });
        data.push(order(line.least));
      }
    });
    const axis: uPlot.Axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line'), width: 1 }, font: '11px system-ui' };
    const plot = new uPlot(
      {
        width: size.width,
        height: Math.max(160, size.height - 34),
        series,
        bands,
        scales: { x: { time: false }, y: { distr: logY ? 3 : 1 } },
        axes: [{ ...axis, space: (_, __, ___, max) => 30 + 7 * grouped(Math.round(max)).length, values: (_, splits) => splits.map((value) => grouped(value)) }, { ...axis, size: 72, values: (_, splits) => splits.map((value) => (value === null ? '' : short(value))) }],
        cursor: { drag: { x: true, y: false, setScale: false } },
        legend: { live: true },
        hooks: {
          setSelect: [
            (self) => {
              if (self.select.width < 4) return;
              const { pointPlaces: at, onZoom } = latest.current;
              const ends = [self.select.left, self.select.left + self.select.width].map((pixel) => (self.posToVal(pixel, 'x') - at.start) / at.step);
              onZoom(Math.min(...ends), Math.max(...ends));
            },
          ],
        },
      },
      data as uPlot.AlignedData,
      parent.current,
    );
    return () => plot.destroy();
  }, [lines, size.width, size.height, logY, dark]);
  return <div ref={parent} class="plot" role="img" aria-label={`Lines of ${lines.length === 1 ? 'one row' : `${lines.length} rows`}, over the index`} data-testid="plot" />;
}
