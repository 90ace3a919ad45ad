//! What can be wrong with a selection.

use alloc::boxed::Box;
use core::fmt;

use crate::{error::Excerpt, layout::MAX_NDIM};

/// Why a selection was refused. The wording is NumPy's where it has one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SelectionError {
    /// An index lies outside of its axis.
    IndexOutOfBounds {
        /// The index as given: it may be negative.
        index: i64,
        /// The axis of the array that was indexed.
        axis: usize,
        /// The length of the axis.
        size: u64,
    },
    /// An index in a text does not fit into 64 bits.
    IndexTooLarge {
        /// Where, in bytes from the start of the text.
        offset: usize,
        /// The text from there on.
        found: Excerpt,
    },
    /// The structure has no such field.
    NoField {
        /// The name asked for.
        name: Box<str>,
    },
    /// A text asks for more than basic indexing: an index array, a mask, or a fraction.
    NotBasic {
        /// Where, in bytes from the start of the text.
        offset: usize,
        /// The text from there on.
        found: Excerpt,
    },
    /// A field is asked of a dtype that has none.
    NotStructured,
    /// A list of fields names one of them more than once.
    RepeatedField {
        /// The name.
        name: Box<str>,
    },
    /// There is more than one `...`.
    SeveralEllipses,
    /// A text is no selection.
    Syntax {
        /// Where, in bytes from the start of the text.
        offset: usize,
        /// The text from there on; `None` at its end.
        found: Option<Excerpt>,
        /// What could have stood there.
        expected: &'static str,
    },
    /// A list of fields has a title, which only a single field can be chosen by.
    TitleInList,
    /// The result would have more than [`MAX_NDIM`] dimensions.
    TooManyDimensions {
        /// How many it would have.
        found: usize,
    },
    /// There are more indices and slices than dimensions.
    TooManyIndices {
        /// How many dimensions there are.
        ndim: usize,
        /// How many of them are indexed.
        found: usize,
    },
    /// There are more items than any index can have, twice [`MAX_NDIM`].
    TooManyItems,
    /// The step of a slice is 0.
    ZeroStep,
}

impl fmt::Display for SelectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IndexOutOfBounds { index, axis, size } => write!(
                f,
                "index {index} is out of bounds for axis {axis} with size {size}"
            ),
            Self::IndexTooLarge { offset, found } => write!(
                f,
                "Python int too large to convert to C long: found {found} at byte {offset}, \
                 expected an index of 64 bits"
            ),
            Self::NoField { name } => {
                f.write_str("no field of name ")?;
                write_short(f, name)
            }
            Self::NotBasic { offset, found } => write!(
                f,
                "only basic indexing is supported: found {found} at byte {offset}, \
                 expected integers, slices, `...`, None or field names"
            ),
            Self::NotStructured => f.write_str(
                "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and \
                 integer or boolean arrays are valid indices",
            ),
            Self::RepeatedField { name } => {
                f.write_str("duplicate field of name '")?;
                write_short(f, name)?;
                f.write_str("'")
            }
            Self::SeveralEllipses => {
                f.write_str("an index can only have a single ellipsis ('...')")
            }
            Self::Syntax {
                offset,
                found,
                expected,
            } => {
                match found {
                    Some(found) => write!(f, "found {found}")?,
                    None => f.write_str("found the end")?,
                }
                write!(f, " at byte {offset}, expected {expected}")
            }
            Self::TitleInList => f.write_str("cannot use field titles in multi-field index"),
            Self::TooManyDimensions { found } => write!(
                f,
                "number of dimensions must be within [0, {MAX_NDIM}], \
                 indexing result would have {found}"
            ),
            Self::TooManyIndices { ndim, found } => write!(
                f,
                "too many indices for array: array is {ndim}-dimensional, \
                 but {found} were indexed"
            ),
            Self::TooManyItems => f.write_str("too many indices for array"),
            Self::ZeroStep => f.write_str("slice step cannot be zero"),
        }
    }
}

/// Writes a name as it is, but in one line and not without end.
fn write_short(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    for (i, c) in name.chars().enumerate() {
        if i == Excerpt::MAX_CHARS {
            return f.write_str("...");
        }
        if c.is_control() {
            write!(f, "{}", c.escape_default())?;
        } else {
            write!(f, "{c}")?;
        }
    }
    Ok(())
}
