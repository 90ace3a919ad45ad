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
