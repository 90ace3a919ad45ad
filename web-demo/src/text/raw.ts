// Files without a header, as what is known of them: `<f4; 100, 200; 128; C`.

export interface Raw {
  dtype: string;
  /** `null`: one axis, of all there is. */
  shape: number[] | null;
  offset: number;
  order: 'C' | 'F';
}

export function printRaw({ dtype, shape, offset, order }: Raw): string {
  return [dtype, shape?.join(', ') ?? '', offset, order].join('; ');
}

/** The parts of a text; `null` if it has none. Whether they make sense is up to the package. */
export function parseRaw(text: string): Raw | null {
  const [dtype = '', shapeText = '', offsetText = '', order = 'C'] = text.split(';').map((part) => part.trim());
  const words = shapeText.split(/[\s,]+/).filter(Boolean);
  const shape = words.map(Number);
  const offset = Number(offsetText);
  if (dtype === '' || !shape.every(isCount) || !isCount(offset) || (order !== 'C' && order !== 'F')) return null;
  return { dtype, shape: words.length === 0 ? null : shape, offset, order };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
