//! Where arrays and archives are written to.

use std::{
    fs,
    io::{self, IsTerminal, Stdout},
    path::Path,
};

use npymap::{Error, ErrorKind};

use crate::{
    Failure,
    input::{is_same_file, is_zip, split_member},
};

/// Refuses to replace an archive by an array: the name of one is one letter away from that of the
/// other.
pub(crate) fn check_array(path: &Path) -> Result<(), Failure> {
    check_name(path)?;
    match is_replaced(path) && is_zip(path) {
        true => refuse(
            path,
            "is an archive, which no array replaces: remove it first",
        ),
        false => Ok(()),
    }
}

/// Refuses to replace anything but an archive, or a file without bytes, by an archive.
pub(crate) fn check_archive(path: &Path) -> Result<(), Failure> {
    check_name(path)?;
    let is_empty = fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0);
    match is_replaced(path) && !is_empty && !is_zip(path) {
        true => refuse(
            path,
            "is no archive, and no archive replaces it: remove it first",
        ),
        false => Ok(()),
    }
}

/// Refuses a new file of the name that a member of an archive has here: it would be read in place of
/// the member.
pub(crate) fn check_name(path: &Path) -> Result<(), Failure> {
    match split_member(path) {
        Some((archive, _)) if is_zip(archive) => refuse(
            path,
            "names a member of an archive: pack --update writes those",
        ),
        _ => Ok(()),
    }
}

/// Whether writing to a path would replace a file that is there.
fn is_replaced(path: &Path) -> bool {
    let is_open = ["/dev/stdout", "/dev/stderr"].map(Path::new);
    path.is_file() && !is_open.iter().any(|open| is_same_file(path, open))
}

fn refuse(path: &Path, what: &str) -> Result<(), Failure> {
    let error = Error::from(io::Error::new(io::ErrorKind::AlreadyExists, what));
    Err(Failure::Said(error.at(path)))
}

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
