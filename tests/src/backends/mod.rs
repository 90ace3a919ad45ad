//! The readers that are judged.

#[cfg(not(target_family = "wasm"))]
mod native;
mod slice;

#[cfg(not(target_family = "wasm"))]
pub use self::native::{Archive, Files, Maps};
pub use self::slice::{Slices, read};
