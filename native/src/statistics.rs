//! Statistics and histograms of arrays, in one pass, in bounded memory.

use npymap_core::{
    Layout, Order,
    gather::Convert,
    stats::{Accumulator, Histogram, HistogramAccumulator, Stats},
    tiles::{Cut, Tile},
};

use crate::{
    array::Array,
    error::Result,
    source::{Reader, Source, plan_options},
};

/// The figures of an array, with places as indices into it.
pub type Statistics = Stats<Vec<u64>>;

/// How many tiles are handed out at once.
const BATCH: usize = 256;

impl Array<'_> {
    /// All figures of [`Stats`], in one pass.
    ///
    /// The result does not depend on the number of threads.
    ///
    /// # Errors
    ///
    /// If the elements are no numbers, or the file cannot be read.
    pub fn stats(&self) -> Result<Statistics> {
        self.stats_with_progress(|_| ())
    }

    /// As [`Array::stats`], telling now and then how many bytes of values were seen so far.
    ///
    /// # Errors
    ///
    /// As [`Array::stats`].
    pub fn stats_with_progress(&self, progress: impl FnMut(u64)) -> Result<Statistics> {
        let name = |e| self.source().name(e);
        let empty = Accumulator::new(self.dtype()).map_err(name)?;
        let mut total = empty.clone();
        self.fold(
            BATCH,
            &empty,
            Accumulator::update,
            progress,
            |tile, part| {
                // Places in the tile become places in the array.
                let (first, is_run) = (tile.first(), tile.is_run());
                total.merge_placed(&part, |place| {
                    if is_run {
                        first + place
                    } else {
                        tile.place(place)
                    }
                })
            },
        )?;
        let index = |place| self.layout().unravel(place).map(|index| index.to_vec());
        // Every place is one of the array.
        Ok(total
            .finish()
            .map_places(|place| index(place).unwrap_or_default()))
    }

    /// Counts the values in bins of equal width, as `np.histogram` does.
    ///
    /// # Errors
    ///
    /// If the elements are no real numbers, `bins` is 0 or more than a million, the range is not
    /// finite, or the file cannot be read.
    pub fn histogram(&self, bins: u32, range: (f64, f64)) -> Result<Histogram> {
        let name = |e| self.source().name(e);
        let empty = HistogramAccumulator::new(self.dtype(), bins, range).map_err(name)?;
        let mut total = empty.clone();
        // Some 32 MiB of counts at most.
        let batch = ((4 << 20) / bins as usize).clamp(4, BATCH);
        self.fold(
            batch,
            &empty,
            HistogramAccumulator::update,
            |_| (),
            |_, part| total.merge(&part),
        )?;
        Ok(total.finish())
    }

    /// Feeds the values of each tile to an accumulator of its own, and hands these on in order.
    /// `batch` is how many tiles are handed out at once: it bounds the memory that their figures
    /// take.
    fn fold<A: Clone + Send + Sync>(
        &self,
        batch: usize,
        empty: &A,
        update: impl Fn(&mut A, &[u8]) -> npymap_core::Result<()> + Sync,
        mut progress: impl FnMut(u64),
        mut merge: impl FnMut(&Tile, A) -> npymap_core::Result<()>,
    ) -> Result<()> {
        /// Fits the caches, and is long enough for a system call.
        const TILE_BYTES: u64 = 512 << 10;

        let (source, layout) = (self.source(), self.layout());
        source.check()?;
        let name = |e| source.name(e);
        let one = |feeder: &mut Feeder<'_>, tile: &Tile| -> Result<A> {
            let mut part = empty.clone();
            update(&mut part, feeder.values(tile.layout())?).map_err(name)?;
            Ok(part)
        };
        let mut seen = 0;
        // The same tiles for a map as for a file: the last digits of sums depend on the cuts.
        let mut tiles = layout
            .tiles(Cut::LargestStride, TILE_BYTES)
            .planned(plan_options());
        let mut alone = Feeder::new(source);
        loop {
            let batch: Vec<_> = tiles.by_ref().take(batch).collect();
            if batch.is_empty() {
                return Ok(());
            }
            let mut done = |tile: &Tile, part: A| -> Result<()> {
                merge(tile, part).map_err(name)?;
                seen += tile.layout().nbytes();
                progress(seen);
                Ok(())
            };
            #[cfg(feature = "rayon")]
            if batch.len() > 1 && source.is_random_access() {
                use rayon::prelude::*;
                let parts = batch
                    .par_iter()
                    .map_init(|| Feeder::new(source), |feeder, tile| one(feeder, tile))
                    .collect::<Result<Vec<A>>>()?;
                for (tile, part) in batch.iter().zip(parts) {
                    done(tile, part)?;
                }
                continue;
            }
            for tile in &batch {
                let part = one(&mut alone, tile)?;
                done(tile, part)?;
            }
        }
    }
}

/// Gives the values of tiles as contiguous bytes.
struct Feeder<'a> {
    memory: Option<&'a [u8]>,
    reader: Reader<'a>,
    buffer: Vec<u8>,
}

impl<'a> Feeder<'a> {
    fn new(source: &Source<'a>) -> Self {
        Self {
            memory: source.memory(),
            reader: source.reader(),
            buffer: Vec::new(),
        }
    }

    fn values(&mut self, layout: &Layout) -> Result<&[u8]> {
        if let Some(bytes) = self.memory
            && layout.is_contiguous(Order::C)
        {
            let span = layout.byte_span();
            return Ok(&bytes[span.start as usize..span.end as usize]);
        }
        self.buffer.resize(layout.nbytes() as usize, 0);
        self.reader
            .gather(layout, Convert::AsStored, &mut self.buffer)?;
        Ok(&self.buffer)
    }
}
