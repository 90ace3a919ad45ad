//! Maps that are written to.

use std::{path::Path, sync::Arc};

use memmap2::MmapMut;
use npymap_core::{
    Selection,
    view::{Element, View, ViewMut},
};

use super::{Origin, data_range, mapping};
use crate::{
    array::Array,
    array_mut::{ArrayMut, Target},
    container::Container,
    create::CreateOptions,
    disk::Disk,
    error::Result,
    locate::Located,
    options::{OpenOptions, RawSpec},
    source::Source,
};

/// An array in a file, mapped into memory to be changed in place.
///
/// The counterpart of `np.load(path, mmap_mode="r+")`, and with [`NpyMapMut::open_private`] of
/// `mmap_mode="c"`. What is assigned is at once what every other process reads or has mapped, and
/// outlives this process, even if it is killed. It outlives a power cut only once [`flush`] has
/// returned.
///
/// Dropping the map does not wait for the disk, and an error of writing is lost then: call
/// [`flush`] or [`close`].
///
/// ```
/// # fn main() -> npymap::Result<()> {
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("x.npy");
/// let new = npymap::CreateOptions::new("<f4".parse()?, [3, 4]);
/// // SAFETY: nobody else changes or truncates this file while the map lives.
/// let mut map = unsafe { new.map(&path)? };
/// map.slice_mut("[-1]")?.fill(99_f32)?;
/// map.close()?;
///
/// assert_eq!(npymap::NpyFile::open(&path)?.at::<f32>(&[2, 3])?, 99.0);
/// # Ok(())
/// # }
/// ```
///
/// [`flush`]: NpyMapMut::flush
/// [`close`]: NpyMapMut::close
#[derive(Debug)]
pub struct NpyMapMut {
    /// `None` for an array without bytes, which no system maps.
    map: Option<MmapMut>,
    origin: Origin,
    located: Located,
    /// Keeps the lock, if there is one.
    disk: Option<Arc<Disk>>,
    /// Whether changes stay in this process.
    is_private: bool,
}

impl NpyMapMut {
    /// Maps the array of an `.npy` file for reading and writing: NumPy's mode `r+`.
    ///
    /// The file is locked while the map lives: [`OpenOptions::lock`].
    ///
    /// # Safety
    ///
    /// While the map lives, nobody but the map may change its bytes in the file, and nobody may cut
    /// the file short, neither this process nor another. Rust takes the bytes of a view for its own:
    /// a change from elsewhere is undefined behaviour. Touching what lies beyond the new end of a
    /// file that was cut short ends the process with a `SIGBUS`; so does writing to a part of a
    /// sparse file for which the disk has no room, which [`CreateOptions::preallocate`] prevents.
    /// Where this cannot be promised, write by position, which is safe: [`OpenOptions::write`] and
    /// [`NpyFile`](crate::NpyFile).
    ///
    /// # Errors
    ///
    /// If the file cannot be opened, locked or mapped, is not an `.npy` file, holds Python objects,
    /// or is shorter than its header declares. NumPy makes such a file longer; this is done where
    /// [`OpenOptions::extend`] asks for it.
    pub unsafe fn open(path: impl AsRef<Path>) -> Result<Self> {
        // SAFETY: the caller promises the same.
        unsafe { OpenOptions::new().map_mut(path) }
    }

    /// Maps the array of an `.npy` file so that changes are private: NumPy's mode `c`.
    ///
    /// They are seen by nobody else and never reach the file, and each changed page takes memory.
    /// No lock is taken, unless [`OpenOptions::lock`] asks for one, which is shared.
    ///
    /// # Safety
    ///
    /// As for [`NpyMap::open`](crate::NpyMap::open): what others write to the file is seen in pages
    /// that were not changed here.
    ///
    /// # Errors
    ///
    /// As for [`NpyMap::open`](crate::NpyMap::open).
    pub unsafe fn open_private(path: impl AsRef<Path>) -> Result<Self> {
        // SAFETY: the caller promises the same.
        unsafe { OpenOptions::new().map_private(path) }
    }

    /// Maps what was found in a container.
    ///
    /// # Safety
    ///
    /// As for [`NpyMapMut::open`], or [`NpyMapMut::open_private`].
    unsafe fn of(
        container: &Container,
        located: Located,
        options: &OpenOptions,
        is_private: bool,
    ) -> Result<Self> {
        let data = data_range(container, &located)?;
        let map = match mapping(&data, options).map_err(|e| container.name(e))? {
            None => None,
            Some(mapping) => {
                let file = container.disk().file();
                let map = if is_private {
                    // SAFETY: the caller promises that nobody changes the file or cuts it short.
                    unsafe { mapping.map_copy(file) }
                } else {
                    // SAFETY: the caller promises that nobody else changes the file or cuts it
                    // short.
                    unsafe { mapping.map_mut(file) }
                };
                let map = map.map_err(|e| container.name(e))?;
                #[cfg(unix)]
                if let Some(advice) = options.advice {
                    super::advise(advice, |advice| map.advise(advice))
                        .map_err(|e| container.name(e))?;
                }
                Some(map)
            }
        };
        let origin = Origin::new(container, data.end)?;
        let disk = container.disk_handle();
        Ok(Self {
            map,
            origin,
            located,
            disk: Some(disk).filter(|disk| disk.is_locked()),
            is_private,
        })
    }

    /// The path of the file when it was opened.
    pub fn path(&self) -> &Path {
        &self.origin.path
    }

    /// Whether changes stay in this process: [`NpyMapMut::open_private`].
    pub fn is_private(&self) -> bool {
        self.is_private
    }

    /// Whether the file is locked as long as the map lives.
    pub fn is_locked(&self) -> bool {
        self.disk.is_some()
    }

    /// The mapped bytes: all of the array's data, as stored.
    pub fn as_bytes(&self) -> &[u8] {
        self.map.as_deref().unwrap_or_default()
    }

    /// The mapped bytes, to be changed.
    pub fn as_bytes_mut(&mut self) -> &mut [u8] {
        self.map.as_deref_mut().unwrap_or_default()
    }

    /// The whole array, for reading. Nothing is read.
    pub fn array(&self) -> Array<'_> {
        let source = Source::Memory {
            bytes: self.as_bytes(),
            origin: Some(&self.origin),
        };
        Array::new(source, self.layout().clone())
    }

    /// The whole array, for writing. Nothing is read or written.
    pub fn array_mut(&mut self) -> ArrayMut<'_> {
        let layout = self.located.layout().clone();
        let target = Target::Memory {
            bytes: self.map.as_deref_mut().unwrap_or_default(),
            origin: &self.origin,
        };
        ArrayMut::new(target, layout)
    }

    /// NumPy basic indexing, as text, of what is to be changed: see [`ArrayMut::slice`].
    ///
    /// # Errors
    ///
    /// If the text is no selection, or does not fit the array.
    pub fn slice_mut(&mut self, selection: &str) -> Result<ArrayMut<'_>> {
        self.array_mut().slice(selection)
    }

    /// A typed view of all the mapped bytes: see [`Array::view`].
    ///
    /// # Errors
    ///
    /// If the dtype is not `T`'s.
    pub fn view<T: Element>(&self) -> Result<View<'_, T>> {
        self.array().view()
    }

    /// A typed view of all the mapped bytes, to be changed: see [`ArrayMut::view_mut`].
    ///
    /// # Errors
    ///
    /// If the dtype is not `T`'s.
    pub fn view_mut<T: Element>(&mut self) -> Result<ViewMut<'_, T>> {
        self.array_mut().into_view_mut()
    }

    /// Waits until all changes are on the disk (`msync`): a power cut does not undo them then. Of a
    /// private map, there is nothing to be written.
    ///
    /// The size of a file that was just made longer is on the disk only after
    /// [`NpyMapMut::sync_all`].
    ///
    /// # Errors
    ///
    /// If the disk cannot be written. Then the system may have dropped what it could not write: a
    /// later flush that succeeds does not mean that it is there.
    pub fn flush(&self) -> Result<()> {
        self.msync(MmapMut::flush)
    }

    /// As [`NpyMapMut::flush`], but does not wait. On Linux, which writes changed pages by and by in
    /// any case, it does nothing.
    ///
    /// # Errors
    ///
    /// As [`NpyMapMut::flush`], as far as it is known at once.
    pub fn flush_async(&self) -> Result<()> {
        self.msync(MmapMut::flush_async)
    }

    /// As [`NpyMapMut::flush`], for the pages from the first to the last byte of a selection.
    ///
    /// # Errors
    ///
    /// If the selection does not fit the array, or as [`NpyMapMut::flush`].
    pub fn flush_range(&self, selection: &Selection) -> Result<()> {
        let span = self.select(selection)?.layout().byte_span();
        let (start, end) = (span.start as usize, span.end as usize);
        self.msync(|map| map.flush_range(start, end - start))
    }

    /// As [`NpyMapMut::flush`], and waits for what is needed to find the bytes again, such as the
    /// size of the file.
    ///
    /// # Errors
    ///
    /// As [`NpyMapMut::flush`], or if the file has been removed or replaced since it was opened
    /// without a lock.
    pub fn sync_all(&self) -> Result<()> {
        self.flush()?;
        if self.is_private {
            return Ok(());
        }
        match &self.disk {
            Some(disk) => disk.sync(),
            None => {
                let file = std::fs::File::open(&self.origin.path);
                let synced = file.and_then(|file| file.sync_all());
                synced.map_err(|e| self.origin.name(e))
            }
        }
    }

    /// Flushes, unmaps and gives up the lock: what dropping does, with the errors.
    ///
    /// # Errors
    ///
    /// As [`NpyMapMut::flush`].
    pub fn close(self) -> Result<()> {
        self.flush()
    }

    fn msync(&self, flush: impl FnOnce(&MmapMut) -> std::io::Result<()>) -> Result<()> {
        match &self.map {
            Some(map) if !self.is_private => flush(map).map_err(|e| self.origin.name(e)),
            _ => Ok(()),
        }
    }
}

crate::array::delegate_to_array!(NpyMapMut);

impl OpenOptions {
    /// Maps an `.npy` file for reading and writing: see [`NpyMapMut::open`].
    ///
    /// # Safety
    ///
    /// As for [`NpyMapMut::open`].
    ///
    /// # Errors
    ///
    /// As for [`NpyMapMut::open`], or if the system refuses the [`Advice`](crate::Advice).
    pub unsafe fn map_mut(&self, path: impl AsRef<Path>) -> Result<NpyMapMut> {
        // SAFETY: the caller promises the same.
        unsafe { self.for_writing().map_npy(path.as_ref(), false) }
    }

    /// Maps an `.npy` file so that changes are private: see [`NpyMapMut::open_private`].
    ///
    /// # Safety
    ///
    /// As for [`NpyMapMut::open_private`].
    ///
    /// # Errors
    ///
    /// As for [`NpyMapMut::open_private`], or if the system refuses the [`Advice`](crate::Advice).
    pub unsafe fn map_private(&self, path: impl AsRef<Path>) -> Result<NpyMapMut> {
        // SAFETY: the caller promises the same.
        unsafe { self.for_reading().map_npy(path.as_ref(), true) }
    }

    /// Maps a headerless file for reading and writing: `np.memmap(path, mode="r+", …)`.
    ///
    /// # Safety
    ///
    /// As for [`NpyMapMut::open`].
    ///
    /// # Errors
    ///
    /// As for [`NpyFile::open_raw`](crate::NpyFile::open_raw), or if the file cannot be locked or
    /// mapped.
    pub unsafe fn map_raw_mut(&self, path: impl AsRef<Path>, spec: &RawSpec) -> Result<NpyMapMut> {
        // SAFETY: the caller promises the same.
        unsafe {
            self.for_writing()
                .map_headerless(path.as_ref(), spec, false)
        }
    }

    /// Maps a headerless file so that changes are private: `np.memmap(path, mode="c", …)`.
    ///
    /// # Safety
    ///
    /// As for [`NpyMapMut::open_private`].
    ///
    /// # Errors
    ///
    /// As for [`NpyFile::open_raw`](crate::NpyFile::open_raw), or if the file cannot be mapped.
    pub unsafe fn map_raw_private(
        &self,
        path: impl AsRef<Path>,
        spec: &RawSpec,
    ) -> Result<NpyMapMut> {
        // SAFETY: the caller promises the same.
        unsafe { self.for_reading().map_headerless(path.as_ref(), spec, true) }
    }

    /// # Safety
    ///
    /// As for [`NpyMapMut::of`].
    unsafe fn map_npy(&self, path: &Path, is_private: bool) -> Result<NpyMapMut> {
        let mut container = Container::file(Disk::open(path, self)?);
        let located = Located::npy(&mut container, self)?;
        // SAFETY: the caller promises the same.
        unsafe { NpyMapMut::of(&container, located, self, is_private) }
    }

    /// # Safety
    ///
    /// As for [`NpyMapMut::of`].
    unsafe fn map_headerless(
        &self,
        path: &Path,
        spec: &RawSpec,
        is_private: bool,
    ) -> Result<NpyMapMut> {
        let mut container = Container::file(Disk::open(path, self)?);
        let located = Located::raw(&mut container, spec, self)?;
        // SAFETY: the caller promises the same.
        unsafe { NpyMapMut::of(&container, located, self, is_private) }
    }
}

impl CreateOptions {
    /// Creates a file and maps it for reading and writing: NumPy's mode `w+`.
    ///
    /// # Safety
    ///
    /// As for [`NpyMapMut::open`].
    ///
    /// # Errors
    ///
    /// As for [`CreateOptions::create`], or if the file cannot be mapped.
    pub unsafe fn map(&self, path: impl AsRef<Path>) -> Result<NpyMapMut> {
        let (container, located) = self.make(path.as_ref())?;
        // SAFETY: the caller promises the same.
        unsafe { NpyMapMut::of(&container, located, &OpenOptions::new(), false) }
    }
}
