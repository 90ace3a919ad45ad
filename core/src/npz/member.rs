//! One member of an archive.

use alloc::boxed::Box;
use core::{fmt, ops::Range};

use zerocopy::FromBytes;

use super::{
    Decoder, ZipError, cp437,
    decoder::check_crc,
    record::{CentralHeader, ExtraFields, LocalHeader, Record, size_of},
};
use crate::{Error, Result, Step, error::Excerpt};

/// How the data of a member is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is a variant for the rest")]
pub enum Method {
    /// Not at all.
    Stored,
    /// By deflate.
    Deflated,
    /// By a method that this crate does not know, e.g. 12 for bzip2 or 14 for LZMA.
    Other(u16),
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stored => f.write_str("stored"),
            Self::Deflated => f.write_str("deflate"),
            Self::Other(number) => write!(f, "method {number}"),
        }
    }
}

/// What the central directory says about one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    name: Box<str>,
    /// The name as stored, where that differs from the bytes of `name`.
    raw_name: Option<Box<[u8]>>,
    method: u16,
    flags: u16,
    crc32: u32,
    compressed_size: u64,
    size: u64,
    header_offset: u64,
    /// Where the next member begins, or the central directory. At most `directory_offset`.
    pub(super) limit: u64,
    directory_offset: u64,
}

/// The flags that mean encryption: of the data, strong, of the central directory.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
/// The flag of names in UTF-8.
pub(super) const UTF8: u16 = 1 << 11;
/// The flag of members whose sizes and checksum stand behind the data.
pub(super) const STREAMED: u16 = 1 << 3;
/// The identifier of the extra field of 64-bit values.
pub(super) const ZIP64_ID: u16 = 1;

impl Member {
    /// The member of a record of the central directory.
    ///
    /// `base` is where the archive begins, `offset` where the record stands, `directory_offset`
    /// where the directory begins.
    pub(super) fn parse(
        header: &CentralHeader,
        raw_name: &[u8],
        extra: &[u8],
        offset: u64,
        base: u64,
        directory_offset: u64,
    ) -> Result<Self, ZipError> {
        let flags = header.flags.get();
        let utf8 = (flags & UTF8 != 0 || raw_name.is_ascii())
            .then(|| core::str::from_utf8(raw_name).ok())
            .flatten();
        let decoded = match utf8 {
            Some(name) => name.into(),
            // Whatever was meant, different names stay different.
            None => cp437::decode(raw_name),
        };
        // As Python has it.
        let name: Box<str> = decoded.split('\0').next().unwrap_or_default().into();
        let sizes = Zip64::parse(header, extra).map_err(|()| ZipError::Extra {
            name: Excerpt::text(&name),
            offset,
        })?;
        Ok(Self {
            raw_name: (name.as_bytes() != raw_name).then(|| raw_name.into()),
            name,
            method: header.method.get(),
            flags,
            crc32: header.crc32.get(),
            compressed_size: sizes.compressed_size,
            size: sizes.size,
            // Saturated, it is out of range all the same.
            header_offset: sizes.header_offset.saturating_add(base),
            limit: directory_offset,
            directory_offset,
        })
    }

    /// The name.
    ///
    /// Bytes that are not marked as UTF-8, or are not UTF-8, are read as code page 437. The name
    /// ends at the first NUL. Python does both. It is the archive's word: it may be empty, an
    /// absolute path or lead outside the directory it is unpacked to.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name as the archive stores it.
    pub fn raw_name(&self) -> &[u8] {
        self.raw_name.as_deref().unwrap_or(self.name.as_bytes())
    }

    /// The name without the suffix `.npy`: what `NpzFile.files` lists.
    pub fn key(&self) -> &str {
        self.name.strip_suffix(".npy").unwrap_or(&self.name)
    }

    /// Whether the name is that of a directory: it ends with a slash.
    pub fn is_dir(&self) -> bool {
        self.name.ends_with('/')
    }

    /// How the data is compressed.
    pub fn method(&self) -> Method {
        match self.method {
            0 => Method::Stored,
            8 => Method::Deflated,
            other => Method::Other(other),
        }
    }

    /// The checksum that the data should have once it is decompressed.
    pub fn crc32(&self) -> u32 {
        self.crc32
    }

    /// Compares the checksum of all bytes of the member with that of the archive, as
    /// [`Decoder::decode`](super::Decoder::decode) does at the end.
    ///
    /// # Errors
    ///
    /// [`ZipError::Crc`] if it is another.
    pub fn check_crc(&self, found: u32) -> Result<()> {
        check_crc(&self.excerpt(), found, self.crc32)
    }

    /// How many bytes the data takes in the archive.
    pub fn compressed_size(&self) -> u64 {
        self.compressed_size
    }

    /// How many bytes the data has once it is decompressed, as declared. No one has checked that
    /// before a [`Decoder`] is done.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether the data is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0
    }

    /// Where the local header begins.
    pub fn header_offset(&self) -> u64 {
        self.header_offset
    }

    /// Refuses a member that cannot be read, as far as the directory tells.
    ///
    /// [`Member::locate`] and [`Member::decoder`] check the same.
    ///
    /// # Errors
    ///
    /// [`ZipError::Encrypted`]; [`ZipError::Method`]; [`ZipError::StoredSize`];
    /// [`ZipError::Inflation`]; [`ZipError::OutOfRange`] and [`ZipError::Overlap`], supposed that
    /// the local header is as short as can be.
    pub fn check(&self) -> Result<()> {
        /// Two bits, a length and a distance of one bit each, stand for 258 bytes at most.
        const DEFLATE_RATIO: u64 = 258 * 8 / 2;

        if self.is_encrypted() {
            return Err(self.encrypted());
        }
        match self.method() {
            Method::Stored if self.compressed_size != self.size => {
                return Err(ZipError::StoredSize {
                    name: self.excerpt(),
                    compressed_size: self.compressed_size,
                    size: self.size,
                }
                .into());
            }
            Method::Other(found) => {
                return Err(ZipError::Method {
                    name: self.excerpt(),
                    found,
                }
                .into());
            }
            Method::Deflated if self.size > self.compressed_size.saturating_mul(DEFLATE_RATIO) => {
                return Err(ZipError::Inflation {
                    name: self.excerpt(),
                    compressed_size: self.compressed_size,
                    size: self.size,
                }
                .into());
            }
            Method::Stored | Method::Deflated => {}
        }
        self.data_range(0).map(drop)
    }

    /// A range to read first: it begins with the local header and goes far enough to hold the
    /// header of the array in most cases, but not beyond the member.
    ///
    /// [`Member::locate`] makes do with less.
    pub fn first_read(&self) -> Range<u64> {
        /// NumPy's headers have 128 bytes unless the dtype is a large structure.
        const NPY_HEADER: u64 = 4096;
        let end = self
            .header_offset
            .saturating_add(self.local_header_len() + NPY_HEADER);
        self.header_offset..end.min(self.limit).max(self.header_offset)
    }

    /// Where the data of the member lies, given the bytes of the archive from
    /// [`Member::header_offset`] on, however many.
    ///
    /// Only the local header knows, since its extra field is another than that of the directory.
    ///
    /// # Errors
    ///
    /// Those of [`Member::check`], these exact now, [`ZipError::Signature`] and
    /// [`ZipError::NameMismatch`].
    pub fn locate(&self, local_header: &[u8]) -> Result<Step<Range<u64>>> {
        self.check()?;
        let Ok((header, rest)) = LocalHeader::ref_from_prefix(local_header) else {
            return Ok(self.need_local_header());
        };
        header.check(self.header_offset)?;
        if header.flags.get() & ENCRYPTED != 0 {
            return Err(self.encrypted());
        }
        let expected = self.raw_name();
        let found_len = usize::from(header.name_len.get());
        let found = rest.get(..found_len).unwrap_or(rest);
        if found != expected {
            if found_len == expected.len() && expected.starts_with(found) {
                return Ok(self.need_local_header());
            }
            return Err(ZipError::NameMismatch {
                offset: self.header_offset,
                found: Excerpt::bytes(found),
                expected: Excerpt::bytes(expected),
            }
            .into());
        }
        self.data_range(header.extra_len.get()).map(Step::Done)
    }

    /// A decoder of the data.
    ///
    /// # Errors
    ///
    /// Those of [`Member::check`].
    pub fn decoder(&self) -> Result<Decoder> {
        Decoder::new(self)
    }

    /// From the local header to where the next member begins, or the directory.
    pub(super) fn extent(&self) -> Range<u64> {
        self.header_offset..self.limit
    }

    /// Refuses a member that goes too far if its data begins at `start`.
    pub(super) fn check_end(&self, start: u64) -> Result<Range<u64>> {
        let end = start.saturating_add(self.compressed_size);
        if end <= self.limit {
            return Ok(start..end);
        }
        let (name, offset) = (self.excerpt(), self.header_offset);
        Err(if end > self.directory_offset {
            ZipError::OutOfRange {
                name,
                offset,
                end,
                limit: self.directory_offset,
            }
        } else {
            ZipError::Overlap {
                name,
                offset,
                end,
                next: self.limit,
            }
        }
        .into())
    }

    pub(super) fn excerpt(&self) -> Excerpt {
        Excerpt::text(&self.name)
    }

    /// The length of the local header without its extra field.
    fn local_header_len(&self) -> u64 {
        size_of::<LocalHeader>() + self.raw_name().len() as u64
    }

    fn need_local_header(&self) -> Step<Range<u64>> {
        // The check before has shown that this lies within the archive.
        Step::Need(self.header_offset..self.header_offset + self.local_header_len())
    }

    /// Where the data lies behind an extra field of `extra_len` bytes in the local header.
    fn data_range(&self, extra_len: u16) -> Result<Range<u64>> {
        let start = self
            .header_offset
            .saturating_add(self.local_header_len() + u64::from(extra_len));
        self.check_end(start)
    }

    #[cold]
    fn encrypted(&self) -> Error {
        ZipError::Encrypted {
            name: self.excerpt(),
        }
        .into()
    }
}

/// The fields of a [`CentralHeader`] that may have to move to a zip64 extra field.
struct Zip64 {
    size: u64,
    compressed_size: u64,
    header_offset: u64,
}

impl Zip64 {
    fn parse(header: &CentralHeader, extra: &[u8]) -> Result<Self, ()> {
        let mut values = Self {
            size: header.size.get().into(),
            compressed_size: header.compressed_size.get().into(),
            header_offset: header.header_offset.get().into(),
        };
        for field in ExtraFields(extra) {
            let (id, mut content) = field?;
            if id != ZIP64_ID {
                continue;
            }
            // The field holds, in this order, only the values that have no room in the header.
            for value in [
                &mut values.size,
                &mut values.compressed_size,
                &mut values.header_offset,
            ] {
                if *value == u64::from(u32::MAX) {
                    let (bytes, rest) = content.split_first_chunk().ok_or(())?;
                    *value = u64::from_le_bytes(*bytes);
                    content = rest;
                }
            }
        }
        Ok(values)
    }
}
