// The loop that fetches what the tiles of an operation need, ahead of their turn.
import type { Ending } from './abort.js';
import type { Cache } from './cache.js';
import { MAX_RANGE } from './source/source.js';
import type { Engine } from './wasm.js';

/** How many bytes are fetched ahead of the tile in work. */
const AHEAD = 32 << 20;
/** The longest that work goes on without a break, in milliseconds. */
const SPELL = 8;

/** Work in tiles: a `Task`, or what {@link copying} makes, which has no `step`. */
export interface Tiles {
  next(): ArrayLike<number> | undefined;
  take(pieces: Uint8Array[]): void;
  /** Does a tile at once, with the source in memory. */
  step?(source: Uint8Array): boolean;
  readonly done: number;
}

export interface RunOptions {
  engine: Engine;
  cache: Cache;
  ending: Ending;
  /** Fetch whole blocks, up to this position. */
  blocksUpTo?: number | undefined;
  /** Is called after each tile. */
  onTile?: (() => void) | undefined;
  /** Sees every piece, in turn. */
  onPiece?: ((start: number, bytes: Uint8Array) => void) | undefined;
}

/** Runs all tiles. */
export async function run(tiles: Tiles, opts: RunOptions): Promise<void> {
  const { engine, cache, ending, blocksUpTo, onTile, onPiece } = opts;
  const rest = pacer(ending);
  const { memory } = cache.source;
  if (memory && tiles.step && !onPiece) {
    while (engine.call(() => tiles.step!(cache.source.memory!))) {
      onTile?.();
      await rest();
    }
    return;
  }
  const queue: Tile[] = [];
  let ahead = 0;
  let fetched = 0;
  let isMore = true;
  const begin = () => {
    const ranges = engine.call(() => tiles.next());
    isMore = ranges !== undefined;
    if (!ranges) return;
    const tile: Tile = { ranges, pieces: [], size: 0, isThere: true };
    for (let i = 0; i < ranges.length; i += 2) {
      const [start, end] = [ranges[i]!, ranges[i + 1]!];
      let piece: Uint8Array | Promise<Uint8Array> | undefined = cache.peek(start, end);
      if (!piece) {
        fetched += end - start;
        // What is larger than its share of the cache would only drive out the rest.
        piece = cache.read(start, end, { ending, blocksUpTo, keep: fetched <= cache.maxBytes / 4 });
        piece.catch(() => {});
        tile.isThere = false;
      }
      tile.pieces.push(piece);
      tile.size += end - start;
    }
    ahead += tile.size;
    queue.push(tile);
  };
  for (;;) {
    while (isMore && (queue.length === 0 || (ahead < (cache.source.ahead ?? AHEAD) && !queue.at(-1)!.isThere))) begin();
    const tile = queue.shift();
    if (!tile) return;
    const pieces = await Promise.all(tile.pieces);
    ending.throwIfAborted();
    ahead -= tile.size;
    if (onPiece) pieces.forEach((bytes, i) => onPiece(tile.ranges[2 * i]!, bytes));
    engine.call(() => tiles.take(pieces));
    for (const piece of pieces) cache.release(piece);
    onTile?.();
    await rest();
  }
}

interface Tile {
  ranges: ArrayLike<number>;
  pieces: (Uint8Array | Promise<Uint8Array>)[];
  size: number;
  /** Whether nothing of it had to be waited for. */
  isThere: boolean;
}

/** Tiles of a range that is copied as it is. */
export function copying(start: number, end: number, out: Uint8Array, size = MAX_RANGE): Tiles {
  let [begun, done] = [start, 0];
  return {
    get done() {
      return done;
    },
    next() {
      if (begun >= end) return undefined;
      const start = begun;
      begun = Math.min(begun + size, end);
      return [start, begun];
    },
    take([bytes]) {
      out.set(bytes!, done);
      done += bytes!.length;
    },
  };
}

/** A function to be awaited between two pieces of work, so that the page stays alive. */
export function pacer(ending?: Ending): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    ending?.throwIfAborted();
    if (performance.now() - since < SPELL) return undefined;
    return breathe().then(() => {
      since = performance.now();
      ending?.throwIfAborted();
    });
  };
}

/** Lets everything else have its turn. Timers would take 4 ms. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
