//! The one lazy array to be written, over every backend.

use std::{cmp::Reverse, iter::FusedIterator, path::Path, sync::Arc};

use npymap_core::{
    self as core, DType, Layout, Order, Selection,
    assign::{self, assign_within},
    cast::{Cast, Casting, Overflow},
    dtype::Kind,
    layout::LayoutError,
    tiles::{Cut, Tile},
    view::{Element, View, ViewMut},
};

use crate::{
    array::Array,
    container::Container,
    disk::{Disk, write_all_at},
    error::{Error, ErrorKind, Result},
    map::Origin,
    memory,
    source::{Source, plan_options},
    transfer::{self, TILE_BYTES, Transfer},
};

/// A lazy view of an array, or of a slice of one, to be written: no byte is read or written until
/// something is assigned.
///
/// It comes from an [`NpyFile`](crate::NpyFile), to which is written by position, or an
/// [`NpyMapMut`](crate::NpyMapMut), whose bytes can be borrowed, too. Everything broadcasts as in
/// NumPy, and elements may be of any byte order and alignment. What has been assigned is seen by
/// other processes; it is on the disk when the file or the map was flushed.
///
/// ```
/// # fn main() -> npymap::Result<()> {
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("x.npy");
/// let mut file = npymap::CreateOptions::new(">f8".parse()?, [3, 4]).create(&path)?;
/// let mut array = file.array_mut()?;
/// array.fill(1_f64)?;
/// array.set(&[2, 3], 99_f64)?;
/// // Values in memory, broadcast to two rows.
/// let row = [0_f64, 1.0, 2.0, 3.0];
/// array.slice("[:2]")?.assign(&npymap::Array::of_slice(&row, &[4])?)?;
/// assert_eq!(file.read::<f64>()?, [0., 1., 2., 3., 0., 1., 2., 3., 1., 1., 1., 99.]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ArrayMut<'a> {
    target: Target<'a>,
    layout: Layout,
}

/// The data of an array to be written: addresses are offsets as a [`Layout`] has them.
#[derive(Debug)]
pub(crate) enum Target<'a> {
    /// Mapped.
    Memory {
        bytes: &'a mut [u8],
        origin: &'a Origin,
    },
    /// Written to a container, in which the data begins at `start` and is `len` bytes long.
    File {
        container: &'a Container,
        start: u64,
        len: u64,
    },
}

impl<'a> ArrayMut<'a> {
    pub(crate) fn new(target: Target<'a>, layout: Layout) -> Self {
        Self { target, layout }
    }

    /// The element type.
    pub fn dtype(&self) -> &DType {
        self.layout.dtype()
    }

    /// The number of elements along each dimension.
    pub fn shape(&self) -> &[u64] {
        self.layout.shape()
    }

    /// The number of dimensions.
    pub fn ndim(&self) -> usize {
        self.layout.ndim()
    }

    /// The number of elements.
    pub fn size(&self) -> u64 {
        self.layout.size()
    }

    /// Where the elements lie in the data of the file.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The same array, borrowed for a while: the methods that select take the one they are called
    /// on.
    pub fn reborrow(&mut self) -> ArrayMut<'_> {
        let target = match &mut self.target {
            Target::Memory { bytes, origin } => Target::Memory { bytes, origin },
            &mut Target::File {
                container,
                start,
                len,
            } => Target::File {
                container,
                start,
                len,
            },
        };
        ArrayMut::new(target, self.layout.clone())
    }

    /// NumPy basic indexing, as text: `"[3, ::-1, ..., None]"`, `"['x'][2:5]"`.
    ///
    /// # Errors
    ///
    /// If the text is no selection, or does not fit the array: the wording is NumPy's.
    pub fn slice(self, selection: &str) -> Result<Self> {
        let selection = Selection::parse(selection).map_err(|e| self.name(e))?;
        self.select(&selection)
    }

    /// NumPy basic indexing, parsed or built before.
    ///
    /// # Errors
    ///
    /// If the selection does not fit the array.
    pub fn select(self, selection: &Selection) -> Result<Self> {
        let layout = self.layout.select(selection);
        self.made(layout)
    }

    /// The field of a structured array, by name or title.
    ///
    /// # Errors
    ///
    /// If there is none of that name.
    pub fn field(self, name: &str) -> Result<Self> {
        let layout = self.layout.field(name);
        self.made(layout)
    }

    /// All dimensions in reverse.
    pub fn transpose(mut self) -> Self {
        self.layout = self.layout.transpose();
        self
    }

    /// The same bytes as values of another dtype: see [`Array::view_dtype`].
    ///
    /// # Errors
    ///
    /// As [`Array::view_dtype`].
    pub fn view_dtype(self, dtype: DType) -> Result<Self> {
        let layout = self.layout.view_dtype(dtype);
        self.made(layout)
    }

    /// Any other layout of the same data: see [`Array::with_layout`]. If elements overlap in it,
    /// assigning is an error.
    ///
    /// # Errors
    ///
    /// If it reaches beyond the data.
    pub fn with_layout(self, layout: Layout) -> Result<Self> {
        let layout = self.array().with_layout(layout)?.layout().clone();
        Ok(Self::new(self.target, layout))
    }

    /// The parts in front of an index along an axis and from there on. They can be written at the
    /// same time, by several threads.
    ///
    /// # Errors
    ///
    /// If there is no such axis or index; [`LayoutError::Interleaved`] if bytes of one part lie
    /// between those of the other. Arrays in C order can be split along their first axis, those in
    /// Fortran order along their last one.
    pub fn split_at(self, axis: usize, index: u64) -> Result<(Self, Self)> {
        let split = self.layout.split_data(axis, index);
        let split = split.map_err(|e| self.name(e))?;
        let (front, behind) = self.target.split_at(split.at);
        let (before, after) = split.in_order(front, behind);
        Ok((
            Self::new(before, split.before),
            Self::new(after, split.after),
        ))
    }

    /// Cuts the array along its first axis into pieces of at most so many bytes, or of one index
    /// each: for loops that compute and store. They can be written at the same time, by several
    /// threads. Each is made when it is asked for.
    ///
    /// ```
    /// # fn main() -> npymap::Result<()> {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("x.npy");
    /// let mut file = npymap::CreateOptions::new("<f4".parse()?, [1000, 30]).create(&path)?;
    /// for mut rows in file.array_mut()?.chunks(16 << 10)? {
    ///     rows.map_inplace(|x: f32| x + 1.0)?;
    /// }
    /// assert_eq!(file.at::<f32>(&[999, 29])?, 1.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the array has no axis, or as [`ArrayMut::split_at`].
    pub fn chunks(self, bytes: u64) -> Result<Chunks<'a>> {
        let row = self.layout.nbytes().checked_div(self.len()).unwrap_or(0);
        let rows = bytes.checked_div(row).unwrap_or(u64::MAX).max(1);
        let left = self.layout.check_chunks(rows).map_err(|e| self.name(e))?;
        Ok(Chunks {
            // An array without rows is one piece.
            left: left.div_ceil(rows).max(1),
            rows,
            rest: Some(self),
        })
    }

    /// The array, for reading.
    pub fn array(&self) -> Array<'_> {
        let source = match &self.target {
            Target::Memory { bytes, origin } => Source::Memory {
                bytes,
                origin: Some(*origin),
            },
            &Target::File {
                container,
                start,
                len,
            } => Source::File {
                container,
                start,
                len,
                is_pickle: false,
            },
        };
        Array::new(source, self.layout.clone())
    }

    /// Sets the element at an index, of which each number counts from 0.
    ///
    /// # Errors
    ///
    /// If the dtype is not `T`'s, the index names no element, or the file cannot be written.
    pub fn set<T: Element>(&mut self, index: &[u64], value: T) -> Result<()> {
        View::<T>::check_dtype(self.dtype()).map_err(|e| self.name(e))?;
        let offset = self.layout.byte_offset(index);
        let offset = offset.ok_or_else(|| self.array().no_element(index))?;
        // The largest element is a `Complex<f64>` or a long double, but nothing relies on it.
        let mut buffer = [0; 32];
        let Some(element) = buffer.get_mut(..self.layout.itemsize() as usize) else {
            return Err(self.array().no_element(index));
        };
        let one = Layout::new(self.dtype().clone(), &[], Order::C);
        one.and_then(|one| ViewMut::new(element, one)?.set(&[], value))
            .map_err(|e| self.name(e))?;
        match &mut self.target {
            Target::Memory { bytes, .. } => {
                // An offset of a layout lies in the data.
                bytes[offset as usize..][..element.len()].copy_from_slice(element);
                Ok(())
            }
            Target::File {
                container, start, ..
            } => container.write_all_at(element, *start + offset),
        }
    }

    /// Sets all elements to a value.
    ///
    /// # Errors
    ///
    /// As [`ArrayMut::assign`].
    pub fn fill<T: Element>(&mut self, value: T) -> Result<()> {
        let value = [value];
        let value = Array::of_values(&value, &[], self.dtype());
        self.assign(&value.map_err(|e| self.name(e))?)
    }

    /// Sets the elements to those of another array, as NumPy's `to[...] = from`.
    ///
    /// The array is broadcast to the shape of this one. Its dtype must be the same, in whatever byte
    /// order: for others there is [`ArrayMut::assign_cast`]. Memory stays bounded, whatever the size
    /// of the arrays. If the array is read from the same file through another handle, and elements
    /// overlap, which of them are read before they are written is not defined: that is what
    /// [`ArrayMut::copy_within`] is for.
    ///
    /// # Errors
    ///
    /// If the shape or the dtype does not fit, elements of this array overlap, or a file cannot be
    /// read or written. What has been written until then stays.
    pub fn assign(&mut self, from: &Array<'_>) -> Result<()> {
        self.transfer(from, None)
    }

    /// As [`ArrayMut::assign`], from another dtype.
    ///
    /// # Errors
    ///
    /// As [`ArrayMut::assign`]; if the rule does not allow the conversion, or a value does not fit
    /// and that is to be an error.
    pub fn assign_cast(
        &mut self,
        from: &Array<'_>,
        casting: Casting,
        overflow: Overflow,
    ) -> Result<()> {
        let cast = Cast::new(from.dtype(), self.dtype(), casting, overflow);
        let cast = cast.map_err(|e| self.name(e))?;
        self.transfer(from, Some(&cast))
    }

    /// Sets the elements to values, as many as there are, in C order.
    ///
    /// # Errors
    ///
    /// As [`ArrayMut::assign`], or if there are more or fewer values.
    pub fn write<T: Element>(&mut self, values: &[T]) -> Result<()> {
        let values = Array::of_values(values, self.shape(), self.dtype());
        self.assign(&values.map_err(|e| self.name(e))?)
    }

    /// Sets the elements of a selection to those of another one of the same array, as NumPy's
    /// `a[to] = a[from]`, as if they were copied before.
    ///
    /// # Errors
    ///
    /// As [`ArrayMut::assign`], or if a selection does not fit the array.
    pub fn copy_within(&mut self, from: &Selection, to: &Selection) -> Result<()> {
        let name = |e| self.name(e);
        let from = self.layout.select(from).map_err(name)?;
        let to = self.layout.select(to).map_err(name)?;
        let (container, start, len) = match &mut self.target {
            Target::Memory { bytes, origin } => {
                return assign_within(&from, &to, bytes).map_err(|e| origin.name(e));
            }
            &mut Target::File {
                container,
                start,
                len,
            } => (container, start, len),
        };
        let (read, written) = (from.byte_span(), to.byte_span());
        let source = Source::File {
            container,
            start,
            len,
            is_pickle: false,
        };
        let source = Array::new(source, from);
        let mut target = ArrayMut::new(self.reborrow().target, to);
        if read.end <= written.start || written.end <= read.start {
            return target.assign(&source);
        }
        let (copy, layout) = copied(&source, container.disk().path())?;
        let source = Source::File {
            container: &copy,
            start: 0,
            len: copy.len(),
            is_pickle: false,
        };
        target.assign(&Array::new(source, layout))
    }

    /// Replaces every element by what a function makes of it. Memory stays bounded.
    ///
    /// # Errors
    ///
    /// If the dtype is not `T`'s, elements overlap, or the file cannot be read or written.
    pub fn map_inplace<T: Element>(&mut self, mut f: impl FnMut(T) -> T) -> Result<()> {
        let name = |e| self.name(e);
        View::<T>::check_dtype(self.dtype()).map_err(name)?;
        if let Target::Memory { bytes, origin } = &mut self.target {
            let view = ViewMut::new(bytes, self.layout.clone());
            return view
                .map(|mut view| view.map_inplace(f))
                .map_err(|e| origin.name(e));
        }
        if self.layout.has_overlap() {
            return Err(self.name(core::ErrorKind::Layout(LayoutError::ReadOnly)));
        }
        let tiles = self.layout.tiles(Cut::LargestStride, TILE_BYTES);
        for tile in tiles.planned(plan_options()) {
            let mut part = ArrayMut::new(self.reborrow().target, tile.layout().clone());
            let mut values = part.array().read::<T>()?;
            for value in &mut values {
                *value = f(*value);
            }
            part.write(&values)?;
        }
        Ok(())
    }

    /// A typed view of the mapped bytes themselves, to be changed, whatever the strides, the
    /// alignment and the byte order.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotMapped`] if the array does not come from a map; an error of format if the
    /// dtype is not `T`'s or elements overlap.
    pub fn view_mut<T: Element>(&mut self) -> Result<ViewMut<'_, T>> {
        self.reborrow().into_view_mut()
    }

    /// As [`ArrayMut::view_mut`], for as long as the array was borrowed.
    ///
    /// # Errors
    ///
    /// As [`ArrayMut::view_mut`].
    pub fn into_view_mut<T: Element>(self) -> Result<ViewMut<'a, T>> {
        match self.target {
            Target::Memory { bytes, origin } => {
                ViewMut::new(bytes, self.layout).map_err(|e| origin.name(e))
            }
            Target::File { container, .. } => Err(container.name(ErrorKind::NotMapped)),
        }
    }

    /// The container that is written to, unless it is mapped, and where in it the data begins.
    pub(crate) fn in_file(&self) -> Option<(&'a Container, u64)> {
        match &self.target {
            Target::Memory { .. } => None,
            Target::File {
                container, start, ..
            } => Some((container, *start)),
        }
    }

    fn transfer(&mut self, from: &Array<'_>, cast: Option<&Cast>) -> Result<()> {
        self.copy_values(from, cast).map_err(|e| self.name(e))
    }

    fn copy_values(&mut self, from: &Array<'_>, cast: Option<&Cast>) -> Result<()> {
        from.source().check()?;
        if self.layout.has_overlap() {
            return Err(core::ErrorKind::Layout(LayoutError::ReadOnly).into());
        }
        if cast.is_none() {
            // Before anything is written.
            assign::check_dtypes(from.dtype(), self.dtype())?;
        }
        let spread = from.layout().broadcast_into(self.shape())?;
        self.target.check()?;
        if let (Target::Memory { bytes, .. }, Some(read), None) =
            (&mut self.target, from.source().memory(), cast)
        {
            return Ok(memory::assign(&spread, read, &self.layout, bytes)?);
        }
        // In the order of the file that is written to.
        let axes = by_stride(&self.layout);
        let (spread, to) = (spread.permute(&axes)?, self.layout.permute(&axes)?);
        let itemsize = to.itemsize();
        let (reader, tiles) =
            transfer::in_any_order(from.source(), &spread, itemsize, TILE_BYTES, None)?;
        let values = match cast {
            None => from.dtype(),
            Some(_) => to.dtype(),
        };
        let misfit = |e, tile: &Tile| transfer::misfit(e, tile, &axes);
        let cast = cast.map(|cast| (cast, itemsize));
        transfer::each_tile(reader, tiles, cast, misfit, |tile, bytes| {
            self.target.write(&tile.of(&to)?, bytes, values)
        })
    }

    /// The length of the first axis.
    fn len(&self) -> u64 {
        self.shape().first().copied().unwrap_or(0)
    }

    fn made(mut self, layout: npymap_core::Result<Layout>) -> Result<Self> {
        self.layout = layout.map_err(|e| self.name(e))?;
        Ok(self)
    }

    #[cold]
    fn name(&self, error: impl Into<Error>) -> Error {
        self.target.name(error)
    }
}

/// The pieces of an array that are written one by one, or at the same time: [`ArrayMut::chunks`].
#[derive(Debug)]
pub struct Chunks<'a> {
    rest: Option<ArrayMut<'a>>,
    /// How many rows each piece has, but for the last one.
    rows: u64,
    /// How many pieces are left.
    left: u64,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = ArrayMut<'a>;

    fn next(&mut self) -> Option<ArrayMut<'a>> {
        let rest = self.rest.take()?;
        self.left -= 1;
        if self.left == 0 {
            return Some(rest);
        }
        // It was found to work when this was made.
        let (chunk, rest) = rest.split_at(0, self.rows).ok()?;
        self.rest = Some(rest);
        Some(chunk)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Chunks<'_> {}
impl FusedIterator for Chunks<'_> {}

impl<'a> Target<'a> {
    #[cold]
    fn name(&self, error: impl Into<Error>) -> Error {
        match self {
            Self::Memory { origin, .. } => origin.name(error),
            Self::File { container, .. } => container.name(error),
        }
    }

    /// Fails if the file has become too short since it was opened, as far as that can be seen.
    fn check(&self) -> Result<()> {
        match self {
            Self::Memory { origin, .. } => origin.check_len(),
            Self::File { container, .. } => container.check_len(),
        }
    }

    /// The bytes in front of an offset, which lies in the data, and those from there on.
    fn split_at(self, offset: u64) -> (Self, Self) {
        match self {
            Self::Memory { bytes, origin } => {
                let (front, behind) = bytes.split_at_mut(offset as usize);
                let part = |bytes| Self::Memory { bytes, origin };
                (part(front), part(behind))
            }
            Self::File {
                container,
                start,
                len,
            } => {
                let part = |start, len| Self::File {
                    container,
                    start,
                    len,
                };
                (part(start, offset), part(start + offset, len - offset))
            }
        }
    }

    /// Sets the elements of a layout to values that follow one another in C order.
    fn write(&mut self, to: &Layout, values: &[u8], dtype: &DType) -> Result<()> {
        match self {
            Self::Memory { bytes, origin } => {
                let mut target = assign::Target::whole(bytes);
                let done = assign::scatter(values, dtype, Order::C, to, &mut target);
                done.map_err(|e| origin.name(e))
            }
            Self::File {
                container, start, ..
            } => {
                let mut rest = values;
                for tile in to.tiles(Cut::FirstAxis, TILE_BYTES).planned(plan_options()) {
                    let len = (tile.layout().size() * dtype.itemsize()) as usize;
                    let (now, after) = rest.split_at(len);
                    write_tile(container, *start, tile.layout(), now, dtype)?;
                    rest = after;
                }
                Ok(())
            }
        }
    }
}

/// A copy of values of a file in one without a name, and where they lie in it.
fn copied(array: &Array<'_>, path: &Path) -> Result<(Container, Layout)> {
    let name = |e| array.source().name(e);
    let file = tempfile::tempfile().map_err(|e| array.source().name(e))?;
    let dtype = array.dtype();
    let layout = Layout::new(dtype.clone(), array.shape(), Order::C).map_err(name)?;
    let transfer = Transfer::new(array, Order::C, dtype, Casting::No, Overflow::Error)?;
    transfer.copy(
        None,
        |_| (),
        |at, run| write_all_at(&file, run, at).map_err(|e| array.source().name(e)),
    )?;
    let disk = Disk::inflated(file, path, transfer.nbytes());
    Ok((Container::file(Arc::new(disk)), layout))
}

/// Sets elements of a file to values that follow one another in C order. What lies between the
/// elements, and can be read with them for less than a write for each would cost, is read and
/// written back.
fn write_tile(
    container: &Container,
    start: u64,
    to: &Layout,
    values: &[u8],
    dtype: &DType,
) -> Result<()> {
    if to.is_contiguous(Order::C) && dtype == to.dtype() && !has_padding(dtype) {
        return container.write_all_at(values, start + to.offset());
    }
    let plan = to.plan(&plan_options());
    let mut bytes = vec![0; plan.bytes_fetched as usize];
    let is_whole = plan.bytes_wanted == plan.bytes_fetched && !has_padding(to.dtype());
    if !is_whole {
        let mut rest = &mut bytes[..];
        for range in &plan.ranges {
            let (piece, after) = rest.split_at_mut((range.end - range.start) as usize);
            container
                .cursor()
                .read_exact_at(piece, start + range.start)?;
            rest = after;
        }
    }
    assign::Target::fragments(&plan.ranges, &mut bytes)
        .and_then(|mut target| assign::scatter(values, dtype, Order::C, to, &mut target))
        .map_err(|e| container.name(e))?;
    let mut rest = &bytes[..];
    for range in &plan.ranges {
        let (piece, after) = rest.split_at((range.end - range.start) as usize);
        container.write_all_at(piece, start + range.start)?;
        rest = after;
    }
    Ok(())
}

/// The axes of a layout, the one with the largest stride first: the order of the file.
fn by_stride(layout: &Layout) -> Vec<i64> {
    let mut axes: Vec<usize> = (0..layout.ndim()).collect();
    axes.sort_by_key(|&axis| Reverse(layout.strides()[axis].unsigned_abs()));
    axes.into_iter().map(|axis| axis as i64).collect()
}

/// Whether there are bytes in an element that belong to no field, and that assigning leaves alone.
fn has_padding(dtype: &DType) -> bool {
    match dtype.kind() {
        Kind::SubArray(sub) => has_padding(&sub.element),
        Kind::Struct(structure) => {
            let mut fields: Vec<_> = structure.fields.iter().collect();
            fields.sort_by_key(|field| field.offset);
            let end = fields.iter().try_fold(0, |end, field| {
                let follows = u64::from(field.offset) == end && !has_padding(&field.dtype);
                follows.then(|| end + field.dtype.itemsize())
            });
            end != Some(dtype.itemsize())
        }
        _ => false,
    }
}
