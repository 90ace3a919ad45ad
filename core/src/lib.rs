//! The NumPy NPY and NPZ formats without I/O: bytes in, facts out.
//!
//! Every rule of the format lives here once: the header grammar, data types, strided layouts,
//! basic indexing, read plans, gathering, assigning, text, statistics and the `.npz` directory.
//! Readers of bytes (files, memory maps, a browser's `File`) are thin wrappers around it.
//!
//! ```text
//! bytes → Header → Layout → Selection → Layout → plan → byte ranges → a reader → bytes → gather → values
//! ```
//!
//! # Contract
//!
//! Untrusted input may be passed to every function. None panics, none recurses deeper than a
//! constant, and memory and time are bounded by a small constant factor of the bytes given, never
//! by a size that the input merely declares.
//!
//! The crate is `no_std` with `alloc`, and forbids `unsafe`.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod assign;
pub mod cast;
pub mod dtype;
pub mod encode;
pub mod error;
pub mod gather;
pub mod header;
pub mod layout;
pub mod literal;
#[cfg(test)]
mod messages;
pub mod npz;
pub mod number;
pub mod plan;
pub mod raw;
pub mod selection;
mod sort;
pub mod stats;
#[cfg(test)]
mod testing;
pub mod text;
pub mod tiles;
pub mod view;

/// The types of elements that Rust lacks.
#[doc(no_inline)]
pub use {half, num_complex};

pub use crate::{
    dtype::DType,
    error::{Error, ErrorKind, Result},
    header::Header,
    layout::{Layout, Order},
    selection::Selection,
};

/// What a parser that may lack input returns: a value, or the bytes it needs next.
///
/// Lack of input is not an error, so the same parser serves a slice, a positional reader and an
/// asynchronous source. An error is returned only when no further input could help.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a parser has come to an end or not"
)]
pub enum Step<T> {
    /// The parser is done.
    Done(T),
    /// The parser must see this byte range of its input, and be asked again.
    ///
    /// The range never passes the end of the input that the parser was told of.
    Need(core::ops::Range<u64>),
}
