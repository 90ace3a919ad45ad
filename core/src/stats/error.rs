//! Why statistics are refused.

use core::fmt;

use crate::{DType, Result, error::Excerpt, literal::Literal};

/// Why statistics or a histogram were refused.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StatsError {
    /// An accumulator is to be merged with one of another dtype or with other bins.
    Mismatch,
    /// The elements are not numbers.
    NotNumbers {
        /// What they are, e.g. "strings".
        found: &'static str,
        /// The first field of structures, if they have any.
        field: Option<Excerpt>,
    },
    /// A histogram needs at least one bin.
    NoBins,
    /// Bytes that should be elements end within one.
    PartialElement {
        /// How many bytes there are.
        found: u64,
        /// The size of an element.
        itemsize: u64,
    },
    /// The range of a histogram is not finite.
    RangeNotFinite {
        /// Its lower end.
        lo: f64,
        /// Its upper end.
        hi: f64,
    },
    /// The upper end of the range of a histogram is below the lower one.
    RangeReversed {
        /// Its lower end.
        lo: f64,
        /// Its upper end.
        hi: f64,
    },
    /// Floating-point numbers of the dtype do not tell the edges of so many bins apart.
    TooManyBins {
        /// How many there should be.
        bins: u32,
    },
}

impl fmt::Display for StatsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mismatch => {
                f.write_str("cannot merge figures of different dtypes or different bins")
            }
            Self::NotNumbers { found, field } => {
                write!(f, "statistics need numbers, found {found}")?;
                match field {
                    Some(name) => write!(f, ": select a field, such as [{name}]"),
                    None => Ok(()),
                }
            }
            Self::NoBins => f.write_str("the number of bins must be positive, found 0"),
            Self::PartialElement { found, itemsize } => write!(
                f,
                "{found} bytes are not whole elements: expected a multiple of {itemsize}"
            ),
            Self::RangeNotFinite { lo, hi } => {
                let [lo, hi] = [*lo, *hi].map(Literal::Float);
                write!(f, "range of [{lo}, {hi}] is not finite")
            }
            Self::RangeReversed { lo, hi } => {
                let [lo, hi] = [*lo, *hi].map(Literal::Float);
                write!(
                    f,
                    "the range's end must not be below its start: found [{lo}, {hi}]"
                )
            }
            Self::TooManyBins { bins } => write!(
                f,
                "too many bins for data range: cannot create {bins} finite-sized bins"
            ),
        }
    }
}

/// Refuses bytes that end within an element.
pub(super) fn check_whole(dtype: &DType, bytes: &[u8]) -> Result<()> {
    let (found, itemsize) = (bytes.len() as u64, dtype.itemsize());
    if found.is_multiple_of(itemsize) {
        Ok(())
    } else {
        Err(StatsError::PartialElement { found, itemsize }.into())
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;
    use crate::{dtype::ByteOrder, stats::Accumulator};

    #[test]
    fn messages() {
        let message = |dtype: &DType| Accumulator::new(dtype).unwrap_err().to_string();
        assert_eq!(
            message(&DType::string(3, ByteOrder::Little).unwrap()),
            "statistics need numbers, found strings"
        );
        assert_eq!(
            message(&DType::bytes(0)),
            "statistics need numbers, found byte strings"
        );
        assert_eq!(
            message(&DType::void(2)),
            "statistics need numbers, found raw data"
        );

        let mut accumulator = Accumulator::new(&DType::FLOAT32).unwrap();
        assert_eq!(
            accumulator.update(&[0; 7]).unwrap_err().to_string(),
            "7 bytes are not whole elements: expected a multiple of 4"
        );
        let other = Accumulator::new(&DType::FLOAT64).unwrap();
        assert_eq!(
            accumulator.merge(&other).unwrap_err().to_string(),
            "cannot merge figures of different dtypes or different bins"
        );
    }

    #[test]
    fn a_field_is_proposed() {
        let error = StatsError::NotNumbers {
            found: "structures",
            field: Some(Excerpt::text("x")),
        };
        assert_eq!(
            error.to_string(),
            "statistics need numbers, found structures: select a field, such as ['x']"
        );
    }
}
