//! Headers, opening and slicing: what costs the same for arrays of every size.

use std::{cell::RefCell, fs::File, os::unix::fs::FileExt, path::Path};

use memmap2::Mmap;
use ndarray_npy::ViewNpyExt;
use npymap::{DType, Header, Layout, NpyFile, NpyMap, Order, Selection, core::header::Limits};

use crate::{
    numpy::NumPy,
    table::{Table, each},
};

/// Parsing a header that is in memory.
pub fn headers(table: &mut Table) {
    let fields: Vec<_> = (0..10).map(|i| format!("('field{i}', '<f8')")).collect();
    let structured = format!(
        "{{'descr': [{}], 'fortran_order': False, 'shape': (3, 4), }}",
        fields.join(", ")
    );
    let simple = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }";
    for (job, text) in [
        ("parse a simple header", simple),
        ("parse 10 fields", &structured),
    ] {
        if !table.wants(job) {
            continue;
        }
        let itemsize = if text == simple { 4 } else { 80 };
        let file = npy(text, 12 * itemsize);
        let parse = || Header::parse(&file, Some(file.len() as u64), &Limits::default());
        assert!(parse().is_ok());
        table.run(
            job,
            15,
            vec![
                ("npymap", Box::new(|| each(10_000, parse))),
                (
                    "ndarray-npy view_npy",
                    // Structured dtypes fail, but only after the header was parsed.
                    Box::new(|| {
                        each(200, || {
                            ndarray::ArrayViewD::<f32>::view_npy(&file)
                                .map(|a| a.len())
                                .ok()
                        })
                    }),
                ),
                (
                    "npyz NpyHeader",
                    Box::new(|| each(200, || npyz::NpyHeader::from_reader(&file[..]).is_ok())),
                ),
            ],
        );
    }
}

/// Opening files.
pub fn opening(table: &mut Table, numpy: &mut NumPy, directory: &Path) {
    numpy.run("np.save('small.npy', np.zeros((100, 100), np.float32))");
    let path = &directory.join("small.npy");
    let numpy = RefCell::new(numpy);
    let job = "open and read the header";
    if table.wants(job) {
        let bare = || {
            let mut buffer = [0; 1024];
            File::open(path)
                .and_then(|f| f.read_at(&mut buffer, 0))
                .map(|_| buffer[9])
        };
        table.run(
            job,
            15,
            vec![
                (
                    "npymap NpyFile::open",
                    Box::new(|| each(2000, || NpyFile::open(path))),
                ),
                ("bare open, pread, close", Box::new(|| each(2000, bare))),
                (
                    "NumPy mmap_mode='r'",
                    Box::new(|| {
                        numpy
                            .borrow_mut()
                            .time(500, "np.load('small.npy', mmap_mode='r').shape")
                    }),
                ),
            ],
        );
    }
    let job = "open, map, read an element";
    if table.wants(job) {
        let ours = || {
            // SAFETY: nobody else writes in this directory.
            let map = unsafe { NpyMap::open(path) }?;
            map.array().at::<f32>(&[50, 50])
        };
        let bare = || {
            let file = File::open(path).expect("the file");
            // SAFETY: nobody else writes in this directory.
            let map = unsafe { Mmap::map(&file) }.expect("a map");
            map[128 + 4 * 5050]
        };
        table.run(
            job,
            15,
            vec![
                ("npymap NpyMap", Box::new(|| each(2000, ours))),
                (
                    "bare open, mmap, touch, munmap, close",
                    Box::new(|| each(2000, bare)),
                ),
                (
                    "NumPy mmap_mode='r'",
                    Box::new(|| {
                        numpy
                            .borrow_mut()
                            .time(500, "np.load('small.npy', mmap_mode='r')[50, 50]")
                    }),
                ),
            ],
        );
    }
}

/// Slicing a layout.
pub fn slicing(table: &mut Table, numpy: &mut NumPy) {
    let job = "slice a 4-d layout";
    if !table.wants(job) {
        return;
    }
    let layout = Layout::new(DType::FLOAT32, &[50, 40, 30, 20], Order::C).expect("a layout");
    let selection: Selection = "[3, ::-1, 2:20:3, ...]".parse().expect("a selection");
    numpy.run("x = np.zeros((50, 40, 30, 20), np.float32)");
    table.run(
        job,
        15,
        vec![
            (
                "npymap Layout::select",
                Box::new(|| each(100_000, || layout.select(&selection))),
            ),
            (
                "NumPy",
                Box::new(|| numpy.time(10_000, "x[3, ::-1, 2:20:3, ...]")),
            ),
        ],
    );
}

/// An `.npy` file as NumPy writes it, with so many zero bytes of data.
fn npy(text: &str, data: usize) -> Vec<u8> {
    let padded = (10 + text.len() + 1).next_multiple_of(64) - 10;
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((padded as u16).to_le_bytes());
    file.extend(text.bytes());
    file.resize(10 + padded - 1, b' ');
    file.push(b'\n');
    file.resize(10 + padded + data, 0);
    file
}
