// Selections as text, taken apart for the dimension mapper and put together again. What a selection means is decided in
// Rust; what is not understood here can be typed all the same, and then there is no mapper.

export type Item =
  | { kind: 'index'; value: number }
  | { kind: 'slice'; start: number | null; stop: number | null; step: number | null }
  | { kind: 'ellipsis' }
  | { kind: 'newaxis' };

/** Fields first, as written, then indices. */
export interface Parsed {
  /** `['x']`, `['x']['y']`, or nothing. */
  fields: string;
  items: readonly Item[];
}

export type AxisItem = Extract<Item, { kind: 'index' | 'slice' }>;

export const ALL: AxisItem = { kind: 'slice', start: null, stop: null, step: null };

/** Takes a selection apart; `null` if it is not written as the page writes them. */
export function parse(text: string): Parsed | null {
  let rest = text.trim();
  let fields = '';
  for (;;) {
    const field = /^\[\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\s*,\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*\s*\]/.exec(rest);
    if (!field) break;
    fields += field[0];
    rest = rest.slice(field[0].length).trim();
  }
  if (rest.startsWith('[') && rest.endsWith(']')) rest = rest.slice(1, -1).trim();
  else if (fields && rest) return null;
  if (rest === '') return { fields, items: [] };
  const parts = rest.replace(/,\s*$/, '').split(',');
  const items: Item[] = [];
  for (const part of parts) {
    const item = parseItem(part.trim());
    if (!item) return null;
    items.push(item);
  }
  if (items.filter(({ kind }) => kind === 'ellipsis').length > 1) return null;
  return { fields, items };
}

/** An item for each of the axes; `null` if there are new axes or too many items. */
export function perAxis(items: readonly Item[], ndim: number): AxisItem[] | null {
  if (items.some(({ kind }) => kind === 'newaxis')) return null;
  const given = items.filter(({ kind }) => kind !== 'ellipsis').length;
  if (given > ndim) return null;
  const missing = Array.from({ length: ndim - given }, () => ALL);
  const at = items.findIndex(({ kind }) => kind === 'ellipsis');
  const [before, after] = at < 0 ? [items, []] : [items.slice(0, at), items.slice(at + 1)];
  return [...before, ...missing, ...after] as AxisItem[];
}

/** The text of a selection with an item for each axis. */
export function print(fields: string, items: readonly AxisItem[]): string {
  const text = items.map(printItem).join(', ');
  if (!fields) return text;
  return items.every(isAll) ? fields : `${fields}[${text}]`;
}

/** The places of a slice in its axis: `start + i * step` for each i below `count`; Python's `slice.indices`. */
export function places(item: AxisItem, length: number): { start: number; step: number; count: number } {
  if (item.kind === 'index') return { start: item.value < 0 ? item.value + length : item.value, step: 1, count: 1 };
  const step = item.step ?? 1;
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (value: number): number => Math.max(low, Math.min(value < 0 ? value + length : value, high));
  const start = item.start === null ? (step > 0 ? low : high) : clamp(item.start);
  const stop = item.stop === null ? (step > 0 ? high : low) : clamp(item.stop);
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)) };
}

export function isAll(item: Item): boolean {
  return item.kind === 'slice' && item.start === null && item.stop === null && (item.step ?? 1) === 1;
}

/** A field's name as Python writes it. */
export function quote(name: string): string {
  const body = name.replace(/\\/g, '\\\\').replace(/[\n\r\t]/g, (char) => ({ '\n': '\\n', '\r': '\\r', '\t': '\\t' })[char]!);
  return body.includes("'") && !body.includes('"') ? `"${body}"` : `'${body.replace(/'/g, "\\'")}'`;
}

function parseItem(text: string): Item | null {
  if (text === '...' || text === 'Ellipsis') return { kind: 'ellipsis' };
  if (text === 'None' || text === 'newaxis' || text === 'np.newaxis') return { kind: 'newaxis' };
  if (INTEGER.test(text)) return { kind: 'index', value: Number(text) };
  const parts = text.split(':').map((part) => part.trim());
  if (parts.length < 2 || parts.length > 3) return null;
  if (!parts.every((part) => part === '' || part === 'None' || INTEGER.test(part))) return null;
  const [start = null, stop = null, step = null] = parts.map((part) => (INTEGER.test(part) ? Number(part) : null));
  return step === 0 ? null : { kind: 'slice', start, stop, step };
}

const INTEGER = /^[+-]?\d{1,15}$/;

function printItem(item: AxisItem): string {
  if (item.kind === 'index') return String(item.value);
  const { start, stop, step } = item;
  const end = step === null || step === 1 ? '' : `:${step}`;
  return `${start ?? ''}:${stop ?? ''}${end}`;
}
