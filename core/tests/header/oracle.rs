//! Header by header, what NumPy says of it (`tests/vectors/oracles/npy_reader_cases.json`).

use npymap_core::{Header, Order, header::Warning};
use serde_json::{Value, json};

use crate::common::{from_hex, mirror, read_json, sampled};

/// The cases that NumPy refuses and that are read on purpose, with a warning, and what they give.
fn accepted_on_purpose(name: &str) -> Option<(Value, Value)> {
    Some(match name {
        // What ml_dtypes writes for float8_e5m2 and complex32, and what others write for bfloat16:
        // raw data that the caller can reinterpret.
        "descr='<f1'" => (json!("|V1"), json!([3])),
        "descr='<W4'" => (json!("|V4"), json!([3])),
        "descr='bfloat16'" => (json!("|V2"), json!([3])),
        "wild: ml_dtypes#41 workaround descr name" => (json!("|V2"), json!([48])),
        // Sub-arrays fail in np.load. These are the results with mmap_mode='r'.
        "descr='(3,)f8'" => (json!("<f8"), json!([3, 3])),
        "descr='(2,3)<f4'" => (json!("<f4"), json!([3, 2, 3])),
        "descr='2i4'" => (json!("<i4"), json!([3, 2])),
        "descr='(2, 3)f4'" => (json!("<f4"), json!([3, 2, 3])),
        "descr='( 2,3 ) f4'" => (json!("<f4"), json!([3, 2, 3])),
        "descr=('<f8', (3,))" => (json!("<f8"), json!([3, 3])),
        "descr=('<f8', (2,2))" => (json!("<f8"), json!([3, 2, 2])),
        "descr=('<f8', [2,2])" => (json!("<f8"), json!([3, 2, 2])),
        "descr=('<f8', (0,))" => (json!("<f8"), json!([3, 0])),
        "descr=('<f8', (3,), 1)" => (json!("<f8"), json!([3, 3])),
        "descr=((('<f8',(2,)),(3,)))" => (json!("<f8"), json!([3, 3, 2])),
        "descr=(('<f8', (2,)), (3,))" => (json!("<f8"), json!([3, 3, 2])),
        "descr=([],(2,))" => (json!([]), json!([3, 2])),
        "descr=([],3)" => (json!([]), json!([3, 3])),
        _ => return None,
    })
}

/// A descriptor that NumPy found in a case on a little-endian machine, as it is on this one.
///
/// A byte order that the header does not name is the machine's own.
fn on_this_machine(descr: &Value, case: &Value) -> Value {
    let file = from_hex(&case["prefix_hex"]);
    // Behind the magic, the version and the length.
    if file.iter().skip(10).any(|byte| b"<>".contains(byte)) {
        return descr.clone();
    }
    serde_json::from_str(&mirror(&descr.to_string())).unwrap()
}

/// What `np.load` does: reads the header, refuses objects, reads the data.
fn load(case: &Value) -> Result<Header, String> {
    let mut file = from_hex(&case["prefix_hex"]);
    let fill = case["zero_fill"].as_u64().unwrap() as usize;
    file.resize(file.len() + fill, 0);

    let header = crate::parse_whole(&file).map_err(|e| e.to_string())?;
    if header.dtype().has_object() {
        return Err("objects".into());
    }
    match header.data_offset().checked_add(header.nbytes()) {
        Some(end) if end <= file.len() as u64 => Ok(header),
        _ => Err("the data is cut short".into()),
    }
}

#[test]
fn numpy_agrees_on_every_case() {
    let oracle = read_json("oracles/npy_reader_cases.json");
    let cases = oracle["cases"].as_array().unwrap();
    assert!(sampled() || cases.len() == 303);
    let mut on_purpose = 0;
    let mut wrong = Vec::new();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let result = load(case);
        let found = match &result {
            Ok(header) => json!({
                "dtype": crate::to_json(&header.dtype().descr().unwrap()),
                "itemsize": header.dtype().itemsize(),
                "shape": header.shape(),
                // The case has the flag of the array, which NumPy clears where both orders agree.
                "fortran": header.fortran_order() && !header.layout().is_contiguous(Order::C),
                "py2_warn": header.warnings().contains(&Warning::Python2),
            }),
            Err(e) => json!(e),
        };
        let agrees = if case["ok"] == true {
            let keys = ["itemsize", "shape", "fortran", "py2_warn"];
            found["dtype"] == on_this_machine(&case["dtype"], case)
                && keys.iter().all(|&key| found[key] == case[key])
        } else if let Some((dtype, shape)) = accepted_on_purpose(name) {
            on_purpose += 1;
            let warned = result.is_ok_and(|header| !header.warnings().is_empty());
            warned && found["dtype"] == on_this_machine(&dtype, case) && found["shape"] == shape
        } else {
            result.is_err()
        };
        if !agrees {
            wrong.push(format!("{name}: found {found}, NumPy {case}"));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert!(sampled() || on_purpose == 18);
}
