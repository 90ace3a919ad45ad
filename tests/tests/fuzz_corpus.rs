//! The corpus of the fuzz targets, and every beginning of what is in it.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use npymap_conformance::fuzz;

/// Runs a target over its corpus; where it is quick, cut short at every byte too.
fn replay(target: &str, run: fn(&[u8]), prefixes: bool) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut count = 0;
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let data = fs::read(&path).unwrap();
        // A panic does not tell the input; the captured output of the test does.
        println!("{}", path.display());
        run(&data);
        if prefixes {
            for len in 0..data.len() {
                run(&data[..len]);
            }
        }
        count += 1;
    }
    assert!(count >= 20, "only {count} files in the corpus of {target}");
}

#[test]
fn header() {
    replay("header", fuzz::header, true);
}

#[test]
fn selection() {
    replay("selection", fuzz::selection, true);
}

#[test]
fn npz_directory() {
    replay("npz_directory", fuzz::npz_directory, true);
}

#[test]
fn backends_agree() {
    replay("backends_agree", fuzz::backends_agree, false);
}
