// The texts of single elements: what NumPy prints of its scalars.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as npymap from 'npymap';
import { npyFile, RecordingSource, rejectsWith } from './helpers.mjs';
import { buffer, json } from './vectors.mjs';

const { openNpy, toNpy } = npymap;

test('an element has the text of the scalar', async () => {
  const cases = json('cases.json').cases.filter(({ scalar, text, refused, error }) => scalar && text !== undefined && !refused && !error);
  assert.ok(cases.length > 100);
  for (const { file, selection, view, text } of cases) {
    let array = await openNpy(buffer(file));
    if (view) array = array.astype(view);
    assert.deepEqual(await array.slice(selection).elements(), [text], `${file} ${selection}`);
  }
});

test('elements come in C order, whatever the strides, from exactly the planned bytes', async () => {
  const source = new RecordingSource(npyFile("'>i2'", [2, 3], Uint8Array.of(0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0xff, 0xff)));
  const array = await openNpy(source);
  assert.deepEqual(await array.elements(), ['1', '2', '3', '4', '5', '-1']);
  assert.deepEqual(await array.transpose().elements(), ['1', '4', '2', '5', '3', '-1']);
  assert.deepEqual(await array.slice('::-1, ::2').elements(), ['4', '-1', '1', '3']);
  assert.deepEqual(await array.slice('0:0').elements(), []);
});

test('structures, strings and elements without bytes', async () => {
  const record = await openNpy(npyFile("[('a', '<i2'), ('b', '|S2')]", [2], Uint8Array.of(1, 0, 0x78, 0, 2, 0, 0x27, 0)));
  assert.deepEqual(await record.elements(), ["(1, b'x')", `(2, b"'")`]);
  assert.deepEqual(await record.field('b').elements(), ["b'x'", `b"'"`]);
  const empty = await openNpy(npyFile("'<U0'", [3], new Uint8Array(0)));
  assert.deepEqual(await empty.elements(), ['', '', '']);
});

test('what is too much, or no text, is refused before anything is read', async () => {
  const file = toNpy(new Uint8Array(1 << 21), { shape: [1 << 21] });
  const source = new RecordingSource(new Uint8Array(await file.arrayBuffer()));
  const array = await openNpy(source);
  const calls = source.calls.length;
  await rejectsWith('ERR_TOO_LARGE', array.elements(), npymap);
  assert.equal(source.calls.length, calls);
  assert.equal((await array.slice(':1000').elements()).length, 1000);
  const objects = await openNpy(npyFile("'|O'", [1], new Uint8Array(8)));
  await rejectsWith('ERR_OBJECT_DTYPE', objects.elements(), npymap);
});

test('texts that would be longer than strings of JavaScript are refused', async () => {
  // Four signs for each byte, one of which JSON doubles.
  const dtype = Array.from({ length: 64 }, (_, i) => [`f${i}`, '|S1']);
  const array = await npymap.openRaw(new Uint8Array(64 << 20).fill(1), { dtype });
  await rejectsWith('ERR_TOO_LARGE', array.elements(), npymap);
  const [first] = await array.slice(':1').elements();
  assert.ok(first.startsWith(String.raw`(b'\x01', b'\x01', `), first);
});

test('an abort is heard', async () => {
  const array = await openNpy(toNpy(new Float32Array(4), { shape: [4] }));
  await assert.rejects(array.elements({ signal: AbortSignal.abort('enough') }), (reason) => reason === 'enough');
});
