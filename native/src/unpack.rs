//! The members of an archive as files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use npymap_core::npz::{Member, relative_path};
use tempfile::TempPath;

use crate::{
    disk,
    error::{Error, Result},
    new_file::inherit,
    npz::Npz,
};

impl Npz {
    /// Writes all members to files in a directory, which is made if it is not there.
    ///
    /// Members are written as they are, be they arrays or not; those with slashes in their names
    /// stand in directories of their own. Of several members of the same name, the last one counts.
    /// Sizes and checksums are compared with the archive's.
    ///
    /// All files are complete and on the disk before the first one appears: if a member cannot be
    /// read or there is no room, nothing is changed. Until then they are in a directory
    /// `.npymap-*.tmp` beside their places, which a process that is killed leaves behind.
    ///
    /// No member is written outside the directory, whatever it is called: a name that is absolute
    /// or has `..` or a backslash in it is an error, and so is one that would go through a symbolic
    /// link in the directory, or through what Windows takes for a drive or a device.
    ///
    /// # Errors
    ///
    /// If a file is there already; if a member cannot be read, or not be written to where its name
    /// says.
    ///
    /// ```no_run
    /// npymap::Npz::open("model.npz")?.unpack("model")?;
    /// # Ok::<(), npymap::Error>(())
    /// ```
    pub fn unpack(&self, directory: impl AsRef<Path>) -> Result<()> {
        self.unpack_members(self.members(), directory, false, |_| ())
    }

    /// As [`Npz::unpack`], but some members only, as found in [`Npz::members`]; if it is wanted,
    /// files that are there are replaced, and hand on their permissions. After each piece,
    /// `progress` is told how many bytes were written so far.
    ///
    /// # Errors
    ///
    /// As [`Npz::unpack`]; if somebody has locked a file that would be replaced, which is looked at
    /// before anything is written, and again when it is replaced.
    pub fn unpack_members<'a>(
        &self,
        members: impl IntoIterator<Item = &'a Member>,
        directory: impl AsRef<Path>,
        overwrite: bool,
        progress: impl FnMut(u64),
    ) -> Result<()> {
        let directory = directory.as_ref();
        let mut wanted = BTreeMap::new();
        for member in members {
            let parts = relative_path(member.name(), cfg!(windows));
            let parts = parts.map_err(|e| Error::new(e).at(self.path()))?;
            wanted.insert(parts.iter().collect::<PathBuf>(), member);
        }
        for (path, member) in &wanted {
            check_place(directory, path, member.is_dir(), overwrite)?;
            if !member.is_dir() {
                // Not kept: there may be more of them than files can be open.
                lock(&directory.join(path))?;
            }
        }

        let missing = directory.ancestors().take_while(|directory| {
            let is_named = !directory.as_os_str().is_empty();
            is_named && fs::symlink_metadata(directory).is_err()
        });
        let missing: Vec<_> = missing.collect();
        let done = self.unpack_to(&wanted, directory, overwrite, progress);
        if done.is_err() {
            // What was made for nothing goes again, unless somebody has put something there.
            missing.into_iter().all(|made| fs::remove_dir(made).is_ok());
        }
        done
    }

    fn unpack_to(
        &self,
        wanted: &BTreeMap<PathBuf, &Member>,
        directory: &Path,
        overwrite: bool,
        mut progress: impl FnMut(u64),
    ) -> Result<()> {
        fs::create_dir_all(directory).map_err(|e| Error::new(e).at(directory))?;
        let staging = tempfile::Builder::new()
            .prefix(".npymap-")
            .suffix(".tmp")
            .tempdir_in(directory)
            .map_err(|e| Error::new(io::Error::from(e.kind())).at(directory))?;
        let mut written = 0;
        for (path, member) in wanted.iter().filter(|(_, member)| !member.is_dir()) {
            // Who reads an error knows the place, not where the bytes wait for it.
            let name = |e: io::Error| Error::new(e).at(&directory.join(path));
            let mut file = create(staging.path(), path).map_err(name)?;
            if let Ok(old) = fs::symlink_metadata(directory.join(path)) {
                inherit(&file, &old).map_err(name)?;
            }
            self.each_piece(member, |bytes| {
                file.write_all(bytes).map_err(name)?;
                written += bytes.len() as u64;
                progress(written);
                Ok(())
            })?;
            file.sync_all().map_err(name)?;
        }

        let mut touched = BTreeSet::from([directory.to_owned()]);
        for (path, member) in wanted {
            let place = directory.join(path);
            let name = |e: io::Error| Error::new(e).at(&place);
            make_directories(directory, path, member.is_dir(), &mut touched).map_err(name)?;
            if !member.is_dir() {
                let file = TempPath::try_from_path(staging.path().join(path)).map_err(name)?;
                let _replaced = lock(&place)?;
                let moved = match overwrite {
                    true => file.persist(&place),
                    false => file.persist_noclobber(&place),
                };
                moved.map_err(|e| name(e.error))?;
            }
        }
        // Without it a power cut could undo the naming. Windows cannot open directories.
        #[cfg(unix)]
        for directory in touched {
            let synced = File::open(&directory).and_then(|directory| directory.sync_all());
            synced.map_err(|e| Error::new(e).at(&directory))?;
        }
        Ok(())
    }
}

/// Refuses a place in a directory that cannot be written to, or is not what it seems.
fn check_place(directory: &Path, path: &Path, is_dir: bool, overwrite: bool) -> Result<()> {
    let mut place = directory.to_owned();
    let mut parts = path.iter().peekable();
    while let Some(part) = parts.next() {
        place.push(part);
        let error = |kind, what| Err(Error::new(io::Error::new(kind, what)).at(&place));
        // Not what a link points to: that may be anywhere.
        let metadata = match fs::symlink_metadata(&place) {
            Ok(metadata) => metadata,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(Error::new(e).at(&place)),
        };
        let is_last = parts.peek().is_none();
        if metadata.is_symlink() {
            let what = "is a symbolic link, through which nothing is unpacked";
            return error(io::ErrorKind::InvalidInput, what);
        }
        if metadata.is_dir() && is_last && !is_dir {
            return error(io::ErrorKind::IsADirectory, "is a directory");
        }
        if !metadata.is_dir() && (!is_last || is_dir) {
            return error(io::ErrorKind::NotADirectory, "is not a directory");
        }
        if !metadata.is_dir() && !metadata.is_file() {
            return error(io::ErrorKind::InvalidInput, "is not a regular file");
        }
        if !metadata.is_dir() && !overwrite {
            return error(io::ErrorKind::AlreadyExists, "exists already");
        }
        if !metadata.is_dir() {
            disk::refuse_protected(&place).map_err(|e| Error::new(e).at(&place))?;
        }
    }
    Ok(())
}

/// Keeps out who would write to the file that is replaced, if there is one.
fn lock(place: &Path) -> Result<Option<File>> {
    disk::lock_if_there(place).map_err(|e| e.at(place))
}

/// Creates a file that is not there, and the directories it stands in.
fn create(directory: &Path, path: &Path) -> io::Result<File> {
    let path = directory.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    // Where names differ only in case, two of them may be the same file.
    File::create_new(path)
}

/// Makes the directories of a path that are not there, and notes all of them.
fn make_directories(
    directory: &Path,
    path: &Path,
    is_dir: bool,
    made: &mut BTreeSet<PathBuf>,
) -> io::Result<()> {
    let path = if is_dir { Some(path) } else { path.parent() };
    let mut place = directory.to_owned();
    for part in path.into_iter().flatten() {
        place.push(part);
        if made.contains(&place) {
            continue;
        }
        match fs::create_dir(&place) {
            // Not a link that appeared since: its metadata are looked at again.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                if !fs::symlink_metadata(&place)?.is_dir() {
                    return Err(e);
                }
            }
            made => made?,
        }
        made.insert(place.clone());
    }
    Ok(())
}
