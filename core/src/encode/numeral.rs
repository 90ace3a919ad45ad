//! Numbers in strings, as Python's `int`, `float` and `complex` read them.

use alloc::{borrow::Cow, string::String};

/// `int(text)`: the digits with their sign, without blanks, underscores and leading zeros. Digits
/// are those of ASCII.
pub(super) fn integer(text: &str) -> Option<String> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = ungrouped(digits)?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    let mut integer = String::new();
    if negative {
        integer.push('-');
    }
    integer.push_str(if digits.is_empty() { "0" } else { digits });
    Some(integer)
}

/// `float(text)`.
pub(super) fn float(text: &str) -> Option<f64> {
    // Rust accepts all the words that Python does, and rounds as correctly.
    ungrouped(text.trim())?.parse().ok()
}

/// `complex(text)`: one part or both, in brackets or not.
pub(super) fn complex(text: &str) -> Option<(f64, f64)> {
    let text = text.trim();
    let text = match text.strip_prefix('(') {
        Some(inner) => inner.strip_suffix(')')?.trim(),
        None => text,
    };
    if text.contains(char::is_whitespace) {
        return None;
    }
    let Some(parts) = text.strip_suffix(['j', 'J']) else {
        return Some((float(text)?, 0.0));
    };
    // The sign of the imaginary part is the last one that belongs to no exponent.
    let bytes = parts.as_bytes();
    let sign = (0..bytes.len()).rev().find(|&i| {
        let before = i.checked_sub(1).and_then(|i| bytes.get(i));
        matches!(bytes.get(i), Some(b'+' | b'-')) && !matches!(before, Some(b'e' | b'E'))
    });
    let (re, im) = parts.split_at_checked(sign.unwrap_or(0))?;
    let im = match im {
        "" | "+" => 1.0,
        "-" => -1.0,
        im => float(im)?,
    };
    let re = if re.is_empty() { 0.0 } else { float(re)? };
    Some((re, im))
}

/// The text without underscores, each of which must stand between digits.
fn ungrouped(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('_') {
        return Some(text.into());
    }
    let bytes = text.as_bytes();
    let is_digit = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
    let groups = bytes
        .iter()
        .enumerate()
        .filter(|&(_, &b)| b == b'_')
        .all(|(i, _)| is_digit(i.checked_sub(1)) && is_digit(i.checked_add(1)));
    groups.then(|| {
        text.chars()
            .filter(|&c| c != '_')
            .collect::<String>()
            .into()
    })
}
