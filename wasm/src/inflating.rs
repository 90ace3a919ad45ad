//! The data of a member, whatever its method.

use alloc::vec::Vec;

use js_sys::{Array as JsArray, Float64Array, JsString, Uint8Array};
use npymap_core::npz::{Decoder, Status};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{Block, room},
    error::Result,
    npz,
};

/// How much is decoded in one go.
const BLOCK: u64 = 64 << 10;

/// A member of an archive that is decoded, whatever its method.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Inflating {
    decoder: Decoder,
    from: Vec<u8>,
    to: Vec<u8>,
}

#[wasm_bindgen]
impl Inflating {
    /// Begins.
    ///
    /// # Errors
    ///
    /// If an argument makes no sense.
    #[wasm_bindgen(constructor)]
    pub fn new(
        size: f64,
        offsets: &Float64Array,
        chunks: &JsArray,
        key: &JsString,
    ) -> Result<Self> {
        let member = npz::member(size, offsets, chunks, key)?;
        Ok(Self {
            decoder: member.decoder()?,
            from: Vec::new(),
            to: Vec::new(),
        })
    }

    /// Decodes as much of the input as there is room for: how much was read and written, and 1 at
    /// the end.
    ///
    /// # Errors
    ///
    /// ERR_ZIP or ERR_ZIP_CRC if the data is corrupt.
    pub fn take(&mut self, input: &Uint8Array, out: &Uint8Array) -> Result<Float64Array> {
        let (input, out) = (Block::new(input), Block::new(out));
        let Self { decoder, from, to } = self;
        let (mut read, mut written) = (0, 0);
        let mut input_at_hand = 0..0;
        loop {
            if input_at_hand.is_empty() {
                let len = (input.len() - read).min(BLOCK);
                let buffer = room(from, len)?;
                input.copy_to(read..read + len, buffer)?;
                input_at_hand = 0..buffer.len();
            }
            let bytes = from.get(input_at_hand.clone()).unwrap_or_default();
            let space = (out.len() - written).min(BLOCK);
            let buffer = room(to, space)?;
            let progress = decoder.decode(bytes, buffer)?;
            input_at_hand.start += progress.consumed;
            read += progress.consumed as u64;
            let produced = buffer.get(..progress.produced).unwrap_or_default();
            out.copy_from(written, produced)?;
            written += produced.len() as u64;
            let done = progress.status == Status::Done;
            let starved = match progress.status {
                Status::NeedsInput => read == input.len(),
                Status::NeedsOutput => written == out.len(),
                Status::Done => true,
            };
            if starved {
                let progress = [read as f64, written as f64, f64::from(u8::from(done))];
                return Ok(Float64Array::from(progress.as_slice()));
            }
        }
    }
}
