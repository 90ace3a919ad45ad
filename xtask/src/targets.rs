//! Other machines: without a system, with other systems, and with 32 bits.

use crate::shell::{Cmd, Result, cargo, root};

/// No system at all: proves that core is `no_std`.
const EMBEDDED: &str = "thumbv7em-none-eabi";
/// 32 bits, and its tests run under Node.
const WASI: &str = "wasm32-wasip1";
/// Other systems. Checked only: linking would take their tools.
const HOSTED: [&str; 3] = [
    "x86_64-pc-windows-gnu",
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-gnu",
];

pub(crate) fn all() -> Result {
    install(&[EMBEDDED, WASI])?;
    install(&HOSTED)?;
    cargo()
        .args(["build", "-p", "npymap-core", "--target", EMBEDDED])
        .run()?;
    for target in HOSTED {
        cargo()
            .args(["check", "-p", "npymap-core", "-p", "npymap"])
            .args(["--all-features", "--target", target])
            .run()?;
    }
    test_on_wasi()
}

/// Installs the standard libraries that are missing.
pub(crate) fn install(targets: &[&str]) -> Result {
    let installed = Cmd::new("rustup")
        .args(["target", "list", "--installed"])
        .read()
        .unwrap_or_default();
    let missing: Vec<_> = targets
        .iter()
        .filter(|target| !installed.lines().any(|line| line == **target))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Cmd::new("rustup")
        .args(["target", "add"])
        .args(missing)
        .run()
}

fn test_on_wasi() -> Result {
    if Cmd::new("node").arg("--version").read().is_none() {
        return Err("Node.js 20 or newer is needed to run tests on wasm: \
             install it from https://nodejs.org or with your system's package manager"
            .into());
    }
    let runner = root().join("xtask/run-wasi.mjs");
    cargo()
        .args(["test", "-p", "npymap-core", "--lib", "--tests"])
        .args(["--target", WASI])
        // A panic aborts there, and takes with it what was captured.
        .args(["--", "--no-capture"])
        .env(
            "CARGO_TARGET_WASM32_WASIP1_RUNNER",
            format!("node --no-warnings {}", runner.display()),
        )
        .run()
}
