//! Files to open.
#![allow(dead_code, reason = "each test binary uses some of it")]

#[cfg(feature = "cli")]
pub(crate) mod run;
#[cfg(feature = "serve")]
pub(crate) mod server;

use std::{
    fs,
    path::{Path, PathBuf},
};

use npymap::{
    DType, Order,
    core::{header, npz::Crc32},
};
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

    /// An archive of members: name, whether it is deflated, the bytes as they stand in the archive,
    /// and those that they stand for.
    pub(crate) fn archive(&self, name: &str, members: &[(&str, bool, &[u8], &[u8])]) -> PathBuf {
        let (mut body, mut directory) = (Vec::new(), Vec::new());
        for &(name, is_deflated, packed, data) in members {
            let mut crc = Crc32::new();
            crc.update(data);
            let mut facts = vec![20, 0, 0, 0, if is_deflated { 8 } else { 0 }, 0, 0, 0, 33, 0];
            facts.extend(crc.value().to_le_bytes());
            for len in [packed.len(), data.len(), name.len()] {
                facts.extend((len as u32).to_le_bytes());
            }
            let at = body.len() as u32;
            body.extend(b"PK\x03\x04");
            body.extend(&facts);
            body.extend(name.as_bytes());
            body.extend(packed);
            directory.extend(b"PK\x01\x02\x14\x00");
            directory.extend(&facts);
            directory.extend([0; 10]);
            directory.extend(at.to_le_bytes());
            directory.extend(name.as_bytes());
        }
        let at = body.len() as u32;
        let count = (members.len() as u16).to_le_bytes();
        body.extend(&directory);
        body.extend(b"PK\x05\x06\x00\x00\x00\x00");
        body.extend([count, count].concat());
        body.extend((directory.len() as u32).to_le_bytes());
        body.extend(at.to_le_bytes());
        body.extend([0; 2]);
        let path = self.path(name);
        fs::write(&path, body).expect("a file");
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

/// Bytes in the format of deflate, not compressed.
pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut packed: Vec<u8> = bytes.chunks(60_000).flat_map(|c| block(c, false)).collect();
    packed.extend(block(&[], true));
    packed
}

/// A block of deflate that holds bytes as they are.
pub(crate) fn block(bytes: &[u8], is_last: bool) -> Vec<u8> {
    let len = bytes.len() as u16;
    let mut block = vec![is_last.into()];
    block.extend(len.to_le_bytes());
    block.extend((!len).to_le_bytes());
    block.extend(bytes);
    block
}
