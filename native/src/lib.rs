//! Open any NumPy array, of any size, without loading it.
//!
//! ```no_run
//! # fn main() -> npymap::Result<()> {
//! use npymap::NpyFile;
//!
//! let file = NpyFile::open("sensor.npy")?; // reads the header
//! println!("{} {:?}", file.dtype(), file.shape());
//! let last = file.slice("[-1, ::100]")?; // costs no I/O
//! let values: Vec<f32> = last.read()?; // reads what the selection needs
//! # Ok(())
//! # }
//! ```
//!
//! - [`NpyFile`] reads by position: safe, on every file system, nothing but what is asked for.
//! - [`NpyMap`] maps: zero copy, `unsafe` to make, safe to use.
//! - [`Npz`] opens archives; their members are [`NpyFile`]s or [`NpyMap`]s.
//! - [`CreateOptions`] makes new arrays, [`OpenOptions::write`] and [`NpyMapMut`] open them to be changed:
//!   [`ArrayMut`] is [`Array`]'s counterpart, [`Appender`] lets arrays grow, [`SaveOptions`] convert them.
//! - [`NpzWriter`] writes archives, [`Npz::unpack`] takes them apart.
//! - [`Array`] is the lazy array that all of them give: sliced for nothing, read when asked.
//!
//! All dtypes, byte orders and alignments work everywhere. The format itself, its layouts and its
//! text are those of [`npymap_core`], which is exported as [`core`]. Values are read as one of the
//! types listed at [`Element`]; those that Rust lacks come from [`half`] and [`num_complex`].
//!
//! # Features
//!
//! - `ndarray`: [`Array::to_ndarray`] and [`Array::as_ndarray`].
//! - `rayon`: large reads, assignments in maps, statistics and compression use all cores.
//! - `cli`: the command `npymap`.
//! - `serve`: its part `npymap serve`.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(feature = "rayon")]
mod ahead;
mod append;
mod array;
mod array_mut;
mod checksum;
mod container;
mod create;
mod deflate;
mod diff;
mod disk;
mod error;
mod file;
mod fill;
mod grow;
mod inflate;
mod locate;
#[allow(unsafe_code, reason = "maps are what this crate needs it for")]
mod map;
mod memory;
#[cfg(feature = "ndarray")]
mod ndarray;
mod new_file;
mod npz;
mod npz_writer;
mod options;
mod save;
mod source;
mod statistics;
mod transfer;
mod unpack;

pub use npymap_core as core;
#[doc(inline)]
pub use npymap_core::{
    DType, Header, Layout, Order, Selection,
    cast::{Casting, Overflow},
    gather::Convert,
    raw::RawError,
    view::{Element, View},
};
#[doc(no_inline)]
pub use npymap_core::{half, num_complex};

pub use crate::{
    append::Appender,
    array::Array,
    array_mut::{ArrayMut, Chunks},
    create::CreateOptions,
    diff::{Difference, Tolerance},
    error::{AppendError, Error, ErrorKind, Result},
    file::NpyFile,
    locate::Warning,
    map::{NpyMap, NpyMapMut},
    npz::Npz,
    npz_writer::{Compression, NpzWriter},
    options::{Advice, Lock, OpenOptions, RawSpec},
    save::SaveOptions,
    statistics::Statistics,
};
