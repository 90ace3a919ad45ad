//! Tests of the npm package as it is built: in Node.js, in browsers, and in what bundles it.

use std::{fs, path::Path};

use crate::{
    browsers::Browsers,
    npm::{self, Engine},
    numpy, page,
    shell::{Cmd, Result, root, step, target_dir},
    test::Without,
};

/// Builds the package and runs all of its tests, but those that need what is left out.
pub(crate) fn all(without: Without) -> Result {
    let python = numpy::unless(without.numpy)?;
    let browsers = Browsers::unless(without.browsers)?;
    with(browsers, python.as_deref())
}

/// The same, with browsers that are being installed.
pub(crate) fn with(browsers: Option<Browsers>, python: Option<&Path>) -> Result {
    step("npm: build", npm::build)?;
    step("page", || page::assemble().and_then(|()| page::test()))?;
    step("npm: Node.js", || {
        npm::test_rust(&[Engine::Node])?;
        node_tests(python)
    })?;
    let Some(browsers) = browsers else {
        eprintln!("\ntests of the npm package in browsers left out: --no-browsers");
        return step("npm: packaging", || packaging(&["--no-browsers"]));
    };
    step("npm: browsers", || {
        browsers.wait()?;
        npm::test_rust(&[Engine::Chromium, Engine::Firefox])?;
        Cmd::new("node").arg("wasm/test/browsers.mjs").run()
    })?;
    step("npm: packaging", || packaging(&[]))
}

/// Measures the package beside others that read .npy files in JavaScript.
pub(crate) fn compare(args: &[&str]) -> Result {
    npm::build()?;
    let here = root().join("tests/compare/npm");
    let dir = target_dir().join("npm/compare");
    let cannot = |e| format!("cannot write below {}: {e}", dir.display());
    fs::create_dir_all(&dir).map_err(cannot)?;
    fs::copy(here.join("package.json"), dir.join("package.json")).map_err(cannot)?;
    Cmd::new("npm")
        .args(["--prefix", &dir.to_string_lossy(), "install"])
        .args(["--no-package-lock", "--no-audit", "--no-fund", "--silent"])
        .run()?;
    Cmd::new("node")
        .arg(here.join("main.mjs"))
        .arg(dir)
        .args(args)
        .run()
}

/// What `node:test` runs. Its files are named, as Node.js would take every file for a test.
fn node_tests(python: Option<&Path>) -> Result {
    let dir = root().join("wasm/test");
    let entries = fs::read_dir(&dir).map_err(|e| format!("cannot read {}: {e}", dir.display()))?;
    let mut files: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs"))
        .map(|name| format!("wasm/test/{name}"))
        .collect();
    files.sort();
    let node = Cmd::new("node")
        .args(["--test", "--test-reporter=spec", "--test-concurrency=2"])
        // A promise that never settles is a failure, too.
        .arg("--test-timeout=180000")
        .args(files);
    match python {
        Some(python) => node.env("NPYMAP_PYTHON", python).run(),
        None => node.run(),
    }
}

/// What linters of packages say; then bundlers and other runtimes, which are kept below `target`.
fn packaging(args: &[&str]) -> Result {
    Cmd::new("npm")
        .args(["--prefix", "wasm", "run", "--silent", "lint:package"])
        .run()?;
    Cmd::new("node")
        .arg("wasm/test/packaging.mjs")
        .args(args)
        .arg(target_dir().join("npm/consumers"))
        .run()
}
