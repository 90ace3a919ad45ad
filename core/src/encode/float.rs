//! Floats and complex numbers: Python's `float(literal)` and `complex(literal)`.

use alloc::borrow::Cow;

use super::{EncodeError, does_not_fit, integer::big, lossy, numeral};
use crate::{
    DType, ErrorKind, Result,
    cast::{Cast, CastError, Casting, Overflow, name},
    dtype::Kind,
    error::Excerpt,
    literal::Literal,
};

pub(super) fn float(
    literal: &Literal<'_>,
    dtype: &DType,
    overflow: Overflow,
    dst: &mut [u8],
) -> Result<()> {
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

pub(super) fn complex(
    literal: &Literal<'_>,
    dtype: &DType,
    overflow: Overflow,
    dst: &mut [u8],
) -> Result<()> {
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
