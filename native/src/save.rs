//! Writes an array to a new file, whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use npymap_core::{Order, header};
use tempfile::NamedTempFile;

use crate::{
    array::Array,
    disk::write_all_at,
    error::{Error, Result},
    transfer,
};

impl Array<'_> {
    /// Writes the values to a new `.npy` file in C order, with the dtype and the byte order they
    /// have: what `np.save(path, np.ascontiguousarray(array))` writes.
    ///
    /// The file appears, or replaces another, when it is complete and on the disk; until then it
    /// has another name in the same directory, and if anything fails it is removed. Memory stays
    /// bounded, whatever the size of the array. What is no regular file, a pipe or a device, is
    /// written directly.
    ///
    /// # Errors
    ///
    /// If the array cannot be read, or the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.save_with_progress(path, |_| ())
    }

    /// As [`Array::save`], telling after each piece how many bytes of values were written so far.
    ///
    /// # Errors
    ///
    /// As [`Array::save`].
    pub fn save_with_progress(
        &self,
        path: impl AsRef<Path>,
        progress: impl FnMut(u64),
    ) -> Result<()> {
        if self.dtype().has_object() {
            return Err(self.source().name(npymap_core::ErrorKind::ObjectDType));
        }
        let path = path.as_ref();
        let header = header::write(self.dtype(), self.shape(), Order::C)
            .map_err(|e| self.source().name(e))?;
        self.source().check()?;
        let name = |e: io::Error| Error::new(e).at(path);
        match Target::of(path).map_err(name)? {
            Target::File(real) => {
                let temporary = Temporary::beside(&real).map_err(name)?;
                write_all_at(temporary.0.as_file(), &header, 0).map_err(name)?;
                let start = header.len() as u64;
                transfer::copy(self.source(), self.layout(), progress, |at, run| {
                    write_all_at(temporary.0.as_file(), run, start + at).map_err(name)
                })?;
                temporary.become_file(&real).map_err(name)
            }
            Target::Stream(mut stream) => {
                stream.write_all(&header).map_err(name)?;
                transfer::stream(self.source(), self.layout(), progress, |values| {
                    stream.write_all(values).map_err(name)
                })?;
                stream.flush().map_err(name)
            }
        }
    }
}

/// What stands where a file is to be written.
enum Target {
    /// Nothing, or a regular file; the path with all links followed.
    File(PathBuf),
    /// Something that can only be written to from the start to the end.
    Stream(File),
}

impl Target {
    fn of(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => Ok(Self::File(fs::canonicalize(path)?)),
            Ok(metadata) if metadata.is_dir() => Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "is a directory",
            )),
            Ok(_) => Ok(Self::Stream(File::options().write(true).open(path)?)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => match fs::read_link(path) {
                // A link to what is not there yet. Links in a circle are another kind of error.
                Ok(link) => Self::of(&directory_of(path).join(link)),
                Err(_) => Ok(Self::File(path.to_owned())),
            },
            Err(e) => Err(e),
        }
    }
}

/// A file that is removed unless it becomes the one it stands beside.
struct Temporary(NamedTempFile);

impl Temporary {
    fn beside(path: &Path) -> io::Result<Self> {
        // Opened here and not by `tempfile`, whose files only their owner may read, and whose errors
        // name the temporary path.
        let temporary = tempfile::Builder::new()
            .prefix(".npymap-")
            .suffix(".tmp")
            .make_in(directory_of(path), |temporary| {
                File::options().write(true).create_new(true).open(temporary)
            })?;
        if let Ok(metadata) = fs::metadata(path) {
            temporary
                .as_file()
                .set_permissions(metadata.permissions())?;
        }
        Ok(Self(temporary))
    }

    fn become_file(self, path: &Path) -> io::Result<()> {
        self.0.as_file().sync_all()?;
        self.0.persist(path)?;
        // Without it a power cut could undo the renaming. Windows cannot open directories.
        #[cfg(unix)]
        File::open(directory_of(path))?.sync_all()?;
        Ok(())
    }
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
