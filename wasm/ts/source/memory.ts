import { bytesOf } from '../ndarray.js';
import { changed, FIRST_BYTES, type Source } from './source.js';

/** Bytes in the caller's memory. */
export class MemorySource implements Source {
  readonly size: number;
  readonly isCallers = true;
  readonly #bytes: Uint8Array;

  constructor(input: ArrayBuffer | SharedArrayBuffer | ArrayBufferView) {
    this.#bytes = bytesOf(input);
    this.size = this.#bytes.byteLength;
  }

  get memory(): Uint8Array {
    // A buffer can be transferred away, and some can shrink.
    const found = this.#bytes.byteLength;
    if (found < this.size) throw changed(`${found} of ${this.size} bytes are left`, { expected: this.size, found });
    return this.#bytes;
  }

  async first(): Promise<Uint8Array> {
    return this.memory.subarray(0, FIRST_BYTES);
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    return this.memory.subarray(start, end);
  }
}
