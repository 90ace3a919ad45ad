//! Copies between JavaScript's memory and WebAssembly's, texts, and numbers that count bytes.

use alloc::{format, string::String, vec::Vec};
use core::ops::Range;

use js_sys::{Float64Array, JsString, Uint8Array};
use npymap_core::{Error, ErrorKind, literal::Literal};
use wasm_bindgen::prelude::*;

use crate::error::{Fault, Result};

/// Integers up to this one are exact in JavaScript, `Number.MAX_SAFE_INTEGER`.
pub(crate) const MAX_SAFE: u64 = (1 << 53) - 1;

#[wasm_bindgen]
extern "C" {
    /// A `Uint8Array` as the destination of copies at positions beyond 32 bits.
    #[wasm_bindgen(extends = Uint8Array)]
    #[derive(Debug)]
    type Bytes;

    #[wasm_bindgen(method)]
    fn set(this: &Bytes, from: &[u8], at: f64);

    #[wasm_bindgen(method)]
    fn subarray(this: &Bytes, start: f64, end: f64) -> Uint8Array;

    #[wasm_bindgen(method, getter)]
    fn length(this: &Bytes) -> f64;
}

/// The bytes of a source, or of a result.
#[derive(Debug)]
pub(crate) struct Block<'a>(&'a Bytes);

impl<'a> Block<'a> {
    pub(crate) fn new(array: &'a Uint8Array) -> Self {
        Self(array.unchecked_ref())
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.length() as u64
    }

    /// Copies a range to memory that has its length.
    pub(crate) fn copy_to(&self, range: Range<u64>, to: &mut [u8]) -> Result<()> {
        self.check(&range, to.len() as u64)?;
        self.part(range).copy_to(to);
        Ok(())
    }

    /// Copies memory to a position.
    pub(crate) fn copy_from(&self, at: u64, from: &[u8]) -> Result<()> {
        let len = from.len() as u64;
        self.check(&(at..at.saturating_add(len)), len)?;
        self.0.set(from, at as f64);
        Ok(())
    }

    fn part(&self, range: Range<u64>) -> Uint8Array {
        // Lengths of arrays are exact in JavaScript.
        self.0.subarray(range.start as f64, range.end as f64)
    }

    /// Refuses a range that is not one of this block, or has not a length.
    fn check(&self, range: &Range<u64>, len: u64) -> Result<()> {
        let found = self.len();
        if range.end > found || range.end.checked_sub(range.start) != Some(len) {
            return Err(Error::new(ErrorKind::Truncated {
                what: "the source or the result",
                expected: range.end,
                found,
            })
            .into());
        }
        Ok(())
    }
}

/// The first bytes of a buffer, which is made larger if need be.
pub(crate) fn room(buffer: &mut Vec<u8>, len: u64) -> Result<&mut [u8]> {
    let out_of_memory = || {
        Error::new(ErrorKind::OutOfMemory {
            what: "a part of the array",
            len,
        })
    };
    let len = usize::try_from(len).map_err(|_| out_of_memory())?;
    if let Some(missing) = len.checked_sub(buffer.len()) {
        buffer
            .try_reserve_exact(missing)
            .map_err(|_| out_of_memory())?;
        buffer.resize(len, 0);
    }
    buffer.get_mut(..len).ok_or_else(|| out_of_memory().into())
}

/// A position or a size that JavaScript gave, by the name that it has there.
pub(crate) fn position(number: f64, name: &str) -> Result<u64> {
    let whole = number as u64;
    if whole as f64 == number && whole <= MAX_SAFE {
        return Ok(whole);
    }
    let found = Literal::Float(number);
    let message = format!("{name} is {found}, expected an integer from 0 to 2^53 - 1");
    Err(Fault::new("ERR_TOO_LARGE", message).with("found", found))
}

/// Positions or sizes that JavaScript gave.
pub(crate) fn positions(numbers: &Float64Array, name: &str) -> Result<Vec<u64>> {
    let named = |(i, number)| position(number, &format!("{name}[{i}]"));
    numbers
        .to_vec()
        .into_iter()
        .enumerate()
        .map(named)
        .collect()
}

/// A text that JavaScript gave.
pub(crate) fn string(text: &JsString) -> String {
    text.as_string().unwrap_or_default()
}
