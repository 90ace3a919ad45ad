//! Arrays that are larger than what is read at once, from everything that arrays stand in.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::fmt::Debug;

use common::{Scratch, deflated};
use npymap::{
    Array, Convert, DType, Element, Layout, NpyFile, NpyMap, Npz, Order,
    core::{
        header,
        view::{Complex, LongDouble, View, bf16, f16},
    },
};

/// Calls `check` with the array of an NPY file: in a file of its own, mapped, and in members of an
/// archive, stored, mapped and deflated.
fn everywhere(npy: &[u8], mut check: impl FnMut(&str, &Array<'_>)) {
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    std::fs::write(&path, npy).unwrap();
    check("file", &NpyFile::open(&path).unwrap().array());
    // SAFETY: no one changes the file.
    let map = unsafe { NpyMap::open(&path) }.unwrap();
    check("map", &map.array());
    let packed = deflated(npy);
    let members = [
        ("stored.npy", false, npy, npy),
        ("deflated.npy", true, &packed, npy),
    ];
    let archive = Npz::open(scratch.archive("x.npz", &members)).unwrap();
    for key in ["stored", "deflated"] {
        archive.verify(key).unwrap();
        check(key, &archive.member(key).unwrap().array());
    }
    // SAFETY: no one changes the file.
    let map = unsafe { archive.map_member("stored") }.unwrap();
    check("mapped member", &map.array());
}

/// An NPY file of bytes that have no pattern.
fn npy(dtype: &DType, shape: &[u64], order: Order) -> Vec<u8> {
    let mut bytes = header::write(dtype, shape, order).unwrap();
    let len = shape.iter().product::<u64>() * dtype.itemsize();
    let mut state = 1_u32;
    bytes.extend((0..len).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    }));
    bytes
}

/// The values of a layout, as stored, one by one.
fn naive(data: &[u8], layout: &Layout) -> Vec<u8> {
    let itemsize = layout.itemsize() as usize;
    let mut values = Vec::with_capacity(layout.nbytes() as usize);
    for flat in 0..layout.size() {
        let index = layout.unravel(flat).unwrap();
        let offset = layout.byte_offset(&index).unwrap() as usize;
        values.extend_from_slice(&data[offset..offset + itemsize]);
    }
    values
}

#[test]
fn tiles_of_any_layout_are_put_together() {
    // The first has rows that are longer than a tile is wide, the second the opposite.
    for (shape, order) in [
        ([3, 1100, 701], Order::C),
        ([1100, 701, 3], Order::F),
        ([2, 3, 400_000], Order::F),
    ] {
        let npy = npy(&">i4".parse().unwrap(), &shape, order);
        let data = &npy[npy.len() - 4 * shape.iter().product::<u64>() as usize..];
        let whole = Layout::new(">i4".parse().unwrap(), &shape, order).unwrap();
        let select = |text: &str| whole.select(&text.parse().unwrap()).unwrap();
        let layouts = [
            whole.clone(),
            whole.transpose(),
            whole.swap_axes(0, 1).unwrap(),
            select("[::-1, ::-1, ::-1]"),
            select("[:, ::-1, 1:]").transpose(),
        ];
        let expected = layouts.map(|layout| {
            (
                naive(data, &layout),
                naive(data, &layout.transpose()),
                layout,
            )
        });
        let scratch = Scratch::new();
        everywhere(&npy, |place, array| {
            for (in_c_order, in_f_order, layout) in &expected {
                let array = array.with_layout(layout.clone()).unwrap();
                let name = format!("{place} {layout:?}");
                let found = array.read_bytes(Order::C, Convert::AsStored).unwrap();
                assert!(found == *in_c_order, "{name}");
                let found = array.read_bytes(Order::F, Convert::AsStored).unwrap();
                assert!(found == *in_f_order, "{name} in Fortran order");
                if place == "deflated" && *layout != whole {
                    // It works, but writes each value by itself.
                    continue;
                }
                let out = scratch.path("out.npy");
                array.save(&out).unwrap();
                let mut saved = header::write(array.dtype(), array.shape(), Order::C).unwrap();
                saved.extend(in_c_order);
                assert!(std::fs::read(&out).unwrap() == saved, "{name} saved");
            }
        });
    }
}

#[test]
fn windows_and_broadcasts_are_read() {
    let npy = npy(&"<u2".parse().unwrap(), &[1000, 3], Order::C);
    let data = &npy[npy.len() - 6000..];
    everywhere(&npy, |place, array| {
        let whole = array.layout();
        let layouts = [
            whole.sliding_window_view(&[700], Some(&[0])).unwrap(),
            whole.broadcast_to(&[4, 1000, 3]).unwrap(),
            whole
                .expand_dims(&[1])
                .unwrap()
                .broadcast_to(&[1000, 1700, 3])
                .unwrap(),
        ];
        for layout in layouts {
            let array = array.with_layout(layout.clone()).unwrap();
            let found = array.read_bytes(Order::C, Convert::AsStored).unwrap();
            assert!(found == naive(data, &layout), "{place} {layout:?}");
            assert_eq!(array.stats().unwrap().count, layout.size());
        }
    });
}

/// Reads all values of a dtype everywhere and compares them with those of a view.
fn check_type<T: Element + Debug>(dtype: &str) {
    let dtype: DType = dtype.parse().unwrap();
    for (shape, selection) in [([70, 9], "[::-1, ::2]"), ([70, 9], "..."), ([0, 9], "...")] {
        let npy = npy(&dtype, &shape, Order::F);
        everywhere(&npy, |place, array| {
            let array = array.view_dtype(dtype.clone()).unwrap();
            let array = array.slice(selection).unwrap();
            let data = &npy[npy.len() - (shape[0] * shape[1] * dtype.itemsize()) as usize..];
            let view = View::<T>::new(data, array.layout().clone()).unwrap();
            // NaN is not equal to itself, but looks the same.
            let expected = format!("{:?}", view.to_vec());
            let found = array.read::<T>().unwrap();
            assert_eq!(format!("{found:?}"), expected, "{place} {dtype}");
            if let Some(last) = found.last() {
                let index: Vec<_> = array.shape().iter().map(|dim| dim - 1).collect();
                let one = array.at::<T>(&index).unwrap();
                assert_eq!(format!("{one:?}"), format!("{last:?}"));
            }
        });
    }
}

#[test]
fn every_type_is_read_everywhere() {
    check_type::<bool>("?");
    check_type::<i8>("i1");
    check_type::<u8>("u1");
    check_type::<bf16>("bfloat16");
    for order in ["<", ">"] {
        let dtype = |text: &str| format!("{order}{text}");
        check_type::<i16>(&dtype("i2"));
        check_type::<i32>(&dtype("i4"));
        check_type::<i64>(&dtype("i8"));
        check_type::<i64>(&dtype("M8[s]"));
        check_type::<u16>(&dtype("u2"));
        check_type::<u32>(&dtype("u4"));
        check_type::<u64>(&dtype("u8"));
        check_type::<f16>(&dtype("f2"));
        check_type::<f32>(&dtype("f4"));
        check_type::<f64>(&dtype("f8"));
        check_type::<LongDouble>(&dtype("f16"));
        check_type::<Complex<f32>>(&dtype("c8"));
        check_type::<Complex<f64>>(&dtype("c16"));
    }
}
