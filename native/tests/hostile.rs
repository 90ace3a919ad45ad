//! Files that are made to do harm, and things that are no files.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::fs;

use common::{Scratch, block, deflated};
use npymap::{Convert, DType, NpyFile, Npz, Order, core::header};

/// An NPY file of bytes.
fn counting_bytes(len: u64) -> Vec<u8> {
    let mut npy = header::write(&DType::UINT8, &[len], Order::C).unwrap();
    npy.extend((0..len).map(|i| i as u8));
    npy
}

#[test]
fn the_checksum_is_seen_however_late_the_data_ends() {
    let scratch = Scratch::new();
    let npy = counting_bytes(1000);
    let mut other = npy.clone();
    *other.last_mut().unwrap() ^= 1;
    // All bytes are there long before the end, which is behind what is read at once.
    let mut packed = block(&npy, false);
    packed.extend((0..30_000).flat_map(|_| block(&[], false)));
    packed.extend(block(&[], true));
    let members = [
        ("good.npy", true, &packed[..], &npy[..]),
        ("bad.npy", true, &packed[..], &other[..]),
    ];
    let archive = Npz::open(scratch.archive("x.npz", &members)).unwrap();
    let good = archive.member("good").unwrap();
    assert_eq!(good.array().read::<u8>().unwrap().len(), 1000);
    let bad = archive.member("bad").unwrap();
    let error = bad.array().read::<u8>().unwrap_err().to_string();
    assert!(error.contains("bad CRC-32"), "{error}");
}

#[test]
fn the_corners_of_a_deflated_array_are_read_in_one_go() {
    let scratch = Scratch::new();
    for order in [Order::C, Order::F] {
        let path = scratch.counting("x.npy", &[9, 40, 8, 50], order);
        let npy = fs::read(&path).unwrap();
        let packed = deflated(&npy);
        let archive = scratch.archive("x.npz", &[("x.npy", true, &packed, &npy)]);
        let member = Npz::open(archive).unwrap().member("x").unwrap();
        let file = NpyFile::open(&path).unwrap();
        for selection in ["...", "[::-1, 3]", "[..., None, ::-1]"] {
            let text = file.slice(selection).unwrap().text().unwrap();
            assert_eq!(member.slice(selection).unwrap().text().unwrap(), text);
        }
    }
}

#[test]
fn a_member_that_cannot_be_as_large_as_it_says_is_refused() {
    let scratch = Scratch::new();
    let mut npy = header::write(&DType::UINT8, &[1 << 30], Order::C).unwrap();
    let packed = deflated(&npy);
    npy.resize(npy.len() + (1 << 20), 0);
    let archive = scratch.archive("x.npz", &[("x.npy", true, &packed, &npy)]);
    let error = Npz::open(archive).unwrap().member("x").unwrap_err();
    assert!(error.to_string().contains("cannot hold"), "{error}");
}

#[test]
fn names_from_an_archive_do_not_break_the_line() {
    let scratch = Scratch::new();
    let name = format!("a\n\u{1b}[31m{}.npy", "b".repeat(300));
    let archive = scratch.archive("x.npz", &[(&name, false, b"no array", b"no array")]);
    let archive = Npz::open(archive).unwrap();
    let error = archive.open_member(&archive.members()[0]).unwrap_err();
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(text.matches('b').count() < 90, "{text}");
    assert_eq!(error.member(), name.strip_suffix(".npy"));
}

#[test]
fn every_error_names_the_file() {
    let scratch = Scratch::new();
    let path = scratch.path("objects.npy");
    let mut npy = header::write(&DType::UINT8, &[3], Order::C).unwrap();
    let at = npy.windows(3).position(|w| w == b"|u1").unwrap();
    npy.splice(at..at + 3, *b"|O ");
    npy[at + 2] = b'\'';
    npy[at + 3] = b' ';
    npy.extend([0; 3]);
    fs::write(&path, npy).unwrap();
    let file = NpyFile::open(&path).unwrap();
    let array = file.array();
    let errors = [
        array.save(scratch.path("out.npy")).unwrap_err(),
        array.read_bytes(Order::C, Convert::Native).unwrap_err(),
        array.text().unwrap_err(),
        array.stats().unwrap_err(),
        array.view::<u8>().unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.path(), Some(&*path), "{error}");
    }
    assert_eq!(scratch.names(), ["objects.npy"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_to_which_nobody_writes_is_refused() {
    let scratch = Scratch::new();
    let path = scratch.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let error = NpyFile::open(&path).unwrap_err().to_string();
    assert!(error.ends_with("is not a regular file"), "{error}");
}

/// Nor does it wait for somebody to read, to find out then that a pipe is no file.
#[cfg(unix)]
#[test]
fn a_pipe_from_which_nobody_reads_is_no_new_file() {
    let scratch = Scratch::new();
    let path = scratch.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let new = npymap::CreateOptions::new("u1".parse().unwrap(), [2]).overwrite(true);
    let error = new.create(&path).unwrap_err().to_string();
    assert!(error.ends_with("is not a regular file"), "{error}");
    assert_eq!(scratch.names(), ["pipe"]);
}
