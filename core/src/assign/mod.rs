//! Values in, into the elements of a layout: the inverse of [`gather`](crate::gather::gather).
//!
//! All functions here copy elements as NumPy's `a[...] = b` does, with its broadcasting of `b` to
//! the shape of `a`, and its errors. They change the byte order on the way, and the places of
//! fields in structures, but never the values: elements of another dtype must be cast before.
//!
//! Where the bytes go to, all of the data or only the ranges of a [`Plan`](crate::plan::Plan), is
//! said by a [`Target`]. To stream values, [`scatter`] one tile after the other of
//! [`Layout::tiles`]; what produces the values, a cast or a decompression, then needs no more
//! memory than a tile takes.
//!
//! As in NumPy, bytes between the fields of a structure stay what they were, and fields are matched
//! by their order, whatever their names.

mod within;

pub use self::within::assign_within;
pub use crate::gather::target::Target;

use crate::{
    DType, ErrorKind, Layout, Order, Result,
    gather::{Source, kernel::Kernel, nest::Nest},
};

/// Copies the elements of one layout to those of another, as NumPy's `to[...] = from`.
///
/// Dimensions of length 1 of the source are repeated, and missing ones added, until it has the
/// shape of the destination; leading dimensions of length 1 may be too many. Source and target
/// cannot be the same bytes: that is what [`assign_within`] is for. After an error about missing
/// bytes some elements may have been copied, after any other none.
///
/// # Errors
///
/// [`LayoutError::ReadOnly`](crate::layout::LayoutError::ReadOnly) if elements of the destination
/// overlap;
/// [`LayoutError::AssignMismatch`](crate::layout::LayoutError::AssignMismatch) if the shapes do not
/// fit; [`ErrorKind::CastNeeded`] if the dtypes differ in more than byte order and the places of
/// fields; [`ErrorKind::ObjectDType`] if there are Python objects in the elements;
/// [`ErrorKind::NotGiven`] if the source or the target lacks bytes; [`ErrorKind::TooLarge`] where
/// fields of a structure overlap absurdly often.
///
/// ```
/// use npymap_core::{DType, Layout, Order, Selection};
/// use npymap_core::{assign::{Target, assign}, gather::Source};
///
/// let array = Layout::new(DType::parse(">u2")?, &[2, 3], Order::C)?;
/// let columns = array.select(&Selection::parse("[:, ::2]")?)?;
/// let column = Layout::new(DType::parse("<u2")?, &[2, 1], Order::C)?;
/// let mut bytes = [0; 12];
/// assign(&column, &Source::whole(&[1, 0, 2, 0]), &columns, &mut Target::whole(&mut bytes))?;
/// assert_eq!(bytes, [0, 1, 0, 0, 0, 1, 0, 2, 0, 0, 0, 2]);
/// # Ok::<(), npymap_core::Error>(())
/// ```
pub fn assign(
    from: &Layout,
    source: &Source<'_>,
    to: &Layout,
    target: &mut Target<'_>,
) -> Result<()> {
    to.check_writable()?;
    let kernel = Kernel::between(from.dtype(), to.dtype())?;
    copy(
        &kernel,
        &from.broadcast_into(to.shape())?,
        source,
        to,
        target,
    )
}

/// Fails if elements of one dtype cannot be copied to those of another without a cast.
///
/// # Errors
///
/// Those of [`assign`] about dtypes.
pub fn check_dtypes(from: &DType, to: &DType) -> Result<()> {
    Kernel::between(from, to).map(drop)
}

/// Sets all elements of a layout to values that lie one after another in an order.
///
/// `dtype` is that of the values, which may have another byte order than the elements; there must
/// be as many of them as there are elements.
///
/// # Errors
///
/// [`ErrorKind::BufferSize`] if `values` has another size, and those of [`assign`].
///
/// ```
/// use npymap_core::{DType, Layout, Order, assign::{Target, scatter}};
///
/// let array = Layout::new(DType::parse(">u2")?, &[2, 2], Order::C)?;
/// let mut bytes = [0; 8];
/// let values: Vec<u8> = [1_u16, 2, 3, 4].iter().flat_map(|v| v.to_le_bytes()).collect();
/// scatter(&values, &DType::parse("<u2")?, Order::F, &array, &mut Target::whole(&mut bytes))?;
/// assert_eq!(bytes, [0, 1, 0, 3, 0, 2, 0, 4]);
/// # Ok::<(), npymap_core::Error>(())
/// ```
pub fn scatter(
    values: &[u8],
    dtype: &DType,
    order: Order,
    to: &Layout,
    target: &mut Target<'_>,
) -> Result<()> {
    check_len(
        "the values",
        values,
        to.size().saturating_mul(dtype.itemsize()),
    )?;
    let from = Layout::new(dtype.clone(), to.shape(), order)?;
    assign(&from, &Source::whole(values), to, target)
}

/// Sets all elements of a layout to the same value, given by its bytes.
///
/// # Errors
///
/// [`ErrorKind::BufferSize`] if `value` has not the size of the dtype, and those of [`assign`].
///
/// ```
/// use npymap_core::{DType, Layout, Order, Selection, assign::{Target, fill}};
///
/// let array = Layout::new(DType::UINT8, &[2, 3], Order::C)?;
/// let column = array.select(&Selection::parse("[:, -1]")?)?;
/// let mut bytes = [0; 6];
/// fill(&[7], &DType::UINT8, &column, &mut Target::whole(&mut bytes))?;
/// assert_eq!(bytes, [0, 0, 7, 0, 0, 7]);
/// # Ok::<(), npymap_core::Error>(())
/// ```
pub fn fill(value: &[u8], dtype: &DType, to: &Layout, target: &mut Target<'_>) -> Result<()> {
    check_len("the value", value, dtype.itemsize())?;
    let from = Layout::new(dtype.clone(), &[], Order::C)?;
    assign(&from, &Source::whole(value), to, target)
}

/// Copies elements to those of a layout of the same shape, of which none overlap.
///
/// # Errors
///
/// [`ErrorKind::NotGiven`] if the source or the target lacks bytes.
fn copy(
    kernel: &Kernel,
    from: &Layout,
    source: &Source<'_>,
    to: &Layout,
    target: &mut Target<'_>,
) -> Result<()> {
    if from.nbytes() == 0 || to.nbytes() == 0 {
        return Ok(());
    }
    // What the loops count is then counted by a `usize`.
    let most = from.nbytes().max(to.nbytes());
    if usize::try_from(most).is_err() {
        return Err(ErrorKind::NotGiven {
            offset: to.byte_span().start,
            len: most,
        }
        .into());
    }
    Nest::assigning(from, to, kernel).run(source, target)
}

fn check_len(what: &'static str, bytes: &[u8], expected: u64) -> Result<()> {
    let found = bytes.len() as u64;
    if found != expected {
        return Err(ErrorKind::BufferSize {
            what,
            expected,
            found,
        }
        .into());
    }
    Ok(())
}
