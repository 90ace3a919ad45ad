// What is told of reads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as npymap from 'npymap';
import { RecordingSource } from './helpers.mjs';

const { openNpy, openNpz, toNpy, toNpz } = npymap;

const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

test('every read of a source is told once, and what is kept is not', async () => {
  const source = new RecordingSource(await bytesOf(toNpy(new Float64Array(100_000), { shape: [1000, 100] })));
  const told = [];
  const array = await openNpy(source, { onRead: (start, end) => told.push([start, end]) });
  await array.slice('900:, :').read();
  await array.slice('950').read();
  await array.slice('500:510').text();
  assert.deepEqual(told, source.calls.map(({ start, end }) => [start, end]));
  assert.equal(source.calls.length, 3);
});

test('of a compressed member, the bytes of the archive are told', async () => {
  const x = toNpy(Float32Array.from({ length: 100_000 }, (_, i) => Math.sin(i)), { shape: [100_000] });
  const source = new RecordingSource(await bytesOf(await toNpz({ x }, { deflate: true })));
  let told = 0;
  const archive = await openNpz(source, { onRead: (start, end) => (told += end - start) });
  await (await archive.open('x')).read();
  assert.equal(told, source.bytes);
  assert.ok(told < x.size);
});
