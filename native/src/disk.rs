//! A file read by position: no cursor, so many threads can read at once.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Seek, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use npymap_core as core;

use crate::{
    error::{Error, ErrorKind, Result},
    options::{Lock, OpenOptions},
};

/// How much is read and worked on at a time where bytes pass through: it stays in the cache.
pub(crate) const PIECE: usize = 256 << 10;

/// An open regular file, its path, and its size when it was opened.
#[derive(Debug)]
pub(crate) struct Disk {
    file: File,
    path: PathBuf,
    len: u64,
    is_writable: bool,
    is_locked: bool,
}

impl Disk {
    /// Opens a file, and locks it if that is wanted. What has no size, a directory, a pipe or a
    /// device, is refused.
    pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Arc<Self>> {
        let lock = options.wanted_lock();
        let mut how = File::options();
        how.read(true).write(options.write);
        let open = || {
            let mut file = open_at_once(path, &how)?;
            // Before anything is found out that a writer could change.
            if let Some(lock) = lock {
                take_lock(&file, lock)?;
                // Who had the lock until now may have replaced the file.
                while !is_at(&file, path)? {
                    file = open_at_once(path, &how)?;
                    take_lock(&file, lock)?;
                }
            }
            let len = len_of(&mut file)?;
            Ok((file, len))
        };
        let (file, len) = open().map_err(|e: Error| e.at(path))?;
        Ok(Arc::new(Self {
            file,
            path: path.to_owned(),
            len,
            is_writable: options.write,
            is_locked: lock.is_some(),
        }))
    }

    /// A file that somebody has opened for reading, and calls by a name.
    pub(crate) fn opened(mut file: File, name: &Path) -> Result<Arc<Self>> {
        let len = len_of(&mut file).map_err(|e| e.at(name))?;
        Ok(Arc::new(Self {
            file,
            path: name.to_owned(),
            len,
            is_writable: false,
            is_locked: false,
        }))
    }

    /// A file that was just made.
    pub(crate) fn created(file: File, path: PathBuf, len: u64, is_locked: bool) -> Arc<Self> {
        Arc::new(Self {
            file,
            path,
            len,
            is_writable: true,
            is_locked,
        })
    }

    /// Whether it was opened for writing.
    pub(crate) fn is_writable(&self) -> bool {
        self.is_writable
    }

    /// Whether others are kept out as long as it is open.
    pub(crate) fn is_locked(&self) -> bool {
        self.is_locked
    }

    /// A file without a name that holds a part of the file with this path, inflated.
    pub(crate) fn inflated(file: File, path: &Path, len: u64) -> Self {
        Self {
            file,
            path: path.to_owned(),
            len,
            is_writable: false,
            is_locked: false,
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
        Err(self.name(core::ErrorKind::Truncated {
            what: "the file",
            expected: offset + buffer.len() as u64,
            found: offset + found as u64,
        }))
    }

    /// Writes all bytes, the first one at an offset.
    pub(crate) fn write_all_at(&self, bytes: &[u8], offset: u64) -> Result<()> {
        write_all_at(&self.file, bytes, offset).map_err(|e| self.name(e))
    }

    /// Makes the file longer, with zeros, or shorter.
    pub(crate) fn set_len(&self, len: u64) -> Result<()> {
        self.file.set_len(len).map_err(|e| self.name(e))
    }

    /// Waits until all that was written is on the disk, with what is needed to find it.
    pub(crate) fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(|e| self.name(e))
    }

    /// An error about this file.
    #[cold]
    pub(crate) fn name(&self, error: impl Into<Error>) -> Error {
        error.into().at(&self.path)
    }
}

/// The size of a regular file.
fn len_of(file: &mut File) -> Result<u64> {
    // A third of the price of asking for all metadata. Nothing relies on the cursor.
    let len = file.seek(SeekFrom::End(0));
    let metadata = match len {
        // Devices and empty files have no end, directories one beyond all files.
        Ok(len) if (1..1 << 62).contains(&len) => return Ok(len),
        _ => file.metadata()?,
    };
    let what = match () {
        () if metadata.is_file() => return Ok(metadata.len()),
        () if metadata.is_dir() => "is a directory",
        () => "is not a regular file",
    };
    Err(io::Error::new(io::ErrorKind::InvalidInput, what).into())
}

/// Locks a file, or fails at once.
pub(crate) fn take_lock(file: &File, lock: Lock) -> Result<()> {
    let taken = match lock {
        Lock::Exclusive => file.try_lock(),
        Lock::Shared => file.try_lock_shared(),
    };
    taken.map_err(|e| match e {
        TryLockError::WouldBlock => ErrorKind::Locked { wanted: lock }.into(),
        TryLockError::Error(e) => ErrorKind::NotLockable(e).into(),
    })
}

/// Whether the file still stands where it was opened. Windows lets nobody replace an open file.
pub(crate) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (opened, named) = (file.metadata()?, fs::metadata(path)?);
        Ok((opened.dev(), opened.ino()) == (named.dev(), named.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        Ok(true)
    }
}

/// Locks the file of a name, if there is one, for as long as the result lives: who writes to it
/// would write to what nobody sees, once another file has its name.
pub(crate) fn lock_if_there(path: &Path) -> Result<Option<File>> {
    // Network file systems lock for writers only what is open for writing. What the file is, and
    // whether it can be replaced, shows when it is.
    let open = || {
        let written = open_at_once(path, File::options().read(true).write(true));
        written.or_else(|_| open_at_once(path, File::options().read(true)))
    };
    while let Ok(file) = open() {
        lock_if_possible(&file)?;
        // Who had the lock until now may have replaced the file.
        if is_at(&file, path).unwrap_or(false) {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// Fails if a file may not be written to, though a rename could replace it.
pub(crate) fn refuse_protected(path: &Path) -> io::Result<()> {
    match open_at_once(path, File::options().write(true)) {
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => Err(e),
        // What else is wrong shows when it matters.
        _ => Ok(()),
    }
}

/// Locks a file for a writer, or fails at once. Where there are no locks, there is nothing to keep
/// to.
pub(crate) fn lock_if_possible(file: &File) -> Result<()> {
    match take_lock(file, Lock::Exclusive) {
        Err(e) if matches!(e.kind(), ErrorKind::NotLockable(_)) => Ok(()),
        locked => locked,
    }
}

/// Takes room on the disk for all of a file.
pub(crate) fn preallocate(file: &File, len: u64) -> io::Result<()> {
    if len == 0 {
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    match rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), 0, len) {
        // The file system has no such thing.
        Err(rustix::io::Errno::OPNOTSUPP) => {}
        taken => return Ok(taken?),
    }
    // What is written has room.
    let zeros = vec![0; 1 << 20];
    let mut at = 0;
    while at < len {
        let n = (len - at).min(zeros.len() as u64);
        write_all_at(file, &zeros[..n as usize], at)?;
        at += n;
    }
    Ok(())
}

/// Whether parts of a file may have no room on the disk. What is not known is taken for a yes.
#[cfg(unix)]
pub(crate) fn has_holes(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    // Of 512 bytes each, whatever the file system.
    let holds_all = |metadata: fs::Metadata| metadata.blocks() * 512 >= metadata.len();
    !file.metadata().is_ok_and(holds_all)
}

#[cfg(not(unix))]
pub(crate) fn has_holes(_: &File) -> bool {
    true
}

/// Takes room on the disk for a range of a file, whose size stays what it is.
pub(crate) fn reserve(file: &File, offset: u64, len: u64) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        let flags = rustix::fs::FallocateFlags::KEEP_SIZE;
        match rustix::fs::fallocate(file, flags, offset, len) {
            Err(rustix::io::Errno::OPNOTSUPP) => {}
            taken => return Ok(taken?),
        }
    }
    let _ = (file, offset, len);
    Ok(())
}

/// Begins to write what was written to a range of a file to the disk, and does not wait. Nothing is
/// promised.
pub(crate) fn write_back(file: &File, range: Range<u64>) {
    // The call is about memory that is needed no more. It begins to write, and gives back only what
    // is on the disk already, which is next to nothing of what was written just now.
    #[cfg(target_os = "linux")]
    if let Some(len) = std::num::NonZeroU64::new(range.end - range.start) {
        let _ = rustix::fs::fadvise(file, range.start, Some(len), rustix::fs::Advice::DontNeed);
    }
    let _ = (file, range);
}

/// Opens a file. A pipe to which nobody writes does not make it wait.
#[cfg(unix)]
fn open_at_once(path: &Path, options: &fs::OpenOptions) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    match options.clone().custom_flags(libc::O_NONBLOCK).open(path) {
        // Another process holds a lease on a regular file, and will give it up.
        Err(e) if e.kind() == io::ErrorKind::WouldBlock => options.open(path),
        file => file,
    }
}

#[cfg(not(unix))]
fn open_at_once(path: &Path, options: &fs::OpenOptions) -> io::Result<File> {
    options.open(path)
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

#[cfg(unix)]
pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(windows)]
pub(crate) fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => {
                bytes = &bytes[n..];
                offset += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
