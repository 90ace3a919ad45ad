//! Descriptors as NumPy writes them.

use alloc::{borrow::Cow, format, string::String, vec, vec::Vec};

use super::{ByteOrder, DType, DTypeError, Extended, Field, Kind, StructType, Title};
use crate::{
    Result,
    literal::{Dialect, Literal},
};

impl DType {
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
        let (letter, size) = (self.kind.letter(), self.itemsize);
        match &self.kind {
            Kind::Object => String::from("|O"),
            Kind::Str => format!("{order}U{}", size / 4),
            Kind::DateTime64(unit) | Kind::TimeDelta64(unit) => format!("{order}{letter}8{unit}"),
            Kind::Extended(extended) => {
                let order = if order == '|' { '<' } else { order };
                let letter = match extended {
                    Extended::Complex32 => 'W',
                    Extended::Float8E5M2 => 'f',
                    _ => 'V',
                };
                format!("{order}{letter}{size}")
            }
            _ => format!("{order}{letter}{size}"),
        }
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
            Kind::SubArray(sub) => vec![name, nested(&sub.element)?, Literal::tuple_of(&sub.shape)],
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
        Kind::SubArray(sub) => {
            Literal::Tuple(vec![nested(&sub.element)?, Literal::tuple_of(&sub.shape)])
        }
        _ => Literal::from(dtype.type_string()),
    })
}
