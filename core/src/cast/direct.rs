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
    // That a result is infinite is cheap to see, and whether it should be matters rarely.
    let mut infinite = 0;
    lanes(src, dst, |bytes| {
        let single = f64::from_le_bytes(bytes) as f32;
        infinite |= u32::from(single.abs() == f32::INFINITY);
        single.to_le_bytes()
    });
    infinite != 0
        && lost(
            src,
            dst,
            |b| f64::from_le_bytes(b).is_finite(),
            |b| f32::from_le_bytes(b).is_infinite(),
        )
}

fn f32_to_f16(src: &[u8], dst: &mut [u8]) -> bool {
    let mut infinite = 0;
    lanes(src, dst, |bytes| {
        let half = narrow::f32_to_f16(f32::from_le_bytes(bytes));
        infinite |= u16::from(half & 0x7fff == 0x7c00);
        half.to_le_bytes()
    });
    infinite != 0
        && lost(
            src,
            dst,
            |b| f32::from_le_bytes(b).is_finite(),
            |b| u16::from_le_bytes(b) & 0x7fff == 0x7c00,
        )
}

fn f32_to_bf16(src: &[u8], dst: &mut [u8]) -> bool {
    let mut infinite = 0;
    lanes(src, dst, |bytes| {
        let brain = narrow::f32_to_bf16(f32::from_le_bytes(bytes));
        infinite |= u16::from(brain & 0x7fff == 0x7f80);
        brain.to_le_bytes()
    });
    infinite != 0
        && lost(
            src,
            dst,
            |b| f32::from_le_bytes(b).is_finite(),
            |b| u16::from_le_bytes(b) & 0x7fff == 0x7f80,
        )
}

/// Whether a finite number became infinite.
#[cold]
fn lost<const N: usize, const M: usize>(
    src: &[u8],
    dst: &[u8],
    finite: impl Fn([u8; N]) -> bool,
    infinite: impl Fn([u8; M]) -> bool,
) -> bool {
    let mut pairs = src.as_chunks().0.iter().zip(dst.as_chunks().0);
    pairs.any(|(&src, &dst)| infinite(dst) && finite(src))
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
