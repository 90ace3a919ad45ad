// Inputs of every kind, and files that change or are larger than memory.
import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, mkdtempSync, openAsBlob, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { open as openHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import * as npymap from 'npymap';
import * as node from 'npymap/node';
import { generated, npyFile, RecordingSource, rejectsWith } from './helpers.mjs';

const { open, openNpy } = npymap;
const FILE = npyFile("'<f4'", [3, 4], Float32Array.from({ length: 12 }, (_, i) => i));
const directory = mkdtempSync(join(tmpdir(), 'npymap-'));
after(() => rmSync(directory, { recursive: true }));

function shared(bytes) {
  const copy = new SharedArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}

test('every kind of input', async () => {
  const padded = new Uint8Array(FILE.length + 10);
  padded.set(FILE, 3);
  const inputs = {
    ArrayBuffer: FILE.buffer,
    SharedArrayBuffer: shared(FILE),
    Uint8Array: FILE,
    'Uint8Array at an odd offset': padded.subarray(3, 3 + FILE.length),
    'Uint16Array': new Uint16Array(FILE.buffer),
    'view of a SharedArrayBuffer': new Uint8Array(shared(FILE)),
    DataView: new DataView(padded.buffer, 3, FILE.length),
    Buffer: Buffer.from(FILE),
    Blob: new Blob([FILE]),
    File: new File([FILE], 'x.npy'),
    'FileSystemFileHandle': { getFile: async () => new File([FILE], 'x.npy', { lastModified: 0 }) },
    ByteSource: { byteLength: FILE.length, slice: (start, end) => FILE.buffer.slice(start, end) },
    'ByteSource of unknown length': { slice: async (start, end) => FILE.buffer.slice(start, end) },
    'data: URL': `data:application/octet-stream;base64,${Buffer.from(FILE).toString('base64')}`,
    'blob: URL': URL.createObjectURL(new Blob([FILE])),
  };
  for (const [name, input] of Object.entries(inputs)) {
    for (const opener of [open, openNpy]) {
      const array = await opener(input);
      assert.deepEqual([...(await array.slice('1:, ::-2').read()).data], [7, 5, 11, 9], name);
      assert.deepEqual([...(await array.read()).data], Array.from({ length: 12 }, (_, i) => i), name);
      assert.equal((await array.stats()).sum, 66, name);
      assert.equal(await array.slice('0').text(), '[0. 1. 2. 3.]', name);
    }
  }
});

test('what is no input is a TypeError', async () => {
  for (const wrong of [undefined, null, 5, {}, [], () => {}, Symbol('x'), new Date()]) {
    for (const opened of [open(wrong), node.open(wrong)]) await assert.rejects(opened, /^TypeError: the input is .*, expected a URL/, String(wrong));
  }
});

test('a file larger than 4 GiB, without holding it', async () => {
  const path = join(directory, 'big.npy');
  const big = generated(1_310_720, 1024);
  const fd = openSync(path, 'w');
  writeSync(fd, big.read(0, big.header));
  for (const row of [0, 1_300_000, 1_310_719]) {
    const start = big.header + row * 4096;
    writeSync(fd, big.read(start, start + 4096), 0, 4096, start);
  }
  ftruncateSync(fd, big.size);
  closeSync(fd);
  const handle = await openHandle(path);
  const blob = await openAsBlob(path);
  try {
    // Blobs of Node.js 20 have sizes of 32 bits.
    const blobs = blob.size === big.size ? [blob] : [];
    for (const input of [path, pathToFileURL(path), pathToFileURL(path).href, handle, await node.fileSource(path), ...blobs]) {
      const array = await node.openNpy(input);
      assert.deepEqual(array.shape, [1_310_720, 1024]);
      const { data } = await array.slice('[1300000, ::2]').read();
      assert.ok(data.every((value, i) => value === (1_300_000 * 1024 + 2 * i) % 2 ** 20));
      assert.equal(await array.at(-1, -1), (1_310_720 * 1024 - 1) % 2 ** 20);
      array.close();
    }
    // The handle is the caller's.
    assert.equal((await handle.stat()).size, big.size);
  } finally {
    await handle.close();
  }
});

test('files by their paths', async () => {
  const path = join(directory, 'small.npy');
  writeFileSync(path, FILE);
  const packed = join(directory, 'small.npz');
  writeFileSync(packed, new Uint8Array(await (await npymap.toNpz({ a: FILE })).arrayBuffer()));
  assert.equal(await (await node.open(path)).at(2, 3), 11);
  assert.deepEqual((await node.openRaw(path, { dtype: '|u1', offset: FILE.length - 48 })).shape, [48]);
  assert.equal(await (await (await node.openNpz(packed)).open('a')).at(0, 1), 1);
  await assert.rejects(node.open(join(directory, 'nothing.npy')), { code: 'ENOENT' });
  await assert.rejects(open(path), TypeError, 'a path is no URL');
  const array = await node.openNpy(path, { cache: false });
  truncateSync(path, 100);
  await rejectsWith(['ERR_CHANGED', 'ERR_TRUNCATED'], array.read(), npymap);
});

test('a large read is its plan, and nothing is read twice', async () => {
  const source = new RecordingSource(generated(20_000, 1024));
  const array = await openNpy(source);
  await array.slice('[9000:18000]').read();
  const [first, ...rest] = source.calls;
  assert.deepEqual([first.start, first.end], [0, 65536]);
  assert.equal(rest.reduce((sum, { start, end }) => sum + end - start, 0), 9000 * 4096);
});

test('a file that changes after it was picked', async () => {
  const path = join(directory, 'changing.npy');
  const data = Float32Array.from({ length: 100_000 }, (_, i) => i);
  for (const change of [
    () => truncateSync(path, 1000),
    () => writeFileSync(path, npyFile("'<f4'", [100_000], data.map((x) => -x))),
    () => writeFileSync(path, npyFile("'<f4'", [50_000], data.subarray(0, 50_000))),
    () => rmSync(path),
  ]) {
    writeFileSync(path, npyFile("'<f4'", [100_000], data));
    const array = await openNpy(await openAsBlob(path));
    // So that the clock of the file system has moved on.
    await new Promise((resolve) => setTimeout(resolve, 20));
    change();
    await rejectsWith('ERR_CHANGED', array.slice('60000:').read(), npymap);
  }
});

test('a handle gives another file', async () => {
  let file = new File([FILE], 'x.npy', { lastModified: 1 });
  const array = await openNpy({ getFile: async () => file }, { cache: false });
  file = new File([new Uint8Array(FILE.length)], 'x.npy', { lastModified: 2 });
  // Either the file that was picked is still read, or the change is told.
  const outcome = await array.read().then(({ data }) => String([...data]), (error) => error.code);
  assert.ok(['ERR_CHANGED', '0,1,2,3,4,5,6,7,8,9,10,11'].includes(outcome), outcome);
});

test('arrays outlive the input of their archive', async () => {
  const archive = await npymap.openNpz(await npymap.toNpz({ a: FILE, b: FILE }, { deflate: true }));
  const array = await archive.open('a');
  archive.close();
  await rejectsWith('ERR_CLOSED', archive.open('b'), npymap);
  await rejectsWith('ERR_CLOSED', array.read(), npymap);
});

test('closing is final, and may be done twice', async () => {
  const array = await openNpy(FILE);
  const view = array.slice('0');
  array.close();
  array.close();
  array[Symbol.dispose ?? Symbol.for('Symbol.dispose')]?.();
  for (const run of [() => array.read(), () => view.read(), () => array.at(0, 0), () => array.text(), () => array.stats(), () => array.histogram({ bins: 2 })]) {
    await rejectsWith('ERR_CLOSED', run, npymap);
  }
  await rejectsWith('ERR_CLOSED', async () => {
    for await (const _ of array.chunks());
  }, npymap);
  assert.deepEqual(array.shape, [3, 4], 'the facts are still there');
});
