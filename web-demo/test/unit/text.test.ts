import { expect, test } from 'vitest';
import { newTab, type Tab } from '../../src/state.ts';
import { arrange, firstSelection, viewsOf, withItem } from '../../src/text/arrange.ts';
import { literal, tsv } from '../../src/text/copy.ts';
import { family, fields, inWords } from '../../src/text/dtype.ts';
import { bracketed, javascript, python, rust } from '../../src/text/lines.ts';
import { bytes, ordinal, reformat, short } from '../../src/text/numbers.ts';
import type { ArrayFacts, Descr, Selected } from '../../src/engine/types.ts';

const TAB = newTab({ kind: 'file', name: 'x.npy', size: 0 });

function facts(shape: number[], descr: Descr = '<f4', dtype = typeof descr === 'string' ? 'float32' : 'structure'): ArrayFacts {
  const size = shape.reduce((a, b) => a * b, 1);
  return { descr, dtype, shape, strides: [], size, itemsize: 4, nbytes: 4 * size, fortranOrder: false, header: null, warnings: [] };
}

const selected = (shape: number[], base: number[], descr?: Descr, dtype?: string): Selected => ({ array: facts(shape, descr, dtype), base, bytes: 0, requests: 0 });

test('the first selection is a plane, or a picture', () => {
  expect(firstSelection(facts([]))).toBe('');
  expect(firstSelection(facts([5]))).toBe(':');
  expect(firstSelection(facts([4, 5]))).toBe(':, :');
  expect(firstSelection(facts([2, 3, 4, 5]))).toBe('0, 0, :, :');
  expect(firstSelection(facts([9, 64, 64, 3], '|u1', 'uint8'))).toBe('0, :, :, :');
  expect(firstSelection(facts([64, 64, 3], '|u1', 'uint8'))).toBe(':, :, :');
  expect(firstSelection(facts([3, 7], [['x', '<f4']]))).toBe('0, :');
});

test('rows and columns have the places of the array', () => {
  const found = arrange(TAB, '7, ::-2, 3:9', selected([5, 6], [10, 9, 20]));
  expect(found).toMatchObject({ rows: 0, cols: 1, axes: [1, 2], rowPlaces: { start: 8, step: -2, count: 5 }, colPlaces: { start: 3, step: 1, count: 6 } });
  expect(withItem(found, 0, { kind: 'index', value: 8 })).toBe('8, ::-2, 3:9');
});

test('rows and columns are those that were chosen', () => {
  const tab: Tab = { ...TAB, rows: 2, cols: 0 };
  const found = arrange(tab, ':, 1, :', selected([10, 20], [10, 9, 20]));
  expect(found).toMatchObject({ rows: 1, cols: 0, rowPlaces: { count: 20 }, colPlaces: { count: 10 } });
  // An axis that is not there any more.
  expect(arrange({ ...TAB, rows: 1, cols: 0 }, ':, 1, :', selected([10, 20], [10, 9, 20]))).toMatchObject({ rows: 1, cols: 0 });
});

test('what cannot be mapped is shown all the same', () => {
  const found = arrange(TAB, 'None, 3', selected([1, 20], [10, 20]));
  expect(found).toMatchObject({ items: null, rows: 0, cols: 1, rowPlaces: { start: 0, step: 1, count: 1 }, colPlaces: { count: 20 } });
  // More axes than a plane has: the first of the others.
  expect(arrange(TAB, '', selected([2, 3, 4], [2, 3, 4]))).toMatchObject({ others: [0], rows: 1, cols: 2 });
});

test('pictures have channels, tables of structures have fields', () => {
  const picture = arrange(TAB, ':, :, :', selected([64, 48, 3], [64, 48, 3], '|u1', 'uint8'));
  expect(picture).toMatchObject({ channel: 2, rows: 0, cols: 1, mayBeImage: true });
  expect(viewsOf(picture, 3)[0]).toBe('heatmap');
  expect(arrange({ ...TAB, image: true }, '', selected([3, 64, 48], [3, 64, 48]))).toMatchObject({ channel: 0, rows: 1, cols: 2 });
  const table = arrange(TAB, ':', selected([7], [7], [['a', '<f4'], ['b', [['c', '<i2'], ['', '|V2'], ['d', '|S3', [2]]]]]));
  expect(table.columns).toEqual([['a'], ['b', 'c'], ['b', 'd']]);
  expect(table).toMatchObject({ rows: 0, cols: null, colPlaces: { count: 3 } });
  expect(viewsOf(table, 1)).toEqual(['table', 'compare']);
});

test('dtypes in words', () => {
  expect(inWords('<f4', 'float32', 4)).toBe('32-bit float, little-endian');
  expect(inWords('>u2', '>u2', 2)).toBe('16-bit unsigned integer, big-endian');
  expect(inWords('|b1', 'bool', 1)).toBe('true or false, one byte each');
  expect(inWords('<U5', '<U5', 20)).toBe('text of up to 5 characters');
  expect(inWords('<M8[25us]', 'datetime64[25us]', 8)).toBe('date and time in units of 25 microseconds, little-endian');
  expect(inWords('<m8', 'timedelta64', 8)).toBe('duration in units of no fixed length, little-endian');
  expect(inWords('<c16', 'complex128', 16)).toBe('complex number of two 64-bit floats, little-endian');
  expect(family('|V2', 'bfloat16')).toBe('float');
  expect(family('|V2', '|V2')).toBe('raw');
  expect(family(['<f4', [3]], 'float32')).toBe('float');
  expect(fields([[['title', 'name'], '<f4']])).toEqual([{ path: ['name'], descr: '<f4' }]);
});

test('cells for other programs', () => {
  expect(tsv(['1', '2', 'a\tb', '4'], 2)).toBe('1\t2\n"a\tb"\t4');
  expect(literal(['1.5', 'nan', '-inf', '0.0'], 2, { descr: '<f4', dtype: 'float32' })).toBe("np.array([[1.5, np.nan],\n          [-np.inf, 0.0]], dtype='<f4')");
  expect(literal(['7'], 1, { descr: '<i8', dtype: 'int64' })).toBe("np.array(7, dtype='<i8')");
  expect(literal(["it's", 'x'], 1, { descr: '<U4', dtype: '<U4' })).toBe(`np.array(["it's", 'x'], dtype='<U4')`);
  expect(literal(['True', 'False'], 1, { descr: '|b1', dtype: 'bool' })).toBe("np.array([True, False], dtype='|b1')");
  expect(literal(['2024-01-01', 'NaT'], 1, { descr: '<M8[D]', dtype: 'datetime64[D]' })).toBe("np.array(['2024-01-01', 'NaT'], dtype='<M8[D]')");
  expect(literal(['(1+nanj)', 'infj'], 1, { descr: '<c8', dtype: 'complex64' })).toBe("np.array([complex('1+nanj'), complex('infj')], dtype='<c8')");
});

test('lines of code', () => {
  const place = { src: { kind: 'file' as const, name: "it's.npy", size: 1 }, member: null, as: null, selection: '3, :, ::2' };
  expect(python(place)).toBe(`import numpy as np\n\na = np.load("it's.npy", mmap_mode='r')[3, :, ::2]`);
  expect(rust(place)).toBe(`let file = npymap::NpyFile::open("it's.npy")?;\nlet a = file.slice("[3, :, ::2]")?;`);
  expect(javascript({ ...place, member: 'w' })).toContain("const array = await archive.open('w');");
  expect(python({ ...place, src: { kind: 'url', url: 'https://h/x.npy?a=1' }, selection: "['x']" })).toContain("urllib.request.urlretrieve('https://h/x.npy?a=1', 'x.npy')\na = np.load('x.npy', mmap_mode='r')['x']");
  expect(bracketed('')).toBe('');
});

test('numbers for people', () => {
  expect([0, 1, 999, 1000, 12_400_000, 999_600, 6_442_450_944].map(bytes)).toEqual(['0 bytes', '1 byte', '999 bytes', '1.0 KB', '12 MB', '1.0 MB', '6.4 GB']);
  expect([1, 2, 3, 4, 11, 12, 13, 21, 37, 111, 122].map(ordinal)).toEqual(['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '37th', '111th', '122nd']);
  expect(reformat('9223372036854775807', 'hex', 0)).toBe('0x7fffffffffffffff');
  expect(reformat('9223372036854775807', 'fixed', 2)).toBe('9223372036854775807');
  expect(reformat('1.5', 'fixed', 3)).toBe('1.500');
  expect(reformat('nan', 'fixed', 3)).toBe('nan');
  expect(reformat('2024-01-01', 'scientific', 3)).toBe('2024-01-01');
  expect(reformat('-0.0', 'fixed', 1)).toBe('-0.0');
  expect([0.1, 1e-9, 123456.789, Number.NaN, -Infinity, 1e21].map(short)).toEqual(['0.1', '1e-9', '1.2346e+5', 'nan', '-inf', '1e+21']);
});
