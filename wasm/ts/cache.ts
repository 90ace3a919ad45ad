// What was read is kept, and what is being read is shared.
import { abortable, type Ending } from './abort.js';
import { FIRST_BYTES, type Source } from './source/source.js';
import type { OpenOptions } from './types.js';

const MAX_BYTES = 64 << 20;
const BLOCK_SIZE = 64 << 10;
const CONCURRENCY = 6;
/** What it takes to keep a piece, beside its bytes. */
const OVERHEAD = 256;
/** From this size on a buffer is worth the work of freeing it. */
const LARGE = 1 << 20;

/** How to read through the cache. */
export interface Access {
  ending: Ending;
  /** Fetch whole blocks, up to this position. */
  blocksUpTo?: number | undefined;
  /** Whether to keep what is fetched; it is kept by default. */
  keep?: boolean;
}

/** Reads of a source. What they give must not be changed: it may be kept, or be the caller's memory. */
export class Cache {
  readonly source: Source;
  readonly maxBytes: number;
  readonly #blockSize: number;
  /** Disjoint, in order of their positions. */
  #pieces: Piece[] = [];
  /** Those that are kept, the one that was used last at the end. */
  readonly #kept = new Set<Piece>();
  #keptBytes = 0;
  /** What one reader has, and nobody else. */
  readonly #lent = new WeakSet<ArrayBufferLike>();
  readonly #slots: Slots;
  readonly #onRead: OpenOptions['onRead'];

  constructor(source: Source, opts: OpenOptions) {
    const limits = opts.cache || {};
    this.source = source;
    this.maxBytes = opts.cache === false ? 0 : (limits.maxBytes ?? MAX_BYTES);
    this.#blockSize = Math.max(1, limits.blockSize ?? BLOCK_SIZE);
    this.#slots = new Slots(opts.concurrency ?? CONCURRENCY);
    this.#onRead = opts.onRead;
  }

  /** Opens the source: the first bytes. */
  async first(ending: Ending): Promise<Uint8Array> {
    const { memory } = this.source;
    if (memory) return memory.subarray(0, FIRST_BYTES);
    const bytes = await abortable(this.source.first(ending.signal), ending.signal);
    this.#onRead?.(0, bytes.length);
    this.keep(0, bytes);
    return bytes;
  }

  /** Bytes that are there without waiting. */
  peek(start: number, end: number): Uint8Array | undefined {
    const { memory } = this.source;
    if (memory) return end <= memory.length ? memory.subarray(start, end) : undefined;
    const piece = this.#pieces[this.#search(start)];
    if (!piece?.bytes || piece.start > start || piece.end < end) return undefined;
    this.#use(piece);
    return piece.bytes.subarray(start - piece.start, end - piece.start);
  }

  async read(start: number, end: number, access: Access): Promise<Uint8Array> {
    const { ending, blocksUpTo } = access;
    ending.throwIfAborted();
    if (start >= end) return new Uint8Array(0);
    const there = this.peek(start, end);
    if (there) return there;
    let [from, to] = [start, end];
    if (blocksUpTo !== undefined) {
      from -= from % this.#blockSize;
      to = Math.max(to, Math.min(Math.ceil(to / this.#blockSize) * this.#blockSize, blocksUpTo));
    }
    const pieces = this.#cover(from, to, start, end, access.keep !== false);
    const parts = pieces.map(async (piece) => piece.bytes ?? this.#join(piece, ending.signal));
    const [only] = pieces;
    if (only && pieces.length === 1) {
      return (await parts[0]!).subarray(start - only.start, end - only.start);
    }
    const whole = new Uint8Array(end - start);
    (await Promise.all(parts)).forEach((bytes, i) => {
      const at = pieces[i]!.start;
      const part = bytes.subarray(Math.max(0, start - at), Math.max(0, end - at));
      whole.set(part, Math.max(0, at - start));
    });
    return whole;
  }

  /** Frees what was read, unless somebody else has it, too. It must not be used any more. */
  release({ buffer }: Uint8Array): void {
    if (this.#lent.delete(buffer) && buffer.byteLength >= LARGE) discard(buffer as ArrayBuffer);
  }

  /** Keeps bytes that came otherwise, unless some of them are there. */
  keep(start: number, bytes: Uint8Array): void {
    const end = start + bytes.length;
    const i = this.#search(start);
    if (start === end || this.source.memory || (this.#pieces[i]?.start ?? end) < end) return;
    const piece: Piece = { start, end, bytes, waiting: 0, readers: 0, keep: true };
    this.#pieces.splice(i, 0, piece);
    this.#settle(piece);
  }

  clear(): void {
    this.#pieces = [];
    this.#kept.clear();
    this.#keptBytes = 0;
    this.source.close?.();
  }

  /** The pieces that hold `start..end`; those that are missing are begun, within `from..to`. */
  #cover(from: number, to: number, start: number, end: number, keep: boolean): Piece[] {
    const found: Piece[] = [];
    let i = this.#search(from);
    for (let at = from; at < to; ) {
      let piece = this.#pieces[i];
      if (!piece || piece.start > at) {
        const gapEnd = Math.min(piece?.start ?? to, to);
        if (gapEnd <= start || at >= end) {
          // Of a block, what lies beside the bytes that are needed and is apart from them.
          at = gapEnd;
          continue;
        }
        piece = this.#fetch(at, gapEnd);
        this.#pieces.splice(i, 0, piece);
      }
      piece.keep ||= keep;
      if (piece.start < end && piece.end > start) found.push(piece);
      at = piece.end;
      i += 1;
    }
    return found;
  }

  #fetch(start: number, end: number): Piece {
    const controller = new AbortController();
    const piece: Piece = { start, end, waiting: 0, readers: 0, keep: false, controller };
    piece.promise = this.#slots
      .run(controller.signal, () => this.source.read(start, end, controller.signal))
      .then(
        (bytes) => {
          this.#onRead?.(start, end);
          piece.bytes = bytes;
          this.#settle(piece);
          return bytes;
        },
        (error: unknown) => {
          this.#remove(piece);
          throw error;
        },
      );
    return piece;
  }

  /** Waits for a piece, which is given up when nobody waits for it any more. */
  #join(piece: Piece, signal: AbortSignal): Promise<Uint8Array> {
    piece.waiting += 1;
    piece.readers += 1;
    return abortable(piece.promise!, signal, () => {
      piece.waiting -= 1;
      if (piece.waiting > 0 || piece.bytes) return;
      this.#remove(piece);
      piece.controller?.abort(signal.reason);
    });
  }

  /** Keeps a piece that has come, and drops those that were used least recently. */
  #settle(piece: Piece): void {
    const isKept = piece.keep && piece.end - piece.start <= this.maxBytes / 4 && this.#pieces[this.#search(piece.start)] === piece;
    if (!isKept) {
      // A source that has been read whole meanwhile has kept it.
      if (piece.readers === 1 && this.source.isFresh && !this.source.memory) this.#lent.add(piece.bytes!.buffer);
      return this.#remove(piece);
    }
    this.#use(piece);
    this.#keptBytes += piece.end - piece.start + OVERHEAD;
    for (const oldest of this.#kept) {
      if (this.#keptBytes <= this.maxBytes) break;
      this.#remove(oldest);
    }
  }

  #use(piece: Piece): void {
    this.#kept.delete(piece);
    this.#kept.add(piece);
  }

  #remove(piece: Piece): void {
    const i = this.#search(piece.start);
    if (this.#pieces[i] === piece) this.#pieces.splice(i, 1);
    if (this.#kept.delete(piece)) this.#keptBytes -= piece.end - piece.start + OVERHEAD;
  }

  /** The first piece that ends behind a position. */
  #search(position: number): number {
    let [low, high] = [0, this.#pieces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#pieces[middle]!.end <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Bytes that are there, or on their way. */
interface Piece {
  readonly start: number;
  readonly end: number;
  bytes?: Uint8Array;
  promise?: Promise<Uint8Array>;
  controller?: AbortController;
  /** How many reads wait for it. */
  waiting: number;
  /** How many have ever waited. */
  readers: number;
  keep: boolean;
}

/**
 * Frees a buffer at once, by sending it to nobody. Left to be collected they pile up: 580 MiB in Chromium while 6 GiB are read.
 * `transfer(0)` is no help there, what reads files holds on to the memory.
 */
function discard(buffer: ArrayBuffer): void {
  const { port1, port2 } = new MessageChannel();
  try {
    port1.postMessage(null, [buffer]);
  } catch {
    // Where ports take no buffers, it is collected some day.
  }
  port1.close();
  port2.close();
}

/** Lets so many run at a time. */
class Slots {
  #free: number;
  readonly #queue = new Set<() => void>();

  constructor(count: number) {
    this.#free = Math.max(1, count);
  }

  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#free >= 1) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#queue.add(resolve));
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      const [next] = this.#queue;
      if (next) {
        this.#queue.delete(next);
        next();
      } else this.#free += 1;
    }
  }
}
