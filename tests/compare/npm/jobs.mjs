// What is measured: the same work by npymap, by numpy-ts, by npyjs, by hyparquet and by a loop in plain JavaScript. Runs in Node.js and
// in pages.

/** 64 MiB of float32. */
const [ROWS, COLUMNS] = [4096, 4096];
const SIZE = ROWS * COLUMNS;

/** Runs every job, and returns rows of `{ what, unit, times }`, the times by who took them. */
export async function measure({ npymap, npyjs, numpyts, hyparquet }) {
  const rows = [];
  for (const job of jobs({ npymap, npyjs, numpyts, hyparquet })) {
    // One set of inputs at a time: they are large.
    const { what, unit, length, runs, check } = await job();
    // What takes new memory takes as long as the system needs to give it, whoever asks: so also into memory in use.
    const ways = typeof runs === 'function' ? { '': runs(), ', into memory in use': runs(new Float32Array(length)) } : { '': runs };
    for (const [way, runs] of Object.entries(ways)) {
      const times = {};
      if (check) {
        const results = {};
        for (const [name, run] of Object.entries(runs)) {
          const result = await run();
          results[name] = way ? (result.data ?? result).slice() : result;
        }
        check(results);
      }
      for (const [name, run] of Object.entries(runs)) times[name] = await median(run, unit);
      rows.push({ what: what + way, unit, times });
    }
  }
  return rows;
}

function jobs({ npymap, npyjs, numpyts, hyparquet }) {
  const { openNpy } = npymap;
  return [
    async () => {
      const small = file('<f4', [224], new Float32Array(224));
      return {
        what: 'open 1 KB in memory', unit: 'µs',
        runs: {
          npymap: () => openNpy(small),
          npyjs: () => npyjs.load(small),
          'numpy-ts': () => numpyts.parseNpy(small),
        },
      };
    },
    async () => {
      const small = file('<f4', [224], new Float32Array(224));
      return {
        what: 'open and read 1 KB in memory', unit: 'µs',
        runs: {
          npymap: async () => (await openNpy(small)).read(),
          npyjs: () => npyjs.load(small),
          'numpy-ts': () => numpyts.parseNpy(small),
        },
      };
    },
    async () => {
      const large = file('<f4', [ROWS, COLUMNS], ramp());
      const array = await openNpy(large);
      return {
        what: 'view 64 MiB of f4', unit: 'µs',
        runs: { npymap: () => array.view(), 'numpy-ts (copies)': () => numpyts.parseNpy(large), 'npyjs (whole file)': () => npyjs.load(large) },
      };
    },
    async () => {
      const large = file('<f4', [ROWS, COLUMNS], ramp());
      const array = await openNpy(large);
      const theirs = numpyts.parseNpy(large);
      const data = new Float32Array(large, 128, SIZE);
      return {
        what: 'strided: [::-1, ::2] of 64 MiB', unit: 'ms',
        length: SIZE / 2,
        runs: (out) => ({
          npymap: () => array.slice('[::-1, ::2]').read({ out }),
          ...(!out && { 'numpy-ts': () => theirs.slice('::-1', '::2').copy() }),
          loop: () => stridedLoop(data, out),
        }),
        check: (r) => same(r.npymap.data ?? r.npymap, r.loop),
      };
    },
    async () => {
      const large = file('<f4', [ROWS, COLUMNS], ramp());
      const array = await openNpy(large);
      const theirs = numpyts.parseNpy(large);
      const data = new Float32Array(large, 128, SIZE);
      return {
        what: 'transposed: 64 MiB of f4', unit: 'ms',
        length: SIZE,
        runs: (out) => ({
          npymap: () => array.transpose().read({ out }),
          ...(!out && { 'numpy-ts': () => theirs.transpose().copy() }),
          loop: () => transposeLoop(data, out),
          'loop in blocks': () => transposeBlocks(data, out),
        }),
        check: (r) => same(r.npymap.data ?? r.npymap, r.loop),
      };
    },
    async () => {
      const data = ramp();
      const words = new Uint32Array(data.buffer);
      for (let i = 0; i < SIZE; i += 1) words[i] = swap(words[i]);
      const large = file('>f4', [ROWS, COLUMNS], data);
      const array = await openNpy(large);
      return {
        what: 'byte-swapped: 64 MiB of >f4', unit: 'ms',
        length: SIZE,
        runs: (out) => ({
          npymap: () => array.read({ out }),
          ...(!out && { 'numpy-ts': () => numpyts.parseNpy(large) }),
          loop: () => swapLoop(large, out),
          'loop over words': () => swapWords(large, out),
          // What memory allows.
          'set(), which swaps nothing': () => copied(data, out),
        }),
        check: (r) => same(r.npymap.data ?? r.npymap, r.loop),
      };
    },
    async () => {
      const halves = new Uint16Array(SIZE);
      for (let i = 0; i < SIZE; i += 1) halves[i] = (i * 40503) & 0xffff;
      const large = file('<f2', [ROWS, COLUMNS], halves);
      const array = await openNpy(large);
      const table = Float32Array.from({ length: 65536 }, (_, bits) => half(bits));
      return {
        what: 'f2 to 64 MiB of float32', unit: 'ms',
        length: SIZE,
        runs: (out) => ({
          npymap: () => array.read({ out }),
          ...(!out && {
            'numpy-ts': () => {
              const theirs = numpyts.parseNpy(large);
              return theirs.data instanceof Float32Array ? theirs : theirs.astype('float32');
            },
          }),
          loop: () => halfLoop(halves, out),
          'loop with a table': () => halfTable(halves, table, out),
        }),
        check: (r) => same(r.npymap.data ?? r.npymap, r.loop),
      };
    },
    async () => {
      const data = ramp();
      const array = await openNpy(file('<f4', [ROWS, COLUMNS], data));
      const theirs = numpyts.parseNpy(file('<f4', [ROWS, COLUMNS], data));
      return {
        what: 'stats of 64 MiB of f4', unit: 'ms',
        runs: {
          npymap: () => array.stats(),
          'numpy-ts (5 of 11 figures)': () => [theirs.min(), theirs.max(), theirs.sum(), theirs.mean(), theirs.std()],
          loop: () => statsLoop(data),
        },
        check: (r) => {
          if (r.npymap.min !== r.loop.min || r.npymap.max !== r.loop.max) throw new Error('statistics differ');
        },
      };
    },
    async () => {
      const array = await openNpy(new Blob([file('<f4', [ROWS, COLUMNS], ramp())]));
      return {
        what: 'stats of a Blob of 64 MiB', unit: 'ms',
        runs: { npymap: () => array.stats() },
      };
    },
    ...['the first', 'the middle', 'the last'].map((where, part) => async () => {
      // A table as each format has it: a million rows, and forty of them on a screen.
      const [rows, columns] = [1_000_000, 16];
      const values = Float32Array.from({ length: rows * columns }, (_, i) => ((i * 7919) % 100_003) - 50_000);
      const npy = new Blob([file('<f4', [rows, columns], values)]);
      const columnData = Array.from({ length: columns }, (_, column) => ({
        name: String(column), data: Array.from({ length: rows }, (_, row) => values[row * columns + column]), type: 'FLOAT',
      }));
      const parquet = new Blob([hyparquet.parquetWriteBuffer({ columnData })]);
      const rowStart = Math.floor(((rows - 40) * part) / 2);
      return {
        what: `open, and read ${where} 40 of 10⁶ rows of a Blob`, unit: 'ms',
        runs: {
          npymap: async () => (await npymap.openNpy(npy)).slice(`[${rowStart}:${rowStart + 40}]`).read(),
          'hyparquet, of Parquet': () =>
            hyparquet.parquetReadObjects({
              file: { byteLength: parquet.size, slice: (start, end) => parquet.slice(start, end).arrayBuffer() }, rowStart, rowEnd: rowStart + 40,
            }),
        },
        check: (r) => same(r.npymap.data, r['hyparquet, of Parquet'].flatMap((row) => Object.values(row))),
      };
    }),
  ];
}

/** The median of enough runs, after one that warms up. */
async function median(run, unit) {
  const [least, budget] = unit === 'µs' ? [200, 300] : [7, 2000];
  const times = [];
  const begin = performance.now();
  for (let i = 0; i < (unit === 'µs' ? 2000 : 1); i += 1) {
    if (performance.now() - begin > budget) break;
    await run();
  }
  const start = performance.now();
  // Clocks of browsers are coarse: what takes microseconds is measured in hundreds.
  const batch = unit === 'µs' ? 100 : 1;
  while (times.length < least && (times.length < 3 || performance.now() - start < budget)) {
    const before = performance.now();
    for (let i = 0; i < batch; i += 1) await run();
    times.push((performance.now() - before) / batch);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1] * (unit === 'µs' ? 1000 : 1);
}

/** A .npy file with its data at byte 128. */
function file(descr, shape, data) {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const bytes = new Uint8Array(128 + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  bytes.set(new TextEncoder().encode(`${text.padEnd(117)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 128);
  return bytes.buffer;
}

function ramp() {
  const data = new Float32Array(SIZE);
  for (let i = 0; i < SIZE; i += 1) data[i] = ((i * 7919) % 100_003) - 50_000;
  return data;
}

function same(a, b) {
  if (a.length !== b.length) throw new Error(`${a.length} and ${b.length} values`);
  for (let i = 0; i < a.length; i += 1) {
    if (!Object.is(a[i], b[i])) throw new Error(`${a[i]} and ${b[i]} at ${i}`);
  }
}

function copied(data, out = new Float32Array(SIZE)) {
  out.set(data);
  return out;
}

function stridedLoop(data, out = new Float32Array((ROWS * COLUMNS) / 2)) {
  const columns = COLUMNS / 2;
  let to = 0;
  for (let i = ROWS - 1; i >= 0; i -= 1) {
    const row = i * COLUMNS;
    for (let j = 0; j < columns; j += 1) {
      out[to] = data[row + 2 * j];
      to += 1;
    }
  }
  return out;
}

function transposeLoop(data, out = new Float32Array(SIZE)) {
  let to = 0;
  for (let j = 0; j < COLUMNS; j += 1) {
    for (let i = 0; i < ROWS; i += 1) {
      out[to] = data[i * COLUMNS + j];
      to += 1;
    }
  }
  return out;
}

function transposeBlocks(data, out = new Float32Array(SIZE)) {
  for (let i0 = 0; i0 < ROWS; i0 += 32) {
    for (let j0 = 0; j0 < COLUMNS; j0 += 32) {
      for (let j = j0; j < j0 + 32; j += 1) {
        for (let i = i0; i < i0 + 32; i += 1) out[j * ROWS + i] = data[i * COLUMNS + j];
      }
    }
  }
  return out;
}

function swap(word) {
  return ((word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24)) >>> 0;
}

function swapLoop(buffer, out = new Float32Array(SIZE)) {
  const view = new DataView(buffer, 128);
  for (let i = 0; i < SIZE; i += 1) out[i] = view.getFloat32(4 * i, false);
  return out;
}

function swapWords(buffer, out = new Float32Array(SIZE)) {
  const words = new Uint32Array(buffer, 128, SIZE);
  const bits = new Uint32Array(out.buffer);
  for (let i = 0; i < SIZE; i += 1) bits[i] = swap(words[i]);
  return out;
}

function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function halfLoop(halves, out = new Float32Array(SIZE)) {
  for (let i = 0; i < SIZE; i += 1) out[i] = half(halves[i]);
  return out;
}

function halfTable(halves, table, out = new Float32Array(SIZE)) {
  for (let i = 0; i < SIZE; i += 1) out[i] = table[halves[i]];
  return out;
}

function statsLoop(data) {
  let [nan, posinf, neginf, zeros, sum, squares] = [0, 0, 0, 0, 0, 0];
  let [min, max, argmin, argmax] = [Infinity, -Infinity, -1, -1];
  for (let i = 0; i < SIZE; i += 1) {
    const x = data[i];
    if (x !== x) {
      nan += 1;
      continue;
    }
    if (x === 0) zeros += 1;
    if (x === Infinity) posinf += 1;
    if (x === -Infinity) neginf += 1;
    if (x < min) {
      min = x;
      argmin = i;
    }
    if (x > max) {
      max = x;
      argmax = i;
    }
    sum += x;
    squares += x * x;
  }
  const mean = sum / SIZE;
  return { nan, posinf, neginf, zeros, min, max, argmin, argmax, sum, mean, std: Math.sqrt(squares / SIZE - mean * mean) };
}
