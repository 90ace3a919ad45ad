//! By paths, which are looked up, compared and then opened.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{Entry, Relative, Version};

/// The real path of a directory.
pub(in super::super) struct Root(PathBuf);

impl Root {
    pub(in super::super) fn open(path: &Path) -> io::Result<Self> {
        fs::read_dir(path)?;
        Ok(Self(path.canonicalize()?))
    }

    /// Opens a regular file. What leads out of the directory, or to what is no regular file, is
    /// [`io::ErrorKind::NotFound`], as is what is not there.
    pub(in super::super) fn open_file(&self, path: &Relative) -> io::Result<File> {
        let real = self.0.join(path.as_path()).canonicalize()?;
        if !real.starts_with(&self.0) || !fs::symlink_metadata(&real)?.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        File::open(real)
    }

    /// Hands on what stands in a directory, in no order, until told to stop.
    pub(in super::super) fn entries(
        &self,
        path: &Relative,
        mut each: impl FnMut(Option<Entry>) -> bool,
    ) -> io::Result<()> {
        for entry in fs::read_dir(self.0.join(path.as_path()))? {
            let entry = entry?;
            let known = path.join(&entry.file_name());
            let known = known.and_then(|path| {
                let metadata = entry.metadata().ok()?;
                match () {
                    () if metadata.is_dir() => Some(Entry::Directory(path)),
                    () if metadata.is_file() && path.is_served() => {
                        Some(Entry::File(path, Version::from_metadata(&metadata)))
                    }
                    () => None,
                }
            });
            if !each(known) {
                break;
            }
        }
        Ok(())
    }
}
