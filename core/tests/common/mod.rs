//! What NumPy said: the files below `tests/vectors`, and the values in them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(dead_code, reason = "each test binary uses some of it")]

pub(crate) mod assign_table;

use std::{env, fs, path::PathBuf};

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

/// Where tables are that have few of the rows, for Miri: `cargo xtask miri` makes them.
fn samples() -> Option<PathBuf> {
    env::var_os("NPYMAP_TABLES").map(PathBuf::from)
}

/// Whether the tables have but some of their rows.
pub(crate) fn sampled() -> bool {
    samples().is_some()
}

/// A table, as it is committed or a sample of it.
pub(crate) fn read_json(name: &str) -> Value {
    let path = samples().map_or_else(|| vectors(name), |dir| dir.join(name));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
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

/// What NumPy said of dtypes on a little-endian machine, as it would say it on this one.
///
/// It has one name for the machine's byte order and another for the other (`float32`, `>f4`), so
/// on a big-endian machine it says the same of swapped dtypes, with the byte orders swapped.
pub(crate) fn mirror(text: &str) -> String {
    let swapped = |c| match c {
        '<' => '>',
        '>' => '<',
        other => other,
    };
    if cfg!(target_endian = "big") {
        text.chars().map(swapped).collect()
    } else {
        text.into()
    }
}

/// NumPy's `str(dtype)` on a little-endian machine.
pub(crate) fn little_endian_str(dtype: &DType) -> String {
    if cfg!(target_endian = "little") {
        return dtype.to_string();
    }
    let swapped = dtype_of(&mirror(&dtype.descr().unwrap().to_string()));
    mirror(&swapped.to_string())
}
