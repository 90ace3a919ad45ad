//! Integers: Python's `int(literal)`.

use alloc::string::{String, ToString};

use super::{EncodeError, lossy, numeral};
use crate::{
    DType, Result,
    cast::name,
    dtype::{ByteOrder, Extended, Kind},
    error::Excerpt,
    literal::Literal,
};

pub(super) fn range<T: Into<i128>>(least: T, greatest: T) -> core::ops::RangeInclusive<i128> {
    least.into()..=greatest.into()
}

/// Python's `int(literal)`, in a range.
pub(super) fn integer(
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

/// Writes the lower bytes of an integer.
pub(super) fn write_int(value: i128, dtype: &DType, dst: &mut [u8]) {
    for (byte, value) in dst.iter_mut().zip(value.to_le_bytes()) {
        *byte = value;
    }
    if dtype.byte_order() == ByteOrder::Big {
        dst.reverse();
    }
}

/// An integer beyond 64 bits, if 128 hold it.
pub(super) fn big(text: &str) -> Option<i128> {
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
