//! The data of a member, whatever its method.

use alloc::{vec, vec::Vec};

use js_sys::Uint8Array;
use npymap_core::npz::{Decoder, Status};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{Block, Scratch, room},
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
    scratch: Scratch,
}

#[wasm_bindgen]
impl Inflating {
    /// Begins.
    ///
    /// # Errors
    ///
    /// If an argument makes no sense.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64, offsets: Vec<f64>, chunks: Vec<Uint8Array>, key: &str) -> Result<Self> {
        let member = npz::member(size, &offsets, &chunks, key)?;
        Ok(Self {
            decoder: member.decoder()?,
            scratch: Scratch::default(),
        })
    }

    /// Decodes as much of the input as there is room for: how much was read and written, and 1 at
    /// the end.
    ///
    /// # Errors
    ///
    /// ERR_ZIP or ERR_ZIP_CRC if the data is corrupt.
    pub fn take(&mut self, input: &Uint8Array, out: &Uint8Array) -> Result<Vec<f64>> {
        let (input, out) = (Block::new(input), Block::new(out));
        let Scratch {
            input: from,
            output: to,
        } = &mut self.scratch;
        {
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
                let progress = self.decoder.decode(bytes, buffer)?;
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
                    return Ok(vec![read as f64, written as f64, f64::from(u8::from(done))]);
                }
            }
        }
    }
}
