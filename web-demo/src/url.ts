// The state as the fragment of an address, and back: `#url=…&sel=3, :, ::2&view=heatmap`. A tab begins with its source;
// what suits the array by itself is left out.
import { FORMATS, NANS, newTab, PARTS, SCALES, VIEWS, type Box, type Source, type State, type Tab } from './state.ts';

const MAX_TABS = 64;

/** The fragment, without its `#`. */
export function toHash(state: State): string {
  const parts: string[] = [];
  const add = (key: string, value: string): void => {
    parts.push(`${key}=${escape(value)}`);
  };
  if (state.active !== 0) add('active', String(state.active));
  for (const tab of state.tabs) {
    const { src } = tab;
    if (src.kind === 'url') add('url', src.url);
    else if (src.kind === 'served') add('served', src.path);
    else add(src.kind, src.name);
    if (src.kind === 'file') add('size', String(src.size));
    const usual = newTab(src);
    for (const [key, { name, write }] of Object.entries(FIELDS)) {
      const value = tab[name];
      if (JSON.stringify(value) !== JSON.stringify(usual[name])) add(key, write(value as never));
    }
  }
  return parts.join('&');
}

/** What a fragment says. What cannot be understood is left out. */
export function fromHash(hash: string): State {
  const tabs: Tab[] = [];
  let active = 0;
  for (const part of hash.replace(/^#/, '').split('&')) {
    const at = part.indexOf('=');
    if (at < 0) continue;
    const [key, value] = [part.slice(0, at), unescape(part.slice(at + 1))];
    const src = source(key, value);
    if (src) {
      if (tabs.length === MAX_TABS) break;
      tabs.push(newTab(src));
      continue;
    }
    if (key === 'active') active = whole(value) ?? 0;
    const tab = tabs.at(-1);
    if (!tab) continue;
    if (key === 'size' && tab.src.kind === 'file') tab.src = { ...tab.src, size: whole(value) ?? 0 };
    const field = Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined;
    const read = field?.read(value);
    if (field && read !== undefined) (tab as unknown as Record<string, unknown>)[field.name] = read;
  }
  return { tabs, active: Math.min(active, Math.max(0, tabs.length - 1)) };
}

interface Field {
  name: keyof Tab;
  write(value: never): string;
  /** `undefined` if the text is no such value. */
  read(text: string): unknown;
}

const text = (name: keyof Tab): Field => ({ name, write: String, read: (value) => value });
const number = (name: keyof Tab): Field => ({ name, write: String, read: finite });
const index = (name: keyof Tab): Field => ({ name, write: String, read: whole });
const flag = (name: keyof Tab): Field => ({
  name,
  write: (value: boolean) => (value ? '1' : '0'),
  read: (value) => (value === '1' ? true : value === '0' ? false : undefined),
});
const one = (name: keyof Tab, of: readonly string[]): Field => ({
  name,
  write: String,
  read: (value) => (of.includes(value) ? value : undefined),
});

const FIELDS: Readonly<Record<string, Field>> = {
  raw: text('raw'),
  member: text('member'),
  as: text('as'),
  sel: text('selection'),
  view: one('view', VIEWS),
  rows: index('rows'),
  cols: index('cols'),
  row: index('row'),
  col: index('col'),
  format: one('format', FORMATS),
  digits: index('digits'),
  map: text('map'),
  scale: one('scale', SCALES),
  range: {
    name: 'range',
    write: (value: Tab['range']) => (typeof value === 'string' ? value : value.join(',')),
    read: (value) => (value === 'full' || value === 'robust' ? value : numbers(value, 2)),
  },
  part: one('part', PARTS),
  nan: one('nan', NANS),
  image: flag('image'),
  flip: flag('flip'),
  zoom: {
    name: 'zoom',
    write: ({ r0, r1, c0, c1 }: Box) => [r0, r1, c0, c1].join(','),
    read: (value) => {
      const found = numbers(value, 4);
      if (!found) return undefined;
      const [r0, r1, c0, c1] = found as [number, number, number, number];
      return r1 > r0 && c1 > c0 ? { r0, r1, c0, c1 } : undefined;
    },
  },
  along: one('along', ['rows', 'cols']),
  lines: {
    name: 'lines',
    write: (value: readonly number[]) => value.join(','),
    read: (value) => {
      const found = value.split(',').map(whole);
      return found.length <= 64 && found.every((item) => item !== undefined) ? found : undefined;
    },
  },
  logy: flag('logY'),
  with: index('with'),
  rtol: number('rtol'),
  atol: number('atol'),
};

function source(key: string, value: string): Source | undefined {
  switch (key) {
    case 'url':
      return { kind: 'url', url: value };
    case 'file':
      return { kind: 'file', name: value, size: 0 };
    case 'sample':
      return { kind: 'sample', name: value };
    case 'served':
      return { kind: 'served', path: value };
    default:
      return undefined;
  }
}

function finite(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function whole(text: string): number | undefined {
  const value = finite(text);
  return Number.isSafeInteger(value) && value! >= 0 ? value : undefined;
}

function numbers(text: string, count: number): number[] | undefined {
  const found = text.split(',').map(finite);
  return found.length === count && found.every((value) => value !== undefined) ? (found as number[]) : undefined;
}

/** Only what would end the value or the fragment, or gets lost when a link is pasted. */
function escape(text: string): string {
  return text
    .replace(/[%&#+\s"'<>`{}|\\^[\]]/g, (char) => encodeURIComponent(char).replace("'", '%27'))
    .replace(/[^!-~]+/g, (chars) => encodeURIComponent(chars.replace(/\p{Surrogate}/gu, '\ufffd')));
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
