//! Typed views whose elements can be changed.

use core::{fmt, marker::PhantomData, mem};

use zerocopy::{FromBytes, IntoBytes};

use super::{ChunksMut, Element, OuterMut, View, iter::Starts};
use crate::{
    ErrorKind, Layout, Order, Result, Selection,
    assign::{self, Target},
    dtype::ByteOrder,
    gather::Source,
    layout::LayoutError,
    selection::{Item, SelectionError},
};

/// The elements of an array in memory, read and written as values of type `T`.
///
/// It is to [`View`] what `&mut` is to `&`: whatever the alignment, byte order and strides, and
/// nothing is copied. No two elements share a byte. Views of parts borrow it; those that
/// [`split_at`](Self::split_at), [`chunks_mut`](Self::chunks_mut) and
/// [`outer_mut`](Self::outer_mut) give can be changed by several threads.
///
/// ```
/// use npymap_core::{DType, Layout, Order, Selection, view::ViewMut};
///
/// // As found in a file: big-endian, at an odd address.
/// let mut file = [b'\n', 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6];
/// let layout = Layout::new(DType::parse(">u2")?, &[2, 3], Order::C)?;
/// let mut view = ViewMut::<u16>::new(&mut file[1..], layout)?;
///
/// view.set(&[1, 0], 40)?;
/// view.select(&Selection::parse("[:, ::2]")?)?.map_inplace(|v| v + 1);
/// assert_eq!(view.as_view().to_vec(), [2, 2, 4, 41, 5, 7]);
/// assert_eq!(file, [b'\n', 0, 2, 0, 2, 0, 4, 0, 41, 0, 5, 0, 7]);
/// # Ok::<(), npymap_core::Error>(())
/// ```
pub struct ViewMut<'a, T> {
    bytes: &'a mut [u8],
    /// As in a [`View`]; and the elements do not overlap.
    layout: Layout,
    element: PhantomData<T>,
}

impl<'a, T: Element> ViewMut<'a, T> {
    /// A view of data whose first byte is that of offset 0 of the layout.
    ///
    /// # Errors
    ///
    /// Those of [`View::new`], and [`LayoutError::ReadOnly`] if elements overlap, as those of a
    /// broadcast do.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, view::ViewMut};
    ///
    /// let row = Layout::new(DType::UINT8, &[3], Order::C)?;
    /// let error = ViewMut::<u8>::new(&mut [0; 3], row.broadcast_to(&[2, 3])?).unwrap_err();
    /// assert_eq!(error.to_string(), "assignment destination is read-only");
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn new(bytes: &'a mut [u8], layout: Layout) -> Result<Self> {
        View::<T>::check(bytes, &layout)?;
        layout.check_writable()?;
        Ok(Self::of(bytes, layout))
    }

    fn of(bytes: &'a mut [u8], layout: Layout) -> Self {
        Self {
            bytes,
            layout,
            element: PhantomData,
        }
    }

    /// Sets the element at an index, which has one number for each dimension.
    ///
    /// # Errors
    ///
    /// [`SelectionError::IndexOutOfBounds`], or [`LayoutError::AxesMismatch`] if the index has more
    /// or fewer numbers.
    pub fn set(&mut self, index: &[u64], value: T) -> Result<()> {
        let Some(start) = self.layout.byte_offset(index) else {
            return Err(self.no_element(index));
        };
        let value = self.to_bytes(value);
        let place = usize::try_from(start).ok();
        if let Some(bytes) = place.and_then(|start| self.bytes.get_mut(start..))
            && let Ok((bytes, _)) = T::Bytes::mut_from_prefix(bytes)
        {
            *bytes = value;
        }
        Ok(())
    }

    /// Sets all elements to a value.
    pub fn fill(&mut self, value: T) {
        let bytes = self.to_bytes(value);
        let mut target = Target::whole(self.bytes);
        // The value is of the dtype, and all elements were found when the view was made.
        let filled = assign::fill(
            bytes.as_bytes(),
            self.layout.dtype(),
            &self.layout,
            &mut target,
        );
        debug_assert!(filled.is_ok(), "{filled:?}");
    }

    /// Sets the elements to those of another view, as NumPy's `self[...] = values`: dimensions of
    /// length 1 of `values` are repeated, and missing ones added.
    ///
    /// # Errors
    ///
    /// [`LayoutError::AssignMismatch`] if the shapes do not fit; [`ErrorKind::CastNeeded`] between
    /// numbers, dates and spans of time, all of which can be viewed as `i64`, or dates of different
    /// units.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, view::{View, ViewMut}};
    ///
    /// let table = Layout::new(DType::UINT8, &[2, 3], Order::C)?;
    /// let row = Layout::new(DType::UINT8, &[3], Order::C)?;
    /// let mut bytes = [0; 6];
    /// let mut view = ViewMut::<u8>::new(&mut bytes, table)?;
    /// view.assign(&View::new(&[1, 2, 3], row.clone())?)?;
    /// assert_eq!(view.as_view().to_vec(), [1, 2, 3, 1, 2, 3]);
    ///
    /// let short = View::new(&[1, 2], row.narrow(0, 0..2)?)?;
    /// let error = view.assign(&short).unwrap_err();
    /// let text = "could not broadcast input array from shape (2,) into shape (2,3)";
    /// assert_eq!(error.to_string(), text);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn assign(&mut self, values: &View<'_, T>) -> Result<()> {
        let source = Source::whole(values.bytes());
        let mut target = Target::whole(self.bytes);
        assign::assign(values.layout(), &source, &self.layout, &mut target)
    }

    /// Sets the elements, in C order, to values of which there must be as many.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ValueCount`] if there are more or fewer values. Where the iterator's
    /// [size hint](Iterator::size_hint) tells so, nothing has been changed then; otherwise those
    /// elements have been for which there was a value.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, view::ViewMut};
    ///
    /// let layout = Layout::new(DType::UINT8, &[2, 2], Order::F)?;
    /// let mut bytes = [0; 4];
    /// let mut view = ViewMut::<u8>::new(&mut bytes, layout)?;
    /// view.assign_iter(1..=4)?;
    /// assert!(view.assign_iter([7; 5]).is_err());
    /// assert_eq!(bytes, [1, 3, 2, 4]);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn assign_iter(&mut self, values: impl IntoIterator<Item = T>) -> Result<()> {
        let mut values = values.into_iter();
        let expected = self.len();
        let wrong = |found: usize| {
            Err(ErrorKind::ValueCount {
                expected: expected as u64,
                found: found as u64,
            }
            .into())
        };
        let (least, most) = values.size_hint();
        if least > expected {
            return wrong(least);
        }
        if let Some(most) = most.filter(|&most| most < expected) {
            return wrong(most);
        }
        let mut found = 0;
        let mut next = || {
            let value = values.next();
            found += usize::from(value.is_some());
            value
        };
        if self.is_big_endian() {
            self.replace::<true>(|_| next());
        } else {
            self.replace::<false>(|_| next());
        }
        if found < expected {
            return wrong(found);
        }
        match values.next() {
            Some(_) => wrong(expected.saturating_add(1)),
            None => Ok(()),
        }
    }

    /// Sets each element to what a function makes of it, in C order.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, view::ViewMut};
    ///
    /// let layout = Layout::new(DType::parse(">f4")?, &[2], Order::C)?;
    /// let mut bytes = [1.5_f32, -2.0].map(f32::to_be_bytes).concat();
    /// ViewMut::<f32>::new(&mut bytes, layout)?.map_inplace(f32::abs);
    /// assert_eq!(bytes, [1.5_f32, 2.0].map(f32::to_be_bytes).concat());
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn map_inplace(&mut self, mut f: impl FnMut(T) -> T) {
        if let Some(slice) = self.as_slice_mut() {
            slice.iter_mut().for_each(|element| *element = f(*element));
        } else if self.is_big_endian() {
            self.replace::<true>(|element| Some(f(element)));
        } else {
            self.replace::<false>(|element| Some(f(element)));
        }
    }

    /// The elements as a slice, where they lie in memory just like one: see [`View::as_slice`].
    pub fn as_slice_mut(&mut self) -> Option<&mut [T]> {
        if self.is_empty() {
            return Some(&mut []);
        }
        if !self.layout.dtype().is_native() || !self.layout.is_contiguous(Order::C) {
            return None;
        }
        let span = self.layout.byte_span();
        // Within `bytes`, as was checked when the view was made.
        T::cast_mut(self.bytes.get_mut(span.start as usize..span.end as usize)?)
    }

    /// The view that NumPy's basic indexing with a selection gives.
    ///
    /// # Errors
    ///
    /// Those of [`Layout::select`]. Elements have no fields, so none can be selected.
    pub fn select(&mut self, selection: &Selection) -> Result<ViewMut<'_, T>> {
        self.reborrow().into_select(selection)
    }

    /// The view that NumPy's basic indexing with a tuple of items gives.
    ///
    /// # Errors
    ///
    /// Those of [`Layout::slice`].
    pub fn slice(&mut self, items: &[Item]) -> Result<ViewMut<'_, T>> {
        self.reborrow().into_slice(items)
    }

    /// As [`select`](Self::select), for as long as this view could be used.
    ///
    /// # Errors
    ///
    /// Those of [`Layout::select`].
    pub fn into_select(self, selection: &Selection) -> Result<Self> {
        let layout = self.layout.select(selection)?;
        Ok(Self::of(self.bytes, layout))
    }

    /// As [`slice`](Self::slice), for as long as this view could be used.
    ///
    /// # Errors
    ///
    /// Those of [`Layout::slice`].
    pub fn into_slice(self, items: &[Item]) -> Result<Self> {
        let layout = self.layout.slice(items)?;
        Ok(Self::of(self.bytes, layout))
    }

    /// The two views before and from `index` along an axis, of which both can be changed at a time.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Axis`], [`SelectionError::IndexOutOfBounds`]; [`LayoutError::Interleaved`] if
    /// one half does not lie behind the other in memory, such as those of the columns of an array
    /// in C order that has more than one row.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, view::ViewMut};
    ///
    /// let layout = Layout::new(DType::UINT8, &[4, 2], Order::C)?;
    /// let mut bytes = [0; 8];
    /// let view = ViewMut::<u8>::new(&mut bytes, layout)?;
    /// let (mut upper, mut lower) = view.split_at(0, 1)?;
    /// std::thread::scope(|s| {
    ///     s.spawn(|| upper.fill(1));
    ///     s.spawn(|| lower.fill(2));
    /// });
    /// assert_eq!(bytes, [1, 1, 2, 2, 2, 2, 2, 2]);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn split_at(self, axis: usize, index: u64) -> Result<(Self, Self)> {
        let split = self.layout.split_data(axis, index)?;
        // Within `bytes`, as was checked when the view was made.
        let (front, behind) = self.bytes.split_at_mut(split.at as usize);
        let (before, after) = split.in_order(front, behind);
        Ok((Self::of(before, split.before), Self::of(after, split.after)))
    }

    /// The views of at most `rows` indices each that follow one another along the first axis, all
    /// of which can be changed at a time. 0 counts as 1.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Axis`] if there are no dimensions; [`LayoutError::Interleaved`] as in
    /// [`split_at`](Self::split_at).
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, view::ViewMut};
    ///
    /// let layout = Layout::new(DType::UINT8, &[3, 2], Order::C)?;
    /// let mut bytes = [0; 6];
    /// let mut view = ViewMut::<u8>::new(&mut bytes, layout)?;
    /// for (chunk, value) in view.chunks_mut(2)?.zip(1..) {
    ///     { chunk }.fill(value);
    /// }
    /// assert_eq!(bytes, [1, 1, 1, 1, 2, 2]);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn chunks_mut(&mut self, rows: u64) -> Result<ChunksMut<'_, T>> {
        ChunksMut::new(self.reborrow(), rows)
    }

    /// The views of one dimension less that follow one another along the first axis, all of which
    /// can be changed at a time.
    ///
    /// # Errors
    ///
    /// Those of [`chunks_mut`](Self::chunks_mut).
    pub fn outer_mut(&mut self) -> Result<OuterMut<'_, T>> {
        self.chunks_mut(1).map(OuterMut::new)
    }

    /// The same view for a shorter time, to be given away.
    pub fn reborrow(&mut self) -> ViewMut<'_, T> {
        ViewMut::of(self.bytes, self.layout.clone())
    }

    /// The same elements, not to be changed for as long as they are looked at.
    pub fn as_view(&self) -> View<'_, T> {
        View {
            bytes: self.bytes,
            layout: self.layout.clone(),
            element: PhantomData,
        }
    }

    /// The same elements, not to be changed any more.
    pub fn into_view(self) -> View<'a, T> {
        View {
            bytes: self.bytes,
            layout: self.layout,
            element: PhantomData,
        }
    }

    /// The bytes and where in them the elements lie, to make a view of another layout, such as a
    /// transposed one.
    pub fn into_parts(self) -> (&'a mut [u8], Layout) {
        (self.bytes, self.layout)
    }

    /// Shape, strides and dtype.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        // Checked when the view was made.
        self.layout.size() as usize
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.layout.is_empty()
    }

    /// The element at an index, which has one number for each dimension. `None` if there is none.
    pub fn get(&self, index: &[u64]) -> Option<T> {
        self.as_view().get(index)
    }

    /// The view without the first axis, along which there is one index.
    pub(super) fn into_row(self) -> Option<Self> {
        let layout = self.layout.index_axis(0, 0).ok()?;
        Some(Self::of(self.bytes, layout))
    }

    /// Takes the view away, and leaves one of no bytes whose elements must not be looked at.
    pub(super) fn take(&mut self) -> Self {
        Self::of(mem::take(&mut self.bytes), self.layout.clone())
    }

    /// Sets the elements, in C order, to what a function makes of them, until it makes nothing.
    fn replace<const BIG: bool>(&mut self, mut f: impl FnMut(T) -> Option<T>) {
        let mut set = |bytes: &mut T::Bytes| {
            let value = f(T::from_bytes::<BIG>(*bytes));
            value.map(|value| *bytes = value.to_bytes::<BIG>())
        };
        let size = size_of::<T::Bytes>();
        let (mut starts, lane) = Starts::of(&self.layout);
        // Both fit, for the elements lie in a slice.
        let (len, stride) = (lane.len as usize, lane.stride as isize);
        while let Some(mut at) = starts.next() {
            let neighbours = (stride == size as isize)
                .then(|| self.bytes.get_mut(at..)?.get_mut(..len * size))
                .flatten();
            if let Some(Ok(elements)) = neighbours.map(<[T::Bytes]>::mut_from_bytes) {
                if elements.iter_mut().try_for_each(&mut set).is_none() {
                    return;
                }
                continue;
            }
            for _ in 0..len {
                let bytes = self.bytes.get_mut(at..).unwrap_or_default();
                let Ok((bytes, _)) = T::Bytes::mut_from_prefix(bytes) else {
                    return;
                };
                if set(bytes).is_none() {
                    return;
                }
                at = at.wrapping_add_signed(stride);
            }
        }
    }

    /// Why there is no element at an index.
    #[cold]
    fn no_element(&self, index: &[u64]) -> crate::Error {
        let mut dims = index.iter().zip(self.layout.shape()).enumerate();
        match dims.find(|(_, (at, size))| at >= size) {
            Some((axis, (&at, &size))) if index.len() == self.layout.ndim() => {
                SelectionError::IndexOutOfBounds {
                    index: i64::try_from(at).unwrap_or(i64::MAX),
                    axis,
                    size,
                }
                .into()
            }
            _ => LayoutError::AxesMismatch.into(),
        }
    }

    fn to_bytes(&self, value: T) -> T::Bytes {
        if self.is_big_endian() {
            value.to_bytes::<true>()
        } else {
            value.to_bytes::<false>()
        }
    }

    fn is_big_endian(&self) -> bool {
        self.layout.dtype().byte_order() == ByteOrder::Big
    }
}

impl<T> fmt::Debug for ViewMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ViewMut")
            .field("layout", &self.layout)
            .finish_non_exhaustive()
    }
}
