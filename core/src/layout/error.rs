//! What can be wrong with a shape, strides, or an operation on a layout.

use alloc::boxed::Box;
use core::fmt;

use super::MAX_NDIM;

/// Why a layout, or an operation on one, is impossible. The wording is NumPy's where it has one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum LayoutError {
    /// The elements or the bytes of the array cannot be counted in 63 bits.
    ArrayTooBig,
    /// A dimension is neither 1 nor that of the array to assign to.
    AssignMismatch {
        /// The shape of the values, without the leading dimensions of 1 that are too many.
        from: Box<[u64]>,
        /// The shape of the array to assign to.
        to: Box<[u64]>,
    },
    /// A permutation has not one axis for each dimension.
    AxesMismatch,
    /// There is no such axis.
    Axis {
        /// Which one it is, where an operation takes two.
        argument: Option<&'static str>,
        /// The axis asked for, as given.
        axis: i64,
        /// How many dimensions there are.
        ndim: usize,
    },
    /// The shape to broadcast to has fewer dimensions than the array.
    BroadcastDimensions,
    /// A dimension is neither 1 nor that of the shape to broadcast to.
    BroadcastMismatch {
        /// The shape of the array.
        from: Box<[u64]>,
        /// The shape asked for.
        to: Box<[u64]>,
    },
    /// An array that has dimensions is broadcast to a shape without any.
    BroadcastToScalar,
    /// A diagonal is asked of an array of fewer than two dimensions.
    DiagonalDimensions,
    /// An axis to squeeze is named more than once.
    DuplicateAxis,
    /// The parts of an array that should be changed one by one lie among one another.
    Interleaved {
        /// The axis along which it is cut.
        axis: usize,
    },
    /// The elements of a broadcast cannot be counted in 63 bits.
    IteratorTooBig,
    /// The bytes along the last axis do not make whole elements of the larger dtype.
    LargerViewSize,
    /// No view has the shape asked for.
    NeedsCopy,
    /// An axis to squeeze has not length 1.
    NotSqueezable,
    /// Python objects would be taken for something else, or the reverse.
    ObjectView,
    /// An element is not in the data.
    OutOfData {
        /// The offset of the first byte of all elements.
        start: i128,
        /// The offset behind the last byte of all elements.
        end: i128,
        /// The length of the data in bytes.
        data_len: u64,
    },
    /// The elements that something should be assigned to overlap, as those of a broadcast do.
    ReadOnly,
    /// An axis is named more than once.
    RepeatedAxis,
    /// A permutation names an axis more than once.
    RepeatedTransposeAxis,
    /// The array and the new shape differ in their numbers of elements.
    ReshapeMismatch {
        /// The number of elements of the array.
        size: u64,
        /// The shape asked for.
        shape: Box<[i64]>,
    },
    /// The two axes of a diagonal are the same.
    SameDiagonalAxes,
    /// An array without dimensions is viewed as a dtype of another size.
    ScalarViewSize,
    /// More than one dimension of a new shape is to be worked out.
    SeveralUnknown,
    /// An element does not make whole elements of the smaller dtype.
    SmallerViewSize,
    /// There are more or fewer strides than dimensions.
    StridesLength {
        /// How many dimensions there are.
        expected: usize,
        /// How many strides there are.
        found: usize,
    },
    /// An array is viewed as a sub-array of another size.
    SubArrayViewSize,
    /// More than [`MAX_NDIM`] dimensions.
    TooManyDimensions {
        /// How many.
        found: usize,
    },
    /// The dimensions of an array and of a window are more than [`MAX_NDIM`] together.
    TooManyWindowDimensions {
        /// How many.
        found: usize,
    },
    /// The dtype of a view has another size, and the elements along the last axis have gaps.
    ViewNotContiguous,
    /// A window has more or fewer dimensions than axes to slide over.
    WindowAxesMismatch {
        /// How many dimensions the window has.
        window: usize,
        /// How many axes there are.
        axes: usize,
    },
    /// A window has more or fewer dimensions than the array.
    WindowNeedsAllAxes {
        /// How many dimensions the window has.
        window: usize,
        /// How many dimensions the array has.
        ndim: usize,
    },
    /// A window is longer than the axis it slides over.
    WindowTooLarge,
}

impl LayoutError {
    /// There is no such axis, counted from the first one.
    #[cold]
    pub(crate) fn no_axis(axis: usize, ndim: usize) -> Self {
        Self::Axis {
            argument: None,
            axis: i64::try_from(axis).unwrap_or(i64::MAX),
            ndim,
        }
    }
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::ArrayTooBig => {
                "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum \
                 possible size."
            }
            Self::AssignMismatch { from, to } => {
                f.write_str("could not broadcast input array from shape ")?;
                write_tuple(f, from)?;
                f.write_str(" into shape ")?;
                return write_tuple(f, to);
            }
            Self::AxesMismatch => "axes don't match array",
            Self::Axis {
                argument,
                axis,
                ndim,
            } => {
                if let Some(argument) = argument {
                    write!(f, "{argument}: ")?;
                }
                return write!(
                    f,
                    "axis {axis} is out of bounds for array of dimension {ndim}"
                );
            }
            Self::BroadcastDimensions => {
                "input operand has more dimensions than allowed by the axis remapping"
            }
            Self::BroadcastMismatch { from, to } => {
                f.write_str(
                    "operands could not be broadcast together with remapped shapes \
                     [original->remapped]: ",
                )?;
                write_tuple(f, from)?;
                f.write_str("  and requested shape ")?;
                return write_tuple(f, to);
            }
            Self::BroadcastToScalar => "cannot broadcast a non-scalar to a scalar array",
            Self::DiagonalDimensions => "diag requires an array of at least two dimensions",
            Self::DuplicateAxis => "duplicate value in 'axis'",
            Self::Interleaved { axis } => {
                return write!(
                    f,
                    "the parts along axis {axis} interleave in memory: no two of them can be \
                     changed independently"
                );
            }
            Self::IteratorTooBig => "iterator is too large",
            Self::LargerViewSize => {
                "When changing to a larger dtype, its size must be a divisor of the total size in \
                 bytes of the last axis of the array."
            }
            Self::NeedsCopy => "Unable to avoid creating a copy while reshaping.",
            Self::NotSqueezable => {
                "cannot select an axis to squeeze out which has size not equal to one"
            }
            Self::ObjectView => "Cannot change data-type for array of references.",
            Self::OutOfData {
                start,
                end,
                data_len,
            } => {
                return write!(
                    f,
                    "strides is incompatible with shape of requested array and size of buffer: \
                     the elements lie at bytes {start}..{end} of {data_len}"
                );
            }
            Self::ReadOnly => "assignment destination is read-only",
            Self::RepeatedAxis => "repeated axis",
            Self::RepeatedTransposeAxis => "repeated axis in transpose",
            Self::ReshapeMismatch { size, shape } => {
                write!(f, "cannot reshape array of size {size} into shape ")?;
                return write_new_shape(f, shape);
            }
            Self::SameDiagonalAxes => "axis1 and axis2 cannot be the same",
            Self::ScalarViewSize => {
                "Changing the dtype of a 0d array is only supported if the itemsize is unchanged"
            }
            Self::SeveralUnknown => "can only specify one unknown dimension",
            Self::SmallerViewSize => {
                "When changing to a smaller dtype, its size must be a divisor of the size of \
                 original dtype"
            }
            Self::StridesLength { expected, found } => {
                return write!(
                    f,
                    "strides, if given, must be the same length as shape: \
                     expected {expected}, found {found}"
                );
            }
            Self::SubArrayViewSize => {
                "Changing the dtype to a subarray type is only supported if the total itemsize is \
                 unchanged"
            }
            Self::TooManyDimensions { found } => {
                return write!(
                    f,
                    "maximum supported dimension for an ndarray is currently {MAX_NDIM}, \
                     found {found}"
                );
            }
            Self::TooManyWindowDimensions { found } => {
                return write!(
                    f,
                    "number of dimensions must be within [0, {MAX_NDIM}], got {found}"
                );
            }
            Self::ViewNotContiguous => {
                "To change to a dtype of a different size, the last axis must be contiguous"
            }
            Self::WindowAxesMismatch { window, axes } => {
                return write!(
                    f,
                    "Must provide matching length window_shape and axis; got {window} \
                     window_shape elements and {axes} axes elements."
                );
            }
            Self::WindowNeedsAllAxes { window, ndim } => {
                return write!(
                    f,
                    "Since axis is `None`, must provide window_shape for all dimensions of `x`; \
                     got {window} window_shape elements and `x.ndim` is {ndim}."
                );
            }
            Self::WindowTooLarge => "window shape cannot be larger than input array shape",
        };
        f.write_str(text)
    }
}

/// Writes a shape as NumPy's C code does: a tuple without blanks.
fn write_tuple(f: &mut fmt::Formatter<'_>, shape: &[u64]) -> fmt::Result {
    f.write_str("(")?;
    for (i, dim) in shape.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        write!(f, "{comma}{dim}")?;
    }
    f.write_str(if shape.len() == 1 { ",)" } else { ")" })
}

/// Writes a shape that may have an unknown dimension. NumPy leaves that out where it comes first,
/// and then has no comma after a single dimension.
fn write_new_shape(f: &mut fmt::Formatter<'_>, shape: &[i64]) -> fmt::Result {
    f.write_str("(")?;
    let mut first = true;
    for &dim in shape.iter().skip_while(|&&dim| dim < 0) {
        let comma = if first { "" } else { "," };
        first = false;
        if dim < 0 {
            write!(f, "{comma}newaxis")?;
        } else {
            write!(f, "{comma}{dim}")?;
        }
    }
    let single = matches!(shape, [dim] if *dim >= 0);
    f.write_str(if single { ",)" } else { ")" })
}
