//! What the elements of an array become in JavaScript.

use alloc::{format, string::String};

use npymap_core::{
    DType, Error, ErrorKind, Layout, Order,
    dtype::{Extended, Kind},
    gather::Convert,
    literal::Literal,
};

use crate::error::{Fault, Result};

/// The form of a result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Form {
    /// The class of the array.
    pub(crate) array: &'static str,
    pub(crate) convert: Convert,
    /// How many items of the array an element has.
    pub(crate) items: u64,
    /// The bytes of an item.
    pub(crate) item_bytes: u64,
    /// Integers of 64 bits that become numbers, if they are exact.
    pub(crate) numbers: Option<Sign>,
}

/// Whether an integer of 64 bits has a sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sign {
    Signed,
    Unsigned,
}

/// What a caller wants other than usual.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wishes {
    /// Integers of 64 bits as numbers.
    pub(crate) numbers: bool,
    /// Floats of 16 bits as these bits.
    pub(crate) bits: bool,
    /// Elements as stored.
    pub(crate) bytes: bool,
}

impl Form {
    /// # Errors
    ///
    /// ERR_OBJECT_DTYPE, and ERR_DTYPE for structures, of which a field must be chosen.
    pub(crate) fn new(dtype: &DType, wishes: Wishes) -> Result<Self> {
        if dtype.has_object() {
            return Err(Error::new(ErrorKind::ObjectDType).into());
        }
        let itemsize = dtype.itemsize();
        let plain = |array, item_bytes| Self {
            array,
            convert: Convert::Wide,
            items: 1,
            item_bytes,
            numbers: None,
        };
        let bytes = Self {
            convert: Convert::AsStored,
            items: itemsize,
            ..plain("Uint8Array", 1)
        };
        if wishes.bytes {
            return Ok(bytes);
        }
        let complex = |form: Self| Self { items: 2, ..form };
        let floats = plain("Float32Array", 4);
        let half = if wishes.bits {
            Self {
                convert: Convert::Native,
                ..plain("Uint16Array", 2)
            }
        } else {
            floats
        };
        let wide = |array, sign| {
            if wishes.numbers {
                Self {
                    numbers: Some(sign),
                    ..plain("Float64Array", 8)
                }
            } else {
                plain(array, 8)
            }
        };
        Ok(match dtype.kind() {
            Kind::Bool | Kind::UInt8 => plain("Uint8Array", 1),
            Kind::Int8 => plain("Int8Array", 1),
            Kind::Int16 => plain("Int16Array", 2),
            Kind::UInt16 => plain("Uint16Array", 2),
            Kind::Int32 => plain("Int32Array", 4),
            Kind::UInt32 => plain("Uint32Array", 4),
            Kind::Int64 => wide("BigInt64Array", Sign::Signed),
            Kind::UInt64 => wide("BigUint64Array", Sign::Unsigned),
            Kind::Float16 | Kind::Extended(Extended::BFloat16) => half,
            Kind::Extended(Extended::Complex32) => complex(half),
            Kind::Float32 | Kind::Extended(_) => floats,
            Kind::Float64 | Kind::LongDouble => plain("Float64Array", 8),
            Kind::Complex64 => complex(floats),
            Kind::Complex128 | Kind::CLongDouble => complex(plain("Float64Array", 8)),
            Kind::DateTime64(_) | Kind::TimeDelta64(_) => plain("BigInt64Array", 8),
            Kind::Bytes => plain("StringArray:S", itemsize),
            Kind::Str => plain("StringArray:U", itemsize),
            Kind::Void => bytes,
            _ => {
                let fields = dtype.fields().unwrap_or_default();
                let name = fields.first().map_or("x", |field| &field.name);
                let name = Literal::Str(name.chars().take(40).collect::<String>().into());
                let message = format!(
                    "structured elements are read one field at a time, such as field({name}), or \
                     as bytes"
                );
                return Err(Fault::new("ERR_DTYPE", message));
            }
        })
    }

    /// The bytes of an element.
    pub(crate) fn element_bytes(&self) -> u64 {
        self.items.saturating_mul(self.item_bytes)
    }

    /// Whether the bytes of elements are those of the result.
    pub(crate) fn keeps_bytes(&self, dtype: &DType) -> bool {
        self.numbers.is_none() && self.convert.keeps_bytes(dtype)
    }

    /// Whether the data of a layout is the result.
    pub(crate) fn is_whole(&self, layout: &Layout) -> bool {
        self.keeps_bytes(layout.dtype()) && layout.is_contiguous(Order::C) && layout.nbytes() > 0
    }
}
