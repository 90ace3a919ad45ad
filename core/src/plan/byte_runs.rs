//! The bytes of a layout, run by run.

use core::{iter::FusedIterator, ops::Range};

use smallvec::SmallVec;

use super::Axis;
use crate::Layout;

impl Layout {
    /// The runs of neighbouring bytes that belong to elements, without gaps within them.
    ///
    /// Unlike the ranges of a [plan](Self::plan) they are exact, and there may be as many as there
    /// are elements; it takes no memory to go through them. They ascend, and no two of them adjoin
    /// or overlap, unless axes interlock in a way that basic indexing of a contiguous array cannot
    /// bring about.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, Selection};
    ///
    /// let array = Layout::new(DType::FLOAT32, &[3, 10], Order::C)?;
    /// let corner = array.select(&Selection::parse("[::-2, 8:]")?)?;
    /// let runs: Vec<_> = corner.byte_runs().collect();
    /// assert_eq!(runs, [32..40, 112..120]);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn byte_runs(&self) -> ByteRuns {
        let span = self.byte_span();
        let mut runs = ByteRuns {
            start: span.start,
            run: 0,
            loops: SmallVec::new(),
            left: 0,
        };
        if span.is_empty() {
            return runs;
        }
        let (axes, _) = self.byte_axes();
        let mut axes = axes.iter();
        // The first axis is that of neighbouring bytes.
        runs.run = axes.next().map_or(0, |axis| axis.len);
        runs.loops = axes.map(|&axis| (axis, 0)).collect();
        // No more than elements.
        runs.left = runs.loops.iter().map(|(axis, _)| axis.len).product();
        runs
    }
}

/// The runs of bytes of a layout, made by [`Layout::byte_runs`].
#[derive(Clone, Debug)]
pub struct ByteRuns {
    start: u64,
    /// Bytes of a run.
    run: u64,
    /// Along which runs are repeated, the innermost first, each with the index along it.
    loops: SmallVec<[(Axis, u64); 4]>,
    left: u64,
}

impl ByteRuns {
    /// How many runs are left.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The bytes of each run: all have the same length.
    pub fn run_len(&self) -> u64 {
        self.run
    }
}

impl Iterator for ByteRuns {
    type Item = Range<u64>;

    fn next(&mut self) -> Option<Range<u64>> {
        self.left = self.left.checked_sub(1)?;
        let run = self.start..self.start + self.run;
        for (axis, index) in &mut self.loops {
            if *index + 1 < axis.len {
                *index += 1;
                self.start += axis.stride;
                break;
            }
            self.start -= axis.stride * *index;
            *index = 0;
        }
        Some(run)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.left);
        (left.unwrap_or(usize::MAX), left.ok())
    }
}

impl FusedIterator for ByteRuns {}
