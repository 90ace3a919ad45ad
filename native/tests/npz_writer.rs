//! Archives written, changed and taken apart.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::{
    fs,
    io::{self, Write},
    sync::{Arc, Mutex},
};

use common::{Scratch, deflated};
use npymap::{
    Array, Compression, DType, Element, NpyFile, Npz, NpzWriter, Order,
    core::npz::Method,
    half::{bf16, f16},
    num_complex::Complex,
};

impl Scratch {
    /// An archive of one array for each key, which counts from the number given.
    fn counted(&self, name: &str, members: &[(&str, f32)]) {
        let mut archive = NpzWriter::create(self.path(name)).unwrap();
        for &(key, first) in members {
            let values: Vec<_> = (0..1000_u16).map(|i| first + f32::from(i)).collect();
            let array = Array::of_slice(&values, &[10, 100]).unwrap();
            archive.add(key, &array).unwrap();
        }
        archive.finish().unwrap();
    }

    /// The first values of the members of an archive, which is sound.
    fn first_values(&self, name: &str) -> Vec<(String, f32)> {
        let archive = Npz::open(self.path(name)).unwrap();
        let first = |key: &str| {
            archive.verify(key).unwrap();
            let member = archive.member(key).unwrap();
            assert_eq!(member.shape(), [10, 100]);
            (key.to_owned(), member.at(&[0, 0]).unwrap())
        };
        archive.keys().map(first).collect()
    }
}

fn pairs(found: &[(String, f32)]) -> Vec<(&str, f32)> {
    found.iter().map(|(key, first)| (&**key, *first)).collect()
}

#[test]
fn any_array_becomes_the_file_that_save_makes() {
    let scratch = Scratch::new();
    let c = NpyFile::open(scratch.counting("c.npy", &[30, 40, 50], Order::C)).unwrap();
    let f = NpyFile::open(scratch.counting("f.npy", &[30, 40, 50], Order::F)).unwrap();
    let empty = NpyFile::open(scratch.counting("e.npy", &[3, 0], Order::C)).unwrap();
    let compressions = [
        Compression::STORED,
        Compression::DEFLATED,
        Compression::level(0),
        Compression::level(1),
        Compression::level(200),
    ];
    for compression in compressions {
        let path = scratch.path("a.npz");
        let arrays = [
            ("c", c.array(), Order::C),
            ("c_transposed", c.array().transpose(), Order::F),
            ("c_slice", c.slice("[::-1, 3:, ::2]").unwrap(), Order::C),
            ("c_scalar", c.slice("[1, 2, 3]").unwrap(), Order::C),
            ("f", f.array(), Order::F),
            ("f_rows", f.slice("[2:20]").unwrap(), Order::C),
            ("f_last", f.slice("[..., 2:20]").unwrap(), Order::F),
            ("e", empty.array(), Order::C),
        ];
        let mut archive = NpzWriter::create(&path).unwrap();
        for (key, array, _) in &arrays {
            let mut done = 0;
            let progress = |bytes| {
                assert!(bytes > done);
                done = bytes;
            };
            archive.add_with(key, array, compression, progress).unwrap();
            assert_eq!(done, array.nbytes());
        }
        archive.finish().unwrap();

        let archive = Npz::open(&path).unwrap();
        assert!(archive.keys().eq(arrays.iter().map(|(key, ..)| *key)));
        for (key, array, order) in &arrays {
            archive.verify(key).unwrap();
            let member = archive.member(key).unwrap();
            assert_eq!(
                (member.shape(), member.order()),
                (array.shape(), *order),
                "{key}"
            );
            assert!(member.array().read::<f32>().unwrap() == array.read::<f32>().unwrap());
            let mut bytes = Vec::new();
            let found = archive.find(key).unwrap();
            archive.copy_member(found, &mut bytes).unwrap();
            if *order == Order::C {
                let saved = scratch.path("saved.npy");
                array.save(&saved).unwrap();
                assert!(bytes == fs::read(&saved).unwrap(), "{key}");
            }
            let is_stored = compression == Compression::STORED;
            assert_eq!(member.is_mappable(), is_stored);
            assert_eq!(found.method() == Method::Stored, is_stored);
        }
    }
}

#[test]
fn stored_values_are_aligned() {
    let scratch = Scratch::new();
    let path = scratch.path("a.npz");
    let mut archive = NpzWriter::create(&path).unwrap();
    for len in 0..150 {
        let key = "k".repeat(len);
        let values = vec![len as u8; len];
        let array = Array::of_slice(&values, &[len as u64]).unwrap();
        archive.add(&key, &array).unwrap();
    }
    archive.finish().unwrap();
    let bytes = fs::read(&path).unwrap();
    let archive = Npz::open(&path).unwrap();
    for member in archive.members() {
        let npy = archive.open_member(member).unwrap();
        let values = npy.read::<u8>().unwrap();
        let header = &bytes[member.header_offset() as usize..];
        let lens = [header[26], header[28]].map(usize::from);
        let data = member.header_offset() as usize + 30 + lens[0] + lens[1];
        let start = data + npy.data_offset() as usize;
        assert_eq!(start % 64, 0);
        assert_eq!(bytes[start..start + values.len()], values);
    }
}

#[test]
fn values_in_memory_have_the_dtype_of_their_type() {
    fn check<T: Element + PartialEq + std::fmt::Debug>(values: [T; 2], name: &str) {
        let scratch = Scratch::new();
        let mut archive = NpzWriter::create(scratch.path("a.npz")).unwrap();
        let array = |shape: &[u64]| Array::of_slice(&values, shape).unwrap();
        archive.add("x", &array(&[2])).unwrap();
        archive.add_deflated("y", &array(&[1, 2])).unwrap();
        archive.finish().unwrap();
        let archive = Npz::open(scratch.path("a.npz")).unwrap();
        for key in ["x", "y"] {
            let member = archive.member(key).unwrap();
            let mut array = member.array();
            if name == "bfloat16" {
                array = array.view_dtype(name.parse().unwrap()).unwrap();
            }
            assert_eq!(*array.dtype(), name.parse::<DType>().unwrap());
            assert_eq!(array.read::<T>().unwrap(), values);
        }
    }
    check([true, false], "bool");
    check([-1_i8, 2], "int8");
    check([1_u16, 2], "uint16");
    check([1_i32, 2], "int32");
    check([i64::MIN, 2], "int64");
    check([1_u64, 2], "uint64");
    check([f16::ONE, f16::PI], "float16");
    check([bf16::ONE, bf16::PI], "bfloat16");
    check([1_f32, 2.5], "float32");
    check([1_f64, 2.5], "float64");
    check(
        [Complex::new(1_f32, 2.0), Complex::new(3.0, 4.0)],
        "complex64",
    );
    check(
        [Complex::new(1_f64, 2.0), Complex::new(3.0, 4.0)],
        "complex128",
    );
}

/// An array of one byte.
fn one() -> Array<'static> {
    Array::of_slice(&[1_u8], &[1]).unwrap()
}

#[test]
fn what_cannot_be_added_leaves_the_writer_as_it_was() {
    let scratch = Scratch::new();
    let path = scratch.path("a.npz");
    let mut archive = NpzWriter::create(&path).unwrap();
    archive.add("x", &one()).unwrap();
    let cases = [
        ("x", "the archive has a member 'x.npy' already"),
        (
            "../y",
            "'../y.npy' does not name a file inside the directory that it is unpacked to: \
             a part of it is '.' or '..'",
        ),
    ];
    for (key, expected) in cases {
        let error = archive.add(key, &one()).unwrap_err();
        assert_eq!(error.to_string(), format!("{}: {expected}", path.display()));
    }
    archive.add("z", &one()).unwrap();
    archive.finish().unwrap();
    assert!(Npz::open(&path).unwrap().keys().eq(["x", "z"]));
}

#[test]
fn an_archive_is_there_when_it_is_finished() {
    let scratch = Scratch::new();
    let path = scratch.path("a.npz");
    for before in [None, Some("old")] {
        if let Some(before) = before {
            fs::write(&path, before).unwrap();
        }
        let there = scratch.names();
        let mut archive = NpzWriter::create(&path).unwrap();
        archive.add("x", &one()).unwrap();
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), before);
        drop(archive);
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), before);
        assert_eq!(scratch.names(), there);
    }
    NpzWriter::create(&path).unwrap().finish().unwrap();
    // What NumPy writes, too.
    assert_eq!(fs::read(&path).unwrap().len(), 22);
    assert!(Npz::open(&path).unwrap().members().is_empty());
}

#[test]
fn a_source_that_fails_spoils_the_archive() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[5 << 20], Order::C);
    let file = NpyFile::open(&path).unwrap();
    let mut archive = NpzWriter::create(scratch.path("a.npz")).unwrap();
    let cut = |_| {
        let source = fs::File::options().write(true).open(&path).unwrap();
        source.set_len(16 << 20).unwrap();
    };
    let error = archive.add_with("x", &file.array(), Compression::STORED, cut);
    let message = error.unwrap_err().to_string();
    assert!(
        message.contains("x.npy: the file is cut short"),
        "{message}"
    );
    for result in [archive.add("y", &one()), archive.finish()] {
        let message = result.unwrap_err().to_string();
        assert!(
            message.ends_with(
                "a.npz: the archive cannot be finished, since a member could not be written"
            ),
            "{message}"
        );
    }
    assert_eq!(scratch.names(), ["x.npy"]);
}

#[test]
fn members_are_added_and_replaced() {
    let scratch = Scratch::new();
    scratch.counted("a.npz", &[("a", 1.0), ("b", 2.0), ("c", 3.0)]);
    let path = scratch.path("a.npz");
    let old = Npz::open(&path).unwrap();
    let mut archive = NpzWriter::append_to(&path).unwrap();
    let b = old.member("b").unwrap();
    archive.add("d", &b.array()).unwrap();
    let error = archive.add("a", &b.array()).unwrap_err().to_string();
    assert!(
        error.ends_with("the archive has a member 'a.npy' already"),
        "{error}"
    );
    archive.finish().unwrap();
    let expected = [("a", 1.0), ("b", 2.0), ("c", 3.0), ("d", 2.0)];
    assert_eq!(pairs(&scratch.first_values("a.npz")), expected);

    let mut archive = NpzWriter::replace_in(&path, ["a", "c", "nobody"]).unwrap();
    archive
        .add_deflated("a", &old.member("c").unwrap().array())
        .unwrap();
    archive.finish().unwrap();
    let expected = [("b", 2.0), ("d", 2.0), ("a", 3.0)];
    assert_eq!(pairs(&scratch.first_values("a.npz")), expected);
    // An archive begins as one.
    assert!(fs::read(&path).unwrap().starts_with(b"PK\x03\x04"));

    // What was opened before still is.
    old.verify("a").unwrap();
    assert_eq!(old.member("c").unwrap().at::<f32>(&[0, 0]).unwrap(), 3.0);
    assert_eq!(scratch.names(), ["a.npz"]);
}

/// A member that is replaced again and again leaves no room behind that nobody uses.
#[test]
fn an_archive_does_not_grow_by_replacing() {
    let scratch = Scratch::new();
    scratch.counted("a.npz", &[("a", 1.0), ("b", 2.0), ("c", 3.0)]);
    let path = scratch.path("a.npz");
    let len = fs::metadata(&path).unwrap().len();
    for i in 0..20_u16 {
        let key = ["a", "b", "c"][usize::from(i) % 3];
        let mut archive = NpzWriter::replace_in(&path, [key]).unwrap();
        let values = [f32::from(i); 1000];
        let array = Array::of_slice(&values, &[10, 100]).unwrap();
        archive.add(key, &array).unwrap();
        archive.finish().unwrap();
        assert!(fs::metadata(&path).unwrap().len() < len + 200);
    }
    let expected = [("a", 18.0), ("b", 19.0), ("c", 17.0)];
    let mut found = scratch.first_values("a.npz");
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(pairs(&found), expected);
}

#[test]
fn only_one_replaces_an_archive() {
    let scratch = Scratch::new();
    scratch.counted("a.npz", &[("a", 1.0)]);
    let path = scratch.path("a.npz");
    let first = NpzWriter::append_to(&path).unwrap();
    let error = NpzWriter::append_to(&path).unwrap_err().to_string();
    assert!(
        error.ends_with("a.npz: is locked by another reader or writer"),
        "{error}"
    );
    drop(first);
    NpzWriter::append_to(&path).unwrap().finish().unwrap();
    NpzWriter::append_to(&path).unwrap().finish().unwrap();
    assert_eq!(pairs(&scratch.first_values("a.npz")), [("a", 1.0)]);
}

#[test]
fn what_is_no_archive_is_not_appended_to() {
    let scratch = Scratch::new();
    let path = scratch.path("a.npz");
    assert!(NpzWriter::append_to(&path).is_err());
    fs::write(&path, "text").unwrap();
    assert!(NpzWriter::append_to(&path).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "text");
}

/// A pipe: it keeps what it is given.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = self.0.lock().unwrap();
        all.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_archive_goes_through_a_pipe() {
    let scratch = Scratch::new();
    let x = NpyFile::open(scratch.counting("x.npy", &[300, 7], Order::C)).unwrap();
    let pipe = Pipe::default();
    let mut archive = NpzWriter::to_writer(pipe.clone());
    archive.add("x", &x.array()).unwrap();
    archive.add_deflated("y", &x.array()).unwrap();
    archive
        .add("z", &Array::of_slice(&[1_u8, 2], &[2]).unwrap())
        .unwrap();
    archive.finish().unwrap();
    let path = scratch.path("a.npz");
    fs::write(&path, &*pipe.0.lock().unwrap()).unwrap();
    // Its members have what stands behind them when they move, too.
    for keys in [&["x", "y", "z"][..], &["y", "z"], &["z"]] {
        let archive = Npz::open(&path).unwrap();
        assert!(archive.keys().eq(keys.iter().copied()));
        for key in keys {
            archive.verify(key).unwrap();
        }
        drop(archive);
        NpzWriter::replace_in(&path, [keys[0]])
            .unwrap()
            .finish()
            .unwrap();
    }
}

#[test]
fn an_archive_is_unpacked() {
    let scratch = Scratch::new();
    let x = fs::read(scratch.counting("x.npy", &[3, 4], Order::F)).unwrap();
    let members: [(&str, bool, &[u8], &[u8]); 5] = [
        ("x.npy", false, b"old", b"old"),
        ("a/b/x.npy", true, &deflated(&x), &x),
        ("x.npy", false, &x, &x),
        ("a/words.txt", true, &deflated(b"no array"), b"no array"),
        ("void/", false, b"", b""),
    ];
    let archive = Npz::open(scratch.archive("a.npz", &members)).unwrap();
    let out = scratch.path("new/out");
    archive.unpack(&out).unwrap();
    assert_eq!(fs::read(out.join("x.npy")).unwrap(), x);
    assert_eq!(fs::read(out.join("a/b/x.npy")).unwrap(), x);
    assert_eq!(fs::read(out.join("a/words.txt")).unwrap(), b"no array");
    assert!(out.join("void").is_dir());
    let mut names: Vec<_> = fs::read_dir(&out)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["a", "void", "x.npy"]);

    // Nothing is replaced unless that is wanted, and nothing written unless all can be.
    fs::write(out.join("a/words.txt"), "mine").unwrap();
    fs::remove_file(out.join("x.npy")).unwrap();
    let message = archive.unpack(&out).unwrap_err().to_string();
    assert!(message.ends_with(": exists already"), "{message}");
    assert!(!out.join("x.npy").exists());
    assert_eq!(fs::read(out.join("a/words.txt")).unwrap(), b"mine");
    let words = [archive.find("a/words.txt").unwrap()];
    let mut done = 0;
    archive
        .unpack_members(words, &out, true, |bytes| done = bytes)
        .unwrap();
    assert_eq!(done, 8);
    assert_eq!(fs::read(out.join("a/words.txt")).unwrap(), b"no array");
    assert!(!out.join("x.npy").exists());
}

#[test]
fn a_member_that_cannot_be_read_leaves_nothing_behind() {
    let scratch = Scratch::new();
    let good: (&str, bool, &[u8], &[u8]) = ("a/good.txt", false, b"good", b"good");
    // Of the right length, with the checksum of something else.
    let bad: (&str, bool, &[u8], &[u8]) = ("z.txt", false, b"baad", b"good");
    let archive = Npz::open(scratch.archive("a.npz", &[good, bad])).unwrap();
    let message = archive
        .unpack(scratch.path("new/out"))
        .unwrap_err()
        .to_string();
    assert!(message.contains("a.npz::z.txt: bad CRC-32"), "{message}");
    assert_eq!(scratch.names(), ["a.npz"]);
}

/// Whatever a member is called, nothing is written outside the directory.
#[test]
fn nothing_leaves_the_directory() {
    let scratch = Scratch::new();
    let absolute = scratch.path("evil");
    let names = [
        "../evil",
        "a/../../evil",
        "a/..",
        "..",
        ".",
        "",
        "./evil",
        "a//evil",
        "/evil",
        absolute.to_str().unwrap(),
        "\\evil",
        "..\\evil",
        "a\\..\\..\\evil",
        "C:\\evil",
        "\\\\server\\share\\evil",
    ];
    for name in names {
        let members: [(&str, bool, &[u8], &[u8]); 2] = [
            ("good", false, b"good", b"good"),
            (name, false, b"evil", b"evil"),
        ];
        let archive = Npz::open(scratch.archive("a.npz", &members)).unwrap();
        let message = archive
            .unpack(scratch.path("out/in"))
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("does not name a file inside"),
            "{name}: {message}"
        );
        assert_eq!(scratch.names(), ["a.npz"], "{name}");
        // The others can be had.
        let good = [archive.find("good").unwrap()];
        archive
            .unpack_members(good, scratch.path("out/in"), false, |_| ())
            .unwrap();
        assert_eq!(scratch.names(), ["a.npz", "out"], "{name}");
        fs::remove_dir_all(scratch.path("out")).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_out_of_the_directory() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::new();
    let (out, elsewhere) = (scratch.path("out"), scratch.path("elsewhere"));
    for directory in [&out, &elsewhere] {
        fs::create_dir(directory).unwrap();
    }
    fs::write(elsewhere.join("x"), "mine").unwrap();
    symlink(&elsewhere, out.join("a")).unwrap();
    symlink(elsewhere.join("x"), out.join("x")).unwrap();
    symlink(elsewhere.join("new"), out.join("new")).unwrap();
    for name in ["a/x", "a/y", "a", "a/", "x", "new"] {
        let members: [(&str, bool, &[u8], &[u8]); 1] = [(name, false, b"evil", b"evil")];
        let archive = Npz::open(scratch.archive("a.npz", &members)).unwrap();
        for overwrite in [false, true] {
            let unpacked = archive.unpack_members(archive.members(), &out, overwrite, |_| ());
            let message = unpacked.unwrap_err().to_string();
            assert!(message.contains("is a symbolic link"), "{name}: {message}");
        }
    }
    let names: Vec<_> = fs::read_dir(&elsewhere)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(names, ["x"]);
    assert_eq!(fs::read(elsewhere.join("x")).unwrap(), b"mine");
    // The directory itself may be behind one: that is what the user said.
    let link = scratch.path("link");
    symlink(&out, &link).unwrap();
    let archive =
        Npz::open(scratch.archive("a.npz", &[("good", false, b"good", b"good")])).unwrap();
    archive.unpack(&link).unwrap();
    assert_eq!(fs::read(out.join("good")).unwrap(), b"good");
}
