//! `str(dtype)`, as NumPy 2 prints it.

use alloc::borrow::Cow;
use core::fmt::{self, Display, Write};

use super::{ByteOrder, DType, Field, Kind, StructType, SubArrayType, Title};
use crate::literal::Literal;

/// NumPy's `str(dtype)`: `float32`, `>f4`, `<U7`, `[('x', '<f4'), ('y', '<i2')]`.
///
/// Structures with gaps, or with fields out of order, are shown as a dict of names, formats and
/// offsets. The length is that of the descriptor within a small factor.
impl Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = u64::from(self.itemsize) * 8;
        match &self.kind {
            Kind::Struct(structure) => write_struct(f, structure, self.itemsize),
            Kind::SubArray(sub) => write_sub_array(f, sub),
            Kind::Bytes | Kind::Str | Kind::Void => f.write_str(&self.type_string()),
            _ if !self.is_native() => f.write_str(&self.type_string()),
            Kind::Bool => f.write_str("bool"),
            Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => write!(f, "int{bits}"),
            Kind::UInt8 | Kind::UInt16 | Kind::UInt32 | Kind::UInt64 => write!(f, "uint{bits}"),
            Kind::Float16 | Kind::Float32 | Kind::Float64 | Kind::LongDouble => {
                write!(f, "float{bits}")
            }
            Kind::Complex64 | Kind::Complex128 | Kind::CLongDouble => write!(f, "complex{bits}"),
            Kind::Extended(extended) => f.write_str(extended.name()),
            Kind::DateTime64(unit) => write!(f, "datetime64{unit}"),
            Kind::TimeDelta64(unit) => write!(f, "timedelta64{unit}"),
            Kind::Object => f.write_str("object"),
        }
    }
}

/// A dtype inside another: as the argument that would make it.
struct Format<'a>(&'a DType);

impl Display for Format<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dtype = self.0;
        let order = match dtype.order {
            ByteOrder::Little => "<",
            ByteOrder::Big => ">",
            ByteOrder::None => "",
        };
        let letter = dtype.kind.letter();
        let size = match &dtype.kind {
            Kind::Struct(structure) => return write_struct(f, structure, dtype.itemsize),
            Kind::SubArray(sub) => return write_sub_array(f, sub),
            Kind::Extended(extended) => return f.write_str(extended.name()),
            Kind::Bool => return f.write_str("'?'"),
            Kind::Object => return f.write_str("'O'"),
            Kind::DateTime64(unit) | Kind::TimeDelta64(unit) => {
                return write!(f, "'{order}{letter}8{unit}'");
            }
            Kind::Str => dtype.itemsize / 4,
            _ => dtype.itemsize,
        };
        match size {
            0 => write!(f, "'{order}{letter}'"),
            size => write!(f, "'{order}{letter}{size}'"),
        }
    }
}

fn write_sub_array(f: &mut fmt::Formatter<'_>, sub: &SubArrayType) -> fmt::Result {
    let shape = Literal::tuple_of(&sub.shape);
    write!(f, "({}, {shape})", Format(&sub.element))
}

fn write_struct(f: &mut fmt::Formatter<'_>, structure: &StructType, itemsize: u32) -> fmt::Result {
    let base = structure.base.as_ref();
    if let Some(base) = base {
        write!(f, "({}, ", scalar_type(base))?;
    }
    if is_packed(&structure.fields, itemsize) {
        write_list(f, &structure.fields, write_field)?;
    } else {
        write_dict(f, &structure.fields, itemsize)?;
    }
    match base {
        Some(_) => f.write_char(')'),
        None => Ok(()),
    }
}

/// Whether the fields follow one another, so that a list is enough to describe them.
fn is_packed(fields: &[Field], itemsize: u32) -> bool {
    let mut end = 0;
    let in_order = fields.iter().all(|field| {
        let follows = u64::from(field.offset) == end;
        end += field.dtype.itemsize();
        follows
    });
    in_order && end == u64::from(itemsize)
}

fn write_field(f: &mut fmt::Formatter<'_>, field: &Field) -> fmt::Result {
    let name = quoted(&field.name);
    match &field.title {
        Some(title) => write!(f, "(({}, {name}), ", Quoted(title))?,
        None => write!(f, "({name}, ")?,
    }
    match &field.dtype.kind {
        Kind::SubArray(sub) => {
            let shape = Literal::tuple_of(&sub.shape);
            write!(f, "{}, {shape}", Format(&sub.element))?;
        }
        _ => Format(&field.dtype).fmt(f)?,
    }
    f.write_char(')')
}

fn write_dict(f: &mut fmt::Formatter<'_>, fields: &[Field], itemsize: u32) -> fmt::Result {
    f.write_str("{'names': ")?;
    write_list(f, fields, |f, field| quoted(&field.name).fmt(f))?;
    f.write_str(", 'formats': ")?;
    write_list(f, fields, |f, field| Format(&field.dtype).fmt(f))?;
    f.write_str(", 'offsets': ")?;
    write_list(f, fields, |f, field| field.offset.fmt(f))?;
    if fields.iter().any(|field| field.title.is_some()) {
        f.write_str(", 'titles': ")?;
        write_list(f, fields, |f, field| match &field.title {
            Some(title) => Quoted(title).fmt(f),
            None => f.write_str("None"),
        })?;
    }
    write!(f, ", 'itemsize': {itemsize}}}")
}

fn write_list<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    mut write: impl FnMut(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    f.write_char('[')?;
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        write(f, item)?;
    }
    f.write_char(']')
}

/// Python's `repr` of a string.
fn quoted(text: &str) -> Literal<'_> {
    Literal::Str(Cow::Borrowed(text))
}

/// Python's `repr` of a title.
struct Quoted<'a>(&'a Title);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Title::Text(text) => quoted(text).fmt(f),
            Title::Other(literal) => f.write_str(literal),
        }
    }
}

/// The scalar type of a plain dtype, with the module it is from.
fn scalar_type(dtype: &DType) -> &'static str {
    match &dtype.kind {
        Kind::Bool => "numpy.bool",
        Kind::Int8 => "numpy.int8",
        Kind::Int16 => "numpy.int16",
        Kind::Int32 => "numpy.int32",
        Kind::Int64 => "numpy.int64",
        Kind::UInt8 => "numpy.uint8",
        Kind::UInt16 => "numpy.uint16",
        Kind::UInt32 => "numpy.uint32",
        Kind::UInt64 => "numpy.uint64",
        Kind::Float16 => "numpy.float16",
        Kind::Float32 => "numpy.float32",
        Kind::Float64 => "numpy.float64",
        Kind::LongDouble => "numpy.longdouble",
        Kind::Complex64 => "numpy.complex64",
        Kind::Complex128 => "numpy.complex128",
        Kind::CLongDouble => "numpy.clongdouble",
        Kind::Extended(extended) => extended.name(),
        Kind::Bytes => "numpy.bytes_",
        Kind::Str => "numpy.str_",
        Kind::DateTime64(_) => "numpy.datetime64",
        Kind::TimeDelta64(_) => "numpy.timedelta64",
        Kind::Object => "numpy.object_",
        Kind::Void | Kind::Struct(_) | Kind::SubArray(_) => "numpy.void",
    }
}
