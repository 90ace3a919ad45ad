// Numbers on their way from the package to the painter.
import type { NdArray, NpyArray } from 'npymap/slim';
import { family } from '../text/dtype.ts';
import { Values } from './painter.ts';

/** Reads an array for the painter. The caller frees what it gets. */
export async function readValues(array: NpyArray, signal: AbortSignal): Promise<Values> {
  return valuesOf(array, await array.read({ signal }));
}

/** The values of an array that was read. */
export function valuesOf(array: NpyArray, { data }: NdArray): Values {
  const kind = family(array.descr, array.dtype);
  switch (data.constructor) {
    case Int8Array:
      return Values.int8(data as Int8Array);
    case Uint8Array:
      return Values.uint8(data as Uint8Array);
    case Int16Array:
      return Values.int16(data as Int16Array);
    case Uint16Array:
      return Values.uint16(data as Uint16Array);
    case Int32Array:
      return Values.int32(data as Int32Array);
    case Uint32Array:
      return Values.uint32(data as Uint32Array);
    case BigInt64Array:
      return kind === 'time' ? Values.times(data as BigInt64Array) : Values.int64(data as BigInt64Array);
    case BigUint64Array:
      return Values.uint64(data as BigUint64Array);
    case Float32Array:
      return kind === 'complex' ? Values.complex64(data as Float32Array) : Values.float32(data as Float32Array);
    case Float64Array:
      return kind === 'complex' ? Values.complex128(data as Float64Array) : Values.float64(data as Float64Array);
    default:
      throw new TypeError(`elements of dtype ${array.dtype} are no numbers`);
  }
}
