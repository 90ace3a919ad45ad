//! The bytes of any numeric dtype as native numbers, a tile at a time.
//!
//! A tile fits the first-level cache, so what follows may pass over it several times.

use crate::{
    DType,
    dtype::{ByteOrder, Extended, Kind},
    number::{bf16_to_f32, extended_to_f32, f16_to_f32, long_double_to_f64},
    stats::{
        class::{Class, class},
        float::Float,
        int::Int,
    },
};

/// Whether less code counts for more than speed: where it is downloaded before it runs.
const SMALL: bool = cfg!(target_family = "wasm");

/// The most numbers in a tile. Even, so that complex numbers are never torn.
pub(super) const TILE: usize = 2048;

/// What takes tiles.
///
/// A sink is made for some dtypes, and implements what these call. No tile is empty, none is longer
/// than [`TILE`].
pub(super) trait Sink {
    /// Whether it takes integers, dates and durations.
    const INTS: bool = false;
    /// Whether it takes floating-point numbers.
    const FLOATS: bool = false;
    /// Whether it takes complex numbers.
    const COMPLEX: bool = false;

    /// Takes integers, and booleans as 0 and 1.
    #[inline]
    fn ints<T: Int>(&mut self, _values: &[T]) {}

    /// Takes dates and durations, of which `i64::MIN` is NaT.
    #[inline]
    fn times(&mut self, _values: &[i64]) {}

    /// Takes floating-point numbers.
    #[inline]
    fn floats<T: Float>(&mut self, _values: &[T]) {}

    /// Takes complex numbers: real and imaginary parts in turn.
    #[inline]
    fn complex<T: Float>(&mut self, _parts: &[T]) {}
}

/// Feeds one method of a sink with a type of number, decoded further by a function if given.
macro_rules! feed {
    ($dtype:ident, $bytes:ident, $sink:ident.$method:ident, $number:ty $(, $decode:expr)?) => {
        if $dtype.byte_order() == ByteOrder::Big {
            tiles($bytes, |b| $($decode)?(<$number>::from_be_bytes(b)), |v| $sink.$method(v));
        } else {
            tiles($bytes, |b| $($decode)?(<$number>::from_le_bytes(b)), |v| $sink.$method(v));
        }
    };
}

/// Feeds a sink with the values that `bytes` hold. What is not a whole element at the end is
/// ignored; so are dtypes that the sink is not made for.
#[inline]
pub(super) fn feed<S: Sink>(dtype: &DType, bytes: &[u8], sink: &mut S) {
    // What a sink does not take is no part of its code.
    match class(dtype) {
        Ok(Class::Int) if S::INTS => feed_ints(dtype, bytes, sink),
        Ok(Class::Float) if S::FLOATS => feed_floats(dtype, bytes, sink),
        Ok(Class::Complex) if S::COMPLEX => feed_complex(dtype, bytes, sink),
        _ => {}
    }
}

#[inline]
fn feed_ints(dtype: &DType, bytes: &[u8], sink: &mut impl Sink) {
    /// Those of up to 32 bits, as `$wide` where less code counts for more.
    macro_rules! narrow {
        ($number:ty, $wide:ty) => {
            if SMALL {
                feed!(dtype, bytes, sink.ints, $number, <$wide>::from)
            } else {
                feed!(dtype, bytes, sink.ints, $number)
            }
        };
    }
    match *dtype.kind() {
        Kind::Bool if SMALL => tiles(bytes, |[b]| i32::from(b != 0), |v| sink.ints(v)),
        Kind::Bool => tiles(bytes, |[b]| u8::from(b != 0), |v| sink.ints(v)),
        Kind::Int8 => narrow!(i8, i32),
        Kind::UInt8 => narrow!(u8, i32),
        Kind::Int16 => narrow!(i16, i32),
        Kind::UInt16 => narrow!(u16, i32),
        Kind::Int32 => narrow!(i32, i32),
        Kind::UInt32 => narrow!(u32, i64),
        Kind::Int64 => feed!(dtype, bytes, sink.ints, i64),
        Kind::UInt64 => feed!(dtype, bytes, sink.ints, u64),
        Kind::DateTime64(_) | Kind::TimeDelta64(_) => feed!(dtype, bytes, sink.times, i64),
        // Exact: the numbers are 15 at most.
        Kind::Extended(kind) => {
            let decode = |[b]: [u8; 1]| extended_to_f32(kind, u16::from(b)) as i8;
            if SMALL {
                tiles(bytes, |b| i32::from(decode(b)), |v| sink.ints(v));
            } else {
                tiles(bytes, decode, |v| sink.ints(v));
            }
        }
        _ => {}
    }
}

#[inline]
fn feed_floats(dtype: &DType, bytes: &[u8], sink: &mut impl Sink) {
    match *dtype.kind() {
        Kind::Float16 => feed!(dtype, bytes, sink.floats, u16, f16_to_f32),
        Kind::Float32 => feed!(dtype, bytes, sink.floats, f32),
        Kind::Float64 => feed!(dtype, bytes, sink.floats, f64),
        Kind::LongDouble => feed!(dtype, bytes, sink.floats, u128, long_double_to_f64),
        Kind::Extended(Extended::BFloat16) => feed!(dtype, bytes, sink.floats, u16, bf16_to_f32),
        Kind::Extended(kind) => tiles(
            bytes,
            |[b]| extended_to_f32(kind, u16::from(b)),
            |v| sink.floats(v),
        ),
        _ => {}
    }
}

#[inline]
fn feed_complex(dtype: &DType, bytes: &[u8], sink: &mut impl Sink) {
    match *dtype.kind() {
        Kind::Complex64 if SMALL => feed!(dtype, bytes, sink.complex, f32, f64::from),
        Kind::Complex64 => feed!(dtype, bytes, sink.complex, f32),
        Kind::Complex128 => feed!(dtype, bytes, sink.complex, f64),
        Kind::CLongDouble => feed!(dtype, bytes, sink.complex, u128, long_double_to_f64),
        Kind::Extended(Extended::Complex32) if SMALL => {
            feed!(dtype, bytes, sink.complex, u16, |bits| f64::from(
                f16_to_f32(bits)
            ))
        }
        Kind::Extended(Extended::Complex32) => {
            feed!(dtype, bytes, sink.complex, u16, f16_to_f32)
        }
        _ => {}
    }
}

/// Decodes `bytes` into a tile after the other.
#[inline]
fn tiles<T: Copy + Default, const W: usize>(
    bytes: &[u8],
    decode: impl Fn([u8; W]) -> T,
    mut take: impl FnMut(&[T]),
) {
    let mut tile = [T::default(); TILE];
    let (elements, _) = bytes.as_chunks::<W>();
    for elements in elements.chunks(TILE) {
        for (value, &element) in tile.iter_mut().zip(elements) {
            *value = decode(element);
        }
        if let Some(values) = tile.get(..elements.len()) {
            take(values);
        }
    }
}
