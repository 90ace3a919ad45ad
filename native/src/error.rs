//! The error type of this crate: what went wrong, and in which file.

use std::{
    fmt::{self, Write},
    io,
    path::{Path, PathBuf},
};

use npymap_core::{cast::CastError, error::Excerpt, raw::RawError};

use crate::options::Lock;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a file could not be opened or read.
///
/// It is as large as a pointer. Its text is one line: the path (and the member of an archive), then
/// what is wrong and where. The text is whole: what [`Error::kind`] holds is not told again as a
/// [source](std::error::Error::source).
pub struct Error(Box<Inner>);

struct Inner {
    path: Option<PathBuf>,
    member: Option<Box<str>>,
    kind: ErrorKind,
}

/// The kinds of [`Error`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The member of the archive is deflated, so its values stand nowhere to be mapped.
    Deflated,
    /// The bytes are not a sound array, or the selection does not fit it.
    Format(npymap_core::Error),
    /// The file system said no.
    Io(io::Error),
    /// An archive was given where one array is wanted: a member must be named.
    Ambiguous {
        /// How many members there are.
        members: usize,
        /// The key of the first one.
        first: Option<Excerpt>,
    },
    /// The archive has no member of that name.
    NoSuchMember,
    /// Zero-copy access was asked for where there is no map: see [`Array::read`](crate::Array::read).
    NotMapped,
    /// An index has too few numbers: what it names is a part of the array, not an element.
    NotAnElement {
        /// How many numbers are missing.
        ndim: usize,
    },
    /// `ndarray` cannot view the bytes in place because of a property they have.
    NotViewable {
        /// Which one, e.g. "its byte order".
        what: &'static str,
    },
    /// Somebody has locked the file.
    Locked {
        /// What was asked for.
        wanted: Lock,
    },
    /// The file system cannot lock the file.
    NotLockable(io::Error),
    /// The file was opened for reading only.
    ReadOnly,
    /// The array is a member of an archive, which cannot be changed in place.
    Archived,
    /// The array cannot grow or shrink like that.
    Append(AppendError),
    /// Headerless data does not fit the dtype, the shape or the offset given for it.
    Raw(RawError),
    /// A value cannot be converted to another dtype.
    Value {
        /// The index of its element in the array.
        index: Vec<u64>,
        /// Why; the index in this is of no use.
        error: CastError,
    },
}

/// Why an array cannot grow or shrink in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AppendError {
    /// The array has no dimensions to grow along.
    NoAxis,
    /// What is appended has another number of dimensions.
    Dimensions {
        /// The number of dimensions of the array in the file.
        expected: usize,
        /// That of what is appended.
        found: usize,
    },
    /// What is appended has another length along a dimension that does not grow.
    Dimension {
        /// The dimension.
        axis: usize,
        /// The length in the file.
        expected: u64,
        /// That of what is appended.
        found: u64,
    },
    /// What is appended has another dtype, be it in another byte order or not.
    DType {
        /// The dtype in the file.
        expected: String,
        /// That of what is appended.
        found: String,
    },
    /// Bytes that are no whole rows were to be appended.
    PartialRow {
        /// How many bytes a row has.
        row: u64,
        /// How many there are.
        found: u64,
    },
    /// There are bytes behind the array, which growing would overwrite.
    TrailingBytes {
        /// How many.
        count: u64,
    },
    /// The array is shorter than what it should be cut to.
    Shorter {
        /// The axis along which it would be cut.
        axis: usize,
        /// Its length along it.
        found: u64,
        /// The length to which it should be cut.
        len: u64,
    },
}

impl Error {
    #[cold]
    pub(crate) fn new(kind: impl Into<ErrorKind>) -> Self {
        Self(Box::new(Inner {
            path: None,
            member: None,
            kind: kind.into(),
        }))
    }

    /// Names the file concerned, unless the error names one already.
    #[cold]
    pub fn at(mut self, path: &Path) -> Self {
        self.0.path.get_or_insert_with(|| path.to_owned());
        self
    }

    /// Names the member of the archive.
    #[cold]
    pub(crate) fn in_member(mut self, member: &str) -> Self {
        self.0.member.get_or_insert_with(|| member.into());
        self
    }

    /// What went wrong, for programs.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The file concerned, where it is known.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// The member of the archive concerned, if any.
    pub fn member(&self) -> Option<&str> {
        self.0.member.as_deref()
    }
}

impl From<io::Error> for ErrorKind {
    fn from(e: io::Error) -> Self {
        Self::Io(e)
    }
}

impl From<npymap_core::Error> for ErrorKind {
    fn from(e: npymap_core::Error) -> Self {
        Self::Format(e)
    }
}

impl From<npymap_core::ErrorKind> for ErrorKind {
    fn from(e: npymap_core::ErrorKind) -> Self {
        Self::Format(npymap_core::Error::new(e))
    }
}

impl From<AppendError> for ErrorKind {
    fn from(e: AppendError) -> Self {
        Self::Append(e)
    }
}

impl From<RawError> for ErrorKind {
    fn from(e: RawError) -> Self {
        Self::Raw(e)
    }
}

impl<K: Into<ErrorKind>> From<K> for Error {
    #[cold]
    fn from(kind: K) -> Self {
        Self::new(kind)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("path", &self.0.path)
            .field("member", &self.0.member)
            .field("kind", &self.0.kind)
            .finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.0.path {
            write_name(f, &path.to_string_lossy(), usize::MAX)?;
            if let Some(member) = &self.0.member {
                f.write_str("::")?;
                write_name(f, member, MAX_MEMBER_CHARS)?;
            }
            f.write_str(": ")?;
        }
        match &self.0.kind {
            ErrorKind::Deflated => f.write_str(
                "the member is deflated, so it cannot be mapped: read it, or store it uncompressed",
            ),
            ErrorKind::Format(e) => e.fmt(f),
            ErrorKind::Io(e) => e.fmt(f),
            ErrorKind::Ambiguous { members, first: None } => {
                write!(f, "is an archive of {members} members, not an array")
            }
            ErrorKind::Ambiguous { members, first: Some(first) } => write!(
                f,
                "is an archive of {members} members: name one behind '::', such as {first}"
            ),
            ErrorKind::NoSuchMember => f.write_str("the archive has no member of that name"),
            ErrorKind::NotMapped => f.write_str(
                "the array is not mapped, so its bytes cannot be borrowed: read them, or open a map",
            ),
            ErrorKind::NotAnElement { ndim } => {
                write!(f, "the index names no element: it lacks {ndim} dimensions")
            }
            ErrorKind::NotViewable { what } => {
                write!(f, "the array cannot be viewed in place because of {what}: read it instead")
            }
            ErrorKind::Locked { wanted: Lock::Exclusive } => {
                f.write_str("is locked by another reader or writer")
            }
            ErrorKind::Locked { wanted: Lock::Shared } => f.write_str("is locked by a writer"),
            ErrorKind::NotLockable(e) => write!(f, "cannot be locked: {e}"),
            ErrorKind::ReadOnly => {
                f.write_str("assignment destination is read-only: open the file for writing")
            }
            ErrorKind::Archived => f.write_str(
                "members of archives cannot be changed in place: unpack it, and pack the result",
            ),
            ErrorKind::Append(e) => e.fmt(f),
            ErrorKind::Raw(e) => e.fmt(f),
            ErrorKind::Value { index, error } => {
                write!(f, "element {index:?}: {}", error.reason())
            }
        }
    }
}

impl fmt::Display for AppendError {
    /// In NumPy's words where it has any: those of `np.concatenate`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAxis => f.write_str("zero-dimensional arrays cannot be concatenated"),
            Self::Dimensions { expected, found } => write!(
                f,
                "all the input arrays must have same number of dimensions, but the array at index \
                 0 has {expected} dimension(s) and the array at index 1 has {found} dimension(s)"
            ),
            Self::Dimension {
                axis,
                expected,
                found,
            } => write!(
                f,
                "all the input array dimensions except for the concatenation axis must match \
                 exactly, but along dimension {axis}, the array at index 0 has size {expected} and \
                 the array at index 1 has size {found}"
            ),
            Self::DType { expected, found } => {
                write!(
                    f,
                    "the dtype of what is appended must be {expected}, found {found}"
                )
            }
            Self::PartialRow { row, found } => {
                write!(f, "{found} bytes are not whole rows of {row} bytes")
            }
            Self::TrailingBytes { count } => write!(
                f,
                "the {count} bytes behind the array's data would be overwritten: discard them first"
            ),
            Self::Shorter { axis, found, len } => write!(
                f,
                "cannot be cut to {len} along axis {axis}, where it has size {found}"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            // Its own text is part of this one's.
            ErrorKind::Io(e) => e.source(),
            _ => None,
        }
    }
}

/// The most characters of a member's name that a message shows: it is part of the archive, and may
/// have 65 535.
const MAX_MEMBER_CHARS: usize = 80;

/// Writes a name in one line: it may have line breaks, and characters that steer a terminal.
fn write_name(f: &mut fmt::Formatter<'_>, name: &str, max_chars: usize) -> fmt::Result {
    for (i, c) in name.chars().enumerate() {
        if i == max_chars {
            return f.write_str("...");
        }
        if c.is_control() {
            write!(f, "{}", c.escape_default())?;
        } else {
            f.write_char(c)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message of every kind, so that a change of one is seen. A kind that is missing here does
    /// not compile.
    #[test]
    fn messages() {
        let kinds = [
            ErrorKind::Deflated,
            npymap_core::ErrorKind::ObjectDType.into(),
            io::Error::new(io::ErrorKind::InvalidInput, "is a directory").into(),
            ErrorKind::Ambiguous {
                members: 0,
                first: None,
            },
            ErrorKind::Ambiguous {
                members: 2,
                first: Some(Excerpt::text("x")),
            },
            ErrorKind::NoSuchMember,
            ErrorKind::NotMapped,
            ErrorKind::NotAnElement { ndim: 2 },
            ErrorKind::NotViewable {
                what: "its byte order",
            },
            ErrorKind::Locked {
                wanted: Lock::Exclusive,
            },
            ErrorKind::Locked {
                wanted: Lock::Shared,
            },
            ErrorKind::NotLockable(io::ErrorKind::Unsupported.into()),
            ErrorKind::ReadOnly,
            ErrorKind::Archived,
            AppendError::NoAxis.into(),
            AppendError::Dimensions {
                expected: 2,
                found: 1,
            }
            .into(),
            AppendError::Dimension {
                axis: 1,
                expected: 4,
                found: 3,
            }
            .into(),
            AppendError::DType {
                expected: "float32".into(),
                found: "int8".into(),
            }
            .into(),
            AppendError::PartialRow { row: 12, found: 4 }.into(),
            AppendError::TrailingBytes { count: 7 }.into(),
            AppendError::Shorter {
                axis: 0,
                found: 3,
                len: 4,
            }
            .into(),
            RawError::NothingToCount.into(),
            ErrorKind::Format(npymap_core::selection::SelectionError::ZeroStep.into()),
            ErrorKind::Value {
                index: vec![3, 0],
                error: CastError::Value {
                    index: 7,
                    value: Excerpt::text("-2"),
                    to: Excerpt::text("uint8"),
                },
            },
        ];
        for kind in &kinds {
            match kind {
                ErrorKind::Deflated
                | ErrorKind::Format(_)
                | ErrorKind::Io(_)
                | ErrorKind::Ambiguous { .. }
                | ErrorKind::NoSuchMember
                | ErrorKind::NotMapped
                | ErrorKind::NotAnElement { .. }
                | ErrorKind::NotViewable { .. }
                | ErrorKind::Locked {
                    wanted: Lock::Exclusive | Lock::Shared,
                }
                | ErrorKind::NotLockable(_)
                | ErrorKind::ReadOnly
                | ErrorKind::Value { .. }
                | ErrorKind::Raw(_)
                | ErrorKind::Archived => {}
                ErrorKind::Append(append) => match append {
                    AppendError::NoAxis
                    | AppendError::Dimensions { .. }
                    | AppendError::Dimension { .. }
                    | AppendError::DType { .. }
                    | AppendError::PartialRow { .. }
                    | AppendError::TrailingBytes { .. }
                    | AppendError::Shorter { .. } => {}
                },
            }
        }
        let messages = kinds.map(|kind| Error::new(kind).to_string());
        let expected = [
            "the member is deflated, so it cannot be mapped: read it, or store it uncompressed",
            "the array holds pickled Python objects, which are never unpickled: its header can be \
             read, its values cannot",
            "is a directory",
            "is an archive of 0 members, not an array",
            "is an archive of 2 members: name one behind '::', such as 'x'",
            "the archive has no member of that name",
            "the array is not mapped, so its bytes cannot be borrowed: read them, or open a map",
            "the index names no element: it lacks 2 dimensions",
            "the array cannot be viewed in place because of its byte order: read it instead",
            "is locked by another reader or writer",
            "is locked by a writer",
            "cannot be locked: unsupported",
            "assignment destination is read-only: open the file for writing",
            "members of archives cannot be changed in place: unpack it, and pack the result",
            "zero-dimensional arrays cannot be concatenated",
            "all the input arrays must have same number of dimensions, but the array at index 0 \
             has 2 dimension(s) and the array at index 1 has 1 dimension(s)",
            "all the input array dimensions except for the concatenation axis must match exactly, \
             but along dimension 1, the array at index 0 has size 4 and the array at index 1 has \
             size 3",
            "the dtype of what is appended must be float32, found int8",
            "4 bytes are not whole rows of 12 bytes",
            "the 7 bytes behind the array's data would be overwritten: discard them first",
            "cannot be cut to 4 along axis 0, where it has size 3",
            "elements of no bytes cannot be counted: all dimensions must be given",
            "slice step cannot be zero",
            "element [3, 0]: '-2' does not fit into dtype('uint8')",
        ];
        assert_eq!(messages, expected);
    }

    #[test]
    fn names_stand_in_one_line() {
        let error = Error::new(ErrorKind::NoSuchMember)
            .at(Path::new("two\nlines.npz"))
            .in_member(&format!("\u{1b}[31m{}", "é".repeat(100)));
        let member = format!("\\u{{1b}}[31m{}...", "é".repeat(75));
        assert_eq!(
            error.to_string(),
            format!("two\\nlines.npz::{member}: the archive has no member of that name")
        );
    }

    /// Reports print an error and then its sources.
    #[test]
    fn nothing_is_told_twice() {
        let io = Error::new(io::Error::from(io::ErrorKind::NotFound));
        assert!(std::error::Error::source(&io).is_none());
        let format = Error::new(npymap_core::ErrorKind::ObjectDType);
        assert!(std::error::Error::source(&format).is_none());
    }
}
