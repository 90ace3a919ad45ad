//! `npymap-core` for JavaScript: what `wasm/ts/boundary.d.ts` declares.
//!
//! Every rule of the format is core's. Here are only translations: layouts become opaque texts and
//! back (`code`), results become JSON, errors become JSON with a code (`error`), and bulk data
//! is copied in and out in tiles (`bytes`, `tiling`). No memory of WebAssembly is ever seen from
//! outside.
#![cfg_attr(all(feature = "bare", target_family = "wasm"), no_std)]
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
#![allow(
    clippy::should_implement_trait,
    reason = "names are those of the boundary"
)]

extern crate alloc;

#[cfg(all(feature = "bare", target_family = "wasm"))]
mod bare;
mod bytes;
mod code;
mod counting;
mod error;
mod header;
mod inflating;
mod json;
mod layout;
mod npz;
mod plan;
mod printing;
mod reading;
mod result;
mod task;
mod texts;
mod tiling;
mod write;
mod zip;

pub use crate::{
    error::{Fault, Result},
    header::{header, raw},
    inflating::Inflating,
    layout::{field, select, transpose, view},
    npz::{npz, npz_find, npz_locate},
    plan::{plan, rows_per_chunk, view_spec},
    task::Task,
    texts::texts,
    write::write_header,
    zip::{Crc, ZipWriter},
};
