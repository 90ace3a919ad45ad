//! The texts of single elements, as Python's `str` gives them.

use alloc::vec::Vec;

use js_sys::{JsString, Uint8Array};
use npymap_core::{literal::Literal, text};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{Block, room, string},
    code::Array,
    error::{Fault, Result},
    json::array,
};

/// The most elements, and bytes of elements, that are made texts of at once.
const MAX_ELEMENTS: u64 = 1 << 20;
const MAX_BYTES: u64 = 64 << 20;

/// A text for each element of an array, in C order, as JSON. Without `bytes`, checks that there are
/// not too many, and gives none.
///
/// # Errors
///
/// ERR_TOO_LARGE if there are more than a million elements, or 64 MiB of them, ERR_TRUNCATED if
/// `bytes` are fewer than they have as they are stored, and ERR_OBJECT_DTYPE for Python objects.
#[wasm_bindgen]
pub fn texts(code: &JsString, bytes: Option<Uint8Array>) -> Result<JsString> {
    let layout = Array::parse(&string(code))?.layout;
    let (size, nbytes) = (layout.size(), layout.nbytes());
    if size > MAX_ELEMENTS || nbytes > MAX_BYTES {
        let message = alloc::format!(
            "{size} elements of {nbytes} bytes are too many texts, the limits are {MAX_ELEMENTS} and {MAX_BYTES}"
        );
        return Err(Fault::new("ERR_TOO_LARGE", message));
    }
    let Some(bytes) = bytes else {
        return Ok(array([]).to_json().into());
    };
    let mut memory = Vec::new();
    let memory = room(&mut memory, nbytes)?;
    Block::new(&bytes).copy_to(0..nbytes, memory)?;
    let dtype = layout.dtype();
    let itemsize = dtype.itemsize() as usize;
    let texts: Result<Vec<_>> = (0..size as usize)
        .map(|i| {
            let element = memory.get(i * itemsize..).unwrap_or_default();
            Ok(Literal::from(text::element(dtype, element)?))
        })
        .collect();
    Ok(array(texts?).to_json().into())
}
