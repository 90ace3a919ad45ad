//! Python literals, as far as NumPy headers may hold them.

use alloc::{borrow::Cow, string::String, vec::Vec};

/// A value that Python's `ast.literal_eval` can return, borrowed from the text where it can be.
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

impl From<String> for Literal<'_> {
    fn from(s: String) -> Self {
        Self::Str(s.into())
    }
}
