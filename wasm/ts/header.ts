// What a source is before it is an array or an archive.
import type { Ending } from './abort.js';
import { LazyArray, type OpenFile } from './array.js';
import type { HeaderText, Need } from './boundary.js';
import type { Cache } from './cache.js';
import type { Checksum } from './checksum.js';
import type { Scope } from './scope.js';
import { FIRST_BYTES, type Source } from './source/source.js';
import type { NpyArray, OpenOptions } from './types.js';
import type { Engine } from './wasm.js';

/** A source that has been looked into. */
export interface Start {
  readonly engine: Engine;
  readonly cache: Cache;
  readonly scope: Scope;
  readonly opts: OpenOptions;
  /** Of the opening. */
  readonly ending: Ending;
  readonly bytes: Uint8Array;
}

/** A stored member of an archive. */
export interface Within {
  readonly range: readonly [start: number, end: number];
  readonly checksum: Checksum;
}

/** Reads the header of an array. */
export async function openHeader(
  { engine, cache, scope, opts, ending, bytes: first }: Omit<Start, 'bytes'> & Partial<Start>,
  within?: Within,
): Promise<NpyArray> {
  const [origin, limit] = within?.range ?? [0, cache.source.size];
  const size = limit === undefined ? undefined : limit - origin;
  for (let end = Math.min(FIRST_BYTES, size ?? FIRST_BYTES); ; ) {
    const isThere = first && first.length >= end;
    const bytes = isThere ? first : await cache.read(origin, origin + end, { ending });
    const answer = engine.json<HeaderText | Need>((wasm) => wasm.header(bytes, size, opts.maxHeaderBytes));
    if ('need' in answer) {
      end = answer.need[1];
      continue;
    }
    const { header, fortranOrder, warnings, facts } = answer;
    // All views of the file share these.
    for (const shared of [header, header.version, warnings]) Object.freeze(shared);
    const file: OpenFile = {
      engine,
      cache,
      scope,
      gap: opts.coalesceGap,
      header,
      fortranOrder,
      warnings,
      base: origin + header.dataOffset,
      end: origin + answer.end,
      checksum: within?.checksum,
    };
    return new LazyArray(file, facts);
  }
}

/** The size of a source, if need be by asking for it. */
export async function sizeOf(source: Source, ending: Ending): Promise<number | undefined> {
  return source.size ?? source.measure?.(ending.signal);
}
