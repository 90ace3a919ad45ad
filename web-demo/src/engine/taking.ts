// Slices to take away.
import { npyStream, slice, toNpy, type NpyArray, type TypedArray } from 'npymap/slim';
import { fieldOf } from './planes.ts';
import type { Context } from './rpc.ts';

const CHUNK = 8 << 20;
/** A CSV file of more elements helps nobody. */
export const MAX_CSV = 2_000_000;

/** What `np.save` writes of the array. */
export async function npyFile(array: NpyArray, { signal, progress }: Context): Promise<Blob> {
  if (array.ndim === 0 || array.nbytes <= CHUNK) {
    const { data } = await array.read({ bytes: true, signal });
    return toNpy(data as TypedArray, { shape: array.shape, dtype: array.descr });
  }
  const [length = 0] = array.shape;
  const rows = Math.max(1, Math.floor(CHUNK / (array.nbytes / length)));
  async function* chunks(): AsyncGenerator<TypedArray> {
    for (let at = 0; at < length; at += rows) {
      const { data } = await array.slice([slice(at, Math.min(at + rows, length))]).read({ bytes: true, signal });
      progress(Math.min(at + rows, length), length);
      yield data as TypedArray;
    }
  }
  // The browser keeps what it cannot hold in memory on its disk.
  return new Response(npyStream(chunks(), { shape: array.shape, dtype: array.descr })).blob();
}

/** Rows of texts; of structures, a column for each field. */
export async function csvFile(array: NpyArray, fields: string[][], { signal, progress }: Context): Promise<Blob> {
  const columns = Math.max(1, fields.length);
  if (array.size * columns > MAX_CSV) {
    throw new RangeError(`a CSV file of more than ${MAX_CSV} values is too much: select fewer, or take the .npy file`);
  }
  const parts: string[] = fields.length > 0 ? [`${fields.map((path) => cell(path.join('.'))).join()}\r\n`] : [];
  const width = fields.length > 0 ? fields.length : (array.ndim > 1 ? array.shape.at(-1)! : 1);
  // Everything but the last axis are rows.
  const length = array.shape[0] ?? 1;
  const step = Math.max(1, Math.floor(65536 / Math.max(1, (array.size * columns) / Math.max(1, length))));
  for (let at = 0; at < length; at += step) {
    const part = array.ndim === 0 ? array : array.slice([slice(at, Math.min(at + step, length))]);
    const found = await columnTexts(part, fields, signal);
    for (let i = 0; i < found.length; i += width) parts.push(`${found.slice(i, i + width).map(cell).join()}\r\n`);
    progress(Math.min(at + step, length), length);
  }
  return new Blob(parts, { type: 'text/csv' });
}

/** The texts of all fields of one element, then of the next. */
export async function columnTexts(array: NpyArray, fields: readonly string[][], signal: AbortSignal): Promise<string[]> {
  if (fields.length === 0) return array.elements({ signal });
  const columns: string[][] = [];
  for (const path of fields) columns.push(await fieldTexts(array, path, signal));
  return Array.from({ length: array.size * fields.length }, (_, i) => columns[i % fields.length]![Math.floor(i / fields.length)]!);
}

/** A text for each element, also where a field is an array itself. */
async function fieldTexts(array: NpyArray, path: readonly string[], signal: AbortSignal): Promise<string[]> {
  const field = fieldOf(array, path);
  const found = await field.elements({ signal });
  const per = array.size === 0 ? 1 : found.length / array.size;
  if (per === 1) return found;
  return Array.from({ length: array.size }, (_, i) => `[${found.slice(i * per, (i + 1) * per).join(' ')}]`);
}

/** As RFC 4180 has it. */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
