// Writing: the bytes are NumPy's. With NPYMAP_PYTHON, a Python that has NumPy, NumPy reads what was written, too.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as npymap from 'npymap';
import { npyFile, rejectsWith, unhex } from './helpers.mjs';
import { buffer, json, vector } from './vectors.mjs';

const { npyStream, openNpy, openNpz, toNpy, toNpz } = npymap;
const PYTHON = process.env.NPYMAP_PYTHON;
const directory = mkdtempSync(join(tmpdir(), 'npymap-'));
after(() => rmSync(directory, { recursive: true }));

const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

/** Runs Python with a script that has `path(name)` and numpy as `np`, and returns what it prints. */
function python(script) {
  const preamble = `import sys, io, json, zipfile\nimport numpy as np\npath = lambda name: ${JSON.stringify(directory)} + '/' + name\n`;
  return execFileSync(PYTHON, ['-c', preamble + script], { encoding: 'utf8' });
}

test('headers are those that NumPy writes', async () => {
  const { cases } = json('headers.json');
  const [wrong, unknown] = [[], []];
  for (const { descr, shape, order, header, name, ml_dtypes } of cases) {
    const expected = unhex(header);
    const spec = { shape, dtype: ml_dtypes ? name : descr, fortranOrder: order === 'F' };
    try {
      // The header comes first, however much there should be behind it.
      const reader = npyStream([], spec).getReader();
      const { value } = await reader.read();
      await reader.cancel();
      if (Buffer.compare(value, expected) !== 0) wrong.push(`${JSON.stringify(spec)}: ${Buffer.from(value).toString('latin1')}`);
    } catch (error) {
      const isObject = error.code === 'ERR_OBJECT_DTYPE' && /O/.test(JSON.stringify(descr));
      const isHuge = error.code === 'ERR_TOO_LARGE' && shape.some((n) => !Number.isSafeInteger(4 * n));
      if (error.code === 'ERR_DTYPE' && ml_dtypes) unknown.push(name);
      else if (!isObject && !isHuge) wrong.push(`${JSON.stringify(spec)}: ${error.message}`);
    }
  }
  assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} of ${cases.length} differ`);
  assert.deepEqual(unknown.sort(), ['bcomplex32', 'int1', 'uint1'], 'types that are not offered');
  console.log(`headers, Node.js: ${cases.length} cases`);
});

/** What typed arrays are written as. */
const TYPES = {
  Int8Array: '|i1', Uint8Array: '|u1', Uint8ClampedArray: '|u1', Int16Array: '<i2', Uint16Array: '<u2', Int32Array: '<i4', Uint32Array: '<u4',
  BigInt64Array: '<i8', BigUint64Array: '<u8', Float32Array: '<f4', Float64Array: '<f8',
};

test('typed arrays become what they are', async () => {
  for (const [name, descr] of Object.entries(TYPES)) {
    const data = new globalThis[name](6);
    const file = await bytesOf(toNpy(data, { shape: [2, 3] }));
    assert.equal((await openNpy(file)).descr, descr, name);
    const back = await (await openNpy(file)).read();
    assert.equal(back.data.length, 6);
  }
});

test('a part of a buffer is written, and no more', async () => {
  const data = new Float32Array(Float32Array.of(9, 1, 2, 9).buffer, 4, 2);
  const array = await openNpy(toNpy(data, { shape: [2] }));
  assert.deepEqual([...(await array.read()).data], [1, 2]);
  assert.equal(array.warnings.length, 0);
});

test('what is not right is refused', async () => {
  const four = new Float32Array(4);
  for (const [data, spec] of [
    [four, { shape: [5] }],
    [four, { shape: [-4] }],
    [four, { shape: [2.5] }],
    [four, { shape: [4], dtype: '<q9' }],
    [four, { shape: [4], dtype: '<f8' }],
    [four, {}],
    [[1, 2, 3, 4], { shape: [4] }],
    [new DataView(new ArrayBuffer(4)), { shape: [1] }],
  ]) {
    assert.throws(() => toNpy(data, spec), (error) => error instanceof npymap.NpyError || error instanceof TypeError, JSON.stringify(spec));
  }
});

test('archives are read again', async () => {
  const files = { a: npyFile("'<f4'", [3], Float32Array.of(1, 2, 3)), 'größe': npyFile("'|b1'", [2], Uint8Array.of(1, 0)), empty: npyFile("'<i8'", [0], new Uint8Array(0)) };
  for (const deflate of [false, true]) {
    const archive = await openNpz(await toNpz({ ...files, blob: new Blob([files.a]) }, { deflate }));
    assert.deepEqual(archive.keys, ['a', 'größe', 'empty', 'blob']);
    for (const [key, file] of Object.entries(files)) {
      const expected = (await (await openNpy(file)).read()).data;
      assert.deepEqual((await (await archive.open(key)).read()).data, expected, key);
      assert.equal(archive.entry(key).size, file.length);
      assert.equal(archive.entry(key).method, deflate ? 'deflate' : 'stored');
    }
    assert.deepEqual([...(await (await archive.open('blob')).read()).data], [1, 2, 3]);
  }
  assert.deepEqual((await openNpz(await toNpz({}))).keys, []);
});

test('what is no file does not become a member', async () => {
  const { npyBlob, npzStream } = npymap;
  const file = toNpy(Float32Array.of(1), { shape: [1] });
  for (const wrong of [Float32Array.of(1, 2), new ArrayBuffer(200), 'x', undefined, [1, 2], {}]) {
    await assert.rejects(toNpz({ x: wrong }), /^TypeError: member "x" is .*, expected an \.npy file/);
  }
  const numbers = async function* () {
    yield* [1, 2];
  };
  await assert.rejects(new Response(npzStream([['x', numbers()]])).blob(), /^TypeError: a chunk of member "x" is 1, expected a Uint8Array/);
  for (const wrong of [new Map([['x', file]]), [file], null]) await assert.rejects(toNpz(wrong), /^TypeError: the entries are .*, expected an object/);
  await assert.rejects(npyBlob([Float32Array.of(1)], { dtype: '<f4', shape: [5] }), /^TypeError: the first dimension is 5, expected null/);
});

test('names of members are not to be trusted, nor to be lost', async () => {
  const file = npyFile("'<f4'", [1], Float32Array.of(1));
  for (const key of ['__proto__', 'constructor', 'a/b', 'a.npy', ' ']) {
    const archive = await openNpz(await toNpz(Object.fromEntries([[key, file]])));
    assert.equal(archive.keys.length, 1, key);
    assert.equal(await (await archive.open(archive.keys[0])).at(0), 1, key);
  }
  const archive = await openNpz(await toNpz({ a: file }));
  for (const key of ['b', '__proto__', 'toString', '']) {
    await rejectsWith('ERR_ZIP', archive.open(key), npymap);
    assert.throws(() => archive.entry(key), (error) => error.code === 'ERR_ZIP');
  }
});

const needsPython = { skip: PYTHON ? false : 'NPYMAP_PYTHON is not set' };

test('files are byte for byte those of np.save', needsPython, async () => {
  const specs = [];
  const shapes = [[], [0], [7], [2, 3], [1, 2, 3, 4], [100_000]];
  for (const [name, descr] of Object.entries(TYPES)) {
    for (const shape of shapes) {
      for (const fortranOrder of [false, true]) {
        const size = shape.reduce((a, b) => a * b, 1);
        const data = new globalThis[name](size);
        const bytes = new Uint8Array(data.buffer);
        for (let i = 0; i < bytes.length; i += 1) bytes[i] = (i * 37) % 251;
        const file = `save-${specs.length}`;
        writeFileSync(join(directory, `${file}.npy`), await bytesOf(toNpy(data, { shape, fortranOrder })));
        writeFileSync(join(directory, `${file}.raw`), bytes);
        specs.push({ file, descr, shape, order: fortranOrder ? 'F' : 'C' });
      }
    }
  }
  for (const [descr, itemsize] of [['>f4', 4], ['<c16', 16], ['|S5', 5], ['<U2', 8], ['<M8[ms]', 8], ['<f2', 2], ['|b1', 1], ['<f16', 16]]) {
    const bytes = new Uint8Array(6 * itemsize).map((_, i) => i % 2);
    const file = `save-${specs.length}`;
    writeFileSync(join(directory, `${file}.npy`), await bytesOf(toNpy(bytes, { shape: [3, 2], dtype: descr })));
    writeFileSync(join(directory, `${file}.raw`), bytes);
    specs.push({ file, descr, shape: [3, 2], order: 'C' });
  }
  writeFileSync(join(directory, 'specs.json'), JSON.stringify(specs));
  const wrong = python(`
for spec in json.load(open(path('specs.json'))):
    raw = open(path(spec['file'] + '.raw'), 'rb').read()
    array = np.frombuffer(raw, np.dtype(spec['descr'])).reshape(spec['shape'], order=spec['order'])
    out = io.BytesIO()
    np.save(out, array)
    ours = open(path(spec['file'] + '.npy'), 'rb').read()
    back = np.load(path(spec['file'] + '.npy'))
    # Where both orders are the same, NumPy says C.
    same = ours == out.getvalue() or (array.flags.c_contiguous and array.flags.f_contiguous and spec['order'] == 'F')
    if not same or back.tobytes() != array.tobytes() or back.dtype != array.dtype or back.shape != array.shape:
        print(spec, ours[:128], out.getvalue()[:128])
print('checked')
`);
  assert.equal(wrong, 'checked\n');
  console.log(`np.save, Node.js: ${specs.length} files`);
});

test('NumPy and unzip read our archives', needsPython, async () => {
  const files = Object.fromEntries(json('cases.json').cases
    .filter(({ file, refused }) => !refused && file.startsWith('npy/'))
    .map(({ file }) => [file.replace(/^npy\/|\.npy$/g, ''), vector(file)]));
  for (const [name, deflate] of [['stored', false], ['deflated', true]]) {
    writeFileSync(join(directory, `${name}.npz`), await bytesOf(await toNpz(files, { deflate })));
    const said = python(`
ours = np.load(path('${name}.npz'))
archive = zipfile.ZipFile(path('${name}.npz'))
assert archive.testzip() is None
for info in archive.infolist():
    assert info.compress_type == ${deflate ? 8 : 0}, info
print(len(ours.files))
`);
    assert.equal(Number(said), Object.keys(files).length);
    const archive = await openNpz(ownBuffer(readFileSync(join(directory, `${name}.npz`))));
    for (const [key, file] of Object.entries(files)) {
      const array = await archive.open(key);
      const { data } = await array.read({ bytes: true });
      const original = await (await openNpy(file)).read({ bytes: true });
      assert.deepEqual(Buffer.compare(data, original.data), 0, key);
    }
    // Data that is stored begins where it can be mapped.
    if (!deflate) {
      const offsets = python(`
import struct
raw = open(path('stored.npz'), 'rb').read()
for info in zipfile.ZipFile(path('stored.npz')).infolist():
    n, e = struct.unpack('<HH', raw[info.header_offset + 26:info.header_offset + 30])
    start = info.header_offset + 30 + n + e
    assert raw[start:start + 6] == b'\\x93NUMPY'
    major = raw[start + 6]
    size = struct.unpack('<H', raw[start + 8:start + 10])[0] + 10 if major == 1 else struct.unpack('<I', raw[start + 8:start + 12])[0] + 12
    if (start + size) % 64: print(info.filename)
`);
      assert.equal(offsets, '');
    }
  }
});

function ownBuffer(data) {
  return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
}

test('an archive that NumPy made is made again', async () => {
  const ours = await openNpz(await toNpz({ x: npyFile("'<f4'", [2], Float32Array.of(1, 2)) }));
  const theirs = await openNpz(buffer('npz/savez.npz'));
  assert.ok(theirs.keys.includes('x') && ours.keys.includes('x'));
  assert.equal(ours.entry('x').name, theirs.entry('x').name);
});
