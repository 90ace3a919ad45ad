//! What there is to serve, in bounded time.

use std::{
    collections::VecDeque,
    io,
    time::{Duration, Instant},
};

use super::{
    relative::Relative,
    root::{Entry, Root},
    version::Version,
};

/// Longer lists help nobody, and take long to send.
const MAX_FILES: usize = 10_000;
const MAX_ENTRIES: usize = 1_000_000;
const MAX_DEPTH: usize = 32;
const MAX_TIME: Duration = Duration::from_secs(5);

/// The arrays and archives below a directory.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Walk {
    /// Sorted by path.
    pub(super) files: Vec<(Relative, Version)>,
    /// Why the list is not whole, if it is not.
    pub(super) cut: Option<&'static str>,
    /// How many directories could not be read.
    pub(super) unreadable: usize,
}

impl Walk {
    /// Looks through all directories, the upper ones first, but for those whose names begin with a
    /// dot. Nothing is opened but directories, and links.
    ///
    /// # Errors
    ///
    /// If the directory itself cannot be read. Those below are counted.
    pub(super) fn through(root: &Root) -> io::Result<Self> {
        Self::bounded(root, MAX_FILES, MAX_DEPTH)
    }

    fn bounded(root: &Root, max_files: usize, max_depth: usize) -> io::Result<Self> {
        let end = Instant::now() + MAX_TIME;
        let mut walk = Self::default();
        let mut entries = 0;
        let mut waiting = VecDeque::from([(Relative::default(), 0)]);
        while let Some((directory, depth)) = waiting.pop_front() {
            let read = root.entries(&directory, |entry| {
                entries += 1;
                match entry {
                    Some(Entry::Directory(path)) if !path.is_hidden() => {
                        if depth < max_depth {
                            waiting.push_back((path, depth + 1));
                        } else {
                            walk.cut = Some("depth");
                        }
                    }
                    Some(Entry::File(path, version)) if !path.is_hidden() => {
                        if walk.files.len() == max_files {
                            walk.cut = Some("files");
                            return false;
                        }
                        walk.files.push((path, version));
                    }
                    _ => {}
                }
                if entries == MAX_ENTRIES {
                    walk.cut = Some("entries");
                } else if Instant::now() > end {
                    walk.cut = Some("time");
                }
                !matches!(walk.cut, Some("entries" | "time"))
            });
            match read {
                Err(e) if depth == 0 => return Err(e),
                Err(_) => walk.unreadable += 1,
                Ok(()) => {}
            }
            if matches!(walk.cut, Some("files" | "entries" | "time")) {
                break;
            }
        }
        walk.files.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(walk)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn bounds_cut_deep_files_first() {
        let directory = tempfile::tempdir().unwrap();
        let deep = directory.path().join("a/b/c");
        fs::create_dir_all(&deep).unwrap();
        for i in 0..5 {
            fs::write(deep.join(format!("{i}.npy")), "").unwrap();
            fs::write(directory.path().join(format!("{i}.npz")), "").unwrap();
        }
        let root = Root::open(directory.path()).unwrap();
        let walk = |files, depth| Walk::bounded(&root, files, depth).unwrap();
        let all = walk(10, 3);
        assert_eq!((all.files.len(), all.cut), (10, None));
        let shallow = walk(100, 2);
        assert_eq!((shallow.files.len(), shallow.cut), (5, Some("depth")));
        let few = walk(6, 3);
        assert_eq!((few.files.len(), few.cut), (6, Some("files")));
        let upper = few
            .files
            .iter()
            .filter(|(path, _)| path.names().count() == 1);
        assert_eq!(upper.count(), 5);
    }
}
