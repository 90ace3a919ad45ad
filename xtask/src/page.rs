//! The inspector, a page around the npm package.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{
    browsers, npm,
    shell::{Cmd, Result, cargo, root, target_dir},
};

const PAGE: &str = "web-demo";
const WALK: &str = "web-demo/test/e2e";

/// Builds the package, the painter and the page, into `web-demo/dist`.
pub(crate) fn build() -> Result {
    npm::build()?;
    assemble()
}

/// Builds the painter and the page around the package as it is.
pub(crate) fn assemble() -> Result {
    let pkg = root().join(PAGE).join("painter/pkg");
    npm::glue_of("npymap-painter", &[], "web", "painter", &pkg)?;
    let module = pkg.join("painter_bg.wasm");
    Cmd::new("node")
        .args(["xtask/pack-npm.mjs", "optimise"])
        .arg(module)
        .run()?;
    npm::install_in(PAGE)?;
    npm::npm_in(PAGE, &["run", "--silent", "build"]).run()
}

/// Tests what of the page needs no browser. It has to be built.
pub(crate) fn test() -> Result {
    npm::npm_in(PAGE, &["test", "--silent"]).run()
}

/// Builds the page and the command that serves it, and walks through them with browsers: all of it
/// in Chromium, a part of it in Firefox and WebKit.
pub(crate) fn build_and_walk(python: &Path) -> Result {
    build()?;
    walk(python)
}

/// Walks through the page as it is.
pub(crate) fn walk(python: &Path) -> Result {
    let command = prepare(python)?;
    drive(python, &command)
        .args(["--test", "--test-reporter=spec", "--test-concurrency=2"])
        .args(["chromium", "short", "pictures"].map(|name| format!("{WALK}/{name}.test.mjs")))
        .run()?;
    // What Lighthouse says of the page.
    let dir = format!("{PAGE}/test/lighthouse");
    npm::install_in(&dir)?;
    let chromium = browsers::find("chromium").unwrap_or_default();
    drive(python, &command)
        .arg(format!("{dir}/main.mjs"))
        .env("CHROME_PATH", chromium)
        .run()
}

/// Takes the pictures of the README, those that the walk compares with, and pictures of every view
/// for people to look at.
pub(crate) fn screenshots(python: &Path) -> Result {
    build()?;
    drive(python, &prepare(python)?)
        .arg(format!("{WALK}/screenshots.mjs"))
        .arg(root().join("docs"))
        .run()
}

/// Measures how long people wait.
pub(crate) fn timings(python: &Path) -> Result {
    build()?;
    drive(python, &prepare(python)?)
        .arg(format!("{WALK}/timings.mjs"))
        .run()
}

/// Builds the command that has the page in it, and makes the files to look at. Returns the command.
fn prepare(python: &Path) -> Result<PathBuf> {
    // What the tests of the workspace have built, but for the page in it.
    let command = build_command(&["--workspace", "--all-features", "--bin", "npymap"])?;
    // As the driver of browsers is the one of the package.
    npm::install()?;
    Cmd::new(&python.to_string_lossy())
        .arg(root().join(WALK).join("make_files.py"))
        .arg(e2e_dir().join("files"))
        // Beside the script it would stand in the way of who looks at the tree.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .run()?;
    Ok(command)
}

/// Node.js, with all that drives browsers through the page as it is.
fn drive(python: &Path, command: &Path) -> Cmd {
    Cmd::new("node")
        .env("NPYMAP_COMMAND", command)
        .env("NPYMAP_PYTHON", python)
        .env("E2E_DIR", e2e_dir())
}

/// Where the files and the pictures of the walk are.
fn e2e_dir() -> PathBuf {
    target_dir().join("e2e")
}

/// Builds the command that has the page in it, and returns its path.
pub(crate) fn build_command(args: &[&str]) -> Result<PathBuf> {
    cargo().arg("build").args(args).run()?;
    let profile = match args.contains(&"--release") {
        true => "release",
        false => "debug",
    };
    let name = format!("npymap{}", env::consts::EXE_SUFFIX);
    Ok(target_dir().join(profile).join(name))
}
