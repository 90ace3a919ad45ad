//! Parts of arrays that are not selections: other layouts of the data, and pieces of it.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::Scratch;
use npymap::{
    Array, CreateOptions, Error, ErrorKind, Layout, NpyFile, NpyMapMut, Npz, OpenOptions, Order,
    RawSpec,
    core::{ErrorKind as FormatErrorKind, header, layout::LayoutError},
};

/// Whether the data was said to end before the layout does.
fn is_beyond(error: &Error) -> bool {
    let ErrorKind::Format(e) = error.kind() else {
        return false;
    };
    matches!(
        e.kind(),
        FormatErrorKind::Truncated {
            what: "the array data",
            expected: 16,
            found: 12
        }
    )
}

/// What stands behind the array is none of its data, wherever the array stands.
#[test]
fn no_layout_reaches_behind_the_array() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[3], Order::C);
    let bytes = [fs::read(&path).unwrap(), vec![7; 8]].concat();
    fs::write(&path, &bytes).unwrap();
    let longer = Layout::new("<f4".parse().unwrap(), &[4], Order::C).unwrap();
    let refused = |array: &Array<'_>| {
        assert!(is_beyond(&array.with_layout(longer.clone()).unwrap_err()));
        let whole = array.layout().clone();
        assert_eq!(
            array.with_layout(whole).unwrap().read::<f32>().unwrap(),
            [0., 1., 2.]
        );
    };

    refused(&NpyFile::open(&path).unwrap().array());
    let members = [("x.npy", false, &*bytes, &*bytes)];
    let archive = Npz::open(scratch.archive("x.npz", &members)).unwrap();
    refused(&archive.member("x").unwrap().array());
    let raw = RawSpec::new("<f4".parse().unwrap())
        .shape([3])
        .offset(bytes.len() as u64 - 20);
    refused(&NpyFile::open_raw(&path, &raw).unwrap().array());

    let mut file = NpyFile::open_rw(&path).unwrap();
    refused(&file.array_mut().unwrap().array());
    let error = file.array_mut().unwrap().with_layout(longer.clone());
    assert!(is_beyond(&error.unwrap_err()));
    // Nor behind a part that was split off.
    let (first, second) = file.array_mut().unwrap().split_at(0, 2).unwrap();
    for (part, len) in [(first, 3), (second, 2)] {
        let layout = Layout::new("<f4".parse().unwrap(), &[len], Order::C).unwrap();
        assert!(part.with_layout(layout).is_err());
    }
    drop(file);
    // SAFETY: nobody else changes the file.
    let mut map = unsafe { NpyMapMut::open(&path) }.unwrap();
    refused(&map.array());
    let error = map.array_mut().with_layout(longer);
    assert!(is_beyond(&error.unwrap_err()));
    drop(map);
    assert!(fs::read(&path).unwrap() == bytes);
}

/// Values that no header can name are moved within their file all the same.
#[test]
fn values_without_a_name_move_within_their_file() {
    let scratch = Scratch::new();
    let values: Vec<u16> = (0..2000).collect();
    let expected: Vec<u16> = values.iter().rev().copied().collect();
    for (stored, dtype) in [("<V2", "bfloat16"), ("<V2", "(2,)u1"), ("<u2", "bfloat16")] {
        let mut bytes = header::write(&stored.parse().unwrap(), &[2000], Order::C).unwrap();
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        let path = scratch.path("x.npy");
        fs::write(&path, bytes).unwrap();
        let mut file = NpyFile::open_rw(&path).unwrap();
        let array = file.array_mut().unwrap();
        let mut array = array.view_dtype(dtype.parse().unwrap()).unwrap();
        let all = "...".parse().unwrap();
        array.copy_within(&"[::-1]".parse().unwrap(), &all).unwrap();
        file.close().unwrap();
        let raw = RawSpec::new("<u2".parse().unwrap()).offset(128);
        let file = NpyFile::open_raw(&path, &raw).unwrap();
        assert_eq!(file.read::<u16>().unwrap(), expected, "{dtype}");
    }
}

/// The pieces of an array are made one at a time, however many there would be.
#[test]
fn chunks_are_made_when_they_are_asked_for() {
    let scratch = Scratch::new();
    let path = scratch.path("large.npy");
    let len = 1 << 33;
    let mut file = CreateOptions::new("u1".parse().unwrap(), [len])
        .create(&path)
        .unwrap();
    let mut chunks = file.array_mut().unwrap().chunks(1).unwrap();
    assert_eq!(chunks.len() as u64, len);
    for (i, mut chunk) in (1..4_u8).zip(&mut chunks) {
        assert_eq!(chunk.shape(), [1]);
        chunk.fill(i).unwrap();
    }
    assert_eq!(chunks.len() as u64, len - 3);
    let first = file.slice("[:4]").unwrap().read::<u8>().unwrap();
    assert_eq!(first, [1, 2, 3, 0]);
}

/// Pieces cover the array, once.
#[test]
fn chunks_cover_the_array() {
    let scratch = Scratch::new();
    for (shape, selection, bytes, expected) in [
        (&[7, 2][..], "...", 16, &[2, 2, 2, 1][..]),
        (&[7, 2], "[::-1]", 24, &[3, 3, 1]),
        (&[7, 2], "[::2, 1]", 0, &[1, 1, 1, 1]),
        (&[7, 2], "...", u64::MAX, &[7]),
        (&[0, 2], "...", 1, &[0]),
        (&[5, 0], "...", 1, &[5]),
    ] {
        let path = scratch.counting("x.npy", shape, Order::C);
        let mut file = OpenOptions::new().write(true).open(&path).unwrap();
        let array = file.array_mut().unwrap().slice(selection).unwrap();
        let before = array.array().read::<f32>().unwrap();
        let chunks = array.chunks(bytes).unwrap();
        assert_eq!(chunks.len(), expected.len());
        let mut lens = Vec::new();
        let mut seen = Vec::new();
        for mut chunk in chunks {
            lens.push(chunk.shape()[0]);
            seen.extend(chunk.array().read::<f32>().unwrap());
            chunk.map_inplace(|value: f32| value + 100.0).unwrap();
        }
        assert_eq!(lens, expected, "{shape:?} {selection}");
        assert_eq!(seen, before);
        let after = file.slice(selection).unwrap().read::<f32>().unwrap();
        let moved: Vec<_> = before.iter().map(|value| value + 100.0).collect();
        assert_eq!(after, moved);
    }
    // Rows that lie between one another are no pieces.
    let path = scratch.counting("x.npy", &[4, 4], Order::F);
    let mut file = NpyFile::open_rw(&path).unwrap();
    let error = file.array_mut().unwrap().chunks(1).unwrap_err();
    let ErrorKind::Format(e) = error.kind() else {
        panic!("{error}");
    };
    let expected = FormatErrorKind::Layout(LayoutError::Interleaved { axis: 0 });
    assert_eq!(*e.kind(), expected);
    let single = CreateOptions::new("f4".parse().unwrap(), []);
    let mut single = single.create(scratch.path("single.npy")).unwrap();
    assert!(single.array_mut().unwrap().chunks(1).is_err());
}
