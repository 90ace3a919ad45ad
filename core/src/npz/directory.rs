//! The members of an archive.

use alloc::{boxed::Box, vec::Vec};
use core::{cmp::Ordering, ops::Range};

use zerocopy::FromBytes;

use super::{
    DirectoryReader, Limits, Member,
    record::{CentralHeader, Record, size_of},
};
use crate::{ErrorKind, Result, Step, sort};

/// What an archive holds.
#[derive(Clone, Debug)]
pub struct Directory {
    members: Box<[Member]>,
    /// Indices into `members`, by name and then by position.
    by_name: Box<[usize]>,
    range: Range<u64>,
    base: u64,
    comment: Box<[u8]>,
}

impl Directory {
    /// Reads the directory of an archive that lies in memory as a whole.
    ///
    /// # Errors
    ///
    /// Those of [`DirectoryReader::step`].
    ///
    /// ```
    /// use npymap_core::npz::{Directory, Method};
    ///
    /// # let archive: &[u8] = include_bytes!("example.npz");
    /// let directory = Directory::from_slice(archive)?;
    /// let member = directory.find("x").ok_or("no such member")?;
    /// assert_eq!(member.name(), "x.npy");
    /// assert_eq!(member.method(), Method::Stored);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_slice(archive: &[u8]) -> Result<Self> {
        let mut reader = DirectoryReader::new(archive.len() as u64, Limits::default());
        let mut range = 0..0;
        loop {
            // The reader asks for nothing beyond the input.
            let bytes = archive.get(range.clone()).unwrap_or_default();
            match reader.step(range.start as u64, bytes)? {
                Step::Done(directory) => return Ok(directory),
                Step::Need(wanted) => range = wanted.start as usize..wanted.end as usize,
            }
        }
    }

    /// The members in the order of the directory: arrays, other files, directories, duplicates.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The member of a key, as `NpzFile` looks it up: a member of that very name, or else one with
    /// the suffix `.npy` added. Of several members of the same name, it is the last.
    pub fn find(&self, key: &str) -> Option<&Member> {
        self.last(|name| name.cmp(key.as_bytes()))
            .or_else(|| self.last(|name| cmp_joined(name, key.as_bytes(), b".npy")))
    }

    /// Where the records of the directory are in the file.
    pub fn range(&self) -> Range<u64> {
        self.range.clone()
    }

    /// Where the archive begins in the file: what offsets inside it count from.
    pub fn base(&self) -> u64 {
        self.base
    }

    /// The comment of the archive, as far as the file has it.
    pub fn comment(&self) -> &[u8] {
        &self.comment
    }

    /// The last of the members whose names compare equal.
    fn last(&self, cmp: impl Fn(&[u8]) -> Ordering) -> Option<&Member> {
        let name_of = |&index: &usize| self.members.get(index).map(|m| m.name().as_bytes());
        let after = self
            .by_name
            .partition_point(|index| name_of(index).is_some_and(|name| cmp(name).is_le()));
        let index = self.by_name.get(after.checked_sub(1)?)?;
        let member = self.members.get(*index)?;
        cmp(member.name().as_bytes()).is_eq().then_some(member)
    }

    /// Parses a central directory that begins at `offset` of the file, in an archive that begins
    /// at `base`.
    pub(super) fn parse(bytes: &[u8], offset: u64, base: u64, comment: &[u8]) -> Result<Self> {
        let mut members = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let at = offset + (bytes.len() - rest.len()) as u64;
            let found = rest.len() as u64;
            let truncated = move |expected| ErrorKind::Truncated {
                what: "a central directory record",
                expected,
                found,
            };
            let (header, after) = CentralHeader::ref_from_prefix(rest)
                .map_err(|_| truncated(size_of::<CentralHeader>()))?;
            header.check(at)?;
            let lens = [header.name_len, header.extra_len, header.comment_len];
            let [name_len, extra_len, comment_len] = lens.map(|len| usize::from(len.get()));
            let split = || {
                let (name, after) = after.split_at_checked(name_len)?;
                let (extra, after) = after.split_at_checked(extra_len)?;
                Some((name, extra, after.get(comment_len..)?))
            };
            let (name, extra, after) = split().ok_or_else(|| {
                let variable = name_len + extra_len + comment_len;
                truncated(size_of::<CentralHeader>() + variable as u64)
            })?;
            members.push(Member::parse(header, name, extra, at, base, offset)?);
            rest = after;
        }
        limit(&mut members);
        let mut by_name: Box<[usize]> = (0..members.len()).collect();
        sort::by_key(&mut by_name, |&index| {
            (members.get(index).map(Member::name), index)
        });
        Ok(Self {
            members: members.into(),
            by_name,
            range: offset..offset + bytes.len() as u64,
            base,
            comment: comment.into(),
        })
    }
}

/// Lets each member end where the next one begins. Members that begin at the same place are given
/// no room at all.
fn limit(members: &mut [Member]) {
    let mut by_offset: Vec<&mut Member> = members.iter_mut().collect();
    sort::by_key(&mut by_offset, |member| member.header_offset());
    let mut groups = by_offset
        .chunk_by_mut(|a, b| a.header_offset() == b.header_offset())
        .peekable();
    while let Some(group) = groups.next() {
        let next = groups.peek().and_then(|group| group.first());
        let next = next.map(|member| member.header_offset());
        let shared = group.len() > 1;
        for member in group {
            let next = if shared {
                Some(member.header_offset())
            } else {
                next
            };
            member.limit = next.unwrap_or(member.limit).min(member.limit);
        }
    }
}

/// Compares a name with two byte strings joined.
fn cmp_joined(name: &[u8], stem: &[u8], suffix: &[u8]) -> Ordering {
    match name.split_at_checked(stem.len()) {
        Some((head, tail)) => head.cmp(stem).then_with(|| tail.cmp(suffix)),
        None => name.cmp(stem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_strings_compare_as_if_joined() {
        let names = [
            "",
            "a",
            "a.",
            "a.npx",
            "a.npy",
            "a.npy.npy",
            "a.npz",
            "ab",
            "b",
        ];
        for name in names {
            for stem in ["", "a", "ab", "a.npy", "b"] {
                let joined = std::format!("{stem}.npy");
                assert_eq!(
                    cmp_joined(name.as_bytes(), stem.as_bytes(), b".npy"),
                    name.cmp(&joined),
                    "{name} {joined}"
                );
            }
        }
    }
}
