import { descrText, numberOf, numbersOf, shown } from './arguments.js';
import { LazyArray } from './array.js';
import type { RawText } from './boundary.js';
import { Cache } from './cache.js';
import { NpyError } from './errors.js';
import { openHeader, sizeOf, type Start } from './header.js';
import { tagOf } from './ndarray.js';
import { LazyArchive } from './npz.js';
import { Scope } from './scope.js';
import { BlobSource } from './source/blob.js';
import { CustomSource } from './source/custom.js';
import { httpSource } from './source/http.js';
import { MemorySource } from './source/memory.js';
import type { Source } from './source/source.js';
import type { ByteSource, Descr, Input, NpyArray, NpzArchive, OpenOptions } from './types.js';
import type { Engine } from './wasm.js';

/** A file without a header: what its header would say. */
export interface RawSpec {
  dtype: Descr;
  /** One dimension, of all there is, if it is left out. */
  shape?: readonly number[] | undefined;
  /** Where the data begins, in bytes. */
  offset?: number | undefined;
  order?: 'C' | 'F' | undefined;
}

/** An array or an archive, by its first bytes. */
export function openAny(engine: Engine, input: Input, opts: OpenOptions): Promise<NpyArray | NpzArchive> {
  return opened<NpyArray | NpzArchive>(engine, input, opts, (start) =>
    // Archives begin with a member, or with the directory if there is none. All else is up to the header.
    start.bytes[0] === 0x50 && start.bytes[1] === 0x4b ? LazyArchive.open(start) : openHeader(start),
  );
}

export function openArray(engine: Engine, input: Input, opts: OpenOptions): Promise<NpyArray> {
  return opened(engine, input, opts, (start) => openHeader(start));
}

export function openArchive(engine: Engine, input: Input, opts: OpenOptions): Promise<NpzArchive> {
  return opened(engine, input, opts, (start) => LazyArchive.open(start));
}

export function openRawArray(engine: Engine, input: Input, spec: RawSpec, opts: OpenOptions): Promise<NpyArray> {
  return opened(engine, input, opts, async ({ cache, scope, ending }) => {
    const { dtype, shape, offset = 0, order = 'C' } = spec;
    const lengths = shape && numbersOf(shape, 'shape');
    const size = shape ? cache.source.size : await sizeOf(cache.source, ending);
    const { facts, ...raw } = engine.json<RawText>((wasm) =>
      wasm.raw(descrText(dtype), lengths, numberOf(offset, 'offset'), order, size),
    );
    return new LazyArray({ engine, cache, scope, gap: opts.coalesceGap, header: null, base: offset, ...raw }, facts);
  });
}

/** Loads the module and the first bytes, side by side, and closes the source if what follows fails. */
async function opened<T>(
  engine: Engine,
  input: Input,
  opts: OpenOptions,
  work: (start: Start) => Promise<T>,
): Promise<T> {
  opts.signal?.throwIfAborted();
  const ready = engine.ready();
  // If the source fails first, nobody looks at this.
  ready.catch(() => {});
  const cache = new Cache(await toSource(input, opts), opts);
  const scope = new Scope(() => cache.clear());
  try {
    return await scope.run(opts.signal, async (ending) => {
      const bytes = await cache.first(ending);
      await ready;
      return work({ engine, cache, scope, opts, ending, bytes });
    });
  } catch (error) {
    scope.close();
    throw error;
  }
}

async function toSource(input: Input, opts: OpenOptions): Promise<Source> {
  const tag = tagOf(input);
  if (typeof input === 'string' || tag === 'URL' || tag === 'Request') return urlSource(input as string | URL | Request, opts);
  if (tag === 'ArrayBuffer' || tag === 'SharedArrayBuffer' || ArrayBuffer.isView(input)) {
    return new MemorySource(input as ArrayBuffer | ArrayBufferView);
  }
  if (tag === 'Blob' || tag === 'File') return new BlobSource(input as Blob);
  const other = input as { getFile?(): Promise<File> } & Partial<ByteSource>;
  if (typeof other?.getFile === 'function') return new BlobSource(await other.getFile(), other as { getFile(): Promise<File> });
  if (typeof other?.slice === 'function' && tag !== 'Array') return new CustomSource(other as ByteSource);
  throw new TypeError(`the input is ${shown(input)}, expected a URL, a Blob, a buffer, or an object with slice(start, end)`);
}

async function urlSource(input: string | URL | Request, opts: OpenOptions): Promise<Source> {
  let request;
  try {
    request = new Request(input);
  } catch (cause) {
    throw notUrl(String(input), cause);
  }
  const { protocol } = new URL(request.url);
  if (protocol === 'file:') throw notUrl(request.url);
  if (protocol !== 'data:' && protocol !== 'blob:') return httpSource(request, opts);
  try {
    const response = await (opts.fetch ?? fetch)(opts.signal ? new Request(request, { signal: opts.signal }) : request);
    return new BlobSource(await response.blob());
  } catch (error) {
    opts.signal?.throwIfAborted();
    throw new NpyError('ERR_HTTP', `the request failed: ${(error as Error).message}`, { url: request.url.slice(0, 80) }, error);
  }
}

function notUrl(text: string, cause?: unknown): TypeError {
  const name = JSON.stringify(text.slice(0, 80));
  return new TypeError(`${name} is not a URL to fetch; in Node.js, open() of 'npymap/node' opens files by their paths`, { cause });
}
