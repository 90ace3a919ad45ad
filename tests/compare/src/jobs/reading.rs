//! Values out of arrays.

use std::{cell::RefCell, path::Path, sync::Mutex};

use npymap::{
    Convert, DType, Layout, NpyFile, NpyMap, Npz, Order,
    core::{
        gather::{Source, gather},
        header,
    },
};
use rayon::prelude::*;

use super::GIB;
use crate::{
    numpy::NumPy,
    table::{Side, Table, each},
};

const BLOCK: usize = 4 << 10;

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
            .run("y = np.ones(x.shape, '<f8' if x.dtype.itemsize == 8 else '<f4')");
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
