//! Another shape for the same elements.

use super::{Layout, LayoutError, MAX_NDIM, Order, Strides, check_size, contiguous_strides};
use crate::{Result, dtype::Dims};

/// What [`Layout::reshape`] can do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is a view or there is none")]
pub enum Reshaped {
    /// The same bytes have that shape.
    View(Layout),
    /// No strides describe that shape: the elements must be gathered.
    Copy {
        /// The shape, with the unknown dimension worked out.
        shape: Dims,
    },
}

impl Reshaped {
    /// The view, as if NumPy's `reshape` had been called with `copy=False`.
    ///
    /// # Errors
    ///
    /// [`LayoutError::NeedsCopy`].
    pub fn view(self) -> Result<Layout> {
        match self {
            Self::View(layout) => Ok(layout),
            Self::Copy { .. } => Err(LayoutError::NeedsCopy.into()),
        }
    }
}

impl Layout {
    /// The elements, taken in an order, in another shape filled in the same order. One dimension
    /// may be negative: it is worked out from the others.
    ///
    /// The result is a view exactly where NumPy's is, with the same strides.
    ///
    /// # Errors
    ///
    /// [`LayoutError::ReshapeMismatch`] if the numbers of elements differ,
    /// [`LayoutError::SeveralUnknown`], [`LayoutError::TooManyDimensions`],
    /// [`LayoutError::ArrayTooBig`] if there is no element but the dimensions that are not zero
    /// pass the limit.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, layout::Reshaped};
    ///
    /// let array = Layout::new(DType::UINT8, &[6, 4], Order::C)?;
    /// let view = array.reshape(&[2, -1, 4], Order::C)?.view()?;
    /// assert_eq!(view.shape(), [2, 3, 4]);
    ///
    /// let copy = array.transpose().reshape(&[-1], Order::C)?;
    /// assert!(matches!(copy, Reshaped::Copy { shape } if shape[..] == [24]));
    ///
    /// let error = array.reshape(&[5, -1], Order::C).unwrap_err();
    /// assert_eq!(error.to_string(), "cannot reshape array of size 24 into shape (5,newaxis)");
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn reshape(&self, shape: &[i64], order: Order) -> Result<Reshaped> {
        let same = |(&new, &old): (&i64, &u64)| u64::try_from(new) == Ok(old);
        if shape.len() == self.ndim() && shape.iter().zip(&self.shape).all(same) {
            return Ok(Reshaped::View(self.clone()));
        }
        let shape = self.complete_shape(shape)?;
        check_size(&self.dtype, &shape)?;
        let strides = if self.is_contiguous(order) {
            contiguous_strides(self.itemsize(), &shape, order)
        } else if let Some(strides) = self.strides_for(&shape, order) {
            strides
        } else {
            return Ok(Reshaped::Copy { shape });
        };
        Ok(Reshaped::View(self.with_axes(shape, strides)))
    }

    /// Works out the negative dimension and compares the numbers of elements.
    fn complete_shape(&self, shape: &[i64]) -> Result<Dims> {
        if shape.len() > MAX_NDIM {
            return Err(LayoutError::TooManyDimensions { found: shape.len() }.into());
        }
        let mismatch = || LayoutError::ReshapeMismatch {
            size: self.size(),
            shape: shape.into(),
        };
        let mut known: i64 = 1;
        let mut unknown = false;
        for &dim in shape {
            if dim >= 0 {
                known = known.checked_mul(dim).ok_or_else(mismatch)?;
            } else if core::mem::replace(&mut unknown, true) {
                return Err(LayoutError::SeveralUnknown.into());
            }
        }
        // Neither the product nor a dimension is negative.
        let known = known.unsigned_abs();
        let rest = match (self.size().checked_div(known), unknown) {
            (Some(rest), true) if rest * known == self.size() => rest,
            (_, false) if known == self.size() => 0,
            _ => return Err(mismatch().into()),
        };
        Ok(shape
            .iter()
            .map(|&dim| u64::try_from(dim).unwrap_or(rest))
            .collect())
    }

    /// The strides with which the elements have another shape of the same size, if there are any.
    ///
    /// Old dimensions of length 1 aside, both shapes are cut from the left into the shortest groups
    /// with equal products. The old dimensions of a group must make one run of evenly spaced
    /// elements, which the new ones divide. There must be more than one element; fewer are
    /// contiguous.
    fn strides_for(&self, shape: &[u64], order: Order) -> Option<Strides> {
        let dims = self.shape.iter().copied();
        let mut old = dims
            .zip(self.strides.iter().copied())
            .filter(|&(dim, _)| dim != 1);
        let mut new = shape.iter().copied();
        let mut strides = Strides::new();
        while let Some((first, first_stride)) = old.next() {
            let mut new_product = new.next()?;
            let mut group = Dims::from_elem(new_product, 1);
            let mut old_product = first;
            let mut last = (first, first_stride);
            while new_product != old_product {
                if new_product < old_product {
                    let dim = new.next()?;
                    group.push(dim);
                    new_product *= dim;
                } else {
                    let (dim, stride) = old.next()?;
                    let (outer, inner) = match order {
                        Order::C => (last.1, (dim, stride)),
                        Order::F => (stride, last),
                    };
                    if (inner.0 as i64).checked_mul(inner.1) != Some(outer) {
                        return None;
                    }
                    old_product *= dim;
                    last = (dim, stride);
                }
            }
            let start = strides.len();
            strides.resize(start + group.len(), 0);
            let mut step = match order {
                Order::C => last.1,
                Order::F => first_stride,
            };
            let mut set = |(stride, &dim): (&mut i64, &u64)| {
                *stride = step;
                // Out of range only behind the outermost dimension.
                step = step.wrapping_mul(dim as i64);
            };
            let slots = strides.iter_mut().skip(start).zip(&group);
            match order {
                Order::C => slots.rev().for_each(&mut set),
                Order::F => slots.for_each(&mut set),
            }
        }
        // Only dimensions of length 1 are left; these are the strides that NumPy gives them.
        let last = strides.last().copied().unwrap_or(self.itemsize() as i64);
        let trailing = match (order, shape.get(strides.len().wrapping_sub(1))) {
            (Order::F, Some(&dim)) => last.wrapping_mul(dim as i64),
            _ => last,
        };
        strides.resize(shape.len(), trailing);
        Some(strides)
    }
}
