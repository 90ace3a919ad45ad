//! Work on an array, tile by tile.

use alloc::vec::Vec;

use js_sys::{Array as JsArray, Float64Array, JsString, Uint8Array};
use npymap_core::plan::PlanOptions;
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{Block, string},
    code::Array,
    counting::{Counting, no_statistics},
    error::Result,
    printing::Printing,
    reading::Reading,
    result::Wishes,
    tiling::{Begun, Reach, Tiling},
};

/// Copying so many bytes that nobody wants takes as long as another call of JavaScript.
const MEMORY_GAP: u64 = 2 << 10;

/// Work on the elements of an array: tiles are begun, and done in the same order.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Task {
    job: Job,
    reach: Reach,
    tiling: Tiling,
    /// Whether the tiles are those of a source in memory.
    in_memory: bool,
    /// A buffer that every tile uses again.
    input: Vec<u8>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
enum Job {
    Reading(Reading),
    Counting(Counting),
    Printing(Printing),
}

#[wasm_bindgen]
impl Task {
    /// Gathers an array into a result in C order: integers of 64 bits as `numbers`, floats of 16
    /// bits as these `bits`, or all elements as the `bytes` that are stored.
    ///
    /// # Errors
    ///
    /// If an argument makes no sense.
    pub fn reading(
        code: &JsString,
        base: f64,
        gap: f64,
        max_range: f64,
        numbers: bool,
        bits: bool,
        bytes: bool,
    ) -> Result<Self> {
        let wishes = Wishes {
            numbers,
            bits,
            bytes,
        };
        let layout = Array::parse(&string(code))?.layout;
        let reach = Reach::new(base, gap, max_range)?;
        let reading = Reading::new(layout, wishes)?;
        Ok(Self::new(Job::Reading(reading), reach))
    }

    /// Counts the elements of an array: statistics, or a histogram, given how many bins it has and
    /// where they begin and end.
    ///
    /// # Errors
    ///
    /// If an argument makes no sense.
    pub fn counting(
        code: &JsString,
        base: f64,
        gap: f64,
        max_range: f64,
        histogram: Option<Float64Array>,
    ) -> Result<Self> {
        let layout = Array::parse(&string(code))?.layout;
        let reach = Reach::new(base, gap, max_range)?;
        let counting = Counting::new(layout, histogram.map(|numbers| numbers.to_vec()))?;
        Ok(Self::new(Job::Counting(counting), reach))
    }

    /// Prints an array as Python does.
    ///
    /// # Errors
    ///
    /// If an argument makes no sense.
    pub fn printing(code: &JsString, base: f64, gap: f64, max_range: f64) -> Result<Self> {
        let code = string(code);
        let printing = Printing::new(&Array::parse(&code)?)?;
        let reach = Reach::new(base, gap, max_range)?;
        Ok(Self::new(Job::Printing(printing), reach))
    }

    /// How many elements are done.
    #[wasm_bindgen(getter)]
    pub fn done(&self) -> f64 {
        self.tiling.done() as f64
    }

    /// The result: of reading, what `out` holds in the end, as JSON; of counting, the figures so
    /// far, as JSON; of printing, the text.
    ///
    /// # Errors
    ///
    /// ERR_TRUNCATED if tiles are missing that have to be there.
    pub fn result(&self) -> Result<JsString> {
        Ok(match &self.job {
            Job::Reading(reading) => reading.result(self.reach.base),
            Job::Counting(counting) => counting.result(),
            Job::Printing(printing) => printing.result()?,
        }
        .into())
    }

    /// Begins the next tile: the ranges of the source that it needs; `None` after the last one.
    ///
    /// # Errors
    ///
    /// ERR_TOO_LARGE if they cannot be counted in JavaScript.
    pub fn next(&mut self) -> Result<Option<Float64Array>> {
        let ranges = self.tiling.next()?;
        Ok(ranges.map(|ranges| Float64Array::from(ranges.as_slice())))
    }

    /// Does the tile that was begun first, with the bytes of its ranges.
    ///
    /// # Errors
    ///
    /// ERR_TRUNCATED if these are not as long as the ranges.
    pub fn take(&mut self, pieces: &JsArray) -> Result<()> {
        let begun = self.tiling.take(pieces, &mut self.input)?;
        self.job.tile(&begun, &self.input)
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
            self.tiling = self.job.in_memory(reach);
        }
        match self.tiling.step(&Block::new(source), &mut self.input)? {
            Some(begun) => self.job.tile(&begun, &self.input).map(|()| true),
            None => Ok(false),
        }
    }

    /// Where reading writes its result, which it must know before the first tile is done.
    #[wasm_bindgen(setter)]
    pub fn set_out(&mut self, out: Uint8Array) {
        if let Job::Reading(reading) = &mut self.job {
            reading.out = Some(out);
        }
    }

    /// After statistics: starts again, with a histogram from the least to the greatest value.
    ///
    /// # Errors
    ///
    /// If there cannot be such bins, or there are no statistics.
    #[wasm_bindgen(js_name = thenHistogram)]
    pub fn then_histogram(&mut self, bins: f64) -> Result<()> {
        let Job::Counting(counting) = &mut self.job else {
            return Err(no_statistics());
        };
        counting.then_histogram(bins)?;
        self.tiling = self.job.fetched(self.reach);
        self.in_memory = false;
        Ok(())
    }

    fn new(job: Job, reach: Reach) -> Self {
        Self {
            tiling: job.fetched(reach),
            job,
            reach,
            in_memory: false,
            input: Vec::new(),
        }
    }
}

impl Job {
    /// The tiles of a source that is fetched.
    fn fetched(&self, reach: Reach) -> Tiling {
        match self {
            Self::Reading(reading) => reading.fetched(reach),
            Self::Counting(counting) => counting.fetched(reach),
            Self::Printing(printing) => printing.tiling(reach),
        }
    }

    /// The tiles of a source in memory.
    fn in_memory(&self, reach: Reach) -> Tiling {
        match self {
            Self::Reading(reading) => reading.in_memory(reach),
            Self::Counting(counting) => counting.in_memory(reach),
            Self::Printing(printing) => printing.tiling(reach),
        }
    }

    fn tile(&mut self, begun: &Begun, input: &[u8]) -> Result<()> {
        match self {
            Self::Reading(reading) => reading.tile(begun, input),
            Self::Counting(counting) => counting.tile(begun, input),
            Self::Printing(printing) => printing.tile(begun, input),
        }
    }
}
