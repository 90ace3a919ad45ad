//! Structures, field by field.

use alloc::vec::Vec;
use core::ops::Range;

use super::kernel::{is_swapped, lane_size, swap};
use crate::{
    DType, ErrorKind, Result,
    dtype::{Field, Kind},
    sort,
};

/// The copy of structures to structures of other byte orders, or with fields in other places.
///
/// As in NumPy, each field is set from the source in the order of the descriptor: of fields that
/// overlap, the last one has the last word.
#[derive(Debug)]
pub(super) struct Fields {
    /// Bytes of an element in the source and in the destination.
    itemsizes: [usize; 2],
    /// What of the bytes that belong to no field.
    rest: Rest,
    parts: Vec<Part>,
}

/// What becomes of the bytes of a destination that belong to no field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// There are none.
    None,
    /// They are copied.
    Copied,
    /// They stay what they were.
    Kept,
}

/// Something to do with some bytes of an element.
#[derive(Debug)]
struct Part {
    from: Range<usize>,
    to: Range<usize>,
    action: Action,
}

/// What to do with bytes.
#[derive(Debug)]
pub(super) enum Action {
    Copy,
    /// Copy lanes of that many bytes with their bytes reversed.
    Swap(u8),
    /// Do something to every structure of an array of them.
    Each(Fields),
}

/// How elements of one dtype are copied to those of another. `None` if their values differ in more
/// than their byte order and, in structures, the names and places of fields.
///
/// Fields are taken by their order, as NumPy does it, and what belongs to none of them stays what
/// it was in the destination. Structures that overlay a base are copied as that base.
///
/// # Errors
///
/// [`ErrorKind::TooLarge`] if fields overlap absurdly often.
pub(super) fn between(from: &DType, to: &DType) -> Result<Option<Action>> {
    check_work(from)?;
    check_work(to)?;
    Ok(action_between(from, to))
}

fn action_between(from: &DType, to: &DType) -> Option<Action> {
    let (from, to) = (without_overlay(from), without_overlay(to));
    match (from.kind(), to.kind()) {
        (Kind::Struct(s), Kind::Struct(t)) if s.fields.len() == t.fields.len() => {
            let mut parts = Vec::new();
            for (from, to) in s.fields.iter().zip(&t.fields) {
                let ((source, from_dims), (target, to_dims)) =
                    (from.dtype.flatten(), to.dtype.flatten());
                if from_dims != to_dims {
                    return None;
                }
                let action = action_between(source, target)?;
                let part = Part {
                    from: place(from)?,
                    to: place(to)?,
                    action,
                };
                if !part.to.is_empty() && !part.from.is_empty() {
                    parts.push(part);
                }
            }
            Some(Fields::assigned(from, to, parts))
        }
        (Kind::Struct(_) | Kind::SubArray(_), _) => None,
        (source, target) if source == target && from.itemsize() == to.itemsize() => {
            // It has lanes, for it is no structure.
            let lane = lane_size(to).filter(|&lane| lane > 1);
            Some(match lane {
                Some(lane) if from.byte_order() != to.byte_order() => Action::Swap(lane),
                _ => Action::Copy,
            })
        }
        _ => None,
    }
}

impl Fields {
    /// The swap to the byte order of the machine, all bytes that belong to no field copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TooLarge`] if fields overlap absurdly often.
    pub(super) fn to_native(dtype: &DType) -> Result<Self> {
        check_work(dtype)?;
        Ok(Self::swapped(dtype))
    }

    fn swapped(dtype: &DType) -> Self {
        let fields = dtype.fields().unwrap_or_default();
        let overlap = overlap(fields);
        let part = |field: &Field| {
            let (dtype, _) = field.dtype.flatten();
            let action = match (is_swapped(dtype), lane_size(dtype)) {
                // Undoes what an earlier field did to the bytes.
                (false, _) if overlap => Action::Copy,
                (false, _) => return None,
                (true, Some(lane)) => Action::Swap(lane),
                (true, None) => Action::Each(Self::swapped(dtype)),
            };
            let place = place(field).filter(|place| !place.is_empty())?;
            Some(Part {
                from: place.clone(),
                to: place,
                action,
            })
        };
        Self {
            itemsizes: [in_memory(dtype), in_memory(dtype)],
            rest: Rest::Copied,
            parts: fields.iter().filter_map(part).collect(),
        }
    }

    /// The copy of the fields only, simplified.
    fn assigned(from: &DType, to: &DType, mut parts: Vec<Part>) -> Action {
        let itemsizes = [in_memory(from), in_memory(to)];
        if parts.iter().all(Part::stays) {
            // The order does not matter, so that neighbours can be joined.
            sort::by_key(&mut parts, |part| part.to.start);
            parts.dedup_by(|next, last| {
                let joined = next.to.start <= last.to.end;
                if joined {
                    last.to.end = last.to.end.max(next.to.end);
                    last.from.end = last.to.end;
                }
                joined
            });
            if let ([part], [_, whole]) = (&*parts, itemsizes)
                && part.to == (0..whole)
                && itemsizes == [whole; 2]
            {
                return Action::Copy;
            }
        }
        let rest = if covers(&parts, itemsizes[1]) {
            Rest::None
        } else {
            Rest::Kept
        };
        Action::Each(Self {
            itemsizes,
            rest,
            parts,
        })
    }

    /// Whether bytes of the destination stay what they were.
    pub(super) fn is_partial(&self) -> bool {
        self.rest == Rest::Kept
    }

    /// Converts structures that lie one after another.
    pub(super) fn run(&self, src: &[u8], dst: &mut [u8]) {
        if self.rest == Rest::Copied {
            dst.copy_from_slice(src);
        }
        let [itemsize, out_itemsize] = self.itemsizes.map(|size| size.max(1));
        let elements = src.chunks_exact(itemsize);
        for (src, dst) in elements.zip(dst.chunks_exact_mut(out_itemsize)) {
            for part in &self.parts {
                if let (Some(src), Some(dst)) =
                    (src.get(part.from.clone()), dst.get_mut(part.to.clone()))
                {
                    part.action.apply(src, dst);
                }
            }
        }
    }
}

impl Part {
    /// Whether the bytes are copied to the same place.
    fn stays(&self) -> bool {
        matches!(self.action, Action::Copy) && self.from == self.to
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

/// The dtype that decides about the values: the base, where fields overlay one.
fn without_overlay(mut dtype: &DType) -> &DType {
    while let Kind::Struct(s) = dtype.kind()
        && let Some(base) = &s.base
    {
        dtype = base;
    }
    dtype
}

/// The bytes of a field in an element.
fn place(field: &Field) -> Option<Range<usize>> {
    let start = usize::try_from(field.offset).ok()?;
    let len = usize::try_from(field.dtype.itemsize()).ok()?;
    Some(start..start.checked_add(len)?)
}

/// The size of an element. It is at most `i32::MAX`, so that it needs no more than a `usize`.
fn in_memory(dtype: &DType) -> usize {
    usize::try_from(dtype.itemsize()).unwrap_or(usize::MAX)
}

/// Whether parts leave no byte of an element as it was.
fn covers(parts: &[Part], itemsize: usize) -> bool {
    let whole = |part: &Part| !matches!(&part.action, Action::Each(f) if f.is_partial());
    let mut places: Vec<_> = parts.iter().map(|part| part.to.clone()).collect();
    sort::by_key(&mut places, |place| place.start);
    let mut end = 0;
    for place in places {
        if place.start > end {
            return false;
        }
        end = end.max(place.end);
    }
    end == itemsize && parts.iter().all(whole)
}

/// # Errors
///
/// [`ErrorKind::TooLarge`] if fields overlap absurdly often.
fn check_work(dtype: &DType) -> Result<()> {
    check_overlap(work(dtype), dtype.itemsize())
}

/// Fails if so much more is to be read and written for all fields of an element than it has bytes
/// that fields must overlap absurdly often.
///
/// # Errors
///
/// [`ErrorKind::TooLarge`].
pub(crate) fn check_overlap(work: u64, size: u64) -> Result<()> {
    /// This many times over is enough for any union, and keeps the time in proportion to the size.
    const MAX_OVERLAP: u64 = 64;

    let limit = size.saturating_mul(MAX_OVERLAP);
    if work > limit {
        return Err(ErrorKind::TooLarge {
            what: "the size of all fields of an element",
            found: work,
            limit,
        }
        .into());
    }
    Ok(())
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
    sort::by_key(&mut spans, |&span| span);
    spans
        .windows(2)
        .any(|pair| matches!(*pair, [(start, len), (next, _)] if next < start + len))
}
