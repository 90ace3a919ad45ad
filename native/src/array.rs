//! The one lazy array over every backend.

use npymap_core::{
    self as core, DType, Layout, Order, Selection,
    gather::Convert,
    selection::Item,
    text::Summary,
    view::{Element, View},
};

use crate::{
    error::{Error, ErrorKind, Result},
    map,
    source::Source,
    transfer,
};

/// A lazy view of an array, or of a slice of one: no byte is read until it is asked for.
///
/// It comes from an [`NpyFile`](crate::NpyFile), which is read by position, or an
/// [`NpyMap`](crate::NpyMap), whose bytes can be borrowed, too. Cloning and slicing it cost some ten
/// nanoseconds. Values that are read are owned; [`Array::view`] borrows from a map.
///
/// ```
/// # fn main() -> npymap::Result<()> {
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("table.npy");
/// # let dtype = "i2, >f8".parse()?;
/// # let mut bytes = npymap::core::header::write(&dtype, &[2], npymap::Order::C)?;
/// # for i in 1..=2_i16 {
/// #     bytes.extend(i.to_le_bytes());
/// #     bytes.extend((f64::from(i) / 2.0).to_be_bytes());
/// # }
/// # std::fs::write(&path, bytes).unwrap();
/// let file = npymap::NpyFile::open(&path)?;
/// let table = file.array();
/// assert_eq!(table.text()?, "[(1, 0.5) (2, 1. )]");
///
/// let column = table.field("f1")?; // of any byte order
/// assert_eq!(column.dtype().to_string(), ">f8");
/// assert_eq!(column.read::<f64>()?, [0.5, 1.0]);
/// assert_eq!(column.at::<f64>(&[1])?, 1.0);
/// assert_eq!(column.stats()?.argmax, Some(vec![1]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Array<'a> {
    source: Source<'a>,
    layout: Layout,
    /// Whether NumPy's indexing would have given a scalar, which prints otherwise than an array.
    is_scalar: bool,
}

impl<'a> Array<'a> {
    pub(crate) fn new(source: Source<'a>, layout: Layout) -> Self {
        Self {
            source,
            layout,
            is_scalar: false,
        }
    }

    /// Values in memory, in C order: to be assigned, appended or saved.
    ///
    /// # Errors
    ///
    /// If the shape has another number of elements.
    pub fn of_slice<T: Element>(values: &'a [T], shape: &[u64]) -> Result<Self> {
        Ok(Self::of_view(&View::of_slice(values, shape)?))
    }

    /// Values in memory as elements of a dtype, which may be in another byte order.
    pub(crate) fn of_values<T: Element>(
        values: &'a [T],
        shape: &[u64],
        dtype: &DType,
    ) -> npymap_core::Result<Self> {
        View::<T>::check_dtype(dtype)?;
        let view = View::of_slice(values, shape)?;
        let dtype = dtype.with_byte_order(view.layout().dtype().byte_order());
        let source = Source::Memory {
            bytes: view.bytes(),
            origin: None,
        };
        Ok(Self::new(source, Layout::new(dtype, shape, Order::C)?))
    }

    /// The elements of a view, such as those of an array that was computed.
    pub fn of_view<T: Element>(view: &View<'a, T>) -> Self {
        let source = Source::Memory {
            bytes: view.bytes(),
            origin: None,
        };
        Self::new(source, view.layout().clone())
    }

    /// The element type.
    pub fn dtype(&self) -> &DType {
        self.layout.dtype()
    }

    /// The number of elements along each dimension.
    pub fn shape(&self) -> &[u64] {
        self.layout.shape()
    }

    /// The distance in bytes between neighbours along each dimension, in the file.
    pub fn strides(&self) -> &[i64] {
        self.layout.strides()
    }

    /// The number of dimensions.
    pub fn ndim(&self) -> usize {
        self.layout.ndim()
    }

    /// The number of elements.
    pub fn size(&self) -> u64 {
        self.layout.size()
    }

    /// The size in bytes of the values when gathered.
    pub fn nbytes(&self) -> u64 {
        self.layout.nbytes()
    }

    /// Where the elements lie in the data of the file.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// NumPy basic indexing, as text: `"[3, ::-1, ..., None]"`, `"['x'][2:5]"`.
    ///
    /// # Errors
    ///
    /// If the text is no selection, or does not fit the array: the wording is NumPy's.
    pub fn slice(&self, selection: &str) -> Result<Self> {
        self.select(&Selection::parse(selection).map_err(|e| self.source.name(e))?)
    }

    /// NumPy basic indexing, parsed or built before.
    ///
    /// # Errors
    ///
    /// If the selection does not fit the array.
    pub fn select(&self, selection: &Selection) -> Result<Self> {
        let is_scalar = selection.is_scalar(&self.layout);
        Ok(Self {
            is_scalar,
            ..self.made(self.layout.select(selection))?
        })
    }

    /// The field of a structured array, by name or title.
    ///
    /// # Errors
    ///
    /// If there is none of that name.
    pub fn field(&self, name: &str) -> Result<Self> {
        self.made(self.layout.field(name))
    }

    /// All dimensions in reverse.
    pub fn transpose(&self) -> Self {
        Self::new(self.source, self.layout.transpose())
    }

    /// The same bytes as values of another dtype, by the rules of NumPy's `view`.
    ///
    /// It is how the types of ml_dtypes are read, which headers cannot name:
    /// `array.view_dtype("bfloat16".parse()?)`.
    ///
    /// # Errors
    ///
    /// If the item sizes do not fit.
    pub fn view_dtype(&self, dtype: DType) -> Result<Self> {
        self.made(self.layout.view_dtype(dtype))
    }

    /// Any other layout of the same data, e.g. one that [`Layout`]'s methods made of
    /// [`Array::layout`]: permuted, broadcast, a sliding window.
    ///
    /// ```
    /// # fn f(array: &npymap::Array<'_>) -> npymap::Result<()> {
    /// let swapped = array.with_layout(array.layout().swap_axes(0, 1)?)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If it reaches beyond the data.
    pub fn with_layout(&self, layout: Layout) -> Result<Self> {
        let (expected, found) = (layout.byte_span().end, self.source.data_len());
        if expected > found {
            let what = "the array data";
            return Err(self.source.name(core::ErrorKind::Truncated {
                what,
                expected,
                found,
            }));
        }
        Ok(Self::new(self.source, layout))
    }

    /// The values, typed, in C order.
    ///
    /// # Errors
    ///
    /// If the dtype is not `T`'s (in any byte order), memory does not suffice, or the file cannot
    /// be read.
    pub fn read<T: Element>(&self) -> Result<Vec<T>> {
        let name = |e| self.source.name(e);
        View::<T>::check_dtype(self.dtype()).map_err(name)?;
        let len = self.converted_len(Convert::AsStored)?;
        let mut values = self.zeros(len, len / size_of::<T>() as u64, T::ZERO)?;
        if let Some(bytes) = T::bytes_mut(&mut values) {
            self.read_into(Order::C, Convert::Native, bytes)?;
            return Ok(values);
        }
        let bytes = self.read_bytes(Order::C, Convert::AsStored)?;
        let layout = Layout::new(self.dtype().clone(), self.shape(), Order::C).map_err(name)?;
        Ok(View::new(&bytes, layout).map_err(name)?.to_vec())
    }

    /// The value at an index, which has one number for each dimension.
    ///
    /// # Errors
    ///
    /// If the index does not lie in the array, or as for [`Array::read`].
    pub fn at<T: Element>(&self, index: &[u64]) -> Result<T> {
        let name = |e| self.source.name(e);
        View::<T>::check_dtype(self.dtype()).map_err(name)?;
        let Some(offset) = self.layout.byte_offset(index) else {
            return Err(self.no_element(index));
        };
        // The largest element is a `Complex<f64>` or a long double, but nothing relies on it.
        let mut buffer = [0; 32];
        let Some(bytes) = buffer.get_mut(..self.layout.itemsize() as usize) else {
            return Err(self.no_element(index));
        };
        self.source.read_at(offset, bytes)?;
        let one = Layout::new(self.dtype().clone(), &[], Order::C).map_err(name)?;
        let view = View::new(bytes, one).map_err(name)?;
        view.get(&[]).ok_or_else(|| self.no_element(index))
    }

    /// The error of NumPy for an index that has no element.
    #[cold]
    pub(crate) fn no_element(&self, index: &[u64]) -> Error {
        let items = index
            .iter()
            .map(|&i| Item::Index(i64::try_from(i).unwrap_or(i64::MAX)));
        match self.layout.slice(&items.collect::<Vec<_>>()) {
            Err(e) => self.source.name(e),
            Ok(part) => self
                .source
                .name(ErrorKind::NotAnElement { ndim: part.ndim() }),
        }
    }

    /// A typed view of the mapped bytes themselves: nothing is copied, whatever the strides, the
    /// alignment and the byte order.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotMapped`](crate::ErrorKind::NotMapped) if the array does not come from a map;
    /// an error of format if the dtype is not `T`'s.
    pub fn view<T: Element>(&self) -> Result<View<'a, T>> {
        let name = |e| self.source.name(e);
        let bytes = self.source.memory();
        let bytes = bytes.ok_or_else(|| self.source.name(ErrorKind::NotMapped))?;
        View::new(bytes, self.layout.clone()).map_err(name)
    }

    /// The values as bytes, in an order, converted or as stored.
    ///
    /// # Errors
    ///
    /// If memory does not suffice, the file cannot be read, or the values are Python objects.
    pub fn read_bytes(&self, order: Order, convert: Convert) -> Result<Vec<u8>> {
        let len = self.converted_len(convert)?;
        let mut values = self.zeros(len, len, 0)?;
        self.read_into(order, convert, &mut values)?;
        Ok(values)
    }

    /// As [`Array::read_bytes`], into a buffer that is exactly as long as the values.
    ///
    /// # Errors
    ///
    /// If the length is another, the file cannot be read, or the values are Python objects.
    pub fn read_into(&self, order: Order, convert: Convert, values: &mut [u8]) -> Result<()> {
        let expected = self.converted_len(convert)?;
        if values.len() as u64 != expected {
            let found = values.len() as u64;
            return Err(self.source.name(core::ErrorKind::BufferSize {
                what: "the buffer for values",
                expected,
                found,
            }));
        }
        self.source.check()?;
        match order {
            Order::C => transfer::read(&self.source, &self.layout, convert, values),
            // The F order of an array is the C order of its transpose.
            Order::F => transfer::read(&self.source, &self.layout.transpose(), convert, values),
        }
    }

    /// What Python prints for the array: `print(array)` with NumPy's default options, byte for
    /// byte, summarised above 1000 elements. Only what is printed is read.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, the values are Python objects, or there is too much to print.
    pub fn text(&self) -> Result<String> {
        let name = |e| self.source.name(e);
        self.source.check()?;
        let summary = Summary::new(&self.layout).map_err(name)?;
        let mut bytes = self.zeros(summary.nbytes(), summary.nbytes(), 0)?;
        self.source
            .reader()
            .gather_all(summary.blocks(), Convert::AsStored, &mut bytes)?;
        if self.is_scalar {
            core::text::element(self.dtype(), &bytes).map_err(name)
        } else {
            summary.render(&bytes).map_err(name)
        }
    }

    /// Zeros of so many bytes, so many elements, if memory has room for them. A file cannot declare
    /// more bytes than it has, but a deflated member, a broadcast or a window can.
    fn zeros<T: Clone>(&self, bytes: u64, len: u64, zero: T) -> Result<Vec<T>> {
        let too_large = || {
            let limit = isize::MAX as u64;
            self.source.name(core::ErrorKind::TooLarge {
                what: "the values",
                found: bytes,
                limit,
            })
        };
        let len = usize::try_from(len).map_err(|_| too_large())?;
        // Asking first makes lack of memory an error; `vec!` would end the process, but is the
        // only way to memory that the system has zeroed, which costs nothing until it is used.
        Vec::<T>::new()
            .try_reserve_exact(len)
            .map_err(|_| too_large())?;
        let mut values = vec![zero; len];
        map::advise_huge_pages(&mut values);
        Ok(values)
    }

    fn made(&self, layout: npymap_core::Result<Layout>) -> Result<Self> {
        let layout = layout.map_err(|e| self.source.name(e))?;
        Ok(Self::new(self.source, layout))
    }

    fn converted_len(&self, convert: Convert) -> Result<u64> {
        if self.dtype().has_object() {
            return Err(self.source.name(core::ErrorKind::ObjectDType));
        }
        let itemsize = convert.dtype(self.dtype()).itemsize();
        let limit = isize::MAX as u64;
        self.size()
            .checked_mul(itemsize)
            .filter(|&len| len <= limit)
            .ok_or_else(|| {
                self.source.name(core::ErrorKind::TooLarge {
                    what: "the values",
                    found: u64::MAX,
                    limit,
                })
            })
    }

    pub(crate) fn source(&self) -> &Source<'a> {
        &self.source
    }
}

/// Gives an opened array what was found out about it, and the methods of [`Array`] that users call
/// first.
macro_rules! delegate_to_array {
    ($backend:ty) => {
        impl $backend {
            /// The element type.
            pub fn dtype(&self) -> &npymap_core::DType {
                self.layout().dtype()
            }

            /// The number of elements along each dimension.
            pub fn shape(&self) -> &[u64] {
                self.layout().shape()
            }

            /// The number of dimensions.
            pub fn ndim(&self) -> usize {
                self.layout().ndim()
            }

            /// The number of elements.
            pub fn size(&self) -> u64 {
                self.layout().size()
            }

            /// The size in bytes of all values.
            pub fn nbytes(&self) -> u64 {
                self.layout().nbytes()
            }

            /// The memory order that the header, or the description of a headerless file, declares.
            pub fn order(&self) -> npymap_core::Order {
                self.located.order()
            }

            /// The header; `None` for a headerless file.
            pub fn header(&self) -> Option<&npymap_core::Header> {
                self.located.header()
            }

            /// Where the data begins, in bytes from the start of the file or the member.
            pub fn data_offset(&self) -> u64 {
                self.located.data_offset()
            }

            /// How many bytes stand behind the data.
            pub fn trailing_bytes(&self) -> u64 {
                self.located.trailing_bytes
            }

            /// What is unusual about the file.
            pub fn warnings(&self) -> impl Iterator<Item = crate::Warning> + '_ {
                self.located.warnings()
            }

            /// The layout of the whole array.
            pub fn layout(&self) -> &npymap_core::Layout {
                self.located.layout()
            }

            /// All values, typed, in C order: see [`Array::read`].
            ///
            /// # Errors
            ///
            /// As [`Array::read`].
            pub fn read<T: npymap_core::view::Element>(&self) -> crate::Result<Vec<T>> {
                self.array().read()
            }

            /// The value at an index: see [`Array::at`].
            ///
            /// # Errors
            ///
            /// As [`Array::at`].
            pub fn at<T: npymap_core::view::Element>(&self, index: &[u64]) -> crate::Result<T> {
                self.array().at(index)
            }

            /// The field of a structured array, by name or title: see [`Array::field`].
            ///
            /// # Errors
            ///
            /// If there is none of that name.
            pub fn field(&self, name: &str) -> crate::Result<Array<'_>> {
                self.array().field(name)
            }

            /// NumPy basic indexing, as text: see [`Array::slice`].
            ///
            /// # Errors
            ///
            /// If the text is no selection, or does not fit the array.
            pub fn slice(&self, selection: &str) -> crate::Result<Array<'_>> {
                self.array().slice(selection)
            }

            /// NumPy basic indexing, parsed or built before: see [`Array::select`].
            ///
            /// # Errors
            ///
            /// If the selection does not fit the array.
            pub fn select(&self, selection: &npymap_core::Selection) -> crate::Result<Array<'_>> {
                self.array().select(selection)
            }
        }
    };
}

pub(crate) use delegate_to_array;
