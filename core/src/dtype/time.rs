//! Units of time: `M8[25s]`.

use core::fmt;

use super::{DTypeError, TimeBase, TimeUnit, parse::strtol};
use crate::error::Excerpt;

impl TimeBase {
    /// All units, the longest one first, and none last.
    pub const ALL: &[Self] = &[
        Self::Year,
        Self::Month,
        Self::Week,
        Self::Day,
        Self::Hour,
        Self::Minute,
        Self::Second,
        Self::Millisecond,
        Self::Microsecond,
        Self::Nanosecond,
        Self::Picosecond,
        Self::Femtosecond,
        Self::Attosecond,
        Self::Generic,
    ];

    /// The unit that an abbreviation stands for, with an ASCII `us` or a Greek `μs`.
    fn parse(text: &str) -> Option<Self> {
        let text = if text == "\u{3bc}s" { "us" } else { text };
        let mut all = Self::ALL.iter().copied();
        all.find(|base| base.abbreviation() == text)
    }

    /// NumPy's abbreviation.
    pub fn abbreviation(self) -> &'static str {
        match self {
            Self::Year => "Y",
            Self::Month => "M",
            Self::Week => "W",
            Self::Day => "D",
            Self::Hour => "h",
            Self::Minute => "m",
            Self::Second => "s",
            Self::Millisecond => "ms",
            Self::Microsecond => "us",
            Self::Nanosecond => "ns",
            Self::Picosecond => "ps",
            Self::Femtosecond => "fs",
            Self::Attosecond => "as",
            Self::Generic => "generic",
        }
    }

    /// The smaller units that a divisor may lead to, and how many of each make one of these, in
    /// the order in which NumPy tries them. Months count as 4 weeks or 30 days, years as 365 days.
    fn parts(self) -> &'static [(Self, u32)] {
        match self {
            Self::Year => &[(Self::Month, 12), (Self::Week, 52), (Self::Day, 365)],
            Self::Month => &[(Self::Week, 4), (Self::Day, 30), (Self::Hour, 720)],
            Self::Week => &[(Self::Day, 7), (Self::Hour, 168), (Self::Minute, 10_080)],
            Self::Day => &[
                (Self::Hour, 24),
                (Self::Minute, 1440),
                (Self::Second, 86_400),
            ],
            Self::Hour => &[(Self::Minute, 60), (Self::Second, 3600)],
            Self::Minute => &[(Self::Second, 60), (Self::Millisecond, 60_000)],
            Self::Second => &[(Self::Millisecond, 1000), (Self::Microsecond, 1_000_000)],
            Self::Millisecond => &[(Self::Microsecond, 1000), (Self::Nanosecond, 1_000_000)],
            Self::Microsecond => &[(Self::Nanosecond, 1000), (Self::Picosecond, 1_000_000)],
            Self::Nanosecond => &[(Self::Picosecond, 1000), (Self::Femtosecond, 1_000_000)],
            Self::Picosecond => &[(Self::Femtosecond, 1000), (Self::Attosecond, 1_000_000)],
            Self::Femtosecond => &[(Self::Attosecond, 1000)],
            Self::Attosecond | Self::Generic => &[],
        }
    }
}

impl TimeUnit {
    /// No unit: the metadata of `M8` and `m8`.
    pub const GENERIC: Self = Self {
        base: TimeBase::Generic,
        count: 1,
    };

    /// Reads what follows `M8` or `datetime64` in a dtype string: nothing, or a unit in brackets
    /// with an optional multiple before it and an optional divisor behind it.
    ///
    /// NumPy makes negative counts of some divisors, `0Y` of most that do not divide a week, and
    /// crashes on a divisor of zero; all of these are refused here.
    pub(super) fn parse(text: &str) -> Result<Self, DTypeError> {
        if text.is_empty() {
            return Ok(Self::GENERIC);
        }
        text.strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
            .filter(|(_, rest)| rest.is_empty())
            .and_then(|(unit, _)| Self::parse_inner(unit))
            .ok_or_else(|| DTypeError::TimeUnit {
                text: Excerpt::text(text),
            })
    }

    fn parse_inner(text: &str) -> Option<Self> {
        let (count, rest) = strtol(text).unwrap_or((1, text));
        let count = u32::try_from(i32::try_from(count).ok()?).ok()?;
        let (base, divisor) = match rest.split_once('/') {
            None => (rest, 1),
            Some((base, divisor)) => match strtol(divisor)? {
                (divisor, "") => (base, u32::try_from(divisor).ok()?),
                _ => return None,
            },
        };
        let base = TimeBase::parse(base)?;
        if divisor == 1 {
            return Some(Self { base, count });
        }
        let (base, factor) = base
            .parts()
            .iter()
            .find_map(|&(part, n)| (n.checked_rem(divisor)? == 0).then(|| (part, n / divisor)))?;
        let count = count.checked_mul(factor)?;
        i32::try_from(count).ok()?;
        Some(Self { base, count })
    }
}

/// As in a dtype string, with the brackets: `[25s]`; nothing for the generic unit.
impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self {
                base: TimeBase::Generic,
                ..
            } => Ok(()),
            Self { base, count: 1 } => write!(f, "[{}]", base.abbreviation()),
            Self { base, count } => write!(f, "[{count}{}]", base.abbreviation()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn divisors_on_which_numpy_errs_are_refused() {
        for text in [
            "[s/0]",
            "[s/-2]",
            "[2147483647s/2]",
            "[s/4294967298]",
            "[W/52]",
            "[as/2]",
            "[generic/2]",
        ] {
            assert!(TimeUnit::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn all_units_are_there_in_order() {
        assert!(TimeBase::ALL.is_sorted_by(|a, b| a < b));
        for &base in TimeBase::ALL {
            assert_eq!(TimeBase::parse(base.abbreviation()), Some(base));
        }
        assert_eq!(TimeBase::parse("\u{3bc}s"), Some(TimeBase::Microsecond));
        assert_eq!(TimeBase::parse("x"), None);
    }

    #[test]
    fn units_are_printed_as_they_are_read() {
        for text in ["", "[Y]", "[25s]", "[0ms]", "[2147483647as]", "[us]"] {
            assert_eq!(TimeUnit::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(TimeUnit::parse("[7s/2]").unwrap().to_string(), "[3500ms]");
        assert_eq!(TimeUnit::parse("[2generic]").unwrap().to_string(), "");
    }
}
