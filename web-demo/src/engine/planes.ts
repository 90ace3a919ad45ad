// Arrays as tables: two axes of a selection, and the texts of their elements.
import { slice, type NpyArray, type Selection } from 'npymap/slim';
import type { Documents } from './sources.ts';
import type { Area, Plane } from './types.ts';

type Index = Exclude<Selection, string>[number];

/** Rows, columns, and channels if there are any, in this order. */
export async function planeOf(documents: Documents, plane: Plane): Promise<NpyArray> {
  const array = selected(await documents.array(plane.ref), plane.selection);
  const { rows, cols, channel } = plane;
  const named = [rows, cols, channel].filter((axis) => axis !== null);
  // The axes that stay, in the order in which they are.
  const kept = [...named].sort((a, b) => a - b);
  const index: Index[] = Array.from({ length: array.ndim }, (_, axis) => (kept.includes(axis) ? null : 0));
  let result = array.slice(index);
  if (named.length > 1) result = result.transpose(named.map((axis) => kept.indexOf(axis)));
  const all: Index[] = [rows === null ? 'newaxis' : null, cols === null ? 'newaxis' : null];
  return result.slice(channel === null ? all : [...all, null]);
}

/** A selection of an array; none is all of it. */
export function selected(array: NpyArray, selection: string): NpyArray {
  return selection.trim() === '' ? array : array.slice(selection);
}

/** A part of a plane. */
export function areaOf(plane: NpyArray, { r0, r1, c0, c1 }: Area, rstep = 1, cstep = 1): NpyArray {
  return plane.slice([slice(r0, r1, rstep), slice(c0, c1, cstep)]);
}

/** A field within structures. */
export function fieldOf(array: NpyArray, path: readonly string[]): NpyArray {
  return path.reduce((of, name) => of.field(name), array);
}

/** What Python's `str()` prints of each element, in C order. */
export async function texts(array: NpyArray, signal: AbortSignal): Promise<string[]> {
  if (array.size === 0) return [];
  // All of it in one go; the elements then come from what was kept.
  await array.read({ bytes: true, signal });
  const found: string[] = [];
  for (const index of indices(array.shape)) {
    signal.throwIfAborted();
    found.push(await array.slice(index).text({ signal }));
  }
  return found;
}

/** All indices of a shape, in C order. */
function* indices(shape: readonly number[]): Generator<number[], undefined> {
  const index = shape.map(() => 0);
  for (;;) {
    yield [...index];
    let axis = shape.length - 1;
    for (; axis >= 0; axis -= 1) {
      index[axis] = index[axis]! + 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
    if (axis < 0) return undefined;
  }
}
