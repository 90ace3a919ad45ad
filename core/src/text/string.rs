//! Strings, byte strings and raw data, as Python's `str` and `repr` show them.

use alloc::string::String;

use super::put;
use crate::{dtype::ByteOrder, literal::repr};

/// Writes `b'...'`: what Python shows of a byte string, with the NULs at the end left out.
pub(super) fn write_bytes(bytes: &[u8], out: &mut String) {
    let end = bytes
        .iter()
        .rposition(|&b| b != 0)
        .map_or(0, |last| last + 1);
    // Writing to a String cannot fail.
    let _ = repr::write_bytes(out, bytes.get(..end).unwrap_or_default());
}

/// Writes `b'\x00\xFF'`: what NumPy shows of raw data.
pub(super) fn write_void(bytes: &[u8], out: &mut String) {
    out.push_str("b'");
    for byte in bytes {
        put(out, format_args!("\\x{byte:02X}"));
    }
    out.push('\'');
}

/// Writes a string of UTF-32 code units as it is, with the NULs at the end left out.
///
/// What no `String` can hold is escaped, as Python's `backslashreplace` does it: surrogates, which
/// Python refuses to encode, and numbers past U+10FFFF, which NumPy refuses to read.
pub(super) fn write_str(units: &[u8], order: ByteOrder, out: &mut String) {
    for unit in code_units(units, order) {
        match char::from_u32(unit) {
            Some(c) => out.push(c),
            None => {
                let _ = repr::write_escape(out, unit);
            }
        }
    }
}

/// Writes a string of UTF-32 code units as Python's `repr` does.
///
/// Which characters are printable depends on the version of Unicode; here it is that of the Rust
/// standard library, which is no older than Python's. Numbers past U+10FFFF, of which NumPy has no
/// `repr`, are escaped.
pub(super) fn write_str_repr(units: &[u8], order: ByteOrder, out: &mut String) {
    let _ = repr::write_str(out, code_units(units, order));
}

/// The code units up to the last one that is not NUL.
fn code_units(bytes: &[u8], order: ByteOrder) -> impl Iterator<Item = u32> + Clone {
    let (units, _) = bytes.as_chunks::<4>();
    let end = units
        .iter()
        .rposition(|unit| *unit != [0; 4])
        .map_or(0, |last| last + 1);
    let units = units.get(..end).unwrap_or_default();
    units.iter().map(move |&unit| match order {
        ByteOrder::Big => u32::from_be_bytes(unit),
        ByteOrder::Little | ByteOrder::None => u32::from_le_bytes(unit),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn repr(text: &str) -> String {
        let units: Vec<u8> = text
            .chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect();
        let mut out = String::new();
        write_str_repr(&units, ByteOrder::Little, &mut out);
        out
    }

    #[test]
    fn quotes_and_escapes_are_pythons() {
        assert_eq!(repr("it's"), r#""it's""#);
        assert_eq!(repr("'\""), r#"'\'"'"#);
        assert_eq!(repr("a\0b\0\0"), r"'a\x00b'");
        assert_eq!(repr("\t\n\r\\\x1b\x7f"), r"'\t\n\r\\\x1b\x7f'");
        assert_eq!(repr("é\u{301}字🐍"), "'é\u{301}字🐍'");
        assert_eq!(
            repr("\u{a0}\u{ad}\u{2028}\u{e000}\u{10ffff}"),
            r"'\xa0\xad\u2028\ue000\U0010ffff'"
        );
        assert_eq!(repr("\u{301}"), "'\u{301}'");
    }

    #[test]
    fn what_is_no_character_is_escaped() {
        let units: Vec<u8> = [0xd800_u32, 0x11_0000, u32::MAX]
            .map(u32::to_be_bytes)
            .concat();
        let mut out = String::new();
        write_str(&units, ByteOrder::Big, &mut out);
        assert_eq!(out, r"\ud800\U00110000\Uffffffff");
    }
}
