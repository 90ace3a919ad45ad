//! Compression by deflate, on all cores if there are threads.
//!
//! What is compressed is cut into blocks, each of which begins with what was in front of it as a
//! dictionary, so that next to nothing is lost. The blocks, and so the bytes that come out, depend
//! on nothing but the input and the level.

use std::io;

use zlib_rs::{Deflate, DeflateFlush};

/// How much is compressed at once: enough that the end of a block, 5 bytes, does not count.
const BLOCK: usize = 256 << 10;

/// How many blocks are collected: they bound the memory, and the number of cores that are used.
const BLOCKS: usize = 32;

/// How far back deflate sees.
const WINDOW: usize = 32 << 10;

/// A stream that is being deflated.
#[derive(Debug)]
pub(crate) struct Deflater {
    level: u8,
    /// What the first block can refer to, and what waits to be compressed.
    input: Vec<u8>,
    /// How much of it is the former.
    window: usize,
}

impl Deflater {
    /// A stream of a level between 0 and 9.
    pub(crate) fn new(level: u8) -> Self {
        Self {
            level,
            input: Vec::new(),
            window: 0,
        }
    }

    /// The most bytes that so many are deflated to.
    pub(crate) fn bound(len: u64) -> u64 {
        // The fastest level may take 9 bits for a byte.
        len.saturating_add(len / 8).saturating_add(1 << 10)
    }

    /// Takes bytes, and hands on what comes out.
    pub(crate) fn put(
        &mut self,
        mut bytes: &[u8],
        mut out: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        const FULL: usize = BLOCK * BLOCKS;
        while !bytes.is_empty() {
            let room = self.window + FULL - self.input.len();
            let (now, after) = bytes.split_at(room.min(bytes.len()));
            self.input.extend_from_slice(now);
            bytes = after;
            if self.input.len() == self.window + FULL {
                self.compress(&mut out)?;
            }
        }
        Ok(())
    }

    /// Hands on the rest of what comes out.
    pub(crate) fn finish(mut self, mut out: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        /// A last block without contents, coded by the fixed trees.
        const END: [u8; 2] = [3, 0];
        self.compress(&mut out)?;
        out(&END)
    }

    /// Compresses all that waits.
    fn compress(&mut self, out: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let starts: Vec<_> = (self.window..self.input.len()).step_by(BLOCK).collect();
        let compress = |deflate: &mut Deflate, start: usize| {
            let end = (start + BLOCK).min(self.input.len());
            let window = start.saturating_sub(WINDOW);
            block(deflate, &self.input[window..start], &self.input[start..end])
        };
        let new = || Deflate::new(self.level.into(), false, 15);
        #[cfg(feature = "rayon")]
        let blocks: Vec<_> = {
            use rayon::prelude::*;
            let starts = starts.into_par_iter();
            starts.map_init(new, compress).collect()
        };
        #[cfg(not(feature = "rayon"))]
        let blocks = {
            let mut deflate = new();
            starts
                .into_iter()
                .map(move |start| compress(&mut deflate, start))
        };
        for block in blocks {
            out(&block?)?;
        }
        let start = self.input.len().saturating_sub(WINDOW);
        self.input.drain(..start);
        self.window = self.input.len();
        Ok(())
    }
}

/// Compresses a block that is not the last one, up to a whole byte.
fn block(deflate: &mut Deflate, window: &[u8], mut input: &[u8]) -> io::Result<Vec<u8>> {
    let other = |e: zlib_rs::DeflateError| io::Error::other(e.as_str());
    deflate.reset();
    if !window.is_empty() {
        deflate.set_dictionary(window).map_err(other)?;
    }
    let mut output = vec![0; Deflater::bound(input.len() as u64) as usize];
    let mut len = 0;
    loop {
        let (read, written) = (deflate.total_in(), deflate.total_out());
        deflate
            .compress(input, &mut output[len..], DeflateFlush::SyncFlush)
            .map_err(other)?;
        input = &input[(deflate.total_in() - read) as usize..];
        len += (deflate.total_out() - written) as usize;
        if len < output.len() {
            // With room left, all that was given has come out.
            output.truncate(len);
            return Ok(output);
        }
        output.resize(2 * len, 0);
    }
}

#[cfg(test)]
mod tests {
    use npymap_core::npz::{Directory, DirectoryWriter, Method, Status};

    use super::*;

    fn deflate(level: u8, bytes: &[u8], piece: usize) -> Vec<u8> {
        let mut deflater = Deflater::new(level);
        let mut packed = Vec::new();
        for bytes in bytes.chunks(piece) {
            deflater
                .put(bytes, |b| {
                    packed.extend(b);
                    Ok(())
                })
                .unwrap();
        }
        let finished = deflater.finish(|b| {
            packed.extend(b);
            Ok(())
        });
        finished.unwrap();
        packed
    }

    /// As the decoder of core has it, which compares the checksum as well.
    fn inflate(packed: &[u8], bytes: &[u8]) -> Vec<u8> {
        let mut crc = npymap_core::npz::Crc32::new();
        crc.update(bytes);
        let mut directory = DirectoryWriter::new();
        let len = packed.len() as u64;
        let mut member = directory.begin("x", Method::Deflated, 0, len).unwrap();
        let contents = member.set_contents(crc.value(), len, bytes.len() as u64);
        contents.unwrap();
        directory.push(&member);
        let archive = [&member.local_header(), packed].concat();
        let end = directory.finish(archive.len() as u64);
        let directory = Directory::from_slice(&[&archive[..], &end].concat()).unwrap();
        let mut decoder = directory.members()[0].decoder().unwrap();
        let mut output = vec![0; bytes.len() + 1];
        let progress = decoder.decode(packed, &mut output).unwrap();
        assert_eq!(progress.status, Status::Done);
        assert_eq!(progress.consumed, packed.len());
        output.truncate(progress.produced);
        output
    }

    /// What cannot be compressed.
    fn noise(len: usize) -> Vec<u8> {
        let bytes = (0..len).scan(1_u64, |state, _| {
            *state ^= *state << 13;
            *state ^= *state >> 7;
            *state ^= *state << 17;
            Some((*state >> 32) as u8)
        });
        bytes.collect()
    }

    #[test]
    fn what_is_deflated_can_be_inflated() {
        let noise = noise(3 << 20);
        let ramp: Vec<_> = (0..400_000_u32).flat_map(u32::to_le_bytes).collect();
        let zeros = vec![0; BLOCK * BLOCKS + 1];
        for level in [0, 1, 2, 6, 9] {
            for bytes in [&[][..], &[7], &ramp, &noise, &zeros, &ramp[..BLOCK]] {
                let packed = deflate(level, bytes, bytes.len().max(1));
                assert!(packed.len() as u64 <= Deflater::bound(bytes.len() as u64));
                assert!(inflate(&packed, bytes) == bytes, "{level}");
                assert!(deflate(level, bytes, 100_001) == packed, "{level}");
            }
        }
    }

    /// A block that repeats the one before it refers to it.
    #[test]
    fn blocks_know_what_was_in_front_of_them() {
        const PERIOD: usize = WINDOW / 2;
        let noise = noise(PERIOD);
        let again = noise.repeat(2 * BLOCK / PERIOD);
        let once = deflate(6, &noise, PERIOD).len();
        assert!(deflate(6, &again, again.len()).len() < 2 * once);
    }
}
