//! Descriptors: the Python literals that name a dtype in a header.

use alloc::{
    borrow::Cow,
    boxed::Box,
    string::{String, ToString},
};

use super::{ByteOrder, DType, DTypeError, Extended, Kind, Title, build::Packer, overlay::combine};
use crate::{Result, literal::Literal};

impl DType {
    /// The dtype that the `descr` entry of a header stands for.
    ///
    /// The rules are those of NumPy's `numpy.lib.format.descr_to_dtype`: a string is a dtype
    /// string; a tuple is a dtype and a shape, a width, or a second dtype that overlays it; anything
    /// else is a sequence of fields `(name, descr)` or `(name, descr, shape)`, where a name can be
    /// a tuple `(title, name)`, and raw data with an empty name is padding.
    ///
    /// Strings that packages outside of NumPy have written, and that NumPy itself refuses, are raw
    /// data ([`Kind::Void`]) of the right size; [`foreign_descr`] knows them.
    ///
    /// # Errors
    ///
    /// [`DTypeError`], wherever NumPy raises an error. Refused besides are a few descriptors that
    /// NumPy takes and no program writes: a set of several fields, whose order is chance; a dict or
    /// a string of a fraction of a character laid over another dtype; anything laid over a
    /// sub-array; `StringDType`; and units of time that NumPy computes wrongly, such as `M8[W/52]`.
    ///
    /// ```
    /// use npymap_core::{DType, literal::Literal};
    ///
    /// let field = |name: &'static str, descr: &'static str| {
    ///     Literal::Tuple(vec![Literal::Str(name.into()), Literal::Str(descr.into())])
    /// };
    /// let descr = Literal::List(vec![field("x", "|u1"), field("", "|V3"), field("y", "<f4")]);
    /// let dtype = DType::from_descr(&descr)?;
    /// assert_eq!(dtype.itemsize(), 8);
    /// assert_eq!(dtype.field("y").unwrap().offset, 4);
    /// assert_eq!(dtype.descr()?, descr);
    /// # Ok::<_, npymap_core::Error>(())
    /// ```
    pub fn from_descr(descr: &Literal<'_>) -> Result<Self> {
        descr_to_dtype(descr, Literal::MAX_DEPTH)
    }

    /// The same for a string.
    pub(crate) fn from_plain_text(descr: &str) -> Result<Self> {
        string(descr)
    }

    /// The same for a list of fields that were read without making literals of them.
    pub(crate) fn from_plain_fields(fields: &[PlainField<'_>]) -> Result<Self> {
        let mut packer = Packer::with_capacity(fields.len());
        for field in fields {
            let dtype = string(field.descr)?;
            let dtype = match &field.shape {
                Some(shape) => dtype.with_shape(shape)?,
                None => dtype,
            };
            push_untitled(&mut packer, field.name, dtype)?;
        }
        packer.finish()
    }
}

/// A field `(name, descr)` or `(name, descr, shape)` of which the first two are strings, and the
/// third is a tuple of integers.
#[derive(Debug)]
pub(crate) struct PlainField<'a> {
    pub(crate) name: &'a str,
    pub(crate) descr: &'a str,
    pub(crate) shape: Option<Box<[u64]>>,
}

/// The type of ml_dtypes that a type string in a header probably stands for.
///
/// `bfloat16` is written as `<V2`, which NumPy reads as raw data, `float8_e5m2` as `<f1` and
/// `complex32` as `<W4`, both of which NumPy refuses; other programs have written `<g2` or the
/// bare name. [`DType::from_descr`] takes them all for raw data, so that the caller can decide
/// what they are. The remaining types of one byte all become `<V1`, which tells nothing.
///
/// ```
/// use npymap_core::dtype::{Extended, foreign_descr};
///
/// assert_eq!(foreign_descr("<V2"), Some(Extended::BFloat16));
/// assert_eq!(foreign_descr("|V2"), None);
/// ```
pub fn foreign_descr(text: &str) -> Option<Extended> {
    match text {
        "<V2" | "<g2" => Some(Extended::BFloat16),
        "<f1" => Some(Extended::Float8E5M2),
        "<W4" => Some(Extended::Complex32),
        name => Extended::from_name(name),
    }
}

/// `numpy.lib.format.descr_to_dtype`.
fn descr_to_dtype(descr: &Literal<'_>, depth: u32) -> Result<DType> {
    let depth = depth.checked_sub(1).ok_or(DTypeError::TooDeep)?;
    match descr {
        Literal::Str(text) => string(text),
        Literal::Tuple(items) => match items.as_slice() {
            [first, second, ..] => combine(descr_to_dtype(first, depth)?, second, depth),
            _ => Err(DTypeError::Descr {
                found: "a tuple of fewer than 2 items",
                expected: "a dtype and a shape",
            }
            .into()),
        },
        other => {
            let fields = Items::of(other).ok_or(DTypeError::Descr {
                found: name_of(other),
                expected: "a string, a tuple or a list of fields",
            })?;
            let mut packer = Packer::default();
            for field in fields {
                push_field(&mut packer, &field, depth)?;
            }
            packer.finish()
        }
    }
}

/// A type string of a header.
fn string(text: &str) -> Result<DType> {
    match DType::parse_native(text) {
        Ok(dtype) => Ok(dtype),
        Err(error) => foreign_descr(text)
            .and_then(|extended| DType::fixed(Kind::Extended(extended), ByteOrder::NATIVE))
            .map(|extended| DType::void(extended.itemsize))
            .ok_or(error),
    }
}

fn push_field(packer: &mut Packer, field: &Literal<'_>, depth: u32) -> Result<()> {
    let items = Items::of(field).ok_or(DTypeError::Descr {
        found: name_of(field),
        expected: "a field (name, descr) or (name, descr, shape)",
    })?;
    let parts: Cow<'_, [Literal<'_>]> = match field {
        Literal::Tuple(parts) | Literal::List(parts) => parts.into(),
        // One more than a field can have is enough to know that there are too many.
        _ => items.clone().take(4).map(Cow::into_owned).collect(),
    };
    let (name, dtype) = match &*parts {
        [name, descr] => (name, descr_to_dtype(descr, depth)?),
        [name, descr, shape] => {
            let dtype = descr_to_dtype(descr, depth)?;
            (name, combine(dtype, shape, depth)?)
        }
        _ => {
            return Err(DTypeError::FieldParts {
                found: items.count(),
            }
            .into());
        }
    };
    let found = match name {
        Literal::Str(name) => return push_untitled(packer, name, dtype),
        Literal::Tuple(pair) => match pair.as_slice() {
            [title, Literal::Str(name)] => {
                return packer.push(name.as_ref().into(), title_of(title), dtype);
            }
            [_, other] => name_of(other),
            _ => "a tuple that is no pair of title and name",
        },
        other => name_of(other),
    };
    Err(DTypeError::FieldName { found }.into())
}

/// Adds a field, or padding, which is raw data with an empty name.
fn push_untitled(packer: &mut Packer, name: &str, dtype: DType) -> Result<()> {
    if name.is_empty() && matches!(dtype.kind, Kind::Void | Kind::SubArray(_)) {
        packer.pad(dtype.itemsize());
        return Ok(());
    }
    packer.push(name.into(), None, dtype)
}

pub(super) fn title_of(title: &Literal<'_>) -> Option<Title> {
    match title {
        Literal::None => None,
        Literal::Str(title) => Some(Title::Text(title.as_ref().into())),
        other => Some(Title::Other(other.to_string().into())),
    }
}

/// The items over which Python would iterate.
#[derive(Clone, Debug)]
enum Items<'l, 'a> {
    Sequence(core::slice::Iter<'l, Literal<'a>>),
    Keys(core::slice::Iter<'l, (Literal<'a>, Literal<'a>)>),
    Chars(core::str::Chars<'l>),
    Bytes(core::slice::Iter<'l, u8>),
}

impl<'l, 'a> Items<'l, 'a> {
    fn of(literal: &'l Literal<'a>) -> Option<Self> {
        Some(match literal {
            Literal::Tuple(items) | Literal::List(items) => Self::Sequence(items.iter()),
            // The order of a larger set is different in every process.
            Literal::Set(items) if items.len() <= 1 => Self::Sequence(items.iter()),
            Literal::Dict(items) => Self::Keys(items.iter()),
            Literal::Str(text) => Self::Chars(text.chars()),
            Literal::Bytes(bytes) => Self::Bytes(bytes.iter()),
            _ => return None,
        })
    }
}

impl<'l, 'a> Iterator for Items<'l, 'a> {
    type Item = Cow<'l, Literal<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Sequence(items) => items.next().map(Cow::Borrowed),
            Self::Keys(items) => items.next().map(|(key, _)| Cow::Borrowed(key)),
            Self::Chars(chars) => chars
                .next()
                .map(|c| Cow::Owned(Literal::from(String::from(c)))),
            Self::Bytes(bytes) => bytes
                .next()
                .map(|&b| Cow::Owned(Literal::Int(i64::from(b)))),
        }
    }
}

/// What a literal is, for messages.
pub(super) fn name_of(literal: &Literal<'_>) -> &'static str {
    match literal {
        Literal::None => "None",
        Literal::Bool(_) => "a bool",
        Literal::Int(_) | Literal::BigInt(_) => "an integer",
        Literal::Float(_) => "a float",
        Literal::Complex { .. } => "a complex number",
        Literal::Ellipsis => "an ellipsis",
        Literal::Str(_) => "a string",
        Literal::Bytes(_) => "bytes",
        Literal::Tuple(_) => "a tuple",
        Literal::List(_) => "a list",
        Literal::Set(_) => "a set",
        Literal::Dict(_) => "a dict",
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn foreign_strings_are_raw_data() {
        for (text, size) in [
            ("<f1", 1),
            ("<W4", 4),
            ("bfloat16", 2),
            ("<g2", 2),
            ("<V2", 2),
        ] {
            let dtype = DType::from_descr(&Literal::Str(text.into())).unwrap();
            assert_eq!(dtype, DType::void(size), "{text}");
            assert!(foreign_descr(text).is_some(), "{text}");
        }
        assert!(DType::parse("<f1").is_err());
        assert!(DType::from_descr(&Literal::Str("<f3".into())).is_err());
    }

    #[test]
    fn depth_is_bounded() {
        let mut descr = Literal::Str("<f4".into());
        for _ in 0..Literal::MAX_DEPTH {
            descr = Literal::Tuple(vec![descr, Literal::Tuple(vec![Literal::Int(1)])]);
        }
        let error = DType::from_descr(&descr).unwrap_err();
        assert_eq!(error.kind(), &DTypeError::TooDeep.into());
        let Literal::Tuple(mut parts) = descr else {
            unreachable!()
        };
        let dtype = DType::from_descr(&parts.swap_remove(0)).unwrap();
        assert_eq!(u32::from(dtype.depth), Literal::MAX_DEPTH - 1);
        assert_eq!(dtype.descr().unwrap(), Literal::Str("|V4".into()));

        let mut dtype = dtype;
        while let Ok(deeper) = DType::structure([("a", dtype.clone())]) {
            dtype = deeper;
        }
        assert_eq!(dtype.depth, DType::MAX_DEPTH);
        assert!(dtype.descr().is_ok());
    }
}
