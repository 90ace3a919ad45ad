// Pixels and indices of one axis of a table that may have more cells than a scroll bar has pixels.
//
// Browsers do not show elements of any length: Firefox gives up above 17.9 million pixels. So the scrolled element has at
// most 8 million, and where that is too few, it is no picture of the whole: small movements are taken one to one from
// where they begin, and only jumps, such as those of a dragged scroll bar, are scaled. The idea is hightable's (MIT);
// here it holds on both axes, and the end has no gap.
//
// Positions are in cells, not in pixels: exact to a fraction of a pixel for any number of cells that there can be.

/** The longest scrolled element, in pixels. */
export const MAX_EXTENT = 8_000_000;
/** Movements of the bar up to so many viewports are small. */
const SMALL = 4;

export interface Axis {
  /** How many cells there are. */
  count: number;
  /** The size of a cell in pixels. */
  size: number;
  /** The size of the viewport in pixels. */
  view: number;
}

export interface Scroll {
  /** Where the scroll bar is, in pixels. */
  top: number;
  /** What is at the edge of the viewport, in cells. */
  position: number;
}

/** The length of the scrolled element, in pixels. */
export function extent({ count, size, view }: Axis): number {
  return Math.max(view, Math.min(count * size, MAX_EXTENT));
}

/** The last position: with the last cell at the end of the viewport. */
export function lastPosition({ count, size, view }: Axis): number {
  return Math.max(0, count - view / size);
}

/** Where a position is when nothing has been scrolled yet, or the bar has lost touch. */
export function scrollTo(axis: Axis, position: number): Scroll {
  const last = lastPosition(axis);
  const at = Math.max(0, Math.min(position, last));
  if (isWhole(axis)) return { position: at, top: at * axis.size };
  return settle(axis, { position: at, top: (at / last) * (extent(axis) - axis.view) });
}

/**
 * What follows from the bar having moved to `top`. If the result has another `top`, the bar has to be moved there:
 * it would run out of pixels before the cells do, or the other way round.
 */
export function scrolled(axis: Axis, before: Scroll, top: number): Scroll {
  const last = lastPosition(axis);
  const room = extent(axis) - axis.view;
  if (isWhole(axis)) return { top, position: top >= room ? last : Math.max(0, top / axis.size) };
  const moved = top - before.top;
  if (Math.abs(moved) > SMALL * axis.view) {
    // A jump: the bar says where in the whole.
    return { top, position: top <= 0 ? 0 : top >= room ? last : (top / room) * last };
  }
  return settle(axis, { top, position: before.position + moved / axis.size });
}

/** Moves by cells, as keys and wheels do. */
export function moveBy(axis: Axis, before: Scroll, cells: number): Scroll {
  if (isWhole(axis)) return scrollTo(axis, before.position + cells);
  return settle(axis, { top: before.top + cells * axis.size, position: before.position + cells });
}

/** The position at which a cell is in view, moving as little as possible. */
export function reveal(axis: Axis, position: number, cell: number): number {
  const cells = axis.view / axis.size;
  if (cell < position) return cell;
  // Of a cell larger than the viewport, the beginning.
  if (cell + 1 > position + cells) return Math.min(cell, cell + 1 - cells);
  return position;
}

/** The cells in view: the first, one past the last, and where the first begins, in pixels from the edge. */
export function visible({ count, size, view }: Axis, position: number): { first: number; end: number; offset: number } {
  const first = Math.min(Math.floor(position), Math.max(0, count - 1));
  const offset = (first - position) * size;
  const end = Math.min(count, first + Math.ceil((view - offset) / size));
  // 0 and not -0.
  return { first, end, offset: offset + 0 };
}

function isWhole({ count, size }: Axis): boolean {
  return count * size <= MAX_EXTENT;
}

/** Keeps the bar away from its ends while there are cells left, and at them when there are none. */
function settle(axis: Axis, { top, position }: Scroll): Scroll {
  const last = lastPosition(axis);
  const room = extent(axis) - axis.view;
  if (position <= 0) return { top: 0, position: 0 };
  if (position >= last) return { top: room, position: last };
  const margin = 2 * SMALL * axis.view;
  const [before, after] = [position * axis.size, (last - position) * axis.size];
  // So near to an end, the bar is as far from it as the cells are, so that both arrive together.
  if (before <= margin) return { top: before, position };
  if (after <= margin) return { top: room - after, position };
  if (top < margin || top > room - margin) {
    const fair = (position / last) * room;
    return { top: Math.max(margin, Math.min(fair, room - margin)), position };
  }
  return { top, position };
}
