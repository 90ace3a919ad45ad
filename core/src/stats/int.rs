//! Figures of integers, and of dates and durations.

use super::{
    extremes::{Extremes, count_if},
    sum::{Sum, sqrt},
    tile::Sink,
};
use crate::dtype::NAT;

/// The figures of a sequence of integers.
#[derive(Clone, Debug, Default)]
pub(super) struct IntTally {
    pub(super) count: u64,
    /// How many values are NaT. If any, `sum` and `m2` mean nothing.
    pub(super) nat: u64,
    pub(super) zeros: u64,
    pub(super) extremes: Option<Extremes<i128>>,
    pub(super) sum: i128,
    /// The sum of the squared deviations from the mean.
    m2: Sum,
}

impl IntTally {
    /// Adds the figures of the elements right after.
    #[inline]
    fn append(&mut self, later: &Self) {
        let count = self.count;
        self.merge(later, |place| place.saturating_add(count));
    }

    /// Adds the figures of other elements, whose places `place` turns into ours.
    #[inline]
    pub(super) fn merge(&mut self, later: &Self, place: impl Fn(u64) -> u64) {
        if self.count > 0 && later.count > 0 {
            // Chan, Golub, LeVeque: the two means differ. Exact integers keep the difference right
            // where f64 has no digits left for it.
            let (ours, theirs) = (
                Mean::new(self.sum, self.count),
                Mean::new(later.sum, later.count),
            );
            let delta =
                theirs.nearest.saturating_sub(ours.nearest) as f64 + (theirs.rest - ours.rest);
            let (a, b) = (self.count as f64, later.count as f64);
            self.m2.add(delta * delta * (a / (a + b) * b));
        }
        self.m2.merge(later.m2);
        self.sum = self.sum.saturating_add(later.sum);
        self.zeros = self.zeros.saturating_add(later.zeros);
        self.nat = self.nat.saturating_add(later.nat);
        Extremes::merge(&mut self.extremes, later.extremes, place);
        self.count = self.count.saturating_add(later.count);
    }

    /// The mean; `None` of nothing.
    #[inline]
    pub(super) fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| Mean::new(self.sum, self.count).value())
    }

    /// The standard deviation; `None` of nothing.
    #[inline]
    pub(super) fn std(&self) -> Option<f64> {
        (self.count > 0).then(|| sqrt(self.m2.value() / self.count as f64))
    }
}

impl Sink for IntTally {
    const INTS: bool = true;

    #[inline]
    fn ints<T: Int>(&mut self, values: &[T]) {
        let Some(&first) = values.first() else { return };
        let min = values.iter().fold(first, |m, &v| if v < m { v } else { m });
        let max = values.iter().fold(first, |m, &v| if v > m { v } else { m });
        let count = values.len() as u64;
        let sum = T::sum(values);
        self.append(&Self {
            count,
            nat: 0,
            zeros: count_if(values, |v| v == T::default()),
            extremes: Some(Extremes::of_tile(
                values,
                (min, max),
                self.extremes.as_ref(),
            )),
            sum,
            m2: T::m2(values, sum, min, max),
        });
    }

    #[inline]
    fn times(&mut self, values: &[i64]) {
        let nat = count_if(values, |v| v == NAT);
        if nat == 0 {
            return self.ints(values);
        }
        let mut tally = Self {
            count: values.len() as u64,
            nat,
            ..Self::default()
        };
        for (place, &value) in (0..).zip(values).filter(|&(_, &v)| v != NAT) {
            tally.zeros += u64::from(value == 0);
            Extremes::merge(
                &mut tally.extremes,
                Some(Extremes::single(value.into())),
                |_| place,
            );
        }
        self.append(&tally);
    }
}

/// The exact mean of integers: `nearest + rest`.
#[derive(Clone, Copy)]
struct Mean {
    /// The nearest integer.
    nearest: i128,
    /// What is missing, -0.5 to 0.5.
    rest: f64,
}

impl Mean {
    /// The mean of `count > 0` integers.
    #[inline]
    fn new(sum: i128, count: u64) -> Self {
        let n = i128::from(count.max(1));
        let (mut nearest, mut rest) = (sum.div_euclid(n), sum.rem_euclid(n));
        if rest > n / 2 {
            nearest += 1;
            rest -= n;
        }
        Self {
            nearest,
            rest: rest as f64 / n as f64,
        }
    }

    #[inline]
    fn value(self) -> f64 {
        self.nearest as f64 + self.rest
    }
}

/// An integer type with the passes over a tile that depend on its width.
pub(super) trait Int: Copy + Default + Ord + Into<i128> {
    /// The exact sum of at most [`TILE`](super::tile::TILE) values.
    fn sum(values: &[Self]) -> i128;

    /// The sum of the squared deviations from the mean of at most a tile of values, given their
    /// sum, the least and the greatest.
    fn m2(values: &[Self], sum: i128, min: Self, max: Self) -> Sum;

    /// The nearest f64.
    fn to_f64(self) -> f64;
}

/// Integers whose squares can be summed in 32 bits over a tile.
macro_rules! small {
    ($($int:ty: runs in $run:ty;)*) => {$(
        impl Int for $int {
            fn sum(values: &[Self]) -> i128 {
                // Narrow sums need less widening; 128 bytes cannot overflow one.
                let runs = values.chunks(128).map(|run| {
                    let sum: $run = run.iter().map(|&v| <$run>::from(v)).sum();
                    i64::from(sum)
                });
                runs.sum::<i64>().into()
            }

            fn m2(values: &[Self], sum: i128, _: Self, _: Self) -> Sum {
                let squares = values.iter().map(|&v| {
                    let magnitude = u16::from(v.abs_diff(0));
                    u32::from(magnitude * magnitude)
                });
                // Exact up to the division.
                let (n, squares) = (values.len() as i128, i128::from(squares.sum::<u32>()));
                let mut m2 = Sum::default();
                m2.add((n * squares - sum * sum) as f64 / n as f64);
                m2
            }

            fn to_f64(self) -> f64 {
                self.into()
            }
        }
    )*};
}

small! {
    i8: runs in i16;
    u8: runs in u16;
}

/// Integers that are exact in f64.
macro_rules! medium {
    ($($int:ty: sum in $sum:ty;)*) => {$(
        impl Int for $int {
            fn sum(values: &[Self]) -> i128 {
                values.iter().map(|&v| <$sum>::from(v)).sum::<$sum>().into()
            }

            fn m2(values: &[Self], sum: i128, _: Self, _: Self) -> Sum {
                let mean = Mean::new(sum, values.len() as u64).value();
                Sum::of(values, |v| {
                    let deviation = f64::from(v) - mean;
                    deviation * deviation
                })
            }

            fn to_f64(self) -> f64 {
                self.into()
            }
        }
    )*};
}

medium! {
    i16: sum in i32;
    u16: sum in u32;
    i32: sum in i64;
    u32: sum in u64;
}

/// Integers that are exact in f64 only after something near them is subtracted.
macro_rules! large {
    ($($int:ty;)*) => {$(
        impl Int for $int {
            fn sum(values: &[Self]) -> i128 {
                // The halves vectorise and cannot overflow.
                let low: u64 = values.iter().map(|&v| v as u64 & 0xffff_ffff).sum();
                let high: $int = values.iter().map(|&v| v >> 32).sum();
                (i128::from(high) << 32) + i128::from(low)
            }

            fn m2(values: &[Self], sum: i128, min: Self, max: Self) -> Sum {
                let mean = Mean::new(sum, values.len() as u64);
                if i64::try_from(max.abs_diff(min)).is_ok() {
                    // The mean is one of the values this type can have.
                    let nearest = mean.nearest as $int;
                    Sum::of(values, |v| {
                        let deviation = v.wrapping_sub(nearest) as i64 as f64 - mean.rest;
                        deviation * deviation
                    })
                } else {
                    let mean = mean.value();
                    Sum::of(values, |v| {
                        let deviation = v as f64 - mean;
                        deviation * deviation
                    })
                }
            }

            fn to_f64(self) -> f64 {
                self as f64
            }
        }
    )*};
}

large! {
    i64;
    u64;
}
