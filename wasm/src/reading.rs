//! Gathering an array into a result of JavaScript.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::ops::Range;

use js_sys::Uint8Array;
use npymap_core::{
    Layout, Order,
    gather::gather,
    literal::Literal,
    plan::PlanOptions,
    tiles::{Cut, Tile},
};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{Block, MAX_SAFE, Scratch, room},
    code::Array,
    error::{Fault, Result},
    layout::check_safe,
    result::{Form, Sign, Wishes},
    tiling::{Begun, Reach, Tiling},
};

/// The most bytes that a tile has.
pub(crate) const MAX_TILE: u64 = 4 << 20;

/// Tiles that are read in the order of a source in memory fit the caches of a processor.
const MEMORY_TILE: u64 = 2 << 20;

/// Shorter runs than this take longer to be copied out than the tile to be gathered.
const SHORT_RUN: u64 = 2 << 10;

/// Copying so many bytes that nobody wants takes as long as another call of JavaScript.
pub(crate) const MEMORY_GAP: u64 = 2 << 10;

/// An array that is gathered into a result in C order, tile by tile.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Reading {
    layout: Layout,
    form: Form,
    reach: Reach,
    tiling: Tiling,
    /// Whether the tiles are those of a source in memory.
    in_memory: bool,
    scratch: Scratch,
}

#[wasm_bindgen]
impl Reading {
    /// Begins.
    ///
    /// # Errors
    ///
    /// If an argument makes no sense.
    #[wasm_bindgen(constructor)]
    pub fn new(code: &str, base: f64, gap: f64, max_range: f64, options: &str) -> Result<Self> {
        let layout = Array::parse(code)?.layout;
        let form = Form::new(layout.dtype(), Wishes::parse(options)?)?;
        check_safe(layout.size().saturating_mul(form.element_bytes()))?;
        let reach = Reach::new(base, gap, max_range)?;
        Ok(Self {
            tiling: Tiling::new(vec![layout.clone()], reach, Cut::LeastEffort, MAX_TILE),
            layout,
            form,
            reach,
            in_memory: false,
            scratch: Scratch::default(),
        })
    }

    /// The class of the result.
    #[wasm_bindgen(getter)]
    pub fn array(&self) -> String {
        self.form.array.into()
    }

    /// The number of its items.
    #[wasm_bindgen(getter)]
    pub fn length(&self) -> f64 {
        (self.layout.size() * self.form.items) as f64
    }

    /// The number of its bytes.
    #[wasm_bindgen(getter)]
    pub fn nbytes(&self) -> f64 {
        (self.layout.size() * self.form.element_bytes()) as f64
    }

    /// The bytes of an item.
    #[wasm_bindgen(getter, js_name = itemBytes)]
    pub fn item_bytes(&self) -> f64 {
        self.form.item_bytes as f64
    }

    /// The number of elements along each dimension.
    #[wasm_bindgen(getter)]
    pub fn shape(&self) -> Vec<f64> {
        self.layout.shape().iter().map(|&dim| dim as f64).collect()
    }

    /// The distance between neighbours along each dimension, in items.
    #[wasm_bindgen(getter)]
    pub fn stride(&self) -> Vec<f64> {
        let mut step = self.form.items;
        let mut stride: Vec<_> = self
            .layout
            .shape()
            .iter()
            .rev()
            .map(|&dim| {
                let stride = step as f64;
                step = step.saturating_mul(dim);
                stride
            })
            .collect();
        stride.reverse();
        stride
    }

    /// The range of the source that is the result, byte for byte.
    #[wasm_bindgen(getter)]
    pub fn whole(&self) -> Option<Vec<f64>> {
        self.form.is_whole(&self.layout).then(|| {
            let span = self.layout.byte_span();
            let at = |position: u64| position.saturating_add(self.reach.base) as f64;
            vec![at(span.start), at(span.end)]
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
    pub fn take(&mut self, pieces: Vec<Uint8Array>, out: &Uint8Array) -> Result<()> {
        let begun = self.tiling.take(&pieces, &mut self.scratch.input)?;
        self.write(&begun, &Block::new(out))
    }

    /// Begins and does the next tile with a source in memory; `false` if there was none.
    ///
    /// # Errors
    ///
    /// ERR_TRUNCATED if the source is too short.
    pub fn step(&mut self, source: &Uint8Array, out: &Uint8Array) -> Result<bool> {
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
            let (cut, bytes) = self.memory_cut();
            self.tiling = Tiling::new(vec![self.layout.clone()], reach, cut, bytes);
        }
        let source = Block::new(source);
        match self.tiling.step(&source, &mut self.scratch.input)? {
            Some(begun) => self.write(&begun, &Block::new(out)).map(|()| true),
            None => Ok(false),
        }
    }

    /// Sources in memory are read fastest from the first byte to the last, unless that leaves
    /// crumbs of the result to be written. Where pieces are copied in and out, fewer and longer
    /// ones count for more than the caches.
    fn memory_cut(&self) -> (Cut, u64) {
        let mut tiles = self.layout.tiles(Cut::LargestStride, MEMORY_TILE);
        let is_crumbs =
            |tile: Tile| !tile.is_run() && tile.run_len() * self.form.element_bytes() < SHORT_RUN;
        match tiles.next().is_some_and(is_crumbs) {
            true => (Cut::LeastEffort, MAX_TILE),
            false => (Cut::LargestStride, MEMORY_TILE),
        }
    }

    /// Gathers a tile into its places in the result.
    fn write(&mut self, begun: &Begun, out: &Block<'_>) -> Result<()> {
        let Begun { tile, .. } = begun;
        let each = self.form.element_bytes();
        let values = room(&mut self.scratch.output, tile.layout().size() * each)?;
        let source = begun.source(&self.scratch.input)?;
        gather(tile.layout(), &source, Order::C, self.form.convert, values)?;
        if let Some(sign) = self.form.numbers {
            to_numbers(sign, values)
                .map_err(|(value, place)| unsafe_integer(&self.layout, value, tile.place(place)))?;
        }
        let mut rest = &*values;
        for run in tile.runs() {
            let Range { start, end } = run;
            let Some((run, tail)) = rest.split_at_checked(((end - start) * each) as usize) else {
                break;
            };
            out.copy_from(start * each, run)?;
            rest = tail;
        }
        Ok(())
    }
}

/// Makes floats of integers of 64 bits. Fails at one that has no exact float: it and its place.
fn to_numbers(sign: Sign, values: &mut [u8]) -> Result<(), (i128, u64)> {
    for (bytes, place) in values.as_chunks_mut::<8>().0.iter_mut().zip(0..) {
        let value = match sign {
            Sign::Signed => i128::from(i64::from_ne_bytes(*bytes)),
            Sign::Unsigned => i128::from(u64::from_ne_bytes(*bytes)),
        };
        if value.unsigned_abs() > u128::from(MAX_SAFE) {
            return Err((value, place));
        }
        *bytes = (value as f64).to_ne_bytes();
    }
    Ok(())
}

#[cold]
fn unsafe_integer(layout: &Layout, value: i128, place: u64) -> Fault {
    let index = layout.unravel(place);
    let index = Literal::tuple_of(index.as_deref().unwrap_or_default());
    let message = format!(
        "the integer {value} at index {index} has no exact number in JavaScript: read BigInts \
         instead"
    );
    Fault::new("ERR_UNSAFE_INT", message)
        .with("value", Literal::from(value.to_string()))
        .with("index", index)
}
