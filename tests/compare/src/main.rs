//! Measures npymap against its peers and against the limits of the machine, side by side.
//!
//! Every job runs in rounds, each side once or a fixed number of times in a round, one after the
//! other, so that a machine whose speed drifts slows all sides alike. The table gives medians and
//! shortest times, and the ratios of both. Nothing is asserted: machines differ, and the reader judges.
//!
//! `cargo xtask compare` builds everything and runs this; `cargo xtask compare JOB…` runs the jobs
//! whose names contain a word. The files lie in the page cache, about 6 GiB of memory are needed.
//! Jobs that write are as fast as the disk wherever they wait for it: with `TMPDIR=/dev/shm` there
//! is none. What takes minutes, the transposition of 4 GiB, runs only when it is named.

mod jobs;
mod numpy;
mod table;

use std::{env, path::PathBuf};

use crate::{numpy::NumPy, table::Table};

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let python = PathBuf::from(
        env::var_os("NPYMAP_PYTHON").expect("NPYMAP_PYTHON is the Python with NumPy"),
    );
    let command =
        PathBuf::from(env::var_os("NPYMAP_COMMAND").expect("NPYMAP_COMMAND is the built command"));
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut numpy = NumPy::start(&python, directory.path());
    let mut table = Table::new(words);
    // First, since a child's peak counts what this process held when it was started.
    jobs::memory(&mut table, &command, directory.path());
    jobs::headers(&mut table);
    jobs::opening(&mut table, &mut numpy, directory.path());
    jobs::slicing(&mut table, &mut numpy);
    jobs::gathering(&mut table, &mut numpy, directory.path());
    jobs::statistics(&mut table, &mut numpy, directory.path());
    jobs::archives(&mut table, &mut numpy, directory.path());
    jobs::creating(&mut table, &mut numpy, directory.path());
    jobs::assigning(&mut table, &mut numpy, directory.path());
    jobs::appending(&mut table, &mut numpy, directory.path());
    jobs::packing(&mut table, &mut numpy, directory.path());
    jobs::transposing(&mut table, &mut numpy, &command, directory.path());
}
