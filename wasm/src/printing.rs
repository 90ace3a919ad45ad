//! Text, as Python prints it.

use alloc::{string::String, vec::Vec};

use npymap_core::{
    DType, Order,
    gather::{Convert, gather},
    text::{self, Summary},
    tiles::Cut,
};

use crate::{
    bytes::room,
    code::Array,
    error::Result,
    reading::MAX_TILE,
    tiling::{Begun, Reach, Tiling},
};

/// An array that is printed.
#[derive(Debug)]
pub(crate) struct Printing {
    summary: Summary,
    /// The dtype, of an element that is no array.
    scalar: Option<DType>,
    /// The elements that are shown, in the order of the blocks.
    shown: Vec<u8>,
}

impl Printing {
    pub(crate) fn new(array: &Array<'_>) -> Result<Self> {
        Ok(Self {
            // Refuses objects, too.
            summary: Summary::new(&array.layout)?,
            scalar: array.is_scalar.then(|| array.layout.dtype().clone()),
            shown: Vec::new(),
        })
    }

    pub(crate) fn tiling(&self, reach: Reach) -> Tiling {
        // In this cut, the tiles of a block follow one another.
        Tiling::new(
            self.summary.blocks().to_vec(),
            reach,
            Cut::FirstAxis,
            MAX_TILE,
        )
    }

    /// The text.
    pub(crate) fn result(&self) -> Result<String> {
        Ok(match &self.scalar {
            Some(dtype) => text::element(dtype, &self.shown)?,
            None => self.summary.render(&self.shown)?,
        })
    }

    /// Keeps the elements of a tile.
    pub(crate) fn tile(&mut self, begun: &Begun, input: &[u8]) -> Result<()> {
        let layout = begun.tile.layout();
        let seen = self.shown.len();
        let all = seen as u64 + layout.nbytes();
        let values = room(&mut self.shown, all)?
            .get_mut(seen..)
            .unwrap_or_default();
        let source = begun.source(input)?;
        Ok(gather(
            layout,
            &source,
            Order::C,
            Convert::AsStored,
            values,
        )?)
    }
}
