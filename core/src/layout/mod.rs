//! Strided layouts: where in a byte range the elements of an array lie.

use core::{fmt, ops::Range};

use smallvec::SmallVec;

use crate::{
    DType, Result,
    dtype::{Dims, Kind},
};

/// Byte strides, one for each dimension. Up to 8 need no heap.
pub type Strides = SmallVec<[i64; 8]>;

/// The order in which the elements of an array follow one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are two")]
pub enum Order {
    /// The last index changes fastest.
    #[default]
    C,
    /// The first index changes fastest.
    F,
}

/// The most dimensions an array can have, NumPy's `NPY_MAXDIMS`.
pub const MAX_NDIM: usize = 64;

/// The element type, shape, byte strides and byte offset of an array or a view of one.
///
/// Offsets count from the first byte of the *data*, not of the file: 0 is the first byte after the
/// header. A layout is always sound: every byte of every element it describes lies in the data of
/// the array it was first made for, and the number of elements times the item size is at most
/// `i64::MAX`. All operations keep that, cost no I/O, and allocate nothing up to 8 dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    dtype: DType,
    shape: Dims,
    strides: Strides,
    offset: u64,
}

impl Layout {
    /// A contiguous array whose first element is at offset 0.
    ///
    /// A sub-array dtype becomes trailing dimensions.
    ///
    /// # Errors
    ///
    /// [`LayoutError::TooManyDimensions`] beyond [`MAX_NDIM`]; [`LayoutError::ArrayTooBig`] if the
    /// product of all non-zero dimensions and the item size passes `i64::MAX`, as NumPy has it.
    pub fn new(dtype: DType, shape: &[u64], order: Order) -> Result<Self> {
        let (dtype, shape) = flatten_sub_array(dtype, shape);
        if shape.len() > MAX_NDIM {
            return Err(LayoutError::TooManyDimensions { found: shape.len() }.into());
        }
        let mut strides = Strides::from_elem(0, shape.len());
        let itemsize = dtype.itemsize().min(i64::MAX as u64) as i64;
        let mut extent = itemsize;
        {
            let mut step = |stride: &mut i64, dim: u64| -> Result<()> {
                *stride = extent;
                let dim = i64::try_from(dim.max(1)).map_err(|_| LayoutError::ArrayTooBig)?;
                // Zero-size items must not hide an absurd shape from the checks of element counts.
                extent = extent.checked_mul(dim).ok_or(LayoutError::ArrayTooBig)?;
                Ok(())
            };
            match order {
                Order::C => {
                    for (stride, &dim) in strides.iter_mut().zip(&shape).rev() {
                        step(stride, dim)?;
                    }
                }
                Order::F => {
                    for (stride, &dim) in strides.iter_mut().zip(&shape) {
                        step(stride, dim)?;
                    }
                }
            }
        }
        Ok(Self {
            dtype,
            shape,
            strides,
            offset: 0,
        })
    }

    /// The element type. Never a sub-array.
    pub fn dtype(&self) -> &DType {
        &self.dtype
    }

    /// The number of elements along each dimension.
    pub fn shape(&self) -> &[u64] {
        &self.shape
    }

    /// The distance in bytes between neighbours along each dimension. Not to be relied on where
    /// the array is empty or the dimension has length 1.
    pub fn strides(&self) -> &[i64] {
        &self.strides
    }

    /// The distance in bytes from the start of the data to the element with index `[0, 0, …]`.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The number of dimensions.
    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    /// The size of an element in bytes.
    pub fn itemsize(&self) -> u64 {
        self.dtype.itemsize()
    }

    /// The number of elements.
    pub fn size(&self) -> u64 {
        // Sound layouts do not overflow unless the item size is 0, where u64 may saturate.
        self.shape
            .iter()
            .fold(1, |n: u64, &dim| n.saturating_mul(dim))
    }

    /// The number of elements times the item size: what the values take when gathered.
    pub fn nbytes(&self) -> u64 {
        self.size().saturating_mul(self.itemsize())
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// The smallest range of data bytes that holds every element; empty if there is none.
    pub fn byte_span(&self) -> Range<u64> {
        if self.is_empty() || self.itemsize() == 0 {
            return self.offset..self.offset;
        }
        let (mut start, mut end) = (self.offset, self.offset + self.itemsize());
        for (&dim, &stride) in self.shape.iter().zip(&self.strides) {
            // Cannot overflow in a sound layout: the far element lies in the data.
            let reach = stride.unsigned_abs().wrapping_mul(dim - 1);
            if stride < 0 {
                start = start.wrapping_sub(reach);
            } else {
                end = end.wrapping_add(reach);
            }
        }
        start..end
    }

    /// Whether the elements lie without gaps in an order, as NumPy's flags have it: dimensions of
    /// length 1 do not matter, and an empty array is contiguous in both.
    pub fn is_contiguous(&self, order: Order) -> bool {
        if self.is_empty() {
            return true;
        }
        let mut expected = self.itemsize();
        let mut fits = |(&dim, &stride): (&u64, &i64)| {
            let ok = dim == 1 || u64::try_from(stride) == Ok(expected);
            expected = expected.wrapping_mul(dim);
            ok
        };
        let mut dims = self.shape.iter().zip(&self.strides);
        match order {
            Order::C => dims.rev().all(&mut fits),
            Order::F => dims.all(&mut fits),
        }
    }
}

fn flatten_sub_array(mut dtype: DType, shape: &[u64]) -> (DType, Dims) {
    let mut shape = Dims::from_slice(shape);
    while let Kind::SubArray(sub) = dtype.kind() {
        shape.extend_from_slice(&sub.shape);
        dtype = sub.element.clone();
    }
    (dtype, shape)
}

/// Why a layout, or an operation on one, is impossible. The wording is NumPy's where it has one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum LayoutError {
    /// The bytes of the array cannot be counted in 63 bits.
    ArrayTooBig,
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
            Self::TooManyDimensions { found } => write!(
                f,
                "maximum supported dimension for an ndarray is currently {MAX_NDIM}, found {found}"
            ),
        }
    }
}
