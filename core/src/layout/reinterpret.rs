//! The same bytes as values of another type.

use super::{Layout, LayoutError};
use crate::{
    DType, Result,
    dtype::{Extended, Kind},
};

impl Layout {
    /// The view of the same bytes as elements of another dtype: NumPy's `a.view(dtype)`.
    ///
    /// If the item size differs, the last axis gets longer or shorter; it must be contiguous.
    /// Raw data of no size (`V0`) stands for raw data of this layout's item size.
    ///
    /// # Errors
    ///
    /// [`LayoutError::ObjectView`], [`LayoutError::ScalarViewSize`],
    /// [`LayoutError::SubArrayViewSize`], [`LayoutError::ViewNotContiguous`],
    /// [`LayoutError::SmallerViewSize`], [`LayoutError::LargerViewSize`].
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order};
    ///
    /// let floats = Layout::new(DType::FLOAT32, &[3, 4], Order::C)?;
    /// assert_eq!(floats.view_dtype(DType::UINT8)?.shape(), [3, 16]);
    /// assert_eq!(floats.view_dtype(DType::FLOAT64)?.shape(), [3, 2]);
    /// assert!(floats.transpose().view_dtype(DType::UINT8).is_err());
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn view_dtype(&self, mut dtype: DType) -> Result<Self> {
        let old = self.itemsize();
        if dtype != self.dtype && (dtype.has_object() || self.dtype.has_object()) {
            return Err(LayoutError::ObjectView.into());
        }
        if matches!(dtype.kind(), Kind::Void) && dtype.itemsize() == 0 {
            // Every item size came from a dtype, which has no more than 32 bits for it.
            dtype = DType::void(u32::try_from(old).unwrap_or(u32::MAX));
        }
        let new = dtype.itemsize();
        let (mut shape, mut strides) = (self.shape.clone(), self.strides.clone());
        if new != old {
            let (Some(dim), Some(stride)) = (shape.last_mut(), strides.last_mut()) else {
                return Err(LayoutError::ScalarViewSize.into());
            };
            if matches!(dtype.kind(), Kind::SubArray(_)) {
                return Err(LayoutError::SubArrayViewSize.into());
            }
            if *dim != 1 && !self.is_empty() && u64::try_from(*stride) != Ok(old) {
                return Err(LayoutError::ViewNotContiguous.into());
            }
            if new < old {
                let parts = old.checked_div(new).filter(|parts| parts * new == old);
                let parts = parts.ok_or(LayoutError::SmallerViewSize)?;
                // The bytes along the axis stay as many, and those of a layout can be counted.
                *dim *= parts;
            } else {
                let bytes = *dim * old;
                if !bytes.is_multiple_of(new) {
                    return Err(LayoutError::LargerViewSize.into());
                }
                *dim = bytes / new;
            }
            *stride = new as i64;
        }
        Self::of_element(dtype, shape, strides, self.offset)
    }

    /// The view of the real parts of complex numbers, and this layout if the dtype is another.
    pub fn real(&self) -> Self {
        self.part(false).unwrap_or_else(|| self.clone())
    }

    /// The view of the imaginary parts of complex numbers.
    ///
    /// `None` for other dtypes, for which NumPy makes a new array of zeros.
    pub fn imag(&self) -> Option<Self> {
        self.part(true)
    }

    fn part(&self, second: bool) -> Option<Self> {
        let kind = match self.dtype.kind() {
            Kind::Complex64 => Kind::Float32,
            Kind::Complex128 => Kind::Float64,
            Kind::CLongDouble => Kind::LongDouble,
            Kind::Extended(Extended::Complex32) => Kind::Float16,
            _ => return None,
        };
        let dtype = DType::fixed(kind, self.dtype.byte_order())?;
        let mut view = self.clone();
        if second && !self.is_empty() {
            view.offset += dtype.itemsize();
        }
        view.dtype = dtype;
        Some(view)
    }
}
