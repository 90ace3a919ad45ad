//! Archives that are written from the first byte to the last.

use alloc::vec::Vec;

use js_sys::{Float64Array, JsString, Uint8Array};
use npymap_core::npz::{Crc32, DirectoryWriter, Method, NewMember};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{Block, position, room, string},
    error::{Fault, Result},
};

/// An archive that is written.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct ZipWriter {
    directory: DirectoryWriter,
    member: Option<NewMember>,
    /// Where the archive has got to, not counting the data of the member that was begun.
    at: u64,
}

#[wasm_bindgen]
impl ZipWriter {
    /// An archive without members.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// What stands before the data of a member.
    ///
    /// # Errors
    ///
    /// ERR_ZIP if there cannot be such a member.
    pub fn begin(
        &mut self,
        name: &JsString,
        deflate: bool,
        npy_header_length: f64,
        contents: Option<Float64Array>,
        max_size: f64,
    ) -> Result<Uint8Array> {
        if self.member.is_some() {
            return Err(Fault::new(
                "ERR_ZIP",
                "the member before has not been ended",
            ));
        }
        let method = if deflate {
            Method::Deflated
        } else {
            Method::Stored
        };
        let contents = contents.map(|contents| match contents.to_vec().as_slice() {
            [crc, compressed, size] => Contents::new(*crc, *compressed, *size),
            _ => Err(Fault::new("ERR_ZIP", "the contents are not three numbers")),
        });
        let contents = contents.transpose()?;
        let max_len = match &contents {
            Some(contents) => contents.compressed_size.max(contents.size),
            None => position(max_size, "maxSize")?,
        };
        let mut member = self
            .directory
            .begin(&string(name), method, self.at, max_len)?;
        let npy_header_len = position(npy_header_length, "npyHeaderLength")?;
        if npy_header_len > 0 && !deflate {
            member = member.aligned(npy_header_len);
        }
        match contents {
            Some(contents) => contents.apply(&mut member)?,
            None => member = member.streamed(),
        }
        let header = member.local_header();
        self.member = Some(member);
        self.at = self.at.saturating_add(header.len() as u64);
        Ok(Uint8Array::from(header.as_slice()))
    }

    /// What stands behind the data of the member.
    ///
    /// # Errors
    ///
    /// ERR_ZIP if none was begun, ERR_TOO_LARGE if there is more data than was announced.
    pub fn end(&mut self, crc32: f64, compressed_size: f64, size: f64) -> Result<Uint8Array> {
        let Some(mut member) = self.member.take() else {
            return Err(Fault::new("ERR_ZIP", "no member has been begun"));
        };
        let contents = Contents::new(crc32, compressed_size, size)?;
        contents.apply(&mut member)?;
        let descriptor = member.descriptor();
        self.directory.push(&member);
        let written = contents
            .compressed_size
            .saturating_add(descriptor.len() as u64);
        self.at = self.at.saturating_add(written);
        Ok(Uint8Array::from(descriptor.as_slice()))
    }

    /// The end of the archive.
    pub fn finish(&mut self) -> Uint8Array {
        let end = core::mem::take(&mut self.directory).finish(self.at);
        Uint8Array::from(end.as_slice())
    }
}

struct Contents {
    crc32: u32,
    compressed_size: u64,
    size: u64,
}

impl Contents {
    fn new(crc32: f64, compressed_size: f64, size: f64) -> Result<Self> {
        Ok(Self {
            // A checksum that came from here.
            crc32: crc32 as u32,
            compressed_size: position(compressed_size, "compressedSize")?,
            size: position(size, "size")?,
        })
    }

    fn apply(&self, member: &mut NewMember) -> Result<()> {
        Ok(member.set_contents(self.crc32, self.compressed_size, self.size)?)
    }
}

/// The checksum of zip.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Crc {
    crc: Crc32,
    input: Vec<u8>,
}

#[wasm_bindgen]
impl Crc {
    /// The checksum of no bytes.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes more bytes into account.
    ///
    /// # Errors
    ///
    /// None that a caller could bring about.
    pub fn update(&mut self, bytes: &Uint8Array) -> Result<()> {
        /// How much is copied in one go.
        const BLOCK: u64 = 64 << 10;
        let bytes = Block::new(bytes);
        let mut at = 0;
        while at < bytes.len() {
            let len = (bytes.len() - at).min(BLOCK);
            let buffer = room(&mut self.input, len)?;
            bytes.copy_to(at..at + len, buffer)?;
            self.crc.update(buffer);
            at += len;
        }
        Ok(())
    }

    /// The checksum of the bytes so far.
    #[wasm_bindgen(getter)]
    pub fn value(&self) -> u32 {
        self.crc.value()
    }
}
