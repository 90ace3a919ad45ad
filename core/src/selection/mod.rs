//! NumPy basic indexing: selections as values, from text and to text.
//!
//! A [`Selection`] says which view of an array is meant;
//! [`Layout::select`](crate::Layout::select) makes it. The rules are those of
//! [NumPy's basic indexing](https://numpy.org/doc/stable/user/basics.indexing.html): integers,
//! slices, `...`, `None`, and the names of fields. Index arrays and masks are not supported, since
//! what they choose is no strided view.

mod error;
mod grammar;

use alloc::{boxed::Box, vec::Vec};
use core::{
    fmt,
    ops::{Range, RangeFrom, RangeFull, RangeTo},
    str::FromStr,
};

pub use self::error::SelectionError;
use crate::{Error, Layout, Result, layout::MAX_NDIM, literal::Literal};

/// The most items that one index can have, as in NumPy.
pub(crate) const MAX_ITEMS: usize = 2 * MAX_NDIM;

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
    /// The slice with another step.
    #[must_use]
    pub fn with_step(mut self, step: i64) -> Self {
        self.step = Some(step);
        self
    }

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

impl From<i64> for Item {
    fn from(index: i64) -> Self {
        Self::Index(index)
    }
}

impl<S: Into<Slice>> From<S> for Item {
    fn from(slice: S) -> Self {
        Self::Slice(slice.into())
    }
}

impl From<Range<i64>> for Slice {
    fn from(range: Range<i64>) -> Self {
        Self {
            start: Some(range.start),
            stop: Some(range.end),
            step: None,
        }
    }
}

impl From<RangeFrom<i64>> for Slice {
    fn from(range: RangeFrom<i64>) -> Self {
        Self {
            start: Some(range.start),
            ..Self::default()
        }
    }
}

impl From<RangeTo<i64>> for Slice {
    fn from(range: RangeTo<i64>) -> Self {
        Self {
            stop: Some(range.end),
            ..Self::default()
        }
    }
}

impl From<RangeFull> for Slice {
    fn from(_: RangeFull) -> Self {
        Self::default()
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
    /// A list of names of fields.
    Fields(Box<[Box<str>]>),
}

/// A chain of subscripts, such as `['x'][2:5]`. Without any, it selects the array as it is.
///
/// ```
/// use npymap_core::{Selection, selection::{Item, Slice}};
///
/// let selection = Selection::parse("['x'][3, ::-1, ..., None]")?;
/// let built = Selection::new().field("x").items([
///     Item::Index(3),
///     Item::from(Slice::from(..).with_step(-1)),
///     Item::Ellipsis,
///     Item::NewAxis,
/// ]);
/// assert_eq!(selection, built);
/// assert_eq!(built.to_string(), "['x'][3, ::-1, ..., None]");
/// # Ok::<(), npymap_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    subscripts: Vec<Subscript>,
}

impl Selection {
    /// A selection of everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Parses the text of one or more subscripts as it would stand after an array in Python, such
    /// as `[3, ::-1]` or `['x'][2:5]`. The brackets around a single one can be left out. Blank text
    /// selects everything.
    ///
    /// Integers can have any of Python's forms. `None` can also be spelled `newaxis`,
    /// `np.newaxis` or `numpy.newaxis`. A list of names chooses several fields: `[['a', 'b']]`.
    ///
    /// # Errors
    ///
    /// [`SelectionError::NotBasic`] for numbers with a fraction, bools, lists and tuples of
    /// indices; [`SelectionError::IndexTooLarge`] for an index beyond 64 bits, whereas the bounds
    /// of slices are cut off there, as in Python; [`SelectionError::TooManyItems`];
    /// [`SelectionError::Syntax`].
    ///
    /// ```
    /// use npymap_core::Selection;
    ///
    /// assert_eq!(Selection::parse("0x10, 1_000:, ...")?.to_string(), "[16, 1000:, ...]");
    ///
    /// let error = Selection::parse("[1, 2:x]").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "found 'x]' at byte 6, \
    ///      expected an integer, a slice, `...`, None or a field name in quotes"
    /// );
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let subscripts = grammar::parse(text)?;
        Ok(Self { subscripts })
    }

    /// The selection followed by a subscript of items.
    #[must_use]
    pub fn items(mut self, items: impl IntoIterator<Item = Item>) -> Self {
        let items = items.into_iter().collect();
        self.subscripts.push(Subscript::Items(items));
        self
    }

    /// The selection followed by the choice of a field.
    #[must_use]
    pub fn field(mut self, name: &str) -> Self {
        self.subscripts.push(Subscript::Field(name.into()));
        self
    }

    /// The selection followed by the choice of several fields.
    #[must_use]
    pub fn fields<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let names = names.into_iter().map(Box::from).collect();
        self.subscripts.push(Subscript::Fields(names));
        self
    }

    /// The subscripts, in the order in which they apply.
    pub fn subscripts(&self) -> &[Subscript] {
        &self.subscripts
    }

    /// Whether NumPy would return a scalar rather than a view of 0 dimensions: an index for every
    /// dimension does, as does `[()]` on no dimensions, but neither with an `...`.
    ///
    /// `false` if the selection does not fit the array.
    pub fn is_scalar(&self, array: &Layout) -> bool {
        let mut view = array.clone();
        let mut scalar = false;
        for subscript in &self.subscripts {
            let Ok(next) = view.subscript(subscript) else {
                return false;
            };
            view = next;
            scalar = view.ndim() == 0
                && match subscript {
                    Subscript::Items(items) => {
                        items.iter().all(|item| matches!(item, Item::Index(_)))
                    }
                    Subscript::Field(_) | Subscript::Fields(_) => scalar,
                };
        }
        scalar
    }
}

impl FromStr for Selection {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl From<&[Item]> for Selection {
    fn from(items: &[Item]) -> Self {
        Self::new().items(items.iter().copied())
    }
}

/// The text that [`Selection::parse`] reads back, in brackets.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.subscripts.iter().try_for_each(|s| s.fmt(f))
    }
}

impl fmt::Display for Subscript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Items(items) if items.is_empty() => f.write_str("[()]"),
            Self::Items(items) => {
                f.write_str("[")?;
                write_separated(f, items.iter())?;
                f.write_str("]")
            }
            Self::Field(name) => write!(f, "[{}]", quoted(name)),
            Self::Fields(names) => {
                f.write_str("[[")?;
                write_separated(f, names.iter().map(|name| quoted(name)))?;
                f.write_str("]]")
            }
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => index.fmt(f),
            Self::Slice(slice) => slice.fmt(f),
            Self::Ellipsis => f.write_str("..."),
            Self::NewAxis => f.write_str("None"),
        }
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = |f: &mut fmt::Formatter<'_>, bound: Option<i64>| match bound {
            Some(n) => n.fmt(f),
            None => Ok(()),
        };
        bound(f, self.start)?;
        f.write_str(":")?;
        bound(f, self.stop)?;
        if self.step.is_some() {
            f.write_str(":")?;
        }
        bound(f, self.step)
    }
}

/// A name as Python writes it.
fn quoted(name: &str) -> Literal<'_> {
    Literal::Str(name.into())
}

fn write_separated<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    values: impl Iterator<Item = T>,
) -> fmt::Result {
    for (i, value) in values.enumerate() {
        let separator = if i == 0 { "" } else { ", " };
        write!(f, "{separator}{value}")?;
    }
    Ok(())
}
