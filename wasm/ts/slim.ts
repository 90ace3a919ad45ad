/**
 * The same as `npymap`, for those who load the module, `npymap/npymap.wasm`, by themselves.
 *
 * @packageDocumentation
 */
import { NpyError } from './errors.js';
import { openAny, openArchive, openArray, openRawArray, type RawSpec } from './open.js';
import type { Input, NpyArray, NpzArchive, OpenOptions, TypedArray } from './types.js';
import { Engine } from './wasm.js';
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

const ENGINE = /* @__PURE__ */ new Engine(() => Promise.reject(new Error('npymap/slim: call init() first')));

/**
 * Gives the module: compiled, as bytes, or where to fetch it from. Everything else works once this is done.
 *
 * @example
 * ```js
 * import { readFile } from 'node:fs/promises';
 * import { init, toNpy } from 'npymap/slim';
 *
 * await init(await readFile(new URL(import.meta.resolve('npymap/npymap.wasm'))));
 * console.log(toNpy(new Uint8Array(1), { shape: [1] }).size); // 129
 * ```
 */
export async function init(
  module: WebAssembly.Module | ArrayBuffer | ArrayBufferView | Response | URL | string | Promise<Response>,
): Promise<void> {
  let given = await module;
  if (given instanceof URL || typeof given === 'string') given = await fetch(given);
  if (given instanceof Response) {
    if (!given.ok) throw new NpyError('ERR_HTTP', `the server answered ${given.status}`, { url: given.url, status: given.status });
    given = await given.arrayBuffer();
  }
  ENGINE.use(given instanceof WebAssembly.Module ? given : await WebAssembly.compile(given as BufferSource));
}

/** See `open` of `npymap`. */
export function open(input: Input, opts: OpenOptions = {}): Promise<NpyArray | NpzArchive> {
  return openAny(ENGINE, input, opts);
}

/** See `openNpy` of `npymap`. */
export function openNpy(input: Input, opts: OpenOptions = {}): Promise<NpyArray> {
  return openArray(ENGINE, input, opts);
}

/** See `openNpz` of `npymap`. */
export function openNpz(input: Input, opts: OpenOptions = {}): Promise<NpzArchive> {
  return openArchive(ENGINE, input, opts);
}

/** See `openRaw` of `npymap`. */
export function openRaw(input: Input, spec: RawSpec, opts: OpenOptions = {}): Promise<NpyArray> {
  return openRawArray(ENGINE, input, spec, opts);
}

/** See `toNpy` of `npymap`. */
export function toNpy(data: TypedArray, spec: NpySpec): Blob {
  return writeArray(ENGINE, data, spec);
}

/** See `toNpz` of `npymap`. */
export function toNpz(entries: Readonly<Record<string, Blob | Uint8Array>>, opts: NpzOptions = {}): Promise<Blob> {
  return writeArchive(ENGINE, entries, opts);
}

/** See `npyStream` of `npymap`. */
export function npyStream(chunks: NpyChunks, spec: NpyStreamSpec): ReadableStream<Uint8Array> {
  return streamArray(ENGINE, chunks, spec);
}

/** See `npyBlob` of `npymap`. */
export function npyBlob(chunks: NpyChunks, spec: NpyBlobSpec): Promise<Blob> {
  return collectArray(ENGINE, chunks, spec);
}

/** See `npzStream` of `npymap`. */
export function npzStream(
  entries: Iterable<readonly [string, NpyFile]> | AsyncIterable<readonly [string, NpyFile]>,
  opts: NpzOptions = {},
): ReadableStream<Uint8Array> {
  return streamArchive(ENGINE, entries, opts);
}
