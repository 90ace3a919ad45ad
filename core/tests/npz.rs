//! Archives made by `tests/vectors/make_npz.py`, read whole, in pieces and after mutation.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;
#[path = "../src/testing.rs"]
mod testing;

use std::{fs, ops::Range};

use npymap_core::{
    ErrorKind, Result, Step,
    npz::{Directory, DirectoryReader, Limits, Member, Method, Status, ZipError},
};
use proptest::prelude::*;
use serde_json::Value;

use common::{read_json, sampled, vectors};

fn archive(name: &str) -> Vec<u8> {
    fs::read(vectors("npz").join(name).with_extension("npz")).unwrap()
}

fn cases() -> serde_json::Map<String, Value> {
    match read_json("npz/expected.json") {
        Value::Object(cases) => cases,
        _ => panic!("expected.json holds no object"),
    }
}

fn bytes(archive: &[u8], range: &Range<u64>) -> Vec<u8> {
    archive[range.start as usize..range.end as usize].to_vec()
}

/// Reads the directory, giving at most `chunk` bytes at a time; also returns the ranges asked for.
fn step_through(archive: &[u8], chunk: usize) -> Result<(Directory, Vec<Range<u64>>)> {
    let mut reader = DirectoryReader::new(archive.len() as u64, Limits::default());
    let mut asked = Vec::new();
    let mut step = reader.step(0, &[])?;
    loop {
        match step {
            Step::Done(directory) => return Ok((directory, asked)),
            Step::Need(range) => {
                assert!(range.start < range.end && range.end <= archive.len() as u64);
                let mut given = bytes(archive, &range);
                given.truncate(chunk);
                step = reader.step(range.start, &given)?;
                asked.push(range);
            }
        }
    }
}

/// Where the data of a member is, having given as few bytes as possible.
fn locate(archive: &[u8], member: &Member) -> Result<Range<u64>> {
    let mut header = Vec::new();
    loop {
        match member.locate(&header)? {
            Step::Done(range) => return Ok(range),
            Step::Need(range) => {
                assert_eq!(range.start, member.header_offset());
                assert!(range.end > range.start + header.len() as u64);
                header = bytes(archive, &range);
            }
        }
    }
}

/// Decodes a member with buffers of two sizes.
fn decode(archive: &[u8], member: &Member, sizes: (usize, usize)) -> Result<Vec<u8>> {
    let data = bytes(archive, &locate(archive, member)?);
    let mut chunks = data.chunks(sizes.0);
    let mut input: &[u8] = &[];
    let mut output = vec![0; sizes.1];
    let mut decoder = member.decoder()?;
    let mut decoded = Vec::new();
    loop {
        let progress = decoder.decode(input, &mut output)?;
        decoded.extend_from_slice(&output[..progress.produced]);
        input = &input[progress.consumed..];
        match progress.status {
            Status::Done => return Ok(decoded),
            Status::NeedsInput => {
                assert!(input.is_empty());
                input = chunks
                    .next()
                    .expect("the decoder knows where the data ends");
            }
            Status::NeedsOutput => assert_eq!(progress.produced, output.len()),
        }
    }
}

/// The name of the variant.
fn kind(error: &npymap_core::Error) -> String {
    let debug = match error.kind() {
        ErrorKind::Zip(e) => format!("{e:?}"),
        other => format!("{other:?}"),
    };
    debug.split([' ', '(']).next().unwrap().to_owned()
}

fn method_number(member: &Member) -> u16 {
    match member.method() {
        Method::Stored => 0,
        Method::Deflated => 8,
        Method::Other(n) => n,
    }
}

fn assert_members(name: &str, archive: &[u8], directory: &Directory, expected: &[Value]) {
    assert_eq!(directory.members().len(), expected.len(), "{name}");
    for (member, expected) in directory.members().iter().zip(expected) {
        let found = serde_json::json!({
            "name": member.name(),
            "method": method_number(member),
            "crc32": member.crc32(),
            "compressed_size": member.compressed_size(),
            "size": member.size(),
            "encrypted": member.is_encrypted(),
            "header_offset": member.header_offset(),
            "data_offset": expected["data_offset"],
            "error": expected["error"],
        });
        assert_eq!(found, *expected, "{name}");
        if cfg!(miri) && member.size() > 10_000 {
            continue;
        }
        let decoded = decode(archive, member, (usize::MAX, 1 << 16));
        match (&decoded, expected["error"].as_str()) {
            (Ok(decoded), None) => {
                let range = locate(archive, member).unwrap();
                assert_eq!(range.start, expected["data_offset"], "{name}");
                assert_eq!(decoded.len() as u64, member.size(), "{name}");
                if member.method() == Method::Stored {
                    assert_eq!(*decoded, bytes(archive, &range), "{name}");
                }
                let first = member.first_read();
                assert!(first.start == member.header_offset() && first.end >= range.start);
                assert!(first.end <= archive.len() as u64);
            }
            (Err(error), Some(expected)) => assert_eq!(kind(error), expected, "{name}: {error}"),
            _ => panic!("{name}: {decoded:?}, expected {expected}"),
        }
        for sizes in [(1, 1), (1, 100), (100, 1), (13, 17)] {
            match (&decoded, decode(archive, member, sizes)) {
                (Ok(whole), Ok(pieces)) => assert_eq!(*whole, pieces, "{name}"),
                (Err(whole), Err(pieces)) => assert_eq!(kind(whole), kind(&pieces), "{name}"),
                (whole, pieces) => panic!("{name}: {whole:?}, but in pieces {pieces:?}"),
            }
        }
    }
}

#[test]
fn archives_are_read_as_python_reads_them() {
    let mut count = 0;
    for (name, expected) in cases() {
        let archive = archive(&name);
        let directory = Directory::from_slice(&archive);
        if let Some(expected) = expected["error"].as_str() {
            let error = directory.unwrap_err();
            assert_eq!(kind(&error), expected, "{name}: {error}");
        } else if let Some(members) = expected["members"].as_array() {
            let directory = directory.unwrap();
            assert_members(&name, &archive, &directory, members);
            let keys: Vec<_> = directory.members().iter().map(Member::key).collect();
            assert_eq!(Value::from(keys), expected["keys"], "{name}");
            for (key, index) in expected["find"].as_object().unwrap() {
                let expected = &directory.members()[index.as_u64().unwrap() as usize];
                let found = directory.find(key).unwrap();
                assert_eq!(
                    found.header_offset(),
                    expected.header_offset(),
                    "{name}: {key:?}"
                );
            }
            assert!(directory.find("no such key").is_none());
        }
        count += 1;
    }
    assert!(sampled() || count == 54, "vectors are missing");
}

/// What Python's zipfile cannot read, but the specification allows.
#[test]
fn archives_that_python_does_not_read() {
    for (name, member) in [
        ("not_utf8", "ä.npy"),
        ("zip64_extended", "x.npy"),
        ("comment_signature", "x.npy"),
        ("gap", "x.npy"),
    ] {
        let archive = archive(name);
        let directory = Directory::from_slice(&archive).unwrap();
        let [found] = directory.members() else {
            panic!("{name}: {directory:?}");
        };
        assert_eq!(found.name(), member);
        assert!(decode(&archive, found, (100, 100)).is_ok(), "{name}");
    }
}

#[test]
fn raw_names_are_kept() {
    for (name, raw) in [
        ("savez", &b"x.npy"[..]),
        ("nul_name", b"x.npy\0.exe"),
        ("cp437", b"\x84\x80.npy"),
        ("names", "größe.npy".as_bytes()),
    ] {
        let directory = Directory::from_slice(&archive(name)).unwrap();
        assert_eq!(directory.members()[0].raw_name(), raw);
    }
}

#[test]
fn pieces_of_any_size_give_the_same_directory() {
    for (name, _) in cases() {
        let archive = archive(&name);
        let whole = Directory::from_slice(&archive);
        for chunk in [1, 3, 50, usize::MAX] {
            match (&whole, step_through(&archive, chunk)) {
                (Ok(whole), Ok((pieces, _))) => assert_eq!(whole.members(), pieces.members()),
                (Err(whole), Err(pieces)) => assert_eq!(whole.kind(), pieces.kind(), "{name}"),
                (whole, pieces) => panic!("{name}: {whole:?}, but in pieces {pieces:?}"),
            }
        }
    }
}

/// An archive by rawzip: `count` empty members whose names are made of their numbers.
fn many(count: usize, name: impl Fn(usize) -> String) -> Vec<u8> {
    let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
    for i in 0..count {
        let (entry, config) = archive.new_file(name(i)).start().unwrap();
        let mut entry = entry;
        let writer = config.wrap(&mut entry);
        let (_, descriptor) = writer.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap()
}

#[test]
#[cfg_attr(miri, ignore = "makes an archive of 70 000 members")]
fn one_read_is_enough_for_a_short_directory() {
    let (_, asked) = step_through(&archive("savez"), usize::MAX).unwrap();
    assert_eq!(asked.len(), 1);
    // A directory far larger than the tail takes one more, and no byte is asked for twice.
    let archive = many(70_000, |i| format!("member {i}"));
    let (directory, asked) = step_through(&archive, usize::MAX).unwrap();
    assert_eq!(directory.members().len(), 70_000);
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].end, asked[0].start);
    assert_eq!(
        directory.find("member 69999").unwrap().name(),
        "member 69999"
    );
    let (pieces, _) = step_through(&archive, 5000).unwrap();
    assert_eq!(pieces.members(), directory.members());
    for member in directory.members().iter().step_by(1000) {
        locate(&archive, member).unwrap();
    }
}

#[test]
#[cfg_attr(miri, ignore = "a question of speed")]
fn hundred_thousand_members_of_one_name_take_no_time() {
    let name = "n".repeat(100);
    let directory = Directory::from_slice(&many(100_000, |_| name.clone())).unwrap();
    let last = directory.members().last().unwrap();
    for _ in 0..100_000 {
        let found = directory.find(&name).unwrap();
        assert_eq!(found.header_offset(), last.header_offset());
    }
}

#[test]
fn directory_beyond_the_limit_is_never_asked_for() {
    let archive = archive("savez");
    let mut limits = Limits::default();
    limits.max_directory_len = 100;
    let mut reader = DirectoryReader::new(archive.len() as u64, limits);
    let error = reader.step(0, &archive).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a central directory is too large: found 157, the limit is 100"
    );
}

#[test]
fn messages() {
    let cases = [
        (
            "not_zip",
            "not a zip archive: no end record at the end of its 152 bytes",
        ),
        (
            "disks",
            "archives that span multiple disks are not supported: the end record at byte 238 names a disk other than 0",
        ),
        (
            "directory_size",
            "a central directory of 1048576 bytes at byte 187 cannot end at byte 238, where the end record stands",
        ),
        (
            "directory_signature",
            "no central directory record at byte 433: found 'PK\\x01\\x01', expected 'PK\\x01\\x02'",
        ),
        (
            "directory_cut",
            "a central directory record is cut short: expected 51 bytes, found 48",
        ),
        (
            "extra_cut",
            "corrupt extra field of member 'x.npy' in the directory record at byte 187",
        ),
    ];
    for (name, message) in cases {
        let error = Directory::from_slice(&archive(name)).unwrap_err();
        assert_eq!(error.to_string(), message, "{name}");
    }
    let cases = [
        (
            "bzip2",
            0,
            "member 'x.npy' has compression method 12, expected 0 (stored) or 8 (deflate)",
        ),
        ("encrypted", 0, "member 'x.npy' is encrypted"),
        (
            "local_name",
            0,
            "the local header at byte 0 names member 'z.npy', the directory 'x.npy'",
        ),
        (
            "local_signature",
            1,
            "no local header at byte 3: found '\\x04\\x14\\x00\\x00', expected 'PK\\x03\\x04'",
        ),
        (
            "crc",
            0,
            "bad CRC-32 for member 'x.npy': found 844db450, expected 00000001",
        ),
        (
            "overlap",
            0,
            "member 'x.npy' is stored in 552 bytes, but its size is given as 152",
        ),
        (
            "overlap_next",
            0,
            "member 'x.npy' at byte 0 would end at byte 188, overlapping the member at byte 187",
        ),
        (
            "range",
            1,
            "member 'y.npy' at byte 187 would end at byte 383, but the central directory begins at byte 382",
        ),
        (
            "size_less",
            0,
            "member 'x.npy' decompresses to at least 152 bytes, expected 151",
        ),
        (
            "size_more",
            0,
            "member 'x.npy' decompresses to 152 bytes, expected 153",
        ),
        (
            "inflation",
            0,
            "member 'x.npy' decompresses to 152 bytes, expected 87720",
        ),
        (
            "inflation",
            1,
            "the 85 deflated bytes of member 'y.npy' cannot hold the 87721 bytes that the directory gives",
        ),
        (
            "deflate_cut",
            0,
            "the deflate data of member 'x.npy' does not end within its compressed size of 80 bytes",
        ),
        (
            "deflate_corrupt",
            0,
            "corrupt deflate data at byte 1 of the compressed member 'x.npy'",
        ),
    ];
    for (name, member, message) in cases {
        let archive = archive(name);
        let directory = Directory::from_slice(&archive).unwrap();
        let error = decode(&archive, &directory.members()[member], (100, 100)).unwrap_err();
        assert_eq!(error.to_string(), message, "{name}");
    }
}

#[test]
fn limits_of_a_member_are_exact() {
    // The directory lets the members be adjacent, but the extra field of a local header may push
    // the data of the first into the second.
    let mut archive = archive("cnpy");
    archive[28] = 1;
    let directory = Directory::from_slice(&archive).unwrap();
    let error = locate(&archive, &directory.members()[0]).unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::Zip(ZipError::Overlap {
            end: 188,
            next: 187,
            ..
        })
    ));
}

/// Name, method, checksum, compressed size, size, offset of the local header.
type Entry = (Vec<u8>, u16, u32, u64, u64, u64);

/// The members as rawzip lists them.
///
/// It trusts the declared offset of the directory and disregards its size; so there is nothing to
/// compare where these disagree.
fn oracle(archive: &[u8]) -> Option<Vec<Entry>> {
    let zip = rawzip::ZipArchive::from_slice(archive).ok()?;
    let end = zip.eocd_offset() as usize;
    let size = u32::from_le_bytes(*archive.get(end + 12..)?.first_chunk()?);
    let (end, size) = match end
        .checked_sub(76)
        .and_then(|end64| archive.get(end64..end))
    {
        Some(record)
            if record.starts_with(b"PK\x06\x06") && record[56..].starts_with(b"PK\x06\x07") =>
        {
            (end - 76, u64::from_le_bytes(*record[40..].first_chunk()?))
        }
        _ => (end, u64::from(size)),
    };
    if zip.directory_offset().checked_add(size) != Some(end as u64) {
        return None;
    }
    let mut members = Vec::new();
    let mut entries = zip.entries();
    while let Some(entry) = entries.next_entry().ok()? {
        members.push((
            entry.file_path().as_bytes().to_vec(),
            entry.compression_method().as_u16(),
            entry.crc32(),
            entry.compressed_size_hint(),
            entry.uncompressed_size_hint(),
            entry.local_header_offset(),
        ));
    }
    Some(members)
}

/// Reads everything there is to read; it must not panic.
fn read_all(archive: &[u8]) -> Option<Directory> {
    let directory = Directory::from_slice(archive).ok()?;
    for member in directory.members() {
        let _ = directory.find(member.key()).unwrap();
        let _ = decode(archive, member, (64, 64));
    }
    Some(directory)
}

fn mutations() -> impl Strategy<Value = Vec<u8>> {
    let names: Vec<String> = cases().into_iter().map(|(name, _)| name).collect();
    let edit = (
        any::<prop::sample::Index>(),
        prop_oneof![
            any::<u8>(),
            prop::sample::select(&[0, 1, 0x7f, 0x80, 0xff, b'P', b'K'][..])
        ],
    );
    (
        prop::sample::select(names),
        prop::collection::vec(edit, 0..6),
        prop_oneof![8 => Just(None), 1 => any::<prop::sample::Index>().prop_map(Some)],
        // Most of what matters stands at the end.
        any::<bool>(),
    )
        .prop_map(|(name, edits, cut, at_end)| {
            let mut archive = archive(&name);
            let len = archive.len();
            let first = if at_end { len.saturating_sub(120) } else { 0 };
            for (index, byte) in edits {
                archive[first + index.index(len - first)] = byte;
            }
            if let Some(cut) = cut {
                archive.truncate(cut.index(len));
            }
            archive
        })
}

proptest! {
    #![proptest_config(testing::cases(20_000))]

    #[test]
    fn mutated_archives_do_no_harm(archive in mutations(), chunk in 1usize..100) {
        let whole = read_all(&archive);
        let pieces = step_through(&archive, chunk).ok();
        prop_assert_eq!(
            whole.as_ref().map(Directory::members),
            pieces.as_ref().map(|(directory, _)| directory.members())
        );
        if let (Some(ours), Some(theirs)) = (whole, oracle(&archive)) {
            let ours: Vec<Entry> = ours.members().iter().map(|m| (
                m.raw_name().to_vec(), method_number(m), m.crc32(),
                m.compressed_size(), m.size(), m.header_offset(),
            )).collect();
            prop_assert_eq!(ours, theirs);
        }
    }
}
