/**
 * The same as `npymap`, with files by their paths.
 *
 * @packageDocumentation
 */
import * as fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { NpyError } from './errors.js';
import * as npymap from './index.js';
import type { ByteSource, Input, NpyArray, NpzArchive, OpenOptions, RawSpec } from './index.js';

export * from './index.js';

/** A file that is read where it is needed. */
export interface FileSource extends ByteSource {
  readonly byteLength: number;
  slice(start: number, end: number): Promise<ArrayBuffer>;
  /** Closes the file, unless its handle was the caller's. Closing the array or archive does so, too. */
  close(): Promise<void>;
}

/**
 * A file, by its path, its `file:` URL, or a handle.
 *
 * @throws What opening the file throws: `ENOENT` and the like.
 *
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises';
 * import { fileSource, openNpy, toNpy } from 'npymap/node';
 *
 * await writeFile('x.npy', toNpy(new Float32Array(6), { shape: [2, 3] }).stream());
 * const array = await openNpy(await fileSource('x.npy'));
 * console.log(array.shape); // [2, 3]
 * array.close();
 * ```
 */
export async function fileSource(file: string | URL | FileHandle): Promise<FileSource> {
  const fd = typeof file === 'string' || file instanceof URL ? await openFile(file, 'r') : undefined;
  const { size } = await (fd === undefined ? (file as FileHandle).stat() : stat(fd));
  const source: FileSource = {
    byteLength: size,
    slice: (start, end) => readExactly(fd ?? (file as FileHandle).fd, start, end),
    close: async () => {
      if (fd === undefined || !FORGOTTEN.unregister(source)) return;
      await closeFile(fd);
    },
  };
  if (fd !== undefined) FORGOTTEN.register(source, fd, source);
  return source;
}

/**
 * As `open` of `npymap`, which a path or a `file:` URL may be given to. A string is a URL if it begins with a scheme such as `https:`.
 *
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises';
 * import { open, toNpy } from 'npymap/node';
 *
 * await writeFile('x.npy', toNpy(new Float32Array(6), { shape: [2, 3] }).stream());
 * const array = await open('x.npy');
 * console.log(await array.slice('[-1]').text()); // [0. 0. 0.]
 * array.close(); // or `using`
 * ```
 */
export async function open(input: Input | FileHandle, opts?: OpenOptions): Promise<NpyArray | NpzArchive> {
  return npymap.open(await asInput(input), opts);
}

/** As `openNpy` of `npymap`, which a path or a `file:` URL may be given to. */
export async function openNpy(input: Input | FileHandle, opts?: OpenOptions): Promise<NpyArray> {
  return npymap.openNpy(await asInput(input), opts);
}

/** As `openNpz` of `npymap`, which a path or a `file:` URL may be given to. */
export async function openNpz(input: Input | FileHandle, opts?: OpenOptions): Promise<NpzArchive> {
  return npymap.openNpz(await asInput(input), opts);
}

/** As `openRaw` of `npymap`, which a path or a `file:` URL may be given to. */
export async function openRaw(input: Input | FileHandle, spec: RawSpec, opts?: OpenOptions): Promise<NpyArray> {
  return npymap.openRaw(await asInput(input), spec, opts);
}

async function asInput(input: Input | FileHandle): Promise<Input> {
  if (input instanceof URL) return input.protocol === 'file:' ? fileSource(input) : input;
  if (typeof input === 'string') {
    if (/^(https?|data|blob):/i.test(input)) return input;
    return fileSource(/^file:/i.test(input) ? new URL(input) : input);
  }
  return typeof input === 'object' && input !== null && 'fd' in input ? fileSource(input) : input;
}

async function readExactly(fd: number, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - start);
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await read(fd, bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) {
      const found = start + done;
      throw new NpyError('ERR_CHANGED', `the file ends at byte ${found}, expected at least ${end}`, { expected: end, found });
    }
    done += bytesRead;
  }
  return bytes.buffer;
}

const [openFile, stat, read, closeFile] = [promisify(fs.open), promisify(fs.fstat), promisify(fs.read), promisify(fs.close)];

/** Closes the files that nobody closed, silently: there is nothing that must be. */
const FORGOTTEN = new FinalizationRegistry<number>((fd) => fs.close(fd));
