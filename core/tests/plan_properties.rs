//! Plans against the list of all bytes.
#![allow(
    clippy::single_range_in_vec_init,
    clippy::unwrap_used,
    reason = "a test may panic, and a plan may have one range"
)]

mod strided;

use std::{collections::BTreeSet, ops::Range};

use npymap_core::{DType, Layout, Order, plan::PlanOptions};
use proptest::prelude::*;
use strided::{cases, layouts, offsets};

fn bytes_of(layout: &Layout) -> BTreeSet<u64> {
    offsets(layout, Order::C)
        .into_iter()
        .flat_map(|at| at..at + layout.itemsize())
        .collect()
}

/// The ranges of some bytes, across gaps.
fn runs(bytes: &BTreeSet<u64>, max_gap: u64) -> Vec<Range<u64>> {
    let mut runs: Vec<Range<u64>> = Vec::new();
    for &byte in bytes {
        match runs.last_mut() {
            Some(last) if byte - last.end <= max_gap => last.end = byte + 1,
            _ => runs.push(byte..byte + 1),
        }
    }
    runs
}

fn dtypes() -> Vec<DType> {
    [0, 1, 2, 4, 7].map(DType::void).to_vec()
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn plans_are_the_runs_of_bytes((layout, _) in layouts(dtypes()), max_gap in 0..40_u64) {
        let bytes = bytes_of(&layout);
        let plan = layout.plan(&PlanOptions { max_gap, ..PlanOptions::default() });
        prop_assert_eq!(&plan.ranges, &runs(&bytes, max_gap));
        prop_assert!(plan.bytes_wanted >= bytes.len() as u64);
        prop_assert!(plan.bytes_wanted <= plan.bytes_fetched);
        prop_assert_eq!(plan.bytes_fetched, plan.ranges.iter().map(|r| r.end - r.start).sum::<u64>());
    }

    #[test]
    fn limits_are_kept(
        (layout, _) in layouts(dtypes()),
        max_gap in 0..40_u64,
        max_range in 0..60_u64,
        max_ranges in 0..20_usize,
    ) {
        let bytes = bytes_of(&layout);
        let plan = layout.plan(&PlanOptions { max_gap, max_range, max_ranges });
        prop_assert!(plan.ranges.len() <= max_ranges.max(1));
        prop_assert!(plan.ranges.is_sorted_by(|a, b| a.end <= b.start));
        prop_assert!(plan.ranges.iter().all(|r| r.start < r.end));
        let covered: BTreeSet<u64> = plan.ranges.iter().cloned().flatten().collect();
        prop_assert!(covered.is_superset(&bytes));
        let span = layout.byte_span();
        prop_assert!(covered.iter().all(|byte| span.contains(byte)));
        // The size limit is exceeded only where the number of ranges leaves no choice.
        let longest = plan.ranges.iter().map(|r| r.end - r.start).max().unwrap_or(0);
        let joined = runs(&covered, 0);
        let pieces: u64 = joined.iter().map(|r| (r.end - r.start).div_ceil(max_range.max(1))).sum();
        prop_assert!(longest <= max_range.max(1) || pieces > max_ranges.max(1) as u64);
    }

    /// What indexing and transposing make of arrays has no axes that interlock.
    #[test]
    fn wanted_bytes_are_counted_exactly(
        shape in prop::collection::vec(1..6_u64, 1..4),
        steps in prop::collection::vec(1..4_i64, 3),
        itemsize in 1..5_u32,
    ) {
        let array = Layout::new(DType::void(itemsize), &shape, Order::C).unwrap();
        let strides: Vec<i64> = array.strides().iter().zip(&steps).map(|(s, step)| s * step).collect();
        let part: Vec<u64> = shape.iter().zip(&steps).map(|(&n, &step)| n.div_ceil(step as u64)).collect();
        let dtype = array.dtype().clone();
        let view = Layout::from_parts(dtype, &part, &strides, 0, array.nbytes()).unwrap();
        let plan = view.plan(&PlanOptions::default());
        prop_assert_eq!(plan.bytes_wanted, view.nbytes());
    }
}

fn options(max_gap: u64, max_range: u64, max_ranges: usize) -> PlanOptions {
    PlanOptions {
        max_gap,
        max_range,
        max_ranges,
    }
}

#[test]
fn overlapping_elements_are_wanted_once() {
    let array = Layout::new(DType::FLOAT32, &[1000], Order::C).unwrap();
    let windows = Layout::from_parts(DType::FLOAT32, &[998, 3], &[4, 4], 0, array.nbytes());
    let plan = windows.unwrap().plan(&PlanOptions::default());
    assert_eq!((plan.bytes_wanted, plan.bytes_fetched), (4000, 4000));

    let broadcast = Layout::from_parts(DType::FLOAT32, &[1 << 40, 5], &[0, 4], 8, 28);
    let plan = broadcast.unwrap().plan(&PlanOptions::default());
    assert_eq!((plan.ranges, plan.bytes_wanted), ([8..28].to_vec(), 20));
}

#[test]
#[cfg_attr(miri, ignore = "plans 65 536 ranges")]
fn a_column_of_many_rows_is_bounded() {
    // 2^40 rows of 1 MiB each, of which four bytes are wanted.
    let (rows, pitch) = (1_u64 << 40, 1_i64 << 20);
    let column =
        |rows| Layout::from_parts(DType::FLOAT32, &[rows], &[pitch], 0, i64::MAX as u64).unwrap();
    let plan = column(rows).plan(&PlanOptions::default());
    assert_eq!(plan.ranges.len(), 1 << 16);
    assert_eq!(plan.bytes_wanted, rows * 4);
    assert_eq!(plan.bytes_fetched, (rows - 1) * pitch as u64 + 4);

    // As many rows as ranges are read one by one, one more all at once.
    let plan = column(100).plan(&options(0, u64::MAX, 100));
    assert_eq!((plan.ranges.len(), plan.bytes_fetched), (100, 400));
    let plan = column(101).plan(&options(0, u64::MAX, 100));
    assert_eq!(plan.ranges.len(), 1);
}

#[test]
fn the_innermost_dimensions_are_read_whole_first() {
    let array = Layout::new(DType::UINT8, &[10, 10, 100], Order::C).unwrap();
    let view = Layout::from_parts(
        DType::UINT8,
        &[5, 5, 2],
        &[2000, 200, 99],
        0,
        array.nbytes(),
    );
    let view = view.unwrap();
    assert_eq!(view.plan(&options(0, 1000, 50)).ranges.len(), 50);
    let plan = view.plan(&options(0, 1000, 49));
    assert_eq!((plan.ranges.len(), plan.bytes_fetched), (25, 2500));
    let plan = view.plan(&options(0, 1000, 24));
    assert_eq!((plan.ranges.len(), plan.bytes_fetched), (5, 5 * 900));
    let plan = view.plan(&options(0, 1000, 4));
    assert_eq!((plan.ranges.len(), plan.bytes_fetched), (3, 8900));
    assert_eq!(plan.bytes_wanted, 50);
}

#[test]
fn long_ranges_are_cut() {
    let array = Layout::new(DType::UINT8, &[2500], Order::C).unwrap();
    assert_eq!(
        array.plan(&options(0, 1000, 9)).ranges,
        [0..1000, 1000..2000, 2000..2500]
    );
    assert_eq!(
        array.plan(&options(0, 1000, 2)).ranges,
        [0..2000, 2000..2500]
    );
    assert_eq!(array.plan(&options(0, 0, 0)).ranges, [0..2500]);
    let nothing = Layout::new(DType::void(0), &[5], Order::C).unwrap();
    assert_eq!(nothing.plan(&options(0, 1, 1)), Default::default());
    let nothing = Layout::new(DType::FLOAT32, &[5, 0], Order::C).unwrap();
    assert_eq!(nothing.plan(&options(0, 1, 1)), Default::default());
}
