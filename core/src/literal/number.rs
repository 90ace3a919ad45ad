//! Numbers.

use alloc::{borrow::Cow, string::String};

use nom::bytes::complete::take_while;

use super::{
    Dialect, Literal,
    grammar::{Fallible, Parsed, fail, first_byte, gap, is_name, strip_byte},
};

/// The most decimal digits that Python converts to an integer
/// (`sys.int_info.default_max_str_digits`).
const MAX_DIGITS: usize = 4300;

/// A number without a sign. The input begins with a digit or a full stop.
pub(super) fn parse(input: &str, dialect: Dialect) -> Parsed<'_, Literal<'_>> {
    let (rest, literal) = match input.as_bytes() {
        [b'0', b'x' | b'X', ..] => radix(input, 16)?,
        [b'0', b'o' | b'O', ..] => radix(input, 8)?,
        [b'0', b'b' | b'B', ..] => radix(input, 2)?,
        _ => decimal(input)?,
    };
    let rest = match dialect {
        Dialect::Python3 => rest,
        Dialect::Python2 => long_suffixes(rest)?.0,
    };
    if rest.starts_with(is_name) {
        return fail(rest, "the end of the number");
    }
    Ok((rest, literal))
}

/// Skips the names `L` after a number, as NumPy's filter does: any number of them, with or without
/// blanks between.
fn long_suffixes(mut input: &str) -> Parsed<'_, ()> {
    loop {
        let (rest, ()) = gap(input, 0)?;
        match strip_byte(rest, b'L') {
            Some(rest) if !rest.starts_with(is_name) => input = rest,
            _ => return Ok((input, ())),
        }
    }
}

fn radix(input: &str, radix: u32) -> Parsed<'_, Literal<'_>> {
    let digits_at = input.get(2..).unwrap_or_default();
    let (rest, digits) = take_while(|c: char| c == '_' || c.is_digit(radix))(digits_at)?;
    let digits = strip_byte(digits, b'_').unwrap_or(digits);
    if !is_grouped(digits) {
        return fail(digits_at, "digits");
    }
    let literal = match i64::from_str_radix(&without_groups(digits), radix) {
        Ok(n) => Literal::Int(n),
        Err(_) => {
            let length = input.len().saturating_sub(rest.len());
            Literal::BigInt(input.get(..length).unwrap_or(input).into())
        }
    };
    Ok((rest, literal))
}

fn decimal(input: &str) -> Parsed<'_, Literal<'_>> {
    let (rest, whole) = digits(input)?;
    let (rest, fraction) = match strip_byte(rest, b'.') {
        Some(rest) => {
            let (rest, fraction) = digits(rest)?;
            if whole.is_empty() && fraction.is_empty() {
                return fail(input, "a literal");
            }
            (rest, Some(fraction))
        }
        None => (rest, None),
    };
    let (rest, exponent) = exponent(rest)?;
    let length = input.len().saturating_sub(rest.len());
    let text = input.get(..length).unwrap_or(input);
    let imaginary = strip_byte(rest, b'j').or_else(|| strip_byte(rest, b'J'));

    if imaginary.is_none() && fraction.is_none() && !exponent {
        return integer(input, text).map(|literal| (rest, literal));
    }
    // Rust accepts all the forms left, and rounds as correctly as Python does.
    let Some(x) = float(&without_groups(text)) else {
        return fail(input, "a number");
    };
    Ok(match imaginary {
        Some(rest) => (rest, Literal::Complex { re: 0.0, im: x }),
        None => (rest, Literal::Float(x)),
    })
}

#[cfg(not(target_family = "wasm"))]
fn float(text: &str) -> Option<f64> {
    text.parse().ok()
}

#[cfg(target_family = "wasm")]
fn float(text: &str) -> Option<f64> {
    Some(super::float::parse(text))
}

/// Digits with single underscores between them, or nothing.
fn digits(input: &str) -> Parsed<'_, &str> {
    let is_digit = |&b: &u8| b == b'_' || b.is_ascii_digit();
    let len = input.bytes().take_while(is_digit).count();
    let (digits, rest) = input.split_at_checked(len).unwrap_or((input, ""));
    if !digits.is_empty() && !is_grouped(digits) {
        return fail(input, "digits with single underscores between them");
    }
    Ok((rest, digits))
}

fn is_grouped(digits: &str) -> bool {
    !digits.is_empty()
        && first_byte(digits) != Some(b'_')
        && !digits.ends_with('_')
        && !digits.as_bytes().windows(2).any(|pair| pair == b"__")
}

/// An exponent, or nothing.
fn exponent(input: &str) -> Parsed<'_, bool> {
    let Some(rest) = strip_byte(input, b'e').or_else(|| strip_byte(input, b'E')) else {
        return Ok((input, false));
    };
    let sign = strip_byte(rest, b'+').or_else(|| strip_byte(rest, b'-'));
    let rest = sign.unwrap_or(rest);
    let (rest, exponent) = digits(rest)?;
    if exponent.is_empty() {
        return fail(rest, "the digits of an exponent");
    }
    Ok((rest, true))
}

fn integer<'a>(input: &'a str, text: &'a str) -> Fallible<'a, Literal<'a>> {
    let digits = without_groups(text);
    if first_byte(&digits) == Some(b'0') {
        return if digits.bytes().all(|b| b == b'0') {
            Ok(Literal::Int(0))
        } else {
            fail(input, "no leading zeros")
        };
    }
    if digits.len() > MAX_DIGITS {
        return fail(input, "an integer of at most 4300 digits");
    }
    Ok(match digits.parse() {
        Ok(n) => Literal::Int(n),
        Err(_) => Literal::BigInt(digits),
    })
}

fn without_groups(digits: &str) -> Cow<'_, str> {
    if digits.contains('_') {
        digits
            .chars()
            .filter(|&c| c != '_')
            .collect::<String>()
            .into()
    } else {
        digits.into()
    }
}

/// The negative of a number that [`parse`] returned.
pub(super) fn negate(literal: Literal<'_>) -> Literal<'_> {
    match literal {
        // The parser makes no negative ones, so this cannot overflow.
        Literal::Int(n) => Literal::Int(n.wrapping_neg()),
        Literal::Float(x) => Literal::Float(-x),
        Literal::Complex { re, im } => Literal::Complex { re: -re, im: -im },
        Literal::BigInt(digits) => {
            let mut negative = String::with_capacity(digits.len().saturating_add(1));
            negative.push('-');
            negative.push_str(&digits);
            // -2^63 fits, although 2^63 does not.
            match negative.parse() {
                Ok(n) => Literal::Int(n),
                Err(_) => Literal::BigInt(negative.into()),
            }
        }
        other => other,
    }
}

/// A big integer as the real part of a complex number. Python refuses one beyond all floats.
pub(crate) fn magnitude(digits: &str) -> Option<f64> {
    let radix = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => return float(digits).filter(|x| x.is_finite()),
    };
    let digits = digits.chars().skip(2).filter_map(|c| c.to_digit(radix));
    let x = digits.fold(0.0, |x, digit| x * f64::from(radix) + f64::from(digit));
    x.is_finite().then_some(x)
}
