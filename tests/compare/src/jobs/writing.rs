//! Values into arrays.

use std::{
    cell::RefCell,
    fs::{self, File},
    io::Write,
    path::Path,
    time::Duration,
};

use npymap::{Appender, CreateOptions, DType, NpyFile, NpyMap, NpyMapMut};

use rayon::prelude::*;

use super::GIB;
use crate::{
    numpy::NumPy,
    table::{Side, Table, each},
};

/// Creating an array, setting all of it and waiting for the disk.
pub fn creating(table: &mut Table, numpy: &mut NumPy, directory: &Path) {
    let job = "create 1 GiB f4, fill, flush";
    if !table.wants(job) {
        return;
    }
    let path = &directory.join("new.npy");
    let new = CreateOptions::new(DType::FLOAT32, [16384, 16384]);
    let mapped = || -> npymap::Result<()> {
        // SAFETY: nobody else writes in this directory.
        let mut map = unsafe { new.map(path) }?;
        map.array_mut().fill(7_f32)?;
        map.close()
    };
    let by_position = || -> npymap::Result<()> {
        let mut file = new.create(path)?;
        file.array_mut()?.fill(7_f32)?;
        file.close()
    };
    let piece: Vec<u8> = 7_f32.to_le_bytes().repeat(256 << 10);
    let plain = || -> std::io::Result<()> {
        let mut file = File::create(path)?;
        for _ in 0..GIB / piece.len() {
            file.write_all(&piece)?;
        }
        file.sync_all()
    };
    let statement = "a = np.lib.format.open_memmap('new.npy', mode='w+', dtype='<f4', \
                     shape=(16384, 16384)); a[:] = 7; a.flush(); del a";
    table.run(
        job,
        5,
        vec![
            ("npymap NpyMapMut", Box::new(|| fresh(path, mapped))),
            ("npymap NpyFile", Box::new(|| fresh(path, by_position))),
            (
                "NumPy open_memmap",
                Box::new(|| {
                    let time = numpy.time(1, statement);
                    removed(path);
                    time
                }),
            ),
            ("write and fsync", Box::new(|| fresh(path, plain))),
        ],
    );
}

/// The time it takes to make a file that is not there yet. It is removed afterwards.
pub fn fresh<E: std::fmt::Debug>(path: &Path, make: impl Fn() -> Result<(), E>) -> Duration {
    let time = each(1, || make().expect("room in the temporary directory"));
    removed(path);
    time
}

/// Removes a file, and waits until nothing is left to be written of it or anything else.
pub fn removed(path: &Path) {
    fs::remove_file(path).expect("the file");
    // SAFETY: has no arguments and cannot fail.
    unsafe { libc::sync() };
}

/// Assigning through maps, whose pages are in memory.
pub fn assigning(table: &mut Table, numpy: &mut NumPy, directory: &Path) {
    let jobs = [
        (
            "assign a[:, ::2] = b, 16384² f4",
            [1 << 14, 1 << 14],
            "[:, ::2]",
            Some("<f4"),
        ),
        (
            "fill a[:, 3] = 7, 16384² f4",
            [1 << 14, 1 << 14],
            "[:, 3]",
            None,
        ),
        (
            "fill a[:, 3] = 7, 16777216 × 16 f4",
            [1 << 24, 1 << 4],
            "[:, 3]",
            None,
        ),
        (
            "assign a[:] = big-endian b, 16384² f4",
            [1 << 14, 1 << 14],
            "[:]",
            Some(">f4"),
        ),
    ];
    if !jobs.iter().any(|(job, ..)| table.wants(job)) {
        return;
    }
    let alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("a thread");
    let numpy = RefCell::new(numpy);
    let (path, values) = (&directory.join("a.npy"), &directory.join("b.npy"));
    let (read, written) = (vec![1_u8; GIB], RefCell::new(vec![2_u8; GIB]));
    for (job, whole, selection, dtype) in jobs {
        if !table.wants(job) {
            continue;
        }
        let new = CreateOptions::new(DType::FLOAT32, whole);
        // SAFETY: nobody else writes in this directory while the map lives.
        let mut map = unsafe { new.map(path) }.expect("room in the temporary directory");
        map.array_mut().fill(1_f32).expect("a map");
        let run = |statement: &str| numpy.borrow_mut().run(statement);
        let shape = map.slice(selection).expect("a selection").shape().to_vec();
        let create = |name: &str, dtype: &str, shape: &[u64]| {
            run(&format!(
                "{name} = np.lib.format.open_memmap('{name}.npy', mode='w+', dtype='{dtype}', \
                 shape=tuple({shape:?}))"
            ));
        };
        create("c", "<f4", &whole);
        run("c[:] = 1");
        let from = dtype.map(|dtype| {
            create("b", dtype, &shape);
            run("b[:] = np.arange(b.shape[1]); b.flush()");
            // SAFETY: nobody writes to the file any more.
            unsafe { npymap::OpenOptions::new().populate(true).map(values) }.expect("a map")
        });
        let assign = |map: &mut NpyMapMut, from: Option<&NpyMap>| {
            let mut to = map.slice_mut(selection).expect("a selection");
            let done = match from {
                Some(from) => to.assign(&from.array()),
                None => to.fill(7_f32),
            };
            done.expect("what can be assigned");
        };
        // A short column is little work.
        let calls = if shape.len() == 1 && whole[0] < 1 << 20 {
            100
        } else {
            1
        };
        let from = from.as_ref();
        let map = RefCell::new(map);
        let ours = || {
            let map = &mut *map.borrow_mut();
            each(calls, || assign(map, from))
        };
        let ours_alone = || {
            let map = &mut *map.borrow_mut();
            alone.install(|| each(calls, || assign(map, from)))
        };
        let what = if from.is_some() { "b" } else { "7" };
        let statement = format!("c{selection} = {what}");
        let mut sides: Vec<Side<'_>> = vec![
            ("npymap, all threads", Box::new(ours)),
            ("npymap, 1 thread", Box::new(ours_alone)),
            (
                "NumPy",
                Box::new(|| numpy.borrow_mut().time(calls, &statement)),
            ),
        ];
        if from.is_some() {
            // What memory allows, and whether it allows more where two processors ask.
            let (read, written) = (&read, &written);
            sides.push((
                "memcpy of 1 GiB, all threads",
                Box::new(move || {
                    let written = &mut *written.borrow_mut();
                    each(1, || copy(read, written))
                }),
            ));
            sides.push((
                "memcpy of 1 GiB, 1 thread",
                Box::new(|| {
                    let written = &mut *written.borrow_mut();
                    alone.install(|| each(1, || copy(read, written)))
                }),
            ));
        }
        table.run(job, 15, sides);
        run("assert np.array_equal(c, np.load('a.npy', mmap_mode='r'))");
        run("c = b = None; import os; os.remove('c.npy')");
        for path in [Some(path), dtype.map(|_| values)].into_iter().flatten() {
            removed(path);
        }
    }
}

/// Copies bytes on all threads.
fn copy(read: &[u8], written: &mut [u8]) {
    let pieces = written
        .par_chunks_mut(32 << 20)
        .zip(read.par_chunks(32 << 20));
    pieces.for_each(|(written, read)| written.copy_from_slice(read));
}

/// Rows one by one, with one sync at the end on both sides.
pub fn appending(table: &mut Table, numpy: &mut NumPy, directory: &Path) {
    let job = "append 10 000 rows of 1 000 f4, one call each";
    if !table.wants(job) {
        return;
    }
    numpy.run("import os; from npy_append_array import NpyAppendArray");
    numpy.run("row = np.arange(1000, dtype='<f4').reshape(1, 1000)");
    numpy.run(
        "exec('''def append(**how):\\n \
         with NpyAppendArray('rows.npy', **how) as array:\\n  \
         for _ in range(10_000): array.append(row)\\n \
         f = os.open('rows.npy', os.O_RDWR); os.fsync(f); os.close(f)''')",
    );
    let path = &directory.join("rows.npy");
    let row: Vec<f32> = (0..1000_u16).map(f32::from).collect();
    let ours = || -> npymap::Result<()> {
        let file = CreateOptions::new(DType::FLOAT32, [0, 1000]).create(path)?;
        let mut rows = Appender::new(file)?;
        for _ in 0..10_000 {
            rows.push(&row)?;
        }
        rows.close()
    };
    let plain = || -> std::io::Result<()> {
        let mut file = File::create(path)?;
        for _ in 0..40 {
            file.write_all(&[1; 1_000_000])?;
        }
        file.sync_all()
    };
    let numpy = RefCell::new(numpy);
    let theirs = |how: &str| {
        let time = numpy.borrow_mut().time(1, &format!("append({how})"));
        let file = NpyFile::open(path).expect("a complete file");
        assert_eq!(file.shape(), [10_000, 1000]);
        removed(path);
        time
    };
    table.run(
        job,
        9,
        vec![
            ("npymap Appender", Box::new(|| fresh(path, ours))),
            ("npy-append-array", Box::new(|| theirs(""))),
            (
                "npy-append-array, one header at the end",
                Box::new(|| theirs("rewrite_header_on_append=False")),
            ),
            (
                "write in pieces of 1 MB, fsync",
                Box::new(|| fresh(path, plain)),
            ),
        ],
    );
}
