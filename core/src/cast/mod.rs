//! Values of one dtype as values of another.
//!
//! [`can_cast`] knows NumPy's rules about which conversions are allowed, [`Cast`] converts.
//! Values that the other dtype does not hold are errors, unless [`Overflow::AsNumPy`] asks for
//! what NumPy's `astype` makes of them.
//!
//! | from | to | |
//! |---|---|---|
//! | numbers, booleans | numbers, booleans | floats lose their fraction as integers, complex numbers their imaginary part as real ones; everything but zero is true |
//! | integers | dates and durations, and back | the count of units |
//! | dates | dates | rounded down to the unit; likewise durations |
//! | strings | strings, byte strings, and back | ASCII only, if bytes are on one side |
//! | anything | raw data | the bytes in the order of the machine |
//! | structures | structures | field by field, by position |
//! | one value | structures, sub-arrays | the value in each field or element |
//!
//! Numbers do not become strings, nor strings or raw data numbers, and Python objects are never
//! touched. Sub-arrays keep their shape.

mod direct;
mod error;
mod format;
mod narrow;
mod node;
mod number;
mod rules;
mod text;
pub(crate) mod time;
mod wide;

pub use self::{
    error::CastError,
    rules::{Casting, can_cast},
};

use self::node::{Fault, Node};
use crate::{DType, ErrorKind, Result, dtype::Kind, error::Excerpt};

/// What to do with values that the other dtype does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a value is converted or refused")]
pub enum Overflow {
    /// An error: integers out of range; floats that are out of range of integers or are NaN;
    /// finite floats that would become infinite; strings that are too long; dates beyond 64 bits;
    /// NaT as anything but a date, a duration or a bool.
    ///
    /// Rounding is no error, nor is the loss of fractions or of imaginary parts: whether these are
    /// acceptable is for [`Casting`] to say.
    #[default]
    Error,
    /// What NumPy's `astype` does. Integers wrap around, floats become infinite, strings are cut
    /// off, NaT is the least 64-bit integer.
    ///
    /// What is undefined in C is what NumPy does on x86-64, one value at a time. A float becomes
    /// an integer of 32 bits on its way to one of 8, 16 or 32 bits (a long double one of 16 bits
    /// to `int8`, `uint8` and `int16`), and one of 64 bits on its way to `uint32` or `int64`; a
    /// value out of that one's range becomes its least. To `uint64` a value of 2^63 or more is
    /// converted less 2^63. In arrays of many floats, NumPy's `uint32` may differ. Counts of months
    /// and years beyond 64 bits wrap around as well, but not always to the same count.
    AsNumPy,
}

/// A conversion of values from one dtype to another.
///
/// ```
/// use npymap_core::{DType, cast::{Cast, Casting, Overflow}};
///
/// let (from, to) = (DType::parse("<i2")?, DType::parse(">f4")?);
/// let cast = Cast::new(&from, &to, Casting::Safe, Overflow::Error)?;
/// let mut floats = [0; 8];
/// cast.convert(&[1, 0, 254, 255], &mut floats)?;
/// assert_eq!(floats, [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0]);
///
/// let cast = Cast::new(&from, &DType::UINT8, Casting::Unsafe, Overflow::Error)?;
/// let e = cast.convert(&[1, 0, 254, 255], &mut [0; 2]).unwrap_err();
/// assert_eq!(e.to_string(), "element 1: '-2' does not fit into dtype('uint8')");
/// # Ok::<_, npymap_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Cast {
    node: Node,
    overflow: Overflow,
}

impl Cast {
    /// The conversion from one dtype to another, if a rule allows it.
    ///
    /// # Errors
    ///
    /// [`CastError::Rule`] if [`can_cast`] says no, [`CastError::Unsupported`] if there is no such
    /// conversion here; [`ErrorKind::ObjectDType`] if there are Python objects on either side;
    /// [`ErrorKind::TooLarge`] where fields of a structure overlap absurdly often.
    pub fn new(from: &DType, to: &DType, casting: Casting, overflow: Overflow) -> Result<Self> {
        if from.has_object() || to.has_object() {
            return Err(ErrorKind::ObjectDType.into());
        }
        if !can_cast(from, to, casting) {
            return Err(CastError::Rule {
                from: name(from),
                to: name(to),
                casting,
            }
            .into());
        }
        Ok(Self {
            node: Node::checked(from, to)?,
            overflow,
        })
    }

    /// Converts values that lie one after another.
    ///
    /// Nothing is assumed about the alignment of either buffer. Bytes of `dst` that belong to no
    /// field of a structure stay as they are. After an error the content of `dst` is unspecified.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BufferSize`] if `src` has no whole number of values, or `dst` has another
    /// number; [`CastError::Value`] and [`CastError::NotAscii`] at values that do not fit, see
    /// [`Overflow`].
    pub fn convert(&self, src: &[u8], dst: &mut [u8]) -> Result<()> {
        let (from, to) = (self.node.source_size(), self.node.target_size());
        let wrong = |what, expected, found| ErrorKind::BufferSize {
            what,
            expected,
            found,
        };
        let (src_len, dst_len) = (src.len() as u64, dst.len() as u64);
        let count = match (src.len().checked_div(from), dst.len().checked_div(to)) {
            (Some(count), _) | (None, Some(count)) => count,
            (None, None) => 0,
        };
        let (src_expected, dst_expected) = (
            (count as u64).saturating_mul(from as u64),
            (count as u64).saturating_mul(to as u64),
        );
        if src_len != src_expected {
            return Err(wrong("the source", src_expected, src_len).into());
        }
        if dst_len != dst_expected {
            return Err(wrong("the destination", dst_expected, dst_len).into());
        }
        self.node
            .run(count, src, dst, self.overflow)
            .map_err(|failure| {
                let index = failure.index as u64;
                match failure.fault {
                    Fault::Value { value, to } => CastError::Value { index, value, to },
                    Fault::NotAscii { position, code } => CastError::NotAscii {
                        index,
                        position: position as u64,
                        code,
                    },
                }
                .into()
            })
    }
}

/// A dtype as messages name it.
pub(crate) fn name(dtype: &DType) -> Excerpt {
    use alloc::string::ToString;
    Excerpt::text(&dtype.to_string())
}

/// The dtype that counts: of fields that overlay another dtype, that one.
pub(crate) fn plain(dtype: &DType) -> &DType {
    match dtype.kind() {
        Kind::Struct(structure) => structure.base.as_ref().map_or(dtype, plain),
        _ => dtype,
    }
}
