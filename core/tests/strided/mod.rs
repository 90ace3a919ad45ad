//! Layouts of all sorts, and their elements one by one.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use npymap_core::{DType, Layout, Order};
use proptest::{prelude::*, sample::select};

#[path = "../../src/testing.rs"]
mod testing;

pub(crate) use testing::cases;

/// The offsets of all elements in an order.
pub(crate) fn offsets(layout: &Layout, order: Order) -> Vec<u64> {
    let mut shape = layout.shape().to_vec();
    if order == Order::F {
        shape.reverse();
    }
    (0..layout.size())
        .map(|mut flat| {
            let mut index: Vec<u64> = shape
                .iter()
                .rev()
                .map(|dim| {
                    let i = flat % dim;
                    flat /= dim;
                    i
                })
                .collect();
            if order == Order::C {
                index.reverse();
            }
            layout.byte_offset(&index).unwrap()
        })
        .collect()
}

/// A layout that basic indexing and transposing make of a contiguous array, or one with strides of
/// any sort; and the size of its data.
pub(crate) fn layouts(dtypes: Vec<DType>) -> impl Strategy<Value = (Layout, u64)> {
    let longest: u64 = if cfg!(miri) { 7 } else { 20 };
    let dim = prop_oneof![6 => 1..5_u64, 1 => Just(0), 2 => 5..longest];
    let dims = prop::collection::vec((dim, 1..4_i64, any::<bool>(), any::<u32>(), 0..8_u8), 0..5);
    (select(dtypes), dims, any::<bool>(), 0..3_u64).prop_map(|(dtype, dims, nested, extra)| {
        let itemsize = dtype.itemsize() as i64;
        let shape: Vec<u64> = dims.iter().map(|d| d.0).collect();
        let mut strides = vec![0; dims.len()];
        let mut keys: Vec<usize> = (0..dims.len()).collect();
        keys.sort_by_key(|&i| dims[i].3);
        let mut extent = itemsize;
        for i in keys {
            let (dim, step, negative, random, sort) = dims[i];
            let stride = match sort {
                _ if nested => extent * step,
                0 => 0,
                1 | 2 => i64::from(random % 50),
                _ => itemsize * i64::from(random % 30),
            };
            strides[i] = if negative { -stride } else { stride };
            extent = extent.max(stride * dim.max(1) as i64);
        }
        let (mut below, mut above) = (0, dtype.itemsize());
        for (&dim, &stride) in shape.iter().zip(&strides) {
            let reach = stride.unsigned_abs() * dim.saturating_sub(1);
            *(if stride < 0 { &mut below } else { &mut above }) += reach;
        }
        let len = below + above + 2 * extra;
        let layout = Layout::from_parts(dtype, &shape, &strides, below + extra, len).unwrap();
        (layout, len)
    })
}
