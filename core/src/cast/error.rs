//! Why a conversion is refused, or fails at a value.

use core::fmt;

use super::Casting;
use crate::error::Excerpt;

/// Why values are not converted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CastError {
    /// The rule forbids the conversion.
    Rule {
        /// The dtype of the values.
        from: Excerpt,
        /// The dtype that they should have.
        to: Excerpt,
        /// The rule.
        casting: Casting,
    },
    /// NumPy can convert from one dtype to the other, but this crate does not.
    Unsupported {
        /// The dtype of the values.
        from: Excerpt,
        /// The dtype that they should have.
        to: Excerpt,
        /// Which conversion is meant, e.g. "between numbers and strings".
        what: &'static str,
    },
    /// A value does not fit: it is out of range, too long, or has no equivalent.
    Value {
        /// Which element it is, or is in, counted from the first one.
        index: u64,
        /// The value, as text.
        value: Excerpt,
        /// The dtype that it should have.
        to: Excerpt,
    },
    /// A string has a character that is not ASCII, and bytes are on one side.
    NotAscii {
        /// Which element it is, or is in, counted from the first one.
        index: u64,
        /// Which character or byte of the string it is, counted from the first one.
        position: u64,
        /// The character or byte.
        code: u32,
    },
}

impl fmt::Display for CastError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule { from, to, casting } => write!(
                f,
                "Cannot cast array data from dtype({from}) to dtype({to}) \
                 according to the rule '{casting}'"
            ),
            Self::Unsupported { from, to, what } => write!(
                f,
                "conversion {what} is not supported: found dtype({from}), wanted dtype({to})"
            ),
            Self::Value { index, value, to } => {
                write!(f, "element {index}: {value} does not fit into dtype({to})")
            }
            Self::NotAscii {
                index,
                position,
                code,
            } => write!(
                f,
                "element {index}: character {code:#x} in position {position} is not ASCII: \
                 ordinal not in range(128)"
            ),
        }
    }
}
