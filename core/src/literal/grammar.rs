//! The structure of literals: lines, blanks, brackets and signs.
//!
//! Every parser looks at the next character, decides, and never goes back over a value, so the
//! time is linear whatever the nesting. Failures are all [`nom::Err::Failure`].

use alloc::{vec, vec::Vec};

use nom::{
    IResult, Parser as _,
    branch::alt,
    bytes::complete::{tag, take_till, take_while},
    character::complete::char,
    combinator::{opt, value},
    sequence::preceded,
};

use super::{Dialect, Literal, LiteralError, number, string};
use crate::error::Excerpt;

/// The rest of the text and what was parsed, or where that failed.
pub(super) type Parsed<'a, T> = IResult<&'a str, T, Fault<'a>>;

/// Something other than a value and the rest of the text.
pub(super) type Fallible<'a, T> = Result<T, nom::Err<Fault<'a>>>;

/// A place in the text, given by what follows it, and what should have stood there.
#[derive(Debug)]
pub(super) struct Fault<'a> {
    rest: &'a str,
    expected: &'static str,
}

impl<'a> nom::error::ParseError<&'a str> for Fault<'a> {
    fn from_error_kind(rest: &'a str, _: nom::error::ErrorKind) -> Self {
        Self {
            rest,
            expected: "a literal",
        }
    }

    fn append(_: &'a str, _: nom::error::ErrorKind, other: Self) -> Self {
        other
    }
}

/// Gives up at a place.
#[cold]
pub(super) fn fail<'a, T>(rest: &'a str, expected: &'static str) -> Fallible<'a, T> {
    Err(nom::Err::Failure(Fault { rest, expected }))
}

pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Literal<'_>, LiteralError> {
    let (_, literal) = whole(text, dialect).map_err(|e| error(text, e))?;
    Ok(literal)
}

/// One string or bytes literal, and the text after it.
pub(super) fn parse_string(text: &str) -> Result<(&str, Literal<'_>), LiteralError> {
    let string = || {
        let (rest, literal) = string::parse(text)?;
        let len = text.len().saturating_sub(rest.len());
        no_nul(text, len)?;
        Ok((rest, literal))
    };
    string().map_err(|e| error(text, e))
}

#[cold]
fn error(text: &str, error: nom::Err<Fault<'_>>) -> LiteralError {
    match error {
        nom::Err::Error(fault) | nom::Err::Failure(fault) => LiteralError {
            offset: text.len().saturating_sub(fault.rest.len()),
            found: (!fault.rest.is_empty()).then(|| Excerpt::text(fault.rest)),
            expected: fault.expected,
        },
        // Only streaming parsers return it, and none is used.
        nom::Err::Incomplete(_) => LiteralError {
            offset: text.len(),
            found: None,
            expected: "more",
        },
    }
}

/// Refuses a NUL in the first `len` bytes of a text.
fn no_nul(text: &str, len: usize) -> Fallible<'_, ()> {
    match text.get(..len).and_then(|head| head.find('\0')) {
        Some(at) => fail(text.get(at..).unwrap_or_default(), "no NUL in the text"),
        None => Ok(()),
    }
}

fn whole(text: &str, dialect: Dialect) -> Parsed<'_, Literal<'_>> {
    no_nul(text, text.len())?;
    let grammar = Grammar { dialect };
    let (rest, ()) = grammar.first_line(text)?;
    let (rest, literal) = grammar.top_level(rest)?;
    let (rest, ()) = grammar.last_lines(rest)?;
    Ok((rest, literal))
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\x0c')
}

/// Python takes all three for a line break, in strings too.
pub(super) fn newline(input: &str) -> Parsed<'_, ()> {
    value((), alt((tag("\n"), tag("\r\n"), tag("\r")))).parse(input)
}

fn comment(input: &str) -> Parsed<'_, ()> {
    value((), (char('#'), take_till(|c| matches!(c, '\n' | '\r')))).parse(input)
}

/// A backslash that joins two lines. The second must exist.
fn continuation(input: &str) -> Parsed<'_, ()> {
    match preceded(char('\\'), newline).parse(input) {
        Ok((rest, ())) if !rest.is_empty() => Ok((rest, ())),
        _ => fail(input, "a line break and another line after the backslash"),
    }
}

/// What may stand between two tokens: blanks and joined lines, and within brackets also line breaks
/// and comments.
///
/// It runs two or three times for each token, mostly over one space or nothing.
pub(super) fn gap(mut input: &str, depth: u32) -> Parsed<'_, ()> {
    loop {
        input = match input.as_bytes() {
            [b' ' | b'\t' | b'\x0c', ..] => input.get(1..).unwrap_or_default(),
            [b'\\', ..] => continuation(input)?.0,
            [b'\n' | b'\r', ..] if depth > 0 => newline(input)?.0,
            [b'#', ..] if depth > 0 => comment(input)?.0,
            _ => return Ok((input, ())),
        };
    }
}

/// The first byte of a text, which is its first character if that is an ASCII one.
pub(super) fn first_byte(input: &str) -> Option<u8> {
    input.as_bytes().first().copied()
}

/// What follows an ASCII character, if the text begins with it.
pub(super) fn strip_byte(input: &str, sign: u8) -> Option<&str> {
    (first_byte(input)? == sign).then(|| input.get(1..).unwrap_or_default())
}

/// Whether a character can be part of a name. Python takes letters of all scripts; those that are
/// none are refused either way.
pub(super) fn is_name(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii()
}

/// A parsed value, and what Python's syntax tree would have called it.
///
/// `literal_eval` negates and adds numbers as written, but not sums, signed numbers or bools.
struct Node<'a> {
    literal: Literal<'a>,
    form: Form,
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// A number without a sign.
    Number,
    /// A number after a sign.
    Signed,
    /// The name `set`, which is good for nothing but to be called.
    SetName,
    /// Everything else.
    Other,
}

impl<'a> Node<'a> {
    fn other(literal: Literal<'a>) -> Self {
        Self {
            literal,
            form: Form::Other,
        }
    }

    fn real(&self) -> Option<f64> {
        match self.literal {
            Literal::Int(n) => Some(n as f64),
            Literal::BigInt(ref digits) => number::magnitude(digits),
            Literal::Float(x) => Some(x),
            _ => None,
        }
    }
}

struct Grammar {
    dialect: Dialect,
}

impl Grammar {
    /// Skips blank lines and comments up to a line that begins with something else, which must not
    /// be indented.
    fn first_line<'a>(&self, input: &'a str) -> Parsed<'a, ()> {
        // literal_eval strips the first line of blanks, all of which are spaces once filtered.
        let strips = |c| matches!(c, ' ' | '\t') || self.dialect == Dialect::Python2 && is_blank(c);
        let (mut input, _) = take_while(strips)(input)?;
        loop {
            let (rest, column) = self.indentation(input)?;
            let (after, _) = opt(comment).parse(rest)?;
            match newline(after) {
                Ok((next_line, ())) => input = next_line,
                Err(_) if after.is_empty() => return fail(after, "a literal"),
                Err(_) if column > 0 => return fail(rest, "no indentation"),
                Err(_) => return Ok((rest, ())),
            }
        }
    }

    /// The column at which a line begins, as CPython's tokenizer counts it. Only whether it is zero
    /// matters here, so a tab may count as one.
    fn indentation<'a>(&self, mut input: &'a str) -> Parsed<'a, usize> {
        let mut column: usize = 0;
        // A line that continues another has the indentation of the latter, unless that was none.
        let mut continued: usize = 0;
        loop {
            let (rest, blanks) = take_while(is_blank)(input)?;
            column = match (self.dialect, blanks.rsplit_once('\x0c')) {
                (Dialect::Python3, Some((_, after))) => after.len(),
                // The filter turns form feeds into spaces.
                _ => column.saturating_add(blanks.len()),
            };
            if first_byte(rest) != Some(b'\\') {
                return Ok((rest, if continued > 0 { continued } else { column }));
            }
            (input, ()) = continuation(rest)?;
            match self.dialect {
                Dialect::Python3 if continued == 0 => continued = column,
                Dialect::Python3 => {}
                // The filter removes the blanks before the backslash.
                Dialect::Python2 => column = 0,
            }
        }
    }

    /// An expression, or several with commas between them, which make a tuple.
    fn top_level<'a>(&self, input: &'a str) -> Parsed<'a, Literal<'a>> {
        let (input, first) = self.expression(input, 0)?;
        if first_byte(input) != Some(b',') {
            return Ok((input, first));
        }
        let mut items = vec![first];
        let mut input = input;
        while let Some(rest) = strip_byte(input, b',') {
            let (rest, ()) = gap(rest, 0)?;
            if rest.is_empty() || matches!(first_byte(rest), Some(b'#' | b'\n' | b'\r')) {
                input = rest;
                break;
            }
            let (rest, next) = self.expression(rest, 0)?;
            items.push(next);
            input = rest;
        }
        Ok((input, Literal::Tuple(items)))
    }

    /// Only blank lines and comments may follow. The last line must not be indented, although it
    /// is blank, if no line break ends it: an oddity of CPython's that NumPy's Python 2 filter
    /// happens to remove.
    fn last_lines<'a>(&self, input: &'a str) -> Parsed<'a, ()> {
        let (mut input, _) = opt(comment).parse(input)?;
        while !input.is_empty() {
            let Ok((line, ())) = newline(input) else {
                return fail(input, "nothing after the literal");
            };
            // The filter splits lines at "\n" alone.
            if self.dialect == Dialect::Python2
                && (first_byte(input) == Some(b'\n') || input.starts_with("\r\n"))
                && line.chars().all(is_blank)
            {
                return Ok(("", ()));
            }
            let (rest, column) = self.indentation(line)?;
            if rest.is_empty() && column > 0 {
                return fail(line, "no blanks after the last line break");
            }
            (input, _) = opt(comment).parse(rest)?;
        }
        Ok((input, ()))
    }

    /// An expression and the blanks after it: a sum that makes a complex number, a number with a
    /// sign, or something simpler.
    ///
    /// `depth` is the number of open brackets.
    fn expression<'a>(&self, input: &'a str, depth: u32) -> Parsed<'a, Literal<'a>> {
        // Most values are strings, which take neither sign nor operator.
        if matches!(first_byte(input), Some(b'\'' | b'"')) {
            let (rest, literal) = self.strings(input, depth)?;
            if matches!(first_byte(rest), Some(b'+' | b'-')) {
                return fail(rest, "no operator here");
            }
            return Ok((rest, literal));
        }
        let (rest, node) = self.expression_or_set(input, depth)?;
        if node.form == Form::SetName {
            return fail(input, "a literal");
        }
        Ok((rest, node.literal))
    }

    /// The same, but it may be the name `set` alone.
    fn expression_or_set<'a>(&self, input: &'a str, depth: u32) -> Parsed<'a, Node<'a>> {
        let (rest, left) = self.signed(input, depth)?;
        let subtract = match first_byte(rest) {
            Some(b'+') => false,
            Some(b'-') => true,
            _ => return Ok((rest, left)),
        };
        let re = match left {
            Node {
                form: Form::Number | Form::Signed,
                ..
            } => left.real(),
            _ => None,
        };
        let Some(re) = re else {
            return fail(rest, "no operator here");
        };
        let (rest, ()) = gap(rest.get(1..).unwrap_or_default(), depth)?;
        let (after, right) = self.primary(rest, depth)?;
        let Node {
            literal: Literal::Complex { im, .. },
            form: Form::Number,
        } = right
        else {
            return fail(rest, "an imaginary number");
        };
        // Both sides have both parts, some of them zero. Zeros decide on the sign of zeros.
        let (re, im) = if subtract {
            (re - 0.0, 0.0 - im)
        } else {
            (re + 0.0, 0.0 + im)
        };
        Ok((after, Node::other(Literal::Complex { re, im })))
    }

    fn signed<'a>(&self, input: &'a str, depth: u32) -> Parsed<'a, Node<'a>> {
        let negative = match first_byte(input) {
            Some(b'+') => false,
            Some(b'-') => true,
            _ => return self.primary(input, depth),
        };
        let (rest, ()) = gap(input.get(1..).unwrap_or_default(), depth)?;
        let (after, operand) = self.primary(rest, depth)?;
        if operand.form != Form::Number {
            return fail(rest, "a number without a sign");
        }
        let literal = if negative {
            number::negate(operand.literal)
        } else {
            operand.literal
        };
        Ok((
            after,
            Node {
                literal,
                form: Form::Signed,
            },
        ))
    }

    /// A value without sign or operator, and the blanks after it.
    fn primary<'a>(&self, input: &'a str, depth: u32) -> Parsed<'a, Node<'a>> {
        let (rest, node) = self.atom(input, depth)?;
        let (rest, ()) = gap(rest, depth)?;
        if node.form != Form::SetName || first_byte(rest) != Some(b'(') {
            return Ok((rest, node));
        }
        // There is no literal for an empty set, so this one call counts as one.
        let (inside, depth) = open(rest, depth)?;
        let (inside, ()) = gap(inside, depth)?;
        let Some(rest) = strip_byte(inside, b')') else {
            return fail(inside, "')'");
        };
        let (rest, ()) = gap(rest, depth.saturating_sub(1))?;
        Ok((rest, Node::other(Literal::Set(Vec::new()))))
    }

    fn atom<'a>(&self, input: &'a str, depth: u32) -> Parsed<'a, Node<'a>> {
        let number = |(rest, literal)| {
            let form = Form::Number;
            (rest, Node { literal, form })
        };
        let other = |(rest, literal)| (rest, Node::other(literal));
        match first_byte(input) {
            Some(b'\'' | b'"') => self.strings(input, depth).map(other),
            Some(b'0'..=b'9') => number::parse(input, self.dialect).map(number),
            Some(b'.') => match input.strip_prefix("...") {
                Some(rest) => Ok((rest, Node::other(Literal::Ellipsis))),
                None => number::parse(input, self.dialect).map(number),
            },
            Some(b'(') => self.parenthesised(input, depth),
            Some(b'[') => self.list(input, depth).map(other),
            Some(b'{') => self.braces(input, depth).map(other),
            _ => {
                let (rest, name) = take_while(is_name)(input)?;
                let literal = match name {
                    "None" => Literal::None,
                    "True" => Literal::Bool(true),
                    "False" => Literal::Bool(false),
                    "set" => {
                        let form = Form::SetName;
                        let literal = Literal::None;
                        return Ok((rest, Node { literal, form }));
                    }
                    _ if string::starts(input) => return self.strings(input, depth).map(other),
                    _ => return fail(input, "a literal"),
                };
                Ok((rest, Node::other(literal)))
            }
        }
    }

    /// A string, or several one after the other, which are joined.
    fn strings<'a>(&self, input: &'a str, depth: u32) -> Parsed<'a, Literal<'a>> {
        let (mut rest, mut joined) = string::parse(input)?;
        loop {
            let (next, ()) = gap(rest, depth)?;
            if !string::starts(next) {
                return Ok((next, joined));
            }
            let (after, literal) = string::parse(next)?;
            match (&mut joined, literal) {
                (Literal::Str(head), Literal::Str(tail)) => head.to_mut().push_str(&tail),
                (Literal::Bytes(head), Literal::Bytes(tail)) => {
                    head.to_mut().extend_from_slice(&tail);
                }
                _ => return fail(next, "strings or bytes, not both"),
            }
            rest = after;
        }
    }

    /// An empty tuple, a value in parentheses, or a tuple.
    fn parenthesised<'a>(&self, input: &'a str, depth: u32) -> Parsed<'a, Node<'a>> {
        let (rest, depth) = open(input, depth)?;
        let (rest, ()) = gap(rest, depth)?;
        if let Some(rest) = strip_byte(rest, b')') {
            return Ok((rest, Node::other(Literal::Tuple(Vec::new()))));
        }
        let (rest, first) = self.expression_or_set(rest, depth)?;
        if let Some(rest) = strip_byte(rest, b')') {
            return Ok((rest, first));
        }
        if first.form == Form::SetName {
            return fail(rest, "')'");
        }
        let mut items = pair(first.literal);
        let rest = self.more(rest, depth, b')', "',' or ')'", |rest| {
            let (rest, item) = self.expression(rest, depth)?;
            items.push(item);
            Ok((rest, ()))
        })?;
        Ok((rest, Node::other(Literal::Tuple(items))))
    }

    fn list<'a>(&self, input: &'a str, depth: u32) -> Parsed<'a, Literal<'a>> {
        let (rest, depth) = open(input, depth)?;
        let (rest, ()) = gap(rest, depth)?;
        if let Some(rest) = strip_byte(rest, b']') {
            return Ok((rest, Literal::List(Vec::new())));
        }
        let (rest, first) = self.expression(rest, depth)?;
        let mut items = pair(first);
        let rest = self.more(rest, depth, b']', "',' or ']'", |rest| {
            let (rest, item) = self.expression(rest, depth)?;
            items.push(item);
            Ok((rest, ()))
        })?;
        Ok((rest, Literal::List(items)))
    }

    /// A dict, or a set that is not empty.
    fn braces<'a>(&self, input: &'a str, depth: u32) -> Parsed<'a, Literal<'a>> {
        let (rest, depth) = open(input, depth)?;
        let (rest, ()) = gap(rest, depth)?;
        if let Some(rest) = strip_byte(rest, b'}') {
            return Ok((rest, Literal::Dict(Vec::new())));
        }
        let (rest, first) = self.key(rest, depth)?;
        if first_byte(rest) == Some(b':') {
            let (rest, value) = self.entry_value(rest, depth)?;
            let mut entries = vec![(first, value)];
            let rest = self.more(rest, depth, b'}', "',' or '}'", |rest| {
                let (rest, key) = self.key(rest, depth)?;
                let (rest, value) = self.entry_value(rest, depth)?;
                entries.push((key, value));
                Ok((rest, ()))
            })?;
            return Ok((rest, Literal::Dict(entries)));
        }
        let mut items = vec![first];
        let rest = self.more(rest, depth, b'}', "':', ',' or '}'", |rest| {
            let (rest, item) = self.key(rest, depth)?;
            items.push(item);
            Ok((rest, ()))
        })?;
        Ok((rest, Literal::Set(items)))
    }

    fn key<'a>(&self, input: &'a str, depth: u32) -> Parsed<'a, Literal<'a>> {
        let (rest, key) = self.expression(input, depth)?;
        if !key.is_hashable() {
            return fail(input, "something hashable");
        }
        Ok((rest, key))
    }

    fn entry_value<'a>(&self, input: &'a str, depth: u32) -> Parsed<'a, Literal<'a>> {
        let Some(rest) = strip_byte(input, b':') else {
            return fail(input, "':'");
        };
        let (rest, ()) = gap(rest, depth)?;
        self.expression(rest, depth)
    }

    /// What follows the first item in brackets: more items after commas, and the closing bracket.
    fn more<'a>(
        &self,
        mut input: &'a str,
        depth: u32,
        close: u8,
        expected: &'static str,
        mut item: impl FnMut(&'a str) -> Parsed<'a, ()>,
    ) -> Fallible<'a, &'a str> {
        loop {
            if let Some(rest) = strip_byte(input, close) {
                return Ok(rest);
            }
            let Some(rest) = strip_byte(input, b',') else {
                return fail(input, expected);
            };
            (input, ()) = gap(rest, depth)?;
            if first_byte(input) != Some(close) {
                (input, ()) = item(input)?;
            }
        }
    }
}

/// The items of a tuple or a list. Those of fields have two.
fn pair(first: Literal<'_>) -> Vec<Literal<'_>> {
    let mut items = Vec::with_capacity(2);
    items.push(first);
    items
}

/// Steps over an opening bracket.
///
/// The grammar recurses once per bracket, so this limit is what keeps a hostile text from
/// exhausting the stack. That Python has the same limit makes it free of charge.
fn open(input: &str, depth: u32) -> Parsed<'_, u32> {
    if depth >= Literal::MAX_DEPTH {
        return fail(input, "at most 200 brackets within one another");
    }
    Ok((input.get(1..).unwrap_or_default(), depth.saturating_add(1)))
}
