//! Arrays read by position: safe, and on every file system.

use std::{fs::File, io, path::Path};

use crate::{
    array::Array,
    array_mut::{ArrayMut, Target},
    container::Container,
    disk::Disk,
    error::{Error, ErrorKind, Result},
    locate::Located,
    options::{OpenOptions, RawSpec},
    source::Source,
};

/// An array in a file or in an archive, of which only what is asked for is read.
///
/// Opening it reads the header. Slicing it costs nothing. It is safe in every way: a file that
/// another process cuts short is an error, never a signal; one that another process rewrites gives
/// old or new bytes. It is `Send` and `Sync`, and any number of threads may read at once.
///
/// For zero-copy access see [`NpyMap`](crate::NpyMap), which has the same methods.
///
/// ```
/// # fn main() -> npymap::Result<()> {
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("x.npy");
/// # let mut bytes = npymap::core::header::write(&"<f4".parse()?, &[2, 3], npymap::Order::C)?;
/// # bytes.extend((0..6).flat_map(|i| (i as f32).to_le_bytes()));
/// # std::fs::write(&path, bytes).unwrap();
/// let file = npymap::NpyFile::open(&path)?;
/// assert_eq!(file.shape(), [2, 3]);
/// let last_row_reversed: Vec<f32> = file.slice("[-1, ::-1]")?.read()?;
/// assert_eq!(last_row_reversed, [5.0, 4.0, 3.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct NpyFile {
    pub(crate) container: Container,
    pub(crate) located: Located,
    /// Whether the header in the file is neither the old nor the new one, since it could not be
    /// written.
    pub(crate) is_torn: bool,
}

impl NpyFile {
    /// Opens an `.npy` file.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened, is not an `.npy` file, or is shorter than its header declares.
    /// An array of Python objects can be opened, but not read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        OpenOptions::new().open(path)
    }

    /// Opens an `.npy` file for reading and writing by position: `r+`.
    ///
    /// The file is locked while it is open: [`OpenOptions::lock`].
    ///
    /// # Errors
    ///
    /// As [`NpyFile::open`], or if the file cannot be locked.
    pub fn open_rw(path: impl AsRef<Path>) -> Result<Self> {
        OpenOptions::new().write(true).open(path)
    }

    /// Opens a headerless file, as `np.memmap` does.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or has too few bytes for the shape; without a shape, if the
    /// bytes from the offset on are not a whole number of elements.
    pub fn open_raw(path: impl AsRef<Path>, spec: &RawSpec) -> Result<Self> {
        OpenOptions::new().open_raw(path, spec)
    }

    pub(crate) fn in_container(mut container: Container, options: &OpenOptions) -> Result<Self> {
        let located = Located::npy(&mut container, options)?;
        Ok(Self::of(container, located))
    }

    pub(crate) fn of(container: Container, located: Located) -> Self {
        Self {
            container,
            located,
            is_torn: false,
        }
    }

    /// The path of the file, or of the archive.
    pub fn path(&self) -> &Path {
        self.container.disk().path()
    }

    /// The size in bytes of the file; of a member of an archive, its size when inflated.
    pub fn file_size(&self) -> u64 {
        self.container.len()
    }

    /// Whether a map of the array is possible: it is neither deflated nor made of Python objects.
    pub fn is_mappable(&self) -> bool {
        self.container.in_place().is_some() && !self.layout().dtype().has_object()
    }

    /// Whether it was opened for [writing](OpenOptions::write).
    pub fn is_writable(&self) -> bool {
        self.disk().is_writable()
    }

    /// The whole array. Nothing is read.
    pub fn array(&self) -> Array<'_> {
        let source = Source::File {
            container: &self.container,
            start: self.data_offset(),
            len: self.data_len(),
            is_pickle: self.layout().dtype().has_object(),
        };
        Array::new(source, self.layout().clone())
    }

    /// The whole array, for writing by position. Nothing is read or written.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ReadOnly`] if the file was not opened for [writing](OpenOptions::write),
    /// [`ErrorKind::Archived`] if it is an archive.
    pub fn array_mut(&mut self) -> Result<ArrayMut<'_>> {
        self.check_writable()?;
        let target = Target::File {
            container: &self.container,
            start: self.data_offset(),
            len: self.data_len(),
        };
        Ok(ArrayMut::new(target, self.layout().clone()))
    }

    /// NumPy basic indexing, as text, of what is to be changed: see [`ArrayMut::slice`].
    ///
    /// # Errors
    ///
    /// As [`NpyFile::array_mut`], or if the text is no selection, or does not fit the array.
    pub fn slice_mut(&mut self, selection: &str) -> Result<ArrayMut<'_>> {
        self.array_mut()?.slice(selection)
    }

    /// Waits until all that was written is on the disk: a power cut does not undo it then.
    ///
    /// # Errors
    ///
    /// If the disk cannot be written. Then the system may have dropped what it could not write: a
    /// later flush that succeeds does not mean that it is there.
    pub fn flush(&self) -> Result<()> {
        self.disk().sync()
    }

    /// Flushes, closes the file and gives up the lock: what dropping does, with the errors, and
    /// with the wait for the disk that dropping leaves out.
    ///
    /// # Errors
    ///
    /// If the disk cannot be written.
    pub fn close(self) -> Result<()> {
        if self.is_writable() {
            self.flush()?;
        }
        Ok(())
    }

    /// How many bytes of data there are, those behind the array not included.
    fn data_len(&self) -> u64 {
        self.container.len() - self.data_offset() - self.trailing_bytes()
    }

    pub(crate) fn check_writable(&self) -> Result<()> {
        if self.layout().dtype().has_object() {
            return Err(self.name(npymap_core::ErrorKind::ObjectDType));
        }
        if self.container.key().is_some() {
            Err(self.name(ErrorKind::Archived))
        } else if !self.is_writable() {
            Err(self.name(ErrorKind::ReadOnly))
        } else if self.is_torn {
            let what =
                "the header could not be written, and may be neither the old nor the new one";
            Err(self.name(io::Error::other(what)))
        } else {
            Ok(())
        }
    }

    pub(crate) fn disk(&self) -> &Disk {
        self.container.disk()
    }

    /// An error about this file, or about this member of it.
    pub(crate) fn name(&self, error: impl Into<Error>) -> Error {
        self.container.name(error)
    }
}

crate::array::delegate_to_array!(NpyFile);

impl OpenOptions {
    /// Opens an `.npy` file for reading by position: see [`NpyFile::open`].
    ///
    /// # Errors
    ///
    /// As [`NpyFile::open`].
    pub fn open(&self, path: impl AsRef<Path>) -> Result<NpyFile> {
        NpyFile::in_container(Container::file(Disk::open(path.as_ref(), self)?), self)
    }

    /// Reads the `.npy` file that somebody has opened already, and calls it by a name in errors.
    ///
    /// It is for those who find files by other means than a path. The file is read only, whatever
    /// the options say, and not locked.
    ///
    /// ```
    /// # fn main() -> npymap::Result<()> {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("x.npy");
    /// # npymap::CreateOptions::new("<f4".parse()?, [2, 3]).create(&path)?;
    /// let opened = std::fs::File::open(path)?;
    /// let file = npymap::OpenOptions::new().open_file(opened, "what I call it")?;
    /// assert_eq!(file.shape(), [2, 3]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`NpyFile::open`].
    pub fn open_file(&self, file: File, name: impl AsRef<Path>) -> Result<NpyFile> {
        let disk = Disk::opened(file, name.as_ref())?;
        NpyFile::in_container(Container::file(disk), &self.for_reading())
    }

    /// Opens a headerless file for reading by position: see [`NpyFile::open_raw`].
    ///
    /// # Errors
    ///
    /// As [`NpyFile::open_raw`].
    pub fn open_raw(&self, path: impl AsRef<Path>, spec: &RawSpec) -> Result<NpyFile> {
        let mut container = Container::file(Disk::open(path.as_ref(), self)?);
        let located = Located::raw(&mut container, spec, self)?;
        Ok(NpyFile::of(container, located))
    }
}
