//! Layouts from layouts, and what they are.

use alloc::{format, string::ToString, vec::Vec};

use js_sys::{Float64Array, JsString};
use npymap_core::{
    Selection,
    dtype::{ByteOrder, descr_from_json},
    literal::Literal,
};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{MAX_SAFE, string},
    code::Array,
    error::{Fault, Result},
    json::{integer, integers, object, text},
};

/// The view that a selection in NumPy's syntax makes: its facts as JSON.
///
/// # Errors
///
/// ERR_SELECTION, in NumPy's words.
#[wasm_bindgen]
pub fn select(code: &JsString, selection: &JsString) -> Result<JsString> {
    let selection = Selection::parse(&string(selection))?;
    answer(&Array::parse(&string(code))?.select(&selection)?)
}

/// The view with its axes in another order, or reversed: its facts as JSON.
///
/// # Errors
///
/// ERR_SELECTION if the axes are no permutation.
#[wasm_bindgen]
pub fn transpose(code: &JsString, axes: Option<Float64Array>) -> Result<JsString> {
    let code = string(code);
    let array = Array::parse(&code)?;
    let layout = match axes {
        None => array.layout.transpose(),
        Some(axes) => {
            let axes: Vec<_> = axes
                .to_vec()
                .into_iter()
                .map(integer_axis)
                .collect::<Result<_>>()?;
            array.layout.permute(&axes)?
        }
    };
    answer(&array.with_layout(layout))
}

/// The view of a field of a structure: its facts as JSON.
///
/// # Errors
///
/// ERR_SELECTION if there is no such field.
#[wasm_bindgen]
pub fn field(code: &JsString, name: &JsString) -> Result<JsString> {
    let selection = Selection::new().field(&string(name));
    answer(&Array::parse(&string(code))?.select(&selection)?)
}

/// The same bytes as another dtype of the same size, given in JSON: its facts as JSON.
///
/// # Errors
///
/// ERR_DTYPE.
#[wasm_bindgen]
pub fn view(code: &JsString, descr: &JsString) -> Result<JsString> {
    let (code, descr) = (string(code), string(descr));
    let array = Array::parse(&code)?;
    let from = array.layout.dtype().clone();
    let view = array.view(descr_from_json(&descr)?)?;
    let to = view.layout.dtype();
    if from.itemsize() != to.itemsize() {
        let message = format!(
            "{from} has elements of {} bytes, {to} of {}: elements are taken for others of their \
             size, not converted",
            from.itemsize(),
            to.itemsize()
        );
        return Err(Fault::new("ERR_DTYPE", message));
    }
    answer(&view)
}

fn integer_axis(axis: f64) -> Result<i64> {
    let integer = axis as i64;
    if integer as f64 == axis {
        return Ok(integer);
    }
    let message = format!("axes are integers, found {}", Literal::Float(axis));
    Err(Fault::new("ERR_SELECTION", message))
}

fn answer(array: &Array<'_>) -> Result<JsString> {
    Ok(facts_of(array, &array.to_string())?.to_json().into())
}

/// The facts about an array, whose code is given.
pub(crate) fn facts_of<'a>(array: &'a Array<'_>, code: &'a str) -> Result<Literal<'a>> {
    let layout = &array.layout;
    // Strides that matter lie in the data, and need no look.
    let lengths = layout.shape().iter().copied();
    for number in lengths.chain([layout.size(), layout.nbytes(), layout.offset()]) {
        check_safe(number)?;
    }
    let dtype = layout.dtype();
    Ok(object([
        ("code", text(code)),
        ("descr", array.descr()),
        ("dtype", Literal::from(dtype.to_string())),
        (
            "byteOrder",
            text(match dtype.byte_order() {
                ByteOrder::Little => "little",
                ByteOrder::Big => "big",
                _ => "none",
            }),
        ),
        ("shape", integers(layout.shape())),
        ("strides", integers(layout.strides())),
        ("size", integer(layout.size())),
        ("itemsize", integer(layout.itemsize())),
        ("nbytes", integer(layout.nbytes())),
        ("scalar", Literal::Bool(array.is_scalar)),
    ]))
}

/// Refuses what JavaScript's numbers cannot count.
pub(crate) fn check_safe(number: u64) -> Result<()> {
    if number <= MAX_SAFE {
        return Ok(());
    }
    let message = "the array is too large for JavaScript's numbers, which are exact up to 2^53 - 1";
    Err(Fault::new("ERR_TOO_LARGE", message)
        .with("found", integer(number))
        .with("limit", integer(MAX_SAFE)))
}
