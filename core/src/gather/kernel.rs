//! What becomes of elements that lie one after another.

use alloc::boxed::Box;

use super::{
    Convert,
    fields::{self, Action, Fields},
    halves,
};
use crate::{
    DType, ErrorKind, Result,
    dtype::{ByteOrder, Extended, Kind},
    number,
};

/// The conversion of elements of one dtype.
#[derive(Debug)]
pub(crate) struct Kernel {
    op: Op,
    /// Bytes of an element in the source.
    pub(super) itemsize: usize,
    /// Bytes of an element in the destination.
    pub(crate) out_itemsize: usize,
}

#[derive(Debug)]
enum Op {
    Copy,
    /// Reverses the bytes of each lane of that many bytes.
    Swap(u8),
    /// Any byte but 0 becomes 1.
    Bool,
    /// binary16 to binary32.
    Half {
        swapped: bool,
    },
    /// bfloat16 to binary32.
    BFloat {
        big: bool,
    },
    /// A number of one byte to the binary32 that a table has for it.
    Small(Box<[f32; 256]>),
    /// x87 80-bit in 16 bytes to binary64.
    LongDouble {
        big: bool,
    },
    Fields(Fields),
}

impl Kernel {
    /// # Errors
    ///
    /// [`ErrorKind::ObjectDType`], and [`ErrorKind::TooLarge`] for an absurd structure.
    #[inline]
    pub(super) fn new(dtype: &DType, convert: Convert) -> Result<Self> {
        if dtype.has_object() {
            return Err(ErrorKind::ObjectDType.into());
        }
        let op = match convert {
            Convert::AsStored => Op::Copy,
            Convert::Native => Op::native(dtype)?,
            Convert::Wide => Op::wide(dtype)?,
        };
        let out_itemsize = match op {
            Op::Half { .. } | Op::BFloat { .. } => dtype.itemsize() * 2,
            Op::Small(_) => dtype.itemsize() * 4,
            Op::LongDouble { .. } => dtype.itemsize() / 2,
            _ => dtype.itemsize(),
        };
        Ok(Self {
            op,
            itemsize: in_memory(dtype.itemsize())?,
            out_itemsize: in_memory(out_itemsize)?,
        })
    }

    /// The copy of elements of one dtype to those of another that has the same values: they may
    /// differ in byte order and, if they are structures, in the names and places of their fields.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ObjectDType`]; [`ErrorKind::CastNeeded`] if the values are not the same; and
    /// [`ErrorKind::TooLarge`] for an absurd structure.
    #[inline]
    pub(crate) fn between(from: &DType, to: &DType) -> Result<Self> {
        if from.has_object() || to.has_object() {
            return Err(ErrorKind::ObjectDType.into());
        }
        let op = match fields::between(from, to)? {
            Some(Action::Copy) => Op::Copy,
            Some(Action::Swap(lane)) => Op::Swap(lane),
            Some(Action::Each(fields)) => Op::Fields(fields),
            None => {
                return Err(ErrorKind::CastNeeded {
                    from: from.clone(),
                    to: to.clone(),
                }
                .into());
            }
        };
        Ok(Self {
            op,
            itemsize: in_memory(from.itemsize())?,
            out_itemsize: in_memory(to.itemsize())?,
        })
    }

    /// Whether bytes between elements' values keep what they were, so that they must be converted
    /// where they are to be.
    #[inline]
    pub(super) fn is_partial(&self) -> bool {
        matches!(&self.op, Op::Fields(fields) if fields.is_partial())
    }

    /// Whether the bytes stay as they are.
    #[inline]
    pub(crate) fn is_copy(&self) -> bool {
        matches!(self.op, Op::Copy)
    }

    /// Converts elements that lie one after another, as many as `dst` takes.
    #[inline]
    pub(super) fn run(&self, src: &[u8], dst: &mut [u8]) {
        match &self.op {
            Op::Copy => dst.copy_from_slice(src),
            Op::Swap(lane) => swap(*lane, src, dst),
            Op::Bool => lanes(src, dst, |[b]| [u8::from(b != 0)]),
            Op::Half { swapped: false } => halves::widen(src, dst),
            Op::Half { swapped: true } => lanes(src, dst, |b| {
                number::f16_to_f32(u16::from_ne_bytes(b).swap_bytes()).to_ne_bytes()
            }),
            Op::BFloat { big: false } => lanes(src, dst, |b| {
                number::bf16_to_f32(u16::from_le_bytes(b)).to_ne_bytes()
            }),
            Op::BFloat { big: true } => lanes(src, dst, |b| {
                number::bf16_to_f32(u16::from_be_bytes(b)).to_ne_bytes()
            }),
            Op::Small(table) => lanes(src, dst, |[b]| {
                // There is an entry for every byte.
                let value = table.get(usize::from(b)).copied().unwrap_or(f32::NAN);
                value.to_ne_bytes()
            }),
            Op::LongDouble { big } => lanes(src, dst, |b: [u8; 16]| {
                let bits = if *big {
                    u128::from_be_bytes(b)
                } else {
                    u128::from_le_bytes(b)
                };
                number::long_double_to_f64(bits).to_ne_bytes()
            }),
            Op::Fields(fields) => fields.run(src, dst),
        }
    }
}

impl Op {
    #[inline]
    fn native(dtype: &DType) -> Result<Self> {
        if !is_swapped(dtype) {
            return Ok(Self::Copy);
        }
        match lane_size(dtype) {
            Some(lane) => Ok(Self::Swap(lane)),
            None => Fields::to_native(dtype).map(Self::Fields),
        }
    }

    #[inline]
    fn wide(dtype: &DType) -> Result<Self> {
        let big = dtype.byte_order() == ByteOrder::Big;
        Ok(match *dtype.kind() {
            Kind::Bool => Self::Bool,
            Kind::Float16 | Kind::Extended(Extended::Complex32) => Self::Half {
                swapped: !dtype.is_native(),
            },
            Kind::Extended(Extended::BFloat16) => Self::BFloat { big },
            Kind::Extended(kind) => {
                let mut table = [0.0; 256];
                for (value, bits) in table.iter_mut().zip(0..) {
                    *value = number::extended_to_f32(kind, bits);
                }
                Self::Small(Box::new(table))
            }
            Kind::LongDouble | Kind::CLongDouble => Self::LongDouble { big },
            _ => return Self::native(dtype),
        })
    }
}

/// The size of an element, which must fit into memory to be converted.
#[inline]
fn in_memory(bytes: u64) -> Result<usize> {
    usize::try_from(bytes).map_err(|_| {
        ErrorKind::TooLarge {
            what: "an element",
            found: bytes,
            limit: usize::MAX as u64,
        }
        .into()
    })
}

/// Whether values must have their bytes swapped on this machine.
///
/// Fields that overlay a base go with the base, which is what NumPy's casts do.
#[inline]
pub(crate) fn is_swapped(dtype: &DType) -> bool {
    match dtype.kind() {
        Kind::Struct(s) => match &s.base {
            Some(base) => is_swapped(base),
            None => s.fields.iter().any(|field| is_swapped(&field.dtype)),
        },
        Kind::SubArray(s) => is_swapped(&s.element),
        _ => !dtype.is_native(),
    }
}

/// How many bytes at a time a swap reverses: those of a number. `None` for a structure.
#[inline]
pub(crate) fn lane_size(dtype: &DType) -> Option<u8> {
    Some(match dtype.kind() {
        Kind::Int16 | Kind::UInt16 | Kind::Float16 => 2,
        Kind::Extended(Extended::BFloat16 | Extended::Complex32) => 2,
        Kind::Int32 | Kind::UInt32 | Kind::Float32 | Kind::Complex64 | Kind::Str => 4,
        Kind::Int64 | Kind::UInt64 | Kind::Float64 | Kind::Complex128 => 8,
        Kind::DateTime64(_) | Kind::TimeDelta64(_) => 8,
        Kind::LongDouble | Kind::CLongDouble => 16,
        Kind::Struct(s) => return s.base.as_ref().and_then(lane_size),
        _ => 1,
    })
}

/// Copies lanes of 2, 4, 8 or 16 bytes with their bytes reversed.
#[inline]
pub(crate) fn swap(lane: u8, src: &[u8], dst: &mut [u8]) {
    match lane {
        2 => swap_lanes::<2, 1>(src, dst),
        4 => swap_lanes::<4, 2>(src, dst),
        8 => swap_lanes::<8, 4>(src, dst),
        16 => swap_lanes::<16, 8>(src, dst),
        _ => dst.copy_from_slice(src),
    }
}

/// Copies lanes of so many bytes, reversed: so many pairs.
#[inline]
fn swap_lanes<const BYTES: usize, const PAIRS: usize>(src: &[u8], dst: &mut [u8]) {
    const { assert!(BYTES == 2 * PAIRS) };
    if cfg!(target_family = "wasm") {
        return lanes(src, dst, |mut lane: [u8; BYTES]| {
            lane.reverse();
            lane
        });
    }
    // Without SSSE3, x86-64 can shuffle pairs of bytes but not bytes: the loop above compiles to twice
    // the work there. This one goes over blocks of the least vector registers.
    let (blocks, rest) = src.as_chunks::<16>();
    let (out_blocks, out_rest) = dst.as_chunks_mut::<16>();
    for (src, dst) in blocks.iter().zip(out_blocks) {
        reverse_lanes::<PAIRS>(src, dst);
    }
    reverse_lanes::<PAIRS>(rest, out_rest);
}

#[inline(always)]
fn reverse_lanes<const PAIRS: usize>(src: &[u8], dst: &mut [u8]) {
    lanes(src, dst, |[a, b]| [b, a]);
    for lane in dst.as_chunks_mut::<2>().0.as_chunks_mut::<PAIRS>().0 {
        lane.reverse();
    }
}

/// Converts lane by lane.
#[inline(always)]
pub(super) fn lanes<const N: usize, const M: usize>(
    src: &[u8],
    dst: &mut [u8],
    convert: impl Fn([u8; N]) -> [u8; M],
) {
    let (src, dst) = (src.as_chunks().0, dst.as_chunks_mut().0);
    for (src, dst) in src.iter().zip(dst) {
        *dst = convert(*src);
    }
}
