//! Archives written, and read back by this crate and by another.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![cfg(not(miri))]

mod common;

use std::{fs, io, ops::Range};

use npymap_core::{
    ErrorKind, Step,
    npz::{
        Crc32, Directory, DirectoryReader, DirectoryWriter, Kept, Limits, Member, Method, ZipError,
    },
};
use rawzip::{CompressionMethod, ReaderAt, ZipArchive, ZipLocator, path::ZipFilePath};

use common::vectors;

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc32::new();
    crc.update(bytes);
    crc.value()
}

/// An archive in pieces, of which most of the bytes are zeros that nobody stores.
#[derive(Default)]
struct Sparse {
    pieces: Vec<(u64, Vec<u8>)>,
    len: u64,
}

impl Sparse {
    fn put(&mut self, offset: u64, bytes: &[u8]) {
        self.pieces.push((offset, bytes.into()));
        self.len = self.len.max(offset + bytes.len() as u64);
    }

    fn bytes(&self, range: Range<u64>) -> Vec<u8> {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        for (offset, piece) in &self.pieces {
            for (i, byte) in piece.iter().enumerate() {
                if let Some(at) = (offset + i as u64).checked_sub(range.start)
                    && let Some(place) = bytes.get_mut(at as usize)
                {
                    *place = *byte;
                }
            }
        }
        bytes
    }

    fn directory(&self) -> Directory {
        let mut reader = DirectoryReader::new(self.len, Limits::default());
        let mut range = 0..0;
        loop {
            match reader
                .step(range.start, &self.bytes(range.clone()))
                .unwrap()
            {
                Step::Done(directory) => return directory,
                Step::Need(wanted) => range = wanted,
            }
        }
    }

    fn data(&self, member: &Member) -> Range<u64> {
        let at = member.header_offset();
        let header = self.bytes(at..(at + 70_000).min(self.len));
        match member.locate(&header).unwrap() {
            Step::Done(range) => range,
            Step::Need(range) => panic!("{range:?}"),
        }
    }
}

impl ReaderAt for &Sparse {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let end = (offset + buffer.len() as u64).min(self.len);
        let bytes = self.bytes(offset.min(end)..end);
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

/// Name, size, compressed size, data offset and checksum of each member, as rawzip finds them.
fn by_rawzip(archive: &Sparse) -> Vec<(String, u64, u64, u64, u32)> {
    let mut buffer = vec![0; rawzip::RECOMMENDED_BUFFER_SIZE];
    let located = ZipLocator::new().locate_in_reader(archive, &mut buffer, archive.len);
    let zip: ZipArchive<_> = located.map_err(|(_, e)| e).unwrap();
    let mut entries = zip.entries(&mut buffer);
    let mut found = Vec::new();
    while let Some(entry) = entries.next_entry().unwrap() {
        let name: ZipFilePath<_> = entry.file_path();
        let name = std::str::from_utf8(name.as_ref()).unwrap().to_owned();
        let method = entry.compression_method();
        assert!(method == CompressionMethod::STORE || method == CompressionMethod::DEFLATE);
        let (size, packed) = (entry.uncompressed_size_hint(), entry.compressed_size_hint());
        let data = zip.get_entry(entry.wayfinder()).unwrap();
        let (start, end) = data.compressed_data_range();
        assert_eq!(end - start, packed);
        found.push((name, size, packed, start, entry.crc32()));
    }
    found
}

fn by_us(archive: &Sparse) -> Vec<(String, u64, u64, u64, u32)> {
    let facts = |member: &Member| {
        let name = member.name().to_owned();
        let data = archive.data(member);
        let sizes = (member.size(), member.compressed_size());
        (name, sizes.0, sizes.1, data.start, member.crc32())
    };
    archive.directory().members().iter().map(facts).collect()
}

#[test]
fn what_is_written_is_read() {
    let mut archive = Sparse::default();
    let mut directory = DirectoryWriter::new();
    let mut at = 0;
    let names = ["x.npy", "", "ä/β.npy", "a/b/c.npy", &"long".repeat(16_000)];
    let mut expected = Vec::new();
    for (i, name) in names
        .into_iter()
        .filter(|name| !name.is_empty())
        .enumerate()
    {
        for (alignment, streamed, max) in [(0, false, 9), (128, false, 9), (10, true, 1 << 40)] {
            let name = format!("{alignment}{name}");
            let mut member = directory.begin(&name, Method::Stored, at, max).unwrap();
            if alignment > 0 {
                member = member.aligned(alignment);
                assert_eq!((member.data_offset() + alignment) % 64, 0);
                assert!(member.data_offset() - at < 30 + name.len() as u64 + 20 + 64 + 6);
            }
            if streamed {
                member = member.streamed();
            }
            let data = vec![i as u8; i];
            let len = data.len() as u64;
            member.set_contents(crc32(&data), len, len).unwrap();
            let header = member.local_header();
            assert_eq!(at + header.len() as u64, member.data_offset());
            archive.put(at, &header);
            archive.put(member.data_offset(), &data);
            archive.put(member.data_offset() + len, &member.descriptor());
            expected.push((name, len, len, member.data_offset(), crc32(&data)));
            at = archive.len;
            directory.push(&member);
        }
    }
    archive.put(at, &directory.finish(at));
    assert_eq!(by_us(&archive), expected);
    assert_eq!(by_rawzip(&archive), expected);
}

#[test]
fn sizes_and_offsets_beyond_32_bits() {
    const GIB: u64 = 1 << 30;
    let sizes = [
        10,
        u32::MAX.into(),
        u64::from(u32::MAX) - 1,
        5 * GIB,
        7,
        1 << 45,
        0,
    ];
    let mut archive = Sparse::default();
    let mut directory = DirectoryWriter::new();
    let (mut at, mut expected) = (0, Vec::new());
    for (i, len) in sizes.into_iter().enumerate() {
        let name = format!("{i}.npy");
        // Compressed, a size can be on either side of the limit.
        let (method, packed) = match i % 2 {
            0 => (Method::Stored, len),
            _ => (Method::Deflated, len / 900 + 1),
        };
        let mut member = directory.begin(&name, method, at, len).unwrap();
        if method == Method::Stored {
            member = member.aligned(128);
            assert_eq!(member.data_offset() % 64, 0);
        }
        member.set_contents(i as u32, packed, len).unwrap();
        archive.put(at, &member.local_header());
        expected.push((name, len, packed, member.data_offset(), i as u32));
        at = member.data_offset() + packed;
        directory.push(&member);
    }
    archive.put(at, &directory.finish(at));
    assert_eq!(by_us(&archive), expected);
    assert_eq!(by_rawzip(&archive), expected);
}

#[test]
fn more_members_than_16_bits_count() {
    for count in [65_534, 65_535, 65_536, 70_000] {
        let mut directory = DirectoryWriter::new();
        let mut bytes = Vec::new();
        for i in 0..count {
            let at = bytes.len() as u64;
            let member = directory
                .begin(&i.to_string(), Method::Stored, at, 0)
                .unwrap();
            bytes.extend(member.local_header());
            directory.push(&member);
        }
        bytes.extend(directory.finish(bytes.len() as u64));
        let found = Directory::from_slice(&bytes).unwrap();
        assert_eq!(found.members().len(), count);
        let rawzip = ZipArchive::from_slice(&bytes).unwrap();
        assert_eq!(rawzip.entries_hint(), count as u64);
        let locator = bytes[bytes.len() - 42..].starts_with(b"PK\x06\x07");
        assert_eq!(locator, count >= 65_535);
    }
}

/// Equal arrays give equal archives, whoever writes them, but for the alignment: the directory of
/// NumPy's has no other values.
#[test]
fn the_directory_is_that_of_numpy() {
    let numpy = fs::read(vectors("npz").join("savez.npz")).unwrap();
    let theirs = Directory::from_slice(&numpy).unwrap();
    let mut directory = DirectoryWriter::new();
    for member in theirs.members() {
        let len = member.size();
        let at = member.header_offset();
        let mut ours = directory
            .begin(member.name(), member.method(), at, len)
            .unwrap();
        ours.set_contents(member.crc32(), len, len).unwrap();
        directory.push(&ours);
    }
    let range = theirs.range();
    let mut ours = directory.finish(range.start);
    let mut found = &mut ours[..];
    let mut theirs = &numpy[range.start as usize..];
    // They say that all members need 64-bit fields.
    while found.starts_with(b"PK\x01\x02") {
        assert_eq!(
            (&found[4..8], &theirs[4..8]),
            (&[20, 3, 20, 0][..], &[45, 3, 45, 0][..])
        );
        found[4] = 45;
        found[6] = 45;
        let len = 46 + usize::from(found[28]);
        assert_eq!(found[..len], theirs[..len]);
        (found, theirs) = (&mut found[len..], &theirs[len..]);
    }
    assert_eq!(found, theirs);
}

#[test]
fn names_that_no_member_can_have() {
    let mut directory = DirectoryWriter::new();
    let member = directory.begin("x.npy", Method::Stored, 0, 0).unwrap();
    directory.push(&member);
    let refused = |name: &str| {
        let error = directory.begin(name, Method::Stored, 0, 0).unwrap_err();
        match error.kind() {
            ErrorKind::Zip(e) => e.clone(),
            e => panic!("{e}"),
        }
    };
    assert!(matches!(refused("x.npy"), ZipError::DuplicateName { .. }));
    assert!(matches!(refused("../x.npy"), ZipError::Path { .. }));
    assert!(matches!(refused("/x.npy"), ZipError::Path { .. }));
    assert!(matches!(refused("a\0.npy"), ZipError::Path { .. }));
    let long = "x".repeat(65_536);
    assert!(matches!(
        refused(&long),
        ZipError::NameTooLong { len: 65_536, .. }
    ));
    assert!(directory.begin(&long[1..], Method::Stored, 0, 0).is_ok());
}

#[test]
fn a_member_cannot_outgrow_its_header() {
    let directory = DirectoryWriter::new();
    for (announced, len, fits) in [
        (9, u64::from(u32::MAX) - 1, true),
        (9, u64::from(u32::MAX), false),
        (u64::from(u32::MAX), 1 << 40, true),
    ] {
        let mut member = directory
            .begin("x", Method::Deflated, 0, announced)
            .unwrap();
        assert_eq!(member.set_contents(0, 1, len).is_ok(), fits);
        assert_eq!(member.set_contents(0, len, 1).is_ok(), fits);
    }
}

/// Copies what is kept of an archive to a new one.
fn rewrite(archive: &Sparse, is_kept: impl FnMut(&Member) -> bool) -> (Sparse, DirectoryWriter) {
    let old = archive.directory();
    let records = archive.bytes(old.range());
    let mut kept = Kept::new(&old, &records, is_kept).unwrap();
    let mut new = Sparse::default();
    let copy = |new: &mut Sparse, from: Range<u64>, to: u64| {
        for (offset, piece) in &archive.pieces {
            let (start, end) = (
                from.start.max(*offset),
                from.end.min(offset + piece.len() as u64),
            );
            if start < end {
                let piece = &piece[(start - offset) as usize..(end - offset) as usize];
                new.put(start - from.start + to, piece);
            }
        }
        new.len = to + (from.end - from.start);
    };
    copy(&mut new, kept.in_place(), 0);
    for index in kept.moving().to_vec() {
        let at = old.members()[index].header_offset();
        let to = new.len;
        let mut range = at..at;
        // As few bytes as possible.
        let (header, data) = loop {
            match kept
                .relocate(index, &archive.bytes(range.clone()), to)
                .unwrap()
            {
                Step::Done(done) => break done,
                Step::Need(wanted) => {
                    assert!(wanted.start == at && wanted.end > range.end);
                    range = wanted;
                }
            }
        };
        new.put(to, &header);
        let to = new.len;
        copy(&mut new, data, to);
    }
    (new, kept.into_writer().unwrap())
}

#[test]
fn members_close_ranks_when_others_go() {
    const LENS: [u64; 6] = [100, 1 << 33, 50, 1 << 32, 4000, 7];
    let mut archive = Sparse::default();
    let mut directory = DirectoryWriter::new();
    let (mut at, mut facts) = (0, Vec::new());
    for (i, len) in LENS.into_iter().enumerate() {
        let name = format!("{i}.npy");
        let member = directory.begin(&name, Method::Stored, at, len).unwrap();
        let mut member = member.aligned(128);
        member.set_contents(i as u32, len, len).unwrap();
        archive.put(at, &member.local_header());
        at = member.data_offset() + len;
        facts.push((name, len, i as u32));
        directory.push(&member);
    }
    archive.put(at, &directory.finish(at));

    for kept in 0..1 << LENS.len() {
        let is_kept = |i: usize| kept >> i & 1 == 1;
        let number = |member: &Member| member.crc32() as usize;
        let (mut new, mut directory) = rewrite(&archive, |member| is_kept(number(member)));
        let at = new.len;
        let mut added = directory.begin("new.npy", Method::Stored, at, 3).unwrap();
        added.set_contents(99, 3, 3).unwrap();
        new.put(at, &added.local_header());
        new.put(added.data_offset(), b"new");
        directory.push(&added);
        new.put(new.len, &directory.finish(new.len));

        let kept: Vec<_> = (0..LENS.len()).filter(|&i| is_kept(i)).collect();
        let found = by_us(&new);
        assert_eq!(found, by_rawzip(&new));
        assert_eq!(found.len(), kept.len() + 1);
        let mut end = 0;
        for (i, (name, len, packed, data, crc)) in kept.iter().zip(&found) {
            assert_eq!((name, len, crc), (&facts[*i].0, &facts[*i].1, &facts[*i].2));
            assert_eq!((len, data % 64), (packed, 0));
            assert!(
                data - end < 256,
                "{kept:?}: member {i} at {data} behind {end}"
            );
            end = data + len;
        }
    }
}

#[test]
fn what_stands_around_the_members_is_kept() {
    let comment = {
        let mut bytes = fs::read(vectors("npz").join("savez.npz")).unwrap();
        let len = bytes.len();
        bytes[len - 2] = 5;
        bytes.extend(b"words");
        bytes
    };
    let prefix = fs::read(vectors("npz").join("prefix.npz")).unwrap();
    for bytes in [comment, prefix] {
        let mut archive = Sparse::default();
        archive.put(0, &bytes);
        let old = archive.directory();
        // One piece for each member, so that they can move.
        let mut archive = Sparse::default();
        let starts = old.members().iter().map(Member::header_offset);
        let mut starts: Vec<_> = starts.chain([0, old.range().start]).collect();
        starts.sort_unstable();
        starts.dedup();
        for range in starts.windows(2) {
            archive.put(range[0], &bytes[range[0] as usize..range[1] as usize]);
        }
        archive.put(old.range().start, &bytes[old.range().start as usize..]);

        let (mut same, directory) = rewrite(&archive, |_| true);
        same.put(same.len, &directory.finish(same.len));
        assert!(same.bytes(0..same.len) == bytes);

        let first = old.members()[0].name();
        let (mut less, directory) = rewrite(&archive, |member| member.name() != first);
        less.put(less.len, &directory.finish(less.len));
        let found = less.directory();
        assert_eq!(found.comment(), old.comment());
        assert_eq!(found.base(), old.base());
        let first_offset = old.members()[0].header_offset();
        assert_eq!(less.bytes(0..first_offset), archive.bytes(0..first_offset));
        for (new, old) in found.members().iter().zip(&old.members()[1..]) {
            assert_eq!(new.name(), old.name());
            assert_eq!(
                less.bytes(less.data(new)),
                archive.bytes(archive.data(old)),
                "{}",
                new.name()
            );
        }
        assert_eq!(by_us(&less), by_rawzip(&less));
    }
}

/// Whatever an archive is, it can be rewritten, or is refused.
#[test]
fn strange_archives_are_rewritten_or_refused() {
    let mut rewritten = 0;
    for entry in fs::read_dir(vectors("npz")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "npz") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let Ok(old) = Directory::from_slice(&bytes) else {
            continue;
        };
        let range = old.range();
        let records = &bytes[range.start as usize..range.end as usize];
        // What lies where new members would be cannot be kept.
        let Ok(kept) = Kept::new(&old, records, |_| true) else {
            continue;
        };
        assert!(kept.moving().is_empty());
        let mut new = bytes[..kept.in_place().end as usize].to_vec();
        new.extend(kept.into_writer().unwrap().finish(new.len() as u64));
        let found = Directory::from_slice(&new).unwrap();
        assert_eq!(found.members().len(), old.members().len(), "{path:?}");
        for (new, old) in found.members().iter().zip(old.members()) {
            assert_eq!(new.header_offset(), old.header_offset(), "{path:?}");
        }
        rewritten += 1;

        // Without the first one, the others move, or are refused.
        let first = old
            .members()
            .iter()
            .min_by_key(|member| member.header_offset());
        let Some(first) = first else {
            continue;
        };
        let Ok(mut kept) = Kept::new(&old, records, |member| !std::ptr::eq(member, first)) else {
            continue;
        };
        let mut new = bytes[..kept.in_place().end as usize].to_vec();
        for index in kept.moving().to_vec() {
            let header = &bytes[old.members()[index].header_offset() as usize..];
            if let Ok(Step::Done((header, data))) = kept.relocate(index, header, new.len() as u64) {
                new.extend(header);
                new.extend(&bytes[data.start as usize..data.end as usize]);
            }
        }
        new.extend(kept.into_writer().unwrap().finish(new.len() as u64));
        let found = Directory::from_slice(&new).unwrap();
        assert_eq!(found.members().len(), old.members().len() - 1, "{path:?}");
    }
    assert!(rewritten > 20, "{rewritten}");
}
