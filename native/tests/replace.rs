//! What becomes of files that others replace: of those who write to them, of their kind, their
//! owners and their other names.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::{
    fs::{self, File},
    sync::{Mutex, MutexGuard, PoisonError},
};

use common::Scratch;
use npymap::{NpyFile, Order};

/// Every command that replaces a file, with an archive and an array to be replaced.
const REPLACING: [(&[&str], &str); 7] = [
    (&["convert", "y.npy", "x.npy"], "x.npy"),
    (&["convert", "x.npy", "x.npy", "--dtype", "f8"], "x.npy"),
    (&["slice", "y.npy", "1:", "-o", "x.npy"], "x.npy"),
    (
        &[
            "create", "x.npy", "--dtype", "f4", "--shape", "2", "--force",
        ],
        "x.npy",
    ),
    (&["unpack", "b.npz", "-d", ".", "--force"], "x.npy"),
    (&["pack", "a.npz", "y=y.npy"], "a.npz"),
    (&["pack", "a.npz", "--update", "z=y.npy"], "a.npz"),
];

/// Keeps the tests from running at the same time: a process that is being made has, for a moment,
/// all that its parent has open, locks included.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn prepared() -> Scratch {
    let scratch = Scratch::new();
    scratch.counting("x.npy", &[3, 4], Order::C);
    scratch.counting("y.npy", &[2, 2], Order::C);
    scratch.out(&["pack", "a.npz", "x=x.npy"]);
    scratch.out(&["pack", "b.npz", "x=y.npy"]);
    scratch
}

/// Who has locked a file would write to what nobody sees.
#[test]
fn a_file_that_somebody_has_locked_is_not_replaced() {
    let _alone = alone();
    let scratch = prepared();
    let bytes = |name: &str| fs::read(scratch.path(name)).unwrap();
    let names = scratch.names();
    let writer = NpyFile::open_rw(scratch.path("x.npy")).unwrap();
    let archive = File::open(scratch.path("a.npz")).unwrap();
    archive.try_lock().unwrap();
    for (arguments, target) in REPLACING {
        let before = bytes(target);
        let message = scratch.error(arguments);
        let message = message.strip_prefix("./").unwrap_or(&message);
        let expected = format!("{target}: is locked by another reader or writer");
        assert_eq!(message, expected, "{arguments:?}");
        assert!(bytes(target) == before && scratch.names() == names);
    }
    drop((writer, archive));
    for (arguments, target) in REPLACING {
        let before = bytes(target);
        scratch.out(arguments);
        assert!(bytes(target) != before, "{arguments:?}");
        // Nor is it locked for those who come later.
        File::open(scratch.path(target))
            .unwrap()
            .try_lock()
            .unwrap();
    }
}

/// One slip, and the only copy of an array would be an archive, or the other way round.
#[test]
fn arrays_and_archives_do_not_replace_one_another() {
    let _alone = alone();
    let scratch = prepared();
    fs::write(scratch.path("notes.txt"), "text").unwrap();
    let read = || {
        scratch
            .names()
            .into_iter()
            .map(|name| fs::read(scratch.path(&name)).unwrap())
    };
    let before: Vec<_> = read().collect();
    for (arguments, expected) in [
        (
            &["pack", "x.npy", "y=y.npy"][..],
            "x.npy: is no archive, and no archive replaces it: remove it first",
        ),
        (
            &["pack", "notes.txt", "y=y.npy"],
            "notes.txt: is no archive, and no archive replaces it: remove it first",
        ),
        (
            &["convert", "x.npy", "a.npz"],
            "a.npz: is an archive, which no array replaces: remove it first",
        ),
        (
            &["convert", "a.npz::x", "a.npz", "--headerless"],
            "a.npz: is an archive, which no array replaces: remove it first",
        ),
        (
            &["slice", "x.npy", ":", "-o", "a.npz"],
            "a.npz: is an archive, which no array replaces: remove it first",
        ),
        (
            &["convert", "x.npy", "a.npz::x"],
            "a.npz::x: names a member of an archive: pack --update writes those",
        ),
        (
            &["create", "a.npz::new", "--dtype", "u1", "--shape", "2"],
            "a.npz::new: names a member of an archive: pack --update writes those",
        ),
        (
            &["pack", "a.npz::x", "y=y.npy"],
            "a.npz::x: names a member of an archive: pack --update writes those",
        ),
    ] {
        assert_eq!(scratch.error(arguments), expected);
        assert!(read().eq(before.iter().cloned()), "{arguments:?}");
    }
    fs::write(scratch.path("empty"), "").unwrap();
    scratch.out(&["pack", "empty", "y=y.npy"]);
    scratch.out(&[
        "create", "a.npz", "--dtype", "u1", "--shape", "2", "--force",
    ]);
    assert_eq!(scratch.out(&["show", "a.npz"]), "[0 0]\n");
    // What is no archive has no members.
    scratch.out(&["convert", "x.npy", "x.npy::x"]);
}

/// The place in which a file is written keeps what belongs to it: permissions, the owner, as far as
/// the system allows, and a link that leads there. Other names of the old file keep that.
#[cfg(unix)]
#[test]
fn links_owners_and_permissions_stay() {
    let _alone = alone();
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

    for (arguments, target) in REPLACING {
        let scratch = prepared();
        let path = scratch.path(target);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o4640)).unwrap();
        // Only the superuser may.
        let is_given = chown(&path, Some(12), Some(34)).is_ok();
        if is_given {
            // Giving it away has taken that bit from it.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o4640)).unwrap();
        }
        let old = fs::read(&path).unwrap();
        fs::hard_link(&path, scratch.path("other")).unwrap();
        let is_unpacked = arguments[0] == "unpack";
        if !is_unpacked {
            // Nothing is unpacked through links.
            fs::rename(&path, scratch.path("real")).unwrap();
            symlink("real", &path).unwrap();
        }
        let before = fs::metadata(&path).unwrap();
        scratch.out(arguments);
        let is_link = fs::symlink_metadata(&path).unwrap().is_symlink();
        assert_eq!(is_link, !is_unpacked, "{arguments:?}");
        let after = fs::metadata(&path).unwrap();
        assert_ne!(after.ino(), before.ino(), "{arguments:?}");
        assert_eq!(after.permissions(), before.permissions(), "{arguments:?}");
        assert_eq!(
            (after.uid(), after.gid()),
            (before.uid(), before.gid()),
            "{arguments:?}"
        );
        assert!(!is_given || after.uid() == 12);
        assert!(fs::read(scratch.path("other")).unwrap() == old);
        assert!(fs::read(&path).unwrap() != old, "{arguments:?}");
    }
}

/// The same where a header without room makes an append a new file.
#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_to_grow_keeps_its_place() {
    let _alone = alone();
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

    let scratch = Scratch::new();
    // As NumPy before 1.24 writes it: without room for another digit.
    let text = "{'descr': '|u1', 'fortran_order': False, 'shape': (9,), }\n";
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend(0..9_u8);
    let real = scratch.path("real.npy");
    fs::write(&real, &bytes).unwrap();
    scratch.npy("rows.npy", "|u1", &[1], &[9]);
    symlink("real.npy", scratch.path("x.npy")).unwrap();
    fs::hard_link(&real, scratch.path("other")).unwrap();
    let _ = chown(&real, Some(12), Some(34));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o4640)).unwrap();
    let before = fs::metadata(&real).unwrap();
    scratch.out(&["append", "x.npy", "rows.npy"]);
    let after = fs::metadata(&real).unwrap();
    assert!(
        fs::symlink_metadata(scratch.path("x.npy"))
            .unwrap()
            .is_symlink()
    );
    let facts = |m: &fs::Metadata| (m.uid(), m.gid(), m.mode());
    assert_eq!(facts(&after), facts(&before));
    assert_ne!(after.ino(), before.ino());
    assert!(fs::read(scratch.path("other")).unwrap() == bytes);
    assert_eq!(scratch.out(&["show", "x.npy"]), "[0 1 2 3 4 5 6 7 8 9]\n");
}

/// Files are replaced, but no pipe that somebody else may have open.
#[cfg(unix)]
#[test]
fn no_pipe_is_replaced_by_a_member() {
    let _alone = alone();
    let scratch = prepared();
    fs::create_dir(scratch.path("out")).unwrap();
    let pipe = scratch.path("out/x.npy");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    assert_eq!(
        scratch.error(&["unpack", "a.npz", "-d", "out", "--force"]),
        "out/x.npy: is not a regular file"
    );
    let left = fs::read_dir(scratch.path("out")).unwrap();
    assert_eq!(left.count(), 1);
    assert!(!fs::symlink_metadata(pipe).unwrap().is_file());
}
