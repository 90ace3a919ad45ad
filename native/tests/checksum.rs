//! Members whose bytes are not those that the archive was made of.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::fs;

use common::Scratch;
use npymap::{Array, ErrorKind, Npz, Order, SaveOptions};

/// What copies a stored member whole looks at its checksum, wherever the wrong byte is, and leaves
/// all as it was.
#[test]
fn what_is_wrong_in_a_stored_member_is_not_copied() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[300, 1000], Order::C);
    let npy = fs::read(&path).unwrap();
    // Behind the array: bytes that nobody asks for, but that the checksum counts.
    let npy = [npy, vec![5; 10]].concat();
    let members = [("x.npy", false, &*npy, &*npy)];
    let archive = scratch.archive("a.npz", &members);
    let right = fs::read(&archive).unwrap();
    let name_len = 30 + "x.npy".len();
    let copies: [&[&str]; 7] = [
        &["pack", "b.npz", "x=a.npz::x"],
        &["pack", "b.npz", "x=a.npz::x", "--deflate"],
        &["convert", "a.npz::x", "y.npy"],
        &["convert", "a.npz::x", "y.npy", "--dtype", "f8"],
        &["convert", "a.npz::x", "y.npy", "--order", "F"],
        &["slice", "a.npz::x", "::-1", "-o", "y.npy"],
        &["append", "z.npy", "a.npz::x"],
    ];
    let old = scratch.counting("z.npy", &[2, 1000], Order::C);
    for at in [
        // A blank of the header, of which it has some.
        name_len + 100,
        name_len + 128,
        name_len + 600_000,
        name_len + npy.len() - 11,
        name_len + npy.len() - 1,
    ] {
        let mut wrong = right.clone();
        wrong[at] ^= if at < name_len + 128 { 0x29 } else { 1 };
        fs::write(&archive, &wrong).unwrap();
        let before = (fs::read(&old).unwrap(), scratch.names());
        for arguments in copies {
            let message = scratch.error(arguments);
            assert!(
                message.contains("a.npz::x: bad CRC-32 for member 'x.npy': found"),
                "{arguments:?} {at}: {message}"
            );
            assert!((fs::read(&old).unwrap(), scratch.names()) == before);
        }
        // A part of it may well be right.
        scratch.out(&["slice", "a.npz::x", "3:9", "-o", "part.npy"]);
        fs::remove_file(scratch.path("part.npy")).unwrap();
        let mut all = Vec::new();
        let member = Npz::open(&archive).unwrap().member("x").unwrap();
        let error = member.array().write_to(&mut all).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Format(_)), "{error}");
        let options = SaveOptions::new().byte_order(npymap::core::dtype::ByteOrder::Big);
        assert!(options.write_to(&member.array(), &mut all).is_err());
    }
    fs::write(&archive, &right).unwrap();
    for arguments in copies {
        scratch.out(arguments);
    }
    let copied = Npz::open(scratch.path("b.npz")).unwrap();
    copied.verify("x").unwrap();
    // Arrays in memory have no checksum.
    Array::of_slice(&[1.0], &[1]).unwrap().save(&path).unwrap();
}

/// Nor is it copied by those who have it read ahead of them.
#[test]
fn what_is_wrong_in_a_large_member_is_not_copied() {
    let scratch = Scratch::new();
    let npy = fs::read(scratch.counting("x.npy", &[3000, 1000], Order::C)).unwrap();
    let archive = scratch.archive("a.npz", &[("x.npy", false, &*npy, &*npy)]);
    let mut bytes = fs::read(&archive).unwrap();
    bytes[10 << 20] ^= 1;
    fs::write(&archive, bytes).unwrap();
    let names = scratch.names();
    for arguments in [
        &["pack", "b.npz", "x=a.npz::x"][..],
        &["convert", "a.npz::x", "y.npy"],
        &["slice", "a.npz::x", ":", "-o", "y.npy"],
    ] {
        let message = scratch.error(arguments);
        assert!(message.contains("bad CRC-32"), "{arguments:?}: {message}");
        assert_eq!(scratch.names(), names);
    }
}
