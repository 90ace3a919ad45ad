//! The loops over a layout.

use alloc::{vec, vec::Vec};

use smallvec::SmallVec;

use super::{
    kernel::Kernel,
    source::Reader,
    strided::Lane,
    transpose::{self, Transposer},
};
use crate::{Layout, Order, Result};

/// Elements that are neighbours in both the source and the destination are handled as one unit.
/// From this many bytes on, a unit is converted straight from the source.
const LARGE_UNIT: usize = 64;

/// Bytes of the buffer between moving and converting: half of a small first-level cache.
const SCRATCH: usize = 16 << 10;

/// The gathering of one layout in one order: nested loops, and what to do in them.
///
/// The two inner loops, over `lane` and `cross`, are cut into tiles that fit into the cache.
pub(super) struct Nest<'k> {
    kernel: &'k Kernel,
    /// Bytes of a unit in the source.
    unit: usize,
    /// Bytes of a unit in the destination.
    out_unit: usize,
    /// Where the first unit lies in the source.
    start: u64,
    /// Along this axis, units are neighbours in the destination.
    lane: Axis,
    /// Along this axis, they are nearer to one another in the source; of length 1 if they are
    /// nowhere.
    cross: Axis,
    /// The other axes, the outermost first.
    outer: SmallVec<[Axis; 6]>,
}

/// The length of an axis, and the distances along it in the source and the destination.
#[derive(Clone, Copy, Debug)]
struct Axis {
    len: usize,
    src: i64,
    dst: usize,
}

/// A part of the two inner loops.
#[derive(Clone, Copy, Debug)]
struct Tile {
    /// Where its first unit lies in the source.
    src: u64,
    /// Where it goes to.
    dst: usize,
    /// Its length along the cross axis.
    rows: usize,
    /// Its length along the lane.
    cols: usize,
}

impl Axis {
    const NONE: Self = Self {
        len: 1,
        src: 0,
        dst: 0,
    };

    fn distance(&self) -> u64 {
        self.src.unsigned_abs()
    }

    /// The distance in the source of a number of steps. It may wrap only where it is not used.
    fn reach(&self, steps: usize) -> i64 {
        self.src.wrapping_mul(steps as i64)
    }
}

impl<'k> Nest<'k> {
    /// The loops over a layout of at least one element, the elements taking at least one byte.
    pub(super) fn new(layout: &Layout, order: Order, kernel: &'k Kernel) -> Self {
        let mut axes = merged_axes(layout, order, kernel.out_itemsize);
        let mut unit = kernel.itemsize;
        let mut out_unit = kernel.out_itemsize;
        // Innermost first.
        if let Some(first) = axes.first()
            && u64::try_from(first.src) == Ok(unit as u64)
        {
            unit *= first.len;
            out_unit *= first.len;
            axes.remove(0);
        }
        let lane = if axes.is_empty() {
            Axis::NONE
        } else {
            axes.remove(0)
        };
        let nearer = axes
            .iter()
            .enumerate()
            .filter(|(_, axis)| 0 < axis.src.unsigned_abs() && axis.distance() < lane.distance())
            .min_by_key(|(_, axis)| axis.distance());
        let cross = match nearer.map(|(i, _)| i) {
            Some(i) => axes.remove(i),
            None => Axis::NONE,
        };
        axes.reverse();
        Self {
            kernel,
            unit,
            out_unit,
            start: layout.offset(),
            lane,
            cross,
            outer: axes,
        }
    }

    /// Gathers.
    pub(super) fn run(&self, reader: &mut Reader<'_, '_>, dst: &mut [u8]) -> Result<()> {
        if self.unit >= LARGE_UNIT {
            self.run_units(reader, dst)
        } else if self.lane.distance() >= 64 && self.cross.len >= 8 {
            self.run_transposed(reader, dst)
        } else {
            self.run_lanes(reader, dst)
        }
    }

    /// Unit by unit.
    fn run_units(&self, reader: &mut Reader<'_, '_>, dst: &mut [u8]) -> Result<()> {
        self.tiles(32, 32, |tile| {
            for row in 0..tile.rows {
                for col in 0..tile.cols {
                    let src = self.position(tile, row, col);
                    let bytes = reader.get(src, self.unit)?;
                    let out = self.segment(dst, tile, row, col, 1);
                    self.kernel.run(bytes, out);
                }
            }
            Ok(())
        })
    }

    /// Lane by lane, in tiles that keep what a lane leaves over in the cache for the next one.
    fn run_lanes(&self, reader: &mut Reader<'_, '_>, dst: &mut [u8]) -> Result<()> {
        let mut cols = usize::MAX;
        if self.cross.len > 1 {
            let distance = usize::try_from(self.lane.distance()).unwrap_or(usize::MAX);
            cols = (SCRATCH / distance.max(1)).max(32);
        }
        let mut scratch = Vec::new();
        if !self.kernel.is_copy() {
            cols = cols.min(SCRATCH / self.unit);
            scratch = vec![0; cols.min(self.lane.len) * self.unit];
        }
        self.tiles(usize::MAX, cols, |tile| {
            for row in 0..tile.rows {
                let lane = Lane {
                    start: self.position(tile, row, 0),
                    stride: self.lane.src,
                    unit: self.unit,
                };
                let out = self.segment(dst, tile, row, 0, tile.cols);
                if self.kernel.is_copy() {
                    lane.copy(reader, out)?;
                } else if let Some(moved) = scratch.get_mut(..tile.cols * self.unit) {
                    lane.copy(reader, moved)?;
                    self.kernel.run(moved, out);
                }
            }
            Ok(())
        })
    }

    /// Tile by tile through a transposed copy.
    fn run_transposed(&self, reader: &mut Reader<'_, '_>, dst: &mut [u8]) -> Result<()> {
        let mut transposer = Transposer::new(self.unit, self.cross.len, self.lane.len);
        self.tiles(transposer.rows, transposer.cols, |tile| {
            for col in (0..tile.cols).step_by(transpose::GROUP) {
                let lanes = (col..tile.cols.min(col + transpose::GROUP)).map(|col| Lane {
                    start: self.position(tile, 0, col),
                    stride: self.cross.src,
                    unit: self.unit,
                });
                transposer.push(reader, lanes, col, tile.rows, tile.cols)?;
            }
            if self.cross.dst == tile.cols * self.out_unit {
                // Rows are neighbours in the destination too.
                let out = self.segment(dst, tile, 0, 0, tile.rows * tile.cols);
                self.kernel.run(transposer.all(tile.rows, tile.cols), out);
            } else {
                for (row, moved) in transposer.rows(tile.rows, tile.cols).enumerate() {
                    let out = self.segment(dst, tile, row, 0, tile.cols);
                    self.kernel.run(moved, out);
                }
            }
            Ok(())
        })
    }

    /// Visits all tiles, of at most some rows and columns.
    fn tiles(
        &self,
        max_rows: usize,
        max_cols: usize,
        mut visit: impl FnMut(Tile) -> Result<()>,
    ) -> Result<()> {
        let mut loops: SmallVec<[(Axis, usize); 6]> =
            self.outer.iter().map(|&axis| (axis, 0)).collect();
        let (mut src, mut dst) = (self.start, 0);
        loop {
            for col in (0..self.lane.len).step_by(max_cols) {
                for row in (0..self.cross.len).step_by(max_rows) {
                    let offset = self.cross.reach(row).wrapping_add(self.lane.reach(col));
                    visit(Tile {
                        src: src.wrapping_add_signed(offset),
                        dst: dst + row * self.cross.dst + col * self.lane.dst,
                        rows: max_rows.min(self.cross.len - row),
                        cols: max_cols.min(self.lane.len - col),
                    })?;
                }
            }
            // Advance the innermost axis that is not at its end, and reset those within it.
            let mut more = false;
            for (axis, index) in loops.iter_mut().rev() {
                if *index + 1 < axis.len {
                    *index += 1;
                    src = src.wrapping_add_signed(axis.src);
                    dst += axis.dst;
                    more = true;
                    break;
                }
                src = src.wrapping_add_signed(axis.reach(*index).wrapping_neg());
                dst -= axis.dst * *index;
                *index = 0;
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// Where a unit of a tile lies in the source.
    fn position(&self, tile: Tile, row: usize, col: usize) -> u64 {
        let offset = self.cross.reach(row).wrapping_add(self.lane.reach(col));
        tile.src.wrapping_add_signed(offset)
    }

    /// Where `count` units of a tile go to.
    fn segment<'d>(
        &self,
        dst: &'d mut [u8],
        tile: Tile,
        row: usize,
        col: usize,
        count: usize,
    ) -> &'d mut [u8] {
        let start = tile.dst + row * self.cross.dst + col * self.lane.dst;
        let segment = dst.get_mut(start..start + count * self.out_unit);
        debug_assert!(segment.is_some(), "the destination has room for all units");
        segment.unwrap_or_default()
    }
}

/// The axes of a layout, the innermost of the destination first, with those merged that are one
/// in the source.
fn merged_axes(layout: &Layout, order: Order, out_itemsize: usize) -> SmallVec<[Axis; 6]> {
    let mut axes = SmallVec::<[Axis; 6]>::new();
    let mut dst = out_itemsize;
    let mut push = |(&len, &src): (&u64, &i64)| {
        // All lengths are factors of that of the destination, a slice.
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        match axes.last_mut() {
            _ if len == 1 => {}
            Some(last) if last.reach(last.len) == src => last.len *= len,
            _ => axes.push(Axis { len, src, dst }),
        }
        dst *= len;
    };
    let dims = layout.shape().iter().zip(layout.strides());
    match order {
        Order::C => dims.rev().for_each(&mut push),
        Order::F => dims.for_each(&mut push),
    }
    axes
}
