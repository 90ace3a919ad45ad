import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addTabs, closeTab, EMPTY, FORMATS, NANS, newTab, PARTS, SCALES, VIEWS, type Source, type State, type Tab } from '../../src/state.ts';
import { fromHash, toHash } from '../../src/url.ts';

const anyText = fc.string({ unit: 'grapheme', maxLength: 30 });
const anyIndex = fc.nat(2 ** 40);
const anySource: fc.Arbitrary<Source> = fc.oneof(
  fc.record({ kind: fc.constant('url' as const), url: fc.webUrl({ withQueryParameters: true, withFragments: true }) }),
  fc.record({ kind: fc.constant('file' as const), name: anyText, size: anyIndex }),
  fc.record({ kind: fc.constant('sample' as const), name: anyText }),
  fc.record({ kind: fc.constant('served' as const), path: anyText }),
);
const orNull = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const anyTab: fc.Arbitrary<Tab> = fc
  .record({
    src: anySource,
    raw: orNull(anyText),
    member: orNull(anyText),
    as: orNull(anyText),
    selection: orNull(anyText),
    view: orNull(fc.constantFrom(...VIEWS)),
    rows: orNull(fc.nat(63)),
    cols: orNull(fc.nat(63)),
    row: anyIndex,
    col: anyIndex,
    format: fc.constantFrom(...FORMATS),
    digits: fc.nat(20),
    map: orNull(anyText),
    scale: fc.constantFrom(...SCALES),
    range: fc.oneof(fc.constant('robust' as const), fc.constant('full' as const), fc.tuple(anyNumber, anyNumber)),
    part: fc.constantFrom(...PARTS),
    nan: fc.constantFrom(...NANS),
    image: orNull(fc.boolean()),
    flip: fc.boolean(),
    zoom: orNull(fc.tuple(anyIndex, anyIndex).map(([r0, c0]) => ({ r0, r1: r0 + 0.5, c0, c1: c0 + 3 }))),
    along: fc.constantFrom('rows' as const, 'cols' as const),
    lines: fc.array(anyIndex, { minLength: 1, maxLength: 8 }),
    logY: fc.boolean(),
    with: orNull(fc.nat(5)),
    rtol: anyNumber,
    atol: anyNumber,
  });

test('an address holds the whole state', () => {
  const anyState: fc.Arbitrary<State> = fc
    .tuple(fc.array(anyTab, { minLength: 1, maxLength: 4 }), fc.nat())
    .map(([tabs, active]) => ({ tabs, active: active % tabs.length }));
  fc.assert(
    fc.property(anyState, (state) => {
      const hash = toHash(state);
      expect(hash).toMatch(/^[!-~]*$/);
      expect(fromHash(`#${hash}`)).toEqual(state);
    }),
  );
});

test('any address is understood as far as it goes', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.array(fc.tuple(fc.constantFrom('url', 'sel', 'zoom', 'range', 'active', 'lines', 'size', '__proto__', 'constructor'), anyText)).map((pairs) => pairs.map(([key, value]) => `${key}=${value}`).join('&'))), (hash) => {
      const state = fromHash(hash);
      expect(state.active).toBeGreaterThanOrEqual(0);
      expect(fromHash(toHash(state))).toEqual(state);
    }),
  );
});

test('an address that somebody types', () => {
  const [tab] = fromHash('#url=https://example.org/x.npy?a=1&sel=3, :, ::2&view=heatmap').tabs;
  expect(tab).toMatchObject({ src: { kind: 'url', url: 'https://example.org/x.npy?a=1' }, selection: '3, :, ::2', view: 'heatmap' });
});

test('members have tabs of their own, files have one', () => {
  const tab = (name: string, member: string | null): Tab => ({ ...newTab({ kind: 'sample', name }), member });
  const state = addTabs(addTabs(addTabs(EMPTY, [tab('a', 'x')]), [tab('a', 'y')]), [tab('b', null)]);
  expect(state.tabs.map(({ member }) => member)).toEqual(['x', 'y', null]);
  expect(addTabs(state, [tab('a', 'y')])).toMatchObject({ active: 1, tabs: { length: 3 } });
  expect(addTabs(state, [tab('a', null)])).toMatchObject({ active: 0, tabs: { length: 3 } });
});

test('closing a tab keeps the others together', () => {
  const tab = (name: string, other: number | null = null): Tab => ({ ...newTab({ kind: 'sample', name }), with: other });
  const state = addTabs(EMPTY, [tab('a', 2), tab('b', 0), tab('c', 1)]);
  const closed = closeTab({ ...state, active: 2 }, 1);
  expect(closed.tabs.map(({ src, with: other }) => [src.kind === 'sample' && src.name, other])).toEqual([['a', 1], ['c', null]]);
  expect(closed.active).toBe(1);
  expect(closeTab(closeTab(closed, 0), 0)).toEqual(EMPTY);
});
