//! Arrays on standard output.

use std::io::{self, IsTerminal, Stdout};

use npymap::{Error, ErrorKind};

use crate::Failure;

/// Standard output, if it is not a terminal.
pub(crate) fn open() -> Result<Stdout, Failure> {
    let out = io::stdout();
    if out.is_terminal() {
        let refusal = "is a terminal, to which no array is written";
        return Err(Failure::Output(io::Error::other(refusal)));
    }
    Ok(out)
}

/// An error while writing to it: one that names no file is its own.
pub(crate) fn failure(error: Error) -> Failure {
    match error.kind() {
        ErrorKind::Io(e) if error.path().is_none() => {
            Failure::Output(io::Error::new(e.kind(), e.to_string()))
        }
        _ => Failure::Said(error),
    }
}
