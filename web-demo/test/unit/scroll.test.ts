import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extent, lastPosition, MAX_EXTENT, moveBy, reveal, scrolled, scrollTo, visible, type Axis, type Scroll } from '../../src/grid/scroll.ts';

const ROWS: Axis = { count: 1e9, size: 24, view: 610 };
const COLUMNS: Axis = { count: 1e6, size: 96, view: 1187 };
const HUGE: Axis = { count: 2 ** 52, size: 24, view: 610 };

const anyAxis = fc
  .record({
    count: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 2e6 }), fc.maxSafeInteger().map(Math.abs)),
    size: fc.integer({ min: 16, max: 400 }),
    view: fc.integer({ min: 20, max: 3000 }),
  });

/** What a browser does with an assignment to scrollTop: it keeps within bounds. */
const browser = (axis: Axis, top: number): number => Math.max(0, Math.min(top, extent(axis) - axis.view));

/** Scrolls as a person would: by pixels, the browser clamping. */
function wheel(axis: Axis, scroll: Scroll, pixels: number): Scroll {
  return scrolled(axis, scroll, browser(axis, scroll.top + pixels));
}

describe('extent', () => {
  test('is what Firefox shows', () => {
    fc.assert(
      fc.property(anyAxis, (axis) => {
        expect(extent(axis)).toBeLessThanOrEqual(Math.max(MAX_EXTENT, axis.view));
        expect(extent(axis)).toBeGreaterThanOrEqual(axis.view);
      }),
    );
  });
});

describe.each([
  ['rows', ROWS],
  ['columns', COLUMNS],
])('%s', (_, axis) => {
  test('a wheel step of one cell is one cell, anywhere', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (where, forth) => {
        const last = lastPosition(axis);
        const from = scrollTo(axis, Math.floor(where * last));
        const cells = forth ? 1 : -1;
        const to = wheel(axis, from, cells * axis.size);
        const expected = Math.max(0, Math.min(from.position + cells, last));
        // 2⁻²⁰ of a cell is far below a pixel.
        expect(Math.abs(to.position - expected)).toBeLessThan(2 ** -20);
      }),
    );
  });

  test('many steps never get stuck before an end', () => {
    for (const start of [0, 1000, lastPosition(axis) - 1000, lastPosition(axis) / 3]) {
      let scroll = scrollTo(axis, start);
      const forth = wheelUntil(axis, scroll, axis.size, 3000);
      const expected = Math.min(start + 3000, lastPosition(axis));
      expect(Math.abs(forth.position - expected)).toBeLessThan(1e-3);
      scroll = wheelUntil(axis, forth, -axis.size, 3000);
      expect(Math.abs(scroll.position - (expected - 3000 < 0 ? 0 : expected - 3000))).toBeLessThan(1e-3);
    }
  });

  test('the ends of the bar are the ends of the axis', () => {
    const middle = scrollTo(axis, lastPosition(axis) / 2);
    expect(scrolled(axis, middle, 0).position).toBe(0);
    expect(scrolled(axis, middle, extent(axis) - axis.view).position).toBe(lastPosition(axis));
  });

  test('the last cell ends where the viewport ends', () => {
    const { first, end, offset } = visible(axis, lastPosition(axis));
    expect(end).toBe(axis.count);
    expect(Math.abs(offset + (end - first) * axis.size - axis.view)).toBeLessThan(1e-3);
  });

  test('dragging the bar reaches all parts', () => {
    const room = extent(axis) - axis.view;
    const from = scrollTo(axis, 0);
    const half = scrolled(axis, from, room / 2);
    expect(half.position / lastPosition(axis)).toBeCloseTo(0.5, 9);
  });
});

function wheelUntil(axis: Axis, from: Scroll, pixels: number, steps: number): Scroll {
  let scroll = from;
  for (let i = 0; i < steps; i += 1) scroll = wheel(axis, scroll, pixels);
  return scroll;
}

test('positions and bars stay in bounds, and bars agree with ends', () => {
  const moves = fc.array(fc.oneof(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: -9e6, max: 9e6 })), { maxLength: 60 });
  fc.assert(
    fc.property(anyAxis, fc.double({ min: 0, max: 1, noNaN: true }), moves, (axis, where, pixels) => {
      const last = lastPosition(axis);
      const room = extent(axis) - axis.view;
      let scroll = scrollTo(axis, where * last);
      for (const step of pixels) {
        scroll = wheel(axis, scroll, step);
        expect(scroll.position).toBeGreaterThanOrEqual(0);
        expect(scroll.position).toBeLessThanOrEqual(last);
        expect(scroll.top).toBeGreaterThanOrEqual(0);
        expect(scroll.top).toBeLessThanOrEqual(room);
        // No end is reached by one and not by the other.
        if (scroll.top === 0 && room > 0) expect(scroll.position).toBe(0);
        if (scroll.top === room && room > 0) expect(scroll.position).toBe(last);
      }
    }),
  );
});

test('moving by cells is exact', () => {
  fc.assert(
    fc.property(anyAxis, fc.integer({ min: -100, max: 100 }), fc.double({ min: 0, max: 1, noNaN: true }), (axis, cells, where) => {
      const last = lastPosition(axis);
      const from = scrollTo(axis, Math.floor(where * last));
      expect(moveBy(axis, from, cells).position).toBe(Math.max(0, Math.min(from.position + cells, last)));
    }),
  );
});

test('what is visible fills the viewport', () => {
  fc.assert(
    fc.property(anyAxis, fc.double({ min: 0, max: 1, noNaN: true }), (axis, where) => {
      fc.pre(axis.count > 0 && axis.count < 1e12);
      const { first, end, offset } = visible(axis, where * lastPosition(axis));
      expect(offset).toBeLessThanOrEqual(0);
      expect(offset).toBeGreaterThan(-axis.size - 1e-6);
      const bottom = offset + (end - first) * axis.size;
      expect(bottom).toBeGreaterThanOrEqual(Math.min(axis.view, axis.count * axis.size) - 1e-2);
    }),
  );
});

test('a cell is revealed by moving as little as possible', () => {
  fc.assert(
    fc.property(anyAxis, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (axis, from, to) => {
      fc.pre(axis.count > 0 && axis.count < 1e12 && axis.view >= axis.size);
      const position = from * lastPosition(axis);
      const cell = Math.floor(to * (axis.count - 1));
      const next = reveal(axis, position, cell);
      expect(next).toBeLessThanOrEqual(cell);
      expect(next + axis.view / axis.size).toBeGreaterThanOrEqual(cell + 1 - 1e-6);
      const wasVisible = position <= cell && position + axis.view / axis.size >= cell + 1;
      if (wasVisible) expect(next).toBe(position);
    }),
  );
});

test('as many cells as integers are exact', () => {
  const end = scrollTo(HUGE, HUGE.count);
  expect(visible(HUGE, end.position).end).toBe(HUGE.count);
  expect(visible(HUGE, moveBy(HUGE, end, -1).position).first).toBeLessThan(visible(HUGE, end.position).first);
});
