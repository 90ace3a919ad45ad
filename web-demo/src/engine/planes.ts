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
