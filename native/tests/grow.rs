//! Arrays that grow and shrink in their files.

#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, path::Path};

use common::Scratch;
use npymap::{
    AppendError, Appender, Array, Convert, CreateOptions, DType, Error, ErrorKind, NpyFile,
    OpenOptions, Order, RawSpec,
    core::{
        cast::{Casting, Overflow},
        header,
    },
};
use proptest::prelude::*;

fn dtype(text: &str) -> DType {
    text.parse().unwrap()
}

fn append_error(error: &Error) -> &AppendError {
    match error.kind() {
        ErrorKind::Append(e) => e,
        _ => panic!("{error}"),
    }
}

/// What `np.save` writes of float32 values in C order.
fn saved(shape: &[u64], order: Order, values: impl IntoIterator<Item = f32>) -> Vec<u8> {
    let mut bytes = header::write_with_order(&dtype("<f4"), shape, order).unwrap();
    bytes.extend(values.into_iter().flat_map(f32::to_le_bytes));
    bytes
}

#[test]
fn rows_are_appended_in_place() {
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    fs::write(&path, saved(&[2, 3], Order::C, (0..6).map(|i| i as f32))).unwrap();
    let mut file = NpyFile::open_rw(&path).unwrap();
    assert_eq!(file.growth_axis(), Some(0));
    let rows = [6_f32, 7., 8.];
    file.append(&Array::of_slice(&rows, &[1, 3]).unwrap())
        .unwrap();
    // In the other byte order, and backwards.
    let other = scratch.path("other.npy");
    let mut bytes = header::write(&dtype(">f4"), &[2, 3], Order::C).unwrap();
    bytes.extend(
        [14_f32, 13., 12., 11., 10., 9.]
            .into_iter()
            .flat_map(f32::to_be_bytes),
    );
    fs::write(&other, bytes).unwrap();
    let other = NpyFile::open(&other).unwrap();
    file.append(&other.slice("[::-1, ::-1]").unwrap()).unwrap();
    file.append(&other.slice("[2:]").unwrap()).unwrap();
    assert_eq!(file.shape(), [5, 3]);
    assert_eq!(file.read::<f32>().unwrap()[14], 14.0);
    assert_eq!(
        fs::read(&path).unwrap(),
        saved(&[5, 3], Order::C, (0..15).map(|i| i as f32))
    );
    file.truncate(1).unwrap();
    assert_eq!(file.shape(), [1, 3]);
    assert_eq!(
        fs::read(&path).unwrap(),
        saved(&[1, 3], Order::C, [0., 1., 2.])
    );
    let error = file.truncate(2).unwrap_err();
    assert!(matches!(
        append_error(&error),
        AppendError::Shorter {
            axis: 0,
            found: 1,
            len: 2
        }
    ));
    file.truncate(0).unwrap();
    assert_eq!(fs::read(&path).unwrap(), saved(&[0, 3], Order::C, []));
}

#[test]
fn columns_are_appended_in_fortran_order() {
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    let new = CreateOptions::new(dtype("<f4"), [2, 0]).order(Order::F);
    let mut file = new.create(&path).unwrap();
    assert_eq!(file.growth_axis(), Some(1));
    let columns = [0_f32, 2., 4., 1., 3., 5.];
    let columns = Array::of_slice(&columns, &[2, 3]).unwrap();
    file.append(&columns).unwrap();
    file.append(&columns.slice("[:, :1]").unwrap()).unwrap();
    assert_eq!(file.shape(), [2, 4]);
    assert_eq!(
        fs::read(&path).unwrap(),
        saved(&[2, 4], Order::F, [0., 1., 2., 3., 4., 5., 0., 1.])
    );
    file.truncate(1).unwrap();
    drop(file);
    // The order stays, although it makes no difference now.
    let mut file = NpyFile::open_rw(&path).unwrap();
    assert_eq!((file.order(), file.shape()), (Order::F, &[2, 1][..]));
    file.append(&columns).unwrap();
    assert_eq!(
        file.read::<f32>().unwrap(),
        [0., 0., 2., 4., 1., 1., 3., 5.]
    );
}

#[test]
fn headerless_arrays_grow() {
    let scratch = Scratch::new();
    let path = scratch.path("x.raw");
    fs::write(&path, [9, 1, 0, 2, 0, 3, 0, 4, 0]).unwrap();
    let spec = RawSpec::new(dtype("<i2")).offset(1);
    let spec = spec.shape_with_unknown([None, Some(2)]);
    let mut file = OpenOptions::new()
        .write(true)
        .open_raw(&path, &spec)
        .unwrap();
    file.append(&Array::of_slice(&[5_i16, 6], &[1, 2]).unwrap())
        .unwrap();
    assert_eq!(file.shape(), [3, 2]);
    assert_eq!(fs::read(&path).unwrap()[9..], [5, 0, 6, 0]);
    file.truncate(1).unwrap();
    assert_eq!(fs::read(&path).unwrap(), [9, 1, 0, 2, 0]);
    // With more behind it than the shape says, nothing is overwritten.
    let spec = RawSpec::new(dtype("<i2")).shape([1]);
    let mut file = OpenOptions::new()
        .write(true)
        .lock(false)
        .open_raw(&path, &spec)
        .unwrap();
    let error = file
        .append(&Array::of_slice(&[5_i16], &[1]).unwrap())
        .unwrap_err();
    assert!(matches!(
        append_error(&error),
        AppendError::TrailingBytes { count: 3 }
    ));
}

/// The file that begins with a header of exactly the length of its text, as NumPy before 1.24 may
/// write it.
fn tight(order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '<f4', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend(data);
    bytes
}

#[test]
fn headers_without_room_are_replaced() {
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    for (order, shape, len) in [("False", "(9, 2)", 0), ("True", "(2, 9)", 1)] {
        let values = (0..18_u8).flat_map(|i| f32::from(i).to_le_bytes());
        fs::write(&path, tight(order, shape, &values.collect::<Vec<_>>())).unwrap();
        let mut file = NpyFile::open_rw(&path).unwrap();
        let old = NpyFile::open(&path).unwrap();
        let before = old
            .array()
            .read_bytes(old.order(), Convert::AsStored)
            .unwrap();
        let shape = if len == 0 { [1, 2] } else { [2, 1] };
        let one = [100_f32, 200.];
        let one = Array::of_slice(&one, &shape).unwrap();
        // While the number has as many digits as before, the header stays.
        file.truncate(8).unwrap();
        file.append(&one).unwrap();
        assert_eq!(file.data_offset(), old.data_offset());
        file.append(&one).unwrap();
        assert_eq!((file.data_offset(), file.shape()[len]), (128, 10));
        assert_eq!(scratch.names(), ["x.npy"]);
        // Whoever writes next is kept out of the new file too.
        let locked = NpyFile::open_rw(&path).unwrap_err();
        assert!(matches!(locked.kind(), ErrorKind::Locked { .. }));
        file.append(&one).unwrap();
        drop(file);
        let file = NpyFile::open(&path).unwrap();
        assert_eq!((file.order(), file.shape()[len]), (old.order(), 11));
        let now = file
            .array()
            .read_bytes(file.order(), Convert::AsStored)
            .unwrap();
        let added = [100_f32, 200.].map(f32::to_le_bytes).concat().repeat(3);
        assert!(now == [&before[..64], &added].concat());
        // Whoever has the old file open reads it as it was, but for what was changed in place.
        assert_eq!(
            old.slice("[:2, :2]").unwrap().read::<f32>().unwrap().len(),
            4
        );
    }
    // So does an appender.
    fs::write(&path, tight("False", "(9,)", &[0; 36])).unwrap();
    let mut rows = Appender::new(NpyFile::open_rw(&path).unwrap()).unwrap();
    rows.push(&[1_f32]).unwrap();
    rows.flush().unwrap();
    rows.push(&[2_f32]).unwrap();
    rows.close().unwrap();
    let file = NpyFile::open(&path).unwrap();
    assert_eq!((file.shape(), file.trailing_bytes()), (&[11][..], 0));
    assert_eq!(file.read::<f32>().unwrap()[8..], [0., 1., 2.]);
}

#[test]
fn files_of_old_numpys_grow() {
    let scratch = Scratch::new();
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/old");
    let mut grown = 0;
    for entry in fs::read_dir(old).unwrap() {
        let original = entry.unwrap().path();
        let is_npy = original
            .extension()
            .is_some_and(|extension| extension == "npy");
        if !is_npy {
            continue;
        }
        let path = scratch.path("x.npy");
        fs::copy(&original, &path).unwrap();
        let before = NpyFile::open(&original).unwrap();
        let mut file = NpyFile::open_rw(&path).unwrap();
        let Some(axis) = file.growth_axis().filter(|_| !before.dtype().has_object()) else {
            assert!(file.append(&before.array()).is_err());
            continue;
        };
        // Its first part a thousand times.
        let part = before.layout().narrow(axis, 0..1).unwrap();
        let mut shape = part.shape().to_vec();
        shape[axis] = 1000;
        let many = before
            .array()
            .with_layout(part.broadcast_to(&shape).unwrap())
            .unwrap();
        file.append(&many).unwrap();
        drop(file);
        let file = NpyFile::open(&path).unwrap();
        let len = before.shape()[axis];
        assert_eq!(file.shape()[axis], len + 1000, "{}", original.display());
        assert_eq!(
            (file.dtype(), file.order()),
            (before.dtype(), before.order())
        );
        assert_eq!(file.trailing_bytes(), 0);
        let bytes = |file: &NpyFile| file.array().read_bytes(before.order(), Convert::AsStored);
        let (old, now) = (bytes(&before).unwrap(), bytes(&file).unwrap());
        assert!(now.starts_with(&old));
        assert!(now.ends_with(&old[..old.len() / len as usize]));
        assert_eq!(scratch.names(), ["x.npy"]);
        grown += 1;
    }
    assert!(grown > 20, "{grown}");
}

#[test]
fn what_does_not_fit_is_refused_in_numpys_words() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[2, 3], Order::C);
    let before = fs::read(&path).unwrap();
    let mut file = NpyFile::open_rw(&path).unwrap();
    let floats = [0_f32; 12];
    let doubles = [0_f64; 3];
    let try_shape = |file: &mut NpyFile, shape: &[u64], count| {
        let rows = Array::of_slice(&floats[..count], shape).unwrap();
        file.append(&rows).unwrap_err().to_string()
    };
    let found = [
        try_shape(&mut file, &[3], 3),
        try_shape(&mut file, &[1, 1, 3], 3),
        try_shape(&mut file, &[1, 4], 4),
        file.append(&Array::of_slice(&doubles, &[1, 3]).unwrap())
            .unwrap_err()
            .to_string(),
    ];
    let expected = [
        "all the input arrays must have same number of dimensions, but the array at index 0 has 2 \
         dimension(s) and the array at index 1 has 1 dimension(s)",
        "all the input arrays must have same number of dimensions, but the array at index 0 has 2 \
         dimension(s) and the array at index 1 has 3 dimension(s)",
        "all the input array dimensions except for the concatenation axis must match exactly, but \
         along dimension 1, the array at index 0 has size 3 and the array at index 1 has size 4",
        "the dtype of what is appended must be float32, found float64",
    ];
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(*found, format!("{}: {expected}", path.display()));
    }
    assert_eq!(fs::read(&path).unwrap(), before);
    // What comes from a file is named itself.
    let other = scratch.counting("other.npy", &[3], Order::C);
    let error = file
        .append(&NpyFile::open(&other).unwrap().array())
        .unwrap_err();
    assert_eq!(error.path(), Some(&*other));

    let single = scratch.counting("single.npy", &[], Order::C);
    let mut single = NpyFile::open_rw(single).unwrap();
    let one = Array::of_slice(&floats[..1], &[]).unwrap();
    let error = single.append(&one).unwrap_err();
    assert!(matches!(append_error(&error), AppendError::NoAxis));
    assert!(Appender::new(single).is_err());
}

#[test]
fn bytes_behind_the_array_are_not_overwritten() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[2], Order::C);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [&*whole, b"tail"].concat()).unwrap();
    let mut file = NpyFile::open_rw(&path).unwrap();
    let one = [2_f32];
    let one = Array::of_slice(&one, &[1]).unwrap();
    let error = file.append(&one).unwrap_err();
    assert!(
        error.to_string().ends_with(
            "x.npy: the 4 bytes behind the array's data would be overwritten: discard them first"
        ),
        "{error}"
    );
    assert!(file.truncate(1).is_err());
    assert_eq!(fs::read(&path).unwrap(), [&*whole, b"tail"].concat());
    file.discard_trailing_bytes().unwrap();
    assert_eq!(fs::read(&path).unwrap(), whole);
    file.append(&one).unwrap();
    assert_eq!(file.read::<f32>().unwrap(), [0., 1., 2.]);
}

#[test]
fn an_appender_counts_rows_when_it_flushes() {
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    let shape = || NpyFile::open(&path).unwrap().shape().to_vec();
    let file = CreateOptions::new(dtype(">f4"), [0, 2])
        .create(&path)
        .unwrap();
    let mut rows = Appender::new(file).unwrap().flush_every(3);
    assert!(rows.is_empty());
    rows.push(&[0_f32, 1., 2., 3.]).unwrap();
    assert_eq!((rows.len(), shape()), (2, vec![0, 2]));
    rows.push(&[4_f32, 5.]).unwrap();
    assert_eq!((rows.len(), shape()), (3, vec![3, 2]));
    rows.push_bytes(&[0; 8]).unwrap();
    rows.flush().unwrap();
    assert_eq!(shape(), [4, 2]);
    // Larger than what is held back.
    let many = vec![7_f32; 2 << 20];
    rows.push(&many[..6]).unwrap();
    rows.push(&many).unwrap();
    rows.close().unwrap();
    let file = NpyFile::open(&path).unwrap();
    assert_eq!(file.shape(), [7 + (1 << 20), 2]);
    assert_eq!(file.trailing_bytes(), 0);
    let values = file.read::<f32>().unwrap();
    assert_eq!(values[..8], [0., 1., 2., 3., 4., 5., 0., 0.]);
    assert!(values[8..].iter().all(|&x| x == 7.0));
    drop(file);

    let mut rows = Appender::new(NpyFile::open_rw(&path).unwrap()).unwrap();
    let error = rows.push(&[1_f32; 3]).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("12 bytes are not whole rows of 8 bytes"),
        "{error}"
    );
    rows.push(&[1_f64; 2]).unwrap_err();
    rows.push(&[1_f32; 2]).unwrap();
    drop(rows);
    assert_eq!(shape(), [8 + (1 << 20), 2]);
}

#[test]
fn an_appender_takes_arrays_or_gives_them_up() {
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    let new = CreateOptions::new(dtype("<i2"), [2, 1]).order(Order::F);
    let file = new.create(&path).unwrap();
    let before = fs::read(&path).unwrap();
    let wide = [1_i64, 2, 3, 4];
    let wide = Array::of_slice(&wide, &[2, 2]).unwrap();
    let too_wide = [1_i64, 2, 3, 70_000];
    let too_wide = Array::of_slice(&too_wide, &[2, 2]).unwrap();
    let mut columns = Appender::new(file).unwrap();
    columns.push(&[8_i16, 9]).unwrap();
    columns
        .append(&wide, Casting::SameKind, Overflow::Error)
        .unwrap();
    let error = columns
        .append(&wide, Casting::Safe, Overflow::Error)
        .unwrap_err();
    assert!(
        error.to_string().contains("according to the rule 'safe'"),
        "{error}"
    );
    columns
        .append(&too_wide, Casting::SameKind, Overflow::Error)
        .unwrap_err();
    columns.discard();
    assert_eq!(fs::read(&path).unwrap(), before);

    let mut columns = Appender::new(NpyFile::open_rw(&path).unwrap()).unwrap();
    columns.push(&[8_i16, 9]).unwrap();
    columns
        .append(&wide, Casting::SameKind, Overflow::Error)
        .unwrap();
    columns
        .append(&too_wide, Casting::SameKind, Overflow::Error)
        .unwrap_err();
    columns
        .append(&too_wide, Casting::Unsafe, Overflow::AsNumPy)
        .unwrap();
    columns.push(&[5_i16, 6]).unwrap();
    columns.close().unwrap();
    let file = NpyFile::open(&path).unwrap();
    assert_eq!(file.trailing_bytes(), 0);
    assert_eq!(
        file.read::<i16>().unwrap(),
        [0, 8, 1, 2, 1, 2, 5, 0, 9, 3, 4, 3, 4464, 6]
    );
}

/// What is done to an array of 3 columns, and to its model.
#[derive(Clone, Debug)]
enum Step {
    Append {
        rows: u64,
        swapped: bool,
    },
    Push {
        rows: u64,
        flush_every: u64,
    },
    Truncate {
        percent: u64,
    },
    Fill {
        start: u64,
        value: f32,
        by_map: bool,
    },
    Column {
        column: u64,
        value: f32,
        by_map: bool,
    },
    Flush,
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let value = || (-100_i16..100).prop_map(f32::from);
    let step = prop_oneof![
        (0_u64..40, any::<bool>()).prop_map(|(rows, swapped)| Step::Append { rows, swapped }),
        (0_u64..12, 1_u64..20).prop_map(|(rows, flush_every)| Step::Push { rows, flush_every }),
        (0_u64..=100).prop_map(|percent| Step::Truncate { percent }),
        (0_u64..50, value(), any::<bool>()).prop_map(|(start, value, by_map)| Step::Fill {
            start,
            value,
            by_map
        }),
        (0_u64..3, value(), any::<bool>()).prop_map(|(column, value, by_map)| Step::Column {
            column,
            value,
            by_map
        }),
        Just(Step::Flush),
        Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..12)
}

/// An array in a file, and what should be in it: rows of 3 values, or columns in Fortran order.
struct Subject {
    scratch: Scratch,
    file: Option<NpyFile>,
    order: Order,
    model: Vec<[f32; 3]>,
    next: f32,
}

impl Subject {
    fn new(order: Order, swapped: bool) -> Self {
        let scratch = Scratch::new();
        let shape = match order {
            Order::C => [0, 3],
            Order::F => [3, 0],
        };
        let new = CreateOptions::new(dtype(if swapped { ">f4" } else { "<f4" }), shape);
        let file = new.order(order).create(scratch.path("x.npy")).unwrap();
        let (file, model) = (Some(file), Vec::new());
        Self {
            scratch,
            file,
            order,
            model,
            next: 0.0,
        }
    }

    fn reopen(&mut self) {
        self.file = None;
        let file = NpyFile::open_rw(self.scratch.path("x.npy")).unwrap();
        assert_eq!((file.order(), file.trailing_bytes()), (self.order, 0));
        self.file = Some(file);
    }

    fn rows(&mut self, count: u64) -> Vec<[f32; 3]> {
        let row = |_| {
            [0, 1, 2].map(|_| {
                self.next += 1.0;
                self.next
            })
        };
        (0..count).map(row).collect()
    }

    /// Does something to a part of the array.
    fn change(&mut self, selection: &str, value: f32, by_map: bool) {
        if by_map {
            self.file = None;
            let path = self.scratch.path("x.npy");
            // SAFETY: nobody else has this file open.
            let mut map = unsafe { npymap::NpyMapMut::open(path).unwrap() };
            map.slice_mut(selection).unwrap().fill(value).unwrap();
            drop(map);
            self.reopen();
        } else {
            let file = self.file.as_mut().unwrap();
            file.slice_mut(selection).unwrap().fill(value).unwrap();
        }
    }

    fn apply(&mut self, step: &Step) {
        match *step {
            Step::Append { rows, swapped } => {
                let rows = self.rows(rows);
                let path = self.scratch.path("rows.npy");
                let dtype = dtype(if swapped { ">f4" } else { "<f4" });
                let mut bytes = header::write(&dtype, &[rows.len() as u64, 3], Order::C).unwrap();
                let bytes_of = |x: f32| {
                    if swapped {
                        x.to_be_bytes()
                    } else {
                        x.to_le_bytes()
                    }
                };
                bytes.extend(rows.iter().flatten().flat_map(|&x| bytes_of(x)));
                fs::write(&path, bytes).unwrap();
                let source = NpyFile::open(path).unwrap();
                let array = match self.order {
                    Order::C => source.array(),
                    Order::F => source.array().transpose(),
                };
                self.file.as_mut().unwrap().append(&array).unwrap();
                self.model.extend(rows);
            }
            Step::Push { rows, flush_every } => {
                let rows = self.rows(rows);
                let file = self.file.take().unwrap();
                let mut appender = Appender::new(file).unwrap().flush_every(flush_every);
                for row in &rows {
                    appender.push(row).unwrap();
                }
                appender.close().unwrap();
                self.model.extend(rows);
                self.reopen();
            }
            Step::Truncate { percent } => {
                let len = self.model.len() as u64 * percent / 100;
                self.file.as_mut().unwrap().truncate(len).unwrap();
                self.model.truncate(len as usize);
            }
            Step::Fill {
                start,
                value,
                by_map,
            } => {
                let selection = match self.order {
                    Order::C => format!("[{start}::2]"),
                    Order::F => format!("[:, {start}::2]"),
                };
                self.change(&selection, value, by_map);
                for row in self.model.iter_mut().skip(start as usize).step_by(2) {
                    *row = [value; 3];
                }
            }
            Step::Column {
                column,
                value,
                by_map,
            } => {
                let selection = match self.order {
                    Order::C => format!("[::-1, {column}]"),
                    Order::F => format!("[{column}, ::-1]"),
                };
                self.change(&selection, value, by_map);
                for row in &mut self.model {
                    row[column as usize] = value;
                }
            }
            Step::Flush => self.file.as_ref().unwrap().flush().unwrap(),
            Step::Reopen => self.reopen(),
        }
    }

    /// What is open, and what whoever opens it now finds.
    fn check(&self) {
        let now = NpyFile::open(self.scratch.path("x.npy")).unwrap();
        for file in [self.file.as_ref().unwrap(), &now] {
            let array = match self.order {
                Order::C => file.array(),
                Order::F => file.array().transpose(),
            };
            assert_eq!(array.shape(), [self.model.len() as u64, 3]);
            assert!(array.read::<f32>().unwrap() == self.model.as_flattened());
        }
    }
}

/// As many cases as asked for, otherwise few, since most of them wait for the disk.
fn cases() -> u32 {
    let wanted = std::env::var("PROPTEST_CASES").ok();
    wanted.and_then(|n| n.parse().ok()).unwrap_or(12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..<_>::default() })]

    #[test]
    fn a_file_is_as_its_model(
        in_fortran_order in any::<bool>(),
        swapped in any::<bool>(),
        steps in steps(),
    ) {
        let order = if in_fortran_order { Order::F } else { Order::C };
        let mut subject = Subject::new(order, swapped);
        for step in &steps {
            subject.apply(step);
            subject.check();
        }
    }
}
