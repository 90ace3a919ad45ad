//! Python literals: the language that NPY headers are written in.
//!
//! NumPy reads a header with Python's `ast.literal_eval` and writes it with `repr`. This module is
//! both: [`Literal::parse`] accepts what `literal_eval` of CPython 3.11 accepts, and the `Display`
//! of a [`Literal`] is its `repr`.
//!
//! Three things that `literal_eval` accepts are refused because a Rust string cannot hold them or
//! because they would need a database of names: lone surrogates (`'\ud800'`), characters by name
//! (`'\N{DIGIT ONE}'`), and `set()` spelled with look-alike letters that Python folds. NumPy's
//! filter for headers of Python 2 takes a line that begins with a lone carriage return for a
//! comment, [`Dialect::Python2`] does not.

#[cfg(any(target_family = "wasm", test))]
mod float;
mod grammar;
mod json;
mod number;
pub(crate) mod repr;
mod string;

pub(crate) use self::number::magnitude;

use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use crate::error::Excerpt;

/// A value that Python's `ast.literal_eval` can return, borrowed from the text where it can be.
///
/// `Display` is Python's `repr`. What Python finds printable follows the version of Unicode that it
/// was built with, and so does this: characters younger than either may be escaped by one of the
/// two only.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "Python has no other literals")]
pub enum Literal<'a> {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer that fits.
    Int(i64),
    /// An integer beyond 64 bits, as written, for messages alone.
    BigInt(Cow<'a, str>),
    /// A floating-point number.
    Float(f64),
    /// A complex number.
    Complex {
        /// The real part.
        re: f64,
        /// The imaginary part.
        im: f64,
    },
    /// `...`
    Ellipsis,
    /// A string.
    Str(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// A tuple.
    Tuple(Vec<Literal<'a>>),
    /// A list.
    List(Vec<Literal<'a>>),
    /// A set, in the order written.
    Set(Vec<Literal<'a>>),
    /// A dict, in the order written; of equal keys the last one counts.
    Dict(Vec<(Literal<'a>, Literal<'a>)>),
}

/// Which Python's literals to accept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there will be no other Python")]
pub enum Dialect {
    /// What `ast.literal_eval` accepts.
    #[default]
    Python3,
    /// The same after the filter that NumPy applies to headers written by Python 2: an `L` after a
    /// number is dropped, and so are blanks after the last line break.
    Python2,
}

impl<'a> Literal<'a> {
    /// Brackets may be nested this deep, as in CPython (`MAXLEVEL` of its tokenizer).
    ///
    /// It bounds the recursion of everything that walks a literal.
    pub const MAX_DEPTH: u32 = 200;

    /// Parses one literal that takes the whole text, but for blanks and comments around it.
    ///
    /// Time and memory are linear in the length of the text.
    ///
    /// # Errors
    ///
    /// [`LiteralError`] where `ast.literal_eval` raises an exception, whichever it is.
    ///
    /// ```
    /// use npymap_core::literal::{Dialect, Literal};
    ///
    /// let literal = Literal::parse("[0x10, 'it''s', (1_000,)]  # three", Dialect::Python3)?;
    /// assert_eq!(literal.to_string(), "[16, 'its', (1000,)]");
    ///
    /// let e = Literal::parse("(3L, 4)", Dialect::Python3).unwrap_err();
    /// assert_eq!(e.to_string(), "found 'L, 4)' at byte 2, expected the end of the number");
    /// assert!(Literal::parse("(3L, 4)", Dialect::Python2).is_ok());
    /// # Ok::<(), npymap_core::literal::LiteralError>(())
    /// ```
    pub fn parse(text: &'a str, dialect: Dialect) -> Result<Self, LiteralError> {
        grammar::parse(text, dialect)
    }

    /// Parses the string or bytes literal that a text begins with, and returns the text after it.
    pub(crate) fn parse_string(text: &'a str) -> Result<(&'a str, Self), LiteralError> {
        grammar::parse_string(text)
    }

    /// Whether a text begins with a string or bytes literal, whole or not.
    pub(crate) fn begins_string(text: &str) -> bool {
        string::starts(text)
    }

    /// A tuple of integers, such as a shape or strides.
    ///
    /// ```
    /// use npymap_core::literal::Literal;
    ///
    /// assert_eq!(Literal::tuple_of(&[3_u64]).to_string(), "(3,)");
    /// ```
    pub fn tuple_of(integers: &[impl Copy + Into<i128>]) -> Self {
        let integer = |&n: &_| {
            let n: i128 = Into::into(n);
            match i64::try_from(n) {
                Ok(n) => Self::Int(n),
                Err(_) => Self::BigInt(n.to_string().into()),
            }
        };
        Self::Tuple(integers.iter().map(integer).collect())
    }

    /// Whether Python could use the value as a key of a dict or an element of a set.
    fn is_hashable(&self) -> bool {
        match self {
            Self::Tuple(items) => items.iter().all(Self::is_hashable),
            Self::List(_) | Self::Set(_) | Self::Dict(_) => false,
            _ => true,
        }
    }
}

impl From<String> for Literal<'_> {
    fn from(s: String) -> Self {
        Self::Str(s.into())
    }
}

/// Why a text is no Python literal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiteralError {
    /// Where, in bytes from the start of the text.
    pub offset: usize,
    /// The text at the offset; `None` at the end of the text.
    pub found: Option<Excerpt>,
    /// What could have stood there.
    pub expected: &'static str,
}

impl fmt::Display for LiteralError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.found {
            Some(found) => write!(f, "found {found}")?,
            None => f.write_str("found the end")?,
        }
        write!(f, " at byte {}, expected {}", self.offset, self.expected)
    }
}

impl core::error::Error for LiteralError {}
