//! Moves the values of an array from its source into memory or a file, within bounded memory.

use std::path::Path;

use npymap_core::{Layout, gather::Convert};

use crate::{
    error::Result,
    source::{Reader, Source},
    tiles::{Cut, Tile, Tiles},
};

/// How much is read and held at once: it bounds the memory that a transfer takes beside its result.
pub(crate) const TILE_BYTES: u64 = 8 << 20;

/// Fills `values` with the values of a layout in C order.
pub(crate) fn read(
    source: &Source<'_>,
    layout: &Layout,
    convert: Convert,
    values: &mut [u8],
) -> Result<()> {
    #[cfg(feature = "rayon")]
    if parallel::is_worth_it(source, layout) {
        return parallel::read(source, layout, convert, values);
    }
    let mut reader = source.reader();
    if source.memory().is_some() {
        return reader.gather(layout, convert, values);
    }
    let itemsize = convert.dtype(layout.dtype()).itemsize();
    let mut temporary = Vec::new();
    for tile in Tiles::new(layout, cut_for(source), TILE_BYTES, true) {
        let len = (tile.layout.size() * itemsize) as usize;
        if tile.is_run_of(layout.shape()) {
            let at = (tile.first_of(layout.shape()) * itemsize) as usize;
            reader.gather(&tile.layout, convert, &mut values[at..at + len])?;
        } else {
            temporary.resize(len, 0);
            reader.gather(&tile.layout, convert, &mut temporary)?;
            tile.scatter(layout.shape(), itemsize, &temporary, |at, run| {
                values[at as usize..][..run.len()].copy_from_slice(run);
                Ok::<_, crate::Error>(())
            })?;
        }
    }
    Ok(())
}

/// Hands the values of a layout, as stored, to a sink that is written by position, with where each
/// run of them belongs, in bytes, in the C order. `done` is told how many bytes were moved so far.
///
/// An inflated copy of the source, if there must be one, is put in the directory.
pub(crate) fn copy(
    source: &Source<'_>,
    layout: &Layout,
    directory: &Path,
    done: impl FnMut(u64),
    mut put: impl FnMut(u64, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut reader = source.reader();
    reader.put_copy_in(directory);
    let mut cut = cut_for(source);
    if cut == Cut::LargestStride && writes_crumbs(layout) {
        reader.prepare_for_any_order()?;
        cut = Cut::LeastEffort;
    }
    let tiles = tiles(source, layout, cut);
    each_tile(&mut reader, tiles, done, |tile, values| {
        tile.scatter(layout.shape(), layout.itemsize(), values, &mut put)
    })
}

/// As [`copy()`], for a sink that takes the values from the first to the last.
pub(crate) fn stream(
    source: &Source<'_>,
    layout: &Layout,
    done: impl FnMut(u64),
    mut put: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut reader = source.reader();
    if !source.is_random_access() && goes_far_back(source, layout) {
        reader.prepare_for_any_order()?;
    }
    let tiles = tiles(source, layout, Cut::FirstAxis);
    each_tile(&mut reader, tiles, done, |_, values| put(values))
}

/// How to cut where the pieces may come in any order.
fn cut_for(source: &Source<'_>) -> Cut {
    if source.is_random_access() {
        Cut::LeastEffort
    } else {
        // Reading back inflates anew.
        Cut::LargestStride
    }
}

/// Whether pieces that follow one another in the file lie in the C order as runs so short that
/// writing them takes longer than an inflated copy does.
fn writes_crumbs(layout: &Layout) -> bool {
    /// With runs of half of it (160 MB of float32 in Fortran order, deflated, of shape (8192, 4882),
    /// by `time npymap slice`) both take as long.
    const SHORTEST: u64 = 1 << 10;

    let first = Tiles::new(layout, Cut::LargestStride, TILE_BYTES, true).next();
    first.is_some_and(|tile| {
        let shape = layout.shape();
        !tile.is_run_of(shape) && tile.run_of(shape) * layout.itemsize() < SHORTEST
    })
}

/// Whether the pieces that follow one another in the C order make a source go back, right after the
/// first one, over more than half of itself.
fn goes_far_back(source: &Source<'_>, layout: &Layout) -> bool {
    let mut tiles = tiles(source, layout, Cut::FirstAxis).map(|tile| tile.layout.byte_span());
    let (Some(first), Some(second)) = (tiles.next(), tiles.next()) else {
        return false;
    };
    second.start < first.end && first.end > source.data_len() / 2
}

fn tiles(source: &Source<'_>, layout: &Layout, cut: Cut) -> Tiles {
    Tiles::new(layout, cut, TILE_BYTES, source.memory().is_none())
}

fn each_tile(
    reader: &mut Reader<'_>,
    tiles: Tiles,
    mut done: impl FnMut(u64),
    mut take: impl FnMut(&Tile, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut values = Vec::new();
    let mut moved = 0;
    for tile in tiles {
        values.resize(tile.layout.nbytes() as usize, 0);
        reader.gather(&tile.layout, Convert::AsStored, &mut values)?;
        take(&tile, &values)?;
        moved += values.len() as u64;
        done(moved);
    }
    Ok(())
}

#[cfg(feature = "rayon")]
mod parallel {
    use rayon::prelude::*;

    use super::*;

    /// Below this, starting threads costs more than it gains.
    const WORTH_IT: u64 = 4 << 20;

    pub(super) fn is_worth_it(source: &Source<'_>, layout: &Layout) -> bool {
        layout.nbytes() >= WORTH_IT
            && source.is_random_access()
            && (source.memory().is_some() || walks_forward(layout))
            && rayon::current_num_threads() > 1
    }

    /// Whether the C order of the elements goes through the file in one direction,
    /// forward or backward.
    fn walks_forward(layout: &Layout) -> bool {
        let dims = layout.shape().iter().zip(layout.strides());
        let steps = dims.filter(|(dim, stride)| **dim > 1 && **stride != 0);
        steps
            .map(|(_, stride)| stride.unsigned_abs())
            .is_sorted_by(|a, b| a >= b)
    }

    /// As [`super::read`]: the result is cut into runs of tiles, which are filled at once.
    pub(super) fn read(
        source: &Source<'_>,
        layout: &Layout,
        convert: Convert,
        values: &mut [u8],
    ) -> Result<()> {
        let itemsize = convert.dtype(layout.dtype()).itemsize();
        let in_memory = source.memory().is_some();
        let mut rest = values;
        let mut pieces = Vec::new();
        for tile in Tiles::new(layout, Cut::FirstAxis, TILE_BYTES, !in_memory) {
            let len = (tile.layout.size() * itemsize) as usize;
            let (piece, after) = rest.split_at_mut(len);
            pieces.push((tile.layout, piece));
            rest = after;
        }
        pieces.into_par_iter().try_for_each_init(
            || source.reader(),
            |reader, (layout, piece)| reader.gather(&layout, convert, piece),
        )
    }
}
