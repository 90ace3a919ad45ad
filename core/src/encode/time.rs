//! Dates and spans of time.

use super::{EncodeError, date, does_not_fit, lossy};
use crate::{
    DType, Result,
    dtype::{NAT, TimeUnit},
    error::Excerpt,
    literal::Literal,
};

pub(super) fn datetime(literal: &Literal<'_>, unit: TimeUnit, dtype: &DType) -> Result<i64> {
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

pub(super) fn timedelta(literal: &Literal<'_>) -> Result<i64> {
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
