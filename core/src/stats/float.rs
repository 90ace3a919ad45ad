//! Figures of floating-point and complex numbers.

use super::{
    extremes::{Extremes, position},
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
    pub(super) fn merge(&mut self, later: &Self) {
        if self.count > 0 && later.count > 0 {
            // Chan, Golub, LeVeque: the two means differ.
            let delta = later.centre() - self.centre();
            let (a, b) = (self.count as f64, later.count as f64);
            self.m2.add(delta * delta * (a / (a + b) * b));
        }
        self.m2.merge(later.m2);
        self.sum.merge(later.sum);
        self.nan = self.nan.saturating_add(later.nan);
        self.posinf = self.posinf.saturating_add(later.posinf);
        self.neginf = self.neginf.saturating_add(later.neginf);
        self.zeros = self.zeros.saturating_add(later.zeros);
        Extremes::merge(&mut self.extremes, later.extremes, self.count);
        self.count = self.count.saturating_add(later.count);
    }

    /// The sum: NaN if a value is, or if infinities cancel.
    pub(super) fn sum(&self) -> f64 {
        match (self.nan, self.posinf, self.neginf) {
            (0, 0, 0) => self.sum.value(),
            (0, _, 0) => f64::INFINITY,
            (0, 0, _) => f64::NEG_INFINITY,
            _ => f64::NAN,
        }
    }

    /// The mean; `None` of nothing.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| {
            let sum = self.sum();
            if sum.is_finite() { self.centre() } else { sum }
        })
    }

    /// The standard deviation, NaN if a value is NaN or infinite; `None` of nothing.
    pub(super) fn std(&self) -> Option<f64> {
        self.variance().map(sqrt)
    }

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

    fn is_finite(&self) -> bool {
        (self.nan, self.posinf, self.neginf) == (0, 0, 0)
    }

    /// The mean of finite values, kept between their extremes: so that of equal values is exact,
    /// and they deviate by nothing.
    fn centre(&self) -> f64 {
        let mean = self.sum.value() / self.count as f64;
        match self.extremes {
            Some(e) if mean < e.min => e.min,
            Some(e) if mean > e.max => e.max,
            _ => mean,
        }
    }
}

impl Sink for FloatTally {
    fn floats<T: Float>(&mut self, values: &[T]) {
        let sum = Sum::of(values, T::into);
        let mut tally = Self {
            count: values.len() as u64,
            zeros: count(values, |v| v == T::ZERO),
            sum,
            ..Self::default()
        };
        let (min, max) = bounds(values);
        // Whatever is not finite makes the sum so.
        if !sum.value().is_finite() {
            tally.nan = count(values, T::is_nan);
            tally.posinf = count(values, |v| v == T::INFINITY);
            tally.neginf = count(values, |v| v == T::NEG_INFINITY);
        }
        if tally.nan < tally.count {
            // Most tiles hold no new extreme, and need no search for its place.
            let (argmin, argmax) = match &self.extremes {
                Some(e) => (min.into() < e.min, max.into() > e.max),
                None => (true, true),
            };
            let place = |new: bool, value| if new { position(values, value) } else { 0 };
            tally.extremes = Some(Extremes {
                min: min.into(),
                argmin: place(argmin, min),
                max: max.into(),
                argmax: place(argmax, max),
            });
        }
        if tally.is_finite() && self.is_finite() {
            let centre = tally.centre();
            tally.m2 = Sum::of(values, |v| {
                let deviation = v.into() - centre;
                deviation * deviation
            });
        }
        self.merge(&tally);
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
    pub(super) fn merge(&mut self, later: &Self) {
        self.re.merge(&later.re);
        self.im.merge(&later.im);
        self.nan = self.nan.saturating_add(later.nan);
        self.inf = self.inf.saturating_add(later.inf);
        self.zeros = self.zeros.saturating_add(later.zeros);
    }

    /// The standard deviation of the distances from the mean; `None` of nothing.
    pub(super) fn std(&self) -> Option<f64> {
        Some(sqrt(self.re.variance()? + self.im.variance()?))
    }
}

impl Sink for ComplexTally {
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
        let infinite = |v: T| v == T::INFINITY || v == T::NEG_INFINITY;
        self.nan = self
            .nan
            .saturating_add(count(pairs, |[re, im]| re.is_nan() || im.is_nan()));
        self.inf = self
            .inf
            .saturating_add(count(pairs, |[re, im]| infinite(re) || infinite(im)));
        self.zeros = self
            .zeros
            .saturating_add(count(pairs, |[re, im]| re == T::ZERO && im == T::ZERO));
    }
}

/// A floating-point type that f64 holds exactly.
pub(super) trait Float: Copy + Default + PartialOrd + Into<f64> {
    const ZERO: Self;
    const INFINITY: Self;
    const NEG_INFINITY: Self;

    fn is_nan(self) -> bool;
}

impl Float for f32 {
    const ZERO: Self = 0.0;
    const INFINITY: Self = Self::INFINITY;
    const NEG_INFINITY: Self = Self::NEG_INFINITY;

    fn is_nan(self) -> bool {
        self.is_nan()
    }
}

impl Float for f64 {
    const ZERO: Self = 0.0;
    const INFINITY: Self = Self::INFINITY;
    const NEG_INFINITY: Self = Self::NEG_INFINITY;

    fn is_nan(self) -> bool {
        self.is_nan()
    }
}

/// How many of a tile's values fulfil a condition.
fn count<T: Copy>(values: &[T], is: impl Fn(T) -> bool) -> u64 {
    values.iter().map(|&v| u32::from(is(v))).sum::<u32>().into()
}

/// The least and the greatest value that is not NaN; infinities of the wrong sign if all are.
fn bounds<T: Float>(values: &[T]) -> (T, T) {
    /// Independent comparisons, which vectorise.
    const LANES: usize = 8;
    // A comparison with NaN is false and keeps the other.
    let lesser = |a: T, b: T| if a < b { a } else { b };
    let greater = |a: T, b: T| if a > b { a } else { b };
    let (mut mins, mut maxs) = ([T::INFINITY; LANES], [T::NEG_INFINITY; LANES]);
    let mut take = |row: &[T]| {
        for ((min, max), &value) in mins.iter_mut().zip(&mut maxs).zip(row) {
            *min = lesser(value, *min);
            *max = greater(value, *max);
        }
    };
    let (rows, rest) = values.as_chunks::<LANES>();
    for row in rows {
        take(row);
    }
    take(rest);
    (
        mins.into_iter().fold(T::INFINITY, lesser),
        maxs.into_iter().fold(T::NEG_INFINITY, greater),
    )
}
