//! From what a user typed to an open array.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use npymap::{Array, DType, Error, NpyFile, Npz, OpenOptions, Selection};

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
        match reading.raw() {
            Some(spec) => options.open_raw(path, &spec).map(Self::Npy),
            None => Self::open_with_header(path, &options),
        }
    }

    fn open_with_header(path: &Path, options: &OpenOptions) -> npymap::Result<Self> {
        if let Some((archive, member)) = split_member(path) {
            return options.open_npz(archive)?.member(member).map(Self::Npy);
        }
        if is_zip(path) {
            options.open_npz(path).map(Self::Npz)
        } else {
            options.open(path).map(Self::Npy)
        }
    }

    /// Opens a path that must stand for one array, of which values are wanted.
    pub(crate) fn open_array(path: &Path, reading: &Reading) -> npymap::Result<NpyFile> {
        reading.check_headerless(path)?;
        Self::open(path, reading)?.array()
    }

    /// As [`Input::open_array`], of an array that is not the one that is described as headerless.
    pub(crate) fn open_other(path: &Path, reading: &Reading) -> npymap::Result<NpyFile> {
        let options = OpenOptions::new().max_header_len(reading.max_header);
        Self::open_with_header(path, &options)?.array()
    }

    /// As [`Input::open_array`], to be changed.
    pub(crate) fn open_to_write(path: &Path, reading: &Reading) -> npymap::Result<NpyFile> {
        let options = OpenOptions::new().max_header_len(reading.max_header);
        let options = options.write(true);
        reading.check_headerless(path)?;
        match reading.raw() {
            Some(spec) => options.open_raw(path, &spec),
            None => Self::open_with_header(path, &options)?.array(),
        }
    }

    fn array(self) -> npymap::Result<NpyFile> {
        match self {
            Self::Npy(file) => Ok(file),
            Self::Npz(archive) => Err(archive.ambiguous()),
        }
    }
}

impl Reading {
    /// Fails if the header of a file would be taken for values, by mistake.
    fn check_headerless(&self, path: &Path) -> npymap::Result<()> {
        match header_end(path) {
            Some(end) if self.raw().is_some() && self.raw_offset < end => {
                let what = format!(
                    "is an .npy file, and --raw-dtype takes its header for values: leave it out, or \
                     begin behind the header, with a --raw-offset of {end} or more"
                );
                let error = io::Error::new(io::ErrorKind::InvalidInput, what);
                Err(Error::from(error).at(path))
            }
            _ => Ok(()),
        }
    }
}

/// The part of an array that was asked for.
pub(crate) fn select<'a>(
    file: &'a NpyFile,
    selection: Option<&Selection>,
    view: Option<&DType>,
) -> npymap::Result<Array<'a>> {
    let mut array = file.array();
    if let Some(dtype) = view {
        array = array.view_dtype(dtype.clone())?;
    }
    match selection {
        Some(selection) => array.select(selection),
        None => Ok(array),
    }
}

/// `archive.npz::member`, unless a file has that very name.
///
/// Files as well as members may have `::` in their names: what comes before the first one that
/// leaves the name of a file is the archive.
pub(crate) fn split_member(path: &Path) -> Option<(&Path, &str)> {
    if path.is_file() {
        return None;
    }
    let text = path.to_str()?;
    let splits = text.match_indices("::").map(|(at, colons)| {
        let (archive, rest) = text.split_at(at);
        (
            Path::new(archive),
            rest.strip_prefix(colons).unwrap_or(rest),
        )
    });
    let mut splits = splits.filter(|(archive, _)| !archive.as_os_str().is_empty());
    let first = splits.clone().next();
    splits.find(|(archive, _)| archive.is_file()).or(first)
}

/// Whether a file begins as an archive does; false if it cannot be read, which opening it will say.
pub(crate) fn is_zip(path: &Path) -> bool {
    let magic = first_bytes(path);
    magic.is_ok_and(|magic| matches!(&magic, b"PK\x03\x04" | b"PK\x05\x06"))
}

/// Where the header of a file ends that begins as an `.npy` file does.
fn header_end(path: &Path) -> Option<u64> {
    let first: [u8; 10] = first_bytes(path).ok()?;
    let rest = first.strip_prefix(b"\x93NUMPY")?;
    let &[major, _, low, high] = rest else {
        return None;
    };
    // Version 1 has two bytes for the length, the others have four.
    let len = match major {
        1 => 10 + u64::from(u16::from_le_bytes([low, high])),
        _ => {
            let first: [u8; 12] = first_bytes(path).ok()?;
            let len = first.last_chunk().copied().map_or(0, u32::from_le_bytes);
            12 + u64::from(len)
        }
    };
    Some(len)
}

/// The first bytes of a regular file.
fn first_bytes<const N: usize>(path: &Path) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    // Opening a pipe waits for who writes to it, and reading from it loses what is read.
    if fs::metadata(path)?.is_file() {
        File::open(path)?.read_exact(&mut bytes)?;
    }
    Ok(bytes)
}

/// Whether two paths are names of the same file.
#[cfg(unix)]
pub(crate) fn is_same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path| -> io::Result<_> {
        let metadata = fs::metadata(path)?;
        Ok((metadata.dev(), metadata.ino()))
    };
    matches!((identity(a), identity(b)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(not(unix))]
pub(crate) fn is_same_file(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| -> io::Result<_> { path.canonicalize() };
    matches!((real(a), real(b)), (Ok(a), Ok(b)) if a == b)
}
