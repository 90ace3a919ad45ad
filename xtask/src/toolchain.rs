//! What takes a nightly toolchain: Miri and libFuzzer.

use std::fs;

use crate::shell::{Cmd, Result, cargo, cargo_nightly, root};

/// The usual machine, one with 32 bits, and one that is big-endian.
const MIRI_TARGETS: [&str; 3] = [
    "x86_64-unknown-linux-gnu",
    "i686-unknown-linux-gnu",
    "s390x-unknown-linux-gnu",
];

pub(crate) fn miri() -> Result {
    need_nightly()?;
    let components = ["miri", "rust-src"];
    let installed = Cmd::new("rustup")
        .args(["component", "list", "--toolchain", "nightly", "--installed"])
        .read()
        .unwrap_or_default();
    if !components.iter().all(|name| installed.contains(name)) {
        Cmd::new("rustup")
            .args(["component", "add", "--toolchain", "nightly"])
            .args(components)
            .run()?;
    }
    for target in MIRI_TARGETS {
        cargo_nightly()
            .args(["miri", "test", "-p", "npymap-core", "--lib", "--tests"])
            .args(["--target", target])
            // Tests read their tables from files and the number of cases from the environment.
            .env(
                "MIRIFLAGS",
                "-Zmiri-strict-provenance -Zmiri-disable-isolation",
            )
            // Miri is some hundred times slower than the machine.
            .env("PROPTEST_CASES", "4")
            .run()?;
    }
    Ok(())
}

pub(crate) fn fuzz(target: &str, args: &[&str]) -> Result {
    let targets = fuzz_targets()?;
    if !targets.iter().any(|name| name == target) {
        return Err(format!(
            "no fuzz target {target}, there are: {}",
            targets.join(", ")
        ));
    }
    need_nightly()?;
    if cargo().args(["fuzz", "--version"]).read().is_none() {
        cargo().args(["install", "cargo-fuzz"]).run()?;
    }
    cargo_nightly()
        .args(["fuzz", "run", "--fuzz-dir", "tests/fuzz", target, "--"])
        .args(args)
        .run()
}

/// The names of the fuzz targets, sorted.
pub(crate) fn fuzz_targets() -> Result<Vec<String>> {
    let dir = root().join("tests/fuzz/fuzz_targets");
    let entries = fs::read_dir(&dir).map_err(|e| format!("cannot read {}: {e}", dir.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(String::from))
        .collect();
    names.sort();
    Ok(names)
}

fn need_nightly() -> Result {
    match cargo_nightly().arg("--version").read() {
        Some(_) => Ok(()),
        None => Err("a nightly toolchain is needed: \
                     rustup toolchain install nightly --profile minimal"
            .into()),
    }
}
