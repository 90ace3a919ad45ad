//! Strings, of characters or bytes: Python's `str(literal)`.

use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};

use super::{EncodeError, lossy};
use crate::{
    DType, Result,
    cast::{Overflow, name},
    dtype::{ByteOrder, Kind},
    error::Excerpt,
    literal::Literal,
};

/// Python's `str(literal)`, or `bytes` as they are.
pub(super) fn text(
    literal: &Literal<'_>,
    dtype: &DType,
    overflow: Overflow,
    dst: &mut [u8],
) -> Result<()> {
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
pub(super) fn fit(
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
