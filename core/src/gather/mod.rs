//! Bytes and a layout in, contiguous values out.
