//! Headers of new files.

use alloc::vec::Vec;

use npymap_core::{Order, dtype::descr_from_json, header};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::positions,
    code::described,
    error::{Fault, Result},
};

/// Everything before the data of a new file, as NumPy writes it.
///
/// # Errors
///
/// If a header cannot say that.
#[wasm_bindgen(js_name = writeHeader)]
pub fn write_header(descr: &str, shape: Vec<f64>, fortran_order: bool) -> Result<Vec<u8>> {
    let dtype = described(&descr_from_json(descr)?)?;
    let order = if fortran_order { Order::F } else { Order::C };
    let header = header::write(&dtype, &positions(&shape, "shape")?, order);
    header.map_err(|e| Fault::from(e).layout_as("ERR_HEADER"))
}
