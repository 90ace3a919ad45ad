// What callers without TypeScript may get wrong. Rust would take some of it for something else.
import { tagOf } from './ndarray.js';
import type { Descr } from './types.js';

/** A text, such as a name. */
export function textOf(value: string, what: string): string {
  if (typeof value !== 'string') throw new TypeError(`${what} is ${shown(value)}, expected a text`);
  return value;
}

/** Numbers, such as axes. A number alone would become an array of so many zeros. */
export function numbersOf(values: readonly number[], what: string): Float64Array {
  if (!Array.isArray(values)) throw new TypeError(`${what} is ${shown(values)}, expected an array of numbers`);
  return new Float64Array(values);
}

/** A number, such as a position. Rust refuses those that are none. */
export function numberOf(value: number, what: string): number {
  if (typeof value !== 'number') throw new TypeError(`${what} is ${shown(value)}, expected a number`);
  return value;
}

/** A dtype in JSON, which `undefined` has no text in. */
export function descrText(dtype: Descr): string {
  return JSON.stringify(dtype) ?? 'null';
}

/** One of several words, or nothing. A word that is none of them would do nothing. */
export function wordOf<T extends string>(value: T | undefined, what: string, words: readonly T[]): T | undefined {
  if (value === undefined || words.includes(value)) return value;
  throw new TypeError(`${what} is ${shown(value)}, expected ${words.map((word) => `'${word}'`).join(' or ')}`);
}

/** What was found, for messages. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'object' && value !== null) return `of type ${tagOf(value)}`;
  return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : String(value);
}
