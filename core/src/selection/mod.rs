//! NumPy basic indexing.

use core::fmt;

/// Why the input was refused.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SelectionError {}

impl fmt::Display for SelectionError {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

/// A chain of index operations.
#[derive(Clone, Debug)]
pub struct Selection {}
