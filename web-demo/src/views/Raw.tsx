// Numbers without a header that could be read: somebody may know what they are.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { commit, state } from '../model.ts';
import { look, newTab, type Tab } from '../state.ts';
import { parseRaw, printRaw, type Raw as RawSpec } from '../text/raw.ts';

const DTYPES = ['u1', '<u2', '<i2', '<i4', '<i8', '<f2', '<f4', '<f8', '<c8', '>i2', '>f4', '>f8', 'bfloat16'];

export function Raw({ tab, detail }: { tab: Tab; detail: Readonly<Record<string, unknown>> }): VNode {
  const known = (tab.raw !== null && parseRaw(tab.raw)) || guess(detail);
  const [dtype, setDtype] = useState(known.dtype);
  const [shape, setShape] = useState(known.shape?.join(', ') ?? '');
  const [offset, setOffset] = useState(known.offset);
  const [order, setOrder] = useState(known.order);
  const spec = parseRaw([dtype, shape, offset, order].join(';'));
  const open = (): void => {
    if (spec) commit(look(state.value, { ...newTab(tab.src), raw: printRaw(spec) }));
  };
  return (
    <form class="raw" onSubmit={(event) => { event.preventDefault(); open(); }}>
      <h3>Read it as raw numbers</h3>
      <label>dtype <input type="text" class="mono" list="raw-dtypes" spellcheck={false} value={dtype} onInput={(event) => setDtype(event.currentTarget.value)} /></label>
      <label>shape <input type="text" class="mono" placeholder="all there is" value={shape} onInput={(event) => setShape(event.currentTarget.value)} /></label>
      <label>from byte <input type="number" class="mono" min={0} value={offset} onInput={(event) => setOffset(Number(event.currentTarget.value))} /></label>
      <label>order <select value={order} onChange={(event) => setOrder(event.currentTarget.value as 'C' | 'F')}>
        <option value="C">C, rows first</option>
        <option value="F">Fortran, columns first</option>
      </select></label>
      <button type="submit" disabled={spec === null}>Read</button>
      <datalist id="raw-dtypes">{DTYPES.map((name) => <option key={name} value={name} />)}</datalist>
    </form>
  );
}

/** Of a file that was cut off, what is there of it. */
function guess({ expected, found, dtype, shape, dataOffset, fortranOrder }: Readonly<Record<string, unknown>>): RawSpec {
  if (typeof expected !== 'number' || typeof found !== 'number' || typeof dataOffset !== 'number' || !Array.isArray(shape)) {
    return { dtype: 'u1', shape: null, offset: 0, order: 'C' };
  }
  const isThere = [...(shape as number[])];
  // What comes last in the file is what is missing.
  const axis = fortranOrder ? isThere.length - 1 : 0;
  if (axis in isThere) isThere[axis] = Math.floor((isThere[axis]! * Math.max(0, found - dataOffset)) / (expected - dataOffset));
  return { dtype: String(dtype), shape: isThere, offset: dataOffset, order: fortranOrder ? 'F' : 'C' };
}
