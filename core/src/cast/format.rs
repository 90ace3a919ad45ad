//! The formats that numbers have in memory, read into and written from the types of [`Wide`].
//!
//! Everything here is little-endian; who has other bytes swaps them before or after.

use super::{
    narrow,
    wide::{IntTarget, Long, Wide},
};
use crate::{
    DType,
    dtype::{Extended, Kind},
    number::{bf16_to_f32, extended_to_f32, f16_to_f32},
};

/// A format of real numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Half,
    BFloat,
    Single,
    Double,
    /// x87 80-bit extended precision in 16 bytes.
    Long,
    /// A float of ml_dtypes in one byte.
    Small(Extended),
    /// An integer of ml_dtypes in the lower bits of one byte.
    SmallInt {
        bits: u32,
        signed: bool,
    },
}

/// The type of [`Wide`] in which all numbers of a format are exact.
#[derive(Clone, Copy, Debug)]
pub(super) enum Class {
    /// `i64`.
    Int,
    /// `u64`.
    UInt,
    /// `f64`.
    Float,
    /// [`Long`].
    Long,
}

impl Format {
    /// The format of a numeric dtype, or of the halves of a complex one, and whether it is that.
    /// Dates and durations are the integers that they are stored as.
    pub(super) fn of(dtype: &DType) -> Option<(Self, bool)> {
        let real = match *dtype.kind() {
            Kind::Bool => Self::Bool,
            Kind::Int8 => Self::Int8,
            Kind::Int16 => Self::Int16,
            Kind::Int32 => Self::Int32,
            Kind::Int64 | Kind::DateTime64(_) | Kind::TimeDelta64(_) => Self::Int64,
            Kind::UInt8 => Self::UInt8,
            Kind::UInt16 => Self::UInt16,
            Kind::UInt32 => Self::UInt32,
            Kind::UInt64 => Self::UInt64,
            Kind::Float16 => Self::Half,
            Kind::Float32 => Self::Single,
            Kind::Float64 => Self::Double,
            Kind::LongDouble => Self::Long,
            Kind::Complex64 => return Some((Self::Single, true)),
            Kind::Complex128 => return Some((Self::Double, true)),
            Kind::CLongDouble => return Some((Self::Long, true)),
            Kind::Extended(extended) => match extended {
                Extended::Complex32 => return Some((Self::Half, true)),
                Extended::BFloat16 => Self::BFloat,
                Extended::Int2 => Self::small_int(2, true),
                Extended::Int4 => Self::small_int(4, true),
                Extended::UInt2 => Self::small_int(2, false),
                Extended::UInt4 => Self::small_int(4, false),
                float => Self::Small(float),
            },
            Kind::Bytes
            | Kind::Str
            | Kind::Void
            | Kind::Struct(_)
            | Kind::SubArray(_)
            | Kind::Object => return None,
        };
        Some((real, false))
    }

    const fn small_int(bits: u32, signed: bool) -> Self {
        Self::SmallInt { bits, signed }
    }

    /// Bytes of a number.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Bool | Self::Int8 | Self::UInt8 | Self::Small(_) | Self::SmallInt { .. } => 1,
            Self::Int16 | Self::UInt16 | Self::Half | Self::BFloat => 2,
            Self::Int32 | Self::UInt32 | Self::Single => 4,
            Self::Int64 | Self::UInt64 | Self::Double => 8,
            Self::Long => 16,
        }
    }

    pub(super) fn class(self) -> Class {
        match self {
            Self::UInt64 => Class::UInt,
            Self::Half | Self::BFloat | Self::Single | Self::Double | Self::Small(_) => {
                Class::Float
            }
            Self::Long => Class::Long,
            _ => Class::Int,
        }
    }

    /// The integers that the format has, if it is one of integers.
    pub(super) fn int_target(self) -> IntTarget {
        let (bits, signed) = match self {
            Self::Int8 => (8, true),
            Self::Int16 => (16, true),
            Self::Int32 => (32, true),
            Self::UInt8 => (8, false),
            Self::UInt16 => (16, false),
            Self::UInt32 => (32, false),
            Self::UInt64 => (64, false),
            Self::SmallInt { bits, signed } => (bits, signed),
            _ => (64, true),
        };
        IntTarget::new(bits, signed)
    }
}

/// Reads numbers of formats.
pub(super) trait Decode: Wide {
    /// Reads as many numbers as `out` holds, of a format whose class the type is.
    fn decode(format: Format, bytes: &[u8], out: &mut [Self]);
}

impl Decode for i64 {
    fn decode(format: Format, bytes: &[u8], out: &mut [Self]) {
        match format {
            Format::Bool => read(bytes, out, |[b]| (b != 0).into()),
            Format::Int8 => read(bytes, out, |[b]| (b as i8).into()),
            Format::UInt8 => read(bytes, out, |[b]| b.into()),
            Format::Int16 => read(bytes, out, |b| i16::from_le_bytes(b).into()),
            Format::UInt16 => read(bytes, out, |b| u16::from_le_bytes(b).into()),
            Format::Int32 => read(bytes, out, |b| i32::from_le_bytes(b).into()),
            Format::UInt32 => read(bytes, out, |b| u32::from_le_bytes(b).into()),
            Format::SmallInt { bits, signed } => {
                let unused = 64_u32.saturating_sub(bits).min(63);
                read(bytes, out, |[b]| {
                    let top = Self::from(b) << unused;
                    if signed {
                        top >> unused
                    } else {
                        (top as u64 >> unused) as Self
                    }
                });
            }
            _ => read(bytes, out, Self::from_le_bytes),
        }
    }
}

impl Decode for u64 {
    fn decode(_: Format, bytes: &[u8], out: &mut [Self]) {
        read(bytes, out, Self::from_le_bytes);
    }
}

impl Decode for f64 {
    fn decode(format: Format, bytes: &[u8], out: &mut [Self]) {
        match format {
            Format::Half => read(bytes, out, |b| f16_to_f32(u16::from_le_bytes(b)).into()),
            Format::BFloat => read(bytes, out, |b| bf16_to_f32(u16::from_le_bytes(b)).into()),
            Format::Single => read(bytes, out, |b| f32::from_le_bytes(b).into()),
            Format::Small(kind) => read(bytes, out, |[b]| extended_to_f32(kind, b.into()).into()),
            _ => read(bytes, out, Self::from_le_bytes),
        }
    }
}

impl Decode for Long {
    fn decode(_: Format, bytes: &[u8], out: &mut [Self]) {
        read(bytes, out, |b| Self::from_bits(u128::from_le_bytes(b)));
    }
}

#[inline(always)]
fn read<T: Copy, const N: usize>(bytes: &[u8], out: &mut [T], decode: impl Fn([u8; N]) -> T) {
    for (value, bytes) in out.iter_mut().zip(bytes.as_chunks::<N>().0) {
        *value = decode(*bytes);
    }
}

/// Writes numbers in a format, and returns whether it does not hold all of them.
pub(super) fn encode<W: Wide>(
    format: Format,
    target: IntTarget,
    values: &[W],
    out: &mut [u8],
) -> bool {
    let int = |v: W| v.to_int(target);
    match format {
        Format::Bool => write(values, out, |v| ([v.is_true().into()], false)),
        Format::SmallInt { bits, .. } => write(values, out, |v| {
            let (int, lost) = int(v);
            ([int as u8 & ((1 << bits) - 1)], lost)
        }),
        Format::Int8 | Format::UInt8 => write(values, out, |v| {
            let (int, lost) = int(v);
            ([int as u8], lost)
        }),
        Format::Int16 | Format::UInt16 => write(values, out, |v| {
            let (int, lost) = int(v);
            ((int as u16).to_le_bytes(), lost)
        }),
        Format::Int32 | Format::UInt32 => write(values, out, |v| {
            let (int, lost) = int(v);
            ((int as u32).to_le_bytes(), lost)
        }),
        Format::Int64 | Format::UInt64 => write(values, out, |v| {
            let (int, lost) = int(v);
            (int.to_le_bytes(), lost)
        }),
        Format::Half => write(values, out, |v| {
            let bits = v.to_f16();
            let lost = bits & 0x7fff == 0x7c00 && v.is_finite();
            (bits.to_le_bytes(), lost)
        }),
        Format::BFloat => write(values, out, |v| {
            let bits = narrow::f32_to_bf16(v.to_f32());
            let lost = bits & 0x7fff == 0x7f80 && v.is_finite();
            (bits.to_le_bytes(), lost)
        }),
        Format::Small(kind) => write(values, out, |v| {
            let single = v.to_f32();
            let (bits, lost) = narrow::f32_to_small(kind, single);
            ([bits], lost || single.is_infinite() && v.is_finite())
        }),
        Format::Single => write(values, out, |v| {
            let single = v.to_f32();
            let lost = single.is_infinite() && v.is_finite();
            (single.to_le_bytes(), lost)
        }),
        Format::Double => write(values, out, |v| {
            let double = v.to_f64();
            let lost = double.is_infinite() && v.is_finite();
            (double.to_le_bytes(), lost)
        }),
        Format::Long => write(values, out, |v| {
            (v.to_long().to_bits().to_le_bytes(), false)
        }),
    }
}

#[inline(always)]
fn write<T: Copy, const N: usize>(
    values: &[T],
    out: &mut [u8],
    encode: impl Fn(T) -> ([u8; N], bool),
) -> bool {
    let mut any_lost = false;
    for (bytes, &value) in out.as_chunks_mut::<N>().0.iter_mut().zip(values) {
        let lost;
        (*bytes, lost) = encode(value);
        any_lost |= lost;
    }
    any_lost
}
