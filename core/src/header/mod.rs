//! The NPY header: reading and writing it.

use core::fmt;

/// Why the input was refused.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum HeaderError {}

impl fmt::Display for HeaderError {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

/// What an NPY file declares about its array.
#[derive(Clone, Debug)]
pub struct Header {}
