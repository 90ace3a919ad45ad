//! Ways through the elements of a view.

use alloc::vec::Vec;
use core::{fmt, iter::FusedIterator, marker::PhantomData, slice};

use smallvec::SmallVec;
use zerocopy::FromBytes;

use super::{Element, View};
use crate::Layout;

/// One dimension: its length, its stride in bytes and, while it is walked along, an index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dim {
    pub(super) len: u64,
    pub(super) stride: i64,
    at: u64,
}

impl Dim {
    /// The dimension of a single element.
    const ONE: Self = Self {
        len: 1,
        stride: 0,
        at: 0,
    };
}

/// The offsets at which the lanes of an array begin, in C order.
#[derive(Clone, Debug)]
pub(super) struct Starts {
    dims: SmallVec<[Dim; 4]>,
    offset: u64,
    left: usize,
}

impl Starts {
    fn new(dims: SmallVec<[Dim; 4]>, offset: u64) -> Self {
        // No more than there are elements, unless the lanes are empty; but then it may be capped.
        let count = dims.iter().fold(1, |n: u64, dim| n.saturating_mul(dim.len));
        Self {
            dims,
            offset,
            left: usize::try_from(count).unwrap_or(usize::MAX),
        }
    }

    /// Those of the lanes of a layout, and what each lane is.
    pub(super) fn of(layout: &Layout) -> (Self, Dim) {
        let mut dims = merged(layout);
        let inner = dims.pop().unwrap_or(Dim::ONE);
        let mut starts = Self::new(dims, layout.offset());
        if layout.is_empty() {
            starts.left = 0;
        }
        (starts, inner)
    }

    pub(super) fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let start = self.offset as usize;
        // Offsets of elements, in the end, so it is no matter if they wrap on the way.
        for dim in self.dims.iter_mut().rev() {
            dim.at += 1;
            if dim.at < dim.len {
                self.offset = self.offset.wrapping_add_signed(dim.stride);
                break;
            }
            dim.at = 0;
            let back = dim.stride.wrapping_mul(dim.len as i64 - 1);
            self.offset = self.offset.wrapping_sub(back as u64);
        }
        Some(start)
    }
}

/// What all lanes of an array have in common.
#[derive(Clone, Copy)]
struct Lanewise<'a> {
    bytes: &'a [u8],
    len: usize,
    stride: isize,
    big: bool,
}

impl<'a> Lanewise<'a> {
    fn new(bytes: &'a [u8], dim: Dim, big: bool) -> Self {
        Self {
            bytes,
            // Both fit, since the elements lie in a slice, unless the layout is empty or a
            // dimension has length 1 and its stride does not matter.
            len: usize::try_from(dim.len).unwrap_or(0),
            stride: dim.stride as isize,
            big,
        }
    }

    /// The lane that begins at an offset.
    fn at<T: Element>(&self, start: usize) -> Lane<'a, T> {
        let size = size_of::<T::Bytes>();
        let contiguous = (self.stride == size as isize).then(|| {
            let bytes = self
                .bytes
                .get(start..)?
                .get(..self.len.checked_mul(size)?)?;
            <[T::Bytes]>::ref_from_bytes(bytes).ok()
        });
        Lane {
            elements: match contiguous.flatten() {
                Some(elements) => Elements::Contiguous(elements.iter()),
                None => Elements::Strided(Strided {
                    bytes: self.bytes,
                    at: start,
                    stride: self.stride,
                    left: self.len,
                }),
            },
            big: self.big,
        }
    }
}

/// The elements of a [`View`] in C order, made by [`View::iter`].
pub struct Iter<'a, T: Element> {
    lanes: Lanewise<'a>,
    starts: Starts,
    lane: Lane<'a, T>,
    left: usize,
}

impl<'a, T: Element> Iter<'a, T> {
    pub(super) fn new(bytes: &'a [u8], layout: &Layout, big: bool) -> Self {
        let (starts, inner) = Starts::of(layout);
        Self {
            lanes: Lanewise::new(bytes, inner, big),
            starts,
            lane: Lane::empty(),
            left: layout.size() as usize,
        }
    }

    /// All elements that are left.
    pub(super) fn into_vec(mut self) -> Vec<T> {
        let mut elements = Vec::with_capacity(self.left);
        self.lane.append_to(&mut elements);
        while let Some(start) = self.starts.next() {
            self.lanes.at(start).append_to(&mut elements);
        }
        elements
    }
}

/// The dimensions of an array, neighbours joined where one continues the other, so that inner
/// loops are long.
fn merged(layout: &Layout) -> SmallVec<[Dim; 4]> {
    let mut merged: SmallVec<[Dim; 4]> = SmallVec::new();
    for (&len, &stride) in layout.shape().iter().zip(layout.strides()) {
        if len == 1 {
            continue;
        }
        match merged.last_mut() {
            Some(outer) if outer.stride == stride.wrapping_mul(len as i64) => {
                // In bounds: it divides the number of elements, or there are none.
                outer.len = outer.len.saturating_mul(len);
                outer.stride = stride;
            }
            _ => merged.push(Dim { len, stride, at: 0 }),
        }
    }
    merged
}

impl<T: Element> Iterator for Iter<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        loop {
            if let Some(element) = self.lane.next() {
                self.left -= 1;
                return Some(element);
            }
            self.lane = self.lanes.at(self.starts.next()?);
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }

    fn fold<B, F: FnMut(B, T) -> B>(mut self, init: B, mut f: F) -> B {
        let mut folded = self.lane.fold(init, &mut f);
        while let Some(start) = self.starts.next() {
            folded = self.lanes.at(start).fold(folded, &mut f);
        }
        folded
    }
}

impl<T: Element> ExactSizeIterator for Iter<'_, T> {}
impl<T: Element> FusedIterator for Iter<'_, T> {}

// Here and below not derived, for that would ask more of `T` than there is need for.
impl<T: Element> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self {
            lanes: self.lanes,
            starts: self.starts.clone(),
            lane: self.lane.clone(),
            left: self.left,
        }
    }
}

impl<T: Element> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "Iter", self.left)
    }
}

/// The elements of a [`View`] along an axis, of which [`Lanes`] makes many.
pub struct Lane<'a, T: Element> {
    elements: Elements<'a, T::Bytes>,
    big: bool,
}

#[derive(Clone)]
enum Elements<'a, B> {
    Contiguous(slice::Iter<'a, B>),
    Strided(Strided<'a>),
}

#[derive(Clone)]
struct Strided<'a> {
    bytes: &'a [u8],
    at: usize,
    stride: isize,
    left: usize,
}

impl Strided<'_> {
    #[inline]
    fn next<B: FromBytes>(&mut self) -> Option<B> {
        self.left = self.left.checked_sub(1)?;
        let (element, _) = B::read_from_prefix(self.bytes.get(self.at..)?).ok()?;
        self.at = self.at.wrapping_add_signed(self.stride);
        Some(element)
    }
}

impl<T: Element> Lane<'_, T> {
    fn empty() -> Self {
        Self {
            elements: Elements::Contiguous([].iter()),
            big: false,
        }
    }

    fn append_to(self, elements: &mut Vec<T>) {
        match (self.elements, self.big) {
            // A vector copies or swaps what it knows to be a slice many times faster.
            (Elements::Contiguous(slice), false) => {
                elements.extend(slice.map(|&bytes| T::from_bytes::<false>(bytes)));
            }
            (Elements::Contiguous(slice), true) => {
                elements.extend(slice.map(|&bytes| T::from_bytes::<true>(bytes)));
            }
            (strided, big) => {
                let lane = Lane {
                    elements: strided,
                    big,
                };
                lane.for_each(|element| elements.push(element));
            }
        }
    }

    fn fold_ordered<const BIG: bool, B>(self, init: B, mut f: impl FnMut(B, T) -> B) -> B {
        match self.elements {
            Elements::Contiguous(elements) => elements.fold(init, |folded, &bytes| {
                f(folded, T::from_bytes::<BIG>(bytes))
            }),
            Elements::Strided(mut elements) => {
                let mut folded = init;
                while let Some(bytes) = elements.next() {
                    folded = f(folded, T::from_bytes::<BIG>(bytes));
                }
                folded
            }
        }
    }
}

impl<T: Element> Iterator for Lane<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        let bytes = match &mut self.elements {
            Elements::Contiguous(elements) => *elements.next()?,
            Elements::Strided(elements) => elements.next()?,
        };
        Some(if self.big {
            T::from_bytes::<true>(bytes)
        } else {
            T::from_bytes::<false>(bytes)
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match &self.elements {
            Elements::Contiguous(elements) => elements.len(),
            Elements::Strided(elements) => elements.left,
        };
        (left, Some(left))
    }

    fn fold<B, F: FnMut(B, T) -> B>(self, init: B, f: F) -> B {
        if self.big {
            self.fold_ordered::<true, B>(init, f)
        } else {
            self.fold_ordered::<false, B>(init, f)
        }
    }
}

impl<T: Element> ExactSizeIterator for Lane<'_, T> {}
impl<T: Element> FusedIterator for Lane<'_, T> {}

impl<T: Element> Clone for Lane<'_, T> {
    fn clone(&self) -> Self {
        Self {
            elements: self.elements.clone(),
            big: self.big,
        }
    }
}

impl<T: Element> fmt::Debug for Lane<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "Lane", self.len())
    }
}

/// The runs of elements of a [`View`] along an axis, made by [`View::lanes`].
pub struct Lanes<'a, T: Element> {
    lanes: Lanewise<'a>,
    starts: Starts,
    element: PhantomData<T>,
}

impl<'a, T: Element> Lanes<'a, T> {
    /// `None` if there is no such axis.
    pub(super) fn new(bytes: &'a [u8], layout: &Layout, axis: usize, big: bool) -> Option<Self> {
        let mut dims: SmallVec<[Dim; 4]> = layout
            .shape()
            .iter()
            .zip(layout.strides())
            .map(|(&len, &stride)| Dim { len, stride, at: 0 })
            .collect();
        if axis >= dims.len() {
            return None;
        }
        let along = dims.remove(axis);
        Some(Self {
            lanes: Lanewise::new(bytes, along, big),
            starts: Starts::new(dims, layout.offset()),
            element: PhantomData,
        })
    }
}

impl<'a, T: Element> Iterator for Lanes<'a, T> {
    type Item = Lane<'a, T>;

    #[inline]
    fn next(&mut self) -> Option<Lane<'a, T>> {
        let start = self.starts.next()?;
        Some(self.lanes.at(start))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.starts.left, Some(self.starts.left))
    }
}

impl<T: Element> ExactSizeIterator for Lanes<'_, T> {}
impl<T: Element> FusedIterator for Lanes<'_, T> {}

impl<T: Element> Clone for Lanes<'_, T> {
    fn clone(&self) -> Self {
        Self {
            lanes: self.lanes,
            starts: self.starts.clone(),
            element: self.element,
        }
    }
}

impl<T: Element> fmt::Debug for Lanes<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "Lanes", self.starts.left)
    }
}

/// The views along the first axis of a [`View`], made by [`View::outer`].
pub struct Outer<'a, T> {
    view: View<'a, T>,
    next: u64,
    len: u64,
}

impl<'a, T: Element> Outer<'a, T> {
    /// `None` if there is no axis.
    pub(super) fn new(view: &View<'a, T>) -> Option<Self> {
        Some(Self {
            len: *view.layout().shape().first()?,
            view: view.clone(),
            next: 0,
        })
    }
}

impl<'a, T: Element> Iterator for Outer<'a, T> {
    type Item = View<'a, T>;

    fn next(&mut self) -> Option<View<'a, T>> {
        if self.next == self.len {
            return None;
        }
        let layout = self.view.layout().index_axis(0, self.next).ok()?;
        self.next += 1;
        Some(self.view.with(layout))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Capped only where the views have no elements.
        let left = usize::try_from(self.len - self.next).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

impl<T: Element> ExactSizeIterator for Outer<'_, T> {}
impl<T: Element> FusedIterator for Outer<'_, T> {}

impl<T> Clone for Outer<'_, T> {
    fn clone(&self) -> Self {
        Self {
            view: self.view.clone(),
            ..*self
        }
    }
}

impl<T> fmt::Debug for Outer<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "Outer", self.len - self.next)
    }
}

fn debug(f: &mut fmt::Formatter<'_>, name: &str, left: impl fmt::Debug) -> fmt::Result {
    f.debug_struct(name)
        .field("left", &left)
        .finish_non_exhaustive()
}
