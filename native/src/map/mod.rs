//! Memory maps, and what else is asked of the system about memory.
//!
//! Every `unsafe` of this crate stands in this room; elsewhere it is a compile error.

mod write;

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use memmap2::{Mmap, MmapOptions};
use npymap_core::{
    ErrorKind,
    view::{Element, View},
};

pub use self::write::NpyMapMut;
use crate::{
    array::Array,
    container::Container,
    disk::Disk,
    error::{Error, Result},
    locate::Located,
    npz::Npz,
    options::{Advice, OpenOptions, RawSpec},
    source::Source,
};

/// An array in a file, mapped into memory: slices of it are views of the file's own pages.
///
/// The counterpart of `np.load(path, mmap_mode="r")`. It keeps no file descriptor, so the number
/// of maps is not bounded by the number of files that a process may open. It is `Send` and `Sync`,
/// and any number of threads and processes may read at once.
///
/// ```
/// # fn main() -> npymap::Result<()> {
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("x.npy");
/// # let mut bytes = npymap::core::header::write(&"<f4".parse()?, &[2, 3], npymap::Order::C)?;
/// # bytes.extend((0..6).flat_map(|i| (i as f32).to_le_bytes()));
/// # std::fs::write(&path, bytes).unwrap();
/// // SAFETY: nobody changes or truncates this file while the map lives.
/// let map = unsafe { npymap::NpyMap::open(&path)? };
/// let column = map.slice("[:, 1]")?.view::<f32>()?;
/// assert_eq!(column.iter().collect::<Vec<f32>>(), [1.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct NpyMap {
    /// `None` for an array without bytes, which no system maps.
    map: Option<Mmap>,
    origin: Origin,
    located: Located,
}

/// What a map was made of, kept to notice that the file was cut short since.
#[derive(Debug)]
pub(crate) struct Origin {
    path: PathBuf,
    /// The member of an archive.
    member: Option<Box<str>>,
    /// Where the data ends in the file.
    data_end: u64,
    #[cfg(unix)]
    device_and_inode: (u64, u64),
}

impl NpyMap {
    /// Maps the array of an `.npy` file for reading.
    ///
    /// # Safety
    ///
    /// While the map lives, its bytes in the file must not change and the file must not be cut
    /// short, by this process or another. Rust takes the bytes of a view for immutable: a change is
    /// undefined behaviour. Reading beyond the new end of a file that was cut short ends the process
    /// with a `SIGBUS`. Replacing the file by renaming another onto it is harmless, except on
    /// Windows, which refuses it. Where none of this can be promised, use
    /// [`NpyFile`](crate::NpyFile), which is safe and has the same methods.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or mapped, is not an `.npy` file, holds Python objects, or is
    /// shorter than its header declares.
    pub unsafe fn open(path: impl AsRef<Path>) -> Result<Self> {
        // SAFETY: the caller promises the same.
        unsafe { OpenOptions::new().map(path) }
    }

    /// Maps a headerless file for reading: `np.memmap(path, mode="r", …)`.
    ///
    /// # Safety
    ///
    /// As for [`NpyMap::open`].
    ///
    /// # Errors
    ///
    /// As for [`NpyFile::open_raw`](crate::NpyFile::open_raw), or if the file cannot be mapped.
    pub unsafe fn open_raw(path: impl AsRef<Path>, spec: &RawSpec) -> Result<Self> {
        // SAFETY: the caller promises the same.
        unsafe { OpenOptions::new().map_raw(path, spec) }
    }

    /// Maps what was found in a container.
    ///
    /// # Safety
    ///
    /// As for [`NpyMap::open`].
    pub(crate) unsafe fn of(
        container: &Container,
        located: Located,
        options: &OpenOptions,
    ) -> Result<Self> {
        let data = data_range(container, &located)?;
        let map = match mapping(&data, options).map_err(|e| container.name(e))? {
            None => None,
            Some(mapping) => {
                // SAFETY: the caller promises that nobody changes the file or cuts it short.
                let map = unsafe { mapping.map(container.disk().file()) };
                let map = map.map_err(|e| container.name(e))?;
                #[cfg(unix)]
                if let Some(advice) = options.advice {
                    advise(advice, |advice| map.advise(advice)).map_err(|e| container.name(e))?;
                }
                Some(map)
            }
        };
        let origin = Origin::new(container, data.end)?;
        Ok(Self {
            map,
            origin,
            located,
        })
    }

    /// The path of the file, or of the archive, when it was opened.
    pub fn path(&self) -> &Path {
        &self.origin.path
    }

    /// The mapped bytes: all of the array's data, as stored.
    pub fn as_bytes(&self) -> &[u8] {
        self.map.as_deref().unwrap_or_default()
    }

    /// The whole array. Nothing is read.
    pub fn array(&self) -> Array<'_> {
        let source = Source::Memory {
            bytes: self.as_bytes(),
            origin: Some(&self.origin),
        };
        Array::new(source, self.layout().clone())
    }

    /// A typed view of all the mapped bytes: see [`Array::view`].
    ///
    /// # Errors
    ///
    /// If the dtype is not `T`'s.
    pub fn view<T: Element>(&self) -> Result<View<'_, T>> {
        self.array().view()
    }
}

crate::array::delegate_to_array!(NpyMap);

impl OpenOptions {
    /// Maps an `.npy` file for reading: see [`NpyMap::open`].
    ///
    /// # Safety
    ///
    /// As for [`NpyMap::open`].
    ///
    /// # Errors
    ///
    /// As for [`NpyMap::open`], or if the system refuses the [`Advice`].
    pub unsafe fn map(&self, path: impl AsRef<Path>) -> Result<NpyMap> {
        let options = self.for_reading();
        let mut container = Container::file(Disk::open(path.as_ref(), &options)?);
        let located = Located::npy(&mut container, &options)?;
        // SAFETY: the caller promises the same.
        unsafe { NpyMap::of(&container, located, &options) }
    }

    /// Maps a headerless file for reading: see [`NpyMap::open_raw`].
    ///
    /// # Safety
    ///
    /// As for [`NpyMap::open`].
    ///
    /// # Errors
    ///
    /// As for [`NpyMap::open_raw`], or if the system refuses the [`Advice`].
    pub unsafe fn map_raw(&self, path: impl AsRef<Path>, spec: &RawSpec) -> Result<NpyMap> {
        let options = self.for_reading();
        let mut container = Container::file(Disk::open(path.as_ref(), &options)?);
        let located = Located::raw(&mut container, spec, &options)?;
        // SAFETY: the caller promises the same.
        unsafe { NpyMap::of(&container, located, &options) }
    }
}

impl Npz {
    /// Maps the array of a stored member, by key or by full name.
    ///
    /// The data of members written by NumPy is not aligned; views of it work all the same.
    ///
    /// # Safety
    ///
    /// As for [`NpyMap::open`].
    ///
    /// # Errors
    ///
    /// As for [`Npz::member`], if the member is deflated, or if it cannot be mapped.
    pub unsafe fn map_member(&self, key: &str) -> Result<NpyMap> {
        let mut container = self.container(self.find(key)?)?;
        let located = Located::npy(&mut container, self.options())?;
        // SAFETY: the caller promises the same.
        unsafe { NpyMap::of(&container, located, self.options()) }
    }
}

/// The bytes of the file that hold the data.
fn data_range(container: &Container, located: &Located) -> Result<Range<u64>> {
    if located.layout().dtype().has_object() {
        return Err(container.name(ErrorKind::ObjectDType));
    }
    let range = container
        .in_place()
        .ok_or_else(|| container.name(crate::ErrorKind::Deflated))?;
    // The container is as long as the data, checked when it was located.
    let start = range.start + located.data_offset();
    Ok(start..start + located.layout().nbytes())
}

/// How to map a range of bytes; `None` for one without bytes, which no system maps.
fn mapping(data: &Range<u64>, options: &OpenOptions) -> Result<Option<MmapOptions>> {
    let len = data.end - data.start;
    let Ok(len) = usize::try_from(len) else {
        return Err(ErrorKind::TooLarge {
            what: "an array to be mapped",
            found: len,
            limit: usize::MAX as u64,
        }
        .into());
    };
    if len == 0 {
        return Ok(None);
    }
    let mut mapping = MmapOptions::new();
    mapping.offset(data.start).len(len);
    if options.populate {
        mapping.populate();
    }
    Ok(Some(mapping))
}

impl Origin {
    fn new(container: &Container, data_end: u64) -> Result<Self> {
        Ok(Self {
            path: container.disk().path().to_owned(),
            member: container.key().map(Into::into),
            data_end,
            #[cfg(unix)]
            device_and_inode: {
                let metadata = container.disk().file().metadata();
                device_and_inode(&metadata.map_err(|e| container.name(e))?)
            },
        })
    }

    #[cold]
    pub(crate) fn name(&self, error: impl Into<Error>) -> Error {
        let error = error.into().at(&self.path);
        match &self.member {
            Some(member) => error.in_member(member),
            None => error,
        }
    }

    /// Fails if the file still stands under its path and has become too short.
    ///
    /// The map keeps no file descriptor, so a file that was moved is not seen. Windows lets nobody
    /// cut a mapped file short.
    pub(crate) fn check_len(&self) -> Result<()> {
        #[cfg(unix)]
        if let Ok(metadata) = std::fs::metadata(&self.path) {
            let (expected, found) = (self.data_end, metadata.len());
            if device_and_inode(&metadata) == self.device_and_inode && found < expected {
                let error = ErrorKind::Truncated {
                    what: "the file",
                    expected,
                    found,
                };
                return Err(self.name(error));
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
fn device_and_inode(metadata: &std::fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

/// Tells the system how a map will be used.
#[cfg(unix)]
fn advise(
    advice: Advice,
    tell: impl FnOnce(memmap2::Advice) -> std::io::Result<()>,
) -> std::io::Result<()> {
    tell(match advice {
        #[cfg(target_os = "linux")]
        Advice::HugePage => memmap2::Advice::HugePage,
        #[cfg(not(target_os = "linux"))]
        Advice::HugePage => return Ok(()),
        Advice::Random => memmap2::Advice::Random,
        Advice::Sequential => memmap2::Advice::Sequential,
        Advice::WillNeed => memmap2::Advice::WillNeed,
    })
}

/// Asks for huge pages for memory that is about to be filled: a fault for each 4 KiB takes longer
/// than most of what fills it. NumPy does the same.
#[cfg(target_os = "linux")]
pub(crate) fn advise_huge_pages<T>(memory: &mut [T]) {
    /// Both less than any huge page, and a multiple of every page size in use.
    const PAGE: usize = 64 << 10;
    const WORTH_IT: usize = 4 << 20;

    let start = memory.as_mut_ptr().addr().next_multiple_of(PAGE);
    let end = memory.as_mut_ptr_range().end.addr() / PAGE * PAGE;
    if end.saturating_sub(start) < WORTH_IT {
        return;
    }
    let start = memory.as_mut_ptr().with_addr(start).cast();
    // SAFETY: the range lies in memory that is borrowed mutably here, and the advice changes
    // nothing about its contents. That it may be ignored is why the result is not looked at.
    unsafe { libc::madvise(start, end - start.addr(), libc::MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn advise_huge_pages<T>(_: &mut [T]) {}
