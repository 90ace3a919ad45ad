//! The text that NumPy writes for plain dtypes and for structures of them, matched byte by byte.
//!
//! Nearly every header is one of these, and matching it takes a fraction of the time that the
//! grammar needs. Whatever does not match goes to the grammar, which decides; where this matches,
//! the grammar must find the same (`core/tests/header/parse.rs`).

use alloc::vec::Vec;

use crate::dtype::{Dims, PlainField};

/// The entries of the dict.
#[derive(Debug)]
pub(super) struct Entries<'a> {
    pub(super) descr: Descr<'a>,
    pub(super) fortran_order: bool,
    pub(super) shape: Dims,
}

/// The entry `descr`.
#[derive(Debug)]
pub(super) enum Descr<'a> {
    /// `'<f4'`
    Text(&'a str),
    /// `[('x', '<f4'), ('', '|V4'), ('y', '<f4', (2, 3))]`
    Fields(Vec<PlainField<'a>>),
}

/// Matches `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, then spaces, then a line
/// break.
pub(super) fn match_text(text: &str) -> Option<Entries<'_>> {
    let rest = text.strip_prefix("{'descr': ")?;
    let (descr, rest) = match rest.strip_prefix('\'') {
        Some(rest) => {
            let (descr, rest) = plain(rest)?;
            (Descr::Text(descr), rest)
        }
        None => {
            let (fields, rest) = fields(rest.strip_prefix('[')?)?;
            (Descr::Fields(fields), rest)
        }
    };
    let rest = rest.strip_prefix(", 'fortran_order': ")?;
    let (fortran_order, rest) = match rest.strip_prefix("False") {
        Some(rest) => (false, rest),
        None => (true, rest.strip_prefix("True")?),
    };
    let rest = rest.strip_prefix(", 'shape': (")?;
    let (shape, rest) = dimensions(rest)?;
    let padding = rest.strip_prefix(", }")?;
    let padding = padding.strip_suffix('\n').unwrap_or(padding);
    // Without an early exit, which would keep it from being vectorised.
    let blank = padding.bytes().fold(true, |blank, b| blank & (b == b' '));
    blank.then_some(Entries {
        descr,
        fortran_order,
        shape,
    })
}

/// One field or more, up to the closing bracket.
///
/// Not inlined, for it slows down the matching of a plain dtype, which is the most frequent.
#[inline(never)]
fn fields(mut text: &str) -> Option<(Vec<PlainField<'_>>, &str)> {
    let mut fields = Vec::with_capacity(16);
    loop {
        let (field, rest) = field(text)?;
        fields.push(field);
        text = match rest.strip_prefix(", ") {
            Some(rest) => rest,
            None => return Some((fields, rest.strip_prefix(']')?)),
        };
    }
}

/// `('x', '<f4')` or `('x', '<f4', (2, 3))`.
fn field(text: &str) -> Option<(PlainField<'_>, &str)> {
    let (name, rest) = plain(text.strip_prefix("('")?)?;
    let (descr, rest) = plain(rest.strip_prefix(", '")?)?;
    let (shape, rest) = match rest.strip_prefix(", (") {
        Some(rest) => {
            let (shape, rest) = dimensions(rest)?;
            (Some(shape.into_boxed_slice()), rest)
        }
        None => (None, rest),
    };
    let field = PlainField { name, descr, shape };
    Some((field, rest.strip_prefix(')')?))
}

/// The text up to the closing quote, if all of it stands for itself, and what follows the quote. An
/// escape or a line break is for the grammar.
fn plain(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|b| !is_plain(b))?;
    let (plain, rest) = text.split_at_checked(end)?;
    Some((plain, rest.strip_prefix('\'')?))
}

/// Whether a byte stands for itself between single quotes.
fn is_plain(b: u8) -> bool {
    matches!(b, b' '..=b'~') && b != b'\'' && b != b'\\'
}

/// Nothing, `3,`, or `3, 4`, `3, 4, 5` and so on, and the closing parenthesis.
fn dimensions(mut text: &str) -> Option<(Dims, &str)> {
    let mut shape = Dims::new();
    if let Some(rest) = text.strip_prefix(')') {
        return Some((shape, rest));
    }
    loop {
        let (dim, rest) = dimension(text)?;
        shape.push(dim);
        if let Some(rest) = rest.strip_prefix(')') {
            // A single number in parentheses is no tuple.
            return (shape.len() > 1).then_some((shape, rest));
        }
        text = rest.strip_prefix(',')?;
        if let Some(rest) = text.strip_prefix(')') {
            return Some((shape, rest));
        }
        text = text.strip_prefix(' ')?;
    }
}

/// A decimal number without leading zeros that surely fits.
fn dimension(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit);
    let (len, value) = digits.take(19).fold((0_usize, 0_u64), |(len, value), b| {
        // 19 digits cannot overflow.
        let digit = u64::from(b.wrapping_sub(b'0'));
        (
            len.wrapping_add(1),
            value.wrapping_mul(10).wrapping_add(digit),
        )
    });
    let leading_zero = len > 1 && text.starts_with('0');
    if len == 0 || len == 19 || leading_zero {
        return None;
    }
    Some((value, text.get(len..)?))
}

#[cfg(test)]
mod tests {
    use std::{format, vec, vec::Vec};

    use super::*;

    #[test]
    fn matches_what_numpy_writes_and_nothing_else() {
        fn entries(text: &str) -> Option<(&str, bool, Vec<u64>)> {
            match_text(text).map(|e| match e.descr {
                Descr::Text(descr) => (descr, e.fortran_order, e.shape.to_vec()),
                Descr::Fields(fields) => panic!("{fields:?}"),
            })
        }
        for (shape, expected) in [
            ("()", Some(vec![])),
            ("(3,)", Some(vec![3])),
            ("(3, 4)", Some(vec![3, 4])),
            (
                "(0, 10, 123456789012345678)",
                Some(vec![0, 10, 123_456_789_012_345_678]),
            ),
            ("(3)", None),
            ("(3,4)", None),
            ("(03,)", None),
            ("(3L,)", None),
            ("(,)", None),
            ("(-3,)", None),
            ("(9223372036854775807,)", None),
        ] {
            let text = format!("{{'descr': '<f4', 'fortran_order': True, 'shape': {shape}, }}  \n");
            assert_eq!(
                entries(&text),
                expected.map(|shape| ("<f4", true, shape)),
                "{text}"
            );
        }
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (), }";
        assert_eq!(entries(text), Some(("<f4", false, vec![])));
        for (from, to) in [
            ("<f4", "\\x41"),
            ("<f4", "é"),
            ("<f4", "a\nb"),
            (", }", "}"),
            (", }", ", }\n "),
        ] {
            assert_eq!(entries(&text.replace(from, to)), None);
        }
    }

    #[test]
    fn matches_the_fields_that_numpy_writes_and_no_others() {
        for (descr, expected) in [
            ("[('x', '<f4')]", Some(vec![("x", "<f4", None)])),
            (
                "[('x', '|u1'), ('', '|V3'), ('y \"', '<f4', (2, 3)), ('z', '|S5', (1,))]",
                Some(vec![
                    ("x", "|u1", None),
                    ("", "|V3", None),
                    ("y \"", "<f4", Some(&[2, 3][..])),
                    ("z", "|S5", Some(&[1])),
                ]),
            ),
            ("[('x', '<f4', ())]", Some(vec![("x", "<f4", Some(&[]))])),
            ("[]", None),
            ("[('x', '<f4'),]", None),
            ("[('x', '<f4'), ]", None),
            ("[('x', '<f4',)]", None),
            ("[('x',)]", None),
            ("[('x', '<f4', 2)]", None),
            ("[('x', '<f4', (2))]", None),
            ("[('x', '<f4', (2,), 1)]", None),
            ("[('x','<f4')]", None),
            ("[('x', '<f4') ]", None),
            ("[['x', '<f4']]", None),
            ("(('x', '<f4'))", None),
            ("[('x', [('y', '<f4')])]", None),
            ("[(('t', 'x'), '<f4')]", None),
            ("[(b'x', '<f4')]", None),
            ("[(\"it's\", '<f4')]", None),
            ("[('é', '<f4')]", None),
            ("[('\\n', '<f4')]", None),
            ("[('x' 'y', '<f4')]", None),
            ("[('x', '<f4' '')]", None),
        ] {
            let text = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (), }}");
            let found = match_text(&text).map(|entries| entries.descr);
            let found = found.as_ref().map(|descr| match descr {
                Descr::Text(text) => panic!("{text}"),
                Descr::Fields(fields) => fields
                    .iter()
                    .map(|field| (field.name, field.descr, field.shape.as_deref()))
                    .collect::<Vec<_>>(),
            });
            assert_eq!(found, expected, "{descr}");
        }
    }
}
