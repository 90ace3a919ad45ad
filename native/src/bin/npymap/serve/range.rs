//! Which bytes of a file are asked for: RFC 9110, section 14.

use std::ops::Range;

use hyper::header::{HeaderMap, RANGE};

/// What an answer holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Everything: nothing else was asked for, or nothing that can be understood, or several ranges.
    All,
    /// One range of bytes, which is not empty and within the file.
    Part(Range<u64>),
    /// A range that the file has no byte of.
    Nothing,
}

impl Wanted {
    /// What the headers of a GET request ask for of a file of this size.
    pub(super) fn of(headers: &HeaderMap, len: u64) -> Self {
        let mut fields = headers.get_all(RANGE).iter();
        match (fields.next(), fields.next()) {
            (Some(field), None) => Self::parse(field.as_bytes(), len).unwrap_or(Self::All),
            _ => Self::All,
        }
    }

    /// `None` for what is to be ignored.
    fn parse(field: &[u8], len: u64) -> Option<Self> {
        let field = std::str::from_utf8(field).ok()?;
        let (unit, set) = field.split_once('=')?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return None;
        }
        // A list may have empty elements.
        let ranges = set.split(',').map(|range| range.trim_matches([' ', '\t']));
        let mut ranges = ranges.filter(|range| !range.is_empty());
        let (range, None) = (ranges.next()?, ranges.next()) else {
            return None;
        };
        let (first, last) = range.split_once('-')?;
        if first.is_empty() {
            let suffix = number(last)?;
            return Some(match len.checked_sub(suffix) {
                _ if suffix == 0 => Self::Nothing,
                // No Content-Range can tell of an empty range.
                _ if len == 0 => Self::All,
                start => Self::Part(start.unwrap_or(0)..len),
            });
        }
        let first = number(first)?;
        let last = if last.is_empty() {
            u64::MAX
        } else {
            number(last)?
        };
        if last < first {
            return None;
        }
        Some(match first < len {
            true => Self::Part(first..len.min(last.saturating_add(1))),
            false => Self::Nothing,
        })
    }
}

/// A number; one beyond all files is the greatest.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_or_all() {
        let all = || Wanted::All;
        let huge = "9".repeat(40);
        let huge_last = format!("bytes=7-{huge}");
        let huge_first = format!("bytes={huge}-");
        let huge_suffix = format!("bytes=-{huge}");
        let table = [
            ("bytes=0-0", 10, Wanted::Part(0..1)),
            ("bytes=0-9", 10, Wanted::Part(0..10)),
            ("bytes=2-", 10, Wanted::Part(2..10)),
            ("bytes=2-100", 10, Wanted::Part(2..10)),
            (&*huge_last, 10, Wanted::Part(7..10)),
            ("bytes=-3", 10, Wanted::Part(7..10)),
            ("bytes=-30", 10, Wanted::Part(0..10)),
            (&*huge_suffix, 10, Wanted::Part(0..10)),
            ("BYTES=1-1", 10, Wanted::Part(1..2)),
            ("bytes= 1-1 ,, ", 10, Wanted::Part(1..2)),
            ("bytes=10-", 10, Wanted::Nothing),
            ("bytes=10-10", 10, Wanted::Nothing),
            (&*huge_first, 10, Wanted::Nothing),
            ("bytes=-0", 10, Wanted::Nothing),
            ("bytes=0-", 0, Wanted::Nothing),
            ("bytes=-0", 0, Wanted::Nothing),
            ("bytes=-5", 0, all()),
            ("bytes=0-1,4-5", 10, all()),
            ("bytes=5-4", 10, all()),
            ("bytes=+1-2", 10, all()),
            ("bytes=1 -2", 10, all()),
            ("bytes=1-2-3", 10, all()),
            ("bytes=-", 10, all()),
            ("bytes=", 10, all()),
            ("bytes", 10, all()),
            ("bytes=a-b", 10, all()),
            ("bytes=0x1-2", 10, all()),
            ("bytes =0-1", 10, all()),
            ("items=0-1", 10, all()),
        ];
        for (field, len, expected) in table {
            let found = Wanted::parse(field.as_bytes(), len).unwrap_or(Wanted::All);
            assert_eq!(found, expected, "{field} of {len}");
        }
    }
}
