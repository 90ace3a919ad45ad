//! Which byte ranges a read of a layout needs.
//!
//! A plan is made without I/O. It costs memory and time in proportion to the number of ranges it
//! may have, never to the number of elements: [`Layout::plan`].

mod byte_runs;

use alloc::vec::Vec;
use core::ops::Range;

use smallvec::SmallVec;

pub use self::byte_runs::ByteRuns;
use crate::{Layout, sort};

/// How [`Layout::plan`] weighs few large reads against many small ones.
///
/// The defaults suit files and HTTP alike; a reader for which a request is dear wants a larger
/// `max_gap` and fewer ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made to be written out")]
pub struct PlanOptions {
    /// Neighbouring ranges with at most this many unneeded bytes between them are read as one.
    /// 32 KiB by default.
    pub max_gap: u64,
    /// Longer ranges are cut into pieces of this many bytes, the last one shorter. 16 MiB by
    /// default; 0 counts as 1.
    pub max_range: u64,
    /// The most ranges a plan has, and so the bound of its memory. 65 536 by default; 0 counts as
    /// 1.
    ///
    /// It overrides the other two. A plan that would have more ranges also reads gaps beyond
    /// `max_gap`, from the innermost dimension outwards. If that is not enough, its ranges are
    /// longer than `max_range`.
    pub max_ranges: usize,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            max_gap: 32 << 10,
            max_range: 16 << 20,
            max_ranges: 1 << 16,
        }
    }
}

/// The byte ranges that hold all elements of a layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// Ranges of data bytes (0 is the first byte after the header), ascending and disjoint, none
    /// empty. They adjoin where a longer range was cut. Every element lies in one of them, or in
    /// several that adjoin.
    pub ranges: Vec<Range<u64>>,
    /// How many distinct bytes belong to elements.
    ///
    /// Exact unless elements share bytes in a way that basic indexing of a contiguous array cannot
    /// bring about; then the count may be too high, but never beyond `bytes_fetched`.
    pub bytes_wanted: u64,
    /// How many bytes the ranges have together.
    pub bytes_fetched: u64,
}

impl Layout {
    /// Plans the reads for all elements of this layout.
    ///
    /// The bytes of the ranges, back to back, are what
    /// [`Source::fragments`](crate::gather::Source::fragments) takes.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, plan::PlanOptions};
    ///
    /// let layout = Layout::new(DType::FLOAT32, &[1000, 1000], Order::C)?;
    /// let plan = layout.plan(&PlanOptions::default());
    /// assert_eq!(plan.ranges, [0..4_000_000]);
    /// assert_eq!(plan.bytes_wanted, 4_000_000);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn plan(&self, options: &PlanOptions) -> Plan {
        let span = self.byte_span();
        if span.is_empty() {
            return Plan::default();
        }
        let max_ranges = options.max_ranges.max(1);
        let (axes, bytes_wanted) = self.byte_axes();
        let (run, outer) = fold(&axes, options.max_gap, max_ranges);
        let runs = enumerate(span.start, run, outer, options.max_gap);
        let ranges = cut(runs, options.max_range.max(1), max_ranges);
        let bytes_fetched = ranges.iter().map(|r| r.end - r.start).sum();
        Plan {
            ranges,
            bytes_wanted: bytes_wanted.min(bytes_fetched),
            bytes_fetched,
        }
    }

    /// The set of bytes of all elements, from the start of the span, as sums of one multiple of
    /// each axis' stride; and how many bytes it has.
    ///
    /// The first axis is that of neighbouring bytes. Strides ascend, and no axis continues the one
    /// before it. The layout must hold a byte.
    fn byte_axes(&self) -> (Axes, u64) {
        let mut strided: SmallVec<[Axis; 8]> = self
            .shape()
            .iter()
            .zip(self.strides())
            // The span starts at the lowest byte, so the sign of a stride does not matter.
            .map(|(&len, &stride)| Axis {
                stride: stride.unsigned_abs(),
                len,
            })
            .filter(|axis| axis.len > 1 && axis.stride > 0)
            .collect();
        sort::by_key(&mut strided, |axis| axis.stride);
        let mut last = Axis {
            stride: 1,
            len: self.itemsize(),
        };
        let mut axes = Axes::new();
        for axis in strided {
            let steps = axis.stride / last.stride;
            if axis.stride % last.stride == 0 && steps <= last.len {
                // The copies touch or overlap, so that they are one longer axis.
                last.len += steps * (axis.len - 1);
            } else {
                axes.push(last);
                last = axis;
            }
        }
        axes.push(last);
        let mut extent = 0_u64;
        let mut wanted = 1_u64;
        for axis in &axes {
            let reach = axis.stride * (axis.len - 1);
            wanted = wanted.saturating_mul(axis.len);
            // Copies that interlock may share bytes.
            if axis.stride < extent {
                wanted = wanted.min(extent + reach);
            }
            extent = reach + extent.max(1);
        }
        (axes, wanted)
    }
}

/// `len` positions, `stride` bytes apart. All sums stay below 2^63 in a sound layout.
#[derive(Clone, Copy, Debug)]
struct Axis {
    stride: u64,
    len: u64,
}

type Axes = SmallVec<[Axis; 9]>;

/// Splits the axes into a run of bytes that is read whole and the axes along which it repeats, at
/// most `max_ranges` times.
fn fold(axes: &[Axis], max_gap: u64, max_ranges: usize) -> (u64, &[Axis]) {
    let max_ranges = u64::try_from(max_ranges).unwrap_or(u64::MAX);
    let mut run = 1_u64;
    let mut outer = axes;
    while let Some((axis, rest)) = outer.split_first() {
        let repeats = outer.iter().fold(1, |n: u64, a| n.saturating_mul(a.len));
        if axis.stride > run.saturating_add(max_gap) && repeats <= max_ranges {
            break;
        }
        run += axis.stride * (axis.len - 1);
        outer = rest;
    }
    (run, outer)
}

/// All repeats of a run, in order, with those that are near one another joined.
fn enumerate(start: u64, run: u64, outer: &[Axis], max_gap: u64) -> Vec<Range<u64>> {
    let mut starts = Vec::from([start]);
    for axis in outer.iter().rev() {
        starts = starts
            .iter()
            .flat_map(|&start| (0..axis.len).map(move |i| start + i * axis.stride))
            .collect();
    }
    // A no-op but where axes interlock.
    sort::by_key(&mut starts, |&start| start);
    let mut runs: Vec<Range<u64>> = Vec::with_capacity(starts.len());
    for start in starts {
        match runs.last_mut() {
            Some(last) if start <= last.end.saturating_add(max_gap) => {
                last.end = last.end.max(start + run);
            }
            _ => runs.push(start..start + run),
        }
    }
    runs
}

/// Cuts runs, no more than `max_ranges`, into pieces of at most `max_len` bytes, or of as many
/// more as it takes to end up with at most `max_ranges`.
fn cut(runs: Vec<Range<u64>>, mut max_len: u64, max_ranges: usize) -> Vec<Range<u64>> {
    let pieces = |max_len: u64| {
        runs.iter().fold(0, |n: u64, run| {
            n.saturating_add((run.end - run.start).div_ceil(max_len))
        })
    };
    let max_ranges = u64::try_from(max_ranges).unwrap_or(u64::MAX);
    while pieces(max_len) > max_ranges {
        max_len = max_len.saturating_mul(2);
    }
    if runs.iter().all(|run| run.end - run.start <= max_len) {
        return runs;
    }
    let mut cut = Vec::new();
    for Range { mut start, end } in runs {
        while end - start > max_len {
            cut.push(start..start + max_len);
            start += max_len;
        }
        cut.push(start..end);
    }
    cut
}
