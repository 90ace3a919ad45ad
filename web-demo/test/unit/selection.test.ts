import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, perAxis, places, print, quote, type AxisItem } from '../../src/text/selection.ts';

const anyBound = fc.option(fc.integer({ min: -30, max: 30 }), { nil: null });
const anyStep = fc.option(fc.integer({ min: -7, max: 7 }).filter((step) => step !== 0), { nil: null });
const anyItem: fc.Arbitrary<AxisItem> = fc.oneof(
  fc.record({ kind: fc.constant('index' as const), value: fc.integer({ min: -30, max: 30 }) }),
  fc.record({ kind: fc.constant('slice' as const), start: anyBound, stop: anyBound, step: anyStep }),
);

test('what is printed is understood', () => {
  fc.assert(
    fc.property(fc.array(anyItem, { minLength: 1, maxLength: 6 }), fc.constantFrom('', "['x']", '["a\'b"][\'y\']'), (items, fields) => {
      const parsed = parse(print(fields, items));
      expect(parsed?.fields).toBe(fields);
      const again = perAxis(parsed!.items, items.length)!;
      const plain = (item: AxisItem): AxisItem => (item.kind === 'slice' && item.step === 1 ? { ...item, step: null } : item);
      expect(again.map(plain)).toEqual(items.map(plain));
    }),
  );
});

test('slices have the places that counting finds', () => {
  fc.assert(
    fc.property(anyBound, anyBound, anyStep, fc.nat(25), (start, stop, step, length) => {
      const { start: first, step: by, count } = places({ kind: 'slice', start, stop, step }, length);
      const found = Array.from({ length: count }, (_, i) => first + i * by);
      // From one end to the other, one by one.
      const index = (value: number): number => (value < 0 ? value + length : value);
      const forward = (step ?? 1) > 0;
      const expected: number[] = [];
      const from = start === null ? (forward ? 0 : length - 1) : Math.min(Math.max(index(start), forward ? 0 : -1), forward ? length : length - 1);
      for (let i = from; i >= 0 && i < length && (stop === null || (forward ? i < index(stop) : i > Math.max(index(stop), -1))); i += step ?? 1) expected.push(i);
      expect(found).toEqual(expected);
    }),
  );
});

test('texts of other people', () => {
  expect(perAxis(parse('[..., 3]')!.items, 3)).toEqual(perAxis(parse(':, :, 3')!.items, 3));
  expect(parse("['x'][2:5]")).toEqual({ fields: "['x']", items: [{ kind: 'slice', start: 2, stop: 5, step: null }] });
  expect(parse("['a', 'b']")?.fields).toBe("['a', 'b']");
  expect(parse('')).toEqual({ fields: '', items: [] });
  for (const text of ['1.5', 'x', '::0', ':::', '[0][1]', '..., ...', "['x'", '[[0]]']) expect(parse(text), text).toBeNull();
  expect(perAxis(parse('None, 0')!.items, 1)).toBeNull();
  expect(perAxis(parse('0, 0')!.items, 1)).toBeNull();
});

test('names are written as Python writes them', () => {
  expect(quote("it's")).toBe('"it\'s"');
  expect(quote('a"b\\')).toBe("'a\"b\\\\'");
  expect(parse(`[${quote('a]b')}]`)?.fields).toBe("['a]b']");
});
