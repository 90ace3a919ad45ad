//! Views whose elements change, against a model of their elements.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod strided;

use npymap_core::{
    DType, ErrorKind, Layout, Order, Selection,
    layout::LayoutError,
    num_complex::Complex,
    selection::{Item, SelectionError},
    view::{Element, LongDouble, View, ViewMut, bf16, f16},
};
use proptest::prelude::*;
use strided::{cases, layouts, offsets};

fn dtype(text: &str) -> DType {
    DType::parse(text).unwrap()
}

/// Layouts of 32-bit integers in both byte orders that can be written to, and the sizes of their
/// data.
fn integers() -> impl Strategy<Value = (Layout, u64)> {
    layouts(vec![dtype("<i4"), dtype(">i4")])
        .prop_filter("its elements overlap", |(layout, _)| !layout.has_overlap())
}

/// What is in a buffer before.
fn before(len: u64) -> Vec<u8> {
    (0..len).map(|i| (i * 37 % 251) as u8).collect()
}

/// The bytes after elements were set to what a function makes of their numbers in C order and
/// their values.
fn model(layout: &Layout, mut bytes: Vec<u8>, mut f: impl FnMut(usize, i32) -> i32) -> Vec<u8> {
    let big = *layout.dtype() == dtype(">i4");
    for (i, at) in offsets(layout, Order::C).into_iter().enumerate() {
        let element: &mut [u8; 4] = bytes[at as usize..].first_chunk_mut().unwrap();
        let value = if big {
            i32::from_be_bytes(*element)
        } else {
            i32::from_le_bytes(*element)
        };
        let value = f(i, value);
        *element = if big {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        };
    }
    bytes
}

/// An iterator that does not know its length.
fn unsized_iter(values: impl IntoIterator<Item = i32>) -> impl Iterator<Item = i32> {
    let mut values = values.into_iter();
    std::iter::from_fn(move || values.next())
}

fn view<'a>(bytes: &'a mut [u8], layout: &Layout) -> ViewMut<'a, i32> {
    ViewMut::new(bytes, layout.clone()).unwrap()
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn elements_change_and_nothing_else((layout, len) in integers()) {
        let number = |i: usize, _: i32| (i as i32).wrapping_mul(1_000_003);
        let change = |f: &mut dyn FnMut(&mut ViewMut<'_, i32>)| {
            let mut bytes = before(len);
            f(&mut ViewMut::new(&mut bytes, layout.clone()).unwrap());
            bytes
        };
        let filled = change(&mut |view| view.fill(-2));
        prop_assert_eq!(filled, model(&layout, before(len), |_, _| -2));

        let values = (0..layout.size() as usize).map(|i| number(i, 0));
        let numbered = model(&layout, before(len), number);
        let iterated = change(&mut |view| view.assign_iter(values.clone()).unwrap());
        prop_assert_eq!(&iterated, &numbered);
        let filtered = change(&mut |view| {
            view.assign_iter(unsized_iter(values.clone())).unwrap();
        });
        prop_assert_eq!(&filtered, &numbered);

        let mut count = 0;
        let mapped = change(&mut |view| {
            count = 0;
            view.map_inplace(|v| {
                count += 1;
                v.wrapping_mul(3) ^ count
            });
        });
        let expected = model(&layout, before(len), |i, v| v.wrapping_mul(3) ^ (i as i32 + 1));
        prop_assert_eq!(mapped, expected);

        let set = change(&mut |view| {
            for flat in 0..layout.size() {
                let index = layout.unravel(flat).unwrap();
                view.set(&index, number(flat as usize, 0)).unwrap();
                assert_eq!(view.get(&index), Some(number(flat as usize, 0)));
            }
        });
        prop_assert_eq!(&set, &numbered);

        let native = values.clone().flat_map(i32::to_ne_bytes).collect::<Vec<_>>();
        let other = Layout::new(dtype("=i4"), layout.shape(), Order::C).unwrap();
        let other = View::<i32>::new(&native, other).unwrap();
        let assigned = change(&mut |view| view.assign(&other).unwrap());
        prop_assert_eq!(&assigned, &numbered);
    }

    #[test]
    fn the_number_of_values_must_be_right((layout, len) in integers(), more in 1..3_usize) {
        let size = layout.size() as usize;
        for count in [size + more, size.saturating_sub(more)] {
            if count == size {
                continue;
            }
            let mut bytes = before(len);
            let mut view = ViewMut::<i32>::new(&mut bytes, layout.clone()).unwrap();
            let known = view.assign_iter(vec![5; count]).unwrap_err();
            let expected = ErrorKind::ValueCount { expected: size as u64, found: count as u64 };
            prop_assert_eq!(known.kind(), &expected);
            prop_assert_eq!(&bytes, &before(len));
            let mut view = ViewMut::<i32>::new(&mut bytes, layout.clone()).unwrap();
            let unknown = view.assign_iter(unsized_iter(vec![5; count]));
            let unknown = unknown.unwrap_err();
            let found = count.min(size + 1) as u64;
            let expected = ErrorKind::ValueCount { expected: size as u64, found };
            prop_assert_eq!(unknown.kind(), &expected);
            let changed = model(&layout, before(len), |i, v| if i < count { 5 } else { v });
            prop_assert_eq!(&bytes, &changed);
        }
    }

    #[test]
    fn parts_are_disjoint_and_complete(
        (layout, len) in integers(),
        axis in 0..4_usize,
        index in 0..6_u64,
        rows in 0..4_u64,
    ) {
        let mut bytes = before(len);
        let halves = ViewMut::<i32>::new(&mut bytes, layout.clone())
            .unwrap()
            .split_at(axis, index);
        let parts = layout.split_at(axis, index);
        match halves {
            Ok((mut first, mut second)) => {
                first.fill(1);
                second.fill(2);
                let (low, high) = parts.unwrap();
                let expected = model(&low, before(len), |_, _| 1);
                prop_assert_eq!(&bytes, &model(&high, expected, |_, _| 2));
            }
            Err(e) if *e.kind() == ErrorKind::Layout(LayoutError::Interleaved { axis }) => {
                let (low, high) = parts.unwrap();
                let (low, high) = (low.byte_span(), high.byte_span());
                prop_assert!(low.start < high.end && high.start < low.end);
            }
            Err(e) => prop_assert_eq!(e, parts.unwrap_err()),
        }

        let mut bytes = before(len);
        let mut whole = ViewMut::<i32>::new(&mut bytes, layout.clone()).unwrap();
        let step = rows.max(1);
        let len_of_axis = layout.shape().first().copied().unwrap_or(0);
        if let Ok(chunks) = whole.chunks_mut(rows) {
            // All at the same time.
            let mut chunks: Vec<_> = chunks.collect();
            prop_assert_eq!(chunks.len() as u64, len_of_axis.div_ceil(step));
            for (chunk, value) in chunks.iter_mut().zip(100..) {
                chunk.fill(value);
            }
            let row = layout.size().checked_div(len_of_axis).unwrap_or(0);
            let expected = model(&layout, before(len), |i, _| {
                100 + (i as u64).checked_div(row * step).unwrap_or(0) as i32
            });
            prop_assert_eq!(&bytes, &expected);
        }
        let mut bytes = before(len);
        let mut whole = ViewMut::<i32>::new(&mut bytes, layout.clone()).unwrap();
        if let Ok(outer) = whole.outer_mut() {
            prop_assert_eq!(outer.len() as u64, len_of_axis);
            for (mut row, value) in outer.zip(100..) {
                prop_assert_eq!(row.layout().shape(), &layout.shape()[1..]);
                row.fill(value);
            }
            let row = layout.size().checked_div(len_of_axis).unwrap_or(0);
            let expected = model(&layout, before(len), |i, _| {
                100 + (i as u64).checked_div(row).unwrap_or(0) as i32
            });
            prop_assert_eq!(&bytes, &expected);
        }
    }
}

/// Rows of arrays as basic indexing makes them can be had one by one.
#[test]
fn rows_of_plain_arrays_do_not_interleave() {
    let array = Layout::new(dtype("<i4"), &[6, 4, 5], Order::C).unwrap();
    for text in [
        "[()]",
        "[::-1]",
        "[::2, 1:3]",
        "[1:, ::-1, ::-2]",
        "[:, 0]",
        "[5:2:-1, :, 3]",
    ] {
        let layout = array.select(&Selection::parse(text).unwrap()).unwrap();
        let mut bytes = before(array.nbytes());
        let mut view = view(&mut bytes, &layout);
        assert!(
            view.outer_mut().is_ok() && view.chunks_mut(2).is_ok(),
            "{text}"
        );
        assert!(view.split_at(0, 1).is_ok(), "{text}");
    }
    let mut bytes = before(array.nbytes());
    let mut columns = view(&mut bytes, &array.transpose());
    let e = columns.outer_mut().unwrap_err();
    assert_eq!(
        *e.kind(),
        ErrorKind::Layout(LayoutError::Interleaved { axis: 0 })
    );
    // A single chunk is not cut.
    assert_eq!(columns.chunks_mut(5).unwrap().count(), 1);
    assert!(columns.split_at(2, 3).is_ok());
}

#[test]
#[cfg_attr(target_family = "wasm", ignore = "there are no threads")]
fn parts_may_go_to_threads() {
    let layout = Layout::new(dtype(">i4"), &[4, 3], Order::C).unwrap();
    let mut bytes = vec![0; 48];
    let mut view = ViewMut::<i32>::new(&mut bytes, layout.clone()).unwrap();
    std::thread::scope(|scope| {
        for (mut row, value) in view.outer_mut().unwrap().zip(1..) {
            scope.spawn(move || row.fill(value));
        }
    });
    assert_eq!(bytes, model(&layout, vec![0; 48], |i, _| i as i32 / 3 + 1));
}

#[test]
fn every_type_in_both_byte_orders() {
    fn check<T: Element + PartialEq + std::fmt::Debug>(codes: &[&str], value: T, other: T) {
        for code in codes {
            for order in ["<", ">"] {
                let dtype = dtype(&format!("{order}{code}"));
                let layout = Layout::new(dtype, &[2, 2], Order::F).unwrap();
                let mut bytes = vec![0; layout.nbytes() as usize + 1];
                let mut view = ViewMut::<T>::new(&mut bytes[1..], layout).unwrap();
                view.fill(value);
                view.set(&[0, 1], other).unwrap();
                assert_eq!(
                    view.as_view().to_vec(),
                    [value, other, value, value],
                    "{code}"
                );
                view.map_inplace(|v| if v == value { other } else { value });
                assert_eq!(
                    view.into_view().to_vec(),
                    [other, value, other, other],
                    "{code}"
                );
            }
        }
    }
    check(&["?"], true, false);
    check(&["i1"], -1_i8, 2);
    check(&["u1"], 200_u8, 2);
    check(&["i2"], -300_i16, 2);
    check(&["u2"], 300_u16, 2);
    check(&["i4"], -70_000_i32, 2);
    check(&["u4"], 70_000_u32, 2);
    check(&["i8", "M8[s]", "m8"], -5_000_000_000_i64, i64::MIN);
    check(&["u8"], 5_000_000_000_u64, 2);
    check(&["f2"], f16::from_f32(1.5), f16::ZERO);
    check(&["f4"], 1.5_f32, -0.1);
    check(&["f8"], 1.5_f64, -0.1);
    check(&["c8"], Complex::new(1.5_f32, 2.0), Complex::new(0.0, 1.0));
    check(&["c16"], Complex::new(1.5_f64, 2.0), Complex::new(0.0, 1.0));
    let layout = Layout::new(dtype("bfloat16"), &[1], Order::C).unwrap();
    let mut bytes = [0; 2];
    ViewMut::new(&mut bytes, layout).unwrap().fill(bf16::ONE);
    assert_eq!(bytes, bf16::ONE.to_ne_bytes());
    // One and a half, moved from one byte order to the other.
    let bytes = [0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0x3f, 0, 0, 0, 0, 0, 0];
    let little = Layout::new(dtype("<f16"), &[], Order::C).unwrap();
    let value = View::<LongDouble>::new(&bytes, little)
        .unwrap()
        .get(&[])
        .unwrap();
    let big = Layout::new(dtype(">f16"), &[], Order::C).unwrap();
    let mut out = [0; 16];
    ViewMut::new(&mut out, big)
        .unwrap()
        .set(&[], value)
        .unwrap();
    let mut reversed = bytes;
    reversed.reverse();
    assert_eq!(out, reversed);
}

#[test]
fn what_cannot_be_changed_is_refused() {
    let row = Layout::new(dtype("<i4"), &[3], Order::C).unwrap();
    let refuse = |layout: &Layout, len: usize| {
        ViewMut::<i32>::new(&mut vec![0; len], layout.clone())
            .unwrap_err()
            .to_string()
    };
    let read_only = "assignment destination is read-only";
    assert_eq!(refuse(&row.broadcast_to(&[2, 3]).unwrap(), 12), read_only);
    assert_eq!(
        refuse(&row.sliding_window_view(&[2], None).unwrap(), 12),
        read_only
    );
    assert_eq!(
        refuse(&row, 11),
        "the array data is cut short: expected 12 bytes, found 11"
    );
    let floats = Layout::new(DType::FLOAT32, &[3], Order::C).unwrap();
    assert_eq!(
        refuse(&floats, 12),
        "elements of dtype 'float32' cannot be viewed as i32"
    );

    let mut bytes = before(12);
    let mut view = view(&mut bytes, &row);
    let e = view.set(&[3], 1).unwrap_err();
    assert_eq!(
        e.to_string(),
        "index 3 is out of bounds for axis 0 with size 3"
    );
    let kind = SelectionError::IndexOutOfBounds {
        index: i64::MAX,
        axis: 0,
        size: 3,
    };
    assert_eq!(
        *view.set(&[u64::MAX], 1).unwrap_err().kind(),
        ErrorKind::Selection(kind)
    );
    assert!(view.set(&[], 1).is_err() && view.set(&[0, 0], 1).is_err());
    assert!(view.select(&Selection::parse("[3]").unwrap()).is_err());

    // Numbers are no dates, though both are viewed as `i64`.
    let numbers = Layout::new(dtype("<i8"), &[1], Order::C).unwrap();
    let dates = Layout::new(dtype("<M8[s]"), &[1], Order::C).unwrap();
    let mut bytes = [0; 8];
    let e = ViewMut::<i64>::new(&mut bytes, dates)
        .unwrap()
        .assign(&View::new(&[1; 8], numbers).unwrap())
        .unwrap_err();
    assert!(matches!(e.kind(), ErrorKind::CastNeeded { .. }));
}

#[test]
fn views_of_views() {
    let layout = Layout::new(DType::UINT8, &[3, 4], Order::C).unwrap();
    let mut bytes: Vec<u8> = (0..12).collect();
    let mut view = ViewMut::<u8>::new(&mut bytes, layout).unwrap();
    view.slice(&[Item::Index(1)])
        .unwrap()
        .slice(&[Item::from(1..3)])
        .unwrap()
        .fill(90);
    let mut column = view
        .reborrow()
        .into_select(&Selection::parse("[:, -1]").unwrap())
        .unwrap();
    column.fill(80);
    let (mut upper, mut lower) = view.reborrow().split_at(0, 1).unwrap();
    upper
        .assign(&lower.slice(&[Item::Index(-1)]).unwrap().as_view())
        .unwrap();
    lower.as_slice_mut().unwrap()[0] = 70;
    assert_eq!(
        view.as_view().to_vec(),
        [8, 9, 10, 80, 70, 90, 90, 80, 8, 9, 10, 80]
    );
    let (bytes, layout) = view.into_parts();
    let mut transposed = ViewMut::<u8>::new(bytes, layout.transpose()).unwrap();
    assert!(transposed.as_slice_mut().is_none());
    transposed.set(&[3, 0], 1).unwrap();
    assert_eq!(bytes[3], 1);
    // Without elements or without dimensions.
    let empty = Layout::new(DType::UINT8, &[2, 0], Order::C).unwrap();
    let mut view = ViewMut::<u8>::new(&mut [], empty).unwrap();
    view.fill(1);
    view.assign_iter([]).unwrap();
    assert_eq!(view.outer_mut().unwrap().count(), 2);
    assert!(view.as_slice_mut().unwrap().is_empty());
    let scalar = Layout::new(DType::UINT8, &[], Order::C).unwrap();
    let mut byte = [1];
    let mut view = ViewMut::<u8>::new(&mut byte, scalar).unwrap();
    assert!(view.outer_mut().is_err());
    view.map_inplace(|v| v + 1);
    assert_eq!(byte, [2]);
}
