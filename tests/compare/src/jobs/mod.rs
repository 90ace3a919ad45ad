//! The jobs, each with the same work on every side.

mod files;
mod memory;
mod opening;
mod reading;
mod writing;

pub use self::{
    files::{packing, transposing},
    memory::memory,
    opening::{headers, opening, slicing},
    reading::{archives, gathering, statistics},
    writing::{appending, assigning, creating},
};

const GIB: usize = 1 << 30;
