//! Numbers rounded to the formats that Rust has no type for: to nearest, ties to even.

use crate::dtype::Extended;

/// The IEEE binary16 nearest to a binary32.
///
/// Free of branches, so that a loop over it vectorises. A NaN stays one, with the upper bits of
/// its payload and quiet.
#[inline]
pub(super) fn f32_to_f16(value: f32) -> u16 {
    /// The difference of the exponent biases, 127 - 15, where binary32 has its exponent.
    const REBIAS: u32 = 112 << 23;
    /// 2^-14, the least normal binary16.
    const LEAST_NORMAL: u32 = 113 << 23;
    const INFINITY: u32 = 0x7c00;
    let bits = value.to_bits();
    let sign = (bits >> 16) as u16 & 0x8000;
    let magnitude = bits & 0x7fff_ffff;
    // Of 13 bits dropped, half and more of a unit carries; half a unit does if the last bit kept is
    // odd. A carry into the exponent is right, up to infinity.
    let odd = magnitude >> 13 & 1;
    let normal = magnitude.wrapping_sub(REBIAS).wrapping_add(0xfff + odd) >> 13;
    // The weight of the last bit of 1/2 is that of the last bit of subnormal numbers.
    let half = f32::from_bits(magnitude) + 0.5;
    let subnormal = half.to_bits().wrapping_sub(0.5_f32.to_bits());
    let finite = if magnitude < LEAST_NORMAL {
        subnormal
    } else {
        normal.min(INFINITY)
    };
    let magnitude = if magnitude > f32::INFINITY.to_bits() {
        INFINITY | 0x200 | magnitude >> 13 & 0x3ff
    } else if magnitude >= 143 << 23 {
        // 2^16 and more, where `normal` may have wrapped around.
        INFINITY
    } else {
        finite
    };
    sign | magnitude as u16
}

/// The IEEE binary16 nearest to a binary64.
#[inline]
pub(super) fn f64_to_f16(value: f64) -> u16 {
    // Rounding twice would be wrong, were the first time not to odd: what is dropped then leaves
    // its trace in the last bit, and a tie stays no tie.
    let bits = value.to_bits();
    let nearest = value as f32;
    let back = f64::from(nearest);
    let exact = back == value || value.is_nan();
    let nearest_bits = nearest.to_bits();
    // Towards zero first, then odd. At infinity the greatest finite number is odd already.
    let away = back.to_bits() & !(1 << 63) > bits & !(1 << 63);
    let odd = (nearest_bits.wrapping_sub(u32::from(away))) | 1;
    f32_to_f16(f32::from_bits(if exact { nearest_bits } else { odd }))
}

/// The bfloat16 nearest to a binary32. A NaN becomes the quiet one of its sign.
#[inline]
pub(super) fn f32_to_bf16(value: f32) -> u16 {
    let bits = value.to_bits();
    let odd = bits >> 16 & 1;
    if value.is_nan() {
        (bits >> 16) as u16 & 0x8000 | 0x7fc0
    } else {
        (bits.wrapping_add(0x7fff + odd) >> 16) as u16
    }
}

/// The one-byte float of ml_dtypes nearest to a binary32, and whether the number was finite and
/// too large for the format, or not a number although the format has none, or negative although
/// the format has no sign.
///
/// What ml_dtypes makes of such numbers is returned: infinity where there is one, else NaN, else
/// the greatest number; of NaN zero, if there is none.
pub(super) fn f32_to_small(kind: Extended, value: f32) -> (u8, bool) {
    use Overflow::{Fnuz, Infinity, Nan, Saturate};
    match kind {
        Extended::Float8E8M0Fnu => power_of_two(value),
        Extended::Float4E2M1Fn => small(value, 2, 1, 1, Saturate),
        Extended::Float6E2M3Fn => small(value, 2, 3, 1, Saturate),
        Extended::Float6E3M2Fn => small(value, 3, 2, 3, Saturate),
        Extended::Float8E3M4 => small(value, 3, 4, 3, Infinity),
        Extended::Float8E4M3 => small(value, 4, 3, 7, Infinity),
        Extended::Float8E4M3B11Fnuz => small(value, 4, 3, 11, Fnuz),
        Extended::Float8E4M3Fn => small(value, 4, 3, 7, Nan),
        Extended::Float8E4M3Fnuz => small(value, 4, 3, 8, Fnuz),
        Extended::Float8E5M2 => small(value, 5, 2, 15, Infinity),
        Extended::Float8E5M2Fnuz => small(value, 5, 2, 16, Fnuz),
        // The others are no floats of one byte.
        _ => (0, true),
    }
}

/// What a small float has instead of numbers that are too large.
#[derive(Clone, Copy)]
enum Overflow {
    Infinity,
    /// All bits one.
    Nan,
    /// What would be negative zero.
    Fnuz,
    /// Nothing.
    Saturate,
}

fn small(
    value: f32,
    exponent_bits: u32,
    mantissa_bits: u32,
    bias: i32,
    overflow: Overflow,
) -> (u8, bool) {
    let sign = u32::from(value.is_sign_negative()) << (exponent_bits + mantissa_bits);
    let all_ones = (1_u32 << (exponent_bits + mantissa_bits)) - 1;
    let infinity = all_ones & !((1 << mantissa_bits) - 1);
    let (greatest, beyond, nan) = match overflow {
        Overflow::Infinity => (
            infinity - 1,
            sign | infinity,
            sign | infinity | 1 << (mantissa_bits - 1),
        ),
        Overflow::Nan => (all_ones - 1, sign | all_ones, sign | all_ones),
        Overflow::Fnuz => (all_ones, all_ones + 1, all_ones + 1),
        // The sign of NaN becomes the opposite one of zero.
        Overflow::Saturate => (all_ones, sign | all_ones, sign ^ (all_ones + 1)),
    };
    if value.is_nan() {
        return (nan as u8, matches!(overflow, Overflow::Saturate));
    }
    let magnitude = value.to_bits() & 0x7fff_ffff;
    // Subnormal numbers of binary32 are far below half the least number of each format.
    let exponent = (magnitude >> 23) as i32 - 127;
    let significand = magnitude & 0x007f_ffff | 1 << 23;
    let dropped = (23 - mantissa_bits as i32) + (1 - bias - exponent).max(0);
    let rounded = if dropped > 25 {
        0
    } else {
        let odd = significand >> dropped & 1;
        (significand + (1 << (dropped - 1)) - 1 + odd) >> dropped
    };
    // Adding the exponent below the hidden bit lets a carry do what it should.
    let biased = (exponent + bias - 1).max(0) as u32;
    let bits = rounded.saturating_add(biased << mantissa_bits);
    if value.is_infinite() || bits > greatest {
        let lost = value.is_finite() || !matches!(overflow, Overflow::Infinity);
        return (beyond as u8, lost);
    }
    match overflow {
        // There is one zero.
        Overflow::Fnuz if bits == 0 => (0, false),
        _ => ((sign | bits) as u8, false),
    }
}

/// A power of two without a sign: exponents from -127 to 127, and NaN.
fn power_of_two(value: f32) -> (u8, bool) {
    const NAN: u8 = 0xff;
    if value.is_nan() {
        return (NAN, false);
    }
    if value <= 0.0 || value.is_infinite() {
        return (NAN, true);
    }
    let bits = value.to_bits();
    let (exponent, mantissa) = (bits >> 23, bits & 0x007f_ffff);
    let rounded = match exponent {
        // Subnormal: 2^-127 is 1 << 22, and ml_dtypes rounds up to 2^-126 from there on.
        0 => u32::from(mantissa > 1 << 22),
        // So does it with ties.
        _ => exponent + u32::from(mantissa >= 1 << 22),
    };
    (rounded as u8, rounded > 254)
}

#[cfg(test)]
mod tests {
    use half::{bf16, f16};

    use super::*;
    use crate::number::{extended_to_f32, f16_to_f32};

    #[test]
    fn every_f16_comes_back_and_so_does_what_lies_between() {
        let step = if cfg!(miri) { 251 } else { 1 };
        for bits in (0..=u16::MAX).step_by(step) {
            let value = f16_to_f32(bits);
            if value.is_nan() {
                assert!(f16::from_bits(f32_to_f16(value)).is_nan());
                assert!(f16::from_bits(f64_to_f16(value.into())).is_nan());
                continue;
            }
            assert_eq!(f32_to_f16(value), bits);
            assert_eq!(f64_to_f16(value.into()), bits);
            if bits & 0x7fff >= 0x7bff {
                continue;
            }
            // The middle to the next one goes to the even one, everything beside it to its own.
            let next = f64::from(f16_to_f32(bits + 1));
            let value = f64::from(value);
            let middle = (value + next) / 2.0;
            let even = bits + (bits & 1);
            assert_eq!(f64_to_f16(middle), even, "{middle}");
            assert_eq!(f32_to_f16(middle as f32), even, "{middle}");
            let up = middle + (next - value) * 1e-9;
            let down = middle - (next - value) * 1e-9;
            assert_eq!(f64_to_f16(up), bits + 1, "{up}");
            assert_eq!(f64_to_f16(down), bits, "{down}");
        }
        for value in [65519.999, 65520.0, 1e10, 1e300, f64::INFINITY] {
            assert_eq!(f64_to_f16(-value), 0x8000 | f64_to_f16(value), "{value}");
            let expected = if value < 65520.0 { 0x7bff } else { 0x7c00 };
            assert_eq!(f64_to_f16(value), expected, "{value}");
        }
        assert_eq!(f64_to_f16(1e-300), 0);
        assert_eq!(f64_to_f16(-5e-324), 0x8000);
    }

    #[test]
    fn floats_are_rounded_as_half_does() {
        let step = if cfg!(miri) { 0x03ff_ffff } else { 9973 };
        for bits in (0..=u32::MAX).step_by(step) {
            let value = f32::from_bits(bits);
            if !value.is_nan() {
                assert_eq!(f32_to_f16(value), f16::from_f32(value).to_bits(), "{value}");
                assert_eq!(
                    f32_to_bf16(value),
                    bf16::from_f32(value).to_bits(),
                    "{value}"
                );
            }
        }
        assert_eq!(f32_to_bf16(f32::from_bits(0xffff_ffff)), 0xffc0);
    }

    #[test]
    fn every_small_float_comes_back() {
        use Extended::*;
        for (kind, bits) in [
            (Float4E2M1Fn, 4),
            (Float6E2M3Fn, 6),
            (Float6E3M2Fn, 6),
            (Float8E3M4, 8),
            (Float8E4M3, 8),
            (Float8E4M3B11Fnuz, 8),
            (Float8E4M3Fn, 8),
            (Float8E4M3Fnuz, 8),
            (Float8E5M2, 8),
            (Float8E5M2Fnuz, 8),
            (Float8E8M0Fnu, 8),
        ] {
            for byte in 0..1 << bits {
                let value = extended_to_f32(kind, byte);
                let (found, lost) = f32_to_small(kind, value);
                assert!(!lost, "{kind:?} {byte:#x} {value}");
                if value.is_nan() {
                    assert!(extended_to_f32(kind, found.into()).is_nan());
                } else {
                    assert_eq!(u16::from(found), byte, "{kind:?} {value}");
                }
            }
        }
    }
}
