//! Sums of many f64 with an error that does not grow with their number.

use super::float::Float;

/// How many partial sums run side by side, so that the additions vectorise.
const LANES: usize = 8;

/// How many terms are added plainly before they enter a compensated sum: 16 to each lane.
const RUN: usize = 128;

/// A sum with its rounding error carried along: `hi + lo`, not evaluated.
///
/// Every addition is exact up to a relative 2^-106 of what was added so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    hi: f64,
    lo: f64,
}

impl Sum {
    /// The sum of a term of each value.
    ///
    /// Off by at most 20 × 2^-53 of the sum of the terms' magnitudes: each lane adds 16 terms,
    /// three more additions join the lanes, and the rest is compensated. (NumPy's pairwise
    /// summation has the same 19 in its innermost blocks and adds one for each doubling of their
    /// number.)
    #[inline]
    pub(super) fn of<T: Copy>(values: &[T], term: impl Fn(T) -> f64) -> Self {
        let mut sum = Self::default();
        for run in values.chunks(RUN) {
            let mut lanes = [0.0; LANES];
            let mut add = |row: &[T]| {
                for (lane, &value) in lanes.iter_mut().zip(row) {
                    *lane += term(value);
                }
            };
            let (rows, rest) = run.as_chunks::<LANES>();
            for row in rows {
                add(row);
            }
            add(rest);
            sum.add(joined(lanes));
        }
        sum
    }

    /// The sums of the values' deviations from a number, and of the squares of these: as two of
    /// [`Sum::of`], in one pass.
    #[inline]
    pub(super) fn of_deviations<T: Float>(values: &[T], centre: f64) -> (Self, Self) {
        let (mut sum, mut sum_of_squares) = (Self::default(), Self::default());
        let mut room = [0.0; RUN];
        for run in values.chunks(RUN) {
            let (mut lanes, mut squares) = ([0.0; LANES], [0.0; LANES]);
            let mut add = |row: &[f64]| {
                for ((lane, square), &value) in lanes.iter_mut().zip(&mut squares).zip(row) {
                    let deviation = value - centre;
                    *lane += deviation;
                    *square += deviation * deviation;
                }
            };
            // Widened on the way, each pair of f32 would be moved to the lower half of a register.
            let (rows, rest) = T::widen(run, &mut room).as_chunks::<LANES>();
            for row in rows {
                add(row);
            }
            add(rest);
            sum.add(joined(lanes));
            sum_of_squares.add(joined(squares));
        }
        (sum, sum_of_squares)
    }

    /// Adds a term.
    pub(super) fn add(&mut self, term: f64) {
        // Knuth's two-sum: `hi` plus the error that it computes is exactly `self.hi + term`.
        let hi = self.hi + term;
        let added = hi - self.hi;
        self.lo += (self.hi - (hi - added)) + (term - added);
        self.hi = hi;
    }

    /// Adds another sum.
    pub(super) fn merge(&mut self, other: Self) {
        self.add(other.hi);
        self.lo += other.lo;
    }

    /// The sum of values as many as `n`, given a number near their mean and the sum of their
    /// deviations from it: more precise by as much as the deviations are smaller than the values.
    pub(super) fn around(centre: f64, n: f64, deviations: Self) -> Self {
        let hi = centre * n;
        let mut sum = Self {
            hi,
            lo: product_error(centre, n, hi),
        };
        sum.merge(deviations);
        sum
    }

    /// The sum divided by a number, and how much more the quotient is before rounding.
    pub(super) fn divide(self, n: f64) -> (f64, f64) {
        let quotient = self.value() / n;
        let product = quotient * n;
        let rest = (self.hi - product - product_error(quotient, n, product) + self.lo) / n;
        (quotient, if rest.is_finite() { rest } else { 0.0 })
    }

    /// The sum, rounded. Infinite where it overflowed.
    pub(super) fn value(self) -> f64 {
        if self.hi.is_finite() {
            self.hi + self.lo
        } else {
            // The errors of an overflow are NaN.
            self.hi
        }
    }
}

/// The sum of the lanes, each of which takes part in three additions.
#[inline]
fn joined([a, b, c, d, e, f, g, h]: [f64; LANES]) -> f64 {
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

/// What rounding took from `product`, the product of `a` and `b`. Not finite near overflow.
fn product_error(a: f64, b: f64, product: f64) -> f64 {
    /// Dekker's splitter: the upper half of a significand has 26 bits.
    fn split(x: f64) -> (f64, f64) {
        let scaled = x * 134_217_729.0;
        let upper = scaled - (scaled - x);
        (upper, x - upper)
    }
    let ((a1, a2), (b1, b2)) = (split(a), split(b));
    a2 * b2 - (((product - a1 * b1) - a2 * b1) - a1 * b2)
}

/// The square root, rounded to nearest; NaN for negative numbers.
///
/// `f64::sqrt` needs `std`.
pub(super) fn sqrt(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 || x == f64::INFINITY {
        return x;
    }
    let bits = x.to_bits();
    let (exponent, mantissa) = ((bits >> 52) as i32, bits & ((1 << 52) - 1));
    // x = significand × 2^power
    let (significand, power) = if exponent == 0 {
        (mantissa, -1074)
    } else {
        (mantissa | 1 << 52, exponent - 1075)
    };
    // Widened to 126 or 127 bits with an even power, the integer root has 63 or 64.
    let mut shift = significand.leading_zeros() as i32 + 62;
    shift -= (power - shift) & 1;
    let wide = u128::from(significand) << shift;
    let root = wide.isqrt();
    // A last bit that says "and something more" makes the rounding of the cast right.
    let sticky = root as u64 | u64::from(root * root != wide);
    let half_power = (power - shift) / 2;
    // A root is never subnormal, nor near the greatest number: the scale is a normal number.
    sticky as f64 * f64::from_bits(((half_power + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use std::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;
    use crate::testing::few;

    #[test]
    fn errors_are_carried() {
        let mut sum = Sum::default();
        for term in [1.0, 1e100, 1.0, -1e100] {
            sum.add(term);
        }
        assert_eq!(sum.value(), 2.0);

        let count = if cfg!(miri) { 1 << 11 } else { 1 << 20 };
        let tenth = vec![0.1; count];
        let exact = 0.1 * count as f64;
        let error = (Sum::of(&tenth, |v| v).value() - exact).abs();
        assert!(error <= 20.0 / 2_f64.powi(53) * exact, "{error}");
    }

    #[test]
    fn quotients_keep_their_rest() {
        let mut sum = Sum::default();
        sum.add(1e9);
        sum.add(1e-9);
        let (quotient, rest) = sum.divide(3.0);
        let rest_of_three = 1e9 / 3.0 - 333_333_333.0;
        assert_eq!(quotient, 1e9 / 3.0);
        // Exact integers tell what a third has beyond its 24 bits after the point.
        let missing = (1.0 / 3.0 - rest_of_three) + 1e-9 / 3.0;
        assert!((rest - missing).abs() < 1e-16, "{rest} {missing}");

        sum.add(f64::MAX);
        assert_eq!(sum.divide(1.0), (f64::MAX, 0.0));
    }

    #[test]
    fn overflow_is_infinite() {
        let mut sum = Sum::of(&[f64::MAX, f64::MAX], |v| v);
        assert_eq!(sum.value(), f64::INFINITY);
        sum.add(-1.0);
        assert_eq!(sum.value(), f64::INFINITY);
    }

    #[test]
    fn every_length_is_summed_whole() {
        let values: Vec<u32> = (1..=300).collect();
        for n in few(8, 0..values.len()) {
            let expected = f64::from(n as u32 * (n as u32 + 1) / 2);
            assert_eq!(Sum::of(&values[..n], f64::from).value(), expected);
        }
    }

    proptest! {
        #[test]
        fn square_roots_agree_with_the_machine(bits: u64) {
            let x = f64::from_bits(bits & !(1 << 63));
            prop_assert!(sqrt(x) == x.sqrt() || x.is_nan() && sqrt(x).is_nan());
        }

        #[test]
        fn roots_of_squares_are_exact(x in 0_u32..) {
            let x = f64::from(x);
            prop_assert_eq!(sqrt(x * x), x);
        }

        #[test]
        fn roots_of_subnormals_agree_with_the_machine(bits in 0_u64..1 << 53) {
            let x = f64::from_bits(bits);
            prop_assert_eq!(sqrt(x), x.sqrt());
        }
    }

    #[test]
    fn square_roots_of_special_numbers() {
        assert!(sqrt(-1.0).is_nan());
        assert_eq!(sqrt(f64::INFINITY), f64::INFINITY);
        assert_eq!(sqrt(0.0), 0.0);
    }
}
