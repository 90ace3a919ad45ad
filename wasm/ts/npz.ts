import type { Ending } from './abort.js';
import { textOf } from './arguments.js';
import type { LocatedText, MemberText, Need } from './boundary.js';
import { Cache } from './cache.js';
import { Checksum } from './checksum.js';
import { NpyError } from './errors.js';
import { openHeader, sizeOf, type Start } from './header.js';
import { DISPOSE, Scope } from './scope.js';
import { DeflatedSource } from './source/deflated.js';
import type { NpyArray, NpzArchive, NpzEntry, OpenOptions } from './types.js';
import { asError } from './wasm.js';

/** An archive whose directory has been read. */
export class LazyArchive implements NpzArchive {
  readonly keys: readonly string[];
  readonly #start: Start;
  readonly #directory: Directory;
  readonly #members: readonly MemberText[];

  static async open(start: Start): Promise<LazyArchive> {
    const { engine, cache, ending } = start;
    const size = await sizeOf(cache.source, ending);
    if (size === undefined) {
      throw new NpyError('ERR_ZIP', 'the directory is at the end of an archive, and its source has no byteLength');
    }
    const directory: Directory = { size, offsets: [], chunks: [] };
    for (;;) {
      const answer = engine.json<{ members: MemberText[] } | Need>((wasm) => wasm.npz(...pieces(directory)));
      if ('members' in answer) return new LazyArchive(start, directory, answer.members);
      const [from, to] = answer.need;
      // A copy, since the caller's memory may be changed or transferred.
      directory.chunks.push((await cache.read(from, to, { ending })).slice());
      directory.offsets.push(from);
    }
  }

  private constructor(start: Start, directory: Directory, members: readonly MemberText[]) {
    this.#start = start;
    this.#directory = directory;
    this.#members = members;
    this.keys = Object.freeze(members.map(({ key }) => key));
  }

  entry(key: string): NpzEntry {
    this.#start.scope.check();
    const { name, method, compressedSize, size, crc32 } = this.#find(key);
    return { name, method: method as NpzEntry['method'], compressedSize, size, crc32 };
  }

  open(key: string, opts: OpenOptions = {}): Promise<NpyArray> {
    const { engine, cache, scope, opts: all } = this.#start;
    return scope.run(opts.signal, async (ending) => {
      const { crc32 } = this.#find(key);
      const { range, method, size } = await this.#locate(key, ending);
      if (method === 'stored') {
        const within = { range, checksum: new Checksum(engine, key, range, crc32) };
        return openHeader({ engine, cache, scope: new Scope(() => {}, scope), opts: { ...all, ...opts }, ending }, within);
      }
      const source = new DeflatedSource(engine, cache, key, { range, size }, (wasm) =>
        new wasm.Inflating(...pieces(this.#directory), key),
      );
      const own = { ...all, concurrency: 1, ...opts };
      // What is inflated was read by the archive, which has told of it.
      const inflated = new Cache(source, { ...own, onRead: undefined });
      source.keep = (start, bytes) => inflated.keep(start, bytes);
      return openHeader({ engine, cache: inflated, scope: new Scope(() => inflated.clear(), scope), opts: own, ending });
    });
  }

  close(): void {
    this.#start.scope.close();
  }

  [DISPOSE](): void {
    this.close();
  }

  #find(key: string): MemberText {
    const name = textOf(key, 'the name of the member');
    const member = this.#members[this.#start.engine.call((wasm) => wasm.npzFind(...pieces(this.#directory), name))]!;
    if (member.error) throw asError(member.error);
    return member;
  }

  /** Reads the record in front of a member. */
  async #locate(key: string, ending: Ending): Promise<LocatedText> {
    let at = 0;
    let local: Uint8Array = new Uint8Array(0);
    for (;;) {
      const answer = this.#start.engine.json<LocatedText | Need>((wasm) =>
        wasm.npzLocate(...pieces(this.#directory), key, at, local),
      );
      if ('range' in answer) return answer;
      const [from, to] = answer.need;
      local = await this.#start.cache.read(from, to, { ending });
      at = from;
    }
  }
}

/** All that was read to find the members. */
interface Directory {
  readonly size: number;
  readonly offsets: number[];
  readonly chunks: Uint8Array[];
}

function pieces({ size, offsets, chunks }: Directory): [number, Float64Array, Uint8Array[]] {
  return [size, new Float64Array(offsets), chunks];
}
