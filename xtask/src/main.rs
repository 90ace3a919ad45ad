//! Every chore of this repository. People and CI run the same ones: `cargo xtask help`.

mod browsers;
mod ci;
mod demo;
mod instructions;
mod npm;
mod numpy;
mod page;
mod shell;
mod targets;
mod test;
mod toolchain;
mod web;

use std::{env, process::ExitCode};

use crate::{shell::Result, test::Without};

const HELP: &str = "\
cargo xtask <chore>

  demo [--open] [--port N]
                       build everything, and show some arrays in the inspector
  test [--no-numpy] [--no-browsers]
                       everything that proves the code right: tests of every crate and its docs,
                       other targets, the fuzz corpus, the npm package in Node.js, in browsers and
                       in bundlers, the vectors, NumPy against the command
  ci [--no-numpy] [--no-browsers]
                       format, clippy, docs, licences of dependencies, then `test`

  targets              build or check for embedded, Windows, macOS and AArch64; test on 32-bit wasm
  vectors [--check]    make the test vectors again with NumPy, or see that nothing would change
  differential [--seed N] [--count N]
                       random arrays and selections: the command against NumPy
  instructions [--update]
                       what opening an array costs, counted by valgrind, against or into
                       tests/instructions.json
  miri                 core's tests under Miri: x86-64, 32-bit x86 and big-endian s390x, with
                       fewer cases
  fuzz TARGET [ARGS]   fuzz with libFuzzer, e.g. `fuzz header -max_total_time=60`
  npm                  build the npm package into wasm/dist
  npm-test             build it and run its tests, those in browsers and with NumPy too
  wasm-test [ENGINE]   the tests of its Rust side, in node, chromium, firefox or all of them
  page [--test]        build the inspector into web-demo/dist; and test what of it needs no browser
  walk                 build it, and walk through it with Chromium, Firefox, WebKit and Lighthouse
  screenshots          take the pictures in docs/ from the running page, those that the walk compares
                       with, and others below target/e2e
  compare [ARGS]       speed, side by side with NumPy and other crates; `compare npm`: the npm package,
                       beside other readers in Node.js and Chromium; `compare page`: waiting times

NumPy comes from a virtual environment that is made under target/; --no-numpy leaves out what
needs it. Browsers come from the system, installed where it is Debian and root may; --no-browsers
leaves out what needs them. The last ones are for when you work on what they test; `test` runs the first three of them.
";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let Some((&chore, rest)) = args.split_first() else {
        return Err(format!("no chore given\n\n{HELP}"));
    };
    match (chore, rest) {
        ("test", _) => test::all(without(rest)?),
        ("ci", _) => ci::all(without(rest)?),
        ("targets", []) => targets::all(),
        ("vectors", _) => numpy::vectors(flag(rest, "--check")?),
        ("differential", _) => numpy::differential(rest),
        ("instructions", _) => instructions::count(flag(rest, "--update")?),
        ("miri", []) => toolchain::miri(),
        ("fuzz", [target, rest @ ..]) => toolchain::fuzz(target, rest),
        ("fuzz", []) => Err(format!(
            "name a target: {}",
            toolchain::fuzz_targets()?.join(", ")
        )),
        ("compare", ["npm", rest @ ..]) => web::compare(rest),
        ("compare", ["page"]) => page::timings(&numpy::python()?),
        ("compare", _) => numpy::compare(rest),
        ("npm-test", _) => web::all(without(rest)?),
        ("npm", []) => npm::build(),
        ("page", []) => page::build(),
        ("page", ["--test"]) => page::build().and_then(|()| page::test()),
        ("demo", _) => demo::run(rest),
        ("walk", []) => page::build_and_walk(&numpy::python()?),
        ("screenshots", []) => page::screenshots(&numpy::python()?),
        ("wasm-test", []) => npm::test_rust(&npm::Engine::ALL),
        ("wasm-test", [engine]) => npm::test_rust(&[npm::Engine::named(engine)?]),
        ("help" | "--help" | "-h", _) => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown chore: {}\n\n{HELP}", args.join(" "))),
    }
}

/// What the arguments leave out.
fn without(args: &[&str]) -> Result<Without> {
    let mut without = Without::default();
    for arg in args {
        match *arg {
            "--no-numpy" => without.numpy = true,
            "--no-browsers" => without.browsers = true,
            _ => return Err(format!("unexpected argument: {arg}\n\n{HELP}")),
        }
    }
    Ok(without)
}

/// Whether the only argument allowed was given.
fn flag(args: &[&str], name: &str) -> Result<bool> {
    match args {
        [] => Ok(false),
        [arg] if *arg == name => Ok(true),
        _ => Err(format!(
            "unexpected arguments: {}\n\n{HELP}",
            args.join(" ")
        )),
    }
}
