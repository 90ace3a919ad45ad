//! Arrays read by position: safe, and on every file system.

use std::path::Path;

use crate::{
    array::Array,
    container::Container,
    disk::Disk,
    error::Result,
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
    container: Container,
    located: Located,
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

    /// Opens a headerless file, as `np.memmap` does.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or has too few bytes for the shape; without a shape, if the
    /// bytes from the offset on are not a whole number of elements.
    pub fn open_raw(path: impl AsRef<Path>, spec: &RawSpec) -> Result<Self> {
        OpenOptions::new().open_raw(path, spec)
    }

    pub(crate) fn in_container(container: Container, options: &OpenOptions) -> Result<Self> {
        let located = Located::npy(&container, options)?;
        Ok(Self { container, located })
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

    /// The whole array. Nothing is read.
    pub fn array(&self) -> Array<'_> {
        let source = Source::File {
            container: &self.container,
            start: self.data_offset(),
            is_pickle: self.layout().dtype().has_object(),
        };
        Array::new(source, self.layout().clone())
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
        NpyFile::in_container(Container::file(Disk::open(path.as_ref())?), self)
    }

    /// Opens a headerless file for reading by position: see [`NpyFile::open_raw`].
    ///
    /// # Errors
    ///
    /// As [`NpyFile::open_raw`].
    pub fn open_raw(&self, path: impl AsRef<Path>, spec: &RawSpec) -> Result<NpyFile> {
        let container = Container::file(Disk::open(path.as_ref())?);
        let located = Located::raw(&container, spec)?;
        Ok(NpyFile { container, located })
    }
}
