//! Text, as Python prints it.

use alloc::{string::String, vec::Vec};

use js_sys::Uint8Array;
use npymap_core::{
    DType, Order,
    gather::{Convert, gather},
    text::{self, Summary},
    tiles::Cut,
};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{Block, room},
    code::Array,
    error::Result,
    reading::MAX_TILE,
    tiling::{Begun, Reach, Tiling},
};

/// An array that is printed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Printing {
    page: Page,
    tiling: Tiling,
    /// The elements that are shown, in the order of the blocks.
    shown: Vec<u8>,
    input: Vec<u8>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
enum Page {
    Scalar(DType),
    Array(Summary),
}

#[wasm_bindgen]
impl Printing {
    /// Begins.
    ///
    /// # Errors
    ///
    /// If an argument makes no sense.
    #[wasm_bindgen(constructor)]
    pub fn new(code: &str, base: f64, gap: f64, max_range: f64) -> Result<Self> {
        let array = Array::parse(code)?;
        let reach = Reach::new(base, gap, max_range)?;
        // Refuses objects, too.
        let summary = Summary::new(&array.layout)?;
        let blocks = summary.blocks().to_vec();
        let page = if array.is_scalar {
            Page::Scalar(array.layout.dtype().clone())
        } else {
            Page::Array(summary)
        };
        Ok(Self {
            page,
            // In this cut, the tiles of a block follow one another.
            tiling: Tiling::new(blocks, reach, Cut::FirstAxis, MAX_TILE),
            shown: Vec::new(),
            input: Vec::new(),
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
        let begun = self.tiling.take(&pieces, &mut self.input)?;
        self.show(&begun)
    }

    /// Begins and does the next tile with a source in memory; `false` if there was none.
    ///
    /// # Errors
    ///
    /// ERR_TRUNCATED if the source is too short.
    pub fn step(&mut self, source: &Uint8Array) -> Result<bool> {
        let source = Block::new(source);
        match self.tiling.step(&source, &mut self.input)? {
            Some(begun) => self.show(&begun).map(|()| true),
            None => Ok(false),
        }
    }

    /// The text.
    ///
    /// # Errors
    ///
    /// ERR_TRUNCATED if tiles are missing.
    pub fn finish(&self) -> Result<String> {
        Ok(match &self.page {
            Page::Scalar(dtype) => text::element(dtype, &self.shown)?,
            Page::Array(summary) => summary.render(&self.shown)?,
        })
    }

    fn show(&mut self, begun: &Begun) -> Result<()> {
        let layout = begun.tile.layout();
        let seen = self.shown.len();
        let all = seen as u64 + layout.nbytes();
        let values = room(&mut self.shown, all)?
            .get_mut(seen..)
            .unwrap_or_default();
        let source = begun.source(&self.input)?;
        Ok(gather(
            layout,
            &source,
            Order::C,
            Convert::AsStored,
            values,
        )?)
    }
}
