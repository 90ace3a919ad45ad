//! Number formats that Rust has no type for, decoded without branches where loops depend on it.
//!
//! All conversions are exact but that of long doubles, which rounds to nearest, ties to even.

use crate::dtype::Extended;

/// The value of an IEEE binary16.
///
/// Free of branches, so that a loop over it vectorises, and of arithmetic with subnormal numbers,
/// for which processors need a hundred times as long.
#[inline]
pub fn f16_to_f32(bits: u16) -> f32 {
    /// The difference of the exponent biases, 127 - 15, where binary32 has its exponent.
    const REBIAS: u32 = 112 << 23;
    /// 2^-14, the least normal binary16.
    const LEAST_NORMAL: u32 = 113 << 23;
    let wide = u32::from(bits) << 16;
    let sign = wide & 0x8000_0000;
    let magnitude = (wide ^ sign) >> 3;
    // A subnormal number is a fraction of the least normal one: put the 1 before it, and take it
    // away again. From all others, 0 is taken.
    let (rebias, one) = if magnitude < 0x0080_0000 {
        (LEAST_NORMAL, LEAST_NORMAL)
    } else {
        (REBIAS, 0)
    };
    let finite = f32::from_bits(magnitude + rebias) - f32::from_bits(one);
    // Infinities and NaNs were large numbers so far, for arithmetic would change payloads. Their
    // exponent is all ones in binary32 too.
    let rest = if magnitude >= 0x0f80_0000 { REBIAS } else { 0 };
    f32::from_bits(sign | (finite.to_bits() + rest))
}

/// The value of a bfloat16: the upper half of a binary32.
#[inline]
pub fn bf16_to_f32(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// The value of a long double, given its 16 bytes as an integer: an x87 80-bit extended number in
/// the lower 10, the upper 6 unused.
///
/// Encodings that the x87 itself refuses (an exponent without the integer bit) are NaN.
#[inline]
pub fn long_double_to_f64(bits: u128) -> f64 {
    f80_to_f64(bits as u64, (bits >> 64) as u16)
}

/// The same for the significand, whose top bit is the integer bit, and for sign and exponent.
fn f80_to_f64(significand: u64, sign_exponent: u16) -> f64 {
    let sign = u64::from(sign_exponent >> 15) << 63;
    let exponent = i32::from(sign_exponent & 0x7fff);
    let integer_bit = significand >> 63 == 1;
    let magnitude = if exponent == 0x7fff {
        if significand << 1 == 0 && integer_bit {
            f64::INFINITY
        } else {
            f64::NAN
        }
    } else if significand == 0 {
        0.0
    } else if exponent != 0 && !integer_bit {
        f64::NAN
    } else {
        // The value is significand × 2^(exponent - 16383 - 63), subnormals having exponent 1.
        scale_rounded(significand, exponent.max(1) - 16383 - 63)
    };
    f64::from_bits(sign | magnitude.to_bits())
}

/// `significand` × 2^`exponent`, rounded once to the nearest f64, ties to even.
fn scale_rounded(significand: u64, exponent: i32) -> f64 {
    let top = 63 - significand.leading_zeros() as i32;
    let value_exponent = top + exponent;
    if value_exponent > 1023 {
        return f64::INFINITY;
    }
    // The weight of the last bit that the result can hold.
    let last = (value_exponent - 52).max(-1074);
    let dropped = last - exponent;
    let kept = if dropped <= 0 {
        // Fewer than 53 bits: exact.
        u128::from(significand) << (-dropped).min(64)
    } else if dropped > 64 {
        0
    } else {
        let significand = u128::from(significand);
        let kept = significand >> dropped;
        let rest = significand & ((1 << dropped) - 1);
        let half = 1 << (dropped - 1);
        kept + u128::from(rest > half || (rest == half && kept & 1 == 1))
    };
    // `kept` is at most 2^53. Carrying it into the exponent field does the final rounding.
    let kept = kept as u64;
    if last == -1074 {
        // Subnormal, or the first normal number by carry: the bits are the value.
        f64::from_bits(kept)
    } else {
        let biased = (last + 1075) as u64;
        f64::from_bits(((biased - 1) << 52) + kept)
    }
}

/// The value of a one- or two-byte number of ml_dtypes, given its bits in the low end of `bits`.
///
/// [`Extended::Complex32`] is no single number: its halves are [`f16_to_f32`]'s.
pub fn extended_to_f32(kind: Extended, bits: u16) -> f32 {
    use Specials::{Fn, FnNoNan, Fnuz, Ieee};
    let small = |exponent_bits, mantissa_bits, bias, specials| {
        small_float(
            u32::from(bits),
            exponent_bits,
            mantissa_bits,
            bias,
            specials,
        )
    };
    let signed = |width: u32| {
        let shift = 32 - width;
        ((i32::from(bits) << shift) >> shift) as f32
    };
    match kind {
        Extended::BFloat16 => bf16_to_f32(bits),
        Extended::Complex32 => f16_to_f32(bits),
        Extended::Float4E2M1Fn => small(2, 1, 1, FnNoNan),
        Extended::Float6E2M3Fn => small(2, 3, 1, FnNoNan),
        Extended::Float6E3M2Fn => small(3, 2, 3, FnNoNan),
        Extended::Float8E3M4 => small(3, 4, 3, Ieee),
        Extended::Float8E4M3 => small(4, 3, 7, Ieee),
        Extended::Float8E4M3B11Fnuz => small(4, 3, 11, Fnuz),
        Extended::Float8E4M3Fn => small(4, 3, 7, Fn),
        Extended::Float8E4M3Fnuz => small(4, 3, 8, Fnuz),
        Extended::Float8E5M2 => small(5, 2, 15, Ieee),
        Extended::Float8E5M2Fnuz => small(5, 2, 16, Fnuz),
        Extended::Float8E8M0Fnu => match bits & 0xff {
            0xff => f32::NAN,
            // 2^-127 is subnormal in binary32.
            0 => f32::from_bits(1 << 22),
            e => f32::from_bits(u32::from(e) << 23),
        },
        Extended::Int2 => signed(2),
        Extended::Int4 => signed(4),
        Extended::UInt2 => f32::from(bits & 3),
        Extended::UInt4 => f32::from(bits & 15),
    }
}

/// How a small float spells infinity and NaN.
#[derive(Clone, Copy, PartialEq)]
enum Specials {
    /// The greatest exponent means infinity (mantissa 0) or NaN.
    Ieee,
    /// All bits one mean NaN, nothing infinity.
    Fn,
    /// Neither exists.
    FnNoNan,
    /// What would be negative zero is NaN, nothing infinity.
    Fnuz,
}

fn small_float(
    bits: u32,
    exponent_bits: u32,
    mantissa_bits: u32,
    bias: i32,
    specials: Specials,
) -> f32 {
    let exponent_mask = (1 << exponent_bits) - 1;
    let mantissa_mask = (1 << mantissa_bits) - 1;
    let negative = bits >> (exponent_bits + mantissa_bits) & 1 == 1;
    let exponent = bits >> mantissa_bits & exponent_mask;
    let mantissa = bits & mantissa_mask;
    let top = exponent == exponent_mask;
    let magnitude = match specials {
        Specials::Ieee if top && mantissa == 0 => f32::INFINITY,
        Specials::Ieee if top => f32::NAN,
        Specials::Fn if top && mantissa == mantissa_mask => f32::NAN,
        Specials::Fnuz if negative && exponent == 0 && mantissa == 0 => f32::NAN,
        _ => {
            let hidden = u32::from(exponent > 0) << mantissa_bits;
            let power = exponent.max(1) as i32 - bias - mantissa_bits as i32;
            // At most 8 bits times a power of two within binary32's normal range: exact.
            (mantissa | hidden) as f32 * f32::from_bits(((power + 127) as u32) << 23)
        }
    };
    if negative { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::few;

    #[test]
    fn every_f16_and_bf16_agrees_with_half() {
        for bits in few(1000, 0..=u16::MAX) {
            let same = |ours: f32, theirs: f32| {
                ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan())
            };
            assert!(
                same(f16_to_f32(bits), half::f16::from_bits(bits).to_f32()),
                "f16 {bits:#x}"
            );
            assert!(
                same(bf16_to_f32(bits), half::bf16::from_bits(bits).to_f32()),
                "bf16 {bits:#x}"
            );
        }
    }

    #[test]
    fn f80_of_every_power_and_of_ties() {
        // Every f64 is an f80: rebuild it and read it back.
        for value in [
            1.0,
            1.5,
            0.1,
            f64::MAX,
            f64::MIN_POSITIVE,
            5e-324,
            3e-310,
            1e300,
        ] {
            let bits = value.to_bits();
            let (mantissa, exponent) = (bits & ((1 << 52) - 1), (bits >> 52) as i32);
            let (significand, power) = if exponent == 0 {
                (mantissa, -1074)
            } else {
                (mantissa | 1 << 52, exponent - 1075)
            };
            let shift = significand.leading_zeros();
            let biased = (power - shift as i32 + 16383 + 63) as u16;
            assert_eq!(f80_to_f64(significand << shift, biased), value);
            assert_eq!(f80_to_f64(significand << shift, biased | 0x8000), -value);
        }
        // 1 + 2^-53 is a tie and goes to even, one bit more goes up.
        assert_eq!(f80_to_f64(1 << 63 | 1 << 10, 16383), 1.0);
        assert_eq!(f80_to_f64(1 << 63 | 1 << 10 | 1, 16383), 1.0 + f64::EPSILON);
        assert_eq!(
            f80_to_f64(1 << 63 | 3 << 10, 16383),
            1.0 + 2.0 * f64::EPSILON
        );
        // All ones round up into the next power, and past the greatest into infinity.
        assert_eq!(f80_to_f64(u64::MAX, 16383), 2.0);
        assert_eq!(f80_to_f64(u64::MAX, 16383 + 1023), f64::INFINITY);
        assert_eq!(f80_to_f64(1 << 63, 0x7fff), f64::INFINITY);
        assert!(f80_to_f64(3 << 62, 0x7fff).is_nan());
        assert!(f80_to_f64(1, 16383).is_nan());
        assert_eq!(f80_to_f64(u64::MAX, 1), 0.0);
        assert_eq!(f80_to_f64(1 << 63, 16383 - 1075), 0.0);
        assert_eq!(f80_to_f64(1 << 63 | 1, 16383 - 1075), 5e-324);
    }
}
