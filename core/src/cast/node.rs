//! The tree of conversions that the one of a structure consists of.

use alloc::{boxed::Box, vec, vec::Vec};

use super::{
    CastError, Overflow, name,
    number::Numbers,
    plain,
    text::{self, Text},
    time::Rescale,
};
use crate::{
    DType, ErrorKind, Result,
    dtype::{ByteOrder, Kind},
    error::Excerpt,
    gather::{check_overlap, is_swapped, lane_size, swap},
};

/// The conversion of values of one dtype to another.
#[derive(Debug)]
pub(super) struct Node {
    from: DType,
    to: DType,
    from_size: usize,
    to_size: usize,
    op: Op,
}

#[derive(Debug)]
enum Op {
    /// Neither side has any bytes.
    Nothing,
    Copy,
    /// Reverses the bytes of each lane of that many bytes.
    Swap(u8),
    Numbers(Box<Numbers>),
    Time(Rescale),
    Text(Text),
    /// Copies the bytes in the order of the machine; the lane is that of the swap before.
    Raw {
        lane: u8,
    },
    /// Does the same to so many elements inside each.
    Each {
        count: usize,
        node: Box<Node>,
    },
    /// Fills so many elements with the same value.
    Repeat {
        count: usize,
        node: Box<Node>,
    },
    Fields(Vec<Part>),
}

/// The conversion of some bytes of an element to some bytes of the other one.
#[derive(Debug)]
struct Part {
    from_offset: usize,
    to_offset: usize,
    node: Node,
}

/// A value that cannot be converted.
#[derive(Debug)]
pub(super) struct Failure {
    /// The element that it is in.
    pub(super) index: usize,
    pub(super) fault: Fault,
}

/// What is wrong with a value.
#[derive(Debug)]
pub(super) enum Fault {
    Value { value: Excerpt, to: Excerpt },
    NotAscii { position: usize, code: u32 },
}

impl Node {
    /// A conversion whose time is in proportion to the size of its elements.
    pub(super) fn checked(from: &DType, to: &DType) -> Result<Self> {
        let node = Self::new(from, to)?;
        check_overlap(node.work(), from.itemsize() + to.itemsize())?;
        Ok(node)
    }

    fn new(from: &DType, to: &DType) -> Result<Self> {
        let (from, to) = (plain(from), plain(to));
        Ok(Self {
            from_size: in_memory(from)?,
            to_size: in_memory(to)?,
            op: Op::new(from, to)?,
            from: from.clone(),
            to: to.clone(),
        })
    }

    /// Bytes of an element before.
    pub(super) fn source_size(&self) -> usize {
        self.from_size
    }

    /// Bytes of an element after.
    pub(super) fn target_size(&self) -> usize {
        self.to_size
    }

    /// How many bytes one conversion reads and writes.
    fn work(&self) -> u64 {
        match &self.op {
            Op::Nothing => 0,
            Op::Each { count, node } | Op::Repeat { count, node } => {
                node.work().saturating_mul(*count as u64)
            }
            Op::Fields(parts) => parts
                .iter()
                .fold(0, |n: u64, part| n.saturating_add(part.node.work())),
            _ => (self.from_size as u64).saturating_add(self.to_size as u64),
        }
    }

    /// Converts `count` elements that lie one after another.
    pub(super) fn run(
        &self,
        count: usize,
        src: &[u8],
        dst: &mut [u8],
        overflow: Overflow,
    ) -> Result<(), Box<Failure>> {
        let check = overflow == Overflow::Error;
        match &self.op {
            Op::Nothing => Ok(()),
            Op::Copy => {
                dst.copy_from_slice(src);
                Ok(())
            }
            Op::Swap(lane) => {
                swap(*lane, src, dst);
                Ok(())
            }
            Op::Numbers(numbers) => numbers
                .run(src, dst, check)
                .map_err(|index| self.misfit(index, src)),
            Op::Time(rescale) => self
                .rescale(*rescale, src, dst, check)
                .map_err(|index| self.misfit(index, src)),
            Op::Text(text) => self.each(count, src, dst, |index, value, dst| {
                match text.run(value, dst) {
                    Err(text::Fault::TooLong) if check => Err(self.misfit(index, src)),
                    Err(text::Fault::NotAscii { position, code }) => {
                        Err(Failure::new(index, Fault::NotAscii { position, code }))
                    }
                    _ => Ok(()),
                }
            }),
            Op::Raw { lane } => {
                let mut swapped = vec![0; self.from_size];
                self.each(count, src, dst, |index, value, dst| {
                    swap(*lane, value, &mut swapped);
                    match text::copy(&swapped, dst) {
                        Err(_) if check => Err(self.misfit(index, src)),
                        _ => Ok(()),
                    }
                })
            }
            Op::Each { count: n, node } => node
                .run(count * n, src, dst, overflow)
                .map_err(|failure| failure.at(|index| index / n)),
            Op::Repeat { count: n, node } => self.each(count, src, dst, |index, value, dst| {
                let Some((first, rest)) = dst.split_at_mut_checked(node.to_size) else {
                    return Ok(());
                };
                node.run(1, value, first, overflow)
                    .map_err(|failure| failure.at(|_| index))?;
                // Padding in the elements is not to be touched, so they are not copied.
                let mut rest = rest.chunks_exact_mut(node.to_size.max(1)).take(n - 1);
                rest.try_for_each(|dst| node.run(1, value, dst, overflow))
            }),
            Op::Fields(parts) => parts
                .iter()
                .try_for_each(|part| self.column(part, count, src, dst, overflow)),
        }
    }

    /// Calls a function with each element.
    fn each(
        &self,
        count: usize,
        src: &[u8],
        dst: &mut [u8],
        mut convert: impl FnMut(usize, &[u8], &mut [u8]) -> Result<(), Box<Failure>>,
    ) -> Result<(), Box<Failure>> {
        (0..count).try_for_each(|i| {
            let src = src.get(i * self.from_size..(i + 1) * self.from_size);
            let dst = dst.get_mut(i * self.to_size..(i + 1) * self.to_size);
            match (src, dst) {
                (Some(src), Some(dst)) => convert(i, src, dst),
                _ => Ok(()),
            }
        })
    }

    fn rescale(
        &self,
        rescale: Rescale,
        src: &[u8],
        dst: &mut [u8],
        check: bool,
    ) -> Result<(), usize> {
        let from_big = self.from.byte_order() == ByteOrder::Big;
        let to_big = self.to.byte_order() == ByteOrder::Big;
        let pairs = src.as_chunks().0.iter().zip(dst.as_chunks_mut().0);
        for (index, (src, dst)) in pairs.enumerate() {
            let count = match from_big {
                true => i64::from_be_bytes(*src),
                false => i64::from_le_bytes(*src),
            };
            let count = match rescale.exact(count) {
                Some(count) => count,
                None if check => return Err(index),
                None => rescale.wrapping(count),
            };
            *dst = match to_big {
                true => count.to_be_bytes(),
                false => count.to_le_bytes(),
            };
        }
        Ok(())
    }

    /// Converts a part of each element. Values that are small are brought together first, so that
    /// they are converted many at a time.
    fn column(
        &self,
        part: &Part,
        count: usize,
        src: &[u8],
        dst: &mut [u8],
        overflow: Overflow,
    ) -> Result<(), Box<Failure>> {
        /// Bytes that are brought together.
        const COLUMN: usize = 4096;
        let node = &part.node;
        let (from_size, to_size) = (node.from_size, node.to_size);
        let block = (COLUMN / from_size.max(to_size).max(1)).clamp(1, count.max(1));
        let mut before = vec![0; block * from_size];
        let mut after = vec![0; block * to_size];
        for start in (0..count).step_by(block) {
            let len = block.min(count - start);
            let (Some(before), Some(after)) = (
                before.get_mut(..len * from_size),
                after.get_mut(..len * to_size),
            ) else {
                return Ok(());
            };
            let src = src.get(start * self.from_size + part.from_offset..);
            let dst = dst.get_mut(start * self.to_size + part.to_offset..);
            let (src, dst) = (src.unwrap_or_default(), dst.unwrap_or_default());
            bring(from_size, self.from_size, src, before);
            // Padding inside the part stays as it is.
            if matches!(node.op, Op::Fields(_) | Op::Each { .. } | Op::Repeat { .. }) {
                bring(to_size, self.to_size, dst, after);
            }
            node.run(len, before, after, overflow)
                .map_err(|failure| failure.at(|index| start + index))?;
            put(to_size, self.to_size, after, dst);
        }
        Ok(())
    }

    #[cold]
    fn misfit(&self, index: usize, src: &[u8]) -> Box<Failure> {
        let bytes = src.get(index * self.from_size..).unwrap_or_default();
        let value = crate::text::element(&self.from, bytes).unwrap_or_default();
        Failure::new(
            index,
            Fault::Value {
                value: Excerpt::text(&value),
                to: name(&self.to),
            },
        )
    }
}

/// Brings values of a size together, of which one starts each `stride` bytes.
fn bring(size: usize, stride: usize, src: &[u8], dst: &mut [u8]) {
    fn numbers<const N: usize>(stride: usize, src: &[u8], dst: &mut [u8]) {
        let places = dst.as_chunks_mut::<N>().0;
        for (place, value) in places.iter_mut().zip(src.chunks(stride)) {
            if let Some(value) = value.first_chunk() {
                *place = *value;
            }
        }
    }
    match size {
        0 => {}
        1 => numbers::<1>(stride, src, dst),
        2 => numbers::<2>(stride, src, dst),
        4 => numbers::<4>(stride, src, dst),
        8 => numbers::<8>(stride, src, dst),
        _ => {
            for (place, value) in dst.chunks_exact_mut(size).zip(src.chunks(stride)) {
                if let Some(value) = value.get(..size) {
                    place.copy_from_slice(value);
                }
            }
        }
    }
}

/// Puts values of a size back, one in each `stride` bytes.
fn put(size: usize, stride: usize, src: &[u8], dst: &mut [u8]) {
    fn numbers<const N: usize>(stride: usize, src: &[u8], dst: &mut [u8]) {
        let values = src.as_chunks::<N>().0;
        for (place, value) in dst.chunks_mut(stride).zip(values) {
            if let Some(place) = place.first_chunk_mut() {
                *place = *value;
            }
        }
    }
    match size {
        0 => {}
        1 => numbers::<1>(stride, src, dst),
        2 => numbers::<2>(stride, src, dst),
        4 => numbers::<4>(stride, src, dst),
        8 => numbers::<8>(stride, src, dst),
        _ => {
            for (place, value) in dst.chunks_mut(stride).zip(src.chunks_exact(size)) {
                if let Some(place) = place.get_mut(..size) {
                    place.copy_from_slice(value);
                }
            }
        }
    }
}

impl Op {
    fn new(from: &DType, to: &DType) -> Result<Self> {
        if from.itemsize() == 0 && to.itemsize() == 0 {
            return Ok(Self::Nothing);
        }
        let unsupported = |what| CastError::Unsupported {
            from: name(from),
            to: name(to),
            what,
        };
        match (from.kind(), to.kind()) {
            (Kind::Struct(a), Kind::Struct(b)) => {
                let fields = a.fields.iter().zip(&b.fields);
                return fields
                    .map(|(a, b)| Part::new(a.offset, &a.dtype, b.offset, &b.dtype))
                    .collect::<Result<_>>()
                    .map(Self::Fields);
            }
            (Kind::Struct(a), _) => {
                return a
                    .fields
                    .iter()
                    .map(|field| Part::new(field.offset, &field.dtype, 0, to))
                    .collect::<Result<_>>()
                    .map(Self::Fields);
            }
            (_, Kind::Struct(b)) => {
                return b
                    .fields
                    .iter()
                    .map(|field| Part::new(0, from, field.offset, &field.dtype))
                    .collect::<Result<_>>()
                    .map(Self::Fields);
            }
            (Kind::SubArray(_), Kind::SubArray(_)) => {
                let ((a, from_shape), (b, to_shape)) = (from.flatten(), to.flatten());
                if from_shape != to_shape {
                    return Err(unsupported("between sub-arrays of different shapes").into());
                }
                return Ok(Self::Each {
                    count: in_memory(from)?
                        .checked_div(in_memory(a)?)
                        .or(in_memory(to)?.checked_div(in_memory(b)?))
                        .unwrap_or_default(),
                    node: Box::new(Node::new(a, b)?),
                });
            }
            (Kind::SubArray(_), _) => {
                return Err(unsupported("from sub-arrays to single values").into());
            }
            (_, Kind::SubArray(_)) => {
                let (element, _) = to.flatten();
                return match in_memory(to)?.checked_div(in_memory(element)?) {
                    Some(0) | None => Ok(Self::Nothing),
                    Some(count) => Ok(Self::Repeat {
                        count,
                        node: Box::new(Node::new(from, element)?),
                    }),
                };
            }
            _ => {}
        }
        if from == to {
            return Ok(Self::Copy);
        }
        if *from == to.with_byte_order(from.byte_order())
            && let Some(lane) = lane_size(from)
        {
            return Ok(Self::Swap(lane));
        }
        let units = match (from.kind(), to.kind()) {
            (Kind::DateTime64(a), Kind::DateTime64(b)) => Some((a, b, false)),
            (Kind::TimeDelta64(a), Kind::TimeDelta64(b)) => Some((a, b, true)),
            _ => None,
        };
        if let Some((&a, &b, durations)) = units {
            return match Rescale::new(a, b, durations) {
                Some(rescale) => Ok(Self::Time(rescale)),
                None => Err(unsupported("of a unit of time with a count of 0").into()),
            };
        }
        if *to.kind() == Kind::Void {
            return Ok(Self::Raw {
                lane: match is_swapped(from) {
                    true => lane_size(from).unwrap_or(1),
                    false => 1,
                },
            });
        }
        if let Some(text) = Text::new(from, to) {
            return Ok(Self::Text(text));
        }
        match Numbers::new(from, to) {
            Some(numbers) => Ok(Self::Numbers(Box::new(numbers))),
            None if *from.kind() == Kind::Void => Err(unsupported("from raw data").into()),
            None => Err(unsupported("between numbers and strings").into()),
        }
    }
}

impl Part {
    fn new(from_offset: u32, from: &DType, to_offset: u32, to: &DType) -> Result<Self> {
        Ok(Self {
            from_offset: usize::try_from(from_offset).unwrap_or(usize::MAX),
            to_offset: usize::try_from(to_offset).unwrap_or(usize::MAX),
            node: Node::new(from, to)?,
        })
    }
}

impl Failure {
    fn new(index: usize, fault: Fault) -> Box<Self> {
        Box::new(Self { index, fault })
    }

    fn at(mut self: Box<Self>, place: impl FnOnce(usize) -> usize) -> Box<Self> {
        self.index = place(self.index);
        self
    }
}

/// The size of an element, which must fit into memory to be converted.
fn in_memory(dtype: &DType) -> Result<usize> {
    usize::try_from(dtype.itemsize()).map_err(|_| {
        ErrorKind::TooLarge {
            what: "an element",
            found: dtype.itemsize(),
            limit: usize::MAX as u64,
        }
        .into()
    })
}
