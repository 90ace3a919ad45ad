//! Values written as Python literals, and what can be found out before anything is written.

use npymap_core::{
    DType, Layout, Order,
    cast::{Casting, Overflow, can_cast},
    dtype::Kind,
    encode,
    literal::Literal,
    tiles::Cut,
};

use crate::{
    array::Array,
    array_mut::ArrayMut,
    disk,
    error::Result,
    source::{Source, plan_options},
    transfer::{TILE_BYTES, Transfer},
};

impl ArrayMut<'_> {
    /// Sets the elements to a value written as a Python literal, as NumPy's `a[...] = literal`:
    /// nested lists are an array, which is broadcast; a tuple is a structure.
    ///
    /// ```
    /// # fn main() -> npymap::Result<()> {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("x.npy");
    /// use npymap::core::{cast::Overflow, encode::parse_value};
    ///
    /// let mut file = npymap::CreateOptions::new("M8[D]".parse()?, [2, 2]).create(&path)?;
    /// let value = parse_value("['2024-02-29', 'NaT']").unwrap();
    /// file.array_mut()?.assign_literal(&value, Overflow::Error)?;
    /// assert_eq!(file.slice("[1, 0]")?.text()?, "2024-02-29");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`encode_array`](encode::encode_array), before anything is written, and those of
    /// [`ArrayMut::assign`].
    pub fn assign_literal(&mut self, value: &Literal<'_>, overflow: Overflow) -> Result<()> {
        let made =
            encode::encode_array(value, self.dtype(), overflow).and_then(|(shape, bytes)| {
                let layout = Layout::new(self.dtype().clone(), &shape, Order::C)?;
                Ok((layout, bytes))
            });
        let (layout, bytes) = made.map_err(|e| self.array().source().name(e))?;
        let source = Source::Memory {
            bytes: &bytes,
            origin: None,
        };
        self.assign(&Array::new(source, layout))
    }

    /// Asks the file system for the room that the elements take, where the file has holes: a full
    /// disk is an error then before anything is written, and not halfway through.
    ///
    /// It does nothing for a map, which [`CreateOptions::preallocate`] is for, and on systems other
    /// than Linux.
    ///
    /// # Errors
    ///
    /// If there is no such room.
    ///
    /// [`CreateOptions::preallocate`]: crate::CreateOptions::preallocate
    pub fn reserve(&mut self) -> Result<()> {
        let Some((container, start)) = self.in_file() else {
            return Ok(());
        };
        let file = container.disk().file();
        if !disk::has_holes(file) {
            return Ok(());
        }
        // As they will be written.
        let tiles = self.layout().tiles(Cut::LargestStride, TILE_BYTES);
        for tile in tiles.planned(plan_options()) {
            for range in &tile.layout().plan(&plan_options()).ranges {
                let at = container.range().start + start + range.start;
                let reserved = disk::reserve(file, at, range.end - range.start);
                reserved.map_err(|e| container.name(e))?;
            }
        }
        Ok(())
    }
}

impl Array<'_> {
    /// Fails as assigning the values to elements of a dtype would: [`ArrayMut::assign_cast`]. Where
    /// the dtypes alone do not tell that all values fit, all of them are read.
    ///
    /// # Errors
    ///
    /// If the rule does not allow the conversion, or a value does not fit and that is to be an
    /// error; if the array cannot be read.
    pub fn check_cast(&self, to: &DType, casting: Casting, overflow: Overflow) -> Result<()> {
        let transfer = Transfer::new(self, Order::C, to, casting, overflow)?;
        // NumPy's "safe" holds for strings that are not ASCII, and for units of time that overflow.
        let fits = can_cast(self.dtype(), to, Casting::Equiv)
            || (is_number(self.dtype()) && is_number(to))
                && can_cast(self.dtype(), to, Casting::Safe);
        if fits {
            return Ok(());
        }
        transfer.copy(None, |_| (), |_, _| Ok(()))
    }
}

fn is_number(dtype: &DType) -> bool {
    !matches!(
        dtype.kind(),
        Kind::Bytes
            | Kind::Str
            | Kind::Void
            | Kind::DateTime64(_)
            | Kind::TimeDelta64(_)
            | Kind::Struct(_)
            | Kind::SubArray(_)
            | Kind::Object
            | Kind::Extended(_)
    )
}
