//! Statistics and histograms in one pass, in bounded memory, mergeable.
//!
//! An [`Accumulator`] or a [`HistogramAccumulator`] is fed with the bytes of contiguous elements
//! in the dtype's own byte order, in pieces of any size and at any alignment. Work can be shared
//! out: feed one accumulator with each part and merge them in the order of the parts.
//!
//! ```
//! use npymap_core::{
//!     DType,
//!     stats::{Accumulator, Number},
//! };
//!
//! let mut first = Accumulator::new(&DType::FLOAT32)?;
//! let mut second = first.clone();
//! for value in [1.0_f32, f32::INFINITY] {
//!     first.update(&value.to_ne_bytes())?;
//! }
//! second.update(&(-3.0_f32).to_ne_bytes())?;
//! first.merge(&second)?;
//!
//! let stats = first.finish();
//! assert_eq!((stats.count, stats.posinf), (3, 1));
//! assert_eq!((stats.min, stats.argmin), (Some(Number::Float(-3.0)), Some(2)));
//! assert_eq!(stats.mean, Some(Number::Float(f64::INFINITY)));
//! # Ok::<_, npymap_core::Error>(())
//! ```

mod class;
mod error;
mod extremes;
mod float;
mod histogram;
mod int;
mod sum;
mod tile;

use core::fmt;

pub use self::{
    error::StatsError,
    histogram::{Histogram, HistogramAccumulator},
};

use self::{
    class::{Class, class},
    float::{ComplexTally, FloatTally},
    int::IntTally,
};
use crate::{
    DType, Result,
    dtype::{ByteOrder, Kind},
    text,
};

/// Gathers the figures of [`Stats`].
///
/// # Precision
///
/// Sums and means of integers are exact until the end, in 128 bits. Everything else is computed in
/// f64, whatever the dtype. A sum of floats is off by at most 50 × 2<sup>-53</sup> of the sum of
/// their magnitudes, however many there are. The standard deviation comes from the deviations of
/// each tile of elements from a number near its mean, merged by the formula of Chan, Golub and
/// LeVeque: large numbers that differ little keep their digits. How the elements are cut into
/// updates and merges changes the sum, the mean and the deviation of floats within these errors, and
/// nothing else.
#[derive(Clone, Debug)]
pub struct Accumulator {
    dtype: DType,
    tally: Tally,
}

/// The figures so far, by what the elements are.
#[derive(Clone, Debug)]
enum Tally {
    Int(IntTally),
    Float(FloatTally),
    Complex(ComplexTally),
}

impl Accumulator {
    /// An accumulator for elements of a dtype: booleans, numbers, dates and durations.
    ///
    /// # Errors
    ///
    /// [`StatsError::NotNumbers`] for strings, raw data and structures;
    /// [`ErrorKind::ObjectDType`](crate::ErrorKind::ObjectDType) for objects.
    pub fn new(dtype: &DType) -> Result<Self> {
        let tally = match class(dtype)? {
            Class::Int => Tally::Int(IntTally::default()),
            Class::Float => Tally::Float(FloatTally::default()),
            Class::Complex => Tally::Complex(ComplexTally::default()),
        };
        Ok(Self {
            dtype: dtype.clone(),
            tally,
        })
    }

    /// Adds the elements that `bytes` hold, which follow those added before.
    ///
    /// # Errors
    ///
    /// [`StatsError::PartialElement`] if `bytes` are not whole elements. None is added then.
    #[inline]
    pub fn update(&mut self, bytes: &[u8]) -> Result<()> {
        error::check_whole(&self.dtype, bytes)?;
        match &mut self.tally {
            Tally::Int(tally) => tile::feed(&self.dtype, bytes, tally),
            Tally::Float(tally) => tile::feed(&self.dtype, bytes, tally),
            Tally::Complex(tally) => tile::feed(&self.dtype, bytes, tally),
        }
        Ok(())
    }

    /// Adds the elements that another accumulator has seen, which follow those added to this one.
    ///
    /// # Errors
    ///
    /// [`StatsError::Mismatch`] if the dtypes are not the same.
    pub fn merge(&mut self, later: &Self) -> Result<()> {
        let count = self.count();
        self.merge_placed(later, |place| place.saturating_add(count))
    }

    /// Adds the elements that another accumulator has seen, which stand anywhere in the order:
    /// `place` turns their places, counted as that accumulator saw them, into places in the whole.
    ///
    /// Use it for all merges into this accumulator, or for none. Arrays are seen fastest in the
    /// order of their bytes, while the first of equal extremes is the first in the order of the
    /// indices: this brings both together.
    ///
    /// # Errors
    ///
    /// [`StatsError::Mismatch`] if the dtypes are not the same.
    pub fn merge_placed(&mut self, other: &Self, place: impl Fn(u64) -> u64) -> Result<()> {
        match (&mut self.tally, &other.tally) {
            _ if self.dtype != other.dtype => return Err(StatsError::Mismatch.into()),
            (Tally::Int(ours), Tally::Int(other)) => ours.merge(other, place),
            (Tally::Float(ours), Tally::Float(other)) => ours.merge(other, place),
            (Tally::Complex(ours), Tally::Complex(other)) => ours.merge(other),
            _ => return Err(StatsError::Mismatch.into()),
        }
        Ok(())
    }

    fn count(&self) -> u64 {
        match &self.tally {
            Tally::Int(tally) => tally.count,
            Tally::Float(tally) => tally.count,
            Tally::Complex(tally) => tally.re.count,
        }
    }

    /// The figures of all elements so far.
    pub fn finish(&self) -> Stats {
        match &self.tally {
            Tally::Int(tally) => {
                // NumPy gives NaT for figures of what contains it.
                let sound = tally.nat == 0;
                let is_date = matches!(self.dtype.kind(), Kind::DateTime64(_));
                let extremes = tally.extremes;
                Stats {
                    count: tally.count,
                    nan: tally.nat,
                    posinf: 0,
                    neginf: 0,
                    zeros: tally.zeros,
                    min: extremes.map(|e| Number::Int(e.min)),
                    max: extremes.map(|e| Number::Int(e.max)),
                    argmin: extremes.map(|e| e.argmin),
                    argmax: extremes.map(|e| e.argmax),
                    sum: (sound && !is_date).then_some(Number::Int(tally.sum)),
                    mean: tally
                        .mean()
                        .filter(|_| sound && !is_date)
                        .map(Number::Float),
                    std: tally.std().filter(|_| sound && !is_date),
                }
            }
            Tally::Float(tally) => {
                let extremes = tally.extremes;
                Stats {
                    count: tally.count,
                    nan: tally.nan,
                    posinf: tally.posinf,
                    neginf: tally.neginf,
                    zeros: tally.zeros,
                    min: extremes.map(|e| Number::Float(e.min)),
                    max: extremes.map(|e| Number::Float(e.max)),
                    argmin: extremes.map(|e| e.argmin),
                    argmax: extremes.map(|e| e.argmax),
                    sum: Some(Number::Float(tally.sum())),
                    mean: tally.mean().map(Number::Float),
                    std: tally.std(),
                }
            }
            Tally::Complex(tally) => {
                let complex = |re, im| Number::Complex { re, im };
                Stats {
                    count: tally.re.count,
                    nan: tally.nan,
                    posinf: tally.inf,
                    neginf: 0,
                    zeros: tally.zeros,
                    min: None,
                    max: None,
                    argmin: None,
                    argmax: None,
                    sum: Some(complex(tally.re.sum(), tally.im.sum())),
                    mean: tally
                        .re
                        .mean()
                        .zip(tally.im.mean())
                        .map(|(re, im)| complex(re, im)),
                    std: tally.std(),
                }
            }
        }
    }
}

/// What an [`Accumulator`] found.
///
/// The figures are those of NumPy's functions of the same name with `dtype=np.float64` (or
/// `np.complex128`), except that `min`, `max`, `argmin` and `argmax` ignore NaN, as `np.nanmin` and
/// so on do (but never point at a NaN). Those of dates and durations count in the dtype's unit; NaT
/// counts as NaN, and leaves no sum, mean or deviation. Dates have none of these in any case.
///
/// `P` is a place: a number, counted from 0 in the order of feeding, until [`Stats::map_places`]
/// makes it something else, such as the index in an array.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stats<P = u64> {
    /// How many elements there are, NaN and all.
    pub count: u64,
    /// How many are NaN or NaT; for complex numbers, in either part.
    pub nan: u64,
    /// How many are positive infinity. Those of complex numbers have no sign, and all count here.
    pub posinf: u64,
    /// How many are negative infinity.
    pub neginf: u64,
    /// How many are zero, of either sign.
    pub zeros: u64,
    /// The least value; `None` if there is none but NaN, and for complex numbers.
    pub min: Option<Number>,
    /// The greatest value; `None` if there is none but NaN, and for complex numbers.
    pub max: Option<Number>,
    /// The place of the first element equal to `min`.
    pub argmin: Option<P>,
    /// The place of the first element equal to `max`.
    pub argmax: Option<P>,
    /// The sum; NaN if an element is, or if infinities cancel. 0 of nothing. `None` for dates, and
    /// where an element is NaT.
    pub sum: Option<Number>,
    /// The arithmetic mean, never [`Number::Int`]; `None` of nothing and where `sum` is.
    pub mean: Option<Number>,
    /// The standard deviation of the population; NaN if an element is NaN or infinite. `None` of
    /// nothing and where `sum` is.
    pub std: Option<f64>,
}

impl<P> Stats<P> {
    /// The same figures with other names for places.
    pub fn map_places<Q>(self, mut place: impl FnMut(P) -> Q) -> Stats<Q> {
        Stats {
            count: self.count,
            nan: self.nan,
            posinf: self.posinf,
            neginf: self.neginf,
            zeros: self.zeros,
            min: self.min,
            max: self.max,
            argmin: self.argmin.map(&mut place),
            argmax: self.argmax.map(&mut place),
            sum: self.sum,
            mean: self.mean,
            std: self.std,
        }
    }
}

/// A figure of [`Stats`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there are no other numbers")]
pub enum Number {
    /// Of integers, booleans (0 and 1), dates and durations: exact.
    Int(i128),
    /// Of floating-point numbers, and every mean of a real dtype.
    Float(f64),
    /// Of complex numbers.
    Complex {
        /// The real part.
        re: f64,
        /// The imaginary part.
        im: f64,
    },
}

impl Number {
    /// The number as `f64`; an integer that has no equal is rounded. `None` for a complex number.
    pub fn to_f64(self) -> Option<f64> {
        match self {
            Self::Int(i) => Some(i as f64),
            Self::Float(x) => Some(x),
            Self::Complex { .. } => None,
        }
    }
}

impl fmt::Display for Number {
    /// As Python prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match *self {
            Self::Int(i) => return i.fmt(f),
            Self::Float(x) => text::element(&DType::FLOAT64, &x.to_ne_bytes()),
            Self::Complex { re, im } => {
                let dtype = DType::fixed(Kind::Complex128, ByteOrder::NATIVE);
                let bytes = [re.to_ne_bytes(), im.to_ne_bytes()];
                text::element(&dtype.ok_or(fmt::Error)?, bytes.as_flattened())
            }
        };
        f.write_str(&text.map_err(|_| fmt::Error)?)
    }
}
