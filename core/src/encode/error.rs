//! Why a literal is not a value of a dtype.

use alloc::boxed::Box;
use core::fmt;

use crate::{error::Excerpt, literal::Literal};

/// Why a Python literal was not taken for a value of a dtype. The words are NumPy's where it has
/// some.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EncodeError {
    /// An integer, or what a float is towards zero, is not in the range of the dtype.
    OutOfBounds {
        /// The integer, shortened.
        value: Excerpt,
        /// The dtype.
        to: Excerpt,
    },
    /// A NaN or an infinity should be an integer.
    NotFinite {
        /// `"NaN"` or `"infinity"`.
        what: &'static str,
    },
    /// A string does not spell a number.
    Number {
        /// What it should spell, e.g. "an integer".
        wanted: &'static str,
        /// The string.
        text: Excerpt,
    },
    /// The literal is of a type that the dtype does not take.
    Type {
        /// Python's name of the type.
        found: &'static str,
        /// What the dtype takes.
        wanted: &'static str,
    },
    /// A sequence stands where a single value must.
    Sequence,
    /// Lists of different lengths, or lists beside values.
    Ragged {
        /// The dimensions that all have in common.
        shape: Box<[u64]>,
    },
    /// Lists are nested deeper than a sub-array has dimensions.
    Depth {
        /// How many dimensions it has.
        limit: u64,
    },
    /// A tuple has not one value for each field.
    Fields {
        /// How many values it has.
        found: u64,
        /// How many fields there are.
        expected: u64,
    },
    /// A string is no date.
    Date {
        /// The string.
        text: Excerpt,
        /// Which byte of it is wrong, counted from the first one.
        position: u64,
    },
    /// A date has a part that is out of range, such as a 13th month.
    DatePart {
        /// The part, with a capital.
        part: &'static str,
        /// The string.
        text: Excerpt,
    },
    /// A date, other than NaT, has no unit.
    NoUnit,
    /// A string has a character that is not ASCII, and bytes are wanted, or the other way round.
    NotAscii {
        /// The character.
        character: char,
        /// Which character or byte it is, counted from the first one.
        position: u64,
    },
    /// A value does not fit: a string is too long, a float is too large, a date too far away.
    Value {
        /// The value.
        value: Excerpt,
        /// The dtype.
        to: Excerpt,
    },
}

impl EncodeError {
    /// The literal is of a type that the dtype does not take.
    pub(super) fn of_type(literal: &Literal<'_>, wanted: &'static str) -> Self {
        let found = match literal {
            Literal::None => "NoneType",
            Literal::Bool(_) => "bool",
            Literal::Int(_) | Literal::BigInt(_) => "int",
            Literal::Float(_) => "float",
            Literal::Complex { .. } => "complex",
            Literal::Ellipsis => "ellipsis",
            Literal::Str(_) => "str",
            Literal::Bytes(_) => "bytes",
            Literal::Tuple(_) => "tuple",
            Literal::List(_) => "list",
            Literal::Set(_) => "set",
            Literal::Dict(_) => "dict",
        };
        Self::Type { found, wanted }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfBounds { value, to } => {
                write!(f, "Python integer {value} out of bounds for {to}")
            }
            Self::NotFinite { what } => write!(f, "cannot convert float {what} to integer"),
            Self::Number { wanted, text } => write!(f, "invalid literal for {wanted}: {text}"),
            Self::Type { found, wanted } => write!(f, "expected {wanted}, not '{found}'"),
            Self::Sequence => f.write_str("setting an array element with a sequence."),
            Self::Ragged { shape } => write!(
                f,
                "setting an array element with a sequence. The requested array has an \
                 inhomogeneous shape after {} dimensions. The detected shape was {} + \
                 inhomogeneous part.",
                shape.len(),
                Literal::tuple_of(shape)
            ),
            Self::Depth { limit } => write!(
                f,
                "setting an array element with a sequence. The requested array would exceed the \
                 maximum number of dimension of {limit}."
            ),
            Self::Fields { found, expected } => write!(
                f,
                "could not assign tuple of length {found} to structure with {expected} fields."
            ),
            Self::Date { text, position } => write!(
                f,
                "Error parsing datetime string {text} at position {position}"
            ),
            Self::DatePart { part, text } => {
                write!(f, "{part} out of range in datetime string {text}")
            }
            Self::NoUnit => f.write_str(
                "Cannot create a NumPy datetime other than NaT with generic units: \
                 the dtype needs a unit, such as datetime64[s]",
            ),
            Self::NotAscii {
                character,
                position,
            } => write!(
                f,
                "character {:#x} in position {position} is not ASCII: ordinal not in range(128)",
                u32::from(*character)
            ),
            Self::Value { value, to } => write!(f, "{value} does not fit into dtype({to})"),
        }
    }
}
