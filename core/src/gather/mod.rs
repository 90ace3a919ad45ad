//! Bytes and a layout in, contiguous values out.
//!
//! [`gather`] copies the elements of any [`Layout`] into a buffer, in C or F order, and on the way
//! swaps their byte order or widens them as [`Convert`] says. Where the bytes come from, all of
//! the data or only the ranges of a [`Plan`](crate::plan::Plan), is said by a [`Source`].
//!
//! To stream what is too large for one buffer, gather one tile after the other of
//! [`Layout::tiles`]; to spread the work over threads, cut the layout by [`Layout::split_at`]
//! along its first axis (for F order its last one), and the buffer at the corresponding byte.

mod convert;
mod fields;
mod halves;
pub(crate) mod kernel;
pub(crate) mod nest;
mod source;
mod strided;
pub(crate) mod target;
mod transpose;

pub use self::{convert::Convert, source::Source};
pub(crate) use self::{
    fields::check_overlap,
    kernel::{is_swapped, lane_size, swap},
};

use self::{kernel::Kernel, nest::Nest, target::Target};
use crate::{ErrorKind, Layout, Order, Result};

/// Copies all elements of a layout into `dst`, one after another in an order, converted.
///
/// `dst` must have exactly the bytes they take there: their number times the item size of
/// [`Convert::dtype`]. Nothing is assumed about the alignment of either buffer. After an error,
/// the content of `dst` is unspecified.
///
/// # Errors
///
/// [`ErrorKind::ObjectDType`] if there are Python objects in the elements;
/// [`ErrorKind::BufferSize`] if `dst` has another size; [`ErrorKind::NotGiven`] if the source lacks
/// bytes; [`ErrorKind::TooLarge`] where fields of a structure overlap absurdly often.
///
/// ```
/// use npymap_core::{DType, Layout, Order, gather::{Convert, Source, gather}};
///
/// let bytes = [1, 2, 3, 4, 5, 6];
/// let layout = Layout::new(DType::UINT8, &[2, 3], Order::C)?;
/// let mut columns = [0; 6];
/// gather(&layout, &Source::whole(&bytes), Order::F, Convert::AsStored, &mut columns)?;
/// assert_eq!(columns, [1, 4, 2, 5, 3, 6]);
/// # Ok::<(), npymap_core::Error>(())
/// ```
#[inline]
pub fn gather(
    layout: &Layout,
    source: &Source<'_>,
    order: Order,
    convert: Convert,
    dst: &mut [u8],
) -> Result<()> {
    let kernel = Kernel::new(layout.dtype(), convert)?;
    let expected = layout.size().saturating_mul(kernel.out_itemsize as u64);
    if dst.len() as u64 != expected {
        return Err(ErrorKind::BufferSize {
            what: "the destination",
            expected,
            found: dst.len() as u64,
        }
        .into());
    }
    if dst.is_empty() {
        return Ok(());
    }
    Nest::gathering(layout, order, &kernel).run(source, &mut Target::whole(dst))
}
