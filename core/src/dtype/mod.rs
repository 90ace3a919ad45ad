//! Data types: what one element is, how large it is and in which byte order it stands.

mod build;
mod comma;
mod descr;
mod describe;
mod display;
mod error;
mod json;
mod order;
mod overlay;
mod parse;
mod time;

use alloc::{boxed::Box, sync::Arc};

use smallvec::SmallVec;

pub(crate) use self::descr::PlainField;
pub use self::{descr::foreign_descr, error::DTypeError, json::descr_from_json};

/// The dimensions of an array or a sub-array, the slowest first. Up to 8 need no heap.
pub(crate) type Dims = SmallVec<[u64; 8]>;

/// A NumPy data type.
///
/// Cloning is cheap: compound types are shared.
///
/// Dtypes nest at most [`DType::MAX_DEPTH`] deep.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DType {
    kind: Kind,
    order: ByteOrder,
    /// How many structures and sub-arrays stand inside one another, this one included.
    depth: u8,
    itemsize: u32,
}

/// The byte order of the values of a [`DType`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ByteOrder {
    /// Most significant byte first.
    Big,
    /// Least significant byte first.
    Little,
    /// Values of one byte, bytes, raw data, and structures (whose fields have orders of their
    /// own): no order applies.
    None,
}

impl ByteOrder {
    /// The order of the machine this was compiled for.
    pub const NATIVE: Self = if cfg!(target_endian = "big") {
        Self::Big
    } else {
        Self::Little
    };

    /// The order that applies to values of a size.
    pub(crate) const fn of_size(self, itemsize: u32) -> Self {
        match self {
            _ if itemsize == 1 => Self::None,
            Self::None => Self::NATIVE,
            order => order,
        }
    }
}

/// What a [`DType`] holds. Names are NumPy's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// One byte; zero is false, everything else true.
    Bool,
    /// Signed, 1 byte.
    Int8,
    /// Signed, 2 bytes.
    Int16,
    /// Signed, 4 bytes.
    Int32,
    /// Signed, 8 bytes.
    Int64,
    /// Unsigned, 1 byte.
    UInt8,
    /// Unsigned, 2 bytes.
    UInt16,
    /// Unsigned, 4 bytes.
    UInt32,
    /// Unsigned, 8 bytes.
    UInt64,
    /// IEEE binary16.
    Float16,
    /// IEEE binary32.
    Float32,
    /// IEEE binary64.
    Float64,
    /// x87 80-bit extended precision in 16 bytes, NumPy's `longdouble` on x86-64.
    LongDouble,
    /// Two [`Kind::Float32`], the real part first.
    Complex64,
    /// Two [`Kind::Float64`], the real part first.
    Complex128,
    /// Two [`Kind::LongDouble`], the real part first.
    CLongDouble,
    /// A type of the Python package ml_dtypes. No header names one unambiguously, so these come
    /// about only when a caller reinterprets raw data.
    Extended(Extended),
    /// A byte string padded with NULs to the item size (`S`).
    Bytes,
    /// UTF-32 code units padded with NULs to the item size (`U`), four bytes each.
    Str,
    /// Raw data (`V`).
    Void,
    /// A signed 8-byte count of units since 1970-01-01T00:00; the least value is NaT.
    DateTime64(TimeUnit),
    /// A signed 8-byte count of units; the least value is NaT.
    TimeDelta64(TimeUnit),
    /// Named fields.
    Struct(Arc<StructType>),
    /// An array inside an element. Only a field, or the outermost dtype of a file, can have it;
    /// a [`Layout`](crate::Layout) turns it into trailing dimensions.
    SubArray(Arc<SubArrayType>),
    /// Python objects, pickled. Described, never read.
    Object,
}

impl Kind {
    /// The item size in bytes, where the kind alone determines it.
    const fn fixed_size(&self) -> Option<u32> {
        Some(match self {
            Self::Bool | Self::Int8 | Self::UInt8 => 1,
            Self::Int16 | Self::UInt16 | Self::Float16 => 2,
            Self::Int32 | Self::UInt32 | Self::Float32 => 4,
            Self::Int64 | Self::UInt64 | Self::Float64 | Self::Complex64 => 8,
            Self::DateTime64(_) | Self::TimeDelta64(_) => 8,
            Self::LongDouble | Self::Complex128 => 16,
            Self::CLongDouble => 32,
            Self::Extended(Extended::BFloat16) => 2,
            Self::Extended(Extended::Complex32) => 4,
            Self::Extended(_) => 1,
            Self::Bytes | Self::Str | Self::Void | Self::Object => return None,
            Self::Struct(_) | Self::SubArray(_) => return None,
        })
    }
}

impl Kind {
    /// The letter of the kind in type strings: that of raw data for those without one.
    const fn letter(&self) -> char {
        match self {
            Self::Bool => 'b',
            Self::Int8 | Self::Int16 | Self::Int32 | Self::Int64 => 'i',
            Self::UInt8 | Self::UInt16 | Self::UInt32 | Self::UInt64 => 'u',
            Self::Float16 | Self::Float32 | Self::Float64 | Self::LongDouble => 'f',
            Self::Complex64 | Self::Complex128 | Self::CLongDouble => 'c',
            Self::Bytes => 'S',
            Self::Str => 'U',
            Self::DateTime64(_) => 'M',
            Self::TimeDelta64(_) => 'm',
            Self::Object => 'O',
            Self::Extended(_) | Self::Void | Self::Struct(_) | Self::SubArray(_) => 'V',
        }
    }
}

/// The number types of the Python package ml_dtypes, which `.npy` headers cannot express.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Extended {
    /// The upper half of a binary32. 2 bytes.
    BFloat16,
    /// Two [`Kind::Float16`], the real part first. 4 bytes.
    Complex32,
    /// 1 sign, 2 exponent, 1 mantissa bit; no infinities, no NaN. 1 byte, the upper 4 bits unused.
    Float4E2M1Fn,
    /// 1 sign, 2 exponent, 3 mantissa bits; no infinities, no NaN. 1 byte, the upper 2 bits unused.
    Float6E2M3Fn,
    /// 1 sign, 3 exponent, 2 mantissa bits; no infinities, no NaN. 1 byte, the upper 2 bits unused.
    Float6E3M2Fn,
    /// 3 exponent, 4 mantissa bits, IEEE rules. 1 byte.
    Float8E3M4,
    /// 4 exponent, 3 mantissa bits, IEEE rules. 1 byte.
    Float8E4M3,
    /// 4 exponent, 3 mantissa bits, bias 11, no infinities, one NaN, no negative zero. 1 byte.
    Float8E4M3B11Fnuz,
    /// 4 exponent, 3 mantissa bits, no infinities. 1 byte.
    Float8E4M3Fn,
    /// 4 exponent, 3 mantissa bits, bias 8, no infinities, one NaN, no negative zero. 1 byte.
    Float8E4M3Fnuz,
    /// 5 exponent, 2 mantissa bits, IEEE rules. 1 byte.
    Float8E5M2,
    /// 5 exponent, 2 mantissa bits, bias 16, no infinities, one NaN, no negative zero. 1 byte.
    Float8E5M2Fnuz,
    /// A power of two: 8 exponent bits, no sign, no zero. 1 byte.
    Float8E8M0Fnu,
    /// 2-bit signed integer in 1 byte.
    Int2,
    /// 4-bit signed integer in 1 byte.
    Int4,
    /// 2-bit unsigned integer in 1 byte.
    UInt2,
    /// 4-bit unsigned integer in 1 byte.
    UInt4,
}

/// The unit of a datetime or a timedelta: `count` times `base`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "made to be written out")]
pub struct TimeUnit {
    /// The unit itself.
    pub base: TimeBase,
    /// How many of them one count stands for, e.g. 25 in `M8[25s]`. Up to `i32::MAX`.
    pub count: u32,
}

/// The count of a datetime or a timedelta that means "not a time".
pub(crate) const NAT: i64 = i64::MIN;

/// NumPy's units of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it all")]
#[non_exhaustive]
pub enum TimeBase {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
    Picosecond,
    Femtosecond,
    Attosecond,
    /// No unit: `M8`, `m8`.
    Generic,
}

/// The fields of a [`Kind::Struct`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StructType {
    /// The fields, in the order of the descriptor, which need not be that of their offsets.
    pub fields: Box<[Field]>,
    /// The plain dtype that the fields overlay, as in `('<i4', [('lo', '<u2'), ('hi', '<u2')])`.
    pub base: Option<DType>,
}

/// One field of a [`StructType`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "made to be written out")]
pub struct Field {
    /// The name, by which the field is selected.
    pub name: Box<str>,
    /// The title, a second name.
    pub title: Option<Title>,
    /// The dtype; [`Kind::SubArray`] where the field holds an array.
    pub dtype: DType,
    /// The offset in bytes from the start of the element.
    pub offset: u32,
}

/// The title of a [`Field`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Title {
    /// A string: the field can be selected by it.
    Text(Box<str>),
    /// Another Python literal, as Python prints it.
    Other(Box<str>),
}

/// The shape and the element of a [`Kind::SubArray`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SubArrayType {
    /// The dtype of an element; it may be a sub-array itself.
    pub element: DType,
    /// The shape, the slowest dimension first, elements in C order.
    pub shape: Box<[u64]>,
}

impl DType {
    /// One byte, zero or not.
    pub const BOOL: Self = Self::plain(Kind::Bool, ByteOrder::None, 1);
    /// `uint8`.
    pub const UINT8: Self = Self::plain(Kind::UInt8, ByteOrder::None, 1);
    /// `float32` in the machine's byte order.
    pub const FLOAT32: Self = Self::plain(Kind::Float32, ByteOrder::NATIVE, 4);
    /// `float64` in the machine's byte order.
    pub const FLOAT64: Self = Self::plain(Kind::Float64, ByteOrder::NATIVE, 8);

    /// Pickled Python objects. The item size is that of a pointer on 64-bit machines.
    pub const OBJECT: Self = Self::plain(Kind::Object, ByteOrder::None, 8);

    /// How deep structures and sub-arrays can nest.
    ///
    /// Python's parser takes at most 200 brackets inside one another, so no header that NumPy
    /// reads comes near this.
    pub const MAX_DEPTH: u8 = u8::MAX;

    /// The dtype of a kind whose item size is fixed; `None` for the other kinds.
    ///
    /// `order` is ignored where none applies, and taken to be the machine's where it is
    /// [`ByteOrder::None`] and one applies.
    pub fn fixed(kind: Kind, order: ByteOrder) -> Option<Self> {
        let itemsize = kind.fixed_size()?;
        Some(Self::plain(kind, order.of_size(itemsize), itemsize))
    }

    /// Byte strings of up to `len` bytes: `S`.
    pub fn bytes(len: u32) -> Self {
        Self::plain(Kind::Bytes, ByteOrder::None, len)
    }

    /// Strings of up to `chars` characters of four bytes each: `U`. `None` if the size in bytes
    /// passes `i32::MAX`, NumPy's limit.
    pub fn string(chars: u32, order: ByteOrder) -> Option<Self> {
        let itemsize = chars.checked_mul(4).filter(|&n| i32::try_from(n).is_ok())?;
        Some(Self::plain(Kind::Str, order.of_size(4), itemsize))
    }

    /// Raw data of `len` bytes: `V`.
    pub fn void(len: u32) -> Self {
        Self::plain(Kind::Void, ByteOrder::None, len)
    }

    /// As [`DType::plain`], in the byte order of the machine.
    pub(crate) const fn native(kind: Kind, itemsize: u32) -> Self {
        Self::plain(kind, ByteOrder::NATIVE.of_size(itemsize), itemsize)
    }

    /// A dtype that is neither a structure nor a sub-array.
    pub(crate) const fn plain(kind: Kind, order: ByteOrder, itemsize: u32) -> Self {
        Self {
            kind,
            order,
            depth: 0,
            itemsize,
        }
    }

    /// What an element is.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The byte order, [`ByteOrder::None`] where none applies.
    pub fn byte_order(&self) -> ByteOrder {
        self.order
    }

    /// The size of an element in bytes. It may be zero.
    pub fn itemsize(&self) -> u64 {
        u64::from(self.itemsize)
    }

    /// Whether a value needs no swap of bytes on this machine.
    ///
    /// A structure is native if all its fields are.
    pub fn is_native(&self) -> bool {
        match &self.kind {
            Kind::Struct(s) => s.fields.iter().all(|f| f.dtype.is_native()),
            Kind::SubArray(s) => s.element.is_native(),
            _ => matches!(self.order, ByteOrder::None | ByteOrder::NATIVE),
        }
    }

    /// Whether the dtype is, or contains, Python objects.
    pub fn has_object(&self) -> bool {
        match &self.kind {
            Kind::Object => true,
            Kind::Struct(s) => s.fields.iter().any(|f| f.dtype.has_object()),
            Kind::SubArray(s) => s.element.has_object(),
            _ => false,
        }
    }

    /// The element and the dimensions of a sub-array, of all that are nested in one another. Other
    /// dtypes are elements of no dimension.
    pub(crate) fn flatten(&self) -> (&Self, Dims) {
        let mut dims = Dims::new();
        let mut element = self;
        while let Kind::SubArray(sub) = &element.kind {
            dims.extend_from_slice(&sub.shape);
            element = &sub.element;
        }
        (element, dims)
    }

    /// The fields of a structure, `None` for other dtypes.
    pub fn fields(&self) -> Option<&[Field]> {
        match &self.kind {
            Kind::Struct(s) => Some(&s.fields),
            _ => None,
        }
    }

    /// The field with a name, or with a title that is a string.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let fields = self.fields()?;
        fields.iter().find(|f| *f.name == *name).or_else(|| {
            fields
                .iter()
                .find(|f| matches!(&f.title, Some(Title::Text(t)) if **t == *name))
        })
    }
}
