// Two arrays of one shape, element by element.
import { slice, type NpyArray } from 'npymap/slim';
import { Comparison, painter } from './painter.ts';
import { lend } from './pictures.ts';
import type { Context } from './rpc.ts';
import type { Compared } from './types.ts';
import { valuesOf } from './values.ts';
import { family, isNumeric } from '../text/dtype.ts';

const CHUNK = 4 << 20;
const TEXTS = 65536;

export async function compare(a: NpyArray, b: NpyArray, rtol: number, atol: number, ctx: Context): Promise<Compared> {
  if (a.shape.join() !== b.shape.join()) throw new RangeError(`the shapes differ: (${a.shape.join(', ')}) and (${b.shape.join(', ')})`);
  const areNumbers = [a, b].every(({ descr, dtype }) => isNumeric(family(descr, dtype)));
  const found = areNumbers ? await numbers(a, b, rtol, atol, ctx) : await others(a, b, ctx);
  const { first, firstFar, greatestAt, ...rest } = found;
  const at = (place: number): number[] | null => (place < 0 ? null : indexOf(place, a.shape));
  const both = async (place: number): Promise<[string, string] | null> => {
    const index = at(place);
    if (!index) return null;
    const [one, other] = await Promise.all([a, b].map((array) => array.slice(index).elements({ signal: ctx.signal })));
    return [one?.[0] ?? '', other?.[0] ?? ''];
  };
  return {
    ...rest,
    first: at(first),
    firstFar: at(firstFar),
    greatestAt: at(greatestAt),
    values: await both(first),
    greatestValues: await both(greatestAt),
  };
}

interface Found {
  count: number;
  different: number;
  first: number;
  far: number;
  firstFar: number;
  greatest: number | null;
  greatestAt: number;
}

async function numbers(a: NpyArray, b: NpyArray, rtol: number, atol: number, { signal, progress }: Context): Promise<Found> {
  await painter();
  const comparison = new Comparison(rtol, atol);
  try {
    for (const [from, to] of parts(a, CHUNK / Math.max(a.itemsize, b.itemsize))) {
      const [one, other] = await Promise.all([a, b].map((array) => part(array, from, to).read({ signal })));
      lend(valuesOf(a, one!), (x) => lend(valuesOf(b, other!), (y) => comparison.add(x, y)));
      progress(comparison.count, a.size);
    }
    const { count, different, first, far, first_far: firstFar, greatest, greatest_at: greatestAt } = comparison;
    return { count, different, first, far, firstFar, greatest, greatestAt };
  } finally {
    comparison.free();
  }
}

/** What is no number is the same, or not. */
async function others(a: NpyArray, b: NpyArray, { signal, progress }: Context): Promise<Found> {
  let [count, different, first] = [0, 0, -1];
  for (const [from, to] of parts(a, TEXTS)) {
    const [one, other] = await Promise.all([a, b].map((array) => part(array, from, to).elements({ signal })));
    one!.forEach((text, i) => {
      if (text === other![i]) return;
      different += 1;
      if (first < 0) first = count + i;
    });
    count += one!.length;
    progress(count, a.size);
  }
  return { count, different, first, far: different, firstFar: first, greatest: null, greatestAt: -1 };
}

/** Steps along the first axis of up to so many elements. */
function* parts(array: NpyArray, elements: number): Generator<[number, number], undefined> {
  if (array.size === 0) return undefined;
  const [length = 1] = array.shape;
  const step = Math.max(1, Math.floor(elements / (array.size / length)));
  for (let at = 0; at < length; at += step) yield [at, Math.min(at + step, length)];
  return undefined;
}

function part(array: NpyArray, from: number, to: number): NpyArray {
  return array.ndim === 0 ? array : array.slice([slice(from, to)]);
}

/** The index of the nth element in C order. */
function indexOf(place: number, shape: readonly number[]): number[] {
  let rest = place;
  return [...shape].reverse().map((length) => {
    const index = rest % length;
    rest = Math.floor(rest / length);
    return index;
  }).reverse();
}
