//! Python literals as values of a dtype: the right side of `a[...] = literal`.
//!
//! [`encode`] writes one element, [`encode_array`] makes an array of nested lists, and
//! [`parse_value`] reads a literal from text such as a user types, in which `nan` is one too.

mod date;
mod error;
mod numeral;

use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec,
    vec::Vec,
};

pub use self::error::EncodeError;

use crate::{
    DType, ErrorKind, Result,
    cast::{Cast, CastError, Casting, Overflow, name, plain},
    dtype::{ByteOrder, Extended, Kind, NAT, TimeUnit},
    error::Excerpt,
    layout::LayoutError,
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

/// The items of a literal that is a dimension of an array of a dtype.
fn items<'a>(literal: &'a Literal<'a>, dtype: &DType) -> Option<&'a [Literal<'a>]> {
    match literal {
        Literal::List(items) => Some(items),
        Literal::Tuple(items) if !matches!(plain(dtype).kind(), Kind::Struct(_)) => Some(items),
        _ => None,
    }
}

/// The shape of nested lists, or as much of it as all have in common.
fn shape_of(literal: &Literal<'_>, dtype: &DType) -> Result<Vec<u64>, Vec<u64>> {
    let Some(items) = items(literal, dtype) else {
        return Ok(Vec::new());
    };
    let mut shape = vec![items.len() as u64];
    let mut inner: Option<Vec<u64>> = None;
    let mut ragged = false;
    for item in items {
        let found = shape_of(item, dtype).unwrap_or_else(|common| {
            ragged = true;
            common
        });
        match &mut inner {
            None => inner = Some(found),
            Some(inner) => {
                ragged |= *inner != found;
                let common = inner.iter().zip(&found).take_while(|(a, b)| a == b).count();
                inner.truncate(common);
            }
        }
    }
    shape.extend(inner.unwrap_or_default());
    if ragged { Err(shape) } else { Ok(shape) }
}

fn each_leaf(
    literal: &Literal<'_>,
    dtype: &DType,
    take: &mut impl FnMut(&Literal<'_>) -> Result<()>,
) -> Result<()> {
    match items(literal, dtype) {
        Some(items) => items
            .iter()
            .try_for_each(|item| each_leaf(item, dtype, take)),
        None => take(literal),
    }
}

/// Writes an element of a dtype without objects. The recursion is as deep as the dtype is.
fn element(literal: &Literal<'_>, dtype: &DType, overflow: Overflow, dst: &mut [u8]) -> Result<()> {
    let dtype = plain(dtype);
    match dtype.kind() {
        Kind::Struct(structure) => {
            let fields = &structure.fields;
            let values = match literal {
                Literal::Tuple(values) if values.len() != fields.len() => {
                    return Err(EncodeError::Fields {
                        found: values.len() as u64,
                        expected: fields.len() as u64,
                    }
                    .into());
                }
                Literal::Tuple(values) => Some(values),
                _ => None,
            };
            for (i, field) in fields.iter().enumerate() {
                let value = values.and_then(|values| values.get(i)).unwrap_or(literal);
                let start = usize::try_from(field.offset).unwrap_or(usize::MAX);
                let place = dst.get_mut(start..).unwrap_or_default();
                let place = place.get_mut(..size_of(&field.dtype)).unwrap_or_default();
                element(value, &field.dtype, overflow, place)?;
            }
            Ok(())
        }
        Kind::SubArray(_) => sub_array(literal, dtype, overflow, dst),
        _ => scalar(literal, dtype, overflow, dst),
    }
}

/// Fills a sub-array with nested lists that broadcast to its shape.
fn sub_array(
    literal: &Literal<'_>,
    dtype: &DType,
    overflow: Overflow,
    dst: &mut [u8],
) -> Result<()> {
    let (inner, to) = dtype.flatten();
    let depth = shape_of(literal, inner).map_or_else(|shape| shape.len(), |shape| shape.len());
    if depth > to.len() {
        return Err(EncodeError::Depth {
            limit: to.len() as u64,
        }
        .into());
    }
    let (from, values) = encode_array(literal, inner, overflow)?;
    let missing = to.len().saturating_sub(from.len());
    let fits = from
        .iter()
        .zip(to.iter().skip(missing))
        .all(|(&a, &b)| a == b || a == 1);
    if !fits {
        return Err(LayoutError::AssignMismatch {
            from: from.into(),
            to: to.as_slice().into(),
        }
        .into());
    }
    let size = size_of(inner);
    if size == 0 {
        return Ok(());
    }
    let has_padding = matches!(plain(inner).kind(), Kind::Struct(_));
    for (flat, place) in dst.chunks_exact_mut(size).enumerate() {
        // The place in the values of the place in the sub-array.
        let (mut rest, mut stride, mut index) = (flat as u64, 1, 0);
        for (axis, &dim) in to.iter().enumerate().rev() {
            let len = axis
                .checked_sub(missing)
                .and_then(|axis| from.get(axis))
                .copied()
                .unwrap_or(1);
            let position = rest.checked_rem(dim).unwrap_or_default();
            rest = rest.checked_div(dim).unwrap_or_default();
            if len > 1 {
                index += position * stride;
            }
            stride *= len;
        }
        let start = usize::try_from(index)
            .unwrap_or(usize::MAX)
            .saturating_mul(size);
        let value = values.get(start..).and_then(|values| values.get(..size));
        match value {
            // What belongs to no field must stay.
            Some(value) if has_padding => copy_fields(inner, value, place),
            Some(value) => place.copy_from_slice(value),
            None => {}
        }
    }
    Ok(())
}

/// Copies an element without its padding.
fn copy_fields(dtype: &DType, src: &[u8], dst: &mut [u8]) {
    // The conversion of a dtype to itself can fail only for objects, and absurd structures.
    let cast = Cast::new(dtype, dtype, Casting::No, Overflow::AsNumPy);
    if cast.and_then(|cast| cast.convert(src, dst)).is_err() {
        dst.copy_from_slice(src);
    }
}

fn scalar(literal: &Literal<'_>, dtype: &DType, overflow: Overflow, dst: &mut [u8]) -> Result<()> {
    match *dtype.kind() {
        Kind::Bool => {
            dst.fill(is_true(literal).into());
            Ok(())
        }
        Kind::Bytes | Kind::Str => text(literal, dtype, overflow, dst),
        Kind::Void => {
            let Literal::Bytes(bytes) = literal else {
                return Err(EncodeError::of_type(literal, "a bytes-like object").into());
            };
            fit(bytes, dst, || literal.to_string(), dtype, overflow)
        }
        Kind::DateTime64(unit) => {
            let count = datetime(literal, unit, dtype)?;
            write_int(count.into(), dtype, dst);
            Ok(())
        }
        Kind::TimeDelta64(_) => {
            let count = timedelta(literal)?;
            write_int(count.into(), dtype, dst);
            Ok(())
        }
        Kind::Complex64
        | Kind::Complex128
        | Kind::CLongDouble
        | Kind::Extended(Extended::Complex32) => complex(literal, dtype, overflow, dst),
        Kind::Float16 | Kind::Float32 | Kind::Float64 | Kind::LongDouble => {
            float(literal, dtype, overflow, dst)
        }
        Kind::Extended(kind) => match kind {
            Extended::Int2 => integer(literal, dtype, -2..=1, dst),
            Extended::Int4 => integer(literal, dtype, -8..=7, dst),
            Extended::UInt2 => integer(literal, dtype, 0..=3, dst),
            Extended::UInt4 => integer(literal, dtype, 0..=15, dst),
            _ => float(literal, dtype, overflow, dst),
        },
        Kind::Int8 => integer(literal, dtype, range(i8::MIN, i8::MAX), dst),
        Kind::Int16 => integer(literal, dtype, range(i16::MIN, i16::MAX), dst),
        Kind::Int32 => integer(literal, dtype, range(i32::MIN, i32::MAX), dst),
        Kind::Int64 => integer(literal, dtype, range(i64::MIN, i64::MAX), dst),
        Kind::UInt8 => integer(literal, dtype, range(u8::MIN, u8::MAX), dst),
        Kind::UInt16 => integer(literal, dtype, range(u16::MIN, u16::MAX), dst),
        Kind::UInt32 => integer(literal, dtype, range(u32::MIN, u32::MAX), dst),
        Kind::UInt64 => integer(literal, dtype, range(u64::MIN, u64::MAX), dst),
        Kind::Object | Kind::Struct(_) | Kind::SubArray(_) => Err(ErrorKind::ObjectDType.into()),
    }
}

/// Python's `bool(literal)`.
fn is_true(literal: &Literal<'_>) -> bool {
    match literal {
        Literal::None => false,
        Literal::Bool(value) => *value,
        Literal::Int(n) => *n != 0,
        Literal::BigInt(_) | Literal::Ellipsis => true,
        Literal::Float(x) => *x != 0.0,
        Literal::Complex { re, im } => *re != 0.0 || *im != 0.0,
        Literal::Str(s) => !s.is_empty(),
        Literal::Bytes(b) => !b.is_empty(),
        Literal::Tuple(items) | Literal::List(items) | Literal::Set(items) => !items.is_empty(),
        Literal::Dict(items) => !items.is_empty(),
    }
}

fn range<T: Into<i128>>(least: T, greatest: T) -> core::ops::RangeInclusive<i128> {
    least.into()..=greatest.into()
}

/// Python's `int(literal)`, in a range.
fn integer(
    literal: &Literal<'_>,
    dtype: &DType,
    range: core::ops::RangeInclusive<i128>,
    dst: &mut [u8],
) -> Result<()> {
    let out_of_bounds = |value: &str| EncodeError::OutOfBounds {
        value: Excerpt::text(value),
        to: name(dtype),
    };
    let spelled = |text: &str| {
        numeral::integer(text)
            .ok_or_else(|| EncodeError::Number {
                wanted: "int() with base 10",
                text: Excerpt::text(text),
            })
            .and_then(|digits| digits.parse().map_err(|_| out_of_bounds(&digits)))
    };
    let value: i128 = match literal {
        Literal::Bool(value) => i128::from(*value),
        Literal::Int(n) => i128::from(*n),
        Literal::BigInt(digits) => big(digits).ok_or_else(|| out_of_bounds(digits))?,
        Literal::Float(x) if x.is_nan() => {
            return Err(EncodeError::NotFinite { what: "NaN" }.into());
        }
        Literal::Float(x) if x.is_infinite() => {
            return Err(EncodeError::NotFinite { what: "infinity" }.into());
        }
        // Saturation leaves all ranges too.
        Literal::Float(x) => *x as i128,
        Literal::Str(s) => spelled(s)?,
        Literal::Bytes(b) => spelled(&lossy(b))?,
        other => {
            let wanted = "a string, a bytes-like object or a real number";
            return Err(EncodeError::of_type(other, wanted).into());
        }
    };
    if !range.contains(&value) {
        return Err(out_of_bounds(&value.to_string()).into());
    }
    // Integers of ml_dtypes have their bits in the lower end of a byte.
    let mask = match dtype.kind() {
        Kind::Extended(Extended::Int2) => 3,
        Kind::Extended(Extended::Int4) => 15,
        _ => -1,
    };
    write_int(value & mask, dtype, dst);
    Ok(())
}

/// An integer beyond 64 bits, if 128 hold it.
fn big(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let radix = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 10,
    };
    let digits = if radix == 10 {
        digits
    } else {
        digits.get(2..)?
    };
    let digits: String = digits.chars().filter(|&c| c != '_').collect();
    Some(sign * i128::from_str_radix(&digits, radix).ok()?)
}

/// Writes the lower bytes of an integer.
fn write_int(value: i128, dtype: &DType, dst: &mut [u8]) {
    for (byte, value) in dst.iter_mut().zip(value.to_le_bytes()) {
        *byte = value;
    }
    if dtype.byte_order() == ByteOrder::Big {
        dst.reverse();
    }
}

/// Python's `float(literal)`.
fn real(literal: &Literal<'_>, dtype: &DType, wanted: &'static str) -> Result<f64> {
    let spelled = |text: &str| {
        numeral::float(text).ok_or_else(|| EncodeError::Number {
            wanted: "a float",
            text: Excerpt::text(text),
        })
    };
    Ok(match literal {
        Literal::None => f64::NAN,
        Literal::Bool(value) => f64::from(u8::from(*value)),
        Literal::Int(n) => *n as f64,
        Literal::BigInt(digits) => {
            let value = match big(digits) {
                Some(value) => Some(value as f64),
                None => decimal(digits),
            };
            value
                .filter(|x| x.is_finite())
                .ok_or_else(|| EncodeError::Value {
                    value: Excerpt::text(digits),
                    to: name(dtype),
                })?
        }
        Literal::Float(x) => *x,
        Literal::Str(s) => spelled(s)?,
        Literal::Bytes(b) => spelled(&lossy(b))?,
        Literal::Tuple(_) | Literal::List(_) => return Err(EncodeError::Sequence.into()),
        other => return Err(EncodeError::of_type(other, wanted).into()),
    })
}

/// The nearest float to an integer beyond 128 bits, in whatever base.
fn decimal(text: &str) -> Option<f64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let value = crate::literal::magnitude(digits)?;
    Some(if negative { -value } else { value })
}

fn float(literal: &Literal<'_>, dtype: &DType, overflow: Overflow, dst: &mut [u8]) -> Result<()> {
    if *dtype.kind() == Kind::LongDouble {
        let exact = match literal {
            Literal::Int(n) => Some(i128::from(*n)),
            Literal::BigInt(digits) => big(digits),
            _ => None,
        };
        if let Some(n) = exact {
            return long_integer(n, literal, dtype, dst);
        }
        let text = match literal {
            Literal::Str(s) => s.clone(),
            Literal::Bytes(b) => Cow::Owned(lossy(b).into_owned()),
            _ => Cow::Borrowed(""),
        };
        let exact = numeral::float(&text).is_none_or(|x| is_exact(x, &text));
        if !exact || matches!(literal, Literal::BigInt(_)) {
            return Err(does_not_fit(literal, dtype).into());
        }
    }
    let value = real(literal, dtype, "a string or a real number")?;
    // Infinity that the literal has is one that it may have.
    convert("<f8", &value.to_le_bytes(), literal, dtype, overflow, dst)
}

/// Whether a float is known to be the number that a string spells: a word, or an integer or a
/// fraction of few binary places with few digits.
fn is_exact(value: f64, text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let places = value * 1024.0;
    digits == 0 || digits <= 15 && places.is_finite() && places == (places as i64) as f64
}

/// An integer as a long double, which has 64 bits for it.
fn long_integer(n: i128, literal: &Literal<'_>, dtype: &DType, dst: &mut [u8]) -> Result<()> {
    if let Ok(n) = i64::try_from(n) {
        return convert(
            "<i8",
            &n.to_le_bytes(),
            literal,
            dtype,
            Overflow::Error,
            dst,
        );
    }
    if let Ok(n) = u64::try_from(n) {
        return convert(
            "<u8",
            &n.to_le_bytes(),
            literal,
            dtype,
            Overflow::Error,
            dst,
        );
    }
    let value = n as f64;
    if value as i128 != n {
        return Err(does_not_fit(literal, dtype).into());
    }
    convert(
        "<f8",
        &value.to_le_bytes(),
        literal,
        dtype,
        Overflow::Error,
        dst,
    )
}

fn complex(literal: &Literal<'_>, dtype: &DType, overflow: Overflow, dst: &mut [u8]) -> Result<()> {
    let spelled = |text: &str| {
        numeral::complex(text).ok_or_else(|| EncodeError::Number {
            wanted: "a complex number",
            text: Excerpt::text(text),
        })
    };
    let (re, im) = match literal {
        Literal::Complex { re, im } => (*re, *im),
        Literal::None => (f64::NAN, f64::NAN),
        Literal::Str(s) => spelled(s)?,
        Literal::Bytes(b) => spelled(&lossy(b))?,
        Literal::Tuple(_) | Literal::List(_) => {
            return Err(EncodeError::of_type(literal, "a real number").into());
        }
        other => (real(other, dtype, "a real number")?, 0.0),
    };
    let mut parts = [0; 16];
    let (first, second) = parts.split_at_mut(8);
    first.copy_from_slice(&re.to_le_bytes());
    second.copy_from_slice(&im.to_le_bytes());
    convert("<c16", &parts, literal, dtype, overflow, dst)
}

/// Converts a number that is a literal to a dtype of numbers.
fn convert(
    from: &str,
    bytes: &[u8],
    literal: &Literal<'_>,
    dtype: &DType,
    overflow: Overflow,
    dst: &mut [u8],
) -> Result<()> {
    let cast = Cast::new(&DType::parse(from)?, dtype, Casting::Unsafe, overflow)?;
    cast.convert(bytes, dst).map_err(|e| match e.kind() {
        ErrorKind::Cast(CastError::Value { .. }) => does_not_fit(literal, dtype).into(),
        _ => e,
    })
}

/// Python's `str(literal)`, or `bytes` as they are.
fn text(literal: &Literal<'_>, dtype: &DType, overflow: Overflow, dst: &mut [u8]) -> Result<()> {
    let to_bytes = *dtype.kind() == Kind::Bytes;
    let shown = || literal.to_string();
    let characters: Cow<'_, str> = match literal {
        Literal::Bytes(bytes) if to_bytes => return fit(bytes, dst, shown, dtype, overflow),
        Literal::Bytes(bytes) => {
            ascii(bytes.iter().map(|&b| char::from(b)))?;
            lossy(bytes)
        }
        Literal::Str(s) => s.as_ref().into(),
        Literal::Tuple(_) | Literal::List(_) => return Err(EncodeError::Sequence.into()),
        other => other.to_string().into(),
    };
    if to_bytes {
        ascii(characters.chars())?;
        return fit(characters.as_bytes(), dst, shown, dtype, overflow);
    }
    let mut units = Vec::with_capacity(characters.len().min(dst.len()).saturating_mul(4));
    for character in characters.chars() {
        let unit = u32::from(character);
        units.extend(match dtype.byte_order() {
            ByteOrder::Big => unit.to_be_bytes(),
            _ => unit.to_le_bytes(),
        });
    }
    fit(&units, dst, shown, dtype, overflow)
}

/// Copies bytes, and fills what is left with zeros. It is an error to cut off more than zeros.
fn fit(
    bytes: &[u8],
    dst: &mut [u8],
    shown: impl Fn() -> String,
    dtype: &DType,
    overflow: Overflow,
) -> Result<()> {
    let (head, tail) = bytes.split_at(bytes.len().min(dst.len()));
    let (start, rest) = dst.split_at_mut(head.len());
    start.copy_from_slice(head);
    rest.fill(0);
    if overflow == Overflow::Error && tail.iter().any(|&b| b != 0) {
        return Err(EncodeError::Value {
            value: Excerpt::text(&shown()),
            to: name(dtype),
        }
        .into());
    }
    Ok(())
}

fn ascii(characters: impl Iterator<Item = char>) -> Result<(), EncodeError> {
    match characters.enumerate().find(|(_, c)| !c.is_ascii()) {
        Some((position, character)) => Err(EncodeError::NotAscii {
            character,
            position: position as u64,
        }),
        None => Ok(()),
    }
}

fn datetime(literal: &Literal<'_>, unit: TimeUnit, dtype: &DType) -> Result<i64> {
    let generic = unit.base == TimeUnit::GENERIC.base;
    let spelled = |text: &str| match date::parse(text, unit) {
        Ok(count) => count.ok_or_else(|| does_not_fit(literal, dtype)),
        Err(e) => Err(e),
    };
    Ok(match literal {
        Literal::None => NAT,
        Literal::Bool(_) | Literal::Int(_) | Literal::BigInt(_) if generic => {
            return Err(EncodeError::NoUnit.into());
        }
        Literal::Str(s) => spelled(s)?,
        Literal::Bytes(b) => spelled(&lossy(b))?,
        other => return count(other, "a date in a string, or an integer"),
    })
}

fn timedelta(literal: &Literal<'_>) -> Result<i64> {
    const WANTED: &str = "an integer";
    let spelled = |text: &str| {
        let text = text.split('\0').next().unwrap_or_default();
        if text.is_empty() || text.eq_ignore_ascii_case("nat") {
            return Ok(NAT);
        }
        // NumPy takes digits with a sign alone.
        let is_plain = text
            .bytes()
            .all(|b| b.is_ascii_digit() || b"+-".contains(&b));
        text.parse()
            .ok()
            .filter(|_| is_plain)
            .ok_or_else(|| EncodeError::Number {
                wanted: "a duration",
                text: Excerpt::text(text),
            })
    };
    Ok(match literal {
        Literal::None => NAT,
        Literal::Str(s) => spelled(s)?,
        Literal::Bytes(b) => spelled(&lossy(b))?,
        other => return count(other, WANTED),
    })
}

/// A count of units.
fn count(literal: &Literal<'_>, wanted: &'static str) -> Result<i64> {
    match literal {
        Literal::Bool(value) => Ok((*value).into()),
        Literal::Int(n) => Ok(*n),
        Literal::BigInt(digits) => Err(EncodeError::OutOfBounds {
            value: Excerpt::text(digits),
            to: Excerpt::text("int64"),
        }
        .into()),
        other => Err(EncodeError::of_type(other, wanted).into()),
    }
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
