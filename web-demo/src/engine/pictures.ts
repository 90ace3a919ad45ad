// Planes as pixels, in bounded bytes: of what is larger than the screen, every nth row and column.
import type { NpyArray } from 'npymap/slim';
import type { Part, Scale } from '../state.ts';
import { painter } from './painter.ts';
import { areaOf } from './planes.ts';
import type { Area, Paint, Picture, Spread, TooMuch } from './types.ts';
import { readValues } from './values.ts';

/** How many rows and columns of a plane are looked at to know its values. */
const SAMPLE = 384;
const BINS = 96;
/** Whatever may be read: not more pieces than this. */
const REQUESTS = { remote: 48, local: 1200 };
export const BYTES = { remote: 8e6, local: 64e6 };

/** How much may be read without asking. */
export interface Limit {
  bytes: number;
  requests: number;
}

export function limitOf(isRemote: boolean, isForced: boolean): Limit {
  if (isForced) return { bytes: Number.POSITIVE_INFINITY, requests: Number.POSITIVE_INFINITY };
  return isRemote ? { bytes: BYTES.remote, requests: REQUESTS.remote } : { bytes: BYTES.local, requests: REQUESTS.local };
}

/** Of a part of a plane, as many rows and columns as there are pixels, or fewer if they would take too much reading. */
export function coarse(
  plane: NpyArray,
  area: Area,
  height: number,
  width: number,
  limit: Limit,
): { part: NpyArray; rstep: number; cstep: number; finer: TooMuch | null } | TooMuch {
  const steps = (length: number, pixels: number): number => Math.max(1, Math.ceil(length / Math.max(1, pixels)));
  let [rstep, cstep] = [steps(area.r1 - area.r0, height), steps(area.c1 - area.c0, width)];
  let finer: TooMuch | null = null;
  for (;;) {
    const part = areaOf(plane, area, rstep, cstep);
    if (over(part, limit) <= 1) return { part, rstep, cstep, finer };
    finer ??= costOf(part);
    const [rows = 0, cols = 0] = part.shape;
    // Whichever direction saves more; below some pixels it is no picture any more.
    const fewer = [
      ...(rows > 24 ? [{ rstep: rstep * 2, cstep }] : []),
      ...(cols > 24 ? [{ rstep, cstep: cstep * 2 }] : []),
    ].map((next) => ({ ...next, excess: over(areaOf(plane, area, next.rstep, next.cstep), limit) }));
    const best = fewer.sort((a, b) => a.excess - b.excess)[0];
    if (!best) return costOf(part);
    ({ rstep, cstep } = best);
  }
}

/** A part of a plane as pixels. */
export async function picture(
  plane: NpyArray,
  area: Area,
  { height, width }: { height: number; width: number },
  paint: Paint,
  limit: Limit,
  signal: AbortSignal,
): Promise<Picture | TooMuch> {
  const found = coarse(plane, area, height, width, limit);
  if (!('part' in found)) return found;
  const { part, rstep, cstep, finer } = found;
  await painter();
  const [rows = 0, cols = 0, channels] = part.shape;
  const pixels = lend(await readValues(part, signal), (values) => {
    if (channels !== undefined) return values.rgba(channels, brightness(part.dtype));
    const { table, scale, low, high, threshold, bad } = paint;
    return lend(values.part(paint.part), (reals) => reals.paint(table, scale, low, high, threshold, Uint8Array.from(bad)));
  });
  return { pixels: pixels.buffer as ArrayBuffer, height: rows, width: cols, r0: area.r0, c0: area.c0, rstep, cstep, finer };
}

/** Which values a plane has, by a sample of it. */
export async function spread(
  plane: NpyArray,
  part: Part,
  scale: Scale,
  limit: Limit,
  signal: AbortSignal,
): Promise<Spread | TooMuch> {
  const [rows = 0, cols = 0] = plane.shape;
  const found = coarse(plane, { r0: 0, r1: rows, c0: 0, c1: cols }, SAMPLE, SAMPLE, limit);
  if (!('part' in found)) return found;
  await painter();
  const reals = lend(await readValues(found.part, signal), (values) => values.part(part));
  return lend(reals, () => {
    const ends = (of: Scale, from: number, to: number): [number, number] => {
      const [low = Number.NaN, high = Number.NaN] = reals.quantiles(of, from, to);
      return [low, high];
    };
    const [min, max] = ends('linear', 0, 1);
    const [low, high] = ends('linear', 0.01, 0.99);
    const [least, most] = ends('log', 0, 1);
    const positive = [...ends('log', 0.01, 0.99), least] as const;
    const [from, to] = scale === 'log' ? [least, most] : [min, max];
    const histogram = Number.isNaN(from) ? [] : [...reals.histogram(scale, from, to, threshold(low, high), BINS)];
    return { sampled: found.part.size, total: plane.size, min, max, low, high, positive, histogram };
  });
}

/** Where a symmetric logarithm is about linear: a thousandth of the range. */
export function threshold(low: number, high: number): number {
  const most = Math.max(Math.abs(low), Math.abs(high));
  return most > 0 && Number.isFinite(most) ? most / 1000 : 1;
}

/** Works with what has to be freed afterwards. */
export function lend<T extends { free(): void }, R>(of: T, work: (of: T) => R): R {
  try {
    return work(of);
  } finally {
    of.free();
  }
}

/** The value of full brightness. */
function brightness(dtype: string): number {
  if (dtype === 'bool' || /float|complex|^[<>]?[fc]\d/.test(dtype)) return 1;
  return /16|[iu]2/.test(dtype) ? 65535 : /32|64|[iu][48]/.test(dtype) ? 4294967295 : 255;
}

function costOf(array: NpyArray): TooMuch {
  const { bytesFetched: bytes, requests } = array.plan();
  return { bytes, requests };
}

/** By how much a reading goes beyond a limit. */
function over(array: NpyArray, { bytes, requests }: Limit): number {
  const cost = costOf(array);
  return Math.max(cost.bytes / bytes, cost.requests / requests);
}
