// Writing: headers and records come from Rust, the data stays where it is.
import { descrText, numbersOf, shown } from './arguments.js';
import type { HeaderText, Need, ZipWriter } from './boundary.js';
import { NpyError } from './errors.js';
import { pacer } from './run.js';
import { FIRST_BYTES } from './source/source.js';
import { bytesOf, concat, tagOf } from './ndarray.js';
import type { Descr, TypedArray } from './types.js';
import { free, type Engine } from './wasm.js';

/** What an array is that is to be written. */
export interface NpySpec {
  shape: readonly number[];
  /** That of the typed array, if it is left out. */
  dtype?: Descr | undefined;
  /** Whether the data is in Fortran order. */
  fortranOrder?: boolean | undefined;
}

/** What an array is that comes in chunks. */
export interface NpyStreamSpec extends NpySpec {
  dtype: Descr;
}

/** What an array is of which nobody knows how long it will become. */
export interface NpyBlobSpec {
  shape: readonly [null, ...number[]];
  dtype: Descr;
}

/** Chunks of data, each in the byte order of the machine or, as a `Uint8Array`, that of the dtype. */
export type NpyChunks = Iterable<TypedArray> | AsyncIterable<TypedArray>;

/** The bytes of a file. */
export type NpyFile = Blob | Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** How to write an archive. */
export interface NpzOptions {
  deflate?: boolean | undefined;
}

/** An .npy file of an array in memory. */
export function writeArray(engine: Engine, data: TypedArray, spec: NpySpec): Blob {
  if (!ArrayBuffer.isView(data) || !('length' in data)) throw new TypeError('the data is no typed array');
  const { dtype = ofArray(data), shape, fortranOrder } = spec;
  const { bytes, nbytes, check } = header(engine, dtype, shape, fortranOrder);
  check(data);
  if (data.byteLength !== nbytes) throw wrongLength(data.byteLength, nbytes, shape);
  return new Blob([bytes, data as BlobPart]);
}

/** An .npy file as a stream. */
export function streamArray(engine: Engine, chunks: NpyChunks, spec: NpyStreamSpec): ReadableStream<Uint8Array> {
  return stream(async function* () {
    await engine.ready();
    const { bytes, nbytes, check } = header(engine, spec.dtype, spec.shape, spec.fortranOrder);
    yield bytes;
    let length = 0;
    for await (const chunk of chunks) {
      check(chunk);
      length += chunk.byteLength;
      if (length > nbytes) throw wrongLength(length, nbytes, spec.shape);
      yield bytesOf(chunk);
    }
    if (length < nbytes) throw wrongLength(length, nbytes, spec.shape);
  });
}

/** An .npy file whose first dimension turns out in the end. */
export async function collectArray(engine: Engine, chunks: NpyChunks, spec: NpyBlobSpec): Promise<Blob> {
  await engine.ready();
  const { dtype, shape: [first, ...rest] } = spec;
  if (first !== null) throw new TypeError(`the first dimension is ${shown(first)}, expected null`);
  const one = header(engine, dtype, [1, ...rest], false);
  const parts: Blob[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    one.check(chunk);
    length += chunk.byteLength;
    // A Blob takes a copy, so that the caller may use the chunk again, and need not hold it in memory.
    parts.push(new Blob([chunk as BlobPart]));
  }
  const rows = length === 0 ? 0 : length / one.nbytes;
  if (!Number.isInteger(rows)) throw wrongLength(length, one.nbytes, [1, ...rest]);
  return new Blob([header(engine, dtype, [rows, ...rest], false).bytes, ...parts]);
}

/** An .npz archive of files. */
export async function writeArchive(
  engine: Engine,
  entries: Readonly<Record<string, Blob | Uint8Array>>,
  opts: NpzOptions,
): Promise<Blob> {
  // The entries of a Map would be none.
  if (tagOf(entries) !== 'Object') {
    throw new TypeError(`the entries are ${shown(entries)}, expected an object of files by their names`);
  }
  const parts: BlobPart[] = [];
  for await (const part of archive(engine, Object.entries(entries), opts)) parts.push(part as BlobPart);
  return new Blob(parts, { type: 'application/zip' });
}

/** An .npz archive as a stream. */
export function streamArchive(
  engine: Engine,
  entries: Iterable<readonly [string, NpyFile]> | AsyncIterable<readonly [string, NpyFile]>,
  opts: NpzOptions,
): ReadableStream<Uint8Array> {
  return stream(async function* () {
    for await (const part of archive(engine, entries, opts)) yield* fileChunks(part);
  });
}

/** The parts of an archive. */
async function* archive(
  engine: Engine,
  entries: Iterable<readonly [string, NpyFile]> | AsyncIterable<readonly [string, NpyFile]>,
  { deflate = false }: NpzOptions,
): AsyncGenerator<Blob | Uint8Array, undefined> {
  await engine.ready();
  const zip = engine.call((wasm) => new wasm.ZipWriter());
  try {
    for await (const [key, file] of entries) yield* member(engine, zip, key, file, deflate);
    yield engine.call(() => zip.finish());
  } finally {
    free(zip);
  }
}

/** The parts of a member. Of what can be read twice, sizes and checksum come first, and else behind the data. */
async function* member(
  engine: Engine,
  zip: ZipWriter,
  key: string,
  file: NpyFile,
  deflate: boolean,
): AsyncGenerator<Blob | Uint8Array, undefined> {
  const whole = isBytes(file) ? new Blob([file as BlobPart]) : isBlob(file) ? file : undefined;
  const rest = pacer();
  const chunks = checkedChunks(key, whole ?? file);
  const crc = engine.call((wasm) => new wasm.Crc());
  let [read, written] = [0, 0];
  const begin = (length: number, contents?: Float64Array) =>
    engine.call(() => zip.begin(`${key}.npy`, deflate, length, contents, whole?.size ?? Number.MAX_SAFE_INTEGER));
  try {
    const head = await headerLength(engine, key, chunks, whole?.size);
    const seen = async function* () {
      for await (const bytes of concatenated(head.seen, chunks)) {
        engine.call(() => crc.update(bytes));
        read += bytes.length;
        await rest();
        yield bytes;
      }
    };
    if (whole) {
      let data = whole;
      if (deflate) data = await new Response(stream(seen).pipeThrough(deflater())).blob();
      else for await (const _ of seen());
      written = data.size;
      yield begin(head.length, new Float64Array([crc.value, written, read]));
      yield data;
    } else {
      yield begin(head.length);
      for await (const bytes of deflate ? fileChunks(stream(seen).pipeThrough(deflater())) : seen()) {
        written += bytes.length;
        yield bytes;
      }
    }
    yield engine.call(() => zip.end(crc.value, written, read));
  } finally {
    free(crc);
    await chunks.return(undefined);
  }
}

interface Header {
  bytes: Uint8Array<ArrayBuffer>;
  /** Of the data. */
  nbytes: number;
  /** Throws unless an array is data of this dtype. */
  check(data: TypedArray): void;
}

function header(engine: Engine, dtype: Descr, shape: readonly number[], fortranOrder = false): Header {
  const lengths = numbersOf(shape, 'shape');
  const bytes = engine.call((wasm) => wasm.writeHeader(descrText(dtype), lengths, fortranOrder));
  const { facts, array } = engine.json<HeaderText>((wasm) => wasm.header(bytes, undefined, bytes.length));
  const check = (data: TypedArray) => {
    const found = tagOf(data).replace('Clamped', '').replace('Float16', 'Uint16');
    // Bytes are data of whatever they are said to be.
    if (found === 'Uint8Array') return;
    const isRight = found === array;
    if (isRight && facts.byteOrder !== 'big') return;
    const order = isRight ? ', which is big-endian' : '';
    throw new NpyError('ERR_DTYPE', `a ${found} is no data of dtype ${facts.dtype}${order}; a Uint8Array of its bytes would be`, {
      found,
      dtype: facts.dtype,
    });
  };
  return { bytes: bytes as Uint8Array<ArrayBuffer>, nbytes: facts.nbytes, check };
}

function ofArray(data: TypedArray): Descr {
  const [kind = ''] = tagOf(data).replace('Big', '');
  const size = data.BYTES_PER_ELEMENT;
  return `${size > 1 ? '<' : '|'}${kind.toLowerCase()}${size}`;
}

function wrongLength(found: number, expected: number, shape: readonly number[]): TypeError {
  return new TypeError(`there are ${found} bytes of data, and shape (${shape.join(', ')}) has ${expected}`);
}

/** The length of the header of a file, and what was read to find it. */
async function headerLength(
  engine: Engine,
  key: string,
  chunks: AsyncIterator<Uint8Array>,
  size: number | undefined,
): Promise<{ length: number; seen: Uint8Array[] }> {
  const seen: Uint8Array[] = [];
  let read = 0;
  for (let length = size, need = 1; ; ) {
    while (read < need) {
      const { done, value } = await chunks.next();
      if (done) {
        length = read;
        break;
      }
      seen.push(value);
      read += value.length;
    }
    try {
      const bytes = concat(seen, read).subarray(0, Math.max(need, FIRST_BYTES));
      const answer = engine.json<HeaderText | Need>((wasm) => wasm.header(bytes, length, undefined));
      if ('header' in answer) return { length: answer.header.dataOffset, seen };
      need = answer.need[1];
    } catch (error) {
      if (!(error instanceof NpyError)) throw error;
      throw new NpyError(error.code, `member ${JSON.stringify(key.slice(0, 60))}: ${error.message}`, { ...error.detail, key });
    }
  }
}

/** The bytes of a member. Arrays of numbers could be iterated as well, and are no files. */
async function* checkedChunks(key: string, file: NpyFile): AsyncGenerator<Uint8Array, undefined> {
  const name = JSON.stringify(key.slice(0, 60));
  const isStream = typeof file === 'object' && file !== null && ('getReader' in file || Symbol.asyncIterator in file);
  if (!isBytes(file) && !isBlob(file) && !isStream) {
    throw new TypeError(`member ${name} is ${shown(file)}, expected an .npy file as a Blob or a Uint8Array, as toNpy() makes`);
  }
  for await (const bytes of fileChunks(file)) {
    if (!isBytes(bytes)) throw new TypeError(`a chunk of member ${name} is ${shown(bytes)}, expected a Uint8Array`);
    yield bytes;
  }
}

function isBytes(value: unknown): value is Uint8Array {
  return tagOf(value) === 'Uint8Array';
}

function isBlob(value: unknown): value is Blob {
  return ['Blob', 'File'].includes(tagOf(value));
}

/** The bytes of a file: the header, and then more at a time. */
async function* fileChunks(file: NpyFile): AsyncGenerator<Uint8Array, undefined> {
  if (isBytes(file)) yield file;
  else if (isBlob(file)) {
    for (let start = 0, step = FIRST_BYTES; start < file.size; start += step, step = 4 << 20) {
      yield new Uint8Array(await file.slice(start, start + step).arrayBuffer());
    }
  } else if ('getReader' in file) {
    // Not every browser iterates streams by itself.
    const reader = file.getReader();
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
    } finally {
      await reader.cancel().catch(() => {});
    }
  } else yield* file;
}

async function* concatenated(first: Uint8Array[], rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  yield* first;
  yield* rest;
}

function stream(make: () => AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks = make();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}

function deflater(): CompressionStream {
  return new CompressionStream('deflate-raw');
}
