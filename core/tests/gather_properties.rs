//! Gathering against a copy element by element.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod strided;

use npymap_core::{
    DType, ErrorKind, Layout, Order,
    dtype::{ByteOrder, Extended, Field, Kind},
    gather::{Convert, Source, gather},
    literal::{Dialect, Literal},
    number,
    plan::PlanOptions,
    tiles::Cut,
};
use proptest::{prelude::*, sample::select};
use strided::{cases, layouts, offsets};

/// Bytes that differ from their neighbours, all values among them.
fn data(len: u64) -> Vec<u8> {
    (0..len).map(|i| (i * 37 + i / 7 + i / 251) as u8).collect()
}

/// The lanes of a swap, as NumPy documents its dtypes.
fn lane(dtype: &DType) -> usize {
    match dtype.kind() {
        Kind::Complex64 => 4,
        Kind::Complex128 => 8,
        Kind::CLongDouble => 16,
        Kind::Extended(Extended::Complex32) => 2,
        Kind::Str => 4,
        Kind::Bytes | Kind::Void => 1,
        _ => dtype.itemsize() as usize,
    }
}

/// One element, converted.
fn element(dtype: &DType, bytes: &[u8], convert: Convert) -> Vec<u8> {
    let native = |bytes: &[u8], lane: usize| {
        let mut bytes = bytes.to_vec();
        if !dtype.is_native() {
            bytes.chunks_mut(lane).for_each(<[u8]>::reverse);
        }
        bytes
    };
    if convert == Convert::AsStored || bytes.is_empty() {
        return bytes.to_vec();
    }
    match dtype.kind() {
        Kind::Struct(s) => {
            if let Some(base) = &s.base {
                return element(base, bytes, Convert::Native);
            }
            let mut out = bytes.to_vec();
            for field in &s.fields {
                let range =
                    field.offset as usize..(field.offset + field.dtype.itemsize() as u32) as usize;
                let value = element(&field.dtype, &bytes[range.clone()], Convert::Native);
                out[range].copy_from_slice(&value);
            }
            out
        }
        Kind::SubArray(s) => bytes
            .chunks(s.element.itemsize() as usize)
            .flat_map(|bytes| element(&s.element, bytes, convert))
            .collect(),
        _ if convert == Convert::Native => native(bytes, lane(dtype)),
        Kind::Bool => vec![u8::from(bytes[0] != 0)],
        Kind::Float16 | Kind::Extended(Extended::Complex32) => native(bytes, 2)
            .chunks(2)
            .flat_map(|b| number::f16_to_f32(u16::from_ne_bytes([b[0], b[1]])).to_ne_bytes())
            .collect(),
        &Kind::Extended(kind) => {
            let bits = match *native(bytes, bytes.len()) {
                [a, b] => u16::from_ne_bytes([a, b]),
                [a] => u16::from(a),
                _ => panic!(),
            };
            number::extended_to_f32(kind, bits).to_ne_bytes().to_vec()
        }
        Kind::LongDouble | Kind::CLongDouble => bytes
            .chunks(16)
            .flat_map(|bytes| {
                let mut bytes = bytes.to_vec();
                if dtype.byte_order() == ByteOrder::Big {
                    bytes.reverse();
                }
                let bits = u128::from_le_bytes(bytes.try_into().unwrap());
                number::long_double_to_f64(bits).to_ne_bytes()
            })
            .collect(),
        _ => native(bytes, lane(dtype)),
    }
}

fn expected(layout: &Layout, bytes: &[u8], order: Order, convert: Convert) -> Vec<u8> {
    let itemsize = layout.itemsize() as usize;
    offsets(layout, order)
        .into_iter()
        .flat_map(|at| element(layout.dtype(), &bytes[at as usize..][..itemsize], convert))
        .collect()
}

fn gathered(layout: &Layout, source: &Source<'_>, order: Order, convert: Convert) -> Vec<u8> {
    let size = layout.size() * convert.dtype(layout.dtype()).itemsize();
    let mut dst = vec![0xcc; size as usize];
    gather(layout, source, order, convert, &mut dst).unwrap();
    dst
}

/// What a reader of a plan has.
fn fetched(plan: &npymap_core::plan::Plan, bytes: &[u8]) -> Vec<u8> {
    let part = |r: &std::ops::Range<u64>| &bytes[r.start as usize..r.end as usize];
    plan.ranges.iter().flat_map(part).copied().collect()
}

fn parse(text: &str) -> DType {
    DType::parse(text).unwrap()
}

fn field(name: &str, offset: u32, dtype: DType) -> Field {
    Field {
        name: name.into(),
        title: None,
        dtype,
        offset,
    }
}

/// Numbers of all sizes in both byte orders, and structures.
fn dtypes() -> Vec<DType> {
    let mut all: Vec<DType> = ["?", "i1", "S0", "S3", "S5", "V12", "S17", "S70"]
        .map(parse)
        .to_vec();
    for order in ["<", ">"] {
        for code in [
            "i2", "u4", "i8", "f2", "f4", "f8", "f16", "c8", "c16", "c32", "M8[s]", "U3", "U20",
        ] {
            all.push(parse(&format!("{order}{code}")));
        }
    }
    for order in [ByteOrder::Little, ByteOrder::Big] {
        for kind in [
            Extended::BFloat16,
            Extended::Complex32,
            Extended::Float8E4M3,
            Extended::Int4,
        ] {
            all.push(DType::fixed(Kind::Extended(kind), order).unwrap());
        }
    }
    let inner =
        DType::structure([("a", parse(">u2")), ("b", parse("S1")), ("c", parse("<f8"))]).unwrap();
    let arrays = DType::structure([
        ("numbers", DType::sub_array(parse(">i4"), &[2, 2]).unwrap()),
        ("inner", DType::sub_array(inner.clone(), &[3]).unwrap()),
        (
            "nothing",
            DType::sub_array(DType::void(0), &[1 << 30]).unwrap(),
        ),
        ("text", parse("<U2")),
    ]);
    let padded = vec![field("x", 9, parse(">f4")), field("y", 2, parse("<i4"))];
    let union = vec![
        field("inner", 1, inner.clone()),
        field("whole", 0, parse(">u4")),
        field("swapped", 1, parse("<u2")),
        field("kept", 2, parse("S1")),
        field("last", 8, parse(">u8")),
    ];
    for base in [">i4", "<i4"] {
        let text = format!("('{base}', [('hi', '>u2'), ('lo', '<u2')])");
        let descr = Literal::parse(&text, Dialect::Python3).unwrap();
        all.push(DType::from_descr(&descr).unwrap());
    }
    all.extend([
        inner,
        arrays.unwrap(),
        DType::structure_at(padded, 16).unwrap(),
        DType::structure_at(union, 17).unwrap(),
    ]);
    all
}

fn conversions() -> impl Strategy<Value = Convert> {
    select(&[Convert::AsStored, Convert::Native, Convert::Wide][..])
}

fn orders() -> impl Strategy<Value = Order> {
    select(&[Order::C, Order::F][..])
}

proptest! {
    #![proptest_config(cases(1600))]

    #[test]
    fn every_element_arrives_converted(
        (layout, len) in layouts(dtypes()),
        order in orders(),
        convert in conversions(),
    ) {
        let bytes = data(len);
        let found = gathered(&layout, &Source::whole(&bytes), order, convert);
        prop_assert_eq!(found, expected(&layout, &bytes, order, convert));
    }

    #[test]
    fn the_ranges_of_a_plan_are_enough(
        (layout, len) in layouts(dtypes()),
        order in orders(),
        convert in conversions(),
        max_gap in 0..20_u64,
        max_range in 1..200_u64,
    ) {
        let bytes = data(len);
        let plan = layout.plan(&PlanOptions { max_gap, max_range, ..<_>::default() });
        let fragments = fetched(&plan, &bytes);
        let source = Source::fragments(&plan.ranges, &fragments).unwrap();
        let found = gathered(&layout, &source, order, convert);
        prop_assert_eq!(found, gathered(&layout, &Source::whole(&bytes), order, convert));
    }

    #[test]
    fn tiles_one_after_another_are_the_whole(
        (layout, len) in layouts(dtypes()),
        convert in conversions(),
        max_bytes in 1..300_u64,
    ) {
        let bytes = data(len);
        let source = Source::whole(&bytes);
        let tiles: Vec<u8> = layout
            .tiles(Cut::FirstAxis, max_bytes)
            .flat_map(|tile| gathered(tile.layout(), &source, Order::C, convert))
            .collect();
        prop_assert_eq!(tiles, gathered(&layout, &source, Order::C, convert));
    }
}

/// Arrays larger than a tile in both directions, whose rows do and do not fill tiles.
#[test]
#[cfg_attr(miri, ignore = "needs arrays larger than tiles")]
fn tiles_meet_at_their_edges() {
    for dtype in ["u1", ">i2", "S3", ">f4", "S6", ">c8", ">f16", "S24", "S63"].map(parse) {
        for (rows, cols) in [(600, 521), (530, 3), (300, 9), (8, 270), (5, 700)] {
            let bytes = data(rows * cols * 2 * dtype.itemsize());
            let array = Layout::new(dtype.clone(), &[rows, cols, 2], Order::C).unwrap();
            let views = [
                Layout::new(dtype.clone(), &[rows, cols], Order::C).unwrap(),
                // Every second element of a row, from the back.
                array.narrow(2, 1..2).unwrap().flip(Some(&[1])).unwrap(),
                array.transpose(),
                array.swap_axes(0, 1).unwrap(),
                // One element everywhere, which fills more than is copied at once.
                array
                    .narrow(0, 4..5)
                    .unwrap()
                    .narrow(1, 2..3)
                    .unwrap()
                    .narrow(2, 1..2)
                    .unwrap()
                    .broadcast_to(&[rows, cols, 2])
                    .unwrap(),
            ];
            for view in views {
                for order in [Order::C, Order::F] {
                    let found = gathered(&view, &Source::whole(&bytes), order, Convert::Native);
                    let naive = expected(&view, &bytes, order, Convert::Native);
                    assert!(found == naive, "{view:?} {order:?}");
                }
            }
        }
    }
}

#[test]
fn objects_are_refused() {
    let dtype = DType::structure([("a", parse("<i4")), ("b", parse("O"))]).unwrap();
    let layout = Layout::new(dtype, &[0], Order::C).unwrap();
    let e = gather(
        &layout,
        &Source::whole(&[]),
        Order::C,
        Convert::AsStored,
        &mut [],
    )
    .unwrap_err();
    assert_eq!(*e.kind(), ErrorKind::ObjectDType);
}

#[test]
fn the_destination_must_have_the_right_size() {
    let layout = Layout::new(parse("<f2"), &[3], Order::C).unwrap();
    let mut dst = [0; 6];
    let source = Source::whole(&[0; 6]);
    gather(&layout, &source, Order::C, Convert::Native, &mut dst).unwrap();
    let e = gather(&layout, &source, Order::C, Convert::Wide, &mut dst).unwrap_err();
    assert_eq!(e.to_string(), "the destination must have 12 bytes, found 6");
}

#[test]
fn missing_bytes_are_named() {
    let layout = Layout::new(parse("<f4"), &[4, 2], Order::C).unwrap();
    let mut dst = [0; 32];
    for order in [Order::C, Order::F] {
        let cut = Source::whole(&[0; 30]);
        let e = gather(&layout, &cut, order, Convert::AsStored, &mut dst).unwrap_err();
        assert!(matches!(e.kind(), ErrorKind::NotGiven { .. }), "{e}");
    }
    let ranges = [0..8, 16..32];
    let holey = Source::fragments(&ranges, &[0; 24]).unwrap();
    let e = gather(&layout, &holey, Order::F, Convert::AsStored, &mut dst).unwrap_err();
    assert_eq!(e.to_string(), "bytes 8..12 of the data were not given");
}

#[test]
fn absurd_overlaps_are_refused() {
    let fields = (0..200)
        .map(|i| field(&i.to_string(), 0, parse(">u8")))
        .collect();
    let dtype = DType::structure_at(fields, 8).unwrap();
    let layout = Layout::new(dtype, &[1], Order::C).unwrap();
    let source = Source::whole(&[1; 8]);
    let mut dst = [0; 8];
    gather(&layout, &source, Order::C, Convert::AsStored, &mut dst).unwrap();
    if cfg!(target_endian = "little") {
        let e = gather(&layout, &source, Order::C, Convert::Native, &mut dst).unwrap_err();
        assert_eq!(
            e.to_string(),
            "the size of all fields of an element is too large: found 1600, the limit is 512"
        );
    }
}
