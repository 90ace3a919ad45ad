//! Statistics and histograms.

use alloc::{format, string::String, vec, vec::Vec};

use js_sys::Uint8Array;
use npymap_core::{
    Layout, Order,
    gather::{Convert, gather},
    literal::Literal,
    plan::PlanOptions,
    stats::{Accumulator, Histogram, HistogramAccumulator, Number, Stats},
    tiles::{Cut, Tile},
};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{Block, Scratch, room},
    code::Array,
    error::{Fault, Result},
    json::{array, integer, integers, object, or_null},
    reading::{MAX_TILE, MEMORY_GAP},
    tiling::{Begun, Reach, Tiling},
};

/// What is counted at once: as in the library for files, so that sums of floats come out the same to
/// the last digit.
const TILE: u64 = 512 << 10;

/// An array whose elements are counted: statistics or a histogram.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Counting {
    layout: Layout,
    reach: Reach,
    tiling: Tiling,
    in_memory: bool,
    tally: Tally,
    scratch: Scratch,
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

#[wasm_bindgen]
impl Counting {
    /// Begins.
    ///
    /// # Errors
    ///
    /// If an argument makes no sense.
    #[wasm_bindgen(constructor)]
    pub fn new(
        code: &str,
        base: f64,
        gap: f64,
        max_range: f64,
        bins: Option<f64>,
        range: Option<Vec<f64>>,
    ) -> Result<Self> {
        let layout = Array::parse(code)?.layout;
        let reach = Reach::new(base, gap, max_range)?;
        let tally = match bins.zip(range) {
            Some((bins, range)) => {
                let &[lo, hi] = range.as_slice() else {
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
            tiling: fetched(&layout, reach),
            layout,
            reach,
            in_memory: false,
            tally,
            scratch: Scratch::default(),
        })
    }

    /// How many elements are done.
    #[wasm_bindgen(getter)]
    pub fn done(&self) -> f64 {
        self.tiling.progress().0 as f64
    }

    /// How many elements there are.
    #[wasm_bindgen(getter)]
    pub fn total(&self) -> f64 {
        self.tiling.progress().1 as f64
    }

    /// Begins the next tile: the ranges of the source that it needs; `None` after the last one.
    ///
    /// # Errors
    ///
    /// ERR_TOO_LARGE if they cannot be counted in JavaScript.
    pub fn next(&mut self) -> Result<Option<Vec<f64>>> {
        self.tiling.next()
    }

    /// Does the tile that was begun first, with the bytes of its ranges.
    ///
    /// # Errors
    ///
    /// ERR_TRUNCATED if these are not as long as the ranges.
    pub fn take(&mut self, pieces: Vec<Uint8Array>) -> Result<()> {
        let begun = self.tiling.take(&pieces, &mut self.scratch.input)?;
        self.count(&begun)
    }

    /// Begins and does the next tile with a source in memory; `false` if there was none.
    ///
    /// # Errors
    ///
    /// ERR_TRUNCATED if the source is too short.
    pub fn step(&mut self, source: &Uint8Array) -> Result<bool> {
        if !self.in_memory {
            self.in_memory = true;
            let options = PlanOptions {
                max_gap: MEMORY_GAP,
                max_range: u64::MAX,
                ..PlanOptions::default()
            };
            let reach = Reach {
                options,
                ..self.reach
            };
            self.tiling = Tiling::new(vec![self.layout.clone()], reach, Cut::LargestStride, TILE);
        }
        let source = Block::new(source);
        match self.tiling.step(&source, &mut self.scratch.input)? {
            Some(begun) => self.count(&begun).map(|()| true),
            None => Ok(false),
        }
    }

    /// The figures so far, as JSON.
    pub fn finish(&self) -> String {
        match &self.tally {
            Tally::Stats { total, .. } => stats_of(&total.finish(), &self.layout),
            Tally::Histogram(histogram) => histogram_of(&histogram.clone().finish()),
        }
        .to_json()
    }

    /// Starts again, with a histogram from the least to the greatest value.
    ///
    /// # Errors
    ///
    /// If there cannot be such bins.
    #[wasm_bindgen(js_name = thenHistogram)]
    pub fn then_histogram(&mut self, bins: f64) -> Result<()> {
        if let Tally::Stats { total, .. } = &self.tally {
            let stats = total.finish();
            let histogram =
                HistogramAccumulator::spanning(self.layout.dtype(), number_of(bins)?, &stats)?;
            self.tally = Tally::Histogram(histogram);
            self.tiling = fetched(&self.layout, self.reach);
            self.in_memory = false;
        }
        Ok(())
    }

    fn count(&mut self, begun: &Begun) -> Result<()> {
        let Scratch { input, output } = &mut self.scratch;
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
                    let values = room(output, layout.nbytes())?;
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

fn fetched(layout: &Layout, reach: Reach) -> Tiling {
    Tiling::new(vec![layout.clone()], reach, Cut::LargestStride, MAX_TILE)
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
