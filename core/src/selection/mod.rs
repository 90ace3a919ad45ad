//! NumPy basic indexing: selections as values, from text and to text.

mod error;

use alloc::{boxed::Box, vec::Vec};

pub use self::error::SelectionError;
use crate::Result;

/// One item of a basic index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "basic indexing has no other items")]
pub enum Item {
    /// One index along an axis, which goes away. Negative indices count from the end.
    Index(i64),
    /// A range of indices along an axis.
    Slice(Slice),
    /// `...`: all axes that no other item stands for.
    Ellipsis,
    /// `None`: a new axis of length 1.
    NewAxis,
}

/// A range of indices with Python's rules: `start:stop:step`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_structs,
    reason = "Python's slices have no other parts"
)]
pub struct Slice {
    /// The first index. `None` is the first element, or the last one if the step is negative.
    pub start: Option<i64>,
    /// The index to stop before. `None` goes on to the end in the direction of the step.
    pub stop: Option<i64>,
    /// The distance between indices; `None` is 1. It may not be 0.
    pub step: Option<i64>,
}

impl Slice {
    /// The first index, the step and the number of indices along an axis of a length, at most
    /// `i64::MAX`. An empty result has start 0 and step 1.
    ///
    /// The rules are those of CPython's `PySlice_Unpack` and `PySlice_AdjustIndices`.
    pub(crate) fn resolve(&self, len: u64) -> Result<(u64, i64, u64)> {
        // Its negation must exist.
        let step = self.step.unwrap_or(1).max(-i64::MAX);
        if step == 0 {
            return Err(SelectionError::ZeroStep.into());
        }
        let len = len as i64;
        // The bounds of start and stop: the positions before and behind which no element lies.
        let (low, high) = if step < 0 { (-1, len - 1) } else { (0, len) };
        let clamp = |index: i64| {
            let index = if index < 0 { index + len } else { index };
            index.clamp(low, high)
        };
        let (first, last) = if step < 0 { (high, low) } else { (low, high) };
        let start = self.start.map_or(first, clamp);
        let stop = self.stop.map_or(last, clamp);
        // Both are from -1 to i64::MAX, so the difference fits.
        let distance = if step < 0 { start - stop } else { stop - start };
        if distance <= 0 {
            return Ok((0, 1, 0));
        }
        let count = (distance as u64 - 1) / step.unsigned_abs() + 1;
        Ok((start as u64, step, count))
    }
}

/// One `[…]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subscript {
    /// A tuple of items.
    Items(Box<[Item]>),
    /// The name of a field, or its title.
    Field(Box<str>),
}

/// A chain of subscripts, such as `['x'][2:5]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    subscripts: Vec<Subscript>,
}

impl Selection {
    /// The subscripts, in the order in which they apply.
    pub fn subscripts(&self) -> &[Subscript] {
        &self.subscripts
    }
}

impl From<&[Item]> for Selection {
    fn from(items: &[Item]) -> Self {
        Self {
            subscripts: Vec::from([Subscript::Items(items.into())]),
        }
    }
}
