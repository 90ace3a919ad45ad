// Lines of planes. One of more elements than pixels is drawn by its envelope: never by every nth element, which would
// lose the peaks. Where looking at all elements would take too much reading, each part of the line is looked at in
// one place.
import { slice, type NpyArray } from 'npymap/slim';
import type { Part } from '../state.ts';
import { Envelope, painter } from './painter.ts';
import { lend, type Limit } from './pictures.ts';
import type { Line, TooMuch } from './types.ts';
import { readValues, valuesOf } from './values.ts';

/** At least so many elements are looked at in each part. */
const RUN = 16;

/** The elements of a one-dimensional array from `start` up to `end`. */
export async function line(
  array: NpyArray,
  index: number,
  [start, end]: readonly [number, number],
  parts: number,
  part: Part,
  limit: Limit,
  signal: AbortSignal,
): Promise<Line | TooMuch> {
  await painter();
  const total = end - start;
  const range = array.slice([slice(start, end)]);
  const whole = range.plan();
  const isCheap = whole.bytesFetched <= limit.bytes && whole.requests <= limit.requests;
  if (isCheap && total <= 2 * parts) {
    const floats = lend(await readValues(range, signal), (values) => lend(values.part(part), (reals) => reals.floats()));
    const x = Float64Array.from({ length: total }, (_, i) => start + i);
    return { index, x, least: floats, most: floats, seen: 1, per: 1 };
  }
  if (isCheap) {
    const envelope = new Envelope(parts, total);
    for await (const { start: at, array: chunk } of range.chunks({ signal })) {
      lend(valuesOf(range, chunk), (values) => lend(values.part(part), (reals) => envelope.add(reals, at)));
    }
    return finish(envelope, index, start, total, parts, Math.ceil(total / parts));
  }
  const probe = sampling(range, total, parts, limit);
  if (!probe) return { bytes: whole.bytesFetched, requests: whole.requests };
  const envelope = new Envelope(probe.parts, total);
  const places = Array.from({ length: probe.parts }, (_, i) => Math.floor((i * total) / probe.parts));
  for (let at = 0; at < places.length; at += 8) {
    const pieces = places.slice(at, at + 8).map(async (from) => {
      const values = await readValues(range.slice([slice(from, Math.min(from + probe.run, total))]), signal);
      lend(values, () => lend(values.part(part), (reals) => envelope.add(reals, from)));
    });
    await Promise.all(pieces);
  }
  return finish(envelope, index, start, total, probe.parts, probe.run);
}

/** How many parts, and how many elements of each, are within a limit. */
function sampling(range: NpyArray, total: number, parts: number, limit: Limit): { parts: number; run: number } | undefined {
  for (let count = parts; count >= 32; count = Math.floor(count / 2)) {
    for (let run = Math.min(4096, Math.floor(total / count)); run >= RUN; run = Math.floor(run / 2)) {
      const plan = range.slice([slice(0, run)]).plan();
      if (plan.bytesFetched * count <= limit.bytes && plan.requests * count <= limit.requests) return { parts: count, run };
    }
  }
  return undefined;
}

function finish(envelope: Envelope, index: number, start: number, total: number, parts: number, seen: number): Line {
  return lend(envelope, () => ({
    index,
    x: Float64Array.from({ length: parts + 1 }, (_, i) => start + Math.ceil((i * total) / parts)),
    least: envelope.least(),
    most: envelope.most(),
    seen,
    per: Math.ceil(total / parts),
  }));
}
