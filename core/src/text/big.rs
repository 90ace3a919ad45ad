//! Natural numbers of any size, with the few operations that printing floats takes.

use core::cmp::Ordering;

use smallvec::SmallVec;

/// A natural number: 32-bit limbs, the least significant first, the last one not zero.
///
/// The limbs that any binary64 needs stand inline; only long doubles go to the heap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Big(SmallVec<[u32; 40]>);

impl Big {
    /// `value` × 2^`shift`.
    pub(super) fn new(value: u64, shift: u32) -> Self {
        let mut limbs = SmallVec::from_elem(0, (shift / 32) as usize);
        let shifted = u128::from(value) << (shift % 32);
        limbs.extend([
            shifted as u32,
            (shifted >> 32) as u32,
            (shifted >> 64) as u32,
        ]);
        let mut big = Self(limbs);
        big.trim();
        big
    }

    /// `self` × `factor`.
    pub(super) fn multiply(&mut self, factor: u32) {
        let mut carry = 0;
        for limb in &mut self.0 {
            let product = u64::from(*limb) * u64::from(factor) + carry;
            *limb = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// `self` × 10^`exponent`.
    pub(super) fn multiply_power_of_ten(&mut self, mut exponent: u32) {
        /// The greatest power of ten in a limb is this power of it.
        const STEP: u32 = 9;
        while exponent > 0 {
            let step = exponent.min(STEP);
            self.multiply(10_u32.pow(step));
            exponent -= step;
        }
    }

    /// `self` + `other`.
    pub(super) fn plus(&self, other: &Self) -> Self {
        let (long, short) = if self.0.len() < other.0.len() {
            (other, self)
        } else {
            (self, other)
        };
        let mut sum = long.clone();
        let mut carry = 0;
        let addends = short.0.iter().copied().chain(core::iter::repeat(0));
        for (limb, addend) in sum.0.iter_mut().zip(addends) {
            let total = u64::from(*limb) + u64::from(addend) + carry;
            *limb = total as u32;
            carry = total >> 32;
        }
        if carry > 0 {
            sum.0.push(carry as u32);
        }
        sum
    }

    /// Takes `other` away, which must not be greater.
    pub(super) fn subtract(&mut self, other: &Self) {
        debug_assert!(*self >= *other);
        let mut borrow = false;
        let subtrahends = other.0.iter().copied().chain(core::iter::repeat(0));
        for (limb, subtrahend) in self.0.iter_mut().zip(subtrahends) {
            let (partial, first) = limb.overflowing_sub(subtrahend);
            let (rest, second) = partial.overflowing_sub(u32::from(borrow));
            *limb = rest;
            borrow = first || second;
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn big(n: u128) -> Big {
        Big::new(n as u64, 0).plus(&Big::new((n >> 64) as u64, 64))
    }

    proptest! {
        #[test]
        fn arithmetic_agrees_with_u128(a in 0_u128..1 << 96, b in 0_u128..1 << 96, f: u32, e in 0_u32..9) {
            prop_assert_eq!(big(a).plus(&big(b)), big(a + b));
            prop_assert_eq!(big(a).cmp(&big(b)), a.cmp(&b));
            let mut product = big(a);
            product.multiply(f);
            product.trim();
            prop_assert_eq!(product, big(a * u128::from(f)));
            let mut power = big(a);
            power.multiply_power_of_ten(e);
            prop_assert_eq!(power, big(a * 10_u128.pow(e)));
            let mut difference = big(a.max(b));
            difference.subtract(&big(a.min(b)));
            prop_assert_eq!(difference, big(a.abs_diff(b)));
        }
    }

    #[test]
    fn powers_of_two_and_ten() {
        let mut ten = Big::new(1, 0);
        ten.multiply_power_of_ten(40);
        let mut five = Big::new(1, 40);
        for _ in 0..40 {
            five.multiply(5);
        }
        assert_eq!(ten, five);
        assert_eq!(Big::new(0, 70), Big::new(0, 0));
        assert_eq!(
            Big::new(u64::MAX, 33).0.as_slice(),
            [0, u32::MAX << 1, u32::MAX, 1]
        );
    }
}
