//! Files to open.
#![allow(dead_code, reason = "each test binary uses some of it")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use npymap::{DType, Order, core::header};
use tempfile::TempDir;

/// A directory that is removed in the end.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn directory(&self) -> &Path {
        self.0.path()
    }

    /// An `.npy` file of counting float32 numbers.
    pub(crate) fn counting(&self, name: &str, shape: &[u64], order: Order) -> PathBuf {
        let path = self.path(name);
        let mut bytes = header::write(&DType::FLOAT32, shape, order).expect("a header");
        let count: u64 = shape.iter().product();
        bytes.extend((0..count).flat_map(|i| (i as f32).to_ne_bytes()));
        fs::write(&path, bytes).expect("a file");
        path
    }

    /// The names of the files in the directory.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("a directory");
        let name = |entry: std::io::Result<fs::DirEntry>| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        };
        let mut names: Vec<_> = entries.map(name).collect();
        names.sort();
        names
    }
}
