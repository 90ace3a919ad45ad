//! What can be wrong with an archive.

use core::fmt;

use crate::error::Excerpt;

/// Why an archive, or a member of one, was refused.
///
/// Offsets count from the start of the file, unless a variant says otherwise.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ZipError {
    /// The data of a member does not have the checksum that the directory gives.
    Crc {
        /// The member.
        name: Excerpt,
        /// The checksum of the data.
        found: u32,
        /// That of the directory.
        expected: u32,
    },
    /// The deflated data of a member is not valid.
    Deflate {
        /// The member.
        name: Excerpt,
        /// Where decoding stopped, counted from the first byte of the compressed data.
        offset: u64,
    },
    /// The deflated data of a member has not come to its end where the directory says it ends.
    DeflateTruncated {
        /// The member.
        name: Excerpt,
        /// The compressed size in the directory.
        compressed_size: u64,
    },
    /// The central directory cannot lie where the end record says.
    DirectoryRange {
        /// Its declared offset, from the start of the archive.
        offset: u64,
        /// Its declared size.
        size: u64,
        /// Where it must end.
        end: u64,
    },
    /// The archive has a member of that name already.
    DuplicateName {
        /// The name.
        name: Excerpt,
    },
    /// The member is encrypted.
    Encrypted {
        /// The member.
        name: Excerpt,
    },
    /// The extra field of a member is malformed.
    Extra {
        /// The member.
        name: Excerpt,
        /// The offset of its record in the central directory.
        offset: u64,
    },
    /// The member declares more bytes than its compressed ones can hold.
    Inflation {
        /// The member.
        name: Excerpt,
        /// The compressed size in the directory.
        compressed_size: u64,
        /// The size in the directory.
        size: u64,
    },
    /// The member is compressed by a method other than deflate.
    Method {
        /// The member.
        name: Excerpt,
        /// The number of the method.
        found: u16,
    },
    /// The archive is split over several files.
    MultiDisk {
        /// The offset of the record that says so.
        offset: u64,
    },
    /// A local header bears another name than the directory.
    NameMismatch {
        /// The offset of the local header.
        offset: u64,
        /// The name in the local header.
        found: Excerpt,
        /// The name in the directory.
        expected: Excerpt,
    },
    /// The name of a new member is too long.
    NameTooLong {
        /// The name.
        name: Excerpt,
        /// How many bytes it has.
        len: u64,
    },
    /// There is no end record: this is not a zip archive, or its end is missing.
    NoEndRecord {
        /// The length of the input.
        input_len: u64,
    },
    /// The member reaches past the place where the central directory begins.
    OutOfRange {
        /// The member.
        name: Excerpt,
        /// The offset of its local header.
        offset: u64,
        /// Where the member would end.
        end: u64,
        /// Where the central directory begins.
        limit: u64,
    },
    /// The member reaches into the next one.
    Overlap {
        /// The member.
        name: Excerpt,
        /// The offset of its local header.
        offset: u64,
        /// Where the member would end.
        end: u64,
        /// The offset of the local header of the next member.
        next: u64,
    },
    /// The name of a member is not that of a file inside a directory.
    Path {
        /// The name.
        name: Excerpt,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A record does not begin with its signature.
    Signature {
        /// The record, e.g. "a local header".
        what: &'static str,
        /// Where it should be.
        offset: u64,
        /// What is there.
        found: [u8; 4],
        /// The signature.
        expected: [u8; 4],
    },
    /// The data of a member decompresses to more or to fewer bytes than the directory says.
    SizeMismatch {
        /// The member.
        name: Excerpt,
        /// How many bytes there are; where there are too many, one more than expected.
        found: u64,
        /// The size in the directory.
        expected: u64,
    },
    /// A stored member has a compressed size other than its size.
    StoredSize {
        /// The member.
        name: Excerpt,
        /// The compressed size in the directory.
        compressed_size: u64,
        /// The size in the directory.
        size: u64,
    },
}

impl fmt::Display for ZipError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crc {
                name,
                found,
                expected,
            } => write!(
                f,
                "bad CRC-32 for member {name}: found {found:08x}, expected {expected:08x}"
            ),
            Self::Deflate { name, offset } => write!(
                f,
                "corrupt deflate data at byte {offset} of the compressed member {name}"
            ),
            Self::DeflateTruncated {
                name,
                compressed_size,
            } => write!(
                f,
                "the deflate data of member {name} does not end within its compressed size \
                 of {compressed_size} bytes"
            ),
            Self::DirectoryRange { offset, size, end } => write!(
                f,
                "a central directory of {size} bytes at byte {offset} cannot end at byte {end}, \
                 where the end record stands"
            ),
            Self::DuplicateName { name } => {
                write!(f, "the archive has a member {name} already")
            }
            Self::Encrypted { name } => write!(f, "member {name} is encrypted"),
            Self::Extra { name, offset } => write!(
                f,
                "corrupt extra field of member {name} in the directory record at byte {offset}"
            ),
            Self::Inflation {
                name,
                compressed_size,
                size,
            } => write!(
                f,
                "the {compressed_size} deflated bytes of member {name} cannot hold the \
                 {size} bytes that the directory gives"
            ),
            Self::Method { name, found } => write!(
                f,
                "member {name} has compression method {found}, expected 0 (stored) or 8 (deflate)"
            ),
            Self::MultiDisk { offset } => write!(
                f,
                "archives that span multiple disks are not supported: \
                 the end record at byte {offset} names a disk other than 0"
            ),
            Self::NameMismatch {
                offset,
                found,
                expected,
            } => write!(
                f,
                "the local header at byte {offset} names member {found}, \
                 the directory {expected}"
            ),
            Self::NameTooLong { name, len } => write!(
                f,
                "the name {name} of a member has {len} bytes, at most {} are possible",
                u16::MAX
            ),
            Self::NoEndRecord { input_len } => write!(
                f,
                "not a zip archive: no end record at the end of its {input_len} bytes"
            ),
            Self::OutOfRange {
                name,
                offset,
                end,
                limit,
            } => write!(
                f,
                "member {name} at byte {offset} would end at byte {end}, \
                 but the central directory begins at byte {limit}"
            ),
            Self::Overlap {
                name,
                offset,
                end,
                next,
            } => write!(
                f,
                "member {name} at byte {offset} would end at byte {end}, \
                 overlapping the member at byte {next}"
            ),
            Self::Path { name, why } => write!(
                f,
                "{name} does not name a file inside the directory that it is unpacked to: {why}"
            ),
            Self::Signature {
                what,
                offset,
                found,
                expected,
            } => write!(
                f,
                "no {what} at byte {offset}: found {}, expected {}",
                Excerpt::bytes(found),
                Excerpt::bytes(expected)
            ),
            Self::SizeMismatch {
                name,
                found,
                expected,
            } => {
                let more = if found > expected { "at least " } else { "" };
                write!(
                    f,
                    "member {name} decompresses to {more}{found} bytes, expected {expected}"
                )
            }
            Self::StoredSize {
                name,
                compressed_size,
                size,
            } => write!(
                f,
                "member {name} is stored in {compressed_size} bytes, \
                 but its size is given as {size}"
            ),
        }
    }
}
