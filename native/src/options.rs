//! How files are opened.

use npymap_core::{DType, Order, header::Limits};

/// How a file is opened. The defaults suit files of unknown origin.
///
/// ```no_run
/// # fn main() -> npymap::Result<()> {
/// let file = npymap::OpenOptions::new().max_header_len(4 << 20).open("huge-header.npy")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    pub(crate) limits: Limits,
    pub(crate) advice: Option<Advice>,
    pub(crate) populate: bool,
    pub(crate) write: bool,
    pub(crate) lock: Option<bool>,
    pub(crate) extend: bool,
}

/// What is told to the system about how a map will be read (`madvise`). Windows has no such thing,
/// and ignores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// Large pages may be used, where the file system can.
    HugePage,
    /// Pages are read in no order: reading ahead would waste memory and time.
    Random,
    /// Pages are read from the first to the last: reading ahead more than usual helps.
    Sequential,
    /// All pages will be read soon.
    WillNeed,
}

/// Who else may lock a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are two")]
pub enum Lock {
    /// Nobody: there is one writer.
    Exclusive,
    /// Readers.
    Shared,
}

/// What a headerless file holds: the arguments of `np.memmap`.
///
/// ```
/// let spec = npymap::RawSpec::new("<i2".parse()?).offset(6).shape([100, 3]);
/// # Ok::<(), npymap::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RawSpec {
    pub(crate) dtype: DType,
    /// Of which one dimension may be unknown.
    pub(crate) shape: Vec<Option<u64>>,
    pub(crate) offset: u64,
    pub(crate) order: Order,
}

impl OpenOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The longest header that is read, in bytes; 1 MiB unless changed.
    pub fn max_header_len(mut self, bytes: u64) -> Self {
        self.limits.max_header_len = bytes;
        self
    }

    /// Tells the system how a map will be read. Nothing is told unless this is called.
    pub fn advice(mut self, advice: Advice) -> Self {
        self.advice = Some(advice);
        self
    }

    /// Opens for writing as well: NumPy's mode `r+`. [`NpyMapMut`](crate::NpyMapMut) implies it.
    pub fn write(mut self, write: bool) -> Self {
        self.write = write;
        self
    }

    /// Whether the file is locked while it is open.
    ///
    /// Unless changed, who writes takes an exclusive lock, and who reads takes none. With `true`, a
    /// reader takes a shared lock, so that nobody who asks for a lock writes meanwhile. A file that
    /// somebody has locked otherwise is an error, never waited for.
    ///
    /// Locks are advisory, except on Windows: they keep out those who ask for them, NumPy not among
    /// them. A file that is open twice in one process is locked twice, against itself.
    pub fn lock(mut self, lock: bool) -> Self {
        self.lock = Some(lock);
        self
    }

    /// Makes a file that is shorter than its array as long as it, with zeros, instead of refusing
    /// it: what NumPy does without being asked. Files that are opened for reading stay as they are.
    pub fn extend(mut self, extend: bool) -> Self {
        self.extend = extend;
        self
    }

    /// The same options without those for writing.
    pub(crate) fn for_reading(&self) -> Self {
        Self {
            write: false,
            extend: false,
            ..self.clone()
        }
    }

    /// The same options with those for writing.
    pub(crate) fn for_writing(&self) -> Self {
        self.clone().write(true)
    }

    /// Whether to take a lock, and if so, whether an exclusive one.
    pub(crate) fn wanted_lock(&self) -> Option<Lock> {
        match (self.write, self.lock) {
            (true, None | Some(true)) => Some(Lock::Exclusive),
            (false, Some(true)) => Some(Lock::Shared),
            (false, None) | (_, Some(false)) => None,
        }
    }

    /// Reads the whole array into memory when it is mapped (`MAP_POPULATE`, on Linux), so that
    /// later reads never wait for a page.
    pub fn populate(mut self, populate: bool) -> Self {
        self.populate = populate;
        self
    }
}

impl RawSpec {
    /// A one-dimensional array of all the file holds.
    pub fn new(dtype: DType) -> Self {
        Self {
            dtype,
            shape: vec![None],
            offset: 0,
            order: Order::C,
        }
    }

    /// The shape. Where none is given, it is one dimension as long as the file has elements.
    pub fn shape(self, shape: impl IntoIterator<Item = u64>) -> Self {
        self.shape_with_unknown(shape.into_iter().map(Some))
    }

    /// A shape of which one dimension may be `None`: as many as the file has.
    ///
    /// If more than one is, opening the file is an error.
    pub fn shape_with_unknown(mut self, shape: impl IntoIterator<Item = Option<u64>>) -> Self {
        self.shape = shape.into_iter().collect();
        self
    }

    /// Where the data begins, in bytes from the start of the file. It need not be aligned.
    pub fn offset(mut self, bytes: u64) -> Self {
        self.offset = bytes;
        self
    }

    /// The order of the elements.
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }
}
