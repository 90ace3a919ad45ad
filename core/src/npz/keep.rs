//! Archives that begin with the members of another one.

use alloc::{vec, vec::Vec};
use core::ops::Range;

use zerocopy::{
    FromBytes, IntoBytes,
    little_endian::{U16, U32, U64},
};

use super::{
    Directory, DirectoryWriter, Member, ZipError,
    member::ZIP64_ID,
    record::{CentralHeader, ExtraFields, LocalHeader, Record, size_of},
    write::{ALIGNMENT, ALIGNMENT_ID, padding_for, push_padding},
};
use crate::{ErrorKind, Result, Step};

/// The members of an old archive with which a new one begins.
///
/// Everything in front of the first member that goes stays where it is: [`Kept::in_place`]. The
/// members after it close ranks, one after the other: [`Kept::moving`], [`Kept::relocate`]. What is
/// known of them stays as it is: times, attributes, comments and fields that nobody here knows.
///
/// ```
/// use npymap_core::{Step, npz::{Directory, Kept}};
///
/// # let old: &[u8] = include_bytes!("example.npz");
/// let directory = Directory::from_slice(old)?;
/// let bytes = |range: std::ops::Range<u64>| &old[range.start as usize..range.end as usize];
/// let records = bytes(directory.range());
/// let mut kept = Kept::new(&directory, records, |member| member.key() != "x")?;
///
/// let mut new = bytes(kept.in_place()).to_vec();
/// for index in kept.moving().to_vec() {
///     let at = directory.members()[index].header_offset();
///     let header = &old[at as usize..];
///     let Step::Done((header, data)) = kept.relocate(index, header, new.len() as u64)? else {
///         return Err("the archive is cut short".into());
///     };
///     new.extend(header);
///     new.extend(bytes(data));
/// }
/// let writer = kept.into_writer()?;
/// new.extend(writer.finish(new.len() as u64));
///
/// let directory = Directory::from_slice(&new)?;
/// let keys: Vec<_> = directory.members().iter().map(|member| member.key()).collect();
/// assert_eq!(keys, ["y", "arr_0"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Kept<'a> {
    directory: &'a Directory,
    /// The record of each member, and where its local header will stand; `None` of those that go.
    members: Vec<Option<(&'a [u8], u64)>>,
    in_place: Range<u64>,
    moving: Vec<usize>,
}

impl<'a> Kept<'a> {
    /// Keeps some members; `records` are the bytes at [`Directory::range`].
    ///
    /// # Errors
    ///
    /// If the bytes are not those of the directory; [`ZipError::Overlap`] if a member that must
    /// move shares its bytes with others; [`ZipError::OutOfRange`] if a member begins where new
    /// ones will be.
    pub fn new(
        directory: &'a Directory,
        records: &'a [u8],
        mut is_kept: impl FnMut(&Member) -> bool,
    ) -> Result<Self> {
        let mut members = Vec::new();
        let mut in_place = 0..directory.range().start;
        let mut rest = records;
        for member in directory.members() {
            let (record, after) = split_record(rest)?;
            rest = after;
            if is_kept(member) {
                members.push(Some((record, member.header_offset())));
            } else {
                members.push(None);
                in_place.end = in_place.end.min(member.header_offset());
            }
        }
        let mut moving = Vec::new();
        for (index, (member, kept)) in directory.members().iter().zip(&members).enumerate() {
            if kept.is_some() && member.header_offset() >= in_place.end {
                if member.extent().is_empty() {
                    member.check()?;
                }
                moving.push((member.header_offset(), index));
            }
        }
        moving.sort_unstable();
        Ok(Self {
            directory,
            members,
            in_place,
            moving: moving.into_iter().map(|(_, index)| index).collect(),
        })
    }

    /// Moves a member, given the bytes of the old archive from its [`Member::header_offset`] on,
    /// however many: its local header will stand at `to`.
    ///
    /// Returns the new local header, and the range of the old archive that follows it.
    ///
    /// # Errors
    ///
    /// [`ZipError::Signature`], [`ZipError::OutOfRange`] and [`ZipError::Overlap`] if the member
    /// does not stand where the directory says.
    pub fn relocate(
        &mut self,
        index: usize,
        local_header: &[u8],
        to: u64,
    ) -> Result<Step<(Vec<u8>, Range<u64>)>> {
        let directory = self.directory;
        let place = self.members.get_mut(index).and_then(Option::as_mut);
        let (Some(member), Some((_, offset))) = (directory.members().get(index), place) else {
            // Nothing stands nowhere.
            return Ok(Step::Done((Vec::new(), 0..0)));
        };
        let extent = member.extent();
        let need = |len: u64| {
            Ok(Step::Need(
                extent.start..(extent.start + len).min(extent.end),
            ))
        };
        let Ok((header, _)) = LocalHeader::ref_from_prefix(local_header) else {
            return need(size_of::<LocalHeader>());
        };
        header.check(extent.start)?;
        let lens = [header.name_len, header.extra_len].map(|len| u64::from(len.get()));
        let len = size_of::<LocalHeader>() + lens.iter().sum::<u64>();
        let start = extent.start.saturating_add(len);
        member.check_end(start)?;
        let Some(old) = local_header.get(..len as usize) else {
            return need(len);
        };
        let new = realigned(old, start, to).unwrap_or_else(|| old.to_vec());
        *offset = to;
        Ok(Step::Done((new, start..extent.end)))
    }

    /// What stays where it is.
    pub fn in_place(&self) -> Range<u64> {
        self.in_place.clone()
    }

    /// Which members must move, by their index in [`Directory::members`], in the order of their
    /// offsets: each goes to where the one before it ends.
    pub fn moving(&self) -> &[usize] {
        &self.moving
    }

    /// The directory of the new archive, to which members can be added.
    ///
    /// # Errors
    ///
    /// If a member has moved to where its record has no room for its offset.
    pub fn into_writer(self) -> Result<DirectoryWriter> {
        let mut writer = DirectoryWriter {
            base: self.directory.base(),
            comment: self.directory.comment().into(),
            ..DirectoryWriter::default()
        };
        for (member, kept) in self.directory.members().iter().zip(&self.members) {
            let Some((record, offset)) = kept else {
                continue;
            };
            let start = writer.records.len();
            writer.records.extend(*record);
            if *offset != member.header_offset() {
                let record = writer.records.get_mut(start..).unwrap_or_default();
                let offset = offset.saturating_sub(writer.base);
                set_offset(record, offset).ok_or_else(|| ZipError::Extra {
                    name: member.excerpt(),
                    offset: self.directory.range().start,
                })?;
            }
            writer.count += 1;
            writer.names.insert(member.name().into());
        }
        Ok(writer)
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

/// A local header at `to` whose padding leaves the data, which began at `data`, as aligned as it
/// was. `None` if it has no padding.
fn realigned(old: &[u8], data: u64, to: u64) -> Option<Vec<u8>> {
    let (header, variable) = LocalHeader::ref_from_prefix(old).ok()?;
    let (name, extra) = variable.split_at_checked(usize::from(header.name_len.get()))?;
    let mut others = vec![];
    let mut is_padded = false;
    for field in ExtraFields(extra) {
        let (id, content) = field.ok()?;
        if id == ALIGNMENT_ID {
            is_padded = true;
        } else {
            others.extend(id.to_le_bytes());
            others.extend((content.len() as u16).to_le_bytes());
            others.extend(content);
        }
    }
    if !is_padded {
        return None;
    }
    let mut new = header.as_bytes().to_vec();
    new.extend(name);
    new.extend(&others);
    let end = to.wrapping_add(new.len() as u64);
    let padding = padding_for(data.wrapping_sub(end) % ALIGNMENT);
    push_padding(&mut new, padding);
    let extra_len = u16::try_from(others.len()).ok()?.checked_add(padding)?;
    let (header, _) = LocalHeader::mut_from_prefix(&mut new).ok()?;
    header.extra_len = U16::new(extra_len);
    Some(new)
}

/// Changes the offset of the local header in a record of the directory, which keeps its length.
fn set_offset(record: &mut [u8], offset: u64) -> Option<()> {
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
            let (place, _) = U64::mut_from_prefix(extra.get_mut(start..)?).ok()?;
            *place = offset.into();
            return Some(());
        }
    }
    header.header_offset = u32::try_from(offset)
        .ok()
        .filter(|&offset| offset < u32::MAX)?
        .into();
    Some(())
}
