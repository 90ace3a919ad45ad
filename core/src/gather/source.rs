//! Where gathered bytes come from.

use core::{fmt, ops::Range};

use smallvec::SmallVec;

use crate::{ErrorKind, Result};

/// Data bytes in memory, addressed by their offset from the first byte of the data, as a
/// [`Layout`](crate::Layout) has it.
#[derive(Clone)]
pub struct Source<'a> {
    /// Ascending, disjoint, none empty, and none adjoining the one before it.
    fragments: SmallVec<[Fragment<'a>; 1]>,
}

#[derive(Clone, Copy)]
struct Fragment<'a> {
    start: u64,
    bytes: &'a [u8],
}

impl<'a> Source<'a> {
    /// All bytes of the data, or as many of them, from the first on, as there are.
    pub fn whole(bytes: &'a [u8]) -> Self {
        Self {
            fragments: SmallVec::from_buf([Fragment { start: 0, bytes }]),
        }
    }

    /// The bytes of ranges, one range after the other: what a reader has once it has read the
    /// ranges of a [`Plan`](crate::plan::Plan).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Ranges`] if the ranges do not ascend or overlap; [`ErrorKind::BufferSize`] if
    /// `bytes` is not exactly as long as the ranges together.
    pub fn fragments(ranges: &[Range<u64>], bytes: &'a [u8]) -> Result<Self> {
        let mut fragments = SmallVec::new();
        let mut rest = bytes;
        for (start, len) in joined(ranges, bytes.len())? {
            // The lengths make that of `bytes`.
            let (head, tail) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            fragments.push(Fragment { start, bytes: head });
            rest = tail;
        }
        Ok(Self { fragments })
    }

    /// A reader with a memory of where it last read.
    pub(super) fn reader(&self) -> Reader<'_, 'a> {
        Reader {
            source: self,
            last: 0,
        }
    }
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = |f: &Fragment<'_>| f.start..f.start + f.bytes.len() as u64;
        f.debug_list()
            .entries(self.fragments.iter().map(range))
            .finish()
    }
}

/// Looks up bytes of a [`Source`].
pub(super) struct Reader<'s, 'a> {
    source: &'s Source<'a>,
    /// The index of the fragment that was used last.
    last: usize,
}

impl<'a> Reader<'_, 'a> {
    /// `len` bytes that lie together, if they do.
    pub(super) fn find(&mut self, at: u64, len: usize) -> Option<&'a [u8]> {
        let fragments = &self.source.fragments;
        let part = |fragment: &Fragment<'a>| {
            let skip = usize::try_from(at.checked_sub(fragment.start)?).ok()?;
            fragment.bytes.get(skip..)?.get(..len)
        };
        if let Some(bytes) = fragments.get(self.last).and_then(part) {
            return Some(bytes);
        }
        // Most often it is the next one.
        if let Some(bytes) = fragments.get(self.last + 1).and_then(part) {
            self.last += 1;
            return Some(bytes);
        }
        let after = fragments.partition_point(|fragment| fragment.start <= at);
        let index = after.checked_sub(1)?;
        let bytes = fragments.get(index).and_then(part)?;
        self.last = index;
        Some(bytes)
    }

    /// `len` bytes that lie together.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotGiven`] if the source lacks any of them.
    pub(super) fn get(&mut self, at: u64, len: usize) -> Result<&'a [u8]> {
        self.find(at, len).ok_or_else(|| {
            ErrorKind::NotGiven {
                offset: at,
                len: len as u64,
            }
            .into()
        })
    }
}

/// The starts and lengths of ranges, in ascending order, none empty and none adjoining the one
/// before it, so that no element straddles two. `len` is how many bytes there are for them.
///
/// # Errors
///
/// Those of [`Source::fragments`].
pub(super) fn joined(
    ranges: &[Range<u64>],
    len: usize,
) -> Result<impl Iterator<Item = (u64, usize)> + use<>> {
    let expected = ranges.iter().fold(0, |n: u64, range| {
        n.saturating_add(range.end.saturating_sub(range.start))
    });
    let mut joined = SmallVec::<[(u64, usize); 1]>::new();
    let mut total = 0_u64;
    let mut ranges = ranges.iter().peekable();
    let mut position = 0;
    while let Some(first) = ranges.next() {
        let mut end = first.end;
        while let Some(next) = ranges.next_if(|next| next.start == end) {
            end = next.end.max(end);
        }
        if first.start < position || end < first.start {
            return Err(ErrorKind::Ranges {
                start: first.start,
                end,
                position,
            }
            .into());
        }
        total = total.saturating_add(end - first.start);
        match usize::try_from(end - first.start) {
            Ok(0) => {}
            Ok(len) => joined.push((first.start, len)),
            Err(_) => break,
        }
        position = end;
    }
    if total != len as u64 {
        return Err(ErrorKind::BufferSize {
            what: "the buffer of the ranges",
            expected,
            found: len as u64,
        }
        .into());
    }
    Ok(joined.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    #[expect(
        clippy::reversed_empty_ranges,
        clippy::single_range_in_vec_init,
        reason = "a caller may do that"
    )]
    fn ranges_must_ascend_and_have_their_bytes() {
        let refuse = |ranges: &[Range<u64>], len| {
            let bytes = std::vec![0; len];
            Source::fragments(ranges, &bytes).unwrap_err().to_string()
        };
        assert_eq!(
            refuse(&[4..8, 6..9], 7),
            "byte range 6..9 does not come after byte 8, where the one before it ends"
        );
        assert_eq!(
            refuse(&[8..4], 0),
            "byte range 8..4 does not come after byte 0, where the one before it ends"
        );
        assert_eq!(
            refuse(&[4..8], 5),
            "the buffer of the ranges must have 4 bytes, found 5"
        );
        assert_eq!(
            refuse(&[4..8, 10..u64::MAX], 5),
            "the buffer of the ranges must have 18446744073709551609 bytes, \
             found 5"
        );
    }

    #[test]
    fn bytes_are_found_where_they_lie_together() {
        let bytes: std::vec::Vec<u8> = (0..10).collect();
        let source = Source::fragments(&[2..5, 5..5, 5..8, 10..14], &bytes).unwrap();
        let mut reader = source.reader();
        assert_eq!(reader.find(10, 4), Some(&[6, 7, 8, 9][..]));
        assert_eq!(reader.find(4, 3), Some(&[2, 3, 4][..]));
        assert_eq!(reader.find(12, 1), Some(&[8][..]));
        assert_eq!(reader.find(7, 2), None);
        assert_eq!(reader.find(0, 3), None);
        assert_eq!(reader.find(u64::MAX, 1), None);
        assert_eq!(
            reader.get(7, 2).unwrap_err().to_string(),
            "bytes 7..9 of the data were not given"
        );
    }
}
