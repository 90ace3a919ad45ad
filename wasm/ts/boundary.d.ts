/**
 * What the Rust side offers, and all that crosses between it and TypeScript.
 *
 * The glue (`glue.js`, made by `cargo xtask npm`) exports `create()`, which makes one instance; nothing but the handles
 * below lives in it between two calls. Whoever makes a handle calls `free()` in a `finally`.
 *
 * - A layout crosses as its code: an opaque string that every call parses and checks again.
 * - Positions and sizes are bytes, safe integers, and absolute in the source unless said otherwise. `base` is where the
 *   data of the array begins in the source (`dataOffset`).
 * - Every function can throw. What it throws is the JSON text of an {@link ErrorText}. Anything else, such as a
 *   `WebAssembly.RuntimeError`, is a trap: the instance must not be used again.
 * - No view on wasm memory is ever returned; arrays that are returned are copies.
 */

/** Makes an instance of the module. */
export function create(module: WebAssembly.Module): Boundary;

/** The JSON that a failing function throws, as a string. */
export interface ErrorText {
  code: string;
  message: string;
  detail: Record<string, unknown>;
}

/** The JSON of what a layout is. `strides` are in bytes. */
export interface Facts {
  code: string;
  descr: unknown;
  dtype: string;
  byteOrder: 'little' | 'big' | 'none';
  shape: number[];
  strides: number[];
  size: number;
  itemsize: number;
  nbytes: number;
  /** An element, not an array of no dimension: what NumPy gives when every axis has an integer. */
  scalar: boolean;
}

/** The JSON of a parser's answer that must see more of the source. */
export interface Need {
  need: [start: number, end: number];
}

export interface HeaderText {
  header: { version: [number, number]; text: string; dataOffset: number };
  fortranOrder: boolean;
  warnings: string[];
  /** Where the data ends in the source. */
  end: number;
  /** What elements are read into, float16 as its bits: `array` of {@link ResultText}. Structures and objects have none. */
  array: ResultText['array'] | null;
  facts: Facts;
}

export type RawText = Omit<HeaderText, 'header' | 'array'>;

export interface PlanText {
  shape: number[];
  ranges: { start: number; end: number }[];
  bytesWanted: number;
  bytesFetched: number;
  /** Whether the bytes of the one range are the result. */
  zeroCopy: boolean;
}

export interface ViewText {
  /** A typed array to be made over the buffer from byte `start` on, with `length` items. */
  array: TypedArrayName;
  start: number;
  length: number;
  shape: number[];
  /** In items of the typed array. */
  stride: number[];
  /** The item of the first element. */
  offset: number;
}

export interface MemberText {
  name: string;
  key: string;
  method: string;
  compressedSize: number;
  size: number;
  crc32: number;
  /** Why the member cannot be read, where the directory alone tells. */
  error?: ErrorText;
}

export interface LocatedText {
  /** Where the data of the member lies in the archive: of a stored one, it is the file itself. */
  range: [start: number, end: number];
  method: 'stored' | 'deflate';
  /** Of the data once it is decompressed. */
  size: number;
}

export type TypedArrayName =
  | 'Int8Array' | 'Uint8Array' | 'Int16Array' | 'Uint16Array' | 'Int32Array' | 'Uint32Array'
  | 'BigInt64Array' | 'BigUint64Array' | 'Float32Array' | 'Float64Array';

/** An instance of the module. */
export interface Boundary {
  /**
   * Reads a header from the first bytes of a source: JSON of {@link Need} or {@link HeaderText}.
   *
   * `inputLength` is the length of the source where it is known; if it is too short for the data, ERR_TRUNCATED has
   * `{expected, found, dtype, shape, dataOffset}`, `expected` and `found` being lengths of the source.
   */
  header(bytes: Uint8Array, inputLength: number | undefined, maxHeaderBytes: number | undefined): string;

  /** A source without a header: JSON of {@link RawText}. `descr` is JSON (a string or nested arrays), `order` `C` or `F`. */
  raw(
    descr: string, shape: Float64Array | undefined, offset: number, order: string, inputLength: number | undefined,
  ): string;

  /** JSON of {@link Facts}. `selection` is NumPy's syntax. */
  select(code: string, selection: string): string;
  transpose(code: string, axes: Float64Array | undefined): string;
  field(code: string, name: string): string;
  /** The same bytes as another dtype; `descr` is JSON (a string or nested arrays). */
  view(code: string, descr: string): string;

  /** JSON of {@link PlanText}. */
  plan(code: string, base: number, gap: number, maxRange: number, maxRanges: number): string;
  /** How many steps along the first axis make up to so many bytes; at least 1. */
  rowsPerChunk(code: string, bytes: number): number;
  /** JSON of {@link ViewText}, for a source that is the bytes `byteOffset..byteOffset + byteLength` of a buffer. */
  viewSpec(code: string, base: number, byteOffset: number, byteLength: number): string;

  /**
   * JSON of `string[]`: what Python's `str()` gives of each element, in C order; `bytes` are all of them as stored. Without
   * `bytes`, of none: the call then only refuses what would be too many.
   */
  texts(code: string, bytes?: Uint8Array): string;

  Task: {
    /**
     * Gathers a layout into a result in C order: 64-bit integers as `numbers`, float16 as its `bits`, or elements of whatever
     * dtype as the `bytes` that are stored.
     */
    reading(
      code: string, base: number, gap: number, maxRange: number, numbers: boolean, bits: boolean, bytes: boolean,
    ): Task;
    /** Counts the elements of a layout: statistics, or a histogram, given `[bins, low, high]`. */
    counting(code: string, base: number, gap: number, maxRange: number, histogram: Float64Array | undefined): Task;
    /** Prints a layout as `npymap show` does. */
    printing(code: string, base: number, gap: number, maxRange: number): Task;
  };

  /**
   * The members of an archive of `size` bytes: JSON of {@link Need} or `{"members": MemberText[]}`. `chunks` are pieces
   * of the archive that begin at `offsets`: all that was asked for so far.
   */
  npz(size: number, offsets: Float64Array, chunks: Uint8Array[]): string;
  /** The number of the member of a key, by NumPy's rules; ERR_ZIP if there is none. */
  npzFind(size: number, offsets: Float64Array, chunks: Uint8Array[], key: string): number;
  /** Where the data of a member lies: JSON of {@link Need} or {@link LocatedText}. `local` are bytes of the archive from
   * `at` on: none at first, then those that were asked for. */
  npzLocate(
    size: number, offsets: Float64Array, chunks: Uint8Array[], key: string, at: number, local: Uint8Array,
  ): string;

  Inflating: new (size: number, offsets: Float64Array, chunks: Uint8Array[], key: string) => Inflating;

  /** Everything before the data, byte for byte as NumPy writes it. `descr` is JSON (a string or nested arrays). */
  writeHeader(descr: string, shape: Float64Array, fortranOrder: boolean): Uint8Array;

  ZipWriter: new () => ZipWriter;
  Crc: new () => Crc;
}

interface Handle {
  free(): void;
}

/** Work on a layout, tile by tile. */
export interface Task extends Handle {
  /** Where reading writes its result, all of its bytes. Without it, no tile can be done. */
  set out(bytes: Uint8Array);
  /**
   * Begins the next tile: `[start, end, start, end, …]`, the ranges of the source that it needs, ascending; `undefined`
   * when there are no more tiles. May be called ahead; tiles wait in a queue.
   */
  next(): Float64Array | undefined;
  /** Does the tile that was begun first: `pieces` are the bytes of its ranges, one each. */
  take(pieces: Uint8Array[]): void;
  /** Begins and does the next tile with a source in memory; `false` when there was none. Not to be mixed with `next`. */
  step(source: Uint8Array): boolean;
  /** How many elements are done. */
  readonly done: number;
  /**
   * Of reading, JSON of {@link ResultText}; of printing, the text.
   *
   * Of counting, JSON of statistics (`count`, `nan`, …, as `npymap stats --json`; integers beyond 2^53 are exact) or of a
   * histogram: `{"edges": number[], "counts": number[], "nan", "below", "above"}`. Infinite and NaN figures are the strings
   * `"inf"`, `"-inf"` and `"nan"`.
   */
  result(): string;
  /** After statistics: starts again, with a histogram from the least to the greatest value. */
  thenHistogram(bins: number): void;
}

export interface ResultText {
  /** What to make of the result. Of strings (`StringArray:…`), it is bytes of `itemBytes` each: `S` as stored, `U` code
   * points of 32 bits in the byte order of the machine. */
  array: TypedArrayName | 'StringArray:S' | 'StringArray:U';
  /** The number of items of the typed array, or of strings. */
  length: number;
  /** The number of bytes of the result. */
  nbytes: number;
  itemBytes: number;
  shape: number[];
  /** In items: of the typed array (so that of complex numbers counts parts), or strings. */
  stride: number[];
  /** The one range of the source that is the result, byte for byte. */
  whole: [start: number, end: number] | null;
}

/** Decodes a member, whatever its method, from the bytes of its range on. */
export interface Inflating extends Handle {
  /** Decodes as much of the input as there is room for: `[read, written, done]`. `done` (1) means that the size and the
   * checksum are right. Input that was not read is to be given again. */
  take(input: Uint8Array, out: Uint8Array): Float64Array;
}

/** Writes the records of an archive around data that the caller writes. */
export interface ZipWriter extends Handle {
  /**
   * What stands before the data of a member. `npyHeaderLength` (0: not an array) is for its alignment. With `contents`
   * (`[crc32, compressedSize, size]`) the record holds them, and `end` returns nothing; without, they follow the data,
   * and `maxSize` says how large it may become.
   */
  begin(
    name: string, deflate: boolean, npyHeaderLength: number, contents: Float64Array | undefined, maxSize: number,
  ): Uint8Array;
  /** What stands behind the data. */
  end(crc32: number, compressedSize: number, size: number): Uint8Array;
  /** The end of the archive. */
  finish(): Uint8Array;
}

export interface Crc extends Handle {
  update(bytes: Uint8Array): void;
  readonly value: number;
}
