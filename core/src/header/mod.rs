//! The NPY header: reading and writing it.
//!
//! A file begins with the magic string `\x93NUMPY`, two bytes of version, and the length of the
//! text that follows, in 2 bytes (version 1.0) or 4 (2.0 and 3.0), little-endian. The text is a
//! Python dict with the keys `descr`, `fortran_order` and `shape`, in Latin-1 (1.0, 2.0) or UTF-8
//! (3.0). The data begins right behind it, at whatever alignment. Sources: [NEP 1] and the
//! documentation of [`numpy.lib.format`].
//!
//! Reading follows `np.load` of NumPy 2.4, verdict by verdict, with the exceptions that [`Warning`]
//! lists; [`write()`] is byte-identical to `np.save`.
//!
//! [NEP 1]: https://numpy.org/neps/nep-0001-npy-format.html
//! [`numpy.lib.format`]: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

mod error;
mod read;
mod template;
mod warning;
mod write;

use alloc::{boxed::Box, vec::Vec};

pub use self::{
    error::HeaderError,
    warning::Warning,
    write::{write, write_with_order},
};
use crate::{DType, Layout, Order, Result, Step, literal::Literal};

/// What every NPY file begins with.
pub const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// The most characters of a header that NumPy reads unless told otherwise, its `max_header_size`.
pub const NUMPY_MAX_CHARS: u64 = 10_000;

/// What to refuse even though the format allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest text of a header, in bytes; 1 MiB by default. The format allows 4 GiB.
    pub max_header_len: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_header_len: 1 << 20,
        }
    }
}

/// What an NPY file declares about its array.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    version: (u8, u8),
    text: Box<str>,
    header_len: u32,
    fortran_order: bool,
    layout: Layout,
    warnings: Vec<Warning>,
}

impl Header {
    /// Reads a header from the beginning of a file.
    ///
    /// `input` is what is at hand of the file, from its first byte; `input_len` is the length of
    /// the whole file where it is known. [`Step::Need`] says up to where the parser must see the
    /// file: 10 bytes at first, then 12 for versions 2.0 and 3.0, then the whole header. A caller
    /// that offers a few hundred bytes at once rarely gets there.
    ///
    /// With the length known, a file that ends too early is an error at once. Without it, the
    /// caller must notice that the file has no more bytes, and then pass the length.
    ///
    /// # Errors
    ///
    /// [`Magic`], [`Version`], [`Truncated`], [`TooLarge`], [`Header`], [`DType`] or [`Layout`], in
    /// the order in which NumPy would find them. A file of Python objects has a valid header.
    ///
    /// [`Magic`]: crate::ErrorKind::Magic
    /// [`Version`]: crate::ErrorKind::Version
    /// [`Truncated`]: crate::ErrorKind::Truncated
    /// [`TooLarge`]: crate::ErrorKind::TooLarge
    /// [`Header`]: crate::ErrorKind::Header
    /// [`DType`]: crate::ErrorKind::DType
    /// [`Layout`]: crate::ErrorKind::Layout
    ///
    /// ```
    /// use npymap_core::{DType, Header, Order, Step, header};
    ///
    /// let file = header::write(&DType::parse("<f4")?, &[3, 4], Order::F)?;
    /// let limits = header::Limits::default();
    ///
    /// assert_eq!(Header::parse(&[], None, &limits)?, Step::Need(0..10));
    /// assert_eq!(Header::parse(&file[..10], None, &limits)?, Step::Need(0..128));
    /// let Step::Done(header) = Header::parse(&file, None, &limits)? else {
    ///     panic!("the header is complete");
    /// };
    /// assert_eq!(header.dtype().to_string(), "float32");
    /// assert_eq!(header.shape(), [3, 4]);
    /// assert!(header.fortran_order());
    /// assert_eq!(header.data_offset(), 128);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn parse(input: &[u8], input_len: Option<u64>, limits: &Limits) -> Result<Step<Self>> {
        read::parse(input, input_len, limits)
    }

    /// The major and the minor version of the format.
    pub fn version(&self) -> (u8, u8) {
        self.version
    }

    /// The text of the header with all its padding, decoded.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The length of the header's text in bytes. Another text of at most this length could take
    /// its place without the data being moved; see [`Header::with_shape`].
    pub fn header_len(&self) -> u32 {
        self.header_len
    }

    /// Where the data begins, in bytes from the first one of the file.
    pub fn data_offset(&self) -> u64 {
        read::preamble_len(self.version.0).saturating_add(u64::from(self.header_len))
    }

    /// The element type. Never a sub-array.
    pub fn dtype(&self) -> &DType {
        self.layout.dtype()
    }

    /// The number of elements along each dimension: what the header says, and the dimensions of a
    /// sub-array after that.
    pub fn shape(&self) -> &[u64] {
        self.layout.shape()
    }

    /// What the header says about the order. Where it does not matter, NumPy says `False`, others
    /// may not.
    pub fn fortran_order(&self) -> bool {
        self.fortran_order
    }

    /// The order in which the elements are stored.
    pub fn order(&self) -> Order {
        if self.fortran_order {
            Order::F
        } else {
            Order::C
        }
    }

    /// The whole array. Offset 0 is the first byte behind the header.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The length of the data in bytes.
    pub fn nbytes(&self) -> u64 {
        self.layout.nbytes()
    }

    /// What is odd about the header, though not wrong.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The entry `descr` of the header as it stands there, parsed anew.
    pub fn descr(&self) -> Literal<'_> {
        let python2 = self.warnings.contains(&Warning::Python2);
        read::descr(&self.text, python2)
    }
}
