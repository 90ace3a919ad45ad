//! Descriptors: the Python literals that name a dtype in a header.

use alloc::{
    borrow::Cow,
    boxed::Box,
    format,
    string::{String, ToString},
    sync::Arc,
    vec,
    vec::Vec,
};

use super::{
    ByteOrder, DType, DTypeError, Dims, Extended, Field, Kind, StructType, Title,
    build::{Packer, Shape, checked_itemsize},
};
use crate::{
    Result,
    literal::{Dialect, Literal},
};

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
    /// [`DTypeError`], wherever NumPy raises an error; besides, for sets of several fields, whose
    /// order is chance, and for a dict as the overlay of another dtype.
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

    /// The `descr` entry that NumPy writes for the dtype.
    ///
    /// A sub-array, and a plain dtype overlaid with fields, lose what the header cannot express:
    /// the former become raw data, the latter just their fields.
    ///
    /// # Errors
    ///
    /// [`DTypeError::NotDescribable`] if fields overlap or do not follow one another, or a title is not
    /// a number that a header can express.
    pub fn descr(&self) -> Result<Literal<'_>> {
        match &self.kind {
            Kind::Struct(fields) => Ok(Literal::List(field_list(fields, self.itemsize())?)),
            _ => Ok(Literal::from(self.type_string())),
        }
    }

    /// NumPy's `dtype.str`: byte order, letter, size.
    ///
    /// Structures and sub-arrays are raw data here. The types of ml_dtypes give what that package
    /// writes, which does not tell them apart.
    pub fn type_string(&self) -> String {
        let order = match self.order {
            ByteOrder::Little => '<',
            ByteOrder::Big => '>',
            ByteOrder::None => '|',
        };
        let size = self.itemsize;
        match &self.kind {
            Kind::Bool => String::from("|b1"),
            Kind::Object => String::from("|O"),
            Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => format!("{order}i{size}"),
            Kind::UInt8 | Kind::UInt16 | Kind::UInt32 | Kind::UInt64 => format!("{order}u{size}"),
            Kind::Float16 | Kind::Float32 | Kind::Float64 | Kind::LongDouble => {
                format!("{order}f{size}")
            }
            Kind::Complex64 | Kind::Complex128 | Kind::CLongDouble => format!("{order}c{size}"),
            Kind::Bytes => format!("|S{size}"),
            Kind::Str => format!("{order}U{}", size / 4),
            Kind::DateTime64(unit) => format!("{order}M8{unit}"),
            Kind::TimeDelta64(unit) => format!("{order}m8{unit}"),
            Kind::Extended(extended) => {
                let order = if order == '|' { '<' } else { order };
                let letter = match extended {
                    Extended::Complex32 => 'W',
                    Extended::Float8E5M2 => 'f',
                    _ => 'V',
                };
                format!("{order}{letter}{size}")
            }
            Kind::Void | Kind::Struct(_) | Kind::SubArray(_) => format!("|V{size}"),
        }
    }
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
    let parts: Vec<_> = Items::of(field)
        .ok_or(DTypeError::Descr {
            found: name_of(field),
            expected: "a field (name, descr) or (name, descr, shape)",
        })?
        // One more than a field can have is enough to know that there are too many.
        .take(4)
        .collect();
    let (name, dtype) = match parts.as_slice() {
        [name, descr] => (name, descr_to_dtype(descr, depth)?),
        [name, descr, shape] => {
            let dtype = descr_to_dtype(descr, depth)?;
            (name, combine(dtype, shape, depth)?)
        }
        _ => {
            return Err(DTypeError::FieldParts {
                found: Items::of(field).map_or(0, Items::len),
            }
            .into());
        }
    };
    let has_no_name = matches!(&**name, Literal::Str(name) if name.is_empty());
    if has_no_name && matches!(dtype.kind, Kind::Void | Kind::SubArray(_)) {
        packer.pad(dtype.itemsize());
        return Ok(());
    }
    let (title, name) = match &**name {
        Literal::Tuple(pair) => match pair.as_slice() {
            [title, name] => (title_of(title), name),
            _ => {
                return Err(DTypeError::FieldName {
                    found: "a tuple that is no pair of title and name",
                }
                .into());
            }
        },
        name => (None, name),
    };
    match name {
        Literal::Str(name) => packer.push(name.as_ref().into(), title, dtype),
        other => Err(DTypeError::FieldName {
            found: name_of(other),
        }
        .into()),
    }
}

fn title_of(title: &Literal<'_>) -> Option<Title> {
    match title {
        Literal::None => None,
        Literal::Str(title) => Some(Title::Text(title.as_ref().into())),
        other => Some(Title::Other(other.to_string().into())),
    }
}

/// `np.dtype((dtype, second))`.
fn combine(dtype: DType, second: &Literal<'_>, depth: u32) -> Result<DType> {
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

    fn len(self) -> usize {
        self.count()
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
fn name_of(literal: &Literal<'_>) -> &'static str {
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

/// The fields of a structure as NumPy describes them, with gaps spelt out.
fn field_list<'a>(
    structure: &'a StructType,
    itemsize: u64,
) -> Result<Vec<Literal<'a>>, DTypeError> {
    let mut list = Vec::with_capacity(structure.fields.len());
    let mut end = 0;
    let gap = |bytes: u64| {
        let raw = Literal::from(format!("|V{bytes}"));
        Literal::Tuple(vec![Literal::Str("".into()), raw])
    };
    for Field {
        name,
        title,
        dtype,
        offset,
    } in &structure.fields
    {
        let offset = u64::from(*offset);
        if offset > end {
            list.push(gap(offset - end));
        } else if offset < end {
            return Err(DTypeError::NotDescribable);
        }
        end = offset + dtype.itemsize();
        let name = Literal::Str(Cow::Borrowed(&**name));
        let name = match title {
            Some(Title::Text(title)) => {
                Literal::Tuple(vec![Literal::Str(Cow::Borrowed(&**title)), name])
            }
            Some(Title::Other(title)) => {
                // Of what Python prints, infinity and NaN alone are no literals.
                let title = Literal::parse(title, Dialect::Python3)
                    .map_err(|_| DTypeError::NotDescribable)?;
                Literal::Tuple(vec![title, name])
            }
            None => name,
        };
        list.push(Literal::Tuple(match &dtype.kind {
            Kind::SubArray(sub) => vec![name, nested(&sub.element)?, shape(&sub.shape)],
            _ => vec![name, nested(dtype)?],
        }));
    }
    if itemsize > end {
        list.push(gap(itemsize - end));
    }
    Ok(list)
}

/// A dtype inside a structure.
fn nested(dtype: &DType) -> Result<Literal<'_>, DTypeError> {
    Ok(match &dtype.kind {
        Kind::Struct(fields) => Literal::List(field_list(fields, dtype.itemsize())?),
        Kind::SubArray(sub) => Literal::Tuple(vec![nested(&sub.element)?, shape(&sub.shape)]),
        _ => Literal::from(dtype.type_string()),
    })
}

fn shape(dims: &[u64]) -> Literal<'static> {
    Literal::Tuple(
        dims.iter()
            // Dimensions fit in an i32.
            .map(|&dim| Literal::Int(i64::try_from(dim).unwrap_or(i64::MAX)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
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
