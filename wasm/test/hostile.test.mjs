// Files that are made to do harm: every one ends in an error of ours, soon, and takes no memory.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as npymap from 'npymap';
import { bytes } from './fault-server.mjs';
import { npyFile, random, RecordingSource, rejectsWith } from './helpers.mjs';
import { buffer, json, serveVectors, vector } from './vectors.mjs';

const { open, openNpy, openNpz } = npymap;
let server;

before(async () => {
  server = await serveVectors({ '/lie.npy': bytes(npyFile("'<f8'", [2 ** 40], new Uint8Array(100_000))) });
});
after(() => server.close());

/** Whatever is wrong is found without a crash: an error of ours, in one line. */
async function survives(input, name) {
  let error;
  try {
    const opened = await open(input);
    if (opened.keys) {
      for (const key of opened.keys) await (await opened.open(key)).stats().catch((e) => (error = e));
    } else {
      await opened.stats();
      await opened.text();
    }
  } catch (thrown) {
    error = thrown;
  }
  if (error) {
    assert.ok(error instanceof npymap.NpyError, `${name}: ${error.stack ?? error}`);
    assert.ok(!error.message.includes('\n') && error.message.length < 500, `${name}: ${error.message}`);
  }
  return error;
}

test('every file, cut anywhere in its header', async () => {
  const file = vector('npy/f4_le_3x4.npy');
  for (let length = 0; length < file.length; length += 1) {
    const error = await survives(new Uint8Array(file.subarray(0, length)), `${length} bytes`);
    assert.equal(error?.code, 'ERR_TRUNCATED', `${length} bytes: ${error?.message}`);
  }
});

test('every file with a byte changed', async () => {
  const next = random(1);
  const names = [...new Set(json('cases.json').cases.map(({ file }) => file))];
  let refused = 0;
  for (let i = 0; i < 3000; i += 1) {
    const file = new Uint8Array(buffer(names[Math.floor(next() * names.length)]));
    if (file.length === 0) continue;
    file[Math.floor(next() * Math.min(file.length, 128))] = Math.floor(next() * 256);
    if (await survives(file, `round ${i}`)) refused += 1;
  }
  assert.ok(refused > 1000, `${refused} refused`);
});

test('every archive with bytes changed', async () => {
  const next = random(2);
  const names = Object.keys(json('npz/expected.json'));
  for (let i = 0; i < 1500; i += 1) {
    const file = new Uint8Array(buffer(`npz/${names[Math.floor(next() * names.length)]}.npz`));
    for (let k = 0; k < 3 && file.length > 0; k += 1) file[Math.floor(next() * file.length)] = Math.floor(next() * 256);
    await survives(file, `round ${i}`);
  }
});

test('a shape that lies takes no memory', async () => {
  const before = process.memoryUsage().rss;
  for (const shape of [[2 ** 40], [2 ** 20, 2 ** 20], [2 ** 31, 2 ** 20]]) {
    const codes = ['ERR_TRUNCATED', 'ERR_TOO_LARGE'];
    await rejectsWith(codes, openNpy(npyFile("'<f8'", shape, new Uint8Array(800))), npymap);
    await rejectsWith(codes, openNpy(new Blob([npyFile("'<f8'", shape, new Uint8Array(800))])), npymap);
  }
  await rejectsWith('ERR_TRUNCATED', openNpy(`${server.origin}/lie.npy`), npymap);
  // Where no one tells the size, the end is asked for before anything is allocated.
  const source = new RecordingSource(npyFile("'<f8'", [2 ** 30], new Uint8Array(100_000)), { knowsLength: false });
  const array = await openNpy(source);
  await rejectsWith(['ERR_TRUNCATED', 'ERR_RANGE_MISMATCH', 'ERR_TOO_LARGE'], array.read(), npymap);
  const hidden = await openNpy(`${server.origin}/lie.npy?no-content-range&no-validators`);
  await rejectsWith(['ERR_TRUNCATED', 'ERR_RANGE_MISMATCH', 'ERR_TOO_LARGE', 'ERR_HTTP'], hidden.slice(':1000000000').read(), npymap);
  assert.ok(process.memoryUsage().rss - before < 300e6, 'no allocation by what the file declares');
});

test('shapes beyond what numbers can say', async () => {
  for (const shape of ['(18446744073709551616,)', '(9223372036854775807, 9223372036854775807)', '(-1,)', '(1.5,)', "('x',)", '((1,),)']) {
    await rejectsWith(['ERR_HEADER', 'ERR_TOO_LARGE', 'ERR_TRUNCATED'], openNpy(npyFile("'<f8'", shape, new Uint8Array(8))), npymap);
  }
  // No elements, though an axis is longer than a number can say exactly.
  await survives(npyFile("'<f8'", '(9007199254740993, 0)', new Uint8Array(0)), 'empty');
});

test('64 dimensions and no more', async () => {
  const array = await openNpy(npyFile("'<f8'", Array(64).fill(1), new Uint8Array(8)));
  assert.equal(array.ndim, 64);
  assert.equal((await array.read()).data[0], 0);
  assert.match(await array.text(), /^\[{64}0\.\]{64}$/);
  await rejectsWith('ERR_HEADER', openNpy(npyFile("'<f8'", Array(65).fill(1), new Uint8Array(8))), npymap);
  await rejectsWith('ERR_SELECTION', async () => array.slice('None, ...'), npymap);
});

test('a header of a megabyte', async () => {
  const file = npyFile("'<f8'", [1], Float64Array.of(5), { version: 2, align: 1 << 20 });
  const limits = await openNpy(file, { maxHeaderBytes: 2 << 20 });
  assert.equal(await limits.at(0), 5);
  assert.ok(limits.warnings.some((warning) => /header/.test(warning)), limits.warnings);
  await rejectsWith(['ERR_HEADER', 'ERR_TOO_LARGE'], openNpy(file, { maxHeaderBytes: 65536 }), npymap);
  // One that declares four gigabytes is not waited for.
  const endless = npyFile("'<f8'", [1], new Uint8Array(8), { version: 2 });
  new DataView(endless.buffer).setUint32(8, 0xffffffff, true);
  const source = new RecordingSource({ byteLength: 2 ** 33, read: (start, end) => new Uint8Array(end - start).map((_, i) => endless[start + i] ?? 0x20) });
  await rejectsWith(['ERR_HEADER', 'ERR_TOO_LARGE', 'ERR_TRUNCATED'], openNpy(source), npymap);
  assert.ok(source.bytes < 10e6, `${source.bytes} bytes read`);
});

test('headers that nest without end, and long names', async () => {
  for (const descr of ['['.repeat(20_000), '('.repeat(20_000), `'${'x'.repeat(30_000)}'`, `[('${'n'.repeat(20_000)}', '<q9')]`]) {
    const error = await survives(npyFile(descr, [1], new Uint8Array(8)), descr.slice(0, 5));
    assert.ok(['ERR_HEADER', 'ERR_DTYPE'].includes(error?.code), String(error));
  }
});

test('data that inflates without end', async () => {
  for (const name of ['inflation', 'deflate_corrupt', 'deflate_cut', 'size_less', 'size_more']) {
    const archive = await openNpz(buffer(`npz/${name}.npz`));
    for (const key of archive.keys) {
      const error = await archive.open(key).then((array) => array.read(), (e) => e).then((e) => (e instanceof Error ? e : null), (e) => e);
      assert.ok(error?.code?.startsWith('ERR_'), `${name} ${key}: ${error}`);
    }
  }
  // 200 MB of zeros in 200 kB: their sum takes no 200 MB.
  const zeros = npyFile("'|u1'", [200_000_000], new Uint8Array(200_000_000));
  const packed = await npymap.toNpz({ zeros }, { deflate: true });
  assert.ok(packed.size < 1_000_000, `${packed.size} bytes`);
  const archive = await openNpz(packed);
  const array = await archive.open('zeros');
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const stats = await array.stats({ onProgress: () => (most = Math.max(most, process.memoryUsage().arrayBuffers)) });
  assert.deepEqual([stats.count, stats.zeros, stats.sum], [200_000_000, 200_000_000, 0]);
  assert.ok(most - before < 150e6, `${most - before} bytes more`);
});

test('leading elements of a deflated member stop early', async () => {
  const next = random(3);
  const noise = Uint8Array.from({ length: 8_000_000 }, () => next() * 256);
  const packed = new Uint8Array(await (await npymap.toNpz({ noise: npyFile("'|u1'", [8_000_000], noise) }, { deflate: true })).arrayBuffer());
  const source = new RecordingSource(packed);
  const array = await (await openNpz(source)).open('noise');
  const { data } = await array.slice(':100').read();
  assert.deepEqual(data, noise.subarray(0, 100));
  assert.ok(source.bytes < 2_000_000, `${source.bytes} bytes read`);
});

test('a checksum is checked when the member was read whole', async () => {
  const damaged = new Uint8Array(await (await npymap.toNpz({ a: npyFile("'|u1'", [1000], new Uint8Array(1000)) })).arrayBuffer());
  damaged[500] ^= 1;
  const array = await (await openNpz(damaged)).open('a');
  await rejectsWith('ERR_ZIP_CRC', array.read(), npymap);
});

test('an instance that trapped is replaced', async () => {
  // Whatever happens, what comes after works.
  for (let i = 0; i < 5; i += 1) {
    await survives(new Uint8Array(10), 'nothing');
    assert.equal(await (await openNpy(npyFile("'<i4'", [1], Int32Array.of(i)))).at(0), i);
  }
});
