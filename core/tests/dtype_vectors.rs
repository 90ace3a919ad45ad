//! What NumPy makes of dtype strings and descriptors: `tests/vectors/make_dtypes.py` asked it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use npymap_core::{
    DType, Error, ErrorKind,
    dtype::{ByteOrder, DTypeError, Extended, Field, Kind, Title, foreign_descr},
    literal::{Dialect, Literal},
};
use serde_json::Value;

use common::{mirror, read_json};

/// Whether a dtype that NumPy accepts is refused here on purpose.
fn is_refused_on_purpose(error: &Error, numpy: &str) -> bool {
    // Pointers to strings, structures that are sub-arrays at once, sub-arrays that claim a size not
    // their own, strings of a fraction of a character.
    matches!(error.kind(), ErrorKind::DType(DTypeError::Unsupported { .. }))
        // A slip in NumPy's table of the parts of a week.
        || numpy == "datetime64[0Y]"
}

fn vectors(section: &str) -> Vec<Value> {
    match read_json("dtypes.json")[section].take() {
        Value::Array(cases) => cases,
        other => panic!("{section} is {other}"),
    }
}

/// Differences between a dtype and what NumPy says of it.
fn differences(dtype: &DType, expected: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |what: &str, ours: String, theirs: String| {
        let theirs = mirror(&theirs);
        if ours != theirs {
            found.push(format!("{what}: {ours}, NumPy: {theirs}"));
        }
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    check("str", dtype.to_string(), text(&expected["str"]));
    check(
        "itemsize",
        dtype.itemsize().to_string(),
        expected["itemsize"].to_string(),
    );
    let fields = dtype.fields().map(|fields| {
        let pairs = fields
            .iter()
            .map(|f| Value::from(vec![Value::from(&*f.name), Value::from(f.offset)]));
        Value::Array(pairs.collect())
    });
    check(
        "fields",
        fields.unwrap_or_default().to_string(),
        expected["fields"].to_string(),
    );
    match (dtype.descr(), &expected["descr"]) {
        (Ok(descr), Value::Null) => check("descr", descr.to_string(), "an error".into()),
        (Ok(descr), theirs) => check("descr", descr.to_string(), text(theirs)),
        (Err(e), _) => check(
            "descr",
            e.to_string(),
            expected["descr_error"].as_str().unwrap_or("none").into(),
        ),
    }
    let big = match &expected["big"] {
        Value::Null => &expected["str"],
        big => big,
    };
    let foreign = match ByteOrder::NATIVE {
        ByteOrder::Big => ByteOrder::Little,
        _ => ByteOrder::Big,
    };
    let ours = dtype.with_byte_order(foreign);
    check("the other byte order", ours.to_string(), text(big));
    found
}

fn report(failures: &[String]) {
    let (n, shown) = (failures.len(), failures.iter().take(40));
    assert!(
        n == 0,
        "{n} differ:\n{}",
        shown.cloned().collect::<Vec<_>>().join("\n")
    );
}

/// Compares verdicts and results for a section of the file.
fn compare(section: &str, parse: impl Fn(&str) -> npymap_core::Result<DType>) {
    let mut failures = Vec::new();
    for case in vectors(section) {
        let input = mirror(case["in"].as_str().unwrap());
        match (parse(&input), &case["is"]) {
            (Err(_), Value::Null) => {}
            (Err(e), expected) if is_refused_on_purpose(&e, expected["str"].as_str().unwrap()) => {}
            (Err(e), expected) => failures.push(format!("{input:?}: {e}, NumPy: {expected}")),
            (Ok(dtype), Value::Null) => failures.push(format!("{input:?}: {dtype}, NumPy refuses")),
            (Ok(dtype), expected) => {
                for difference in differences(&dtype, expected) {
                    failures.push(format!("{input:?}: {difference}"));
                }
            }
        }
    }
    report(&failures);
}

#[test]
fn strings_are_read_as_numpy_reads_them() {
    compare("strings", DType::parse);
}

#[test]
fn descriptors_are_read_as_numpy_reads_them() {
    let parse = |text: &str| {
        let descr = Literal::parse(text, Dialect::Python3).unwrap();
        DType::from_descr(&descr)
    };
    compare("descrs", parse);
}

#[test]
fn structures_are_made_and_described_as_numpy_does() {
    let mut failures = Vec::new();
    for case in vectors("structures") {
        let parts = case["parts"].as_array().unwrap();
        let fields = parts.iter().map(|part| Field {
            name: part[0].as_str().unwrap().into(),
            title: part[1].as_str().map(|title| Title::Text(title.into())),
            dtype: mirror(part[2].as_str().unwrap()).parse().unwrap(),
            offset: part[3].as_u64().unwrap().try_into().unwrap(),
        });
        let dtype = DType::structure_at(fields.collect(), case["itemsize"].as_u64().unwrap());
        match (dtype, &case["is"]) {
            (Err(_), Value::Null) => {}
            (Err(e), expected) => failures.push(format!("{parts:?}: {e}, NumPy: {expected}")),
            (Ok(dtype), Value::Null) => failures.push(format!("{dtype}, NumPy refuses")),
            (Ok(dtype), expected) => failures.extend(differences(&dtype, expected)),
        }
    }
    report(&failures);
}

#[test]
fn types_of_ml_dtypes_have_their_names_and_descriptors() {
    let mut failures = Vec::new();
    for case in vectors("extended") {
        let name = case["name"].as_str().unwrap();
        let dtype = DType::parse(name).unwrap();
        let extended = Extended::from_name(name).unwrap();
        assert_eq!(dtype.kind(), &Kind::Extended(extended));
        assert_eq!(extended.name(), name);
        // A single byte is written as little-endian on every machine.
        if cfg!(target_endian = "little") || dtype.itemsize() > 1 {
            failures.extend(differences(&dtype, &case["is"]));
        }
        let pair = DType::sub_array(dtype.clone(), &[2]).unwrap();
        let nested = DType::structure([("a", dtype.clone()), ("b", pair)]).unwrap();
        assert_eq!(nested.to_string(), case["nested"].as_str().unwrap());

        // In a header the name stands for raw data of the same size.
        let raw = DType::from_descr(&Literal::Str(name.into())).unwrap();
        assert_eq!(raw.kind(), &Kind::Void);
        assert_eq!(raw.itemsize(), dtype.itemsize());
        assert_eq!(foreign_descr(name), Some(extended));
    }
    report(&failures);
}
