//! Elements and arrays as Python prints them.
//!
//! [`element`] gives what `str(a[i])` gives in Python, [`Summary`] what `print(a)` prints, both
//! byte for byte as NumPy 2.4 does with its default print options: 8 digits of precision, lines of
//! 75 characters, and above 1000 elements only the corners of the array. A summary says which
//! parts of an array it shows, so that nothing else is read:
//!
//! ```
//! use npymap_core::{DType, Layout, Order, text::Summary};
//!
//! // A hundred million bytes, of which 36 are printed.
//! let layout = Layout::new(DType::UINT8, &[10_000, 10_000], Order::C)?;
//! let summary = Summary::new(&layout)?;
//! assert_eq!(summary.blocks().len(), 4);
//! assert_eq!(summary.nbytes(), 36);
//!
//! // What gathering each block in turn, in C order and as stored, would give:
//! let corners: Vec<u8> = (0..36).collect();
//! let expected = "\
//! [[ 0  1  2 ...  9 10 11]
//!  [ 3  4  5 ... 12 13 14]
//!  [ 6  7  8 ... 15 16 17]
//!  ...
//!  [18 19 20 ... 27 28 29]
//!  [21 22 23 ... 30 31 32]
//!  [24 25 26 ... 33 34 35]]";
//! assert_eq!(summary.render(&corners)?, expected);
//! # Ok::<(), npymap_core::Error>(())
//! ```
//!
//! What NumPy refuses to print does not fail here: a string that is no Unicode has escapes (see
//! [`element`]), and a datetime without a unit is an integer. Types of the Python package ml_dtypes
//! are written as it writes them.

mod big;
mod column;
mod element;
mod float;
mod real;
mod string;
mod summary;
mod time;
mod values;

use alloc::string::String;
use core::fmt::{self, Write};

#[cfg(any(target_family = "wasm", test))]
pub(crate) use self::big::Big;
pub use self::summary::Summary;
use crate::{
    DType, ErrorKind, Layout, Order, Result,
    dtype::{ByteOrder, Kind},
    layout::{LayoutError, MAX_NDIM},
};

/// Arrays of more elements are summarised.
const THRESHOLD: u64 = 1000;
/// Of axes that are summarised, as many elements are shown at either end.
const EDGE: usize = 3;
/// The most elements that are printed. Where all dimensions are small, nothing is left out, so up
/// to 6^64 elements would be shown in full; NumPy tries.
const MAX_PRINTED: u64 = 1 << 20;

/// What `str` gives in Python of one element, NumPy's scalar.
///
/// `bytes` are those of the element as they are stored, in the byte order of the dtype; those that
/// follow are ignored.
///
/// Byte strings are `b'...'` without the NULs at the end, raw data is hexadecimal. Strings are the
/// text itself; surrogates are escaped as `\ud800`, and code points past U+10FFFF as `\U00110000`,
/// for which Python raises an error. Structures are tuples. A sub-array is printed as an array.
///
/// # Errors
///
/// [`ErrorKind::ObjectDType`] if the element is or contains a Python object,
/// [`ErrorKind::Truncated`] if there are fewer bytes than the element has, and
/// [`ErrorKind::TooLarge`] if sub-arrays with many small dimensions would print more than a
/// million elements.
///
/// ```
/// use npymap_core::{DType, text};
///
/// assert_eq!(text::element(&DType::FLOAT32, &0.1_f32.to_ne_bytes())?, "0.1");
/// assert_eq!(text::element(&DType::FLOAT64, &1e16_f64.to_ne_bytes())?, "1e+16");
/// assert_eq!(text::element(&DType::bytes(4), b"it's")?, r#"b"it's""#);
/// # Ok::<(), npymap_core::Error>(())
/// ```
pub fn element(dtype: &DType, bytes: &[u8]) -> Result<String> {
    if let Kind::SubArray(_) = dtype.kind() {
        return sub_array(dtype, bytes);
    }
    check_printable(dtype, 1)?;
    let bytes = prefix(bytes, dtype.itemsize(), "an element")?;
    let mut out = String::new();
    element::write(dtype, bytes, &mut out);
    Ok(out)
}

/// A sub-array is an array of its own once it is taken out of its element.
fn sub_array(dtype: &DType, bytes: &[u8]) -> Result<String> {
    let layout = Layout::new(dtype.clone(), &[], Order::C)?;
    let bytes = prefix(bytes, layout.nbytes(), "an element")?;
    let summary = Summary::new(&layout)?;
    summary.render(&summary.corners_of(bytes))
}

/// Refuses objects, and elements beyond what may be printed.
fn check_printable(dtype: &DType, elements: u64) -> Result<()> {
    if dtype.has_object() {
        return Err(ErrorKind::ObjectDType.into());
    }
    let found = elements.saturating_mul(printed(dtype)?);
    if found > MAX_PRINTED {
        return Err(ErrorKind::TooLarge {
            what: "the number of elements to print",
            found,
            limit: MAX_PRINTED,
        }
        .into());
    }
    Ok(())
}

/// How many texts an element is made of: itself, and all its fields with their sub-arrays.
fn printed(dtype: &DType) -> Result<u64> {
    let (element, shape) = dtype.flatten();
    if shape.len() > MAX_NDIM {
        // Writing them recurses once for each.
        return Err(LayoutError::TooManyDimensions { found: shape.len() }.into());
    }
    let fields = column::plain(element).fields().unwrap_or_default();
    let mut each = 1_u64;
    for field in fields {
        each = each.saturating_add(printed(&field.dtype)?);
    }
    // Without elements there still are brackets.
    let dims = shown(&shape).map(|dim| dim.max(1));
    Ok(dims.fold(each, u64::saturating_mul))
}

/// How many elements are shown along each dimension.
fn shown(shape: &[u64]) -> impl Iterator<Item = u64> {
    let summarized = size(shape) > THRESHOLD;
    let most = if summarized {
        2 * EDGE as u64
    } else {
        u64::MAX
    };
    shape.iter().map(move |&dim| dim.min(most))
}

/// The number of elements, as far as 64 bits count.
fn size(shape: &[u64]) -> u64 {
    if shape.contains(&0) {
        return 0;
    }
    shape.iter().fold(1, |n: u64, &dim| n.saturating_mul(dim))
}

/// The first bytes of something.
fn prefix<'a>(bytes: &'a [u8], size: u64, what: &'static str) -> Result<&'a [u8]> {
    let prefix = usize::try_from(size)
        .ok()
        .and_then(|size| bytes.get(..size));
    prefix.ok_or_else(|| {
        ErrorKind::Truncated {
            what,
            expected: size,
            found: bytes.len() as u64,
        }
        .into()
    })
}

/// The item size, which `u32` holds.
fn size_of(dtype: &DType) -> usize {
    usize::try_from(dtype.itemsize()).unwrap_or(usize::MAX)
}

/// Reads an unsigned integer of up to 16 bytes.
fn unsigned(bytes: &[u8], order: ByteOrder) -> u128 {
    let push = |value: u128, &byte: &u8| value << 8 | u128::from(byte);
    match order {
        ByteOrder::Big => bytes.iter().fold(0, push),
        ByteOrder::Little | ByteOrder::None => bytes.iter().rev().fold(0, push),
    }
}

/// Reads a signed integer of up to 8 bytes.
fn signed(bytes: &[u8], order: ByteOrder) -> i64 {
    let unused = 64_usize.saturating_sub(8 * bytes.len()).min(63);
    (unsigned(bytes, order) as i64) << unused >> unused
}

/// Appends formatted text.
fn put(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(text);
}

/// Aligns what stands from `start` on to the right of a width. It must be ASCII.
fn pad(out: &mut String, start: usize, width: usize) {
    let missing = width.saturating_sub(out.len() - start);
    if missing > 0 {
        let spaces = String::from_iter(core::iter::repeat_n(' ', missing));
        out.insert_str(start, &spaces);
    }
}
