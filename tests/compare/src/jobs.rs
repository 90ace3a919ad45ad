//! The jobs, each with the same work on every side.

use std::{
    cell::RefCell, fs::File, hint::black_box, io::Read, os::unix::fs::FileExt, path::Path,
    process::Command, sync::Mutex, time::Duration,
};

use memmap2::Mmap;
use ndarray_npy::ViewNpyExt;
use npymap::{
    Convert, DType, Header, Layout, NpyFile, NpyMap, Npz, NpzWriter, Order, Selection,
    core::{
        gather::{Source, gather},
        header::{self, Limits},
    },
};
use rayon::prelude::*;

use crate::{
    numpy::NumPy,
    table::{Side, Table, each},
};

const GIB: usize = 1 << 30;
const BLOCK: usize = 4 << 10;

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

/// Making values contiguous.
pub fn gathering(table: &mut Table, numpy: &mut NumPy, _: &Path) {
    let numpy = RefCell::new(numpy);
    let source: Vec<u8> = (0..GIB / 4)
        .flat_map(|i| (i as f32).to_le_bytes())
        .collect();
    let job = "gather 1 GiB f4, contiguous";
    if table.wants(job) {
        let layout = Layout::new(DType::FLOAT32, &[GIB as u64 / 4], Order::C).expect("a layout");
        let (mut ours, mut theirs) = (vec![1; GIB], vec![1; GIB]);
        table.run(
            job,
            5,
            vec![
                (
                    "npymap gather",
                    Box::new(|| {
                        each(1, || {
                            gather(
                                &layout,
                                &Source::whole(&source),
                                Order::C,
                                Convert::AsStored,
                                &mut ours,
                            )
                        })
                    }),
                ),
                (
                    "memcpy",
                    Box::new(|| each(1, || theirs.copy_from_slice(&source))),
                ),
            ],
        );
    }
    // The same work with fresh memory for the result on both sides, as users call it.
    let side = 16384;
    let jobs = [
        (
            "gather [:, ::2] of 16384² f4",
            "<f4",
            vec![side, side],
            "[:, ::2]",
            "np.ascontiguousarray(x[:, ::2])",
            Convert::AsStored,
            5,
        ),
        (
            "gather 16384² f4 transposed",
            "<f4",
            vec![side, side],
            "T",
            "np.ascontiguousarray(x.T)",
            Convert::AsStored,
            3,
        ),
        (
            "swap 1 GiB f4",
            ">f4",
            vec![GIB as u64 / 4],
            "[:]",
            "x.astype('<f4')",
            Convert::Native,
            5,
        ),
        (
            "swap 1 GiB f8",
            ">f8",
            vec![GIB as u64 / 8],
            "[:]",
            "x.astype('<f8')",
            Convert::Native,
            5,
        ),
        (
            "widen 512 MiB f2 to f4",
            "<f2",
            vec![GIB as u64 / 4],
            "[:]",
            "x.astype('<f4')",
            Convert::Wide,
            5,
        ),
    ];
    let directory = tempfile::tempdir().expect("a temporary directory");
    let alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("a thread");
    for (job, dtype, shape, selection, statement, convert, rounds) in jobs {
        if !table.wants(job) {
            continue;
        }
        let dtype: DType = dtype.parse().expect("a dtype");
        let path = directory.path().join("x.npy");
        let mut file = header::write(&dtype, &shape, Order::C).expect("a header");
        let len = shape.iter().product::<u64>() * dtype.itemsize();
        file.extend_from_slice(&source[..len as usize]);
        std::fs::write(&path, file).expect("room in the temporary directory");
        numpy
            .borrow_mut()
            .run(&format!("x = np.load({path:?}); x.sum()"));
        // SAFETY: nobody else writes in this directory.
        let map = unsafe { npymap::OpenOptions::new().populate(true).map(&path) }.expect("a map");
        let array = match selection {
            "T" => map.array().transpose(),
            text => map.slice(text).expect("a selection"),
        };
        let mut sides: Vec<Side<'_>> = vec![
            (
                "npymap read_bytes, 2 threads",
                Box::new(|| each(1, || array.read_bytes(Order::C, convert))),
            ),
            (
                "npymap read_bytes, 1 thread",
                Box::new(|| each(1, || alone.install(|| array.read_bytes(Order::C, convert)))),
            ),
            (
                "NumPy",
                Box::new(|| {
                    numpy
                        .borrow_mut()
                        .time(1, &format!("y = {statement}; del y"))
                }),
            ),
        ];
        if convert != Convert::AsStored {
            sides.push((
                "memcpy into fresh memory, 2 threads",
                Box::new(|| each(1, || copy_fresh(map.as_bytes()))),
            ));
        }
        table.run(job, rounds, sides);
        if convert == Convert::AsStored {
            continue;
        }
        // And into memory that was used before, as in a loop over many arrays.
        numpy
            .borrow_mut()
            .run("y = np.ones(x.shape, x.astype('<f4').dtype if x.dtype.itemsize < 8 else '<f8')");
        let values = Mutex::new(vec![1; GIB]);
        let values = || values.lock().expect("no panic");
        table.run(
            &format!("{job}, memory in use"),
            rounds,
            vec![
                (
                    "npymap read_into, 2 threads",
                    Box::new(|| each(1, || array.read_into(Order::C, convert, &mut values()))),
                ),
                (
                    "npymap read_into, 1 thread",
                    Box::new(|| {
                        each(1, || {
                            alone.install(|| array.read_into(Order::C, convert, &mut values()))
                        })
                    }),
                ),
                (
                    "NumPy copyto",
                    Box::new(|| numpy.borrow_mut().time(1, "np.copyto(y, x)")),
                ),
                (
                    "memcpy, 2 threads",
                    Box::new(|| each(1, || copy(&mut values(), map.as_bytes()))),
                ),
            ],
        );
        numpy.borrow_mut().run("del y");
    }
}

/// Moves what a conversion to 1 GiB moves, as fast as can be: reads `source`, and fills fresh
/// memory, each 4 KiB of the source going to as many places as make 1 GiB.
fn copy_fresh(source: &[u8]) -> Vec<u8> {
    let mut values = vec![0; GIB];
    let start = values.as_mut_ptr().map_addr(|a| a.next_multiple_of(BLOCK));
    // SAFETY: the range lies in the vector, and the advice leaves its contents as they are.
    unsafe { libc::madvise(start.cast(), GIB - BLOCK, libc::MADV_HUGEPAGE) };
    copy(&mut values, source);
    values
}

/// Reads `source`, and fills `values`, each block of the source going to as many places as it takes.
fn copy(values: &mut [u8], source: &[u8]) {
    let times = GIB / source.len();
    values
        .par_chunks_mut(8 << 20)
        .zip(source.par_chunks((8 << 20) / times))
        .for_each(|(values, source)| {
            let blocks = values.chunks_mut(BLOCK * times);
            for (copies, block) in blocks.zip(source.chunks(BLOCK)) {
                for copy in copies.chunks_mut(BLOCK) {
                    copy.copy_from_slice(block);
                }
            }
        });
}

/// Statistics.
pub fn statistics(table: &mut Table, numpy: &mut NumPy, directory: &Path) {
    let job = "stats of 1 GiB f4";
    if !table.wants(job) {
        return;
    }
    numpy
        .run("rng = np.random.default_rng(1); x = rng.standard_normal((16384, 16384), np.float32)");
    numpy.run("np.save('stats.npy', x)");
    let path = directory.join("stats.npy");
    let file = NpyFile::open(&path).expect("the file");
    // SAFETY: nobody else writes in this directory.
    let map = unsafe { NpyMap::open(&path) }.expect("a map");
    table.run(
        job,
        5,
        vec![
            (
                "npymap, mapped, 2 threads",
                Box::new(|| each(1, || map.array().stats())),
            ),
            (
                "npymap, read, 2 threads",
                Box::new(|| each(1, || file.array().stats())),
            ),
            (
                "NumPy min, max, mean, std, isnan().sum()",
                Box::new(|| {
                    numpy.time(1, "x.min(), x.max(), x.mean(), x.std(), np.isnan(x).sum()")
                }),
            ),
        ],
    );
    std::fs::remove_file(&path).expect("the file");
}

/// Members of archives.
pub fn archives(table: &mut Table, numpy: &mut NumPy, directory: &Path) {
    let job = "an element of a 1 GiB stored member";
    if !table.wants(job) {
        return;
    }
    numpy.run("np.savez('big.npz', a=np.zeros((16384, 16384), np.float32))");
    let path = directory.join("big.npz");
    let ours = || {
        Npz::open(&path)?
            .member("a")?
            .array()
            .at::<f32>(&[5000, 5000])
    };
    let mapped = || {
        // SAFETY: nobody else writes in this directory.
        let map = unsafe { Npz::open(&path)?.map_member("a") }?;
        map.array().at::<f32>(&[5000, 5000])
    };
    table.run(
        job,
        5,
        vec![
            ("npymap, read", Box::new(|| each(100, ours))),
            ("npymap, mapped", Box::new(|| each(100, mapped))),
            (
                "NumPy",
                Box::new(|| numpy.time(1, "np.load('big.npz')['a'][5000, 5000]")),
            ),
        ],
    );
    std::fs::remove_file(&path).expect("the file");
}

/// Writing an archive, with one sync at the end on both sides or, as NumPy leaves it, with none.
pub fn packing(table: &mut Table, numpy: &mut NumPy, directory: &Path) {
    let job = "pack 1 GiB f8, stored";
    if !table.wants(job) {
        return;
    }
    numpy.run("import os; x = np.random.default_rng(1).standard_normal(1 << 27)");
    numpy.run("np.save('x.npy', x)");
    let (source, path) = (directory.join("x.npy"), directory.join("ours.npz"));
    let file = NpyFile::open(&source).expect("the file");
    let ours = || -> npymap::Result<()> {
        let mut archive = NpzWriter::create(&path)?;
        archive.add("x", &file.array())?;
        archive.finish()
    };
    let unsynced = || -> npymap::Result<()> {
        // What is no file is not synced.
        let mut archive = NpzWriter::to_writer(File::create(&path).expect("the file"));
        archive.add("x", &file.array())?;
        archive.finish()
    };
    let numpy = RefCell::new(numpy);
    let theirs = |what: &str| {
        let sync = "f = os.open('np.npz', os.O_RDWR); os.fsync(f); os.close(f)";
        let sync = if what == "synced" { sync } else { "" };
        let statement = format!("np.savez('np.npz', x=x); {sync}");
        let time = numpy.borrow_mut().time(1, &statement);
        numpy.borrow_mut().run("os.remove('np.npz'); os.sync()");
        time
    };
    table.run(
        job,
        5,
        vec![
            ("npymap, synced", Box::new(|| each(1, ours))),
            ("npymap, not synced", Box::new(|| each(1, unsynced))),
            ("np.savez, synced", Box::new(|| theirs("synced"))),
            ("np.savez, not synced", Box::new(|| theirs(""))),
        ],
    );
    for path in [path, source] {
        std::fs::remove_file(&path).expect("the file");
    }
}

/// The memory that the command takes on a file far larger than it may hold.
pub fn memory(table: &mut Table, command: &Path, directory: &Path) {
    let job = "memory";
    if !table.wants(job) {
        return;
    }
    let path = directory.join("sparse.npy");
    let shape = [65536, 65536];
    let header = header::write(&DType::FLOAT32, &shape, Order::C).expect("a header");
    std::fs::write(&path, &header).expect("the file");
    let file = File::options().write(true).open(&path).expect("the file");
    file.set_len(header.len() as u64 + shape.iter().product::<u64>() * 4)
        .expect("a sparse file");
    let out = directory.join("out.npy");
    let (path, out) = (path.to_string_lossy(), out.to_string_lossy());
    let runs: [(&str, &[&str]); 3] = [
        ("stats of 16 GiB f4", &["stats", &path]),
        (
            "slice -o, 4 GiB of 16 GiB",
            &["slice", &path, "[::2, ::2]", "-o", &out],
        ),
        (
            "slice -o, a column block of 16 GiB",
            &["slice", &path, "[:, 100:2000:7]", "-o", &out],
        ),
    ];
    for (what, arguments) in runs {
        let (peak, time) = peak_memory(command, arguments);
        table.figure(
            what,
            "npymap",
            &format!("{:.1} MiB resident, {time:.1?}", peak as f64 / 1024.0),
        );
        let _ = std::fs::remove_file(&*out);
    }
}

/// The peak resident memory of a command in KiB, and how long it ran.
#[expect(clippy::zombie_processes, reason = "wait4 waits, and tells the peak")]
fn peak_memory(command: &Path, arguments: &[&str]) -> (i64, Duration) {
    let start = std::time::Instant::now();
    let mut child = Command::new(command)
        .args(arguments)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the command");
    let mut output = Vec::new();
    child
        .stdout
        .take()
        .expect("a pipe")
        .read_to_end(&mut output)
        .expect("output");
    black_box(output);
    let mut status = 0;
    // SAFETY: a plain C structure, for which zeros are a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live variables; the child was not waited for.
    let waited = unsafe { libc::wait4(child.id() as libc::pid_t, &mut status, 0, &mut usage) };
    assert!(waited > 0 && status == 0, "the command failed");
    (usage.ru_maxrss, start.elapsed())
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
