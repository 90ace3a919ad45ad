//! NPZ archives: what a zip archive holds and where.
//!
//! An `.npz` file is a zip archive whose members are `.npy` files. [`DirectoryReader`] finds out
//! what is in one by looking at its end, and says which bytes it must see; it does no I/O.
//! [`Member::locate`] then says where the data of a member lies: that of a stored member is an NPY
//! file inside the archive, that of a deflated one goes through a [`Decoder`]. [`DirectoryWriter`]
//! makes the records of new archives.
//!
//! The rules are those of PKWARE's APPNOTE 6.3 and, where archives break them, those of Python's
//! `zipfile`, by which NumPy reads: the end of the central directory, not its declared offset,
//! says how much foreign data stands in front of the archive; the number of entries is ignored;
//! sizes come from the central directory, as NumPy's local headers do not have them. Beyond that,
//! no byte of an archive belongs to two members.
//!
//! ```
//! use npymap_core::{Step, npz::{DirectoryReader, Limits}};
//!
//! # let archive: &[u8] = include_bytes!("example.npz");
//! let mut reader = DirectoryReader::new(archive.len() as u64, Limits::default());
//! let mut range = 0..0;
//! let directory = loop {
//!     let bytes = &archive[range.start as usize..range.end as usize]; // read it from anywhere
//!     match reader.step(range.start, bytes)? {
//!         Step::Need(wanted) => range = wanted,
//!         Step::Done(directory) => break directory,
//!     }
//! };
//! let keys: Vec<_> = directory.members().iter().map(|member| member.key()).collect();
//! assert_eq!(keys, ["x", "y", "arr_0"]);
//! # Ok::<(), npymap_core::Error>(())
//! ```

mod cp437;
mod crc32;
mod decoder;
mod directory;
mod error;
mod inflate;
mod keep;
mod member;
mod path;
mod reader;
mod record;
mod write;

pub use self::{
    crc32::Crc32,
    decoder::Decoder,
    directory::Directory,
    error::ZipError,
    inflate::{Inflate, Progress, Status},
    keep::Kept,
    member::{Member, Method},
    path::relative_path,
    reader::DirectoryReader,
    write::{DirectoryWriter, NewMember},
};

/// What bounds the memory that an archive can make its reader use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most bytes that the central directory may have. It takes up to about five times as
    /// much memory once it is read. 64 MiB by default: some 700 000 members.
    pub max_directory_len: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_directory_len: 64 << 20,
        }
    }
}
