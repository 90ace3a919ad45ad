//! Views that rearrange, drop or add axes.
//!
//! An axis is given as in NumPy: negative numbers count from the last one.

use smallvec::SmallVec;

use super::{Layout, LayoutError, MAX_NDIM, Order, Strides};
use crate::{Result, dtype::Dims};

/// Whether each axis was named. As many as inline shapes have, so that no heap is needed.
type Marks = SmallVec<[bool; 8]>;

impl Layout {
    /// The view with the axes in reverse order: NumPy's `.T`.
    pub fn transpose(&self) -> Self {
        let mut view = self.clone();
        view.shape.reverse();
        view.strides.reverse();
        view
    }

    /// The view whose axis `i` is this layout's axis `axes[i]`: NumPy's `a.transpose(axes)`.
    ///
    /// # Errors
    ///
    /// [`LayoutError::AxesMismatch`] if there is not one axis for each dimension,
    /// [`LayoutError::Axis`], [`LayoutError::RepeatedTransposeAxis`].
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order};
    ///
    /// let image = Layout::new(DType::UINT8, &[480, 640, 3], Order::C)?;
    /// let planes = image.permute(&[-1, 0, 1])?;
    /// assert_eq!(planes.shape(), [3, 480, 640]);
    /// assert_eq!(planes.strides(), [1, 1920, 3]);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn permute(&self, axes: &[i64]) -> Result<Self> {
        if axes.len() != self.ndim() {
            return Err(LayoutError::AxesMismatch.into());
        }
        let mut seen = Marks::from_elem(false, self.ndim());
        let mut shape = Dims::new();
        let mut strides = Strides::new();
        for &axis in axes {
            let axis = self.axis(axis)?;
            if mark(&mut seen, axis) {
                return Err(LayoutError::RepeatedTransposeAxis.into());
            }
            shape.extend(self.shape.get(axis).copied());
            strides.extend(self.strides.get(axis).copied());
        }
        Ok(self.with_axes(shape, strides))
    }

    /// The view with two axes in each other's place.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Axis`].
    pub fn swap_axes(&self, axis1: i64, axis2: i64) -> Result<Self> {
        let (axis1, axis2) = self.axis_pair(axis1, axis2)?;
        let mut view = self.clone();
        view.shape.swap(axis1, axis2);
        view.strides.swap(axis1, axis2);
        Ok(view)
    }

    /// The view without the given axes, all of which must have length 1; without all axes of
    /// length 1 if none are given.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Axis`], [`LayoutError::DuplicateAxis`], [`LayoutError::NotSqueezable`].
    pub fn squeeze(&self, axes: Option<&[i64]>) -> Result<Self> {
        let drop: Marks = match axes {
            None => self.shape.iter().map(|&dim| dim == 1).collect(),
            Some(axes) => {
                let mut drop = Marks::from_elem(false, self.ndim());
                for &axis in axes {
                    if mark(&mut drop, self.axis(axis)?) {
                        return Err(LayoutError::DuplicateAxis.into());
                    }
                }
                drop
            }
        };
        if drop
            .iter()
            .zip(&self.shape)
            .any(|(&drop, &dim)| drop && dim != 1)
        {
            return Err(LayoutError::NotSqueezable.into());
        }
        let kept = |i: usize| drop.get(i) == Some(&false);
        Ok(self.with_axes(select(&self.shape, kept), select(&self.strides, kept)))
    }

    /// The view with new axes of length 1, at the given places among the axes of the result.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Axis`], [`LayoutError::RepeatedAxis`], [`LayoutError::TooManyDimensions`].
    pub fn expand_dims(&self, axes: &[i64]) -> Result<Self> {
        let ndim = self.ndim().saturating_add(axes.len());
        let mut new = Dims::new();
        for &axis in axes {
            let axis = resolve_axis(axis, ndim, None)? as u64;
            if new.contains(&axis) {
                return Err(LayoutError::RepeatedAxis.into());
            }
            new.push(axis);
            // The search above must not become quadratic in a length that is not checked yet.
            if new.len() > MAX_NDIM {
                break;
            }
        }
        if ndim > MAX_NDIM {
            return Err(LayoutError::TooManyDimensions { found: ndim }.into());
        }
        let mut old = self.shape.iter().map(|&dim| dim as i64);
        let shape: Strides = (0..ndim as u64)
            .map(|i| {
                if new.contains(&i) {
                    1
                } else {
                    old.next().unwrap_or(1)
                }
            })
            .collect();
        self.reshape(&shape, Order::C)?.view()
    }

    /// The view with the elements along some axes, or all, in reverse order.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Axis`], [`LayoutError::RepeatedAxis`].
    pub fn flip(&self, axes: Option<&[i64]>) -> Result<Self> {
        let mut flip = Marks::from_elem(axes.is_none(), self.ndim());
        for &axis in axes.unwrap_or_default() {
            if mark(&mut flip, self.axis(axis)?) {
                return Err(LayoutError::RepeatedAxis.into());
            }
        }
        let mut view = self.clone();
        let dims = self.shape.iter().zip(&self.strides);
        for (axis, (&dim, &stride)) in dims.enumerate() {
            // An axis without elements keeps its stride, as that of a slice without any does.
            if dim == 0 || flip.get(axis) != Some(&true) {
                continue;
            }
            if !self.is_empty() {
                view.advance(stride, dim - 1);
            }
            if let Some(stride) = view.strides.get_mut(axis) {
                *stride = stride.wrapping_neg();
            }
        }
        Ok(view)
    }

    /// The view of a diagonal: two axes go away, and one along the elements whose index in
    /// `axis2` is that in `axis1` plus `offset` comes last.
    ///
    /// # Errors
    ///
    /// [`LayoutError::DiagonalDimensions`], [`LayoutError::Axis`],
    /// [`LayoutError::SameDiagonalAxes`].
    pub fn diagonal(&self, offset: i64, axis1: i64, axis2: i64) -> Result<Self> {
        if self.ndim() < 2 {
            return Err(LayoutError::DiagonalDimensions.into());
        }
        let (axis1, axis2) = self.axis_pair(axis1, axis2)?;
        if axis1 == axis2 {
            return Err(LayoutError::SameDiagonalAxes.into());
        }
        let dim = |axis: usize| self.shape.get(axis).copied().unwrap_or(0);
        let stride = |axis: usize| self.strides.get(axis).copied().unwrap_or(0);
        let skipped = offset.unsigned_abs();
        let (len1, len2, skip) = if offset < 0 {
            (
                dim(axis1).saturating_sub(skipped),
                dim(axis2),
                stride(axis1),
            )
        } else {
            (
                dim(axis1),
                dim(axis2).saturating_sub(skipped),
                stride(axis2),
            )
        };
        let len = len1.min(len2);
        let kept = |i: usize| i != axis1 && i != axis2;
        let mut view = self.with_axes(select(&self.shape, kept), select(&self.strides, kept));
        view.shape.push(len);
        // Out of range only where there is no second element to step to.
        view.strides.push(stride(axis1).wrapping_add(stride(axis2)));
        if !view.is_empty() {
            view.advance(skip, skipped);
        }
        Ok(view)
    }

    /// Counts an axis from the first one.
    pub(super) fn axis(&self, axis: i64) -> Result<usize> {
        resolve_axis(axis, self.ndim(), None)
    }

    fn axis_pair(&self, axis1: i64, axis2: i64) -> Result<(usize, usize)> {
        let ndim = self.ndim();
        Ok((
            resolve_axis(axis1, ndim, Some("axis1"))?,
            resolve_axis(axis2, ndim, Some("axis2"))?,
        ))
    }
}

fn resolve_axis(axis: i64, ndim: usize, argument: Option<&'static str>) -> Result<usize> {
    let from_first = if axis < 0 {
        axis.saturating_add(i64::try_from(ndim).unwrap_or(i64::MAX))
    } else {
        axis
    };
    usize::try_from(from_first)
        .ok()
        .filter(|&found| found < ndim)
        .ok_or_else(|| {
            LayoutError::Axis {
                argument,
                axis,
                ndim,
            }
            .into()
        })
}

/// Marks an axis and says whether it was marked before.
fn mark(marks: &mut Marks, axis: usize) -> bool {
    marks
        .get_mut(axis)
        .is_some_and(|mark| core::mem::replace(mark, true))
}

/// The values at the indices to keep.
fn select<T: Copy>(values: &[T], keep: impl Fn(usize) -> bool) -> SmallVec<[T; 8]> {
    let values = values.iter().enumerate();
    values.filter(|&(i, _)| keep(i)).map(|(_, &v)| v).collect()
}
