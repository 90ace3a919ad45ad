import { Flow, flows } from './flow.js';
import { changed, FIRST_BYTES, type Source } from './source.js';

/** Pieces from this size on are read as a stream if they follow one another... */
const LARGE = 1 << 20;
/** ...and so many of them have. Chromium's page dies of some thousand streams that are given up. */
const IN_A_ROW = 4;

/** A Blob or a File, which is no snapshot: what is on the disk may change. */
export class BlobSource implements Source {
  readonly size: number;
  /** Files are near, and what was read of them is collected late. */
  readonly ahead = 4 << 20;
  readonly #blob: Blob;
  readonly #handle: FileHandleLike | undefined;
  readonly #flow: Flow;
  /** Where the last read ended, and how many before it followed one another. */
  #end = -1;
  #inRow = 0;

  constructor(blob: Blob, handle?: FileHandleLike) {
    this.#blob = blob;
    this.#handle = handle;
    this.size = blob.size;
    this.#flow = new Flow(blob);
  }

  first(signal: AbortSignal): Promise<Uint8Array> {
    return this.read(0, Math.min(FIRST_BYTES, this.size), signal);
  }

  async read(start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    this.#inRow = start === this.#end ? this.#inRow + 1 : 0;
    this.#end = end;
    const isFlow = this.#inRow >= IN_A_ROW && end - start >= LARGE && flows();
    const blob = await this.#current();
    if (isFlow) return this.#flow.read(start, end, signal);
    const part = blob.slice(start, end);
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

  close(): void {
    this.#flow.close();
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
