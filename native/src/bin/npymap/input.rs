//! From what a user typed to an open array.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use npymap::{Array, NpyFile, Npz, OpenOptions, Selection};

use crate::args::Reading;

/// What a path stands for.
pub(crate) enum Input {
    Npy(NpyFile),
    Npz(Npz),
}

impl Input {
    /// Opens a path: a file, an archive, or a member of one.
    pub(crate) fn open(path: &Path, reading: &Reading) -> npymap::Result<Self> {
        let options = OpenOptions::new().max_header_len(reading.max_header);
        if let Some(spec) = reading.raw() {
            return NpyFile::open_raw(path, &spec).map(Self::Npy);
        }
        if let Some((archive, member)) = split_member(path) {
            return options.open_npz(archive)?.member(member).map(Self::Npy);
        }
        if is_zip(path) {
            options.open_npz(path).map(Self::Npz)
        } else {
            options.open(path).map(Self::Npy)
        }
    }

    /// Opens a path that must stand for one array.
    pub(crate) fn open_array(path: &Path, reading: &Reading) -> npymap::Result<NpyFile> {
        match Self::open(path, reading)? {
            Self::Npy(file) => Ok(file),
            Self::Npz(archive) => Err(archive.ambiguous()),
        }
    }
}

/// The part of an array that was asked for.
pub(crate) fn select<'a>(
    file: &'a NpyFile,
    selection: Option<&Selection>,
    reading: &Reading,
) -> npymap::Result<Array<'a>> {
    let select = || {
        let mut array = file.array();
        if let Some(dtype) = &reading.view {
            array = array.view_dtype(dtype.clone())?;
        }
        match selection {
            Some(selection) => array.select(selection),
            None => Ok(array),
        }
    };
    select()
}

/// `archive.npz::member`, unless a file has that very name. Members may have a `::` in their
/// names, and so may archives: the first one behind a file counts.
fn split_member(path: &Path) -> Option<(&Path, &str)> {
    if path.exists() {
        return None;
    }
    let text = path.to_str()?;
    let splits = text
        .match_indices("::")
        .filter(|(at, _)| *at > 0)
        .map(|(at, mark)| (Path::new(&text[..at]), &text[at + mark.len()..]));
    let file = splits.clone().find(|(archive, _)| archive.is_file());
    file.or_else(|| splits.last())
}

/// Whether a file begins as an archive does; false if it cannot be read, which opening it will say.
fn is_zip(path: &Path) -> bool {
    let first_bytes = || -> io::Result<[u8; 4]> {
        let mut magic = [0; 4];
        // To open a pipe would be to wait for someone who writes to it.
        if path.metadata()?.is_file() {
            File::open(path)?.read_exact(&mut magic)?;
        }
        Ok(magic)
    };
    first_bytes().is_ok_and(|magic| matches!(&magic, b"PK\x03\x04" | b"PK\x05\x06"))
}
