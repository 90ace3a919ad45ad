import { NpyError } from '../errors.js';
import { bytesOf } from '../ndarray.js';
import type { ByteSource } from '../types.js';
import { FIRST_BYTES, truncated, type Source } from './source.js';

/** A source of the caller's. */
export class CustomSource implements Source {
  size: number | undefined;
  readonly #source: ByteSource & { close?(): void };

  constructor(source: ByteSource) {
    const size = source.byteLength;
    if (size !== undefined && !(Number.isSafeInteger(size) && size >= 0)) {
      throw new TypeError(`the byteLength of a source is ${size}, which is no length`);
    }
    this.#source = source;
    this.size = size;
  }

  async first(signal: AbortSignal): Promise<Uint8Array> {
    const end = Math.min(FIRST_BYTES, this.size ?? FIRST_BYTES);
    const bytes = await this.#slice(0, end, signal);
    // One that does not know its length ends where it gives less than it was asked for.
    if (bytes.length < end) {
      if (this.size !== undefined) throw truncated(end, bytes.length);
      this.size = bytes.length;
    }
    return bytes;
  }

  async read(start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    const bytes = await this.#slice(start, end, signal);
    if (bytes.length < end - start) throw truncated(end, start + bytes.length);
    return bytes;
  }

  close(): void {
    this.#source.close?.();
  }

  async #slice(start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    if (start === end) return new Uint8Array(0);
    const given: ArrayBuffer | ArrayBufferView = await this.#source.slice(start, end, { signal });
    const bytes = bytesOf(given);
    if (bytes.length <= end - start) return bytes;
    throw new NpyError(
      'ERR_RANGE_MISMATCH',
      `the source gave ${bytes.length} bytes for ${start}-${end}, expected ${end - start}`,
      { start, end, found: bytes.length },
    );
  }
}
