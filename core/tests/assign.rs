//! Assigning, against what NumPy did and against a copy element by element.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;
mod strided;

use std::{fs, ops::Range};

use npymap_core::{
    DType, ErrorKind, Layout, Order, Result,
    assign::{Target, assign, assign_within, fill, scatter},
    dtype::Field,
    gather::{Convert, Source, gather},
    layout::LayoutError,
    plan::PlanOptions,
};
use proptest::{prelude::*, sample::select};
use serde_json::Value;

use common::{
    assign_table::{before, layout, rows},
    from_hex, integers, vectors,
};
use strided::{cases, layouts, offsets};

#[test]
fn memory_is_as_numpy_leaves_it() {
    let text = fs::read_to_string(vectors("assign.json")).unwrap();
    let parse = |row: &str| serde_json::from_str::<Value>(row).unwrap();
    let dtypes: Vec<Value> = rows(&text, "dtypes").map(parse).collect();
    assert!(rows(&text, "cases").count() > 500);
    let step = if cfg!(miri) { 32 } else { 1 };
    for case in rows(&text, "cases").step_by(step).map(parse) {
        let [target_len, source_len]: [u64; 2] = integers(&case["sizes"]).try_into().unwrap();
        let to = layout(&case["to"], &dtypes, target_len);
        let from = layout(&case["from"], &dtypes, source_len);
        let mut target = before(target_len, 37);
        let source = before(source_len, 53);
        let assigned = match case["kind"].as_str().unwrap() {
            "within" => assign_within(&from, &to, &mut target),
            "fill" if !from.is_empty() => {
                let value = &source[from.offset() as usize..][..from.itemsize() as usize];
                fill(value, from.dtype(), &to, &mut Target::whole(&mut target))
            }
            _ => {
                let source = Source::whole(&source);
                assign(&from, &source, &to, &mut Target::whole(&mut target))
            }
        };
        match (assigned, case["error"].as_str()) {
            (Ok(()), None) => {
                assert!(target == from_hex(&case["bytes"]), "{target:?} for {case}");
            }
            (Err(e), Some(message)) => assert_eq!(e.to_string(), message, "{case}"),
            (result, _) => panic!("{result:?} for {case}"),
        }
    }
}

/// One element, in the byte order of another dtype of the same kind. Elements of the dtypes below
/// are numbers, have no byte order, or are structures of such.
fn convert(bytes: &[u8], from: &DType, to: &DType, out: &mut [u8]) {
    if let (Some(from), Some(to)) = (from.fields(), to.fields()) {
        for (from, to) in from.iter().zip(to) {
            let place = |field: &Field| {
                let start = field.offset as usize;
                start..start + field.dtype.itemsize() as usize
            };
            let (read, written) = (place(from), place(to));
            convert(&bytes[read], &from.dtype, &to.dtype, &mut out[written]);
        }
        return;
    }
    out.copy_from_slice(bytes);
    if from.byte_order() != to.byte_order() {
        out.reverse();
    }
}

/// Copies element by element, given all offsets.
fn naive(from: &Layout, source: &[u8], to: &Layout, target: &mut [u8]) {
    let from = from.broadcast_into(to.shape()).unwrap();
    let read = offsets(&from, Order::C);
    for (read, written) in read.into_iter().zip(offsets(to, Order::C)) {
        let out = &mut target[written as usize..][..to.itemsize() as usize];
        let bytes = &source[read as usize..][..from.itemsize() as usize];
        convert(bytes, from.dtype(), to.dtype(), out);
    }
}

fn parse(text: &str) -> DType {
    DType::parse(text).unwrap()
}

/// Dtypes of many sizes, each with those that its values can be assigned to as they are.
fn families() -> Vec<Vec<DType>> {
    let mut all: Vec<Vec<DType>> = ["u1", "S3", "V5", "V12", "S17", "V70", "S0"]
        .map(|text| vec![parse(text)])
        .into();
    for code in ["i2", "f4", "f8", "f16", "M8[s]"] {
        all.push(
            ["<", ">"]
                .map(|order| parse(&format!("{order}{code}")))
                .into(),
        );
    }
    let field = |name: &str, offset, dtype: &str| Field {
        name: name.into(),
        title: None,
        dtype: parse(dtype),
        offset,
    };
    let pair = |x: (u32, &str), y: (u32, &str), itemsize| {
        let fields = vec![field("x", x.0, x.1), field("y", y.0, y.1)];
        DType::structure_at(fields, itemsize).unwrap()
    };
    all.push(vec![
        pair((1, "<i2"), (4, "<f4"), 10),
        pair((1, ">i2"), (4, ">f4"), 10),
        pair((0, "<i2"), (2, ">f4"), 6),
        pair((4, "<i2"), (0, "<f4"), 6),
    ]);
    all.push(vec![
        pair((0, "<i4"), (2, "<i2"), 6),
        pair((0, ">i4"), (1, "<i2"), 4),
    ]);
    all
}

/// Two layouts of dtypes of the same family, the second one without overlap, of which the first can
/// be broadcast to it, and the sizes of their data.
fn pairs() -> impl Strategy<Value = ((Layout, u64), (Layout, u64))> {
    select(families())
        .prop_flat_map(|family| (layouts(family.clone()), select(family), any::<[u8; 6]>()))
        .prop_filter("its elements overlap", |((to, _), ..)| !to.has_overlap())
        .prop_map(|((to, len), dtype, random)| {
            // A source of steps, directions and an order of axes that the random numbers choose.
            let mut random = random.into_iter();
            let mut next = || u64::from(random.next().unwrap_or(0));
            let drop = (next() / 100).min(to.ndim() as u64);
            let shape: Vec<u64> = to.shape()[drop as usize..]
                .iter()
                .map(|&dim| if next() % 5 == 0 { 1 } else { dim })
                .collect();
            let kind = next();
            let order = if kind & 1 == 0 { Order::C } else { Order::F };
            let doubled: Vec<u64> = shape
                .iter()
                .map(|dim| dim * (1 + (kind >> 1 & 1)))
                .collect();
            let mut from = Layout::new(dtype, &doubled, order).unwrap();
            let data = from.nbytes();
            for (axis, &dim) in shape.iter().enumerate() {
                from = from.narrow(axis, 0..dim).unwrap();
            }
            if kind & 4 == 0 {
                from = from.flip(None).unwrap();
            }
            ((from, data), (to, len))
        })
}

fn whole(from: &Layout, source: &[u8], to: &Layout, target: &mut [u8]) -> Result<()> {
    assign(from, &Source::whole(source), to, &mut Target::whole(target))
}

proptest! {
    #![proptest_config(cases(1200))]

    #[test]
    fn every_element_arrives(((from, source_len), (to, target_len)) in pairs()) {
        let source = before(source_len, 53);
        let mut expected = before(target_len, 37);
        naive(&from, &source, &to, &mut expected);
        let mut found = before(target_len, 37);
        whole(&from, &source, &to, &mut found).unwrap();
        prop_assert_eq!(&found, &expected);
    }

    #[test]
    fn ranges_and_runs_are_enough(
        ((from, source_len), (to, target_len)) in pairs(),
        max_gap in 0..20_u64,
        max_range in 1..200_u64,
        exact in any::<bool>(),
    ) {
        let source = before(source_len, 53);
        let mut expected = before(target_len, 37);
        whole(&from, &source, &to, &mut expected).unwrap();

        let mut ranges: Vec<Range<u64>> = to.byte_runs().collect();
        let ascend = ranges.is_sorted_by(|a, b| a.end < b.start);
        let runs: u64 = ranges.iter().map(|run| run.end - run.start).sum();
        prop_assert_eq!(runs, to.nbytes(), "without overlap, runs have the bytes of the elements");
        if !exact || !ascend {
            ranges = to.plan(&PlanOptions { max_gap, max_range, ..<_>::default() }).ranges;
        }
        let mut found = before(target_len, 37);
        let part = |r: &Range<u64>| r.start as usize..r.end as usize;
        let mut held: Vec<u8> = ranges.iter().flat_map(|r| found[part(r)].to_vec()).collect();
        let source = Source::whole(&source);
        let mut target = Target::fragments(&ranges, &mut held).unwrap();
        assign(&from, &source, &to, &mut target).unwrap();
        drop(target);
        let mut rest = &held[..];
        for range in &ranges {
            let (bytes, tail) = rest.split_at((range.end - range.start) as usize);
            found[part(range)].copy_from_slice(bytes);
            rest = tail;
        }
        prop_assert_eq!(&found, &expected);
    }

    #[test]
    fn what_was_scattered_is_gathered(
        (layout, len) in layouts(families().concat()),
        order in select(&[Order::C, Order::F][..]),
        convert in select(&[Convert::AsStored, Convert::Native][..]),
    ) {
        let mut bytes = before(len, 37);
        let dtype = convert.dtype(layout.dtype());
        let mut values = before(layout.size() * dtype.itemsize(), 53);
        let scattered =
            scatter(&values, &dtype, order, &layout, &mut Target::whole(&mut bytes));
        if layout.has_overlap() {
            let e = scattered.unwrap_err();
            prop_assert_eq!(e.kind(), &ErrorKind::Layout(LayoutError::ReadOnly));
            return Ok(());
        }
        scattered.unwrap();
        // Only the values of a structure are written, and fields may share bytes.
        if layout.dtype().fields().is_some() {
            let again = values.clone();
            gather(&layout, &Source::whole(&bytes), order, convert, &mut values).unwrap();
            let mut same = bytes.clone();
            scatter(&values, &dtype, order, &layout, &mut Target::whole(&mut same)).unwrap();
            prop_assert!(again.len() == values.len() && same.len() == bytes.len());
            return Ok(());
        }
        let mut found = vec![0; values.len()];
        gather(&layout, &Source::whole(&bytes), order, convert, &mut found).unwrap();
        prop_assert_eq!(found, values);
    }

    #[test]
    fn the_source_may_be_overwritten(
        dtype in select(families()),
        dims in prop::collection::vec((1..6_u64, 0..3_u64, 0..3_u64, 1..3_u64), 1..4),
        swap in any::<bool>(),
        flips in any::<[bool; 2]>(),
        transpose in any::<bool>(),
    ) {
        // Two boxes in the same array, of the same shape.
        let shape: Vec<u64> = dims.iter().map(|d| d.0 * d.3 + d.1.max(d.2)).collect();
        let (from, to) = (dtype[0].clone(), dtype[usize::from(swap && dtype.len() > 1)].clone());
        prop_assume!(from.itemsize() == to.itemsize());
        let part = |dtype: DType, first: fn(&(u64, u64, u64, u64)) -> u64, flip: bool| {
            let mut layout = Layout::new(dtype, &shape, Order::C).unwrap();
            for (axis, dim) in dims.iter().enumerate() {
                let first = first(dim);
                let steps = layout.narrow(axis, first..first + (dim.0 - 1) * dim.3 + 1).unwrap();
                let item = npymap_core::selection::Slice { step: Some(dim.3 as i64), ..<_>::default() };
                let mut items = vec![npymap_core::selection::Item::from(..); axis];
                items.push(npymap_core::selection::Item::Slice(item));
                layout = steps.slice(&items).unwrap();
            }
            if flip { layout.flip(Some(&[0])).unwrap() } else { layout }
        };
        let mut from = part(from, |d| d.1, flips[0]);
        let to = part(to, |d| d.2, flips[1]);
        if transpose && from.transpose().shape() == from.shape() {
            from = from.transpose();
        }
        let mut expected = before(shape.iter().product::<u64>() * to.itemsize(), 37);
        let mut found = expected.clone();
        naive(&from, &found, &to, &mut expected);
        assign_within(&from, &to, &mut found).unwrap();
        prop_assert_eq!(found, expected);
    }
}

/// Arrays larger than a tile and than a block, whose rows do and do not fill them.
#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn tiles_and_blocks_meet_at_their_edges() {
    for (from, to) in [
        ("u1", "u1"),
        ("<i2", ">i2"),
        ("S3", "S3"),
        ("<f4", ">f4"),
        (">f16", ">f16"),
    ] {
        let (from, to) = (parse(from), parse(to));
        for (rows, cols) in [(600, 521), (530, 3), (8, 270)] {
            let array = Layout::new(to.clone(), &[rows, cols, 2], Order::C).unwrap();
            let plane = |which| array.narrow(2, which..which + 1).unwrap();
            let sources = [
                Layout::new(from.clone(), &[rows, cols, 1], Order::C).unwrap(),
                Layout::new(from.clone(), &[rows, cols, 1], Order::F).unwrap(),
            ];
            let len = array.nbytes();
            let source = before(len, 53);
            for to in [plane(0), plane(1).flip(Some(&[1])).unwrap()] {
                for from in &sources {
                    let mut expected = before(len, 37);
                    naive(from, &source, &to, &mut expected);
                    let mut found = before(len, 37);
                    whole(from, &source, &to, &mut found).unwrap();
                    assert!(found == expected, "{from:?} {to:?}");
                }
            }
            // Within the array: row by row down, up, and plane to plane.
            let down = (array.narrow(0, 0..rows - 1), array.narrow(0, 1..rows));
            let swapped = Layout::new(from.clone(), &[rows, cols, 2], Order::C).unwrap();
            let swapped = swapped.narrow(0, 0..rows - 1);
            let pairs = [
                (down.0.clone().unwrap(), down.1.clone().unwrap()),
                (down.1.clone().unwrap(), down.0.unwrap()),
                (swapped.unwrap(), down.1.unwrap()),
                (plane(1), plane(0)),
                (plane(0).flip(Some(&[0])).unwrap(), plane(1)),
            ];
            for (from, to) in pairs {
                let mut expected = before(len, 37);
                naive(&from, &before(len, 37), &to, &mut expected);
                let mut found = before(len, 37);
                assign_within(&from, &to, &mut found).unwrap();
                assert!(found == expected, "{from:?} {to:?}");
            }
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let bytes = Layout::new(DType::UINT8, &[3], Order::C).unwrap();
    let floats = Layout::new(DType::FLOAT32, &[3], Order::C).unwrap();
    let e = whole(&floats, &[0; 12], &bytes, &mut [0; 3]).unwrap_err();
    assert_eq!(
        e.to_string(),
        "elements of dtype 'float32' must be cast to become 'uint8'"
    );
    let dates = ["<M8[s]", "<M8[ms]"].map(|t| Layout::new(parse(t), &[], Order::C).unwrap());
    assert!(whole(&dates[0], &[0; 8], &dates[1], &mut [0; 8]).is_err());
    let structures = ["<i2,<i2", "<i2,<i2,u1", "<i2,<u2", "<i2,(1,)<i2"];
    for text in structures.iter().skip(1) {
        let [from, to] =
            [structures[0], text].map(|t| Layout::new(parse(t), &[], Order::C).unwrap());
        let e = whole(&from, &[0; 5], &to, &mut [0; 5]).unwrap_err();
        assert!(matches!(e.kind(), ErrorKind::CastNeeded { .. }), "{text}");
    }
    let objects = Layout::new(DType::OBJECT, &[0], Order::C).unwrap();
    let e = whole(&objects, &[], &objects, &mut []).unwrap_err();
    assert_eq!(*e.kind(), ErrorKind::ObjectDType);

    // A target or a source that lacks bytes.
    let e = whole(&bytes, &[1; 3], &bytes, &mut [0; 2]).unwrap_err();
    assert_eq!(e.to_string(), "bytes 0..3 of the data were not given");
    let e = whole(&bytes, &[1; 2], &bytes, &mut [0; 3]).unwrap_err();
    assert_eq!(e.to_string(), "bytes 0..3 of the data were not given");
    let huge = Layout::new(DType::UINT8, &[1 << 40, 2], Order::C).unwrap();
    let column = huge.narrow(1, 1..2).unwrap();
    assert!(
        fill(
            &[7],
            &DType::UINT8,
            &column,
            &mut Target::whole(&mut [0; 9])
        )
        .is_err()
    );
    assert!(assign_within(&column, &column, &mut [0; 9]).is_err());
    assert!(
        fill(
            &[7, 7],
            &DType::UINT8,
            &bytes,
            &mut Target::whole(&mut [0; 3])
        )
        .is_err()
    );
    assert!(
        scatter(
            &[7, 7],
            &DType::UINT8,
            Order::C,
            &bytes,
            &mut Target::whole(&mut [0; 3])
        )
        .is_err()
    );
}

/// Of a source whose elements are repeated, the bytes are held and not the elements.
#[test]
fn a_repeated_source_takes_no_more_than_its_bytes() {
    let all = Layout::new(DType::UINT8, &[4], Order::C).unwrap();
    let to = Layout::new(DType::UINT8, &[2, 2], Order::C).unwrap();
    let mut bytes = [5, 6, 7, 8];
    let first = all.narrow(0, 0..1).unwrap();
    let spread = first.broadcast_to(&[1 << 40, 1]).unwrap().narrow(0, 0..2);
    assign_within(&spread.unwrap(), &to, &mut bytes).unwrap();
    assert_eq!(bytes, [5; 4]);
    let mut bytes = [5, 6, 7, 8];
    let windows = all.sliding_window_view(&[2], None).unwrap();
    assign_within(&windows.narrow(0, 1..3).unwrap(), &to, &mut bytes).unwrap();
    assert_eq!(bytes, [6, 7, 7, 8]);
}
