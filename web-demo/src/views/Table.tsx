// The values as a table of any size.
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask } from '../engine/client.ts';
import { Grid, type Cell, type Selected } from '../grid/grid.ts';
import { useLatest } from '../hooks.ts';
import { commit, notice, reload, state } from '../model.ts';
import { FORMATS, look, type Format } from '../state.ts';
import type { Places } from '../text/arrange.ts';
import { literal, tsv } from '../text/copy.ts';
import { grouped, plural, reformat } from '../text/numbers.ts';
import type { Looking } from './Opened.tsx';

/** The most that is copied. */
const MAX_COPY = 200_000;

export function Table({ looking }: { looking: Looking }): VNode {
  const { tab, plane, arrangement, selection } = looking;
  const { rowPlaces, colPlaces, columns, kind, axes, rows, cols } = arrangement;
  const parent = useRef<HTMLDivElement>(null);
  const grid = useRef<Grid | null>(null);
  const [selected, setSelected] = useState<Selected>({ r0: tab.row, r1: tab.row + 1, c0: tab.col, c1: tab.col + 1 });
  const [error, setError] = useState<string | null>(null);
  const latest = useLatest(looking);

  const cells = (rect: Selected, signal?: AbortSignal): Promise<string[]> =>
    ask('cells', { plane: latest.current.plane, area: rect, fields: latest.current.arrangement.columns }, { signal });
  const copy = async (rect: Selected, asLiteral: boolean): Promise<void> => {
    const count = (rect.r1 - rect.r0) * (rect.c1 - rect.c0);
    if (count > MAX_COPY) {
      notice.value = `${grouped(count)} values are too many for the clipboard. “Take away” has them as a file.`;
      return;
    }
    const texts = await cells(rect);
    const width = rect.c1 - rect.c0;
    await navigator.clipboard.writeText(asLiteral ? literal(texts, width, latest.current.selected.array) : tsv(texts, width));
    notice.value = `Copied ${plural(count, 'value')}${asLiteral ? ' as a NumPy literal' : ''}.`;
  };

  const planeKey = JSON.stringify([plane, rowPlaces, colPlaces]);
  useEffect(() => {
    setError(null);
    const made = new Grid(parent.current!, {
      rows: rowPlaces.count,
      cols: colPlaces.count,
      label: `Values of the selection [${selection}]`,
      rowName: (row) => nameOf(rowPlaces, row),
      colName: (col) => (columns.length > 0 ? columns[col]!.join('.') : nameOf(colPlaces, col)),
      load: cells,
      show: (text) => show(text, latest.current.arrangement.kind, latest.current.tab.format, latest.current.tab.digits),
      chars: { bool: 5, integer: 6, float: 12, complex: 24, time: 20, string: 12, structure: 12, raw: 12, object: 6 }[kind],
      focus: { row: latest.current.tab.row, col: latest.current.tab.col },
      onFocus: ({ row, col }: Cell) => commit(look(state.value, { row, col }), 'detail'),
      onSelect: setSelected,
      onCopy: (rect) => void copy(rect, false),
      onError: (found) => setError((found as Error).message),
    });
    grid.current = made;
    return () => made.destroy();
  }, [planeKey]);
  useEffect(() => grid.current?.redraw(), [tab.format, tab.digits]);
  useEffect(() => {
    const { r1, c1 } = selected;
    if (r1 - selected.r0 === 1 && c1 - selected.c0 === 1 && (tab.row !== selected.r0 || tab.col !== selected.c0)) grid.current?.goTo({ row: tab.row, col: tab.col });
  }, [tab.row, tab.col]);

  const axisName = (axis: number | null): string => (axis === null ? '' : `axis ${axes[axis]}`);
  return (
    <>
      <div class="tools">
        <GoTo looking={looking} onGo={(cell) => { grid.current?.goTo(cell); (grid.current?.element.querySelector('.is-focus') as HTMLElement | null)?.focus(); }} />
        <label>
          Numbers{' '}
          <select value={tab.format} onChange={(event) => commit(look(state.value, { format: event.currentTarget.value as Format }))}>
            {FORMATS.map((format) => <option key={format} value={format}>{{ exact: 'exact', fixed: 'fixed point', scientific: 'scientific', hex: 'hexadecimal' }[format]}</option>)}
          </select>
        </label>
        {(tab.format === 'fixed' || tab.format === 'scientific') && (
          <label>digits <input type="number" class="mono" min={0} max={20} value={tab.digits} onChange={(event) => commit(look(state.value, { digits: Math.max(0, Math.min(20, Math.floor(Number(event.currentTarget.value)) || 0)) }))} /></label>
        )}
        <span class="tools-end">
          <span class="muted" data-testid="selected">{selectedText(selected, rowPlaces, colPlaces, columns)}</span>
          <button type="button" class="small" title="Ctrl C" onClick={() => void copy(selected, false)}>Copy</button>
          <button type="button" class="small" disabled={kind === 'structure' || kind === 'raw'} onClick={() => void copy(selected, true)}>Copy for NumPy</button>
        </span>
      </div>
      {error && <p class="error" role="alert">{error} <button type="button" class="small" onClick={() => reload(tab)}>Read the file again</button></p>}
      <p class="axes-line small muted">
        {rows !== null && <span>↓ {axisName(rows)}</span>} {cols !== null && <span>→ {axisName(cols)}</span>}
        {arrangement.others.length > 0 && <span>; the first of {arrangement.others.map(axisName).join(', ')}</span>}
      </p>
      <div ref={parent} class="grid-parent" />
    </>
  );
}

/** No scroll bar can point at one of 10⁹ rows. */
function GoTo({ looking, onGo }: { looking: Looking; onGo: (cell: Cell) => void }): VNode {
  const { rowPlaces, colPlaces, columns } = looking.arrangement;
  const [text, setText] = useState('');
  const hint = colPlaces.count > 1 && columns.length === 0 ? 'row, column' : 'row';
  const go = (): void => {
    const [row, col] = text.split(/[,\s]+/).filter(Boolean).map(Number);
    if (row === undefined || !Number.isFinite(row)) return;
    onGo({ row: indexIn(rowPlaces, row), col: col === undefined || !Number.isFinite(col) ? looking.tab.col : columns.length > 0 ? col : indexIn(colPlaces, col) });
  };
  return (
    <form class="joined goto" onSubmit={(event) => { event.preventDefault(); go(); }}>
      <input type="text" class="mono" inputMode="numeric" aria-label={`Go to ${hint}`} placeholder={`Go to ${hint}`} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      <button type="submit" class="small">Go</button>
    </form>
  );
}

/** What an index of the array is called in the table. */
function nameOf({ start, step }: Places, index: number): string {
  return String(start + index * step);
}

/** The place in the table that is nearest to an index of the array. */
function indexIn({ start, step, count }: Places, index: number): number {
  const from = index < 0 ? index + Math.max(start, start + (count - 1) * step) + 1 : index;
  return Math.max(0, Math.min(count - 1, Math.round((from - start) / step)));
}

function selectedText({ r0, r1, c0, c1 }: Selected, rowPlaces: Places, colPlaces: Places, columns: string[][]): string {
  const col = (index: number): string => (columns.length > 0 ? (columns[index]?.join('.') ?? '') : nameOf(colPlaces, index));
  if (r1 - r0 === 1 && c1 - c0 === 1) return colPlaces.count > 1 || columns.length > 0 ? `[${nameOf(rowPlaces, r0)}, ${col(c0)}]` : `[${nameOf(rowPlaces, r0)}]`;
  return `${grouped(r1 - r0)} × ${grouped(c1 - c0)} selected`;
}

/** A text in the chosen format, and its kind, for how it is drawn. */
function show(text: string, kind: string, format: Format, digits: number): { text: string; kind: string } {
  if (kind === 'string') return { text: text.replace(/[\0-\x1f\x7f]/g, (char) => String.fromCharCode(0x2400 + (char === '\x7f' ? 0x21 : char.charCodeAt(0)))), kind: text === '' ? 'empty' : 'text' };
  if (/^(nan|NaT)$/.test(text)) return { text, kind: 'nan' };
  if (/^[+-]?inf$/.test(text)) return { text, kind: 'inf' };
  return { text: reformat(text, format, digits), kind: kind === 'structure' && !/^[+-]?\d/.test(text) ? 'text' : 'number' };
}
