//! Writes an array to a new file, whole or not at all.

use std::{
    io::{self, Write},
    path::Path,
};

use npymap_core::{ErrorKind, Order, header};

use crate::{
    array::Array,
    error::{Error, Result},
    new_file::Target,
    transfer,
};

impl Array<'_> {
    /// Writes the values to a new `.npy` file in C order, with the dtype and the byte order they
    /// have: what `np.save(path, np.ascontiguousarray(array))` writes.
    ///
    /// The file appears, or replaces another, when it is complete and on the disk; if anything
    /// fails, nothing is left of it. On Linux it has no name until then, so that nothing is left
    /// even if the process is killed; elsewhere it has another name in the same directory. A file
    /// that is replaced hands on its permissions. What is no regular file, a pipe or a device, is
    /// written directly.
    ///
    /// Memory stays bounded, whatever the size of the array. A deflated member that must be written
    /// in another order is inflated into a file without a name in the same directory first.
    ///
    /// # Errors
    ///
    /// If the array cannot be read, or the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.save_with_progress(path, |_| ())
    }

    /// As [`Array::save`], telling after each piece how many bytes of values were written so far.
    ///
    /// # Errors
    ///
    /// As [`Array::save`].
    pub fn save_with_progress(
        &self,
        path: impl AsRef<Path>,
        progress: impl FnMut(u64),
    ) -> Result<()> {
        let header = self.header_of_copy()?;
        let path = path.as_ref();
        let name = |e: io::Error| Error::new(e).at(path);
        match Target::create(path).map_err(name)? {
            Target::New(file) => {
                file.write_at(&header, 0).map_err(name)?;
                let start = header.len() as u64;
                let (source, layout) = (self.source(), self.layout());
                transfer::copy(source, layout, file.directory(), progress, |at, run| {
                    file.write_at(run, start + at).map_err(name)
                })?;
                file.finish().map_err(name)?;
                Ok(())
            }
            Target::Stream(mut stream) => {
                self.write(&header, &mut stream, progress, name)?;
                stream.flush().map_err(name)
            }
        }
    }

    /// Writes what [`Array::save`] writes to anything that takes bytes from the first to the last.
    ///
    /// ```
    /// # fn main() -> npymap::Result<()> {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("x.npy");
    /// # let mut bytes = npymap::core::header::write(&"|u1".parse()?, &[4], npymap::Order::C)?;
    /// # bytes.extend([1, 2, 3, 4]);
    /// # std::fs::write(&path, bytes).unwrap();
    /// let mut copy = Vec::new();
    /// npymap::NpyFile::open(&path)?.slice("[::-1]")?.write_to(&mut copy)?;
    /// assert!(copy.starts_with(b"\x93NUMPY") && copy.ends_with(&[4, 3, 2, 1]));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the array cannot be read; if the writer fails, an error without a path.
    pub fn write_to(&self, mut writer: impl Write) -> Result<()> {
        let header = self.header_of_copy()?;
        self.write(&header, &mut writer, |_| (), Error::new)
    }

    fn write(
        &self,
        header: &[u8],
        writer: &mut impl Write,
        progress: impl FnMut(u64),
        name: impl Fn(io::Error) -> Error,
    ) -> Result<()> {
        writer.write_all(header).map_err(&name)?;
        transfer::stream(self.source(), self.layout(), progress, |values| {
            writer.write_all(values).map_err(&name)
        })
    }

    /// The header of a copy in C order, if the values can be read.
    fn header_of_copy(&self) -> Result<Vec<u8>> {
        if self.dtype().has_object() {
            return Err(self.source().name(ErrorKind::ObjectDType));
        }
        self.source().check()?;
        header::write(self.dtype(), self.shape(), Order::C).map_err(|e| self.source().name(e))
    }
}
