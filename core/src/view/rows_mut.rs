//! Ways through the rows of a view that can be changed.

use core::{fmt, iter::FusedIterator};

use super::{Element, ViewMut};
use crate::Result;

/// Views along the first axis of a [`ViewMut`], made by [`ViewMut::chunks_mut`].
pub struct ChunksMut<'a, T> {
    /// What is left. Its rows do not interleave, unless they make one chunk.
    rest: ViewMut<'a, T>,
    /// How many of them make a chunk, not 0.
    rows: u64,
    left: u64,
}

impl<'a, T: Element> ChunksMut<'a, T> {
    /// # Errors
    ///
    /// Those of [`Layout::check_chunks`](crate::Layout::check_chunks).
    pub(super) fn new(view: ViewMut<'a, T>, rows: u64) -> Result<Self> {
        let rows = rows.max(1);
        let left = view.layout().check_chunks(rows)?;
        Ok(Self {
            rest: view,
            rows,
            left,
        })
    }
}

impl<'a, T: Element> Iterator for ChunksMut<'a, T> {
    type Item = ViewMut<'a, T>;

    fn next(&mut self) -> Option<ViewMut<'a, T>> {
        if self.left == 0 {
            return None;
        }
        let rows = self.rows.min(self.left);
        self.left -= rows;
        // They do not interleave.
        let (chunk, rest) = self.rest.take().split_at(0, rows).ok()?;
        self.rest = rest;
        Some(chunk)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Capped only where the views have no elements.
        let left = usize::try_from(self.left.div_ceil(self.rows)).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

impl<T: Element> ExactSizeIterator for ChunksMut<'_, T> {}
impl<T: Element> FusedIterator for ChunksMut<'_, T> {}

impl<T> fmt::Debug for ChunksMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunksMut")
            .field("rows", &self.rows)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

/// The views along the first axis of a [`ViewMut`], made by [`ViewMut::outer_mut`].
pub struct OuterMut<'a, T> {
    rows: ChunksMut<'a, T>,
}

impl<'a, T: Element> OuterMut<'a, T> {
    /// Of chunks of a single row each.
    pub(super) fn new(rows: ChunksMut<'a, T>) -> Self {
        Self { rows }
    }
}

impl<'a, T: Element> Iterator for OuterMut<'a, T> {
    type Item = ViewMut<'a, T>;

    fn next(&mut self) -> Option<ViewMut<'a, T>> {
        self.rows.next()?.into_row()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl<T: Element> ExactSizeIterator for OuterMut<'_, T> {}
impl<T: Element> FusedIterator for OuterMut<'_, T> {}

impl<T> fmt::Debug for OuterMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OuterMut")
            .field("left", &self.rows.left)
            .finish_non_exhaustive()
    }
}
