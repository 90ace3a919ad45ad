// Dtypes in words, and what can be done with them. Sizes and layouts come from the package.
import type { Descr } from 'npymap/slim';

export type Family = 'bool' | 'integer' | 'float' | 'complex' | 'string' | 'time' | 'structure' | 'raw' | 'object';

/** What kind of values a dtype has. `descr` is that of the header, `name` the dtype as it is read. */
export function family(descr: Descr, name: string): Family {
  if (typeof descr !== 'string') return descr.length === 2 && !Array.isArray(descr[0]) ? family(descr[0] as Descr, name) : 'structure';
  if (/^(bfloat16|float\d)/.test(name)) return 'float';
  if (/^u?int\d+$/.test(name)) return 'integer';
  switch (descr.replace(/^[<>=|]/, '')[0]) {
    case 'b':
    case '?':
      return 'bool';
    case 'i':
    case 'u':
      return 'integer';
    case 'f':
      return 'float';
    case 'c':
      return 'complex';
    case 'S':
    case 'U':
    case 'a':
      return 'string';
    case 'M':
    case 'm':
      return 'time';
    case 'O':
      return 'object';
    default:
      return 'raw';
  }
}

/** Whether values can be coloured, drawn and counted. */
export function isNumeric(kind: Family): boolean {
  return kind === 'bool' || kind === 'integer' || kind === 'float' || kind === 'complex' || kind === 'time';
}

/** A dtype in words: "32-bit float, little-endian". */
export function inWords(descr: Descr, name: string, itemsize: number): string {
  const kind = family(descr, name);
  const order = typeof descr === 'string' && itemsize > 1 ? endian(descr, kind) : '';
  const bits = `${itemsize * 8}-bit`;
  switch (kind) {
    case 'bool':
      return 'true or false, one byte each';
    case 'integer':
      return `${bits} ${/^[<>|=]?u/.test(typeof descr === 'string' ? descr : name) ? 'unsigned ' : ''}integer${order}`;
    case 'float':
      return /^(bfloat16|float\d+_)/.test(name) ? `${name}, ${bits}` : `${bits} float${order}`;
    case 'complex':
      return `complex number of two ${itemsize * 4}-bit floats${order}`;
    case 'string':
      return /U/.test(String(descr)) ? `text of up to ${itemsize / 4} characters` : `byte string of up to ${itemsize} bytes`;
    case 'time':
      return `${/m/.test(String(descr)) ? 'duration' : 'date and time'} in units of ${unit(String(descr))}${order}`;
    case 'structure':
      return `structure of ${fields(descr).length} fields, ${itemsize} bytes`;
    case 'object':
      return 'Python objects (pickled)';
    case 'raw':
      return `raw data, ${itemsize} ${itemsize === 1 ? 'byte' : 'bytes'} each`;
  }
}

/** The fields of a structure, with those of structures within it by their paths. */
export function fields(descr: Descr): { path: string[]; descr: Descr }[] {
  if (typeof descr === 'string') return [];
  return descr.flatMap((part) => {
    if (!Array.isArray(part)) return [];
    const [title, type, shape] = part as [string | [string, string], Descr, unknown];
    const name = Array.isArray(title) ? title[1] : title;
    // Padding, which is what a field without a name is.
    if (name === '' || name === undefined) return [];
    const inner = shape === undefined && typeof type !== 'string' ? fields(type) : [];
    if (inner.length === 0) return [{ path: [name], descr: type }];
    return inner.map(({ path, descr: of }) => ({ path: [name, ...path], descr: of }));
  });
}

/** What raw elements of a size may have been, as ml_dtypes saves them. */
export function suggestions(descr: Descr): string[] {
  switch (typeof descr === 'string' ? descr.replace(/^[<>=|]/, '') : '') {
    case 'V2':
      return ['bfloat16'];
    case 'V1':
      return ['float8_e4m3fn', 'float8_e5m2', 'int4', 'uint4'];
    default:
      return [];
  }
}

function endian(descr: string, kind: Family): string {
  if (kind === 'raw' || kind === 'string') return '';
  return descr.startsWith('>') ? ', big-endian' : ', little-endian';
}

const UNITS: Readonly<Record<string, string>> = {
  Y: 'years', M: 'months', W: 'weeks', D: 'days', h: 'hours', m: 'minutes', s: 'seconds',
  ms: 'milliseconds', us: 'microseconds', ns: 'nanoseconds', ps: 'picoseconds', fs: 'femtoseconds', as: 'attoseconds',
};

function unit(descr: string): string {
  const match = /\[(\d*)(\w+)\]/.exec(descr);
  if (!match) return 'no fixed length';
  const [, count, name = ''] = match;
  return `${count ? `${count} ` : ''}${UNITS[name] ?? name}`;
}
