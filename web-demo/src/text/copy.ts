// Cells as text for other programs.
import type { ArrayFacts } from '../engine/types.ts';
import { family } from './dtype.ts';
import { quote } from './selection.ts';

/** Rows of values, for spreadsheets. */
export function tsv(texts: readonly string[], width: number): string {
  return rowsOf(texts, width)
    .map((row) => row.map((text) => (/[\t\n\r"]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text)).join('\t'))
    .join('\n');
}

/** What NumPy makes the same values of. */
export function literal(texts: readonly string[], width: number, { descr, dtype }: Pick<ArrayFacts, 'descr' | 'dtype'>): string {
  const kind = family(descr, dtype);
  const value = (text: string): string => {
    // Of bytes, the text is Python's literal already.
    if (kind === 'string') return /[Sa]/.test(String(descr)) ? text : quote(text);
    if (kind === 'time') return /M/.test(String(descr)) || text === 'NaT' ? quote(text) : String(text.split(' ')[0]);
    // Names that Python does not have by itself.
    if (kind === 'complex' && /nan|inf/.test(text)) return `complex('${text.replace(/[()]/g, '')}')`;
    return text.replace(/\b(nan|inf)\b/g, 'np.$1');
  };
  const rows = rowsOf(texts.map(value), width);
  const type = typeof descr === 'string' ? `, dtype=${quote(/^[|V]*V/.test(descr) ? dtype : descr)}` : '';
  if (texts.length === 1) return `np.array(${rows[0]![0]}${type})`;
  const body = width === 1 ? `[${rows.map(([only]) => only).join(', ')}]` : `[${rows.map((row) => `[${row.join(', ')}]`).join(',\n          ')}]`;
  return `np.array(${body}${type})`;
}

function rowsOf(texts: readonly string[], width: number): string[][] {
  return Array.from({ length: Math.ceil(texts.length / width) }, (_, i) => texts.slice(i * width, (i + 1) * width));
}
