//! binary16 of this machine's byte order to binary32, with the processor's instruction where there
//! is one.

use super::kernel::lanes;
use crate::number;

/// Widens as many numbers as `dst` takes.
#[inline]
pub(super) fn widen(src: &[u8], dst: &mut [u8]) {
    #[cfg(all(feature = "std", target_arch = "x86_64"))]
    if processor::widen(src, dst) {
        return;
    }
    portably(src, dst);
}

#[inline]
fn portably(src: &[u8], dst: &mut [u8]) {
    lanes(src, dst, |b| {
        number::f16_to_f32(u16::from_ne_bytes(b)).to_ne_bytes()
    });
}

#[cfg(all(feature = "std", target_arch = "x86_64"))]
mod processor {
    use half::{f16, slice::HalfFloatSliceExt};
    use zerocopy::{FromBytes, IntoBytes};

    /// Numbers that are looked at and converted in one go, while they are in the cache.
    const BLOCK: usize = 1024;

    /// As [`super::widen`]; `false` if this cannot be done here: no such instruction, or not aligned.
    ///
    /// On 2^28 numbers in memory, by `cargo xtask compare widen`, it takes half of the time.
    #[inline]
    pub(super) fn widen(src: &[u8], dst: &mut [u8]) -> bool {
        if !std::arch::is_x86_feature_detected!("f16c") {
            return false;
        }
        let Ok(dst) = <[f32]>::mut_from_bytes(dst) else {
            return false;
        };
        let Some(Ok(src)) = src.get(..dst.len() * 2).map(<[f16]>::ref_from_bytes) else {
            return false;
        };
        for (src, dst) in src.chunks(BLOCK).zip(dst.chunks_mut(BLOCK)) {
            if src.iter().fold(false, |any, &x| any | is_signalling(x)) {
                super::portably(src.as_bytes(), dst.as_mut_bytes());
            } else {
                src.convert_to_f32_slice(dst);
            }
        }
        true
    }

    /// Whether the instruction would make it a quiet NaN, which is another value bit by bit.
    #[inline]
    fn is_signalling(x: f16) -> bool {
        let magnitude = x.to_bits() & 0x7fff;
        0x7c00 < magnitude && magnitude < 0x7e00
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::*;

    #[test]
    fn all_numbers_keep_their_bits_wherever_they_lie() {
        let halves: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_ne_bytes).collect();
        let expected: Vec<u8> = (0..=u16::MAX)
            .flat_map(|bits| number::f16_to_f32(bits).to_ne_bytes())
            .collect();
        for skip in 0..4 {
            let mut src = vec![0; skip];
            src.extend(&halves);
            let mut dst = vec![0; skip + expected.len()];
            let (src, dst) = (src.get(skip..).unwrap(), dst.get_mut(skip..).unwrap());
            widen(src, dst);
            assert!(dst == expected, "from address {skip}");
        }
    }
}
