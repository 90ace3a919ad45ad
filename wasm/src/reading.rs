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
    tiles::{Cut, Tile},
};

use crate::{
    bytes::{Block, MAX_SAFE, room},
    error::{Fault, Result},
    json::{integer, integers, object, or_null, text},
    layout::check_safe,
    result::{Form, Sign, Wishes},
    tiling::{Begun, Reach, Tiling},
};

/// The most bytes that a tile has.
pub(crate) const MAX_TILE: u64 = 4 << 20;

/// Tiles that are read in the order of a source in memory fit the caches of a processor.
const MEMORY_TILE: u64 = 1 << 20;

/// Shorter runs than this take longer to be copied out than the tile to be gathered.
const SHORT_RUN: u64 = 2 << 10;

/// An array that is gathered into a result in C order.
#[derive(Debug)]
pub(crate) struct Reading {
    layout: Layout,
    form: Form,
    /// The result.
    pub(crate) out: Option<Uint8Array>,
    values: Vec<u8>,
}

impl Reading {
    pub(crate) fn new(layout: Layout, wishes: Wishes) -> Result<Self> {
        let form = Form::new(layout.dtype(), wishes)?;
        check_safe(layout.size().saturating_mul(form.element_bytes()))?;
        Ok(Self {
            layout,
            form,
            out: None,
            values: Vec::new(),
        })
    }

    pub(crate) fn fetched(&self, reach: Reach) -> Tiling {
        Tiling::new(vec![self.layout.clone()], reach, Cut::LeastEffort, MAX_TILE)
    }

    pub(crate) fn in_memory(&self, reach: Reach) -> Tiling {
        let (cut, bytes) = self.memory_cut();
        Tiling::new(vec![self.layout.clone()], reach, cut, bytes)
    }

    /// What the result is to be, as JSON. The data of the source begins at `base`.
    pub(crate) fn result(&self, base: u64) -> String {
        let Self { layout, form, .. } = self;
        let mut step = form.items;
        let mut stride: Vec<_> = layout
            .shape()
            .iter()
            .rev()
            .map(|&dim| {
                let stride = step;
                step = step.saturating_mul(dim);
                stride
            })
            .collect();
        stride.reverse();
        let whole = form.is_whole(layout).then(|| layout.byte_span());
        let whole = or_null(whole, |Range { start, end }| {
            integers(&[start, end].map(|position| position.saturating_add(base)))
        });
        object([
            ("array", text(form.array)),
            ("length", integer(layout.size() * form.items)),
            ("nbytes", integer(layout.size() * form.element_bytes())),
            ("itemBytes", integer(form.item_bytes)),
            ("shape", integers(layout.shape())),
            ("stride", integers(&stride)),
            ("whole", whole),
        ])
        .to_json()
    }

    /// Gathers a tile into its places in the result.
    pub(crate) fn tile(&mut self, begun: &Begun, input: &[u8]) -> Result<()> {
        let Begun { tile, .. } = begun;
        let Some(out) = &self.out else {
            return Err(Fault::new(
                "ERR_TRUNCATED",
                "there is no room for the result",
            ));
        };
        let out = Block::new(out);
        let each = self.form.element_bytes();
        let values = room(&mut self.values, tile.layout().size() * each)?;
        let source = begun.source(input)?;
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
