//! Structures and sub-arrays, made from their parts.

use alloc::{boxed::Box, collections::BTreeSet, sync::Arc, vec::Vec};

use smallvec::SmallVec;

use super::{ByteOrder, DType, DTypeError, Dims, Field, Kind, StructType, SubArrayType, Title};
use crate::{Result, error::Excerpt, layout::MAX_NDIM, sort};

/// What a number or a tuple behind a dtype says.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// The width of a dtype without one, or the length of a sub-array.
    Int(i64),
    /// The shape of a sub-array.
    Dims(Dims),
}

impl DType {
    /// A packed structure: each field begins where the one before it ends.
    ///
    /// # Errors
    ///
    /// Two fields have the same name, the item size passes `i32::MAX`, or dtypes nest deeper than
    /// [`DType::MAX_DEPTH`].
    ///
    /// ```
    /// use npymap_core::DType;
    ///
    /// let point = DType::structure([("x", DType::FLOAT64), ("id", DType::parse("<u4")?)])?;
    /// assert_eq!(point.itemsize(), 12);
    /// assert_eq!(point.field("id").unwrap().offset, 8);
    /// # Ok::<_, npymap_core::Error>(())
    /// ```
    pub fn structure<N: Into<Box<str>>>(
        fields: impl IntoIterator<Item = (N, Self)>,
    ) -> Result<Self> {
        let mut builder = Packer::default();
        for (name, dtype) in fields {
            builder.push(name.into(), None, dtype)?;
        }
        builder.finish()
    }

    /// A structure of fields whose offsets are given, and that may overlap or leave gaps.
    ///
    /// # Errors
    ///
    /// As for [`DType::structure`]; also if a field reaches beyond the item size, or one that holds
    /// Python objects overlaps with another.
    pub fn structure_at(fields: Vec<Field>, itemsize: u64) -> Result<Self> {
        let size = checked_itemsize(itemsize)?;
        let depth = check_fields(&fields, itemsize)?;
        check_object_overlap(&fields)?;
        Ok(Self {
            kind: Kind::Struct(Arc::new(StructType {
                fields: fields.into(),
                base: None,
            })),
            order: ByteOrder::None,
            depth: deeper(depth)?,
            itemsize: size,
        })
    }

    /// An array inside an element.
    ///
    /// # Errors
    ///
    /// More than 64 dimensions, one beyond `i32::MAX`, an item size beyond that, or dtypes that
    /// nest deeper than [`DType::MAX_DEPTH`].
    pub fn sub_array(element: Self, shape: &[u64]) -> Result<Self> {
        let shape_error = |why| DTypeError::Shape { why };
        if shape.len() > MAX_NDIM {
            return Err(shape_error("more than 64 dimensions").into());
        }
        let mut count = 1_u64;
        if shape.iter().any(|&dim| i32::try_from(dim).is_err()) {
            return Err(shape_error("a dimension beyond 2147483647").into());
        }
        for &dim in shape {
            // As NumPy multiplies: what comes before a zero must not overflow, what follows may.
            count = count
                .checked_mul(dim)
                .filter(|&n| i64::try_from(n).is_ok())
                .ok_or(DTypeError::ItemSize { found: None })?;
            if count == 0 {
                break;
            }
        }
        // A sub-array of items without a size has a limit too.
        checked_itemsize(count)?;
        let itemsize = checked_itemsize(count.saturating_mul(element.itemsize()))?;
        Ok(Self {
            depth: deeper(element.depth)?,
            kind: Kind::SubArray(Arc::new(SubArrayType {
                element,
                shape: shape.into(),
            })),
            order: ByteOrder::None,
            itemsize,
        })
    }

    /// What `np.dtype((self, shape))` is for a shape of integers: the dtype with another width if
    /// it has none, else a sub-array; the dtype itself for `()`.
    pub(super) fn repeat(self, shape: &Shape) -> Result<Self> {
        match shape {
            Shape::Dims(dims) => self.with_shape(dims),
            Shape::Int(width) if self.is_unsized() => self.with_width(*width),
            Shape::Int(n) => {
                let n = u64::try_from(*n).map_err(|_| DTypeError::Shape {
                    why: "a negative dimension",
                })?;
                Self::sub_array(self, &[n])
            }
        }
    }

    /// The same for a tuple.
    pub(super) fn with_shape(self, shape: &[u64]) -> Result<Self> {
        if self.is_unsized() {
            return Err(DTypeError::ItemSize { found: None }.into());
        }
        if shape.is_empty() {
            return Ok(self);
        }
        Self::sub_array(self, shape)
    }

    /// Whether this is a dtype whose size a descriptor may still set: `S`, `U` or `V` without one.
    pub(super) fn is_unsized(&self) -> bool {
        self.itemsize == 0 && !matches!(self.kind, Kind::Struct(_))
    }

    /// A dtype without a size, given one: of bytes, or of characters for `U`.
    fn with_width(self, width: i64) -> Result<Self> {
        let error = DTypeError::ItemSize {
            found: u64::try_from(width).ok(),
        };
        let Ok(width) = u32::try_from(width) else {
            return Err(error.into());
        };
        if i32::try_from(width).is_err() {
            return Err(error.into());
        }
        match self.kind {
            Kind::Bytes => Ok(Self::bytes(width)),
            Kind::Void => Ok(Self::void(width)),
            Kind::Str => Self::string(width, self.order).ok_or_else(|| error.into()),
            Kind::SubArray(_) if width == 0 => Ok(self),
            _ => Err(DTypeError::Unsupported {
                what: "a sub-array larger than its elements",
            }
            .into()),
        }
    }
}

/// Puts fields one after the other.
#[derive(Debug, Default)]
pub(super) struct Packer {
    fields: Vec<Field>,
    offset: u64,
}

impl Packer {
    /// One with room for so many fields, which must be at hand already.
    pub(super) fn with_capacity(fields: usize) -> Self {
        Self {
            fields: Vec::with_capacity(fields),
            offset: 0,
        }
    }

    /// Adds a field.
    pub(super) fn push(
        &mut self,
        name: Box<str>,
        title: Option<Title>,
        dtype: DType,
    ) -> Result<()> {
        let offset = checked_itemsize(self.offset)?;
        self.offset += dtype.itemsize();
        self.fields.push(Field {
            name,
            title,
            dtype,
            offset,
        });
        Ok(())
    }

    /// Leaves a gap.
    pub(super) fn pad(&mut self, bytes: u64) {
        // Many gaps of at most 2 GiB each: far from an overflow.
        self.offset = self.offset.saturating_add(bytes);
    }

    /// The structure.
    pub(super) fn finish(self) -> Result<DType> {
        DType::structure_at(self.fields, self.offset)
    }
}

/// Checks that fields end within an item size and have names of their own. Returns the depth of the
/// deepest.
fn check_fields(fields: &[Field], itemsize: u64) -> Result<u8, DTypeError> {
    let mut depth = 0;
    let mut keys = Keys::default();
    for field in fields {
        let end = u64::from(field.offset) + field.dtype.itemsize();
        if end > itemsize {
            return Err(DTypeError::FieldBounds {
                name: Excerpt::text(&field.name),
                end,
                itemsize,
            });
        }
        depth = depth.max(field.dtype.depth);
        let title = match &field.title {
            Some(Title::Text(title)) => Some(title),
            _ => None,
        };
        for key in [Some(&field.name), title].into_iter().flatten() {
            if !keys.insert(key) {
                return Err(DTypeError::Duplicate {
                    name: Excerpt::text(key),
                });
            }
        }
    }
    Ok(depth)
}

/// The names and titles of a structure.
#[derive(Default)]
struct Keys<'a> {
    /// The first ones: to compare with a few is faster than to keep them sorted.
    few: SmallVec<[&'a str; 16]>,
    more: BTreeSet<&'a str>,
}

impl<'a> Keys<'a> {
    /// Adds a key, unless it is there already.
    fn insert(&mut self, key: &'a str) -> bool {
        // Names often begin alike, are equally long, and differ in their last byte.
        let last = key.as_bytes().last();
        let is_key = |other: &&str| other.as_bytes().last() == last && *other == key;
        if self.few.iter().any(is_key) {
            return false;
        }
        if self.few.len() < self.few.inline_size() {
            self.few.push(key);
            return true;
        }
        self.more.insert(key)
    }
}

/// An item size, which must not pass NumPy's limit.
pub(super) fn checked_itemsize(bytes: u64) -> Result<u32, DTypeError> {
    match u32::try_from(bytes) {
        Ok(size) if i32::try_from(size).is_ok() => Ok(size),
        _ => Err(DTypeError::ItemSize { found: Some(bytes) }),
    }
}

/// The depth of a dtype around one of a given depth.
fn deeper(depth: u8) -> Result<u8, DTypeError> {
    depth.checked_add(1).ok_or(DTypeError::TooDeep)
}

/// Checks that no field overlaps with one that holds Python objects.
fn check_object_overlap(fields: &[Field]) -> Result<(), DTypeError> {
    if !fields.iter().any(|field| field.dtype.has_object()) {
        return Ok(());
    }
    // In the order of offsets a field overlaps with one before it if it begins before the farthest
    // end so far: of all fields if it holds objects, else of those that do.
    let mut sorted: Vec<&Field> = fields.iter().collect();
    // A field without a size overlaps with what it stands inside of, not with what begins there.
    sort::by_key(&mut sorted, |field| (field.offset, field.dtype.itemsize));
    let (mut end, mut object_end) = (0, 0);
    for field in sorted {
        let start = u64::from(field.offset);
        let has_object = field.dtype.has_object();
        if start < object_end || has_object && start < end {
            return Err(DTypeError::ObjectOverlap);
        }
        let field_end = start + field.dtype.itemsize();
        end = end.max(field_end);
        if has_object {
            object_end = object_end.max(field_end);
        }
    }
    Ok(())
}
