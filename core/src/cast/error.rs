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

impl CastError {
    /// Which element a value that does not fit is, or is in, counted from the first one that was
    /// converted.
    pub fn index(&self) -> Option<u64> {
        match self {
            Self::Value { index, .. } | Self::NotAscii { index, .. } => Some(*index),
            Self::Rule { .. } | Self::Unsupported { .. } => None,
        }
    }

    /// The message without the element, for those who know a better name for it.
    pub fn reason(&self) -> impl fmt::Display + '_ {
        Reason(self)
    }
}

impl fmt::Display for CastError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(index) = self.index() {
            write!(f, "element {index}: ")?;
        }
        self.reason().fmt(f)
    }
}

/// [`CastError::reason`].
struct Reason<'a>(&'a CastError);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            CastError::Rule { from, to, casting } => write!(
                f,
                "Cannot cast array data from dtype({from}) to dtype({to}) \
                 according to the rule '{casting}'"
            ),
            CastError::Unsupported { from, to, what } => write!(
                f,
                "conversion {what} is not supported: found dtype({from}), wanted dtype({to})"
            ),
            CastError::Value { value, to, .. } => {
                write!(f, "{value} does not fit into dtype({to})")
            }
            CastError::NotAscii { position, code, .. } => write!(
                f,
                "character {code:#x} in position {position} is not ASCII: \
                 ordinal not in range(128)"
            ),
        }
    }
}
