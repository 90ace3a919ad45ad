//! What NumPy said: the files below `tests/vectors`, and the values in them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(dead_code, reason = "each test binary uses some of it")]

use std::{fs, path::PathBuf};

use npymap_core::{
    DType, Order,
    literal::{Dialect, Literal},
};
use serde_json::Value;

/// A file or folder with data made by NumPy.
pub(crate) fn vectors(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/vectors")
        .join(name)
}

pub(crate) fn read_json(name: &str) -> Value {
    serde_json::from_slice(&fs::read(vectors(name)).unwrap()).unwrap()
}

/// The bytes of hexadecimal digits.
pub(crate) fn from_hex(hex: &Value) -> Vec<u8> {
    let pairs = hex.as_str().unwrap().as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(byte).collect()
}

/// An array of integers, such as a shape or strides.
pub(crate) fn integers<T: TryFrom<i128>>(value: &Value) -> Vec<T> {
    let integer = |v: &Value| {
        let n = v.as_i64().map(i128::from).or(v.as_u64().map(i128::from));
        T::try_from(n.unwrap()).ok().unwrap()
    };
    value.as_array().unwrap().iter().map(integer).collect()
}

/// `"C"` or `"F"`.
pub(crate) fn order(value: &Value) -> Order {
    match value.as_str().unwrap() {
        "C" => Order::C,
        "F" => Order::F,
        other => panic!("no order {other}"),
    }
}

/// The dtype of a descriptor, given as Python prints it.
pub(crate) fn dtype_of(descr: &str) -> DType {
    DType::from_descr(&Literal::parse(descr, Dialect::Python3).unwrap()).unwrap()
}
