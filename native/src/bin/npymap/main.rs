//! The command `npymap`: looks into NumPy arrays of any size without loading them.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

mod append;
mod args;
mod convert;
mod create;
mod diff;
mod info;
mod input;
mod json;
mod output;
mod pack;
mod progress;
#[cfg(feature = "serve")]
mod serve;
mod set;
mod show;
mod slice;
mod stats;
mod unpack;

#[cfg(unix)]
use std::sync::Arc;
use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{CommandFactory, Parser};

use npymap::{ErrorKind, core::ErrorKind as FormatErrorKind};

use args::{Arguments, Command};
use npymap::core::literal::LiteralError;

/// What ends a command before it is done.
enum Failure {
    /// The data or the file system said no: what, and where.
    Said(npymap::Error),
    /// The same, and what may help.
    Hinted(npymap::Error, &'static str),
    /// Several inputs, of which some failed; what was wrong was printed already.
    Printed,
    /// Standard output could not be written.
    Output(io::Error),
    /// There is no temporary file.
    Temporary(io::Error),
    /// Nothing can be served, and why.
    Serve(String),
    /// A text is no value. The command line was checked for that.
    Value(LiteralError),
}

/// Has a write beyond the limit on the size of files (`ulimit -f`) fail, as on a full disk, where it
/// would end the process.
#[cfg(unix)]
fn be_told_of_too_large_files() {
    // Without a handler, what the system does is no worse than for any other program.
    let _ = signal_hook::flag::register(libc::SIGXFSZ, Arc::default());
}

fn main() -> ExitCode {
    #[cfg(unix)]
    be_told_of_too_large_files();
    let outcome = match Arguments::parse().command {
        Command::Completions { shell } => {
            let mut command = Arguments::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "npymap", &mut script);
            print(&script)
        }
        Command::Info(arguments) => info::run(&arguments),
        Command::Pack(arguments) => pack::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
        Command::Slice(arguments) => slice::run(&arguments),
        Command::Stats(arguments) => stats::run(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Unpack(arguments) => unpack::run(&arguments),
        Command::Create(arguments) => create::run(&arguments),
        Command::Set(arguments) => set::run(&arguments),
        Command::Append(arguments) => append::run(&arguments),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => serve::run(&arguments),
        #[cfg(not(feature = "serve"))]
        Command::Serve(_) => Err(Failure::Serve(
            "this npymap was built without it: cargo install --path native --features serve builds \
             one with it"
                .into(),
        )),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough.
        Err(Failure::Output(e)) if e.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Output(e)) => {
            eprintln!("npymap: standard output: {e}");
            ExitCode::FAILURE
        }
        Err(Failure::Temporary(e)) => {
            eprintln!("npymap: temporary file: {e}");
            ExitCode::FAILURE
        }
        Err(Failure::Serve(why)) => {
            eprintln!("npymap: serve: {why}");
            ExitCode::FAILURE
        }
        Err(Failure::Value(e)) => {
            eprintln!("npymap: value: {e}");
            ExitCode::FAILURE
        }
        Err(Failure::Said(e)) => {
            eprintln!("{}", message(&e));
            ExitCode::FAILURE
        }
        Err(Failure::Hinted(e, hint)) => {
            eprintln!("{}{hint}", message(&e));
            ExitCode::FAILURE
        }
        Err(Failure::Printed) => ExitCode::FAILURE,
    }
}

/// What is said of an error, in one line.
fn message(error: &npymap::Error) -> String {
    let hint = match error.kind() {
        ErrorKind::Format(format) => match format.kind() {
            FormatErrorKind::TooLarge {
                what: "the header", ..
            } => "; --max-header raises it",
            _ => "",
        },
        _ => "",
    };
    format!("npymap: {error}{hint}")
}

/// Writes to standard output.
fn print(text: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text)
        .and_then(|()| out.flush())
        .map_err(Failure::Output)
}

impl From<npymap::Error> for Failure {
    fn from(e: npymap::Error) -> Self {
        Self::Said(e)
    }
}
