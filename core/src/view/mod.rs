//! Typed views of data in memory.
//!
//! A [`View`] reads elements where they are, whatever their alignment, byte order and strides, and
//! a [`ViewMut`] changes them there. Nothing is copied, and making or slicing one costs nothing that
//! depends on the number of elements.

mod element;
mod iter;
mod rows_mut;
mod view_mut;

use alloc::vec::Vec;
use core::{fmt, marker::PhantomData};

use zerocopy::FromBytes;

#[doc(no_inline)]
pub use half::{bf16, f16};
#[doc(no_inline)]
pub use num_complex::Complex;

pub use self::{
    element::{Element, LongDouble},
    iter::{Iter, Lane, Lanes, Outer},
    rows_mut::{ChunksMut, OuterMut},
    view_mut::ViewMut,
};

use crate::{
    DType, ErrorKind, Layout, Order, Result, Selection, dtype::ByteOrder, layout::LayoutError,
    selection::Item,
};

/// The elements of an array in memory, read as values of type `T`.
///
/// ```
/// use npymap_core::{DType, Layout, Order, Selection, view::View};
///
/// // As found in a file: big-endian, at an odd address.
/// let file = [b'\n', 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6];
/// let layout = Layout::new(DType::parse(">u2")?, &[2, 3], Order::C)?;
/// let view = View::<u16>::new(&file[1..], layout)?;
///
/// assert_eq!(view.get(&[1, 0]), Some(4));
/// assert_eq!(view.iter().sum::<u16>(), 21);
///
/// let columns = view.select(&Selection::parse("[:, ::-2]")?)?;
/// assert_eq!(columns.to_vec(), [3, 1, 6, 4]);
/// # Ok::<(), npymap_core::Error>(())
/// ```
pub struct View<'a, T> {
    bytes: &'a [u8],
    /// Every byte of every element lies in `bytes`, and the elements can be counted in a `usize`.
    layout: Layout,
    element: PhantomData<T>,
}

impl<'a, T: Element> View<'a, T> {
    /// A view of data whose first byte is that of offset 0 of the layout.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ElementType`] if `T` is not the type of the layout's dtype;
    /// [`ErrorKind::Truncated`] if there are fewer bytes than the layout spans;
    /// [`ErrorKind::TooLarge`] if the elements cannot be counted in a `usize`, which takes a
    /// broadcast on a machine of 32 bits.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, view::View};
    ///
    /// let layout = Layout::new(DType::parse("<f4")?, &[2], Order::C)?;
    /// let error = View::<f64>::new(&[0; 8], layout.clone()).unwrap_err();
    /// assert_eq!(error.to_string(), "elements of dtype 'float32' cannot be viewed as f64");
    /// let error = View::<f32>::new(&[0; 7], layout).unwrap_err();
    /// assert_eq!(error.to_string(), "the array data is cut short: expected 8 bytes, found 7");
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn new(bytes: &'a [u8], layout: Layout) -> Result<Self> {
        Self::check(bytes, &layout)?;
        Ok(Self {
            bytes,
            layout,
            element: PhantomData,
        })
    }

    /// Fails if the elements of a layout are not of the type, or not in the bytes.
    fn check(bytes: &[u8], layout: &Layout) -> Result<()> {
        Self::check_dtype(layout.dtype())?;
        let (expected, found) = (layout.byte_span().end, bytes.len() as u64);
        if expected > found && !layout.is_empty() {
            return Err(ErrorKind::Truncated {
                what: "the array data",
                expected,
                found,
            }
            .into());
        }
        if usize::try_from(layout.size()).is_err() {
            return Err(ErrorKind::TooLarge {
                what: "the number of elements",
                found: layout.size(),
                limit: usize::MAX as u64,
            }
            .into());
        }
        Ok(())
    }

    /// A view of values in memory, in C order.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BufferSize`] if the shape has another number of elements; those of
    /// [`Layout::new`].
    ///
    /// ```
    /// use npymap_core::view::View;
    ///
    /// let view = View::of_slice(&[1_i16, 2, 3, 4, 5, 6], &[2, 3])?;
    /// assert_eq!(view.get(&[1, 0]), Some(4));
    /// assert_eq!(view.layout().dtype().to_string(), "int16");
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn of_slice(values: &'a [T], shape: &[u64]) -> Result<Self> {
        let layout = Layout::new(T::dtype(), shape, Order::C)?;
        let bytes = T::bytes(values);
        let (expected, found) = (layout.nbytes(), bytes.len() as u64);
        if expected != found {
            return Err(ErrorKind::BufferSize {
                what: "the values of the shape",
                expected,
                found,
            }
            .into());
        }
        Self::new(bytes, layout)
    }

    /// Fails if `T` is not the type of a dtype.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ElementType`].
    pub fn check_dtype(dtype: &DType) -> Result<()> {
        if T::is_of(dtype) {
            return Ok(());
        }
        Err(ErrorKind::ElementType {
            found: dtype.clone(),
            wanted: T::NAME,
        }
        .into())
    }

    /// Shape, strides and dtype. To get a view with another layout, such as a transposed one, make
    /// one of the same [`bytes`](Self::bytes).
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, view::View};
    ///
    /// let layout = Layout::new(DType::UINT8, &[2, 3], Order::C)?;
    /// let view = View::<u8>::new(&[1, 2, 3, 4, 5, 6], layout)?;
    /// let transposed = View::<u8>::new(view.bytes(), view.layout().transpose())?;
    /// assert_eq!(transposed.to_vec(), [1, 4, 2, 5, 3, 6]);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The bytes that the view was made of.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
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
        let start = usize::try_from(self.layout.byte_offset(index)?).ok()?;
        let (bytes, _) = T::Bytes::read_from_prefix(self.bytes.get(start..)?).ok()?;
        Some(if self.is_big_endian() {
            T::from_bytes::<true>(bytes)
        } else {
            T::from_bytes::<false>(bytes)
        })
    }

    /// The elements in C order: the last index changes fastest.
    ///
    /// Of the ways to iterate, `for_each`, `sum` and what else consumes the whole iterator is the
    /// fastest.
    pub fn iter(&self) -> Iter<'a, T> {
        Iter::new(self.bytes, &self.layout, self.is_big_endian())
    }

    /// The one-dimensional runs of elements along an axis, in C order of the other axes.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Axis`] if there is no such axis.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, view::View};
    ///
    /// let layout = Layout::new(DType::UINT8, &[2, 3], Order::C)?;
    /// let view = View::<u8>::new(&[1, 2, 3, 4, 5, 6], layout)?;
    /// let columns: Vec<u8> = view.lanes(0)?.map(|lane| lane.sum()).collect();
    /// assert_eq!(columns, [5, 7, 9]);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn lanes(&self, axis: usize) -> Result<Lanes<'a, T>> {
        Lanes::new(self.bytes, &self.layout, axis, self.is_big_endian())
            .ok_or_else(|| LayoutError::no_axis(axis, self.layout.ndim()).into())
    }

    /// The views of one dimension less that follow one another along the first axis.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Axis`] if there are no dimensions.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, view::View};
    ///
    /// let layout = Layout::new(DType::UINT8, &[2, 3], Order::C)?;
    /// let view = View::<u8>::new(&[1, 2, 3, 4, 5, 6], layout)?;
    /// let rows: Vec<_> = view.outer()?.map(|row| row.to_vec()).collect();
    /// assert_eq!(rows, [[1, 2, 3], [4, 5, 6]]);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn outer(&self) -> Result<Outer<'a, T>> {
        Outer::new(self).ok_or_else(|| LayoutError::no_axis(0, self.layout.ndim()).into())
    }

    /// The view that NumPy's basic indexing with a selection gives.
    ///
    /// # Errors
    ///
    /// Those of [`Layout::select`]. Elements have no fields, so none can be selected.
    pub fn select(&self, selection: &Selection) -> Result<Self> {
        Ok(self.with(self.layout.select(selection)?))
    }

    /// The view that NumPy's basic indexing with a tuple of items gives.
    ///
    /// # Errors
    ///
    /// Those of [`Layout::slice`].
    pub fn slice(&self, items: &[Item]) -> Result<Self> {
        Ok(self.with(self.layout.slice(items)?))
    }

    /// The elements as a slice, where they lie in memory just like one: contiguous in C order,
    /// aligned and in the byte order of the machine. Where they are `bool`, every byte must be 0
    /// or 1, which takes a look at all of them.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, view::View};
    ///
    /// let values = [1.0_f32, 2.0, 3.0];
    /// let bytes = values.map(f32::to_ne_bytes).concat();
    /// let layout = Layout::new(DType::FLOAT32, &[3], Order::C)?;
    /// // `bytes` may be aligned or not.
    /// if let Some(slice) = View::<f32>::new(&bytes, layout)?.as_slice() {
    ///     assert_eq!(slice, values);
    /// }
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn as_slice(&self) -> Option<&'a [T]> {
        if self.is_empty() {
            return Some(&[]);
        }
        if !self.layout.dtype().is_native() || !self.layout.is_contiguous(Order::C) {
            return None;
        }
        let span = self.layout.byte_span();
        // Within `bytes`, as was checked when the view was made.
        T::cast(self.bytes.get(span.start as usize..span.end as usize)?)
    }

    /// The elements in C order.
    pub fn to_vec(&self) -> Vec<T> {
        match self.as_slice() {
            Some(slice) => slice.into(),
            None => self.iter().into_vec(),
        }
    }

    /// A view with a layout that was made from that of this view.
    fn with(&self, layout: Layout) -> Self {
        Self {
            bytes: self.bytes,
            layout,
            element: PhantomData,
        }
    }

    fn is_big_endian(&self) -> bool {
        self.layout.dtype().byte_order() == ByteOrder::Big
    }
}

impl<T> Clone for View<'_, T> {
    fn clone(&self) -> Self {
        Self {
            bytes: self.bytes,
            layout: self.layout.clone(),
            element: PhantomData,
        }
    }
}

impl<T> fmt::Debug for View<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View")
            .field("layout", &self.layout)
            .finish_non_exhaustive()
    }
}

impl<'a, T: Element> IntoIterator for &View<'a, T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::{string::ToString, vec};

    use proptest::prelude::*;

    use super::*;
    use crate::{DType, selection::Slice, testing::cases};

    fn dtype(text: &str) -> DType {
        DType::parse(text).unwrap()
    }

    /// One element of a dtype, given by its bytes in hexadecimal digits, at an odd address.
    fn one<T: Element>(text: &str, hex: &str) -> T {
        let mut bytes = vec![0xaa];
        for pair in hex.as_bytes().chunks(2) {
            bytes.push(u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
        }
        let layout = Layout::new(dtype(text), &[], Order::C).unwrap();
        let view = View::<T>::new(&bytes[1..], layout).unwrap();
        let iterated = view.iter().next();
        assert!(iterated.is_some() && view.iter().count() == 1);
        view.get(&[]).unwrap()
    }

    // The bytes are those of `np.array(x, dtype).tobytes().hex()`.
    #[test]
    fn every_type_in_both_byte_orders() {
        assert!(one::<bool>("?", "01"));
        assert!(one::<bool>("?", "02"), "whatever is not zero is true");
        assert!(!one::<bool>("?", "00"));
        assert_eq!(one::<u8>("u1", "ff"), 255);
        assert_eq!(one::<i8>("i1", "ff"), -1);
        assert_eq!(one::<u16>("<u2", "0102"), 0x0201);
        assert_eq!(one::<i16>(">i2", "fffe"), -2);
        assert_eq!(one::<u32>(">u4", "00000102"), 0x102);
        assert_eq!(one::<i32>("<i4", "feffffff"), -2);
        assert_eq!(one::<u64>("<u8", "0100000000000080"), 0x8000_0000_0000_0001);
        assert_eq!(one::<i64>(">i8", "fffffffffffffffe"), -2);
        assert_eq!(one::<i64>("<M8[s]", "0100000000000000"), 1);
        assert_eq!(one::<i64>(">m8[D]", "8000000000000000"), i64::MIN);
        assert_eq!(one::<f16>("<f2", "003e"), f16::from_f32(1.5));
        assert_eq!(one::<f16>(">f2", "3e00"), f16::from_f32(1.5));
        assert_eq!(one::<f32>("<f4", "0000c03f"), 1.5);
        assert_eq!(one::<f64>(">f8", "3ff8000000000000"), 1.5);
        assert_eq!(
            one::<bf16>("bfloat16", &swapped("3fc0")),
            bf16::from_f32(1.5)
        );
        assert_eq!(
            one::<Complex<f32>>("<c8", "0000c03f00000040"),
            Complex::new(1.5, 2.0)
        );
        assert_eq!(
            one::<Complex<f64>>(">c16", "3ff80000000000004000000000000000"),
            Complex::new(1.5, 2.0)
        );
        let longdouble = one::<LongDouble>("<f16", "00000000000000c0ff3f000000000000");
        assert_eq!(longdouble.to_f64(), 1.5);
        let longdouble = one::<LongDouble>(">f16", "0000000000003fffc000000000000000");
        assert_eq!(f64::from(longdouble), 1.5);
    }

    /// Bytes, given most significant first, in the byte order of the machine.
    fn swapped(hex: &str) -> std::string::String {
        if cfg!(target_endian = "big") {
            hex.into()
        } else {
            let pairs = hex.as_bytes().rchunks(2);
            pairs
                .flat_map(|p| std::str::from_utf8(p).unwrap().chars())
                .collect()
        }
    }

    #[test]
    fn other_dtypes_are_refused() {
        fn refused<T: Element>(text: &str) -> bool {
            let layout = Layout::new(dtype(text), &[0], Order::C).unwrap();
            View::<T>::new(&[], layout).is_err()
        }
        assert!(refused::<i32>("<u4"));
        assert!(refused::<u8>("?") && refused::<bool>("u1") && refused::<u8>("S1"));
        assert!(refused::<u64>("M8[s]") && refused::<f64>("c8"));
        assert!(refused::<f16>("bfloat16") && refused::<bf16>("f2"));
        assert!(refused::<f64>("O") && refused::<i32>("i4,i4"));
        assert!(!refused::<i32>(">i4"));
    }

    #[test]
    fn slices_need_the_machines_order_alignment_and_contiguity() {
        let aligned = [1_u64.to_ne_bytes(), 2_u64.to_ne_bytes()].concat();
        let offset = aligned.as_ptr().align_offset(8);
        let bytes = [&vec![0; offset], &aligned[..], &[0; 8]].concat();
        let start = bytes.as_ptr().align_offset(4);
        let native = Layout::new(dtype("=u4"), &[2, 2], Order::C).unwrap();
        let view = |start: usize, layout: &Layout| {
            View::<u32>::new(&bytes[start..start + 16], layout.clone()).unwrap()
        };
        assert_eq!(view(start, &native).as_slice().map(<[_]>::len), Some(4));
        assert!(view(start + 1, &native).as_slice().is_none());
        assert!(view(start, &native.transpose()).as_slice().is_none());
        let foreign = if cfg!(target_endian = "big") {
            "<u4"
        } else {
            ">u4"
        };
        let foreign = Layout::new(dtype(foreign), &[2, 2], Order::C).unwrap();
        assert!(view(start, &foreign).as_slice().is_none());
        let part = view(start, &native).slice(&[Item::Index(1)]).unwrap();
        assert_eq!(part.as_slice().map(<[_]>::len), Some(2));

        let bools = Layout::new(DType::BOOL, &[2], Order::C).unwrap();
        let bools = |bytes| View::<bool>::new(bytes, bools.clone()).unwrap().as_slice();
        assert_eq!(bools(&[0, 1]), Some(&[false, true][..]));
        assert_eq!(bools(&[0, 2]), None);
    }

    #[test]
    fn arrays_without_elements_or_dimensions() {
        let empty = Layout::new(dtype("<f8"), &[3, 0, 2], Order::C).unwrap();
        let view = View::<f64>::new(&[], empty).unwrap();
        assert!(view.is_empty() && view.iter().next().is_none());
        assert_eq!(view.as_slice(), Some(&[][..]));
        assert_eq!(view.lanes(0).unwrap().len(), 0);
        assert_eq!(view.lanes(1).unwrap().len(), 6);
        assert!(view.lanes(1).unwrap().all(|lane| lane.len() == 0));
        assert_eq!(view.outer().unwrap().len(), 3);

        let scalar = Layout::new(DType::UINT8, &[], Order::C).unwrap();
        let view = View::<u8>::new(&[7], scalar).unwrap();
        assert_eq!(view.to_vec(), [7]);
        let message = "axis 0 is out of bounds for array of dimension 0";
        assert_eq!(view.outer().unwrap_err().to_string(), message);
        assert_eq!(view.lanes(0).unwrap_err().to_string(), message);
    }

    #[test]
    fn broadcast_elements_are_repeated() {
        let row = Layout::new(DType::UINT8, &[3], Order::C).unwrap();
        let view = View::<u8>::new(&[1, 2, 3], row.broadcast_to(&[2, 3]).unwrap()).unwrap();
        assert_eq!(view.to_vec(), [1, 2, 3, 1, 2, 3]);
    }

    /// Slices and an order of axes for an array of some shape.
    fn layouts() -> impl Strategy<Value = Layout> {
        let axis = (
            0..5_u64,
            -6..6_i64,
            -6..6_i64,
            prop_oneof![-3..0_i64, 1..4_i64],
        );
        (
            prop::collection::vec(axis, 0..4),
            any::<bool>(),
            any::<bool>(),
            any::<bool>(),
        )
            .prop_map(|(axes, fortran, transpose, big)| {
                let shape: Vec<u64> = axes.iter().map(|axis| axis.0).collect();
                let items: Vec<Item> = axes
                    .iter()
                    .map(|&(_, start, stop, step)| {
                        let (start, stop) = (Some(start), Some(stop));
                        let step = Some(step);
                        Item::Slice(Slice { start, stop, step })
                    })
                    .collect();
                let order = if fortran { Order::F } else { Order::C };
                let dtype = dtype(if big { ">u2" } else { "<u2" });
                let layout = Layout::new(dtype, &shape, order)
                    .unwrap()
                    .slice(&items)
                    .unwrap();
                if transpose {
                    layout.transpose()
                } else {
                    layout
                }
            })
    }

    proptest! {
        #![proptest_config(cases(2000))]

        #[test]
        fn all_ways_through_a_view_agree(layout in layouts()) {
            let bytes: Vec<u8> = (0..=255).collect();
            let view = View::<u16>::new(&bytes, layout.clone()).unwrap();
            let naive: Vec<u16> = (0..layout.size())
                .map(|flat| view.get(&layout.unravel(flat).unwrap()).unwrap())
                .collect();
            prop_assert_eq!(&view.to_vec(), &naive);
            prop_assert_eq!(view.iter().len(), naive.len());
            let mut one_by_one = vec![];
            let mut iter = view.iter();
            while let Some(element) = iter.next() {
                one_by_one.push(element);
                prop_assert_eq!(iter.len(), naive.len() - one_by_one.len());
            }
            prop_assert_eq!(&one_by_one, &naive);
            // Folding what is left after some elements.
            let mut rest = view.iter();
            let taken = rest.by_ref().take(3).count();
            prop_assert_eq!(&rest.collect::<Vec<_>>(), &naive[taken..]);

            if let Ok(outer) = view.outer() {
                prop_assert_eq!(outer.len() as u64, layout.shape()[0]);
                let rows: Vec<u16> = outer.flat_map(|row| row.to_vec()).collect();
                prop_assert_eq!(&rows, &naive);
            }
            for axis in 0..layout.ndim() {
                let mut axes: Vec<i64> = (0..layout.ndim() as i64).collect();
                let last = axes.remove(axis);
                axes.push(last);
                let permuted = View::<u16>::new(&bytes, layout.permute(&axes).unwrap()).unwrap();
                let lanes = view.lanes(axis).unwrap();
                prop_assert_eq!(lanes.len() as u64 * layout.shape()[axis], layout.size());
                let lanes: Vec<u16> = lanes.flatten().collect();
                prop_assert_eq!(lanes, permuted.to_vec());
            }
        }
    }
}
