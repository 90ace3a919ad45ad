//! Views against layouts and errors recorded from NumPy by `tests/vectors/make_views.py`.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use npymap_core::{DType, Layout, Result, Selection, layout::Reshaped};
use serde_json::Value;

use common::{integers, order, read_json, sampled};

fn axes(case: &Value) -> Option<Vec<i64>> {
    (!case["axes"].is_null()).then(|| integers(&case["axes"]))
}

fn dtype(descr: &Value) -> DType {
    common::dtype_of(descr.as_str().unwrap())
}

fn base(case: &Value, buffer: u64) -> Layout {
    let base = &case["base"];
    let shape: Vec<u64> = integers(&base["shape"]);
    let strides: Vec<i64> = integers(&base["strides"]);
    let offset = base["offset"].as_u64().unwrap();
    Layout::from_parts(dtype(&base["descr"]), &shape, &strides, offset, buffer).unwrap()
}

fn apply(case: &Value, base: &Layout) -> Result<Layout> {
    match case["op"].as_str().unwrap() {
        "transpose" => Ok(base.transpose()),
        "permute" => base.permute(&axes(case).unwrap()),
        "swap_axes" => {
            let axes = axes(case).unwrap();
            base.swap_axes(axes[0], axes[1])
        }
        "squeeze" => base.squeeze(axes(case).as_deref()),
        "expand_dims" => base.expand_dims(&axes(case).unwrap()),
        "flip" => base.flip(axes(case).as_deref()),
        "diagonal" => {
            let args: Vec<i64> = integers(&case["args"]);
            base.diagonal(args[0], args[1], args[2])
        }
        "broadcast_to" => base.broadcast_to(&integers::<u64>(&case["shape"])),
        "broadcast_into" => {
            // The base has some more dimensions of length 1.
            let ones = case["ones"].as_i64().unwrap();
            let base = base.expand_dims(&(0..ones).collect::<Vec<_>>())?;
            base.broadcast_into(&integers::<u64>(&case["shape"]))
        }
        "windows" => {
            let window: Vec<u64> = integers(&case["window"]);
            base.sliding_window_view(&window, axes(case).as_deref())
        }
        "reshape" => {
            let shape: Vec<i64> = integers(&case["shape"]);
            base.reshape(&shape, order(&case["order"]))
                .and_then(Reshaped::view)
        }
        "view_dtype" => base.view_dtype(dtype(&case["dtype"])),
        "real" => Ok(base.real()),
        "imag" => Ok(base.imag().unwrap()),
        "select" => {
            let selection = Selection::parse(case["text"].as_str().unwrap()).unwrap();
            if let Some(scalar) = case["scalar"].as_bool() {
                assert_eq!(selection.is_scalar(base), scalar, "{case}");
            }
            base.select(&selection)
        }
        op => panic!("no operation {op}"),
    }
}

/// Compares a dtype with its description, in which structures are given by their fields.
fn assert_dtype(found: &DType, expected: &Value, case: &Value) {
    assert_eq!(
        found.itemsize(),
        expected["itemsize"].as_u64().unwrap(),
        "{case}"
    );
    let Some(fields) = expected["fields"].as_array() else {
        assert_eq!(
            *found,
            DType::parse(expected["str"].as_str().unwrap()).unwrap(),
            "{case}"
        );
        return;
    };
    let found = found.fields().unwrap();
    assert_eq!(found.len(), fields.len(), "{case}");
    for (found, expected) in found.iter().zip(fields) {
        assert_eq!(*found.name, *expected[0].as_str().unwrap(), "{case}");
        assert_eq!(
            u64::from(found.offset),
            expected[1].as_u64().unwrap(),
            "{case}"
        );
        assert_eq!(
            found.dtype.itemsize(),
            expected[2].as_u64().unwrap(),
            "{case}"
        );
    }
}

#[test]
fn views_are_numpys() {
    let vectors = read_json("views.json");
    let buffer = vectors["buffer"].as_u64().unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(sampled() || cases.len() > 1000);
    for case in cases {
        let base = base(case, buffer);
        match (apply(case, &base), case["error"].as_str()) {
            (Err(e), Some(message)) => assert_eq!(e.to_string(), message, "{case}"),
            (Ok(view), None) => {
                let expected = &case["result"];
                assert_dtype(view.dtype(), &expected["dtype"], case);
                assert_eq!(view.shape(), integers::<u64>(&expected["shape"]), "{case}");
                if !view.is_empty() {
                    assert_eq!(
                        view.strides(),
                        integers::<i64>(&expected["strides"]),
                        "{case}"
                    );
                    assert_eq!(
                        view.offset(),
                        expected["offset"].as_u64().unwrap(),
                        "{case}"
                    );
                }
                // What is sound to begin with remains so.
                let (shape, strides) = (view.shape(), view.strides());
                let dtype = view.dtype().clone();
                let same = Layout::from_parts(dtype, shape, strides, view.offset(), buffer);
                assert_eq!(same.unwrap(), view, "{case}");
            }
            (result, _) => panic!("{result:?} for {case}"),
        }
    }
}
