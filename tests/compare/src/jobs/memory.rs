//! The memory that the command takes.

use std::{fs::File, hint::black_box, io::Read, path::Path, process::Command, time::Duration};

use npymap::{DType, Order, core::header};

use crate::table::Table;

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
