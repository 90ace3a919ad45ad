//! Parts of an array in parts of its data, to be changed independently.

use super::{Layout, LayoutError};
use crate::Result;

/// An array cut in two along an axis, and its data with it: [`Layout::split_data`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Split {
    /// Where the data is cut: the offset of the first byte of the part behind.
    pub at: u64,
    /// The elements before the index, in the part of the data that they have.
    pub before: Layout,
    /// The elements from the index on, in the other part.
    pub after: Layout,
    /// Whether the elements before the index have the part of the data behind.
    is_reversed: bool,
}

impl Split {
    /// Of the part of something that is in front and the one behind, the one of the elements before
    /// the index, and the other one.
    pub fn in_order<T>(&self, front: T, behind: T) -> (T, T) {
        match self.is_reversed {
            true => (behind, front),
            false => (front, behind),
        }
    }
}

impl Layout {
    /// The two views before and from `index` along an axis, as [`Layout::split_at`], each in a part
    /// of the data of its own. `index` may be the axis' length.
    ///
    /// # Errors
    ///
    /// Those of [`Layout::split_at`]; [`LayoutError::Interleaved`] if bytes of one half lie between
    /// those of the other.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order};
    ///
    /// let mut bytes = [1, 2, 3, 4, 5, 6];
    /// let rows = Layout::new(DType::UINT8, &[3, 2], Order::C)?.flip(Some(&[0]))?;
    /// let split = rows.split_data(0, 1)?;
    /// let (front, behind) = bytes.split_at_mut(split.at as usize);
    /// let (before, after) = split.in_order(front, behind);
    /// assert_eq!((&*before, &*after), (&[5, 6][..], &[1, 2, 3, 4][..]));
    /// assert_eq!(split.after.byte_offset(&[0, 0]), Some(2));
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn split_data(&self, axis: usize, index: u64) -> Result<Split> {
        let (before, after) = self.split_at(axis, index)?;
        let (low, high) = (before.byte_span(), after.byte_span());
        // A half without elements needs no bytes, and its offset tells nothing.
        let (at, is_reversed) = if after.is_empty() {
            (0, true)
        } else if before.is_empty() {
            (0, false)
        } else if low.end <= high.start {
            (high.start, false)
        } else if high.end <= low.start {
            (low.start, true)
        } else {
            return Err(LayoutError::Interleaved { axis }.into());
        };
        let (before, after) = match is_reversed {
            true => (before.without(at), after),
            false => (before, after.without(at)),
        };
        Ok(Split {
            at,
            before,
            after,
            is_reversed,
        })
    }

    /// The length of the first axis, along which [`Layout::split_data`] works at every multiple of
    /// so many rows.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Axis`] if there is no axis; [`LayoutError::Interleaved`] if the bytes of one
    /// row lie between those of another, unless there is but one piece.
    pub fn check_chunks(&self, rows: u64) -> Result<u64> {
        let dims = self.shape().first().zip(self.strides().first());
        let (&len, &stride) = dims.ok_or_else(|| LayoutError::no_axis(0, self.ndim()))?;
        if !self.is_empty() && len > rows {
            let row = self.index_axis(0, 0)?.byte_span();
            if row.end - row.start > stride.unsigned_abs() {
                return Err(LayoutError::Interleaved { axis: 0 }.into());
            }
        }
        Ok(len)
    }
}
