//! Datetimes and timedeltas.

use alloc::string::String;

use super::put;
use crate::dtype::{NAT, TimeBase, TimeUnit};

/// Writes a datetime as ISO 8601, to the precision of its unit, or `NaT`.
///
/// Years have at least four characters, the sign included. Arithmetic wraps around where 64 bits
/// do not hold the result, as NumPy's does. A count without a unit, which NumPy refuses to print,
/// is written as an integer.
pub(super) fn write_datetime(count: i64, unit: TimeUnit, out: &mut String) {
    if count == NAT {
        out.push_str("NaT");
        return;
    }
    let count = count.wrapping_mul(i64::from(unit.count));
    match unit.base {
        TimeBase::Generic => put(out, format_args!("{count}")),
        TimeBase::Year => write_year(count.wrapping_add(1970), out),
        TimeBase::Month => {
            write_year(count.div_euclid(12) + 1970, out);
            put(out, format_args!("-{:02}", count.rem_euclid(12) + 1));
        }
        TimeBase::Week => write_date(count.wrapping_mul(7), out),
        TimeBase::Day => write_date(count, out),
        base => write_date_time(count, base, out),
    }
}

/// Writes a timedelta as its scalar's `str`: a count and the unit, or `NaT`.
pub(super) fn write_timedelta(count: i64, unit: TimeUnit, out: &mut String) {
    if count == NAT {
        out.push_str("NaT");
        return;
    }
    let count = count.wrapping_mul(i64::from(unit.count));
    let name = match unit.base {
        TimeBase::Year => "years",
        TimeBase::Month => "months",
        TimeBase::Week => "weeks",
        TimeBase::Day => "days",
        TimeBase::Hour => "hours",
        TimeBase::Minute => "minutes",
        TimeBase::Second => "seconds",
        TimeBase::Millisecond => "milliseconds",
        TimeBase::Microsecond => "microseconds",
        TimeBase::Nanosecond => "nanoseconds",
        TimeBase::Picosecond => "picoseconds",
        TimeBase::Femtosecond => "femtoseconds",
        TimeBase::Attosecond => "attoseconds",
        TimeBase::Generic => "generic time units",
    };
    put(out, format_args!("{count} {name}"));
}

fn write_year(year: i64, out: &mut String) {
    // NumPy marks NaT by its year, and so takes the one year that is the mark for NaT.
    if year == NAT {
        out.push_str("NaT");
    } else {
        put(out, format_args!("{year:04}"));
    }
}

/// Writes the date of a day since 1970-01-01 in the proleptic Gregorian calendar.
fn write_date(day: i64, out: &mut String) {
    /// The days of 400 years, after which the calendar repeats.
    const CYCLE: i64 = 146_097;
    /// Counted from the first of March of a year divisible by 400, the leap days come last.
    const FROM_1970_TO_2000: i64 = 10_957;
    const FROM_JANUARY_TO_MARCH: i64 = 60;
    let since_2000 = day.wrapping_sub(FROM_1970_TO_2000);
    let (mut cycle, mut day) = (since_2000.div_euclid(CYCLE), since_2000.rem_euclid(CYCLE));
    if day < FROM_JANUARY_TO_MARCH {
        cycle -= 1;
        day += CYCLE;
    }
    day -= FROM_JANUARY_TO_MARCH;
    // Centuries have 36524 days but for the last of four, years of four 1461 but for the last
    // of a century, years 365 but for the last of four.
    let century = (day / 36_524).min(3);
    day -= century * 36_524;
    let four = day / 1_461;
    day %= 1_461;
    let year = (day / 365).min(3);
    day -= year * 365;
    // From March on, every five months have 153 days: 31, 30, 31, 30, 31.
    let month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5;
    let is_next_year = month >= 10;
    let year = 2000 + cycle * 400 + century * 100 + four * 4 + year + i64::from(is_next_year);
    let month = if is_next_year { month - 9 } else { month + 3 };
    write_year(year, out);
    put(out, format_args!("-{month:02}-{:02}", day + 1));
}

/// Writes date and time of a count of hours or smaller units since 1970-01-01T00.
fn write_date_time(count: i64, base: TimeBase, out: &mut String) {
    /// A number of units per day, 86400 times 10^18 at most, does not fit an i64.
    const DAY: i128 = 24 * 60 * 60;
    let (per_second, decimals) = match base {
        TimeBase::Millisecond => (1_000, 3),
        TimeBase::Microsecond => (1_000_000, 6),
        TimeBase::Nanosecond => (1_000_000_000, 9),
        TimeBase::Picosecond => (1_000_000_000_000, 12),
        TimeBase::Femtosecond => (1_000_000_000_000_000, 15),
        TimeBase::Attosecond => (1_000_000_000_000_000_000, 18),
        _ => (1, 0),
    };
    let seconds_per_unit = match base {
        TimeBase::Hour => 3_600,
        TimeBase::Minute => 60,
        _ => 1,
    };
    let units = i128::from(count) * seconds_per_unit;
    let per_day = DAY * per_second;
    // The quotient is smaller than the count.
    write_date(units.div_euclid(per_day) as i64, out);
    let units = units.rem_euclid(per_day);
    let (second, fraction) = (units / per_second, units % per_second);
    put(out, format_args!("T{:02}", second / 3_600));
    if base != TimeBase::Hour {
        put(out, format_args!(":{:02}", second / 60 % 60));
    }
    if !matches!(base, TimeBase::Hour | TimeBase::Minute) {
        put(out, format_args!(":{:02}", second % 60));
    }
    if decimals > 0 {
        put(out, format_args!(".{fraction:0decimals$}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(count: i64, base: TimeBase) -> String {
        let mut out = String::new();
        write_datetime(count, TimeUnit { base, count: 1 }, &mut out);
        out
    }

    #[test]
    fn every_day_of_a_cycle_follows_the_one_before() {
        let days_of = |year: i64, month: usize| {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            [
                31,
                28 + i64::from(leap),
                31,
                30,
                31,
                30,
                31,
                31,
                30,
                31,
                30,
                31,
            ][month - 1]
        };
        let (mut year, mut month, mut day) = (1970, 1, 1);
        // Two months for Miri, to which a day is 30 ms.
        let last = if cfg!(miri) { 60 } else { 146_097 };
        for count in 0..=last {
            assert_eq!(
                date(count, TimeBase::Day),
                std::format!("{year:04}-{month:02}-{day:02}")
            );
            day += 1;
            if day > days_of(year, month) {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
    }

    #[test]
    fn no_count_and_no_unit_panics() {
        for &base in TimeBase::ALL {
            for count in [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX] {
                for multiple in [1, 25, i32::MAX as u32] {
                    let unit = TimeUnit {
                        base,
                        count: multiple,
                    };
                    write_datetime(count, unit, &mut String::new());
                    write_timedelta(count, unit, &mut String::new());
                }
            }
        }
    }
}
