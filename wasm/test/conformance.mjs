// The table of cases, `tests/vectors/cases.json`, run through the package as its users have it. Nothing
// here depends on where it runs: Node.js and pages of every browser import the same module.

/** What the package calls the kinds of errors that the table names. */
const CODES = {
  dtype: ['ERR_DTYPE'],
  header: ['ERR_HEADER'],
  // A shape or dtype that no array can have, or that none of this machine can.
  layout: ['ERR_HEADER', 'ERR_TOO_LARGE'],
  magic: ['ERR_MAGIC'],
  object_dtype: ['ERR_OBJECT_DTYPE'],
  selection: ['ERR_SELECTION'],
  truncated: ['ERR_TRUNCATED'],
  version: ['ERR_VERSION'],
};

/** The typed array that a dtype becomes, by the start of its name; `null` for what is no number. */
const ARRAYS = [
  [/^bool$/, 'Uint8Array'],
  [/^(float16|[<>]?f2|bfloat16|float[468]_.*|complex32|u?int[24])$/, 'Float32Array'],
  [/^(float128|>f16|complex256|>c32|float64|>f8|complex128|>c16)$/, 'Float64Array'],
  [/^(float32|>f4|complex64|>c8)$/, 'Float32Array'],
  [/^(datetime64|timedelta64|>M8|>m8)/, 'BigInt64Array'],
  [/^(int64|>i8)$/, 'BigInt64Array'],
  [/^(uint64|>u8)$/, 'BigUint64Array'],
  [/^(int32|>i4)$/, 'Int32Array'],
  [/^(uint32|>u4)$/, 'Uint32Array'],
  [/^(int16|>i2)$/, 'Int16Array'],
  [/^(uint16|>u2)$/, 'Uint16Array'],
  [/^int8$/, 'Int8Array'],
  [/^uint8$/, 'Uint8Array'],
  [/^\|V/, 'Uint8Array'],
];

/**
 * Runs every case of a table and returns `{ ran, failures }`, each failure a text. `open(case)` opens the file of a
 * case; the cases of one file run one after another, and up to `concurrency` files at a time.
 */
export async function runCases({ table, open, concurrency = 1, onProgress = () => {} }) {
  const files = new Map();
  for (const row of table.cases) {
    const name = `${row.file} ${row.view ?? ''}`;
    if (!files.has(name)) files.set(name, []);
    files.get(name).push(row);
  }
  const queue = [...files.values()];
  const failures = [];
  let ran = 0;
  const worker = async () => {
    for (let rows = queue.shift(); rows; rows = queue.shift()) {
      // How the elements of the file look when they are widened: what NumPy says of the whole file holds
      // for each selection of it.
      const widened = new Map();
      for (const row of rows) {
        const wrong = await runCase(row, open, widened);
        ran += 1;
        if (wrong.length > 0) failures.push([describe(row), ...wrong].join('\n    '));
      }
      onProgress(ran);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  if (ran < table.count) failures.push(`${ran} of ${table.count} cases were run`);
  return { ran, failures };
}

/** The name of a file as a member of `stored.npz` and `deflated.npz`. */
export function member(row) {
  return row.file.replace(/^npy\//, '');
}

async function runCase(row, open, widened) {
  const wrong = [];
  const differ = (what, expected, found) => {
    const [a, b] = [JSON.stringify(expected), JSON.stringify(found)];
    if (a !== b) wrong.push(`${what}: ${b}, expected ${a}`);
  };
  let array, bytes, text;
  try {
    array = await open(row);
    if (row.view) array = array.astype(row.view);
    array = array.slice(row.selection);
    bytes = await array.read({ bytes: true });
    text = await array.text();
  } catch (error) {
    if (row.error !== undefined) {
      differ('code', 'ERR_SELECTION', error.code);
      differ('error', row.error, error.message);
    } else if (row.refused === undefined) {
      wrong.push(`refused: ${error.code ?? error.stack}: ${error.message}`);
    } else if (!CODES[row.refused].includes(error.code)) {
      wrong.push(`refused as ${error.code ?? error.stack} (${error.message}), expected ${row.refused}`);
    }
    if (error.message.includes('\n')) wrong.push(`more than one line: ${error.message}`);
    return wrong;
  }
  if (row.shape === undefined) return [`read as shape ${array.shape}, expected ${row.error ?? row.refused}`];

  differ('shape', row.shape, array.shape);
  differ('dtype', row.dtype, array.dtype);
  if (row.strides) differ('strides', row.strides, array.strides);
  if (row.text !== undefined) differ('text', row.text, text);
  differ('ndim', row.shape.length, array.ndim);
  const size = row.shape.reduce((a, b) => a * b, 1);
  differ('size', size, array.size);
  differ('nbytes', array.size * array.itemsize, array.nbytes);
  differ('shape of the plan', row.shape, array.plan().shape);
  const stored = new Uint8Array(bytes.data.buffer, bytes.data.byteOffset, bytes.data.byteLength);
  await differInBytes('bytes', row.bytes, withoutPadding(stored, row.padding, size), wrong);
  await compareValues(row, array, stored, size, widened, wrong);
  return wrong;
}

/** Reads the elements as values, and compares them by whatever the table says of them. */
async function compareValues(row, array, stored, size, widened, wrong) {
  const { dtype } = row;
  if (/^[[{(]/.test(dtype)) {
    // Structures are read field by field, or as bytes.
    const error = await array.read().then(() => null, (e) => e);
    if (error?.code !== 'ERR_DTYPE') wrong.push(`reading a structure: ${error?.code ?? 'no error'}`);
    return;
  }
  const { data, shape, stride, offset } = await array.read();
  if (JSON.stringify(shape) !== JSON.stringify(row.shape)) wrong.push(`shape of the values: ${shape}`);
  if (offset !== 0) wrong.push(`offset of the values: ${offset}`);
  if (stride.length !== shape.length) wrong.push(`stride of the values: ${stride}`);
  if (/^[|<>][SU]/.test(dtype)) {
    compareStrings(dtype, data, stored, size, wrong);
    return;
  }
  const expectedArray = ARRAYS.find(([pattern]) => pattern.test(dtype))?.[1];
  if (data.constructor.name !== expectedArray) wrong.push(`${data.constructor.name}, expected ${expectedArray}`);
  const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (row.wide) await differInBytes('wide', row.wide, values, wrong);
  if (row.native && /^(float16|>f2|bfloat16)$/.test(dtype)) {
    const bits = (await array.read({ float16: 'bits' })).data;
    await differInBytes('bits', row.native, new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength), wrong);
  } else if (row.native && values.length === stored.length && dtype !== 'bool') {
    await differInBytes('native', row.native, values, wrong);
  }
  compareWithWhole(row, stored, values, size, widened, wrong);
}

/** Compares element by element with what became of the same bytes in the case that NumPy widened. */
function compareWithWhole(row, stored, values, size, widened, wrong) {
  if (size === 0 || stored.length === 0) return;
  const [from, to] = [stored.length / size, values.length / size];
  for (let i = 0; i < size; i += 1) {
    const element = hex(stored.subarray(i * from, (i + 1) * from));
    const value = hex(values.subarray(i * to, (i + 1) * to));
    // The case with `wide` is the first of its file, and was compared.
    if (row.wide) widened.set(element, value);
    else if (widened.size > 0 && widened.get(element) !== value) {
      wrong.push(`element ${i}, ${element} as stored: ${value}, expected ${widened.get(element)}`);
      return;
    }
  }
}

/** Strings are compared with those in the bytes, which NumPy gave. */
function compareStrings(dtype, data, stored, size, wrong) {
  if (data.length !== size) wrong.push(`${data.length} strings, expected ${size}`);
  const itemsize = size > 0 ? stored.length / size : 0;
  const found = [...data];
  for (let i = 0; i < size; i += 1) {
    const item = stored.subarray(i * itemsize, (i + 1) * itemsize);
    const expected = dtype.includes('S') ? byteString(item) : text(item, dtype.startsWith('>'));
    if (found[i] !== expected || data.get(i) !== expected) {
      wrong.push(`string ${i}: ${JSON.stringify(data.get(i))}, expected ${JSON.stringify(expected)}`);
      return;
    }
  }
}

function byteString(item) {
  let end = item.length;
  while (end > 0 && item[end - 1] === 0) end -= 1;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(item.subarray(0, end));
}

function text(item, bigEndian) {
  const view = new DataView(item.buffer, item.byteOffset, item.byteLength);
  const points = [];
  for (let at = 0; at < item.length; at += 4) points.push(view.getUint32(at, !bigEndian));
  while (points.at(-1) === 0) points.pop();
  return points.map((point) => (point < 0x110000 ? String.fromCodePoint(point) : '\ufffd')).join('');
}

/** The elements with zeros in the bytes that belong to no field. */
function withoutPadding(bytes, padding = [], size) {
  const cleared = bytes.slice();
  const itemsize = size > 0 ? bytes.length / size : 0;
  for (let start = 0; itemsize > 0 && start < bytes.length; start += itemsize) {
    for (const [from, to] of padding) cleared.fill(0, start + from, start + to);
  }
  return cleared;
}

async function differInBytes(what, expected, found, wrong) {
  const hashed = expected.startsWith('sha256:');
  const text = hashed ? `sha256:${await sha256(found)}` : hex(found);
  if (text !== expected) wrong.push(`${what}: ${text}, expected ${expected}`);
}

async function sha256(bytes) {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex(bytes) {
  let text = '';
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}

function describe({ file, selection, view }) {
  return `${file} ${selection}${view ? ` as ${view}` : ''}`;
}
