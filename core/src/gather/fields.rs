//! Structures, field by field.

use alloc::vec::Vec;

use super::kernel::{is_swapped, lane_size, swap};
use crate::{
    DType, ErrorKind, Result,
    dtype::{Field, Kind},
};

/// Fields may overlap, and so hold more lanes than the element has bytes for. This many times
/// over is enough for any union, and keeps the time in proportion to the size.
const MAX_OVERLAP: u64 = 64;

/// The swap of the byte order of the fields of a structure.
///
/// As in NumPy, each field is set from the source in the order of the descriptor: of fields that
/// overlap, the last one has the last word. All bytes that belong to no field are copied.
#[derive(Debug)]
pub(super) struct Fields {
    itemsize: usize,
    parts: Vec<Part>,
}

/// Something to do with some bytes of an element, which have been copied already.
#[derive(Debug)]
struct Part {
    offset: usize,
    len: usize,
    action: Action,
}

#[derive(Debug)]
enum Action {
    /// Undo what an earlier field did to the bytes.
    Copy,
    /// Reverse the bytes of lanes of that many bytes.
    Swap(u8),
    /// Do something to every structure of an array of them.
    Each(Fields),
}

impl Fields {
    /// # Errors
    ///
    /// [`ErrorKind::TooLarge`] if fields overlap absurdly often.
    pub(super) fn new(dtype: &DType) -> Result<Self> {
        let work = work(dtype);
        let limit = dtype.itemsize().saturating_mul(MAX_OVERLAP);
        if work > limit {
            return Err(ErrorKind::TooLarge {
                what: "the size of all fields of an element",
                found: work,
                limit,
            }
            .into());
        }
        Ok(Self::of(dtype))
    }

    fn of(dtype: &DType) -> Self {
        let fields = dtype.fields().unwrap_or_default();
        let overlap = overlap(fields);
        let part = |field: &Field| {
            let (dtype, _) = field.dtype.flatten();
            let len = field.dtype.itemsize();
            let action = match (is_swapped(dtype), lane_size(dtype)) {
                (false, _) if overlap => Action::Copy,
                (false, _) => return None,
                (true, Some(lane)) => Action::Swap(lane),
                (true, None) => Action::Each(Self::of(dtype)),
            };
            Some(Part {
                offset: usize::try_from(field.offset).ok()?,
                len: usize::try_from(len).ok().filter(|&len| len > 0)?,
                action,
            })
        };
        Self {
            // Sizes are at most `i32::MAX`, so that none of them needs more than a `usize`.
            itemsize: usize::try_from(dtype.itemsize()).unwrap_or(usize::MAX),
            parts: fields.iter().filter_map(part).collect(),
        }
    }

    /// Converts structures that lie one after another.
    pub(super) fn run(&self, src: &[u8], dst: &mut [u8]) {
        dst.copy_from_slice(src);
        self.mend(src, dst);
    }

    /// Applies the parts to a copy.
    fn mend(&self, src: &[u8], dst: &mut [u8]) {
        let itemsize = self.itemsize.max(1);
        let elements = src.chunks_exact(itemsize);
        for (src, dst) in elements.zip(dst.chunks_exact_mut(itemsize)) {
            for part in &self.parts {
                let bytes = part.offset..part.offset + part.len;
                if let (Some(src), Some(dst)) = (src.get(bytes.clone()), dst.get_mut(bytes)) {
                    part.action.apply(src, dst);
                }
            }
        }
    }
}

impl Action {
    fn apply(&self, src: &[u8], dst: &mut [u8]) {
        match self {
            Self::Copy => dst.copy_from_slice(src),
            Self::Swap(lane) => swap(*lane, src, dst),
            Self::Each(fields) => fields.run(src, dst),
        }
    }
}

/// How many bytes all fields of a dtype have together, each as often as something holds it.
fn work(dtype: &DType) -> u64 {
    match dtype.kind() {
        Kind::Struct(s) if s.base.is_none() => s
            .fields
            .iter()
            .fold(0, |n: u64, field| n.saturating_add(work(&field.dtype))),
        Kind::SubArray(s) => {
            // Not the product of the shape, which may pass 64 bits where elements have no bytes.
            let elements = dtype.itemsize().checked_div(s.element.itemsize());
            work(&s.element).saturating_mul(elements.unwrap_or(0))
        }
        _ => dtype.itemsize(),
    }
}

/// Whether any two fields share a byte.
fn overlap(fields: &[Field]) -> bool {
    let mut spans: Vec<_> = fields
        .iter()
        .map(|field| (u64::from(field.offset), field.dtype.itemsize()))
        .filter(|&(_, len)| len > 0)
        .collect();
    spans.sort_unstable();
    spans
        .windows(2)
        .any(|pair| matches!(*pair, [(start, len), (next, _)] if next < start + len))
}
