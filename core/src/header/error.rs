//! Why a header was refused.

use core::fmt;

use crate::error::Excerpt;

/// Why the text of a header was refused.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum HeaderError {
    /// The text is not UTF-8, which version 3.0 requires.
    Utf8 {
        /// The first wrong byte, counted from the first byte of the file.
        offset: u64,
    },
    /// The text is no Python literal.
    Syntax {
        /// Where, in bytes from the first one of the file.
        offset: u64,
        /// What stands there; `None` at the end of the header.
        found: Option<Excerpt>,
        /// What could have stood there.
        expected: &'static str,
    },
    /// The text is another literal than a dict.
    NotADict {
        /// Its repr.
        found: Excerpt,
    },
    /// The dict lacks one of the three keys.
    MissingKey {
        /// Which.
        key: &'static str,
    },
    /// The dict has another key than the three.
    UnknownKey {
        /// Its repr.
        found: Excerpt,
    },
    /// `shape` is not a tuple of integers.
    Shape {
        /// Its repr.
        found: Excerpt,
    },
    /// A dimension is negative, or beyond 63 bits.
    Dimension {
        /// Which, counted from 0.
        axis: usize,
        /// Its repr.
        found: Excerpt,
    },
    /// `fortran_order` is neither `True` nor `False`.
    FortranOrder {
        /// Its repr.
        found: Excerpt,
    },
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const KEYS: &str = "expected 'descr', 'fortran_order' and 'shape'";
        match self {
            Self::Utf8 { offset } => write!(
                f,
                "the header of version 3.0 is not UTF-8: wrong byte at {offset}"
            ),
            Self::Syntax {
                offset,
                found,
                expected,
            } => {
                f.write_str("cannot parse the header: found ")?;
                match found {
                    Some(found) => found.fmt(f)?,
                    None => f.write_str("its end")?,
                }
                write!(f, " at byte {offset}, expected {expected}")
            }
            Self::NotADict { found } => write!(f, "the header is no dict: found {found}"),
            Self::MissingKey { key } => write!(f, "the header has no key '{key}': {KEYS}"),
            Self::UnknownKey { found } => {
                write!(f, "the header has the unknown key {found}: {KEYS}")
            }
            Self::Shape { found } => write!(
                f,
                "the header's shape is not valid: found {found}, expected a tuple of integers"
            ),
            Self::Dimension { axis, found } => write!(
                f,
                "the header's shape is not valid: found {found} in axis {axis}, \
                 expected an integer from 0 to 2^63 - 1"
            ),
            Self::FortranOrder { found } => write!(
                f,
                "the header's fortran_order is not valid: found {found}, expected True or False"
            ),
        }
    }
}
