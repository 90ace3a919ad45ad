//! The one error type of this crate.

use alloc::{
    boxed::Box,
    string::{String, ToString},
};
use core::fmt;

use crate::{
    DType, cast::CastError, dtype::DTypeError, encode::EncodeError, header::HeaderError,
    layout::LayoutError, npz::ZipError, selection::SelectionError, stats::StatsError,
};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Why a file, a selection or an operation was refused.
///
/// It is as large as a pointer. Its text is a lower-case fragment in one line that says what is
/// wrong, where, what was found and what was expected; index errors use NumPy's wording. It never
/// carries more than 80 characters of the input.
#[derive(Clone, PartialEq)]
pub struct Error(Box<ErrorKind>);

impl Error {
    /// Makes an error of a kind.
    #[cold]
    pub fn new(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }

    /// What went wrong, for programs.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}

impl<K: Into<ErrorKind>> From<K> for Error {
    #[cold]
    fn from(kind: K) -> Self {
        Self::new(kind.into())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl core::error::Error for Error {}

/// The kinds of [`Error`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A buffer does not have exactly the size it must have.
    BufferSize {
        /// The buffer, e.g. "the destination".
        what: &'static str,
        /// The size it must have in bytes.
        expected: u64,
        /// The size it has in bytes.
        found: u64,
    },
    /// Elements would have to be converted to another dtype to be copied.
    CastNeeded {
        /// The dtype of the elements.
        from: DType,
        /// The dtype of the elements they should be copied to.
        to: DType,
    },
    /// Values are not converted to another dtype.
    Cast(CastError),
    /// A descriptor or a dtype string names no dtype, or not one fit for the use.
    DType(DTypeError),
    /// The elements are of another type than they should be viewed as.
    ElementType {
        /// The dtype of the elements.
        found: DType,
        /// The Rust type.
        wanted: &'static str,
    },
    /// A literal is not taken for a value of a dtype.
    Encode(EncodeError),
    /// The header is not one that NumPy would read.
    Header(HeaderError),
    /// A shape, a stride or an operation on a layout is impossible.
    Layout(LayoutError),
    /// The input does not begin with the magic string of an NPY file.
    Magic {
        /// The first bytes of the input, at most 8 of them.
        found: Excerpt,
    },
    /// Bytes of the data that an element needs were not handed over.
    NotGiven {
        /// The offset in the data of the first byte needed.
        offset: u64,
        /// How many bytes are needed from there on.
        len: u64,
    },
    /// The values are Python objects, which are pickled. They are described, never read.
    ObjectDType,
    /// There is no memory for what must be held at once.
    OutOfMemory {
        /// What must be held, e.g. "a copy of the source".
        what: &'static str,
        /// How many bytes it takes.
        len: u64,
    },
    /// Byte ranges do not ascend, or overlap.
    Ranges {
        /// Where the offending range starts.
        start: u64,
        /// Where it, or the last one that adjoins it, ends.
        end: u64,
        /// Where the range before it ends.
        position: u64,
    },
    /// A selection has an error in its text, or does not fit the array.
    Selection(SelectionError),
    /// Statistics or a histogram of such values, or with such bins, are impossible.
    Stats(StatsError),
    /// Something exceeds a limit that the caller set or that keeps memory bounded.
    TooLarge {
        /// What exceeds the limit, e.g. "a header".
        what: &'static str,
        /// Its size, in the unit that `what` implies (bytes unless it says otherwise).
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// The input ends before what it declares.
    Truncated {
        /// What is cut short, e.g. "the array data".
        what: &'static str,
        /// How many bytes it should have.
        expected: u64,
        /// How many it has.
        found: u64,
    },
    /// There are more or fewer values than elements to set to them.
    ValueCount {
        /// How many elements there are.
        expected: u64,
        /// How many values there are. Where it is greater, there may be even more.
        found: u64,
    },
    /// The format version is not 1.0, 2.0 or 3.0.
    Version {
        /// The major version found at byte 6.
        major: u8,
        /// The minor version found at byte 7.
        minor: u8,
    },
    /// The archive's structure is wrong.
    Zip(ZipError),
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BufferSize {
                what,
                expected,
                found,
            } => write!(f, "{what} must have {expected} bytes, found {found}"),
            Self::CastNeeded { from, to } => {
                let [from, to] = [from, to].map(|dtype| Excerpt::text(&dtype.to_string()));
                write!(f, "elements of dtype {from} must be cast to become {to}")
            }
            Self::Cast(e) => e.fmt(f),
            Self::DType(e) => e.fmt(f),
            Self::ElementType { found, wanted } => {
                let found = Excerpt::text(&found.to_string());
                write!(f, "elements of dtype {found} cannot be viewed as {wanted}")
            }
            Self::Encode(e) => e.fmt(f),
            Self::Header(e) => e.fmt(f),
            Self::Layout(e) => e.fmt(f),
            Self::Magic { found } => match found.foreign_format() {
                Some(format) => write!(f, "not an NPY file but {format}: found {found} at byte 0"),
                None => write!(
                    f,
                    "not an NPY file: found {found} at byte 0, expected '\\x93NUMPY'"
                ),
            },
            Self::NotGiven { offset, len } => write!(
                f,
                "bytes {offset}..{} of the data were not given",
                offset.saturating_add(*len)
            ),
            Self::ObjectDType => f.write_str(
                "the array holds pickled Python objects, which are never unpickled: \
                 its header can be read, its values cannot",
            ),
            Self::OutOfMemory { what, len } => {
                write!(f, "there is no memory for {what} of {len} bytes")
            }
            Self::Ranges {
                start,
                end,
                position,
            } => write!(
                f,
                "byte range {start}..{end} does not come after byte {position}, \
                 where the one before it ends"
            ),
            Self::Selection(e) => e.fmt(f),
            Self::Stats(e) => e.fmt(f),
            Self::TooLarge { what, found, limit } => {
                write!(
                    f,
                    "{what} is too large: found {found}, the limit is {limit}"
                )
            }
            Self::Truncated {
                what: "the file",
                expected,
                found: 0,
            } => write!(f, "the file is empty: expected {expected} bytes"),
            Self::Truncated {
                what,
                expected,
                found,
            } => {
                write!(
                    f,
                    "{what} is cut short: expected {expected} bytes, found {found}"
                )
            }
            Self::ValueCount { expected, found } => {
                let least = if found > expected { "at least " } else { "" };
                write!(f, "expected {expected} values, found {least}{found}")
            }
            Self::Version { major, minor } => write!(
                f,
                "unsupported format version ({major}, {minor}) at byte 6: \
                 expected (1, 0), (2, 0) or (3, 0)"
            ),
            Self::Zip(e) => e.fmt(f),
        }
    }
}

impl From<CastError> for ErrorKind {
    fn from(e: CastError) -> Self {
        Self::Cast(e)
    }
}

impl From<DTypeError> for ErrorKind {
    fn from(e: DTypeError) -> Self {
        Self::DType(e)
    }
}

impl From<EncodeError> for ErrorKind {
    fn from(e: EncodeError) -> Self {
        Self::Encode(e)
    }
}

impl From<HeaderError> for ErrorKind {
    fn from(e: HeaderError) -> Self {
        Self::Header(e)
    }
}

impl From<LayoutError> for ErrorKind {
    fn from(e: LayoutError) -> Self {
        Self::Layout(e)
    }
}

impl From<SelectionError> for ErrorKind {
    fn from(e: SelectionError) -> Self {
        Self::Selection(e)
    }
}

impl From<StatsError> for ErrorKind {
    fn from(e: StatsError) -> Self {
        Self::Stats(e)
    }
}

impl From<ZipError> for ErrorKind {
    fn from(e: ZipError) -> Self {
        Self::Zip(e)
    }
}

/// A short, printable quotation of the input: quoted, control characters escaped, cut with `...`
/// where it is longer than [`Excerpt::MAX_CHARS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt(Box<str>);

impl Excerpt {
    /// The most characters of input that an excerpt carries.
    pub const MAX_CHARS: usize = 40;

    /// Quotes text.
    #[cold]
    pub fn text(text: &str) -> Self {
        Self::of(text.chars())
    }

    /// Quotes bytes, read as Latin-1.
    #[cold]
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::of(bytes.iter().map(|&b| char::from(b)))
    }

    /// What it is the start of, if NPY files are often taken for that or the other way round.
    fn foreign_format(&self) -> Option<&'static str> {
        // With the quotation mark, as it stands in the text.
        const ZIP: [&str; 2] = ["'PK\\x03\\x04", "'PK\\x05\\x06"];
        // From protocol 2 on. Those before begin with any of many letters.
        const PICKLE: [&str; 4] = ["'\\x80\\x02", "'\\x80\\x03", "'\\x80\\x04", "'\\x80\\x05"];
        let begins_with = |starts: &[&str]| starts.iter().any(|start| self.0.starts_with(start));
        if begins_with(&ZIP) {
            Some("a zip archive, to be opened as .npz")
        } else if begins_with(&PICKLE) {
            Some("a pickle, which is never unpickled")
        } else if begins_with(&["'\\x1f\\x8b"]) {
            Some("compressed by gzip, to be decompressed first")
        } else {
            None
        }
    }

    fn of(chars: impl Iterator<Item = char>) -> Self {
        let mut quoted = String::from("'");
        for (i, c) in chars.enumerate() {
            if i == Self::MAX_CHARS {
                quoted.push_str("'...");
                return Self(quoted.into());
            }
            match c {
                '\\' | '\'' => quoted.extend(['\\', c]),
                '\n' => quoted.push_str("\\n"),
                '\r' => quoted.push_str("\\r"),
                '\t' => quoted.push_str("\\t"),
                c if c.is_control() => {
                    // Control characters are all below U+00A0, so two digits are enough.
                    use fmt::Write;
                    // Writing to a String cannot fail.
                    let _ = write!(quoted, "\\x{:02x}", u32::from(c));
                }
                c => quoted.push(c),
            }
        }
        quoted.push('\'');
        Self(quoted.into())
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
