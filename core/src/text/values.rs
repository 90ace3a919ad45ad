//! The values of one field in all elements of an array.

use smallvec::{SmallVec, smallvec};

/// Values of one size that lie at regular distances, in several nested loops: over the elements
/// of an array, over those of a sub-array in each of them, and so on.
#[derive(Clone, Debug)]
pub(super) struct Values<'a> {
    bytes: &'a [u8],
    offset: usize,
    /// The slowest loop first.
    loops: SmallVec<[Loop; 2]>,
    itemsize: usize,
}

#[derive(Clone, Copy, Debug)]
struct Loop {
    count: usize,
    stride: usize,
}

impl<'a> Values<'a> {
    /// Values one behind the other.
    pub(super) fn new(bytes: &'a [u8], count: usize, itemsize: usize) -> Self {
        Self {
            bytes,
            offset: 0,
            loops: smallvec![Loop {
                count,
                stride: itemsize,
            }],
            itemsize,
        }
    }

    /// A part of each value.
    pub(super) fn field(&self, offset: usize, itemsize: usize) -> Self {
        Self {
            offset: self.offset.saturating_add(offset),
            itemsize,
            ..self.clone()
        }
    }

    /// The elements of the sub-array that each value is.
    pub(super) fn elements(&self, count: usize, itemsize: usize) -> Self {
        let mut elements = self.field(0, itemsize);
        elements.loops.push(Loop {
            count,
            stride: itemsize,
        });
        elements
    }

    /// The bytes of each value. Must not be asked for values of no size, whose number nothing
    /// bounds.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'a [u8]> + Clone {
        debug_assert!(self.itemsize > 0);
        let count = self
            .loops
            .iter()
            .fold(1, |count: usize, l| count.saturating_mul(l.count));
        let (bytes, offset, itemsize) = (self.bytes, self.offset, self.itemsize);
        let loops = self.loops.clone();
        (0..count).map_while(move |index| {
            let mut index = index;
            let mut start = offset;
            for l in loops.iter().rev() {
                // There is no index where a count is zero.
                start = start.checked_add(index % l.count * l.stride)?;
                index /= l.count;
            }
            bytes.get(start..)?.get(..itemsize)
        })
    }
}
