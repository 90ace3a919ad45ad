//! Why a dtype was refused.

use core::fmt;

use super::DType;
use crate::error::Excerpt;

/// Why a descriptor or a dtype string was refused.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DTypeError {
    /// The header cannot express the dtype, since its fields overlap or stand in another order
    /// than their offsets.
    NotDescribable,
    /// A descriptor, or a part of one, is not of the form it should have.
    Descr {
        /// What was found, e.g. "an integer".
        found: &'static str,
        /// What should stand there.
        expected: &'static str,
    },
    /// A field has the wrong number of parts.
    FieldParts {
        /// How many it has.
        found: usize,
    },
    /// A field's name is not a string.
    FieldName {
        /// What it is, e.g. "an integer".
        found: &'static str,
    },
    /// A field has the name or the title of another field, or a title equal to its own name.
    Duplicate {
        /// The name or title.
        name: Excerpt,
    },
    /// A field reaches beyond its structure.
    FieldBounds {
        /// The field's name.
        name: Excerpt,
        /// Where the field ends.
        end: u64,
        /// The size of the structure.
        itemsize: u64,
    },
    /// A field holds Python objects where another field, or a dtype that is no structure, has
    /// other data.
    ObjectOverlap,
    /// The shape of a sub-array is not a tuple of at most 64 integers from 0 to `i32::MAX`.
    Shape {
        /// What is wrong with it.
        why: &'static str,
    },
    /// An item size beyond `i32::MAX`, NumPy's limit, or no integer at all.
    ItemSize {
        /// The size, where it is known.
        found: Option<u64>,
    },
    /// A dtype is overlaid with one of another size.
    SizeMismatch {
        /// The item size of the dtype below.
        old: u64,
        /// The item size of the overlay.
        new: u64,
    },
    /// Dtypes inside one another beyond [`DType::MAX_DEPTH`].
    TooDeep,
    /// The string names no dtype.
    NotUnderstood {
        /// The string.
        text: Excerpt,
    },
    /// A dtype that NumPy has and that cannot stand in a file.
    Unsupported {
        /// What it is.
        what: &'static str,
    },
    /// The unit of a datetime or timedelta is none.
    TimeUnit {
        /// The unit with its brackets.
        text: Excerpt,
    },
}

impl DTypeError {
    /// Text that names no dtype.
    #[cold]
    pub(super) fn not_understood(text: &str) -> Self {
        Self::NotUnderstood {
            text: Excerpt::text(text),
        }
    }
}

impl fmt::Display for DTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDescribable => f.write_str(
                "dtype.descr is not defined for types with overlapping or out-of-order fields",
            ),
            Self::Descr { found, expected } => {
                write!(
                    f,
                    "not a dtype descriptor: found {found}, expected {expected}"
                )
            }
            Self::FieldParts { found } => write!(
                f,
                "a field of {found} parts, expected (name, descr) or (name, descr, shape)"
            ),
            Self::FieldName { found } => {
                write!(f, "field names must be strings, found {found}")
            }
            Self::Duplicate { name } => {
                write!(f, "{name} is already used as a field's name or title")
            }
            Self::FieldBounds {
                name,
                end,
                itemsize,
            } => write!(
                f,
                "field {name} ends at byte {end} of an element of {itemsize} bytes"
            ),
            Self::ObjectOverlap => f.write_str("Python objects overlap with other data"),
            Self::Shape { why } => write!(f, "invalid shape of a sub-array: {why}"),
            Self::ItemSize { found: Some(found) } => write!(
                f,
                "an item of {found} bytes, at most {} are possible",
                i32::MAX
            ),
            Self::ItemSize { found: None } => f.write_str("invalid item size, expected an integer"),
            Self::SizeMismatch { old, new } => {
                write!(f, "a dtype of {old} bytes overlaid with one of {new} bytes")
            }
            Self::TooDeep => write!(f, "a dtype more than {} levels deep", DType::MAX_DEPTH),
            Self::NotUnderstood { text } => write!(f, "data type {text} not understood"),
            Self::Unsupported { what } => write!(f, "{what} cannot be read from a file"),
            Self::TimeUnit { text } => write!(f, "invalid datetime metadata string {text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use crate::{DType, literal::Dialect, literal::Literal};

    #[test]
    fn messages() {
        for (descr, message) in [
            ("'f3'", "data type 'f3' not understood"),
            ("'<M8[x]'", "invalid datetime metadata string '[x]'"),
            ("'T'", "StringDType cannot be read from a file"),
            (
                "5",
                "not a dtype descriptor: found an integer, \
                 expected a string, a tuple or a list of fields",
            ),
            (
                "[('a',)]",
                "a field of 1 parts, expected (name, descr) or (name, descr, shape)",
            ),
            ("[(b'a', 'f4')]", "field names must be strings, found bytes"),
            (
                "[('a', 'f4'), ('a', 'f4')]",
                "'a' is already used as a field's name or title",
            ),
            (
                "('f4', -1)",
                "invalid shape of a sub-array: a negative dimension",
            ),
            (
                "('f4', 2147483647)",
                "an item of 8589934588 bytes, at most 2147483647 are possible",
            ),
            ("('S', (1,))", "invalid item size, expected an integer"),
            (
                "('f4', 'f8')",
                "a dtype of 4 bytes overlaid with one of 8 bytes",
            ),
            ("('i8', 'O')", "Python objects overlap with other data"),
        ] {
            let literal = Literal::parse(descr, Dialect::Python3).unwrap();
            let error = DType::from_descr(&literal).unwrap_err();
            assert_eq!(error.to_string(), message, "{descr}");
        }
    }
}
