//! Which conversions are allowed: NumPy's `can_cast`.

use core::fmt;

use super::plain;
use crate::{
    DType,
    dtype::{ByteOrder, Extended, Kind, TimeBase, TimeUnit},
};

/// How much a conversion may change values: NumPy's `casting`.
///
/// Each rule allows what the ones before it allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "NumPy has no other rules")]
pub enum Casting {
    /// Nothing at all.
    No,
    /// The byte order, and where the fields of a structure lie.
    Equiv,
    /// Only so that every value stays the same: to larger types.
    Safe,
    /// Also to smaller types of the same kind, or of a more general one: `float64` to `float32`,
    /// `int64` to `float16`, but not `float16` to `int64`.
    #[default]
    SameKind,
    /// Everything that NumPy can do.
    Unsafe,
}

/// NumPy's word for the rule.
impl fmt::Display for Casting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::No => "no",
            Self::Equiv => "equiv",
            Self::Safe => "safe",
            Self::SameKind => "same_kind",
            Self::Unsafe => "unsafe",
        })
    }
}

/// Whether values of a dtype may be converted to another under a rule: NumPy's `np.can_cast`.
///
/// It looks at the dtypes alone, and so says yes to some conversions that [`Cast`](super::Cast)
/// does not offer, such as those of numbers to strings.
///
/// A dtype of strings or raw data without a size (`S0`, `U0`, `V0`) stands for whatever size is
/// needed, as it does in NumPy. For the numbers of ml_dtypes the answers follow from their ranges
/// and precisions, as they do for NumPy's own; ml_dtypes itself calls some conversions safe that
/// are not, and some unsafe that are no worse than others.
///
/// ```
/// use npymap_core::{DType, cast::{Casting, can_cast}};
///
/// let (int, float) = (DType::parse("i8")?, DType::parse("f4")?);
/// assert!(!can_cast(&int, &float, Casting::Safe));
/// assert!(can_cast(&int, &float, Casting::SameKind));
/// assert!(!can_cast(&float, &int, Casting::SameKind));
/// # Ok::<_, npymap_core::Error>(())
/// ```
pub fn can_cast(from: &DType, to: &DType, casting: Casting) -> bool {
    let needed = match to.kind() {
        Kind::Bytes | Kind::Str | Kind::Void if to.itemsize() == 0 => to_sizeless(from, to),
        _ => rule(from, to),
    };
    needed.is_some_and(|needed| needed <= casting)
}

/// The strictest rule that allows a conversion to strings or raw data of whatever size is needed.
fn to_sizeless(from: &DType, to: &DType) -> Option<Casting> {
    let (from, to) = (plain(from), plain(to));
    Some(match (from.kind(), to.kind()) {
        (Kind::Bytes, Kind::Bytes) | (Kind::Void, Kind::Void) => Casting::No,
        (Kind::Str, Kind::Str) if !from.is_native() => Casting::Equiv,
        (Kind::Str, Kind::Str) => Casting::No,
        (Kind::SubArray(_), Kind::Void) => Casting::Safe,
        (Kind::Struct(_), Kind::Void) => Casting::No,
        // How long Python objects are as text is not known.
        (Kind::Struct(_), _) if from.has_object() => return None,
        (Kind::Struct(_) | Kind::SubArray(_), _) => return of_structures(from, to),
        (Kind::Extended(_), Kind::Bytes | Kind::Str) => return None,
        (_, Kind::Void) if *from.kind() != Kind::Object => Casting::Safe,
        (_, to)
            if class(from.kind()).is_some() || *to == Kind::Str && *from.kind() == Kind::Bytes =>
        {
            Casting::Safe
        }
        _ => Casting::Unsafe,
    })
}

/// The strictest rule that allows a conversion, if one does.
fn rule(from: &DType, to: &DType) -> Option<Casting> {
    let (from, to) = (plain(from), plain(to));
    let structured = |dtype: &DType| matches!(dtype.kind(), Kind::Struct(_) | Kind::SubArray(_));
    if structured(from) || structured(to) {
        return of_structures(from, to);
    }
    Some(match (from.kind(), to.kind()) {
        (Kind::Object, Kind::Object) => Casting::No,
        (Kind::Object, _) => Casting::Unsafe,
        (_, Kind::Object) => Casting::Safe,
        (Kind::Void, Kind::Void) => sized(from.itemsize(), to.itemsize(), false),
        (Kind::Void, _) => Casting::Unsafe,
        (_, Kind::Void) if from.itemsize() <= to.itemsize() => Casting::Safe,
        (_, Kind::Void) => Casting::Unsafe,
        (Kind::Bytes, Kind::Bytes) => sized(from.itemsize(), to.itemsize(), false),
        (Kind::Str, Kind::Str) => sized(from.itemsize(), to.itemsize(), is_swapped(from, to)),
        (Kind::Bytes, Kind::Str) => of_text(from.itemsize(), to.itemsize() / 4),
        // ml_dtypes has no conversions from and to strings and times.
        (Kind::Extended(_), kind) | (kind, Kind::Extended(_)) if class(kind).is_none() => {
            return None;
        }
        (Kind::Bytes | Kind::Str, _) => Casting::Unsafe,
        (_, Kind::Bytes) => of_number_text(from, to.itemsize()),
        (_, Kind::Str) => of_number_text(from, to.itemsize() / 4),
        (Kind::DateTime64(a), Kind::DateTime64(b)) => of_times(*a, *b, false, is_swapped(from, to)),
        (Kind::TimeDelta64(a), Kind::TimeDelta64(b)) => {
            of_times(*a, *b, true, is_swapped(from, to))
        }
        (Kind::DateTime64(_) | Kind::TimeDelta64(_), _) | (_, Kind::DateTime64(_)) => {
            Casting::Unsafe
        }
        (number, Kind::TimeDelta64(_)) => match class(number) {
            Some(Class::Int {
                bits: 64,
                signed: false,
            }) => Casting::SameKind,
            Some(Class::Bool | Class::Int { .. }) => Casting::Safe,
            _ => Casting::Unsafe,
        },
        (a, b) if a == b && is_swapped(from, to) => Casting::Equiv,
        (a, b) if a == b => Casting::No,
        (a, b) => of_numbers(class(a)?, class(b)?),
    })
}

fn is_swapped(from: &DType, to: &DType) -> bool {
    let (from, to) = (from.byte_order(), to.byte_order());
    from != to && from != ByteOrder::None && to != ByteOrder::None
}

fn sized(from: u64, to: u64, swapped: bool) -> Casting {
    match from.cmp(&to) {
        core::cmp::Ordering::Equal if swapped => Casting::Equiv,
        core::cmp::Ordering::Equal => Casting::No,
        core::cmp::Ordering::Less => Casting::Safe,
        core::cmp::Ordering::Greater => Casting::SameKind,
    }
}

fn of_text(needed: u64, len: u64) -> Casting {
    if needed <= len {
        Casting::Safe
    } else {
        Casting::SameKind
    }
}

/// Numbers as text are always of the same kind; dates, durations and what ml_dtypes has are not.
fn of_number_text(from: &DType, len: u64) -> Casting {
    let needed = match class(from.kind()) {
        Some(Class::Bool) => 5,
        Some(Class::Int { bits, signed }) => {
            let digits = match bits {
                8 => 3,
                16 => 5,
                32 => 10,
                _ => 20,
            };
            digits + u64::from(signed)
        }
        _ => match from.kind() {
            Kind::Float16 | Kind::Float32 | Kind::Float64 => 32,
            Kind::LongDouble => 48,
            Kind::Complex64 | Kind::Complex128 => 64,
            Kind::CLongDouble => 96,
            _ => return Casting::Unsafe,
        },
    };
    of_text(needed, len)
}

/// What a number is.
#[derive(Clone, Copy)]
enum Class {
    Bool,
    Int {
        bits: u32,
        signed: bool,
    },
    /// With the bits of the significand, the hidden one included, and the exponents of the least
    /// and the greatest power of two.
    Float {
        precision: u32,
        least: i32,
        greatest: i32,
        complex: bool,
    },
}

fn class(kind: &Kind) -> Option<Class> {
    let int = |bits, signed| Class::Int { bits, signed };
    let float = |precision, least, greatest, complex| Class::Float {
        precision,
        least,
        greatest,
        complex,
    };
    Some(match *kind {
        Kind::Bool => Class::Bool,
        Kind::Int8 => int(8, true),
        Kind::Int16 => int(16, true),
        Kind::Int32 => int(32, true),
        Kind::Int64 => int(64, true),
        Kind::UInt8 => int(8, false),
        Kind::UInt16 => int(16, false),
        Kind::UInt32 => int(32, false),
        Kind::UInt64 => int(64, false),
        Kind::Float16 => float(11, -24, 15, false),
        Kind::Float32 => float(24, -149, 127, false),
        Kind::Float64 => float(53, -1074, 1023, false),
        Kind::LongDouble => float(64, -16445, 16383, false),
        Kind::Complex64 => float(24, -149, 127, true),
        Kind::Complex128 => float(53, -1074, 1023, true),
        Kind::CLongDouble => float(64, -16445, 16383, true),
        Kind::Extended(extended) => match extended {
            Extended::BFloat16 => float(8, -133, 127, false),
            Extended::Complex32 => float(11, -24, 15, true),
            Extended::Float4E2M1Fn => float(2, -1, 2, false),
            Extended::Float6E2M3Fn => float(4, -3, 2, false),
            Extended::Float6E3M2Fn => float(3, -4, 4, false),
            Extended::Float8E3M4 => float(5, -6, 3, false),
            Extended::Float8E4M3 => float(4, -9, 7, false),
            Extended::Float8E4M3B11Fnuz => float(4, -13, 4, false),
            Extended::Float8E4M3Fn => float(4, -9, 8, false),
            Extended::Float8E4M3Fnuz => float(4, -10, 7, false),
            Extended::Float8E5M2 => float(3, -16, 15, false),
            Extended::Float8E5M2Fnuz => float(3, -17, 15, false),
            Extended::Float8E8M0Fnu => float(1, -127, 127, false),
            Extended::Int2 => int(2, true),
            Extended::Int4 => int(4, true),
            Extended::UInt2 => int(2, false),
            Extended::UInt4 => int(4, false),
        },
        _ => return None,
    })
}

fn of_numbers(from: Class, to: Class) -> Casting {
    use Class::{Bool, Float, Int};
    let (safe, same_kind) = match (from, to) {
        (Bool, _) => (true, true),
        (_, Bool) => (false, false),
        (
            Int { bits: a, signed },
            Int {
                bits: b,
                signed: to_signed,
            },
        ) => (
            if to_signed && !signed {
                a < b
            } else {
                a <= b && signed == to_signed
            },
            to_signed || !signed,
        ),
        (
            Int { bits, .. },
            Float {
                precision,
                greatest,
                ..
            },
        ) => (
            // Integers of 64 bits are safe in binary64: NumPy's exception.
            bits <= precision && bits as i32 <= greatest + 1 || bits == 64 && precision >= 53,
            true,
        ),
        (Float { .. }, Int { .. }) => (false, false),
        (
            Float {
                precision,
                least,
                greatest,
                complex,
            },
            Float {
                precision: p,
                least: l,
                greatest: g,
                complex: to_complex,
            },
        ) => (
            precision <= p && least >= l && greatest <= g && (to_complex || !complex),
            to_complex || !complex,
        ),
    };
    match (safe, same_kind) {
        (true, _) => Casting::Safe,
        (_, true) => Casting::SameKind,
        _ => Casting::Unsafe,
    }
}

/// Dates (or durations) of one unit to another.
fn of_times(from: TimeUnit, to: TimeUnit, durations: bool, swapped: bool) -> Casting {
    let calendar = |unit: TimeUnit| matches!(unit.base, TimeBase::Year | TimeBase::Month);
    if from == to || is_metric(from, to) {
        return if swapped { Casting::Equiv } else { Casting::No };
    }
    if from.base == TimeBase::Generic {
        return Casting::Safe;
    }
    if to.base == TimeBase::Generic || durations && calendar(from) != calendar(to) {
        return Casting::Unsafe;
    }
    if from.base <= to.base && divides(from, to) {
        Casting::Safe
    } else {
        Casting::SameKind
    }
}

/// Whether a unit is a multiple of a thousand, a million or a billion that makes another one, of
/// seconds or less. NumPy takes only this direction for the same, and divides without a rest.
fn is_metric(from: TimeUnit, to: TimeUnit) -> bool {
    if to.base < TimeBase::Second || from.base == TimeBase::Generic {
        return false;
    }
    let ratio = from.count.checked_div(to.count);
    match (from.base as u8).checked_sub(to.base as u8) {
        Some(1) => ratio == Some(1_000),
        Some(2) => ratio == Some(1_000_000),
        Some(3) => ratio == Some(1_000_000_000),
        _ => false,
    }
}

/// Whether a count of a unit is a whole number of the other one, whose base is not greater. Like
/// NumPy, it says yes where days depend on the calendar, and no above 2^56.
fn divides(from: TimeUnit, to: TimeUnit) -> bool {
    const LIMIT: u64 = 1 << 56;
    let mut count = u64::from(from.count);
    match (from.base, to.base) {
        (a, b) if a == b => {}
        (TimeBase::Year, TimeBase::Month) => count *= 12,
        (TimeBase::Year | TimeBase::Month, _) => return true,
        (a, b) => {
            let factor = super::time::linear(a)
                .zip(super::time::linear(b))
                .and_then(|(a, b)| u64::try_from(a / b).ok())
                .filter(|&factor| factor < LIMIT);
            match factor.and_then(|factor| count.checked_mul(factor)) {
                Some(product) => count = product,
                None => return false,
            }
        }
    }
    count < LIMIT && count.checked_rem(to.count.into()) == Some(0)
}

/// Conversions from and to structures and sub-arrays. The recursion is as deep as the dtypes are.
fn of_structures(from: &DType, to: &DType) -> Option<Casting> {
    Some(match (from.kind(), to.kind()) {
        (_, Kind::Object) => Casting::Safe,
        (Kind::Object, _) => Casting::Unsafe,
        (Kind::Struct(a), Kind::Struct(b)) => {
            if a.fields.len() != b.fields.len() {
                return None;
            }
            let mut needed = Casting::No;
            let mut moved = from.itemsize() != to.itemsize();
            for (a, b) in a.fields.iter().zip(&b.fields) {
                needed = needed.max(rule(&a.dtype, &b.dtype)?);
                if a.name != b.name || a.title != b.title {
                    needed = needed.max(Casting::Safe);
                }
                moved |= a.offset != b.offset;
            }
            if moved {
                needed = needed.max(Casting::Equiv);
            }
            needed
        }
        (Kind::Struct(a), _) => {
            let [field] = &*a.fields else { return None };
            rule(&field.dtype, to)?;
            Casting::Unsafe
        }
        (_, Kind::Struct(b)) => {
            for field in &b.fields {
                rule(from, &field.dtype)?;
            }
            Casting::Unsafe
        }
        (Kind::SubArray(a), Kind::SubArray(b)) => {
            let element = rule(&a.element, &b.element)?;
            if a.shape == b.shape {
                element
            } else {
                Casting::Unsafe
            }
        }
        (Kind::SubArray(a), _) => {
            rule(&a.element, to)?;
            Casting::Unsafe
        }
        (Kind::Void, Kind::SubArray(b)) => {
            rule(from, &b.element)?;
            Casting::Unsafe
        }
        (_, Kind::SubArray(b)) => rule(from, &b.element)?.max(Casting::Safe),
        _ => return None,
    })
}
