//! Floating-point numbers as integers times powers of two, and their decimal digits.

use smallvec::{SmallVec, smallvec};

use super::big::Big;
use crate::dtype::{ByteOrder, Kind};

/// A floating-point number of any format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Real {
    /// Whether the sign bit is set.
    pub(super) negative: bool,
    /// The number without its sign.
    pub(super) magnitude: Magnitude,
}

/// A [`Real`] without its sign.
#[derive(Clone, Copy, Debug)]
pub(super) enum Magnitude {
    Nan,
    Infinity,
    Finite(Finite),
}

/// A finite number that is not negative: `significand` × 2^`exponent`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finite {
    significand: u64,
    exponent: i32,
    /// Whether the next smaller number of the format is half as far as the next greater one, as
    /// it is below powers of two.
    near_below: bool,
}

/// An IEEE format of floating-point numbers, or x87's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FloatKind {
    Half,
    Single,
    Double,
    /// x87 80-bit extended precision, in 16 bytes.
    Extended,
}

impl FloatKind {
    /// The format of a floating-point kind, or of the halves of a complex one.
    pub(super) fn of(kind: &Kind) -> Option<Self> {
        Some(match kind {
            Kind::Float16 => Self::Half,
            Kind::Float32 | Kind::Complex64 => Self::Single,
            Kind::Float64 | Kind::Complex128 => Self::Double,
            Kind::LongDouble | Kind::CLongDouble => Self::Extended,
            _ => return None,
        })
    }

    /// The bits of a significand, the leading one included.
    pub(super) fn precision(self) -> u32 {
        match self {
            Self::Half => 11,
            Self::Single => 24,
            Self::Double => 53,
            Self::Extended => 64,
        }
    }

    /// Reads a number of this format.
    pub(super) fn read(self, bytes: &[u8], order: ByteOrder) -> Real {
        let bits = super::unsigned(bytes, order);
        match self {
            Self::Half => Real::from_ieee(bits as u64, 5, 10),
            Self::Single => Real::from_ieee(bits as u64, 8, 23),
            Self::Double => Real::from_ieee(bits as u64, 11, 52),
            Self::Extended => Real::from_x87(bits as u64, (bits >> 64) as u16),
        }
    }
}

impl Real {
    fn from_ieee(bits: u64, exponent_bits: u32, mantissa_bits: u32) -> Self {
        let top = (1_u64 << exponent_bits) - 1;
        let biased = bits >> mantissa_bits & top;
        let mantissa = bits & ((1 << mantissa_bits) - 1);
        let bias = (top >> 1) as i32 + mantissa_bits as i32;
        Self {
            negative: bits >> (exponent_bits + mantissa_bits) & 1 == 1,
            magnitude: if biased == top {
                Magnitude::special(mantissa == 0)
            } else {
                Magnitude::Finite(Finite {
                    significand: mantissa | u64::from(biased > 0) << mantissa_bits,
                    exponent: biased.max(1) as i32 - bias,
                    near_below: biased > 1 && mantissa == 0,
                })
            },
        }
    }

    /// Encodings that the x87 itself refuses are NaN, as in [`crate::number::long_double_to_f64`].
    fn from_x87(significand: u64, sign_exponent: u16) -> Self {
        let biased = sign_exponent & 0x7fff;
        let whole = significand >> 63 == 1;
        Self {
            negative: sign_exponent >> 15 == 1,
            magnitude: if biased == 0x7fff {
                Magnitude::special(whole && significand << 1 == 0)
            } else if biased > 0 && !whole {
                Magnitude::Nan
            } else {
                Magnitude::Finite(Finite {
                    significand,
                    exponent: i32::from(biased.max(1)) - 16383 - 63,
                    near_below: biased > 1 && significand << 1 == 0,
                })
            },
        }
    }

    /// The value of a binary32.
    pub(super) fn from_f32(value: f32) -> Self {
        Self::from_ieee(u64::from(value.to_bits()), 8, 23)
    }

    /// Whether it is written with a minus sign: NaN never is.
    pub(super) fn has_minus(self) -> bool {
        self.negative && !matches!(self.magnitude, Magnitude::Nan)
    }

    /// The number if it is finite, without its sign.
    pub(super) fn finite(self) -> Option<Finite> {
        match self.magnitude {
            Magnitude::Finite(finite) => Some(finite),
            Magnitude::Nan | Magnitude::Infinity => None,
        }
    }
}

impl Magnitude {
    fn special(is_infinity: bool) -> Self {
        if is_infinity {
            Self::Infinity
        } else {
            Self::Nan
        }
    }
}

impl Finite {
    /// `significand` × 2^`exponent`, to compare others with.
    pub(super) const fn new(significand: u64, exponent: i32) -> Self {
        Self {
            significand,
            exponent,
            near_below: false,
        }
    }

    pub(super) fn is_zero(self) -> bool {
        self.significand == 0
    }

    /// Whether the value is less than another.
    pub(super) fn less(self, other: Self) -> bool {
        self.normalized() < other.normalized()
    }

    /// Whether the quotient, rounded to nearest at a precision, is greater than 1000. Neither
    /// number may be zero.
    pub(super) fn quotient_exceeds_1000(self, divisor: Self, precision: u32) -> bool {
        let (exponent, dividend) = self.normalized();
        let (divisor_exponent, divisor) = divisor.normalized();
        // Normalized significands have a quotient in (1/2, 2).
        match exponent - divisor_exponent {
            ..=8 => false,
            11.. => true,
            // The quotient must pass 1000 by more than half a unit in its last place, which is
            // 2^(9 - precision); ties go down, 1000 being even. The comparison of integers with a
            // quotient rounded down is exact.
            shift => (u128::from(dividend) << shift)
                .checked_sub(1000 * u128::from(divisor))
                .is_some_and(|excess| excess > u128::from(divisor >> (precision - 9))),
        }
    }

    /// The exponent and the significand shifted to the top of its word. Zero comes first.
    fn normalized(self) -> (i32, u64) {
        if self.significand == 0 {
            return (i32::MIN, 0);
        }
        let shift = self.significand.leading_zeros();
        (self.exponent - shift as i32, self.significand << shift)
    }
}

/// When [`Decimal::new`] stops.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    /// At the fewest digits that only this number of its format rounds to.
    Shortest,
    /// As `Shortest`, but at most this many digits after the decimal point.
    Fraction(i32),
    /// As `Shortest`, but at most this many digits.
    AtMost(i32),
    /// At this many digits, but in the last one any digit that reads back as the number is as good
    /// as the nearest if only one does.
    Exactly(i32),
    /// At this many digits, the last one rounded to nearest, ties to even.
    Rounded(i32),
}

/// Decimal digits: `d.ddd` × 10^`exponent`.
#[derive(Clone, Debug)]
pub(super) struct Decimal {
    /// Values 0 to 9, at least one of them. Trailing zeros may stand.
    pub(super) digits: SmallVec<[u8; 24]>,
    /// The power of ten of the first digit.
    pub(super) exponent: i32,
}

impl Decimal {
    /// The digits of a number.
    ///
    /// This is Steele and White's and Dragon4's free-format algorithm ("How to print
    /// floating-point numbers accurately", 1990) with NumPy's rule for the last digit: where one
    /// of the two candidates alone reads back as the number, it is taken, else the nearest, and
    /// the even one of two equally near.
    pub(super) fn new(number: Finite, stop: Stop) -> Self {
        if number.is_zero() {
            return Self {
                digits: smallvec![0],
                exponent: 0,
            };
        }
        let lowest = match stop {
            Stop::Fraction(places) => -places,
            _ => i32::MIN,
        };
        let (mut ratio, first) = Ratio::new(number, lowest, matches!(stop, Stop::Rounded(_)));
        let last = match stop {
            Stop::Shortest => i32::MIN,
            Stop::Fraction(_) => lowest,
            Stop::AtMost(count) | Stop::Exactly(count) | Stop::Rounded(count) => first + 1 - count,
        };
        let may_stop_early = !matches!(stop, Stop::Exactly(_));

        let mut decimal = Self {
            digits: SmallVec::new(),
            exponent: first,
        };
        let mut position = first;
        loop {
            let digit = ratio.next_digit();
            decimal.digits.push(digit);
            let (down, up) = ratio.readable_neighbors();
            if position == last || (may_stop_early && (down || up)) {
                let round_up = if down == up {
                    ratio.rounds_up(digit)
                } else {
                    up
                };
                if round_up {
                    decimal.increment();
                }
                return decimal;
            }
            ratio.advance();
            position -= 1;
        }
    }

    /// Adds one unit in the last place. Nines at the end are dropped, not turned to zeros.
    fn increment(&mut self) {
        while let Some(digit) = self.digits.pop() {
            if digit < 9 {
                self.digits.push(digit + 1);
                return;
            }
        }
        self.digits.push(1);
        self.exponent += 1;
    }
}

/// A number as a ratio of integers, from which decimal digits are drawn one after the other.
struct Ratio {
    /// What is left of the number, in units of `scale`.
    rest: Big,
    /// The weight of one digit at the present place: `scale` itself and its double, fourfold and
    /// eightfold, so that a digit takes four comparisons.
    scale: [Big; 4],
    /// Half the distance to the next smaller number of the format.
    below: Big,
    /// Half the distance to the next greater one.
    above: Big,
    /// Whether what lies exactly half way reads back as the number: IEEE's ties go to even.
    inclusive: bool,
}

impl Ratio {
    /// Scales a number, which must not be zero, to its first decimal digit that is not zero, or to
    /// 10^`lowest` if that is greater; returns the exponent of that digit too.
    ///
    /// `exact` numbers are distinct from everything else, however near.
    fn new(number: Finite, lowest: i32, exact: bool) -> (Self, i32) {
        // floor(log10(2) × 2^32); for all exponents of long doubles the product is right or one
        // too small.
        const LOG10_2: i64 = 1_292_913_986;
        let leading_bit = 63 - number.significand.leading_zeros() as i32 + number.exponent;
        let estimate = ((i64::from(leading_bit) * LOG10_2) >> 32) as i32;
        let mut exponent = estimate.max(lowest);

        // In quarters of the last bit's weight the margins are integers, 2 or 1. Powers of ten are
        // powers of five and two, and of the latter just the difference matters.
        let shift = number.exponent - 2 - exponent;
        let up = shift.max(0).unsigned_abs();
        let down = shift.min(0).unsigned_abs();
        let power = Big::power_of_five(exponent.unsigned_abs());
        let one = Big::power_of_five(0);
        let (factor, divisor) = if exponent < 0 {
            (power, one)
        } else {
            (one, power)
        };
        let mut rest = factor.clone();
        rest.multiply(number.significand);
        let margin = |bit| {
            if exact {
                Big::zero()
            } else {
                factor.shifted(up + bit)
            }
        };
        let mut ratio = Self {
            rest: rest.shifted(up + 2),
            scale: [3, 2, 1, 0].map(|bit| divisor.shifted(down + bit)),
            below: margin(if number.near_below { 0 } else { 1 }),
            above: margin(1),
            inclusive: number.significand & 1 == 0,
        };
        let [.., one] = &ratio.scale;
        let mut ten = one.clone();
        ten.multiply(10);
        if ratio.rest >= ten {
            ratio.scale.iter_mut().for_each(|s| s.multiply(10));
            exponent += 1;
        }
        (ratio, exponent)
    }

    /// Takes the digit at the present place away from the rest.
    fn next_digit(&mut self) -> u8 {
        let mut digit = 0;
        for multiple in &self.scale {
            digit <<= 1;
            if self.rest >= *multiple {
                self.rest.subtract(multiple);
                digit |= 1;
            }
        }
        digit
    }

    /// Whether the number is read back from the digits so far, and from those with the last one
    /// greater by one.
    fn readable_neighbors(&self) -> (bool, bool) {
        let [.., one] = &self.scale;
        let down = self.rest.cmp(&self.below);
        let up = self.rest.sum_cmp(&self.above, one);
        (
            down.is_lt() || (self.inclusive && down.is_eq()),
            up.is_gt() || (self.inclusive && up.is_eq()),
        )
    }

    /// Whether the rest is more than half a unit of the last digit, or half of an odd one.
    fn rounds_up(&self, digit: u8) -> bool {
        let [.., one] = &self.scale;
        let half = self.rest.sum_cmp(&self.rest, one);
        half.is_gt() || (half.is_eq() && digit & 1 == 1)
    }

    /// Goes to the next place.
    fn advance(&mut self) {
        for part in [&mut self.rest, &mut self.below, &mut self.above] {
            part.multiply(10);
        }
    }
}
