// The arrays of results.
import type { TypedArrayName } from './boundary.js';
import { NpyError } from './errors.js';
import type { StringArray, TypedArray } from './types.js';

type TypedArrayConstructor = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray;

/** A typed array over bytes of a buffer. */
export function typedArray(name: TypedArrayName, buffer: ArrayBufferLike, start: number, length: number): TypedArray {
  return new ARRAYS[name](buffer, start, length);
}

/** What an object is: by its tag, since what comes from another window has classes of its own. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** The bytes of a buffer, or of a view of one. */
export function bytesOf(data: ArrayBufferLike | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

/** One after another. */
export function concat(parts: Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Zeros, or ERR_TOO_LARGE. */
export function allocate(nbytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(nbytes);
  } catch (cause) {
    throw new NpyError('ERR_TOO_LARGE', `there is no room for ${nbytes} bytes`, { nbytes }, cause);
  }
}

const ARRAYS: Readonly<Record<TypedArrayName, TypedArrayConstructor>> = {
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
};

/** Strings in the bytes of their elements. */
export class Strings implements StringArray {
  readonly length: number;
  readonly #data: Uint8Array;
  readonly #itemBytes: number;
  readonly #decode: (bytes: Uint8Array) => string;

  constructor(kind: string, data: Uint8Array, length: number, itemBytes: number) {
    this.length = length;
    this.#data = data;
    this.#itemBytes = itemBytes;
    this.#decode = kind.endsWith('U') ? fromCodePoints : fromBytes;
  }

  get(index: number): string {
    return this.#decode(this.bytes(index));
  }

  bytes(index: number): Uint8Array {
    if (!(Number.isInteger(index) && index >= 0 && index < this.length)) {
      throw new RangeError(`index ${index} is out of bounds for ${this.length} strings`);
    }
    return this.#data.subarray(index * this.#itemBytes, (index + 1) * this.#itemBytes);
  }

  *[Symbol.iterator](): Generator<string, undefined> {
    for (let i = 0; i < this.length; i += 1) yield this.get(i);
  }
}

function fromBytes(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, lengthWithoutZeros(bytes)));
}

function fromCodePoints(bytes: Uint8Array): string {
  const points = new Uint32Array(bytes.slice().buffer);
  let text = '';
  for (const point of points.subarray(0, lengthWithoutZeros(points))) {
    text += point < 0x110000 ? String.fromCodePoint(point) : '\ufffd';
  }
  return text;
}

function lengthWithoutZeros(items: Uint8Array | Uint32Array): number {
  let length = items.length;
  while (length > 0 && items[length - 1] === 0) length -= 1;
  return length;
}
