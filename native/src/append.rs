//! Rows that come one after another, nobody knows how many.

use std::io;

use npymap_core::{
    Layout, Order,
    cast::{Casting, Overflow},
    view::{Element, View, ViewMut},
};

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
    rows: u64,
    flush_every: u64,
    /// Whether the header counts rows for which the disk was waited in vain.
    is_unsure: bool,
}

/// How much is written at once.
const BUFFER: usize = 1 << 20;

impl Appender {
    /// Appends to a file that was opened for [writing](crate::OpenOptions::write).
    ///
    /// A header that has no room for larger numbers, as those of NumPy before 1.24 have not, is
    /// replaced at the first flush that needs it: see [`NpyFile::append`].
    ///
    /// # Errors
    ///
    /// If the file was opened for reading only, the array has no axis to grow along, or there are
    /// bytes behind it, which would be overwritten.
    pub fn new(file: NpyFile) -> Result<Self> {
        let axis = file.check_growth()?;
        let row = file.layout_with(1)?.nbytes();
        Ok(Self {
            axis,
            row,
            buffer: Vec::new(),
            position: file.data_end(),
            rows: 0,
            flush_every: u64::MAX,
            is_unsure: false,
            file,
        })
    }

    /// Flushes whenever as many rows have been pushed. Unless changed, only when asked.
    pub fn flush_every(mut self, rows: u64) -> Self {
        self.flush_every = rows.max(1);
        self
    }

    /// Appends one or several whole rows, whose elements follow one another in the order of the
    /// file.
    ///
    /// # Errors
    ///
    /// If the dtype is not `T`'s, the values are no whole rows, or the file cannot be written.
    pub fn push<T: Element>(&mut self, values: &[T]) -> Result<()> {
        let name = |e| self.file.name(e);
        View::<T>::check_dtype(self.file.dtype()).map_err(name)?;
        let shape = [values.len() as u64];
        let view = View::of_slice(values, &shape).map_err(name)?;
        let dtype = self.file.dtype();
        if view.layout().dtype().byte_order() == dtype.byte_order() {
            return self.push_bytes(view.bytes());
        }
        let mut swapped = vec![0; view.bytes().len()];
        Layout::new(dtype.clone(), &shape, Order::C)
            .and_then(|layout| ViewMut::new(&mut swapped, layout)?.assign(&view))
            .map_err(name)?;
        self.push_bytes(&swapped)
    }

    /// As [`Appender::push`], of bytes as they are stored in the file.
    ///
    /// # Errors
    ///
    /// If the bytes are no whole rows, or the file cannot be written.
    pub fn push_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let found = bytes.len() as u64;
        if found == 0 {
            return Ok(());
        }
        let Some(rows) = found
            .checked_div(self.row)
            .filter(|n| n * self.row == found)
        else {
            let row = self.row;
            return Err(self.file.name(AppendError::PartialRow { row, found }));
        };
        if self.buffer.len() + bytes.len() > BUFFER {
            self.write_buffer()?;
        }
        if bytes.len() >= BUFFER {
            let written = self.file.disk().write_all_at(bytes, self.position);
            self.check_written(written)?;
            self.position += found;
        } else {
            self.buffer.extend_from_slice(bytes);
        }
        self.rows += rows;
        if self.rows >= self.flush_every {
            self.flush()?;
        }
        Ok(())
    }

    /// Appends the elements of an array along the growth axis, with a conversion to the dtype of the
    /// file where the rule allows one: see [`NpyFile::append`]. Memory stays bounded.
    ///
    /// ```
    /// # fn main() -> npymap::Result<()> {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("x.npy");
    /// use npymap::{Appender, Array, CreateOptions};
    /// use npymap::core::cast::{Casting, Overflow};
    ///
    /// let file = CreateOptions::new("<f4".parse()?, [0, 2]).create(&path)?;
    /// let mut rows = Appender::new(file)?;
    /// let part = Array::of_slice(&[1_i16, 2, 3, 4], &[2, 2])?;
    /// rows.append(&part, Casting::SameKind, Overflow::Error)?;
    /// rows.close()?;
    /// assert_eq!(npymap::NpyFile::open(&path)?.shape(), [2, 2]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Append`](crate::ErrorKind::Append) if the shape or the dtype does not fit; if a
    /// value does not fit and that is to be an error; if the array cannot be read or the file
    /// cannot be written. Nothing of the array is appended then.
    pub fn append(&mut self, rows: &Array<'_>, casting: Casting, overflow: Overflow) -> Result<()> {
        let len = self.len();
        let new = self.file.check_rows(rows, self.axis, len, casting)?;
        // Fails if there can be no such array, and not only when it is flushed.
        self.file.layout_with(new)?;
        self.write_buffer()?;
        let written = self.file.write_rows(rows, self.position, casting, overflow);
        self.position = match written {
            Ok(end) => end,
            Err(e) => {
                self.file.cut_back(self.position);
                return Err(e);
            }
        };
        self.rows += new - len;
        if self.rows >= self.flush_every {
            self.flush()?;
        }
        Ok(())
    }

    /// How many rows there are, those included that are not yet flushed.
    pub fn len(&self) -> u64 {
        self.file.len_along(self.axis) + self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes all rows that were pushed a part of the array: writes them, waits for the disk, changes
    /// the header, and waits for the disk again.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        if self.is_unsure {
            // Once a wait has failed, the system takes what was not written for written.
            let what = "rows may be lost, for which the disk was waited in vain";
            return Err(self.file.name(io::Error::other(what)));
        }
        if self.rows == 0 {
            return Ok(());
        }
        self.file.check_writable()?;
        self.write_buffer()?;
        let len = self.len();
        let layout = self.file.layout_with(len)?;
        let committed = self.file.commit(layout);
        // Even after an error the array may have all rows.
        self.rows = len - self.file.len_along(self.axis);
        if self.rows == 0 {
            self.position = self.file.data_end();
            self.is_unsure = committed.is_err();
        }
        committed
    }

    /// Flushes, and closes the file.
    ///
    /// # Errors
    ///
    /// As [`Appender::flush`]. The rows that were not flushed are lost then.
    pub fn close(mut self) -> Result<()> {
        let flushed = self.flush();
        if flushed.is_err() {
            self.give_up();
        }
        flushed
    }

    /// Gives up the rows that were not flushed: the file is as it was after the last flush.
    pub fn discard(mut self) {
        self.give_up();
    }

    /// Cuts off what is behind the array, and leaves nothing to be tried when this is dropped.
    fn give_up(&mut self) {
        self.file.cut_back(self.file.data_end());
        self.rows = 0;
        self.is_unsure = false;
    }

    fn write_buffer(&mut self) -> Result<()> {
        let written = self.file.disk().write_all_at(&self.buffer, self.position);
        self.check_written(written)?;
        self.position += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Cuts off what was written in part only: the next flush would leave it behind the array.
    fn check_written(&mut self, written: Result<()>) -> Result<()> {
        written.inspect_err(|_| self.file.cut_back(self.position))
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        // Who wants to know closes.
        let _ = self.flush();
    }
}
