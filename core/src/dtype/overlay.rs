//! Tuples of a dtype and a shape, a width, or another dtype: `np.dtype((dtype, second))`.

use alloc::{boxed::Box, format, sync::Arc};

use super::{
    DType, DTypeError, Dims, Kind, StructType,
    build::{Packer, Shape, checked_itemsize},
    descr::{name_of, title_of},
};
use crate::{Result, literal::Literal};

/// `np.dtype((dtype, second))`.
pub(super) fn combine(dtype: DType, second: &Literal<'_>, depth: u32) -> Result<DType> {
    let all_integers = |items: &[Literal<'_>]| items.iter().all(is_integer);
    match second {
        Literal::Tuple(items) if all_integers(items) => {}
        second => {
            // NumPy tries the second item as a dtype, and as a shape if that fails for whatever
            // reason.
            if let Ok(overlay) = any_to_dtype(second, depth) {
                return overlay_with(dtype, &overlay);
            }
        }
    }
    if dtype.is_unsized() {
        return match second {
            Literal::Int(width) => dtype.repeat(&Shape::Int(*width)),
            _ => Err(DTypeError::ItemSize { found: None }.into()),
        };
    }
    match second {
        Literal::Tuple(items) if items.is_empty() => Ok(dtype),
        Literal::Tuple(items) | Literal::List(items) => {
            let dims: Dims = items.iter().map(dimension).collect::<Result<_>>()?;
            DType::sub_array(dtype, &dims)
        }
        // Bytes are a sequence of integers, and no characters are a sequence of none.
        Literal::Bytes(bytes) => {
            let dims: Dims = bytes.iter().map(|&b| u64::from(b)).collect();
            DType::sub_array(dtype, &dims)
        }
        Literal::Str(text) if text.is_empty() => DType::sub_array(dtype, &[]),
        single => DType::sub_array(dtype, &[dimension(single)?]),
    }
}

fn is_integer(literal: &Literal<'_>) -> bool {
    matches!(
        literal,
        Literal::Int(_) | Literal::BigInt(_) | Literal::Bool(_)
    )
}

fn dimension(literal: &Literal<'_>) -> Result<u64> {
    let why = match literal {
        Literal::Int(n) => match u64::try_from(*n) {
            Ok(n) => return Ok(n),
            Err(_) => "a negative dimension",
        },
        Literal::BigInt(_) => "a dimension beyond 2147483647",
        _ => "a dimension that is no integer",
    };
    Err(DTypeError::Shape { why }.into())
}

/// `np.dtype(literal)`, whose rules for lists differ from those of a header: fields are tuples
/// alone, padding is a field, and fields without a name get one.
fn any_to_dtype(literal: &Literal<'_>, depth: u32) -> Result<DType> {
    let depth = depth.checked_sub(1).ok_or(DTypeError::TooDeep)?;
    match literal {
        Literal::None => Ok(DType::FLOAT64),
        Literal::Str(text) => DType::parse_native(text),
        Literal::Bytes(bytes) => match core::str::from_utf8(bytes) {
            Ok(text) => DType::parse_native(text),
            Err(_) => Err(DTypeError::Descr {
                found: "bytes",
                expected: "a string",
            }
            .into()),
        },
        Literal::Tuple(items) => match items.as_slice() {
            [first, second] => combine(any_to_dtype(first, depth)?, second, depth),
            _ => Err(DTypeError::Descr {
                found: "a tuple",
                expected: "a dtype and a shape",
            }
            .into()),
        },
        Literal::List(items) => {
            let mut packer = Packer::default();
            for (i, item) in items.iter().enumerate() {
                push_any_field(&mut packer, i, item, depth)?;
            }
            packer.finish()
        }
        other => Err(DTypeError::Descr {
            found: name_of(other),
            expected: "a dtype",
        }
        .into()),
    }
}

fn push_any_field(packer: &mut Packer, i: usize, item: &Literal<'_>, depth: u32) -> Result<()> {
    let wrong = || DTypeError::Descr {
        found: name_of(item),
        expected: "a field (name, dtype) or (name, dtype, shape)",
    };
    let Literal::Tuple(parts) = item else {
        return Err(wrong().into());
    };
    let (name, dtype) = match parts.as_slice() {
        [name, dtype] => (name, any_to_dtype(dtype, depth)?),
        [name, dtype, shape] => {
            let dtype = any_to_dtype(dtype, depth)?;
            (name, combine(dtype, shape, depth)?)
        }
        _ => return Err(wrong().into()),
    };
    let (title, name) = match name {
        Literal::Tuple(pair) => match pair.as_slice() {
            [title, name] => (title_of(title), name),
            _ => return Err(wrong().into()),
        },
        name => (None, name),
    };
    let Literal::Str(name) = name else {
        return Err(DTypeError::FieldName {
            found: name_of(name),
        }
        .into());
    };
    let name: Box<str> = match (&**name, &title) {
        ("", None) => format!("f{i}").into(),
        // NumPy calls the field by its title, and then refuses it for having a title that is used.
        ("", Some(_)) => {
            return Err(DTypeError::FieldName {
                found: "an empty string with a title",
            }
            .into());
        }
        (name, _) => name.into(),
    };
    packer.push(name, title, dtype)
}

/// A dtype whose elements are also seen as those of another of the same size: its fields, if it
/// has some.
fn overlay_with(dtype: DType, overlay: &DType) -> Result<DType> {
    let resized = if dtype.is_unsized() {
        match dtype.kind {
            Kind::Bytes => DType::bytes(overlay.itemsize),
            // Raw data that holds objects without saying so could be read by mistake.
            Kind::Void if overlay.has_object() && overlay.fields().is_none() => {
                return Err(DTypeError::ObjectOverlap.into());
            }
            Kind::Void => DType::void(overlay.itemsize),
            Kind::Str if overlay.itemsize.is_multiple_of(4) => DType {
                itemsize: checked_itemsize(overlay.itemsize())?,
                ..dtype
            },
            _ if overlay.itemsize == 0 => dtype,
            _ => return Err(unsupported_overlay()),
        }
    } else {
        if dtype.itemsize != overlay.itemsize {
            return Err(DTypeError::SizeMismatch {
                old: dtype.itemsize(),
                new: overlay.itemsize(),
            }
            .into());
        }
        check_object_union(&dtype, overlay)?;
        dtype
    };
    let Kind::Struct(overlay_type) = &overlay.kind else {
        return Ok(resized);
    };
    let base = match &resized.kind {
        Kind::Void => None,
        Kind::Struct(below) => below.base.clone(),
        Kind::SubArray(_) => return Err(unsupported_overlay()),
        _ => Some(resized),
    };
    let mut fields = overlay.clone();
    if base != overlay_type.base {
        fields.kind = Kind::Struct(Arc::new(StructType {
            fields: overlay_type.fields.clone(),
            base,
        }));
    }
    Ok(fields)
}

#[cold]
fn unsupported_overlay() -> crate::Error {
    DTypeError::Unsupported {
        what: "an overlay of a sub-array or of a string",
    }
    .into()
}

/// Objects may be overlaid with a structure of a single object alone.
fn check_object_union(dtype: &DType, overlay: &DType) -> Result<(), DTypeError> {
    if !dtype.has_object() && !overlay.has_object() {
        return Ok(());
    }
    match (&dtype.kind, overlay.fields()) {
        (Kind::Object, Some([field])) if field.dtype.kind == Kind::Object => Ok(()),
        _ => Err(DTypeError::ObjectOverlap),
    }
}
