//! What values are converted to.

use crate::{
    DType,
    dtype::{ByteOrder, Extended, Kind},
};

/// How [`gather`](super::gather) changes values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Convert {
    /// Not at all: the bytes of each element are copied.
    #[default]
    AsStored,
    /// To the machine's byte order; in a structure, those of each field.
    ///
    /// Whatever is not a number is copied: byte strings, raw data, and the padding in structures.
    /// Each code unit of a string is swapped. A structure that overlays a base dtype is swapped as
    /// that base is, as NumPy's casts do it.
    Native,
    /// To the machine's byte order and a type that Rust and JavaScript can calculate with:
    /// `float16` and the small numbers of ml_dtypes to `float32`, complex numbers of two `float16`
    /// to `complex64`, `longdouble` to `float64`, `clongdouble` to `complex128`, and every byte of
    /// a bool but 0 to 1.
    ///
    /// A long double is rounded to the nearest, ties to even; all else is exact. The fields of a
    /// structure keep their types and offsets, so that structures are as with [`Native`].
    ///
    /// [`Native`]: Convert::Native
    Wide,
}

impl Convert {
    /// The dtype of the values that elements of a dtype become.
    pub fn dtype(self, dtype: &DType) -> DType {
        let wide = |kind| DType::fixed(kind, ByteOrder::NATIVE);
        let wider = match dtype.kind() {
            _ if self != Self::Wide => None,
            Kind::Float16 => wide(Kind::Float32),
            Kind::Extended(Extended::Complex32) => wide(Kind::Complex64),
            Kind::Extended(_) => wide(Kind::Float32),
            Kind::LongDouble => wide(Kind::Float64),
            Kind::CLongDouble => wide(Kind::Complex128),
            _ => None,
        };
        match (self, wider) {
            (_, Some(wider)) => wider,
            (Self::AsStored, None) => dtype.clone(),
            (Self::Native | Self::Wide, None) => dtype.to_native(),
        }
    }

    /// Whether the values of a dtype keep their bytes, so that contiguous ones can be copied.
    pub fn keeps_bytes(self, dtype: &DType) -> bool {
        match self {
            Self::AsStored => true,
            // Of a bool, all bytes but 0 become 1.
            Self::Wide if *dtype.kind() == Kind::Bool => false,
            Self::Native | Self::Wide => dtype.is_native() && self.dtype(dtype) == *dtype,
        }
    }
}
