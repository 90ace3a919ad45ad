//! The one lazy array to be written, over every backend.

use npymap_core::{
    self as core, DType, Layout, Order, Selection,
    assign::{self, assign_within},
    cast::{Cast, Casting, Overflow},
    gather::{self, Convert},
    tiles::Cut,
    view::{Element, ViewMut},
};

use crate::{
    array::Array,
    container::Container,
    error::{Error, ErrorKind, Result},
    map::Origin,
    source::{Source, plan_options},
    transfer::TILE_BYTES,
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
    /// Mapped: the bytes of the data from an offset on.
    Memory {
        bytes: &'a mut [u8],
        start: u64,
        origin: &'a Origin,
    },
    /// Written to a container, in which the data begins at `start`.
    File {
        container: &'a Container,
        start: u64,
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
            Target::Memory {
                bytes,
                start,
                origin,
            } => Target::Memory {
                bytes,
                start: *start,
                origin,
            },
            Target::File { container, start } => Target::File {
                container,
                start: *start,
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

    /// The parts in front of an index along an axis and from there on. They can be written at the
    /// same time, by several threads.
    ///
    /// # Errors
    ///
    /// If there is no such axis or index, or bytes of one part lie between those of the other:
    /// arrays in C order can be split along the first axis.
    pub fn split_at(self, axis: usize, index: u64) -> Result<(Self, Self)> {
        let name = |e| self.target.name(e);
        let (first, second) = self.layout.split_at(axis, index).map_err(name)?;
        let (a, b) = (first.byte_span(), second.byte_span());
        let is_reversed = b.end <= a.start && !b.is_empty();
        if a.end > b.start && !is_reversed && !a.is_empty() && !b.is_empty() {
            return Err(self.target.name(ErrorKind::Interleaved { axis }));
        }
        let middle = if is_reversed { a.start } else { b.start };
        let (low, high) = self.target.split_at(middle);
        let (low, high) = if is_reversed { (high, low) } else { (low, high) };
        Ok((Self::new(low, first), Self::new(high, second)))
    }

    /// Cuts the array along its first axis into pieces of at most so many bytes, or of one index
    /// each: for loops that compute and store. They can be written at the same time, by several
    /// threads.
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
    /// If there is no axis, or as [`ArrayMut::split_at`].
    pub fn chunks(self, bytes: u64) -> Result<Vec<Self>> {
        todo!()
    }

    /// The array, for reading.
    pub fn array(&self) -> Array<'_> {
        Array::new(self.target.source(), self.layout.clone())
    }
}
