//! Cuts an array into pieces that can be read and held one at a time.

use alloc::vec::Vec;
use core::{iter::FusedIterator, mem, ops::Range};

use crate::{Layout, Result, dtype::Dims, plan::PlanOptions, sort};

/// Along which dimension [`Tiles`] halve a piece that is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cut {
    /// The first one: the tiles follow one another in the C order of the array, and each is a run
    /// of it.
    FirstAxis,
    /// The one with the largest stride: the tiles follow one another in the file.
    LargestStride,
    /// The one that leaves the least to do: neither the file nor the C order of the array is read
    /// or written in crumbs, and not much is read that no one wants. The tiles follow one another
    /// in neither.
    LeastEffort,
}

impl Layout {
    /// Cuts the array into boxes whose values take at most `max_bytes` each, an element at least.
    ///
    /// An empty array has no tiles. The number of tiles that exist at a time grows with the
    /// logarithm of the size of the array.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, tiles::Cut};
    ///
    /// let array = Layout::new(DType::UINT8, &[2, 5, 10], Order::C)?;
    /// let tiles: Vec<_> = array
    ///     .tiles(Cut::FirstAxis, 30)
    ///     .map(|tile| (tile.first(), tile.layout().shape().to_vec()))
    ///     .collect();
    /// assert_eq!(tiles, [
    ///     (0, vec![1, 2, 10]),
    ///     (20, vec![1, 3, 10]),
    ///     (50, vec![1, 2, 10]),
    ///     (70, vec![1, 3, 10]),
    /// ]);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn tiles(&self, cut: Cut, max_bytes: u64) -> Tiles {
        let shape = Dims::from_slice(self.shape());
        let whole = Tile {
            start: Dims::from_elem(0, self.ndim()),
            layout: self.clone(),
            whole: shape,
        };
        Tiles {
            stack: Some(whole)
                .filter(|_| !self.is_empty())
                .into_iter()
                .collect(),
            cut,
            max_bytes,
            itemsize: self.itemsize(),
            plan: None,
        }
    }
}

/// The tiles of an array: [`Layout::tiles`].
#[derive(Clone, Debug)]
pub struct Tiles {
    /// The pieces still to be visited or cut, the next one last.
    stack: Vec<Tile>,
    cut: Cut,
    max_bytes: u64,
    /// What an element counts for, in bytes.
    itemsize: u64,
    plan: Option<PlanOptions>,
}

impl Tiles {
    /// Cuts further, until what the [plan](Layout::plan) of a tile fetches is no more than the
    /// values of a tile may take: gaps between elements count where a file is read.
    pub fn planned(self, options: PlanOptions) -> Self {
        Self {
            plan: Some(options),
            ..self
        }
    }

    /// Cuts further, until the values take no more once each has become one of so many bytes:
    /// those of a dtype that is larger, or that has bytes at all.
    ///
    /// ```
    /// use npymap_core::{DType, Layout, Order, tiles::Cut};
    ///
    /// let nothing = Layout::new(DType::bytes(0), &[1 << 40], Order::C)?;
    /// let mut tiles = nothing.tiles(Cut::FirstAxis, 100).converted(10);
    /// assert_eq!(tiles.next().unwrap().layout().size(), 8);
    /// # Ok::<(), npymap_core::Error>(())
    /// ```
    pub fn converted(self, itemsize: u64) -> Self {
        Self {
            itemsize: itemsize.max(self.itemsize),
            ..self
        }
    }

    fn fits(&self, layout: &Layout) -> bool {
        if layout.size().saturating_mul(self.itemsize) > self.max_bytes {
            return false;
        }
        let span = layout.byte_span();
        self.plan.is_none_or(|options| {
            span.end - span.start <= self.max_bytes
                || layout.plan(&options).bytes_fetched <= self.max_bytes
        })
    }

    /// The dimension to cut; the first of equals.
    fn axis_to_cut(&self, tile: &Tile) -> Option<usize> {
        let dims = tile.layout.shape().iter().zip(tile.layout.strides());
        let mut dims = dims.enumerate().filter(|(_, (dim, _))| **dim > 1);
        let (axis, _) = match self.cut {
            Cut::FirstAxis => dims.next(),
            Cut::LargestStride => dims
                .rev()
                .max_by_key(|(_, (_, stride))| stride.unsigned_abs()),
            Cut::LeastEffort => dims
                .map(|dim| (self.effort(tile, dim.0), dim))
                .min_by(|(a, _), (b, _)| a.total_cmp(b))
                .map(|(_, dim)| dim),
        }?;
        Some(axis)
    }

    /// How much is read and written for each byte that is wanted, once a dimension is halved. A
    /// system call counts for as much as the largest gap that is read over.
    fn effort(&self, tile: &Tile, axis: usize) -> f64 {
        let layout = &tile.layout;
        let call = self.plan.map_or(0, |options| options.max_gap);
        let mut shape = Dims::from_slice(layout.shape());
        if let Some(dim) = shape.get_mut(axis) {
            *dim /= 2;
        }
        let (_, in_result) = runs_of(&shape, &tile.whole);
        let size: u64 = shape.iter().product();
        let mut dims: Vec<_> = shape
            .iter()
            .zip(layout.strides())
            .map(|(&dim, stride)| (stride.unsigned_abs(), dim))
            .filter(|&(stride, dim)| dim > 1 && stride > 0)
            .collect();
        sort::by_key(&mut dims, |&dim| dim);
        // How long a range is that is read at once, and how many there are.
        let (mut range, mut ranges) = (layout.itemsize(), 1);
        for (stride, dim) in dims {
            if ranges == 1 && stride <= range.saturating_add(call) {
                range += stride * (dim - 1);
            } else {
                ranges *= dim;
            }
        }
        let nbytes = (size * layout.itemsize()) as f64;
        let read = ranges as f64 * range.saturating_add(call) as f64;
        let written = nbytes + (size / in_result.max(1)) as f64 * call as f64;
        (read + written) / nbytes
    }
}

impl Iterator for Tiles {
    type Item = Tile;

    fn next(&mut self) -> Option<Tile> {
        loop {
            let tile = self.stack.pop()?;
            if self.fits(&tile.layout) {
                return Some(tile);
            }
            // An element alone is never cut, however large it is.
            let Some((mut first, mut second)) =
                self.axis_to_cut(&tile).and_then(|axis| tile.halves(axis))
            else {
                return Some(tile);
            };
            if self.cut == Cut::LargestStride
                && second.layout.byte_span().start < first.layout.byte_span().start
            {
                mem::swap(&mut first, &mut second);
            }
            self.stack.push(second);
            self.stack.push(first);
        }
    }
}

impl FusedIterator for Tiles {}

/// A box of elements of an array, one of its [`Tiles`].
#[derive(Clone, Debug)]
pub struct Tile {
    start: Dims,
    layout: Layout,
    /// The shape of the array.
    whole: Dims,
}

impl Tile {
    /// The index in the array of the tile's first element.
    pub fn start(&self) -> &[u64] {
        &self.start
    }

    /// The tile, with as many dimensions as the array.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// How many elements of the array stand before the tile's first one, in C order.
    pub fn first(&self) -> u64 {
        self.place(0)
    }

    /// Where the tile's element that has a place in the tile stands in the array, both counted in
    /// C order.
    pub fn place(&self, in_tile: u64) -> u64 {
        let (mut rest, mut place, mut step) = (in_tile, 0, 1);
        let dims = self.layout.shape().iter().zip(&self.start).zip(&self.whole);
        for ((tile, start), dim) in dims.rev() {
            place += (start + rest % tile) * step;
            rest /= tile;
            step *= dim;
        }
        place
    }

    /// Whether the tile's values follow one another in the C order of the array.
    pub fn is_run(&self) -> bool {
        self.runs().len == 1
    }

    /// How many elements each of the tile's [runs](Self::runs) has.
    pub fn run_len(&self) -> u64 {
        runs_of(self.layout.shape(), &self.whole).1
    }

    /// Cuts the tile's values, in C order, into runs that follow one another in the C order of the
    /// array: as many places in that as the run has elements.
    pub fn runs(&self) -> Runs<'_> {
        let (outer, run) = runs_of(self.layout.shape(), &self.whole);
        Runs {
            tile: self,
            run,
            len: self.layout.shape().iter().take(outer).product(),
            next: 0,
        }
    }

    /// The elements that the tile has the places of, in another array of the same shape.
    ///
    /// # Errors
    ///
    /// If the shape is not the same, in such a way that there are none.
    pub fn of(&self, other: &Layout) -> Result<Layout> {
        let mut dims = self.start.iter().zip(self.layout.shape()).enumerate();
        dims.try_fold(other.clone(), |part, (axis, (&start, &len))| {
            part.narrow(axis, start..start + len)
        })
    }

    fn halves(&self, axis: usize) -> Option<(Self, Self)> {
        let middle = self.layout.shape().get(axis)? / 2;
        let (first, second) = self.layout.split_at(axis, middle).ok()?;
        let mut start = self.start.clone();
        *start.get_mut(axis)? += middle;
        let half = |start, layout| Self {
            start,
            layout,
            whole: self.whole.clone(),
        };
        Some((half(self.start.clone(), first), half(start, second)))
    }
}

/// The runs of a tile: [`Tile::runs`].
#[derive(Clone, Debug)]
pub struct Runs<'a> {
    tile: &'a Tile,
    /// How many elements each has.
    run: u64,
    len: u64,
    next: u64,
}

impl Iterator for Runs<'_> {
    type Item = Range<u64>;

    fn next(&mut self) -> Option<Range<u64>> {
        if self.next == self.len {
            return None;
        }
        let start = self.tile.place(self.next * self.run);
        self.next += 1;
        Some(start..start + self.run)
    }
}

impl FusedIterator for Runs<'_> {}

/// How many leading dimensions lie outside of the runs that a tile has in common with an array of
/// a shape, and how many elements a run has: those of the trailing dimensions that the tile fills,
/// and of one more.
fn runs_of(tile: &[u64], whole: &[u64]) -> (usize, u64) {
    let filled = tile
        .iter()
        .zip(whole)
        .rev()
        .take_while(|(tile, whole)| tile == whole)
        .count();
    let outer = tile.len().saturating_sub(filled + 1);
    (outer, tile.iter().skip(outer).product())
}

#[cfg(test)]
mod tests {
    use std::{vec, vec::Vec};

    use super::*;
    use crate::{DType, Order};

    const PLAN: PlanOptions = PlanOptions {
        max_gap: 8 << 10,
        max_range: u64::MAX,
        max_ranges: 1 << 16,
    };

    /// Tiles of every kind of cut put each element where it belongs, once.
    #[test]
    fn tiles_cover_the_array() {
        let whole = Layout::new(DType::UINT8, &[5, 1, 7, 6], Order::C).unwrap();
        let layouts = [
            whole.clone(),
            whole.transpose(),
            whole.select(&"[::-1, :, 1::2]".parse().unwrap()).unwrap(),
        ];
        for layout in layouts {
            for cut in [Cut::FirstAxis, Cut::LargestStride, Cut::LeastEffort] {
                for budget in [1, 2, 7, 40, 1000] {
                    let mut seen = vec![0; layout.size() as usize];
                    for tile in layout.tiles(cut, budget).planned(PLAN) {
                        let places: Vec<u64> = tile.runs().flatten().collect();
                        assert_eq!(tile.is_run(), tile.runs().count() == 1);
                        assert_eq!(places.len() as u64, tile.layout().size());
                        for (n, &place) in (0..).zip(&places) {
                            assert_eq!(tile.place(n), place);
                            let ours = tile.layout().unravel(n).unwrap();
                            let offset = tile.layout().byte_offset(&ours);
                            let whole = layout.unravel(place).unwrap();
                            assert_eq!(offset, layout.byte_offset(&whole));
                            seen[place as usize] += 1;
                        }
                    }
                    assert!(seen.iter().all(|&n| n == 1), "{layout:?} {cut:?} {budget}");
                }
            }
        }
    }

    /// Cut by stride, tiles go forward through the file even where the elements go back.
    #[test]
    fn tiles_follow_the_file() {
        let whole = Layout::new(DType::UINT8, &[40, 30], Order::F).unwrap();
        for selection in ["...", "[::-1]", "[:, ::-1]", "[::-1, ::-1]"] {
            let layout = whole.select(&selection.parse().unwrap()).unwrap();
            for layout in [layout.transpose(), layout] {
                let tiles = layout.tiles(Cut::LargestStride, 100).planned(PLAN);
                let starts: Vec<_> = tiles.map(|tile| tile.layout.byte_span().start).collect();
                assert!(
                    starts.len() > 8 && starts.is_sorted(),
                    "{layout:?} {starts:?}"
                );
            }
        }
    }

    /// Neither the file nor the result is read or written in crumbs, and little is read in vain.
    #[test]
    fn little_effort_is_wasted() {
        const MAX: u64 = 8 << 20;
        let shapes: [(&[u64], u64); 7] = [
            (&[20, 20_000], 100),
            (&[1000, 40_000], 2000),
            (&[2048, 20_000], 2000),
            (&[2_000_000, 20], 100_000),
            (&[20, 2_000_000], 100_000),
            (&[30_000, 30_000], 1000),
            (&[300, 400, 500, 60], 1000),
        ];
        for (shape, shortest) in shapes {
            let layout = Layout::new(DType::FLOAT32, shape, Order::F).unwrap();
            let tiles = layout.tiles(Cut::LeastEffort, MAX).planned(PLAN);
            for tile in tiles.take(if cfg!(miri) { 1 } else { 100 }) {
                let run = tile.run_len();
                assert!(run * 4 >= shortest, "{shape:?} {:?}", tile.layout.shape());
                let plan = tile.layout.plan(&PLAN);
                assert!(plan.bytes_fetched <= 3 * tile.layout.nbytes(), "{shape:?}");
                let ranges = plan.ranges.len() as u64;
                assert!(MAX / ranges / 2 >= shortest, "{shape:?}");
            }
        }
    }

    #[test]
    fn enormous_and_empty_arrays_cost_no_more() {
        let shape = [1 << 20, 1 << 20, 1 << 20];
        let layout = Layout::new(DType::UINT8, &shape, Order::F).unwrap();
        for cut in [Cut::FirstAxis, Cut::LargestStride, Cut::LeastEffort] {
            let mut tiles = layout.tiles(cut, 1);
            assert_eq!(tiles.next().unwrap().layout().size(), 1);
            assert!(tiles.stack.len() <= 60);
        }
        let items = Layout::new(DType::void(0), &[1 << 31, 1 << 31], Order::C).unwrap();
        assert_eq!(items.tiles(Cut::FirstAxis, 0).count(), 1);
        let empty = Layout::new(DType::UINT8, &[3, 0], Order::C).unwrap();
        assert_eq!(empty.tiles(Cut::FirstAxis, 0).count(), 0);
    }
}
