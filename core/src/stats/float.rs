//! Figures of floating-point and complex numbers.

use super::{
    extremes::{Extremes, count_if},
    sum::{Sum, sqrt},
    tile::{Sink, TILE},
};

/// The figures of a sequence of floating-point numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct FloatTally {
    pub(super) count: u64,
    pub(super) nan: u64,
    pub(super) posinf: u64,
    pub(super) neginf: u64,
    pub(super) zeros: u64,
    pub(super) extremes: Option<Extremes<f64>>,
    /// The sum, if all values are finite.
    sum: Sum,
    /// The sum of the squared deviations from the mean, if all values are finite.
    m2: Sum,
}

impl FloatTally {
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
            // Chan, Golub, LeVeque: the two means differ.
            let (ours, theirs) = (self.centre(), later.centre());
            let delta = (theirs.0 - ours.0) + (theirs.1 - ours.1);
            let (a, b) = (self.count as f64, later.count as f64);
            self.m2.add(delta * delta * (a / (a + b) * b));
        }
        self.m2.merge(later.m2);
        self.sum.merge(later.sum);
        self.nan = self.nan.saturating_add(later.nan);
        self.posinf = self.posinf.saturating_add(later.posinf);
        self.neginf = self.neginf.saturating_add(later.neginf);
        self.zeros = self.zeros.saturating_add(later.zeros);
        Extremes::merge(&mut self.extremes, later.extremes, place);
        self.count = self.count.saturating_add(later.count);
    }

    /// The sum: NaN if a value is, or if infinities cancel.
    #[inline]
    pub(super) fn sum(&self) -> f64 {
        match (self.nan, self.posinf, self.neginf) {
            (0, 0, 0) => self.sum.value(),
            (0, _, 0) => f64::INFINITY,
            (0, 0, _) => f64::NEG_INFINITY,
            _ => f64::NAN,
        }
    }

    /// The mean; `None` of nothing.
    #[inline]
    pub(super) fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| {
            let sum = self.sum();
            if sum.is_finite() {
                self.centre().0
            } else {
                sum
            }
        })
    }

    /// The standard deviation, NaN if a value is NaN or infinite; `None` of nothing.
    #[inline]
    pub(super) fn std(&self) -> Option<f64> {
        self.variance().map(sqrt)
    }

    #[inline]
    fn variance(&self) -> Option<f64> {
        (self.count > 0).then(|| {
            let sum = self.sum();
            if self.is_finite() && sum.is_finite() {
                self.m2.value() / self.count as f64
            } else if self.is_finite() && sum.is_infinite() {
                // The mean overflowed, and everything is infinitely far from it.
                f64::INFINITY
            } else {
                f64::NAN
            }
        })
    }

    #[inline]
    fn is_finite(&self) -> bool {
        (self.nan, self.posinf, self.neginf) == (0, 0, 0)
    }

    /// The mean of finite values, and how much more it is before rounding.
    ///
    /// It is kept between the extremes: so that of equal values is exact, and they deviate by
    /// nothing.
    #[inline]
    fn centre(&self) -> (f64, f64) {
        let (mean, rest) = self.sum.divide(self.count as f64);
        match self.extremes {
            Some(e) if mean <= e.min => (e.min, 0.0),
            Some(e) if mean >= e.max => (e.max, 0.0),
            _ => (mean, rest),
        }
    }
}

impl Sink for FloatTally {
    const FLOATS: bool = true;

    #[inline]
    fn floats<T: Float>(&mut self, values: &[T]) {
        let (min, max) = bounds(values);
        let mut tally = Self {
            count: values.len() as u64,
            zeros: T::count_zeros(values),
            ..Self::default()
        };
        let moments = Moments::about(values, guess(values, min.into(), max.into()));
        // Unless all are NaN.
        if min <= max {
            let known = self.extremes.as_ref();
            tally.extremes = Some(Extremes::of_tile(values, (min, max), known));
        }
        match moments {
            Some(moments) => (tally.sum, tally.m2) = (moments.sum, moments.m2),
            None => tally.find_moments(values),
        }
        self.append(&tally);
    }
}

impl FloatTally {
    /// Sets what [`Moments`] about a guess are not good enough for: of values of which some are not
    /// finite, or that the guess was far from.
    #[inline(never)]
    fn find_moments<T: Float>(&mut self, values: &[T]) {
        self.sum = Sum::of(values, T::into);
        // Whatever is not finite makes the sum so.
        if !self.sum.value().is_finite() {
            self.nan = count_if(values, T::is_nan);
            self.posinf = count_if(values, |v| v == T::INFINITY);
            self.neginf = count_if(values, |v| v == T::NEG_INFINITY);
        }
        if self.is_finite() {
            let moments = Moments::new(values, self.centre().0);
            self.m2 = moments.m2;
            if moments.sum.value().is_finite() {
                self.sum = moments.sum;
            }
        }
    }
}

/// What deviations from a number that is near the mean tell of values.
struct Moments {
    /// Their sum.
    sum: Sum,
    /// The sum of the squared deviations from their mean.
    m2: Sum,
    /// The mean of the deviations.
    off: f64,
    /// The mean of their squares.
    square: f64,
}

impl Moments {
    #[inline]
    fn new<T: Float>(values: &[T], centre: f64) -> Self {
        let n = values.len() as f64;
        let (deviations, squares) = Sum::of_deviations(values, centre);
        let (off, mut m2) = (deviations.value(), squares);
        // What overflowed is infinite, whatever is taken from it.
        if squares.value().is_finite() {
            m2.add(-(off / n * off));
        }
        Self {
            sum: Sum::around(centre, n, deviations),
            m2,
            off: off / n,
            square: squares.value() / n,
        }
    }

    /// The moments, unless the number is too far from the mean for what is promised of them, or
    /// they are not finite.
    #[inline]
    fn about<T: Float>(values: &[T], centre: f64) -> Option<Self> {
        let moments = Self::new(values, centre);
        let (off, square) = (moments.off, moments.square);
        // Where squares underflow, nothing is near but what is exact.
        let is_near = off == 0.0
            || if centre == 0.0 {
                // No more than two bits of the variance go.
                off * off < 0.75 * square
            } else {
                // No more than one bit of the variance goes; and as the number is at most 5/4 of the
                // mean, the deviations come to 9/4 of the values at most: an error of the sum that
                // is 20 times theirs (`Sum::of`) is 45 times that of the values.
                off * off < 0.5 * square && 4.0 * off.abs() <= (centre + off).abs()
            };
        (is_near && square.is_finite()).then_some(moments)
    }
}

/// A number that is probably near the mean, by some of the values; 0 if the square of their mean is
/// at most twice their variance.
#[inline(never)]
fn guess<T: Float>(values: &[T], min: f64, max: f64) -> f64 {
    const SAMPLES: usize = 64;
    let step = values.len().div_ceil(SAMPLES).max(1);
    let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for &value in values.iter().step_by(step) {
        let value: f64 = value.into();
        n += 1.0;
        sum += value;
        squares += value * value;
    }
    let mean = sum / n;
    if 3.0 * mean * mean <= 2.0 * (squares / n) {
        0.0
    } else {
        // `clamp` would bring in what prints floats, for its panic.
        mean.max(min).min(max)
    }
}

/// The figures of a sequence of complex numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct ComplexTally {
    /// The figures of the real parts.
    pub(super) re: FloatTally,
    /// The figures of the imaginary parts.
    pub(super) im: FloatTally,
    /// How many have a part that is NaN.
    pub(super) nan: u64,
    /// How many have a part that is infinite.
    pub(super) inf: u64,
    /// How many are zero.
    pub(super) zeros: u64,
}

impl ComplexTally {
    /// Adds the figures of the elements right after.
    #[inline]
    pub(super) fn merge(&mut self, later: &Self) {
        // No place is ever asked of complex numbers.
        self.re.append(&later.re);
        self.im.append(&later.im);
        self.nan = self.nan.saturating_add(later.nan);
        self.inf = self.inf.saturating_add(later.inf);
        self.zeros = self.zeros.saturating_add(later.zeros);
    }

    /// The standard deviation of the distances from the mean; `None` of nothing.
    #[inline]
    pub(super) fn std(&self) -> Option<f64> {
        Some(sqrt(self.re.variance()? + self.im.variance()?))
    }
}

impl Sink for ComplexTally {
    const COMPLEX: bool = true;

    #[inline]
    fn complex<T: Float>(&mut self, parts: &[T]) {
        let (pairs, _) = parts.as_chunks::<2>();
        let mut tile = [T::ZERO; TILE / 2];
        let mut split = |tally: &mut FloatTally, part: fn(&[T; 2]) -> T| {
            for (value, pair) in tile.iter_mut().zip(pairs) {
                *value = part(pair);
            }
            if let Some(values) = tile.get(..pairs.len()) {
                tally.floats(values);
            }
        };
        split(&mut self.re, |&[re, _]| re);
        split(&mut self.im, |&[_, im]| im);
        self.zeros = self
            .zeros
            .saturating_add(count_if(pairs, |[re, im]| re == T::ZERO && im == T::ZERO));
        if !(self.re.is_finite() && self.im.is_finite()) {
            let infinite = |v: T| v == T::INFINITY || v == T::NEG_INFINITY;
            let nan = count_if(pairs, |[re, im]| re.is_nan() || im.is_nan());
            let inf = count_if(pairs, |[re, im]| infinite(re) || infinite(im));
            self.nan = self.nan.saturating_add(nan);
            self.inf = self.inf.saturating_add(inf);
        }
    }
}

/// A floating-point type that f64 holds exactly.
pub(super) trait Float: Copy + Default + PartialOrd + Into<f64> {
    const ZERO: Self;
    const INFINITY: Self;
    const NEG_INFINITY: Self;

    fn is_nan(self) -> bool;

    /// How many values of a tile are zero.
    fn count_zeros(values: &[Self]) -> u64;

    /// The values as f64, in `room` if they must be converted, as many as it holds.
    fn widen<'a>(values: &'a [Self], room: &'a mut [f64]) -> &'a [f64];
}

impl Float for f32 {
    const ZERO: Self = 0.0;
    const INFINITY: Self = Self::INFINITY;
    const NEG_INFINITY: Self = Self::NEG_INFINITY;

    #[inline]
    fn is_nan(self) -> bool {
        self.is_nan()
    }

    #[inline]
    fn count_zeros(values: &[Self]) -> u64 {
        // A count as wide as the values vectorises best.
        let zeros: u32 = values.iter().map(|&value| u32::from(value == 0.0)).sum();
        zeros.into()
    }

    #[inline]
    fn widen<'a>(values: &'a [Self], room: &'a mut [f64]) -> &'a [f64] {
        for (wide, &value) in room.iter_mut().zip(values) {
            *wide = value.into();
        }
        room.get(..values.len()).unwrap_or(room)
    }
}

impl Float for f64 {
    const ZERO: Self = 0.0;
    const INFINITY: Self = Self::INFINITY;
    const NEG_INFINITY: Self = Self::NEG_INFINITY;

    #[inline]
    fn is_nan(self) -> bool {
        self.is_nan()
    }

    #[inline]
    fn count_zeros(values: &[Self]) -> u64 {
        values.iter().map(|&value| u64::from(value == 0.0)).sum()
    }

    #[inline]
    fn widen<'a>(values: &'a [Self], _: &'a mut [f64]) -> &'a [f64] {
        values
    }
}

/// The least and the greatest value that is not NaN; infinities of the wrong sign if all are.
#[inline]
fn bounds<T: Float>(values: &[T]) -> (T, T) {
    // A comparison with NaN is false and keeps the other.
    (
        fold_lanes(values, T::INFINITY, |a, b| if b < a { b } else { a }),
        fold_lanes(values, T::NEG_INFINITY, |a, b| if b > a { b } else { a }),
    )
}

/// Folds with an operation that knows no order, several values at a time: it vectorises.
#[inline]
fn fold_lanes<T: Copy>(values: &[T], start: T, fold: impl Fn(T, T) -> T) -> T {
    let mut lanes = [start; 16];
    let (rows, rest) = values.as_chunks::<16>();
    for row in rows {
        for (lane, &value) in lanes.iter_mut().zip(row) {
            *lane = fold(*lane, value);
        }
    }
    rest.iter().copied().chain(lanes).fold(start, fold)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::testing::few;

    /// Where the samples for a guess mislead, and where they do not: the figures are right.
    #[test]
    fn figures_do_not_depend_on_the_guess() {
        let noise = |i: i64| (i * 0x9e37_79b9) % 1009 - 504;
        type Value = fn(i64) -> i64;
        let families: [(&str, Value); 9] = [
            ("equal", |_| (1 << 30) - 3),
            ("counting", |i| i),
            ("far from 0", |i| (1 << 30) + i % 3),
            ("a spike that is a sample", |i| {
                if i == 0 { 1 << 30 } else { i % 7 }
            }),
            (
                "a spike that is none",
                |i| if i == 1 { 1 << 30 } else { i % 7 },
            ),
            ("samples are spikes", |i| {
                if i % 32 == 0 { 1 << 30 } else { i % 7 }
            }),
            ("all but samples", |i| {
                if i % 32 == 0 { 0 } else { (1 << 30) + i % 7 }
            }),
            ("signs in turn", |i| (i + 1) * (1 - 2 * (i % 2))),
            ("a step", |i| if i < 1024 { -(1 << 30) } else { 1 << 20 }),
        ];
        let lens = [1, 2, 63, 64, 65, TILE as i64 - 1, TILE as i64];
        let mut cases: Vec<(&str, Vec<i64>)> = Vec::new();
        for (name, of) in few(3, families.into_iter()) {
            cases.extend(lens.map(|len| (name, (0..len).map(of).collect())));
        }
        // Where the mean is as far from 0 as the values are from it.
        for tenths in few(4, 0..40_i32) {
            let mean = i64::from(291 * tenths / 10);
            cases.push(("noise", (0..TILE as i64).map(|i| mean + noise(i)).collect()));
        }
        for (name, ints) in cases {
            // Of all the digits that an f64 has. These are exact, and so are the sums of the integers
            // and of their squares.
            let digits = |i: i64| (i << 20) + (i.wrapping_mul(0x1e37_79b9_7f4a_7c15) & 0xf_ffff);
            let ints: Vec<i64> = ints.into_iter().map(digits).collect();
            let values: Vec<f64> = ints.iter().map(|&i| i as f64 / 1024.0).collect();
            let exact = |of: fn(i128) -> i128| ints.iter().map(|&i| of(i.into())).sum::<i128>();
            let n = ints.len() as i128;
            let (sum, magnitudes) = (exact(|i| i), exact(i128::abs));
            let spread = n * exact(|i| i * i) - sum * sum;
            let std = sqrt(spread as f64) / n as f64 / 1024.0;

            let mut tally = FloatTally::default();
            tally.floats(&values);
            let error = (tally.sum() - sum as f64 / 1024.0).abs();
            // A third of what is promised.
            let allowed = 16.0 / 2_f64.powi(53) * magnitudes as f64 / 1024.0;
            assert!(error <= allowed, "{name}, {n}: {error}");
            let error = (tally.std().unwrap() - std).abs();
            assert!(
                error <= 4.0 / 2_f64.powi(53) * std,
                "{name}, {n}: {std} {error}"
            );
        }
    }

    #[test]
    fn equal_values_deviate_by_nothing() {
        for value in [0.1, -1e300 / 3.0, 1e-300 / 3.0, 2e-163] {
            for n in few(4, 0..TILE).map(|n| n + 1) {
                let mut tally = FloatTally::default();
                tally.floats(&std::vec![value; n]);
                assert_eq!(tally.mean(), Some(value), "{n}");
                assert_eq!(tally.std().unwrap().to_bits(), 0, "{value} {n}");
            }
        }
    }

    #[test]
    fn squares_that_overflow_are_infinite() {
        let mut tally = FloatTally::default();
        tally.floats(&[1e200, 2e200, 4e200]);
        assert_eq!((tally.sum(), tally.std()), (7e200, Some(f64::INFINITY)));
    }

    #[test]
    fn guesses_are_told_from_the_mean() {
        let mut values = std::vec![1.0; TILE];
        assert!(Moments::about(&values, 1.0).is_some());
        assert!(
            Moments::about(&values, 1.125).is_none(),
            "it is not what spreads them"
        );
        for (value, sign) in values.iter_mut().zip([-1.0, 1.0].into_iter().cycle()) {
            *value += 4.0 * sign;
        }
        assert!(Moments::about(&values, 0.0).is_some());
        assert!(Moments::about(&values, 1.25).is_some());
        assert!(
            Moments::about(&values, 1.5).is_none(),
            "it is too much of the sum"
        );
        values[1] = 1e6;
        assert!(Moments::about(&values, 1.0).is_none());
        values[1] = f64::INFINITY;
        assert!(Moments::about(&values, 0.0).is_none());
    }
}
