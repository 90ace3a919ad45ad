//! The examples do what they say: they end with an error if not. Cargo builds them for its tests.

#![allow(clippy::unwrap_used)]

use std::{env, process::Command};

#[test]
fn examples_run() {
    // target/<profile>/deps/examples-<hash>
    let program = env::current_exe().unwrap();
    let folder = program.ancestors().nth(2).unwrap().join("examples");
    for name in [
        "open_memmap",
        "modes",
        "slicing",
        "chunks",
        "processes",
        "parameters",
    ] {
        let example = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
        if !example.exists() {
            // Not built by `cargo test --test examples` alone.
            println!("{} is not there", example.display());
            continue;
        }
        let output = Command::new(example).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {text}");
        assert!(!output.stdout.is_empty());
    }
}
