// Reading: types of values, views, single elements, chunks, histograms, aborts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as npymap from 'npymap';
import { npyFile, random, RecordingSource, rejectsWith, soon } from './helpers.mjs';
import { buffer, json } from './vectors.mjs';

const { openNpy, openRaw, slice } = npymap;

const ramp = (n) => Float32Array.from({ length: n }, (_, i) => i);
const open = (...file) => openNpy(npyFile(...file));

test('8-byte integers as numbers, if they can be', async () => {
  const safe = await open("'<i8'", [3], BigInt64Array.of(-(2n ** 53n) + 1n, 0n, 2n ** 53n - 1n));
  const { data } = await safe.read({ int64: 'number' });
  assert.deepEqual(data, Float64Array.of(-(2 ** 53) + 1, 0, 2 ** 53 - 1));
  for (const [descr, values] of [
    ["'<i8'", BigInt64Array.of(0n, 2n ** 53n + 1n)],
    ["'<i8'", BigInt64Array.of(0n, -(2n ** 53n) - 1n)],
    ["'<u8'", BigUint64Array.of(0n, 2n ** 64n - 1n)],
  ]) {
    const array = await open(descr, [2], values);
    const error = await rejectsWith('ERR_UNSAFE_INT', array.read({ int64: 'number' }), npymap);
    assert.match(error.message, /1|-?\d{16,}/);
    assert.deepEqual((await array.read()).data, values);
    // What is not read does not matter.
    assert.deepEqual((await array.slice(':1').read({ int64: 'number' })).data, Float64Array.of(0));
  }
});

test('the same through a gather', async () => {
  const values = BigInt64Array.from({ length: 3000 }, (_, i) => BigInt(i) - 1500n);
  const array = await open("'<i8'", [30, 100], values);
  const { data } = await array.transpose().read({ int64: 'number' });
  assert.deepEqual(data, Float64Array.from({ length: 3000 }, (_, i) => (i % 30) * 100 + Math.floor(i / 30) - 1500));
  values[1703] = 2n ** 60n;
  const unsafe = await open("'<i8'", [30, 100], values);
  await rejectsWith('ERR_UNSAFE_INT', unsafe.slice('::-1, ::-1').read({ int64: 'number' }), npymap);
});

test('halves as numbers or as bits', async () => {
  const array = await open("'<f2'", [4], Uint16Array.of(0x3c00, 0xc000, 0x7c00, 0x0001));
  assert.deepEqual((await array.read()).data, Float32Array.of(1, -2, Infinity, 2 ** -24));
  assert.deepEqual((await array.read({ float16: 'bits' })).data, Uint16Array.of(0x3c00, 0xc000, 0x7c00, 0x0001));
  const raw = await open("'<V2'", [2], Uint16Array.of(0x3f80, 0xc000));
  const bfloat = raw.astype('bfloat16');
  assert.equal(bfloat.dtype, 'bfloat16');
  assert.deepEqual((await bfloat.read()).data, Float32Array.of(1, -2));
  assert.deepEqual((await bfloat.read({ float16: 'bits' })).data, Uint16Array.of(0x3f80, 0xc000));
  await rejectsWith('ERR_DTYPE', async () => array.astype('<f4'), npymap);
});

test('the elements as they are stored', async () => {
  const array = await open("'>i2'", [2, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  assert.deepEqual((await array.read({ bytes: true })).data, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  assert.deepEqual((await array.transpose().read({ bytes: true })).data, Uint8Array.of(1, 2, 5, 6, 3, 4, 7, 8));
});

test('a result can go into an array of the caller', async () => {
  const array = await open("'>f4'", [2], Uint8Array.of(0x3f, 0x80, 0, 0, 0x40, 0, 0, 0));
  const out = new Float32Array(2);
  const result = await array.read({ out });
  assert.equal(result.data, out);
  assert.deepEqual([...out], [1, 2]);
  const straight = await open("'<f4'", [2], Float32Array.of(3, 4));
  await straight.read({ out });
  assert.deepEqual([...out], [3, 4]);
  await assert.rejects(array.read({ out: new Float64Array(2) }));
  await assert.rejects(array.read({ out: new Float32Array(3) }));
});

test('a view is the memory of the caller', async () => {
  const file = npyFile("'<f4'", [30, 40], ramp(1200));
  const array = await openNpy(file);
  const whole = array.view();
  assert.equal(whole.data.buffer, file.buffer);
  assert.equal(array.plan().zeroCopy, true);
  const picked = array.slice('[3::7, ::-3]');
  const { data, shape, stride, offset, dtype } = picked.view();
  assert.equal(data.buffer, file.buffer);
  assert.deepEqual({ shape, stride, dtype }, { shape: [4, 14], stride: [280, -3], dtype: 'float32' });
  assert.equal(data[offset + 2 * stride[0] + 5 * stride[1]], (3 + 14) * 40 + 39 - 15);
  // What is written there is read afterwards.
  new Float32Array(file.buffer, array.header.dataOffset)[0] = 99;
  assert.equal(await array.at(0, 0), 99);
});

test('a view shows the same as a read, in every case of the table', async () => {
  let [viewable, refused] = [0, 0];
  for (const row of json('cases.json').cases) {
    if (row.shape === undefined) continue;
    const file = await openNpy(buffer(row.file));
    const array = (row.view ? file.astype(row.view) : file).slice(row.selection);
    let view;
    try {
      view = array.view();
    } catch (error) {
      assert.equal(error.code, 'ERR_NOT_VIEWABLE', `${row.file} ${row.selection}: ${error.stack}`);
      refused += 1;
      continue;
    }
    viewable += 1;
    const { data } = await array.read();
    const parts = data.length / Math.max(array.size, 1);
    const found = [...indices(view.shape)].flatMap((index) => {
      const at = index.reduce((sum, i, axis) => sum + i * view.stride[axis], view.offset);
      return Array.from({ length: parts }, (_, part) => view.data[at + part]);
    });
    // Whatever is not 0 is true; a read makes it 1, a view shows it.
    const shown = array.dtype === 'bool' ? found.map((byte) => Number(byte !== 0)) : found;
    assert.deepEqual(shown, [...data], `${row.file} ${row.selection}`);
  }
  assert.ok(viewable > 800 && refused > 800, `${viewable} viewable, ${refused} not`);
  console.log(`views, Node.js: ${viewable} cases`);
});

function* indices(shape) {
  if (shape.length === 0) return yield [];
  for (let i = 0; i < shape[0]; i += 1) {
    for (const rest of indices(shape.slice(1))) yield [i, ...rest];
  }
}

test('what cannot be viewed says why', async () => {
  const refused = async (array, why) => {
    const error = await rejectsWith('ERR_NOT_VIEWABLE', async () => (await array).view(), npymap);
    assert.match(error.message, why);
  };
  await refused(open("'>f4'", [2], new Uint8Array(8)), /byte order/);
  await refused(open("'<f2'", [2], new Uint8Array(4)), /float16/);
  await refused(open("'<f4'", [2], new Uint8Array(8), { align: 75 }), /aligned|multiple/);
  await refused(openNpy(new Blob([npyFile("'<f4'", [2], new Uint8Array(8))])), /memory|copied|read\(\)/);
});

test('single elements, of every type', async () => {
  const at = async (descr, data, ...index) => (await open(descr, [1], data)).at(...index);
  assert.equal(await at("'|b1'", Uint8Array.of(1), 0), true);
  assert.equal(await at("'<i8'", BigInt64Array.of(-5n), 0), -5n);
  assert.equal(await at("'<f4'", Float32Array.of(0.5), -1), 0.5);
  assert.deepEqual(await at("'<c8'", Float32Array.of(1, -2), 0), [1, -2]);
  assert.equal(await at("'|S3'", Uint8Array.of(0x61, 0x62, 0), 0), 'ab');
  assert.equal(await at("'<M8[D]'", BigInt64Array.of(3n), 0), 3n);
  assert.deepEqual(await at("'|V2'", Uint8Array.of(7, 8), 0), Uint8Array.of(7, 8));
  const array = await open("'<f4'", [2, 3], ramp(6));
  const error = await rejectsWith('ERR_SELECTION', array.at(0, 3), npymap);
  assert.equal(error.message, 'index 3 is out of bounds for axis 1 with size 3');
  await rejectsWith('ERR_SELECTION', array.at(0), npymap);
  await rejectsWith('ERR_SELECTION', array.at(0, 0, 0), npymap);
});

test('chunks are the array, a piece at a time', async () => {
  const next = random(7);
  for (let round = 0; round < 40; round += 1) {
    const shape = [1 + Math.floor(next() * 50), 1 + Math.floor(next() * 9), 1 + Math.floor(next() * 5)];
    const size = shape.reduce((a, b) => a * b);
    const file = npyFile("'<f4'", shape, ramp(size), { fortran: next() < 0.5 });
    const array = (await openNpy(file)).slice(next() < 0.5 ? '::-1, ..., ::2' : '...');
    const bytes = 1 + Math.floor(next() * 400);
    const [values, shapes] = [[], []];
    for await (const { start, array: chunk } of array.chunks({ bytes })) {
      assert.equal(start, shapes.reduce((a, b) => a + b, 0));
      assert.deepEqual(chunk.shape.slice(1), array.shape.slice(1));
      assert.ok(chunk.shape[0] === 1 || chunk.data.byteLength <= bytes);
      shapes.push(chunk.shape[0]);
      values.push(...chunk.data);
    }
    assert.deepEqual(values, [...(await array.read()).data]);
  }
});

test('chunks of nothing, and of one element', async () => {
  const none = await open("'<f4'", [0, 3], ramp(0));
  for await (const _ of none.chunks()) assert.fail('there is nothing');
  const one = await open("'<f4'", [], ramp(1));
  const seen = [];
  for await (const { array } of one.chunks()) seen.push(...array.data);
  assert.deepEqual(seen, [0]);
});

test('chunks wait for who takes them', async () => {
  const source = new RecordingSource(npyFile("'<f4'", [1000, 1024], ramp(1_024_000)));
  const array = await openNpy(source);
  const opened = source.calls.length;
  const iterator = array.chunks({ bytes: 65536 })[Symbol.asyncIterator]();
  await iterator.next();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(source.calls.length - opened <= 3, `${source.calls.length - opened} chunks were fetched, one was taken`);
  await iterator.return();
});

test('an abort of each kind of reading gives the reason, and asks for no more', async () => {
  const file = npyFile("'<f4'", [4000, 1024], ramp(4_096_000));
  const operations = {
    read: (array, signal) => array.slice('::2').read({ signal }),
    whole: (array, signal) => array.read({ signal }),
    stats: (array, signal) => array.stats({ signal }),
    histogram: (array, signal) => array.histogram({ bins: 10, signal }),
    text: (array, signal) => array.text({ signal }),
    chunks: async (array, signal) => {
      for await (const _ of array.chunks({ signal }));
    },
  };
  for (const [name, run] of Object.entries(operations)) {
    const source = new RecordingSource(file);
    const array = await openNpy(source, { cache: false });
    const opened = source.calls.length;
    source.gate = () => new Promise(() => {});
    const controller = new AbortController();
    const running = run(array, controller.signal);
    running.catch(() => {});
    await soon(() => source.calls.length > opened, `a call of ${name}`);
    const calls = source.calls.length;
    const reason = { name };
    controller.abort(reason);
    await assert.rejects(running, (error) => error === reason, name);
    await soon(() => source.calls.every(({ settled }) => settled), `the end of the calls of ${name}`);
    assert.equal(source.calls.length, calls, name);
    assert.ok(source.calls.slice(opened).every(({ signal }) => signal?.aborted), name);
    // The array is as good as before.
    source.gate = undefined;
    assert.equal(await array.at(0, 5), 5);
  }
});

test('a source that fails fails the read, with its own error', async () => {
  const source = new RecordingSource(npyFile("'<f4'", [1000, 1024], ramp(1_024_000)));
  const array = await openNpy(source);
  source.gate = async () => {
    throw new Error('the disk is gone');
  };
  await assert.rejects(array.slice('[500:]').read(), /the disk is gone/);
  source.gate = undefined;
  assert.equal((await array.slice('[500:]').read()).data[0], 512_000);
});

test('a source that gives too little, or too much', async () => {
  for (const off of [-1, 1, 1000]) {
    const file = npyFile("'<f4'", [100_000], ramp(100_000));
    let lies = false;
    const array = await openNpy({
      byteLength: file.length,
      slice: async (start, end) => {
        const good = file.buffer.slice(start, end);
        return lies ? new Uint8Array(Math.max(0, good.byteLength + off)).buffer : good;
      },
    });
    lies = true;
    await rejectsWith(['ERR_RANGE_MISMATCH', 'ERR_TRUNCATED', 'ERR_CHANGED'], array.slice('50000:').read(), npymap);
  }
});

test('statistics and histograms of selections', async () => {
  const array = await open("'<i8'", [3, 4], BigInt64Array.from({ length: 12 }, (_, i) => 2n ** 60n + BigInt(i)));
  const stats = await array.slice('1:, ::-1').stats();
  assert.equal(stats.count, 8);
  assert.equal(stats.min, 2n ** 60n + 4n);
  assert.deepEqual(stats.argmin, [0, 3]);
  assert.deepEqual(stats.argmax, [1, 0]);
  assert.equal(stats.sum, 8n * 2n ** 60n + 60n);
  const histogram = await (await open("'<f4'", [100], ramp(100))).slice('::2').histogram({ bins: 5, range: [10, 60] });
  assert.deepEqual(histogram.counts, [5, 5, 5, 5, 6]);
  assert.deepEqual(histogram.edges, [10, 20, 30, 40, 50, 60]);
  assert.deepEqual([histogram.below, histogram.above, histogram.nan], [5, 19, 0]);
});

test('progress is told', async () => {
  const array = await openNpy(new Blob([npyFile("'<f4'", [4000, 1024], ramp(4_096_000))]));
  const told = [];
  await array.stats({ onProgress: (done, total) => told.push([done, total]) });
  assert.ok(told.length > 1);
  assert.ok(told.every(([done, total], i) => total === 4_096_000 && done > (told[i - 1]?.[0] ?? 0)));
  assert.equal(told.at(-1)[0], 4_096_000);
});

test('a large selection agrees with one made in JavaScript', async () => {
  const [rows, columns] = [3000, 1111];
  const array = await open("'<f4'", [rows, columns], ramp(rows * columns));
  for (const [selection, pick] of [
    ['::-1, 3::5', (i, j) => (rows - 1 - i) * columns + 3 + 5 * j],
    ['7::3, ::-2', (i, j) => (7 + 3 * i) * columns + columns - 1 - 2 * j],
  ]) {
    const { data, shape } = await array.slice(selection).read();
    for (let i = 0; i < shape[0]; i += 1) {
      for (let j = 0; j < shape[1]; j += 1) {
        if (data[i * shape[1] + j] !== pick(i, j)) assert.fail(`${selection} at ${i}, ${j}: ${data[i * shape[1] + j]}`);
      }
    }
  }
  const { data } = await array.transpose().read();
  assert.ok(data.every((value, k) => value === (k % rows) * columns + Math.floor(k / rows)));
});

test('selections in array form are those of the text', async () => {
  const array = await open("'<f4'", [4, 5, 6], ramp(120));
  for (const [items, text] of [
    [[1], '1'],
    [[-1n, null, slice(2)], '-1, :, :2'],
    [['...', slice(4, null, -2)], '..., 4::-2'],
    [['newaxis', slice(1, 3)], 'None, 1:3'],
    [[], '...'],
  ]) {
    const [ours, theirs] = [array.slice(items), array.slice(text)];
    assert.deepEqual([ours.shape, ours.strides], [theirs.shape, theirs.strides], text);
    assert.deepEqual((await ours.read()).data, (await theirs.read()).data, text);
  }
  for (const wrong of [[1.5], ['x; y'], [Number.MAX_SAFE_INTEGER + 2], [{ start: 0.5, stop: null, step: null }], [undefined], [true], [[0, 1]], [{}], ['0'], ['0, 1'], 5, null, slice(1)]) {
    assert.throws(() => array.slice(wrong), (error) => error.code === 'ERR_SELECTION' || error instanceof TypeError, JSON.stringify(wrong, (_, v) => String(v)));
  }
});

test('transposing', async () => {
  const array = await open("'<f4'", [2, 3, 4], ramp(24));
  assert.deepEqual(array.transpose().shape, [4, 3, 2]);
  assert.deepEqual(array.transpose([1, 2, 0]).shape, [3, 4, 2]);
  assert.deepEqual(array.transpose([-1, 0, 1]).strides, [4, 48, 16]);
  for (const wrong of [[0, 1], [0, 0, 1], [0, 1, 3], [0.5, 1, 2], 5]) {
    assert.throws(() => array.transpose(wrong), (error) => error instanceof npymap.NpyError || error instanceof TypeError);
  }
});

test('headerless files', async () => {
  const data = ramp(12);
  const array = await openRaw(data.buffer, { dtype: '<f4', shape: [2, 3], offset: 8, order: 'F' });
  assert.deepEqual([...(await array.read()).data], [2, 4, 6, 3, 5, 7]);
  assert.equal(array.header, null);
  assert.deepEqual((await openRaw(data, { dtype: '<f4' })).shape, [12]);
  const fields = await openRaw(data, { dtype: [['x', '<f4'], ['y', '<f4', [2]]] });
  assert.deepEqual([...(await fields.field('y').slice('-1').read()).data], [10, 11]);
  await rejectsWith('ERR_TRUNCATED', openRaw(data, { dtype: '<f4', shape: [13] }), npymap);
  await rejectsWith('ERR_DTYPE', openRaw(data, {}), npymap);
  await assert.rejects(openRaw(data, { dtype: '<f4', shape: 3 }), /^TypeError: shape is 3, expected an array/);
  await assert.rejects(openRaw(data, { dtype: '<f4', shape: [2, -1] }), /shape\[1\] is -1.0, expected an integer from 0 to/);
  await assert.rejects(openRaw(data, { dtype: '<f4', offset: 0.5 }), /offset is 0.5, expected an integer from 0 to/);
  await assert.rejects(openRaw(data, { dtype: '<f4', offset: '8' }), /^TypeError: offset is "8", expected a number/);
});

test('arguments that are none of the kinds there are', async () => {
  const array = await open("'<f4'", [2, 3], ramp(6));
  const fields = await openRaw(ramp(2), { dtype: [['x', '<f4']] });
  for (const name of [0, undefined, null, {}]) assert.throws(() => fields.field(name), /^TypeError: the name of the field is/);
  for (const dtype of [undefined, null, 5]) assert.throws(() => array.astype(dtype), (error) => error.code === 'ERR_DTYPE');
  for (const index of ['::', '0', null, '...', slice(1)]) await rejectsWith('ERR_SELECTION', array.at(index, 0), npymap);
  await assert.rejects(array.read({ int64: 'Number' }), /^TypeError: int64 is "Number", expected 'bigint' or 'number'/);
  await assert.rejects(array.read({ float16: 'raw' }), /^TypeError: float16 is "raw", expected 'float32' or 'bits'/);
  const archive = await npymap.openNpz(await npymap.toNpz({ x: npyFile("'<f4'", [2], ramp(2)) }));
  for (const key of [undefined, 0]) {
    await assert.rejects(archive.open(key), /^TypeError: the name of the member is/);
    assert.throws(() => archive.entry(key), /^TypeError: the name of the member is/);
  }
});

test('bins that cannot be cost no read', async () => {
  const source = new RecordingSource(npyFile("'<f4'", [100_000], ramp(100_000)));
  const array = await openNpy(source);
  const { length } = source.calls;
  for (const bins of [undefined, 0, -1, 1.5, NaN, '4']) await rejectsWith('ERR_SELECTION', array.histogram({ bins }), npymap);
  for (const range of [[0n, 1n], ['0', '1'], [0, undefined], [0], [0, 1, 2], [1, 0], [0, NaN]]) {
    await rejectsWith('ERR_SELECTION', array.histogram({ bins: 2, range }), npymap);
  }
  await rejectsWith('ERR_TOO_LARGE', array.histogram({ bins: 2 ** 40 }), npymap);
  assert.equal(source.calls.length, length);
});
