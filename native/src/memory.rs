//! Assigning to elements that are in memory, by several threads where there is much to do.

use npymap_core::{
    Layout, Result,
    assign::{self, Target},
    gather::Source,
};

/// Copies elements to those of a layout of the same shape, as [`assign::assign`].
///
/// # Errors
///
/// Those of [`assign::assign`], before anything is written.
pub(crate) fn assign(from: &Layout, read: &[u8], to: &Layout, written: &mut [u8]) -> Result<()> {
    let source = Source::whole(read);
    let mut target = Target::whole(written);
    #[cfg(feature = "rayon")]
    if parallel::is_worth_it(to) {
        return parallel::assign(from, &source, to, target);
    }
    assign::assign(from, &source, to, &mut target)
}

#[cfg(feature = "rayon")]
mod parallel {
    use super::*;

    /// How much one thread does at a time: it takes 50 µs, in which another one wakes up.
    const PIECE: u64 = 2 << 20;

    /// What moves between memory and processor at least.
    const CACHE_LINE: u64 = 64;

    /// From one page to another, finding out where it lies takes as long as moving some lines.
    const PAGE: u64 = 4096;
    const LINES_PER_PAGE: u64 = 4;

    pub(super) fn is_worth_it(to: &Layout) -> bool {
        work(to) >= 2 * PIECE && rayon::current_num_threads() > 1
    }

    /// Halves the destination, and what becomes of it, as long as there is enough for two threads
    /// and the halves lie one behind the other.
    pub(super) fn assign(
        from: &Layout,
        source: &Source<'_>,
        to: &Layout,
        mut target: Target<'_>,
    ) -> Result<()> {
        if work(to) < 2 * PIECE {
            return assign::assign(from, source, to, &mut target);
        }
        let Some((axis, middle, at)) = cut(to) else {
            return assign::assign(from, source, to, &mut target);
        };
        let (from, to) = (from.split_at(axis, middle)?, to.split_at(axis, middle)?);
        let (low, high) = target.split_at(at);
        // Along a negative stride the first half lies behind the other.
        let (first, second) = match to.0.byte_span().start < at {
            true => (low, high),
            false => (high, low),
        };
        // This thread begins at once, while another one wakes up.
        let mut done = Ok(());
        let last = rayon::in_place_scope(|scope| {
            scope.spawn(|_| done = assign(&from.0, source, &to.0, first));
            assign(&from.1, source, &to.1, second)
        });
        done.and(last)
    }

    /// An axis, the index that halves it, and the offset that parts the bytes of the halves.
    fn cut(to: &Layout) -> Option<(usize, u64, u64)> {
        let dims = to.shape().iter().zip(to.strides()).enumerate();
        let (axis, (len, _)) = dims
            .filter(|(_, (len, _))| **len > 1)
            .max_by_key(|(_, (_, stride))| stride.unsigned_abs())?;
        let middle = len / 2;
        let (first, second) = to.split_at(axis, middle).ok()?;
        let (first, second) = (first.byte_span(), second.byte_span());
        if first.end <= second.start {
            Some((axis, middle, second.start))
        } else if second.end <= first.start {
            Some((axis, middle, first.start))
        } else {
            None
        }
    }

    /// How many bytes are moved, or could be in that time. Columns that take no longer than to wake
    /// another thread are left to one.
    fn work(layout: &Layout) -> u64 {
        let dims = layout.shape().iter().zip(layout.strides());
        let steps = dims.filter(|(len, _)| **len > 1);
        let step = steps.map(|(_, stride)| stride.unsigned_abs()).min();
        let step = match step.unwrap_or(0) {
            PAGE.. => CACHE_LINE * LINES_PER_PAGE,
            step => step.min(CACHE_LINE),
        };
        layout.size().saturating_mul(step.max(layout.itemsize()))
    }
}
