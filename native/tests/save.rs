//! Writing slices to new files, whole or not at all.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::Scratch;
use npymap::{NpyFile, Order};

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
