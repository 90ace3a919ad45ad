//! Basic indexing and `reshape` against results recorded from NumPy.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use npymap_core::{
    DType, Layout, Order,
    dtype::{ByteOrder, Kind},
    layout::Reshaped,
    selection::{Item, Slice},
};
use serde_json::Value;

use common::{integers, order, read_json, sampled};

fn oracle() -> Value {
    read_json("oracles/numpy_index_cases.json")
}

fn int32() -> DType {
    DType::fixed(Kind::Int32, ByteOrder::Little).unwrap()
}

fn item(value: &Value) -> Item {
    if let Some(index) = value.as_i64() {
        return Item::Index(index);
    }
    match value.as_str() {
        Some("...") => Item::Ellipsis,
        Some("newaxis") => Item::NewAxis,
        _ => {
            let part = |i: usize| value["slice"][i].as_i64();
            Item::Slice(Slice {
                start: part(0),
                stop: part(1),
                step: part(2),
            })
        }
    }
}

#[test]
fn indexing_is_numpys() {
    let oracle = oracle();
    let cases = oracle["index"].as_array().unwrap();
    assert!(sampled() || cases.len() == 1811);
    for case in cases {
        let name = case["base"].as_str().unwrap();
        let shape: Vec<u64> = integers(&oracle["bases"][name]["shape"]);
        let order = if name.starts_with('f') {
            Order::F
        } else {
            Order::C
        };
        let base = Layout::new(int32(), &shape, order).unwrap();
        let items: Vec<_> = case["index"].as_array().unwrap().iter().map(item).collect();
        match (base.slice(&items), case["message"].as_str()) {
            (Err(e), Some(message)) => assert_eq!(e.to_string(), message, "{case}"),
            (Ok(view), None) => {
                assert_eq!(view.shape(), integers::<u64>(&case["shape"]), "{case}");
                if !view.is_empty() {
                    assert_eq!(view.strides(), integers::<i64>(&case["strides"]), "{case}");
                    assert_eq!(view.offset(), case["offset"].as_u64().unwrap(), "{case}");
                }
                let span = view.byte_span();
                assert!(
                    span.start <= span.end && span.end <= base.nbytes(),
                    "{case}"
                );
            }
            (result, _) => panic!("{result:?} for {case}"),
        }
    }
}

#[test]
fn reshaping_is_numpys() {
    let oracle = oracle();
    let cases = oracle["reshape"].as_array().unwrap();
    assert!(sampled() || cases.len() == 723);
    for case in cases {
        let shape: Vec<u64> = integers(&case["src_shape"]);
        let strides: Vec<i64> = integers(&case["src_strides"]);
        let order = order(&case["order"]);
        // Only the strides are recorded, so the middle of enough data is as good as any place.
        let base = Layout::from_parts(int32(), &shape, &strides, 1 << 20, 1 << 21).unwrap();
        let wanted: Vec<i64> = integers(&case["new_shape"]);
        match (
            base.reshape(&wanted, order),
            case["result"].as_str().unwrap(),
        ) {
            (Err(e), "error") => assert_eq!(e.to_string(), case["message"], "{case}"),
            (Ok(copy @ Reshaped::Copy { .. }), "copy") => {
                assert_eq!(
                    copy.view().unwrap_err().to_string(),
                    case["message"],
                    "{case}"
                );
            }
            (Ok(Reshaped::View(view)), "view") => {
                assert_eq!(view.shape(), integers::<u64>(&case["shape"]), "{case}");
                if !view.is_empty() {
                    assert_eq!(view.strides(), integers::<i64>(&case["strides"]), "{case}");
                }
                assert_eq!(view.offset(), base.offset(), "{case}");
            }
            (result, _) => panic!("{result:?} for {case}"),
        }
    }
}
