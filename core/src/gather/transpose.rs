//! Transposing tiles by way of a buffer.
//!
//! The source is read along lanes of neighbours, a few of them at a time, and the destination is
//! written along its own, so that both move whole cache lines, whatever their pitch. The
//! transposition itself happens in the cache.

use alloc::{vec, vec::Vec};

use super::{source::Reader, strided::Lane};
use crate::Result;

/// How many lanes of the source are transposed at once.
pub(super) const GROUP: usize = 8;

/// A transposed tile.
///
/// Its rows are lanes of the destination, its columns lanes of the source.
pub(super) struct Transposer {
    /// Bytes of an element.
    unit: usize,
    /// The most rows of a tile.
    pub(super) rows: usize,
    /// The most columns of a tile.
    pub(super) cols: usize,
    /// Row after row.
    tile: Vec<u8>,
    /// Lanes of the source whose elements are no neighbours there.
    lanes: Vec<u8>,
}

impl Transposer {
    /// Buffers for tiles of at most some rows and columns.
    ///
    /// A tile has about 1 KiB along either side, so that prefetching pays, and at most 256 KiB in
    /// all, which a second-level cache holds.
    #[inline]
    pub(super) fn new(unit: usize, max_rows: usize, max_cols: usize) -> Self {
        let side = match unit {
            1 => 512,
            2..=4 => 256,
            5..=16 => 128,
            _ => 64,
        };
        let (rows, cols) = (max_rows.min(side), max_cols.min(side));
        Self {
            unit,
            rows,
            cols,
            tile: vec![0; rows * cols * unit],
            lanes: vec![0; rows * GROUP * unit],
        }
    }

    /// Reads at most [`GROUP`] lanes of `rows` units each, the columns from `col` on of a tile of
    /// `cols` columns.
    #[inline]
    pub(super) fn push(
        &mut self,
        reader: &mut Reader<'_, '_>,
        lanes: impl Iterator<Item = Lane>,
        col: usize,
        rows: usize,
        cols: usize,
    ) -> Result<()> {
        let mut group: [&[u8]; GROUP] = [&[]; GROUP];
        let mut count = 0;
        let buffers = self.lanes.chunks_exact_mut(rows * self.unit);
        for ((lane, slot), buffer) in lanes.zip(&mut group).zip(buffers) {
            *slot = match lane.borrow(rows, reader) {
                Some(bytes) => bytes,
                None => {
                    lane.copy(reader, buffer)?;
                    buffer
                }
            };
            count += 1;
        }
        let pitch = cols * self.unit;
        let out = self.tile.chunks_exact_mut(pitch).take(rows);
        let at = col * self.unit;
        match (self.unit, count == GROUP) {
            (1, true) => write_group::<1>(group, out, at),
            (2, true) => write_group::<2>(group, out, at),
            (3, true) => write_group::<3>(group, out, at),
            (4, true) => write_group::<4>(group, out, at),
            (6, true) => write_group::<6>(group, out, at),
            (8, true) => write_group::<8>(group, out, at),
            (12, true) => write_group::<12>(group, out, at),
            (16, true) => write_group::<16>(group, out, at),
            (unit, _) => {
                for (lane, at) in group.iter().take(count).zip((at..).step_by(unit)) {
                    let out = self.tile.chunks_exact_mut(pitch).take(rows);
                    match unit {
                        1 => write_lane::<1>(lane, out, at),
                        2 => write_lane::<2>(lane, out, at),
                        3 => write_lane::<3>(lane, out, at),
                        4 => write_lane::<4>(lane, out, at),
                        6 => write_lane::<6>(lane, out, at),
                        8 => write_lane::<8>(lane, out, at),
                        12 => write_lane::<12>(lane, out, at),
                        16 => write_lane::<16>(lane, out, at),
                        _ => write_lane_any(lane, unit, out, at),
                    }
                }
            }
        }
        Ok(())
    }

    /// The tile, its rows one after another.
    #[inline]
    pub(super) fn all(&self, rows: usize, cols: usize) -> &[u8] {
        self.tile.get(..rows * cols * self.unit).unwrap_or_default()
    }

    /// The rows of the tile.
    #[inline]
    pub(super) fn rows(&self, rows: usize, cols: usize) -> impl Iterator<Item = &[u8]> {
        self.tile.chunks_exact(cols * self.unit).take(rows)
    }
}

/// Writes one unit of each lane side by side into each row, at a byte.
#[inline]
fn write_group<'t, const N: usize>(
    lanes: [&[u8]; GROUP],
    rows: impl Iterator<Item = &'t mut [u8]>,
    at: usize,
) {
    let [a, b, c, d, e, f, g, h] = lanes.map(|lane| lane.as_chunks::<N>().0);
    let left = a.iter().zip(b).zip(c).zip(d);
    let right = e.iter().zip(f).zip(g).zip(h);
    for (((((a, b), c), d), (((e, f), g), h)), row) in left.zip(right).zip(rows) {
        if let Some(out) = row.get_mut(at..at + GROUP * N) {
            out.copy_from_slice([*a, *b, *c, *d, *e, *f, *g, *h].as_flattened());
        }
    }
}

/// Writes one unit of a lane into each row, at a byte.
#[inline]
fn write_lane<'t, const N: usize>(
    lane: &[u8],
    rows: impl Iterator<Item = &'t mut [u8]>,
    at: usize,
) {
    for (element, row) in lane.as_chunks::<N>().0.iter().zip(rows) {
        if let Some(out) = row.get_mut(at..at + N) {
            out.copy_from_slice(element);
        }
    }
}

/// Like [`write_lane`], for units of any size.
#[inline]
fn write_lane_any<'t>(
    lane: &[u8],
    unit: usize,
    rows: impl Iterator<Item = &'t mut [u8]>,
    at: usize,
) {
    for (element, row) in lane.chunks_exact(unit).zip(rows) {
        if let Some(out) = row.get_mut(at..at + unit) {
            out.copy_from_slice(element);
        }
    }
}
