//! Writing arrays as other dtypes and in other orders.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::{Scratch, deflated};
use npymap::{
    Array, Casting, DType, ErrorKind, NpyFile, Npz, Order, Overflow, RawSpec, SaveOptions,
    core::{cast::CastError, dtype::ByteOrder, header},
};

fn dtype(text: &str) -> DType {
    text.parse().unwrap()
}

#[test]
fn dtype_and_byte_order() {
    let scratch = Scratch::new();
    let values = [-1.5_f64, 0.0, 2.75, 1e6];
    let array = Array::of_slice(&values, &[2, 2]).unwrap();
    let out = scratch.path("out.npy");
    SaveOptions::new()
        .dtype(dtype("f4"))
        .byte_order(ByteOrder::Big)
        .save(&array, &out)
        .unwrap();
    let mut expected = header::write(&dtype(">f4"), &[2, 2], Order::C).unwrap();
    expected.extend(values.iter().flat_map(|&x| (x as f32).to_be_bytes()));
    assert_eq!(fs::read(&out).unwrap(), expected);

    let to_ints = SaveOptions::new().dtype(dtype("<i2"));
    let error = to_ints.save(&array, &out).unwrap_err().to_string();
    assert!(
        error.contains("according to the rule 'same_kind'"),
        "{error}"
    );
    let forced = to_ints.casting(Casting::Unsafe);
    let error = forced.save(&array, &out).unwrap_err();
    let expected = "element [1, 1]: '1000000.0' does not fit into dtype('int16')";
    assert_eq!(error.to_string(), expected);
    assert_eq!(fs::read(&out).unwrap().len(), 128 + 16, "it is as it was");
    forced
        .overflow(Overflow::AsNumPy)
        .save(&array, &out)
        .unwrap();
    let ints = NpyFile::open(&out).unwrap().read::<i16>().unwrap();
    assert_eq!(ints, [-1, 0, 2, 16960]);
}

/// Byte orders are those of the fields, and what stands between these is zero.
#[test]
fn structures() {
    let scratch = Scratch::new();
    let out = scratch.path("out.npy");
    let bytes = [1_u8, 2, 0, 3, 4, 0, 0, 0, 5, 6, 0, 7, 8, 0, 0, 0];
    let path = scratch.path("x.raw");
    fs::write(&path, bytes).unwrap();
    let spec = RawSpec::new(dtype("u1, <u2, u1, <i4"));
    let file = NpyFile::open_raw(&path, &spec).unwrap();
    SaveOptions::new()
        .byte_order(ByteOrder::Big)
        .headerless(true)
        .save(&file.array(), &out)
        .unwrap();
    let swapped = [1_u8, 0, 2, 3, 0, 0, 0, 4, 5, 0, 6, 7, 0, 0, 0, 8];
    assert_eq!(fs::read(&out).unwrap(), swapped);
}

#[test]
fn memory_order() {
    let scratch = Scratch::new();
    let shape = [70, 3, 90, 50];
    let (c, f) = (
        scratch.counting("c.npy", &shape, Order::C),
        scratch.path("f.npy"),
    );
    let file = NpyFile::open(&c).unwrap();
    let to_f = SaveOptions::new().order(Order::F);
    to_f.save(&file.array(), &f).unwrap();
    let fortran = NpyFile::open(&f).unwrap();
    assert_eq!((fortran.order(), fortran.shape()), (Order::F, &shape[..]));
    assert_eq!(fortran.read::<f32>().unwrap(), file.read::<f32>().unwrap());
    let back = scratch.path("back.npy");
    fortran.array().save(&back).unwrap();
    assert!(fs::read(&back).unwrap() == fs::read(&c).unwrap());

    // To a stream, and from a deflated member.
    let expected = fs::read(&f).unwrap();
    let mut stream = Vec::new();
    to_f.write_to(&file.array(), &mut stream).unwrap();
    assert!(stream == expected);
    let plain = fs::read(&c).unwrap();
    let archive = scratch.archive("x.npz", &[("x.npy", true, &deflated(&plain), &plain)]);
    let member = Npz::open(archive).unwrap().member("x").unwrap();
    to_f.save(&member.array(), &back).unwrap();
    assert!(fs::read(&back).unwrap() == expected);

    // What is the same in both orders is written in C order, as by np.save.
    let row = file.slice("[0, 0, 0]").unwrap();
    to_f.save(&row, &back).unwrap();
    assert_eq!(NpyFile::open(&back).unwrap().order(), Order::C);
}

/// The index is that in the array, wherever the value is met.
#[test]
fn values_that_do_not_fit_are_named() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[1500, 5, 1000], Order::C);
    let mut file = npymap::OpenOptions::new().write(true).open(&path).unwrap();
    let mut array = file.array_mut().unwrap();
    array.fill(1_f32).unwrap();
    array.set(&[1432, 3, 21], -1_f32).unwrap();
    let array = file.array();
    for order in [Order::C, Order::F] {
        let options = SaveOptions::new()
            .dtype(DType::UINT8)
            .casting(Casting::Unsafe)
            .order(order);
        let name = |error: npymap::Error| {
            let ErrorKind::Value {
                index,
                error: CastError::Value { .. },
            } = error.kind()
            else {
                panic!("{error}");
            };
            assert_eq!(*index, [1432, 3, 21], "{order:?}");
            assert!(error.to_string().contains("x.npy: element [1432, 3, 21]: "));
        };
        name(options.save(&array, scratch.path("out.npy")).unwrap_err());
        name(options.write_to(&array, Vec::new()).unwrap_err());
    }
    assert_eq!(scratch.names(), ["x.npy"]);
}

#[test]
fn open_sizes_and_units_are_those_of_the_array() {
    let scratch = Scratch::new();
    let saved = |from: &str, to: &str| {
        let from = dtype(from);
        let mut bytes = header::write(&from, &[1], Order::C).unwrap();
        bytes.resize(bytes.len() + from.itemsize() as usize, 0);
        let (path, out) = (scratch.path("x.npy"), scratch.path("out.npy"));
        fs::write(&path, bytes).unwrap();
        let file = NpyFile::open(&path).unwrap();
        let options = SaveOptions::new().dtype(dtype(to)).casting(Casting::Unsafe);
        options.save(&file.array(), &out).unwrap();
        NpyFile::open(&out).unwrap().dtype().clone()
    };
    for (from, to, expected) in [
        ("S3", "S", "S3"),
        ("S3", ">U", ">U3"),
        ("<U3", "S", "S3"),
        ("<U3", "S2", "S2"),
        (">U3", "<U", ">U3"),
        ("<i4", "V", "V4"),
        ("<i4, <i2", "V", "<i4, <i2"),
        (">M8[D]", "<M8", ">M8[D]"),
        ("<m8[s]", "<m8", "<m8[s]"),
        ("<M8[D]", "<M8[ns]", "<M8[ns]"),
    ] {
        assert_eq!(saved(from, to), dtype(expected), "{from} to {to}");
    }
}

/// A sub-array has each value as often as it has elements, in either order.
#[test]
fn sub_arrays() {
    let scratch = Scratch::new();
    let out = scratch.path("out.npy");
    let array = Array::of_slice(&[1_i32, 2], &[2]).unwrap();
    for order in [Order::C, Order::F] {
        let options = SaveOptions::new().dtype(dtype("(2,2)<i8")).order(order);
        options.save(&array, &out).unwrap();
        let file = NpyFile::open(&out).unwrap();
        assert_eq!((file.shape(), file.order()), (&[2, 2, 2][..], order));
        assert_eq!(file.read::<i64>().unwrap(), [1, 1, 1, 1, 2, 2, 2, 2]);
    }
}

/// Elements that become much larger, or that had no bytes, are converted a few at a time.
#[test]
fn values_that_grow_are_held_a_few_at_a_time() {
    /// Notes the size of what it is given first, and takes no more.
    struct First(usize);

    impl std::io::Write for First {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            match self.0 {
                0 => self.0 = bytes.len(),
                _ => return Err(std::io::ErrorKind::StorageFull.into()),
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    for (from, to, count) in [
        ("S0", "S1", 1 << 40),
        ("S0", "U3", 1 << 40),
        ("S1", "S100000", 1 << 20),
    ] {
        let data = vec![b'x'; (dtype(from).itemsize() * count) as usize];
        let bytes = [
            header::write(&dtype(from), &[count], Order::C).unwrap(),
            data,
        ]
        .concat();
        fs::write(&path, bytes).unwrap();
        let file = NpyFile::open(&path).unwrap();
        for headerless in [true, false] {
            let options = SaveOptions::new().dtype(dtype(to)).headerless(headerless);
            let mut writer = First(usize::from(!headerless));
            options.write_to(&file.array(), &mut writer).unwrap_err();
            assert!(writer.0 <= 8 << 20, "{from} {to}: {}", writer.0);
        }
    }
}
