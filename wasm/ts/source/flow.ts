import { changed } from './source.js';

/** How long a stream is kept for what may come next, in milliseconds. */
const PATIENCE = 500;

/**
 * Large pieces of a file, one after the other, as a stream: it fills buffers of ours, while those that `arrayBuffer()` makes
 * are collected so late that they pile up. 6 GiB by `stats()` in Chromium: `node test/browsers.mjs chromium`.
 */
export class Flow {
  readonly #blob: Blob;
  #reader: ReadableStreamBYOBReader | undefined;
  #at = 0;
  #waiting = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  read(start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    clearTimeout(this.#timer);
    this.#waiting += 1;
    const result = this.#turn.then(async () => {
      try {
        signal.throwIfAborted();
        return await this.#fill(start, end);
      } catch (error) {
        this.close();
        throw error;
      } finally {
        this.#waiting -= 1;
        if (this.#waiting === 0) this.#timer = setTimeout(() => this.close(), PATIENCE);
      }
    });
    this.#turn = result.catch(() => {});
    return result;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#reader?.cancel().catch(() => {});
    this.#reader = undefined;
  }

  async #fill(start: number, end: number): Promise<Uint8Array> {
    if (start !== this.#at) this.close();
    this.#reader ??= new Response(this.#blob.slice(start)).body!.getReader({ mode: 'byob' });
    this.#at = end;
    let bytes = new Uint8Array(end - start);
    for (let length = 0; length < bytes.length; ) {
      const { value, done } = await this.#next(bytes.subarray(length));
      if (done) {
        const found = start + length;
        throw changed(`it ends at byte ${found}, expected at least ${end}`, { expected: end, found });
      }
      length += value.length;
      // The buffer went to the stream and came back.
      bytes = new Uint8Array(value.buffer);
    }
    return bytes;
  }

  async #next(room: Uint8Array<ArrayBuffer>): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
    try {
      return await this.#reader!.read(room);
    } catch (error) {
      throw changed((error as Error).message, {}, error);
    }
  }
}

/** Whether this engine fills buffers that it is given. */
export function flows(): boolean {
  return (isKnown ??= isThere());
}

let isKnown: boolean | undefined;

function isThere(): boolean {
  try {
    new Response(new Blob()).body!.getReader({ mode: 'byob' });
    return true;
  } catch {
    return false;
  }
}
