import { changed, FIRST_BYTES, type Source } from './source.js';

/** Reads from this size on go into buffers of at least this size, which are used again. */
const BUFFER = 2 << 20;
const MAX_SPARE = 16;

/** A Blob or a File, which is no snapshot: what is on the disk may change. */
export class BlobSource implements Source {
  readonly size: number;
  readonly #blob: Blob;
  readonly #handle: FileHandleLike | undefined;
  readonly #spare: ArrayBuffer[] = [];

  constructor(blob: Blob, handle?: FileHandleLike) {
    this.#blob = blob;
    this.#handle = handle;
    this.size = blob.size;
  }

  first(): Promise<Uint8Array> {
    return this.read(0, Math.min(FIRST_BYTES, this.size));
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const part = (await this.#current()).slice(start, end);
    let bytes;
    try {
      bytes = await this.#bytes(part, end - start);
    } catch (error) {
      const { name, message } = error as Error;
      if (name === 'NotReadableError' || name === 'NotFoundError') throw changed(message, {}, error);
      throw error;
    }
    const found = start + bytes.length;
    if (found !== end) throw changed(`it ends at byte ${found}, expected at least ${end}`, { expected: end, found });
    return bytes;
  }

  recycle(buffer: ArrayBuffer): void {
    if (buffer.byteLength >= BUFFER && this.#spare.length < MAX_SPARE) this.#spare.push(buffer);
  }

  async #bytes(part: Blob, size: number): Promise<Uint8Array> {
    let reader;
    try {
      if (size >= BUFFER) reader = part.stream().getReader({ mode: 'byob' });
    } catch {
      // Not every engine reads into buffers of the caller.
    }
    if (!reader) return new Uint8Array(await part.arrayBuffer());
    let buffer = this.#spare.pop();
    if (!buffer || buffer.byteLength < size) buffer = new ArrayBuffer(Math.ceil(size / BUFFER) * BUFFER);
    let length = 0;
    while (length < size) {
      const { done, value }: ReadableStreamReadResult<Uint8Array<ArrayBuffer>> = await reader.read(
        new Uint8Array(buffer, length, size - length),
      );
      if (value) ({ buffer } = value);
      if (done) break;
      length += value.length;
    }
    return new Uint8Array(buffer, 0, length);
  }

  /** The file as it is now, which a handle tells and a File does not. */
  async #current(): Promise<Blob> {
    if (!this.#handle) return this.#blob;
    const file = await this.#handle.getFile();
    if (file.size !== this.size) {
      throw changed(`it has ${file.size} bytes, expected ${this.size}`, { expected: this.size, found: file.size });
    }
    if (file.lastModified !== (this.#blob as File).lastModified) throw changed('it was modified');
    return file;
  }
}

/** What of a FileSystemFileHandle is needed. */
export interface FileHandleLike {
  getFile(): Promise<File>;
}
