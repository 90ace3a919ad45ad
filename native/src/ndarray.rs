//! Arrays of the crate `ndarray`.

use ndarray::{ArrayD, ArrayViewD, Axis, IxDyn, ShapeBuilder};
use npymap_core::{
    Layout, Order,
    view::{Element, View},
};

use crate::{
    array::Array,
    error::{ErrorKind, Result},
};

impl<'a> Array<'a> {
    /// The values as an owned array in C order, whatever their byte order, alignment and strides.
    ///
    /// # Errors
    ///
    /// As [`Array::read`].
    pub fn to_ndarray<T: Element>(&self) -> Result<ArrayD<T>> {
        let shape = self.ndarray_shape()?;
        ArrayD::from_shape_vec(shape, self.read()?).map_err(|_| self.not_viewable("its shape"))
    }

    /// The mapped bytes themselves as an array view, with the strides they have.
    ///
    /// `ndarray` knows neither byte orders nor unaligned data. What it cannot view,
    /// [`Array::view`] can, and [`Array::to_ndarray`] copies.
    ///
    /// ```
    /// # fn main() -> npymap::Result<()> {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("x.npy");
    /// # let f8 = npymap::DType::FLOAT64;
    /// # let mut bytes = npymap::core::header::write(&f8, &[2, 3], npymap::Order::C)?;
    /// # bytes.extend((0..6).flat_map(|i| f64::from(i).to_ne_bytes()));
    /// # std::fs::write(&path, bytes).unwrap();
    /// // SAFETY: nobody changes or truncates this file while the map lives.
    /// let map = unsafe { npymap::NpyMap::open(&path)? };
    /// let view = map.slice("[::-1, 1:]")?.as_ndarray::<f64>()?;
    /// assert_eq!(view, ndarray::array![[4.0, 5.0], [1.0, 2.0]].into_dyn());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotMapped`] if the array does not come from a map,
    /// [`ErrorKind::NotViewable`] if its byte order is not the machine's, its data or strides are
    /// not aligned, or a byte of a `bool` or between them is neither 0 nor 1; an error of format if
    /// the dtype is not `T`'s.
    pub fn as_ndarray<T: Element>(&self) -> Result<ArrayViewD<'a, T>> {
        let bytes = self
            .source()
            .memory()
            .ok_or_else(|| self.source().name(ErrorKind::NotMapped))?;
        View::<T>::check_dtype(self.dtype()).map_err(|e| self.source().name(e))?;
        if !self.dtype().is_native() {
            return Err(self.not_viewable("its byte order"));
        }
        let span = self.layout().byte_span();
        let count = (span.end - span.start) / size_of::<T>() as u64;
        let span = bytes
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default();
        // All that lies between the first and the last element, as if these were elements, too.
        let elements = Layout::new(self.dtype().clone(), &[count], Order::C)
            .and_then(|layout| View::new(span, layout))
            .map_err(|e| self.source().name(e))?;
        let elements = elements.as_slice().ok_or_else(|| {
            let is_bool = align_of::<T>() == 1;
            self.not_viewable(if is_bool {
                "its bytes"
            } else {
                "its alignment"
            })
        })?;
        let mut reversed = Vec::new();
        let mut strides = Vec::new();
        for (axis, (&dim, &stride)) in self.shape().iter().zip(self.strides()).enumerate() {
            // The stride along a single element is of no consequence, and may be anything.
            let stride = if dim > 1 { stride } else { 0 };
            if stride % size_of::<T>() as i64 != 0 {
                return Err(self.not_viewable("the alignment of its strides"));
            }
            if stride < 0 {
                reversed.push(Axis(axis));
            }
            // The span is in memory, and so is what lies within it.
            strides.push(stride.unsigned_abs() as usize / size_of::<T>());
        }
        let shape = self.ndarray_shape()?.strides(IxDyn(&strides));
        let mut view = ArrayViewD::from_shape(shape, elements)
            .map_err(|_| self.not_viewable("its strides"))?;
        for axis in reversed {
            view.invert_axis(axis);
        }
        Ok(view)
    }

    fn ndarray_shape(&self) -> Result<IxDyn> {
        let dims = self.shape().iter().map(|&dim| usize::try_from(dim));
        let dims: Vec<_> = dims
            .collect::<Result<_, _>>()
            .map_err(|_| self.not_viewable("its shape"))?;
        Ok(IxDyn(&dims))
    }

    #[cold]
    fn not_viewable(&self, what: &'static str) -> crate::Error {
        self.source().name(ErrorKind::NotViewable { what })
    }
}
