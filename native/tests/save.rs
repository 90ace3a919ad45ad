//! Writing slices to new files, whole or not at all.

#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, io};

use common::{Scratch, deflated};
use npymap::{ErrorKind, NpyFile, Npz, Order};

#[test]
fn a_saved_slice_is_a_file_of_its_values() {
    let scratch = Scratch::new();
    for order in [Order::C, Order::F] {
        let path = scratch.counting("x.npy", &[1100, 40, 90], order);
        let file = NpyFile::open(&path).unwrap();
        for selection in [
            "...",
            "[::-1, 3]",
            "[:, ::2, 5:50]",
            "[1, 2, 3]",
            "[5:5]",
            "[None, 7]",
        ] {
            for array in [
                file.slice(selection).unwrap(),
                file.slice(selection).unwrap().transpose(),
            ] {
                let out = scratch.path("out.npy");
                array.save(&out).unwrap();
                let written = NpyFile::open(&out).unwrap();
                assert_eq!(
                    (written.shape(), written.order()),
                    (array.shape(), Order::C)
                );
                assert_eq!(written.data_offset(), 128);
                assert_eq!(written.trailing_bytes(), 0);
                assert!(written.array().read::<f32>().unwrap() == array.read::<f32>().unwrap());
            }
        }
    }
    assert_eq!(scratch.names(), ["out.npy", "x.npy"]);
}

#[test]
fn a_file_can_be_replaced_by_a_slice_of_itself() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[10, 10], Order::C);
    let file = NpyFile::open(&path).unwrap();
    file.slice("[9, ::-1]").unwrap().save(&path).unwrap();
    // What was opened before still is.
    assert_eq!(file.array().read::<f32>().unwrap().len(), 100);
    assert_eq!(
        NpyFile::open(&path).unwrap().array().read::<f32>().unwrap()[0],
        99.0
    );
}

#[test]
fn a_failure_leaves_nothing_behind() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[10, 10], Order::C);
    let file = NpyFile::open(&path).unwrap();
    fs::create_dir(scratch.path("out.npy")).unwrap();
    let error = file.array().save(scratch.path("out.npy")).unwrap_err();
    assert!(
        error.to_string().ends_with("out.npy: is a directory"),
        "{error}"
    );
    let error = file
        .array()
        .save(scratch.path("missing/out.npy"))
        .unwrap_err();
    let message = error.to_string();
    assert!(message.contains("missing/out.npy: "), "{message}");
    assert!(
        !message.contains("tmp\""),
        "a name unknown to the user: {message}"
    );
    assert_eq!(scratch.names(), ["out.npy", "x.npy"]);
}

#[test]
fn a_failure_midway_leaves_the_target_as_it_was() {
    let scratch = Scratch::new();
    // Of several tiles.
    let path = scratch.counting("x.npy", &[6, 1 << 20], Order::C);
    for target in ["old.npy", "new.npy"] {
        fs::write(scratch.path("old.npy"), "old").unwrap();
        let file = NpyFile::open(&path).unwrap();
        let mut pieces = 0;
        let bytes = fs::read(&path).unwrap();
        let saved = file.array().save_with_progress(scratch.path(target), |_| {
            pieces += 1;
            let source = fs::File::options().write(true).open(&path).unwrap();
            source.set_len(16 << 20).unwrap();
        });
        let message = saved.unwrap_err().to_string();
        assert!(
            message
                .ends_with("x.npy: the file is cut short: expected 16777344 bytes, found 16777216"),
            "{message}"
        );
        assert_eq!(pieces, 2);
        assert_eq!(fs::read(scratch.path("old.npy")).unwrap(), b"old");
        assert_eq!(scratch.names(), ["old.npy", "x.npy"]);
        fs::write(&path, bytes).unwrap();
    }
}

/// Deflated values in another order than they are wanted in, and overlapping ones.
#[test]
fn a_deflated_member_can_be_read_in_any_order() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[1 << 20, 6], Order::F);
    let bytes = fs::read(&path).unwrap();
    let packed = deflated(&bytes);
    let archive = scratch.archive("x.npz", &[("x.npy", true, &packed, &bytes)]);
    let (stored, archive) = (NpyFile::open(&path).unwrap(), Npz::open(archive).unwrap());
    let member = archive.member("x").unwrap();
    let (out, expected) = (scratch.path("out.npy"), scratch.path("expected.npy"));
    for selection in ["...", "[::-1, ::-1]", "[::3, 1:]"] {
        stored.slice(selection).unwrap().save(&expected).unwrap();
        let expected = fs::read(&expected).unwrap();
        let array = member.slice(selection).unwrap();
        array.save(&out).unwrap();
        assert!(fs::read(&out).unwrap() == expected, "{selection}");
        let mut copy = Vec::new();
        array.write_to(&mut copy).unwrap();
        assert!(copy == expected, "{selection}");
    }
    let windows = |file: &NpyFile| {
        let first = file.slice("[:, 0]").unwrap();
        let windows = first.layout().sliding_window_view(&[7], None).unwrap();
        let windows = file.array().with_layout(windows).unwrap();
        let sums = windows.stats().unwrap();
        (windows.read::<f32>().unwrap(), sums)
    };
    assert!(windows(&member) == windows(&stored));
    let names = ["expected.npy", "out.npy", "x.npy", "x.npz"];
    assert_eq!(scratch.names(), names);

    // Bytes that the directory does not declare.
    let more = deflated(&[&bytes[..], b"more"].concat());
    let path = scratch.archive("more.npz", &[("x.npy", true, &more, &bytes)]);
    let error = Npz::open(path)
        .unwrap()
        .member("x")
        .unwrap()
        .array()
        .save(&out);
    let message = error.unwrap_err().to_string();
    assert!(message.contains("more.npz::x: "), "{message}");
    assert!(message.contains("x.npy"), "{message}");
    assert_eq!(scratch.names().len(), 5);
}

#[test]
fn a_writer_that_fails_is_no_fault_of_the_file() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[10], Order::C);
    let file = NpyFile::open(&path).unwrap();
    let mut copy = Vec::new();
    file.array().write_to(&mut copy).unwrap();
    assert_eq!(copy, fs::read(&path).unwrap());

    let mut room = [0; 130];
    let error = file.array().write_to(&mut room[..]).unwrap_err();
    assert!(error.path().is_none());
    assert!(
        matches!(error.kind(), ErrorKind::Io(e) if e.kind() == io::ErrorKind::WriteZero),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn links_and_permissions_survive() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[10], Order::C);
    let (target, link) = (scratch.path("target.npy"), scratch.path("link.npy"));
    fs::write(&target, "old").unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&target, &link).unwrap();
    NpyFile::open(&path).unwrap().array().save(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(
        fs::metadata(&target).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(NpyFile::open(&target).unwrap().shape(), [10]);

    fs::remove_file(&target).unwrap();
    NpyFile::open(&path).unwrap().array().save(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(NpyFile::open(&target).unwrap().shape(), [10]);

    // A new file is like any other.
    fs::write(scratch.path("any"), "").unwrap();
    let mode = |name| {
        let metadata = fs::metadata(scratch.path(name)).unwrap();
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode("target.npy"), mode("any"));

    let circle = scratch.path("circle.npy");
    symlink(&circle, &circle).unwrap();
    let file = NpyFile::open(&path).unwrap();
    file.array().save(&circle).unwrap_err();
    assert_eq!(
        scratch.names(),
        ["any", "circle.npy", "link.npy", "target.npy", "x.npy"]
    );
}

#[cfg(unix)]
#[test]
fn a_device_is_written_to_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[10], Order::C);
    NpyFile::open(&path)
        .unwrap()
        .array()
        .save("/dev/null")
        .unwrap();
    assert!(
        fs::metadata("/dev/null")
            .unwrap()
            .file_type()
            .is_char_device()
    );
}
