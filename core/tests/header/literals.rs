//! Literals against CPython's verdicts (`tests/vectors/make_literals.py`).

use npymap_core::literal::{Dialect, Literal};
use serde_json::Value;

#[test]
fn cpython_agrees_on_every_text() {
    let cases = crate::common::read_json("literals.json");
    let cases = cases.as_array().unwrap();
    assert!(
        crate::common::sampled() || cases.len() > 1000,
        "{} cases",
        cases.len()
    );
    let mut wrong = Vec::new();
    for case in cases {
        let text = case["text"].as_str().unwrap();
        for (dialect, key) in [(Dialect::Python3, "py3"), (Dialect::Python2, "py2")] {
            let found = Literal::parse(text, dialect);
            let agrees = match (&case[key], &found) {
                (Value::Null, Err(_)) | (Value::Bool(true), Ok(_)) => true,
                (Value::String(repr), Ok(literal)) => *repr == literal.to_string(),
                _ => false,
            };
            if !agrees {
                let expected = &case[key];
                wrong.push(format!(
                    "{text:?} in {dialect:?}: expected {expected}, found {found:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
