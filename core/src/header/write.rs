//! Writing: the bytes that `np.save` would write.

use alloc::{format, string::String, vec::Vec};

use super::{Header, MAGIC, Warning, read::preamble_len};
use crate::{DType, ErrorKind, Layout, Order, Result, literal::Literal};

/// The data begins at a multiple of this.
const ALIGNMENT: usize = 64;

/// How many digits the dimension along which an array grows may get, NumPy's
/// `GROWTH_AXIS_MAX_DIGITS`. Spaces take their place until then.
const GROWTH_DIGITS: usize = 21;

/// The header of a new file: everything before the data, byte for byte as `np.save` of NumPy 2.4
/// writes it.
///
/// Like NumPy, it says Fortran order only where that differs from C order, chooses the least
/// version that can hold the text, and leaves room for the first dimension to grow (the last one
/// in Fortran order). A sub-array dtype becomes trailing dimensions.
///
/// # Errors
///
/// [`ErrorKind::ObjectDType`]; [`ErrorKind::DType`] if the header cannot express the dtype;
/// [`ErrorKind::Layout`] if there cannot be such an array; [`ErrorKind::TooLarge`] beyond 4 GiB.
///
/// ```
/// use npymap_core::{DType, Order, header};
///
/// let bytes = header::write(&DType::parse(">i2")?, &[5], Order::C)?;
/// assert!(bytes.starts_with(
///     b"\x93NUMPY\x01\x00\x76\x00{'descr': '>i2', 'fortran_order': False, 'shape': (5,), }  "
/// ));
/// assert_eq!(bytes.len(), 128);
/// # Ok::<(), npymap_core::Error>(())
/// ```
pub fn write(dtype: &DType, shape: &[u64], order: Order) -> Result<Vec<u8>> {
    let layout = Layout::new(dtype.clone(), shape, order)?;
    let fortran_order = order == Order::F && !layout.is_contiguous(Order::C);
    write_layout(&layout, fortran_order)
}

/// As [`write()`], but says the order that is asked for even where both orders are the same, as they
/// are for arrays without elements: byte for byte what `open_memmap` of NumPy 2.4 writes.
///
/// It says along which dimension the array is going to grow.
///
/// # Errors
///
/// Those of [`write()`].
///
/// ```
/// use npymap_core::{DType, Order, header};
///
/// let bytes = header::write_with_order(&DType::FLOAT64, &[3, 0], Order::F)?;
/// assert!(bytes.windows(21).any(|text| text == b"'fortran_order': True"));
/// # Ok::<(), npymap_core::Error>(())
/// ```
pub fn write_with_order(dtype: &DType, shape: &[u64], order: Order) -> Result<Vec<u8>> {
    let layout = Layout::new(dtype.clone(), shape, order)?;
    write_layout(&layout, order == Order::F)
}

fn write_layout(layout: &Layout, fortran_order: bool) -> Result<Vec<u8>> {
    if layout.dtype().has_object() {
        return Err(ErrorKind::ObjectDType.into());
    }
    let descr = layout.dtype().descr()?;
    let mut text = dict(&descr, fortran_order, layout.shape());
    text.extend(growth_room(fortran_order, layout.shape()));

    let latin1 = text.chars().all(|c| u32::from(c) <= 0xff);
    let major = match latin1 {
        true if padded_len(1, text.chars().count()) <= usize::from(u16::MAX) => 1,
        true => 2,
        false => 3,
    };
    let text = encode(major, &text);
    Ok(wrap(major, &text, padded_len(major, text.len()))?)
}

impl Header {
    /// The bytes of a header that can take the place of this one, in a file whose array has another
    /// shape, and is the same otherwise: everything before the data, which stays where it is.
    ///
    /// `None` if there is no room for it. NumPy leaves room for growth along one axis.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Layout`] if there cannot be such an array.
    pub fn with_shape(&self, shape: &[u64]) -> Result<Option<Vec<u8>>> {
        let layout = Layout::new(self.dtype().clone(), shape, self.order())?;
        // The dimensions of a sub-array are in the shape already.
        let descr = if self.warnings().contains(&Warning::SubArray) {
            self.dtype().descr()?
        } else {
            self.descr()
        };
        let text = dict(&descr, self.fortran_order(), layout.shape());
        let (major, _) = self.version();
        if major < 3 && text.chars().any(|c| u32::from(c) > 0xff) {
            return Ok(None);
        }
        let text = encode(major, &text);
        let room = self.header_len() as usize;
        if text.len() >= room {
            return Ok(None);
        }
        wrap(major, &text, room).map(Some).map_err(Into::into)
    }
}

/// The text without padding.
fn dict(descr: &Literal<'_>, fortran_order: bool, shape: &[u64]) -> String {
    let order = if fortran_order { "True" } else { "False" };
    let shape = Literal::tuple_of(shape);
    format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}")
}

/// Spaces for the digits that the growing dimension does not have yet.
fn growth_room(fortran_order: bool, shape: &[u64]) -> impl Iterator<Item = char> {
    let growing = if fortran_order {
        shape.last()
    } else {
        shape.first()
    };
    let digits = |dim: u64| dim.checked_ilog10().unwrap_or(0) as usize + 1;
    let room = growing.map_or(0, |&dim| GROWTH_DIGITS.saturating_sub(digits(dim)));
    core::iter::repeat_n(' ', room)
}

/// The length of the text with the padding that aligns the data, and the line break after it.
///
/// NumPy pads a text that is aligned already, by the whole alignment.
fn padded_len(major: u8, len: usize) -> usize {
    let len = len.saturating_add(1);
    let padding = ALIGNMENT - (preamble_len(major) as usize).saturating_add(len) % ALIGNMENT;
    len.saturating_add(padding)
}

/// Latin-1 for versions 1.0 and 2.0, UTF-8 for 3.0.
fn encode(major: u8, text: &str) -> Vec<u8> {
    match major {
        // The callers have checked that all characters fit.
        ..3 => text.chars().map(|c| c as u8).collect(),
        _ => text.as_bytes().into(),
    }
}

/// The whole header, its text padded to a length that is greater than its own.
fn wrap(major: u8, text: &[u8], header_len: usize) -> Result<Vec<u8>, ErrorKind> {
    let too_large = |limit| ErrorKind::TooLarge {
        what: "the header",
        found: header_len as u64,
        limit,
    };
    let mut bytes = Vec::from(MAGIC);
    bytes.extend([major, 0]);
    if major == 1 {
        let len = u16::try_from(header_len).map_err(|_| too_large(u16::MAX.into()))?;
        bytes.extend(len.to_le_bytes());
    } else {
        let len = u32::try_from(header_len).map_err(|_| too_large(u32::MAX.into()))?;
        bytes.extend(len.to_le_bytes());
    }
    let data_offset = bytes.len().saturating_add(header_len);
    bytes.extend_from_slice(text);
    bytes.resize(data_offset.saturating_sub(1), b' ');
    bytes.push(b'\n');
    Ok(bytes)
}
