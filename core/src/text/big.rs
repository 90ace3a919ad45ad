//! Natural numbers of any size, with the few operations that printing floats takes.

use core::{cmp::Ordering, iter};

use smallvec::SmallVec;

/// A natural number: 64-bit limbs, the least significant first, the last one not zero.
///
/// The limbs that any binary64 needs stand inline; only long doubles go to the heap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Big(SmallVec<[u64; 20]>);

impl Big {
    pub(crate) fn zero() -> Self {
        Self(SmallVec::new())
    }

    /// 5^`exponent`.
    pub(crate) fn power_of_five(exponent: u32) -> Self {
        let mut power = Self(SmallVec::from_slice(&[1]));
        power.multiply_power_of_five(exponent);
        power
    }

    /// `self` × 5^`exponent`.
    pub(crate) fn multiply_power_of_five(&mut self, mut exponent: u32) {
        /// The greatest power of five in a limb is this power of it.
        const STEP: u32 = 27;
        while exponent > 0 {
            let step = exponent.min(STEP);
            self.multiply(5_u64.pow(step));
            exponent -= step;
        }
    }

    /// `self` × `factor`, which must not be zero.
    pub(crate) fn multiply(&mut self, factor: u64) {
        let mut carry = 0;
        for limb in &mut self.0 {
            let product = u128::from(*limb) * u128::from(factor) + u128::from(carry);
            *limb = product as u64;
            carry = (product >> 64) as u64;
        }
        if carry > 0 {
            self.0.push(carry);
        }
    }

    /// `self` + `addend`.
    #[cfg(any(target_family = "wasm", test))]
    pub(crate) fn add(&mut self, addend: u64) {
        let mut carry = addend;
        for limb in &mut self.0 {
            let (sum, overflow) = limb.overflowing_add(carry);
            *limb = sum;
            carry = overflow.into();
        }
        if carry > 0 {
            self.0.push(carry);
        }
    }

    /// `self` × 2^`bits`. Not for zero, which has no limbs to shift.
    pub(crate) fn shifted(&self, bits: u32) -> Self {
        let mut limbs = SmallVec::from_elem(0, (bits / 64) as usize);
        let bits = bits % 64;
        let mut carry = 0;
        for &limb in &self.0 {
            let shifted = u128::from(limb) << bits;
            limbs.push(shifted as u64 | carry);
            carry = (shifted >> 64) as u64;
        }
        if carry > 0 {
            limbs.push(carry);
        }
        Self(limbs)
    }

    /// Takes `other` away, which must not be greater.
    pub(crate) fn subtract(&mut self, other: &Self) {
        debug_assert!(*self >= *other);
        let mut borrow = false;
        for (limb, subtrahend) in self.0.iter_mut().zip(other.limbs()) {
            let (partial, first) = limb.overflowing_sub(subtrahend);
            let (rest, second) = partial.overflowing_sub(u64::from(borrow));
            *limb = rest;
            borrow = first || second;
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    /// Compares `self` + `addend` with `other`.
    pub(crate) fn sum_cmp(&self, addend: &Self, other: &Self) -> Ordering {
        let length = self.0.len().max(addend.0.len()).max(other.0.len());
        let mut carry = false;
        let mut ordering = Ordering::Equal;
        for ((a, b), c) in self
            .limbs()
            .zip(addend.limbs())
            .zip(other.limbs())
            .take(length)
        {
            let (partial, first) = a.overflowing_add(b);
            let (sum, second) = partial.overflowing_add(u64::from(carry));
            carry = first || second;
            // The more significant limb decides.
            ordering = sum.cmp(&c).then(ordering);
        }
        if carry { Ordering::Greater } else { ordering }
    }

    /// The limbs, and zeros without end.
    fn limbs(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied().chain(iter::repeat(0))
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
        let mut limbs = SmallVec::from_slice(&[n as u64, (n >> 64) as u64]);
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        Big(limbs)
    }

    proptest! {
        #[test]
        fn arithmetic_agrees_with_u128(
            a in 0_u128..1 << 126,
            b in 0_u128..1 << 126,
            c in 0_u128..1 << 127,
            small in 0_u128..1 << 64,
            factor in 1_u64..,
            bits in 0_u32..64,
        ) {
            prop_assert_eq!(big(a).cmp(&big(b)), a.cmp(&b));
            prop_assert_eq!(big(a).sum_cmp(&big(b), &big(c)), (a + b).cmp(&c));
            prop_assert_eq!(big(a).sum_cmp(&big(b), &big(a + b)), Ordering::Equal);
            prop_assert_eq!(big(small).shifted(bits), big(small << bits));
            let mut product = big(small);
            product.multiply(factor);
            prop_assert_eq!(product, big(small * u128::from(factor)));
            let mut sum = big(a);
            sum.add(factor);
            prop_assert_eq!(sum, big(a + u128::from(factor)));
            let mut difference = big(a.max(b));
            difference.subtract(&big(a.min(b)));
            prop_assert_eq!(difference, big(a.abs_diff(b)));
        }
    }

    #[test]
    fn powers() {
        assert_eq!(Big::power_of_five(0), big(1));
        assert_eq!(Big::power_of_five(55), big(5_u128.pow(55)));
        let mut power = Big::power_of_five(27).shifted(130);
        assert_eq!(power.0.as_slice(), [0, 0, (4 * 5_u128.pow(27)) as u64, 1]);
        power.subtract(&Big::power_of_five(0).shifted(192));
        assert_eq!(power.0.as_slice(), [0, 0, (4 * 5_u128.pow(27)) as u64]);
    }
}
