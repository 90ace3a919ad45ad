// Statistics and histograms: of a sample at once, of everything with time.
import { slice, type Histogram, type NpyArray, type Stats } from 'npymap/slim';
import type { Context } from './rpc.ts';
import type { Counted } from './types.ts';

const BINS = 80;
/** A sample has about so many bytes. */
const SAMPLE_BYTES = 4e6;
/** Of an array that comes through a network. */
const REMOTE_BYTES = 1e6;

/** Of steps along the first axis, so that little is read. The whole array, if that is little. */
export async function sample(array: NpyArray, isRemote: boolean, signal: AbortSignal): Promise<Counted> {
  const limit = isRemote ? REMOTE_BYTES : SAMPLE_BYTES;
  const { bytesFetched: bytes } = array.plan();
  let part = array;
  for (let step = 2; part.plan().bytesFetched > limit && part.size > 1; step *= 2) {
    part = thinned(array, step);
  }
  const stats = await part.stats({ signal });
  const histogram = await histogramOf(part, stats, signal);
  return { stats, ends: await endsOf(part, stats, signal), histogram, sampled: part.size, total: array.size, bytes };
}

/** Of all elements. */
export async function count(array: NpyArray, { signal, progress }: Context): Promise<Counted> {
  const isNumber = hasHistogram(array);
  const stats = await array.stats({ signal, onProgress: (done, total) => progress(done, isNumber ? 2 * total : total) });
  const histogram = isNumber
    ? await histogramOf(array, stats, signal, (done, total) => progress(total + done, 2 * total))
    : null;
  const { bytesFetched: bytes } = array.plan();
  return { stats, ends: await endsOf(array, stats, signal), histogram, sampled: array.size, total: array.size, bytes };
}

async function endsOf(array: NpyArray, { argmin, argmax }: Stats, signal: AbortSignal): Promise<Counted['ends']> {
  const text = async (index: number[] | null): Promise<string | null> =>
    index && ((await array.slice(index).elements({ signal }))[0] ?? null);
  return { least: await text(argmin), greatest: await text(argmax) };
}

/** Every nth of contiguous runs: the axis that is thinned is the longest. */
function thinned(array: NpyArray, step: number): NpyArray {
  let rest = step;
  const lengths = [...array.shape];
  const steps = lengths.map(() => 1);
  // From the slowest axis on, so that what is read stays in few pieces.
  const order = array.strides.map((stride, axis) => ({ axis, stride: Math.abs(stride) })).sort((a, b) => b.stride - a.stride);
  for (const { axis } of order) {
    const by = Math.min(rest, Math.max(1, lengths[axis]!));
    steps[axis] = by;
    rest = Math.ceil(rest / by);
    if (rest <= 1) break;
  }
  // From within, not from the beginning, which is often unlike the rest.
  const starts = steps.map((by, axis) => Math.min(Math.floor(by / 2), Math.max(0, lengths[axis]! - 1)));
  // Along one axis, thinning saves nothing until gaps are large: a piece from the middle then, as long as needed.
  if (array.ndim === 1) {
    const length = Math.max(1, Math.floor(lengths[0]! / step));
    const from = Math.floor((lengths[0]! - length) / 2);
    return array.slice([slice(from, from + length)]);
  }
  return array.slice(steps.map((by, axis) => slice(starts[axis]!, null, by)));
}

/** Of finite values; `null` if there are none, or more kinds of infinity than a histogram has room for. */
async function histogramOf(
  array: NpyArray,
  { min, max }: Stats,
  signal: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): Promise<Histogram | null> {
  if (!hasHistogram(array) || min === null || max === null || Array.isArray(min) || Array.isArray(max)) return null;
  const [low, high] = [Number(min), Number(max)];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
  // One value has a bin of its own in the middle.
  const range: [number, number] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  return array.histogram({ bins: BINS, range, signal, onProgress });
}

function hasHistogram({ descr }: NpyArray): boolean {
  return typeof descr === 'string' && !/^[<>=|]?c/.test(descr);
}
