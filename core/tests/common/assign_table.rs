//! Reads `assign.json`, what NumPy's `a[...] = b` leaves in memory.

use npymap_core::{DType, Layout, Order, dtype::Field};
use serde_json::Value;

use super::{dtype_of, integers};

/// The dtype of its description in `assign.json`.
pub(crate) fn dtype(described: &Value) -> DType {
    if let Some(text) = described.as_str() {
        return DType::parse(text).unwrap();
    }
    if let Some(descr) = described["descr"].as_str() {
        return dtype_of(descr);
    }
    if !described["element"].is_null() {
        let shape: Vec<u64> = integers(&described["shape"]);
        return DType::sub_array(dtype(&described["element"]), &shape).unwrap();
    }
    let fields = described["fields"].as_array().unwrap();
    let field = |field: &Value| Field {
        name: field[0].as_str().unwrap().into(),
        title: None,
        dtype: dtype(&field[1]),
        offset: field[2].as_u64().unwrap() as u32,
    };
    let itemsize = described["itemsize"].as_u64().unwrap();
    DType::structure_at(fields.iter().map(field).collect(), itemsize).unwrap()
}

pub(crate) fn layout(described: &Value, dtypes: &[Value], len: u64) -> Layout {
    let dtype = dtype(&dtypes[described["dtype"].as_u64().unwrap() as usize]);
    let shape: Vec<u64> = integers(&described["shape"]);
    match described["offset"].as_u64() {
        Some(offset) => {
            let strides: Vec<i64> = integers(&described["strides"]);
            Layout::from_parts(dtype, &shape, &strides, offset, len).unwrap()
        }
        None => Layout::new(dtype, &shape, Order::C).unwrap(),
    }
}

/// The bytes that `before` makes in `make_assign.py`.
pub(crate) fn before(len: u64, factor: u64) -> Vec<u8> {
    (0..len).map(|i| (i * factor % 251) as u8).collect()
}

/// The rows of a table, one a line, so that some can be had without parsing all.
pub(crate) fn rows<'t>(text: &'t str, table: &str) -> impl Iterator<Item = &'t str> {
    let head = format!(" \"{table}\": [");
    let lines = text.lines().skip_while(move |line| *line != head).skip(1);
    let rows = lines.take_while(|line| line.starts_with("  "));
    rows.map(|row| row.trim_end_matches(','))
}
