// Checked by the compiler, never run: what users may write, and what they may not.
import { NpyError, open, openNpy, openNpz, openRaw, slice, toNpy, toNpz } from 'npymap';
import type {
  ByteSource, Chunk, Descr, Histogram, Input, NdArray, NpyArray, NpyErrorCode, NpzArchive, NpzEntry, OpenOptions, ReadPlan, Scalar, Selection, Stats,
  StringArray, TypedArray,
} from 'npymap';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<T extends true>(): T | undefined {
  return undefined;
}

declare const file: File;
declare const handle: FileSystemFileHandle;
declare const array: NpyArray;
declare const archive: NpzArchive;

// Inputs of every kind.
const inputs: Input[] = [
  'https://example.org/x.npy', new URL('https://example.org/x.npy'), new Request('x.npy'), file, new Blob([]), handle, new ArrayBuffer(8),
  new SharedArrayBuffer(8), new Uint8Array(8), new DataView(new ArrayBuffer(8)), { slice: (start: number, end: number) => new ArrayBuffer(end - start) },
];
/** As hyparquet declares it. */
interface AsyncBuffer {
  byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer> | ArrayBuffer;
}
declare const asyncBuffer: AsyncBuffer;
const source: ByteSource = asyncBuffer;
// @ts-expect-error numbers cannot be opened
void open(5);
// @ts-expect-error nor can nothing
void openNpy();

is<Same<Awaited<ReturnType<typeof open>>, NpyArray | NpzArchive>>();
is<Same<ReturnType<typeof openNpy>, Promise<NpyArray>>>();
is<Same<ReturnType<typeof openNpz>, Promise<NpzArchive>>>();
void openRaw(file, { dtype: '<f4' });
void openRaw(file, { dtype: [['x', '<f4'], ['y', '<i2', [3]]], shape: [2, 3], offset: 8, order: 'F' }, { cache: false });
// @ts-expect-error an order is C or F
void openRaw(file, { dtype: '<f4', order: 'K' });

const options: OpenOptions = {
  signal: new AbortController().signal, fetch: (request) => fetch(request), cache: { blockSize: 1024, maxBytes: 2048 }, coalesceGap: 0, concurrency: 2,
  withoutRange: 'download', maxDownloadBytes: 5, maxHeaderBytes: 5,
};
void openNpy(file, options);

// Selections.
const selections: Selection[] = ['::2, -1', [1, -1n, null, '...', 'newaxis', slice(1), slice(1, 2), slice(null, null, -1), { start: 1, stop: null, step: 2 }]];
// @ts-expect-error no texts but these two
array.slice(['x']);
is<Same<ReturnType<typeof array.slice>, NpyArray>>();
is<Same<ReturnType<typeof array.transpose>, NpyArray>>();
is<Same<ReturnType<typeof array.field>, NpyArray>>();
is<Same<typeof array.shape, readonly number[]>>();
is<Same<typeof array.dtype, string>>();
is<Same<typeof array.descr, Descr>>();
// @ts-expect-error facts are read only
array.shape = [1];
// @ts-expect-error and so is what is in them
array.shape[0] = 1;

// Reading.
is<Same<Awaited<ReturnType<typeof array.at>>, Scalar>>();
is<Same<ReturnType<typeof array.plan>, ReadPlan>>();
is<Same<ReturnType<typeof array.stats>, Promise<Stats>>>();
is<Same<ReturnType<typeof array.histogram>, Promise<Histogram>>>();
is<Same<ReturnType<typeof array.text>, Promise<string>>>();
is<Same<ReturnType<typeof array.chunks>, AsyncIterableIterator<Chunk>>>();
async function reading() {
  const result = await array.read({ int64: 'number', float16: 'bits', signal: new AbortController().signal });
  is<Same<typeof result, NdArray>>();
  const data: TypedArray | StringArray = result.data;
  if ('get' in data) for (const text of data) text.toUpperCase();
  else data.byteLength.toFixed();
  const out = await array.read({ out: new Float32Array(4) });
  const floats: Float32Array = out.data;
  void floats;
  // @ts-expect-error no such type
  await array.read({ int64: 'string' });
  // @ts-expect-error a histogram has bins
  await array.histogram({});
  for await (const { start, array: chunk } of array.chunks({ bytes: 1024 })) start + chunk.offset;
}

// Archives, writing, errors.
is<Same<typeof archive.keys, readonly string[]>>();
is<Same<ReturnType<typeof archive.entry>, NpzEntry>>();
const blob: Blob = toNpy(new Float32Array(4), { shape: [2, 2], dtype: '<f4', fortranOrder: true });
const packed: Promise<Blob> = toNpz({ a: blob, b: new Uint8Array(4) }, { deflate: true });
// @ts-expect-error a shape must be told
toNpy(new Float32Array(4), {});
function handling(error: unknown) {
  if (!(error instanceof NpyError)) return;
  const code: NpyErrorCode = error.code;
  const detail: unknown = error.detail['status'];
  switch (code) {
    case 'ERR_MAGIC': case 'ERR_VERSION': case 'ERR_HEADER': case 'ERR_DTYPE': case 'ERR_OBJECT_DTYPE': case 'ERR_TRUNCATED': case 'ERR_SELECTION':
    case 'ERR_UNSAFE_INT': case 'ERR_TOO_LARGE': case 'ERR_NOT_VIEWABLE': case 'ERR_HTTP': case 'ERR_RANGE_UNSUPPORTED': case 'ERR_RANGE_MISMATCH':
    case 'ERR_CHANGED': case 'ERR_ZIP': case 'ERR_ZIP_METHOD': case 'ERR_ZIP_CRC': case 'ERR_CLOSED':
      return detail;
    default:
      // All of them are above.
      return code satisfies never;
  }
}
void [inputs, source, selections, reading, packed, handling];
