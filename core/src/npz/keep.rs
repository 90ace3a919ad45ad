//! Archives that begin with the members of another one.

use alloc::vec::Vec;
use core::ops::Range;

use zerocopy::{
    FromBytes,
    little_endian::{U32, U64},
};

use super::{
    Directory, DirectoryWriter, Member, ZipError,
    member::ZIP64_ID,
    record::{CentralHeader, ExtraFields, size_of},
};
use crate::{ErrorKind, Result};

/// Bytes of an old archive, and where they belong in the new one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Move {
    /// The bytes of the old archive.
    pub from: Range<u64>,
    /// The offset of the first of them in the new one: at most that in the old.
    pub to: u64,
}

/// Members move by a multiple of this, so that aligned data stays so.
const UNIT: u64 = 64;

impl DirectoryWriter {
    /// The directory of an archive that begins with members of an old one, as they are.
    ///
    /// `records` are the bytes at [`Directory::range`]. What is known of the members that are kept
    /// stays as it is: times, attributes, comments and fields that nobody here knows. The moves
    /// come in the order of their offsets and say what is to be copied; where the last one ends,
    /// the next member can begin. What stands in front of the old archive is kept, too.
    ///
    /// # Errors
    ///
    /// If the bytes are not those of the directory; [`ZipError::Overlap`] if a member to be kept
    /// shares its bytes with others.
    pub fn keep(
        directory: &Directory,
        records: &[u8],
        mut is_kept: impl FnMut(&Member) -> bool,
    ) -> Result<(Self, Vec<Move>)> {
        let mut kept = Vec::new();
        let mut rest = records;
        for member in directory.members() {
            let (record, after) = split_record(rest)?;
            rest = after;
            if is_kept(member) {
                kept.push((member, record));
            }
        }
        let moves = moves(directory, kept.iter().map(|(member, _)| *member))?;

        let mut writer = Self {
            base: directory.base(),
            comment: directory.comment().into(),
            ..Self::default()
        };
        for (member, record) in kept {
            let offset = member.header_offset();
            // The last that begins before it, or with it.
            let index = moves.partition_point(|m| m.from.start <= offset);
            let shift = moves
                .get(index.saturating_sub(1))
                .map_or(0, |m| m.from.start - m.to);
            let start = writer.records.len();
            writer.records.extend(record);
            if shift > 0 {
                let record = writer.records.get_mut(start..).unwrap_or_default();
                move_record(record, shift).ok_or_else(|| ZipError::Extra {
                    name: member.excerpt(),
                    offset: directory.range().start,
                })?;
            }
            writer.count += 1;
            writer.names.insert(member.name().into());
        }
        Ok((writer, moves))
    }
}

/// The first record of a directory, with its variable fields, and what follows it.
fn split_record(bytes: &[u8]) -> Result<(&[u8], &[u8])> {
    let whole = || {
        let (header, _) = CentralHeader::ref_from_prefix(bytes).ok()?;
        let lens = [header.name_len, header.extra_len, header.comment_len];
        let variable: u64 = lens.map(|len| u64::from(len.get())).iter().sum();
        bytes.split_at_checked((size_of::<CentralHeader>() + variable) as usize)
    };
    whole().ok_or_else(|| {
        ErrorKind::Truncated {
            what: "a central directory record",
            expected: size_of::<CentralHeader>(),
            found: bytes.len() as u64,
        }
        .into()
    })
}

/// What to copy so that members close ranks. Each goes as far as the next one, kept or not: what
/// lies between may be a part of it.
fn moves<'a>(directory: &Directory, kept: impl Iterator<Item = &'a Member>) -> Result<Vec<Move>> {
    let mut extents = Vec::new();
    for member in kept {
        let extent = member.header_offset()..member.limit;
        if extent.is_empty() {
            member.check()?;
        }
        extents.push(extent);
    }
    extents.sort_unstable_by_key(|extent| extent.start);
    let members = directory.members().iter();
    let first = members.map(Member::header_offset).min();
    // Without members, what stands in front of the directory belongs to nobody.
    let first = first.unwrap_or(directory.range().start);

    let mut moves = Vec::new();
    let mut last = Move {
        from: 0..first.min(directory.range().start),
        to: 0,
    };
    for extent in extents {
        let shift = last.from.start - last.to;
        let gap = extent.start - last.from.end;
        if gap < UNIT {
            // A gap that cannot be closed, or none.
            last.from.end = extent.end;
            continue;
        }
        let to = extent.start - shift - (gap - gap % UNIT);
        moves.push(core::mem::replace(&mut last, Move { from: extent, to }));
    }
    moves.push(last);
    moves.retain(|m| !m.from.is_empty());
    Ok(moves)
}

/// Takes so much off the offset of a member's local header. It has as many bytes as before.
fn move_record(record: &mut [u8], shift: u64) -> Option<()> {
    let (header, variable) = CentralHeader::mut_from_prefix(record).ok()?;
    let max = U32::MAX_VALUE;
    let name_len = usize::from(header.name_len.get());
    let extra = variable
        .get_mut(name_len..)?
        .get_mut(..usize::from(header.extra_len.get()))?;
    if header.header_offset == max {
        let in_front = [header.size, header.compressed_size];
        let in_front = in_front.iter().filter(|&&value| value == max).count() * 8;
        let mut at = 0;
        let found = ExtraFields(extra)
            .map_while(|field| field.ok())
            .find_map(|(id, content)| {
                let start = at + 4 + in_front;
                at += 4 + content.len();
                (id == ZIP64_ID).then_some(start)
            });
        if let Some(start) = found {
            let (offset, _) = U64::mut_from_prefix(extra.get_mut(start..)?).ok()?;
            *offset = offset.get().checked_sub(shift)?.into();
            return Some(());
        }
    }
    let offset = header.header_offset.get();
    header.header_offset = U32::new(u32::try_from(u64::from(offset).checked_sub(shift)?).ok()?);
    Some(())
}
