//! Headers of new files.

use js_sys::{Float64Array, JsString, Uint8Array};
use npymap_core::{Order, dtype::descr_from_json, header};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{positions, string},
    code::described,
    error::{Fault, Result},
};

/// Everything before the data of a new file, as NumPy writes it.
///
/// # Errors
///
/// If a header cannot say that.
#[wasm_bindgen(js_name = writeHeader)]
pub fn write_header(
    descr: &JsString,
    shape: &Float64Array,
    fortran_order: bool,
) -> Result<Uint8Array> {
    let dtype = described(&descr_from_json(&string(descr))?)?;
    let order = if fortran_order { Order::F } else { Order::C };
    let header = header::write(&dtype, &positions(shape, "shape")?, order);
    let header = header.map_err(|e| Fault::from(e).layout_as("ERR_HEADER"))?;
    Ok(Uint8Array::from(header.as_slice()))
}
