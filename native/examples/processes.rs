//! One process writes what another one reads: no copy, and no flush in between.
//!
//! `cargo run --example processes`

use std::{env, process::Command};

use npymap::{CreateOptions, NpyMap, Result};

fn main() -> Result<()> {
    if let Some(path) = env::args().nth(1) {
        return child(&path);
    }
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("shared.npy");
    let mut shared = CreateOptions::new("<i8".parse()?, [1000, 10]).create(&path)?;
    let values: Vec<i64> = (0..10_000).collect();
    shared.array_mut()?.write(&values)?;

    // The child is this program, with an argument. It sees what was written, flushed or not:
    // flushing is for power cuts.
    let program = env::current_exe().expect("the path of this program");
    let status = Command::new(program).arg(&path).status().expect("a child");
    assert!(status.success());
    Ok(())
}

fn child(path: &str) -> Result<()> {
    // SAFETY: the parent writes nothing while this process lives.
    let shared = unsafe { NpyMap::open(path)? };
    // The very bytes that the parent wrote, as a slice.
    let sum: i64 = shared.view::<i64>()?.iter().sum();
    println!("the sum is {sum}");
    assert_eq!(sum, 49_995_000);
    Ok(())
}
