// What the page and its worker tell each other.
import type { Descr, Figure, Stats } from 'npymap/slim';
import type { Part, Scale } from '../state.ts';

/** What to open: a file of the page's, or an address. */
export type Origin = File | FileSystemFileHandle | string;

/** An array that the worker has: a document, perhaps a member of it, perhaps read as another dtype. */
export interface Ref {
  doc: number;
  member: string | null;
  as: string | null;
}

export interface ArrayFacts {
  descr: Descr;
  dtype: string;
  shape: readonly number[];
  strides: readonly number[];
  size: number;
  itemsize: number;
  nbytes: number;
  fortranOrder: boolean;
  header: { version: readonly [number, number]; text: string; dataOffset: number } | null;
  warnings: readonly string[];
}

export interface MemberFacts {
  key: string;
  name: string;
  method: 'stored' | 'deflate';
  compressedSize: number;
  size: number;
  crc32: number;
}

export interface Opened {
  doc: number;
  /** Of the file, where it is known. */
  size: number | null;
  array: ArrayFacts | null;
  members: MemberFacts[] | null;
}

/** What a selection gives, and what it takes to read it. */
export interface Selected {
  array: ArrayFacts;
  /** The shape of what the indices are applied to: of the array, or of its field. */
  base: readonly number[];
  bytes: number;
  requests: number;
}

/** Two axes of a selection's result, as a table or picture. */
export interface Plane {
  ref: Ref;
  selection: string;
  /** Axes of the selection's result; of all that are not named, the first place is taken. */
  rows: number | null;
  cols: number | null;
  channel: number | null;
}

export interface Area {
  r0: number;
  r1: number;
  c0: number;
  c1: number;
}

/** Why something was not read by itself: it would take so much. */
export interface TooMuch {
  bytes: number;
  requests: number;
}

export interface Picture {
  /** RGBA. */
  pixels: ArrayBuffer;
  height: number;
  width: number;
  /** The pixel at [i, j] is the element at [r0 + i * rstep, c0 + j * cstep]. */
  r0: number;
  c0: number;
  rstep: number;
  cstep: number;
  /** What a picture with an element for each pixel takes, if this is coarser to save reading. */
  finer: TooMuch | null;
}

/** Which values there are, by a sample of the plane. */
export interface Spread {
  /** How many elements were looked at, of how many. */
  sampled: number;
  total: number;
  min: number;
  max: number;
  /** Quantiles at 1 and 99 %. */
  low: number;
  high: number;
  /** The same of positive values; NaN if there are none. */
  positive: readonly [low: number, high: number, min: number];
  /** How many lie in each of equal parts from min to max, on the scale. */
  histogram: number[];
}

export interface Paint {
  table: Uint8Array;
  scale: Scale;
  low: number;
  high: number;
  threshold: number;
  part: Part;
  bad: readonly [number, number, number, number];
}

/** A line, or its envelope: least and greatest value of equal parts. */
export interface Line {
  index: number;
  /** Elements of the line where parts begin, and one past the last. */
  x: Float64Array;
  least: Float64Array;
  most: Float64Array;
  /** How many elements each part has been made of, of how many it has. */
  seen: number;
  per: number;
}

export interface Counted {
  stats: Stats;
  /** The least and the greatest as they are printed. */
  ends: { least: string | null; greatest: string | null };
  histogram: { counts: number[]; edges: number[] } | null;
  /** How many elements were looked at, of how many. */
  sampled: number;
  total: number;
  /** What looking at all of them takes. */
  bytes: number;
}

export interface Compared {
  count: number;
  different: number;
  /** Indices into both. */
  first: number[] | null;
  far: number;
  firstFar: number[] | null;
  greatest: number | null;
  greatestAt: number[] | null;
  /** The values at the first difference, and at the greatest. */
  values: [string, string] | null;
  greatestValues: [string, string] | null;
}

/** What was read of a document. */
export interface Traffic {
  doc: number;
  requests: number;
  bytes: number;
  running: number;
  log: TrafficEntry[];
}

export interface TrafficEntry {
  start: number;
  end: number;
  /** In milliseconds since the worker began. */
  at: number;
  /** Until there was an answer; of a file, it is not known. */
  took: number | null;
  status: string;
}

export type { Descr, Figure, Stats };
