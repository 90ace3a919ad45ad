//! What is different between two arrays.

mod compare;
mod number;

use std::cmp::Reverse;

use npymap_core::{
    ErrorKind, Layout,
    gather::Convert,
    tiles::{Cut, Tile, Tiles},
};

use self::compare::Comparison;
use crate::{
    array::Array,
    error::Result,
    source::{Reader, plan_options},
    transfer::{self, TILE_BYTES},
};

/// What [`Array::diff`] found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// Whether the dtypes differ, be it in byte order alone.
    pub dtype: bool,
    /// Whether the shapes differ. Then no elements were compared.
    pub shape: bool,
    /// How many elements differ. `None` if they were not compared: the shapes differ, or the dtypes
    /// are such that no element of one is ever equal to one of the other.
    pub count: Option<u64>,
    /// The index of the first element, in C order, that differs.
    pub first: Option<Vec<u64>>,
    /// The largest finite distance between numbers that differ, if there are any.
    pub max_abs: Option<f64>,
}

impl Difference {
    /// Whether nothing differs: neither dtype, nor shape, nor elements.
    pub fn is_none(&self) -> bool {
        !self.dtype && !self.shape && self.count == Some(0)
    }
}

/// How far numbers may be apart and yet count as equal: `np.isclose`. Unless changed, not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "made to be written out")]
pub struct Tolerance {
    /// In proportion to the magnitude of the number of the second array.
    pub relative: f64,
    /// At any magnitude.
    pub absolute: f64,
}

impl Array<'_> {
    /// Compares dtype, shape and elements with those of another array, in one pass and bounded
    /// memory.
    ///
    /// Numbers are equal if `|a - b| <= absolute + relative * |b|`, as `np.isclose` has it, which
    /// without tolerance is exact, for integers beyond 2<sup>53</sup>, too. NaN equals NaN, and NaT
    /// equals NaT. Numbers of different dtypes are compared by value, other elements only with
    /// those of the same dtype, in whatever byte order; strings may be of different lengths.
    /// Structures are compared field by field, what lies between the fields is not.
    ///
    /// ```
    /// # fn main() -> npymap::Result<()> {
    /// use npymap::{Array, Tolerance};
    ///
    /// let (ints, floats) = ([1_i32, 2, 3, 4], [1.0_f64, 2.5, 3.0, 4.25]);
    /// let (a, b) = (Array::of_slice(&ints, &[2, 2])?, Array::of_slice(&floats, &[2, 2])?);
    /// let found = a.diff(&b, Tolerance::default())?;
    /// assert!(found.dtype && !found.shape);
    /// assert_eq!((found.count, found.first), (Some(2), Some(vec![0, 1])));
    /// assert_eq!(found.max_abs, Some(0.5));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If one of the arrays cannot be read, or holds Python objects.
    pub fn diff(&self, other: &Array<'_>, tolerance: Tolerance) -> Result<Difference> {
        self.diff_with_progress(other, tolerance, |_| ())
    }

    /// As [`Array::diff`], telling after each piece how many bytes of this array's values were
    /// compared so far.
    ///
    /// # Errors
    ///
    /// As [`Array::diff`].
    pub fn diff_with_progress(
        &self,
        other: &Array<'_>,
        tolerance: Tolerance,
        mut progress: impl FnMut(u64),
    ) -> Result<Difference> {
        for array in [self, other] {
            if array.dtype().has_object() {
                return Err(array.source().name(ErrorKind::ObjectDType));
            }
            array.source().check()?;
        }
        let mut found = Difference {
            dtype: self.dtype() != other.dtype(),
            shape: self.shape() != other.shape(),
            count: None,
            first: None,
            max_abs: None,
        };
        if found.shape {
            return Ok(found);
        }
        let comparison = Comparison::new(self.dtype(), other.dtype(), tolerance);
        let Some(mut comparison) = comparison.map_err(|e| self.source().name(e))? else {
            return Ok(found);
        };
        let mut count = 0;
        // Elements without bytes may be more than can be counted one by one.
        if !comparison.is_trivial() {
            let (mut pair, mut done) = (Pair::new(self, other)?, 0);
            for tile in pair.tiles() {
                let tally = pair.compare(&tile, &mut comparison)?;
                count += tally.count;
                found.max_abs = compare::larger(found.max_abs, tally.max_abs);
                if let Some(place) = tally.first {
                    let index = pair.index(&tile, place)?;
                    if found.first.as_ref().is_none_or(|first| index < *first) {
                        found.first = Some(index);
                    }
                }
                done += tile.layout().nbytes();
                progress(done);
            }
        }
        found.count = Some(count);
        Ok(found)
    }
}

/// Two arrays of the same shape, and the way to go through both at once.
struct Pair<'a> {
    /// With the axes in the order in which they lie in the second file.
    ours: Layout,
    theirs: Layout,
    /// Where each axis of the arrays is among those.
    axes: Vec<i64>,
    readers: [Reader<'a>; 2],
    random_access: [bool; 2],
    buffers: [Vec<u8>; 2],
}

impl<'a> Pair<'a> {
    fn new(ours: &Array<'a>, theirs: &Array<'a>) -> Result<Self> {
        let mut by_stride: Vec<usize> = (0..theirs.ndim()).collect();
        by_stride.sort_by_key(|&axis| Reverse(theirs.strides()[axis].unsigned_abs()));
        let mut axes = vec![0; by_stride.len()];
        for (place, &axis) in (0..).zip(&by_stride) {
            axes[axis] = place;
        }
        let by_stride: Vec<i64> = by_stride.iter().map(|&axis| axis as i64).collect();
        let sources = [ours.source(), theirs.source()];
        Ok(Self {
            ours: ours.layout().permute(&by_stride)?,
            theirs: theirs.layout().permute(&by_stride)?,
            axes,
            readers: sources.map(|source| source.reader()),
            random_access: sources.map(|source| source.is_random_access()),
            buffers: [Vec::new(), Vec::new()],
        })
    }

    /// Pieces of the first array that are no worse to read than those of the second one.
    fn tiles(&self) -> Tiles {
        /// Fits the caches, and is long enough for a system call.
        const SMALL: u64 = 512 << 10;

        let bytes = match transfer::walks_forward(&self.ours) {
            true => SMALL,
            false => TILE_BYTES,
        };
        // Those that must be read from the front to the back come first.
        let cut = match self.random_access {
            [true, true] => Cut::LeastEffort,
            [true, false] => Cut::FirstAxis,
            [false, _] => Cut::LargestStride,
        };
        let growth = self.theirs.itemsize().div_ceil(self.ours.itemsize().max(1));
        let bytes = bytes / growth.max(1);
        self.ours.tiles(cut, bytes).planned(plan_options())
    }

    /// What differs in a tile. Places are counted in the C order of the arrays.
    fn compare(&mut self, tile: &Tile, comparison: &mut Comparison) -> Result<compare::Tally> {
        let ours = tile.layout().permute(&self.axes)?;
        let theirs = tile.of(&self.theirs)?.permute(&self.axes)?;
        let [our_reader, their_reader] = &mut self.readers;
        let [our_bytes, their_bytes] = &mut self.buffers;
        our_bytes.resize(ours.nbytes() as usize, 0);
        our_reader.gather(&ours, Convert::AsStored, our_bytes)?;
        let mut tally = compare::Tally::default();
        for part in theirs
            .tiles(Cut::FirstAxis, TILE_BYTES)
            .planned(plan_options())
        {
            their_bytes.resize(part.layout().nbytes() as usize, 0);
            their_reader.gather(part.layout(), Convert::AsStored, their_bytes)?;
            let at = (part.first() * ours.itemsize()) as usize;
            let len = (part.layout().size() * ours.itemsize()) as usize;
            let pieces = [&our_bytes[at..at + len], &their_bytes[..]];
            let count = part.layout().size();
            comparison.compare(part.first(), count, pieces, &mut tally)?;
        }
        Ok(tally)
    }

    /// The index in the arrays of the element that has a place in a tile.
    fn index(&self, tile: &Tile, place: u64) -> Result<Vec<u64>> {
        let in_tile = tile.layout().permute(&self.axes)?.unravel(place);
        let in_tile = in_tile.iter().flat_map(|index| index.iter());
        let starts = self.axes.iter().map(|&axis| tile.start()[axis as usize]);
        Ok(starts.zip(in_tile).map(|(start, i)| start + i).collect())
    }
}
