//! The bytes of any numeric dtype as native numbers, a tile at a time.
//!
//! A tile fits the first-level cache, so what follows may pass over it several times.

use crate::{
    DType,
    dtype::{ByteOrder, Extended, Kind},
    number::{bf16_to_f32, extended_to_f32, f16_to_f32, long_double_to_f64},
    stats::{float::Float, int::Int},
};

/// The most numbers in a tile. Even, so that complex numbers are never torn.
pub(super) const TILE: usize = 2048;

/// What takes tiles.
///
/// A sink is made for some dtypes and meets no others, so it implements only what these call.
/// No tile is empty, none is longer than [`TILE`].
pub(super) trait Sink {
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

/// Feeds a sink with the values that `bytes` hold. What is not a whole element at the end is
/// ignored; so are dtypes that are no numbers.
#[inline]
pub(super) fn feed(dtype: &DType, bytes: &[u8], sink: &mut impl Sink) {
    let big = dtype.byte_order() == ByteOrder::Big;
    /// Feeds one method of the sink with a type of number, decoded further by a function if given.
    macro_rules! feed {
        ($method:ident, $number:ty $(, $decode:expr)?) => {
            if big {
                tiles(bytes, |b| $($decode)?(<$number>::from_be_bytes(b)), |v| sink.$method(v));
            } else {
                tiles(bytes, |b| $($decode)?(<$number>::from_le_bytes(b)), |v| sink.$method(v));
            }
        };
    }
    match *dtype.kind() {
        Kind::Bool => tiles(bytes, |[b]| u8::from(b != 0), |v| sink.ints(v)),
        Kind::Int8 => tiles(bytes, i8::from_ne_bytes, |v| sink.ints(v)),
        Kind::UInt8 => tiles(bytes, u8::from_ne_bytes, |v| sink.ints(v)),
        Kind::Int16 => feed!(ints, i16),
        Kind::UInt16 => feed!(ints, u16),
        Kind::Int32 => feed!(ints, i32),
        Kind::UInt32 => feed!(ints, u32),
        Kind::Int64 => feed!(ints, i64),
        Kind::UInt64 => feed!(ints, u64),
        Kind::DateTime64(_) | Kind::TimeDelta64(_) => feed!(times, i64),
        Kind::Float16 => feed!(floats, u16, f16_to_f32),
        Kind::Float32 => feed!(floats, f32),
        Kind::Float64 => feed!(floats, f64),
        Kind::LongDouble => feed!(floats, u128, long_double_to_f64),
        Kind::Complex64 => feed!(complex, f32),
        Kind::Complex128 => feed!(complex, f64),
        Kind::CLongDouble => feed!(complex, u128, long_double_to_f64),
        Kind::Extended(kind) => match kind {
            Extended::Complex32 => feed!(complex, u16, f16_to_f32),
            Extended::BFloat16 => feed!(floats, u16, bf16_to_f32),
            // Exact: the numbers are 15 at most.
            Extended::Int2 | Extended::Int4 | Extended::UInt2 | Extended::UInt4 => tiles(
                bytes,
                |[b]| extended_to_f32(kind, u16::from(b)) as i8,
                |v| sink.ints(v),
            ),
            _ => tiles(
                bytes,
                |[b]| extended_to_f32(kind, u16::from(b)),
                |v| sink.floats(v),
            ),
        },
        Kind::Bytes
        | Kind::Str
        | Kind::Void
        | Kind::Struct(_)
        | Kind::SubArray(_)
        | Kind::Object => {}
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
