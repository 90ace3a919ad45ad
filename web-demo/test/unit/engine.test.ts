// What the worker computes, by the built package and painter.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { init, openNpy, toNpy, type NpyArray, type TypedArray } from 'npymap/slim';
import { initSync } from '../../painter/pkg/painter.js';
import { compare } from '../../src/engine/comparing.ts';
import { count, sample } from '../../src/engine/counting.ts';
import { line } from '../../src/engine/drawing.ts';
import { coarse, limitOf, picture, spread } from '../../src/engine/pictures.ts';
import { planeOf } from '../../src/engine/planes.ts';
import type { Context } from '../../src/engine/rpc.ts';
import type { Documents } from '../../src/engine/sources.ts';
import { csvFile, npyFile } from '../../src/engine/taking.ts';
import type { Line, Picture, Plane, Spread } from '../../src/engine/types.ts';

const ALL = limitOf(false, true);
const NEVER = new AbortController().signal;

function context(): Context & { told: [number, number][] } {
  const told: [number, number][] = [];
  return { signal: NEVER, progress: (done, total) => told.push([done, total]), transfer: () => {}, told };
}

const open = (data: TypedArray, shape: number[], dtype?: string): Promise<NpyArray> => openNpy(toNpy(data, { shape, dtype }));

/** Noise that is the same every time. */
function noise(length: number): Float64Array {
  let state = 1;
  return Float64Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647 - 0.5;
  });
}

beforeAll(async () => {
  await init(readFileSync(new URL('../../../wasm/dist/npymap.wasm', import.meta.url)));
  initSync({ module: readFileSync(new URL('../../painter/pkg/painter_bg.wasm', import.meta.url)) });
});

test('planes have their rows, columns and channels in order', async () => {
  const array = await open(Uint8Array.from({ length: 2 * 3 * 4 }, (_, i) => i), [2, 3, 4]);
  const documents = { array: () => Promise.resolve(array) } as unknown as Documents;
  const plane = (change: Partial<Plane>): Promise<NpyArray> =>
    planeOf(documents, { ref: { doc: 1, member: null, as: null }, selection: '', rows: null, cols: null, channel: null, ...change });
  const values = async (of: Promise<NpyArray>): Promise<unknown> => [(await of).shape, [...((await (await of).read()).data as Uint8Array)]];
  expect(await values(plane({ rows: 2, cols: 0 }))).toEqual([[4, 2], [0, 12, 1, 13, 2, 14, 3, 15]]);
  expect(await values(plane({ rows: 1 }))).toEqual([[3, 1], [0, 4, 8]]);
  expect(await values(plane({ cols: 1 }))).toEqual([[1, 3], [0, 4, 8]]);
  expect(await values(plane({ selection: '1, 2, 3' }))).toEqual([[1, 1], [23]]);
  expect((await plane({ rows: 0, cols: 2, channel: 1 })).shape).toEqual([2, 4, 3]);
  expect(await values(plane({ selection: '::-1, 1:, 0', rows: 1, cols: 0 }))).toEqual([[2, 2], [16, 4, 20, 8]]);
});

test('an envelope touches every peak', async () => {
  const data = noise(50_000);
  data[31_234] = 99;
  data[777] = Number.NaN;
  const array = await open(data, [50_000]);
  const found = (await line(array, 0, [100, 40_100], 400, 're', ALL, NEVER)) as Line;
  expect(found).toMatchObject({ per: 100, seen: 100 });
  for (let part = 0; part < 400; part += 1) {
    const values = [...data.subarray(100 + part * 100, 200 + part * 100)].filter((value) => !Number.isNaN(value));
    expect(found.least[part]).toBe(Math.min(...values));
    expect(found.most[part]).toBe(Math.max(...values));
    expect(found.x[part]).toBe(100 + part * 100);
  }
});

test('a line that would take too much is looked at in places, within the limit', async () => {
  const ranges: [number, number][] = [];
  const file = toNpy(noise(1_000_000), { shape: [1_000_000] });
  const array = await openNpy({ byteLength: file.size, slice: (start: number, end: number) => (ranges.push([start, end]), file.slice(start, end).arrayBuffer()) });
  ranges.length = 0;
  const found = (await line(array, 0, [0, 1_000_000], 200, 're', { bytes: 400_000, requests: 250 }, NEVER)) as Line;
  expect(found.seen).toBeLessThan(found.per);
  expect(found.least.every((value, i) => value <= found.most[i]!)).toBe(true);
  expect(ranges.length).toBeLessThanOrEqual(250);
  expect(ranges.reduce((sum, [start, end]) => sum + end - start, 0)).toBeLessThanOrEqual(400_000);
  expect(await line(array, 0, [0, 1_000_000], 200, 're', { bytes: 100, requests: 2 }, NEVER)).toMatchObject({ bytes: 8_000_000 });
});

test('pictures are of every nth row and column, within the limit', async () => {
  const array = await open(Uint16Array.from({ length: 1000 * 600 }, (_, i) => i % 65536), [1000, 600]);
  const area = { r0: 10, r1: 1000, c0: 0, c1: 600 };
  const paint = { table: Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)), scale: 'linear' as const, low: 0, high: 65535, threshold: 1, part: 'abs' as const, bad: [1, 2, 3, 4] as const };
  const found = (await picture(array, area, { height: 100, width: 300 }, paint, ALL, NEVER)) as Picture;
  expect(found).toMatchObject({ r0: 10, c0: 0, rstep: 10, cstep: 2, height: 99, width: 300, finer: null });
  const pixels = new Uint8Array(found.pixels);
  for (const [i, j] of [[0, 0], [50, 7], [98, 299]] as const) {
    const value = ((10 + i * 10) * 600 + j * 2) % 65536;
    expect(pixels[(i * 300 + j) * 4]).toBe(Math.min(255, Math.floor((value / 65535) * 256)));
  }
  const limit = { bytes: 60_000, requests: 40 };
  const within = coarse(array, area, 500, 500, limit) as { part: NpyArray; finer: unknown };
  expect(within.finer).toMatchObject({ bytes: expect.any(Number) });
  expect(within.part.plan().bytesFetched).toBeLessThanOrEqual(limit.bytes);
  expect(within.part.plan().requests).toBeLessThanOrEqual(limit.requests);
  expect(coarse(array, area, 500, 500, { bytes: 10, requests: 1 })).toMatchObject({ requests: expect.any(Number) });
});

test('what values there are', async () => {
  const data = noise(10_000);
  data.set([Number.NaN, Infinity, -Infinity, 40]);
  const found = (await spread(await open(data, [100, 100]), 're', 'linear', ALL, NEVER)) as Spread;
  const finite = [...data].filter(Number.isFinite).sort((a, b) => a - b);
  expect(found).toMatchObject({ sampled: 10_000, total: 10_000, min: finite[0], max: 40 });
  expect(found.high).toBeLessThan(0.5);
  expect(found.histogram.reduce((a, b) => a + b)).toBe(finite.length);
  const nothing = (await spread(await open(new Float32Array(6).fill(Number.NaN), [2, 3]), 're', 'log', ALL, NEVER)) as Spread;
  expect(nothing.histogram).toEqual([]);
});

test('statistics of a sample, then of everything', async () => {
  const data = noise(3_000_000);
  const array = await open(data, [3000, 1000]);
  const some = await sample(array, true, NEVER);
  expect(some.sampled).toBeLessThan(some.total);
  expect(some.bytes).toBe(24_000_000);
  expect(some.sampled * 8).toBeLessThanOrEqual(1e6);
  expect(Math.abs(Number(some.stats.mean))).toBeLessThan(0.02);
  const ctx = context();
  const all = await count(array, ctx);
  expect(all.stats.count).toBe(3_000_000);
  expect(all.ends.least).toBe(String(data.reduce((a, b) => Math.min(a, b))));
  expect(all.histogram!.counts.reduce((a, b) => a + b)).toBe(3_000_000);
  expect(ctx.told.at(-1)).toEqual([6_000_000, 6_000_000]);
  const one = await count(await open(new Int32Array(5).fill(7), [5]), context());
  expect(one.histogram!.counts.reduce((a, b) => a + b)).toBe(5);
});

test('what tells two arrays apart', async () => {
  const data = noise(2_000_000);
  const other = data.slice();
  other[1_234_567]! += 1e-9;
  other[1_999_999]! += 0.25;
  const found = await compare(await open(data, [2000, 1000]), await open(other, [2000, 1000]), 1e-5, 1e-8, context());
  expect(found).toMatchObject({ count: 2_000_000, different: 2, first: [1234, 567], far: 1, firstFar: [1999, 999], greatestAt: [1999, 999] });
  expect(found.greatest).toBeCloseTo(0.25, 12);
  expect(found.values).toEqual([String(data[1_234_567]), String(other[1_234_567])]);
  const transposed = (await open(data, [2000, 1000])).transpose();
  expect((await compare(transposed, transposed, 0, 0, context())).different).toBe(0);
  await expect(compare(transposed, await open(data, [2000, 1000]), 0, 0, context())).rejects.toThrow(/shapes differ/);
});

test('a slice as a file is what numpy.save writes of it', async () => {
  const array = await open(Float32Array.from(noise(5_000_000)), [5000, 1000]);
  const part = array.slice('::-1, 1::2');
  const ctx = context();
  const file = await npyFile(part, ctx);
  // In pieces, for it is large.
  expect(ctx.told.length).toBeGreaterThan(1);
  const again = await openNpy(file);
  expect(again.shape).toEqual([5000, 500]);
  expect(again.dtype).toBe('float32');
  const bytes = async (of: NpyArray): Promise<Uint8Array> => (await of.read({ bytes: true })).data as Uint8Array;
  expect(Buffer.compare(await bytes(again), await bytes(part))).toBe(0);
  const scalar = await openNpy(await npyFile(array.slice('3, 4'), context()));
  expect(scalar.shape).toEqual([]);
});

test('a slice as text', async () => {
  const csv = async (array: NpyArray, fields: string[][] = []): Promise<string> => (await csvFile(array, fields, context())).text();
  expect(await csv(await open(Int16Array.of(1, 2, 3, 4, 5, 6), [2, 3]))).toBe('1,2,3\r\n4,5,6\r\n');
  expect(await csv(await open(Int16Array.of(1, 2, 3), [3]))).toBe('1\r\n2\r\n3\r\n');
  expect(await csv(await open(Int16Array.of(1, 2, 3, 4), [2, 1, 2]))).toBe('1,2\r\n3,4\r\n');
  expect(await csv(await open(Float64Array.of(0.1), []))).toBe('0.1\r\n');
  const text = new Uint8Array(new TextEncoder().encode('a,b"c  '));
  expect(await csv(await open(text, [1], '|S7'))).toBe(`"b'a,b""c  '"\r\n`);
  await expect(csv(await open(new Uint8Array(2_000_001), [2_000_001]))).rejects.toThrow(/too much/);
});
