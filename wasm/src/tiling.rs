//! Work on an array in tiles: which bytes the next one needs, and which tile these are for.

use alloc::{collections::VecDeque, vec, vec::Vec};
use core::ops::Range;

use js_sys::{Array as JsArray, Uint8Array};
use npymap_core::{
    Error, ErrorKind, Layout,
    gather::Source,
    plan::PlanOptions,
    tiles::{Cut, Tile, Tiles},
};
use wasm_bindgen::JsCast;

use crate::{
    bytes::{Block, position, room},
    error::Result,
    layout::check_safe,
};

/// What a source is read by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    /// Where the data begins in the source.
    pub(crate) base: u64,
    pub(crate) options: PlanOptions,
}

impl Reach {
    /// From the arguments of JavaScript.
    pub(crate) fn new(base: f64, gap: f64, max_range: f64) -> Result<Self> {
        Ok(Self {
            base: position(base, "base")?,
            options: PlanOptions {
                max_gap: position(gap, "coalesceGap")?,
                max_range: position(max_range, "maxRange")?,
                ..PlanOptions::default()
            },
        })
    }
}

/// The tiles of one array or of several, one after the other.
#[derive(Debug)]
pub(crate) struct Tiling {
    reach: Reach,
    layouts: vec::IntoIter<Layout>,
    cut: Cut,
    tile_bytes: u64,
    tiles: Option<Tiles>,
    begun: VecDeque<Begun>,
    done: u64,
}

/// A tile whose bytes are waited for.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) tile: Tile,
    /// Ranges of data bytes.
    pub(crate) ranges: Vec<Range<u64>>,
}

impl Tiling {
    pub(crate) fn new(layouts: Vec<Layout>, reach: Reach, cut: Cut, tile_bytes: u64) -> Self {
        Self {
            reach,
            layouts: layouts.into_iter(),
            cut,
            tile_bytes,
            tiles: None,
            begun: VecDeque::new(),
            done: 0,
        }
    }

    /// Begins the next tile: the ranges of the source that it needs, each as two numbers.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<f64>>> {
        let Some(begun) = self.begin() else {
            return Ok(None);
        };
        let mut flat = Vec::with_capacity(2 * begun.ranges.len());
        for range in &begun.ranges {
            for position in [range.start, range.end] {
                let position = position.saturating_add(self.reach.base);
                check_safe(position)?;
                flat.push(position as f64);
            }
        }
        self.begun.push_back(begun);
        Ok(Some(flat))
    }

    /// Ends the tile that was begun first, given the bytes of its ranges.
    pub(crate) fn take(&mut self, pieces: &JsArray, input: &mut Vec<u8>) -> Result<Begun> {
        let begun = self.begun.pop_front();
        let missing = Error::new(ErrorKind::BufferSize {
            what: "the pieces of a tile",
            expected: begun.as_ref().map_or(0, |begun| begun.ranges.len() as u64),
            found: pieces.length().into(),
        });
        let begun = begun.filter(|begun| begun.ranges.len() == pieces.length() as usize);
        let begun = begun.ok_or(missing)?;
        let mut rest = room(input, total(&begun.ranges))?;
        for (range, piece) in begun.ranges.iter().zip(pieces.iter()) {
            let piece: Uint8Array = piece.unchecked_into();
            let piece = Block::new(&piece);
            let expected = range.end - range.start;
            if piece.len() != expected {
                return Err(Error::new(ErrorKind::Truncated {
                    what: "a piece of the source",
                    expected,
                    found: piece.len(),
                })
                .into());
            }
            let Some((head, tail)) = rest.split_at_mut_checked(expected as usize) else {
                break;
            };
            piece.copy_to(0..expected, head)?;
            rest = tail;
        }
        self.end(&begun);
        Ok(begun)
    }

    /// Begins and ends the next tile with a source in memory.
    pub(crate) fn step(
        &mut self,
        source: &Block<'_>,
        input: &mut Vec<u8>,
    ) -> Result<Option<Begun>> {
        let Some(begun) = self.begin() else {
            return Ok(None);
        };
        let mut rest = room(input, total(&begun.ranges))?;
        for range in &begun.ranges {
            let len = range.end - range.start;
            let Some((head, tail)) = rest.split_at_mut_checked(len as usize) else {
                break;
            };
            source.copy_to(self.reach.in_source(range), head)?;
            rest = tail;
        }
        self.end(&begun);
        Ok(Some(begun))
    }

    /// How many elements are done.
    pub(crate) fn done(&self) -> u64 {
        self.done
    }

    fn begin(&mut self) -> Option<Begun> {
        loop {
            if let Some(tile) = self.tiles.as_mut().and_then(Iterator::next) {
                let plan = tile.layout().plan(&self.reach.options);
                return Some(Begun {
                    ranges: plan.ranges,
                    tile,
                });
            }
            let tiles = self.layouts.next()?.tiles(self.cut, self.tile_bytes);
            self.tiles = Some(tiles.planned(self.reach.options));
        }
    }

    fn end(&mut self, begun: &Begun) {
        self.done = self.done.saturating_add(begun.tile.layout().size());
    }
}

impl Reach {
    fn in_source(&self, range: &Range<u64>) -> Range<u64> {
        range.start.saturating_add(self.base)..range.end.saturating_add(self.base)
    }
}

impl Begun {
    /// The bytes of the tile, which stand at the beginning of a buffer.
    pub(crate) fn source<'a>(&self, input: &'a [u8]) -> Result<Source<'a>> {
        let len = total(&self.ranges) as usize;
        Ok(Source::fragments(
            &self.ranges,
            input.get(..len).unwrap_or(input),
        )?)
    }
}

/// The bytes of ranges.
fn total(ranges: &[Range<u64>]) -> u64 {
    ranges.iter().map(|range| range.end - range.start).sum()
}
