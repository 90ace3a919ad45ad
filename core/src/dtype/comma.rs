//! Comma-separated formats with repeats: `f8, (2,3)i4`.

use alloc::{borrow::Cow, format, vec::Vec};

use super::{
    ByteOrder, DType, DTypeError, Dims,
    build::Shape,
    parse::{Names, parse_any, strtol},
};
use crate::Result;

/// Whether NumPy takes a string for a list of formats: it begins with a repeat count or with `()`,
/// or has a comma outside of brackets.
pub(super) fn is_list(text: &[u8]) -> bool {
    let ordered = matches!(text, [b'<' | b'>' | b'|' | b'=', _, ..]);
    if matches!(text, [b'0'..=b'9', ..]) || ordered && matches!(text, [_, b'0'..=b'9', ..]) {
        return true;
    }
    if text.starts_with(b"()") || ordered && text.len() > 3 && matches!(text, [_, b'(', b')', ..]) {
        return true;
    }
    let mut depth = 0_i64;
    text.iter().any(|&c| {
        match c {
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => {}
        }
        c == b',' && depth == 0
    })
}

/// A format of a comma string, cut into its parts.
struct Format<'a> {
    order: (Option<u8>, Option<u8>),
    repeats: &'a str,
    name: &'a str,
}

/// The dtype of a list of formats: a structure with the fields `f0`, `f1`, …, or a sub-array where
/// there is one repeated format and no comma.
pub(super) fn parse_list(text: &str, names: Names) -> Result<DType> {
    let mut dtypes = Vec::new();
    let mut rest = text;
    let mut is_list = false;
    while !rest.is_empty() {
        let (format, after) = split_format(rest);
        let trimmed = after.trim_start_matches(is_space);
        if trimmed.is_empty() {
            rest = trimmed;
        } else {
            let after = trimmed
                .strip_prefix(',')
                .ok_or_else(|| DTypeError::not_understood(text))?;
            rest = after.trim_start_matches(is_space);
            is_list = true;
        }
        let name = type_name(&format).ok_or_else(|| DTypeError::not_understood(text))?;
        if format.repeats.is_empty() {
            // An empty format at the end is ignored, which is how `f8,` comes to be a list.
            if name.is_empty() && rest.is_empty() && !dtypes.is_empty() {
                break;
            }
            if !is_list {
                return Err(DTypeError::not_understood(text).into());
            }
            dtypes.push(parse_any(&name, names)?);
        } else {
            let shape =
                parse_repeats(format.repeats).ok_or_else(|| DTypeError::not_understood(text))?;
            dtypes.push(parse_any(&name, names)?.repeat(&shape)?);
        }
    }
    if !is_list {
        return match dtypes.pop() {
            Some(dtype) => Ok(dtype),
            None => Err(DTypeError::not_understood(text).into()),
        };
    }
    DType::structure(
        dtypes
            .into_iter()
            .enumerate()
            .map(|(i, dtype)| (format!("f{i}"), dtype)),
    )
}

/// Python's idea of white space in a regular expression.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// Cuts the first format off a comma string: a byte order, repeats, a byte order, a name. All of
/// them may be empty.
fn split_format(text: &str) -> (Format<'_>, &str) {
    let (order1, rest) = split_order_char(text);
    let after = rest.trim_start_matches(' ');
    let after = after.strip_prefix('(').unwrap_or(after);
    let after = after.trim_start_matches(|c: char| matches!(c, ' ' | ',') || c.is_ascii_digit());
    let after = after.strip_prefix(')').unwrap_or(after);
    let after = after.trim_start_matches(' ');
    let repeats = before(rest, after);
    let (order2, rest) = split_order_char(after);
    let after = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || ".?".contains(c));
    let after = bracketed(after).unwrap_or(after);
    let format = Format {
        order: (order1, order2),
        repeats,
        name: before(rest, after),
    };
    (format, after)
}

fn split_order_char(text: &str) -> (Option<u8>, &str) {
    match text.strip_prefix(['<', '>', '|', '=']) {
        Some(rest) => (text.bytes().next(), rest),
        None => (None, text),
    }
}

/// What remains of a text after a unit in brackets, if it begins with one.
fn bracketed(text: &str) -> Option<&str> {
    let (unit, rest) = text.strip_prefix('[')?.split_once(']')?;
    let fits = |c: char| c.is_ascii_alphanumeric() || ",.".contains(c);
    (!unit.is_empty() && unit.chars().all(fits)).then_some(rest)
}

/// The part of a text before a tail of it.
fn before<'a>(text: &'a str, tail: &str) -> &'a str {
    text.get(..text.len() - tail.len()).unwrap_or_default()
}

/// The type string of a format, with one byte order. `None` if it has two that differ.
fn type_name<'a>(format: &Format<'a>) -> Option<Cow<'a, str>> {
    let native = if ByteOrder::NATIVE == ByteOrder::Big {
        b'>'
    } else {
        b'<'
    };
    let resolve = |order| if order == b'=' { native } else { order };
    let order = match format.order {
        (Some(a), Some(b)) if resolve(a) != resolve(b) => return None,
        (Some(order), _) | (None, Some(order)) => resolve(order),
        (None, None) => native,
    };
    Some(match order {
        b'|' => Cow::Borrowed(format.name),
        order if order == native => Cow::Borrowed(format.name),
        order => Cow::Owned(format!("{}{}", char::from(order), format.name)),
    })
}

/// A repeat count as Python reads it: an integer, or a tuple of integers with or without its
/// parentheses.
fn parse_repeats(text: &str) -> Option<Shape> {
    let text = text.trim_matches(' ');
    let inner = match text.strip_prefix('(') {
        Some(rest) => rest.strip_suffix(')')?,
        None => text,
    };
    let parenthesised = inner.len() != text.len();
    let inner = inner.trim_matches(' ');
    if inner.is_empty() {
        return parenthesised.then(|| Shape::Dims(Dims::new()));
    }
    let integer = |text: &str| {
        let text = text.trim_matches(' ');
        let number = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        // Python knows no leading zeros, but any number of them alone.
        let plain = !text.starts_with('0') || text.bytes().all(|c| c == b'0');
        (number && plain).then(|| strtol(text).map(|(n, _)| n))?
    };
    match inner.split_once(',') {
        None => Some(Shape::Int(integer(inner)?)),
        Some(_) => {
            let list = inner.strip_suffix(',').unwrap_or(inner);
            list.split(',')
                .map(|text| u64::try_from(integer(text)?).ok())
                .collect::<Option<_>>()
                .map(Shape::Dims)
        }
    }
}
