//! Where written bytes go to.

use core::{fmt, ops::Range};

use smallvec::SmallVec;

use super::source::joined;
use crate::{ErrorKind, Result};

/// Data bytes in memory to be written, addressed by their offset from the first byte of the data,
/// as a [`Layout`](crate::Layout) has it: the counterpart of a [`Source`](super::Source).
pub struct Target<'a> {
    /// Ascending, disjoint, none empty, and none adjoining the one before it.
    fragments: SmallVec<[Fragment<'a>; 1]>,
    /// The index of the fragment that was used last.
    last: usize,
}

struct Fragment<'a> {
    start: u64,
    bytes: &'a mut [u8],
}

impl<'a> Target<'a> {
    /// All bytes of the data, or as many of them, from the first on, as there are.
    pub fn whole(bytes: &'a mut [u8]) -> Self {
        Self {
            fragments: SmallVec::from_buf([Fragment { start: 0, bytes }]),
            last: 0,
        }
    }

    /// The bytes of ranges, one range after the other.
    ///
    /// This is for writers by position: read the ranges of a [`Plan`](crate::plan::Plan), write
    /// into them what is assigned, and write them back. What lies between the elements stays what
    /// it was. With ranges that have no gaps, those of [`Layout::byte_runs`](crate::Layout::byte_runs), there
    /// is nothing to be read.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Ranges`] if the ranges do not ascend or overlap; [`ErrorKind::BufferSize`] if
    /// `bytes` is not exactly as long as the ranges together.
    pub fn fragments(ranges: &[Range<u64>], bytes: &'a mut [u8]) -> Result<Self> {
        let mut fragments = SmallVec::new();
        let mut rest = bytes;
        for (start, len) in joined(ranges, rest.len())? {
            // The lengths make that of `bytes`.
            let Some((bytes, tail)) = rest.split_at_mut_checked(len) else {
                break;
            };
            fragments.push(Fragment { start, bytes });
            rest = tail;
        }
        Ok(Self { fragments, last: 0 })
    }

    /// The bytes before an offset and those from it on, to be written at the same time.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, assign::{Target, fill}};
    ///
    /// let rows = Layout::new(DType::UINT8, &[3, 2], Order::C)?;
    /// let (upper, lower) = rows.split_at(0, 2)?;
    /// let mut bytes = [0; 6];
    /// let (mut high, mut low) = Target::whole(&mut bytes).split_at(lower.byte_span().start);
    /// std::thread::scope(|s| {
    ///     s.spawn(move || fill(&[1], &DType::UINT8, &upper, &mut high));
    ///     s.spawn(move || fill(&[2], &DType::UINT8, &lower, &mut low));
    /// });
    /// assert_eq!(bytes, [1, 1, 1, 1, 2, 2]);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn split_at(self, offset: u64) -> (Self, Self) {
        let mut parts = [SmallVec::new(), SmallVec::new()];
        let [before, after] = &mut parts;
        for Fragment { start, bytes } in self.fragments {
            let len = usize::try_from(offset.saturating_sub(start)).unwrap_or(usize::MAX);
            let (low, high) = bytes.split_at_mut(len.min(bytes.len()));
            let middle = start + low.len() as u64;
            for (part, start, bytes) in [(&mut *before, start, low), (&mut *after, middle, high)] {
                if !bytes.is_empty() {
                    part.push(Fragment { start, bytes });
                }
            }
        }
        let [before, after] = parts.map(|fragments| Self { fragments, last: 0 });
        (before, after)
    }

    /// `len` bytes that lie together, if they do.
    pub(super) fn find(&mut self, at: u64, len: usize) -> Option<&mut [u8]> {
        let holds = |fragment: &Fragment<'_>| {
            let skip = at.checked_sub(fragment.start).map(usize::try_from);
            let end = skip?.ok()?.checked_add(len)?;
            (end <= fragment.bytes.len()).then_some(())
        };
        if self.fragments.get(self.last).and_then(holds).is_none() {
            // Most often it is the next one.
            self.last = match self.fragments.get(self.last + 1).and_then(holds) {
                Some(()) => self.last + 1,
                None => {
                    let after = self.fragments.partition_point(|f| f.start <= at);
                    after.checked_sub(1)?
                }
            };
        }
        let fragment = self.fragments.get_mut(self.last)?;
        let skip = usize::try_from(at.checked_sub(fragment.start)?).ok()?;
        fragment.bytes.get_mut(skip..)?.get_mut(..len)
    }

    /// `len` bytes that lie together.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotGiven`] if the target lacks any of them.
    pub(super) fn get(&mut self, at: u64, len: usize) -> Result<&mut [u8]> {
        self.find(at, len).ok_or_else(|| {
            ErrorKind::NotGiven {
                offset: at,
                len: len as u64,
            }
            .into()
        })
    }
}

impl fmt::Debug for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = |f: &Fragment<'_>| f.start..f.start + f.bytes.len() as u64;
        f.debug_list()
            .entries(self.fragments.iter().map(range))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "it is one range")]
    fn bytes_are_found_where_they_lie_together() {
        let mut bytes: std::vec::Vec<u8> = (0..10).collect();
        let mut target = Target::fragments(&[2..5, 5..5, 5..8, 10..14], &mut bytes).unwrap();
        assert_eq!(target.find(10, 4), Some(&mut [6, 7, 8, 9][..]));
        assert_eq!(target.find(4, 3), Some(&mut [2, 3, 4][..]));
        assert_eq!(target.find(12, 1), Some(&mut [8][..]));
        assert_eq!(target.find(7, 2), None);
        assert_eq!(target.find(0, 3), None);
        assert_eq!(target.find(u64::MAX, 1), None);
        assert_eq!(
            target.get(7, 2).unwrap_err().to_string(),
            "bytes 7..9 of the data were not given"
        );
        let (mut low, mut high) = target.split_at(4);
        assert_eq!(low.find(2, 2), Some(&mut [0, 1][..]));
        assert_eq!(low.find(4, 1), None);
        assert_eq!(high.find(4, 4), Some(&mut [2, 3, 4, 5][..]));
        assert_eq!(high.find(10, 4), Some(&mut [6, 7, 8, 9][..]));
        let (mut low, mut high) = high.split_at(9);
        assert_eq!(low.find(4, 4), Some(&mut [2, 3, 4, 5][..]));
        assert_eq!(high.find(10, 4), Some(&mut [6, 7, 8, 9][..]));
        assert_eq!(
            Target::fragments(&[0..4], &mut [0; 3])
                .unwrap_err()
                .to_string(),
            "the buffer of the ranges must have 4 bytes, found 3"
        );
    }
}
