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
        let sum = Sum::of(values, T::into);
        let mut tally = Self {
            count: values.len() as u64,
            zeros: T::count_zeros(values),
            sum,
            ..Self::default()
        };
        // Whatever is not finite makes the sum so.
        if !sum.value().is_finite() {
            tally.nan = count_if(values, T::is_nan);
            tally.posinf = count_if(values, |v| v == T::INFINITY);
            tally.neginf = count_if(values, |v| v == T::NEG_INFINITY);
        }
        if tally.nan < tally.count {
            let known = self.extremes.as_ref();
            tally.extremes = Some(Extremes::of_tile(values, bounds(values), known));
        }
        if tally.is_finite() && self.is_finite() {
            let (centre, _) = tally.centre();
            let n = tally.count as f64;
            let (deviations, squares) = Sum::of_deviations(values, centre);
            tally.m2 = squares;
            // The mean that was rounded is not quite the one to deviate from.
            let off = deviations.value();
            tally.m2.add(-(off / n * off));
            let refined = Sum::around(centre, n, deviations);
            if refined.value().is_finite() {
                tally.sum = refined;
            }
        }
        self.append(&tally);
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
