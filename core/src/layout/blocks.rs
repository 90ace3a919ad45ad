//! Cutting an array into pieces that fit into memory.

use core::iter::FusedIterator;

use super::Layout;

impl Layout {
    /// Cuts the elements, in C order, into consecutive blocks of at most `max_bytes` each, but at
    /// least one element.
    ///
    /// Every block comes with the number of elements before it, and is a layout of as many
    /// dimensions as this one, with length 1 along the outer ones: read one after another, their
    /// elements are those of the array in C order. An empty array has no blocks.
    ///
    /// Blocks are as long as they can be while they remain boxes: whole runs of the inner
    /// dimensions, and a range of the dimension around them. Making one costs O(ndim).
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order};
    ///
    /// let array = Layout::new(DType::UINT8, &[2, 5, 10], Order::C)?;
    /// let blocks: Vec<_> = array.blocks(25).map(|(first, b)| (first, b.shape().to_vec())).collect();
    /// assert_eq!(blocks, [
    ///     (0, vec![1, 2, 10]),
    ///     (20, vec![1, 2, 10]),
    ///     (40, vec![1, 1, 10]),
    ///     (50, vec![1, 2, 10]),
    ///     (70, vec![1, 2, 10]),
    ///     (90, vec![1, 1, 10]),
    /// ]);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn blocks(&self, max_bytes: u64) -> Blocks {
        let max_elements = max_bytes.checked_div(self.itemsize()).unwrap_or(u64::MAX);
        if self.is_empty() {
            return Blocks::of_rows(self, 0, 0, 0);
        }
        let mut row = 1;
        for (axis, &dim) in self.shape.iter().enumerate().rev() {
            if dim * row > max_elements {
                let rows = (max_elements / row).max(1);
                let runs = self.size() / (row * dim);
                return Blocks::of_rows(self, axis, rows, runs * dim.div_ceil(rows));
            }
            row *= dim;
        }
        let whole = self.shape.first().copied().unwrap_or(1);
        Blocks::of_rows(self, 0, whole, 1)
    }
}

/// The blocks of a layout, made by [`Layout::blocks`]: an iterator over the number of elements
/// before a block, and the block. They can also be had in any order.
#[derive(Clone, Debug)]
pub struct Blocks {
    layout: Layout,
    /// The axis along which each block has up to `rows` indices. Outer axes have 1, inner all.
    axis: usize,
    rows: u64,
    len: u64,
    next: u64,
}

impl Blocks {
    fn of_rows(layout: &Layout, axis: usize, rows: u64, len: u64) -> Self {
        Self {
            layout: layout.clone(),
            axis,
            rows,
            len,
            next: 0,
        }
    }

    /// How many blocks there are in all, whether or not the iterator has passed them.
    pub fn total(&self) -> u64 {
        self.len
    }

    /// The block of a number, counted from 0, and the number of elements before it.
    pub fn get(&self, number: u64) -> Option<(u64, Layout)> {
        if number >= self.len {
            return None;
        }
        let mut block = self.layout.clone();
        let mut rest = number;
        let mut first = 0;
        // How many elements of the whole array one step along the current axis passes.
        let mut step = 1;
        let dims = self.layout.shape.iter().zip(&self.layout.strides);
        for (axis, (&len, &stride)) in dims.enumerate().rev() {
            if axis <= self.axis {
                let rows = if axis == self.axis { self.rows } else { 1 };
                let along = len.div_ceil(rows);
                let start = rest % along * rows;
                rest /= along;
                if let Some(dim) = block.shape.get_mut(axis) {
                    *dim = rows.min(len - start);
                }
                first += start * step;
                block.advance(stride, start);
            }
            step *= len;
        }
        Some((first, block))
    }
}

impl Iterator for Blocks {
    type Item = (u64, Layout);

    fn next(&mut self) -> Option<Self::Item> {
        let block = self.get(self.next)?;
        self.next += 1;
        Some(block)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.len - self.next);
        (left.unwrap_or(usize::MAX), left.ok())
    }
}

impl FusedIterator for Blocks {}
