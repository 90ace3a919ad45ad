//! A file read by position: no cursor, so many threads can read at once.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};

use npymap_core::ErrorKind;

use crate::error::{Error, Result};

/// An open regular file, its path, and its size when it was opened.
#[derive(Debug)]
pub(crate) struct Disk {
    file: File,
    path: PathBuf,
    len: u64,
}

impl Disk {
    /// Opens a file for reading. What has no size, a directory, a pipe or a device, is refused.
    pub(crate) fn open(path: &Path) -> Result<Arc<Self>> {
        let open = || {
            let mut file = open_at_once(path)?;
            // A third of the price of asking for all metadata. Nothing relies on the cursor.
            let len = file.seek(SeekFrom::End(0));
            let metadata = match len {
                // Devices and empty files have no end, directories one beyond all files.
                Ok(len) if (1..1 << 62).contains(&len) => return Ok((file, len)),
                _ => file.metadata()?,
            };
            let what = match () {
                () if metadata.is_file() => return Ok((file, metadata.len())),
                () if metadata.is_dir() => "is a directory",
                () => "is not a regular file",
            };
            Err(io::Error::new(io::ErrorKind::InvalidInput, what))
        };
        let (file, len) = open().map_err(|e| Error::new(e).at(path))?;
        Ok(Arc::new(Self {
            file,
            path: path.to_owned(),
            len,
        }))
    }

    /// A file without a name that holds a part of the file with this path, inflated.
    pub(crate) fn inflated(file: File, path: &Path, len: u64) -> Self {
        Self {
            file,
            path: path.to_owned(),
            len,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// The size of the file when it was opened.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The size of the file now.
    pub(crate) fn len_now(&self) -> Result<u64> {
        Ok(self.file.metadata().map_err(|e| self.name(e))?.len())
    }

    /// Fills the buffer from an offset on, or as much of it as the file has. Returns how much.
    pub(crate) fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            let at = offset + done as u64;
            match read_once(&self.file, &mut buffer[done..], at) {
                Ok(0) => break,
                Ok(n) => done += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(self.name(e)),
            }
        }
        Ok(done)
    }

    /// Fills the buffer from an offset on; a file that ends before is an error that tells where.
    pub(crate) fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> Result<()> {
        let found = self.read_at(buffer, offset)?;
        if found == buffer.len() {
            return Ok(());
        }
        Err(self.name(ErrorKind::Truncated {
            what: "the file",
            expected: offset + buffer.len() as u64,
            found: offset + found as u64,
        }))
    }

    /// An error about this file.
    #[cold]
    pub(crate) fn name(&self, error: impl Into<Error>) -> Error {
        error.into().at(&self.path)
    }
}

/// Opens a file for reading. A pipe to which nobody writes does not make it wait.
#[cfg(unix)]
fn open_at_once(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = File::options()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(path);
    match file {
        // Another process holds a lease on a regular file, and will give it up.
        Err(e) if e.kind() == io::ErrorKind::WouldBlock => File::open(path),
        file => file,
    }
}

#[cfg(not(unix))]
fn open_at_once(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn read_once(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_once(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    // Moves the cursor of the handle, on which nothing here relies.
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
