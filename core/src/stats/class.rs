//! Which dtypes have statistics.

use super::StatsError;
use crate::{
    DType, ErrorKind, Result,
    dtype::{Extended, Kind},
    error::Excerpt,
};

/// What the elements of a numeric dtype are.
#[derive(Clone, Copy)]
pub(super) enum Class {
    /// Integers, booleans, dates and durations.
    Int,
    Float,
    Complex,
}

/// The class of a dtype, or why there are no statistics of it.
pub(super) fn class(dtype: &DType) -> Result<Class> {
    let found = match dtype.kind() {
        Kind::Bool
        | Kind::Int8
        | Kind::Int16
        | Kind::Int32
        | Kind::Int64
        | Kind::UInt8
        | Kind::UInt16
        | Kind::UInt32
        | Kind::UInt64
        | Kind::DateTime64(_)
        | Kind::TimeDelta64(_)
        | Kind::Extended(Extended::Int2 | Extended::Int4 | Extended::UInt2 | Extended::UInt4) => {
            return Ok(Class::Int);
        }
        Kind::Complex64
        | Kind::Complex128
        | Kind::CLongDouble
        | Kind::Extended(Extended::Complex32) => return Ok(Class::Complex),
        Kind::Float16 | Kind::Float32 | Kind::Float64 | Kind::LongDouble | Kind::Extended(_) => {
            return Ok(Class::Float);
        }
        Kind::Object => return Err(ErrorKind::ObjectDType.into()),
        Kind::Bytes => "byte strings",
        Kind::Str => "strings",
        Kind::Void => "raw data",
        Kind::Struct(_) => "structures",
        Kind::SubArray(_) => "sub-arrays",
    };
    let first = dtype.fields().and_then(<[_]>::first);
    Err(StatsError::NotNumbers {
        found,
        field: first.map(|field| Excerpt::text(&field.name)),
    }
    .into())
}
