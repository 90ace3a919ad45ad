//! Opening files, sound and unsound, by position and by map.

#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, thread};

use common::Scratch;
use npymap::{
    Array, Convert, Error, ErrorKind, NpyFile, NpyMap, Npz, Order, RawError, RawSpec, core,
};

/// Maps a file of a scratch directory.
fn map(path: &std::path::Path) -> npymap::Result<NpyMap> {
    // SAFETY: no test changes a file that it has mapped, but for those that say so.
    unsafe { NpyMap::open(path) }
}

fn truncation(error: &Error) -> Option<(u64, u64)> {
    match error.kind() {
        ErrorKind::Format(e) => match *e.kind() {
            core::ErrorKind::Truncated {
                expected, found, ..
            } => Some((expected, found)),
            _ => None,
        },
        _ => None,
    }
}

#[test]
fn a_short_file_is_refused_with_both_sizes() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[10, 10], Order::C);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    for error in [NpyFile::open(&path).unwrap_err(), map(&path).unwrap_err()] {
        assert_eq!(truncation(&error), Some((400, 399)));
        assert!(
            error
                .to_string()
                .contains("x.npy: the array data is cut short"),
            "{error}"
        );
        assert_eq!(error.path(), Some(&*path));
    }
}

#[test]
fn a_file_cut_short_later_is_an_error() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[1000, 100], Order::C);
    let opened = NpyFile::open(&path).unwrap();
    let mapped = map(&path).unwrap();
    // The test does what the map's maker promised not to do, and looks at no byte of it after.
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(200_000)
        .unwrap();
    for array in [opened.array(), mapped.array()] {
        let errors = [
            array.read::<f32>().unwrap_err(),
            array.stats().unwrap_err(),
            array.text().unwrap_err(),
            array.save(scratch.path("out.npy")).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(truncation(&error), Some((400_128, 200_000)), "{error}");
        }
    }
    assert_eq!(scratch.names(), ["x.npy"]);
}

#[test]
fn bytes_behind_the_data_are_a_warning() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[3], Order::C);
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(b"more");
    fs::write(&path, bytes).unwrap();
    let file = NpyFile::open(&path).unwrap();
    assert_eq!(file.trailing_bytes(), 4);
    let warnings: Vec<_> = file.warnings().map(|w| w.to_string()).collect();
    assert_eq!(warnings, ["4 bytes behind the array's data are ignored"]);
    assert_eq!(file.array().read::<f32>().unwrap(), [0.0, 1.0, 2.0]);
}

#[test]
fn what_is_no_array_is_refused() {
    let scratch = Scratch::new();
    let refused = |name: &str, bytes: &[u8]| {
        let path = scratch.path(name);
        fs::write(&path, bytes).unwrap();
        let error = NpyFile::open(&path).unwrap_err().to_string();
        assert_eq!(map(&path).unwrap_err().to_string(), error);
        error
    };
    assert!(refused("empty", b"").ends_with(": the file is empty: expected 8 bytes"));
    assert!(refused("text", b"hello world, this is text").contains("not an NPY file"));
    assert!(refused("magic", b"\x93NUMPY").contains("cut short"));
    assert!(refused("version", b"\x93NUMPY\x04\x00\x10\x00").contains("(4, 0)"));
    let directory = NpyFile::open(scratch.directory()).unwrap_err();
    assert!(
        directory.to_string().ends_with("is a directory"),
        "{directory}"
    );
    let missing = NpyFile::open(scratch.path("missing.npy")).unwrap_err();
    assert!(matches!(missing.kind(), ErrorKind::Io(_)));
}

#[test]
fn both_ways_read_the_same() {
    let scratch = Scratch::new();
    for order in [Order::C, Order::F] {
        // Large enough to be read in several tiles.
        let path = scratch.counting("x.npy", &[1000, 3, 1000], order);
        let (opened, mapped) = (NpyFile::open(&path).unwrap(), map(&path).unwrap());
        for selection in [
            "...",
            "[::-1]",
            "[:, 1]",
            "[..., ::2]",
            "[5:990:7, :, ::-3]",
            "[7]",
        ] {
            let arrays = [
                opened.slice(selection).unwrap(),
                mapped.slice(selection).unwrap(),
            ];
            let views = arrays.clone().map(|a| a.transpose());
            for [a, b] in [arrays, views] {
                let naive: Vec<f32> = b.view::<f32>().unwrap().iter().collect();
                let same = |values: Vec<f32>| assert!(values == naive, "{selection} {order:?}");
                same(a.read().unwrap());
                same(b.read().unwrap());
                let bytes = a.read_bytes(Order::F, Convert::AsStored).unwrap();
                assert!(
                    bytes
                        == b.transpose()
                            .read_bytes(Order::C, Convert::AsStored)
                            .unwrap()
                );
                assert_eq!(a.stats().unwrap(), b.stats().unwrap());
                assert_eq!(a.text().unwrap(), b.text().unwrap());
            }
        }
    }
}

#[test]
fn the_first_of_equal_extremes_is_found_in_c_order() {
    let scratch = Scratch::new();
    // Fortran order, so that tiles are visited in another order than the elements.
    let path = scratch.path("x.npy");
    let shape = [3000, 700];
    let mut bytes = core::header::write(&npymap::DType::UINT8, &shape, Order::F).unwrap();
    let start = bytes.len();
    bytes.resize(start + 2_100_000, 7);
    for (row, column) in [(10_usize, 699_usize), (11, 0), (2999, 5)] {
        bytes[start + column * 3000 + row] = 9;
        bytes[start + column * 3000 + row - 1] = 3;
    }
    fs::write(&path, bytes).unwrap();
    let stats = NpyFile::open(&path).unwrap().array().stats().unwrap();
    assert_eq!(stats.argmax.as_deref(), Some(&[10, 699][..]));
    assert_eq!(stats.argmin.as_deref(), Some(&[9, 699][..]));
    assert_eq!(stats.count, 2_100_000);
}

#[test]
fn many_threads_read_one_file() {
    fn is_shareable<T: Send + Sync>(_: &T) {}
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[300, 400], Order::C);
    let (opened, mapped) = (NpyFile::open(&path).unwrap(), map(&path).unwrap());
    is_shareable::<Array<'_>>(&opened.array());
    is_shareable(&opened);
    is_shareable(&mapped);
    thread::scope(|scope| {
        for thread in 0..8 {
            let (opened, mapped) = (&opened, &mapped);
            scope.spawn(move || {
                for row in (thread..300).step_by(8) {
                    let expected: Vec<_> = (0..400).map(|i| (row * 400 + i) as f32).collect();
                    let selection = format!("[{row}]");
                    assert_eq!(
                        opened.slice(&selection).unwrap().read::<f32>().unwrap(),
                        expected
                    );
                    assert_eq!(
                        mapped.slice(&selection).unwrap().read::<f32>().unwrap(),
                        expected
                    );
                }
            });
        }
    });
}

#[cfg(target_os = "linux")]
#[test]
fn maps_keep_no_file_descriptor() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[5], Order::C);
    let maps: Vec<_> = (0..100).map(|_| map(&path).unwrap()).collect();
    let points_here = |entry: &fs::DirEntry| fs::read_link(entry.path()).is_ok_and(|p| p == path);
    let entries = fs::read_dir("/proc/self/fd").unwrap().flatten();
    assert_eq!(entries.filter(points_here).count(), 0);
    assert_eq!(maps[99].array().at::<f32>(&[4]).unwrap(), 4.0);
}

#[test]
fn headerless_files_follow_memmap() {
    let scratch = Scratch::new();
    let path = scratch.path("raw.bin");
    fs::write(&path, (0..24_u8).collect::<Vec<_>>()).unwrap();
    let dtype = |text: &str| text.parse::<npymap::DType>().unwrap();
    let open = |spec: RawSpec| {
        // SAFETY: as in `map`.
        let mapped = unsafe { NpyMap::open_raw(&path, &spec) };
        let opened = NpyFile::open_raw(&path, &spec);
        assert_eq!(opened.is_ok(), mapped.is_ok());
        if let (Ok(opened), Ok(mapped)) = (&opened, &mapped) {
            assert_eq!(opened.layout(), mapped.layout());
            assert_eq!(
                opened.array().text().unwrap(),
                mapped.array().text().unwrap()
            );
        }
        opened
    };
    let raw_error = |spec: RawSpec| match open(spec).unwrap_err().kind() {
        ErrorKind::Raw(e) => e.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(open(RawSpec::new(dtype("u1"))).unwrap().shape(), [24]);
    let file = open(
        RawSpec::new(dtype("<u2"))
            .offset(1)
            .shape([2, 3])
            .order(Order::F),
    )
    .unwrap();
    assert_eq!(
        file.slice("[1, 2]").unwrap().read::<u16>().unwrap(),
        [0x0c0b]
    );
    assert!(file.header().is_none());
    let file =
        open(RawSpec::new(dtype(">i4")).shape_with_unknown([Some(2), None, Some(3)])).unwrap();
    assert_eq!(file.shape(), [2, 1, 3]);
    assert_eq!(
        file.slice("[0, 0, 0]").unwrap().read::<i32>().unwrap(),
        [0x0001_0203]
    );
    assert_eq!(
        raw_error(RawSpec::new(dtype("<f8")).offset(1)),
        RawError::NotAMultiple {
            available: 23,
            row: 8
        }
    );
    assert_eq!(
        raw_error(RawSpec::new(dtype("u1")).offset(25)),
        RawError::OffsetBeyondEnd {
            offset: 25,
            file_size: 24
        }
    );
    assert_eq!(
        raw_error(RawSpec::new(dtype("V0"))),
        RawError::NothingToCount
    );
    assert_eq!(
        raw_error(RawSpec::new(dtype("u1")).shape_with_unknown([None, None])),
        RawError::TwoUnknownDimensions
    );
    let too_large = open(RawSpec::new(dtype("u1")).shape([25])).unwrap_err();
    assert_eq!(truncation(&too_large), Some((25, 24)));
    let overflowing = RawSpec::new(dtype("<f8")).shape([1 << 40, 1 << 40]);
    assert!(
        open(overflowing)
            .unwrap_err()
            .to_string()
            .contains("too big")
    );
    // Nothing at all is an array of nothing.
    assert_eq!(
        open(RawSpec::new(dtype("<f8")).offset(24)).unwrap().shape(),
        [0]
    );
}

#[test]
fn members_of_archives_open_like_files() {
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/npz/");
    let stored = Npz::open(format!("{vectors}savez.npz")).unwrap();
    let deflated = Npz::open(format!("{vectors}savez_compressed.npz")).unwrap();
    assert!(stored.keys().count() > 0 && deflated.keys().count() > 0);
    for key in stored.keys() {
        let read = stored.member(key).unwrap();
        assert!(read.is_mappable());
        // SAFETY: nobody changes the test's vectors.
        let mapped = unsafe { stored.map_member(key) }.unwrap();
        assert_eq!(read.array().text().unwrap(), mapped.array().text().unwrap());
        stored.verify(key).unwrap();
    }
    for key in deflated.keys() {
        let read = deflated.member(key).unwrap();
        assert!(!read.is_mappable());
        read.array().text().unwrap();
        // SAFETY: as above.
        let refused = unsafe { deflated.map_member(key) }.unwrap_err();
        assert!(matches!(refused.kind(), ErrorKind::Deflated));
        deflated.verify(key).unwrap();
    }
    let missing = stored.member("no such member").unwrap_err();
    assert!(matches!(missing.kind(), ErrorKind::NoSuchMember));
    assert_eq!(missing.member(), Some("no such member"));
}

#[cfg(feature = "ndarray")]
#[test]
fn booleans_are_viewed_in_place_where_they_are_sound() {
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    let mut bytes = core::header::write(&npymap::DType::BOOL, &[4], Order::C).unwrap();
    bytes.extend([1, 0, 1, 2]);
    fs::write(&path, bytes).unwrap();
    let mapped = map(&path).unwrap();
    let sound = mapped.slice(":3").unwrap();
    let values: Vec<_> = sound.as_ndarray::<bool>().unwrap().into_iter().collect();
    assert_eq!(values, [&true, &false, &true]);
    let error = mapped.array().as_ndarray::<bool>().unwrap_err();
    assert!(
        error.to_string().contains("because of its bytes"),
        "{error}"
    );
    let file = NpyFile::open(&path).unwrap();
    assert_eq!(file.array().to_ndarray::<bool>().unwrap().len(), 4);
}

/// Whatever has become of its path since, and whatever a name is worth as a path.
#[test]
fn open_files_have_the_name_they_are_given() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[2, 3], Order::C);
    let array = fs::read(&path).unwrap();
    let archive = scratch.archive("a.npz", &[("m.npy", false, &array, &array)]);
    let opened = [&path, &archive].map(|path| fs::File::open(path).unwrap());
    let [npy, npz] = opened;
    fs::remove_file(&path).unwrap();
    let options = npymap::OpenOptions::new().write(true);
    let mut file = options.open_file(npy, "a name").unwrap();
    assert_eq!(file.at::<f32>(&[1, 2]).unwrap(), 5.0);
    let error = file.array_mut().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ReadOnly));
    let npz = options.open_npz_file(npz, "a/name").unwrap();
    assert_eq!(npz.member("m").unwrap().shape(), [2, 3]);
    let error = npz.member("n").unwrap_err().to_string();
    assert!(error.starts_with("a/name::n: "), "{error}");
    let directory = fs::File::open(scratch.directory());
    if let Ok(directory) = directory {
        let error = options.open_file(directory, "here").unwrap_err();
        assert_eq!(error.to_string(), "here: is a directory");
    }
}
