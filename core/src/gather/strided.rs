//! Moving elements that do not lie one after another.

use super::{source::Reader, target::Target};
use crate::Result;

/// Elements at equal distances, in the source or the target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lane {
    /// Where the first element starts.
    pub(super) start: u64,
    /// From one element to the next.
    pub(super) stride: i64,
    /// Bytes of an element, not 0.
    pub(super) unit: usize,
}

impl Lane {
    /// The smallest range of bytes, as start and length, that holds `count` elements, of which
    /// there is at least one.
    #[inline]
    fn span(&self, count: usize) -> Option<(u64, usize)> {
        let reach = usize::try_from(self.stride.unsigned_abs())
            .ok()?
            .checked_mul(count.checked_sub(1)?)?;
        let start = if self.stride < 0 {
            self.start.checked_sub(reach as u64)?
        } else {
            self.start
        };
        Some((start, reach.checked_add(self.unit)?))
    }

    /// The bytes of `count` elements where they lie, if they are neighbours in the source.
    #[inline]
    pub(super) fn borrow<'a>(&self, count: usize, reader: &mut Reader<'_, 'a>) -> Option<&'a [u8]> {
        if u64::try_from(self.stride) != Ok(self.unit as u64) {
            return None;
        }
        let (start, len) = self.span(count)?;
        reader.find(start, len)
    }

    /// Copies as many elements as fill `dst`.
    #[inline]
    pub(super) fn copy(&self, reader: &mut Reader<'_, '_>, dst: &mut [u8]) -> Result<()> {
        let span = self.span(dst.len() / self.unit);
        let Some(src) = span.and_then(|(start, len)| reader.find(start, len)) else {
            return self.copy_scattered(reader, dst);
        };
        match self.unit {
            _ if self.stride == 0 => repeat(src, dst),
            // They overlap.
            unit if self.stride.unsigned_abs() < unit as u64 => {
                copy_strided_any(src, self.stride, unit, dst);
            }
            1 => copy_strided::<1>(src, self.stride, dst),
            2 => copy_strided::<2>(src, self.stride, dst),
            3 => copy_strided::<3>(src, self.stride, dst),
            4 => copy_strided::<4>(src, self.stride, dst),
            6 => copy_strided::<6>(src, self.stride, dst),
            8 => copy_strided::<8>(src, self.stride, dst),
            12 => copy_strided::<12>(src, self.stride, dst),
            16 => copy_strided::<16>(src, self.stride, dst),
            unit => copy_strided_any(src, self.stride, unit, dst),
        }
        Ok(())
    }

    /// Copies all elements of `src`, which lie one after another, to where those of the lane are.
    #[inline]
    pub(super) fn scatter(&self, src: &[u8], target: &mut Target<'_>) -> Result<()> {
        let span = self.span(src.len() / self.unit);
        let step = usize::try_from(self.stride).unwrap_or(0);
        let dst = match span.and_then(|(start, len)| target.find(start, len)) {
            Some(dst) if step >= self.unit => dst,
            _ => return self.scatter_each(src, target),
        };
        match self.unit {
            1 => scatter_strided::<1>(src, step, dst),
            2 => scatter_strided::<2>(src, step, dst),
            3 => scatter_strided::<3>(src, step, dst),
            4 => scatter_strided::<4>(src, step, dst),
            6 => scatter_strided::<6>(src, step, dst),
            8 => scatter_strided::<8>(src, step, dst),
            12 => scatter_strided::<12>(src, step, dst),
            16 => scatter_strided::<16>(src, step, dst),
            unit => {
                for (src, dst) in src.chunks_exact(unit).zip(dst.chunks_mut(step)) {
                    if let Some(dst) = dst.get_mut(..unit) {
                        dst.copy_from_slice(src);
                    }
                }
            }
        }
        Ok(())
    }

    /// Copies elements to where they lie in more than one fragment of the target, looking up each.
    #[cold]
    fn scatter_each(&self, src: &[u8], target: &mut Target<'_>) -> Result<()> {
        let mut at = self.start;
        for src in src.chunks_exact(self.unit) {
            target.get(at, self.unit)?.copy_from_slice(src);
            at = at.wrapping_add_signed(self.stride);
        }
        Ok(())
    }

    /// Copies elements that lie in more than one fragment of the source, looking up each.
    #[cold]
    fn copy_scattered(&self, reader: &mut Reader<'_, '_>, dst: &mut [u8]) -> Result<()> {
        let mut at = self.start;
        for dst in dst.chunks_exact_mut(self.unit) {
            dst.copy_from_slice(reader.get(at, self.unit)?);
            at = at.wrapping_add_signed(self.stride);
        }
        Ok(())
    }
}

/// Copies the same element everywhere.
#[inline]
fn repeat(src: &[u8], dst: &mut [u8]) {
    /// What is copied at once stays in a first-level cache.
    const BLOCK: usize = 4 << 10;
    let block = (BLOCK / src.len()).max(1) * src.len();
    let Some(first) = dst.get_mut(..src.len()) else {
        return;
    };
    first.copy_from_slice(src);
    let mut done = src.len();
    while done < dst.len() {
        let more = done.min(block).min(dst.len() - done);
        dst.copy_within(..more, done);
        done += more;
    }
}

/// Copies the elements of a lane, given the bytes of its span.
#[inline]
fn copy_strided<const N: usize>(src: &[u8], stride: i64, dst: &mut [u8]) {
    let dst = dst.as_chunks_mut::<N>().0;
    let step = usize::try_from(stride.unsigned_abs()).unwrap_or(usize::MAX);
    let backward = stride < 0;
    if step == N && !backward {
        dst.as_flattened_mut().copy_from_slice(src);
    } else if step == N {
        copy_each(src.as_chunks().0.iter().rev(), dst);
    } else if step == 2 * N && !backward {
        copy_grouped::<N, 2>(src, dst);
    } else if step == 3 * N && !backward {
        copy_grouped::<N, 3>(src, dst);
    } else if step == 4 * N && !backward {
        copy_grouped::<N, 4>(src, dst);
    } else if backward {
        if let (Some((rest, first)), Some((out, dst))) =
            (src.split_last_chunk(), dst.split_first_mut())
        {
            *out = *first;
            let steps = rest.rchunks_exact(step);
            copy_each(steps.map(|step| step.first_chunk().unwrap_or(&[0; N])), dst);
        }
    } else if let (Some((first, rest)), Some((out, dst))) =
        (src.split_first_chunk(), dst.split_first_mut())
    {
        *out = *first;
        let steps = rest.chunks_exact(step);
        copy_each(steps.map(|step| step.last_chunk().unwrap_or(&[0; N])), dst);
    }
}

/// Copies the first of every `G` elements, a distance that the compiler knows.
#[inline]
fn copy_grouped<const N: usize, const G: usize>(src: &[u8], dst: &mut [[u8; N]]) {
    if let (Some((first, rest)), Some((out, dst))) =
        (src.split_first_chunk(), dst.split_first_mut())
    {
        *out = *first;
        let groups: &[[[u8; N]; G]] = rest.as_chunks().0.as_chunks().0;
        for (group, dst) in groups.iter().zip(dst) {
            if let Some(src) = group.last() {
                *dst = *src;
            }
        }
    }
}

#[inline]
fn copy_each<'a, const N: usize>(src: impl Iterator<Item = &'a [u8; N]>, dst: &mut [[u8; N]]) {
    for (src, dst) in src.zip(dst) {
        *dst = *src;
    }
}

/// Copies elements to the places `step` bytes apart, given the bytes of their span.
#[inline]
fn scatter_strided<const N: usize>(src: &[u8], step: usize, dst: &mut [u8]) {
    if step == N {
        dst.copy_from_slice(src);
        return;
    }
    let src = src.as_chunks::<N>().0;
    if step == 2 * N {
        scatter_grouped::<N, 2>(src, dst);
    } else if step == 3 * N {
        scatter_grouped::<N, 3>(src, dst);
    } else if step == 4 * N {
        scatter_grouped::<N, 4>(src, dst);
    } else {
        // Each chunk but the last one has the bytes up to the next element.
        for (src, dst) in src.iter().zip(dst.chunks_mut(step)) {
            if let Some(dst) = dst.first_chunk_mut() {
                *dst = *src;
            }
        }
    }
}

/// Copies to the first of every `G` elements, a distance that the compiler knows.
#[inline]
fn scatter_grouped<const N: usize, const G: usize>(src: &[[u8; N]], dst: &mut [u8]) {
    let (groups, rest) = dst.as_chunks_mut().0.as_chunks_mut::<G>();
    let (src, last) = src.split_at_checked(groups.len()).unwrap_or((src, &[]));
    for (src, group) in src.iter().zip(groups) {
        if let Some(dst) = group.first_mut() {
            *dst = *src;
        }
    }
    if let ([src], [dst, ..]) = (last, rest) {
        *dst = *src;
    }
}

/// Like [`copy_strided`], for elements of any size.
#[inline]
fn copy_strided_any(src: &[u8], stride: i64, unit: usize, dst: &mut [u8]) {
    let step = usize::try_from(stride.unsigned_abs()).unwrap_or(usize::MAX);
    let dst = dst.chunks_exact_mut(unit);
    if stride < 0 {
        let elements = src.windows(unit).step_by(step).rev();
        dst.zip(elements)
            .for_each(|(dst, src)| dst.copy_from_slice(src));
    } else {
        let elements = src.windows(unit).step_by(step);
        dst.zip(elements)
            .for_each(|(dst, src)| dst.copy_from_slice(src));
    }
}
