//! Numbers to numbers.

use core::cell::Cell;

use super::{
    direct::{self, Direct},
    format::{self, Class, Decode, Format},
    wide::{IntTarget, Long},
};
use crate::{
    DType,
    dtype::{ByteOrder, Kind},
    gather::swap,
};

/// The conversion of numbers of one dtype to those of another.
#[derive(Debug)]
pub(super) struct Numbers {
    from: Side,
    to: Side,
    target: IntTarget,
    /// Whether NaT is lost.
    nat_is_lost: bool,
    direct: Option<Direct>,
}

/// What the numbers are on one side.
#[derive(Clone, Copy, Debug)]
struct Side {
    format: Format,
    complex: bool,
    big: bool,
}

/// The most elements that are converted at a time where bytes must be swapped or types widened.
const BLOCK: usize = 256;

/// The most bytes of as many elements.
const BYTES: usize = BLOCK * 32;

/// The most elements that a direct loop converts before it looks whether any was lost.
const DIRECT: usize = 4096;

impl Numbers {
    /// `None` if a dtype is none of numbers.
    pub(super) fn new(from: &DType, to: &DType) -> Option<Self> {
        let is_time =
            |dtype: &DType| matches!(dtype.kind(), Kind::DateTime64(_) | Kind::TimeDelta64(_));
        let side = |dtype| {
            let (format, complex) = Format::of(dtype)?;
            Some(Side {
                format,
                complex,
                big: dtype.byte_order() == ByteOrder::Big,
            })
        };
        let nat_is_lost = is_time(from) && !is_time(to) && *to.kind() != Kind::Bool;
        let (is_time, from, to) = (is_time(to), side(from)?, side(to)?);
        Some(Self {
            from,
            to,
            target: if is_time {
                IntTarget::time()
            } else {
                to.format.int_target()
            },
            nat_is_lost,
            direct: direct::between(from.format, to.format).filter(|_| !nat_is_lost),
        })
    }

    /// Converts numbers that lie one after another, as many as both slices hold.
    ///
    /// # Errors
    ///
    /// The index of the first number that the target does not hold, if `check` is set.
    pub(super) fn run(&self, src: &[u8], dst: &mut [u8], check: bool) -> Result<(), usize> {
        if let Some(direct) = self.direct
            && !self.from.big
            && !self.to.big
            && self.from.complex == self.to.complex
        {
            return self.blocks(DIRECT, src, dst, check, direct);
        }
        match self.from.format.class() {
            Class::Int => self.widened::<i64>(src, dst, check),
            Class::UInt => self.widened::<u64>(src, dst, check),
            Class::Float => self.widened::<f64>(src, dst, check),
            Class::Long => self.widened::<Long>(src, dst, check),
        }
    }

    /// The general way, through a type that holds all numbers of the source.
    ///
    /// Its buffers must not lie in the frames of a recursion.
    #[inline(never)]
    fn widened<W: Decode>(&self, src: &[u8], dst: &mut [u8], check: bool) -> Result<(), usize> {
        let mut wide = [W::default(); 2 * BLOCK];
        let mut before = [0; BYTES];
        let mut after = [0; BYTES];
        self.blocks(BLOCK, src, dst, check, |src, dst| {
            self.block(src, dst, &mut wide, &mut before, &mut after)
        })
    }

    /// Calls a function with blocks of so many elements until one has lost a number.
    fn blocks(
        &self,
        block: usize,
        src: &[u8],
        dst: &mut [u8],
        check: bool,
        mut convert: impl FnMut(&[u8], &mut [u8]) -> bool,
    ) -> Result<(), usize> {
        let (from, to) = (self.from.itemsize(), self.to.itemsize());
        let pairs = src.chunks(block * from).zip(dst.chunks_mut(block * to));
        for (i, (src, dst)) in pairs.enumerate() {
            if convert(src, dst) && check {
                let mut elements = src.chunks(from).zip(dst.chunks_mut(to));
                let lost = elements.position(|(src, dst)| convert(src, dst));
                return Err(i * block + lost.unwrap_or_default());
            }
        }
        Ok(())
    }

    /// Converts at most [`BLOCK`] elements. Returns whether a number was lost.
    fn block<W: Decode>(
        &self,
        src: &[u8],
        dst: &mut [u8],
        wide: &mut [W; 2 * BLOCK],
        before: &mut [u8; BYTES],
        after: &mut [u8; BYTES],
    ) -> bool {
        let (from, to) = (self.from, self.to);
        let (from_size, to_size) = (from.format.size(), to.format.size());
        // The parts that count, in the right order of bytes.
        let discards = from.complex && !to.complex && to.format != Format::Bool;
        let swapped = before.get_mut(..src.len()).unwrap_or_default();
        let src = if from.big || discards {
            if from.big {
                swap(from_size as u8, src, swapped);
            } else {
                swapped.copy_from_slice(src);
            }
            if discards {
                let len = keep_first_of_pairs(from_size, swapped);
                swapped.get(..len).unwrap_or_default()
            } else {
                swapped
            }
        } else {
            src
        };
        let parts = src.len() / from_size;

        let in_place = !to.big && (from.complex == to.complex || discards);
        let out = after.get_mut(..parts * to_size).unwrap_or_default();
        let written = if in_place { &mut *dst } else { &mut *out };
        let lost = match self.direct {
            Some(direct) => direct(src, written),
            None => {
                let wide = wide.get_mut(..parts).unwrap_or_default();
                W::decode(from.format, src, wide);
                let nat = self.nat_is_lost && wide.iter().any(|v| v.is_nat());
                nat | format::encode(to.format, self.target, wide, written)
            }
        };
        if in_place {
            return lost;
        }
        if to.complex && !from.complex {
            spread(to_size, to.big, out, dst);
        } else if from.complex && to.format == Format::Bool {
            for (dst, [re, im]) in dst.iter_mut().zip(out.as_chunks().0) {
                *dst = re | im;
            }
        } else {
            swap(to_size as u8, out, dst);
        }
        lost
    }
}

impl Side {
    fn itemsize(self) -> usize {
        self.format.size() * if self.complex { 2 } else { 1 }
    }
}

/// Calls a function of a constant with one of the sizes that parts of numbers have.
macro_rules! sized {
    ($size:expr, $function:ident($($argument:expr),*)) => {
        match $size {
            2 => $function::<2>($($argument),*),
            4 => $function::<4>($($argument),*),
            8 => $function::<8>($($argument),*),
            16 => $function::<16>($($argument),*),
            _ => $function::<1>($($argument),*),
        }
    };
}

/// Moves the first of each two parts of a size to the front. Returns how many bytes these have.
fn keep_first_of_pairs(size: usize, bytes: &mut [u8]) -> usize {
    sized!(size, keep_first(bytes))
}

fn keep_first<const N: usize>(bytes: &mut [u8]) -> usize {
    let parts = Cell::from_mut(bytes.as_chunks_mut::<N>().0).as_slice_of_cells();
    let (pairs, _) = parts.as_chunks::<2>();
    for ([part, _], place) in pairs.iter().zip(parts) {
        place.set(part.get());
    }
    pairs.len() * N
}

/// Parts of a size with zeros after each, in big-endian order if asked for.
fn spread(size: usize, big: bool, src: &[u8], dst: &mut [u8]) {
    sized!(size, spread_parts(big, src, dst));
}

fn spread_parts<const N: usize>(big: bool, src: &[u8], dst: &mut [u8]) {
    let pairs = dst.as_chunks_mut::<N>().0.as_chunks_mut::<2>().0;
    for (part, pair) in src.as_chunks::<N>().0.iter().zip(pairs) {
        *pair = [*part, [0; N]];
        if big {
            let [part, _] = pair;
            part.reverse();
        }
    }
}
