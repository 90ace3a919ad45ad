//! The directory of an NPZ archive.

use core::fmt;

/// Why the input was refused.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ZipError {}

impl fmt::Display for ZipError {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}
