//! The records of a zip archive, as PKWARE's APPNOTE 6.3 lays them out.

use zerocopy::{
    FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned,
    little_endian::{U16, U32, U64},
};

use super::ZipError;

/// A record of fixed size, perhaps with variable fields after it.
pub(super) trait Record:
    FromBytes + IntoBytes + Immutable + KnownLayout + Unaligned
{
    /// What the record is called in messages.
    const NAME: &'static str;
    /// Its first four bytes.
    const SIGNATURE: [u8; 4];

    /// The first four bytes of this one.
    fn signature(&self) -> [u8; 4];

    /// The record at the start of `bytes`, if they are enough and begin with the signature.
    fn find(bytes: &[u8]) -> Option<&Self> {
        let (record, _) = Self::ref_from_prefix(bytes).ok()?;
        (record.signature() == Self::SIGNATURE).then_some(record)
    }

    /// Refuses a record without its signature; `offset` is where it stands.
    fn check(&self, offset: u64) -> Result<(), ZipError> {
        let found = self.signature();
        if found == Self::SIGNATURE {
            return Ok(());
        }
        Err(ZipError::Signature {
            what: Self::NAME,
            offset,
            found,
            expected: Self::SIGNATURE,
        })
    }
}

macro_rules! record {
    ($record:ty, $name:literal, $signature:literal) => {
        impl Record for $record {
            const NAME: &'static str = $name;
            const SIGNATURE: [u8; 4] = *$signature;

            fn signature(&self) -> [u8; 4] {
                self.signature
            }
        }
    };
}

/// The end of central directory record; the comment of the archive follows.
#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct EndRecord {
    pub(super) signature: [u8; 4],
    pub(super) disk: U16,
    pub(super) directory_disk: U16,
    /// Entries on this disk, then in total. Readers go by the size instead, as Python's does.
    pub(super) entries: [U16; 2],
    pub(super) directory_size: U32,
    pub(super) directory_offset: U32,
    pub(super) comment_len: U16,
}
record!(EndRecord, "end record", b"PK\x05\x06");

/// The zip64 end of central directory locator, which stands right before the [`EndRecord`].
#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct Zip64Locator {
    pub(super) signature: [u8; 4],
    pub(super) disk: U32,
    pub(super) end_offset: U64,
    pub(super) disks: U32,
}
record!(Zip64Locator, "zip64 locator", b"PK\x06\x07");

/// The zip64 end of central directory record; extensible data may follow.
#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct Zip64EndRecord {
    pub(super) signature: [u8; 4],
    /// The size of what follows this field.
    pub(super) record_size: U64,
    /// Of the writer, then the least that a reader needs.
    pub(super) versions: [U16; 2],
    pub(super) disk: U32,
    pub(super) directory_disk: U32,
    pub(super) entries: [U64; 2],
    pub(super) directory_size: U64,
    pub(super) directory_offset: U64,
}
record!(Zip64EndRecord, "zip64 end record", b"PK\x06\x06");

/// A record of the central directory; name, extra field and comment follow.
#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct CentralHeader {
    pub(super) signature: [u8; 4],
    /// Of the writer, with its system in the upper byte, then the least that a reader needs.
    pub(super) versions: [U16; 2],
    pub(super) flags: U16,
    pub(super) method: U16,
    /// Time, then date, as DOS has them.
    pub(super) time: [U16; 2],
    pub(super) crc32: U32,
    pub(super) compressed_size: U32,
    pub(super) size: U32,
    pub(super) name_len: U16,
    pub(super) extra_len: U16,
    pub(super) comment_len: U16,
    pub(super) disk: U16,
    /// Whether it is text, and those of the system that wrote it.
    pub(super) internal_attributes: U16,
    pub(super) external_attributes: U32,
    pub(super) header_offset: U32,
}
record!(CentralHeader, "central directory record", b"PK\x01\x02");

/// The header in front of a member's data; name and extra field follow.
///
/// Its sizes may be zero or placeholders, so readers do not look at them.
#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct LocalHeader {
    pub(super) signature: [u8; 4],
    pub(super) version: U16,
    pub(super) flags: U16,
    pub(super) method: U16,
    pub(super) time: [U16; 2],
    pub(super) crc32: U32,
    pub(super) compressed_size: U32,
    pub(super) size: U32,
    pub(super) name_len: U16,
    pub(super) extra_len: U16,
}
record!(LocalHeader, "local header", b"PK\x03\x04");

/// The size in bytes of a record without its variable fields.
pub(super) const fn size_of<R: Record>() -> u64 {
    core::mem::size_of::<R>() as u64
}

/// The fields of an extra field: identifiers and contents. An error at the end if the last one is
/// cut short; fewer than four bytes at the end are padding, as Python has it.
pub(super) struct ExtraFields<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for ExtraFields<'a> {
    type Item = Result<(u16, &'a [u8]), ()>;

    fn next(&mut self) -> Option<Self::Item> {
        let ([id, len], rest) = <[U16; 2]>::ref_from_prefix(self.0).ok()?;
        let Some((content, rest)) = rest.split_at_checked(usize::from(len.get())) else {
            self.0 = &[];
            return Some(Err(()));
        };
        self.0 = rest;
        Some(Ok((id.get(), content)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_specification() {
        assert_eq!(size_of::<EndRecord>(), 22);
        assert_eq!(size_of::<Zip64Locator>(), 20);
        assert_eq!(size_of::<Zip64EndRecord>(), 56);
        assert_eq!(size_of::<CentralHeader>(), 46);
        assert_eq!(size_of::<LocalHeader>(), 30);
    }

    #[test]
    fn extra_fields_end_with_an_error_where_they_are_cut() {
        let fields = |bytes| ExtraFields(bytes).collect::<std::vec::Vec<_>>();
        assert_eq!(
            fields(&[1, 0, 2, 0, 7, 8, 2, 0, 0, 0, 9]),
            [Ok((1, &[7, 8][..])), Ok((2, &[][..]))]
        );
        assert_eq!(fields(&[1, 0, 2, 0, 7]), [Err(())]);
    }
}
