//! Headers byte for byte as `np.save` writes them (`tests/vectors/make_headers.py`).

use npymap_core::{
    DType, ErrorKind, Order,
    dtype::{ByteOrder, Extended, Kind},
    header,
};
use serde_json::Value;

use crate::common::{from_hex, integers, little_endian_str, order, read_json, sampled};

fn shape(case: &Value) -> Vec<u64> {
    integers(&case["shape"])
}

fn cases() -> Vec<Value> {
    let mut vectors = read_json("headers.json");
    serde_json::from_value(vectors["cases"].take()).unwrap()
}

#[test]
fn what_numpy_writes_is_read() {
    let cases = cases();
    assert!(sampled() || cases.len() > 350, "{} cases", cases.len());
    for case in &cases {
        let bytes = from_hex(&case["header"]);
        let header = crate::parse_whole(&bytes).unwrap();
        assert_eq!(header.shape(), shape(case), "{case}");
        assert_eq!(header.data_offset(), bytes.len() as u64, "{case}");
        // Where the order makes a difference, the header has it.
        let contiguous = header.layout().is_contiguous(Order::C);
        assert_eq!(
            header.fortran_order(),
            order(&case["order"]) == Order::F && !contiguous,
            "{case}"
        );
        // Raw data is all that the headers of ml_dtypes declare.
        if case["ml_dtypes"] != true {
            let dtype = header.dtype();
            assert_eq!(
                crate::to_json(&dtype.descr().unwrap()),
                case["descr"],
                "{case}"
            );
            assert_eq!(
                little_endian_str(dtype),
                *case["dtype"].as_str().unwrap(),
                "{case}"
            );
            assert!(header.warnings().is_empty(), "{case}");
        }
        assert_eq!(crate::to_json(&header.descr()), case["descr"], "{case}");
    }
}

#[test]
fn the_same_bytes_are_written() {
    let cases = cases();
    let mut unknown = Vec::new();
    for case in &cases {
        let bytes = from_hex(&case["header"]);
        let dtype = if case["ml_dtypes"] == true {
            let name = case["name"].as_str().unwrap();
            let Some(extended) = Extended::from_name(name) else {
                unknown.push(name);
                continue;
            };
            DType::fixed(Kind::Extended(extended), ByteOrder::Little).unwrap()
        } else {
            crate::parse_whole(&bytes).unwrap().dtype().clone()
        };
        let written = header::write(&dtype, &shape(case), order(&case["order"]));
        if dtype.has_object() {
            assert_eq!(written.unwrap_err().kind(), &ErrorKind::ObjectDType);
            continue;
        }
        assert_eq!(
            String::from_utf8_lossy(&written.unwrap()),
            String::from_utf8_lossy(&bytes),
            "{case}"
        );
    }
    unknown.sort_unstable();
    assert!(
        sampled() || unknown == ["bcomplex32", "int1", "uint1"],
        "types that are not offered: {unknown:?}"
    );
}

#[test]
#[cfg_attr(miri, ignore = "reads names of 65 536 characters")]
fn the_version_depends_on_length_and_characters() {
    let vectors = read_json("headers.json");
    let cases = vectors["long_names"].as_array().unwrap();
    assert_eq!(cases.len(), 42);
    for case in cases {
        let name = case["char"]
            .as_str()
            .unwrap()
            .repeat(case["count"].as_u64().unwrap() as usize);
        let dtype = DType::structure([(name, DType::UINT8)]).unwrap();
        let bytes = header::write(&dtype, &[2], Order::C).unwrap();
        assert_eq!(bytes[..12], from_hex(&case["start"]), "{case}");
        assert_eq!(bytes.len() as u64, case["len"], "{case}");
        assert_eq!(
            *crate::parse_whole(&bytes).unwrap().dtype(),
            dtype,
            "{case}"
        );
    }
}

#[test]
fn arrays_grow_within_their_headers() {
    let dtype = DType::parse("<f4").unwrap();
    for (order, short, long, too_long) in [
        (Order::C, [3, 4], [1_u64 << 58, 4], [3, 1 << 59]),
        (Order::F, [3, 4], [3, 1 << 59], [1_u64 << 58, 4]),
    ] {
        let bytes = header::write(&dtype, &short, order).unwrap();
        let header = crate::parse_whole(&bytes).unwrap();
        let grown = header.with_shape(&long).unwrap().unwrap();
        assert_eq!(grown.len(), bytes.len());
        let grown = crate::parse_whole(&grown).unwrap();
        assert_eq!(grown.shape(), long);
        assert_eq!(grown.fortran_order(), header.fortran_order());
        assert_eq!(grown.dtype(), header.dtype());
        // The padding for alignment serves the other dimension.
        assert!(header.with_shape(&too_long).is_ok());
        // Back again: all that is lost is NumPy's room for growth, which becomes padding.
        assert_eq!(grown.with_shape(&short).unwrap().unwrap(), bytes);
        assert!(header.with_shape(&[u64::MAX, 4]).is_err());
    }
}

#[test]
fn a_header_without_room_stays() {
    // The descr is kept as it is, although the dtype is raw data.
    let text = |shape| format!("{{'descr': '<V2', 'fortran_order': True, 'shape': {shape}, }}\n");
    let file = |shape| crate::file_with(1, text(shape).as_bytes());
    let header = crate::parse_whole(&file("(9, 9)")).unwrap();
    assert_eq!(header.with_shape(&[9, 10]).unwrap(), None);
    assert_eq!(header.with_shape(&[9, 8]).unwrap(), Some(file("(9, 8)")));
}
