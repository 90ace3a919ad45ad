//! What can be wrong with a shape, strides, or an operation on a layout.

use core::fmt;

use super::MAX_NDIM;

/// Why a layout, or an operation on one, is impossible. The wording is NumPy's where it has one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum LayoutError {
    /// The elements or the bytes of the array cannot be counted in 63 bits.
    ArrayTooBig,
    /// There is no such axis.
    Axis {
        /// The axis asked for, as given.
        axis: i64,
        /// How many dimensions there are.
        ndim: usize,
    },
    /// An element is not in the data.
    OutOfData {
        /// The offset of the first byte of all elements.
        start: i128,
        /// The offset behind the last byte of all elements.
        end: i128,
        /// The length of the data in bytes.
        data_len: u64,
    },
    /// There are more or fewer strides than dimensions.
    StridesLength {
        /// How many dimensions there are.
        expected: usize,
        /// How many strides there are.
        found: usize,
    },
    /// More than [`MAX_NDIM`] dimensions.
    TooManyDimensions {
        /// How many.
        found: usize,
    },
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArrayTooBig => f.write_str(
                "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum \
                 possible size.",
            ),
            Self::Axis { axis, ndim } => write!(
                f,
                "axis {axis} is out of bounds for array of dimension {ndim}"
            ),
            Self::OutOfData {
                start,
                end,
                data_len,
            } => write!(
                f,
                "strides is incompatible with shape of requested array and size of buffer: \
                 the elements lie at bytes {start}..{end} of {data_len}"
            ),
            Self::StridesLength { expected, found } => write!(
                f,
                "strides, if given, must be the same length as shape: \
                 expected {expected}, found {found}"
            ),
            Self::TooManyDimensions { found } => write!(
                f,
                "maximum supported dimension for an ndarray is currently {MAX_NDIM}, found {found}"
            ),
        }
    }
}
