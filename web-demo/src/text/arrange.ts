// How a selection is laid out as a table or picture: which axes are rows and columns, and what their places are called.
import type { ArrayFacts, Selected } from '../engine/types.ts';
import type { Tab, View } from '../state.ts';
import { family, fields, isNumeric, type Family } from './dtype.ts';
import { parse, perAxis, places, print, type AxisItem } from './selection.ts';

/** The places of an axis in the array's own coordinates. */
export interface Places {
  start: number;
  step: number;
  count: number;
}

export interface Arrangement {
  kind: Family;
  /** Of structures: each is a column of the table. */
  columns: string[][];
  /** The fields in front of the indices, as text. */
  prefix: string;
  /** What each axis of the array has; `null` if the selection is not one that can be mapped. */
  items: AxisItem[] | null;
  /** Which axis of the array each axis of the result is. */
  axes: readonly number[];
  /** Axes of the result. */
  rows: number | null;
  cols: number | null;
  channel: number | null;
  /** Axes of the result of which only the first place is seen. */
  others: readonly number[];
  rowPlaces: Places;
  colPlaces: Places;
  /** Whether it looks like a picture of colours. */
  mayBeImage: boolean;
}

const ONE: Places = { start: 0, step: 1, count: 1 };

/** The selection with which an array is first seen: a plane of it, or a picture. */
export function firstSelection({ shape, descr, dtype }: ArrayFacts): string {
  const kind = family(descr, dtype);
  const free = kind === 'structure' ? 1 : isPicture(shape.slice(-3), dtype) ? 3 : 2;
  return shape.map((_, axis) => (axis < shape.length - free ? '0' : ':')).join(', ');
}

/** Lays out what was selected. */
export function arrange(tab: Tab, selection: string, { array, base }: Selected): Arrangement {
  const { shape, descr, dtype } = array;
  const kind = family(descr, dtype);
  const parsed = parse(selection);
  const items = parsed && perAxis(parsed.items, base.length);
  // Where fields have axes of their own, or new ones were made, the result's axes stand for themselves.
  const free = items?.flatMap((item, axis) => (item.kind === 'slice' ? [axis] : []));
  const isMapped = free !== undefined && free.length === shape.length;
  const axes = isMapped ? free : shape.map((_, axis) => axis);
  const mayBeImage = channelAxis(shape, kind) !== null;
  const wantsImage = tab.image ?? (isPicture(shape, dtype) && (tab.view ?? 'heatmap') === 'heatmap');
  const channel = wantsImage ? channelAxis(shape, kind) : null;
  const left = shape.map((_, axis) => axis).filter((axis) => axis !== channel);
  const columns = kind === 'structure' ? fields(descr).map(({ path }) => path) : [];
  const [rows, cols] = columns.length > 0 ? [pick(tab.rows, axes, left.slice(-1)) ?? left.at(-1) ?? null, null] : pair(tab, axes, left);
  const placesOf = (axis: number | null): Places => {
    if (axis === null) return ONE;
    const count = shape[axis]!;
    const own = isMapped && items ? places(items[axes[axis]!]!, base[axes[axis]!]!) : { start: 0, step: 1 };
    return { ...own, count };
  };
  const named = [rows, cols, channel];
  return {
    kind,
    columns,
    prefix: parsed?.fields ?? '',
    items: isMapped ? items! : null,
    axes,
    rows,
    cols,
    channel,
    others: shape.map((_, axis) => axis).filter((axis) => !named.includes(axis)),
    rowPlaces: placesOf(rows),
    colPlaces: columns.length > 0 ? { ...ONE, count: columns.length } : placesOf(cols),
    mayBeImage,
  };
}

/** The views that make sense, the best first. */
export function viewsOf({ kind, channel, rowPlaces, colPlaces }: Arrangement, ndim: number): View[] {
  if (!isNumeric(kind)) return ['table', 'compare'];
  const isPlane = rowPlaces.count >= 48 && colPlaces.count >= 48;
  const all: View[] = ['table', 'heatmap', 'line', 'stats', 'compare'];
  return channel !== null || (ndim > 2 && isPlane) ? ['heatmap', ...all.filter((view) => view !== 'heatmap')] : all;
}

/** The selection with another item for an axis of the array. */
export function withItem({ prefix, items }: Arrangement, axis: number, item: AxisItem): string {
  return print(prefix, (items ?? []).map((old, i) => (i === axis ? item : old)));
}

/** A pair of axes of the result: those that were chosen, or the last two. */
function pair(tab: Tab, axes: readonly number[], left: readonly number[]): [number | null, number | null] {
  if (left.length === 0) return [null, null];
  if (left.length === 1) {
    // One line stands, unless it was laid down.
    return tab.cols !== null && axes[left[0]!] === tab.cols && tab.rows === null ? [null, left[0]!] : [left[0]!, null];
  }
  const rows = pick(tab.rows, axes, left);
  const cols = pick(tab.cols, axes, left);
  if (rows !== null && cols !== null && rows !== cols) return [rows, cols];
  const rest = left.filter((axis) => axis !== rows && axis !== cols);
  if (rows !== null && rows !== cols) return [rows, rest.at(-1)!];
  if (cols !== null && rows !== cols) return [rest.at(-1)!, cols];
  return [left.at(-2)!, left.at(-1)!];
}

function pick(wanted: number | null, axes: readonly number[], left: readonly number[]): number | null {
  const axis = wanted === null ? -1 : axes.indexOf(wanted);
  return left.includes(axis) ? axis : null;
}

/** The axis of three or four channels: the last, or the first. */
function channelAxis(shape: readonly number[], kind: Family): number | null {
  if (shape.length < 3 || (kind !== 'integer' && kind !== 'float')) return null;
  const isFew = (length: number | undefined): boolean => length === 3 || length === 4;
  if (isFew(shape.at(-1))) return shape.length - 1;
  return isFew(shape.at(-3)) ? shape.length - 3 : null;
}

/** Whether an array of three axes is more likely a picture than anything else. */
function isPicture(shape: readonly number[], dtype: string): boolean {
  const [height = 0, width = 0, channels = 0] = shape;
  return shape.length === 3 && dtype === 'uint8' && (channels === 3 || channels === 4) && height >= 16 && width >= 16;
}
