//! Where the bytes of an array come from when they are wanted.

use std::{ops::Range, path::Path};

use npymap_core::{
    ErrorKind, Layout, Order,
    gather::{self, Convert, gather},
    plan::{Plan, PlanOptions},
};

use crate::{
    container::{Container, Cursor},
    error::{Error, Result},
    map::Origin,
};

/// The data of an array: addresses are offsets as a [`Layout`] has them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    /// Mapped.
    Memory {
        bytes: &'a [u8],
        /// `None` for what comes from no file.
        origin: Option<&'a Origin>,
    },
    /// Read from a container, in which the data begins at `start` and is `len` bytes long: what
    /// stands behind it belongs to nobody.
    File {
        container: &'a Container,
        start: u64,
        len: u64,
        /// Whether the data is pickled objects, of which nothing may be taken for values: not even
        /// those of a field that is no object, since no offset in a pickle means anything.
        is_pickle: bool,
    },
}

impl<'a> Source<'a> {
    /// Fails if no values can be read: the data is pickled, or the file has become too short since
    /// it was opened, as far as that can be seen.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::Memory { origin, .. } => origin.map_or(Ok(()), Origin::check_len),
            Self::File {
                is_pickle: true, ..
            } => Err(self.name(ErrorKind::ObjectDType)),
            Self::File { container, .. } => container.check_len(),
        }
    }

    /// An error about the file, or about the member of an archive.
    #[cold]
    pub(crate) fn name(&self, error: impl Into<Error>) -> Error {
        match self {
            Self::Memory {
                origin: Some(origin),
                ..
            } => origin.name(error),
            Self::Memory { origin: None, .. } => error.into(),
            Self::File { container, .. } => container.name(error),
        }
    }

    /// How many bytes of data there are.
    pub(crate) fn data_len(&self) -> u64 {
        match self {
            Self::Memory { bytes, .. } => bytes.len() as u64,
            Self::File { len, .. } => *len,
        }
    }

    /// The bytes, where they are in memory already.
    pub(crate) fn memory(&self) -> Option<&'a [u8]> {
        match *self {
            Self::Memory { bytes, .. } => Some(bytes),
            Self::File { .. } => None,
        }
    }

    /// Whether any part can be read without what is in front of it: an inflated stream has one
    /// front.
    pub(crate) fn is_random_access(&self) -> bool {
        match self {
            Self::Memory { .. } => true,
            Self::File { container, .. } => container.in_place().is_some(),
        }
    }

    /// Copies the bytes of one element.
    pub(crate) fn read_at(&self, offset: u64, element: &mut [u8]) -> Result<()> {
        match *self {
            Self::File {
                is_pickle: true, ..
            } => Err(self.name(ErrorKind::ObjectDType)),
            Self::File {
                container, start, ..
            } => container.cursor().read_exact_at(element, start + offset),
            Self::Memory { bytes, .. } => {
                // An offset of a layout lies in the data.
                let start = offset as usize;
                element.copy_from_slice(&bytes[start..start + element.len()]);
                Ok(())
            }
        }
    }

    /// A reader with buffers of its own.
    pub(crate) fn reader(&self) -> Reader<'a> {
        match *self {
            Self::Memory { bytes, .. } => Reader::Memory(bytes),
            Self::File {
                container, start, ..
            } => Reader::File {
                cursor: container.cursor(),
                start,
                buffer: Vec::new(),
                container,
            },
        }
    }
}

/// Gathers values from a [`Source`], with buffers of its own: each thread has one.
#[derive(Debug)]
pub(crate) enum Reader<'a> {
    /// Values are gathered from the map itself.
    Memory(&'a [u8]),
    /// Values are gathered from what was read of the file.
    File {
        container: &'a Container,
        cursor: Cursor<'a>,
        start: u64,
        buffer: Vec<u8>,
    },
}

/// Ranges that are read at once for a layout: reading over a gap of two pages costs about as much
/// as another system call.
pub(crate) fn plan_options() -> PlanOptions {
    PlanOptions {
        max_gap: 8 << 10,
        max_range: u64::MAX,
        ..PlanOptions::default()
    }
}

impl<'a> Reader<'a> {
    /// Where an inflated copy is put when there must be one.
    pub(crate) fn put_copy_in(&mut self, directory: &'a Path) {
        if let Self::File { cursor, .. } = self {
            cursor.put_copy_in(directory);
        }
    }

    /// Makes reading back as cheap as reading on.
    pub(crate) fn prepare_for_any_order(&mut self) -> Result<()> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::File { cursor, .. } => cursor.prepare_for_any_order(),
        }
    }

    /// Copies bytes of the data as they are, from an offset on.
    pub(crate) fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        match self {
            Self::Memory(bytes) => {
                let start = offset as usize;
                buffer.copy_from_slice(&bytes[start..start + buffer.len()]);
                Ok(())
            }
            Self::File { cursor, start, .. } => cursor.read_exact_at(buffer, *start + offset),
        }
    }

    /// The values of a layout in C order. `values` is as long as they are when converted.
    ///
    /// What a file is read into takes as much memory as the plan of the layout fetches: the caller
    /// cuts large layouts into [tiles](npymap_core::tiles).
    pub(crate) fn gather(
        &mut self,
        layout: &Layout,
        convert: Convert,
        values: &mut [u8],
    ) -> Result<()> {
        if let Self::File { cursor, start, .. } = self
            && layout.is_contiguous(Order::C)
            && convert.keeps_bytes(layout.dtype())
        {
            return cursor.read_exact_at(values, *start + layout.offset());
        }
        self.gather_all(std::slice::from_ref(layout), convert, values)
    }

    /// As [`Reader::gather`], for several layouts, whose values follow one another. What they need
    /// of a file is read in one go from its front to its back, so that nothing is inflated twice.
    pub(crate) fn gather_all(
        &mut self,
        layouts: &[Layout],
        convert: Convert,
        mut values: &mut [u8],
    ) -> Result<()> {
        let (source, container) = match self {
            Self::Memory(bytes) => (gather::Source::whole(bytes), None),
            Self::File {
                container,
                cursor,
                start,
                buffer,
            } => {
                let ranges = union(layouts.iter().map(|layout| layout.plan(&plan_options())));
                let len: u64 = ranges.iter().map(|range| range.end - range.start).sum();
                buffer.resize(len as usize, 0);
                let mut rest = &mut buffer[..];
                for range in &ranges {
                    let (piece, after) = rest.split_at_mut((range.end - range.start) as usize);
                    cursor.read_exact_at(piece, *start + range.start)?;
                    rest = after;
                }
                let source = gather::Source::fragments(&ranges, buffer);
                (source.map_err(|e| container.name(e))?, Some(*container))
            }
        };
        for layout in layouts {
            let len = (layout.size() * convert.dtype(layout.dtype()).itemsize()) as usize;
            let (now, after) = values.split_at_mut(len.min(values.len()));
            gather(layout, &source, Order::C, convert, now).map_err(|e| match container {
                Some(container) => container.name(e),
                None => e.into(),
            })?;
            values = after;
        }
        Ok(())
    }
}

/// The ranges of several plans, each byte once.
fn union(plans: impl Iterator<Item = Plan>) -> Vec<Range<u64>> {
    let mut ranges: Vec<_> = plans.flat_map(|plan| plan.ranges).collect();
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.dedup_by(|next, last| {
        let joins = next.start <= last.end;
        if joins {
            last.end = last.end.max(next.end);
        }
        joins
    });
    ranges
}
