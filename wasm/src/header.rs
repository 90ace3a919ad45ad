//! From the first bytes of a file to its array.

use alloc::{format, string::ToString, vec::Vec};

use js_sys::{Float64Array, JsString, Uint8Array};
use npymap_core::{
    Error, ErrorKind, Header, Layout, Order, Step, dtype::descr_from_json, header::Limits,
    literal::Literal, raw as headerless,
};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{position, positions, string},
    code::{Array, described},
    error::{Fault, Result},
    json::{array, integer, integers, object, or_null, text},
    layout::{check_safe, facts_of},
    result::{Form, Wishes},
};

/// Reads the header that a file begins with, as JSON: what it says, or how much must be seen.
///
/// # Errors
///
/// If this is no file that NumPy would read, or it is too short.
#[wasm_bindgen]
pub fn header(
    bytes: &Uint8Array,
    input_length: Option<f64>,
    max_header_bytes: Option<f64>,
) -> Result<JsString> {
    let bytes = bytes.to_vec();
    let input_len = input_length.map(length).transpose()?;
    let mut limits = Limits::default();
    if let Some(bytes) = max_header_bytes {
        limits.max_header_len = position(bytes, "maxHeaderBytes")?;
    }
    let parsed = Header::parse(&bytes, input_len, &limits);
    let header = match parsed.map_err(|e| Fault::from(e).layout_as("ERR_HEADER"))? {
        Step::Need(range) => return Ok(need(range.start, range.end)),
        Step::Done(header) => header,
    };
    let (major, minor) = header.version();
    let data_offset = header.data_offset();
    let end = data_end(header.layout(), header.order(), data_offset, input_len)?;
    let mut warnings: Vec<_> = header.warnings().iter().map(ToString::to_string).collect();
    if let Some(count) = input_len
        .and_then(|len| len.checked_sub(end))
        .filter(|&n| n > 0)
    {
        warnings.push(format!("{count} bytes behind the array's data are ignored"));
    }
    let found = Array::new(header.descr(), header.layout().clone());
    let code = found.to_string();
    let wishes = Wishes {
        bits: true,
        ..Wishes::default()
    };
    let form = Form::new(header.layout().dtype(), wishes).ok();
    let json = object([
        (
            "header",
            object([
                ("version", integers(&[major, minor])),
                ("text", text(header.text())),
                ("dataOffset", integer(data_offset)),
            ]),
        ),
        ("fortranOrder", Literal::Bool(header.fortran_order())),
        (
            "warnings",
            array(warnings.iter().map(|warning| text(warning))),
        ),
        ("end", integer(end)),
        ("array", or_null(form, |form| text(form.array))),
        ("facts", facts_of(&found, &code)?),
    ]);
    Ok(json.to_json().into())
}

/// An array without a header, by the rules of `np.memmap`, as JSON.
///
/// # Errors
///
/// If the description makes no sense, or does not fit the source.
#[wasm_bindgen]
pub fn raw(
    descr: &JsString,
    shape: Option<Float64Array>,
    offset: f64,
    order: &JsString,
    input_length: Option<f64>,
) -> Result<JsString> {
    let descr = string(descr);
    let descr = descr_from_json(&descr)?;
    let dtype = described(&descr)?;
    let data_offset = position(offset, "offset")?;
    let input_len = input_length.map(length).transpose()?;
    let order = match string(order).as_str() {
        "C" => Order::C,
        "F" => Order::F,
        _ => return Err(Fault::new("ERR_HEADER", "the order is neither 'C' nor 'F'")),
    };
    let shape = match shape {
        Some(shape) => positions(&shape, "shape")?,
        None => {
            let len = input_len.ok_or_else(|| {
                let message = "without a shape, the length of the source must be known";
                Fault::new("ERR_HEADER", message)
            })?;
            headerless::shape(&dtype, &[None], data_offset, len)?
        }
    };
    let layout = Layout::new(dtype, &shape, order);
    let layout = layout.map_err(|e| Fault::from(e).layout_as("ERR_HEADER"))?;
    let end = data_end(&layout, order, data_offset, input_len)?;
    let found = Array::described(descr, layout);
    let code = found.to_string();
    let json = object([
        ("fortranOrder", Literal::Bool(order == Order::F)),
        ("warnings", array([])),
        ("end", integer(end)),
        ("facts", facts_of(&found, &code)?),
    ]);
    Ok(json.to_json().into())
}

/// The length of a source.
fn length(input_length: f64) -> Result<u64> {
    position(input_length, "the length of the source")
}

/// A range that must be seen.
pub(crate) fn need(start: u64, end: u64) -> JsString {
    object([("need", integers(&[start, end]))]).to_json().into()
}

/// Where the data ends in a source, which must not be shorter than that if its length is known.
fn data_end(
    layout: &Layout,
    order: Order,
    data_offset: u64,
    input_len: Option<u64>,
) -> Result<u64> {
    if layout.dtype().has_object() {
        // Pickled objects take whatever room they take.
        return Ok(input_len.unwrap_or(data_offset));
    }
    let end = data_offset.saturating_add(layout.nbytes());
    check_safe(end)?;
    match input_len {
        Some(found) if found < end => Err(Fault::from(Error::new(ErrorKind::Truncated {
            what: "the array data",
            expected: layout.nbytes(),
            found: found.saturating_sub(data_offset),
        }))
        .with("expected", integer(end))
        .with("found", integer(found))
        .with("dtype", Literal::from(layout.dtype().to_string()))
        .with("shape", integers(layout.shape()))
        .with("fortranOrder", Literal::Bool(order == Order::F))
        .with("dataOffset", integer(data_offset))),
        _ => Ok(end),
    }
}
