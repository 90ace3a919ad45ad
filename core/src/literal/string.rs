//! Strings and bytes.

use alloc::{borrow::Cow, string::String, vec::Vec};

use super::{
    Literal,
    grammar::{Fallible, Parsed, fail, first_byte, newline, strip_byte},
};

/// What the letters before the quotes say. `f` is missing: formatted strings are no literals.
#[derive(Clone, Copy, Default)]
struct Prefix {
    bytes: bool,
    raw: bool,
}

/// The prefix of a string, and the rest, which begins with its quotes.
fn prefix(input: &str) -> Option<(&str, Prefix)> {
    let quote = input
        .bytes()
        .take(3)
        .position(|b| matches!(b, b'\'' | b'"'))?;
    let (letters, rest) = input.split_at_checked(quote)?;
    let mut prefix = Prefix::default();
    match *letters.as_bytes() {
        [] | [b'u' | b'U'] => {}
        [b'r' | b'R'] => prefix.raw = true,
        [b'b' | b'B'] => prefix.bytes = true,
        [b'b' | b'B', b'r' | b'R'] | [b'r' | b'R', b'b' | b'B'] => {
            prefix.bytes = true;
            prefix.raw = true;
        }
        _ => return None,
    }
    Some((rest, prefix))
}

/// Whether a string or bytes begin here.
pub(super) fn starts(input: &str) -> bool {
    prefix(input).is_some()
}

/// One string or bytes literal.
pub(super) fn parse(input: &str) -> Parsed<'_, Literal<'_>> {
    let Some((rest, prefix)) = prefix(input) else {
        return fail(input, "a string");
    };
    let quote = first_byte(rest).unwrap_or_default();
    let (rest, triple) = match rest.as_bytes() {
        [a, b, c, ..] if a == b && b == c => (rest.get(3..), true),
        _ => (rest.get(1..), false),
    };
    let (rest, body) = Body {
        begin: input,
        quote,
        triple,
        prefix,
    }
    .parse(rest.unwrap_or_default())?;
    if !prefix.bytes {
        return Ok((rest, Literal::Str(body)));
    }
    let bytes = match body {
        Cow::Borrowed(ascii) => Cow::Borrowed(ascii.as_bytes()),
        // The characters are the bytes: none is above U+00FF.
        Cow::Owned(chars) => chars.chars().map(|c| c as u8).collect::<Vec<u8>>().into(),
    };
    Ok((rest, Literal::Bytes(bytes)))
}

/// What stands between the quotes.
struct Body<'a> {
    /// The whole literal, for complaints.
    begin: &'a str,
    quote: u8,
    triple: bool,
    prefix: Prefix,
}

impl<'a> Body<'a> {
    /// The value, borrowed if it stands in the text as it is, and what follows the closing quotes.
    fn parse(&self, body: &'a str) -> Parsed<'a, Cow<'a, str>> {
        // What differs from the text so far, if anything does.
        let mut owned: Option<String> = None;
        let mut input = body;
        loop {
            let special = |b| b == self.quote || matches!(b, b'\\' | b'\n' | b'\r');
            let length = input.bytes().position(special).unwrap_or(input.len());
            let (chunk, rest) = input.split_at_checked(length).unwrap_or((input, ""));
            if self.prefix.bytes && !chunk.is_ascii() {
                return fail(input, "ASCII characters");
            }
            if let Some(owned) = &mut owned {
                owned.push_str(chunk);
            }
            let mut take = |length, replacement: &str| {
                let (taken, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
                match &mut owned {
                    Some(owned) => owned.push_str(replacement),
                    None if taken == replacement => {}
                    None => {
                        let before = body.len().saturating_sub(rest.len());
                        let mut copy = String::from(body.get(..before).unwrap_or_default());
                        copy.push_str(replacement);
                        owned = Some(copy);
                    }
                }
                after
            };
            input = match rest.as_bytes() {
                [q, ..] if *q == self.quote => match self.closing(rest) {
                    Some(after) => {
                        let length = body.len().saturating_sub(rest.len());
                        let verbatim = body.get(..length).unwrap_or_default();
                        return Ok((after, owned.map_or(verbatim.into(), Cow::Owned)));
                    }
                    None => take(1, if *q == b'"' { "\"" } else { "'" }),
                },
                [b'\n' | b'\r', ..] if self.triple => {
                    let (after, ()) = newline(rest)?;
                    take(rest.len().saturating_sub(after.len()), "\n")
                }
                [b'\\', ..] if self.prefix.raw => self.raw_escape(rest, &mut take)?,
                [b'\\', ..] => {
                    let (after, c) = self.escape(rest)?;
                    let mut buffer = [0; 4];
                    let replacement = c.map_or("", |c| c.encode_utf8(&mut buffer));
                    take(rest.len().saturating_sub(after.len()), replacement)
                }
                _ => return fail(self.begin, "a closing quote"),
            }
        }
    }

    /// What follows the closing quotes, if they stand here.
    fn closing(&self, input: &'a str) -> Option<&'a str> {
        let rest = strip_byte(input, self.quote)?;
        if !self.triple {
            return Some(rest);
        }
        strip_byte(strip_byte(rest, self.quote)?, self.quote)
    }

    /// A backslash in a raw string keeps the next character, even a quote, from its effect.
    fn raw_escape(
        &self,
        input: &'a str,
        take: &mut impl FnMut(usize, &str) -> &'a str,
    ) -> Fallible<'a, &'a str> {
        match input.as_bytes() {
            [_, b'\r', b'\n', ..] => Ok(take(3, "\\\n")),
            [_, b'\r' | b'\n', ..] => Ok(take(2, "\\\n")),
            [_, b'\'', ..] => Ok(take(2, "\\'")),
            [_, b'"', ..] => Ok(take(2, "\\\"")),
            [_, b'\\', ..] => Ok(take(2, "\\\\")),
            [_, _, ..] => Ok(take(1, "\\")),
            _ => fail(self.begin, "a closing quote"),
        }
    }

    /// The character that an escape stands for: none for a joined line, and the backslash itself
    /// where the escape is unknown.
    fn escape(&self, input: &'a str) -> Parsed<'a, Option<char>> {
        let rest = input.get(1..).unwrap_or_default();
        let Some(letter) = rest.chars().next() else {
            return fail(self.begin, "a closing quote");
        };
        let after = rest.get(letter.len_utf8()..).unwrap_or_default();
        let c = match letter {
            '\n' | '\r' => return newline(rest).map(|(after, ())| (after, None)),
            '\\' | '\'' | '"' => letter,
            'a' => '\x07',
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            '0'..='7' => return Ok(self.octal(rest)),
            'x' => return hexadecimal(input, after, 2),
            'u' if !self.prefix.bytes => return hexadecimal(input, after, 4),
            'U' if !self.prefix.bytes => return hexadecimal(input, after, 8),
            'N' if !self.prefix.bytes => return fail(input, "no character by name"),
            _ => return Ok((rest, Some('\\'))),
        };
        Ok((after, Some(c)))
    }

    /// Up to three octal digits. They go up to 511; in bytes, the ninth bit is dropped.
    fn octal(&self, input: &'a str) -> (&'a str, Option<char>) {
        let digits = input.chars().take(3).map_while(|c| c.to_digit(8));
        let (length, code) = digits.fold((0_usize, 0_u32), |(length, code), digit| {
            (
                length.wrapping_add(1),
                code.wrapping_mul(8).wrapping_add(digit),
            )
        });
        let code = if self.prefix.bytes { code & 0xff } else { code };
        (
            input.get(length..).unwrap_or_default(),
            char::from_u32(code),
        )
    }
}

/// Exactly so many hexadecimal digits.
fn hexadecimal<'a>(escape: &'a str, input: &'a str, count: usize) -> Parsed<'a, Option<char>> {
    let digits = input.get(..count).unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return fail(escape, "an escape with all its hexadecimal digits");
    }
    match u32::from_str_radix(digits, 16)
        .ok()
        .and_then(char::from_u32)
    {
        Some(c) => Ok((input.get(count..).unwrap_or_default(), Some(c))),
        None => fail(
            escape,
            "a character: neither a surrogate nor beyond U+10FFFF",
        ),
    }
}
