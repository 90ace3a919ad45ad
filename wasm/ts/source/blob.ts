import { changed, FIRST_BYTES, type Source } from './source.js';

/** A Blob or a File, which is no snapshot: what is on the disk may change. */
export class BlobSource implements Source {
  readonly size: number;
  readonly isFresh = true;
  /** Files are near. */
  readonly ahead = 4 << 20;
  readonly #blob: Blob;
  readonly #handle: FileHandleLike | undefined;

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
    let buffer;
    try {
      buffer = await part.arrayBuffer();
    } catch (error) {
      const { name, message } = error as Error;
      if (name === 'NotReadableError' || name === 'NotFoundError') throw changed(message, {}, error);
      throw error;
    }
    const found = start + buffer.byteLength;
    if (found !== end) throw changed(`it ends at byte ${found}, expected at least ${end}`, { expected: end, found });
    return new Uint8Array(buffer);
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
