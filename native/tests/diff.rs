//! Comparing arrays.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::{Scratch, deflated};
use npymap::{
    Array, DType, Difference, NpyFile, Npz, Order, SaveOptions, Tolerance,
    core::{dtype::ByteOrder, header},
};

const EXACT: Tolerance = Tolerance {
    relative: 0.0,
    absolute: 0.0,
};

impl Scratch {
    fn npy(&self, name: &str, dtype: &str, shape: &[u64], data: &[u8]) -> NpyFile {
        let dtype: DType = dtype.parse().unwrap();
        let mut bytes = header::write(&dtype, shape, Order::C).unwrap();
        bytes.extend(data);
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        NpyFile::open(path).unwrap()
    }
}

fn facts(found: &Difference) -> (Option<u64>, Option<&[u64]>, Option<f64>) {
    (found.count, found.first.as_deref(), found.max_abs)
}

#[test]
fn orders_and_places() {
    let scratch = Scratch::new();
    let shape = [130, 7, 2100];
    let a = NpyFile::open(scratch.counting("a.npy", &shape, Order::C)).unwrap();
    let path = scratch.path("b.npy");
    for order in [Order::C, Order::F] {
        for byte_order in [ByteOrder::Little, ByteOrder::Big] {
            let options = SaveOptions::new().order(order).byte_order(byte_order);
            options.save(&a.array(), &path).unwrap();
            let mut b = npymap::OpenOptions::new().write(true).open(&path).unwrap();
            let found = a.array().diff(&b.array(), EXACT).unwrap();
            assert_eq!(found.dtype, a.dtype() != b.dtype());
            assert_eq!(facts(&found), (Some(0), None, None));
            assert_eq!(found.is_none(), !found.dtype);

            let mut array = b.array_mut().unwrap();
            array.set(&[129, 0, 3], 0_f32).unwrap();
            array.set(&[3, 5, 2000], 0_f32).unwrap();
            array.set(&[3, 6, 7], f32::NAN).unwrap();
            let value = a.at::<f32>(&[129, 0, 3]).unwrap();
            let expected = (Some(3), Some(&[3, 5, 2000][..]), Some(f64::from(value)));
            for (a, b) in [(a.array(), b.array()), (b.array(), a.array())] {
                assert_eq!(facts(&a.diff(&b, EXACT).unwrap()), expected, "{order:?}");
            }
            let (a, b) = (
                a.slice("[::-1, 3:]").unwrap(),
                b.slice("[::-1, 3:]").unwrap(),
            );
            let found = a.diff(&b, EXACT).unwrap();
            let distance = a.at::<f32>(&[126, 2, 2000]).unwrap();
            let expected = (
                Some(2),
                Some(&[126, 2, 2000][..]),
                Some(f64::from(distance)),
            );
            assert_eq!(facts(&found), expected);
        }
    }
}

#[test]
fn deflated_members() {
    let scratch = Scratch::new();
    let shape = [40, 50, 30];
    let c = scratch.counting("c.npy", &shape, Order::C);
    let f = scratch.path("f.npy");
    let to_f = SaveOptions::new().order(Order::F);
    to_f.save(&NpyFile::open(&c).unwrap().array(), &f).unwrap();
    let plain = [fs::read(&c).unwrap(), fs::read(&f).unwrap()];
    let packed = plain.each_ref().map(|bytes| deflated(bytes));
    let members = [
        ("c.npy", true, &packed[0][..], &plain[0][..]),
        ("f.npy", true, &packed[1], &plain[1]),
    ];
    let archive = Npz::open(scratch.archive("x.npz", &members)).unwrap();
    let files = [NpyFile::open(c).unwrap(), NpyFile::open(f).unwrap()];
    let members = [archive.member("c").unwrap(), archive.member("f").unwrap()];
    let all: Vec<&NpyFile> = files.iter().chain(&members).collect();
    for a in &all {
        for b in &all {
            assert!(a.array().diff(&b.array(), EXACT).unwrap().is_none());
        }
    }
}

#[test]
fn numbers_of_different_dtypes() {
    let ints = [1_i64, i64::MAX, 5, -1];
    let ints = Array::of_slice(&ints, &[4]).unwrap();
    // The nearest float to the second one is greater by one, but not equal.
    let floats = [1_f64, 9_223_372_036_854_775_808.0, 5.5, f64::NAN];
    let floats = Array::of_slice(&floats, &[4]).unwrap();
    let found = ints.diff(&floats, EXACT).unwrap();
    assert_eq!(facts(&found), (Some(3), Some(&[1][..]), Some(1.0)));
    let unsigned = [1_u64, 1 << 63, 5, u64::MAX];
    let unsigned = Array::of_slice(&unsigned, &[4]).unwrap();
    let found = ints.diff(&unsigned, EXACT).unwrap();
    let expected = (Some(2), Some(&[1][..]), Some(18_446_744_073_709_551_616.0));
    assert_eq!(facts(&found), expected);
    let small = Array::of_slice(&[1_u8, 255, 5, 255], &[4]).unwrap();
    assert_eq!(ints.diff(&small, EXACT).unwrap().count, Some(2));
    assert_eq!(unsigned.diff(&small, EXACT).unwrap().count, Some(2));
    assert_eq!(floats.diff(&small, EXACT).unwrap().count, Some(3));
    let flags = Array::of_slice(&[true, true, false, false], &[4]).unwrap();
    assert_eq!(ints.diff(&flags, EXACT).unwrap().count, Some(3));
}

/// Of each case NumPy 2.4 says the same: `~np.isclose(a, b, rtol, atol, equal_nan=True)`.
#[test]
fn tolerance() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let a = [1.0, 1.1, inf, inf, -inf, nan, nan, 0.0, 1.0];
    let b = [1.05, 1.0, inf, 1.0, inf, nan, 0.0, -0.0, inf];
    let a = Array::of_slice(&a, &[9]).unwrap();
    let b = Array::of_slice(&b, &[9]).unwrap();
    let near = |relative, absolute| {
        let tolerance = Tolerance { relative, absolute };
        let found = a.diff(&b, tolerance).unwrap();
        (found.count, found.first, found.max_abs)
    };
    assert_eq!(near(0.0, 0.0).0, Some(6));
    assert_eq!(near(0.05, 0.0), (Some(5), Some(vec![1]), Some(1.1 - 1.0)));
    assert_eq!(near(0.0, 0.2), (Some(4), Some(vec![3]), None));
    assert_eq!(near(1.0, 1.0).0, Some(4));
    let ints = Array::of_slice(&[100_i32, 100], &[2]).unwrap();
    let others = Array::of_slice(&[111_i32, 109], &[2]).unwrap();
    let tolerance = Tolerance {
        relative: 0.1,
        absolute: 0.0,
    };
    assert!(ints.diff(&others, tolerance).unwrap().is_none());
    assert_eq!(others.diff(&ints, tolerance).unwrap().count, Some(1));
}

#[test]
fn structures_and_strings() {
    let scratch = Scratch::new();
    let a = scratch.npy(
        "a.npy",
        "S2, (2,)<u2, V1",
        &[2],
        b"ab\x01\x00\x02\x00xcd\x03\x00\x04\x00y",
    );
    let b = scratch.npy(
        "b.npy",
        "S3, (2,)>i4, V1",
        &[2],
        b"ab\0\0\0\0\x01\0\0\0\x02xcd\0\0\0\0\x03\0\0\0\x09y",
    );
    let found = a.array().diff(&b.array(), EXACT).unwrap();
    assert!(found.dtype);
    assert_eq!(facts(&found), (Some(1), Some(&[1][..]), Some(5.0)));
    let both = scratch.npy(
        "c.npy",
        "S2, (2,)<u2, V1",
        &[2],
        b"ab\x01\x00\x02\x00zcd\x03\x00\x05\x00z",
    );
    let found = a.array().diff(&both.array(), EXACT).unwrap();
    assert_eq!(facts(&found), (Some(2), Some(&[0][..]), Some(1.0)));

    for (one, other) in [
        ("S2, (2,)<u2, V1", "S2, (1,)<u4, V1"),
        ("S2, (2,)<u2, V1", "S2, (2,)<u2, V2"),
        ("S2, <u2", "S2, <M8[D]"),
        ("<M8[D]", "<M8[s]"),
        ("<U1", "S4"),
        ("V3", "V4"),
        ("<i4", "<i4, <i4"),
    ] {
        let empty = |name, dtype: &str| scratch.npy(name, dtype, &[0], b"");
        let found = empty("x.npy", one)
            .array()
            .diff(&empty("y.npy", other).array(), EXACT);
        assert_eq!(facts(&found.unwrap()), (None, None, None), "{one} {other}");
    }
    let shapes = a.array().diff(&a.slice("[:1]").unwrap(), EXACT).unwrap();
    assert!(shapes.shape && !shapes.dtype && shapes.count.is_none());
}

/// Elements of no bytes can be more than could be visited.
#[test]
fn elements_of_no_bytes() {
    let scratch = Scratch::new();
    let a = scratch.npy("a.npy", "V0", &[1 << 31, 1 << 31], b"");
    assert!(a.array().diff(&a.array(), EXACT).unwrap().is_none());
}

#[test]
fn what_cannot_be_read() {
    let scratch = Scratch::new();
    let a = scratch.npy("a.npy", "|u1", &[4], &[1, 2, 3, 4]);
    let b = scratch.npy("b.npy", "|u1", &[4], &[1, 2, 3, 4]);
    fs::File::options()
        .write(true)
        .open(scratch.path("b.npy"))
        .unwrap()
        .set_len(130)
        .unwrap();
    let error = a.array().diff(&b.array(), EXACT).unwrap_err().to_string();
    assert!(error.contains("b.npy: the file is cut short"), "{error}");
}
