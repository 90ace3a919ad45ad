// What several tests use: files made in memory, sources that record, things that must come true soon.
import assert from 'node:assert/strict';

/** The bytes of a .npy file. `descr` is the Python literal of the header, and so is `shape` if it is a text. */
export function npyFile(descr, shape, data, { fortran = false, version = 1, align = 64 } = {}) {
  const tuple = typeof shape === 'string' ? shape : `(${shape.map((n) => `${n},`).join(' ')})`;
  const text = `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const bytes = new TextEncoder().encode(text);
  const before = version === 1 ? 10 : 12;
  const length = Math.ceil((before + bytes.length + 1) / align) * align;
  const payload = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
  const file = new Uint8Array(length + payload.length).fill(0x20, 0, length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(file.buffer);
  if (version === 1) view.setUint16(8, length - before, true);
  else view.setUint32(8, length - before, true);
  file.set(bytes, before);
  file[length - 1] = 0x0a;
  file.set(payload, length);
  return file;
}

/** Bytes of hexadecimal digits. */
export function unhex(text) {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/**
 * A source over bytes, or over a function that makes them, that records every call: `calls` has `{ start, end, signal,
 * settled }`. `gate`, if set, is awaited before each answer.
 */
export class RecordingSource {
  calls = [];
  gate = undefined;

  constructor(data, { knowsLength = true } = {}) {
    this.data = data;
    if (knowsLength) this.byteLength = data.byteLength ?? data.size;
  }

  async slice(start, end, options) {
    const call = { start, end, signal: options?.signal, settled: false };
    this.calls.push(call);
    try {
      if (this.gate) await Promise.race([this.gate(call), aborted(call.signal)]);
      const bytes = this.data.read ? this.data.read(start, end) : this.data.slice(start, end);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    } finally {
      call.settled = true;
    }
  }

  get bytes() {
    return this.calls.reduce((sum, { start, end }) => sum + end - start, 0);
  }
}

function aborted(signal) {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/**
 * A file of float32 that is too large to hold: the element with the flat index i is i modulo 2^20. It fits `serve` and
 * `RecordingSource`.
 */
export function generated(rows, columns) {
  const header = npyFile("'<f4'", [rows, columns], new Uint8Array(0));
  return {
    header: header.length,
    size: header.length + rows * columns * 4,
    read(start, end) {
      const bytes = Buffer.alloc(end - start);
      for (let at = start; at < Math.min(end, header.length); at += 1) bytes[at - start] = header[at];
      const data = Math.max(start, header.length);
      const word = Buffer.alloc(4);
      for (let at = data - ((data - header.length) % 4); at < end; at += 4) {
        const value = ((at - header.length) / 4) % 2 ** 20;
        if (at >= start && at + 4 <= end) bytes.writeFloatLE(value, at - start);
        else {
          word.writeFloatLE(value);
          for (let k = 0; k < 4; k += 1) {
            if (at + k >= start && at + k < end) bytes[at + k - start] = word[k];
          }
        }
      }
      return bytes;
    },
  };
}

/** Rejects unless the promise rejects with an NpyError of the code; gives the error. */
export async function rejectsWith(code, promise, { NpyError }) {
  let error;
  try {
    await (typeof promise === 'function' ? promise() : promise);
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error, `no error, expected ${code}`);
  assert.ok(error instanceof NpyError, `${error.stack ?? error}, expected ${code}`);
  assert.ok([code].flat().includes(error.code), `${error.code}: ${error.message}, expected ${code}`);
  assert.ok(!error.message.includes('\n') && error.message.length < 400, error.message);
  return error;
}

/** Waits until a condition holds. */
export async function soon(condition, what = 'it') {
  for (let left = 200; left > 0; left -= 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`${what} did not come true within 2 s`);
}

/** Random numbers that are the same every time (mulberry32). */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
