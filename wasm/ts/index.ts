/**
 * Lazy NumPy arrays.
 *
 * @packageDocumentation
 */
import { openAny, openArchive, openArray, openRawArray, type RawSpec } from './open.js';
import type { Input, NpyArray, NpzArchive, OpenOptions, TypedArray } from './types.js';
import { decode, Engine } from './wasm.js';
import { wasm } from './wasm-inline.js';
import {
  collectArray,
  streamArchive,
  streamArray,
  writeArchive,
  writeArray,
  type NpyBlobSpec,
  type NpyChunks,
  type NpyFile,
  type NpySpec,
  type NpyStreamSpec,
  type NpzOptions,
} from './write.js';

export { NpyError, type NpyErrorCode } from './errors.js';
export type { RawSpec } from './open.js';
export { slice } from './selection.js';
export type {
  ByteSource,
  Chunk,
  ChunkOptions,
  Descr,
  DescrPart,
  Figure,
  Histogram,
  Input,
  NdArray,
  NpyArray,
  NpzArchive,
  NpzEntry,
  OpenOptions,
  ReadOptions,
  ReadPlan,
  Scalar,
  Selection,
  Slice,
  Stats,
  StringArray,
  TypedArray,
} from './types.js';
export type { NpyBlobSpec, NpyChunks, NpyFile, NpySpec, NpyStreamSpec, NpzOptions } from './write.js';

// A bundle that does not call `toNpy` need not hold the module: it becomes a chunk of its own.
const ENGINE = /* @__PURE__ */ new Engine(async () => WebAssembly.compile(decode((await import('./wasm-inline.js')).wasm)));

/**
 * Opens an .npy array or an .npz archive, whichever it is. Reads the first 64 KiB at most, and the directory of archives.
 *
 * @throws {@link NpyError}
 *
 * @example
 * ```js
 * import { open, toNpy } from 'npymap';
 *
 * const file = await open(toNpy(new Float32Array(6), { shape: [2, 3] })); // a URL or a File as well
 * if ('keys' in file) console.log(file.keys);
 * else console.log(file.dtype, file.shape); // float32 [2, 3]
 * ```
 */
export function open(input: Input, opts: OpenOptions = {}): Promise<NpyArray | NpzArchive> {
  return openAny(ENGINE, input, opts);
}

/**
 * Opens an .npy array. Reads the header, and no more than the first 64 KiB if it is shorter.
 *
 * @throws {@link NpyError}
 *
 * @example
 * ```js
 * import { openNpy, toNpy } from 'npymap';
 *
 * const array = await openNpy(toNpy(new Int32Array([1, 2, 3, 4, 5, 6]), { shape: [2, 3] }));
 * const { data } = await array.slice('[-1, ::2]').read();
 * console.log(data); // Int32Array [4, 6]
 * ```
 */
export function openNpy(input: Input, opts: OpenOptions = {}): Promise<NpyArray> {
  return openArray(ENGINE, input, opts);
}

/**
 * Opens an .npz archive. Reads its directory.
 *
 * @throws {@link NpyError}
 *
 * @example
 * ```js
 * import { openNpz, toNpy, toNpz } from 'npymap';
 *
 * const archive = await openNpz(await toNpz({ a: toNpy(new Uint8Array([1, 2]), { shape: [2] }) }));
 * console.log(archive.keys); // ['a']
 * const { data } = await (await archive.open('a')).read();
 * console.log(data); // Uint8Array [1, 2]
 * ```
 */
export function openNpz(input: Input, opts: OpenOptions = {}): Promise<NpzArchive> {
  return openArchive(ENGINE, input, opts);
}

/**
 * Opens a file that has no header, as `numpy.memmap` leaves them.
 *
 * @throws {@link NpyError}
 *
 * @example
 * ```js
 * import { openRaw } from 'npymap';
 *
 * const array = await openRaw(new Uint8Array([0, 1, 0, 2]), { dtype: '>i2' });
 * console.log((await array.read()).data); // Int16Array [1, 2]
 * ```
 */
export function openRaw(input: Input, spec: RawSpec, opts: OpenOptions = {}): Promise<NpyArray> {
  return openRawArray(ENGINE, input, spec, opts);
}

/**
 * An .npy file of an array in memory, whose data is not copied. Its header is what `numpy.save` writes, byte for byte.
 *
 * @param data - In C order unless the specification says otherwise. Of a dtype that is not the array's own, it is the
 * typed array that {@link NdArray} names, the bits of float16 as a `Uint16Array`, or the bytes as a `Uint8Array`.
 * @throws TypeError if the data is not as long as the shape says; {@link NpyError} `ERR_DTYPE` if it is no data of the dtype.
 *
 * @example
 * ```js
 * import { toNpy } from 'npymap';
 *
 * const blob = toNpy(new Float64Array([1, 2, 3, 4, 5, 6]), { shape: [2, 3] });
 * console.log(blob.size); // 176
 * ```
 */
export function toNpy(data: TypedArray, spec: NpySpec): Blob {
  return writeArray(sync(), data, spec);
}

/**
 * An .npz archive of .npy files, by the names of the arrays. Where they are stored, their data is aligned so that it can
 * be mapped, and not copied.
 *
 * @throws {@link NpyError} if an entry is no .npy file.
 *
 * @example
 * ```js
 * import { toNpy, toNpz } from 'npymap';
 *
 * const x = toNpy(new Float32Array(1000), { shape: [1000] });
 * const archive = await toNpz({ x, y: x }, { deflate: true });
 * console.log(archive.size < x.size); // true
 * ```
 */
export function toNpz(entries: Readonly<Record<string, Blob | Uint8Array>>, opts: NpzOptions = {}): Promise<Blob> {
  return writeArchive(ENGINE, entries, opts);
}

/**
 * An .npy file as a stream, of data that comes in chunks. The stream fails if they are not as long as the shape says.
 *
 * @example
 * ```js
 * import { npyStream, openNpy } from 'npymap';
 *
 * async function* rows() {
 *   for (let i = 0; i < 3; i += 1) yield new Float32Array(4).fill(i);
 * }
 * const stream = npyStream(rows(), { dtype: '<f4', shape: [3, 4] }); // to be uploaded, or written to a file
 * const array = await openNpy(await new Response(stream).blob());
 * console.log(array.shape); // [3, 4]
 * ```
 */
export function npyStream(chunks: NpyChunks, spec: NpyStreamSpec): ReadableStream<Uint8Array> {
  return streamArray(ENGINE, chunks, spec);
}

/**
 * An .npy file of data that comes in chunks, until there are no more: the first dimension is `null`. The header of an
 * .npy file, which comes first, has it, so that there is no stream of this kind.
 *
 * @example
 * ```js
 * import { npyBlob, openNpy } from 'npymap';
 *
 * async function* measurements() {
 *   for (let i = 0; i < 5; i += 1) yield Float64Array.of(i, i * i);
 * }
 * const array = await openNpy(await npyBlob(measurements(), { dtype: '<f8', shape: [null, 2] }));
 * console.log(array.shape); // [5, 2]
 * ```
 */
export function npyBlob(chunks: NpyChunks, spec: NpyBlobSpec): Promise<Blob> {
  return collectArray(ENGINE, chunks, spec);
}

/**
 * An .npz archive as a stream, of files that may be streams themselves.
 *
 * @example
 * ```js
 * import { npyStream, npzStream, openNpz, toNpy } from 'npymap';
 *
 * const stream = npzStream([
 *   ['a', toNpy(new Uint8Array(3), { shape: [3] })],
 *   ['b', npyStream([new Float32Array(2)], { dtype: '<f4', shape: [2] })],
 * ]);
 * const archive = await openNpz(await new Response(stream).blob());
 * console.log(archive.keys); // ['a', 'b']
 * ```
 */
export function npzStream(
  entries: Iterable<readonly [string, NpyFile]> | AsyncIterable<readonly [string, NpyFile]>,
  opts: NpzOptions = {},
): ReadableStream<Uint8Array> {
  return streamArchive(ENGINE, entries, opts);
}

/** `toNpy` does not wait. */
function sync(): Engine {
  if (!ENGINE.isReady) ENGINE.use(new WebAssembly.Module(decode(wasm)));
  return ENGINE;
}
