//! Does npymap read what NumPy reads?
//!
//! [`cases`] is a table of files, selections and what NumPy makes of them. [`run_all`] asks a
//! [`Backend`], a reader of files, for every one of them: a slice in memory, positional reads, a
//! memory map, members of `.npz` archives. Judging needs no file system, so readers for other
//! targets are judged by the same table.
#![allow(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "this crate is not published"
)]

pub mod backends;
pub mod case;
pub mod fuzz;
pub mod judge;

pub use crate::{
    case::{Case, Expect, Expected, cases},
    judge::{Backend, Found, Outcome, Refusal, judge, run_all},
};

/// The examples of the READMEs, so that they keep up with the libraries.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[doc = include_str!("../../core/README.md")]
pub mod readme {}
