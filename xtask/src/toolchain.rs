//! What takes a nightly toolchain: Miri and libFuzzer.

use std::{fs, path::Path, thread};

use crate::shell::{Cmd, Result, cargo, cargo_nightly, root, step, target_dir};

/// The usual machine, one with 32 bits, and one that is big-endian.
///
/// Core forbids unsafe code. The checks of aliasing and of values, which are for its dependencies,
/// double the time and find the same everywhere: one machine has them.
const MIRI_TARGETS: [(&str, &str); 3] = [
    ("x86_64-unknown-linux-gnu", ""),
    ("i686-unknown-linux-gnu", ONLY_RESULTS),
    ("s390x-unknown-linux-gnu", ONLY_RESULTS),
];

const ONLY_RESULTS: &str = " -Zmiri-disable-stacked-borrows -Zmiri-disable-validation";

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
    let tables = target_dir().join("miri-tables");
    cargo()
        .args(["run", "--quiet", "-p", "npymap-conformance"])
        .args(["--bin", "sample_vectors", "--"])
        .arg(&tables)
        .run()?;
    // Miri uses but one processor, whatever it interprets.
    thread::scope(|scope| {
        let runs = MIRI_TARGETS.map(|(target, flags)| {
            scope.spawn(|| step(target, || miri_target(target, flags, &tables)))
        });
        let panicked = |_| Err("a thread panicked".into());
        let results = runs.map(|run| run.join().unwrap_or_else(panicked));
        results.into_iter().collect()
    })
}

fn miri_target(target: &str, flags: &str, tables: &Path) -> Result {
    cargo_nightly()
        .args(["miri", "test", "-p", "npymap-core", "--lib", "--tests"])
        .args(["--target", target])
        .args(["--", "-Zunstable-options", "--report-time"])
        // Tests read files and the environment.
        .env(
            "MIRIFLAGS",
            format!("-Zmiri-strict-provenance -Zmiri-disable-isolation{flags}"),
        )
        .env("NPYMAP_TABLES", tables)
        // Miri is thousands of times slower than the machine.
        .env("PROPTEST_CASES", "4")
        .run_aside()
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
