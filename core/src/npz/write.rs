//! Writing: the records of an archive, around data that the caller writes.
//!
//! They are those of Python's `zipfile` with the choices of NumPy: no time, no compression or
//! deflate, and 64-bit fields. Unlike NumPy's, the 64-bit fields appear only where they are needed,
//! and the data of an array can begin where a map wants it.

use alloc::{boxed::Box, collections::BTreeSet, vec::Vec};

use zerocopy::{
    IntoBytes,
    little_endian::{U16, U32, U64},
};

use super::{
    Method, ZipError,
    member::{STREAMED, UTF8, ZIP64_ID},
    path::relative_path,
    record::{
        CentralHeader, EndRecord, LocalHeader, Record, Zip64EndRecord, Zip64Locator, size_of,
    },
};
use crate::{ErrorKind, Result, error::Excerpt};

/// The data of an aligned array begins at a multiple of this in the archive.
pub(super) const ALIGNMENT: u64 = 64;

/// The extra field of Android's `zipalign`: the alignment in two bytes, and padding.
pub(super) const ALIGNMENT_ID: u16 = 0xd935;

/// The least that a reader must know: deflate and directories, or 64-bit fields.
const VERSION: u16 = 20;
const VERSION_ZIP64: u16 = 45;

/// 1980-01-01, the first day that there is. NumPy gives no other, and so equal arrays make equal
/// archives.
const TIME: [U16; 2] = [U16::ZERO, U16::new(1 << 5 | 1)];

/// Writers are on Unix, where a member may be read and written by its owner: as Python has it.
const SYSTEM: u16 = 3 << 8;
const ATTRIBUTES: u32 = 0o600 << 16;

/// A member that is being written.
///
/// ```
/// use npymap_core::npz::{Crc32, Directory, DirectoryWriter, Method};
///
/// let text = b"text";
/// let mut directory = DirectoryWriter::new();
/// let mut member = directory.begin("x.txt", Method::Stored, 0, text.len() as u64)?;
/// let mut crc = Crc32::new();
/// crc.update(text);
/// member.set_contents(crc.value(), 4, 4)?;
///
/// let mut archive = member.local_header();
/// archive.extend(text);
/// directory.push(&member);
/// archive.extend(directory.finish(archive.len() as u64));
///
/// let directory = Directory::from_slice(&archive)?;
/// assert_eq!(directory.find("x.txt").map(|member| member.size()), Some(4));
/// # Ok::<(), npymap_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct NewMember {
    name: Box<str>,
    method: Method,
    header_offset: u64,
    is_zip64: bool,
    is_streamed: bool,
    /// The length of the whole extra field that aligns the data: 0, or more than its fixed part.
    padding: u16,
    crc32: u32,
    compressed_size: u64,
    size: u64,
}

impl NewMember {
    /// Makes the data of the array begin at a multiple of 64 in the archive, given the length of
    /// the NPY header, with which a stored member begins.
    pub fn aligned(mut self, npy_header_len: u64) -> Self {
        self.padding = 0;
        let data = self.data_offset().wrapping_add(npy_header_len);
        self.padding = padding_for(data.wrapping_neg() % ALIGNMENT);
        self
    }

    /// Puts size and checksum behind the data, for archives that are written from the first byte
    /// to the last: see [`NewMember::descriptor`].
    pub fn streamed(mut self) -> Self {
        self.is_streamed = true;
        self
    }

    /// Says what the data is, once that is known.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TooLarge`] if it is larger than was announced, and the header has no room for
    /// such a size.
    pub fn set_contents(&mut self, crc32: u32, compressed_size: u64, size: u64) -> Result<()> {
        let found = compressed_size.max(size);
        if needs_zip64(found) && !self.is_zip64 {
            return Err(ErrorKind::TooLarge {
                what: "the member",
                found,
                limit: u64::from(u32::MAX) - 1,
            }
            .into());
        }
        self.crc32 = crc32;
        self.compressed_size = compressed_size;
        self.size = size;
        Ok(())
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the local header begins.
    pub fn header_offset(&self) -> u64 {
        self.header_offset
    }

    /// Where the data begins, be the contents known or not.
    pub fn data_offset(&self) -> u64 {
        let len = size_of::<LocalHeader>() + self.name.len() as u64 + u64::from(self.extra_len());
        self.header_offset.saturating_add(len)
    }

    /// What stands in front of the data.
    pub fn local_header(&self) -> Vec<u8> {
        let known = |value: u64| if self.is_streamed { 0 } else { value };
        let sizes = [self.size, self.compressed_size].map(known);
        let in_header = |size: u64| match self.is_zip64 {
            true => U32::MAX_VALUE,
            false => U32::new(size as u32),
        };
        let header = LocalHeader {
            signature: LocalHeader::SIGNATURE,
            version: self.version().into(),
            flags: self.flags().into(),
            method: method_number(self.method).into(),
            time: TIME,
            crc32: U32::new(if self.is_streamed { 0 } else { self.crc32 }),
            compressed_size: in_header(sizes[1]),
            size: in_header(sizes[0]),
            // Checked when it began.
            name_len: U16::new(self.name.len() as u16),
            extra_len: self.extra_len().into(),
        };
        let mut bytes = header.as_bytes().to_vec();
        bytes.extend(self.name.as_bytes());
        if self.is_zip64 {
            push_zip64(&mut bytes, &sizes);
        }
        push_padding(&mut bytes, self.padding);
        bytes
    }

    /// What stands behind the data of a [streamed](NewMember::streamed) member; nothing for others.
    pub fn descriptor(&self) -> Vec<u8> {
        if !self.is_streamed {
            return Vec::new();
        }
        let mut bytes = Vec::from(b"PK\x07\x08");
        bytes.extend(self.crc32.to_le_bytes());
        for size in [self.compressed_size, self.size] {
            match self.is_zip64 {
                true => bytes.extend(size.to_le_bytes()),
                false => bytes.extend((size as u32).to_le_bytes()),
            }
        }
        bytes
    }

    fn version(&self) -> u16 {
        match self.is_zip64 {
            true => VERSION_ZIP64,
            false => VERSION,
        }
    }

    fn flags(&self) -> u16 {
        let name = if self.name.is_ascii() { 0 } else { UTF8 };
        name | if self.is_streamed { STREAMED } else { 0 }
    }

    /// Of the local header.
    fn extra_len(&self) -> u16 {
        /// Identifier, length and two sizes.
        const ZIP64_LEN: u16 = 20;
        self.padding + if self.is_zip64 { ZIP64_LEN } else { 0 }
    }
}

/// The central directory of an archive that is being written.
#[derive(Clone, Debug, Default)]
pub struct DirectoryWriter {
    pub(super) records: Vec<u8>,
    pub(super) count: u64,
    pub(super) names: BTreeSet<Box<str>>,
    /// Where the archive begins in its file.
    pub(super) base: u64,
    pub(super) comment: Box<[u8]>,
}

impl DirectoryWriter {
    /// That of an archive without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a member whose local header will stand at `header_offset`, and whose data will have
    /// no more than `max_len` bytes, compressed or not.
    ///
    /// `max_len` decides whether the header has fields of 64 bits. An estimate will do.
    ///
    /// # Errors
    ///
    /// [`ZipError::DuplicateName`]; [`ZipError::Path`] and [`ZipError::NameTooLong`] if it could
    /// not be unpacked, or not at all be written; [`ZipError::Method`].
    pub fn begin(
        &self,
        name: &str,
        method: Method,
        header_offset: u64,
        max_len: u64,
    ) -> Result<NewMember> {
        if let Method::Other(found) = method {
            let name = Excerpt::text(name);
            return Err(ZipError::Method { name, found }.into());
        }
        if self.names.contains(name) {
            let name = Excerpt::text(name);
            return Err(ZipError::DuplicateName { name }.into());
        }
        if name.len() > usize::from(u16::MAX) {
            return Err(ZipError::NameTooLong {
                len: name.len() as u64,
                name: Excerpt::text(name),
            }
            .into());
        }
        relative_path(name, false)?;
        Ok(NewMember {
            name: name.into(),
            method,
            header_offset,
            is_zip64: needs_zip64(max_len),
            is_streamed: false,
            padding: 0,
            crc32: 0,
            compressed_size: 0,
            size: 0,
        })
    }

    /// Adds a member whose contents are known.
    pub fn push(&mut self, member: &NewMember) {
        let offset = member.header_offset.saturating_sub(self.base);
        let values = [member.size, member.compressed_size, offset];
        let [size, compressed_size, header_offset] = values.map(|value| {
            if needs_zip64(value) {
                u32::MAX
            } else {
                value as u32
            }
        });
        let large = values.into_iter().filter(|&value| needs_zip64(value));
        let mut extra = Vec::new();
        push_zip64(&mut extra, &large.collect::<Vec<_>>());
        let version = match extra.is_empty() {
            true => member.version(),
            false => VERSION_ZIP64,
        };
        let header = CentralHeader {
            signature: CentralHeader::SIGNATURE,
            versions: [U16::new(SYSTEM | version), version.into()],
            flags: member.flags().into(),
            method: method_number(member.method).into(),
            time: TIME,
            crc32: member.crc32.into(),
            compressed_size: compressed_size.into(),
            size: size.into(),
            name_len: U16::new(member.name.len() as u16),
            extra_len: U16::new(extra.len() as u16),
            comment_len: U16::ZERO,
            disk: U16::ZERO,
            internal_attributes: U16::ZERO,
            external_attributes: ATTRIBUTES.into(),
            header_offset: header_offset.into(),
        };
        self.records.extend(header.as_bytes());
        self.records.extend(member.name.as_bytes());
        self.records.extend(extra);
        self.count += 1;
        self.names.insert(member.name.clone());
    }

    /// The end of the archive: the directory, which begins at `offset`, and the end records.
    pub fn finish(self, offset: u64) -> Vec<u8> {
        let size = self.records.len() as u64;
        let end = offset.saturating_add(size);
        let [count, offset, end] = [
            self.count,
            offset - self.base.min(offset),
            end - self.base.min(end),
        ];
        let mut bytes = self.records;
        let is_zip64 = count >= u64::from(u16::MAX) || needs_zip64(offset) || needs_zip64(size);
        if is_zip64 {
            let record = Zip64EndRecord {
                signature: Zip64EndRecord::SIGNATURE,
                record_size: U64::new(size_of::<Zip64EndRecord>() - 12),
                versions: [U16::new(SYSTEM | VERSION_ZIP64), VERSION_ZIP64.into()],
                disk: U32::ZERO,
                directory_disk: U32::ZERO,
                entries: [count.into(); 2],
                directory_size: size.into(),
                directory_offset: offset.into(),
            };
            let locator = Zip64Locator {
                signature: Zip64Locator::SIGNATURE,
                disk: U32::ZERO,
                end_offset: end.into(),
                disks: U32::new(1),
            };
            bytes.extend(record.as_bytes());
            bytes.extend(locator.as_bytes());
        }
        let u32_or_max = |value| U32::new(u32::try_from(value).unwrap_or(u32::MAX));
        let record = EndRecord {
            signature: EndRecord::SIGNATURE,
            disk: U16::ZERO,
            directory_disk: U16::ZERO,
            entries: [U16::new(u16::try_from(count).unwrap_or(u16::MAX)); 2],
            directory_size: u32_or_max(size),
            directory_offset: u32_or_max(offset),
            comment_len: U16::new(self.comment.len() as u16),
        };
        bytes.extend(record.as_bytes());
        bytes.extend(self.comment);
        bytes
    }
}

/// Whether a value has no room in 32 bits, of which all set means that it is elsewhere.
fn needs_zip64(value: u64) -> bool {
    value >= u64::from(u32::MAX)
}

/// The extra field of 64-bit values, if there are any.
fn push_zip64(bytes: &mut Vec<u8>, values: &[u64]) {
    if values.is_empty() {
        return;
    }
    bytes.extend(ZIP64_ID.to_le_bytes());
    bytes.extend((values.len() as u16 * 8).to_le_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

/// The length of an extra field that moves the data so many bytes on, at least.
pub(super) fn padding_for(missing: u64) -> u16 {
    /// Identifier, length and the alignment itself.
    const LEAST: u64 = 6;
    match missing {
        0 => 0,
        LEAST.. => missing as u16,
        _ => (missing + ALIGNMENT) as u16,
    }
}

/// An extra field of that length.
pub(super) fn push_padding(bytes: &mut Vec<u8>, padding: u16) {
    let Some(rest) = padding.checked_sub(4) else {
        return;
    };
    bytes.extend(ALIGNMENT_ID.to_le_bytes());
    bytes.extend(rest.to_le_bytes());
    let end = bytes.len() + usize::from(rest);
    bytes.extend((ALIGNMENT as u16).to_le_bytes());
    bytes.resize(end, 0);
}

fn method_number(method: Method) -> u16 {
    match method {
        Method::Stored => 0,
        Method::Deflated => 8,
        Method::Other(number) => number,
    }
}
