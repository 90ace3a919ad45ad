// Which part of a plane a picture shows: boxes in cells, fractions and all.
import type { Box } from '../state.ts';

/** Planes longer than this in one direction fill the picture; others have square cells. */
const LONG = 8;

export interface Frame {
  rows: number;
  cols: number;
  /** Of the picture, in pixels. */
  width: number;
  height: number;
}

/** Whether a cell is as high as it is wide. */
export function isSquare({ rows, cols }: Frame): boolean {
  return rows <= LONG * cols && cols <= LONG * rows;
}

/** All of the plane. */
export function fit(frame: Frame): Box {
  return shaped({ r0: 0, r1: frame.rows, c0: 0, c1: frame.cols }, frame);
}

/** The box, widened so that cells are square, if they are to be. */
export function shaped(box: Box, frame: Frame): Box {
  if (!isSquare(frame) || frame.width === 0 || frame.height === 0) return box;
  const [height, width] = [box.r1 - box.r0, box.c1 - box.c0];
  const cell = Math.max(height / frame.height, width / frame.width);
  return around(box, cell * frame.height, cell * frame.width);
}

/** Closer by a factor, with the point at these fractions of the picture in its place. */
export function zoomed(box: Box, factor: number, y: number, x: number, frame: Frame): Box {
  const [height, width] = [box.r1 - box.r0, box.c1 - box.c0];
  const all = fit(frame);
  // Not farther than everything, not closer than some cells.
  const least = Math.min(4, frame.rows) / height;
  const most = Math.max((all.r1 - all.r0) / height, (all.c1 - all.c0) / width, 1);
  const by = Math.max(Math.min(least, 1), Math.min(1 / factor, most));
  const [row, col] = [box.r0 + y * height, box.c0 + x * width];
  return kept({ r0: row - y * height * by, r1: row + (1 - y) * height * by, c0: col - x * width * by, c1: col + (1 - x) * width * by }, frame);
}

/** Moved by fractions of what is seen. */
export function moved(box: Box, y: number, x: number, frame: Frame): Box {
  const [dy, dx] = [(box.r1 - box.r0) * y, (box.c1 - box.c0) * x];
  return kept({ r0: box.r0 + dy, r1: box.r1 + dy, c0: box.c0 + dx, c1: box.c1 + dx }, frame);
}

/** The whole cells of the plane within a box. */
export function cellsIn({ r0, r1, c0, c1 }: Box, { rows, cols }: Frame): Box {
  const clamp = (value: number, length: number): number => Math.max(0, Math.min(value, length));
  return { r0: clamp(Math.floor(r0), rows), r1: clamp(Math.ceil(r1), rows), c0: clamp(Math.floor(c0), cols), c1: clamp(Math.ceil(c1), cols) };
}

/** Its middle stays on the plane. */
function kept(box: Box, { rows, cols }: Frame): Box {
  const shift = (from: number, to: number, length: number): number => {
    const size = to - from;
    // What is larger than the plane is centred.
    if (size >= length) return (length - size) / 2 - from;
    return Math.max(0, Math.min(from, length - size)) - from;
  };
  const [dy, dx] = [shift(box.r0, box.r1, rows), shift(box.c0, box.c1, cols)];
  return { r0: box.r0 + dy, r1: box.r1 + dy, c0: box.c0 + dx, c1: box.c1 + dx };
}

function around({ r0, r1, c0, c1 }: Box, height: number, width: number): Box {
  const [row, col] = [(r0 + r1) / 2, (c0 + c1) / 2];
  return { r0: row - height / 2, r1: row + height / 2, c0: col - width / 2, c1: col + width / 2 };
}
