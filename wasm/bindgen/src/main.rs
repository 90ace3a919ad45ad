//! The tools of wasm-bindgen, in the version that the crate of the library is pinned to:
//! `npymap-bindgen glue ARGS` is `wasm-bindgen ARGS`, `npymap-bindgen test ARGS` is
//! `wasm-bindgen-test-runner ARGS`. `cargo xtask npm` and `cargo xtask wasm-test` run them.

use std::{env, ffi::OsString, process::ExitCode};

use wasm_bindgen_cli::{wasm_bindgen, wasm_bindgen_test_runner};

fn main() -> ExitCode {
    // The first argument of a tool is its own name.
    let tool: Vec<OsString> = env::args_os().skip(1).collect();
    let result = match tool.first().and_then(|name| name.to_str()) {
        Some("glue") => wasm_bindgen::run_cli_with_args(tool),
        Some("test") => wasm_bindgen_test_runner::run_cli_with_args(tool),
        _ => {
            eprintln!("usage: npymap-bindgen glue|test ARGS");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:?}");
            ExitCode::FAILURE
        }
    }
}
