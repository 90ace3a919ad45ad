//! Literals as JSON.

use alloc::string::{String, ToString};
use core::fmt::{self, Write};

use super::Literal;

impl Literal<'_> {
    /// The literal as JSON: tuples and lists become arrays, a dict whose keys are all strings
    /// becomes an object, `None` null. What JSON has no form for becomes a string: the literal as
    /// Python prints it.
    ///
    /// ```
    /// use npymap_core::literal::{Dialect, Literal};
    ///
    /// let descr = Literal::parse("[('x', '<f4', (2,)), ('y', '|u1')]", Dialect::Python3)?;
    /// assert_eq!(descr.to_json(), r#"[["x","<f4",[2]],["y","|u1"]]"#);
    /// # Ok::<(), npymap_core::literal::LiteralError>(())
    /// ```
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        self.write_json(&mut json);
        json
    }

    /// Recurses as deep as the literal.
    fn write_json(&self, out: &mut String) {
        match self {
            Self::None => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Float(x) if x.is_finite() => put(out, self),
            Self::Int(_) => put(out, self),
            // Those of other radices stand as they were written.
            Self::BigInt(n)
                if n.trim_start_matches('-')
                    .bytes()
                    .all(|b| b.is_ascii_digit()) =>
            {
                out.push_str(n);
            }
            Self::Str(text) => quoted(text, out),
            Self::Tuple(items) | Self::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Self::Dict(entries) if entries.iter().all(|(key, _)| matches!(key, Self::Str(_))) => {
                out.push('{');
                for (i, (key, value)) in entries.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    key.write_json(out);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
            other => quoted(&other.to_string(), out),
        }
    }
}

fn put(out: &mut String, what: impl fmt::Display) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{what}");
}

/// A JSON string.
fn quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    loop {
        let is_plain = |&b: &u8| b >= b' ' && b != b'"' && b != b'\\';
        let len = rest.bytes().take_while(is_plain).count();
        let Some((plain, tail)) = rest.split_at_checked(len) else {
            break;
        };
        out.push_str(plain);
        let mut chars = tail.chars();
        match chars.next() {
            Some(c @ ('"' | '\\')) => out.extend(['\\', c]),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c) => put(out, format_args!("\\u{:04x}", u32::from(c))),
            None => break,
        }
        rest = chars.as_str();
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use crate::literal::{Dialect, Literal};

    #[test]
    fn what_json_can_say_is_said_in_json() {
        let cases = [
            ("[None, True, False]", "[null,true,false]"),
            (
                "(-1, 123456789012345678901234567890)",
                "[-1,123456789012345678901234567890]",
            ),
            ("[0.1, 1e300, -5e-324, 1.0]", "[0.1,1e+300,-5e-324,1.0]"),
            ("()", "[]"),
            ("{}", "{}"),
            ("{'a': {'b': [1]}, 'c': ()}", r#"{"a":{"b":[1]},"c":[]}"#),
            (
                r#"'\'\\\n\r\t\x00\x1f\x7f\u2028\U0001f600"'"#,
                "\"'\\\\\\n\\r\\t\\u0000\\u001f\u{7f}\u{2028}\u{1f600}\\\"\"",
            ),
        ];
        for (literal, json) in cases {
            let literal = Literal::parse(literal, Dialect::Python3).unwrap();
            assert_eq!(literal.to_json(), json);
            let read: serde_json::Value = serde_json::from_str(json).unwrap();
            let written: serde_json::Value = serde_json::from_str(&literal.to_json()).unwrap();
            assert_eq!(written, read);
        }
    }

    #[test]
    fn the_rest_is_said_in_python() {
        let cases = [
            ("1e999", r#""inf""#),
            ("-1e999", r#""-inf""#),
            ("[1j, ...]", r#"["1j","Ellipsis"]"#),
            (r"b'\x00'", r#""b'\\x00'""#),
            ("0x123456789abcdef01", r#""0x123456789abcdef01""#),
            ("{1: 2}", r#""{1: 2}""#),
        ];
        for (literal, json) in cases {
            let literal = Literal::parse(literal, Dialect::Python3).unwrap();
            assert_eq!(literal.to_json(), json);
        }
        assert_eq!(Literal::Float(f64::NAN).to_json(), r#""nan""#);
    }
}
