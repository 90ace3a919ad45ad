//! The npm package, and the tests of its Rust side where it will run.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{
    browsers,
    shell::{Cmd, Result, cargo, root, target_dir},
    targets,
};

const TARGET: &str = "wasm32-unknown-unknown";

/// Builds the package into `wasm/dist`.
pub(crate) fn build() -> Result {
    need_node()?;
    let glue = target_dir().join("npm/glue");
    let features = ["--features", "bare"];
    glue_of("npymap-wasm", &features, "no-modules", "npymap", &glue)?;
    install()?;
    let pack = root().join("xtask/pack-npm.mjs");
    Cmd::new("node")
        .arg(&pack)
        .args(["module"])
        .arg(&glue)
        .run()?;
    npm(&["run", "--silent", "build:ts"]).run()?;
    Cmd::new("node").arg(&pack).args(["sizes"]).run()
}

/// Builds a crate for wasm, and the glue around it: `NAME.js` and `NAME_bg.wasm` in a directory.
pub(crate) fn glue_of(
    package: &str,
    features: &[&str],
    target: &str,
    name: &str,
    dir: &Path,
) -> Result {
    targets::install(&[TARGET])?;
    cargo()
        .args(["build", "-p", package, "--lib"])
        .args(features)
        .args(["--profile", "wasm", "--target", TARGET])
        .args(["--config", &rustflags()])
        .run()?;
    let module = format!("wasm/{}.wasm", package.replace('-', "_"));
    Cmd::new(&bindgen()?.to_string_lossy())
        .args(["glue", "--target", target, "--out-name", name, "--out-dir"])
        .arg(dir)
        .arg(target_dir().join(TARGET).join(module))
        .run()
}

/// Less of what makes code fast and large. Functions that are marked `#[inline]` may be larger than
/// others to be inlined, which is what loops over elements need. `cargo xtask compare npm` tells
/// sizes and times: of the package's module, compressed, 9 KB less, and no time that differed. In
/// crates that are compiled for size, such as the painter, they change nothing.
const LESS_CODE: &str =
    "-inline-threshold=5 -inlinehint-threshold=25 -unroll-runtime=false -unroll-threshold=80";

/// What makes modules small, and keeps the places where this machine has its sources out of them,
/// so that they are the same wherever they are built.
fn rustflags() -> String {
    let sysroot = Cmd::new("rustc").args(["--print", "sysroot"]).read();
    let std = sysroot.map(|dir| PathBuf::from(dir).join("lib/rustlib/src/rust"));
    let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"));
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(home?).join(".cargo")));
    let places = [
        (Some(root().to_owned()), "npymap"),
        (cargo_home, "cargo"),
        (std, "rust"),
    ];
    let flags = places.into_iter().filter_map(|(place, name)| {
        let place = place?.to_string_lossy().into_owned();
        Some(format!(
            "\"--remap-path-prefix\", {:?}",
            format!("{place}={name}")
        ))
    });
    let less_code = format!("\"-Cllvm-args={LESS_CODE}\"");
    let flags: Vec<_> = flags.chain([less_code]).collect();
    // They come behind those of .cargo/config.toml.
    format!("target.{TARGET}.rustflags = [{}]", flags.join(", "))
}

/// Where the Rust side is tested.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Engine {
    Node,
    Chromium,
    Firefox,
}

impl Engine {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Node, Self::Chromium, Self::Firefox];

    /// By its name.
    pub(crate) fn named(name: &str) -> Result<Self> {
        match name {
            "node" => Ok(Self::Node),
            "chromium" => Ok(Self::Chromium),
            "firefox" => Ok(Self::Firefox),
            _ => Err(format!(
                "no engine {name}, there are: node, chromium, firefox"
            )),
        }
    }

    /// What drives the browser, and where the test runner looks for its path.
    fn driver(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Node => None,
            Self::Chromium => Some(("chromedriver", "CHROMEDRIVER")),
            Self::Firefox => Some(("geckodriver", "GECKODRIVER")),
        }
    }
}

/// Runs the tests of the Rust side, the conformance table among them.
pub(crate) fn test_rust(engines: &[Engine]) -> Result {
    targets::install(&[TARGET])?;
    let runner = format!("{} test", bindgen()?.display());
    for engine in engines {
        let tests = cargo()
            .args([
                "test",
                "-p",
                "npymap-wasm",
                "--test",
                "*",
                "--target",
                TARGET,
            ])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &runner)
            .env("WASM_BINDGEN_TEST_TIMEOUT", "300");
        match engine.driver() {
            None => tests.run()?,
            Some((program, variable)) => {
                let driver = browsers::find(program)
                    .ok_or_else(|| format!("{program} is needed to run tests in a browser"))?;
                tests
                    .env("WASM_BINDGEN_USE_BROWSER", "1")
                    .env(variable, driver)
                    .run()?;
            }
        }
    }
    Ok(())
}

/// Installs what the package is built and tested with, unless it is there.
pub(crate) fn install() -> Result {
    install_in("wasm")
}

/// Installs what the lock file of a directory names, unless it is there.
pub(crate) fn install_in(dir: &str) -> Result {
    let here = root().join(dir);
    let modified = |path: &str| fs::metadata(here.join(path)).and_then(|m| m.modified());
    match (
        modified("node_modules/.package-lock.json"),
        modified("package-lock.json"),
    ) {
        (Ok(installed), Ok(wanted)) if installed >= wanted => Ok(()),
        _ => npm_in(dir, &["ci", "--no-audit", "--no-fund"]).run(),
    }
}

fn npm(args: &[&str]) -> Cmd {
    npm_in("wasm", args)
}

/// npm, in a directory of the repository.
pub(crate) fn npm_in(dir: &str, args: &[&str]) -> Cmd {
    Cmd::new("npm").args(["--prefix", dir]).args(args)
}

/// The tools of wasm-bindgen, built.
fn bindgen() -> Result<PathBuf> {
    const MANIFEST: &str = "wasm/bindgen/Cargo.toml";
    same_version(MANIFEST)?;
    // Its own directory: it has other dependencies, and is not built for wasm.
    let dir = target_dir().join("bindgen");
    cargo()
        .args(["build", "--quiet", "--locked", "--manifest-path", MANIFEST])
        .args(["--target-dir"])
        .arg(&dir)
        .run()?;
    Ok(dir.join("debug/npymap-bindgen"))
}

/// Glue and library must be of one version.
fn same_version(manifest: &str) -> Result {
    let version = |path: &str, name: &str| {
        let text = fs::read_to_string(root().join(path)).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?.to_owned();
        let (_, rest) = line.split_once("version = \"")?;
        rest.split_once('"').map(|(version, _)| version.to_owned())
    };
    let tools = version(manifest, "wasm-bindgen-cli ");
    let library = version("Cargo.toml", "wasm-bindgen ");
    match (tools, library) {
        (Some(tools), Some(library)) if tools == library => Ok(()),
        versions => Err(format!(
            "{manifest} and Cargo.toml must name the same version of wasm-bindgen, found \
             {versions:?}"
        )),
    }
}

fn need_node() -> Result {
    match Cmd::new("node").arg("--version").read() {
        Some(_) => Ok(()),
        None => Err(
            "Node.js 20 or newer is needed: install it from https://nodejs.org or with \
                     your system's package manager"
                .into(),
        ),
    }
}
