//! Whole arrays.

use alloc::{string::String, vec::Vec};

use smallvec::SmallVec;

use super::{
    EDGE, THRESHOLD, check_printable,
    column::{Column, Context},
    element, prefix, shown, size, size_of,
    values::Values,
};
use crate::{DType, Layout, Result, dtype::Kind};

/// The characters of a line.
const LINE_WIDTH: usize = 75;

/// What `print` shows of an array: which parts of it must be read, and the text once they are.
///
/// See the [module](super) for what the text looks like and for an example.
#[derive(Clone, Debug)]
pub struct Summary {
    dtype: DType,
    blocks: Vec<Layout>,
    /// How many elements are shown.
    size: usize,
    axes: SmallVec<[Axis; 8]>,
}

/// One axis of the part that is shown.
#[derive(Clone, Copy, Debug)]
struct Axis {
    /// How many elements are shown.
    count: usize,
    /// Whether there are more.
    cut: bool,
    /// The distance in bytes between neighbours of the same block.
    step: usize,
    /// The distance in bytes between the blocks with the first and with the last elements.
    jump: usize,
}

impl Summary {
    /// Finds out what is shown of an array.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ObjectDType`](crate::ErrorKind::ObjectDType) if the elements are or contain
    /// Python objects, and [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge) if more than a
    /// million elements would be shown, those of sub-arrays included: only dimensions beyond 6 are
    /// cut, so that takes many small ones.
    pub fn new(layout: &Layout) -> Result<Self> {
        let shape = layout.shape();
        let size_shown = shown(shape).fold(1, u64::saturating_mul);
        check_printable(layout.dtype(), size_shown)?;
        let summarized = size(shape) > THRESHOLD;
        let mut axes: SmallVec<[Axis; 8]> = shape
            .iter()
            .zip(shown(shape))
            .map(|(&dim, shown)| Axis {
                // Only an empty array may have dimensions beyond memory, and its are not looked at.
                count: usize::try_from(shown).unwrap_or(usize::MAX),
                cut: summarized && dim > 2 * EDGE as u64,
                step: 0,
                jump: 0,
            })
            .collect();
        let mut blocks = Vec::new();
        if size_shown > 0 {
            blocks.push(layout.clone());
            // Blocks follow one another in C order, and so do the elements of each.
            let mut extent = size_of(layout.dtype());
            for axis in axes.iter_mut().rev() {
                axis.step = extent;
                extent = extent.saturating_mul(if axis.cut { EDGE } else { axis.count });
            }
            for axis in axes.iter_mut().rev().filter(|axis| axis.cut) {
                axis.jump = extent;
                extent = extent.saturating_mul(2);
            }
            for (axis, &dim) in shape.iter().enumerate() {
                if axes.get(axis).is_some_and(|axis| axis.cut) {
                    let mut halves = Vec::with_capacity(2 * blocks.len());
                    for block in &blocks {
                        halves.push(block.narrow(axis, 0..EDGE as u64)?);
                        halves.push(block.narrow(axis, dim - EDGE as u64..dim)?);
                    }
                    blocks = halves;
                }
            }
        }
        Ok(Self {
            dtype: layout.dtype().clone(),
            blocks,
            // Not more than `MAX_PRINTED`.
            size: size_shown as usize,
            axes,
        })
    }

    /// The parts of the array that are shown: the corners, or all of it, or nothing if it is empty.
    ///
    /// All have the same shape.
    pub fn blocks(&self) -> &[Layout] {
        &self.blocks
    }

    /// The bytes of all blocks.
    pub fn nbytes(&self) -> u64 {
        (self.size as u64).saturating_mul(self.dtype.itemsize())
    }

    /// The text, without a line feed at its end.
    ///
    /// An array of no dimensions is printed as [`element`](super::element) prints what it holds,
    /// but for byte strings, which are `np.bytes_(b'...')` then. An index that leaves no dimension
    /// gives no such array in Python but a scalar.
    ///
    /// `bytes` are those of all [`blocks`](Self::blocks), one block behind the other, the elements
    /// of each in C order and as they are stored, in the byte order of the dtype. There must be
    /// [`nbytes`](Self::nbytes) of them; those that follow are ignored.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`](crate::ErrorKind::Truncated) if there are fewer.
    pub fn render(&self, bytes: &[u8]) -> Result<String> {
        let bytes = prefix(bytes, self.nbytes(), "the part of the array to print")?;
        let mut out = String::new();
        let dtype = &self.dtype;
        if self.axes.is_empty() && *dtype.kind() == Kind::Bytes {
            out.push_str("np.bytes_(");
            element::write(dtype, bytes, &mut out);
            out.push(')');
        } else if self.axes.is_empty() {
            element::write(dtype, bytes, &mut out);
        } else if self.size == 0 {
            out.push_str("[]");
        } else {
            let itemsize = size_of(dtype);
            let context = Context {
                scalar: false,
                array: true,
            };
            let mut page = Page {
                bytes,
                itemsize,
                column: Column::new(dtype, &Values::new(bytes, self.size, itemsize), context),
                // Each line has a bracket for each dimension at either end.
                line_width: LINE_WIDTH.saturating_sub(self.axes.len()),
                out,
                word: String::new(),
            };
            page.write(&self.axes, 0, 1);
            out = page.out;
        }
        Ok(out)
    }

    /// The bytes of all blocks, given those of the layout that it was made for.
    pub(super) fn corners_of(&self, data: &[u8]) -> Vec<u8> {
        let itemsize = size_of(&self.dtype);
        let mut corners = Vec::new();
        for block in &self.blocks {
            let offsets = (0..block.size()).filter_map(|flat| {
                let index = block.unravel(flat)?;
                usize::try_from(block.byte_offset(&index)?).ok()
            });
            for offset in offsets {
                let item = data.get(offset..).and_then(|data| data.get(..itemsize));
                corners.extend_from_slice(item.unwrap_or_default());
            }
        }
        corners
    }
}

/// A text that is being written.
struct Page<'a> {
    bytes: &'a [u8],
    itemsize: usize,
    column: Column,
    /// The characters that the elements of a line may take, indentation included.
    line_width: usize,
    out: String,
    /// An element, before it is known on which line it stands.
    word: String,
}

impl Page<'_> {
    /// Writes the part of the array whose first element is at an offset, `indent` characters from
    /// the left where it goes on on further lines. It recurses once for each of the `axes`.
    fn write(&mut self, axes: &[Axis], offset: usize, indent: usize) {
        let Some((axis, inner)) = axes.split_first() else {
            return;
        };
        self.out.push('[');
        if inner.is_empty() {
            self.write_row(axis, offset, indent);
        } else {
            for (i, item) in axis.items().enumerate() {
                if i > 0 {
                    self.out.extend(core::iter::repeat_n('\n', inner.len()));
                    self.indent(indent);
                }
                match item {
                    None => self.out.push_str("..."),
                    Some(item) => self.write(inner, offset + item, indent + 1),
                }
            }
        }
        self.out.push(']');
    }

    /// Writes elements, as many on a line as have room.
    fn write_row(&mut self, axis: &Axis, offset: usize, indent: usize) {
        let mut line = indent;
        for (i, item) in axis.items().enumerate() {
            if i > 0 {
                self.out.push(' ');
                line += 1;
            }
            self.word.clear();
            match item {
                None => self.word.push_str("..."),
                Some(item) => {
                    let bytes = self.bytes.get(offset + item..).unwrap_or_default();
                    let bytes = bytes.get(..self.itemsize).unwrap_or_default();
                    self.column.write(bytes, &mut self.word);
                }
            }
            let width = self.word.chars().count();
            // A break in front of the first element would help nothing.
            if line > indent && line + width > self.line_width {
                self.out.truncate(self.out.trim_end_matches(' ').len());
                self.out.push('\n');
                self.indent(indent);
                line = indent;
            }
            self.out.push_str(&self.word);
            line += width;
        }
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(core::iter::repeat_n(' ', indent));
    }
}

impl Axis {
    /// The offsets of the elements that are shown; `None` stands for those that are not.
    fn items(self) -> impl Iterator<Item = Option<usize>> {
        (0..self.count).flat_map(move |i| {
            let second_half = self.cut && i >= EDGE;
            let offset = if second_half {
                self.jump + (i - EDGE) * self.step
            } else {
                i * self.step
            };
            let gap = (self.cut && i == EDGE).then_some(None);
            gap.into_iter().chain([Some(offset)])
        })
    }
}
