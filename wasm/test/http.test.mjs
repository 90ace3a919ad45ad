// HTTP: how many requests are made and of what, and what becomes of every fault.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import * as npymap from 'npymap';
import { bytes } from './fault-server.mjs';
import { dataFile, runFaults } from './faults.mjs';
import { generated, npyFile, rejectsWith, soon } from './helpers.mjs';
import { serveVectors, vector } from './vectors.mjs';

const { openNpy, openNpz } = npymap;
const HEADER_BLOCK = 65536;
/** 5 GiB. */
const BIG = generated(1_310_720, 1024);
let server;

before(async () => {
  server = await serveVectors({
    '/big.npy': BIG,
    '/data.npy': bytes(dataFile()),
    '/small.npy': bytes(npyFile("'<i4'", [3], Int32Array.of(1, 2, 3))),
    '/long-header.npy': bytes(npyFile("'<i4'", [3], Int32Array.of(1, 2, 3), { version: 2, align: 9000 })),
  });
});
beforeEach(() => server.clear());
after(() => server.close());

const ranges = () => server.log.map((entry) => entry.range);
const sent = () => server.log.reduce((sum, entry) => sum + entry.sent, 0);

test('every fault ends in the right error or in the right numbers', async () => {
  const { origin, elsewhere } = server;
  const { ran, failures } = await runFaults({ npymap, origin, elsewhere, inBrowser: false });
  assert.deepEqual(failures, []);
  console.log(`faults, Node.js: ${ran}`);
  await soon(() => server.busy === 0, 'the end of every request');
});

test('a selection of 5 GiB costs its plan and the header block', async () => {
  const array = await openNpy(`${server.origin}/big.npy`);
  assert.deepEqual(ranges(), ['bytes=0-65535']);
  const selection = array.slice('[1000:1010, ::2]');
  const plan = selection.plan();
  const { data, shape, stride, offset, dtype } = await selection.read();
  assert.deepEqual({ shape, stride, offset, dtype }, { shape: [10, 512], stride: [512, 1], offset: 0, dtype: 'float32' });
  assert.ok(data.every((value, i) => value === (1000 + Math.floor(i / 512)) * 1024 + 2 * (i % 512)));
  // From the first element to the last; the gaps are too small to be worth a request.
  assert.deepEqual(plan.ranges, [{ start: BIG.header + 1000 * 4096, end: BIG.header + 1010 * 4096 - 4 }]);
  assert.equal(plan.bytesFetched, 10 * 4096 - 4);
  assert.equal(plan.bytesWanted, 10 * 512 * 4);
  assert.deepEqual(ranges(), ['bytes=0-65535', ...plan.ranges.map(({ start, end }) => `bytes=${start}-${end - 1}`)]);
  assert.equal(sent(), HEADER_BLOCK + plan.bytesFetched);
  assert.ok(server.log.every(({ method }) => method === 'GET'));
});

// Buffers are freed as soon as they were used, but not this one.
test('a file that is downloaded while it is read is there for what comes after', async () => {
  const values = Float32Array.from({ length: 6144 * 1024 }, (_, i) => i % 100);
  const file = npyFile("'<f4'", [6144, 1024], values);
  for (const [isWhole, opts] of [
    [(end) => end >= file.length, { cache: false }],
    [(end) => end >= file.length, { cache: { maxBytes: 1 << 20 } }],
    [(end) => end > 1 << 20, { cache: false, withoutRange: 'download' }],
    [(end) => end > 1 << 23, { withoutRange: 'download' }],
  ]) {
    const fetch = async (request) => {
      const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get('Range'));
      const end = Math.min(Number(last) + 1, file.length);
      if (isWhole(end)) return new Response(file);
      return new Response(file.slice(Number(start), end), { status: 206, headers: { 'Content-Range': `bytes ${start}-${end - 1}/${file.length}` } });
    };
    const array = await openNpy('http://localhost/whole.npy', { fetch, ...opts });
    const first = await array.stats();
    const { data } = await array.slice('::-1').read();
    assert.equal(first.sum, values.reduce((sum, value) => sum + value, 0));
    assert.equal(data[0], values[values.length - 1024]);
    assert.deepEqual(await array.stats(), first);
    assert.deepEqual((await array.read()).data, values);
    assert.equal(await array.slice('-1, -1').text(), values.at(-1).toFixed(1));
  }
});

test('a small file costs one request', async () => {
  const array = await openNpy(`${server.origin}/small.npy`);
  assert.deepEqual([...(await array.read()).data], [1, 2, 3]);
  assert.equal(await array.at(1), 2);
  assert.equal(await array.text(), '[1 2 3]');
  assert.equal((await array.stats()).count, 3);
  assert.equal(server.log.length, 1);
});

test('opening by the magic costs the same', async () => {
  const array = await npymap.open(new URL(`${server.origin}/small.npy`));
  assert.deepEqual([...(await array.read()).data], [1, 2, 3]);
  assert.equal(server.log.length, 1);
});

test('a Request keeps its headers', async () => {
  const request = new Request(`${server.origin}/small.npy`, { headers: { 'X-Token': 'secret' } });
  await openNpy(request);
  assert.equal(server.log[0].headers['x-token'], 'secret');
  assert.equal(server.log[0].range, 'bytes=0-65535');
});

test('`fetch` can be given', async () => {
  const seen = [];
  const mine = (request) => {
    seen.push(request.headers.get('range'));
    return fetch(request);
  };
  const array = await openNpy(`${server.origin}/big.npy`, { fetch: mine });
  await array.slice('[5000, :3]').read();
  assert.deepEqual(seen, ranges());
  assert.equal(seen.length, 2);
});

test('what was read is not asked for again', async () => {
  const array = await openNpy(`${server.origin}/big.npy`);
  await array.slice('[1000:1010]').read();
  const before = server.log.length;
  await array.slice('[1002:1004, ::3]').read();
  await array.slice('[1009, 7]').read();
  assert.equal(server.log.length, before);
  // What lies in the header block was read, too.
  await array.slice('[:10]').read();
  assert.equal(server.log.length, before);
});

test('without a cache everything is asked for', async () => {
  const array = await openNpy(`${server.origin}/big.npy`, { cache: false });
  await array.slice('[1000]').read();
  await array.slice('[1000]').read();
  assert.equal(ranges().filter((range) => range === ranges().at(-1)).length, 2);
});

test('the cache holds no more than it may', async () => {
  const array = await openNpy(`${server.origin}/big.npy`, { cache: { maxBytes: 100_000 } });
  await array.slice('[1000:1005]').read();
  const before = server.log.length;
  for (let row = 2000; row < 2060; row += 5) await array.slice(`[${row}:${row + 5}]`).read();
  await array.slice('[1000:1005]').read();
  assert.equal(server.log.length, before + 13);
});

test('reads of the same bytes at the same time share a request', async () => {
  const array = await openNpy(`${server.origin}/big.npy?delay=30`);
  const reads = Array.from({ length: 5 }, () => array.slice('[1000:1010]').read());
  const results = await Promise.all(reads);
  assert.equal(server.log.length, 2);
  assert.ok(results.every(({ data }) => data[0] === results[0].data[0] && data.length === 10240));
  // They share no memory that one of them could change.
  results[0].data[0] = -1;
  assert.notEqual(results[1].data[0], -1);
});

test('neighbours at the same time read text in blocks', async () => {
  const array = await openNpy(`${server.origin}/big.npy`);
  const values = await Promise.all(Array.from({ length: 20 }, (_, i) => array.at(5000, i)));
  assert.deepEqual(values, Array.from({ length: 20 }, (_, i) => (5000 * 1024 + i) % 2 ** 20));
  assert.ok(server.log.length <= 3, `${server.log.length} requests`);
});

test('no more requests at a time than allowed', async () => {
  let [now, most] = [0, 0];
  const counting = async (request) => {
    now += 1;
    most = Math.max(most, now);
    try {
      return await fetch(request);
    } finally {
      now -= 1;
    }
  };
  const array = await openNpy(`${server.origin}/big.npy?delay=5`, { fetch: counting, concurrency: 3, coalesceGap: 0, cache: false });
  await array.slice('[::50000, :10]').read();
  assert.equal(server.log.length, 1 + 27);
  assert.ok(most > 1 && most <= 3, `${most} at a time`);
});

test('gaps are fetched along up to a limit', async () => {
  const url = `${server.origin}/big.npy`;
  const near = await openNpy(url, { coalesceGap: 100_000 });
  const far = await openNpy(url, { coalesceGap: 0 });
  assert.equal(near.slice('[100:140:20, 0]').plan().ranges.length, 1);
  assert.equal(far.slice('[100:140:20, 0]').plan().ranges.length, 2);
});

test('an abort ends the request, with the reason that was given', async () => {
  const controller = new AbortController();
  const array = await openNpy(`${server.origin}/big.npy?stall=100&after=1`, { signal: new AbortController().signal });
  const reading = array.slice('[1000:1010]').read({ signal: controller.signal });
  await soon(() => server.log.length === 2, 'the request');
  const reason = new Error('enough');
  controller.abort(reason);
  await assert.rejects(reading, (error) => error === reason);
  await soon(() => server.busy === 0, 'the end of the request');
  assert.equal(server.log.length, 2, 'nothing is tried again');
});

test('an abort while opening ends the request', async () => {
  for (const when of ['before', '100']) {
    server.clear();
    const controller = new AbortController();
    const opening = openNpy(`${server.origin}/big.npy?stall=${when}&id=${when}`, { signal: controller.signal });
    await soon(() => server.log.length === 1, 'the request');
    controller.abort();
    await assert.rejects(opening, (error) => error === controller.signal.reason && error.name === 'AbortError');
    await soon(() => server.busy === 0, 'the end of the request');
  }
});

test('an abort while waiting to try again ends the wait', async () => {
  const controller = new AbortController();
  const start = performance.now();
  const opening = openNpy(`${server.origin}/big.npy?status=503&retry-after=20`, { signal: controller.signal });
  await soon(() => server.log.length === 1, 'the request');
  controller.abort();
  await assert.rejects(opening, (error) => error === controller.signal.reason);
  assert.ok(performance.now() - start < 5000);
});

test('a signal that is aborted already asks for nothing', async () => {
  const signal = AbortSignal.abort('no');
  await assert.rejects(openNpy(`${server.origin}/big.npy`, { signal }), (error) => error === 'no');
  const array = await openNpy(`${server.origin}/big.npy`);
  await assert.rejects(array.slice('[2000]').read({ signal }), (error) => error === 'no');
  assert.equal(server.log.length, 1);
});

test('a shared request ends when nobody waits any more', async () => {
  const array = await openNpy(`${server.origin}/big.npy?delay=100&after=1`);
  const [first, second] = [new AbortController(), new AbortController()];
  const reads = [first, second].map(({ signal }) => array.slice('[1000:1010]').read({ signal }));
  await soon(() => server.log.length === 2, 'the request');
  first.abort('first');
  await assert.rejects(reads[0], (error) => error === 'first');
  assert.equal((await reads[1]).data.length, 10240);
  assert.equal(server.log.length, 2);

  const stalled = await openNpy(`${server.origin}/big.npy?stall=0&after=1`);
  const more = [new AbortController(), new AbortController()];
  const stuck = more.map(({ signal }) => stalled.slice('[1000:1010]').read({ signal }));
  await soon(() => server.busy === 1, 'the request');
  more[0].abort('one');
  await assert.rejects(stuck[0], (error) => error === 'one');
  assert.equal(server.busy, 1);
  more[1].abort('two');
  await assert.rejects(stuck[1], (error) => error === 'two');
  await soon(() => server.busy === 0, 'the end of the request');
});

test('leaving `chunks` early ends what was fetched ahead', async () => {
  const array = await openNpy(`${server.origin}/big.npy?delay=20&after=1`);
  let seen = 0;
  for await (const { start, array: chunk } of array.slice('[:4000]').chunks({ bytes: 65536 })) {
    assert.equal(start, seen);
    seen += chunk.shape[0];
    if (seen >= 32) break;
  }
  await soon(() => server.busy === 0, 'the end of the requests');
  assert.ok(sent() < 2 ** 24, `${sent()} bytes sent`);
});

test('closing refuses what comes after, and ends what is under way', async () => {
  const array = await openNpy(`${server.origin}/big.npy?stall=0&after=1`);
  const reading = array.slice('[1000:1010]').read();
  reading.catch(() => {});
  await soon(() => server.busy === 1, 'the request');
  array.close();
  await rejectsWith('ERR_CLOSED', reading, npymap);
  await soon(() => server.busy === 0, 'the end of the request');
  await rejectsWith('ERR_CLOSED', () => array.read(), npymap);
});

test('a header longer than the first block is fetched, and nothing twice', async () => {
  const array = await openNpy(`${server.origin}/long-header.npy`);
  assert.deepEqual([...(await array.read()).data], [1, 2, 3]);
  assert.equal(server.log.length, 1);
});

test('a truncated file is refused when its size is told', async () => {
  const cut = `${server.origin}/vectors/npy/bad_cut_data.npy`;
  const error = await rejectsWith('ERR_TRUNCATED', openNpy(cut), npymap);
  assert.match(error.message, /expected \d+ bytes, found \d+/);
});

test('a page of HTML says what it is', async () => {
  const error = await rejectsWith('ERR_HTTP', openNpy(`${server.origin}/nothing.npy`), npymap);
  assert.equal(error.detail.status, 404);
  assert.match(error.message, /404/);
});

test('an archive costs the tail, the local header and the plan', async () => {
  const archive = await openNpz(`${server.origin}/vectors/stored.npz`);
  const size = vector('stored.npz').length;
  assert.ok(archive.keys.length > 400);
  const opened = server.log.length;
  assert.ok(opened <= 3, `${opened} requests to open`);
  assert.ok(server.log.every(({ method }) => method === 'GET'), 'no HEAD where Content-Range tells the size');
  const array = await archive.open('f4_le_3x4');
  const before = server.log.length;
  assert.ok(before - opened <= 2, `${before - opened} requests to open a member`);
  await array.read();
  await array.read();
  assert.ok(server.log.length - before <= 1);
  assert.ok(sent() < size, 'not the whole archive');
});

test('an archive of another origin that shows no sizes', async () => {
  const url = `${server.elsewhere}/vectors/npz/savez.npz?no-content-range&cors=plain`;
  const archive = await openNpz(url);
  assert.deepEqual(archive.keys, ['x', 'y', 'arr_0']);
});
