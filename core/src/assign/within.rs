//! Assigning from one part of a buffer to another.

use alloc::vec::Vec;

use super::{assign, copy};
use crate::{
    ErrorKind, Layout, Order, Result,
    gather::{Convert, Source, gather, kernel::Kernel, target::Target},
    layout::Ordered,
    tiles::Cut,
};

/// Bytes of a block that is held while it moves.
const BLOCK: u64 = 64 << 10;

/// Copies the elements of one layout to those of another in the same bytes, as NumPy's
/// `to[...] = from`: what comes out is as if the source had been copied before.
///
/// It is copied only where it must be: where the elements of source and destination lie in the same
/// range of bytes and have not the same strides, as in `a[...] = a[::-1]`. Otherwise at most 64 KiB
/// or one element are held at a time.
///
/// # Errors
///
/// Those of [`assign`], and [`ErrorKind::OutOfMemory`] if there is no memory for a copy of the
/// source. Nothing has been changed then.
///
/// ```
/// use npymap_core::{DType, Layout, Order, Selection, assign::assign_within};
///
/// let array = Layout::new(DType::UINT8, &[5], Order::C)?;
/// let part = |text: &str| array.select(&Selection::parse(text)?);
/// let mut bytes = [1, 2, 3, 4, 5];
/// assign_within(&part("[:-1]")?, &part("[1:]")?, &mut bytes)?;
/// assert_eq!(bytes, [1, 1, 2, 3, 4]);
/// # Ok::<(), npymap_core::Error>(())
/// ```
pub fn assign_within(from: &Layout, to: &Layout, bytes: &mut [u8]) -> Result<()> {
    to.check_writable()?;
    let kernel = Kernel::between(from.dtype(), to.dtype())?;
    let spread = from.broadcast_into(to.shape())?;
    if spread.nbytes() == 0 || to.nbytes() == 0 {
        return Ok(());
    }
    for layout in [from, to] {
        let span = layout.byte_span();
        if span.end > bytes.len() as u64 {
            return Err(ErrorKind::NotGiven {
                offset: span.start,
                len: span.end - span.start,
            }
            .into());
        }
    }
    let (read, written) = (from.byte_span(), to.byte_span());
    // Spans are within the slice, and so these are too.
    if read.end <= written.start {
        let (low, high) = bytes.split_at_mut(written.start as usize);
        let place = written.start..written.start + high.len() as u64;
        let mut target = Target::fragments(&[place], high)?;
        return copy(&kernel, &spread, &Source::whole(low), to, &mut target);
    }
    if written.end <= read.start {
        let (low, high) = bytes.split_at_mut(read.start as usize);
        let place = read.start..read.start + high.len() as u64;
        let source = Source::fragments(&[place], high)?;
        return copy(&kernel, &spread, &source, to, &mut Target::whole(low));
    }
    match Ordered::new(&spread, to) {
        Some(ordered) => move_blocks(&kernel, &ordered, bytes),
        None => assign_copy(from, to, bytes),
    }
}

/// Moves elements in such an order that none is written to before it was read.
fn move_blocks(kernel: &Kernel, ordered: &Ordered, bytes: &mut [u8]) -> Result<()> {
    let (from, to) = (&ordered.from, &ordered.to);
    if kernel.is_copy() && to.is_contiguous(Order::C) {
        // Within the slice, as the spans are.
        let read = from.byte_span();
        bytes.copy_within(
            read.start as usize..read.end as usize,
            to.byte_span().start as usize,
        );
        return Ok(());
    }
    let mut held = Vec::new();
    // All elements of the source lie as far behind the one that each becomes, or before it.
    let (from, to) = if from.offset() < to.offset() {
        (from.flip(None)?, to.flip(None)?)
    } else {
        (from.clone(), to.clone())
    };
    let tiles = |layout: &Layout| layout.tiles(Cut::FirstAxis, BLOCK);
    for (source, target) in tiles(&from).zip(tiles(&to)) {
        let source = source.layout();
        let held = resized(&mut held, source.nbytes(), "a block of the source")?;
        gather(
            source,
            &Source::whole(bytes),
            Order::C,
            Convert::AsStored,
            held,
        )?;
        let block = Layout::new(source.dtype().clone(), source.shape(), Order::C)?;
        let mut bytes = Target::whole(bytes);
        copy(
            kernel,
            &block,
            &Source::whole(held),
            target.layout(),
            &mut bytes,
        )?;
    }
    Ok(())
}

/// Copies the source before it is assigned: its elements, or all of its bytes if they are fewer.
fn assign_copy(from: &Layout, to: &Layout, bytes: &mut [u8]) -> Result<()> {
    let what = "a copy of the source";
    let mut held = Vec::new();
    let span = from.byte_span();
    if from.nbytes() < span.end - span.start {
        let held = resized(&mut held, from.nbytes(), what)?;
        gather(
            from,
            &Source::whole(bytes),
            Order::C,
            Convert::AsStored,
            held,
        )?;
        let copied = Layout::new(from.dtype().clone(), from.shape(), Order::C)?;
        return assign(&copied, &Source::whole(held), to, &mut Target::whole(bytes));
    }
    let held = resized(&mut held, span.end - span.start, what)?;
    // The span is within the slice.
    if let Some(read) = bytes.get(span.start as usize..span.end as usize) {
        held.copy_from_slice(read);
    }
    let source = Source::fragments(&[span], held)?;
    assign(from, &source, to, &mut Target::whole(bytes))
}

/// As many bytes of a buffer, which grows if it must.
///
/// # Errors
///
/// [`ErrorKind::OutOfMemory`].
fn resized<'b>(buffer: &'b mut Vec<u8>, len: u64, what: &'static str) -> Result<&'b mut [u8]> {
    let out_of_memory = || ErrorKind::OutOfMemory { what, len };
    let wanted = usize::try_from(len).map_err(|_| out_of_memory())?;
    let more = wanted.saturating_sub(buffer.len());
    buffer
        .try_reserve_exact(more)
        .map_err(|_| out_of_memory())?;
    buffer.resize(wanted, 0);
    Ok(buffer)
}
