// The vectors on this machine's disk, and a server for them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bytes, serve } from './fault-server.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const VECTORS = new URL('../../tests/vectors/', import.meta.url);

export function vector(path) {
  return readFileSync(new URL(path, VECTORS));
}

export function json(path) {
  return JSON.parse(vector(path));
}

/** A file as an ArrayBuffer of its own. */
export function buffer(path) {
  const data = vector(path);
  return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
}

/** A server of the vectors below `/vectors/`, and of more files by their paths. */
export function serveVectors(more = {}) {
  const cache = new Map();
  return serve((path) => {
    if (more[path]) return more[path];
    const match = /^\/vectors\/((?:[\w.-]+\/)?[\w.-]+)$/.exec(path);
    if (!match) return undefined;
    if (!cache.has(path)) {
      try {
        cache.set(path, bytes(vector(match[1])));
      } catch {
        return undefined;
      }
    }
    return cache.get(path);
  });
}
