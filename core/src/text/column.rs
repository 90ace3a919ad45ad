//! How the elements of an array are written so that they line up.

use alloc::{boxed::Box, string::String};

use super::{
    EDGE, THRESHOLD, element, float::FloatColumn, pad, put, real::FloatKind, signed, size, size_of,
    string, time, unsigned, values::Values,
};
use crate::{
    DType,
    dtype::{Dims, Kind, NAT, StructType, TimeUnit},
};

/// How every value of a dtype is written among its like.
#[derive(Clone, Debug)]
pub(super) struct Column {
    dtype: DType,
    how: How,
}

#[derive(Clone, Debug)]
enum How {
    /// As `str` writes a scalar.
    Scalar,
    /// As `repr` writes a string.
    Quoted,
    /// `True` as wide as `False`, or not.
    Bool {
        padded: bool,
    },
    Integer {
        width: usize,
    },
    Float(FloatKind, FloatColumn),
    Complex(FloatKind, Box<(FloatColumn, FloatColumn)>),
    Datetime {
        unit: TimeUnit,
        width: usize,
    },
    Timedelta {
        width: usize,
    },
    Struct(Box<[Part]>),
}

/// A field.
#[derive(Clone, Debug)]
struct Part {
    offset: usize,
    itemsize: usize,
    /// The shape of the sub-array that the field holds.
    shape: Option<Dims>,
    column: Column,
}

/// Where the values of a [`Column`] stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// In a structure that is printed on its own, not as an element of an array: floats are
    /// written as scalars then.
    pub(super) scalar: bool,
    /// In an array or a sub-array.
    pub(super) array: bool,
}

impl Column {
    /// Looks at all values to find out how to write them.
    pub(super) fn new(dtype: &DType, values: &Values<'_>, context: Context) -> Self {
        let dtype = plain(dtype);
        let order = dtype.byte_order();
        let how = match dtype.kind() {
            Kind::Bool => How::Bool {
                padded: context.array,
            },
            Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => {
                let numbers = values.iter().map(|bytes| signed(bytes, order));
                How::Integer {
                    width: extremes_width(numbers, |n, out| put(out, format_args!("{n}"))),
                }
            }
            Kind::UInt8 | Kind::UInt16 | Kind::UInt32 | Kind::UInt64 => {
                let numbers = values.iter().map(|bytes| unsigned(bytes, order));
                How::Integer {
                    width: extremes_width(numbers, |n, out| put(out, format_args!("{n}"))),
                }
            }
            Kind::DateTime64(unit) => How::Datetime {
                unit: *unit,
                width: timelike_width(dtype, values, |count, out| {
                    write_datetime(count, *unit, out);
                }),
            },
            Kind::TimeDelta64(_) => How::Timedelta {
                width: timelike_width(dtype, values, |count, out| {
                    put(out, format_args!("{count}"))
                }),
            },
            Kind::Bytes | Kind::Str => How::Quoted,
            Kind::Struct(fields) => How::Struct(parts(fields, values, context)),
            kind => match FloatKind::of(kind) {
                Some(_) if is_real(kind) && context.scalar => How::Scalar,
                Some(float) if is_real(kind) => {
                    let numbers = values.iter().map(|bytes| float.read(bytes, order));
                    How::Float(float, FloatColumn::new(numbers, float, false))
                }
                Some(float) => {
                    let half = size_of(dtype) / 2;
                    let column = |offset, plus| {
                        let halves = values.field(offset, half);
                        let numbers = halves.iter().map(|bytes| float.read(bytes, order));
                        FloatColumn::new(numbers, float, plus)
                    };
                    How::Complex(float, Box::new((column(0, false), column(half, true))))
                }
                None => How::Scalar,
            },
        };
        Self {
            dtype: dtype.clone(),
            how,
        }
    }

    /// Writes one of the values.
    pub(super) fn write(&self, bytes: &[u8], out: &mut String) {
        let start = out.len();
        let order = self.dtype.byte_order();
        match &self.how {
            How::Scalar => element::write(&self.dtype, bytes, out),
            How::Quoted if *self.dtype.kind() == Kind::Str => {
                string::write_str_repr(bytes, order, out);
            }
            How::Quoted => string::write_bytes(bytes, out),
            How::Bool { padded } => {
                element::write(&self.dtype, bytes, out);
                pad(out, start, if *padded { 5 } else { 0 });
            }
            How::Integer { width } => {
                element::write(&self.dtype, bytes, out);
                pad(out, start, *width);
            }
            How::Float(float, column) => column.write(float.read(bytes, order), out),
            How::Complex(float, columns) => {
                let (real, imaginary) = element::halves(bytes);
                columns.0.write(float.read(real, order), out);
                columns.1.write_imaginary(float.read(imaginary, order), out);
            }
            How::Datetime { unit, width } => {
                write_datetime(signed(bytes, order), *unit, out);
                pad(out, start, *width);
            }
            How::Timedelta { width } => {
                match signed(bytes, order) {
                    NAT => out.push_str("'NaT'"),
                    count => put(out, format_args!("{count}")),
                }
                pad(out, start, *width);
            }
            How::Struct(parts) => write_struct(parts, bytes, out),
        }
    }
}

/// The dtype whose scalars NumPy makes of elements: of fields that overlay a plain dtype that one.
pub(super) fn plain(dtype: &DType) -> &DType {
    match dtype.kind() {
        Kind::Struct(fields) => fields.base.as_ref().unwrap_or(dtype),
        _ => dtype,
    }
}

fn is_real(kind: &Kind) -> bool {
    !matches!(kind, Kind::Complex64 | Kind::Complex128 | Kind::CLongDouble)
}

fn parts(fields: &StructType, values: &Values<'_>, context: Context) -> Box<[Part]> {
    let parts = fields.fields.iter().map(|field| {
        let (offset, itemsize) = (field.offset as usize, size_of(&field.dtype));
        let values = values.field(offset, itemsize);
        let (element, shape) = field.dtype.flatten();
        let is_array = matches!(field.dtype.kind(), Kind::SubArray(_));
        let column = if is_array {
            let count = usize::try_from(size(&shape)).unwrap_or(usize::MAX);
            let context = Context {
                array: true,
                ..context
            };
            Column::new(element, &values.elements(count, size_of(element)), context)
        } else {
            Column::new(element, &values, context)
        };
        Part {
            offset,
            itemsize,
            shape: is_array.then_some(shape),
            column,
        }
    });
    parts.collect()
}

/// The length of the longer one of the texts of the least and of the greatest value.
fn extremes_width<T: Ord + Copy>(
    values: impl Iterator<Item = T> + Clone,
    write: impl Fn(T, &mut String),
) -> usize {
    let extremes = [values.clone().min(), values.max()];
    let widths = extremes.into_iter().flatten().map(|value| {
        let mut text = String::new();
        write(value, &mut text);
        text.len()
    });
    widths.max().unwrap_or(0)
}

/// As NumPy, takes the longest of the extremes and of `'NaT'`, though others may be longer.
fn timelike_width(dtype: &DType, values: &Values<'_>, write: impl Fn(i64, &mut String)) -> usize {
    let order = dtype.byte_order();
    let counts = values.iter().map(|bytes| signed(bytes, order));
    let width = extremes_width(counts.clone().filter(|&count| count != NAT), write);
    let has_nat = counts.into_iter().any(|count| count == NAT);
    width.max(if has_nat { "'NaT'".len() } else { 0 })
}

fn write_datetime(count: i64, unit: TimeUnit, out: &mut String) {
    out.push('\'');
    time::write_datetime(count, unit, out);
    out.push('\'');
}

fn write_struct(parts: &[Part], bytes: &[u8], out: &mut String) {
    out.push('(');
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        let field = slice(bytes, part.offset, part.itemsize);
        match &part.shape {
            None => part.column.write(field, out),
            Some(shape) => {
                let summarized = size(shape) > THRESHOLD;
                write_sub_array(shape, summarized, &part.column, field, out);
            }
        }
    }
    out.push_str(if parts.len() == 1 { ",)" } else { ")" });
}

/// Writes a sub-array in one line, with its corners alone if it is `summarized`.
fn write_sub_array(
    shape: &[u64],
    summarized: bool,
    column: &Column,
    bytes: &[u8],
    out: &mut String,
) {
    let Some((&dim, rest)) = shape.split_first() else {
        return column.write(bytes, out);
    };
    // Items of no bytes may be more than memory has, but then all are the same.
    let dim = usize::try_from(dim).unwrap_or(usize::MAX);
    let itemsize = bytes.len().checked_div(dim).unwrap_or(0);
    out.push('[');
    let mut index = 0;
    while index < dim {
        if index > 0 {
            out.push_str(", ");
        }
        if index == EDGE && summarized && dim > 2 * EDGE {
            out.push_str("...");
            index = dim - EDGE;
            continue;
        }
        let item = slice(bytes, index.saturating_mul(itemsize), itemsize);
        write_sub_array(rest, summarized, column, item, out);
        index += 1;
    }
    out.push(']');
}

/// The bytes of a part that the dtype says is there.
fn slice(bytes: &[u8], offset: usize, size: usize) -> &[u8] {
    let part = bytes.get(offset..).and_then(|bytes| bytes.get(..size));
    debug_assert!(
        part.is_some(),
        "a part at {offset} of size {size} lies outside"
    );
    part.unwrap_or_default()
}
