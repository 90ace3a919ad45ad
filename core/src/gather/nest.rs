//! The loops over a layout.

use alloc::{vec, vec::Vec};

use smallvec::SmallVec;

use super::{
    kernel::Kernel,
    source::Source,
    strided::Lane,
    target::Target,
    transpose::{self, Transposer},
};
use crate::{Layout, Order, Result, sort};

/// Elements that are neighbours in both the source and the destination are handled as one unit.
/// From this many bytes on, a unit is converted straight from the source.
const LARGE_UNIT: usize = 64;

/// Bytes of the buffer between moving and converting: half of a small first-level cache.
const SCRATCH: usize = 16 << 10;

/// The copy of the elements of one layout to those of another: nested loops, and what to do in
/// them.
///
/// The two inner loops, over `lane` and `cross`, are cut into tiles that fit into the cache. Where
/// the destination is `DENSE`, the units of a lane are neighbours there.
pub(crate) struct Nest<'k, const DENSE: bool> {
    kernel: &'k Kernel,
    /// Bytes of a unit in the source.
    unit: usize,
    /// Bytes of a unit in the destination.
    out_unit: usize,
    /// Where the first unit lies in the source.
    src: u64,
    /// Where it goes to in the destination.
    dst: u64,
    /// Along this axis, units are nearest to one another in the destination.
    lane: Axis,
    /// Along this axis, they are nearer to one another in the source; of length 1 if they are
    /// nowhere.
    cross: Axis,
    /// The other axes, the outermost first.
    outer: Axes,
}

type Axes = SmallVec<[Axis; 6]>;

/// The length of an axis, and the distances along it in the source and the destination. That in
/// the destination is positive.
#[derive(Clone, Copy, Debug)]
struct Axis {
    len: usize,
    src: i64,
    dst: i64,
}

/// A part of the two inner loops.
#[derive(Clone, Copy, Debug)]
struct Tile {
    /// Where its first unit lies in the source.
    src: u64,
    /// Where it goes to.
    dst: u64,
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

    #[inline]
    fn distance(&self) -> u64 {
        self.src.unsigned_abs()
    }

    /// The distances of a number of steps. They may wrap only where they are not used.
    #[inline]
    fn reach(&self, steps: usize) -> Distance {
        Distance {
            src: self.src.wrapping_mul(steps as i64),
            dst: self.dst.wrapping_mul(steps as i64),
        }
    }
}

/// From one unit to another, in the source and the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Distance {
    src: i64,
    dst: i64,
}

impl<'k> Nest<'k, true> {
    /// The loops that gather a layout in an order, to the start of the destination.
    ///
    /// It has at least one element, and the elements take at least one byte.
    #[inline]
    pub(super) fn gathering(layout: &Layout, order: Order, kernel: &'k Kernel) -> Self {
        let mut axes = Axes::new();
        // The size of the destination, a slice, is a multiple of all these.
        let mut dst = kernel.out_itemsize as i64;
        let mut push = |(&len, &src): (&u64, &i64)| {
            push_merged(&mut axes, len, Distance { src, dst });
            dst = dst.wrapping_mul(len as i64);
        };
        let dims = layout.shape().iter().zip(layout.strides());
        match order {
            Order::C => dims.rev().for_each(&mut push),
            Order::F => dims.for_each(&mut push),
        }
        Self::new(axes, layout.offset(), 0, kernel)
    }
}

impl<'k> Nest<'k, false> {
    /// The loops that copy one layout to another of the same shape, whose elements do not overlap.
    ///
    /// There is at least one element, and the elements take at least one byte.
    #[inline]
    pub(crate) fn assigning(from: &Layout, to: &Layout, kernel: &'k Kernel) -> Self {
        let (mut src, mut dst) = (from.offset(), to.offset());
        let strides = from.strides().iter().zip(to.strides());
        let mut dims: SmallVec<[(u64, Distance); 6]> = SmallVec::new();
        for (&len, (&from, &to)) in from.shape().iter().zip(strides) {
            if len == 1 {
                continue;
            }
            let mut distance = Distance { src: from, dst: to };
            if to < 0 {
                // From the other end.
                src = src.wrapping_add_signed(from.wrapping_mul(len as i64 - 1));
                dst = dst.wrapping_add_signed(to.wrapping_mul(len as i64 - 1));
                distance.src = from.wrapping_neg();
                distance.dst = to.wrapping_neg();
            }
            dims.push((len, distance));
        }
        sort::by_key(&mut dims, |(_, distance)| distance.dst);
        let mut axes = Axes::new();
        for (len, distance) in dims {
            push_merged(&mut axes, len, distance);
        }
        Self::new(axes, src, dst, kernel)
    }
}

impl<'k, const DENSE: bool> Nest<'k, DENSE> {
    /// The loops over axes, those innermost in the destination first.
    #[inline]
    fn new(mut axes: Axes, src: u64, dst: u64, kernel: &'k Kernel) -> Self {
        let mut unit = kernel.itemsize;
        let mut out_unit = kernel.out_itemsize;
        if let Some(first) = axes.first()
            && u64::try_from(first.src) == Ok(unit as u64)
            && u64::try_from(first.dst) == Ok(out_unit as u64)
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
            .filter(|(_, axis)| 0 < axis.distance() && axis.distance() < lane.distance())
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
            src,
            dst,
            lane,
            cross,
            outer: axes,
        }
    }

    /// Copies.
    ///
    /// # Errors
    ///
    /// [`NotGiven`](crate::ErrorKind::NotGiven) if the source or the target lacks bytes.
    #[inline]
    pub(crate) fn run(&self, source: &Source<'_>, target: &mut Target<'_>) -> Result<()> {
        if self.unit >= LARGE_UNIT {
            self.run_units(source, target)
        } else if self.lane.distance() >= 64 && self.cross.len >= 8 {
            self.run_transposed(source, target)
        } else {
            self.run_lanes(source, target)
        }
    }

    /// Unit by unit.
    #[inline]
    fn run_units(&self, source: &Source<'_>, target: &mut Target<'_>) -> Result<()> {
        let mut reader = source.reader();
        self.tiles(32, 32, |tile| {
            for row in 0..tile.rows {
                for col in 0..tile.cols {
                    let (src, dst) = self.position(tile, row, col);
                    let bytes = reader.get(src, self.unit)?;
                    self.kernel.run(bytes, target.get(dst, self.out_unit)?);
                }
            }
            Ok(())
        })
    }

    /// Lane by lane, in tiles that keep what a lane leaves over in the cache for the next one.
    #[inline]
    fn run_lanes(&self, source: &Source<'_>, target: &mut Target<'_>) -> Result<()> {
        let mut reader = source.reader();
        let straight = self.kernel.is_copy() && self.fills_lanes();
        let mut cols = self.lane.len;
        if self.cross.len > 1 {
            let distance = usize::try_from(self.lane.distance()).unwrap_or(usize::MAX);
            cols = cols.min((SCRATCH / distance.max(1)).max(32));
        }
        let mut scratch = Vec::new();
        let mut converted = Vec::new();
        if !straight {
            cols = cols.min((SCRATCH / self.unit.max(self.out_unit)).max(1));
            scratch = vec![0; cols * self.unit];
            converted = self.conversion_buffer(cols);
        }
        self.tiles(usize::MAX, cols, |tile| {
            for row in 0..tile.rows {
                let (start, dst) = self.position(tile, row, 0);
                let lane = Lane {
                    start,
                    stride: self.lane.src,
                    unit: self.unit,
                };
                if straight {
                    lane.copy(&mut reader, target.get(dst, tile.cols * self.unit)?)?;
                } else if let Some(bytes) = lane.borrow(tile.cols, &mut reader) {
                    self.put(bytes, dst, &mut converted, target)?;
                } else if let Some(moved) = scratch.get_mut(..tile.cols * self.unit) {
                    lane.copy(&mut reader, moved)?;
                    self.put(moved, dst, &mut converted, target)?;
                }
            }
            Ok(())
        })
    }

    /// Tile by tile through a transposed copy.
    #[inline]
    fn run_transposed(&self, source: &Source<'_>, target: &mut Target<'_>) -> Result<()> {
        let mut reader = source.reader();
        let mut transposer = Transposer::new(self.unit, self.cross.len, self.lane.len);
        let mut converted = self.conversion_buffer(transposer.cols);
        self.tiles(transposer.rows, transposer.cols, |tile| {
            for col in (0..tile.cols).step_by(transpose::GROUP) {
                let lanes = (col..tile.cols.min(col + transpose::GROUP)).map(|col| Lane {
                    start: self.position(tile, 0, col).0,
                    stride: self.cross.src,
                    unit: self.unit,
                });
                transposer.push(&mut reader, lanes, col, tile.rows, tile.cols)?;
            }
            let row_len = tile.cols * self.out_unit;
            if self.fills_lanes() && u64::try_from(self.cross.dst) == Ok(row_len as u64) {
                // Rows are neighbours in the destination too.
                let out = target.get(tile.dst, tile.rows * row_len)?;
                self.kernel.run(transposer.all(tile.rows, tile.cols), out);
            } else {
                for (row, moved) in transposer.rows(tile.rows, tile.cols).enumerate() {
                    let (_, dst) = self.position(tile, row, 0);
                    self.put(moved, dst, &mut converted, target)?;
                }
            }
            Ok(())
        })
    }

    /// Converts units that lie one after another, into a lane of the destination.
    #[inline]
    fn put(
        &self,
        units: &[u8],
        dst: u64,
        converted: &mut [u8],
        target: &mut Target<'_>,
    ) -> Result<()> {
        let count = units.len() / self.unit;
        let lane = Lane {
            start: dst,
            stride: self.lane.dst,
            unit: self.out_unit,
        };
        if self.fills_lanes() {
            self.kernel
                .run(units, target.get(dst, count * self.out_unit)?);
        } else if self.kernel.is_copy() {
            lane.scatter(units, target)?;
        } else if self.kernel.is_partial() {
            let mut at = dst;
            for unit in units.chunks_exact(self.unit) {
                self.kernel.run(unit, target.get(at, self.out_unit)?);
                at = at.wrapping_add_signed(self.lane.dst);
            }
        } else if let Some(converted) = converted.get_mut(..count * self.out_unit) {
            self.kernel.run(units, converted);
            lane.scatter(converted, target)?;
        }
        Ok(())
    }

    /// Whether the units of a lane are neighbours in the destination.
    #[inline]
    fn fills_lanes(&self) -> bool {
        DENSE || self.lane.len == 1 || u64::try_from(self.lane.dst) == Ok(self.out_unit as u64)
    }

    /// What [`put`](Self::put) needs to convert a number of units before it spreads them.
    #[inline]
    fn conversion_buffer(&self, count: usize) -> Vec<u8> {
        if self.fills_lanes() || self.kernel.is_copy() || self.kernel.is_partial() {
            return Vec::new();
        }
        vec![0; count * self.out_unit]
    }

    /// Visits all tiles, of at most some rows and columns.
    #[inline]
    fn tiles(
        &self,
        max_rows: usize,
        max_cols: usize,
        mut visit: impl FnMut(Tile) -> Result<()>,
    ) -> Result<()> {
        let mut loops: SmallVec<[(Axis, usize); 6]> =
            self.outer.iter().map(|&axis| (axis, 0)).collect();
        let (mut src, mut dst) = (self.src, self.dst);
        loop {
            for col in (0..self.lane.len).step_by(max_cols) {
                for row in (0..self.cross.len).step_by(max_rows) {
                    let (across, along) = (self.cross.reach(row), self.lane.reach(col));
                    visit(Tile {
                        src: src.wrapping_add_signed(across.src.wrapping_add(along.src)),
                        dst: dst.wrapping_add_signed(across.dst.wrapping_add(along.dst)),
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
                    dst = dst.wrapping_add_signed(axis.dst);
                    more = true;
                    break;
                }
                let back = axis.reach(*index);
                src = src.wrapping_sub(back.src as u64);
                dst = dst.wrapping_sub(back.dst as u64);
                *index = 0;
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// Where a unit of a tile lies in the source, and where it goes to.
    #[inline]
    fn position(&self, tile: Tile, row: usize, col: usize) -> (u64, u64) {
        let (across, along) = (self.cross.reach(row), self.lane.reach(col));
        (
            tile.src
                .wrapping_add_signed(across.src.wrapping_add(along.src)),
            tile.dst
                .wrapping_add_signed(across.dst.wrapping_add(along.dst)),
        )
    }
}

/// Adds an axis around the others, or makes the last one longer if the new one continues it.
#[inline]
fn push_merged(axes: &mut Axes, len: u64, Distance { src, dst }: Distance) {
    // No more than elements in a slice.
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    match axes.last_mut() {
        _ if len == 1 => {}
        Some(last) if last.reach(last.len) == (Distance { src, dst }) => last.len *= len,
        _ => axes.push(Axis { len, src, dst }),
    }
}
