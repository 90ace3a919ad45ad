//! Statistics and histograms.

use alloc::{format, string::String, vec, vec::Vec};

use npymap_core::{
    Layout, Order,
    gather::{Convert, gather},
    literal::Literal,
    stats::{Accumulator, Histogram, HistogramAccumulator, Number, Stats},
    tiles::{Cut, Tile},
};

use crate::{
    bytes::room,
    error::{Fault, Result},
    json::{array, integer, integers, object, or_null},
    reading::MAX_TILE,
    tiling::{Begun, Reach, Tiling},
};

/// What is counted at once: as in the library for files, so that sums of floats come out the same to
/// the last digit.
const TILE: u64 = 512 << 10;

/// An array whose elements are counted: statistics or a histogram.
#[derive(Debug)]
pub(crate) struct Counting {
    layout: Layout,
    tally: Tally,
    values: Vec<u8>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
enum Tally {
    Stats {
        empty: Accumulator,
        total: Accumulator,
    },
    Histogram(HistogramAccumulator),
}

impl Counting {
    /// Statistics, or a histogram: the number of its bins, and the two ends of its range.
    pub(crate) fn new(layout: Layout, histogram: Option<Vec<f64>>) -> Result<Self> {
        let tally = match histogram {
            Some(numbers) => {
                let &[bins, lo, hi] = numbers.as_slice() else {
                    let message = "the range of a histogram is two numbers";
                    return Err(Fault::new("ERR_SELECTION", message));
                };
                let bins = number_of(bins)?;
                Tally::Histogram(HistogramAccumulator::new(layout.dtype(), bins, (lo, hi))?)
            }
            None => {
                let empty = Accumulator::new(layout.dtype())?;
                Tally::Stats {
                    total: empty.clone(),
                    empty,
                }
            }
        };
        Ok(Self {
            layout,
            tally,
            values: Vec::new(),
        })
    }

    pub(crate) fn fetched(&self, reach: Reach) -> Tiling {
        self.tiling(reach, MAX_TILE)
    }

    pub(crate) fn in_memory(&self, reach: Reach) -> Tiling {
        self.tiling(reach, TILE)
    }

    fn tiling(&self, reach: Reach, bytes: u64) -> Tiling {
        Tiling::new(vec![self.layout.clone()], reach, Cut::LargestStride, bytes)
    }

    /// The figures so far, as JSON.
    pub(crate) fn result(&self) -> String {
        match &self.tally {
            Tally::Stats { total, .. } => stats_of(&total.finish(), &self.layout),
            Tally::Histogram(histogram) => histogram_of(&histogram.clone().finish()),
        }
        .to_json()
    }

    /// Starts again, with a histogram from the least to the greatest value.
    pub(crate) fn then_histogram(&mut self, bins: f64) -> Result<()> {
        let Tally::Stats { total, .. } = &self.tally else {
            return Err(no_statistics());
        };
        let (dtype, stats) = (self.layout.dtype(), total.finish());
        let histogram = HistogramAccumulator::spanning(dtype, number_of(bins)?, &stats)?;
        self.tally = Tally::Histogram(histogram);
        Ok(())
    }

    /// Counts the elements of a tile.
    pub(crate) fn tile(&mut self, begun: &Begun, input: &[u8]) -> Result<()> {
        let source = begun.source(input)?;
        let outer = &begun.tile;
        for inner in outer.layout().tiles(Cut::LargestStride, TILE) {
            let layout = inner.layout();
            let span = layout.byte_span();
            let whole = match begun.ranges.as_slice() {
                [range] if layout.is_contiguous(Order::C) => {
                    let start = (span.start - range.start) as usize;
                    let end = (span.end - range.start) as usize;
                    input.get(start..end)
                }
                _ => None,
            };
            let values = match whole {
                Some(values) => values,
                None => {
                    let values = room(&mut self.values, layout.nbytes())?;
                    gather(layout, &source, Order::C, Convert::AsStored, values)?;
                    values
                }
            };
            self.tally.add(outer, &inner, values)?;
        }
        Ok(())
    }
}

impl Tally {
    /// Adds the values of a tile of a tile.
    fn add(&mut self, outer: &Tile, inner: &Tile, values: &[u8]) -> Result<()> {
        match self {
            Self::Stats { empty, total } => {
                let mut part = empty.clone();
                part.update(values)?;
                total.merge_placed(&part, |place| outer.place(inner.place(place)))?;
            }
            Self::Histogram(histogram) => histogram.update(values)?,
        }
        Ok(())
    }
}

/// For who asks for the range of what was not counted.
#[cold]
pub(crate) fn no_statistics() -> Fault {
    Fault::new(
        "ERR_SELECTION",
        "there are no statistics to span a histogram by",
    )
}

/// A number of bins. Core says how many there may be.
fn number_of(bins: f64) -> Result<u32> {
    let whole = bins as u32;
    if f64::from(whole) == bins || bins > f64::from(u32::MAX) {
        return Ok(whole);
    }
    let message = format!(
        "the number of bins must be a positive integer, found {}",
        Literal::Float(bins)
    );
    Err(Fault::new("ERR_SELECTION", message))
}

fn stats_of(stats: &Stats, layout: &Layout) -> Literal<'static> {
    let index = |place| {
        or_null(place, |place| {
            integers(layout.unravel(place).as_deref().unwrap_or_default())
        })
    };
    object([
        ("count", integer(stats.count)),
        ("nan", integer(stats.nan)),
        ("posinf", integer(stats.posinf)),
        ("neginf", integer(stats.neginf)),
        ("zeros", integer(stats.zeros)),
        ("min", or_null(stats.min, number)),
        ("max", or_null(stats.max, number)),
        ("argmin", index(stats.argmin)),
        ("argmax", index(stats.argmax)),
        ("sum", or_null(stats.sum, number)),
        ("mean", or_null(stats.mean, number)),
        ("std", or_null(stats.std, Literal::Float)),
    ])
}

fn number(number: Number) -> Literal<'static> {
    match number {
        Number::Int(n) => integer(n),
        Number::Float(x) => Literal::Float(x),
        Number::Complex { re, im } => array([re, im].map(Literal::Float)),
    }
}

fn histogram_of(histogram: &Histogram) -> Literal<'static> {
    object([
        (
            "edges",
            array(histogram.edges.iter().copied().map(Literal::Float)),
        ),
        ("counts", integers(&histogram.counts)),
        ("nan", integer(histogram.nan)),
        ("below", integer(histogram.below)),
        ("above", integer(histogram.above)),
    ])
}
