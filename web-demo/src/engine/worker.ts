// The worker of the page: everything that reads, and all heavy work.
import { init, type NpyArray } from 'npymap/slim';
import address from 'npymap/npymap.wasm?url';
import type { Part, Scale } from '../state.ts';
import { parse } from '../text/selection.ts';
import { compare } from './comparing.ts';
import { count, sample } from './counting.ts';
import { line } from './drawing.ts';
import { lend, limitOf, picture, spread, coarse } from './pictures.ts';
import { painter } from './painter.ts';
import { areaOf, planeOf, selected } from './planes.ts';
import { answer, type Context } from './rpc.ts';
import { Documents, facts } from './sources.ts';
import { columnTexts, csvFile, npyFile } from './taking.ts';
import type { Area, Compared, Counted, Line, Opened, Origin, Paint, Picture, Plane, Ref, Selected, Spread, TooMuch, ArrayFacts } from './types.ts';
import { readValues } from './values.ts';

const documents = new Documents((traffic) => tell({ traffic }));

let loading: Promise<void> | undefined;

function ready(): Promise<void> {
  loading ??= init(new URL(address, self.location.href)).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

const of = async (ref: Ref, selection: string): Promise<NpyArray> => selected(await documents.array(ref), selection);

const api = {
  async open({ origin, raw }: { origin: Origin; raw: string | null }, { signal }: Context): Promise<Opened> {
    await ready();
    return documents.open(origin, raw, signal);
  },

  async close({ doc }: { doc: number }): Promise<void> {
    documents.close(doc);
  },

  /** An array, or a member of an archive. */
  async array({ ref }: { ref: Ref }): Promise<ArrayFacts> {
    return facts(await documents.array(ref));
  },

  async select({ ref, selection }: { ref: Ref; selection: string }): Promise<Selected> {
    const all = await documents.array(ref);
    const array = selected(all, selection);
    const { shape } = selected(all, parse(selection)?.fields ?? '');
    const { bytesFetched: bytes, requests } = array.plan();
    return { array: facts(array), base: shape, bytes, requests };
  },

  /** The texts of a part of a plane, row by row. With fields, the columns are those. */
  async cells({ plane, area, fields }: { plane: Plane; area: Area; fields: string[][] }, { signal }: Context): Promise<string[]> {
    const array = await planeOf(documents, plane);
    if (fields.length === 0) return columnTexts(areaOf(array, area), [], signal);
    return columnTexts(areaOf(array, { ...area, c0: 0, c1: 1 }), fields.slice(area.c0, area.c1), signal);
  },

  async spread(
    { plane, part, scale, force }: { plane: Plane; part: Part; scale: Scale; force: boolean },
    { signal }: Context,
  ): Promise<Spread | TooMuch> {
    const limit = limitOf(documents.isRemote(plane.ref.doc), force);
    return spread(await planeOf(documents, plane), part, scale, limit, signal);
  },

  async picture(
    { plane, area, height, width, paint, force }: { plane: Plane; area: Area; height: number; width: number; paint: Paint; force: boolean },
    { signal, transfer }: Context,
  ): Promise<Picture | TooMuch> {
    const limit = limitOf(documents.isRemote(plane.ref.doc), force);
    const found = await picture(await planeOf(documents, plane), area, { height, width }, paint, limit, signal);
    if ('pixels' in found) transfer(found.pixels);
    return found;
  },

  async line(
    { plane, along, indices, range, parts, part, force }:
      { plane: Plane; along: 'rows' | 'cols'; indices: readonly number[]; range: readonly [number, number]; parts: number; part: Part; force: boolean },
    { signal }: Context,
  ): Promise<Line[] | TooMuch> {
    const array = await planeOf(documents, plane);
    const limit = limitOf(documents.isRemote(plane.ref.doc), force);
    const share = { bytes: limit.bytes / indices.length, requests: limit.requests / indices.length };
    const lines: Line[] = [];
    for (const index of indices) {
      const one = array.slice(along === 'rows' ? [index, null] : [null, index]);
      const found = await line(one, index, range, parts, part, share, signal);
      if (!('x' in found)) return found;
      lines.push(found);
    }
    return lines;
  },

  async sample({ ref, selection }: { ref: Ref; selection: string }, { signal }: Context): Promise<Counted> {
    return sample(await of(ref, selection), documents.isRemote(ref.doc), signal);
  },

  async count({ ref, selection }: { ref: Ref; selection: string }, ctx: Context): Promise<Counted> {
    return count(await of(ref, selection), ctx);
  },

  async npy({ ref, selection }: { ref: Ref; selection: string }, ctx: Context): Promise<Blob> {
    return npyFile(await of(ref, selection), ctx);
  },

  async csv({ ref, selection, fields }: { ref: Ref; selection: string; fields: string[][] }, ctx: Context): Promise<Blob> {
    return csvFile(await of(ref, selection), fields, ctx);
  },

  async compare(
    { a, b, rtol, atol }: { a: { ref: Ref; selection: string }; b: { ref: Ref; selection: string }; rtol: number; atol: number },
    ctx: Context,
  ): Promise<Compared> {
    return compare(await of(a.ref, a.selection), await of(b.ref, b.selection), rtol, atol, ctx);
  },

  /** Where two planes differ, and by how much. */
  async difference(
    { a, b, height, width, paint, high }: { a: Plane; b: Plane; height: number; width: number; paint: Paint; high: number | null },
    { signal, transfer }: Context,
  ): Promise<(Picture & { high: number }) | TooMuch> {
    const [one, other] = await Promise.all([a, b].map((plane) => planeOf(documents, plane)));
    const [rows = 0, cols = 0] = one!.shape;
    const area = { r0: 0, r1: rows, c0: 0, c1: cols };
    const found = coarse(one!, area, height, width, limitOf(documents.isRemote(a.ref.doc), false));
    if (!('part' in found)) return found;
    const { part, rstep, cstep, finer } = found;
    await painter();
    const [x, y] = await Promise.all([readValues(part, signal), readValues(areaOf(other!, area, rstep, cstep), signal)]);
    const { pixels, most } = lend(x, () => lend(y, () => lend(x.difference(y), (apart) => {
      const [, found = 1] = apart.quantiles('linear', 0, 1);
      const most = high ?? (found > 0 ? found : 1);
      return { pixels: apart.paint(paint.table, 'linear', 0, most, 1, Uint8Array.from(paint.bad)), most };
    })));
    const [height2 = 0, width2 = 0] = part.shape;
    transfer(pixels.buffer as ArrayBuffer);
    return { pixels: pixels.buffer as ArrayBuffer, height: height2, width: width2, r0: 0, c0: 0, rstep, cstep, finer, high: most };
  },
};

export type EngineApi = typeof api;

const tell = answer(self as never, api);

// It will be needed, and nobody waits for it yet. If it fails, whoever asks is told.
ready().catch(() => {});
