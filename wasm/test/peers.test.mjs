// What other readers of .npy files in JavaScript get wrong, one test each.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as npymap from 'npymap';
import { bytes } from './fault-server.mjs';
import { npyFile, rejectsWith } from './helpers.mjs';
import { serveVectors } from './vectors.mjs';

const { openNpy, slice, toNpy } = npymap;
let server;

before(async () => {
  server = await serveVectors({
    '/zeros.npy': bytes(npyFile("'|u1'", [300_000], new Uint8Array(300_000))),
  });
});
after(() => server.close());

const ucs4 = (strings, length) =>
  Uint32Array.from(strings.flatMap((text) => {
    const points = [...text].map((c) => c.codePointAt(0));
    return [...points, ...Array(length - points.length).fill(0)];
  }));

test('bytes behind the data are not elements', async () => {
  const array = await openNpy(npyFile("'<f8'", [2], Float64Array.of(1, 2, 3, 4, 5)));
  assert.deepEqual([...(await array.read()).data], [1, 2]);
  assert.equal(array.warnings.length, 1);
  assert.match(array.warnings[0], /24/);
});

test('a truncated file is an error', async () => {
  const file = npyFile("'<f8'", [10], Float64Array.of(1, 2, 3, 4, 5));
  const error = await rejectsWith('ERR_TRUNCATED', openNpy(file), npymap);
  assert.equal(error.detail.expected - error.detail.found, 40);
});

test('data need not be aligned', async () => {
  for (const align of [1, 2, 16, 74, 76, 82, 91]) {
    const array = await openNpy(npyFile("'<f8'", [2], Float64Array.of(1.5, -2), { align }));
    assert.deepEqual([...(await array.read()).data], [1.5, -2], `header aligned to ${align}`);
    assert.equal(array.header.dataOffset % align, 0);
  }
});

test('strings count code points, not UTF-16 units', async () => {
  const array = await openNpy(npyFile("'<U2'", [3], ucs4(['😀', 'ab', 'c'], 2)));
  assert.deepEqual([...(await array.read()).data], ['😀', 'ab', 'c']);
  assert.equal(await array.at(0), '😀');
});

test('a hundred thousand strings need no stack', async () => {
  const strings = Array.from({ length: 100_000 }, (_, i) => 'xy'.slice(i % 3));
  const array = await openNpy(npyFile("'<U2'", [100_000], ucs4(strings, 2)));
  assert.deepEqual([...(await array.read()).data], strings);
});

test('big-endian numbers', async () => {
  const data = new DataView(new ArrayBuffer(8));
  data.setInt32(0, 70_000);
  data.setInt32(4, -2);
  const array = await openNpy(npyFile("'>i4'", [2], data));
  assert.equal(array.dtype, '>i4');
  assert.deepEqual([...(await array.read()).data], [70_000, -2]);
});

test('byte strings, times and structures', async () => {
  const strings = await openNpy(npyFile("'|S3'", [2], new TextEncoder().encode('ab\0xyz')));
  assert.deepEqual([...(await strings.read()).data], ['ab', 'xyz']);
  const times = await openNpy(npyFile("'<M8[s]'", [1], BigInt64Array.of(86_400n)));
  assert.deepEqual((await times.read()).data, BigInt64Array.of(86_400n));
  assert.equal(await times.text(), "['1970-01-02T00:00:00']");
  const structure = await openNpy(npyFile("[('x', '<f4'), ('y', '<i2')]", [2], Uint8Array.of(0, 0, 0x80, 0x3f, 7, 0, 0, 0, 0, 0x40, 8, 0)));
  assert.deepEqual([...(await structure.field('y').read()).data], [7, 8]);
  assert.deepEqual([...(await structure.slice("['x']").read()).data], [1, 2]);
  const error = await rejectsWith('ERR_DTYPE', structure.read(), npymap);
  assert.match(error.message, /field/);
});

test('keys in double quotes', async () => {
  const file = npyFile("'<i2'", [2], Int16Array.of(3, 4));
  const text = Buffer.from(file).toString('latin1').replaceAll("'", '"');
  const array = await openNpy(Buffer.from(text, 'latin1'));
  assert.deepEqual([...(await array.read()).data], [3, 4]);
});

test('long integers of Python 2 in the shape', async () => {
  const array = await openNpy(npyFile("'<i2'", '(2L,)', Int16Array.of(3, 4)));
  assert.deepEqual(array.shape, [2]);
  assert.deepEqual([...(await array.read()).data], [3, 4]);
});

test('what is written has the type that was given', async () => {
  const read = async (blob) => {
    const array = await openNpy(blob);
    return [array.dtype, array.shape, [...(await array.read()).data]];
  };
  assert.deepEqual(await read(toNpy(Float64Array.of(0.1), { shape: [1] })), ['float64', [1], [0.1]]);
  assert.deepEqual(await read(toNpy(Float64Array.of(5e9), { shape: [1] })), ['float64', [1], [5e9]]);
  assert.deepEqual(await read(toNpy(Int8Array.of(1, 2, 3, 4), { shape: [2, 2] })), ['int8', [2, 2], [1, 2, 3, 4]]);
});

test('a shape of another size is refused', () => {
  assert.throws(() => toNpy(new Float32Array(4), { shape: [99, 99] }), /99/);
});

test('a 404 page is no array but a 404', async () => {
  const error = await rejectsWith('ERR_HTTP', openNpy(`${server.origin}/nothing.npy`), npymap);
  assert.match(error.message, /404/);
});

test('Fortran order costs no copy: it is a matter of strides', async () => {
  const file = npyFile("'<f4'", [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6), { fortran: true });
  const array = await openNpy(file);
  assert.deepEqual(array.strides, [4, 8]);
  assert.equal(array.view().data.buffer, file.buffer);
  assert.deepEqual([...(await array.read()).data], [1, 3, 5, 2, 4, 6]);
});

test('the whole file for a range of it is not its range', async () => {
  const array = await openNpy(`${server.origin}/zeros.npy?ignore-range&after=1`);
  await rejectsWith('ERR_RANGE_UNSUPPORTED', array.slice('100000:100005').read(), npymap);
});

test('a short answer is no answer', async () => {
  const array = await openNpy(`${server.origin}/zeros.npy?short=1&after=1`);
  await rejectsWith('ERR_RANGE_MISMATCH', array.slice('100000:100005').read(), npymap);
});

test('a HEAD without a length does not make the whole file be read', async () => {
  server.clear();
  const array = await openNpy(`${server.origin}/zeros.npy?no-head&chunked`);
  await array.slice('100000:100005').read();
  assert.deepEqual(server.log.map(({ method }) => method), ['GET', 'GET']);
  assert.equal(server.log.reduce((sum, { sent }) => sum + sent, 0), 65536 + 5);
});

test('the length of a compressed answer is not the length of the file', async () => {
  // As servers do that compress answers to HEAD: zeros become a few hundred bytes.
  const array = await openNpy(`${server.origin}/zeros.npy`);
  assert.equal(array.size, 300_000);
  assert.equal(await array.at(299_999), 0);
});

test('negative steps', async () => {
  const array = await openNpy(npyFile("'|u1'", [5], Uint8Array.of(0, 1, 2, 3, 4)));
  assert.deepEqual([...(await array.slice([slice(null, null, -2)]).read()).data], [4, 2, 0]);
});

test('small ranges next to what was read cost no request', async () => {
  const array = await openNpy(`${server.origin}/zeros.npy`);
  await array.slice('100000:200000').read();
  server.clear();
  for (let at = 100_000; at < 200_000; at += 9999) await array.slice([slice(at, at + 3)]).read();
  assert.equal(server.log.length, 0);
});

test('an array of no dimension, of no elements, of many dimensions', async () => {
  assert.equal(await (await openNpy(npyFile("'<i4'", [], Int32Array.of(7)))).at(), 7);
  assert.equal((await (await openNpy(npyFile("'<i4'", [0, 3], new Int32Array(0)))).read()).data.length, 0);
  const deep = await openNpy(npyFile("'<i4'", Array(32).fill(1), Int32Array.of(7)));
  assert.equal(await deep.at(...Array(32).fill(0)), 7);
});
