//! What is odd about a header.

use core::fmt;

use super::NUMPY_MAX_CHARS;
use crate::{dtype::Extended, error::Excerpt};

/// Something odd about a header that is no reason to refuse it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// The header has more characters than NumPy reads by default.
    HeaderTooLongForNumPy {
        /// How many.
        chars: u64,
    },
    /// Python 2 wrote the header, with an `L` after integers. NumPy reads it, slowly.
    Python2,
    /// The type string is one that the Python package ml_dtypes writes for a type of its own.
    /// Values are raw data until the caller reinterprets them.
    ForeignDType {
        /// The type string.
        descr: Excerpt,
        /// The type that it probably stands for; `None` where ml_dtypes writes several types so.
        probably: Option<Extended>,
        /// Whether NumPy reads it, as raw data too.
        numpy_reads: bool,
    },
    /// The dtype is a sub-array. Its dimensions come after those of the array, as
    /// `np.load(mmap_mode='r')` has it; `np.load` alone fails.
    SubArray,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeaderTooLongForNumPy { chars } => write!(
                f,
                "the header has {chars} characters: by default, NumPy reads at most \
                 {NUMPY_MAX_CHARS}"
            ),
            Self::Python2 => f.write_str(
                "the header was written by Python 2: saving the file anew makes it faster to open",
            ),
            Self::ForeignDType {
                descr,
                probably,
                numpy_reads,
            } => {
                write!(f, "the descr {descr} probably stands for ")?;
                match probably {
                    Some(dtype) => write!(f, "{} of ml_dtypes", dtype.name())?,
                    None => f.write_str("a one-byte type of ml_dtypes")?,
                }
                f.write_str(": its values are raw data until they are reinterpreted")?;
                if !numpy_reads {
                    f.write_str("; NumPy refuses the file")?;
                }
                Ok(())
            }
            Self::SubArray => f.write_str(
                "the dtype is a sub-array, whose dimensions follow those of the array: \
                 np.load reads the file with mmap_mode only",
            ),
        }
    }
}
