//! Python literals as values of a dtype: the right side of `a[...] = literal`.
//!
//! [`encode`] writes one element, [`encode_array`] makes an array of nested lists, and
//! [`parse_value`] reads a literal from text such as a user types, in which `nan` is one too.

mod date;
mod element;
mod error;
mod float;
mod integer;
mod nested;
mod numeral;
mod text;
mod time;

use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};

pub use self::error::EncodeError;
use self::{
    element::element,
    nested::{each_leaf, shape_of},
};
use crate::{
    DType, ErrorKind, Result,
    cast::{Overflow, name},
    error::Excerpt,
    literal::{Dialect, Literal, LiteralError},
};

/// The most dimensions that an array has.
const MAX_NDIM: usize = 64;

/// The most bytes that elements written as lists may have together.
const MAX_BYTES: u64 = 1 << 30;

/// Reads a value as users type it: a Python literal, or one of the words `nan`, `inf`, `infinity`
/// (these with a sign or without) and `NaT`, in letters of any case.
///
/// # Errors
///
/// [`LiteralError`] if the text is neither.
///
/// ```
/// use npymap_core::{encode::parse_value, literal::Literal};
///
/// assert_eq!(parse_value("-1.5e3")?, Literal::Float(-1500.0));
/// assert_eq!(parse_value("-inf")?, Literal::Float(f64::NEG_INFINITY));
/// assert_eq!(parse_value("[1, 2]")?.to_string(), "[1, 2]");
/// # Ok::<_, npymap_core::literal::LiteralError>(())
/// ```
pub fn parse_value(text: &str) -> Result<Literal<'_>, LiteralError> {
    let word = text.trim();
    if word.eq_ignore_ascii_case("nat") {
        return Ok(Literal::Str("NaT".into()));
    }
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    if ["nan", "inf", "infinity"]
        .iter()
        .any(|name| unsigned.eq_ignore_ascii_case(name))
        && let Some(value) = numeral::float(word)
    {
        return Ok(Literal::Float(value));
    }
    Literal::parse(text, Dialect::Python3)
}

/// Writes a literal as an element of a dtype, as NumPy does for `a[()] = literal`.
///
/// Numbers are taken from strings that spell them, and strings from numbers; a float becomes an
/// integer towards zero. A structure takes a tuple with a value for each field, or one value for
/// all of them; a sub-array inside takes nested lists that broadcast to its shape.
///
/// NumPy silently cuts off strings that are too long, makes infinities of floats that are too
/// large, and takes any date for one that is out of range. Here these are errors, unless `overflow`
/// is [`Overflow::AsNumPy`]; dates out of range always are. Bytes that belong to no field stay as
/// they are.
///
/// Strings become long doubles only if they spell a number that is exact as a `float64`.
///
/// # Errors
///
/// [`EncodeError`] if NumPy raises an exception, or the value does not fit;
/// [`ErrorKind::ObjectDType`] if there are Python objects in the element;
/// [`ErrorKind::BufferSize`] if `dst` has not the size of one.
///
/// ```
/// use npymap_core::{DType, cast::Overflow, encode::{encode, parse_value}};
///
/// let dtype = DType::parse("u1, >f4")?;
/// let mut element = [0; 5];
/// encode(&parse_value("(7, 1.5)")?, &dtype, Overflow::Error, &mut element)?;
/// assert_eq!(element, [7, 0x3f, 0xc0, 0, 0]);
///
/// let e = encode(&parse_value("300")?, &DType::UINT8, Overflow::Error, &mut [0]).unwrap_err();
/// assert_eq!(e.to_string(), "Python integer '300' out of bounds for 'uint8'");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn encode(
    literal: &Literal<'_>,
    dtype: &DType,
    overflow: Overflow,
    dst: &mut [u8],
) -> Result<()> {
    if dtype.has_object() {
        return Err(ErrorKind::ObjectDType.into());
    }
    if dst.len() as u64 != dtype.itemsize() {
        return Err(ErrorKind::BufferSize {
            what: "the destination",
            expected: dtype.itemsize(),
            found: dst.len() as u64,
        }
        .into());
    }
    element(literal, dtype, overflow, dst)
}

/// The shape and the elements, in C order, of the array that a literal is: NumPy's
/// `np.array(literal, dtype)`.
///
/// Lists are dimensions, and so are tuples unless the dtype is a structure. Everything else is an
/// element, for [`encode`].
///
/// # Errors
///
/// Those of [`encode`]; [`EncodeError::Ragged`] if lists beside one another have different shapes;
/// [`ErrorKind::TooLarge`] if there are more than 64 dimensions, or more than 1 GiB in several
/// elements.
///
/// ```
/// use npymap_core::{DType, cast::Overflow, encode::{encode_array, parse_value}};
///
/// let literal = parse_value("[[1, 2, 3], [4, 5, 6]]")?;
/// let (shape, bytes) = encode_array(&literal, &DType::UINT8, Overflow::Error)?;
/// assert_eq!((shape, bytes), (vec![2, 3], vec![1, 2, 3, 4, 5, 6]));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn encode_array(
    literal: &Literal<'_>,
    dtype: &DType,
    overflow: Overflow,
) -> Result<(Vec<u64>, Vec<u8>)> {
    if dtype.has_object() {
        return Err(ErrorKind::ObjectDType.into());
    }
    let shape = shape_of(literal, dtype).map_err(|shape| EncodeError::Ragged {
        shape: shape.into(),
    })?;
    if shape.len() > MAX_NDIM {
        return Err(ErrorKind::TooLarge {
            what: "the number of dimensions",
            found: shape.len() as u64,
            limit: MAX_NDIM as u64,
        }
        .into());
    }
    let count = shape.iter().fold(1, |n: u64, &dim| n.saturating_mul(dim));
    let size = count.saturating_mul(dtype.itemsize());
    let limit = MAX_BYTES.max(dtype.itemsize());
    let mut bytes = Vec::new();
    let reserved =
        usize::try_from(size.min(limit)).is_ok_and(|size| bytes.try_reserve_exact(size).is_ok());
    if size > limit || !reserved {
        return Err(ErrorKind::TooLarge {
            what: "an array of literals",
            found: size,
            limit,
        }
        .into());
    }
    each_leaf(literal, dtype, &mut |leaf| {
        let start = bytes.len();
        bytes.resize(start.saturating_add(size_of(dtype)), 0);
        let place = bytes.get_mut(start..).unwrap_or_default();
        element(leaf, dtype, overflow, place)
    })?;
    Ok((shape, bytes))
}

/// Bytes as text; what is not UTF-8 spells no number and no date.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cold]
fn does_not_fit(literal: &Literal<'_>, dtype: &DType) -> EncodeError {
    EncodeError::Value {
        value: Excerpt::text(&literal.to_string()),
        to: name(dtype),
    }
}

/// The item size, which `u32` holds.
fn size_of(dtype: &DType) -> usize {
    usize::try_from(dtype.itemsize()).unwrap_or(usize::MAX)
}
