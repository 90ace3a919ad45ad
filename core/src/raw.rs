//! Arrays without a header, by the rules of `np.memmap`.

use alloc::vec::Vec;
use core::fmt;

use crate::DType;

/// The shape of an array of which one dimension may be unknown: as large as what stands behind the
/// offset allows.
///
/// # Errors
///
/// If more dimensions are unknown, or an unknown one does not come out whole.
///
/// ```
/// use npymap_core::{DType, raw};
///
/// let shape = raw::shape(&DType::FLOAT32, &[None, Some(3)], 8, 32)?;
/// assert_eq!(shape, [2, 3]);
/// # Ok::<(), raw::RawError>(())
/// ```
pub fn shape(
    dtype: &DType,
    shape: &[Option<u64>],
    offset: u64,
    file_size: u64,
) -> Result<Vec<u64>, RawError> {
    let mut unknown = shape.iter().filter(|dim| dim.is_none());
    let dim = match (unknown.next(), unknown.next()) {
        (None, _) => 0,
        (Some(_), None) => {
            let available = available(offset, file_size)?;
            let known = shape.iter().flatten();
            let row = known.fold(dtype.itemsize(), |n, &dim| n.saturating_mul(dim));
            if row == 0 {
                return Err(RawError::NothingToCount);
            }
            if !available.is_multiple_of(row) {
                return Err(RawError::NotAMultiple { available, row });
            }
            available / row
        }
        (Some(_), Some(_)) => return Err(RawError::TwoUnknownDimensions),
    };
    Ok(shape.iter().map(|known| known.unwrap_or(dim)).collect())
}

/// How many bytes there are from an offset on.
///
/// # Errors
///
/// [`RawError::OffsetBeyondEnd`].
pub fn available(offset: u64, file_size: u64) -> Result<u64, RawError> {
    file_size
        .checked_sub(offset)
        .ok_or(RawError::OffsetBeyondEnd { offset, file_size })
}

/// What is wrong with the description of an array without a header.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RawError {
    /// A dimension that is not given must come out whole.
    NotAMultiple {
        /// How many bytes there are from the offset on.
        available: u64,
        /// How many bytes one step along that dimension takes.
        row: u64,
    },
    /// A dimension that is not given cannot be counted in steps that take no bytes.
    NothingToCount,
    /// The offset lies beyond the end of the file.
    OffsetBeyondEnd {
        /// The offset given.
        offset: u64,
        /// The size of the file.
        file_size: u64,
    },
    /// More than one dimension is not given.
    TwoUnknownDimensions,
}

impl fmt::Display for RawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAMultiple { available, row } => write!(
                f,
                "size of available data is not a multiple of the data-type size: \
                 {available} bytes, {row} for each step along the dimension that is not given"
            ),
            Self::NothingToCount => {
                f.write_str("elements of no bytes cannot be counted: all dimensions must be given")
            }
            Self::OffsetBeyondEnd { offset, file_size } => {
                write!(
                    f,
                    "the offset {offset} lies beyond the end of the file at {file_size}"
                )
            }
            Self::TwoUnknownDimensions => f.write_str("can only specify one unknown dimension"),
        }
    }
}

impl core::error::Error for RawError {}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn what_cannot_be_inferred_is_told() {
        let errors = [
            (
                shape(&DType::FLOAT64, &[None], 1, 24),
                "size of available data is not a multiple of the data-type size: 23 bytes, 8 for each step along the dimension that is not given",
            ),
            (
                shape(&DType::FLOAT64, &[None, Some(0)], 0, 24),
                "elements of no bytes cannot be counted: all dimensions must be given",
            ),
            (
                shape(&DType::UINT8, &[None], 25, 24),
                "the offset 25 lies beyond the end of the file at 24",
            ),
            (
                shape(&DType::UINT8, &[None, None], 0, 24),
                "can only specify one unknown dimension",
            ),
        ];
        for (found, expected) in errors {
            assert_eq!(found.unwrap_err().to_string(), expected);
        }
        // Whether it fits is another question.
        assert_eq!(shape(&DType::UINT8, &[Some(30)], 25, 24).unwrap(), [30]);
        assert_eq!(shape(&DType::UINT8, &[], 25, 24).unwrap(), [0_u64; 0]);
    }
}
