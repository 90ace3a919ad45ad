//! Text, as Python prints it.

use alloc::{string::String, vec::Vec};

use crate::{
    bytes::room,
    code::Array,
    error::Result,
    reading::MAX_TILE,
    tiling::{Begun, Reach, Tiling},
};
use npymap_core::{
    DType, Layout, Order,
    gather::{Convert, gather},
    text::{self, Summary},
    tiles::Cut,
};

/// An array that is printed.
#[derive(Debug)]
pub(crate) struct Printing {
    page: Page,
    /// The parts of the array that are shown, one after the other.
    blocks: Vec<Layout>,
    /// Their elements.
    shown: Vec<u8>,
}

#[derive(Debug)]
enum Page {
    Scalar(DType),
    Array(Summary),
}

impl Printing {
    pub(crate) fn new(array: &Array<'_>) -> Result<Self> {
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
            blocks,
            shown: Vec::new(),
        })
    }

    pub(crate) fn tiling(&self, reach: Reach) -> Tiling {
        // In this cut, the tiles of a block follow one another.
        Tiling::new(self.blocks.clone(), reach, Cut::FirstAxis, MAX_TILE)
    }

    /// The text.
    pub(crate) fn finish(&self) -> Result<String> {
        Ok(match &self.page {
            Page::Scalar(dtype) => text::element(dtype, &self.shown)?,
            Page::Array(summary) => summary.render(&self.shown)?,
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
