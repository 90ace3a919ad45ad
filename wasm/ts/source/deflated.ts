import { endingOf } from '../abort.js';
import type { Boundary, Inflating } from '../boundary.js';
import type { Cache } from '../cache.js';
import { NpyError } from '../errors.js';
import { pacer } from '../run.js';
import { free, type Engine } from '../wasm.js';
import { FIRST_BYTES, type Source } from './source.js';

/** The most that is inflated at once. */
const BLOCK = 1 << 20;
/** Compressed bytes are fetched in ever larger pieces, so that a few elements at the front do not cost much. */
const MAX_INPUT = 4 << 20;

/** A deflated member of an archive: a stream that goes on where the last read stopped, and starts again to go back. */
export class DeflatedSource implements Source {
  readonly size: number;
  readonly isFresh = true;
  /** Is given what is inflated in passing. */
  keep: (start: number, bytes: Uint8Array) => void = () => {};
  readonly #engine: Engine;
  readonly #archive: Cache;
  readonly #key: string;
  readonly #range: readonly [start: number, end: number];
  readonly #make: (wasm: Boundary) => Inflating;
  #inflating: Inflating | undefined;
  /** How far the member is inflated. */
  #at = 0;
  /** Compressed bytes that are not used yet, and where those after them are. */
  #input = new Uint8Array(0);
  #next = 0;
  #step = 0;
  /** Settles when it is the next one's turn. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    engine: Engine,
    archive: Cache,
    key: string,
    member: { range: readonly [start: number, end: number]; size: number },
    make: (wasm: Boundary) => Inflating,
  ) {
    this.#engine = engine;
    this.#archive = archive;
    this.#key = key;
    this.#range = member.range;
    this.size = member.size;
    this.#make = make;
  }

  first(signal: AbortSignal): Promise<Uint8Array> {
    return this.read(0, Math.min(FIRST_BYTES, this.size), signal);
  }

  read(start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    const result = this.#turn.then(async () => {
      signal.throwIfAborted();
      try {
        return await this.#inflate(start, end, signal);
      } catch (error) {
        // An abort leaves the stream as it is, anything else ends it.
        if (!signal.aborted) this.close();
        throw error;
      }
    });
    this.#turn = result.catch(() => {});
    return result;
  }

  close(): void {
    if (this.#inflating) free(this.#inflating);
    this.#inflating = undefined;
  }

  async #inflate(start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    if (!this.#inflating || start < this.#at) this.#restart();
    const rest = pacer(endingOf(signal));
    const out = new Uint8Array(end - start);
    // The end is reached when the checksum is found right, too.
    for (let isDone = false; end === this.size ? !isDone : this.#at < end; ) {
      await rest();
      const at = this.#at;
      const room = at < start ? new Uint8Array(Math.min(BLOCK, start - at)) : out.subarray(at - start, at - start + BLOCK);
      const [read = 0, written = 0, done] = this.#engine.call(() => this.#inflating!.take(this.#input, room));
      this.#input = this.#input.subarray(read);
      this.#at += written;
      if (at < start && written > 0) this.keep(at, room.slice(0, written));
      isDone = done === 1;
      if (read === 0 && written === 0 && !isDone) await this.#more(signal);
    }
    return out;
  }

  #restart(): void {
    this.close();
    this.#inflating = this.#engine.call(this.#make);
    this.#at = 0;
    this.#input = new Uint8Array(0);
    this.#next = this.#range[0];
    this.#step = FIRST_BYTES;
  }

  /** Fetches more of the input. */
  async #more(signal: AbortSignal): Promise<void> {
    const start = this.#next;
    const end = Math.min(start + this.#step, this.#range[1]);
    if (start >= end) {
      throw new NpyError('ERR_ZIP', `the data of member ${JSON.stringify(this.#key.slice(0, 60))} ends too soon`, {
        key: this.#key,
        found: this.#at,
        expected: this.size,
      });
    }
    const bytes = await this.#archive.read(start, end, { ending: endingOf(signal), keep: false });
    // What is left over is at most what the decoder could not use without the next bytes.
    const input = new Uint8Array(this.#input.length + bytes.length);
    input.set(this.#input);
    input.set(bytes, this.#input.length);
    this.#archive.release(bytes);
    this.#input = input;
    this.#next = end;
    this.#step = Math.min(this.#step * 2, MAX_INPUT);
  }
}
