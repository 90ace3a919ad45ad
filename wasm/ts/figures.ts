/**
 * Reads the JSON of statistics: integers that a `number` cannot hold become `bigint`, and `"nan"`, `"inf"` and `"-inf"`
 * numbers.
 */
export function figures<T>(json: string): T {
  const marked = json.replace(/(?<![\w.+-])-?\d{16,}(?![\d.eE])/g, (digits) =>
    Number.isSafeInteger(Number(digits)) ? digits : `"${MARK}${digits}"`,
  );
  return JSON.parse(marked, (_, value: unknown) => {
    if (typeof value !== 'string') return value;
    return value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : (SPECIAL[value] ?? value);
  }) as T;
}

const MARK = 'integer ';

const SPECIAL: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity };
