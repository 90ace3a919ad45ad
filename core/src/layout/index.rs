//! Basic indexing: views by integers, slices and field names.

use alloc::vec::Vec;
use core::ops::{Deref, Range};

use super::{Layout, LayoutError, MAX_NDIM, Strides};
use crate::{
    DType, Result, Selection,
    dtype::{Dims, Field},
    selection::{Item, MAX_ITEMS, SelectionError, Subscript},
    sort,
};

impl Layout {
    /// The view that NumPy's basic indexing with a tuple of `items` makes.
    ///
    /// An index for every dimension makes a view of 0 dimensions, as if an [`Item::Ellipsis`]
    /// followed.
    ///
    /// # Errors
    ///
    /// Those of NumPy, in NumPy's words and order: [`SelectionError::TooManyItems`],
    /// [`SelectionError::SeveralEllipses`], [`SelectionError::TooManyIndices`],
    /// [`SelectionError::TooManyDimensions`], then from the left
    /// [`SelectionError::IndexOutOfBounds`] and [`SelectionError::ZeroStep`].
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, selection::{Item, Slice}};
    ///
    /// let array = Layout::new(DType::UINT8, &[5, 6, 7], Order::C)?;
    /// let every_other = Slice { step: Some(2), ..Slice::default() };
    /// let view = array.slice(&[Item::Index(-1), Item::Ellipsis, Item::Slice(every_other)])?;
    /// assert_eq!(view.shape(), [6, 4]);
    /// assert_eq!(view.strides(), [7, 2]);
    /// assert_eq!(view.offset(), 4 * 6 * 7);
    ///
    /// let error = array.slice(&[Item::Index(5)]).unwrap_err();
    /// assert_eq!(error.to_string(), "index 5 is out of bounds for axis 0 with size 5");
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn slice(&self, items: &[Item]) -> Result<Self> {
        let hidden = self.check_items(items)?;
        let mut shape = Dims::new();
        let mut strides = Strides::new();
        let mut offset = self.offset;
        let mut push = |dim: u64, stride: i64| {
            shape.push(dim);
            strides.push(stride);
        };
        let mut axes = self.shape.iter().copied().zip(self.strides.iter().copied());
        let mut axis = 0;
        for item in items {
            let (skip, stride) = match item {
                Item::NewAxis => {
                    push(1, 0);
                    continue;
                }
                Item::Ellipsis => {
                    for (dim, stride) in axes.by_ref().take(hidden) {
                        push(dim, stride);
                    }
                    axis += hidden;
                    continue;
                }
                // There is an axis for each of these: `check_items` counted them.
                Item::Index(index) => {
                    let Some((dim, stride)) = axes.next() else {
                        break;
                    };
                    (resolve_index(*index, axis, dim)?, stride)
                }
                Item::Slice(slice) => {
                    let Some((dim, stride)) = axes.next() else {
                        break;
                    };
                    let (start, step, count) = slice.resolve(dim)?;
                    // Out of range only where there is no second element to step to.
                    push(count, stride.wrapping_mul(step));
                    (start, stride)
                }
            };
            axis += 1;
            offset = offset.wrapping_add_signed(stride.wrapping_mul(skip as i64));
        }
        for (dim, stride) in axes {
            push(dim, stride);
        }
        // Where there is an element it is in the data, so no product above wrapped for good.
        if shape.contains(&0) || self.is_empty() {
            offset = self.offset;
        }
        Ok(Self {
            dtype: self.dtype.clone(),
            shape,
            strides,
            offset,
        })
    }

    /// Counts what can be counted before any axis is looked at. Returns the number of axes that an
    /// ellipsis stands for.
    fn check_items(&self, items: &[Item]) -> Result<usize> {
        if items.len() > MAX_ITEMS {
            return Err(SelectionError::TooManyItems.into());
        }
        let (mut used, mut removed, mut added) = (0, 0, 0);
        let mut ellipsis = false;
        for item in items {
            match item {
                Item::Index(_) => {
                    used += 1;
                    removed += 1;
                }
                Item::Slice(_) => used += 1,
                Item::NewAxis => added += 1,
                Item::Ellipsis if ellipsis => return Err(SelectionError::SeveralEllipses.into()),
                Item::Ellipsis => ellipsis = true,
            }
        }
        let ndim = self.ndim();
        let Some(hidden) = ndim.checked_sub(used) else {
            return Err(SelectionError::TooManyIndices { ndim, found: used }.into());
        };
        let found = ndim - removed + added;
        if found > MAX_NDIM {
            return Err(SelectionError::TooManyDimensions { found }.into());
        }
        Ok(hidden)
    }

    /// The view that a chain of subscripts makes, such as `['x'][2:5]`.
    ///
    /// # Errors
    ///
    /// Those of [`Layout::slice`], [`Layout::field`] and [`Layout::fields`].
    pub fn select(&self, selection: &Selection) -> Result<Self> {
        let mut subscripts = selection.subscripts().iter();
        let Some(first) = subscripts.next() else {
            return Ok(self.clone());
        };
        let mut view = self.subscript(first)?;
        for next in subscripts {
            view = view.subscript(next)?;
        }
        Ok(view)
    }

    /// The view that one subscript makes.
    pub(crate) fn subscript(&self, subscript: &Subscript) -> Result<Self> {
        match subscript {
            Subscript::Items(items) => self.slice(items),
            Subscript::Field(name) => self.field(name),
            Subscript::Fields(names) => self.fields(names),
        }
    }

    /// The view of a field of a structure, chosen by its name or title. A sub-array becomes
    /// trailing dimensions.
    ///
    /// # Errors
    ///
    /// [`SelectionError::NotStructured`], [`SelectionError::NoField`];
    /// [`LayoutError::TooManyDimensions`] where a sub-array makes them too many.
    pub fn field(&self, name: &str) -> Result<Self> {
        if self.dtype.fields().is_none() {
            return Err(SelectionError::NotStructured.into());
        }
        let Some(field) = self.dtype.field(name) else {
            return Err(SelectionError::NoField { name: name.into() }.into());
        };
        let offset = if self.is_empty() {
            self.offset
        } else {
            self.offset + u64::from(field.offset)
        };
        let (shape, strides) = (self.shape.clone(), self.strides.clone());
        Self::of_element(field.dtype.clone(), shape, strides, offset)
    }

    /// The view of several fields of a structure, as a structure whose fields have the offsets they
    /// had, in the order of the names. The item size stays what it was.
    ///
    /// # Errors
    ///
    /// [`SelectionError::NotStructured`], [`SelectionError::NoField`],
    /// [`SelectionError::TitleInList`], [`SelectionError::RepeatedField`].
    pub fn fields<S: AsRef<str>>(&self, names: &[S]) -> Result<Self> {
        let Some(all) = self.dtype.fields() else {
            return Err(SelectionError::NotStructured.into());
        };
        let mut left: Vec<(&str, Option<&Field>)> =
            all.iter().map(|f| (&*f.name, Some(f))).collect();
        sort::by_key(&mut left, |&(name, _)| name);
        let mut chosen = Vec::new();
        for name in names.iter().map(S::as_ref) {
            let found = left.binary_search_by_key(&name, |&(name, _)| name).ok();
            let slot = found.and_then(|at| left.get_mut(at));
            let Some(field) = slot.and_then(|(_, field)| field.take()) else {
                return Err(match self.dtype.field(name) {
                    None => SelectionError::NoField { name: name.into() },
                    Some(field) if *field.name == *name => {
                        SelectionError::RepeatedField { name: name.into() }
                    }
                    Some(_) => SelectionError::TitleInList,
                }
                .into());
            };
            chosen.push(field.clone());
        }
        let mut view = self.clone();
        view.dtype = DType::structure_at(chosen, self.itemsize())?;
        Ok(view)
    }

    /// The view without an axis, of the elements whose index along it is `index`.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Axis`], [`SelectionError::IndexOutOfBounds`].
    pub fn index_axis(&self, axis: usize, index: u64) -> Result<Self> {
        let mut view = self.narrow(axis, index..index.saturating_add(1))?;
        view.shape.remove(axis);
        view.strides.remove(axis);
        Ok(view)
    }

    /// The two views before and from `index` along an axis. `index` may be the axis' length.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Axis`], [`SelectionError::IndexOutOfBounds`].
    pub fn split_at(&self, axis: usize, index: u64) -> Result<(Self, Self)> {
        Ok((
            self.narrow(axis, 0..index)?,
            self.narrow(axis, index..self.dim(axis)?)?,
        ))
    }

    /// The view of a range of indices along an axis.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Axis`]; [`SelectionError::IndexOutOfBounds`] if the range ends beyond the
    /// axis' length or before it starts.
    pub fn narrow(&self, axis: usize, range: Range<u64>) -> Result<Self> {
        let size = self.dim(axis)?;
        let outside = if range.end > size {
            Some(range.end - 1)
        } else {
            Some(range.start).filter(|&start| start > range.end)
        };
        if let Some(index) = outside {
            return Err(SelectionError::IndexOutOfBounds {
                index: i64::try_from(index).unwrap_or(i64::MAX),
                axis,
                size,
            }
            .into());
        }
        let mut view = self.clone();
        if let (Some(dim), Some(&stride)) = (view.shape.get_mut(axis), self.strides.get(axis)) {
            *dim = range.end - range.start;
            if !view.is_empty() {
                view.advance(stride, range.start);
            }
        }
        Ok(view)
    }

    /// The length of an axis.
    fn dim(&self, axis: usize) -> Result<u64> {
        let dim = self.shape.get(axis).copied();
        dim.ok_or_else(|| LayoutError::no_axis(axis, self.ndim()).into())
    }

    /// The distance in bytes from the start of the data to an element. `None` if `index` has not
    /// one index in range for each dimension.
    pub fn byte_offset(&self, index: &[u64]) -> Option<u64> {
        if index.len() != self.ndim() {
            return None;
        }
        let mut offset = self.offset;
        for ((&at, &dim), &stride) in index.iter().zip(&self.shape).zip(&self.strides) {
            if at >= dim {
                return None;
            }
            offset = offset.wrapping_add_signed(stride.wrapping_mul(at as i64));
        }
        Some(offset)
    }

    /// The index along each dimension of an element counted in C order. `None` if there is no such
    /// element.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order};
    ///
    /// let array = Layout::new(DType::UINT8, &[5, 6, 7], Order::F)?;
    /// assert_eq!(array.unravel(100).as_deref(), Some(&[2, 2, 2][..]));
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn unravel(&self, flat: u64) -> Option<impl Deref<Target = [u64]> + use<>> {
        if flat >= self.size() {
            return None;
        }
        let mut index = Dims::from_elem(0, self.ndim());
        let mut rest = flat;
        // No dimension is 0, for there is an element.
        for (at, &dim) in index.iter_mut().zip(&self.shape).rev() {
            *at = rest % dim;
            rest /= dim;
        }
        Some(index)
    }
}

/// Checks an index and counts it from the start.
fn resolve_index(index: i64, axis: usize, size: u64) -> Result<u64> {
    // Dimensions of a layout fit into an i64.
    let at = if index < 0 {
        index + size as i64
    } else {
        index
    };
    match u64::try_from(at) {
        Ok(at) if at < size => Ok(at),
        _ => Err(SelectionError::IndexOutOfBounds { index, axis, size }.into()),
    }
}
