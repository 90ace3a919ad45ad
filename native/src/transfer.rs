//! Moves the values of an array from its source into memory or a file, within bounded memory.

use std::path::Path;

use npymap_core::{
    DType, ErrorKind, Layout, Order,
    cast::{Cast, Casting, Overflow},
    gather::Convert,
    tiles::{Cut, Tile, Tiles},
};

#[cfg(feature = "rayon")]
use crate::ahead;
use crate::{
    array::Array,
    checksum::Checksum,
    disk::PIECE,
    error::{self, Error, Result},
    source::{Reader, Source, plan_options},
};

/// How much is read and held at once, four times as much where axes change their order: it bounds the
/// memory that a transfer takes beside its result.
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
    for tile in tiles(source, layout, cut_for(source), itemsize, TILE_BYTES) {
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

/// The values of an array on their way to where they follow one another in an order, as values of
/// a dtype.
#[derive(Debug)]
pub(crate) struct Transfer<'a> {
    source: Source<'a>,
    /// The values in C order are those in the order wanted.
    layout: Layout,
    order: Order,
    cast: Option<Cast>,
    /// The size of an element on arrival.
    itemsize: u64,
}

impl<'a> Transfer<'a> {
    /// Fails if the values cannot be read, or the rule forbids the conversion.
    pub(crate) fn new(
        array: &Array<'a>,
        order: Order,
        dtype: &DType,
        casting: Casting,
        overflow: Overflow,
    ) -> Result<Self> {
        let source = *array.source();
        if array.dtype().has_object() {
            return Err(source.name(ErrorKind::ObjectDType));
        }
        source.check()?;
        let cast = (dtype != array.dtype())
            .then(|| Cast::new(array.dtype(), dtype, casting, overflow))
            .transpose()
            .map_err(|e| source.name(e))?;
        Ok(Self {
            source,
            layout: match order {
                Order::C => array.layout().clone(),
                // The F order of an array is the C order of its transpose.
                Order::F => array.layout().transpose(),
            },
            order,
            cast,
            itemsize: dtype.itemsize(),
        })
    }

    /// The size of all values on arrival.
    pub(crate) fn nbytes(&self) -> u64 {
        self.layout.size() * self.itemsize
    }

    /// How many bytes are sure to arrive: none of what is deflated, which merely declares its size.
    pub(crate) fn sure_nbytes(&self) -> u64 {
        match self.source.is_random_access() {
            true => self.nbytes(),
            false => 0,
        }
    }

    /// Hands the values to a sink that is written by position, with where each run of them belongs,
    /// in bytes. `done` is told how many bytes were read so far.
    ///
    /// An inflated copy of the source, if there must be one, is put in the directory, or else in the
    /// system's temporary one. Of a stored member of an archive, taken whole, the checksum is found
    /// to be right, at the latest when all values were handed on.
    pub(crate) fn copy(
        &self,
        directory: Option<&Path>,
        done: impl FnMut(u64),
        mut put: impl FnMut(u64, &[u8]) -> Result<()>,
    ) -> Result<()> {
        /// Larger tiles have longer runs on both sides. (32768, 32768) of float32 to Fortran order,
        /// from a cold cache: 14 to 16 s with these, 15 to 21 s with those of a quarter, 17 s with
        /// those of twice the size, by `time npymap convert x.npy y.npy --order F`.
        const ACROSS: u64 = 4 * TILE_BYTES;

        match self.checksum() {
            // It is counted on the way.
            Some(checksum) if self.is_run() => return self.copy_run(Some(checksum), done, put),
            Some((checksum, _)) => checksum.finish()?,
            None => {}
        }
        let bytes = match walks_forward(&self.layout) {
            true => TILE_BYTES,
            false => ACROSS,
        };
        let (source, layout, itemsize) = (&self.source, &self.layout, self.itemsize);
        let (reader, tiles) = in_any_order(source, layout, itemsize, bytes, directory)?;
        self.each_tile(reader, tiles, done, |tile, values| {
            each_run(tile, itemsize, values, &mut put)
        })
    }

    /// As [`Transfer::copy`], for a sink that takes the values from the first to the last.
    pub(crate) fn stream(
        &self,
        done: impl FnMut(u64),
        mut put: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let checksum = self.checksum();
        if self.is_run() {
            return self.copy_run(checksum, done, |_, values| put(values));
        }
        if let Some((checksum, _)) = checksum {
            checksum.finish()?;
        }
        let (source, layout) = (&self.source, &self.layout);
        let mut reader = source.reader();
        if !source.is_random_access() && goes_far_back(source, layout, self.itemsize) {
            reader.prepare_for_any_order()?;
        }
        let tiles = tiles(source, layout, Cut::FirstAxis, self.itemsize, TILE_BYTES);
        self.each_tile(reader, tiles, done, |_, values| put(values))
    }

    /// As [`Transfer::stream`], for a sink that looks at the values before it takes them: where there
    /// are threads, it may look at what comes next meanwhile.
    pub(crate) fn stream_ahead(
        &self,
        mut done: impl FnMut(u64),
        mut look: impl FnMut(&[u8]) + Send,
        mut put: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        #[cfg(feature = "rayon")]
        if self.is_run() && ahead::is_worth_it(self.nbytes()) {
            let start = self.layout.offset();
            let mut checksum = self.checksum();
            if let Some((checksum, data_offset)) = &mut checksum {
                checksum.read_to(*data_offset)?;
            }
            let mut look = |piece: &[u8]| {
                if let Some((checksum, _)) = &mut checksum {
                    checksum.pass(piece);
                }
                look(piece);
            };
            let mut moved = 0;
            let put = |piece: &[u8]| {
                put(piece)?;
                moved += piece.len() as u64;
                done(moved);
                Ok(())
            };
            let range = start..start + self.nbytes();
            if ahead::read_ahead(&self.source, range, &mut look, put)? {
                return checksum.map_or(Ok(()), |(checksum, _)| checksum.finish());
            }
        }
        self.stream(&mut done, |values| {
            values.chunks(PIECE).try_for_each(|piece| {
                look(piece);
                put(piece)
            })
        })
    }

    /// Whether all values are handed on as they stand, one after the other.
    fn is_run(&self) -> bool {
        self.cast.is_none() && self.layout.is_contiguous(Order::C)
    }

    /// Hands on bytes that follow one another as they are, in pieces that stay in the cache while
    /// the sink looks at them.
    fn copy_run(
        &self,
        mut checksum: Option<(Checksum<'_>, u64)>,
        mut done: impl FnMut(u64),
        mut put: impl FnMut(u64, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let (start, len) = (self.layout.offset(), self.layout.nbytes());
        if let Some((checksum, data_offset)) = &mut checksum {
            checksum.read_to(*data_offset)?;
        }
        let mut reader = self.source.reader();
        let mut buffer = Vec::new();
        let mut at = 0;
        while at < len {
            let n = (len - at).min(PIECE as u64) as usize;
            let piece = match self.source.memory() {
                // The layout lies in the data.
                Some(bytes) => &bytes[(start + at) as usize..][..n],
                None => {
                    buffer.resize(n, 0);
                    reader.read_at(start + at, &mut buffer)?;
                    &buffer[..]
                }
            };
            if let Some((checksum, _)) = &mut checksum {
                checksum.pass(piece);
            }
            put(at, piece)?;
            at += n as u64;
            done(at);
        }
        checksum.map_or(Ok(()), |(checksum, _)| checksum.finish())
    }

    /// The checksum of a stored member that is taken whole, and where in it the data begins.
    fn checksum(&self) -> Option<(Checksum<'a>, u64)> {
        match self.source {
            Source::File {
                container,
                start,
                len,
                ..
            } if self.layout.nbytes() == len => Some((Checksum::of(container)?, start)),
            _ => None,
        }
    }

    fn each_tile(
        &self,
        reader: Reader<'_>,
        tiles: Tiles,
        mut done: impl FnMut(u64),
        mut take: impl FnMut(&Tile, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let cast = self.cast.as_ref().map(|cast| (cast, self.itemsize));
        let misfit = |e, tile: &Tile| self.misfit(e, tile);
        let mut moved = 0;
        each_tile(reader, tiles, cast, misfit, |tile, values| {
            take(tile, values)?;
            moved += tile.layout().nbytes();
            done(moved);
            Ok(())
        })
    }

    #[cold]
    fn misfit(&self, error: npymap_core::Error, tile: &Tile) -> Error {
        let mut axes: Vec<i64> = (0..self.layout.ndim() as i64).collect();
        if self.order == Order::F {
            axes.reverse();
        }
        self.source.name(misfit(error, tile, &axes))
    }
}

/// Reads one tile after the other, converts its values, if there is a conversion (to elements of so
/// many bytes), and hands them on. A tile is all that is held: the tiles must be
/// [cut](Tiles::converted) by what becomes of them. `misfit` makes the error about a value that
/// cannot be converted.
pub(crate) fn each_tile(
    mut reader: Reader<'_>,
    tiles: Tiles,
    cast: Option<(&Cast, u64)>,
    misfit: impl Fn(npymap_core::Error, &Tile) -> Error,
    mut take: impl FnMut(&Tile, &[u8]) -> Result<()>,
) -> Result<()> {
    let (mut values, mut converted) = (Vec::new(), Vec::new());
    for tile in tiles {
        let layout = tile.layout();
        values.resize(layout.nbytes() as usize, 0);
        reader.gather(layout, Convert::AsStored, &mut values)?;
        match cast {
            None => take(&tile, &values)?,
            Some((cast, itemsize)) => {
                converted.resize((layout.size() * itemsize) as usize, 0);
                let fits = cast.convert(&values, &mut converted);
                fits.map_err(|e| misfit(e, &tile))?;
                take(&tile, &converted)?;
            }
        }
    }
    Ok(())
}

/// An error about a value of a tile, which has these axes of the array, with the index that the
/// value has in the array.
#[cold]
pub(crate) fn misfit(error: npymap_core::Error, tile: &Tile, axes: &[i64]) -> Error {
    let ErrorKind::Cast(cast) = error.kind() else {
        return error.into();
    };
    let in_tile = cast.index().and_then(|index| tile.layout().unravel(index));
    let Some(in_tile) = in_tile else {
        return error.into();
    };
    let mut index = vec![0; axes.len()];
    for (&axis, (start, within)) in axes.iter().zip(tile.start().iter().zip(&*in_tile)) {
        index[axis as usize] = start + within;
    }
    let error = cast.clone();
    Error::new(error::ErrorKind::Value { index, error })
}

/// A reader of pieces that may come in any order, and the pieces, of so many bytes once elements
/// have the size that they get. An inflated copy, if there must be one, is put in the directory, or
/// else in the system's temporary one.
pub(crate) fn in_any_order<'a>(
    source: &Source<'a>,
    layout: &Layout,
    itemsize: u64,
    bytes: u64,
    directory: Option<&'a Path>,
) -> Result<(Reader<'a>, Tiles)> {
    let mut reader = source.reader();
    if let Some(directory) = directory {
        reader.put_copy_in(directory);
    }
    let mut cut = cut_for(source);
    if cut == Cut::LargestStride && writes_crumbs(layout) {
        reader.prepare_for_any_order()?;
        cut = Cut::LeastEffort;
    }
    Ok((reader, tiles(source, layout, cut, itemsize, bytes)))
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

    let tiles = layout.tiles(Cut::LargestStride, TILE_BYTES);
    let first = tiles.planned(plan_options()).next();
    first.is_some_and(|tile| !tile.is_run() && tile.run_len() * layout.itemsize() < SHORTEST)
}

/// Whether the pieces that follow one another in the C order make a source go back, right after the
/// first one, over more than half of itself.
fn goes_far_back(source: &Source<'_>, layout: &Layout, itemsize: u64) -> bool {
    let tiles = tiles(source, layout, Cut::FirstAxis, itemsize, TILE_BYTES);
    let mut tiles = tiles.map(|tile| tile.layout().byte_span());
    let (Some(first), Some(second)) = (tiles.next(), tiles.next()) else {
        return false;
    };
    second.start < first.end && first.end > source.data_len() / 2
}

/// What can be read and held at once, even when elements have the size that they get.
fn tiles(source: &Source<'_>, layout: &Layout, cut: Cut, itemsize: u64, bytes: u64) -> Tiles {
    let tiles = layout.tiles(cut, bytes).converted(itemsize);
    match source.memory() {
        Some(_) => tiles,
        None => tiles.planned(plan_options()),
    }
}

/// Whether the C order of the elements goes through the file in one direction,
/// forward or backward.
pub(crate) fn walks_forward(layout: &Layout) -> bool {
    let dims = layout.shape().iter().zip(layout.strides());
    let steps = dims.filter(|(dim, stride)| **dim > 1 && **stride != 0);
    steps
        .map(|(_, stride)| stride.unsigned_abs())
        .is_sorted_by(|a, b| a >= b)
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
        for tile in tiles(source, layout, Cut::FirstAxis, itemsize, TILE_BYTES) {
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
