//! By file descriptors: no path is ever looked up twice, so nothing can change in between.

use std::{
    ffi::OsStr,
    fs::File,
    io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::Path,
};

use rustix::{
    fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat},
    io::Errno,
};

use super::{Entry, Relative, Version};

/// An open directory: it is served wherever it is moved.
pub(in super::super) struct Root(OwnedFd);

const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);
/// Pipes and devices, should one take the place of a file at the wrong moment, do not block.
const FILE: OFlags = OFlags::RDONLY
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

impl Root {
    pub(in super::super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(rustix::fs::open(path, DIRECTORY, Mode::empty())?))
    }

    /// Opens a regular file. What leads out of the directory, or to what is no regular file, is
    /// [`io::ErrorKind::NotFound`], as is what is not there.
    pub(in super::super) fn open_file(&self, path: &Relative) -> io::Result<File> {
        let file = File::from(beneath(&self.0, path, FILE).map_err(not_found)?);
        match file.metadata()?.is_file() {
            true => Ok(file),
            false => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Hands on what stands in a directory, in no order, until told to stop.
    pub(in super::super) fn entries(
        &self,
        path: &Relative,
        mut each: impl FnMut(Option<Entry>) -> bool,
    ) -> io::Result<()> {
        let flags = DIRECTORY | OFlags::NOFOLLOW;
        let directory = if path.names().next().is_none() {
            rustix::fs::openat(&self.0, ".", flags, Mode::empty())
        } else {
            beneath(&self.0, path, flags)
        };
        let directory = directory.map_err(not_found)?;
        for entry in Dir::read_from(&directory)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            let known = path.join(name);
            let known =
                known.and_then(|path| self.entry(&directory, name, path, entry.file_type()));
            if !each(known) {
                break;
            }
        }
        Ok(())
    }

    fn entry(
        &self,
        directory: &OwnedFd,
        name: &OsStr,
        path: Relative,
        mut kind: FileType,
    ) -> Option<Entry> {
        if kind == FileType::Unknown {
            let stat = rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
            kind = FileType::from_raw_mode(stat.st_mode);
        }
        match kind {
            FileType::Directory => Some(Entry::Directory(path)),
            FileType::RegularFile if path.is_served() => {
                let stat = rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
                Some(Entry::File(path, version(&stat)?))
            }
            FileType::Symlink if path.is_served() => {
                let version = Version::of(&self.open_file(&path).ok()?).ok()?;
                Some(Entry::File(path, version))
            }
            _ => None,
        }
    }
}

/// The same as [`Version::from_metadata`].
fn version(stat: &Stat) -> Option<Version> {
    let seconds = i128::from(stat.st_mtime);
    let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    is_file.then_some(Version {
        len: u64::try_from(stat.st_size).unwrap_or(0),
        modified: seconds * 1_000_000_000 + i128::from(stat.st_mtime_nsec),
        id: stat.st_ino,
    })
}

/// Opens what a path leads to, which must be below the directory.
#[cfg(target_os = "linux")]
fn beneath(root: &OwnedFd, path: &Relative, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    use rustix::fs::ResolveFlags;

    let open = |flags| {
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        // Who renames directories meanwhile makes the kernel unsure, and it says so.
        const ATTEMPTS: usize = 16;
        let mut last = Errno::AGAIN;
        for _ in 0..ATTEMPTS {
            match rustix::fs::openat2(root, path.as_path(), flags, Mode::empty(), resolve) {
                Err(Errno::AGAIN) => last = Errno::AGAIN,
                opened => return opened,
            }
        }
        Err(last)
    };
    // Opening a device or a pipe may do something, so it is looked at first.
    let looked_at = match flags.contains(OFlags::DIRECTORY) {
        true => return or_by_steps(open(flags), root, path, flags),
        false => open(OFlags::PATH | OFlags::CLOEXEC),
    };
    match looked_at {
        Ok(place) => {
            let stat = rustix::fs::fstat(&place)?;
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => or_by_steps(open(flags), root, path, flags),
                _ => Err(Errno::NOENT),
            }
        }
        unopened => or_by_steps(unopened, root, path, flags),
    }
}

/// Kernels before 5.6 have no `openat2`, and sandboxes may forbid it.
#[cfg(target_os = "linux")]
fn or_by_steps(
    opened: rustix::io::Result<OwnedFd>,
    root: &OwnedFd,
    path: &Relative,
    flags: OFlags,
) -> rustix::io::Result<OwnedFd> {
    match opened {
        Err(Errno::NOSYS | Errno::PERM) => by_steps(root, path, flags),
        opened => opened,
    }
}

#[cfg(not(target_os = "linux"))]
fn beneath(root: &OwnedFd, path: &Relative, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    by_steps(root, path, flags)
}

/// Opens one directory after the other, and follows no symbolic link at all.
fn by_steps(root: &OwnedFd, path: &Relative, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let mut directory = None;
    let mut names = path.names().peekable();
    while let Some(name) = names.next() {
        let at = directory.as_ref().unwrap_or(root).as_fd();
        let is_last = names.peek().is_none();
        let flags = if is_last { flags } else { DIRECTORY };
        if is_last && !flags.contains(OFlags::DIRECTORY) {
            let stat = rustix::fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW)?;
            if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
                return Err(Errno::NOENT);
            }
        }
        let opened = rustix::fs::openat(at, name, flags | OFlags::NOFOLLOW, Mode::empty())?;
        directory = Some(opened);
    }
    directory.ok_or(Errno::NOENT)
}

/// All that comes to the same for who asks: there is no such file in the directory.
fn not_found(error: Errno) -> io::Error {
    match error {
        Errno::LOOP | Errno::XDEV | Errno::NOTDIR | Errno::NAMETOOLONG | Errno::INVAL => {
            io::ErrorKind::NotFound.into()
        }
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    /// The way without `openat2`.
    #[test]
    fn steps_follow_no_link_and_open_no_pipe() {
        let outside = tempfile::tempdir().unwrap();
        let served = outside.path().join("served");
        fs::create_dir_all(served.join("a/b")).unwrap();
        fs::write(outside.path().join("secret.npy"), "secret").unwrap();
        fs::write(served.join("a/b/x.npy"), "served").unwrap();
        symlink("../secret.npy", served.join("out.npy")).unwrap();
        symlink("a/b/x.npy", served.join("in.npy")).unwrap();
        symlink("a", served.join("link")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            served.join("pipe.npy"),
            FileType::Fifo,
            Mode::RUSR | Mode::WUSR,
            0,
        )
        .unwrap();
        let root = Root::open(&served).unwrap();
        let open = |path| by_steps(&root.0, &Relative::from_url(path).unwrap(), FILE);
        let found = io::read_to_string(File::from(open("a/b/x.npy").unwrap())).unwrap();
        assert_eq!(found, "served");
        for path in [
            "out.npy",
            "in.npy",
            "link/b/x.npy",
            "pipe.npy",
            "a",
            "a/b/x.npy/y",
        ] {
            let error = not_found(open(path).unwrap_err());
            assert_eq!(error.kind(), io::ErrorKind::NotFound, "{path}");
        }
    }
}
