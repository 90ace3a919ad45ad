//! The few types that numbers are widened to on their way from one format to another.

use super::narrow;
use crate::{dtype::NAT, number::long_double_to_f64};

/// A number on its way. Every format of source is exact in one of the types that have this trait.
pub(super) trait Wide: Copy + Default {
    /// Whether it is anything but zero.
    fn is_true(self) -> bool;

    /// Whether it is the count of a date or a duration that means NaT.
    fn is_nat(self) -> bool {
        false
    }

    /// Whether it is neither infinite nor NaN.
    fn is_finite(self) -> bool;

    /// The integer towards zero, in two's complement, and whether the target does not hold it.
    fn to_int(self, target: IntTarget) -> (u64, bool);

    /// The nearest binary64.
    fn to_f64(self) -> f64;

    /// The nearest binary32.
    fn to_f32(self) -> f32;

    /// The bits of the nearest binary16.
    fn to_f16(self) -> u16 {
        narrow::f32_to_f16(self.to_f32())
    }

    /// The bits of the number as an x87 80-bit extended one.
    fn to_long(self) -> Long;
}

/// The integers that a type has, and what NumPy does about others.
#[derive(Clone, Copy, Debug)]
pub(super) struct IntTarget {
    /// The least integer.
    pub(super) least: i64,
    /// The greatest one.
    pub(super) greatest: u64,
    /// The greatest float below which `least` is the first integer.
    pub(super) below: f64,
    /// `greatest` and one.
    pub(super) above: f64,
    /// The bits of the registers that NumPy's conversion from floats goes through, and those of
    /// the one from long doubles.
    pub(super) registers: (u32, u32),
    /// Whether NaN becomes NaT, which is the least integer.
    pub(super) nat: bool,
}

impl IntTarget {
    /// Integers of `bits` bits.
    pub(super) fn new(bits: u32, signed: bool) -> Self {
        let unused = 64_u32.saturating_sub(bits).min(63);
        let greatest = u64::MAX >> unused >> u32::from(signed);
        let least = if signed { i64::MIN >> unused } else { 0 };
        let above = match greatest.checked_add(1) {
            Some(above) => above as f64,
            None => 18_446_744_073_709_551_616.0,
        };
        Self {
            least,
            greatest,
            below: match least {
                // The float below it.
                i64::MIN => -9_223_372_036_854_777_856.0,
                least => least as f64 - 1.0,
            },
            above,
            registers: match (bits, signed) {
                (..=8, _) | (16, true) => (32, 16),
                (16, false) | (32, true) => (32, 32),
                (32, false) | (64, true) => (64, 64),
                _ => (65, 65),
            },
            nat: false,
        }
    }

    /// Dates and durations.
    pub(super) fn time() -> Self {
        Self {
            nat: true,
            ..Self::new(64, true)
        }
    }
}

impl Wide for i64 {
    fn is_true(self) -> bool {
        self != 0
    }

    fn is_nat(self) -> bool {
        self == NAT
    }

    fn is_finite(self) -> bool {
        true
    }

    #[inline(always)]
    fn to_int(self, target: IntTarget) -> (u64, bool) {
        let greatest = i64::try_from(target.greatest).unwrap_or(Self::MAX);
        (self as u64, (self < target.least) | (self > greatest))
    }

    fn to_f64(self) -> f64 {
        self as f64
    }

    fn to_f32(self) -> f32 {
        self as f32
    }

    fn to_long(self) -> Long {
        Long::new(self < 0, self.unsigned_abs(), 0)
    }
}

impl Wide for u64 {
    fn is_true(self) -> bool {
        self != 0
    }

    fn is_finite(self) -> bool {
        true
    }

    #[inline(always)]
    fn to_int(self, target: IntTarget) -> (u64, bool) {
        (self, self > target.greatest)
    }

    fn to_f64(self) -> f64 {
        self as f64
    }

    fn to_f32(self) -> f32 {
        self as f32
    }

    fn to_long(self) -> Long {
        Long::new(false, self, 0)
    }
}

impl Wide for f64 {
    fn is_true(self) -> bool {
        self != 0.0
    }

    fn is_finite(self) -> bool {
        self.is_finite()
    }

    #[inline(always)]
    fn to_int(self, target: IntTarget) -> (u64, bool) {
        // NaN is in no range.
        let fits = (self > target.below) & (self < target.above);
        let (bits, _) = target.registers;
        let int = match bits {
            // Conversions saturate, and those of x86 give the least integer instead.
            32 => {
                let inside = (self > -2_147_483_649.0) & (self < 2_147_483_648.0);
                i64::from(if inside { self as i32 } else { i32::MIN }) as u64
            }
            64 => signed(self) as u64,
            _ if self >= TWO_63 => (signed(self - TWO_63) as u64) ^ 1 << 63,
            _ => signed(self) as u64,
        };
        (int, !(fits | (target.nat & self.is_nan())))
    }

    fn to_f64(self) -> f64 {
        self
    }

    fn to_f32(self) -> f32 {
        self as f32
    }

    fn to_f16(self) -> u16 {
        narrow::f64_to_f16(self)
    }

    fn to_long(self) -> Long {
        let bits = self.to_bits();
        let (exponent, mantissa) = (bits >> 52 & 0x7ff, bits & ((1 << 52) - 1));
        let negative = bits >> 63 == 1;
        match exponent {
            0x7ff => Long {
                significand: 1 << 63 | mantissa << 11,
                sign_exponent: u16::from(negative) << 15 | 0x7fff,
            },
            0 => Long::new(negative, mantissa, -1074),
            _ => Long::new(negative, mantissa | 1 << 52, exponent as i32 - 1075),
        }
    }
}

const TWO_63: f64 = 9_223_372_036_854_775_808.0;

/// The integer towards zero, or the least one if none is.
fn signed(value: f64) -> i64 {
    if (-TWO_63..TWO_63).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}

/// A number in the 80-bit extended format of the x87.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Long {
    /// Its top bit is the integer bit.
    significand: u64,
    sign_exponent: u16,
}

impl Long {
    /// `significand` × 2^`exponent`, which must be in range, as everything of 64 bits is.
    fn new(negative: bool, significand: u64, exponent: i32) -> Self {
        let sign = u16::from(negative) << 15;
        if significand == 0 {
            return Self {
                significand,
                sign_exponent: sign,
            };
        }
        let shift = significand.leading_zeros();
        let biased = exponent - shift as i32 + 63 + 16383;
        Self {
            significand: significand << shift,
            sign_exponent: sign | biased as u16,
        }
    }

    /// Reads the lower 10 of 16 bytes.
    pub(super) fn from_bits(bits: u128) -> Self {
        Self {
            significand: bits as u64,
            sign_exponent: (bits >> 64) as u16,
        }
    }

    /// 16 bytes, the upper 6 of them zero.
    pub(super) fn to_bits(self) -> u128 {
        u128::from(self.significand) | u128::from(self.sign_exponent) << 64
    }

    fn is_negative(self) -> bool {
        self.sign_exponent >> 15 == 1
    }

    /// The magnitude towards zero, if 64 bits hold it.
    fn magnitude(self) -> Option<u64> {
        if !self.is_finite() {
            return None;
        }
        let exponent = i32::from(self.sign_exponent & 0x7fff) - 16383;
        match exponent {
            ..0 => Some(0),
            0..=63 => Some(self.significand >> (63 - exponent)),
            _ => None,
        }
    }
}

impl Wide for Long {
    fn is_true(self) -> bool {
        self.significand != 0 || self.sign_exponent & 0x7fff != 0
    }

    fn is_finite(self) -> bool {
        let exponent = self.sign_exponent & 0x7fff;
        // A number without its integer bit is not valid, but for subnormal ones and zero.
        exponent != 0x7fff && (exponent == 0 || self.significand >> 63 == 1)
    }

    fn to_int(self, target: IntTarget) -> (u64, bool) {
        let negative = self.is_negative();
        let nat = target.nat && self.to_f64().is_nan();
        let Some(magnitude) = self.magnitude() else {
            let (_, bits) = target.registers;
            let least = match bits {
                // As for a binary64.
                65.. => self.to_f64().to_int(target).0,
                bits => 1 << (bits - 1),
            };
            return (least, !nat);
        };
        let int = if negative {
            magnitude.wrapping_neg()
        } else {
            magnitude
        };
        let fits = if negative {
            magnitude <= target.least.unsigned_abs()
        } else {
            magnitude <= target.greatest
        };
        let (_, bits) = target.registers;
        // The registers are signed, but for the 64 bits that are not.
        let (least, greatest) = match bits {
            65.. => (1 << 63, u64::MAX),
            bits => (1 << (bits - 1), (1 << (bits - 1)) - 1),
        };
        let inside = magnitude <= if negative { least } else { greatest };
        (if inside { int } else { least }, !fits)
    }

    fn to_f64(self) -> f64 {
        long_double_to_f64(self.to_bits())
    }

    fn to_f32(self) -> f32 {
        // To odd first, so that the second rounding sees what the first one dropped.
        let nearest = self.to_f64();
        let back = nearest.to_long();
        if back == self || !nearest.is_finite() {
            return nearest as f32;
        }
        let magnitude = |long: Self| (long.sign_exponent & 0x7fff, long.significand);
        let away = magnitude(back) > magnitude(self);
        let odd = nearest.to_bits().wrapping_sub(u64::from(away)) | 1;
        f64::from_bits(odd) as f32
    }

    fn to_long(self) -> Long {
        self
    }
}
