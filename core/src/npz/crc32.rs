//! The checksum of zip.
//!
//! Where there are SIMD instructions, `crc32fast` computes it. On WebAssembly that crate would
//! fall back to constant tables that add 19 KiB to a compressed module, more than the whole
//! reader of the directory, so there the tables are computed when they are needed.

#[cfg(not(target_family = "wasm"))]
use crc32fast::Hasher;
#[cfg(target_family = "wasm")]
use tables::Hasher;

/// A running CRC-32, the one of zip, gzip and PNG.
///
/// ```
/// use npymap_core::npz::Crc32;
///
/// let mut crc = Crc32::new();
/// crc.update(b"1234");
/// crc.update(b"56789");
/// assert_eq!(crc.value(), 0xcbf4_3926);
/// ```
#[derive(Clone, Debug)]
pub struct Crc32(Hasher);

impl Crc32 {
    /// The checksum of no bytes.
    pub fn new() -> Self {
        Self(Hasher::new())
    }

    /// Takes more bytes into account.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The checksum of all the bytes so far.
    pub fn value(&self) -> u32 {
        self.0.clone().finalize()
    }
}

impl Default for Crc32 {
    fn default() -> Self {
        Self::new()
    }
}

/// Slicing by 8 over tables on the heap, with the interface of `crc32fast`.
#[cfg(any(target_family = "wasm", test))]
mod tables {
    use alloc::sync::Arc;

    /// The reversed polynomial of CRC-32.
    const POLYNOMIAL: u32 = 0xedb8_8320;

    /// Table `k` holds the checksum of each byte followed by `k` zero bytes.
    type Tables = [[u32; 256]; 8];

    #[derive(Clone, Debug)]
    pub(super) struct Hasher {
        tables: Arc<Tables>,
        state: u32,
    }

    impl Hasher {
        pub(super) fn new() -> Self {
            Self {
                tables: Arc::new(tables()),
                state: !0,
            }
        }

        pub(super) fn update(&mut self, bytes: &[u8]) {
            let [t0, t1, t2, t3, t4, t5, t6, t7] = &*self.tables;
            let (blocks, rest) = bytes.as_chunks::<8>();
            let mut state = self.state;
            for &[b0, b1, b2, b3, b4, b5, b6, b7] in blocks {
                let [s0, s1, s2, s3] = state.to_le_bytes();
                state = entry(t7, b0 ^ s0)
                    ^ entry(t6, b1 ^ s1)
                    ^ entry(t5, b2 ^ s2)
                    ^ entry(t4, b3 ^ s3)
                    ^ entry(t3, b4)
                    ^ entry(t2, b5)
                    ^ entry(t1, b6)
                    ^ entry(t0, b7);
            }
            for byte in rest {
                state = next(t0, state, *byte);
            }
            self.state = state;
        }

        pub(super) fn finalize(self) -> u32 {
            !self.state
        }
    }

    fn tables() -> Tables {
        let mut tables = [[0; 256]; 8];
        let [first, others @ ..] = &mut tables;
        for (byte, crc) in (0u32..).zip(first.iter_mut()) {
            *crc = (0..8).fold(byte, |crc, _| (crc >> 1) ^ (POLYNOMIAL * (crc & 1)));
        }
        let mut previous = *first;
        for table in others {
            for (crc, &shorter) in table.iter_mut().zip(&previous) {
                *crc = next(first, shorter, 0);
            }
            previous = *table;
        }
        tables
    }

    /// The state after one byte more.
    fn next(first: &[u32; 256], state: u32, byte: u8) -> u32 {
        let [low, ..] = state.to_le_bytes();
        entry(first, low ^ byte) ^ (state >> 8)
    }

    #[inline]
    fn entry(table: &[u32; 256], index: u8) -> u32 {
        // The compiler sees that no index is out of bounds.
        table.get(usize::from(index)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::{Crc32, tables::Hasher as Slow};

    #[test]
    fn both_ways_are_right_however_the_input_is_cut() {
        let tables = Slow::new();
        let bytes: Vec<u8> = (0..1000u32).map(|i| (i * i / 7) as u8).collect();
        for len in (0..40).chain([999, 1000]) {
            let expected = rawzip::crc32(&bytes[..len]);
            for cut in [0, 1, 7, 8, 9, 500] {
                let (head, tail) = bytes[..len].split_at(cut.min(len));
                let mut slow = tables.clone();
                slow.update(head);
                slow.update(tail);
                assert_eq!(slow.finalize(), expected, "{len} bytes cut at {cut}");
                let mut fast = Crc32::new();
                fast.update(head);
                fast.update(tail);
                assert_eq!(fast.value(), expected, "{len} bytes cut at {cut}");
            }
        }
    }
}
