//! Conversions between the pairs of formats that matter most, each in one loop.

use super::{format::Format, narrow};
use crate::number::{bf16_to_f32, f16_to_f32};

/// Converts little-endian numbers that lie one after another, as many as both slices hold, and
/// returns whether a finite one became infinite.
pub(super) type Direct = fn(&[u8], &mut [u8]) -> bool;

/// The loop for a pair of formats, if there is one.
pub(super) fn between(from: Format, to: Format) -> Option<Direct> {
    /// A loop in which no number is lost.
    macro_rules! exact {
        (|$number:ident: $type:ty| $result:expr) => {
            |src, dst| {
                lanes(src, dst, |bytes| {
                    let $number = <$type>::from_le_bytes(bytes);
                    $result.to_le_bytes()
                });
                false
            }
        };
    }
    Some(match (from, to) {
        (Format::Double, Format::Single) => f64_to_f32,
        (Format::Single, Format::Half) => f32_to_f16,
        (Format::Single, Format::BFloat) => f32_to_bf16,
        (Format::Single, Format::Double) => exact!(|v: f32| f64::from(v)),
        (Format::Half, Format::Single) => exact!(|v: u16| f16_to_f32(v)),
        (Format::BFloat, Format::Single) => exact!(|v: u16| bf16_to_f32(v)),
        (Format::Int32, Format::Single) => exact!(|v: i32| v as f32),
        (Format::Int32, Format::Double) => exact!(|v: i32| f64::from(v)),
        (Format::Int64, Format::Double) => exact!(|v: i64| v as f64),
        (Format::Int16, Format::Single) => exact!(|v: i16| f32::from(v)),
        (Format::UInt16, Format::Single) => exact!(|v: u16| f32::from(v)),
        (Format::UInt8, Format::Single) => exact!(|v: u8| f32::from(v)),
        (Format::UInt8, Format::Double) => exact!(|v: u8| f64::from(v)),
        (Format::Bool, Format::Single) => exact!(|v: u8| f32::from(u8::from(v != 0))),
        (Format::Bool | Format::UInt8 | Format::Int8, Format::UInt8 | Format::Int8)
            if from == Format::Bool =>
        {
            exact!(|v: u8| u8::from(v != 0))
        }
        (Format::UInt8 | Format::Int8, Format::Bool) => exact!(|v: u8| u8::from(v != 0)),
        (Format::Single, Format::Bool) => exact!(|v: f32| u8::from(v != 0.0)),
        (Format::Double, Format::Bool) => exact!(|v: f64| u8::from(v != 0.0)),
        _ => return None,
    })
}

fn f64_to_f32(src: &[u8], dst: &mut [u8]) -> bool {
    // Infinite results are looked for once for all numbers: they are the greatest.
    let mut lost = 0;
    lanes(src, dst, |bytes| {
        let value = f64::from_le_bytes(bytes);
        let single = value as f32;
        // The greatest binary64 that is rounded to a finite one.
        let magnitude = value.abs();
        lost |= u64::from(magnitude >= 340_282_356_779_733_661_637_539_395_458_142_568_448.0)
            & u64::from(magnitude < f64::INFINITY);
        single.to_le_bytes()
    });
    lost != 0
}

fn f32_to_f16(src: &[u8], dst: &mut [u8]) -> bool {
    let mut lost = 0;
    lanes(src, dst, |bytes| {
        let value = f32::from_le_bytes(bytes);
        lost |= u32::from(value.abs() >= 65_520.0) & u32::from(value.abs() < f32::INFINITY);
        narrow::f32_to_f16(value).to_le_bytes()
    });
    lost != 0
}

fn f32_to_bf16(src: &[u8], dst: &mut [u8]) -> bool {
    let mut lost = 0;
    lanes(src, dst, |bytes| {
        let value = f32::from_le_bytes(bytes);
        let magnitude = value.to_bits() & 0x7fff_ffff;
        lost |= u32::from((0x7f7f_8000..0x7f80_0000).contains(&magnitude));
        narrow::f32_to_bf16(value).to_le_bytes()
    });
    lost != 0
}

#[inline(always)]
fn lanes<const N: usize, const M: usize>(
    src: &[u8],
    dst: &mut [u8],
    mut convert: impl FnMut([u8; N]) -> [u8; M],
) {
    for (src, dst) in src.as_chunks().0.iter().zip(dst.as_chunks_mut().0) {
        *dst = convert(*src);
    }
}
