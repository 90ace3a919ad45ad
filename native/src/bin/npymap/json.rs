//! Values of NumPy as JSON.

use npymap::core::{literal::Literal, stats::Number};
use serde_json::{Value, json};

/// A literal of a header: tuples become arrays, what JSON has no form for its Python text.
pub(crate) fn literal(value: &Literal<'_>) -> Value {
    match value {
        Literal::None => Value::Null,
        Literal::Bool(b) => json!(b),
        Literal::Int(i) => json!(i),
        Literal::Float(x) if x.is_finite() => json!(x),
        Literal::Str(s) => json!(s),
        Literal::Tuple(items) | Literal::List(items) => items.iter().map(literal).collect(),
        other => json!(other.to_string()),
    }
}

/// A figure: integers are exact, NaN is null, infinity a number beyond all others.
pub(crate) fn number(value: Option<Number>) -> Value {
    match value {
        None => Value::Null,
        Some(Number::Int(i)) => integer(i),
        Some(Number::Float(x)) => float(x),
        Some(Number::Complex { re, im }) => json!([float(re), float(im)]),
    }
}

pub(crate) fn float(x: f64) -> Value {
    if x.is_nan() {
        Value::Null
    } else if x.is_infinite() {
        raw(if x > 0.0 { "1e999" } else { "-1e999" })
    } else {
        json!(x)
    }
}

fn integer(i: i128) -> Value {
    raw(&i.to_string())
}

/// A JSON number as it is written.
fn raw(text: &str) -> Value {
    text.parse::<serde_json::Number>()
        .map_or(Value::Null, Value::Number)
}

/// A document as text with a final line break.
pub(crate) fn document(value: &Value) -> Vec<u8> {
    let mut text = value.to_string().into_bytes();
    text.push(b'\n');
    text
}
