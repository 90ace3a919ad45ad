//! What a read would cost, and what needs none.

use alloc::{format, string::String, vec::Vec};

use js_sys::JsString;
use npymap_core::{Error, ErrorKind, Layout, literal::Literal, plan::PlanOptions};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{position, string},
    code::Array,
    error::{Fault, Result},
    json::{array, integer, integers, object, text},
    layout::check_safe,
    result::{Form, Wishes},
};

/// Which ranges of the source a read fetches, as JSON.
///
/// # Errors
///
/// ERR_TOO_LARGE if they cannot be counted in JavaScript.
#[wasm_bindgen]
pub fn plan(
    code: &JsString,
    base: f64,
    gap: f64,
    max_range: f64,
    max_ranges: f64,
) -> Result<JsString> {
    let layout = Array::parse(&string(code))?.layout;
    let base = position(base, "base")?;
    let options = PlanOptions {
        max_gap: position(gap, "coalesceGap")?,
        max_range: position(max_range, "maxRange")?,
        max_ranges: usize::try_from(position(max_ranges, "maxRanges")?).unwrap_or(usize::MAX),
    };
    let plan = layout.plan(&options);
    check_safe(base.saturating_add(layout.byte_span().end))?;
    let is_whole =
        Form::new(layout.dtype(), Wishes::default()).is_ok_and(|form| form.is_whole(&layout));
    let ranges = plan.ranges.iter().map(|range| {
        object([
            ("start", integer(base.saturating_add(range.start))),
            ("end", integer(base.saturating_add(range.end))),
        ])
    });
    let json = object([
        ("shape", integers(layout.shape())),
        ("ranges", array(ranges)),
        ("bytesWanted", integer(plan.bytes_wanted)),
        ("bytesFetched", integer(plan.bytes_fetched)),
        ("zeroCopy", Literal::Bool(is_whole)),
    ]);
    Ok(json.to_json().into())
}

/// How many steps along the first axis make up to so many bytes, at least 1.
///
/// # Errors
///
/// If an argument makes no sense.
#[wasm_bindgen(js_name = rowsPerChunk)]
pub fn rows_per_chunk(code: &JsString, bytes: f64) -> Result<f64> {
    let layout = Array::parse(&string(code))?.layout;
    let rows = layout.shape().first().copied().unwrap_or(1);
    let row = layout.nbytes().checked_div(rows).unwrap_or(0);
    let fit = position(bytes, "bytes")?.checked_div(row).unwrap_or(rows);
    Ok(fit.clamp(1, rows.max(1)) as f64)
}

/// The typed array over a buffer that shows the array as it is, as JSON.
///
/// # Errors
///
/// ERR_NOT_VIEWABLE, with the reason.
#[wasm_bindgen(js_name = viewSpec)]
pub fn view_spec(
    code: &JsString,
    base: f64,
    byte_offset: f64,
    byte_length: f64,
) -> Result<JsString> {
    let layout = Array::parse(&string(code))?.layout;
    let [base, byte_offset, byte_length] =
        [base, byte_offset, byte_length].map(|n| position(n, "a place in the buffer"));
    let (base, byte_length) = (base?, byte_length?);
    let form = Form::new(layout.dtype(), Wishes::default())
        .map_err(|fault| fault.dtype_as("ERR_NOT_VIEWABLE"))?;
    let span = layout.byte_span();
    let end = base.saturating_add(span.end);
    if end > byte_length {
        return Err(Error::new(ErrorKind::Truncated {
            what: "the array data",
            expected: end,
            found: byte_length,
        })
        .into());
    }
    let item = form.item_bytes;
    // The items of the array count from the first byte of the span.
    let start = byte_offset?.saturating_add(base).saturating_add(span.start);
    check_viewable(&layout, &form, start)?;
    let strides = layout.shape().iter().zip(layout.strides());
    let stride: Vec<_> = strides
        // Those of one element do not matter, and need not be multiples.
        .map(|(&dim, &stride)| if dim > 1 { stride / item as i64 } else { 0 })
        .collect();
    let json = object([
        ("array", text(form.array)),
        ("start", integer(start)),
        ("length", integer((span.end - span.start) / item)),
        ("shape", integers(layout.shape())),
        ("stride", integers(&stride)),
        (
            "offset",
            integer(layout.offset().saturating_sub(span.start) / item),
        ),
    ]);
    Ok(json.to_json().into())
}

/// Refuses what a typed array over the data itself would not show as it is.
fn check_viewable(layout: &Layout, form: &Form, start: u64) -> Result<()> {
    let dtype = layout.dtype();
    let item = form.item_bytes;
    let refuse = |why: String| Err(Fault::new("ERR_NOT_VIEWABLE", why));
    if form.array.starts_with("StringArray") {
        return refuse("strings are decoded when they are read: they have no typed array".into());
    }
    if !dtype.is_native() {
        return refuse(format!(
            "{dtype} has the other byte order than this machine"
        ));
    }
    if form.convert.dtype(dtype) != *dtype {
        return refuse(format!(
            "{dtype} has no typed array: it is converted when it is read"
        ));
    }
    if !start.is_multiple_of(item) {
        return refuse(format!(
            "the first element begins at byte {start} of the buffer, which is not a multiple of \
             {item}"
        ));
    }
    let dims = layout.shape().iter().zip(layout.strides());
    for (axis, (&dim, &stride)) in dims.enumerate() {
        if dim > 1 && !stride.unsigned_abs().is_multiple_of(item) {
            return refuse(format!(
                "elements are {stride} bytes apart along axis {axis}, which is not a multiple of \
                 {item}"
            ));
        }
    }
    Ok(())
}
