//! One element: a structure, a sub-array, or a single value of any kind.

use alloc::string::ToString;

use super::{
    EncodeError, encode_array,
    float::{complex, float},
    integer::{integer, range, write_int},
    nested::shape_of,
    size_of,
    text::{fit, text},
    time::{datetime, timedelta},
};
use crate::{
    DType, ErrorKind, Result,
    cast::{Cast, Casting, Overflow, plain},
    dtype::{Extended, Kind},
    layout::LayoutError,
    literal::Literal,
};

/// Writes an element of a dtype without objects. The recursion is as deep as the dtype is.
pub(super) fn element(
    literal: &Literal<'_>,
    dtype: &DType,
    overflow: Overflow,
    dst: &mut [u8],
) -> Result<()> {
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
