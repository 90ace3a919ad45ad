//! Layouts against lists of byte offsets, on which every operation is done element by element.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../src/testing.rs"]
mod testing;

use npymap_core::{
    DType, Layout, Order,
    layout::Reshaped,
    plan::PlanOptions,
    selection::{Item, Slice},
    tiles::Cut,
};
use proptest::{
    prelude::*,
    sample::{Index, select},
};
use testing::cases;

/// An array as a list: its shape, and the offset of every element in C order.
#[derive(Clone, Debug, PartialEq)]
struct Naive {
    shape: Vec<u64>,
    offsets: Vec<u64>,
}

/// All indices of a shape in C order.
fn indices(shape: &[u64]) -> Vec<Vec<u64>> {
    shape.iter().fold(vec![vec![]], |all, &dim| {
        all.iter()
            .flat_map(|index| (0..dim).map(|i| [index.as_slice(), &[i]].concat()))
            .collect()
    })
}

impl Naive {
    fn of(layout: &Layout) -> Self {
        let offset = |index: Vec<u64>| layout.byte_offset(&index).unwrap();
        Self {
            shape: layout.shape().to_vec(),
            offsets: indices(layout.shape()).into_iter().map(offset).collect(),
        }
    }

    fn at(&self, index: &[u64]) -> u64 {
        let dims = index.iter().zip(&self.shape);
        self.offsets[dims.fold(0, |flat, (i, dim)| flat * dim + i) as usize]
    }

    /// The array of a shape whose element at an index is this one's at `source(index)`.
    fn map(&self, shape: Vec<u64>, source: impl Fn(&[u64]) -> Vec<u64>) -> Self {
        let offsets = indices(&shape)
            .iter()
            .map(|i| self.at(&source(i)))
            .collect();
        Self { shape, offsets }
    }

    fn transpose(&self) -> Self {
        let shape = self.shape.iter().rev().copied().collect();
        self.map(shape, |index| index.iter().rev().copied().collect())
    }
}

/// The indices that Python's `range(*slice.indices(len))` runs through.
fn chosen(slice: Slice, len: u64) -> Vec<u64> {
    let (len, step) = (i128::from(len), i128::from(slice.step.unwrap_or(1)));
    let bound = |bound: Option<i64>, none: i128| match bound.map(i128::from) {
        None => none,
        Some(n) if n < 0 => (n + len).max(if step < 0 { -1 } else { 0 }),
        Some(n) => n.min(if step < 0 { len - 1 } else { len }),
    };
    let mut at = bound(slice.start, if step < 0 { len - 1 } else { 0 });
    let stop = bound(slice.stop, if step < 0 { -1 } else { len });
    let mut all = Vec::new();
    while if step < 0 { at > stop } else { at < stop } {
        all.push(at as u64);
        at += step;
    }
    all
}

fn slice(array: &Naive, items: &[Item]) -> Naive {
    let hidden = array.shape.len()
        - items
            .iter()
            .filter(|i| matches!(i, Item::Index(_) | Item::Slice(_)))
            .count();
    // For every axis of the array the indices chosen, and whether the axis stays; `None` for a
    // new axis.
    let mut axes = Vec::new();
    let mut dims = array.shape.iter();
    let whole = |dim: &u64| Some(((0..*dim).collect(), true));
    for item in items {
        match *item {
            Item::NewAxis => axes.push(None),
            Item::Ellipsis => axes.extend(dims.by_ref().take(hidden).map(whole)),
            Item::Index(i) => {
                let dim = *dims.next().unwrap();
                let i = if i < 0 { i + dim as i64 } else { i };
                axes.push(Some((vec![i as u64], false)));
            }
            Item::Slice(slice) => axes.push(Some((chosen(slice, *dims.next().unwrap()), true))),
        }
    }
    axes.extend(dims.map(whole));
    let kept = |axis: &Option<(Vec<u64>, bool)>| match axis {
        None => Some(1),
        Some((chosen, true)) => Some(chosen.len() as u64),
        Some((_, false)) => None,
    };
    array.map(axes.iter().filter_map(kept).collect(), |index| {
        let mut index = index.iter();
        let mut source = Vec::new();
        for axis in &axes {
            match axis {
                None => _ = index.next(),
                Some((chosen, true)) => source.push(chosen[*index.next().unwrap() as usize]),
                Some((chosen, false)) => source.push(chosen[0]),
            }
        }
        source
    })
}

/// An operation with numbers from which its arguments are made, fit for the array it meets.
#[derive(Clone, Debug)]
enum Operation {
    Items(Vec<(u8, Index, Slice)>),
    Transpose,
    Permute(Vec<u32>),
    Squeeze,
    ExpandDims(Index),
    Flip(Vec<bool>),
    Diagonal(i64, Index, Index),
    Broadcast(Vec<u64>),
    Windows(Vec<Index>),
    Reshape(Vec<Index>, Order),
    Split(Index, Index),
}

fn operations() -> impl Strategy<Value = Operation> {
    use Operation::*;
    let bound = prop_oneof![
        4 => Just(None),
        4 => (-6_i64..6).prop_map(Some),
        1 => any::<i64>().prop_map(Some),
    ];
    let step = prop_oneof![
        Just(None),
        (1_i64..4).prop_map(Some),
        (-3_i64..0).prop_map(Some),
        any::<i64>().prop_map(|n| Some(n | 1)),
    ];
    let slices =
        (bound.clone(), bound, step).prop_map(|(start, stop, step)| Slice { start, stop, step });
    let index = any::<Index>;
    prop_oneof![
        6 => prop::collection::vec((0_u8..8, index(), slices), 0..5).prop_map(Items),
        1 => Just(Transpose),
        1 => prop::collection::vec(any::<u32>(), 8).prop_map(Permute),
        1 => Just(Squeeze),
        1 => index().prop_map(ExpandDims),
        1 => prop::collection::vec(any::<bool>(), 8).prop_map(Flip),
        1 => (-4_i64..5, index(), index()).prop_map(|(o, a, b)| Diagonal(o, a, b)),
        1 => prop::collection::vec(0_u64..4, 0..3).prop_map(Broadcast),
        1 => prop::collection::vec(index(), 8).prop_map(Windows),
        3 => (prop::collection::vec(index(), 0..4), any::<bool>())
            .prop_map(|(parts, c)| Reshape(parts, if c { Order::C } else { Order::F })),
        1 => (index(), index()).prop_map(|(axis, at)| Split(axis, at)),
    ]
}

/// Does an operation both ways.
fn apply(operation: &Operation, layout: &Layout, array: &Naive) -> Option<(Layout, Naive)> {
    let ndim = layout.ndim();
    let shape = array.shape.clone();
    Some(match operation {
        Operation::Items(parts) => {
            let mut items = Vec::new();
            let mut axis = 0;
            for &(kind, index, slice) in parts {
                let left = axis < ndim;
                match kind {
                    0 => items.push(Item::NewAxis),
                    1 if !items.contains(&Item::Ellipsis) => items.push(Item::Ellipsis),
                    2 | 3 if left && !shape.contains(&0) => {
                        let least = *shape.iter().min().unwrap() as i64;
                        let at = index.index(2 * least as usize) as i64 - least;
                        items.push(Item::Index(at));
                        axis += 1;
                    }
                    _ if left => {
                        items.push(Item::Slice(slice));
                        axis += 1;
                    }
                    _ => {}
                }
            }
            (layout.slice(&items).unwrap(), slice(array, &items))
        }
        Operation::Transpose => (layout.transpose(), array.transpose()),
        Operation::Permute(keys) => {
            let mut axes: Vec<usize> = (0..ndim).collect();
            axes.sort_by_key(|&axis| keys.get(axis));
            let new_shape = axes.iter().map(|&axis| shape[axis]).collect();
            let naive = array.map(new_shape, |index| {
                let mut source = vec![0; ndim];
                for (&axis, &i) in axes.iter().zip(index) {
                    source[axis] = i;
                }
                source
            });
            let axes: Vec<_> = axes.into_iter().map(|axis| axis as i64).collect();
            (layout.permute(&axes).unwrap(), naive)
        }
        Operation::Squeeze => {
            let naive = Naive {
                shape: shape.into_iter().filter(|&dim| dim != 1).collect(),
                offsets: array.offsets.clone(),
            };
            (layout.squeeze(None).unwrap(), naive)
        }
        Operation::ExpandDims(at) => {
            let at = at.index(ndim + 1);
            let mut naive = array.clone();
            naive.shape.insert(at, 1);
            (layout.expand_dims(&[at as i64]).unwrap(), naive)
        }
        Operation::Flip(flags) => {
            let axes: Vec<_> = (0..ndim as i64)
                .filter(|&axis| flags[axis as usize])
                .collect();
            let naive = array.map(shape.clone(), |index| {
                let flip = |(axis, &i)| if flags[axis] { shape[axis] - 1 - i } else { i };
                index.iter().enumerate().map(flip).collect()
            });
            (layout.flip(Some(&axes)).unwrap(), naive)
        }
        Operation::Diagonal(offset, axis1, axis2) => {
            if ndim < 2 {
                return None;
            }
            let axis1 = axis1.index(ndim);
            let axis2 = (axis1 + 1 + axis2.index(ndim - 1)) % ndim;
            let (skip1, skip2) = (0.max(-*offset) as u64, 0.max(*offset) as u64);
            let len = shape[axis1]
                .saturating_sub(skip1)
                .min(shape[axis2].saturating_sub(skip2));
            let rest: Vec<_> = (0..ndim).filter(|&i| i != axis1 && i != axis2).collect();
            let mut new_shape: Vec<_> = rest.iter().map(|&axis| shape[axis]).collect();
            new_shape.push(len);
            let naive = array.map(new_shape, |index| {
                let (&along, outer) = index.split_last().unwrap();
                let mut source = vec![0; ndim];
                for (&axis, &i) in rest.iter().zip(outer) {
                    source[axis] = i;
                }
                source[axis1] = along + skip1;
                source[axis2] = along + skip2;
                source
            });
            let view = layout.diagonal(*offset, axis1 as i64, axis2 as i64);
            (view.unwrap(), naive)
        }
        Operation::Broadcast(outer) => {
            let grown = shape.iter().map(|&dim| if dim == 1 { 3 } else { dim });
            let new_shape: Vec<_> = outer.iter().copied().chain(grown).collect();
            let naive = array.map(new_shape.clone(), |index| {
                let index = index[outer.len()..].iter().zip(&shape);
                index
                    .map(|(&i, &dim)| if dim == 1 { 0 } else { i })
                    .collect()
            });
            (layout.broadcast_to(&new_shape).unwrap(), naive)
        }
        Operation::Windows(lens) => {
            let len = |(at, &dim): (&Index, &u64)| at.index(dim as usize + 1) as u64;
            let window: Vec<_> = lens.iter().zip(&shape).map(len).collect();
            let slid = shape.iter().zip(&window).map(|(dim, len)| dim - len + 1);
            let new_shape = slid.chain(window.iter().copied()).collect();
            let naive = array.map(new_shape, |index| {
                let (place, within) = index.split_at(ndim);
                place.iter().zip(within).map(|(a, b)| a + b).collect()
            });
            (layout.sliding_window_view(&window, None).unwrap(), naive)
        }
        Operation::Reshape(parts, order) => {
            let mut left = layout.size() as usize;
            let mut new_shape = Vec::new();
            for part in parts {
                let factors: Vec<_> = (1..=left).filter(|f| left.is_multiple_of(*f)).collect();
                let factor = if factors.is_empty() {
                    1
                } else {
                    *part.get(&factors)
                };
                new_shape.push(factor as u64);
                left /= factor;
            }
            new_shape.push(left as u64);
            let signed: Vec<_> = new_shape.iter().map(|&dim| dim as i64).collect();
            let Reshaped::View(view) = layout.reshape(&signed, *order).unwrap() else {
                return None;
            };
            let naive = match order {
                Order::C => Naive {
                    shape: new_shape,
                    offsets: array.offsets.clone(),
                },
                // Reversing both shapes swaps the two orders.
                Order::F => Naive {
                    shape: new_shape.into_iter().rev().collect(),
                    offsets: array.transpose().offsets,
                }
                .transpose(),
            };
            (view, naive)
        }
        Operation::Split(axis, at) => {
            if ndim == 0 {
                return None;
            }
            let axis = axis.index(ndim);
            let at = at.index(shape[axis] as usize + 1) as u64;
            let (before, after) = layout.split_at(axis, at).unwrap();
            assert_eq!(before, layout.narrow(axis, 0..at).unwrap());
            if let Ok(one) = layout.index_axis(axis, at) {
                let expanded = after.narrow(axis, 0..1).unwrap();
                assert_eq!(Naive::of(&one).offsets, Naive::of(&expanded).offsets);
            }
            let mut rest = shape;
            rest[axis] -= at;
            let naive = array.map(rest, |index| {
                let mut source = index.to_vec();
                source[axis] += at;
                source
            });
            (after, naive)
        }
    })
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn views_have_the_elements_of_lists(
        shape in prop::collection::vec(0_u64..6, 0..4),
        f_order in any::<bool>(),
        operations in prop::collection::vec(operations(), 1..6),
    ) {
        let order = if f_order { Order::F } else { Order::C };
        let mut layout = Layout::new(DType::FLOAT32, &shape, order).unwrap();
        let data_len = layout.nbytes();
        let mut array = Naive::of(&layout);
        for operation in &operations {
            if layout.size() > 2000 || layout.ndim() > 8 {
                break;
            }
            let Some(next) = apply(operation, &layout, &array) else {
                continue;
            };
            (layout, array) = next;
            prop_assert_eq!(&Naive::of(&layout), &array, "after {:?}", operation);
            prop_assert_eq!(layout.size(), array.offsets.len() as u64);
            let span = layout.byte_span();
            if let (Some(first), Some(last)) = (array.offsets.iter().min(), array.offsets.iter().max()) {
                prop_assert_eq!(span, *first..*last + 4);
            } else {
                prop_assert!(span.is_empty() && span.end <= data_len);
            }
            let parts = (layout.shape(), layout.strides(), layout.offset());
            let made = Layout::from_parts(DType::FLOAT32, parts.0, parts.1, parts.2, data_len);
            prop_assert_eq!(&made.unwrap(), &layout);
        }
    }

    #[test]
    fn tiles_are_the_elements(
        shape in prop::collection::vec(0_u64..6, 0..5),
        f_order in any::<bool>(),
        cut in select(vec![Cut::FirstAxis, Cut::LargestStride, Cut::LeastEffort]),
        max_bytes in 0_u64..600,
    ) {
        let order = if f_order { Order::F } else { Order::C };
        let layout = Layout::new(DType::FLOAT32, &shape, order).unwrap();
        let mut found = Vec::new();
        for tile in layout.tiles(cut, max_bytes) {
            prop_assert_eq!(tile.layout().ndim(), layout.ndim());
            prop_assert!(tile.layout().nbytes() <= max_bytes.max(4));
            found.extend(tile.runs().flatten().zip(Naive::of(tile.layout()).offsets));
        }
        if cut == Cut::FirstAxis {
            prop_assert!(found.is_sorted());
        }
        found.sort_unstable();
        let expected: Vec<_> = (0..).zip(Naive::of(&layout).offsets).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn unravelled_indices_count_in_c_order(shape in prop::collection::vec(0_u64..6, 0..5)) {
        let layout = Layout::new(DType::UINT8, &shape, Order::C).unwrap();
        for flat in 0..layout.size() {
            let index = layout.unravel(flat).unwrap();
            prop_assert_eq!(layout.byte_offset(&index), Some(flat));
        }
        prop_assert!(layout.unravel(layout.size()).is_none());
    }

    #[test]
    fn nothing_overflows(
        shape in prop::collection::vec(any::<u64>(), 0..4),
        strides in prop::collection::vec(any::<i64>(), 0..4),
        numbers in any::<(u64, u64, i64, i64)>(),
        items in prop::collection::vec(any::<(Option<i64>, Option<i64>, i64)>(), 0..4),
        narrow in any::<[u8; 4]>(),
    ) {
        let (offset, data_len, a, b) = numbers;
        // Small dimensions among the enormous ones, or hardly any layout would be possible.
        let shape: Vec<_> = shape.iter().zip(narrow).map(|(n, bits)| n >> (bits % 65).min(63)).collect();
        for itemsize in [0, 1, 8] {
            let dtype = DType::void(itemsize);
            let parts = Layout::from_parts(dtype.clone(), &shape, &strides, offset, data_len);
            let made = [
                parts,
                Layout::from_parts(dtype.clone(), &shape, &vec![0; shape.len()], offset, data_len),
                Layout::new(dtype, &shape, Order::F),
            ];
            for layout in made.into_iter().flatten() {
                prop_assert!(layout.nbytes() <= i64::MAX as u64 && layout.size() <= i64::MAX as u64);
                let items: Vec<_> = items
                    .iter()
                    .map(|&(start, stop, step)| Item::Slice(Slice { start, stop, step: Some(step) }))
                    .collect();
                let _ = layout.slice(&items);
                let _ = layout.slice(&[Item::Index(a), Item::Ellipsis, Item::Index(b)]);
                let _ = layout.diagonal(a, 0, -1);
                let _ = layout.flip(None);
                let _ = layout.reshape(&[a, b], Order::F);
                let _ = layout.reshape(&[-1], Order::C);
                let _ = layout.broadcast_to(&[offset, data_len]);
                let _ = layout.sliding_window_view(&[offset], Some(&[0]));
                let _ = layout.sliding_window_view(&[0, 0], Some(&[0, 0]));
                let _ = layout.view_dtype(DType::void(3));
                let _ = layout.view_dtype(DType::UINT8);
                let _ = layout.expand_dims(&[a, 0]);
                let _ = layout.narrow(0, offset..data_len);
                let _ = layout.is_contiguous(Order::C);
                let _ = layout.byte_span();
                let _ = layout.unravel(offset);
                for cut in [Cut::FirstAxis, Cut::LargestStride, Cut::LeastEffort] {
                    let _ = layout.tiles(cut, data_len / 1000).planned(PlanOptions::default()).next();
                }
            }
        }
    }
}
