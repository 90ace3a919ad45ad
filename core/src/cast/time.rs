//! Dates and durations from one unit to another.
//!
//! Durations are proportional: a month is a twelfth of a year, and that the 365.2425 days it has
//! on average. So are dates, but for months and years, which go by the proleptic Gregorian
//! calendar. What does not come out even is rounded down, and NaT stays NaT.

use crate::dtype::{NAT, TimeBase, TimeUnit};

/// Attoseconds in a unit, those of the calendar excepted.
pub(crate) fn linear(base: TimeBase) -> Option<u128> {
    const SECOND: u128 = 1_000_000_000_000_000_000;
    Some(match base {
        TimeBase::Week => 604_800 * SECOND,
        TimeBase::Day => 86_400 * SECOND,
        TimeBase::Hour => 3_600 * SECOND,
        TimeBase::Minute => 60 * SECOND,
        TimeBase::Second => SECOND,
        TimeBase::Millisecond => SECOND / 1_000,
        TimeBase::Microsecond => SECOND / 1_000_000,
        TimeBase::Nanosecond => 1_000_000_000,
        TimeBase::Picosecond => 1_000_000,
        TimeBase::Femtosecond => 1_000,
        TimeBase::Attosecond => 1,
        TimeBase::Year | TimeBase::Month | TimeBase::Generic => return None,
    })
}

/// The conversion of counts of one unit to counts of another.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rescale {
    /// The counts stay: the units are the same, or one is none.
    Same,
    /// `numerator` / `denominator`, in lowest terms.
    Linear { numerator: i128, denominator: i128 },
    /// From so many months to units of which `numerator` are `denominator` days.
    FromMonths {
        months: i128,
        numerator: i128,
        denominator: i128,
    },
    /// From units of `numerator` / `denominator` days to so many months.
    ToMonths {
        numerator: i128,
        denominator: i128,
        months: i128,
    },
}

impl Rescale {
    /// `None` if a unit has a count of zero, and so no size.
    pub(super) fn new(from: TimeUnit, to: TimeUnit, durations: bool) -> Option<Self> {
        if from == to || from.base == TimeBase::Generic || to.base == TimeBase::Generic {
            return Some(Self::Same);
        }
        if from.count == 0 || to.count == 0 {
            return None;
        }
        // Counts pass 2^31 by no means, and a year has less than 2^85 attoseconds.
        let attoseconds =
            |unit: TimeUnit| linear(unit.base).map(|size| size as i128 * i128::from(unit.count));
        let months = |unit: TimeUnit| match unit.base {
            TimeBase::Year => Some(12 * i128::from(unit.count)),
            TimeBase::Month => Some(i128::from(unit.count)),
            _ => None,
        };
        /// A 4800th of 400 years, which have 146097 days.
        const MONTH: i128 = 146_097 * 18 * 1_000_000_000_000_000_000;
        let linear = |(numerator, denominator)| Self::Linear {
            numerator,
            denominator,
        };
        Some(match (months(from), months(to)) {
            (Some(from), Some(to)) => linear(reduced(from, to)),
            (None, None) => linear(reduced(attoseconds(from)?, attoseconds(to)?)),
            (Some(from), None) if durations => linear(reduced(from * MONTH, attoseconds(to)?)),
            (None, Some(to)) if durations => linear(reduced(attoseconds(from)?, to * MONTH)),
            (Some(months), None) => {
                let (numerator, denominator) = reduced(DAY, attoseconds(to)?);
                Self::FromMonths {
                    months,
                    numerator,
                    denominator,
                }
            }
            (None, Some(months)) => {
                let (numerator, denominator) = reduced(attoseconds(from)?, DAY);
                Self::ToMonths {
                    numerator,
                    denominator,
                    months,
                }
            }
        })
    }

    /// The count in the other unit, or `None` if 64 bits do not hold it.
    pub(super) fn exact(self, count: i64) -> Option<i64> {
        if count == NAT {
            return Some(NAT);
        }
        if let Self::Linear {
            numerator,
            denominator,
        } = self
            && let (Ok(numerator), Ok(denominator)) =
                (i64::try_from(numerator), i64::try_from(denominator))
            && let Some(product) = count.checked_mul(numerator)
        {
            // Most often 64 bits are enough.
            return Some(product.div_euclid(denominator)).filter(|&count| count != NAT);
        }
        let wide = i128::from(count);
        let scaled = |count: i128, numerator, denominator| {
            Some(count.checked_mul(numerator)?.div_euclid(denominator))
        };
        let rescaled = match self {
            Self::Same => wide,
            Self::Linear {
                numerator,
                denominator,
            } => scaled(wide, numerator, denominator)?,
            Self::FromMonths {
                months,
                numerator,
                denominator,
            } => scaled(days_of_month(wide * months), numerator, denominator)?,
            Self::ToMonths {
                numerator,
                denominator,
                months,
            } => month_of_day(scaled(wide, numerator, denominator)?).div_euclid(months),
        };
        i64::try_from(rescaled).ok().filter(|&count| count != NAT)
    }

    /// The count in the other unit, after arithmetic that wraps around as NumPy's does, for
    /// counts that are out of range.
    pub(super) fn wrapping(self, count: i64) -> i64 {
        let (count, numerator, denominator) = match self {
            Self::Linear {
                numerator,
                denominator,
            } => (count, numerator, denominator),
            Self::FromMonths {
                months,
                numerator,
                denominator,
            } => {
                let days = days_of_month(i128::from(count) * months);
                (days as i64, numerator, denominator)
            }
            // There are fewer of them.
            Self::Same | Self::ToMonths { .. } => return count,
        };
        let product = count.wrapping_mul(numerator as i64);
        let denominator = i64::try_from(denominator).unwrap_or(i64::MAX);
        let down = if count < 0 { denominator - 1 } else { 0 };
        product.wrapping_sub(down).wrapping_div(denominator)
    }
}

/// A ratio in lowest terms.
fn reduced(from: i128, to: i128) -> (i128, i128) {
    let (mut a, mut b) = (from, to);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (from / a, to / a)
}

/// Attoseconds in a day.
pub(crate) const DAY: i128 = 86_400_000_000_000_000_000_000;

/// The days from 1970-01-01 to the first of a month, counted from January 1970.
pub(crate) fn days_of_month(month: i128) -> i128 {
    // Counted from March, leap days come last in the year, and five months have 153 days.
    let since_march = month + 1970 * 12 - 2;
    let (year, month) = (since_march.div_euclid(12), since_march.rem_euclid(12));
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 - FROM_MARCH_0000
}

/// The month, counted from January 1970, that a day since 1970-01-01 is in.
fn month_of_day(day: i128) -> i128 {
    let day = day + FROM_MARCH_0000;
    let (cycle, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    // The last century of four and the last year of four have a day more.
    let century = (day / 36_524).min(3);
    let day = day - century * 36_524;
    let (four, day) = (day / 1_461, day % 1_461);
    let year = (day / 365).min(3);
    let day = day - year * 365;
    let year = cycle * 400 + century * 100 + four * 4 + year;
    year * 12 + (5 * day + 2) / 153 + 2 - 1970 * 12
}

/// The days from 0000-03-01 to 1970-01-01.
const FROM_MARCH_0000: i128 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_where_they_are_found() {
        assert_eq!(days_of_month(0), 0);
        assert_eq!(days_of_month(1), 31);
        assert_eq!(days_of_month(-12 * 1970), -719_528);
        let step = if cfg!(miri) { 97 } else { 1 };
        for month in (-30_000..30_000).step_by(step) {
            let first = days_of_month(month);
            assert_eq!(month_of_day(first), month);
            assert_eq!(month_of_day(first - 1), month - 1);
        }
    }

    #[test]
    fn no_count_and_no_unit_panics() {
        let units = || {
            TimeBase::ALL.iter().flat_map(|&base| {
                [0, 1, 7, i32::MAX as u32].map(move |count| TimeUnit { base, count })
            })
        };
        for from in units() {
            for to in units() {
                for durations in [true, false] {
                    let Some(rescale) = Rescale::new(from, to, durations) else {
                        assert!(from.count == 0 || to.count == 0);
                        continue;
                    };
                    for count in [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX] {
                        rescale.exact(count);
                        rescale.wrapping(count);
                    }
                }
            }
        }
    }
}
