import type { Crc } from './boundary.js';
import type { Cache } from './cache.js';
import { NpyError } from './errors.js';
import { free, type Engine } from './wasm.js';

/** The checksum of a stored member, which is compared when all of it is read in turn. */
export class Checksum {
  readonly #engine: Engine;
  readonly #key: string;
  readonly #range: readonly [start: number, end: number];
  readonly #expected: number;
  #isRight = false;

  constructor(engine: Engine, key: string, range: readonly [start: number, end: number], expected: number) {
    this.#engine = engine;
    this.#key = key;
    this.#range = range;
    this.#expected = expected;
  }

  /** Begins to look at a read whose data begins at `base`; `undefined` if there is nothing to find out. */
  begin(cache: Cache, base: number): Checking | undefined {
    const [start, end] = this.#range;
    const header = this.#isRight ? undefined : cache.peek(start, base);
    if (!header) return undefined;
    const crc = this.#engine.call((wasm): Crc => new wasm.Crc());
    let at = start;
    const update = (from: number, bytes: Uint8Array) => {
      if (from !== at) return;
      this.#engine.call(() => crc.update(bytes));
      at += bytes.length;
    };
    update(start, header);
    return {
      update,
      finish: () => {
        const found = at === end ? crc.value : this.#expected;
        if (found !== this.#expected) {
          const key = JSON.stringify(this.#key.slice(0, 60));
          const [a, b] = [hex(found), hex(this.#expected)];
          throw new NpyError('ERR_ZIP_CRC', `the data of member ${key} has CRC-32 ${a}, expected ${b}`, {
            key: this.#key,
            expected: this.#expected,
            found,
          });
        }
        this.#isRight = at === end;
      },
      free: () => free(crc),
    };
  }
}

/** One look. */
export interface Checking {
  update(start: number, bytes: Uint8Array): void;
  /** Throws ERR_ZIP_CRC if all went by, and was wrong. */
  finish(): void;
  free(): void;
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
