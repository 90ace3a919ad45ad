//! Whole files out of others.

use std::{
    cell::RefCell,
    fs::{self, File},
    io::Write,
    os::unix::process::CommandExt,
    path::Path,
    process::Command,
};

use npymap::{NpyFile, NpzWriter};

use super::{
    GIB,
    writing::{fresh, removed},
};
use crate::{
    numpy::NumPy,
    table::{Table, each},
};

/// Writing an archive, with one sync at the end on both sides or, as NumPy leaves it, with none.
/// A plain write of as many bytes is what could be reached.
pub fn packing(table: &mut Table, numpy: &mut NumPy, directory: &Path) {
    let jobs = [
        ("pack 1 GiB f8, stored, synced", true),
        ("pack 1 GiB f8, stored, not synced", false),
    ];
    if !jobs.iter().any(|(job, _)| table.wants(job)) {
        return;
    }
    numpy.run("import os; x = np.random.default_rng(1).standard_normal(1 << 27)");
    numpy.run("np.save('x.npy', x)");
    let (source, path) = (directory.join("x.npy"), &directory.join("new.npz"));
    let file = NpyFile::open(&source).expect("the file");
    let numpy = RefCell::new(numpy);
    for (job, synced) in jobs {
        if !table.wants(job) {
            continue;
        }
        let ours = || -> npymap::Result<()> {
            let mut archive = match synced {
                true => NpzWriter::create(path)?,
                // What is no file is not synced.
                false => NpzWriter::to_writer(File::create(path).expect("the file")),
            };
            archive.add("x", &file.array())?;
            archive.finish()
        };
        let piece = vec![7; 256 << 10];
        let plain = || -> std::io::Result<()> {
            let mut file = File::create(path)?;
            for _ in 0..GIB / piece.len() {
                file.write_all(&piece)?;
            }
            if synced { file.sync_all() } else { Ok(()) }
        };
        let theirs = || {
            let sync = match synced {
                true => "; f = os.open('new.npz', os.O_RDWR); os.fsync(f); os.close(f)",
                false => "",
            };
            let statement = format!("np.savez('new.npz', x=x){sync}");
            let time = numpy.borrow_mut().time(1, &statement);
            removed(path);
            time
        };
        table.run(
            job,
            5,
            vec![
                ("npymap NpzWriter", Box::new(|| fresh(path, ours))),
                ("np.savez", Box::new(theirs)),
                ("plain write", Box::new(|| fresh(path, plain))),
            ],
        );
    }
    fs::remove_file(source).expect("the file");
}

/// Another order of the elements of a file, larger than the memory that the command may take.
/// NumPy gets as much of it as there is.
pub fn transposing(table: &mut Table, numpy: &mut NumPy, command: &Path, directory: &Path) {
    const ADDRESSES: u64 = 256 << 20;

    let job = "transpose 4 GiB f4 in 256 MiB";
    if !table.names(job) {
        return;
    }
    let create = "np.lib.format.open_memmap('x.npy', mode='w+', dtype='<f4', shape=(32768, 32768))";
    numpy.run(&format!("a = {create}"));
    numpy.run("a[:] = np.arange(32768); a.flush(); del a");
    let (source, out) = (&directory.join("x.npy"), &directory.join("out.npy"));
    let ours = || {
        let mut convert = Command::new(command);
        convert.arg("convert").args([source, out]);
        convert.args(["--order", "F"]);
        let limit = libc::rlimit {
            rlim_cur: ADDRESSES,
            rlim_max: ADDRESSES,
        };
        let limit = move || {
            // SAFETY: the pointer is to a live variable.
            match unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) } {
                0 => Ok(()),
                _ => Err(std::io::Error::last_os_error()),
            }
        };
        // SAFETY: all that is done between fork and exec is one system call.
        let status = unsafe { convert.pre_exec(limit) }.status();
        assert!(status.expect("the command starts").success());
    };
    let statement = "a = np.load('x.npy', mmap_mode='r'); \
                     b = np.lib.format.open_memmap('out.npy', mode='w+', dtype='<f4', \
                     shape=(32768, 32768)); b[:] = a.T; b.flush(); del a, b";
    table.run(
        job,
        2,
        vec![
            (
                "npymap convert --order F",
                Box::new(|| {
                    let time = each(1, ours);
                    removed(out);
                    time
                }),
            ),
            (
                "NumPy b[:] = a.T, flush",
                Box::new(|| {
                    let time = numpy.time(1, statement);
                    removed(out);
                    time
                }),
            ),
        ],
    );
    removed(source);
}
