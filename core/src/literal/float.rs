//! Floats from text, where the tables of the standard library's parser would be a sixth of a whole
//! module: exact arithmetic instead, which is slow, for what headers hardly ever have.

use core::cmp::Ordering;

use crate::text::Big;

/// More significant digits than any binary64, or the middle of two, has. If there are more, only
/// whether any is not zero matters.
const MAX_DIGITS: i64 = 800;

/// The binary64 that is nearest to a decimal number such as `1.5e-3`, the even one of two.
pub(super) fn parse(text: &str) -> f64 {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let beyond = if exponent.starts_with('-') { -1 } else { 1 } * i64::from(i32::MAX);
    let mut power = exponent.parse::<i32>().map_or(beyond, i64::from);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.bytes().map(|digit| (digit, 0));
    let (mut digits, mut seen, mut more) = (Big::zero(), 0, false);
    for (digit, place) in whole.chain(fraction.bytes().map(|digit| (digit, 1))) {
        let digit = digit.wrapping_sub(b'0');
        if seen == MAX_DIGITS {
            more |= digit > 0;
            power += 1 - place;
        } else {
            seen += i64::from(seen > 0 || digit > 0);
            digits.multiply(10);
            digits.add(digit.into());
            power -= place;
        }
    }
    if more {
        digits.multiply(10);
        digits.add(1);
        power -= 1;
    }
    // Beyond these there are but zero and infinity.
    match seen + power {
        _ if seen == 0 => return 0.0,
        ..-330 => return 0.0,
        310.. => return f64::INFINITY,
        _ => {}
    }
    nearest(&digits, power as i32)
}

/// The binary64 nearest to `digits` × 10^`power`.
fn nearest(digits: &Big, power: i32) -> f64 {
    let mut digits = digits.clone();
    digits.multiply_power_of_five(power.max(0).unsigned_abs());
    // Floats that are not negative are in the order of their bits.
    let (mut low, mut high) = (0, f64::INFINITY.to_bits() + 1);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        let goes = match compare(&digits, power, middle - 1) {
            Ordering::Equal => middle.is_multiple_of(2),
            ordering => ordering == Ordering::Greater,
        };
        if goes {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::from_bits(low)
}

/// Compares `scaled` × 2^`power` × 5^min(`power`, 0) with what lies in the middle between a float
/// and the next one.
fn compare(scaled: &Big, power: i32, bits: u64) -> Ordering {
    let biased = (bits >> 52) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let significand = fraction | u64::from(biased > 0) << 52;
    let mut middle = Big::power_of_five(power.min(0).unsigned_abs());
    middle.multiply(2 * significand + 1);
    let shift = power - (biased.max(1) - 1076);
    match u32::try_from(shift) {
        Ok(shift) => scaled.shifted(shift).cmp(&middle),
        Err(_) => scaled.cmp(&middle.shifted(shift.unsigned_abs())),
    }
}

#[cfg(test)]
mod tests {
    use std::{format, string::String, vec::Vec};

    use proptest::prelude::*;

    use super::parse;

    #[track_caller]
    fn check(text: &str) {
        let expected: f64 = text.parse().unwrap();
        assert_eq!(parse(text).to_bits(), expected.to_bits(), "{text}");
    }

    proptest! {
        #![proptest_config(crate::testing::cases(256))]
        #[test]
        fn agrees_with_the_standard_library(
            whole in "[0-9]{0,30}",
            fraction in "[0-9]{0,30}",
            exponent in -400_i32..400,
            bits: u64,
        ) {
            check(&format!("0{whole}.{fraction}e{exponent}"));
            let x = f64::from_bits(bits & i64::MAX as u64);
            if x.is_finite() {
                check(&format!("{x:e}"));
                // Between two floats, and beside that.
                let next = f64::from_bits(x.to_bits() + 1);
                if next.is_finite() {
                    check(&format!("{x:.800e}"));
                }
            }
        }
    }

    #[test]
    fn edges() {
        let ties = [
            "9007199254740993",
            "9007199254740995",
            "9007199254740993.0000000001",
        ];
        let limits = [
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "4.9406564584124654e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072011e-308",
            "1e99999999999",
            "1e-99999999999",
            "0e99999999999",
            "0.0",
            "00.0001e4",
        ];
        for text in ties.iter().chain(&limits) {
            check(text);
        }
        let zeros: String = core::iter::repeat_n('0', 1000).collect();
        let all: Vec<_> = ["1", "9007199254740993"]
            .iter()
            .flat_map(|digits| {
                [
                    format!("{digits}{zeros}e-1000"),
                    format!("0.{zeros}{digits}e1010"),
                    format!("{digits}.{zeros}1"),
                ]
            })
            .collect();
        all.iter().for_each(|text| check(text));
    }
}
