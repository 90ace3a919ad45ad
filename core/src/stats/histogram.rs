//! Histograms with bins of equal width.

use alloc::{vec, vec::Vec};

use super::{
    Number, Stats,
    class::{Class, class},
    error::{StatsError, check_whole},
    float::Float,
    int::Int,
    tile::{Sink, feed},
};
use crate::{
    DType, ErrorKind, Result,
    dtype::{Kind, NAT},
};

/// Counts the elements that fall into bins of equal width, as `np.histogram` does.
///
/// A bin holds its left edge and not its right one, except for the last, which holds both.
/// NaN, NaT and what lies outside of the range is counted apart. The edges are NumPy's, to the
/// bit, and alone decide where a value belongs. (NumPy computes the place of half-precision
/// numbers in their own arithmetic, and with hundreds of bins may end up beside the right one.)
///
/// ```
/// use npymap_core::{DType, stats::HistogramAccumulator};
///
/// let mut histogram = HistogramAccumulator::new(&DType::UINT8, 3, (0.0, 6.0))?;
/// histogram.update(&[0, 1, 2, 6, 7])?;
///
/// let histogram = histogram.finish();
/// assert_eq!(histogram.edges, [0.0, 2.0, 4.0, 6.0]);
/// assert_eq!(histogram.counts, [2, 1, 1]);
/// assert_eq!(histogram.above, 1);
/// # Ok::<_, npymap_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct HistogramAccumulator {
    dtype: DType,
    bins: Bins,
}

impl HistogramAccumulator {
    /// The most bins a histogram can have.
    pub const MAX_BINS: u32 = 1 << 20;

    /// A histogram of elements of a real dtype over a range: `np.histogram(a, bins, range)`, the
    /// range being Python floats.
    ///
    /// A range of one point is widened by 0.5 to each side. Dates and durations count in the
    /// dtype's unit.
    ///
    /// # Errors
    ///
    /// [`StatsError::NotNumbers`] for strings, raw data, structures and complex numbers,
    /// [`ErrorKind::ObjectDType`] for objects; [`StatsError::NoBins`],
    /// [`ErrorKind::TooLarge`] beyond [`MAX_BINS`](Self::MAX_BINS);
    /// [`StatsError::RangeNotFinite`], [`StatsError::RangeReversed`];
    /// [`StatsError::TooManyBins`] where edges would coincide in the dtype's precision (f64 for
    /// integers), as over (1, 1 + 2<sup>-52</sup>).
    pub fn new(dtype: &DType, bins: u32, range: (f64, f64)) -> Result<Self> {
        let precision = Precision::of(dtype);
        // NumPy makes the edges of two Python floats in f64, and rounds them to the dtype.
        Self::with_edges(dtype, bins, range, Precision::Double, precision)
    }

    /// A histogram over the range of the data, from the least to the greatest value that
    /// [`Stats`] found: `np.histogram(a, bins)`.
    ///
    /// Other than NumPy, it takes data with NaN, which is counted apart. The range of nothing is
    /// (0, 1).
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new). The range is not finite if the least or the greatest value is
    /// infinite.
    pub fn spanning(dtype: &DType, bins: u32, stats: &Stats) -> Result<Self> {
        let precision = Precision::of(dtype);
        let float = |number| match number {
            Some(Number::Int(i)) => Some(i as f64),
            Some(Number::Float(f)) => Some(f),
            Some(Number::Complex { .. }) | None => None,
        };
        match float(stats.min).zip(float(stats.max)) {
            // NumPy makes the edges of two numbers of the dtype in the dtype's arithmetic.
            Some(range) => Self::with_edges(dtype, bins, range, precision, precision),
            None => Self::new(dtype, bins, (0.0, 1.0)),
        }
    }

    fn with_edges(
        dtype: &DType,
        bins: u32,
        range: (f64, f64),
        arithmetic: Precision,
        precision: Precision,
    ) -> Result<Self> {
        if let Class::Complex = class(dtype)? {
            return Err(StatsError::NotNumbers {
                found: "complex numbers, which have no order",
                field: None,
            }
            .into());
        }
        let edges = edges(bins, range, arithmetic, precision)?;
        Ok(Self {
            dtype: dtype.clone(),
            bins: Bins::new(edges),
        })
    }

    /// Adds the elements that `bytes` hold: contiguous, in the dtype's byte order.
    ///
    /// # Errors
    ///
    /// [`StatsError::PartialElement`] if `bytes` are not whole elements. None is added then.
    pub fn update(&mut self, bytes: &[u8]) -> Result<()> {
        check_whole(&self.dtype, bytes)?;
        feed(&self.dtype, bytes, &mut self.bins);
        Ok(())
    }

    /// Adds the elements that another accumulator has counted.
    ///
    /// # Errors
    ///
    /// [`StatsError::Mismatch`] if the dtypes or the edges of the bins are not the same.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.dtype != other.dtype || self.bins.edges != other.bins.edges {
            return Err(StatsError::Mismatch.into());
        }
        self.bins.merge(&other.bins);
        Ok(())
    }

    /// The edges of the bins, one more than there are bins: `np.histogram_bin_edges`.
    pub fn edges(&self) -> &[f64] {
        &self.bins.edges
    }

    /// The counts of all elements so far.
    pub fn finish(self) -> Histogram {
        let Bins {
            edges,
            counts,
            nan,
            below,
            above,
            ..
        } = self.bins;
        Histogram {
            edges,
            counts,
            nan,
            below,
            above,
        }
    }
}

/// What a [`HistogramAccumulator`] counted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Histogram {
    /// The edges of the bins in ascending order, one more than there are bins.
    pub edges: Vec<f64>,
    /// How many elements each bin holds.
    pub counts: Vec<u64>,
    /// How many elements are NaN or NaT.
    pub nan: u64,
    /// How many elements are less than the first edge, negative infinities among them.
    pub below: u64,
    /// How many elements are greater than the last edge, infinities among them.
    pub above: u64,
}

/// The bins and what fell into them.
#[derive(Clone, Debug)]
struct Bins {
    /// At least two, ascending.
    edges: Vec<f64>,
    counts: Vec<u64>,
    first: f64,
    last: f64,
    /// The number of the last bin.
    top: usize,
    nan: u64,
    below: u64,
    above: u64,
}

impl Bins {
    fn new(edges: Vec<f64>) -> Self {
        let bins = edges.len().saturating_sub(1);
        Self {
            first: edges.first().copied().unwrap_or(0.0),
            last: edges.last().copied().unwrap_or(0.0),
            counts: vec![0; bins],
            top: bins.saturating_sub(1),
            edges,
            nan: 0,
            below: 0,
            above: 0,
        }
    }

    fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*more);
        }
        self.nan = self.nan.saturating_add(other.nan);
        self.below = self.below.saturating_add(other.below);
        self.above = self.above.saturating_add(other.above);
    }

    #[inline]
    fn add(&mut self, value: f64) {
        if self.first <= value && value <= self.last {
            let bin = self.bin_of(value);
            if let Some(count) = self.counts.get_mut(bin) {
                *count = count.saturating_add(1);
            }
        } else if value < self.first {
            self.below = self.below.saturating_add(1);
        } else if value > self.last {
            self.above = self.above.saturating_add(1);
        } else {
            self.nan = self.nan.saturating_add(1);
        }
    }

    /// The bin of a value within the range.
    #[inline]
    fn bin_of(&self, value: f64) -> usize {
        let share = (value - self.first) / (self.last - self.first);
        let mut bin = ((share * self.counts.len() as f64) as usize).min(self.top);
        // Rounding, of the edges too, may lead to a neighbour. The edges decide.
        loop {
            match self.edges.get(bin..) {
                Some(&[left, ..]) if value < left && bin > 0 => bin -= 1,
                Some(&[_, right, ..]) if value >= right && bin < self.top => bin += 1,
                _ => return bin,
            }
        }
    }
}

impl Sink for Bins {
    const INTS: bool = true;
    const FLOATS: bool = true;

    fn ints<T: Int>(&mut self, values: &[T]) {
        for &value in values {
            self.add(value.to_f64());
        }
    }

    fn times(&mut self, values: &[i64]) {
        for &value in values {
            self.add(if value == NAT {
                f64::NAN
            } else {
                value.to_f64()
            });
        }
    }

    fn floats<T: Float>(&mut self, values: &[T]) {
        for &value in values {
            self.add(value.into());
        }
    }
}

/// The precision of edges: NumPy's `np.result_type` of the data and of floats.
#[derive(Clone, Copy)]
enum Precision {
    Half,
    Single,
    Double,
}

impl Precision {
    fn of(dtype: &DType) -> Self {
        match dtype.kind() {
            Kind::Float16 => Self::Half,
            Kind::Float32 => Self::Single,
            _ => Self::Double,
        }
    }

    /// Rounds the result of an operation. f64 has more than twice the digits of the others, so
    /// that rounding twice is as good as rounding once.
    fn round(self, value: f64) -> f64 {
        match self {
            Self::Half => round_to_half(value),
            Self::Single => f64::from(value as f32),
            Self::Double => value,
        }
    }
}

/// The nearest IEEE binary16, ties to even.
fn round_to_half(value: f64) -> f64 {
    // Halfway between the greatest number and what would come next.
    if value.abs() >= 65520.0 {
        return f64::INFINITY.copysign(value);
    }
    let exponent = (value.to_bits() >> 52 & 0x7ff) as i32 - 1023;
    // The weight of the last of 11 bits; subnormal numbers have that of the least normal ones.
    let last = (exponent - 10).max(-24);
    // Beside so great a number f64 has no bits below that, and drops them as it must.
    let great = 1.5 * f64::from_bits(((last + 52 + 1023) as u64) << 52);
    value + great - great
}

/// The edges of equal bins: `np.linspace` in one arithmetic, rounded to a precision.
fn edges(
    bins: u32,
    (mut lo, mut hi): (f64, f64),
    arithmetic: Precision,
    precision: Precision,
) -> Result<Vec<f64>> {
    if bins == 0 {
        return Err(StatsError::NoBins.into());
    }
    if bins > HistogramAccumulator::MAX_BINS {
        return Err(ErrorKind::TooLarge {
            what: "the number of bins",
            found: bins.into(),
            limit: HistogramAccumulator::MAX_BINS.into(),
        }
        .into());
    }
    if !(lo.is_finite() && hi.is_finite()) {
        return Err(StatsError::RangeNotFinite { lo, hi }.into());
    }
    if lo > hi {
        return Err(StatsError::RangeReversed { lo, hi }.into());
    }
    let round = |value| arithmetic.round(value);
    if lo == hi {
        (lo, hi) = (round(lo - 0.5), round(hi + 0.5));
    }
    let width = round(hi - lo);
    let step = round(width / f64::from(bins));
    let edge = |i: u32| {
        let i_rounded = round(i.into());
        let offset = if i == bins {
            return hi;
        } else if step == 0.0 {
            // The width of a bin is too small a number, that of them all is not.
            round(round(i_rounded / f64::from(bins)) * width)
        } else {
            round(i_rounded * step)
        };
        round(offset + lo)
    };
    let edges: Vec<f64> = (0..=bins).map(|i| precision.round(edge(i))).collect();
    let ascending = edges.is_sorted_by(|a, b| a < b);
    let finite = width.is_finite() && edges.iter().all(|edge| edge.is_finite());
    if ascending && finite {
        Ok(edges)
    } else {
        Err(StatsError::TooManyBins { bins }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{number::f16_to_f32, testing::few};

    #[test]
    fn halves_are_rounded_once() {
        for bits in few(500, 0..0x7c00) {
            let (value, next) = (f16_to_f32(bits).into(), f16_to_f32(bits + 1).into());
            assert_eq!(round_to_half(value), value);
            let middle = if next < f64::INFINITY {
                f64::midpoint(value, next)
            } else {
                65520.0
            };
            let even = if bits & 1 == 0 { value } else { next };
            assert_eq!(round_to_half(middle), even);
            assert_eq!(round_to_half(-middle), -even);
            // A difference that neither f32 nor the upper half of f64 could hold.
            assert_eq!(round_to_half(middle * (1.0 + f64::EPSILON)), next);
            assert_eq!(round_to_half(middle * (1.0 - f64::EPSILON)), value);
        }
        assert_eq!(round_to_half(1e300), f64::INFINITY);
        assert_eq!(round_to_half(-f64::MAX), f64::NEG_INFINITY);
    }
}
