//! What a change must pass.

use crate::{
    shell::{Result, cargo, root, step},
    test::{self, Without},
};

pub(crate) fn all(without: Without) -> Result {
    step("format", format)?;
    step("clippy", clippy)?;
    step("docs", docs)?;
    step("deny", deny)?;
    test::all(without)
}

fn format() -> Result {
    cargo().args(["fmt", "--all", "--check"]).run()?;
    for workspace in own_workspaces() {
        cargo()
            .args(["fmt", "--check", "--manifest-path", workspace])
            .run()?;
    }
    Ok(())
}

fn clippy() -> Result {
    let deny_warnings = ["--", "-D", "warnings"];
    cargo()
        .args(["clippy", "--workspace", "--all-targets", "--all-features"])
        .args(deny_warnings)
        .run()?;
    // What the library looks like to those who ask for nothing.
    cargo()
        .args(["clippy", "-p", "npymap", "--no-default-features"])
        .args(deny_warnings)
        .run()?;
    // The tools of wasm-bindgen are forty lines, and a minute's dependencies.
    for workspace in own_workspaces().filter(|manifest| *manifest != TOOLS) {
        // Without the feature of the fuzz targets that takes a C++ compiler.
        cargo()
            .args(["clippy", "--all-targets", "--no-default-features"])
            .args(["--manifest-path", workspace])
            .args(deny_warnings)
            .run()?;
    }
    Ok(())
}

fn docs() -> Result {
    cargo()
        .args(["doc", "--workspace", "--no-deps", "--all-features"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()
}

fn deny() -> Result {
    if cargo().args(["deny", "--version"]).read().is_none() {
        // Without --locked: a lock file may ask for versions that a mirror does not have yet.
        cargo().args(["install", "--debug", "cargo-deny"]).run()?;
    }
    let check = ["deny", "--all-features", "check"];
    cargo()
        .args(check)
        .args(["bans", "licenses", "sources"])
        .run()?;
    if cargo().args(["deny", "fetch", "db"]).read().is_none() {
        eprintln!("advisories were not checked: their database cannot be fetched");
        return Ok(());
    }
    cargo().args(check).arg("advisories").run()
}

const TOOLS: &str = "wasm/bindgen/Cargo.toml";

/// The manifests of the workspaces whose dependencies must not touch the library's.
fn own_workspaces() -> impl Iterator<Item = &'static str> {
    ["tests/fuzz/Cargo.toml", "tests/compare/Cargo.toml", TOOLS]
        .into_iter()
        .filter(|manifest| root().join(manifest).exists())
}
