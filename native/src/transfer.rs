//! Moves the values of an array from its source into memory or a file, within bounded memory.

use npymap_core::{
    DType, Layout,
    cast::Cast,
    gather::Convert,
    tiles::{Cut, Tile, Tiles},
};

use crate::{
    error::Result,
    source::{Source, plan_options},
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
    for tile in tiles(source, layout, cut_for(source)) {
        let len = (tile.layout().size() * itemsize) as usize;
        if tile.is_run() {
            let at = (tile.first() * itemsize) as usize;
            reader.gather(tile.layout(), convert, &mut values[at..at + len])?;
        } else {
            temporary.resize(len, 0);
            reader.gather(tile.layout(), convert, &mut temporary)?;
            each_run(&tile, itemsize, &temporary, |at, run| {
                values[at as usize..][..run.len()].copy_from_slice(run);
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// Hands the values of a layout, as stored, to a sink that is written by position, with where each
/// run of them belongs, in bytes, in the C order. `done` is told how many bytes were moved so far.
pub(crate) fn copy(
    source: &Source<'_>,
    layout: &Layout,
    done: impl FnMut(u64),
    mut put: impl FnMut(u64, &[u8]) -> Result<()>,
) -> Result<()> {
    each_tile(source, layout, cut_for(source), done, |tile, values| {
        each_run(tile, layout.itemsize(), values, &mut put)
    })
}

/// As [`copy()`], with elements converted to another dtype.
pub(crate) fn copy_as(
    source: &Source<'_>,
    layout: &Layout,
    dtype: &DType,
    cast: &Cast,
    mut put: impl FnMut(u64, &[u8]) -> Result<()>,
) -> Result<()> {
    if dtype == layout.dtype() {
        return copy(source, layout, |_| (), put);
    }
    let mut converted = Vec::new();
    each_tile(
        source,
        layout,
        cut_for(source),
        |_| (),
        |tile, values| {
            converted.resize((tile.layout().size() * dtype.itemsize()) as usize, 0);
            let done = cast.convert(values, &mut converted);
            done.map_err(|e| source.name(e))?;
            each_run(tile, dtype.itemsize(), &converted, &mut put)
        },
    )
}

/// As [`copy()`], for a sink that takes the values from the first to the last.
pub(crate) fn stream(
    source: &Source<'_>,
    layout: &Layout,
    done: impl FnMut(u64),
    mut put: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    each_tile(source, layout, Cut::FirstAxis, done, |_, values| {
        put(values)
    })
}

/// How to cut where the pieces may come in any order.
pub(crate) fn cut_for(source: &Source<'_>) -> Cut {
    if source.is_random_access() {
        Cut::LongestRuns
    } else {
        // Reading back inflates anew.
        Cut::LargestStride
    }
}

fn each_tile(
    source: &Source<'_>,
    layout: &Layout,
    cut: Cut,
    mut done: impl FnMut(u64),
    mut take: impl FnMut(&Tile, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut reader = source.reader();
    let mut values = Vec::new();
    let mut moved = 0;
    for tile in tiles(source, layout, cut) {
        values.resize(tile.layout().nbytes() as usize, 0);
        reader.gather(tile.layout(), Convert::AsStored, &mut values)?;
        take(&tile, &values)?;
        moved += values.len() as u64;
        done(moved);
    }
    Ok(())
}

/// What can be read and held at once.
fn tiles(source: &Source<'_>, layout: &Layout, cut: Cut) -> Tiles {
    let tiles = layout.tiles(cut, TILE_BYTES);
    match source.memory() {
        Some(_) => tiles,
        None => tiles.planned(plan_options()),
    }
}

/// Calls `put` with each run of a tile's values, and where in bytes it belongs in the C order of
/// the array.
fn each_run(
    tile: &Tile,
    itemsize: u64,
    values: &[u8],
    mut put: impl FnMut(u64, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut rest = values;
    for run in tile.runs() {
        let (now, after) = rest.split_at(((run.end - run.start) * itemsize) as usize);
        put(run.start * itemsize, now)?;
        rest = after;
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
        let mut rest = values;
        let mut pieces = Vec::new();
        for tile in tiles(source, layout, Cut::FirstAxis) {
            let len = (tile.layout().size() * itemsize) as usize;
            let (piece, after) = rest.split_at_mut(len);
            pieces.push((tile, piece));
            rest = after;
        }
        pieces.into_par_iter().try_for_each_init(
            || source.reader(),
            |reader, (tile, piece)| reader.gather(tile.layout(), convert, piece),
        )
    }
}
