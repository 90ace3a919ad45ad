//! Headers and the literals in them, held against NumPy and CPython.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../common/mod.rs"]
mod common;
mod literals;
mod old;
mod oracle;
mod parse;
mod write;

use npymap_core::{Header, Result, Step, header::Limits, literal::Literal};
use serde_json::{Value, json};

/// Parses a header of a file that is at hand as a whole.
fn parse_whole(file: &[u8]) -> Result<Header> {
    let len = file.len() as u64;
    match Header::parse(file, Some(len), &Limits::default())? {
        Step::Done(header) => Ok(header),
        Step::Need(range) => panic!("the whole file is not enough: {range:?} of {len}"),
    }
}

/// A file of a version whose header is a text.
fn file_with(major: u8, text: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY".to_vec();
    file.extend([major, 0]);
    match major {
        1 => file.extend((text.len() as u16).to_le_bytes()),
        _ => file.extend((text.len() as u32).to_le_bytes()),
    }
    file.extend(text);
    file
}

/// A descriptor as JSON: tuples and lists become arrays.
fn to_json(descr: &Literal<'_>) -> Value {
    match descr {
        Literal::Tuple(items) | Literal::List(items) => items.iter().map(to_json).collect(),
        Literal::Str(text) => json!(text),
        Literal::Int(n) => json!(n),
        other => panic!("{other} in a descr"),
    }
}
