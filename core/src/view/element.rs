//! The Rust types of elements.

use core::fmt;

use half::{bf16, f16};
use num_complex::Complex;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, TryFromBytes, Unaligned};

use crate::{
    DType,
    dtype::{ByteOrder, Extended, Kind},
    number::long_double_to_f64,
};

/// A type that the elements of an array can be read as.
///
/// | type | dtype |
/// |---|---|
/// | `bool` | `bool` |
/// | `i8`, `i16`, `i32`, `u8`, `u16`, `u32`, `u64` | the integer of that size |
/// | `i64` | `int64`; `datetime64` and `timedelta64`, of which `i64::MIN` is NaT |
/// | [`half::f16`], `f32`, `f64`, [`LongDouble`] | `float16`, `float32`, `float64`, `longdouble` |
/// | [`half::bf16`] | `bfloat16` |
/// | [`Complex<f32>`], [`Complex<f64>`](Complex) | `complex64`, `complex128` |
///
/// The trait is sealed.
pub trait Element: sealed::Sealed {}

pub(super) mod sealed {
    use super::*;

    #[expect(unnameable_types, reason = "that is what seals the trait")]
    pub trait Sealed: Copy + Send + Sync + 'static {
        /// The name, for messages.
        const NAME: &'static str;

        /// An array of bytes as large as the type.
        type Bytes: FromBytes
            + IntoBytes
            + Immutable
            + KnownLayout
            + Unaligned
            + Copy
            + fmt::Debug
            + Send
            + Sync;

        /// Whether elements of a dtype are of the type, apart from their byte order.
        fn is_of(dtype: &DType) -> bool;

        /// The value of bytes that are big-endian or little-endian.
        fn from_bytes<const BIG: bool>(bytes: Self::Bytes) -> Self;

        /// The bytes of a value, big-endian or little-endian.
        fn to_bytes<const BIG: bool>(self) -> Self::Bytes;

        /// The values of bytes in the order of the machine, if they are aligned and valid.
        fn cast(bytes: &[u8]) -> Option<&[Self]>;

        /// The same, to be changed.
        fn cast_mut(bytes: &mut [u8]) -> Option<&mut [Self]>;

        /// A value to fill a buffer with.
        const ZERO: Self;

        /// The dtype of values in memory.
        fn dtype() -> DType;

        /// The bytes of values, which are of that dtype.
        fn bytes(values: &[Self]) -> &[u8];

        /// The bytes of values, to be filled in the order of the machine, if any bytes will do.
        fn bytes_mut(values: &mut [Self]) -> Option<&mut [u8]>;
    }
}

macro_rules! number {
    ($type:ty, $size:literal, $kind:expr $(, or $others:pat)?) => {
        impl Element for $type {}

        impl sealed::Sealed for $type {
            const NAME: &'static str = stringify!($type);

            type Bytes = [u8; $size];

            fn is_of(dtype: &DType) -> bool {
                *dtype.kind() == $kind $(|| matches!(dtype.kind(), $others))?
            }

            #[inline]
            fn from_bytes<const BIG: bool>(bytes: Self::Bytes) -> Self {
                if BIG {
                    Self::from_be_bytes(bytes)
                } else {
                    Self::from_le_bytes(bytes)
                }
            }

            #[inline]
            fn to_bytes<const BIG: bool>(self) -> Self::Bytes {
                if BIG {
                    self.to_be_bytes()
                } else {
                    self.to_le_bytes()
                }
            }

            fn cast(bytes: &[u8]) -> Option<&[Self]> {
                <[Self]>::ref_from_bytes(bytes).ok()
            }

            fn cast_mut(bytes: &mut [u8]) -> Option<&mut [Self]> {
                <[Self]>::mut_from_bytes(bytes).ok()
            }

            const ZERO: Self = Self::from_le_bytes([0; $size]);

            fn dtype() -> DType {
                DType::native($kind, $size)
            }

            fn bytes(values: &[Self]) -> &[u8] {
                values.as_bytes()
            }

            fn bytes_mut(values: &mut [Self]) -> Option<&mut [u8]> {
                Some(values.as_mut_bytes())
            }
        }
    };
}

number!(i8, 1, Kind::Int8);
number!(i16, 2, Kind::Int16);
number!(i32, 4, Kind::Int32);
number!(i64, 8, Kind::Int64, or Kind::DateTime64(_) | Kind::TimeDelta64(_));
number!(u8, 1, Kind::UInt8);
number!(u16, 2, Kind::UInt16);
number!(u32, 4, Kind::UInt32);
number!(u64, 8, Kind::UInt64);
number!(f16, 2, Kind::Float16);
number!(bf16, 2, Kind::Extended(Extended::BFloat16));
number!(f32, 4, Kind::Float32);
number!(f64, 8, Kind::Float64);

macro_rules! complex {
    ($part:ty, $size:literal, $kind:expr) => {
        impl Element for Complex<$part> {}

        impl sealed::Sealed for Complex<$part> {
            const NAME: &'static str = concat!("Complex<", stringify!($part), ">");

            type Bytes = [[u8; $size]; 2];

            fn is_of(dtype: &DType) -> bool {
                *dtype.kind() == $kind
            }

            #[inline]
            fn from_bytes<const BIG: bool>([re, im]: Self::Bytes) -> Self {
                Self {
                    re: <$part as sealed::Sealed>::from_bytes::<BIG>(re),
                    im: <$part as sealed::Sealed>::from_bytes::<BIG>(im),
                }
            }

            #[inline]
            fn to_bytes<const BIG: bool>(self) -> Self::Bytes {
                [self.re, self.im].map(<$part as sealed::Sealed>::to_bytes::<BIG>)
            }

            fn cast(bytes: &[u8]) -> Option<&[Self]> {
                // zerocopy does not know the type.
                bytemuck::try_cast_slice(bytes).ok()
            }

            fn cast_mut(bytes: &mut [u8]) -> Option<&mut [Self]> {
                bytemuck::try_cast_slice_mut(bytes).ok()
            }

            const ZERO: Self = Self { re: 0.0, im: 0.0 };

            fn dtype() -> DType {
                DType::native($kind, 2 * $size)
            }

            fn bytes(values: &[Self]) -> &[u8] {
                bytemuck::cast_slice(values)
            }

            fn bytes_mut(values: &mut [Self]) -> Option<&mut [u8]> {
                Some(bytemuck::cast_slice_mut(values))
            }
        }
    };
}

complex!(f32, 4, Kind::Complex64);
complex!(f64, 8, Kind::Complex128);

impl Element for bool {}

impl sealed::Sealed for bool {
    const NAME: &'static str = "bool";

    type Bytes = u8;

    fn is_of(dtype: &DType) -> bool {
        matches!(dtype.kind(), Kind::Bool)
    }

    #[inline]
    fn from_bytes<const BIG: bool>(byte: u8) -> Self {
        byte != 0
    }

    #[inline]
    fn to_bytes<const BIG: bool>(self) -> u8 {
        u8::from(self)
    }

    fn cast(bytes: &[u8]) -> Option<&[Self]> {
        <[Self]>::try_ref_from_bytes(bytes).ok()
    }

    fn cast_mut(bytes: &mut [u8]) -> Option<&mut [Self]> {
        <[Self]>::try_mut_from_bytes(bytes).ok()
    }

    const ZERO: Self = false;

    fn dtype() -> DType {
        DType::BOOL
    }

    fn bytes(values: &[Self]) -> &[u8] {
        values.as_bytes()
    }

    fn bytes_mut(_: &mut [Self]) -> Option<&mut [u8]> {
        None
    }
}

/// A number in the 80-bit extended format of the x87, NumPy's `longdouble` on x86-64.
///
/// Rust has no such type, so there is no more to it than its conversion to `f64`.
#[derive(Clone, Copy, FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned)]
#[repr(transparent)]
pub struct LongDouble {
    /// The significand in 8 bytes, exponent and sign in 2, little-endian, and 6 unused ones.
    bytes: [u8; 16],
}

impl LongDouble {
    /// The nearest `f64`; of two equally near ones, that with the even significand.
    pub fn to_f64(self) -> f64 {
        long_double_to_f64(u128::from_le_bytes(self.bytes))
    }
}

impl From<LongDouble> for f64 {
    fn from(value: LongDouble) -> Self {
        value.to_f64()
    }
}

impl fmt::Debug for LongDouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LongDouble").field(&self.to_f64()).finish()
    }
}

impl Element for LongDouble {}

impl sealed::Sealed for LongDouble {
    const NAME: &'static str = "LongDouble";

    type Bytes = [u8; 16];

    fn is_of(dtype: &DType) -> bool {
        matches!(dtype.kind(), Kind::LongDouble)
    }

    #[inline]
    fn from_bytes<const BIG: bool>(mut bytes: Self::Bytes) -> Self {
        if BIG {
            bytes.reverse();
        }
        Self { bytes }
    }

    #[inline]
    fn to_bytes<const BIG: bool>(mut self) -> Self::Bytes {
        if BIG {
            self.bytes.reverse();
        }
        self.bytes
    }

    fn cast(bytes: &[u8]) -> Option<&[Self]> {
        // Values of the type are little-endian on all machines.
        if cfg!(target_endian = "big") {
            return None;
        }
        <[Self]>::ref_from_bytes(bytes).ok()
    }

    fn cast_mut(bytes: &mut [u8]) -> Option<&mut [Self]> {
        if cfg!(target_endian = "big") {
            return None;
        }
        <[Self]>::mut_from_bytes(bytes).ok()
    }

    const ZERO: Self = Self { bytes: [0; 16] };

    fn dtype() -> DType {
        DType::plain(Kind::LongDouble, ByteOrder::Little, 16)
    }

    fn bytes(values: &[Self]) -> &[u8] {
        values.as_bytes()
    }

    fn bytes_mut(values: &mut [Self]) -> Option<&mut [u8]> {
        if cfg!(target_endian = "big") {
            return None;
        }
        Some(values.as_mut_bytes())
    }
}
