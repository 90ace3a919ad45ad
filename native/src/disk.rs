//! A file read by position: no cursor, so many threads can read at once.

use std::{
    fs::{File, Metadata},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use npymap_core::ErrorKind;

use crate::error::{Error, Result};

/// An open regular file, its path, and what it was when it was opened.
#[derive(Debug)]
pub(crate) struct Disk {
    file: File,
    path: PathBuf,
    opened: Metadata,
}

impl Disk {
    /// Opens a file for reading. What has no size, a directory, a pipe or a device, is refused.
    pub(crate) fn open(path: &Path) -> Result<Arc<Self>> {
        let open = || {
            let file = File::open(path)?;
            let opened = file.metadata()?;
            let what = match () {
                () if opened.is_file() => return Ok((file, opened)),
                () if opened.is_dir() => "is a directory",
                () => "is not a regular file",
            };
            Err(io::Error::new(io::ErrorKind::InvalidInput, what))
        };
        let (file, opened) = open().map_err(|e| Error::new(e).at(path))?;
        Ok(Arc::new(Self {
            file,
            path: path.to_owned(),
            opened,
        }))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// What the file was when it was opened.
    pub(crate) fn opened(&self) -> &Metadata {
        &self.opened
    }

    /// The size of the file when it was opened.
    pub(crate) fn len(&self) -> u64 {
        self.opened.len()
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

#[cfg(unix)]
fn read_once(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_once(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    // Moves the cursor of the handle, on which nothing here relies.
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
