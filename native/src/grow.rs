//! Arrays that grow and shrink in their file.

use std::io::{self, Read, Seek, SeekFrom, Write};

use npymap_core::{
    self as core, Header, Layout, Order, Step,
    cast::{Casting, Overflow, can_cast},
    header::{self, Limits},
    layout::LayoutError,
};

use crate::{
    array::Array,
    container::Container,
    disk::{self, Disk},
    error::{AppendError, Result},
    file::NpyFile,
    locate::Located,
    new_file::{Guard, Target},
    options::Lock,
    transfer::Transfer,
};

impl NpyFile {
    /// The axis along which the array can grow without moving its data: the first one, of an array
    /// in Fortran order the last one. `None` if there is no axis.
    pub fn growth_axis(&self) -> Option<usize> {
        match self.order() {
            Order::C => (self.ndim() > 0).then_some(0),
            Order::F => self.ndim().checked_sub(1),
        }
    }

    /// Appends the elements of an array along the [growth axis](Self::growth_axis), as
    /// `np.concatenate` would.
    ///
    /// The data is written behind what is there and waited for; then the header is changed, and
    /// waited for. A crash at any point leaves a file that reads as before or after. If anything
    /// fails, the file is made as long as it was, unless it is the last wait for the disk that
    /// fails: then the array has grown, here and in the file, and its rows may yet be lost. Memory
    /// stays bounded.
    ///
    /// A header that has no room for a larger number, as those of NumPy before 1.24 have not, is
    /// replaced by one that has: that takes a copy of the file, which replaces it by renaming when
    /// it is complete. Who has the old file open does not see what is appended.
    ///
    /// # Errors
    ///
    /// If the file was not opened for [writing](crate::OpenOptions::write); [`ErrorKind::Append`](crate::ErrorKind::Append)
    /// if the shape or the dtype does not fit, or there are bytes behind the array, which would be
    /// overwritten; or if the file cannot be read or written.
    pub fn append(&mut self, rows: &Array<'_>) -> Result<()> {
        let axis = self.check_growth()?;
        let len = self.check_rows(rows, axis, self.len_along(axis), Casting::Equiv)?;
        let layout = self.layout_with(len)?;
        let written = self.write_rows(rows, self.data_end(), Casting::Equiv, Overflow::Error);
        written
            .and_then(|_| self.commit(layout))
            .inspect_err(|_| self.cut_back(self.data_end()))
    }

    /// Makes the array shorter along the [growth axis](Self::growth_axis).
    ///
    /// The header is changed, and waited for, before the file is cut: a crash in between leaves
    /// bytes behind the array.
    ///
    /// # Errors
    ///
    /// If the file was not opened for [writing](crate::OpenOptions::write), the array is shorter
    /// than that, there are bytes behind it, or the file cannot be written.
    pub fn truncate(&mut self, len: u64) -> Result<()> {
        let axis = self.check_growth()?;
        let found = self.len_along(axis);
        if len > found {
            return Err(self.name(AppendError::Shorter { axis, found, len }));
        }
        self.commit(self.layout_with(len)?)?;
        self.discard_trailing_bytes()?;
        self.disk().sync()
    }

    /// Cuts off what stands behind the array: the rests of an append that was interrupted, or what
    /// some other program has put there.
    ///
    /// # Errors
    ///
    /// If the file was not opened for [writing](crate::OpenOptions::write), or cannot be written.
    pub fn discard_trailing_bytes(&mut self) -> Result<()> {
        self.check_writable()?;
        let end = self.data_end();
        self.disk().set_len(end)?;
        self.located.trailing_bytes = 0;
        self.container = Container::of_len(self.container.disk_handle(), end);
        Ok(())
    }

    /// Fails if the array cannot grow in this file, whatever is appended.
    pub(crate) fn check_growth(&self) -> Result<usize> {
        self.check_writable()?;
        let axis = self.growth_axis();
        let axis = axis.ok_or_else(|| self.name(AppendError::NoAxis))?;
        match self.trailing_bytes() {
            0 => Ok(axis),
            count => Err(self.name(AppendError::TrailingBytes { count })),
        }
    }

    /// Fails as [`append`](Self::append) of an array would, before anything is written. Bytes behind
    /// the array do not count.
    ///
    /// # Errors
    ///
    /// If the file was not opened for [writing](crate::OpenOptions::write), or the shape or the dtype
    /// does not fit.
    pub fn check_append(&self, rows: &Array<'_>, casting: Casting) -> Result<()> {
        self.check_writable()?;
        let axis = self.growth_axis();
        let axis = axis.ok_or_else(|| self.name(AppendError::NoAxis))?;
        self.check_rows(rows, axis, self.len_along(axis), casting)
            .map(drop)
    }

    /// Fails if rows cannot be appended to so many. Returns how many there are with them.
    pub(crate) fn check_rows(
        &self,
        rows: &Array<'_>,
        axis: usize,
        len: u64,
        casting: Casting,
    ) -> Result<u64> {
        // What does not fit has a name itself, where it comes from a file.
        let name = |e: AppendError| self.name(rows.source().name(e));
        let ours = self.layout();
        if rows.ndim() != ours.ndim() {
            let (expected, found) = (ours.ndim(), rows.ndim());
            return Err(name(AppendError::Dimensions { expected, found }));
        }
        let dims = ours.shape().iter().zip(rows.shape()).enumerate();
        for (i, (&expected, &found)) in dims {
            if i != axis && expected != found {
                return Err(name(AppendError::Dimension {
                    axis: i,
                    expected,
                    found,
                }));
            }
        }
        if casting <= Casting::Equiv && !can_cast(rows.dtype(), ours.dtype(), casting) {
            let (expected, found) = (ours.dtype().to_string(), rows.dtype().to_string());
            return Err(name(AppendError::DType { expected, found }));
        }
        let added = rows.shape().get(axis).copied().unwrap_or(0);
        let len = len.checked_add(added);
        len.ok_or_else(|| self.name(core::ErrorKind::Layout(LayoutError::ArrayTooBig)))
    }

    pub(crate) fn len_along(&self, axis: usize) -> u64 {
        self.shape().get(axis).copied().unwrap_or(1)
    }

    /// Where the data ends in the file.
    pub(crate) fn data_end(&self) -> u64 {
        self.data_offset() + self.nbytes()
    }

    /// Writes elements from an offset on, in the order of the file. Returns where they end.
    pub(crate) fn write_rows(
        &self,
        rows: &Array<'_>,
        start: u64,
        casting: Casting,
        overflow: Overflow,
    ) -> Result<u64> {
        let transfer = Transfer::new(rows, self.order(), self.dtype(), casting, overflow);
        let transfer = transfer.map_err(|e| self.name(e))?;
        let put = |at, run: &[u8]| self.disk().write_all_at(run, start + at);
        transfer.copy(None, |_| (), put)?;
        Ok(start + transfer.nbytes())
    }

    /// The array with another length along the growth axis.
    pub(crate) fn layout_with(&self, len: u64) -> Result<Layout> {
        let mut shape = self.shape().to_vec();
        if let Some(axis) = self.growth_axis() {
            shape[axis] = len;
        }
        let layout = Layout::new(self.dtype().clone(), &shape, self.order());
        layout.map_err(|e| self.name(e))
    }

    /// Gives the array another layout, of which the data is there: waits for that, which a header
    /// must not promise before, writes the header, and waits for it. If it has no room, the file is
    /// replaced by one with another header.
    ///
    /// After an error the array is what it was, unless only the last wait has failed; if not even
    /// the old header can be written back, nothing can be written to the file any more.
    pub(crate) fn commit(&mut self, layout: Layout) -> Result<()> {
        let (order, mut data_offset) = (self.order(), self.data_offset());
        let mut new = None;
        if let Some(old) = self.header() {
            let name = |e| self.name(e);
            let bytes = match old.with_shape(layout.shape()).map_err(name)? {
                Some(bytes) => bytes,
                None => {
                    header::write_with_order(self.dtype(), layout.shape(), order).map_err(name)?
                }
            };
            let header = header_of(&bytes)?;
            let is_in_place = header.data_offset() == data_offset;
            data_offset = header.data_offset();
            if is_in_place {
                self.disk().sync()?;
                self.write_header(&bytes)?;
            } else {
                self.move_behind(&bytes)?;
            }
            new = Some(header);
        }
        // From here on the file has the new layout, whether or not the disk is told in time.
        let end = data_offset + layout.nbytes();
        let len = self.disk().len_now();
        self.located = Located::known(new, layout, order, data_offset);
        let len = len.unwrap_or(end).max(end);
        self.located.trailing_bytes = len - end;
        self.container = Container::of_len(self.container.disk_handle(), len);
        self.disk().sync()
    }

    /// Writes a header over one of the same length, or leaves that as it is.
    fn write_header(&mut self, new: &[u8]) -> Result<()> {
        let mut old = vec![0; new.len()];
        self.disk().read_exact_at(&mut old, 0)?;
        let differs = |(old, new): (&u8, &u8)| old != new;
        let mut pairs = old.iter().zip(new);
        // As little as can be, so that it is most likely one sector of the disk: the number.
        let Some(last) = pairs.clone().rposition(differs) else {
            return Ok(());
        };
        let first = pairs.position(differs).unwrap_or(last);
        let (place, at) = (first..=last, first as u64);
        let written = self.disk().write_all_at(&new[place.clone()], at);
        written.inspect_err(|_| {
            // What is wrong with it, if anything, shows when it is read.
            let _ = self.disk().write_all_at(&old[place], at);
            let mut found = vec![0; old.len()];
            let read = self.disk().read_exact_at(&mut found, 0);
            self.is_torn = read.is_err() || found != old;
        })
    }

    /// Replaces the file by one with another header, and the same bytes behind it.
    fn move_behind(&mut self, header: &[u8]) -> Result<()> {
        let old = self.disk();
        let start = self.data_offset();
        let len = old.len_now()?.saturating_sub(start);
        let new_len = header.len() as u64 + len;
        let replace = || {
            let guard = Guard::Opened(self.container.disk_handle());
            let new = Target::create_file(old.path(), guard)?;
            let mut to = new.file();
            to.write_all(header)?;
            let mut from = old.file();
            from.seek(SeekFrom::Start(start))?;
            // A copy within the kernel where the system has one, or no copy at all.
            if io::copy(&mut from.take(len), &mut to)? < len {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            if old.is_locked() {
                disk::take_lock(new.file(), Lock::Exclusive)?;
            }
            new.finish()
        };
        let file = replace().map_err(|e: crate::Error| self.name(e))?;
        // Who has the old file, under another name or open, keeps what it was.
        let _ = old.set_len(self.data_end());
        let disk = Disk::created(file, old.path().to_owned(), new_len, old.is_locked());
        self.container = Container::file(disk);
        Ok(())
    }

    /// Cuts off what was written from an offset on in vain. If even that fails, it stays there,
    /// where it does no harm.
    pub(crate) fn cut_back(&mut self, end: u64) {
        if self.is_torn {
            return;
        }
        let cut = self.disk().set_len(end);
        if cut.is_err()
            && let Ok(len) = self.disk().len_now()
        {
            self.located.trailing_bytes = len.saturating_sub(self.data_end());
            self.container = Container::of_len(self.container.disk_handle(), len);
        }
    }
}

/// The header of bytes that were just made.
fn header_of(bytes: &[u8]) -> Result<Header> {
    let mut limits = Limits::default();
    limits.max_header_len = u64::MAX;
    match Header::parse(bytes, None, &limits)? {
        Step::Done(header) => Ok(header),
        Step::Need(range) => Err(core::ErrorKind::Truncated {
            what: "the header",
            expected: range.end,
            found: bytes.len() as u64,
        }
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, fs::File, path::Path};

    use super::*;
    use crate::{CreateOptions, ErrorKind};

    /// An array of 10 bytes, open for reading only, which nobody has told.
    fn unwritable(path: &Path) -> NpyFile {
        let new = CreateOptions::new("u1".parse().unwrap(), [10]).overwrite(true);
        drop(new.create(path).unwrap());
        let file = NpyFile::open(path).unwrap();
        let len = file.file_size();
        let disk = Disk::created(File::open(path).unwrap(), path.to_owned(), len, false);
        let mut container = Container::file(disk);
        let located = Located::npy(&mut container, &crate::OpenOptions::new()).unwrap();
        NpyFile::of(container, located)
    }

    #[test]
    fn an_array_is_what_it_was_if_its_header_cannot_be_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.npy");
        let mut file = unwritable(&path);
        let before = fs::read(&path).unwrap();
        for len in [3, 20] {
            let layout = file.layout_with(len).unwrap();
            file.commit(layout).unwrap_err();
            assert_eq!((file.shape(), file.trailing_bytes()), (&[10][..], 0));
            assert_eq!(file.read::<u8>().unwrap(), [0; 10]);
            file.check_writable().unwrap();
        }
        file.truncate(3).unwrap_err();
        assert_eq!((file.shape(), file.trailing_bytes()), (&[10][..], 0));
        assert!(fs::read(&path).unwrap() == before);
    }

    #[test]
    fn what_cannot_be_cut_off_is_known_to_be_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.npy");
        let mut file = unwritable(&path);
        fs::write(&path, [fs::read(&path).unwrap(), vec![1; 7]].concat()).unwrap();
        file.cut_back(file.data_end());
        assert_eq!(file.trailing_bytes(), 7);
        let error = file.check_growth().unwrap_err();
        assert!(matches!(
            error.kind(),
            ErrorKind::Append(AppendError::TrailingBytes { count: 7 })
        ));
        assert_eq!(file.read::<u8>().unwrap(), [0; 10]);
    }

    #[test]
    fn a_torn_header_ends_all_writing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.npy");
        let new = CreateOptions::new("u1".parse().unwrap(), [10]);
        let mut file = new.create(&path).unwrap();
        file.is_torn = true;
        let before = fs::read(&path).unwrap();
        let rows = [1_u8];
        let rows = Array::of_slice(&rows, &[1]).unwrap();
        for result in [
            file.append(&rows),
            file.truncate(1),
            file.discard_trailing_bytes(),
            file.array_mut().map(drop),
        ] {
            let message = result.unwrap_err().to_string();
            assert!(message.contains("header could not be written"), "{message}");
        }
        assert!(fs::read(&path).unwrap() == before);
    }
}
