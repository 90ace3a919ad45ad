//! How NumPy prints elements and arrays: `tests/vectors/make_text.py` asked it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use npymap_core::{
    DType, ErrorKind, Layout, Order,
    dtype::{ByteOrder, Extended, Kind},
    text::{self, Summary},
};
use proptest::prelude::*;
use serde_json::Value;

use common::{from_hex, integers, order, read_json, sampled};

fn vectors(part: &str) -> Value {
    read_json("text.json")[part].take()
}

/// The dtype of a descriptor, or of a name of ml_dtypes on a little-endian machine.
fn dtype(text: &str) -> DType {
    match Extended::from_name(text) {
        Some(extended) => DType::fixed(Kind::Extended(extended), ByteOrder::Little).unwrap(),
        None => common::dtype_of(text),
    }
}

fn str(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The bytes of the blocks of a summary, element by element.
fn gather(summary: &Summary, data: &[u8]) -> Vec<u8> {
    let mut gathered = Vec::new();
    for block in summary.blocks() {
        for flat in 0..block.size() {
            let offset = block.byte_offset(&block.unravel(flat).unwrap()).unwrap() as usize;
            gathered.extend_from_slice(&data[offset..][..block.itemsize() as usize]);
        }
    }
    gathered
}

fn print(layout: &Layout, data: &[u8]) -> npymap_core::Result<String> {
    let summary = Summary::new(layout)?;
    let gathered = gather(&summary, data);
    assert_eq!(gathered.len() as u64, summary.nbytes());
    summary.render(&gathered)
}

/// Fails with the first of the differences and their number.
fn report(wrong: &[String], total: usize) {
    let shown = wrong
        .iter()
        .take(12)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("\n\n");
    assert!(
        wrong.is_empty(),
        "{} of {total} are wrong\n\n{shown}",
        wrong.len()
    );
}

#[test]
fn elements_are_what_str_says() {
    let (mut wrong, mut total) = (Vec::new(), 0);
    for case in vectors("elements").as_array().unwrap() {
        let dtype = dtype(str(&case[0]));
        let (data, itemsize) = (from_hex(&case[1]), dtype.itemsize() as usize);
        for (i, expected) in case[2].as_array().unwrap().iter().enumerate() {
            let found = text::element(&dtype, &data[i * itemsize..]).unwrap();
            total += 1;
            if found != str(expected) {
                wrong.push(format!("{}: expected {expected}, found {found:?}", case[0]));
            }
        }
    }
    assert!(sampled() || total > 2000);
    report(&wrong, total);
}

#[test]
fn arrays_are_what_print_prints() {
    let mut wrong = Vec::new();
    let cases = vectors("arrays");
    let cases = cases.as_array().unwrap();
    for case in cases {
        let shape: Vec<u64> = integers(&case[1]);
        let order = order(&case[2]);
        let layout = Layout::new(dtype(str(&case[0])), &shape, order).unwrap();
        let data: Vec<u8> = from_hex(&case[3])
            .into_iter()
            .cycle()
            .take(layout.nbytes() as usize)
            .collect();
        let found = print(&layout, &data).unwrap();
        if found != str(&case[4]) {
            let (descr, expected) = (str(&case[0]), str(&case[4]));
            wrong.push(format!(
                "{descr} {shape:?} {order:?} {}\nexpected\n{expected}\nfound\n{found}",
                case[3]
            ));
        }
    }
    assert!(sampled() || cases.len() > 1000);
    report(&wrong, cases.len());
}

/// FNV-1a, which needs no crate.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// splitmix64 of a number.
fn mixed(n: u64) -> u64 {
    let x = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

#[test]
#[cfg_attr(miri, ignore = "hashes thousands of texts")]
fn every_small_float_and_many_large_ones() {
    let hashes = vectors("hashes");
    for (name, hashes) in hashes.as_object().unwrap() {
        let dtype = dtype(name);
        let bytes = |n: u64| match dtype.itemsize() {
            8 => mixed(n).to_le_bytes().to_vec(),
            // Two halves of each number, the lower one first.
            4 => mixed(n / 2).to_le_bytes()[(n % 2 * 4) as usize..][..4].to_vec(),
            size => n.to_le_bytes()[..size as usize].to_vec(),
        };
        let count = match name.as_str() {
            "float4_e2m1fn" => 16,
            "float6_e2m3fn" | "float6_e3m2fn" => 64,
            _ => 256,
        };
        for (group, hash) in (0..).zip(hashes.as_array().unwrap()) {
            let elements = group * count..(group + 1) * count;
            let texts: String = elements
                .map(|n| text::element(&dtype, &bytes(n)).unwrap() + "\n")
                .collect();
            let found = format!("{:016x}", fnv(&texts));
            assert_eq!(found, str(hash), "{name}, group {group}:\n{texts}");
        }
    }
}

#[test]
fn only_the_corners_are_asked_for() {
    let layout = Layout::new(DType::UINT8, &[100, 4, 300], Order::C).unwrap();
    let summary = Summary::new(&layout).unwrap();
    let corners: Vec<_> = summary
        .blocks()
        .iter()
        .map(|b| (b.offset(), b.shape().to_vec()))
        .collect();
    assert_eq!(
        corners
            .iter()
            .map(|(offset, _)| *offset)
            .collect::<Vec<_>>(),
        [0, 297, 97 * 1200, 97 * 1200 + 297]
    );
    assert!(corners.iter().all(|(_, shape)| *shape == [3, 4, 3]));
    assert_eq!(summary.nbytes(), 4 * 36);
    let error = summary.render(&[0; 143]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the part of the array to print is cut short: expected 144 bytes, found 143"
    );

    // A thousand elements are shown in full, and of none nothing is read.
    let full = Summary::new(&Layout::new(DType::BOOL, &[10, 100], Order::F).unwrap()).unwrap();
    assert_eq!((full.blocks().len(), full.nbytes()), (1, 1000));
    let empty =
        Summary::new(&Layout::new(DType::BOOL, &[u64::MAX >> 1, 0], Order::F).unwrap()).unwrap();
    assert_eq!((empty.blocks().len(), empty.nbytes()), (0, 0));
    assert_eq!(empty.render(&[]).unwrap(), "[]");
}

#[test]
fn what_would_print_too_much_is_refused() {
    let too_large = |result: npymap_core::Result<Summary>| {
        let error = result.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::TooLarge { .. }),
            "{error}"
        );
    };
    // Each dimension is too short to be cut: 6^8 elements.
    let layout = Layout::new(DType::UINT8, &[6; 8], Order::C).unwrap();
    too_large(Summary::new(&layout));
    let layout = Layout::new(DType::UINT8, &[6; 7], Order::C).unwrap();
    assert_eq!(Summary::new(&layout).unwrap().nbytes(), 279_936);

    // Elements of no size must not go on for ever.
    let nothing = DType::sub_array(DType::void(0), &[6; 11]).unwrap();
    let nested = DType::structure([("a", DType::sub_array(nothing, &[6; 11]).unwrap())]).unwrap();
    assert_eq!(nested.itemsize(), 0);
    too_large(Summary::new(
        &Layout::new(nested.clone(), &[1], Order::C).unwrap(),
    ));
    assert!(text::element(&nested, &[]).is_err());
    let brackets = DType::sub_array(DType::FLOAT32, &[2_147_483_647, 0]).unwrap();
    let brackets = DType::structure([("a", brackets)]).unwrap();
    assert!(text::element(&brackets, &[]).is_err());
    let many = DType::sub_array(DType::void(0), &[2_147_483_647]).unwrap();
    let many = DType::structure([("a", many)]).unwrap();
    assert_eq!(
        text::element(&many, &[]).unwrap(),
        "([b'', b'', b'', ..., b'', b'', b''],)"
    );

    let objects = DType::structure([("a", DType::parse("O").unwrap())]).unwrap();
    let error = text::element(&objects, &[0; 8]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ObjectDType));
    let layout = Layout::new(objects, &[0], Order::C).unwrap();
    assert!(Summary::new(&layout).is_err());
    let error = text::element(&DType::FLOAT64, &[0; 7]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "an element is cut short: expected 8 bytes, found 7"
    );
}

#[test]
fn the_deepest_dtype_is_printed() {
    let mut dtype = DType::UINT8;
    for _ in 0..DType::MAX_DEPTH {
        dtype = DType::structure([("a", dtype)]).unwrap();
    }
    let depth = usize::from(DType::MAX_DEPTH);
    let expected = format!("{}7{}", "(".repeat(depth), ",)".repeat(depth));
    assert_eq!(text::element(&dtype, &[7]).unwrap(), expected);
    let layout = Layout::new(dtype, &[1], Order::C).unwrap();
    assert_eq!(print(&layout, &[7]).unwrap(), format!("[{expected}]"));
}

#[test]
fn a_sub_array_is_printed_as_an_array() {
    let element =
        |dtype: &str, data: &[u8]| text::element(&DType::parse(dtype).unwrap(), data).unwrap();
    assert_eq!(
        element("(2,3)u1", &[1, 2, 3, 40, 5, 6]),
        "[[ 1  2  3]\n [40  5  6]]"
    );
    let data: Vec<u8> = (0..=255).cycle().take(1200).collect();
    assert_eq!(element("(1200,)u1", &data), "[  0   1   2 ... 173 174 175]");
}

#[test]
fn what_numpy_refuses_to_print_is_printed() {
    let string = DType::string(2, ByteOrder::Big).unwrap();
    let data = [0, 0, 0xd8, 0, 0, 0x11, 0, 0];
    assert_eq!(text::element(&string, &data).unwrap(), r"\ud800\U00110000");
    let layout = Layout::new(string, &[1], Order::C).unwrap();
    assert_eq!(print(&layout, &data).unwrap(), r"['\ud800\U00110000']");

    let generic = DType::parse("<M8").unwrap();
    assert_eq!(
        text::element(&generic, &[5, 0, 0, 0, 0, 0, 0, 0]).unwrap(),
        "5"
    );
}

fn any_dtype() -> impl Strategy<Value = DType> {
    let names = "? b B <h >H <i >I <q >Q <e >e <f >f <d >d <g >g <F >F <D >D <G >G S0 S3 <U0 <U2 >U2 V0 V3 \
        <M8 >M8[Y] <M8[7M] <M8[W] <M8[D] <M8[h] <M8[m] <M8[s] <M8[2147483647ms] <M8[us] <M8[ns] \
        <M8[ps] <M8[fs] <M8[as] <m8 >m8[25s] bfloat16 complex32 float4_e2m1fn float8_e8m0fnu \
        float8_e4m3b11fnuz int2 uint4";
    let names: Vec<&str> = names.split_whitespace().collect();
    let leaf = prop::sample::select(names).prop_map(|name| DType::parse(name).unwrap());
    leaf.prop_recursive(3, 12, 4, |inner| {
        let shape = prop::collection::vec(0_u64..4, 1..3);
        let sub_array = (inner.clone(), shape)
            .prop_map(|(element, shape)| DType::sub_array(element, &shape).unwrap());
        let structure = prop::collection::vec(inner, 0..4).prop_map(|fields| {
            let named = fields
                .into_iter()
                .enumerate()
                .map(|(i, dtype)| (i.to_string(), dtype));
            DType::structure(named).unwrap()
        });
        prop_oneof![sub_array, structure]
    })
}

proptest! {
    #[test]
    fn nothing_panics(dtype in any_dtype(), count in 0_u64..5, seed: u64) {
        let layout = Layout::new(dtype.clone(), &[count, 2], Order::C).unwrap();
        let data: Vec<u8> = (0..layout.nbytes()).map(|n| mixed(seed.wrapping_add(n)) as u8).collect();
        let text = print(&layout, &data).unwrap();
        prop_assert!(text.starts_with('[') && text.ends_with(']'));
        if count > 0 {
            text::element(&dtype, &data).unwrap();
        }
    }

    #[test]
    fn shortest_floats_read_back(bits: u64) {
        let value = f64::from_bits(bits);
        let text = text::element(&DType::FLOAT64, &value.to_ne_bytes()).unwrap();
        let read: f64 = text.parse().unwrap();
        prop_assert!(read.to_bits() == bits || value.is_nan() && read.is_nan());
        // The standard library's are the shortest too; where two are as near, it takes the upper.
        let digits = |text: &str| {
            let mantissa = text.split('e').next().unwrap().replace(['.', '-'], "");
            mantissa.trim_matches('0').len()
        };
        prop_assert_eq!(digits(&text), digits(&format!("{value:?}").replace("NaN", "nan")));
    }
}
