//! What several threads write: the same as one element after the other.

#![cfg(feature = "rayon")]
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::Scratch;
use npymap::{
    Array, CreateOptions, DType, ErrorKind, Layout, NpyFile, NpyMapMut, NpzWriter, OpenOptions,
    Order, RawSpec, Selection, core,
};

/// Enough for several pieces, and no even number of anything.
const SHAPE: [u64; 2] = [1301, 1703];

/// Runs something with more threads than a small machine has.
fn with_threads<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4);
    pool.build().unwrap().install(f)
}

fn dtype(text: &str) -> DType {
    text.parse().unwrap()
}

fn selected(array: &Layout, selection: &str) -> Layout {
    let selection = match selection.strip_prefix("T") {
        Some(rest) => return selected(&array.transpose(), rest),
        None => Selection::parse(selection).unwrap(),
    };
    array.select(&selection).unwrap()
}

/// Bytes that do not repeat.
fn noise(len: u64) -> Vec<u8> {
    let bytes = (0..len).scan(1_u32, |state, _| {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some((*state >> 24) as u8)
    });
    bytes.collect()
}

/// What `to[...] = from` makes of bytes, one element after the other.
fn model(from: &Layout, source: &[u8], to: &Layout, bytes: &mut [u8]) {
    let size = to.itemsize() as usize;
    // Complex numbers have two parts.
    let parts = if to.dtype().to_string().starts_with('c') {
        2
    } else {
        1
    };
    let swap = from.dtype().byte_order() != to.dtype().byte_order();
    let from = from.broadcast_to(to.shape()).unwrap();
    let mut index = vec![0; to.ndim()];
    for _ in 0..to.size() {
        let (read, written) = (from.byte_offset(&index), to.byte_offset(&index));
        let element = &mut bytes[written.unwrap() as usize..][..size];
        element.copy_from_slice(&source[read.unwrap() as usize..][..size]);
        if swap {
            element.chunks_mut(size / parts).for_each(<[u8]>::reverse);
        }
        for (i, &len) in index.iter_mut().zip(to.shape()).rev() {
            *i += 1;
            if *i < len {
                break;
            }
            *i = 0;
        }
    }
}

/// An array in a headerless file, mapped, and its bytes.
fn mapped(scratch: &Scratch, dtype: &DType) -> (NpyMapMut, Vec<u8>) {
    let path = scratch.path("a");
    let bytes = noise(SHAPE.iter().product::<u64>() * dtype.itemsize());
    fs::write(&path, &bytes).unwrap();
    let spec = RawSpec::new(dtype.clone()).shape(SHAPE);
    // SAFETY: nobody else changes the file while it is mapped.
    let map = unsafe { OpenOptions::new().map_raw_mut(path, &spec) };
    (map.unwrap(), bytes)
}

#[test]
fn assigning_by_threads_is_assigning_each_element() {
    let scratch = Scratch::new();
    let [rows, columns] = SHAPE;
    for (to_dtype, to, from_dtype, from_shape, from) in [
        ("<f4", "[:]", "<f4", vec![rows, columns], "[:]"),
        ("<f4", "[:]", ">f4", vec![rows, columns], "[:]"),
        (">u2", "[::-1, ::-1]", "<u2", vec![rows, columns], "[:]"),
        ("<f4", "[::-1]", "<f4", vec![rows, columns], "[:, ::-1]"),
        ("<f4", "T[:]", "<f4", vec![rows, columns], "T[:]"),
        ("<f8", "T[:]", ">f8", vec![columns, rows], "[:]"),
        ("<f4", "[:, ::2]", "<f4", vec![rows, 852], "[:]"),
        (
            "<f4",
            "[5:-6:3, -2::-4]",
            "<f4",
            vec![500, 500],
            "[:430, 74:]",
        ),
        ("<c16", "[:, 3]", ">c16", vec![rows], "[::-1]"),
        ("<f8", "[3:]", "<f8", vec![columns], "[:]"),
        ("<f8", "[:]", ">f8", vec![rows, 1], "[::-1]"),
        ("<i8", "T[1:, ::2]", "<i8", vec![1, 1], "[:]"),
        ("<f4", "[:]", ">f4", vec![], "[...]"),
        ("V3", "[:, 1::2]", "V3", vec![rows, 851], "[:]"),
        (
            "<M8[s]",
            "[:, None]",
            ">M8[s]",
            vec![rows, 1, columns],
            "[:]",
        ),
    ] {
        let (to_dtype, from_dtype) = (dtype(to_dtype), dtype(from_dtype));
        let (mut map, mut expected) = mapped(&scratch, &to_dtype);
        let whole = Layout::new(from_dtype, &from_shape, Order::C).unwrap();
        let source = noise(whole.nbytes()).into_iter().rev().collect::<Vec<_>>();
        let to = selected(map.layout(), to);
        let from = selected(&whole, from);
        model(&from, &source, &to, &mut expected);

        fs::write(scratch.path("b"), &source).unwrap();
        let spec = RawSpec::new(whole.dtype().clone()).shape(from_shape);
        let file = NpyFile::open_raw(scratch.path("b"), &spec).unwrap();
        // SAFETY: nobody changes the file while it is mapped.
        let values = unsafe { OpenOptions::new().map_raw(scratch.path("b"), &spec) }.unwrap();
        with_threads(|| {
            let mut array = map.array_mut().with_layout(to.clone()).unwrap();
            let values = values.array().with_layout(from.clone()).unwrap();
            array.assign(&values).unwrap();
        });
        assert!(map.as_bytes() == expected, "{to:?} from {from:?}");

        // By position the same comes out.
        let spec = RawSpec::new(to_dtype).shape(SHAPE);
        let target = scratch.path("by position");
        fs::write(&target, noise(expected.len() as u64)).unwrap();
        let mut written = OpenOptions::new()
            .write(true)
            .open_raw(&target, &spec)
            .unwrap();
        let array = written.array_mut().unwrap();
        let mut array = array.with_layout(to).unwrap();
        array
            .assign(&file.array().with_layout(from).unwrap())
            .unwrap();
        assert!(fs::read(&target).unwrap() == expected);
    }
}

#[test]
fn filling_by_threads_is_setting_each_element() {
    let scratch = Scratch::new();
    let layouts = [
        "[:]",
        "[:, 3]",
        "[::-1, ::2]",
        "T[7]",
        "T[::3, ::-1]",
        "column",
    ];
    for to in layouts {
        let (mut map, mut expected) = mapped(&scratch, &dtype(">f8"));
        let len = expected.len() as u64;
        let to = match to {
            // Of as many rows as several threads get.
            "column" => Layout::from_parts(dtype(">f8"), &[200_001], &[80], 16, len).unwrap(),
            selection => selected(map.layout(), selection),
        };
        let value = Layout::new(dtype("<f8"), &[], Order::C).unwrap();
        model(&value, &1.5_f64.to_le_bytes(), &to, &mut expected);
        with_threads(|| {
            let mut array = map.array_mut().with_layout(to.clone()).unwrap();
            array.fill(1.5_f64).unwrap();
        });
        assert!(map.as_bytes() == expected, "{to:?}");
    }
}

/// Elements of rows that lie between those of other rows: nothing parts the bytes.
#[test]
fn rows_that_interlock_are_assigned() {
    let scratch = Scratch::new();
    let (mut map, mut expected) = mapped(&scratch, &dtype("<f4"));
    let len = expected.len() as u64;
    let to = Layout::from_parts(dtype("<f4"), &[2, 1_000_000], &[12, 8], 4, len).unwrap();
    let values: Vec<f32> = (0..2_000_000).map(|i| i as f32).collect();
    let from = Layout::new(dtype("<f4"), &[2, 1_000_000], Order::C).unwrap();
    let source: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    model(&from, &source, &to, &mut expected);
    with_threads(|| {
        let mut array = map.array_mut().with_layout(to).unwrap();
        array
            .assign(&Array::of_slice(&values, &[2, 1_000_000]).unwrap())
            .unwrap();
    });
    assert!(map.as_bytes() == expected);
}

/// As if the source had been copied before.
#[test]
fn large_parts_move_within_an_array() {
    let scratch = Scratch::new();
    for (from, to) in [
        ("[:-1]", "[1:]"),
        ("[1:]", "[:-1]"),
        ("[::-1]", "[:]"),
        ("[:, ::-1]", "[:]"),
        ("[:, 1::2]", "[:, :-1:2]"),
        ("[650:1300]", "[:650]"),
        ("[649::-1]", "[650:1300]"),
        ("[0]", "[:]"),
        ("[:, :1]", "[::-1]"),
    ] {
        let (mut map, mut expected) = mapped(&scratch, &dtype("<f4"));
        let (source, layout) = (expected.clone(), map.layout().clone());
        model(
            &selected(&layout, from),
            &source,
            &selected(&layout, to),
            &mut expected,
        );
        let [from, to] = [from, to].map(|text| Selection::parse(text).unwrap());
        with_threads(|| map.array_mut().copy_within(&from, &to)).unwrap();
        assert!(map.as_bytes() == expected, "{from:?} to {to:?}");
    }
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_written() {
    let scratch = Scratch::new();
    let (mut map, before) = mapped(&scratch, &dtype("<f4"));
    let row = vec![0_f32; 1702];
    let row = Array::of_slice(&row, &[1702]).unwrap();
    let wide = [0_f64];
    let wide = Array::of_slice(&wide, &[1]).unwrap();
    let stuck = map
        .layout()
        .index_axis(0, 0)
        .unwrap()
        .broadcast_to(&SHAPE)
        .unwrap();
    with_threads(|| {
        let mismatch = map.array_mut().assign(&row).unwrap_err();
        let words = "could not broadcast input array from shape (1702,) into shape (1301,1703)";
        assert!(mismatch.to_string().ends_with(words), "{mismatch}");
        let cast = map.array_mut().assign(&wide).unwrap_err();
        let needed = |e: &core::Error| matches!(e.kind(), core::ErrorKind::CastNeeded { .. });
        assert!(
            matches!(cast.kind(), ErrorKind::Format(e) if needed(e)),
            "{cast}"
        );
        let overlap = map.array_mut().with_layout(stuck).unwrap().fill(1_f32);
        assert!(overlap.is_err());
    });
    assert!(map.as_bytes() == before);
}

/// Archives whose checksums another thread computes, of arrays in files, in memory and in other
/// archives, deflated ones included.
#[test]
fn large_members_are_read_ahead() {
    let scratch = Scratch::new();
    let values: Vec<u16> = (0..6_000_001_u32).map(|i| (i / 7) as u16).collect();
    let shape = [values.len() as u64];
    let array = Array::of_slice(&values, &shape).unwrap();
    array.save(scratch.path("x.npy")).unwrap();
    let file = NpyFile::open(scratch.path("x.npy")).unwrap();
    let (path, again) = (scratch.path("x.npz"), scratch.path("again.npz"));
    let mut told = Vec::new();
    with_threads(|| {
        let mut archive = NpzWriter::create(&path).unwrap();
        archive.add("memory", &array).unwrap();
        let stored = npymap::Compression::STORED;
        let tell = |bytes| told.push(bytes);
        archive
            .add_with("file", &file.array(), stored, tell)
            .unwrap();
        archive.add_deflated("deflated", &file.array()).unwrap();
        archive.finish().unwrap();
        let mut archive = NpzWriter::create(&again).unwrap();
        let old = npymap::Npz::open(&path).unwrap();
        for key in ["memory", "file", "deflated"] {
            archive.add(key, &old.member(key).unwrap().array()).unwrap();
        }
        archive.finish().unwrap();
    });
    assert!(told.is_sorted() && told.last() == Some(&12_000_002));
    for path in [path, again] {
        let archive = npymap::Npz::open(path).unwrap();
        for key in ["memory", "file", "deflated"] {
            archive.verify(key).unwrap();
            assert!(archive.member(key).unwrap().read::<u16>().unwrap() == values);
        }
    }
}

/// A file that became too short is noticed however far ahead it is read, and nothing stays.
#[test]
fn a_source_that_ends_early_leaves_no_archive() {
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    let new = CreateOptions::new(dtype("u1"), [20 << 20]);
    let file = new.create(&path).unwrap();
    let cut = fs::File::options().write(true).open(&path).unwrap();
    let failed = with_threads(|| {
        let mut archive = NpzWriter::create(scratch.path("x.npz")).unwrap();
        let mut cut_once = |_| cut.set_len(10 << 20).unwrap();
        let stored = npymap::Compression::STORED;
        let added = archive.add_with("x", &file.array(), stored, &mut cut_once);
        assert!(archive.finish().is_err());
        added.unwrap_err()
    });
    let truncated = |e: &core::Error| matches!(e.kind(), core::ErrorKind::Truncated { .. });
    assert!(
        matches!(failed.kind(), ErrorKind::Format(e) if truncated(e)),
        "{failed}"
    );
    assert!(!scratch.path("x.npz").exists());
}

/// A writer that fails is asked for no more.
#[test]
fn a_full_writer_ends_the_reading() {
    #[derive(Debug)]
    struct Full(u64);

    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.saturating_sub(bytes.len() as u64);
            match self.0 {
                0 => Err(std::io::ErrorKind::StorageFull.into()),
                _ => Ok(bytes.len()),
            }
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let scratch = Scratch::new();
    let new = CreateOptions::new(dtype("u1"), [40 << 20]);
    let file = new.create(scratch.path("x.npy")).unwrap();
    let mut told = 0;
    let failed = with_threads(|| {
        let mut archive = NpzWriter::to_writer(Full(5 << 20));
        let stored = npymap::Compression::STORED;
        archive.add_with("x", &file.array(), stored, |bytes| told = bytes)
    });
    assert!(matches!(failed.unwrap_err().kind(), ErrorKind::Io(_)));
    assert!(told < 5 << 20);
}
