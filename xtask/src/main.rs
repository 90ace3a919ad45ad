//! Every chore of this repository. People and CI run the same ones: `cargo xtask help`.

mod ci;
mod instructions;
mod npm;
mod numpy;
mod shell;
mod targets;
mod test;
mod toolchain;

use std::{env, process::ExitCode};

use crate::shell::Result;

const HELP: &str = "\
cargo xtask <chore>

  test [--no-numpy]    everything that proves the code right: tests of every crate and its docs,
                       other targets, the fuzz corpus, the vectors, NumPy against the command
  ci [--no-numpy]      format, clippy, docs, licences of dependencies, then `test`

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
  wasm-test [ENGINE]   the tests of its Rust side, in node, chromium, firefox or all of them
  compare [ARGS]       speed, side by side with NumPy and other crates

NumPy comes from a virtual environment that is made under target/; --no-numpy leaves out what
needs it. The last six are for when you work on what they test; `test` runs the first three of them.
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
        ("test", _) => test::all(flag(rest, "--no-numpy")?),
        ("ci", _) => ci::all(flag(rest, "--no-numpy")?),
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
        ("compare", _) => numpy::compare(rest),
        ("npm", []) => npm::build(),
        ("wasm-test", []) => npm::test_rust(&npm::Engine::ALL),
        ("wasm-test", [engine]) => npm::test_rust(&[npm::Engine::named(engine)?]),
        ("help" | "--help" | "-h", _) => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown chore: {}\n\n{HELP}", args.join(" "))),
    }
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
