// The ways to give the package a file of the vectors; each runs the whole table.
import { member } from './conformance.mjs';

/**
 * The backends of the conformance suite: `[name, open(case)]`. `fetchBytes(path)` gives a file below `tests/vectors` as
 * an ArrayBuffer, `url(path)` its address on a server with ranges.
 */
export async function backends({ npymap, fetchBytes, url }) {
  const { openNpy, openNpz } = npymap;
  const files = new Map();
  const load = async (path) => {
    if (!files.has(path)) files.set(path, await fetchBytes(path));
    return files.get(path);
  };
  const stored = await openNpz(await load('stored.npz'));
  const deflated = await openNpz(await load('deflated.npz'));
  const remote = await openNpz(url('stored.npz'));
  return [
    ['ArrayBuffer', async (row) => openNpy(await load(row.file))],
    ['view at an odd offset', async (row) => openNpy(odd(await load(row.file)))],
    ['Blob', async (row) => openNpy(new Blob([await load(row.file)]))],
    ['ByteSource', async (row) => openNpy(source(await load(row.file)))],
    ['HTTP', (row) => openNpy(url(row.file))],
    ['stored member', (row) => stored.open(member(row))],
    ['deflated member', (row) => deflated.open(member(row))],
    ['stored member over HTTP', (row) => remote.open(member(row))],
  ];
}

function odd(buffer) {
  const bytes = new Uint8Array(buffer.byteLength + 3);
  bytes.set(new Uint8Array(buffer), 3);
  return bytes.subarray(3);
}

/** The least that a source may be: it does not know how long it is. */
function source(buffer) {
  return { slice: async (start, end) => buffer.slice(start, end) };
}
