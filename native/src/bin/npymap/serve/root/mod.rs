//! The directory that is served, beyond which nothing is ever opened.

use super::{relative::Relative, version::Version};

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(super) use elsewhere::Root;
#[cfg(unix)]
pub(super) use unix::Root;

/// What stands in a directory, as far as lists are concerned.
pub(super) enum Entry {
    /// A directory, not by way of a symbolic link: those may lead in circles.
    Directory(Relative),
    /// A regular file with the name of an array.
    File(Relative, Version),
}
