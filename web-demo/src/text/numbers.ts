// Numbers for people: sizes, counts, and values in the format that somebody chose.
import type { Format } from '../state.ts';

/** `12.4 MB`; decimal units, as files are measured. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} ${count === 1 ? 'byte' : 'bytes'}`;
  const units = ['KB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let [value, unit] = [count / 1000, 0];
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `1 234 567`, with narrow spaces that no line is broken at. */
export function grouped(count: number | bigint): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `1 request`, `3 requests`. */
export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `12.4 MB in 3 requests`. */
export function cost(size: number, requests: number): string {
  return `${bytes(size)} in ${plural(requests, 'request')}`;
}

/** `37th`. */
export function ordinal(count: number): string {
  const tens = Math.floor(count / 10) % 10;
  const ending = tens === 1 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${grouped(count)}${ending}`;
}

/** `3 × 4 × 5`, or `a single value`. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'a single value' : shape.map(grouped).join(' × ');
}

/** As Python writes a shape: `(3,)`. */
export function pythonShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

/** A value's exact text in another format; what is no number stays as it is. */
export function reformat(text: string, format: Format, digits: number): string {
  if (format === 'exact' || text === '') return text;
  if (/^[+-]?\d+$/.test(text)) return integer(BigInt(text), format, digits);
  const value = Number(text);
  if (format === 'hex' || !Number.isFinite(value) || !/^[+-]?[\d.]/.test(text)) return text;
  // JavaScript forgets the sign of a zero.
  const sign = Object.is(value, -0) ? '-' : '';
  return sign + (format === 'fixed' ? value.toFixed(digits) : value.toExponential(digits));
}

/** An approximate number for axes and labels. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
  const text = value.toPrecision(5);
  return text.includes('e') ? text.replace(/\.?0+e/, 'e') : text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function integer(value: bigint, format: Format, digits: number): string {
  switch (format) {
    case 'hex':
      return `${value < 0n ? '-' : ''}0x${(value < 0n ? -value : value).toString(16)}`;
    case 'scientific':
      return Number(value).toExponential(digits);
    default:
      return String(value);
  }
}
