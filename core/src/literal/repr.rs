//! `Display` of literals: Python's `repr`.

use alloc::string::String;
use core::fmt::{self, Write};

use super::Literal;
use crate::{DType, text};

impl fmt::Display for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Int(n) => n.fmt(f),
            Self::BigInt(digits) => f.write_str(digits),
            Self::Float(x) => write_float(f, *x, true),
            Self::Complex { re, im } => write_complex(f, *re, *im),
            Self::Ellipsis => f.write_str("Ellipsis"),
            Self::Str(s) => write_str(f, s.chars().map(u32::from)),
            Self::Bytes(bytes) => write_bytes(f, bytes),
            Self::Tuple(items) => match items.as_slice() {
                [item] => write!(f, "({item},)"),
                items => write_items(f, "(", items, ")"),
            },
            Self::List(items) => write_items(f, "[", items, "]"),
            Self::Set(items) if items.is_empty() => f.write_str("set()"),
            Self::Set(items) => write_items(f, "{", items, "}"),
            Self::Dict(entries) => {
                f.write_char('{')?;
                for (i, (key, value)) in entries.iter().enumerate() {
                    write!(f, "{}{key}: {value}", if i > 0 { ", " } else { "" })?;
                }
                f.write_char('}')
            }
        }
    }
}

fn write_items(
    f: &mut fmt::Formatter<'_>,
    open: &str,
    items: &[Literal<'_>],
    close: &str,
) -> fmt::Result {
    f.write_str(open)?;
    for (i, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
    }
    f.write_str(close)
}

/// As NumPy prints a float, which is Python's `repr`. Without `whole`, those that look like an
/// integer have no `.0`.
fn write_float(f: &mut fmt::Formatter<'_>, x: f64, whole: bool) -> fmt::Result {
    let text = text::element(&DType::FLOAT64, &x.to_ne_bytes()).map_err(|_| fmt::Error)?;
    match text.strip_suffix(".0") {
        Some(digits) if !whole => f.write_str(digits),
        _ => f.write_str(&text),
    }
}

fn write_complex(f: &mut fmt::Formatter<'_>, re: f64, im: f64) -> fmt::Result {
    if re == 0.0 && re.is_sign_positive() {
        write_float(f, im, false)?;
        return f.write_char('j');
    }
    f.write_char('(')?;
    write_float(f, re, false)?;
    if im.is_nan() || im.is_sign_positive() {
        f.write_char('+')?;
    }
    write_float(f, im, false)?;
    f.write_str("j)")
}

/// Single quotes, unless the text holds these and no double ones.
fn quote_for(single: bool, double: bool) -> char {
    if single && !double { '"' } else { '\'' }
}

/// Writes the `repr` of a string of code points. Those that are no characters are escaped.
pub(crate) fn write_str(
    f: &mut impl Write,
    code_points: impl Iterator<Item = u32> + Clone,
) -> fmt::Result {
    let has = |c: char| code_points.clone().any(|code| code == u32::from(c));
    let quote = quote_for(has('\''), has('"'));
    f.write_char(quote)?;
    for code in code_points {
        match char::from_u32(code) {
            Some('\\') => f.write_str("\\\\")?,
            Some('\n') => f.write_str("\\n")?,
            Some('\r') => f.write_str("\\r")?,
            Some('\t') => f.write_str("\\t")?,
            Some(c) if c == quote => write!(f, "\\{c}")?,
            Some(c) if is_printable(c) => f.write_char(c)?,
            _ => write_escape(f, code)?,
        }
    }
    f.write_char(quote)
}

/// Writes a code point by its number.
pub(crate) fn write_escape(f: &mut impl Write, code: u32) -> fmt::Result {
    match code {
        ..=0xff => write!(f, "\\x{code:02x}"),
        0x100..=0xffff => write!(f, "\\u{code:04x}"),
        _ => write!(f, "\\U{code:08x}"),
    }
}

/// Writes the `repr` of bytes.
pub(crate) fn write_bytes(f: &mut impl Write, bytes: &[u8]) -> fmt::Result {
    let quote = quote_for(bytes.contains(&b'\''), bytes.contains(&b'"'));
    write!(f, "b{quote}")?;
    for &b in bytes {
        match b {
            b'\\' => f.write_str("\\\\")?,
            b'\n' => f.write_str("\\n")?,
            b'\r' => f.write_str("\\r")?,
            b'\t' => f.write_str("\\t")?,
            b if char::from(b) == quote => write!(f, "\\{quote}")?,
            b' '..=b'~' => f.write_char(char::from(b))?,
            b => write!(f, "\\x{b:02x}")?,
        }
    }
    f.write_char(quote)
}

/// Python's `str.isprintable`: no control, format, surrogate, private or unassigned character and
/// no separator but the space.
///
/// `str::escape_debug` goes by the same Unicode categories. It escapes combining characters too,
/// but only where they begin the string.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    let text = String::from_iter(['a', c]);
    text.escape_debug().nth(1) == Some(c)
}
