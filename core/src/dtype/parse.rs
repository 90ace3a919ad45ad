//! `np.dtype(str)`: what strings name a dtype.

use core::str::FromStr;

use super::{ByteOrder, DType, DTypeError, Extended, Kind, TimeUnit, comma};
use crate::Result;

impl DType {
    /// The dtype that a string names, as `np.dtype(str)` has it.
    ///
    /// Accepted are type strings (`<f4`, `|S5`, `M8[ns]`), type characters (`d`), names
    /// (`float32`), comma-separated lists (`f8,i4`: a structure with the fields `f0` and `f1`)
    /// and repeated types (`3f8`, `(2,3)<f4`: sub-arrays). Types whose size depends on the
    /// platform are those of 64-bit Linux: `long` has 8 bytes, `longdouble` 16. A string without a
    /// byte order means that of the machine.
    ///
    /// The names of the Python package ml_dtypes are known too: `bfloat16`, `float8_e4m3fn`.
    ///
    /// # Errors
    ///
    /// [`DTypeError::NotUnderstood`] and its like, wherever NumPy raises an error.
    ///
    /// ```
    /// use npymap_core::DType;
    ///
    /// assert_eq!(DType::parse("<f4")?.itemsize(), 4);
    /// assert_eq!(DType::parse("datetime64[ns]")?.itemsize(), 8);
    /// assert_eq!(DType::parse("f8, (2,3)i4")?.itemsize(), 32);
    /// assert!(DType::parse("f3").is_err());
    /// # Ok::<_, npymap_core::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        parse_any(text, Names::WithExtended)
    }

    /// The dtype that a string in a header names, where only NumPy's own names count.
    pub(super) fn parse_native(text: &str) -> Result<Self> {
        parse_any(text, Names::NumPy)
    }
}

impl FromStr for DType {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl Extended {
    /// The type with a name of ml_dtypes.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "bfloat16" => Self::BFloat16,
            "complex32" => Self::Complex32,
            "float4_e2m1fn" => Self::Float4E2M1Fn,
            "float6_e2m3fn" => Self::Float6E2M3Fn,
            "float6_e3m2fn" => Self::Float6E3M2Fn,
            "float8_e3m4" => Self::Float8E3M4,
            "float8_e4m3" => Self::Float8E4M3,
            "float8_e4m3b11fnuz" => Self::Float8E4M3B11Fnuz,
            "float8_e4m3fn" => Self::Float8E4M3Fn,
            "float8_e4m3fnuz" => Self::Float8E4M3Fnuz,
            "float8_e5m2" => Self::Float8E5M2,
            "float8_e5m2fnuz" => Self::Float8E5M2Fnuz,
            "float8_e8m0fnu" => Self::Float8E8M0Fnu,
            "int2" => Self::Int2,
            "int4" => Self::Int4,
            "uint2" => Self::UInt2,
            "uint4" => Self::UInt4,
            _ => return None,
        })
    }

    /// The name that ml_dtypes gives the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::BFloat16 => "bfloat16",
            Self::Complex32 => "complex32",
            Self::Float4E2M1Fn => "float4_e2m1fn",
            Self::Float6E2M3Fn => "float6_e2m3fn",
            Self::Float6E3M2Fn => "float6_e3m2fn",
            Self::Float8E3M4 => "float8_e3m4",
            Self::Float8E4M3 => "float8_e4m3",
            Self::Float8E4M3B11Fnuz => "float8_e4m3b11fnuz",
            Self::Float8E4M3Fn => "float8_e4m3fn",
            Self::Float8E4M3Fnuz => "float8_e4m3fnuz",
            Self::Float8E5M2 => "float8_e5m2",
            Self::Float8E5M2Fnuz => "float8_e5m2fnuz",
            Self::Float8E8M0Fnu => "float8_e8m0fnu",
            Self::Int2 => "int2",
            Self::Int4 => "int4",
            Self::UInt2 => "uint2",
            Self::UInt4 => "uint4",
        }
    }
}

/// Which names a parse knows besides NumPy's.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Names {
    NumPy,
    WithExtended,
}

/// The dtype that a string names.
pub(super) fn parse_any(text: &str, names: Names) -> Result<DType> {
    match type_string(text.as_bytes()) {
        Some(dtype) => Ok(dtype),
        None => parse_general(text, names),
    }
}

/// The plain form, which nearly every header has: an optional byte order, a letter, digits.
fn type_string(text: &[u8]) -> Option<DType> {
    let (order, text) = split_order(text);
    let (&letter, digits) = text.split_first()?;
    if !letter.is_ascii_alphabetic() || digits.is_empty() || digits.len() > 10 {
        return None;
    }
    let mut size = 0_u64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        size = size * 10 + u64::from(digit);
    }
    sized(letter, u32::try_from(size).ok()?, order)
}

/// Splits the byte order off a string: the machine's where the string has none.
fn split_order(text: &[u8]) -> (ByteOrder, &[u8]) {
    match text.split_first() {
        Some((b'<', rest)) => (ByteOrder::Little, rest),
        Some((b'>', rest)) => (ByteOrder::Big, rest),
        Some((b'=' | b'|', rest)) => (ByteOrder::NATIVE, rest),
        _ => (ByteOrder::NATIVE, text),
    }
}

/// The dtype of a letter and a number: bytes, or characters of a `U`.
fn sized(letter: u8, size: u32, order: ByteOrder) -> Option<DType> {
    let flexible = || i32::try_from(size).ok().map(|_| size);
    let kind = match (letter, size) {
        (b'S' | b'a', _) => return flexible().map(DType::bytes),
        (b'V', _) => return flexible().map(DType::void),
        (b'U', _) => return DType::string(size, order),
        (b'O', 4 | 8) => return Some(DType::OBJECT),
        (b'b', 1) => Kind::Bool,
        (b'i', 1) => Kind::Int8,
        (b'i', 2) => Kind::Int16,
        (b'i', 4) => Kind::Int32,
        (b'i', 8) => Kind::Int64,
        (b'u', 1) => Kind::UInt8,
        (b'u', 2) => Kind::UInt16,
        (b'u', 4) => Kind::UInt32,
        (b'u', 8) => Kind::UInt64,
        (b'f', 2) => Kind::Float16,
        (b'f', 4) => Kind::Float32,
        (b'f', 8) => Kind::Float64,
        (b'f', 16) => Kind::LongDouble,
        (b'c', 8) => Kind::Complex64,
        (b'c', 16) => Kind::Complex128,
        (b'c', 32) => Kind::CLongDouble,
        (b'M', 8) => Kind::DateTime64(TimeUnit::GENERIC),
        (b'm', 8) => Kind::TimeDelta64(TimeUnit::GENERIC),
        _ => return None,
    };
    DType::fixed(kind, order)
}

/// Everything that is not a plain type string.
fn parse_general(text: &str, names: Names) -> Result<DType> {
    if comma::is_list(text.as_bytes()) {
        return comma::parse_list(text, names);
    }
    let (order, rest) = split_order(text.as_bytes());
    // The byte order is one ASCII character, so the remainder is text.
    let rest = text.get(text.len() - rest.len()..).unwrap_or_default();
    let time = |kind: fn(TimeUnit) -> Kind, unit: &str| {
        let kind = kind(TimeUnit::parse(unit)?);
        DType::fixed(kind, order).ok_or_else(|| DTypeError::not_understood(text))
    };
    for (prefix, kind) in [
        ("M8", Kind::DateTime64 as fn(TimeUnit) -> Kind),
        ("m8", Kind::TimeDelta64),
        ("datetime64", Kind::DateTime64),
        ("timedelta64", Kind::TimeDelta64),
    ] {
        if let Some(unit) = rest.strip_prefix(prefix) {
            return Ok(time(kind, unit)?);
        }
    }
    // `a` is no type character but a name, and so takes no byte order.
    if rest.len() == 1 && text != "a" {
        return character(rest, order);
    }
    let number = rest
        .split_at_checked(1)
        .and_then(|(letter, digits)| Some((letter, strtol(digits)?)));
    if let Some((letter, (size, ""))) = number {
        let size = u32::try_from(size).ok();
        let letter = letter.bytes().next();
        return letter
            .zip(size)
            .and_then(|(letter, size)| sized(letter, size, order))
            .ok_or_else(|| DTypeError::not_understood(text).into());
    }
    // Names stand without a byte order.
    named(text)
        .or_else(|| match names {
            Names::NumPy => None,
            Names::WithExtended => DType::fixed(
                Kind::Extended(Extended::from_name(text)?),
                ByteOrder::NATIVE,
            ),
        })
        .ok_or_else(|| DTypeError::not_understood(text).into())
}

/// The dtype of a type character, or of a type number given as a control character, which NumPy
/// takes for the same.
fn character(text: &str, order: ByteOrder) -> Result<DType> {
    const BY_NUMBER: &[u8; 24] = b"?bBhHiIlLqQfdgFDGOSUVMme";
    let mut letter = text.bytes().next().unwrap_or_default();
    if let Some(&by_number) = BY_NUMBER.get(usize::from(letter)) {
        letter = by_number;
    }
    let kind = match letter {
        b'?' => Kind::Bool,
        b'b' => Kind::Int8,
        b'B' => Kind::UInt8,
        b'h' => Kind::Int16,
        b'H' => Kind::UInt16,
        b'i' => Kind::Int32,
        b'I' => Kind::UInt32,
        b'l' | b'q' | b'p' | b'n' => Kind::Int64,
        b'L' | b'Q' | b'P' | b'N' => Kind::UInt64,
        b'e' => Kind::Float16,
        b'f' => Kind::Float32,
        b'd' => Kind::Float64,
        b'g' => Kind::LongDouble,
        b'F' => Kind::Complex64,
        b'D' => Kind::Complex128,
        b'G' => Kind::CLongDouble,
        b'M' => Kind::DateTime64(TimeUnit::GENERIC),
        b'm' => Kind::TimeDelta64(TimeUnit::GENERIC),
        b'O' => return Ok(DType::OBJECT),
        b'S' => return Ok(DType::bytes(0)),
        b'V' => return Ok(DType::void(0)),
        b'c' => return Ok(DType::bytes(1)),
        b'U' => {
            return DType::string(0, order).ok_or_else(|| DTypeError::not_understood(text).into());
        }
        b'T' => {
            return Err(DTypeError::Unsupported {
                what: "StringDType",
            }
            .into());
        }
        _ => return Err(DTypeError::not_understood(text).into()),
    };
    DType::fixed(kind, order).ok_or_else(|| DTypeError::not_understood(text).into())
}

/// NumPy's names of scalar types, as on 64-bit Linux.
fn named(name: &str) -> Option<DType> {
    let kind = match name {
        "bool" | "bool_" => Kind::Bool,
        "int8" | "byte" => Kind::Int8,
        "int16" | "short" => Kind::Int16,
        "int32" | "intc" => Kind::Int32,
        "int64" | "int" | "int_" | "intp" | "long" | "longlong" => Kind::Int64,
        "uint8" | "ubyte" => Kind::UInt8,
        "uint16" | "ushort" => Kind::UInt16,
        "uint32" | "uintc" => Kind::UInt32,
        "uint64" | "uint" | "uintp" | "ulong" | "ulonglong" => Kind::UInt64,
        "float16" | "half" => Kind::Float16,
        "float32" | "single" => Kind::Float32,
        "float64" | "double" | "float" => Kind::Float64,
        "longdouble" | "float128" => Kind::LongDouble,
        "complex64" | "csingle" => Kind::Complex64,
        "complex128" | "cdouble" | "complex" => Kind::Complex128,
        "clongdouble" | "complex256" => Kind::CLongDouble,
        "a" | "bytes" | "bytes_" => return Some(DType::bytes(0)),
        "str" | "str_" | "unicode" => return DType::string(0, ByteOrder::NATIVE),
        "void" => return Some(DType::void(0)),
        "object" | "object_" => return Some(DType::OBJECT),
        _ => return None,
    };
    DType::fixed(kind, ByteOrder::NATIVE)
}

/// C's `strtol` in base 10: white space, a sign, digits. The number saturates; `None` without
/// digits.
pub(super) fn strtol(text: &str) -> Option<(i64, &str)> {
    let rest = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (negative, rest) = match rest.strip_prefix(['+', '-']) {
        Some(unsigned) => (rest.starts_with('-'), unsigned),
        None => (false, rest),
    };
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = rest.get(..rest.len() - after.len())?;
    if digits.is_empty() {
        return None;
    }
    let magnitude = digits.bytes().fold(0_i64, |n, digit| {
        n.saturating_mul(10).saturating_add(i64::from(digit - b'0'))
    });
    Some((if negative { -magnitude } else { magnitude }, after))
}
