//! New arrays.

use std::{io, path::Path};

use npymap_core::{self as core, DType, Layout, Order, header};

use crate::{
    array_mut::{self, ArrayMut},
    container::Container,
    disk::{self, Disk},
    error::Result,
    file::NpyFile,
    locate::Located,
    new_file::{Guard, Target},
    options::{Lock, OpenOptions, RawSpec},
};

/// A new array in a file: the arguments of `open_memmap(path, mode="w+", …)`.
///
/// Everything is checked before anything is touched, and the file appears under its name when it is
/// complete: what stood there before is whole until then, and afterwards as well for those who have
/// it open.
///
/// ```
/// # fn main() -> npymap::Result<()> {
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("x.npy");
/// let mut file = npymap::CreateOptions::new("<f4".parse()?, [3, 4]).create(&path)?;
/// file.slice_mut("[0]")?.fill(5_f32)?;
/// file.close()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct CreateOptions {
    dtype: DType,
    shape: Vec<u64>,
    order: Order,
    headerless: Option<u64>,
    overwrite: bool,
    preallocate: bool,
    lock: bool,
}

impl CreateOptions {
    /// An array of zeros in C order, in an `.npy` file that does not exist yet.
    pub fn new(dtype: DType, shape: impl IntoIterator<Item = u64>) -> Self {
        Self {
            dtype,
            shape: shape.into_iter().collect(),
            order: Order::C,
            headerless: None,
            overwrite: false,
            preallocate: false,
            lock: true,
        }
    }

    /// The order of the elements, and so the axis along which the array can grow:
    /// [`NpyFile::growth_axis`].
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// No header, and the data from so many bytes on: `np.memmap(path, mode="w+", …)`.
    pub fn headerless(mut self, offset: u64) -> Self {
        self.headerless = Some(offset);
        self
    }

    /// Whether a file of that name is replaced. Unless it is, it is an error.
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Asks the file system for room for all of the data, so that a full disk is an error now, and
    /// not, for a map, a `SIGBUS` later. Otherwise the file is sparse: it takes room as it is
    /// written.
    pub fn preallocate(mut self, preallocate: bool) -> Self {
        self.preallocate = preallocate;
        self
    }

    /// Whether the file is locked while it is open, as it is unless changed:
    /// [`OpenOptions::lock`](crate::OpenOptions::lock).
    pub fn lock(mut self, lock: bool) -> Self {
        self.lock = lock;
        self
    }

    /// Creates the file, for reading and writing by position.
    ///
    /// # Errors
    ///
    /// If there can be no such array, the file exists, or it cannot be created or locked.
    pub fn create(&self, path: impl AsRef<Path>) -> Result<NpyFile> {
        let (container, located) = self.make(path.as_ref())?;
        Ok(NpyFile::of(container, located))
    }

    /// As [`CreateOptions::create`], of an array that is filled before the file appears: if that
    /// fails, there is no file, or the one that was there before.
    ///
    /// ```
    /// # fn main() -> npymap::Result<()> {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("x.npy");
    /// let new = npymap::CreateOptions::new("<f4".parse()?, [3, 4]);
    /// let file = new.create_with(&path, |mut array| array.fill(0.5_f32))?;
    /// assert_eq!(file.at::<f32>(&[2, 3])?, 0.5);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`CreateOptions::create`], and those of the function.
    pub fn create_with(
        &self,
        path: impl AsRef<Path>,
        fill: impl FnOnce(ArrayMut<'_>) -> Result<()>,
    ) -> Result<NpyFile> {
        let path = path.as_ref();
        let made = self.make_file(path, fill);
        let (container, located) = made.map_err(|e| e.at(path))?;
        Ok(NpyFile::of(container, located))
    }

    pub(crate) fn make(&self, path: &Path) -> Result<(Container, Located)> {
        self.make_file(path, |_| Ok(())).map_err(|e| e.at(path))
    }

    fn make_file(
        &self,
        path: &Path,
        fill: impl FnOnce(ArrayMut<'_>) -> Result<()>,
    ) -> Result<(Container, Located)> {
        let (prefix, len) = self.plan()?;
        if !self.overwrite && path.symlink_metadata().is_ok() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "already exists").into());
        }
        let guard = match self.lock {
            true => Guard::Lock,
            false => Guard::Nothing,
        };
        let new = Target::create_file(path, guard)?;
        new.file().set_len(len)?;
        if self.preallocate {
            disk::preallocate(new.file(), len)?;
        }
        new.write_at(&prefix, 0)?;
        if self.lock {
            disk::take_lock(new.file(), Lock::Exclusive)?;
        }
        let file = new.file().try_clone()?;
        let disk = Disk::created(file, path.to_owned(), len, self.lock);
        let mut container = Container::file(disk);
        let located = self.locate(&mut container)?;
        fill(ArrayMut::new(
            array_mut::Target::File {
                container: &container,
                start: located.data_offset(),
                len: located.layout().nbytes(),
            },
            located.layout().clone(),
        ))?;
        if self.overwrite {
            new.finish()?;
        } else {
            new.finish_if_absent()?;
        }
        Ok((container, located))
    }

    /// Finds the array in the file that was made for it.
    fn locate(&self, container: &mut Container) -> Result<Located> {
        let options = OpenOptions::new().max_header_len(u64::MAX);
        match self.headerless {
            None => Located::npy(container, &options),
            Some(offset) => {
                let spec = RawSpec::new(self.dtype.clone())
                    .shape(self.shape.iter().copied())
                    .offset(offset)
                    .order(self.order);
                Located::raw(container, &spec, &options)
            }
        }
    }

    /// What stands before the data, and the size of the file.
    fn plan(&self) -> Result<(Vec<u8>, u64)> {
        if self.dtype.has_object() {
            return Err(core::ErrorKind::ObjectDType.into());
        }
        let layout = Layout::new(self.dtype.clone(), &self.shape, self.order)?;
        let (prefix, data_offset) = match self.headerless {
            Some(offset) => (Vec::new(), offset),
            None => {
                let prefix = header::write_with_order(&self.dtype, &self.shape, self.order)?;
                let data_offset = prefix.len() as u64;
                (prefix, data_offset)
            }
        };
        let len = data_offset.saturating_add(layout.nbytes());
        if i64::try_from(len).is_err() {
            return Err(core::ErrorKind::TooLarge {
                what: "the file",
                found: len,
                limit: i64::MAX as u64,
            }
            .into());
        }
        Ok((prefix, len))
    }
}
