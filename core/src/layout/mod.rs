//! Strided layouts: where in a byte range the elements of an array lie.
//!
//! A [`Layout`] is NumPy's `ndarray` without the data. Every view that NumPy can make of an array
//! is a method here, with the same result or the same text of an error.

mod axes;
mod error;
mod index;
mod overlap;
mod reinterpret;
mod reshape;
mod split;
mod windows;

use core::ops::Range;

use smallvec::SmallVec;

pub(crate) use self::overlap::Ordered;
pub use self::{error::LayoutError, reshape::Reshaped, split::Split};
use crate::{
    DType, Result,
    dtype::{Dims, Kind},
};

/// Byte strides, one for each dimension. Up to 8 need no heap.
pub(crate) type Strides = SmallVec<[i64; 8]>;

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
/// header. A layout is always sound:
///
/// - every byte of every element it describes lies in the data of the array it was first made for,
///   and [`offset`](Self::offset) is never beyond the end of that data;
/// - the product of all non-zero dimensions, times the item size if it is not zero, is at most
///   `i64::MAX`. No count of elements or of bytes overflows.
///
/// All operations keep that, cost no I/O, and allocate nothing up to 8 dimensions.
///
/// ```
/// use npymap_core::{DType, Layout, Order, Selection};
///
/// let array = Layout::new(DType::FLOAT32, &[3, 4], Order::C)?;
/// let view = array.select(&Selection::parse("[::-1, 1]")?)?;
/// assert_eq!(view.shape(), [3]);
/// assert_eq!(view.strides(), [-16]);
/// assert_eq!(view.offset(), 36);
/// assert_eq!(view.byte_span(), 4..40);
/// # Ok::<(), npymap_core::Error>(())
/// ```
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
    /// Where items have no bytes, NumPy lets the count of elements wrap around; that is refused.
    pub fn new(dtype: DType, shape: &[u64], order: Order) -> Result<Self> {
        Self::contiguous(dtype, Dims::from_slice(shape), order)
    }

    /// As [`Layout::new`].
    #[inline(always)]
    pub(crate) fn contiguous(dtype: DType, shape: Dims, order: Order) -> Result<Self> {
        let (dtype, shape) = append_sub_array(dtype, shape);
        check_size(&dtype, &shape)?;
        let strides = contiguous_strides(dtype.itemsize(), &shape, order);
        Ok(Self {
            dtype,
            shape,
            strides,
            offset: 0,
        })
    }

    /// An array of any strides in data of `data_len` bytes, with its element `[0, 0, …]` at
    /// `offset`.
    ///
    /// A sub-array dtype becomes trailing dimensions in C order.
    ///
    /// # Errors
    ///
    /// [`LayoutError::StridesLength`] if the number of strides is not that of dimensions;
    /// [`LayoutError::OutOfData`] if a byte of an element, or the offset of an array without
    /// elements, is not in the data; and those of [`Layout::new`]. Only the first `i64::MAX` bytes
    /// of the data count.
    ///
    /// ```
    /// use npymap_core::{DType, Layout};
    ///
    /// // The upper left 2×2 corner of an image of 640×480 bytes, upside down.
    /// let corner = Layout::from_parts(DType::UINT8, &[2, 2], &[-640, 1], 640, 640 * 480)?;
    /// assert_eq!(corner.byte_span(), 0..642);
    ///
    /// assert!(Layout::from_parts(DType::UINT8, &[3, 2], &[-640, 1], 640, 640 * 480).is_err());
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn from_parts(
        dtype: DType,
        shape: &[u64],
        strides: &[i64],
        offset: u64,
        data_len: u64,
    ) -> Result<Self> {
        if shape.len() != strides.len() {
            return Err(LayoutError::StridesLength {
                expected: shape.len(),
                found: strides.len(),
            }
            .into());
        }
        let outer = Strides::from_slice(strides);
        let layout = Self::of_element(dtype, Dims::from_slice(shape), outer, offset)?;
        layout.check_bounds(data_len)?;
        Ok(layout)
    }

    /// Appends the dimensions of a sub-array dtype and checks the size, but not the bounds.
    fn of_element(dtype: DType, shape: Dims, mut strides: Strides, offset: u64) -> Result<Self> {
        let outer = shape.len();
        let (dtype, shape) = append_sub_array(dtype, shape);
        check_size(&dtype, &shape)?;
        let inner = shape.get(outer..).unwrap_or_default();
        strides.extend(contiguous_strides(dtype.itemsize(), inner, Order::C));
        Ok(Self {
            dtype,
            shape,
            strides,
            offset,
        })
    }

    /// Checks that all elements lie in the first `data_len` bytes.
    fn check_bounds(&self, data_len: u64) -> Result<()> {
        // Distances between bytes must fit into strides.
        let limit = i128::from(data_len.min(i64::MAX as u64));
        let mut start = i128::from(self.offset);
        let mut end = start;
        if !self.is_empty() {
            // At most MAX_NDIM products of two 63-bit numbers: far from i128's limits.
            for (&dim, &stride) in self.shape.iter().zip(&self.strides) {
                let reach = i128::from(stride) * i128::from(dim - 1);
                start += reach.min(0);
                end += reach.max(0);
            }
            end += i128::from(self.itemsize());
        }
        if start < 0 || end > limit {
            return Err(LayoutError::OutOfData {
                start,
                end,
                data_len,
            }
            .into());
        }
        Ok(())
    }

    /// The same data with other axes.
    fn with_axes(&self, shape: Dims, strides: Strides) -> Self {
        Self {
            dtype: self.dtype.clone(),
            shape,
            strides,
            offset: self.offset,
        }
    }

    /// Moves the first element by a number of steps along an axis of a stride.
    ///
    /// Where it ends up there must be an element: then the sum is right, although the product may
    /// wrap around.
    fn advance(&mut self, stride: i64, steps: u64) {
        let distance = stride.wrapping_mul(steps as i64);
        self.offset = self.offset.wrapping_add_signed(distance);
    }

    /// The same elements in data that lacks some bytes at its start, of which none is an element's.
    pub(crate) fn without(mut self, bytes: u64) -> Self {
        // Without elements the offset may be less.
        self.offset = self.offset.saturating_sub(bytes);
        self
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

    /// The number of elements, at most `i64::MAX`.
    pub fn size(&self) -> u64 {
        self.shape.iter().product()
    }

    /// The number of elements times the item size: what the values take when gathered. At most
    /// `i64::MAX`.
    pub fn nbytes(&self) -> u64 {
        self.size() * self.itemsize()
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

/// Replaces a sub-array dtype by its element and appends its dimensions.
fn append_sub_array(dtype: DType, mut shape: Dims) -> (DType, Dims) {
    if !matches!(dtype.kind(), Kind::SubArray(_)) {
        return (dtype, shape);
    }
    let (element, dims) = dtype.flatten();
    shape.extend_from_slice(&dims);
    (element.clone(), shape)
}

/// Refuses more dimensions than [`MAX_NDIM`], and shapes whose elements or bytes cannot be counted
/// in an `i64`. Zero dimensions do not excuse the others, which is NumPy's rule.
fn check_size(dtype: &DType, shape: &[u64]) -> Result<()> {
    if shape.len() > MAX_NDIM {
        return Err(LayoutError::TooManyDimensions { found: shape.len() }.into());
    }
    shape
        .iter()
        .filter(|&&dim| dim != 0)
        .try_fold(dtype.itemsize().max(1), |n, &dim| n.checked_mul(dim))
        .filter(|&n| i64::try_from(n).is_ok())
        .map(|_| ())
        .ok_or_else(|| LayoutError::ArrayTooBig.into())
}

/// The strides of an array without gaps, whose size has been checked.
fn contiguous_strides(itemsize: u64, shape: &[u64], order: Order) -> Strides {
    let mut strides = Strides::from_elem(0, shape.len());
    // A checked size fits into an i64, and so does each of its factors.
    let mut extent = itemsize as i64;
    let mut step = |(stride, &dim): (&mut i64, &u64)| {
        *stride = extent;
        extent *= dim.max(1) as i64;
    };
    let dims = strides.iter_mut().zip(shape);
    match order {
        Order::C => dims.rev().for_each(&mut step),
        Order::F => dims.for_each(&mut step),
    }
    strides
}
