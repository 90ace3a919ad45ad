//! Rows that come one after another, nobody knows how many.

use npymap_core::view::Element;

use crate::{
    array::Array,
    error::{AppendError, Result},
    file::NpyFile,
};

/// Appends rows to an array in a file, as they come, in bounded memory.
///
/// A row is what stands at one index of the [growth axis](NpyFile::growth_axis): `array[i]`, of an
/// array in Fortran order `array[..., i]`.
///
/// Rows are part of the array once [`flush`](Appender::flush) has returned, or
/// [`close`](Appender::close), or as often as [`flush_every`](Appender::flush_every) says: then they
/// are on the disk, and the header counts them. A crash in between keeps all rows up to the last
/// flush; what was written behind them is then behind the array, where
/// [`discard_trailing_bytes`](NpyFile::discard_trailing_bytes) removes it. Dropping flushes as well,
/// but its errors are lost.
///
/// ```
/// # fn main() -> npymap::Result<()> {
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("x.npy");
/// let file = npymap::CreateOptions::new("<f4".parse()?, [0, 3]).create(&path)?;
/// let mut rows = npymap::Appender::new(file)?.flush_every(1000);
/// for i in 0..10 {
///     rows.push(&[i as f32, 0.5, 1.5])?;
/// }
/// rows.close()?;
/// assert_eq!(npymap::NpyFile::open(&path)?.shape(), [10, 3]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Appender {
    file: NpyFile,
    axis: usize,
    /// The size of a row in bytes.
    row: u64,
    /// What was pushed and not yet written.
    buffer: Vec<u8>,
    /// Where in the file it belongs.
    position: u64,
    /// How many rows were pushed since the last flush.
    pending: u64,
    flush_every: u64,
}
