//! Arrays written in place, by position and through maps: what NumPy's modes do, and what the table
//! of its assignments says.

#![allow(clippy::unwrap_used)]

mod common;
#[path = "../../core/tests/common/mod.rs"]
mod numpy;

use std::{
    fs,
    path::{Path, PathBuf},
};

use common::Scratch;
use npymap::{
    Array, ArrayMut, Convert, CreateOptions, DType, ErrorKind, Lock, NpyFile, NpyMap, NpyMapMut,
    OpenOptions, Order, RawSpec, Result, Selection,
    core::{
        cast::{Casting, Overflow},
        dtype::ByteOrder,
        encode::parse_value,
        header,
        layout::LayoutError,
    },
};
use numpy::{
    assign_table::{before, layout, rows},
    from_hex, integers, vectors,
};
use serde_json::Value;

/// How a file is written to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    ByPosition,
    Mapped,
}

const WAYS: [Way; 2] = [Way::ByPosition, Way::Mapped];

/// Opens a file and lets its array be changed, without waiting for the disk.
fn change(
    path: &Path,
    raw: Option<&RawSpec>,
    way: Way,
    f: impl FnOnce(ArrayMut<'_>) -> Result<()>,
) -> Result<()> {
    let options = OpenOptions::new();
    match way {
        Way::ByPosition => {
            let options = options.write(true);
            let mut file = match raw {
                None => options.open(path)?,
                Some(spec) => options.open_raw(path, spec)?,
            };
            f(file.array_mut()?)
        }
        Way::Mapped => {
            let mut map = match raw {
                // SAFETY: no test changes a file that it has mapped in another way.
                None => unsafe { options.map_mut(path)? },
                // SAFETY: the same.
                Some(spec) => unsafe { options.map_raw_mut(path, spec)? },
            };
            f(map.array_mut())
        }
    }
}

fn dtype(text: &str) -> DType {
    text.parse().unwrap()
}

fn set(array: &mut ArrayMut<'_>, text: &str) -> Result<()> {
    array.assign_literal(&parse_value(text).unwrap(), Overflow::Error)
}

/// An `.npy` file of a dtype in an order, with bytes that count.
fn file_of(scratch: &Scratch, name: &str, dtype: &DType, shape: &[u64], order: Order) -> PathBuf {
    let mut bytes = header::write(dtype, shape, order).unwrap();
    let len = shape.iter().product::<u64>() * dtype.itemsize();
    let top = if dtype.to_string() == "bool" { 2 } else { 120 };
    bytes.extend((0..len).map(|i| (i % top) as u8));
    let path = scratch.path(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn is_read_only(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::ReadOnly)
}

#[test]
fn memory_is_as_numpy_leaves_it() {
    let scratch = Scratch::new();
    let text = fs::read_to_string(vectors("assign.json")).unwrap();
    let parse = |row: &str| serde_json::from_str::<Value>(row).unwrap();
    let dtypes: Vec<Value> = rows(&text, "dtypes").map(parse).collect();
    // Within one buffer there are layouts that no selection has: they are for the core's own test.
    let cases = rows(&text, "cases").map(parse);
    let (to_path, from_path) = (scratch.path("to"), scratch.path("from"));
    let raw = RawSpec::new(dtype("u1")).offset(3);
    let mut count = 0;
    for case in cases.filter(|case| case["kind"] != "within") {
        let [target_len, source_len]: [u64; 2] = integers(&case["sizes"]).try_into().unwrap();
        let to = layout(&case["to"], &dtypes, target_len);
        let from = layout(&case["from"], &dtypes, source_len);
        let write = |path: &Path, bytes: Vec<u8>| fs::write(path, [vec![9; 3], bytes].concat());
        write(&from_path, before(source_len, 53)).unwrap();
        let read = NpyFile::open_raw(&from_path, &raw).unwrap();
        // SAFETY: nobody changes the file meanwhile.
        let map = unsafe { NpyMap::open_raw(&from_path, &raw).unwrap() };
        for (way, source) in [
            (Way::ByPosition, read.array()),
            (Way::ByPosition, map.array()),
            (Way::Mapped, read.array()),
            (Way::Mapped, map.array()),
        ] {
            write(&to_path, before(target_len, 37)).unwrap();
            let source = source.with_layout(from.clone()).unwrap();
            let done = change(&to_path, Some(&raw), way, |array| {
                array.with_layout(to.clone())?.assign(&source)
            });
            match (done, case["error"].as_str()) {
                (Ok(()), None) => {
                    let expected = [vec![9; 3], from_hex(&case["bytes"])].concat();
                    assert!(fs::read(&to_path).unwrap() == expected, "{way:?}: {case}");
                }
                (Err(e), Some(message)) => {
                    let text = e.to_string();
                    assert_eq!(text.rsplit_once("to: ").unwrap().1, message, "{case}");
                }
                (result, _) => panic!("{result:?} for {case}"),
            }
        }
        count += 1;
    }
    assert!(count > 300, "{count}");
}

#[test]
fn a_reader_cannot_write() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[2, 3], Order::C);
    let before = fs::read(&path).unwrap();
    let mut file = NpyFile::open(&path).unwrap();
    assert!(!file.is_writable());
    let error = file.array_mut().unwrap_err();
    assert!(is_read_only(error.kind()));
    assert_eq!(
        error.to_string(),
        format!(
            "{}: assignment destination is read-only: open the file for writing",
            path.display()
        )
    );
    let rows = [0_f32; 3];
    let rows = Array::of_slice(&rows, &[1, 3]).unwrap();
    for error in [
        file.slice_mut("0").unwrap_err(),
        file.append(&rows).unwrap_err(),
        file.truncate(0).unwrap_err(),
        file.discard_trailing_bytes().unwrap_err(),
        npymap::Appender::new(file).unwrap_err(),
    ] {
        assert!(is_read_only(error.kind()), "{error}");
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_member_of_an_archive_cannot_be_written() {
    let scratch = Scratch::new();
    let npy = fs::read(scratch.counting("x.npy", &[2], Order::C)).unwrap();
    let path = scratch.archive("x.npz", &[("x.npy", false, &npy, &npy)]);
    let archive = OpenOptions::new().write(true).open_npz(&path).unwrap();
    let error = archive.member("x").unwrap().array_mut().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Archived), "{error}");
    assert!(error.to_string().contains("x.npz::x"), "{error}");
}

#[test]
fn a_read_write_array_reaches_the_file() {
    let scratch = Scratch::new();
    for order in [Order::C, Order::F] {
        let mut results = Vec::new();
        for way in WAYS {
            let path = scratch.counting("x.npy", &[3, 4], order);
            change(&path, None, way, |mut array| {
                array.set(&[2, 3], 99_f32)?;
                array.reborrow().slice("[0]")?.fill(5_f32)?;
                array
                    .reborrow()
                    .slice("[1:, ::2]")?
                    .write(&[1_f32, 2., 3., 4.])?;
                set(&mut array.slice("[1:, 1]")?, "[[7], [8]]").unwrap_err();
                Ok(())
            })
            .unwrap();
            let file = NpyFile::open(&path).unwrap();
            let first = if order == Order::C { 5. } else { 4. };
            let values = file.read::<f32>().unwrap();
            assert_eq!(values[..4], [5.; 4]);
            assert_eq!([values[4], values[6]], [1., 2.]);
            assert_eq!([values[8], values[10], values[11]], [3., 4., 99.]);
            assert_eq!(values[5], first);
            results.push(fs::read(&path).unwrap());
        }
        assert!(results[0] == results[1]);
    }
}

#[test]
fn private_changes_leave_the_file_alone() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[2, 3], Order::C);
    let before = fs::read(&path).unwrap();
    // SAFETY: nobody changes the file meanwhile.
    let mut map = unsafe { NpyMapMut::open_private(&path).unwrap() };
    assert!(map.is_private() && !map.is_locked());
    map.slice_mut("[0]").unwrap().fill(5_f32).unwrap();
    let mut view = map.view_mut::<f32>().unwrap();
    view.set(&[1, 2], -1.0).unwrap();
    assert_eq!(map.read::<f32>().unwrap(), [5., 5., 5., 3., 4., -1.]);
    map.flush().unwrap();
    map.flush_range(&Selection::parse("1").unwrap()).unwrap();
    map.sync_all().unwrap();
    assert_eq!(fs::read(&path).unwrap(), before);
    map.close().unwrap();
    assert_eq!(fs::read(&path).unwrap(), before);

    // Nor is it needed to be allowed to write, or to be alone.
    let _writer = NpyFile::open_rw(&path).unwrap();
    let spec = RawSpec::new(dtype("<f4")).offset(128);
    // SAFETY: as above.
    let mut map = unsafe { OpenOptions::new().map_raw_private(&path, &spec).unwrap() };
    map.array_mut().fill(0_f32).unwrap();
    drop(map);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn parts_of_a_map_are_flushed() {
    let scratch = Scratch::new();
    // Several pages, and none at all.
    for rows in [5000, 0] {
        let path = scratch.counting("x.npy", &[rows, 3], Order::C);
        // SAFETY: nobody else changes the file meanwhile.
        let mut map = unsafe { NpyMapMut::open(&path).unwrap() };
        map.array_mut().fill(1_f32).unwrap();
        for selection in ["[4000:, 1]", "[::-2]", "[7:7]", "..."] {
            map.flush_range(&Selection::parse(selection).unwrap())
                .unwrap();
        }
        let beyond = Selection::parse("[5000]").unwrap();
        let error = map.flush_range(&beyond).unwrap_err();
        assert!(error.to_string().contains("out of bounds"), "{error}");
        map.flush_async().unwrap();
        map.sync_all().unwrap();
        map.close().unwrap();
        let values = NpyFile::open(&path).unwrap().read::<f32>().unwrap();
        assert!(values.iter().all(|&x| x == 1.0));
    }
}

#[test]
fn headerless_files_are_written_at_any_offset() {
    let scratch = Scratch::new();
    let path = scratch.path("x.raw");
    for way in WAYS {
        for offset in [0, 1, 2, 3, 7, 64, 4096, 4097] {
            for order in [Order::C, Order::F] {
                fs::write(&path, vec![7; offset + 26]).unwrap();
                let spec = RawSpec::new(dtype(">i2")).offset(offset as u64);
                let spec = spec.shape([3, 4]).order(order);
                change(&path, Some(&spec), way, |mut array| {
                    set(&mut array, "[10, 20, 30, 40]")?;
                    array.set(&[2, 0], -2_i16)
                })
                .unwrap();
                let bytes = fs::read(&path).unwrap();
                let mut rows = [[10_i16, 20, 30, 40]; 3];
                rows[2][0] = -2;
                let index = |i: usize| match order {
                    Order::C => (i / 4, i % 4),
                    Order::F => (i % 3, i / 3),
                };
                let values = (0..12)
                    .map(index)
                    .flat_map(|(r, c)| rows[r][c].to_be_bytes());
                let expected = [vec![7; offset], values.collect(), vec![7; 2]].concat();
                assert!(bytes == expected, "{way:?} {offset} {order:?}");
            }
        }
        // One dimension, as long as the file has elements.
        fs::write(&path, [7; 10]).unwrap();
        let spec = RawSpec::new(dtype("u1")).offset(4);
        change(&path, Some(&spec), way, |mut array| {
            assert_eq!(array.shape(), [6]);
            array.fill(1_u8)
        })
        .unwrap();
        assert_eq!(fs::read(&path).unwrap(), [7, 7, 7, 7, 1, 1, 1, 1, 1, 1]);
    }
}

const DTYPES: [&str; 30] = [
    "?",
    "i1",
    "u1",
    "<i2",
    ">u2",
    "<i4",
    ">u4",
    "<i8",
    ">u8",
    "<f2",
    ">f2",
    "<f4",
    ">f4",
    "<f8",
    ">f8",
    "<f16",
    ">c8",
    "<c16",
    "<c32",
    "S5",
    "<U3",
    ">U3",
    "V7",
    "<M8[ns]",
    ">M8[D]",
    "<m8[25s]",
    "i4, >f8",
    "(2,3)<i2, S3",
    "<f4, ?, u1",
    ">U2, (2,)M8[s]",
];

#[test]
fn every_dtype_is_written_in_both_byte_orders() {
    let scratch = Scratch::new();
    for text in DTYPES {
        let dtype = dtype(text);
        for shape in [&[3, 4][..], &[5], &[], &[0, 3], &[2, 0]] {
            for order in [Order::C, Order::F] {
                let source = file_of(&scratch, "source.npy", &dtype, shape, order);
                let source = NpyFile::open(source).unwrap();
                let values = source.array();
                let natural = |array: &Array<'_>| array.read_bytes(Order::C, Convert::Native);
                for to in
                    [ByteOrder::Little, ByteOrder::Big].map(|order| dtype.with_byte_order(order))
                {
                    let mut results = Vec::new();
                    for way in WAYS {
                        let path = scratch.path("x.npy");
                        let mut empty = header::write(&to, shape, order).unwrap();
                        empty.resize(empty.len() + values.nbytes() as usize, 0);
                        fs::write(&path, empty).unwrap();
                        change(&path, None, way, |mut array| array.assign(&values)).unwrap();
                        let file = NpyFile::open(&path).unwrap();
                        assert_eq!((file.dtype(), file.shape()), (&to, shape));
                        assert!(
                            natural(&file.array()).unwrap() == natural(&values).unwrap(),
                            "{text} {shape:?} {order:?} {way:?}"
                        );
                        if !shape.is_empty() && shape != [2, 0] && shape != [0, 3] {
                            // Every second one, backwards, to where another one is.
                            change(&path, None, way, |array| {
                                let from = values.slice("[::-2]")?;
                                array.slice("[::2]")?.assign(&from)
                            })
                            .unwrap();
                        }
                        results.push(fs::read(&path).unwrap());
                    }
                    assert!(results[0] == results[1], "{text} {shape:?} {order:?}");
                }
            }
        }
    }
}

/// The bytes between the fields of a structure are nobody's, and stay.
#[test]
fn padding_stays() {
    let scratch = Scratch::new();
    let descr = "[('a', '|u1'), ('', '|V3'), ('b', '<i4'), ('', '|V2')]";
    let dtype = numpy::dtype_of(descr);
    for way in WAYS {
        let path = file_of(&scratch, "x.npy", &dtype, &[2], Order::C);
        change(&path, None, way, |mut array| {
            set(&mut array.reborrow().slice("1")?, "(255, -1)")?;
            array.slice("['b']")?.slice("0")?.fill(-1_i32)
        })
        .unwrap();
        let bytes = fs::read(&path).unwrap();
        let data = &bytes[bytes.len() - 20..];
        let expected: [u8; 20] = [
            0, 1, 2, 3, 255, 255, 255, 255, 8, 9, 255, 11, 12, 13, 255, 255, 255, 255, 18, 19,
        ];
        assert_eq!(data, expected);
    }
}

#[test]
fn values_are_cast_only_when_asked() {
    let scratch = Scratch::new();
    let values = [1.5_f64, -2.5, 1e300];
    let values = Array::of_slice(&values, &[3]).unwrap();
    for way in WAYS {
        let path = scratch.counting("x.npy", &[2, 3], Order::C);
        let before = fs::read(&path).unwrap();
        let failure = |rule, overflow| {
            let tried = change(&path, None, way, |mut array| match rule {
                None => array.assign(&values),
                Some(rule) => array.assign_cast(&values, rule, overflow),
            });
            tried.unwrap_err().to_string()
        };
        let text = failure(None, Overflow::Error);
        assert!(
            text.ends_with("elements of dtype 'float64' must be cast to become 'float32'"),
            "{text}"
        );
        let text = failure(Some(Casting::Safe), Overflow::Error);
        assert!(text.contains("according to the rule 'safe'"), "{text}");
        let text = failure(Some(Casting::SameKind), Overflow::Error);
        assert!(
            text.contains("does not fit into dtype('float32')"),
            "{text}"
        );
        assert_eq!(fs::read(&path).unwrap(), before);
        values
            .check_cast(&dtype("f4"), Casting::SameKind, Overflow::Error)
            .unwrap_err();
        change(&path, None, way, |mut array| {
            array.assign_cast(&values, Casting::SameKind, Overflow::AsNumPy)
        })
        .unwrap();
        let read = NpyFile::open(&path).unwrap().read::<f32>().unwrap();
        assert_eq!(read, [1.5, -2.5, f32::INFINITY, 1.5, -2.5, f32::INFINITY]);
    }
}

#[test]
fn parts_move_within_an_array_as_if_they_were_copied_before() {
    let scratch = Scratch::new();
    let parse = |text| Selection::parse(text).unwrap();
    for order in [Order::C, Order::F] {
        for (to, from) in [
            ("[1:]", "[:-1]"),
            ("[:-1]", "[1:]"),
            ("[::-1]", "..."),
            ("[:, ::-1]", "..."),
            ("[2:, 3:]", "[:-2, :-3]"),
            ("[:, 1:]", "[:, :1]"),
            ("[0]", "[-1]"),
            ("...", "[3]"),
            ("[::2]", "[1::2]"),
        ] {
            let mut results = Vec::new();
            for way in WAYS {
                let path = scratch.counting("x.npy", &[6, 7], order);
                let copy = fs::read(&path).unwrap();
                change(&path, None, way, |mut array| {
                    array.copy_within(&parse(from), &parse(to))
                })
                .unwrap();
                let result = fs::read(&path).unwrap();
                // From another file, nothing can go wrong.
                fs::write(&path, &copy).unwrap();
                fs::write(scratch.path("copy.npy"), copy).unwrap();
                let copy = NpyFile::open(scratch.path("copy.npy")).unwrap();
                change(&path, None, way, |array| {
                    array.slice(to)?.assign(&copy.slice(from)?)
                })
                .unwrap();
                assert!(
                    result == fs::read(&path).unwrap(),
                    "{order:?} {to} = {from}"
                );
                results.push(result);
            }
            assert!(results[0] == results[1]);
        }
    }
    let path = scratch.counting("x.npy", &[6, 7], Order::C);
    for way in WAYS {
        let moved = change(&path, None, way, |mut array| {
            array.copy_within(&parse("[:, :2]"), &parse("..."))
        });
        let text = moved.unwrap_err().to_string();
        let expected = "could not broadcast input array from shape (6,2) into shape (6,7)";
        assert!(text.ends_with(expected), "{text}");
    }
}

#[test]
fn elements_that_overlap_are_not_written() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[6], Order::C);
    for way in WAYS {
        let written = change(&path, None, way, |array| {
            let windows = array.layout().sliding_window_view(&[3], None)?;
            array.with_layout(windows)?.fill(1_f32)
        });
        let error = written.unwrap_err();
        let ErrorKind::Format(e) = error.kind() else {
            panic!("{error}");
        };
        let expected = npymap::core::ErrorKind::Layout(LayoutError::ReadOnly);
        assert_eq!(*e.kind(), expected);
    }
}

#[test]
fn every_element_is_mapped_in_place() {
    let scratch = Scratch::new();
    for way in WAYS {
        for order in [Order::C, Order::F] {
            // Of several tiles.
            let path = scratch.counting("x.npy", &[1100, 40, 90], order);
            change(&path, None, way, |mut array| {
                array.map_inplace(|x: f32| x + 1.0)?;
                array.slice("[::3, ::-2]")?.map_inplace(|x: f32| -x)
            })
            .unwrap();
            let values = NpyFile::open(&path).unwrap().read::<f32>().unwrap();
            for (i, &value) in values.iter().enumerate() {
                let (a, b, c) = (i / 3600, i / 90 % 40, i % 90);
                let count = match order {
                    Order::C => i,
                    Order::F => a + 1100 * (b + 40 * c),
                };
                let negative = a % 3 == 0 && (39 - b) % 2 == 0;
                let sign = if negative { -1.0 } else { 1.0 };
                assert_eq!(value, sign * (count as f32 + 1.0), "{way:?} {i}");
            }
        }
    }
}

#[test]
fn chunks_are_written_by_several_threads() {
    let scratch = Scratch::new();
    for way in WAYS {
        let path = scratch.counting("x.npy", &[1000, 30], Order::C);
        change(&path, None, way, |array| {
            let chunks = array.chunks(10_000)?;
            assert_eq!(chunks.len(), 13);
            std::thread::scope(|scope| {
                for (i, mut chunk) in chunks.enumerate() {
                    scope.spawn(move || chunk.fill(i as f32).unwrap());
                }
            });
            Ok(())
        })
        .unwrap();
        let values = NpyFile::open(&path).unwrap().read::<f32>().unwrap();
        for (i, value) in values.into_iter().enumerate() {
            assert_eq!(value, (i / 30 / 83) as f32);
        }
        // Every second row of one half is between those of the other one.
        let split = change(&path, None, way, |array| {
            array.slice("[:, ::2]")?.split_at(1, 3).map(drop)
        });
        assert!(split.is_err());
    }
}

#[test]
fn one_writer_or_many_readers() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[2], Order::C);
    let wanted = |error: npymap::Error| {
        assert_eq!(error.path(), Some(&*path));
        assert!(
            error.to_string().contains("x.npy: is locked by "),
            "{error}"
        );
        match error.kind() {
            ErrorKind::Locked { wanted } => *wanted,
            _ => panic!("{error}"),
        }
    };
    let shared = || OpenOptions::new().lock(true).open(&path);
    // SAFETY: nobody changes the file meanwhile.
    let map = || unsafe { NpyMapMut::open(&path) };
    let new = CreateOptions::new(dtype("u1"), [1]).overwrite(true);

    for by_map in [false, true] {
        let (_file, _map) = match by_map {
            false => (Some(NpyFile::open_rw(&path).unwrap()), None),
            true => (None, Some(map().unwrap())),
        };
        assert_eq!(
            wanted(NpyFile::open_rw(&path).unwrap_err()),
            Lock::Exclusive
        );
        assert_eq!(wanted(map().unwrap_err()), Lock::Exclusive);
        assert_eq!(wanted(shared().unwrap_err()), Lock::Shared);
        assert_eq!(wanted(new.create(&path).unwrap_err()), Lock::Exclusive);
        // Who does not ask gets in.
        NpyFile::open(&path).unwrap();
        let unlocked = OpenOptions::new().write(true).lock(false).open(&path);
        unlocked.unwrap().array_mut().unwrap().fill(1_f32).unwrap();
    }
    let readers = [shared().unwrap(), shared().unwrap()];
    assert_eq!(
        wanted(NpyFile::open_rw(&path).unwrap_err()),
        Lock::Exclusive
    );
    assert_eq!(wanted(new.create(&path).unwrap_err()), Lock::Exclusive);
    drop(readers);
    NpyFile::open_rw(&path).unwrap().close().unwrap();
    assert_eq!(NpyFile::open(&path).unwrap().shape(), [2]);

    let created = new.create(&path).unwrap();
    assert_eq!(
        wanted(NpyFile::open_rw(&path).unwrap_err()),
        Lock::Exclusive
    );
    drop(created);
    let created = new.clone().lock(false).create(&path).unwrap();
    NpyFile::open_rw(&path).unwrap();
    drop(created);
    // SAFETY: nobody changes the file meanwhile.
    let map = unsafe { new.map(&path).unwrap() };
    assert!(map.is_locked());
    assert_eq!(
        wanted(NpyFile::open_rw(&path).unwrap_err()),
        Lock::Exclusive
    );
}

#[test]
fn a_short_file_grows_only_when_asked() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[10], Order::C);
    let whole = fs::read(&path).unwrap();
    let options = OpenOptions::new().extend(true);
    for way in WAYS {
        fs::write(&path, &whole[..150]).unwrap();
        assert!(change(&path, None, way, |_| Ok(())).is_err());
        options.open(&path).unwrap_err();
        assert_eq!(fs::read(&path).unwrap().len(), 150);
        match way {
            Way::ByPosition => drop(options.clone().write(true).open(&path).unwrap()),
            // SAFETY: nobody changes the file meanwhile.
            Way::Mapped => drop(unsafe { options.map_mut(&path).unwrap() }),
        }
        let zeros = vec![0; whole.len() - 150];
        assert_eq!(fs::read(&path).unwrap(), [&whole[..150], &zeros].concat());
    }
    // Headerless, also where nothing is before the offset.
    let spec = RawSpec::new(dtype("u1")).offset(200).shape([10]);
    let file = options.clone().write(true).open_raw(&path, &spec).unwrap();
    assert_eq!(file.read::<u8>().unwrap(), [0; 10]);
    assert_eq!(fs::metadata(&path).unwrap().len(), 210);
    // SAFETY: nobody changes the file meanwhile.
    let private = unsafe { options.map_private(scratch.counting("y.npy", &[2], Order::C)) };
    private.unwrap();
}

#[test]
fn a_new_file_is_what_open_memmap_makes() {
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    for order in [Order::C, Order::F] {
        for shape in [&[3, 4][..], &[], &[0], &[5], &[1, 4]] {
            let new = CreateOptions::new(dtype("<f4"), shape.iter().copied());
            let file = new.order(order).overwrite(true).create(&path).unwrap();
            assert_eq!((file.shape(), file.order()), (shape, order));
            drop(file);
            let bytes = fs::read(&path).unwrap();
            let declared = header::write_with_order(&dtype("<f4"), shape, order).unwrap();
            let count = shape.iter().product::<u64>() as usize;
            assert!(bytes == [declared, vec![0; 4 * count]].concat());
        }
    }
    let raw = CreateOptions::new(dtype("<i2"), [3]).headerless(5);
    let mut file = raw.create(scratch.path("x.raw")).unwrap();
    file.array_mut().unwrap().fill(1_i16).unwrap();
    assert_eq!(
        fs::read(scratch.path("x.raw")).unwrap(),
        [0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0]
    );
}

#[test]
fn what_cannot_be_created_touches_nothing() {
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    fs::write(&path, "old").unwrap();
    let huge = CreateOptions::new(dtype("u1"), [u64::MAX]);
    let objects = CreateOptions::new(DType::OBJECT, [2]);
    let deep = CreateOptions::new(dtype("u1"), [1; 65]);
    let vast = CreateOptions::new(dtype("u1"), [i64::MAX as u64 - 8]);
    for new in [huge, objects, deep, vast] {
        for path in [&path, &scratch.path("new.npy")] {
            let error = new.clone().overwrite(true).create(path).unwrap_err();
            assert_eq!(error.path(), Some(&**path));
        }
    }
    let new = CreateOptions::new(dtype("u1"), [2]);
    let error = new.create(&path).unwrap_err();
    assert!(
        error.to_string().ends_with("x.npy: already exists"),
        "{error}"
    );
    let filled = new.clone().overwrite(true).create_with(&path, |mut array| {
        array.fill(1_u8)?;
        array.fill(1_u16)
    });
    filled.unwrap_err();
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(scratch.names(), ["x.npy"]);
    let gone = new.create(scratch.path("gone/x.npy")).unwrap_err();
    assert!(gone.to_string().contains("gone/x.npy: "), "{gone}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_new_file_takes_room_only_when_asked() {
    use std::os::unix::fs::MetadataExt;
    let scratch = Scratch::new();
    let blocks = |path: &Path| fs::metadata(path).unwrap().blocks() * 512;
    let (sparse, full) = (scratch.path("sparse.npy"), scratch.path("full.npy"));
    let new = CreateOptions::new(dtype("f8"), [1 << 20]);
    let mut file = new.create(&sparse).unwrap();
    assert!(blocks(&sparse) < 1 << 20);
    new.preallocate(true).create(&full).unwrap();
    if blocks(&full) < 8 << 20 {
        println!("this file system takes no room in advance");
        return;
    }
    file.slice_mut("[:1000]").unwrap().reserve().unwrap();
    assert!(blocks(&sparse) < 1 << 20);
    file.array_mut().unwrap().reserve().unwrap();
    assert!(blocks(&sparse) >= 8 << 20);
    assert_eq!(fs::metadata(&sparse).unwrap().len(), 128 + (8 << 20));
}

#[test]
fn a_part_without_elements_takes_no_bytes() {
    let scratch = Scratch::new();
    let path = file_of(&scratch, "x.npy", &dtype("<i4"), &[4, 3], Order::C);
    for way in WAYS {
        for selection in ["...", "[::-1]"] {
            for at in [0, 4] {
                let changed = change(&path, None, way, |array| {
                    let (mut before, mut after) = array.slice(selection)?.split_at(0, at)?;
                    before.fill(at as i32 + 1)?;
                    after.fill(at as i32 + 2)
                });
                changed.unwrap();
                let expected = if at == 0 { 2 } else { 5 };
                let found = NpyFile::open(&path).unwrap().read::<i32>().unwrap();
                assert_eq!(found, [expected; 12], "{way:?} {selection} {at}");
            }
        }
    }
}
