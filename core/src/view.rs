//! Typed views of bytes in place.
