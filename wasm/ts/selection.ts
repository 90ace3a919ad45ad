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

/** The text of a selection. Whether it is right, Rust will tell. */
export function selectionText(selection: Selection): string {
  if (typeof selection === 'string') return selection;
  const items = selection.map((item) => {
    if (item === null) return ':';
    if (item === 'newaxis') return 'None';
    if (typeof item !== 'object') return String(item);
    const { start, stop, step } = item;
    return [start, stop, step].map((bound) => bound ?? '').join(':');
  });
  // Brackets, since nothing between them selects all, while an empty text selects nothing.
  return `[${items.length > 0 ? items.join(', ') : '...'}]`;
}
