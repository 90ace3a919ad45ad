//! Dates in strings: ISO 8601, as NumPy reads it.

use super::EncodeError;
use crate::{
    cast::time::{DAY, days_of_month, linear},
    dtype::{NAT, TimeBase, TimeUnit},
    error::Excerpt,
};

/// The count of units of the date that a string spells. `None` if 64 bits do not hold it.
///
/// A year of any number of digits, perhaps with a sign, may be followed by month, day, hours,
/// minutes, seconds and up to 18 digits of these, each of which may be left out with all that
/// follow it. A `Z` or an offset from UTC such as `+02:00` may follow the time. What is smaller
/// than a unit is cut off. `NaT`, in letters of any case, and an empty string are no date.
///
/// The words `now` and `today`, which NumPy knows, are not understood.
pub(super) fn parse(text: &str, unit: TimeUnit) -> Result<Option<i64>, EncodeError> {
    // To NumPy, a string ends at a NUL.
    let text = text.split('\0').next().unwrap_or_default();
    if text.is_empty() || text.eq_ignore_ascii_case("nat") {
        return Ok(Some(NAT));
    }
    if unit.base == TimeBase::Generic {
        return Err(EncodeError::NoUnit);
    }
    let date = Parser { text, at: 0 }.date()?;
    Ok(date.and_then(|date| date.count(unit)))
}

/// A point in time: months since January 1970, days in the month, and the time of the day.
struct Date {
    month: i128,
    day: i128,
    attoseconds: i128,
}

impl Date {
    fn count(&self, unit: TimeUnit) -> Option<i64> {
        let days = days_of_month(self.month) + self.day + self.attoseconds.div_euclid(DAY);
        let count = match unit.base {
            TimeBase::Year => self.month.div_euclid(12),
            TimeBase::Month => self.month,
            TimeBase::Week => days.div_euclid(7),
            TimeBase::Day => days,
            base => {
                let size = i128::try_from(linear(base)?).ok()?;
                let rest = self.attoseconds.rem_euclid(DAY) / size;
                days.checked_mul(DAY / size)?.checked_add(rest)?
            }
        };
        let count = count.checked_div_euclid(unit.count.into())?;
        i64::try_from(count).ok().filter(|&count| count != NAT)
    }
}

/// What is left of a string.
struct Parser<'a> {
    text: &'a str,
    /// Which byte comes next.
    at: usize,
}

impl Parser<'_> {
    /// `None` if the year passes 18 digits.
    fn date(&mut self) -> Result<Option<Date>, EncodeError> {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
        let negative = self.peek() == Some(b'-');
        if negative || self.peek() == Some(b'+') {
            self.at += 1;
        }
        let start = self.at;
        let mut year = Some(0_i128);
        while let Some(digit) = self.digit() {
            let next = |year: i128| year * 10 + i128::from(digit);
            year = year.map(next).filter(|&y| y < 1_000_000_000_000_000_000);
        }
        if self.at == start {
            return Err(self.error());
        }
        let year = year.map(|year| if negative { -year } else { year });
        let mut date = Date {
            month: (year.unwrap_or_default() - 1970) * 12,
            day: 0,
            attoseconds: 0,
        };
        self.month_and_day(&mut date)?;
        Ok(year.map(|_| date))
    }

    fn month_and_day(&mut self, date: &mut Date) -> Result<(), EncodeError> {
        if !self.skips(b"-")? {
            return Ok(());
        }
        date.month += self.part("Month", 1, 12)? - 1;
        if !self.skips(b"-")? {
            return Ok(());
        }
        let days = days_of_month(date.month + 1) - days_of_month(date.month);
        date.day = self.part("Day", 1, days)? - 1;
        if !self.skips(b"T ")? {
            return Ok(());
        }
        self.time(date)?;
        if self.at < self.text.len() {
            return Err(self.error());
        }
        Ok(())
    }

    fn time(&mut self, date: &mut Date) -> Result<(), EncodeError> {
        const SECOND: i128 = 1_000_000_000_000_000_000;
        const MINUTE: i128 = 60 * SECOND;
        date.attoseconds = self.part("Hours", 0, 23)? * 60 * MINUTE;
        for (part, size) in [("Minutes", MINUTE), ("Seconds", SECOND)] {
            if self.peek() != Some(b':') {
                return self.zone(date);
            }
            self.at += 1;
            date.attoseconds += self.part(part, 0, 59)? * size;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            let mut place = SECOND;
            while place > 1
                && let Some(digit) = self.digit()
            {
                place /= 10;
                date.attoseconds += i128::from(digit) * place;
            }
        }
        self.zone(date)
    }

    /// `Z`, an offset from UTC, or nothing.
    fn zone(&mut self, date: &mut Date) -> Result<(), EncodeError> {
        const MINUTE: i128 = 60_000_000_000_000_000_000;
        let sign = match self.peek() {
            Some(b'Z') => {
                self.at += 1;
                return Ok(());
            }
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Ok(()),
        };
        self.at += 1;
        let mut minutes = self.part("Timezone hours offset", 0, 23)? * 60;
        if self.peek() == Some(b':') {
            self.at += 1;
        }
        if self.at < self.text.len() {
            minutes += self.part("Timezone minutes offset", 0, 59)?;
        }
        date.attoseconds -= sign * minutes * MINUTE;
        Ok(())
    }

    /// Two digits in a range.
    fn part(
        &mut self,
        part: &'static str,
        least: i128,
        greatest: i128,
    ) -> Result<i128, EncodeError> {
        let start = self.at;
        let (Some(tens), Some(ones)) = (self.digit(), self.digit()) else {
            self.at = start;
            return Err(self.error());
        };
        let value = i128::from(tens) * 10 + i128::from(ones);
        if !(least..=greatest).contains(&value) {
            return Err(EncodeError::DatePart {
                part,
                text: Excerpt::text(self.text),
            });
        }
        Ok(value)
    }

    /// Skips one of some bytes; at the end there is nothing to skip.
    fn skips(&mut self, bytes: &[u8]) -> Result<bool, EncodeError> {
        match self.peek() {
            None => Ok(false),
            Some(byte) if bytes.contains(&byte) => {
                self.at += 1;
                Ok(true)
            }
            Some(_) => Err(self.error()),
        }
    }

    fn digit(&mut self) -> Option<u8> {
        let digit = self.peek()?.checked_sub(b'0').filter(|&d| d < 10)?;
        self.at += 1;
        Some(digit)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[cold]
    fn error(&self) -> EncodeError {
        EncodeError::Date {
            text: Excerpt::text(self.text),
            position: self.at as u64,
        }
    }
}
