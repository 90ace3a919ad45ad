//! Numbers that are close, or are not.

use std::array;

use npymap_core::number::long_double_to_f64;

use super::Tolerance;

/// Tells the places of numbers of so many parts that are not close, and how far they are apart.
pub(super) fn numbers<N: Number<S>, const S: usize, const P: usize>(
    [ours, theirs]: [&[u8]; 2],
    tolerance: Tolerance,
    mut each: impl FnMut(usize, f64),
) {
    let exact = tolerance == Tolerance::default();
    let [ours, theirs] = [ours, theirs].map(|bytes| bytes.as_chunks::<S>().0.as_chunks::<P>().0);
    for (place, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let (a, b) = (ours.map(N::read), theirs.map(N::read));
        if a == b || (a.iter().any(|n| n.is_nan()) && b.iter().any(|n| n.is_nan())) {
            continue;
        }
        let length = |parts: [f64; P]| parts.into_iter().reduce(f64::hypot).unwrap_or(0.0);
        let magnitude = length(b.map(N::magnitude));
        let distance = length(array::from_fn(|i| a[i].distance(b[i])));
        let limit = tolerance.absolute + tolerance.relative * magnitude;
        if exact || !magnitude.is_finite() || distance.is_nan() || distance > limit {
            each(place, distance);
        }
    }
}

/// A part of a number, of so many bytes in little-endian order.
pub(super) trait Number<const S: usize>: Copy + PartialEq {
    fn read(bytes: [u8; S]) -> Self;
    fn is_nan(self) -> bool;
    fn magnitude(self) -> f64;
    fn distance(self, other: Self) -> f64;
}

impl Number<8> for i64 {
    fn read(bytes: [u8; 8]) -> Self {
        Self::from_le_bytes(bytes)
    }

    fn is_nan(self) -> bool {
        false
    }

    fn magnitude(self) -> f64 {
        self.unsigned_abs() as f64
    }

    fn distance(self, other: Self) -> f64 {
        self.abs_diff(other) as f64
    }
}

impl Number<8> for u64 {
    fn read(bytes: [u8; 8]) -> Self {
        Self::from_le_bytes(bytes)
    }

    fn is_nan(self) -> bool {
        false
    }

    fn magnitude(self) -> f64 {
        self as f64
    }

    fn distance(self, other: Self) -> f64 {
        self.abs_diff(other) as f64
    }
}

impl Number<8> for f64 {
    fn read(bytes: [u8; 8]) -> Self {
        Self::from_le_bytes(bytes)
    }

    fn is_nan(self) -> bool {
        self.is_nan()
    }

    fn magnitude(self) -> f64 {
        self.abs()
    }

    fn distance(self, other: Self) -> f64 {
        (self - other).abs()
    }
}

/// A long double: the one format that holds all integers of 64 bits as well as all floats.
#[derive(Clone, Copy)]
pub(super) struct Long {
    bits: u128,
}

impl Long {
    /// Two numbers whose sum it is, as long as it is in the range of binary64.
    fn parts(self) -> [f64; 2] {
        /// The bits of the significand that have no place in that of a binary64.
        const LOW: u128 = 0x7ff;
        const INTEGER_BIT: u128 = 1 << 63;

        let low = self.bits & LOW;
        let unit = long_double_to_f64(self.bits >> 64 << 64 | INTEGER_BIT);
        let rest = match low {
            0 => 0.0,
            low => unit * (low as f64 / INTEGER_BIT as f64),
        };
        [long_double_to_f64(self.bits ^ low), rest]
    }
}

impl PartialEq for Long {
    fn eq(&self, other: &Self) -> bool {
        // The sign of zero does not count, and NaN is never the same.
        let is_zero = |long: &Self| long.bits & !(1 << 79) == 0;
        !self.is_nan() && (self.bits == other.bits || (is_zero(self) && is_zero(other)))
    }
}

impl Number<16> for Long {
    fn read(bytes: [u8; 16]) -> Self {
        /// The other six bytes are padding.
        const VALUE: u128 = (1 << 80) - 1;

        Self {
            bits: u128::from_le_bytes(bytes) & VALUE,
        }
    }

    fn is_nan(self) -> bool {
        long_double_to_f64(self.bits).is_nan()
    }

    fn magnitude(self) -> f64 {
        long_double_to_f64(self.bits).abs()
    }

    fn distance(self, other: Self) -> f64 {
        let ([high, low], [other_high, other_low]) = (self.parts(), other.parts());
        ((high - other_high) + (low - other_low)).abs()
    }
}
