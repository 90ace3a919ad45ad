//! Cuts an array into pieces that can be read and held one at a time.

use std::mem;

use npymap_core::Layout;

use crate::source::plan_options;

/// A box of elements of an array.
#[derive(Clone, Debug)]
pub(crate) struct Tile {
    /// The index in the array of the box's first element.
    pub(crate) start: Vec<u64>,
    /// The box.
    pub(crate) layout: Layout,
}

/// Along which dimension a piece that is too large is halved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The first one: the pieces follow one another in the C order of the array.
    FirstAxis,
    /// The one with the largest stride: the pieces follow one another in the file.
    LargestStride,
    /// The one that leaves the least to do: neither the file nor the C order of the array is read
    /// or written in crumbs, and not much is read that no one wants. The pieces follow one another
    /// in neither.
    LeastEffort,
}

/// The tiles of an array, each within a budget of bytes.
#[derive(Debug)]
pub(crate) struct Tiles {
    /// The pieces still to be visited or cut, the next one last.
    stack: Vec<Tile>,
    cut: Cut,
    budget: u64,
    /// Whether the bytes between the elements cost anything: they do where a file is read.
    counts_gaps: bool,
    /// The shape of the whole array.
    shape: Vec<u64>,
}

impl Tiles {
    pub(crate) fn new(layout: &Layout, cut: Cut, budget: u64, counts_gaps: bool) -> Self {
        let start = vec![0; layout.ndim()];
        let whole = Tile {
            start,
            layout: layout.clone(),
        };
        let stack = if layout.is_empty() {
            Vec::new()
        } else {
            vec![whole]
        };
        Self {
            stack,
            cut,
            budget,
            counts_gaps,
            shape: layout.shape().into(),
        }
    }

    fn fits(&self, layout: &Layout) -> bool {
        if layout.nbytes() > self.budget {
            return false;
        }
        let span = layout.byte_span();
        !self.counts_gaps
            || span.end - span.start <= self.budget
            || layout.plan(&plan_options()).bytes_fetched <= self.budget
    }

    /// The dimension to cut, and where.
    fn cut_of(&self, layout: &Layout) -> Option<(usize, u64)> {
        let dims = layout.shape().iter().zip(layout.strides()).enumerate();
        let mut dims = dims.filter(|(_, (dim, _))| **dim > 1);
        // The first of equals.
        let (axis, (dim, _)) = match self.cut {
            Cut::FirstAxis => dims.next(),
            Cut::LargestStride => dims
                .rev()
                .max_by_key(|(_, (_, stride))| stride.unsigned_abs()),
            Cut::LeastEffort => dims
                .map(|dim| (self.effort(layout, dim.0), dim))
                .min_by(|(a, _), (b, _)| a.total_cmp(b))
                .map(|(_, dim)| dim),
        }?;
        Some((axis, dim / 2))
    }

    /// How much is read and written for each byte that is wanted, once a dimension is halved. A
    /// system call counts for as much as the largest gap that is read over.
    fn effort(&self, layout: &Layout, axis: usize) -> f64 {
        let call = plan_options().max_gap;
        let mut tile = layout.shape().to_vec();
        tile[axis] /= 2;
        let (_, in_result) = runs_of(&tile, &self.shape);
        let size: u64 = tile.iter().product();
        let mut dims: Vec<_> = tile
            .iter()
            .zip(layout.strides())
            .map(|(&dim, stride)| (stride.unsigned_abs(), dim))
            .filter(|&(stride, dim)| dim > 1 && stride > 0)
            .collect();
        dims.sort_unstable();
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
        let read = ranges as f64 * (range + call) as f64;
        let written = nbytes + (size / in_result) as f64 * call as f64;
        (read + written) / nbytes
    }
}

impl Iterator for Tiles {
    type Item = Tile;

    fn next(&mut self) -> Option<Tile> {
        loop {
            let tile = self.stack.pop()?;
            // An element alone is never cut, however large it is.
            let cut = if self.fits(&tile.layout) {
                None
            } else {
                self.cut_of(&tile.layout)
            };
            let Some((axis, at)) = cut else {
                return Some(tile);
            };
            let Ok((first, second)) = tile.layout.split_at(axis, at) else {
                return Some(tile);
            };
            let mut start = tile.start.clone();
            start[axis] += at;
            let backwards = self.cut == Cut::LargestStride && tile.layout.strides()[axis] < 0;
            self.stack.push(Tile {
                start,
                layout: second,
            });
            self.stack.push(Tile {
                start: tile.start,
                layout: first,
            });
            if backwards && let [.., second, first] = &mut self.stack[..] {
                mem::swap(first, second);
            }
        }
    }
}

impl Tile {
    /// The flat C-order index in an array of a shape of the tile's first element.
    pub(crate) fn first_of(&self, shape: &[u64]) -> u64 {
        self.start
            .iter()
            .zip(shape)
            .fold(0, |flat, (i, dim)| flat * dim + i)
    }

    /// The flat C-order index in an array of a shape of the tile's element with a flat index.
    pub(crate) fn place_in(&self, shape: &[u64], flat: u64) -> u64 {
        let (mut rest, mut place, mut step) = (flat, 0, 1);
        let dims = self.layout.shape().iter().zip(&self.start).zip(shape);
        for ((tile, start), dim) in dims.rev() {
            place += (start + rest % tile) * step;
            rest /= tile;
            step *= dim;
        }
        place
    }

    /// Whether the tile's values follow one another in the C order of an array of a shape.
    pub(crate) fn is_run_of(&self, shape: &[u64]) -> bool {
        let (outer, _) = runs_of(self.layout.shape(), shape);
        self.layout.shape().iter().take(outer).all(|&dim| dim == 1)
    }

    /// How many elements of the tile, at least, follow one another in the C order of an array of a
    /// shape.
    pub(crate) fn run_of(&self, shape: &[u64]) -> u64 {
        runs_of(self.layout.shape(), shape).1
    }

    /// Cuts the tile's values, in C order, into runs that follow one another in the C-order values
    /// of an array of a shape: calls `put` with each run and where in those, in bytes, it belongs.
    pub(crate) fn scatter<E>(
        &self,
        shape: &[u64],
        itemsize: u64,
        values: &[u8],
        mut put: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let tile = self.layout.shape();
        let (outer, run) = runs_of(tile, shape);
        let run = (run * itemsize) as usize;
        if run == 0 {
            return Ok(());
        }
        let mut steps = vec![itemsize; shape.len()];
        for axis in (1..shape.len()).rev() {
            steps[axis - 1] = steps[axis] * shape[axis];
        }
        let first = self.first_of(shape) * itemsize;
        let mut index = vec![0; outer];
        for piece in values.chunks_exact(run) {
            let at: u64 = index.iter().zip(&steps).map(|(i, step)| i * step).sum();
            put(first + at, piece)?;
            for (i, dim) in index.iter_mut().zip(tile).rev() {
                *i += 1;
                if *i < *dim {
                    break;
                }
                *i = 0;
            }
        }
        Ok(())
    }
}

/// How many leading dimensions lie outside of the runs that a tile has in common with an array of
/// a shape, and how many elements a run has: those of the trailing dimensions that the tile fills,
/// and of one more.
fn runs_of(tile: &[u64], shape: &[u64]) -> (usize, u64) {
    let filled = tile
        .iter()
        .zip(shape)
        .rev()
        .take_while(|(t, s)| t == s)
        .count();
    let outer = tile.len().saturating_sub(filled + 1);
    (outer, tile.iter().skip(outer).product())
}

#[cfg(test)]
mod tests {
    use npymap_core::{DType, Order};

    use super::*;

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
                    let mut values = vec![0; layout.size() as usize];
                    for tile in Tiles::new(&layout, cut, budget, true) {
                        let ones = vec![1; tile.layout.size() as usize];
                        let mut runs = 0;
                        tile.scatter(layout.shape(), 1, &ones, |at, run| {
                            runs += 1;
                            for v in &mut values[at as usize..][..run.len()] {
                                *v += 1;
                            }
                            Ok::<_, ()>(())
                        })
                        .unwrap();
                        assert_eq!(tile.is_run_of(layout.shape()), runs == 1);
                    }
                    assert!(
                        values.iter().all(|&n| n == 1),
                        "{layout:?} {cut:?} {budget}"
                    );
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
                let tiles = Tiles::new(&layout, Cut::LargestStride, 100, true);
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
        const BUDGET: u64 = 8 << 20;
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
            for tile in Tiles::new(&layout, Cut::LeastEffort, BUDGET, true).take(100) {
                let (_, run) = runs_of(tile.layout.shape(), shape);
                assert!(run * 4 >= shortest, "{shape:?} {:?}", tile.layout.shape());
                let plan = tile.layout.plan(&plan_options());
                assert!(plan.bytes_fetched <= 3 * tile.layout.nbytes(), "{shape:?}");
                let ranges = plan.ranges.len() as u64;
                assert!(BUDGET / ranges / 2 >= shortest, "{shape:?}");
            }
        }
    }
}
