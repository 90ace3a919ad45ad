//! Decompression with bounded memory.

use alloc::boxed::Box;
use core::fmt;

use miniz_oxide::{
    DataFormat, MZError, MZFlush, MZStatus,
    inflate::stream::{InflateState, inflate},
};

use super::{Member, ZipError};
use crate::{Result, error::Excerpt};

/// What one call of a decoder has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many bytes of the input are used up. The rest is to be given again.
    pub consumed: usize,
    /// How many bytes of the output are filled.
    pub produced: usize,
    /// What the decoder waits for.
    pub status: Status,
}

/// What a decoder waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a decoder can wait for nothing else"
)]
pub enum Status {
    /// All of the input is used up.
    NeedsInput,
    /// All of the output is filled, and there is more.
    NeedsOutput,
    /// The member has come to its end.
    Done,
}

/// A streaming decoder of one deflated member.
///
/// It needs about 43 KiB whatever the input declares. It never produces more bytes than the
/// directory declares, and reports both excess and lack of them. It does not compute the checksum;
/// [`Decoder`](super::Decoder) does.
pub struct Inflate {
    state: Box<InflateState>,
    name: Excerpt,
    compressed_size: u64,
    consumed: u64,
    size: u64,
    produced: u64,
    done: bool,
}

impl Inflate {
    /// A decoder for the data of a member, taken to be deflated.
    pub fn new(member: &Member) -> Self {
        Self {
            state: InflateState::new_boxed(DataFormat::Raw),
            name: member.excerpt(),
            compressed_size: member.compressed_size(),
            consumed: 0,
            size: member.size(),
            produced: 0,
            done: false,
        }
    }

    /// Decompresses as much of the input as there is room for in the output.
    ///
    /// `input` continues where the last call stopped consuming. Bytes beyond the compressed size
    /// are ignored.
    ///
    /// # Errors
    ///
    /// [`ZipError::Deflate`] if the data is corrupt; [`ZipError::DeflateTruncated`] if it has no
    /// end; [`ZipError::SizeMismatch`] if it decompresses to another size than that of the member.
    /// The decoder is of no use after an error.
    pub fn inflate(&mut self, input: &[u8], output: &mut [u8]) -> Result<Progress> {
        let mut input = up_to(input, self.compressed_size - self.consumed);
        let mut output = output;
        let (consumed, produced) = (self.consumed, self.produced);
        let status = loop {
            if self.done {
                break Status::Done;
            }
            let room = self.size - self.produced;
            // When all the declared bytes are there, one more shows that there are too many.
            let mut excess = [0];
            let target = match usize::try_from(room) {
                Ok(0) => &mut excess[..],
                Ok(room) if room < output.len() => output.split_at_mut(room).0,
                _ => &mut *output,
            };
            if target.is_empty() {
                break Status::NeedsOutput;
            }
            let result = inflate(&mut self.state, input, target, MZFlush::None);
            self.consumed += result.bytes_consumed as u64;
            self.produced += result.bytes_written as u64;
            input = input.get(result.bytes_consumed..).unwrap_or_default();
            if self.produced > self.size {
                return Err(self.size_mismatch());
            }
            if room > 0 {
                output = output
                    .split_at_mut_checked(result.bytes_written)
                    .map_or(&mut [], |(_, rest)| rest);
            }
            match result.status {
                Ok(MZStatus::StreamEnd) if self.produced < self.size => {
                    return Err(self.size_mismatch());
                }
                Ok(MZStatus::StreamEnd) => self.done = true,
                // The library calls a lack of input an error.
                Ok(_) | Err(MZError::Buf) => {
                    if result.bytes_consumed == 0 && result.bytes_written == 0 {
                        if !input.is_empty() {
                            return Err(self.corrupt());
                        }
                        if self.consumed == self.compressed_size {
                            return Err(ZipError::DeflateTruncated {
                                name: self.name.clone(),
                                compressed_size: self.compressed_size,
                            }
                            .into());
                        }
                        break Status::NeedsInput;
                    }
                }
                Err(_) => return Err(self.corrupt()),
            }
        };
        Ok(Progress {
            // Both are at most the lengths of slices.
            consumed: (self.consumed - consumed) as usize,
            produced: (self.produced - produced) as usize,
            status,
        })
    }

    #[cold]
    fn corrupt(&self) -> crate::Error {
        ZipError::Deflate {
            name: self.name.clone(),
            offset: self.consumed,
        }
        .into()
    }

    #[cold]
    fn size_mismatch(&self) -> crate::Error {
        ZipError::SizeMismatch {
            name: self.name.clone(),
            found: self.produced,
            expected: self.size,
        }
        .into()
    }
}

impl fmt::Debug for Inflate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflate")
            .field("name", &self.name)
            .field("consumed", &self.consumed)
            .field("produced", &self.produced)
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

/// The first `len` bytes, or all of them if they are fewer.
pub(super) fn up_to(bytes: &[u8], len: u64) -> &[u8] {
    usize::try_from(len)
        .ok()
        .and_then(|len| bytes.get(..len))
        .unwrap_or(bytes)
}
