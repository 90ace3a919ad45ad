//! Elements of two dtypes, compared by value.

use npymap_core::{
    DType, ErrorKind, Layout, Order, Result,
    cast::{Cast, Casting, Overflow},
    dtype::{ByteOrder, Extended, Kind},
    gather::{self, Convert, gather},
};

use super::{
    Tolerance,
    number::{Long, numbers},
};

/// How the elements of two dtypes are compared.
#[derive(Debug)]
pub(super) struct Comparison {
    /// One for each field that is no structure itself.
    leaves: Vec<Leaf>,
    /// Whether elements are equal if their bytes are.
    by_bytes: bool,
    sizes: [usize; 2],
    tolerance: Tolerance,
    /// Which elements of a chunk differ.
    differs: Vec<bool>,
}

/// What differs between some elements.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) count: u64,
    /// The place of the first one.
    pub(super) first: Option<u64>,
    pub(super) max_abs: Option<f64>,
}

/// The greater one of two numbers that there may be.
pub(super) fn larger(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}

impl Comparison {
    /// `None` if no values of the dtypes are ever equal.
    pub(super) fn new(ours: &DType, theirs: &DType, tolerance: Tolerance) -> Result<Option<Self>> {
        /// Fields may overlap, so that more must be read than the elements have bytes. This many
        /// times over is enough for any union.
        const MAX_OVERLAP: u64 = 64;

        let mut found = Leaves::default();
        if !found.add([ours, theirs], [0, 0])? {
            return Ok(None);
        }
        let limit = (ours.itemsize() + theirs.itemsize()).saturating_mul(MAX_OVERLAP);
        if found.work > limit {
            return Err(ErrorKind::TooLarge {
                what: "the size of all fields of an element",
                found: found.work,
                limit,
            }
            .into());
        }
        Ok(Some(Self {
            leaves: found.leaves,
            by_bytes: ours == theirs,
            sizes: [ours, theirs].map(|dtype| dtype.itemsize() as usize),
            tolerance,
            differs: Vec::new(),
        }))
    }

    /// Whether all elements are equal, whatever they are.
    pub(super) fn is_trivial(&self) -> bool {
        self.leaves.is_empty()
    }

    /// Compares elements, of which the first has the place `start`.
    pub(super) fn compare(
        &mut self,
        start: u64,
        count: u64,
        [ours, theirs]: [&[u8]; 2],
        tally: &mut Tally,
    ) -> Result<()> {
        /// Fits the fastest cache.
        const CHUNK: usize = 16 << 10;

        if self.by_bytes && ours == theirs {
            return Ok(());
        }
        let [our_size, their_size] = self.sizes;
        let chunk = (CHUNK / our_size.max(their_size).max(1)).max(1);
        let count = count as usize;
        for first in (0..count).step_by(chunk) {
            let len = chunk.min(count - first);
            let ours = &ours[first * our_size..][..len * our_size];
            let theirs = &theirs[first * their_size..][..len * their_size];
            if self.by_bytes && ours == theirs {
                continue;
            }
            self.differs.clear();
            self.differs.resize(len, false);
            for leaf in &mut self.leaves {
                leaf.compare([ours, theirs], self.tolerance, &mut self.differs, tally)?;
            }
            let count = self.differs.iter().filter(|&&differs| differs).count();
            tally.count += count as u64;
            if tally.first.is_none() && count > 0 {
                let place = self.differs.iter().position(|&differs| differs);
                tally.first = place.map(|place| start + (first + place) as u64);
            }
        }
        Ok(())
    }
}

/// The fields of two dtypes that are no structures, found by recursion.
#[derive(Default)]
struct Leaves {
    leaves: Vec<Leaf>,
    /// The sub-arrays around what is looked at: how many elements, and the distance between them.
    around: Vec<(u64, [u64; 2])>,
    /// How many bytes are read in all.
    work: u64,
}

impl Leaves {
    /// Returns false if no values can ever be equal.
    fn add(&mut self, dtypes: [&DType; 2], offsets: [u64; 2]) -> Result<bool> {
        let [ours, theirs] = dtypes;
        if let (Kind::SubArray(our_array), Kind::SubArray(their_array)) =
            (ours.kind(), theirs.kind())
        {
            if our_array.shape != their_array.shape {
                return Ok(false);
            }
            let elements = [&our_array.element, &their_array.element];
            let count = our_array.shape.iter().product();
            self.around.push((count, elements.map(DType::itemsize)));
            let done = self.add(elements, offsets);
            self.around.pop();
            return done;
        }
        if let (Some(our_fields), Some(their_fields)) = (ours.fields(), theirs.fields()) {
            if our_fields.len() != their_fields.len() {
                return Ok(false);
            }
            for (our_field, their_field) in our_fields.iter().zip(their_fields) {
                let fields = [our_field, their_field];
                let dtypes = fields.map(|field| &field.dtype);
                let mut at = offsets;
                for (at, field) in at.iter_mut().zip(fields) {
                    *at += u64::from(field.offset);
                }
                if our_field.name != their_field.name || !self.add(dtypes, at)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        let Some((how, wide)) = common(ours, theirs) else {
            return Ok(false);
        };
        let inner = self.around.iter().map(|&(count, _)| count).product();
        if inner == 0 || wide[0].itemsize() == 0 {
            return Ok(true);
        }
        let size = ours.itemsize() + theirs.itemsize();
        self.work = self.work.saturating_add(size.saturating_mul(inner));
        let cast = |i: usize| Cast::new(dtypes[i], &wide[i], Casting::Unsafe, Overflow::AsNumPy);
        let side = |i: usize| -> Result<Side> {
            Ok(Side {
                dtype: dtypes[i].clone(),
                offset: offsets[i],
                around: self
                    .around
                    .iter()
                    .map(|(n, steps)| (*n, steps[i]))
                    .collect(),
                cast: cast(i)?,
                size: wide[i].itemsize() as usize,
                gathered: Vec::new(),
                values: Vec::new(),
            })
        };
        self.leaves.push(Leaf {
            how,
            inner: inner as usize,
            sides: [side(0)?, side(1)?],
        });
        Ok(true)
    }
}

/// A part of the elements that is compared at once.
#[derive(Debug)]
struct Leaf {
    how: How,
    /// How many values each element has.
    inner: usize,
    sides: [Side; 2],
}

/// A part of the elements on one side.
#[derive(Debug)]
struct Side {
    dtype: DType,
    /// Where it is in the element.
    offset: u64,
    /// How often, and at which distances.
    around: Vec<(u64, u64)>,
    /// Makes of it what is compared.
    cast: Cast,
    /// The size of that.
    size: usize,
    gathered: Vec<u8>,
    values: Vec<u8>,
}

/// What values are compared as.
#[derive(Clone, Copy, Debug)]
enum How {
    Int,
    UInt,
    Float,
    Complex,
    Long,
    CLong,
    Bytes,
}

impl Leaf {
    /// Marks the elements that differ.
    fn compare(
        &mut self,
        elements: [&[u8]; 2],
        tolerance: Tolerance,
        differs: &mut [bool],
        tally: &mut Tally,
    ) -> Result<()> {
        let (count, inner) = (differs.len(), self.inner);
        for (side, elements) in self.sides.iter_mut().zip(elements) {
            side.bring(elements, count, inner)?;
        }
        let [ours, theirs] = &self.sides;
        let size = ours.size;
        let values = [&ours.values[..], &theirs.values[..]];
        let mut each = |place: usize, distance: f64| {
            differs[place / inner] = true;
            if distance.is_finite() {
                tally.max_abs = larger(tally.max_abs, Some(distance));
            }
        };
        match self.how {
            How::Int => numbers::<i64, 8, 1>(values, tolerance, each),
            How::UInt => numbers::<u64, 8, 1>(values, tolerance, each),
            How::Float => numbers::<f64, 8, 1>(values, tolerance, each),
            How::Complex => numbers::<f64, 8, 2>(values, tolerance, each),
            How::Long => numbers::<Long, 16, 1>(values, tolerance, each),
            How::CLong => numbers::<Long, 16, 2>(values, tolerance, each),
            How::Bytes => {
                let [ours, theirs] = values.map(|values| values.chunks_exact(size));
                for (place, (a, b)) in ours.zip(theirs).enumerate() {
                    if a != b {
                        each(place, f64::NAN);
                    }
                }
            }
        }
        Ok(())
    }
}

impl Side {
    /// Brings the part of all elements together as values to be compared.
    fn bring(&mut self, elements: &[u8], count: usize, inner: usize) -> Result<()> {
        self.values.clear();
        self.values.resize(count * inner * self.size, 0);
        let stride = elements.len() / count.max(1);
        let itemsize = self.dtype.itemsize();
        if stride as u64 == itemsize && inner == 1 {
            return self.cast.convert(elements, &mut self.values);
        }
        let (mut shape, mut strides) = (vec![count as u64], vec![stride as i64]);
        shape.extend(self.around.iter().map(|(count, _)| count));
        strides.extend(self.around.iter().map(|&(_, step)| step as i64));
        let len = elements.len() as u64;
        let part = Layout::from_parts(self.dtype.clone(), &shape, &strides, self.offset, len)?;
        self.gathered.resize(part.nbytes() as usize, 0);
        let source = gather::Source::whole(elements);
        gather(
            &part,
            &source,
            Order::C,
            Convert::AsStored,
            &mut self.gathered,
        )?;
        self.cast.convert(&self.gathered, &mut self.values)
    }
}

/// What values of two dtypes, neither of them a structure, are compared as, and the dtypes that each
/// is converted to for that. `None` if they are never equal.
fn common(ours: &DType, theirs: &DType) -> Option<(How, [DType; 2])> {
    let same = |how, kind| {
        let dtype = DType::fixed(kind, ByteOrder::Little)?;
        Some((how, [dtype.clone(), dtype]))
    };
    if let (Some(ours), Some(theirs)) = (Class::of(ours), Class::of(theirs)) {
        let complex = ours.complex || theirs.complex;
        return match () {
            () if ours.in_i64 && theirs.in_i64 => same(How::Int, Kind::Int64),
            () if ours.in_u64 && theirs.in_u64 => same(How::UInt, Kind::UInt64),
            () if ours.in_f64 && theirs.in_f64 && complex => same(How::Complex, Kind::Complex128),
            () if ours.in_f64 && theirs.in_f64 => same(How::Float, Kind::Float64),
            () if complex => same(How::CLong, Kind::CLongDouble),
            () => same(How::Long, Kind::LongDouble),
        };
    }
    let dtype = match (ours.kind(), theirs.kind()) {
        // The shorter string is padded with what both are padded with.
        (Kind::Bytes, Kind::Bytes) | (Kind::Str, Kind::Str) => match () {
            () if ours.itemsize() < theirs.itemsize() => theirs,
            () => ours,
        },
        (our_kind, their_kind) if our_kind == their_kind => {
            (ours.itemsize() == theirs.itemsize()).then_some(ours)?
        }
        _ => return None,
    };
    let dtype = dtype.to_native();
    Some((How::Bytes, [dtype.clone(), dtype]))
}

/// Which formats hold all numbers of a dtype.
struct Class {
    in_i64: bool,
    in_u64: bool,
    in_f64: bool,
    complex: bool,
}

impl Class {
    /// `None` if there are no numbers.
    fn of(dtype: &DType) -> Option<Self> {
        let class = |in_i64, in_u64, in_f64| Self {
            in_i64,
            in_u64,
            in_f64,
            complex: false,
        };
        Some(match dtype.kind() {
            Kind::Bool | Kind::UInt8 | Kind::UInt16 | Kind::UInt32 => class(true, true, true),
            Kind::Int8 | Kind::Int16 | Kind::Int32 => class(true, false, true),
            Kind::Int64 => class(true, false, false),
            Kind::UInt64 => class(false, true, false),
            Kind::Float16 | Kind::Float32 | Kind::Float64 => class(false, false, true),
            Kind::LongDouble => class(false, false, false),
            Kind::Complex64 | Kind::Complex128 | Kind::Extended(Extended::Complex32) => Self {
                complex: true,
                ..class(false, false, true)
            },
            Kind::CLongDouble => Self {
                complex: true,
                ..class(false, false, false)
            },
            Kind::Extended(_) => class(false, false, true),
            _ => return None,
        })
    }
}
