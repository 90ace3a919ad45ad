//! Writes an array to a new file, whole or not at all.

use std::{
    io::{self, Write},
    path::Path,
};

use npymap_core::{
    DType, Order,
    cast::{Casting, Overflow},
    dtype::{ByteOrder, Kind, TimeBase, TimeUnit},
    header,
};

use crate::{
    array::Array,
    error::{Error, Result},
    new_file::{Guard, Target},
    transfer::Transfer,
};

/// How an array is written to a new file: as what dtype, in which order, with or without a header.
///
/// ```
/// # fn main() -> npymap::Result<()> {
/// # let dir = tempfile::tempdir().unwrap();
/// # let (path, out) = (dir.path().join("x.npy"), dir.path().join("y.npy"));
/// # npymap::Array::of_slice(&[0.0_f64, 1.0, 2.0, 3.0, 4.0, 5.0], &[2, 3])?.save(&path)?;
/// use npymap::{NpyFile, Order, SaveOptions, core::dtype::ByteOrder};
///
/// // np.save(out, np.asfortranarray(np.load(path).astype(">f4")))
/// let file = NpyFile::open(&path)?;
/// SaveOptions::new()
///     .dtype("f4".parse()?)
///     .byte_order(ByteOrder::Big)
///     .order(Order::F)
///     .save(&file.array(), &out)?;
/// assert_eq!(NpyFile::open(&out)?.read::<f32>()?, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct SaveOptions {
    dtype: Option<DType>,
    casting: Casting,
    overflow: Overflow,
    byte_order: Option<ByteOrder>,
    order: Order,
    headerless: bool,
}

impl SaveOptions {
    /// An `.npy` file in C order, with the dtype and the byte order that the array has.
    pub fn new() -> Self {
        Self::default()
    }

    /// The dtype that the values get, as by NumPy's `astype`.
    ///
    /// Strings and raw data without a size get as much as they need, and dates without a unit those
    /// of the array.
    pub fn dtype(mut self, dtype: DType) -> Self {
        self.dtype = Some(dtype);
        self
    }

    /// What the conversion to that dtype may lose; unless changed, what stays of the
    /// [same kind](Casting::SameKind).
    pub fn casting(mut self, casting: Casting) -> Self {
        self.casting = casting;
        self
    }

    /// What becomes of values that the dtype does not hold; unless changed, an
    /// [error](Overflow::Error).
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// The byte order, in all fields of a structure, whatever the one of the dtype.
    pub fn byte_order(mut self, byte_order: ByteOrder) -> Self {
        self.byte_order = Some(byte_order);
        self
    }

    /// The order of the elements in the file.
    ///
    /// Another one than that of the source is a transposition out of core: it takes tiles that
    /// are long on both sides, so that neither file is read or written in crumbs.
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Whether there is no header, but the values alone: what `np.memmap` reads.
    pub fn headerless(mut self, headerless: bool) -> Self {
        self.headerless = headerless;
        self
    }

    /// Writes an array to a new file, which appears or replaces another when it is complete: see
    /// [`Array::save`].
    ///
    /// # Errors
    ///
    /// If the array cannot be read, the file cannot be written, the conversion is not allowed, or
    /// a value does not fit, of which the error gives the index; if somebody has locked the file
    /// that would be replaced.
    pub fn save(&self, array: &Array<'_>, path: impl AsRef<Path>) -> Result<()> {
        self.save_with_progress(array, path, |_| ())
    }

    /// As [`SaveOptions::save`], telling after each piece how many bytes of the array's
    /// [`nbytes`](Array::nbytes) were converted so far.
    ///
    /// # Errors
    ///
    /// As [`SaveOptions::save`].
    pub fn save_with_progress(
        &self,
        array: &Array<'_>,
        path: impl AsRef<Path>,
        progress: impl FnMut(u64),
    ) -> Result<()> {
        let (header, transfer) = self.prepare(array)?;
        let path = path.as_ref();
        let name = |e: io::Error| Error::new(e).at(path);
        match Target::create(path, Guard::Lock).map_err(|e| e.at(path))? {
            Target::New(file) => {
                file.write_at(&header, 0).map_err(name)?;
                let start = header.len() as u64;
                let end = start.saturating_add(transfer.sure_nbytes());
                file.reserve(start..end).map_err(name)?;
                transfer.copy(Some(file.directory()), progress, |at, run| {
                    file.write_at(run, start + at).map_err(name)
                })?;
                file.finish().map_err(|e| e.at(path))?;
                Ok(())
            }
            Target::Stream(mut stream) => {
                write(&header, &transfer, &mut stream, progress, name)?;
                stream.flush().map_err(name)
            }
        }
    }

    /// Writes what [`SaveOptions::save`] writes to anything that takes bytes from the first to the
    /// last.
    ///
    /// # Errors
    ///
    /// As [`SaveOptions::save`]; if the writer fails, an error without a path.
    pub fn write_to(&self, array: &Array<'_>, mut writer: impl Write) -> Result<()> {
        let (header, transfer) = self.prepare(array)?;
        write(&header, &transfer, &mut writer, |_| (), Error::new)
    }

    /// The header, and the way of the values, if both can be.
    pub(crate) fn prepare<'a>(&self, array: &Array<'a>) -> Result<(Vec<u8>, Transfer<'a>)> {
        let (array, dtype) = spread(array, self.dtype_for(array.dtype()))?;
        let transfer = Transfer::new(&array, self.order, &dtype, self.casting, self.overflow)?;
        let header = if self.headerless {
            Vec::new()
        } else {
            header::write(&dtype, array.shape(), self.order).map_err(|e| array.source().name(e))?
        };
        Ok((header, transfer))
    }

    /// The dtype in the file.
    fn dtype_for(&self, from: &DType) -> DType {
        let dtype = match &self.dtype {
            Some(dtype) => completed(dtype, from),
            None => from.clone(),
        };
        match self.byte_order {
            Some(order) => dtype.with_byte_order(order),
            None => dtype,
        }
    }
}

impl Array<'_> {
    /// Writes the values to a new `.npy` file in C order, with the dtype and the byte order they
    /// have: what `np.save(path, np.ascontiguousarray(array))` writes. [`SaveOptions`] are for
    /// everything else.
    ///
    /// The file appears, or replaces another, when it is complete and on the disk; if anything
    /// fails, nothing is left of it. On Linux it has no name until then, so that nothing is left
    /// even if the process is killed; elsewhere it has another name in the same directory. A file
    /// that is replaced hands on its permissions, and its owner where the system allows it; a
    /// symbolic link stays one, and what it points to is replaced; other names of the same file,
    /// hard links, keep the old one. What is no regular file, a pipe or a device, is written
    /// directly.
    ///
    /// Memory stays bounded, whatever the size of the array. A deflated member that must be written
    /// in another order is inflated into a file without a name in the same directory first.
    ///
    /// # Errors
    ///
    /// If the array cannot be read, or the file cannot be written; if somebody has locked the file
    /// that would be replaced.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        SaveOptions::new().save(self, path)
    }

    /// As [`Array::save`], telling after each piece how many bytes of values were written so far.
    ///
    /// # Errors
    ///
    /// As [`Array::save`].
    pub fn save_with_progress(
        &self,
        path: impl AsRef<Path>,
        progress: impl FnMut(u64),
    ) -> Result<()> {
        SaveOptions::new().save_with_progress(self, path, progress)
    }

    /// Writes what [`Array::save`] writes to anything that takes bytes from the first to the last.
    ///
    /// ```
    /// # fn main() -> npymap::Result<()> {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("x.npy");
    /// # let mut bytes = npymap::core::header::write(&"|u1".parse()?, &[4], npymap::Order::C)?;
    /// # bytes.extend([1, 2, 3, 4]);
    /// # std::fs::write(&path, bytes).unwrap();
    /// let mut copy = Vec::new();
    /// npymap::NpyFile::open(&path)?.slice("[::-1]")?.write_to(&mut copy)?;
    /// assert!(copy.starts_with(b"\x93NUMPY") && copy.ends_with(&[4, 3, 2, 1]));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the array cannot be read; if the writer fails, an error without a path.
    pub fn write_to(&self, writer: impl Write) -> Result<()> {
        SaveOptions::new().write_to(self, writer)
    }
}

fn write(
    header: &[u8],
    transfer: &Transfer<'_>,
    writer: &mut impl Write,
    progress: impl FnMut(u64),
    name: impl Fn(io::Error) -> Error,
) -> Result<()> {
    writer.write_all(header).map_err(&name)?;
    transfer.stream(progress, |values| writer.write_all(values).map_err(&name))
}

/// Each element as often as a sub-array has elements, along the dimensions of that.
fn spread<'a>(array: &Array<'a>, mut dtype: DType) -> Result<(Array<'a>, DType)> {
    let mut shape = array.shape().to_vec();
    while let Kind::SubArray(sub) = dtype.kind() {
        shape.extend(&sub.shape);
        dtype = sub.element.clone();
    }
    let (old, new) = (array.ndim(), shape.len());
    if old == new {
        return Ok((array.clone(), dtype));
    }
    let axes: Vec<i64> = (old..new).map(|axis| axis as i64).collect();
    let layout = array.layout().expand_dims(&axes);
    let layout = layout.and_then(|layout| layout.broadcast_to(&shape));
    let layout = layout.map_err(|e| array.source().name(e))?;
    Ok((array.with_layout(layout)?, dtype))
}

/// A dtype with the size or the unit that it leaves open, as `astype` fills it in: one of the same
/// kind is then that of the array, be its byte order what it may.
fn completed(dtype: &DType, from: &DType) -> DType {
    let is_open = |unit: &TimeUnit| unit.base == TimeBase::Generic;
    let (open, same) = match (dtype.kind(), from.kind()) {
        (Kind::DateTime64(unit), Kind::DateTime64(_)) => (is_open(unit), true),
        (Kind::TimeDelta64(unit), Kind::TimeDelta64(_)) => (is_open(unit), true),
        (kind @ (Kind::Bytes | Kind::Str | Kind::Void), other) => {
            let is_raw = *kind == Kind::Void && matches!(other, Kind::Struct(_));
            (dtype.itemsize() == 0, kind == other || is_raw)
        }
        _ => (false, false),
    };
    let completed = match (dtype.kind(), from.kind()) {
        _ if !open => None,
        _ if same => Some(from.clone()),
        (Kind::Bytes, Kind::Str) => Some(DType::bytes((from.itemsize() / 4) as u32)),
        (Kind::Str, Kind::Bytes) => DType::string(from.itemsize() as u32, dtype.byte_order()),
        (Kind::Void, _) => Some(DType::void(from.itemsize() as u32)),
        _ => None,
    };
    completed.unwrap_or_else(|| dtype.clone())
}
