// Modules of the package on their own, which no user sees.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { abortable, endingOf } from '../dist/abort.js';
import { Cache } from '../dist/cache.js';
import { NpyError } from '../dist/errors.js';
import { figures } from '../dist/figures.js';
import { Strings } from '../dist/ndarray.js';
import { retrying, Transient } from '../dist/retry.js';
import { run } from '../dist/run.js';
import { Scope } from '../dist/scope.js';
import { selectionText, slice } from '../dist/selection.js';
import { decode, Engine } from '../dist/wasm.js';
import { random } from './helpers.mjs';

const never = new AbortController().signal;
const ending = endingOf(never);

/** A source of bytes that are their own positions, modulo 251; it notes every read. */
function counted(size) {
  const reads = [];
  const read = async (start, end) => {
    reads.push([start, end]);
    await Promise.resolve();
    return Uint8Array.from({ length: end - start }, (_, i) => (start + i) % 251);
  };
  return { size, reads, read, first: () => read(0, 16) };
}

test('a cache gives what the source has, whatever is asked for', async () => {
  const draw = random(1);
  for (const maxBytes of [0, 3000, 100_000, 1 << 20]) {
    const source = counted(10_000);
    const cache = new Cache(source, { cache: { maxBytes, blockSize: 64 }, concurrency: 2 });
    await Promise.all(
      Array.from({ length: 400 }, async () => {
        const start = Math.floor(draw() * 9900);
        const end = start + 1 + Math.floor(draw() * 99);
        const access = { ending, keep: draw() < 0.8, ...(draw() < 0.3 && { blocksUpTo: 10_000 }) };
        if (draw() < 0.5) await new Promise((resolve) => setTimeout(resolve, draw() * 20));
        const bytes = await cache.read(start, end, access);
        assert.equal(bytes.length, end - start);
        assert.ok(bytes.every((byte, i) => byte === (start + i) % 251), `${start}-${end}`);
      }),
    );
  }
});

test('a cache fetches what is missing, and nothing else', async () => {
  const source = counted(1000);
  const cache = new Cache(source, {});
  await cache.read(100, 200, { ending });
  await cache.read(300, 400, { ending });
  await cache.read(150, 350, { ending });
  assert.deepEqual(source.reads, [[100, 200], [300, 400], [200, 300]]);
  assert.ok(cache.peek(210, 290));
  assert.equal(cache.peek(0, 1), undefined);
});

test('blocks are whole, up to where they may be, and around what is there', async () => {
  const source = counted(1000);
  const cache = new Cache(source, { cache: { blockSize: 100 } });
  await cache.read(120, 130, { ending });
  await cache.read(105, 110, { ending, blocksUpTo: 950 });
  await cache.read(905, 910, { ending, blocksUpTo: 950 });
  assert.deepEqual(source.reads, [[120, 130], [100, 120], [900, 950]]);
});

test('a failed read is forgotten', async () => {
  const source = counted(100);
  const { read } = source;
  source.read = async () => {
    throw new Error('once');
  };
  const cache = new Cache(source, {});
  await assert.rejects(cache.read(0, 10, { ending }), /once/);
  source.read = read;
  assert.equal((await cache.read(0, 10, { ending })).length, 10);
});

test('what may pass is tried again, and no more than that', async () => {
  let calls = 0;
  const value = await retrying(never, async () => {
    calls += 1;
    if (calls < 3) throw new Transient(new Error('busy'), '0');
    return 'done';
  });
  assert.deepEqual([value, calls], ['done', 3]);

  calls = 0;
  await assert.rejects(retrying(never, async () => {
    calls += 1;
    throw new Transient(new Error('always'), '0');
  }), /always/);
  assert.equal(calls, 4);

  calls = 0;
  await assert.rejects(retrying(never, async () => {
    calls += 1;
    throw new Error('final');
  }), /final/);
  assert.equal(calls, 1);

  // A server that asks for patience gets none; the date is one of the forms that it may ask in.
  const start = performance.now();
  const tomorrow = new Date(Date.now() + 86_400_000).toUTCString();
  for (const after of ['3600', tomorrow]) {
    await assert.rejects(retrying(never, async () => {
      throw new Transient(new Error('later'), after);
    }), /later/);
  }
  assert.ok(performance.now() - start < 1000);
});

test('an operation ends with its signal, its scope and itself', async () => {
  const parent = new Scope(() => {});
  let closed = 0;
  const scope = new Scope(() => (closed += 1), parent);
  let seen;
  const failed = scope.run(undefined, async ({ signal }) => {
    seen = signal;
    throw new Error('failed');
  });
  await assert.rejects(failed, /failed/);
  assert.equal(seen.aborted, true);

  // Many reads with one signal leave nothing with it.
  const patient = new AbortController();
  const many = Array.from({ length: 50 }, () => scope.run(patient.signal, async (ending) => abortable(Promise.resolve(), ending.signal)));
  assert.equal(getEventListeners(patient.signal, 'abort').length, 1);
  await Promise.all(many);
  assert.equal(getEventListeners(patient.signal, 'abort').length, 0);

  const waits = ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('inner'))));
  const controller = new AbortController();
  const aborted = scope.run(controller.signal, waits);
  controller.abort('why');
  await assert.rejects(aborted, (reason) => reason === 'why');

  const running = scope.run(undefined, waits);
  parent.close();
  await assert.rejects(running, (error) => error instanceof NpyError && error.code === 'ERR_CLOSED');
  await assert.rejects(scope.run(undefined, async () => {}), (error) => error.code === 'ERR_CLOSED');
  scope.close();
  scope.close();
  assert.equal(closed, 1);
});

test('a failing tile ends what was fetched ahead', async () => {
  const engine = { call: (work) => work() };
  let [begun, ended] = [0, 0];
  const source = {
    size: 1000,
    read: (start, end, signal) =>
      new Promise((resolve) => {
        begun += 1;
        signal.addEventListener('abort', () => (ended += 1));
        if (start === 0) resolve(new Uint8Array(end - start));
      }),
  };
  const cache = new Cache(source, {});
  const scope = new Scope(() => cache.clear());
  let at = 0;
  const tiles = {
    next: () => (at < 5 ? Float64Array.of(100 * at, 100 * ++at) : undefined),
    take: () => {
      throw new Error('no');
    },
  };
  await assert.rejects(scope.run(undefined, (ending) => run(tiles, { engine, cache, ending })), /no/);
  assert.deepEqual([begun, ended], [5, 4]);
});

test('an instance that has trapped is replaced', async () => {
  // (module (func (export "trap") unreachable))
  const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 116, 114, 97, 112, 0, 0, 10, 5, 1, 3, 0, 0, 11);
  const { trap } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  const { wasm } = await import('../dist/wasm-inline.js');
  const engine = new Engine(() => WebAssembly.compile(decode(wasm)));
  await engine.ready();
  const first = engine.call((instance) => instance);
  assert.equal(engine.call((instance) => instance), first);
  assert.throws(() => engine.call(() => trap()), WebAssembly.RuntimeError);
  const second = engine.call((instance) => instance);
  assert.notEqual(second, first);
  assert.throws(() => engine.call((instance) => instance.select('nonsense', '0')), (error) => error instanceof NpyError);
  assert.equal(engine.call((instance) => instance), second);
});

test('figures of statistics are exact', () => {
  const text = '{"a":9007199254740993,"b":-9223372036854775808,"c":5,"d":"inf","e":"-inf","f":["nan",1e300],"g":0.12345678901234567,"h":null,"i":1234567890123456}';
  assert.deepEqual(figures(text), {
    a: 9007199254740993n, b: -9223372036854775808n, c: 5, d: Infinity, e: -Infinity, f: [NaN, 1e300], g: 0.12345678901234567, h: null, i: 1234567890123456,
  });
});

test('strings end before the padding', () => {
  const bytes = new TextEncoder().encode('ab\0\0é\0\0');
  const ours = new Strings('StringArray:S', bytes, 2, 4);
  assert.deepEqual([...ours], ['ab', 'é']);
  assert.deepEqual(ours.bytes(0), Uint8Array.of(97, 98, 0, 0));
  const points = Uint32Array.of(0x1f600, 0, 0x61, 0x110000);
  assert.deepEqual([...new Strings('StringArray:U', new Uint8Array(points.buffer), 2, 8)], ['😀', 'a\ufffd']);
  for (const index of [-1, 2, 0.5, NaN]) assert.throws(() => ours.get(index), RangeError);
  assert.deepEqual([...new Strings('StringArray:U', new Uint8Array(0), 3, 0)], ['', '', '']);
});

test('selections become text', () => {
  assert.equal(selectionText([1, -2n, null, '...', 'newaxis', slice(3), slice(1, null, -1)]), '[1, -2, :, ..., None, :3:, 1::-1]');
  assert.equal(selectionText([]), '[...]');
  assert.equal(selectionText('::2'), '::2');
});
