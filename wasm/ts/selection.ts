import { shown } from './arguments.js';
import { NpyError } from './errors.js';
import type { Selection, Slice } from './types.js';

/**
 * A slice for selections in array form, as Python's `slice`: `slice(stop)` or `slice(start, stop, step)`.
 *
 * @example
 * ```js
 * import { openNpy, slice, toNpy } from 'npymap';
 *
 * const array = await openNpy(toNpy(new Int16Array(20), { shape: [4, 5] }));
 * console.log(array.slice([slice(1, 3), slice(null, null, -1)]).shape); // [2, 5]
 * ```
 */
export function slice(start: number | null, stop?: number | null, step: number | null = null): Slice {
  return stop === undefined ? { start: null, stop: start, step } : { start, stop, step };
}

/** The text of a selection. Whether the array has it, Rust will tell. */
export function selectionText(selection: Selection): string {
  if (typeof selection === 'string') return selection;
  if (!Array.isArray(selection)) throw new TypeError(`the selection is ${shown(selection)}, expected a text or an array`);
  const items = selection.map((item: Selection[number], i) => {
    if (item === null) return ':';
    if (item === 'newaxis') return 'None';
    if (item === '...') return item;
    if (!isSlice(item)) return integer(item, i);
    const { start, stop, step } = item;
    return [start, stop, step].map((bound) => (bound == null ? '' : integer(bound, i))).join(':');
  });
  // Brackets, since nothing between them selects all, while an empty text selects nothing.
  return `[${items.length > 0 ? items.join(', ') : '...'}]`;
}

/** Arrays are none: what NumPy calls fancy indexing would else select everything. */
function isSlice(item: unknown): item is Slice {
  return typeof item === 'object' && item !== null && 'start' in item && 'stop' in item;
}

/** All digits of an integer. */
function integer(value: unknown, i: number): string {
  if (typeof value === 'bigint' || Number.isInteger(value)) return String(BigInt(value as number | bigint));
  throw new NpyError(
    'ERR_SELECTION',
    `item ${i} of the selection is ${shown(value)}, expected an integer, a slice of integers, null, '...' or 'newaxis'`,
    { item: i },
  );
}
