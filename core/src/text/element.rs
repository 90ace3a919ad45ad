//! Elements, one by one.

use alloc::string::String;

use super::{
    column::{Column, Context, plain},
    float, put,
    real::FloatKind,
    signed, size_of, string, time, unsigned,
    values::Values,
};
use crate::{
    DType,
    dtype::{ByteOrder, Extended, Kind},
};

/// Writes an element that is neither an object nor a sub-array as `str` of its scalar does.
pub(super) fn write(dtype: &DType, bytes: &[u8], out: &mut String) {
    let dtype = plain(dtype);
    let order = dtype.byte_order();
    match dtype.kind() {
        Kind::Bool => out.push_str(if unsigned(bytes, order) == 0 {
            "False"
        } else {
            "True"
        }),
        Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => {
            put(out, format_args!("{}", signed(bytes, order)));
        }
        Kind::UInt8 | Kind::UInt16 | Kind::UInt32 | Kind::UInt64 => {
            put(out, format_args!("{}", unsigned(bytes, order)));
        }
        Kind::Extended(kind) => write_extended(*kind, bytes, order, out),
        Kind::Bytes => string::write_bytes(bytes, out),
        Kind::Str => string::write_str(bytes, order, out),
        Kind::Void => string::write_void(bytes, out),
        Kind::DateTime64(unit) => time::write_datetime(signed(bytes, order), *unit, out),
        Kind::TimeDelta64(unit) => time::write_timedelta(signed(bytes, order), *unit, out),
        Kind::Struct(_) => {
            let context = Context {
                scalar: true,
                array: false,
            };
            let values = Values::new(bytes, 1, size_of(dtype));
            Column::new(dtype, &values, context).write(bytes, out);
        }
        Kind::Float16 | Kind::Float32 | Kind::Float64 | Kind::LongDouble => {
            if let Some(kind) = FloatKind::of(dtype.kind()) {
                float::write_scalar(kind.read(bytes, order), kind, out);
            }
        }
        Kind::Complex64 | Kind::Complex128 | Kind::CLongDouble => {
            if let Some(kind) = FloatKind::of(dtype.kind()) {
                let (real, imaginary) = halves(bytes);
                let (real, imaginary) = (kind.read(real, order), kind.read(imaginary, order));
                float::write_complex_scalar(real, imaginary, kind, out);
            }
        }
        // Kept out by the functions that are public.
        Kind::Object | Kind::SubArray(_) => {}
    }
}

/// The real and the imaginary part.
pub(super) fn halves(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at_checked(bytes.len() / 2).unwrap_or_default()
}

fn write_extended(kind: Extended, bytes: &[u8], order: ByteOrder, out: &mut String) {
    if kind == Extended::Complex32 {
        let (real, imaginary) = halves(bytes);
        let (real, imaginary) = (unsigned(real, order), unsigned(imaginary, order));
        float::write_complex32(real as u16, imaginary as u16, out);
    } else {
        float::write_extended(kind, unsigned(bytes, order) as u16, out);
    }
}
