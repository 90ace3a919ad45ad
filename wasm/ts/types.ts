/// <reference lib="esnext.disposable" preserve="true" />

/** A dtype as the header has it: `'<f4'`, or nested arrays for structures: `[['x', '<f4'], ['y', '<i2', [3]]]`. */
export type Descr = string | readonly DescrPart[];
/** A part of the descriptor of a structure: a name, a dtype, a shape or its length. */
export type DescrPart = string | number | readonly DescrPart[];

/** What can be opened. */
export type Input =
  /** `http:`, `https:`, `data:` and `blob:` addresses. A string is resolved like the argument of `fetch`. */
  | string
  | URL
  /** A GET request, with headers and all. */
  | Request
  /** A `File` is one. */
  | Blob
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView
  /** A `FileSystemFileHandle` is one. */
  | { getFile(): Promise<File> }
  | ByteSource;

/**
 * Where bytes come from. hyparquet's `AsyncBuffer` is one.
 *
 * @example
 * ```js
 * import { openNpy, toNpy } from 'npymap';
 *
 * const file = toNpy(new Float32Array([1, 2, 3]), { shape: [3] });
 * const array = await openNpy({
 *   byteLength: file.size,
 *   slice: (start, end) => file.slice(start, end).arrayBuffer(), // or from wherever they are
 * });
 * console.log(await array.at(2)); // 3
 * ```
 */
export interface ByteSource {
  /** How many bytes there are. Archives need it; without it, arrays are checked when they are read. */
  readonly byteLength?: number;
  /** Gives the bytes from `start` up to `end`; fewer only if the source ends there. */
  slice(start: number, end: number, opts?: { signal?: AbortSignal }): Promise<ArrayBuffer> | ArrayBuffer;
}

/** How to open. Every member may be left out. */
export interface OpenOptions {
  /** Ends the opening, not what is done with the array later: reads have signals of their own. */
  signal?: AbortSignal | undefined;
  /**
   * Makes the requests instead of the global `fetch`: for authorisation, signed addresses, tests.
   *
   * @example
   * ```js
   * import { openNpy } from 'npymap';
   *
   * const withToken = (request) => {
   *   const headers = new Headers(request.headers);
   *   headers.set('Authorization', 'Bearer …');
   *   return fetch(new Request(request, { headers }));
   * };
   * const load = () => openNpy('https://example.org/private.npy', { fetch: withToken });
   * ```
   */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** What is kept of what was read: up to `maxBytes` (64 MiB), `at()` and `text()` in blocks of `blockSize` (64 KiB). */
  cache?: { blockSize?: number; maxBytes?: number } | false | undefined;
  /**
   * Is told what was read of the source, once it is there: everything that the cache did not have.
   *
   * @example
   * ```js
   * import { openNpy, toNpy } from 'npymap';
   *
   * let bytes = 0;
   * const file = toNpy(new Float32Array(1e6), { shape: [1e6] });
   * const array = await openNpy(file, { onRead: (start, end) => (bytes += end - start) });
   * await array.slice('-1').read();
   * console.log(bytes); // 65540
   * ```
   */
  onRead?: ((start: number, end: number) => void) | undefined;
  /** Ranges with at most so many unneeded bytes between them are read as one: 32 KiB. */
  coalesceGap?: number | undefined;
  /** How many requests run at the same time: 6. */
  concurrency?: number | undefined;
  /** What to do with a server that ignores `Range`: an error (the default), or download the whole file. */
  withoutRange?: 'error' | 'download' | undefined;
  /** The most that such a download may be: 32 MiB. */
  maxDownloadBytes?: number | undefined;
  /** The longest header to accept. */
  maxHeaderBytes?: number | undefined;
}

/** What {@link slice} makes; zarrita's slices are the same. */
export interface Slice {
  start: number | null;
  stop: number | null;
  step: number | null;
}

/**
 * NumPy's basic indexing: its syntax, with or without the brackets (`'[3, ::-1, ..., None]'`, `"['x'][2:5]"`), or an
 * array with an item for each axis: an integer, a {@link Slice}, `null` for all of the axis, `'...'`, or `'newaxis'`.
 */
export type Selection = string | readonly (number | bigint | null | '...' | 'newaxis' | Slice)[];

/** The arrays that hold elements. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** Strings of a fixed length, decoded when they are asked for. Messages to workers take them as an array: `[...data]`. */
export interface StringArray extends Iterable<string> {
  /** How many strings there are. */
  readonly length: number;
  /** The string at a place, without the NULs at its end. Bytes (`S`) are taken as UTF-8, U+FFFD where they are not. */
  get(index: number): string;
  /** The bytes of an element, padding and all. */
  bytes(index: number): Uint8Array;
}

/**
 * Values in memory: the element at `[i, j]` is `data[offset + i * stride[0] + j * stride[1]]`. The names are those of
 * scijs' ndarray and of zarrita.
 *
 * | dtype | data |
 * |---|---|
 * | bool | `Uint8Array` of 0 and 1 |
 * | integers up to 32 bits, float32, float64 | the typed array of that name |
 * | int64, uint64 | `BigInt64Array`, `BigUint64Array`; see {@link ReadOptions.int64} |
 * | float16, bfloat16, 8-bit floats | `Float32Array`; see {@link ReadOptions.float16} |
 * | complex | `Float32Array` or `Float64Array`, real and imaginary parts in turn, so that strides are even |
 * | longdouble | `Float64Array` |
 * | S, U | {@link StringArray} |
 * | datetime64, timedelta64 | `BigInt64Array`; the unit is in `dtype` |
 * | void | `Uint8Array` of `itemsize` bytes each |
 */
export interface NdArray<D extends TypedArray | StringArray = TypedArray | StringArray> {
  data: D;
  shape: number[];
  /** In items of `data`. */
  stride: number[];
  offset: number;
  dtype: string;
}

/** One element: bool is a boolean, 8-byte integers, dates and durations are `bigint`, complex numbers `[re, im]`, void its bytes. */
export type Scalar = number | bigint | boolean | string | [re: number, im: number] | Uint8Array;

/** What a read would take: no more, and no less. */
export interface ReadPlan {
  shape: number[];
  /** The bytes of the file (of an archive's member, of the archive where it is stored) that are fetched. */
  ranges: { start: number; end: number }[];
  /** How many bytes belong to elements. */
  bytesWanted: number;
  /** How many the ranges have. What the cache has already is not fetched again. */
  bytesFetched: number;
  /** The number of ranges: each is one request, unless the cache has it. */
  requests: number;
  /** Whether the fetched bytes are the result as they are. */
  zeroCopy: boolean;
}

/** How to read. */
export interface ReadOptions {
  /** `'number'` gives a `Float64Array` of 8-byte integers, or `ERR_UNSAFE_INT` if one is beyond 2^53. */
  int64?: 'bigint' | 'number' | undefined;
  /** `'bits'` gives a `Uint16Array` of float16 and bfloat16. */
  float16?: 'float32' | 'bits' | undefined;
  /** The elements as the file has them, as a `Uint8Array` of `itemsize` bytes each, of any dtype. */
  bytes?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** Where to put the result: a typed array of the right type and length. */
  out?: TypedArray | undefined;
  /** Is told how many elements are done, of how many. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** How to read piece by piece. */
export interface ChunkOptions extends Omit<ReadOptions, 'out' | 'onProgress' | 'bytes'> {
  /** The size of a chunk in the file: 4 MiB. A chunk has one step along the first axis at least. */
  bytes?: number | undefined;
}

/** Some steps along the first axis. */
export interface Chunk {
  /** The index of the first of them. */
  start: number;
  array: NdArray;
}

/** An integer is a `bigint` where a `number` would not be exact; complex figures are `[re, im]`. */
export type Figure = number | bigint | [re: number, im: number];

/** What `npymap stats` tells. */
export interface Stats {
  count: number;
  nan: number;
  posinf: number;
  neginf: number;
  zeros: number;
  /** Of all that is not NaN; `null` if there is nothing. */
  min: Figure | null;
  max: Figure | null;
  /** Where the first of them is. */
  argmin: number[] | null;
  argmax: number[] | null;
  /** Exact for integers. */
  sum: Figure | null;
  mean: Figure | null;
  /** Of the population, as NumPy's default. */
  std: number | null;
}

/** How many elements lie between two edges; the last bin includes its upper edge, as NumPy's. */
export interface Histogram {
  counts: number[];
  /** One more than there are counts. */
  edges: number[];
  nan: number;
  /** Elements out of range. */
  below: number;
  above: number;
}

/** A lazy view of an array: slicing costs nothing and reads nothing. */
export interface NpyArray {
  /** The dtype as the header has it. */
  readonly descr: Descr;
  /** The dtype as NumPy prints it: `float32`, `>i8`, `<U5`, `[('x', '<f4')]`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** In bytes, as NumPy's. */
  readonly strides: readonly number[];
  readonly ndim: number;
  readonly size: number;
  readonly itemsize: number;
  readonly nbytes: number;
  /** Whether the file has it in Fortran order. */
  readonly fortranOrder: boolean;
  /** The header of the file; `null` if it has none ({@link openRaw}). */
  readonly header: { readonly version: readonly [number, number]; readonly text: string; readonly dataOffset: number } | null;
  /** What is odd about the file. */
  readonly warnings: readonly string[];

  /**
   * NumPy's basic indexing, and fields of structures.
   *
   * @example
   * ```js
   * import { openNpy, slice, toNpy } from 'npymap';
   *
   * const array = await openNpy(toNpy(new Float32Array(12), { shape: [3, 4] }));
   * console.log(array.slice('::-1, 2').shape); // [3]
   * console.log(array.slice([null, slice(0, 2)]).shape); // [3, 2]
   * ```
   */
  slice(selection: Selection): NpyArray;
  /**
   * Reverses the axes, or puts them in the order given.
   *
   * @example
   * ```js
   * import { openNpy, toNpy } from 'npymap';
   *
   * const array = await openNpy(toNpy(new Uint8Array(24), { shape: [2, 3, 4] }));
   * console.log(array.transpose().shape); // [4, 3, 2]
   * console.log(array.transpose([1, 0, 2]).shape); // [3, 2, 4]
   * ```
   */
  transpose(axes?: readonly number[]): NpyArray;
  /**
   * A field of a structure.
   *
   * @example
   * ```js
   * import { openRaw } from 'npymap';
   *
   * const points = await openRaw(new Uint8Array(32), { dtype: [['x', '<f4'], ['y', '<f4']] });
   * console.log((await points.field('y').read()).data.length); // 4
   * ```
   */
  field(name: string): NpyArray;
  /**
   * The same bytes as another dtype of the same size: what ml_dtypes saved as `<V2` is `'bfloat16'`. Converts nothing.
   *
   * @example
   * ```js
   * import { openNpy, toNpy } from 'npymap';
   *
   * const opaque = await openNpy(toNpy(new Uint8Array([0x80, 0x3f]), { shape: [1], dtype: '<V2' }));
   * console.log(await opaque.astype('bfloat16').at(0)); // 1
   * ```
   */
  astype(dtype: Descr): NpyArray;

  /**
   * Which bytes a `read()` would fetch. Reads nothing.
   *
   * @example
   * ```js
   * import { openNpy, toNpy } from 'npymap';
   *
   * const array = await openNpy(toNpy(new Float32Array(100), { shape: [10, 10] }));
   * console.log(array.slice('2:4').plan().ranges); // [{ start: 208, end: 288 }]
   * ```
   */
  plan(): ReadPlan;
  /**
   * Reads the values, in C order.
   *
   * @example
   * ```js
   * import { openNpy, toNpy } from 'npymap';
   *
   * const array = await openNpy(toNpy(new Float32Array([1, 2, 3, 4]), { shape: [2, 2] }));
   * const { data, shape } = await array.slice(':, 1').read();
   * console.log(data, shape); // Float32Array [2, 4], [2]
   * ```
   */
  read<T extends TypedArray>(opts: ReadOptions & { out: T }): Promise<NdArray<T>>;
  read(opts?: ReadOptions): Promise<NdArray>;
  /**
   * The values where they are: over the buffer that was opened, without a copy.
   *
   * @example
   * ```js
   * import { openNpy, toNpy } from 'npymap';
   *
   * const file = await toNpy(new Float32Array([1, 2, 3, 4]), { shape: [2, 2] }).arrayBuffer();
   * const { data, stride, offset } = (await openNpy(file)).slice(':, 1').view();
   * console.log(data[offset], data[offset + stride[0]]); // 2 4
   * ```
   *
   * @throws {@link NpyError} `ERR_NOT_VIEWABLE`, if no typed array can show them: they are not in memory, not aligned,
   * not in the byte order of the machine, or no numbers.
   */
  view(): NdArray;
  /**
   * One element, by an index for each axis. Fetches whole blocks, so that neighbours are there already.
   *
   * @example
   * ```js
   * import { openNpy, toNpy } from 'npymap';
   *
   * const array = await openNpy(toNpy(new BigInt64Array([1n, 2n]), { shape: [2] }));
   * console.log(await array.at(-1)); // 2n
   * ```
   */
  at(...index: number[]): Promise<Scalar>;
  /**
   * Reads along the first axis, one chunk ahead. Of an array in Fortran order, `transpose()` it first: its last axis is the one
   * that lies in pieces.
   *
   * @example
   * ```js
   * import { openNpy, toNpy } from 'npymap';
   *
   * const array = await openNpy(toNpy(new Uint8Array(100), { shape: [10, 10] }));
   * for await (const { start, array: rows } of array.chunks({ bytes: 50 })) console.log(start, rows.shape);
   * ```
   */
  chunks(opts?: ChunkOptions): AsyncIterableIterator<Chunk>;
  /**
   * Counts, extremes, sum, mean and deviation, in one pass.
   *
   * @example
   * ```js
   * import { openNpy, toNpy } from 'npymap';
   *
   * const array = await openNpy(toNpy(new BigInt64Array([1n, 2n ** 62n]), { shape: [2] }));
   * const { max, argmax, sum } = await array.stats();
   * console.log(max, argmax, sum); // 4611686018427387904n [1] 4611686018427387905n
   * ```
   */
  stats(opts?: { signal?: AbortSignal | undefined; onProgress?: ReadOptions['onProgress'] }): Promise<Stats>;
  /**
   * Counts by value, from the least to the greatest if no range is given (which takes a pass more).
   *
   * @example
   * ```js
   * import { openNpy, toNpy } from 'npymap';
   *
   * const array = await openNpy(toNpy(new Uint8Array([0, 1, 1, 9]), { shape: [4] }));
   * const { counts, edges } = await array.histogram({ bins: 2, range: [0, 10] });
   * console.log(counts, edges); // [3, 1] [0, 5, 10]
   * ```
   */
  histogram(opts: {
    bins: number;
    range?: readonly [number, number] | undefined;
    signal?: AbortSignal | undefined;
    onProgress?: ReadOptions['onProgress'];
  }): Promise<Histogram>;
  /**
   * What Python's `print(array)` prints; reads only what it prints.
   *
   * @example
   * ```js
   * import { openNpy, toNpy } from 'npymap';
   *
   * const array = await openNpy(toNpy(new Float32Array(100_000).fill(0.1), { shape: [100_000] }));
   * console.log(await array.text()); // [0.1 0.1 0.1 ... 0.1 0.1 0.1]
   * ```
   */
  text(opts?: { signal?: AbortSignal | undefined }): Promise<string>;
  /**
   * What Python's `str()` gives of each element, in C order: shortest floats, exact integers, dates, `nan` and `NaT`;
   * for tables that show values as they are. Reads what {@link plan} tells. Up to a million elements, and 128 MiB of text.
   *
   * @example
   * ```js
   * import { openNpy, toNpy } from 'npymap';
   *
   * const array = await openNpy(toNpy(new Float32Array([0.1, -0, NaN]), { shape: [3] }));
   * console.log(await array.elements()); // ['0.1', '-0.0', 'nan']
   * ```
   */
  elements(opts?: { signal?: AbortSignal | undefined }): Promise<string[]>;
  /** Ends all reading of this file, by any of its views, with `ERR_CLOSED`, and forgets what was kept. */
  close(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}

/** A member of an archive, as its directory has it. */
export interface NpzEntry {
  name: string;
  method: 'stored' | 'deflate';
  compressedSize: number;
  size: number;
  crc32: number;
}

/** An archive of arrays, of which only the directory has been read. */
export interface NpzArchive {
  /** The names of the members as NumPy has them, without their `.npy`. */
  readonly keys: readonly string[];
  /**
   * What the directory says of a member.
   *
   * @example
   * ```js
   * import { openNpz, toNpy, toNpz } from 'npymap';
   *
   * const archive = await openNpz(await toNpz({ a: toNpy(new Uint8Array(2), { shape: [2] }) }));
   * console.log(archive.entry('a').name, archive.entry('a').size); // a.npy 130
   * ```
   */
  entry(key: string): NpzEntry;
  /** Opens a member, by its key or its name. `cache` and the like are its own, where it is compressed. */
  open(key: string, opts?: OpenOptions): Promise<NpyArray>;
  /** Closes the archive and its members. */
  close(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}
