//! Views in which an element has more than one index.

use super::{Layout, LayoutError, MAX_NDIM, Strides, check_size};
use crate::{Result, dtype::Dims};

impl Layout {
    /// The view of another shape in which dimensions of length 1 are repeated and new ones come
    /// first, with a stride of 0.
    ///
    /// # Errors
    ///
    /// [`LayoutError::BroadcastMismatch`], [`LayoutError::BroadcastDimensions`],
    /// [`LayoutError::BroadcastToScalar`], [`LayoutError::TooManyDimensions`],
    /// [`LayoutError::IteratorTooBig`] and [`LayoutError::ArrayTooBig`]: the result must have a
    /// size although it takes no space.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order};
    ///
    /// let row = Layout::new(DType::FLOAT32, &[1, 4], Order::C)?;
    /// let table = row.broadcast_to(&[2, 3, 4])?;
    /// assert_eq!(table.strides(), [0, 0, 4]);
    ///
    /// let error = row.broadcast_to(&[3]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "input operand has more dimensions than allowed by the axis remapping"
    /// );
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn broadcast_to(&self, shape: &[u64]) -> Result<Self> {
        if shape.is_empty() && self.ndim() != 0 {
            return Err(LayoutError::BroadcastToScalar.into());
        }
        if shape.len() > MAX_NDIM {
            return Err(LayoutError::TooManyDimensions { found: shape.len() }.into());
        }
        if shape.len() < self.ndim() {
            return Err(LayoutError::BroadcastDimensions.into());
        }
        let Some(view) = self.repeat(shape) else {
            return Err(LayoutError::BroadcastMismatch {
                from: self.shape().into(),
                to: shape.into(),
            }
            .into());
        };
        check_count(shape)?;
        check_size(&self.dtype, shape)?;
        Ok(view)
    }

    /// The view of the shape of another array that values are assigned to: as
    /// [`Layout::broadcast_to`], but leading dimensions of length 1 may be too many.
    ///
    /// # Errors
    ///
    /// [`LayoutError::AssignMismatch`], [`LayoutError::ArrayTooBig`].
    pub fn broadcast_into(&self, shape: &[u64]) -> Result<Self> {
        let excess = self.ndim().saturating_sub(shape.len());
        let ones = self.shape.iter().take(excess);
        let strip = ones.take_while(|&&dim| dim == 1).count();
        let mut stripped = self.clone();
        stripped.shape.drain(..strip);
        stripped.strides.drain(..strip);
        let Some(view) = stripped.repeat(shape) else {
            return Err(LayoutError::AssignMismatch {
                from: stripped.shape().into(),
                to: shape.into(),
            }
            .into());
        };
        check_size(&self.dtype, shape)?;
        Ok(view)
    }

    /// The view of a shape, whose size is not checked. `None` if it does not fit.
    fn repeat(&self, shape: &[u64]) -> Option<Self> {
        let added = shape.len().checked_sub(self.ndim())?;
        let mut strides = Strides::from_elem(0, added);
        let dims = self.shape.iter().zip(&self.strides);
        for ((&old, &stride), &new) in dims.zip(shape.iter().skip(added)) {
            if old != new && old != 1 {
                return None;
            }
            strides.push(if old == 1 { 0 } else { stride });
        }
        Some(self.with_axes(Dims::from_slice(shape), strides))
    }

    /// The view of all windows of a shape: the axes over which they slide become shorter, and the
    /// axes within a window come last.
    ///
    /// `axes` says over which axis each dimension of the window slides, and may name an axis more
    /// than once; without it there is one dimension for each axis.
    ///
    /// # Errors
    ///
    /// [`LayoutError::WindowNeedsAllAxes`], [`LayoutError::WindowAxesMismatch`],
    /// [`LayoutError::Axis`], [`LayoutError::WindowTooLarge`],
    /// [`LayoutError::TooManyWindowDimensions`], [`LayoutError::ArrayTooBig`].
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order};
    ///
    /// let signal = Layout::new(DType::UINT8, &[100], Order::C)?;
    /// let windows = signal.sliding_window_view(&[10], None)?;
    /// assert_eq!(windows.shape(), [91, 10]);
    /// assert_eq!(windows.strides(), [1, 1]);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn sliding_window_view(&self, window: &[u64], axes: Option<&[i64]>) -> Result<Self> {
        let ndim = self.ndim();
        match axes {
            None if window.len() != ndim => {
                return Err(LayoutError::WindowNeedsAllAxes {
                    window: window.len(),
                    ndim,
                }
                .into());
            }
            Some(axes) => {
                for &axis in axes {
                    self.axis(axis)?;
                }
                if axes.len() != window.len() {
                    return Err(LayoutError::WindowAxesMismatch {
                        window: window.len(),
                        axes: axes.len(),
                    }
                    .into());
                }
            }
            None => {}
        }
        let found = ndim.saturating_add(window.len());
        let mut view = self.clone();
        for (i, &len) in window.iter().enumerate() {
            let axis = match axes.and_then(|axes| axes.get(i)) {
                Some(&axis) => self.axis(axis)?,
                None => i,
            };
            let Some(dim) = view.shape.get_mut(axis) else {
                continue;
            };
            if len > *dim {
                return Err(LayoutError::WindowTooLarge.into());
            }
            // Lengths fit into an i64, so the one that an empty window adds does no harm.
            *dim = *dim - len + 1;
            if found <= MAX_NDIM {
                view.shape.push(len);
                view.strides.extend(self.strides.get(axis).copied());
            }
        }
        if found > MAX_NDIM {
            return Err(LayoutError::TooManyWindowDimensions { found }.into());
        }
        check_size(&self.dtype, &view.shape)?;
        Ok(view)
    }
}

/// Refuses shapes whose elements cannot be counted. As in NumPy, a dimension of 0 excuses only
/// those after it.
fn check_count(shape: &[u64]) -> Result<()> {
    let mut shape = shape.iter().map(|&dim| i64::try_from(dim).ok());
    match shape.try_fold(1_i64, |count, dim| count.checked_mul(dim?)) {
        Some(_) => Ok(()),
        None => Err(LayoutError::IteratorTooBig.into()),
    }
}
