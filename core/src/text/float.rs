//! Floating-point and complex numbers, one by one and in columns.

use alloc::string::String;

use super::{
    pad, put,
    real::{Decimal, Finite, FloatKind, Magnitude, Real, Stop},
};
use crate::{dtype::Extended, number};

/// The digits after the point, or of the significand after the first, that arrays show.
const PRECISION: i32 = 8;

/// The decimal point of a number that has no digits after it.
#[derive(Clone, Copy, PartialEq)]
enum Point {
    /// `1.`
    Bare,
    /// `1.0`
    Zero,
    /// `1`
    Dropped,
}

/// Writes a number as `str` of NumPy's scalar does.
pub(super) fn write_scalar(number: Real, kind: FloatKind, out: &mut String) {
    if number.has_minus() {
        out.push('-');
    }
    write_magnitude(number, kind, Point::Zero, out);
}

/// Writes a complex number as `str` of NumPy's scalar does: the real part only if it is not
/// positive zero.
pub(super) fn write_complex_scalar(real: Real, imaginary: Real, kind: FloatKind, out: &mut String) {
    write_complex(real, imaginary, out, |number, out| {
        write_magnitude(number, kind, Point::Dropped, out);
    });
}

/// Writes a number of ml_dtypes as its `str` does, which is C's `%g`.
pub(super) fn write_extended(kind: Extended, bits: u16, out: &mut String) {
    let number = Real::from_f32(number::extended_to_f32(kind, bits));
    if number.has_minus() {
        out.push('-');
    }
    write_general(number, out);
}

/// Writes ml_dtypes' `complex32`.
pub(super) fn write_complex32(real: u16, imaginary: u16, out: &mut String) {
    let part = |bits| Real::from_f32(number::f16_to_f32(bits));
    write_complex(part(real), part(imaginary), out, write_general);
}

/// Frames two numbers as Python does a complex one.
fn write_complex(real: Real, imaginary: Real, out: &mut String, write: impl Fn(Real, &mut String)) {
    let sign = |number: Real, plus: &str, out: &mut String| {
        out.push_str(if number.has_minus() { "-" } else { plus });
    };
    let is_zero = real.finite().is_some_and(Finite::is_zero);
    if is_zero && !real.negative {
        sign(imaginary, "", out);
        write(imaginary, out);
        out.push('j');
        return;
    }
    out.push('(');
    sign(real, "", out);
    write(real, out);
    sign(imaginary, "+", out);
    write(imaginary, out);
    out.push_str("j)");
}

/// Writes the shortest digits that read back as the number, with an exponent from 10^16 (10^6 in
/// single, 10^3 in half precision) and below 10^-4. NumPy does so as of 2.3.
fn write_magnitude(number: Real, kind: FloatKind, point: Point, out: &mut String) {
    let Some(finite) = write_unless_finite(number, out) else {
        return;
    };
    let limit = match kind {
        FloatKind::Half => Finite::new(1_000, 0),
        FloatKind::Single => Finite::new(1_000_000, 0),
        FloatKind::Double | FloatKind::Extended => Finite::new(10_000_000_000_000_000, 0),
    };
    let decimal = Decimal::new(finite, Stop::Shortest);
    let is_small = finite.less(ten_thousandth(kind == FloatKind::Extended));
    if finite.is_zero() || (!is_small && finite.less(limit)) {
        write_positional(&decimal, point, out);
    } else {
        write_significand(&decimal, Point::Dropped, out);
        write_exponent(&decimal, 2, out);
    }
}

/// 1e-4 as C reads it in the type that the comparison is done in, double or long double.
fn ten_thousandth(extended: bool) -> Finite {
    if extended {
        Finite::new(0xd1b7_1758_e219_652c, -77)
    } else {
        Finite::new(0x1a_36e2_eb1c_432d, -66)
    }
}

/// Writes six significant digits, as C's `%g`.
fn write_general(number: Real, out: &mut String) {
    const DIGITS: i32 = 6;
    let Some(finite) = write_unless_finite(number, out) else {
        return;
    };
    let decimal = Decimal::new(finite, Stop::Rounded(DIGITS));
    if (-4..DIGITS).contains(&decimal.exponent) {
        write_positional(&decimal, Point::Dropped, out);
    } else {
        write_significand(&decimal, Point::Dropped, out);
        write_exponent(&decimal, 2, out);
    }
}

/// Writes `nan` or `inf`; returns the others.
fn write_unless_finite(number: Real, out: &mut String) -> Option<Finite> {
    match number.magnitude {
        Magnitude::Finite(finite) => return Some(finite),
        Magnitude::Nan => out.push_str("nan"),
        Magnitude::Infinity => out.push_str("inf"),
    }
    None
}

/// Writes `ddd.ddd` without the zeros at the end.
fn write_positional(decimal: &Decimal, point: Point, out: &mut String) {
    let whole = usize::try_from(decimal.exponent + 1).unwrap_or(0);
    if whole == 0 {
        out.push('0');
    }
    let digits = decimal.digits.iter().copied();
    push_digits(digits.clone().chain(core::iter::repeat(0)).take(whole), out);
    let leading_zeros = usize::try_from(-1 - decimal.exponent).unwrap_or(0);
    let zeros = core::iter::repeat_n(0, leading_zeros);
    write_fraction(zeros.chain(digits.skip(whole)), point, out);
}

/// Writes `d.ddd` without the zeros at the end.
fn write_significand(decimal: &Decimal, point: Point, out: &mut String) {
    let digits = decimal.digits.iter().copied();
    push_digits(digits.clone().take(1), out);
    write_fraction(digits.skip(1), point, out);
}

fn write_fraction(digits: impl Iterator<Item = u8>, point: Point, out: &mut String) {
    out.push('.');
    let start = out.len();
    push_digits(digits, out);
    out.truncate(start + out.get(start..).unwrap_or("").trim_end_matches('0').len());
    if out.len() == start {
        match point {
            Point::Bare => {}
            Point::Zero => out.push('0'),
            Point::Dropped => {
                out.pop();
            }
        }
    }
}

fn push_digits(digits: impl Iterator<Item = u8>, out: &mut String) {
    out.extend(digits.map(|digit| char::from(b'0' + digit)));
}

/// Writes `e+dd`, of at least so many digits.
fn write_exponent(decimal: &Decimal, digits: usize, out: &mut String) {
    let sign = if decimal.exponent < 0 { '-' } else { '+' };
    let exponent = decimal.exponent.unsigned_abs();
    put(out, format_args!("e{sign}{exponent:0digits$}"));
}

/// How the numbers of an array are written so that they line up.
#[derive(Clone, Debug)]
pub(super) struct FloatColumn {
    /// Whether positive numbers have a sign, as imaginary parts do.
    plus: bool,
    /// The characters in front of the point.
    left: usize,
    /// The characters after it.
    right: usize,
    /// If there are exponents.
    scientific: Option<Scientific>,
}

#[derive(Clone, Copy, Debug)]
struct Scientific {
    /// The digits between point and `e`.
    precision: usize,
    /// The digits of the exponent.
    exponent: usize,
}

impl FloatColumn {
    /// Looks at all numbers to find out how to write them.
    pub(super) fn new(
        numbers: impl Iterator<Item = Real> + Clone,
        kind: FloatKind,
        plus: bool,
    ) -> Self {
        let finite = numbers.clone().filter_map(Real::finite);
        let mut column = Self {
            plus,
            left: 0,
            right: 0,
            scientific: None,
        };
        if is_scientific(finite, kind) {
            column.measure_scientific(numbers.clone());
        } else {
            column.measure_positional(numbers.clone());
        }
        let widest_special = numbers
            .filter_map(|number| match number.magnitude {
                Magnitude::Finite(_) => None,
                // Any number that is not finite makes room for `nan` and `inf`, and with a sign
                // on positive numbers for that of `+inf`.
                Magnitude::Infinity if number.negative => Some(4),
                Magnitude::Infinity | Magnitude::Nan => Some(3 + usize::from(plus)),
            })
            .max();
        if let Some(width) = widest_special {
            column.left = column.left.max(width.saturating_sub(column.right + 1));
        }
        column
    }

    fn measure_positional(&mut self, numbers: impl Iterator<Item = Real>) {
        let mut text = String::new();
        for number in numbers {
            let Some(finite) = number.finite() else {
                continue;
            };
            text.clear();
            self.write_sign(number, &mut text);
            let decimal = Decimal::new(finite, Stop::Fraction(PRECISION));
            write_positional(&decimal, Point::Bare, &mut text);
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            self.left = self.left.max(whole.len());
            self.right = self.right.max(fraction.len());
        }
    }

    fn measure_scientific(&mut self, numbers: impl Iterator<Item = Real>) {
        let mut scientific = Scientific {
            precision: 0,
            exponent: 2,
        };
        let mut text = String::new();
        for number in numbers {
            let Some(finite) = number.finite() else {
                continue;
            };
            let signed = number.negative || self.plus;
            self.left = self.left.max(1 + usize::from(signed));
            let decimal = Decimal::new(finite, Stop::AtMost(PRECISION + 1));
            text.clear();
            write_significand(&decimal, Point::Bare, &mut text);
            // One digit and the point stand before the fraction.
            scientific.precision = scientific.precision.max(text.len() - 2);
            let exponent = decimal.exponent.unsigned_abs();
            let digits = exponent.checked_ilog10().map_or(1, |log| log as usize + 1);
            scientific.exponent = scientific.exponent.max(digits);
        }
        // `e`, its sign and its digits.
        self.right = scientific.precision + 2 + scientific.exponent;
        self.scientific = Some(scientific);
    }

    /// Writes one of the numbers.
    pub(super) fn write(&self, number: Real, out: &mut String) {
        let start = out.len();
        let Some(finite) = number.finite() else {
            self.write_sign(number, out);
            write_unless_finite(number, out);
            pad(out, start, self.left + 1 + self.right);
            return;
        };
        self.write_sign(number, out);
        match self.scientific {
            None => {
                let decimal = Decimal::new(finite, Stop::Fraction(PRECISION));
                write_positional(&decimal, Point::Bare, out);
                let written = out.get(start..).unwrap_or("");
                let fraction = written.split_once('.').map_or("", |(_, fraction)| fraction);
                let missing = self.right.saturating_sub(fraction.len());
                out.extend(core::iter::repeat_n(' ', missing));
            }
            Some(scientific) => {
                // As many digits as the longest of the array, even where they tell apart nothing.
                let count = i32::try_from(scientific.precision).unwrap_or(PRECISION) + 1;
                let decimal = Decimal::new(finite, Stop::Exactly(count));
                let significand = out.len();
                write_significand(&decimal, Point::Bare, out);
                let fraction = out.len() - significand - 2;
                let missing = scientific.precision.saturating_sub(fraction);
                out.extend(core::iter::repeat_n('0', missing));
                write_exponent(&decimal, scientific.exponent, out);
            }
        }
        pad(out, start, self.left + 1 + self.right);
    }

    /// Writes one of the numbers as an imaginary part: `j` before the padding at its end.
    pub(super) fn write_imaginary(&self, number: Real, out: &mut String) {
        self.write(number, out);
        let padding = out.len() - out.trim_end_matches(' ').len();
        out.truncate(out.len() - padding);
        out.push('j');
        out.extend(core::iter::repeat_n(' ', padding));
    }

    fn write_sign(&self, number: Real, out: &mut String) {
        if number.has_minus() {
            out.push('-');
        } else if self.plus {
            out.push('+');
        }
    }
}

/// Whether an array has exponents: if it holds large or small numbers, or those that differ by more
/// than a factor of 1000. Zeros do not count.
fn is_scientific(numbers: impl Iterator<Item = Finite>, kind: FloatKind) -> bool {
    let large = match kind {
        FloatKind::Half => Finite::new(1_000, 0),
        FloatKind::Single => Finite::new(1_000_000, 0),
        FloatKind::Double | FloatKind::Extended => Finite::new(100_000_000, 0),
    };
    let small = match kind {
        // NumPy rounds 1e-4 to single precision here, which is smaller.
        FloatKind::Single => Finite::new(0xd1_b717, -37),
        // It does so with half precision too, but between the two lies no such number.
        FloatKind::Half | FloatKind::Double | FloatKind::Extended => ten_thousandth(false),
    };
    let mut extremes: Option<(Finite, Finite)> = None;
    for number in numbers.filter(|number| !number.is_zero()) {
        let (least, greatest) = extremes.unwrap_or((number, number));
        extremes = Some((
            if number.less(least) { number } else { least },
            if greatest.less(number) {
                number
            } else {
                greatest
            },
        ));
    }
    extremes.is_some_and(|(least, greatest)| {
        !greatest.less(large)
            || least.less(small)
            || greatest.quotient_exceeds_1000(least, kind.precision())
    })
}
