//! Whether elements share bytes.

use smallvec::SmallVec;

use super::{Layout, LayoutError};
use crate::{Result, sort};

/// How many steps the search for elements that overlap may take. Where each axis strides over all
/// that is within it, it takes one for each axis.
const MAX_STEPS: u32 = 1 << 14;

impl Layout {
    /// Whether two elements share a byte, as those of a broadcast or of sliding windows do. Then
    /// nothing can be assigned to them.
    ///
    /// The answer is right but for axes that interlock in so many ways that it would take too long
    /// to find out. That counts as overlap; no indexing of a contiguous array brings it about.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order};
    ///
    /// let signal = Layout::new(DType::FLOAT32, &[100], Order::C)?;
    /// assert!(!signal.has_overlap());
    /// assert!(signal.sliding_window_view(&[10], None)?.has_overlap());
    /// assert!(signal.broadcast_to(&[2, 100])?.has_overlap());
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn has_overlap(&self) -> bool {
        if self.is_empty() || self.itemsize() == 0 {
            return false;
        }
        let mut axes: SmallVec<[Axis; 8]> = self
            .shape
            .iter()
            .zip(&self.strides)
            .filter(|&(&len, _)| len > 1)
            .map(|(&len, &stride)| Axis {
                stride: i128::from(stride.unsigned_abs()),
                last: i128::from(len - 1),
                reach: 0,
            })
            .collect();
        sort::by_key(&mut axes, |axis| axis.stride);
        if axes.first().is_some_and(|axis| axis.stride == 0) {
            return true;
        }
        let mut reach = i128::from(self.itemsize() - 1);
        for axis in &mut axes {
            axis.reach = reach;
            reach += axis.stride * axis.last;
        }
        let mut steps = MAX_STEPS;
        meet(&axes, 0, false, &mut steps)
    }

    /// Refuses to have values assigned where elements overlap.
    ///
    /// # Errors
    ///
    /// [`LayoutError::ReadOnly`].
    pub(crate) fn check_writable(&self) -> Result<()> {
        if self.has_overlap() {
            return Err(LayoutError::ReadOnly.into());
        }
        Ok(())
    }
}

/// A source and a destination in the same bytes whose elements can be copied one by one, in an
/// order that is known.
pub(crate) struct Ordered {
    /// The source. In C order, its elements lie behind one another in memory.
    pub(crate) from: Layout,
    /// The destination, the same way. All elements of the source lie as far before them, or behind.
    pub(crate) to: Layout,
}

impl Ordered {
    /// Two layouts of the same shape, without overlap in the second one, with their axes in the
    /// order and the direction in which elements lie in memory. `None` if the layouts are of
    /// different strides, or if there is no such order.
    pub(crate) fn new(from: &Layout, to: &Layout) -> Option<Self> {
        let mut order: SmallVec<[(u64, i64); 8]> = SmallVec::new();
        let mut flipped: SmallVec<[i64; 8]> = SmallVec::new();
        let strides = from.strides.iter().zip(&to.strides);
        for ((&len, (&source, &target)), axis) in to.shape.iter().zip(strides).zip(0..) {
            if len > 1 && source != target {
                return None;
            }
            if target < 0 {
                flipped.push(axis);
            }
            order.push((if len > 1 { target.unsigned_abs() } else { 0 }, axis));
        }
        if from.itemsize() != to.itemsize() {
            return None;
        }
        sort::by_key(&mut order, |&(stride, _)| core::cmp::Reverse(stride));
        let axes: SmallVec<[i64; 8]> = order.iter().map(|&(_, axis)| axis).collect();
        let sorted = |layout: &Layout| layout.flip(Some(&flipped))?.permute(&axes);
        let (from, to) = (sorted(from).ok()?, sorted(to).ok()?);
        let mut extent = to.itemsize();
        for (&len, &stride) in to.shape.iter().zip(&to.strides).rev() {
            if len > 1 {
                let stride = stride.unsigned_abs();
                if stride < extent {
                    return None;
                }
                // All of it lies in the data.
                extent += stride * (len - 1);
            }
        }
        Some(Self { from, to })
    }
}

struct Axis {
    /// Positive.
    stride: i128,
    /// The last index.
    last: i128,
    /// How far, in bytes, those within this axis and the bytes of an element reach.
    reach: i128,
}

/// Whether two elements share a byte whose indices differ, along the outer axes by such that they
/// are a number of bytes apart.
///
/// Each call is for one axis less, of which there are at most [`MAX_NDIM`](super::MAX_NDIM).
fn meet(axes: &[Axis], apart: i128, differ: bool, steps: &mut u32) -> bool {
    let Some((axis, inner)) = axes.split_last() else {
        return differ;
    };
    // The other axes must be able to make up for the rest.
    let least = -(apart + axis.reach).div_euclid(axis.stride);
    let most = (axis.reach - apart).div_euclid(axis.stride);
    // Of two elements, one is ahead of the other along the first axis where they differ.
    let least = least.max(if differ { -axis.last } else { 0 });
    let mut steps_apart = least;
    while steps_apart <= most.min(axis.last) {
        let Some(left) = steps.checked_sub(1) else {
            return true;
        };
        *steps = left;
        let apart = apart + steps_apart * axis.stride;
        if meet(inner, apart, differ || steps_apart != 0, steps) {
            return true;
        }
        steps_apart += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, vec::Vec};

    use proptest::prelude::*;

    use crate::{DType, Layout, Order};

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 10 } else { 1000 },
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn overlap_is_that_of_the_bytes(
            itemsize in 1..5_u32,
            dims in prop::collection::vec((1..5_u64, -14..15_i64), 0..4),
        ) {
            let (shape, strides): (Vec<_>, Vec<_>) = dims.into_iter().unzip();
            let layout =
                Layout::from_parts(DType::void(itemsize), &shape, &strides, 500, 1000).unwrap();
            let mut seen = HashSet::new();
            let disjoint = (0..layout.size()).all(|flat| {
                let at = layout.byte_offset(&layout.unravel(flat).unwrap()).unwrap();
                (at..at + u64::from(itemsize)).all(|byte| seen.insert(byte))
            });
            prop_assert_eq!(layout.has_overlap(), !disjoint);
        }
    }

    #[test]
    fn what_takes_too_long_counts_as_overlap() {
        let dims = [200_u64; 6];
        let strides = [
            1_000_003, 1_000_033, 1_000_037, 1_000_039, 1_000_081, 1_000_099,
        ];
        let len = 1 << 40;
        let layout = Layout::from_parts(DType::UINT8, &dims, &strides, 0, len).unwrap();
        assert!(layout.has_overlap());
        let array = Layout::new(DType::UINT8, &[3; 30], Order::F).unwrap();
        assert!(!array.flip(None).unwrap().has_overlap());
    }
}
