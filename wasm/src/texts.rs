//! The texts of single elements, as Python's `str` gives them.

use alloc::{format, string::String, vec::Vec};

use js_sys::{JsString, Uint8Array};
use npymap_core::{literal::Literal, text};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{Block, room, string},
    code::Array,
    error::{Fault, Result},
};

/// The most elements, and bytes of elements, that are made texts of at once.
const MAX_ELEMENTS: u64 = 1 << 20;
const MAX_BYTES: u64 = 64 << 20;

/// The most bytes that the texts have in JSON. Strings of JavaScript can be four times as long.
const MAX_TEXT: usize = 128 << 20;

/// A text for each element of an array, in C order, as JSON. Without `bytes`, checks that there are
/// not too many, and gives none.
///
/// # Errors
///
/// ERR_TOO_LARGE if there are more than a million elements, 64 MiB of them, or 128 MiB of text,
/// ERR_TRUNCATED if `bytes` are fewer than they have as they are stored, and ERR_OBJECT_DTYPE for
/// Python objects.
#[wasm_bindgen]
pub fn texts(code: &JsString, bytes: Option<Uint8Array>) -> Result<JsString> {
    let layout = Array::parse(&string(code))?.layout;
    let (size, nbytes) = (layout.size(), layout.nbytes());
    if size > MAX_ELEMENTS || nbytes > MAX_BYTES {
        let message = format!(
            "{size} elements of {nbytes} bytes are too many texts, the limits are {MAX_ELEMENTS} and {MAX_BYTES}"
        );
        return Err(Fault::new("ERR_TOO_LARGE", message));
    }
    let Some(bytes) = bytes else {
        return Ok("[]".into());
    };
    let mut memory = Vec::new();
    let memory = room(&mut memory, nbytes)?;
    Block::new(&bytes).copy_to(0..nbytes, memory)?;
    let dtype = layout.dtype();
    let itemsize = dtype.itemsize() as usize;
    let mut json = String::from("[");
    for i in 0..size as usize {
        let element = memory.get(i * itemsize..).unwrap_or_default();
        let text = Literal::from(text::element(dtype, element)?);
        if i > 0 {
            json.push(',');
        }
        json.push_str(&text.to_json());
        if json.len() > MAX_TEXT {
            let message = format!("the texts of {size} elements are longer than {MAX_TEXT} bytes");
            return Err(Fault::new("ERR_TOO_LARGE", message));
        }
    }
    json.push(']');
    Ok(json.into())
}
