//! The text of selections: the part of Python's subscripts that makes views.
//!
//! Every parser looks at the next character, decides, and never goes back over an item, so the time
//! is linear. Nothing nests more than twice, so nothing recurses.

use alloc::{boxed::Box, vec, vec::Vec};

use nom::{
    IResult, Parser as _,
    branch::alt,
    bytes::complete::{tag, take_while},
    character::complete::{char, one_of},
    combinator::{eof, opt, peek, value},
    multi::many0,
    sequence::{preceded, terminated},
};

use super::{Item, MAX_ITEMS, SelectionError, Slice, Subscript};
use crate::{
    error::Excerpt,
    literal::{Dialect, Literal, LiteralError},
};

type Parsed<'a, T> = IResult<&'a str, T, Fault<'a>>;

/// A place in the text, given by what follows it, and what is wrong there.
#[derive(Debug)]
struct Fault<'a> {
    rest: &'a str,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Expected(&'static str),
    IndexTooLarge,
    NotBasic,
    TooManyItems,
}

impl<'a> nom::error::ParseError<&'a str> for Fault<'a> {
    fn from_error_kind(rest: &'a str, _: nom::error::ErrorKind) -> Self {
        Self {
            rest,
            why: Why::Expected(ITEM),
        }
    }

    fn append(_: &'a str, _: nom::error::ErrorKind, other: Self) -> Self {
        other
    }
}

/// What can begin a subscript.
const ITEM: &str = "an integer, a slice, `...`, None or a field name in quotes";

/// Gives up at a place.
#[cold]
fn fail<T>(rest: &str, why: Why) -> Parsed<'_, T> {
    Err(nom::Err::Failure(Fault { rest, why }))
}

#[cold]
fn expected<'a, T>(rest: &'a str, what: &'static str) -> Parsed<'a, T> {
    fail(rest, Why::Expected(what))
}

pub(super) fn parse(text: &str) -> Result<Vec<Subscript>, SelectionError> {
    let fault = match selection(text) {
        Ok((_, subscripts)) => return Ok(subscripts),
        Err(nom::Err::Error(fault) | nom::Err::Failure(fault)) => fault,
        // Only streaming parsers return it, and none is used.
        Err(nom::Err::Incomplete(_)) => Fault {
            rest: "",
            why: Why::Expected(ITEM),
        },
    };
    let offset = text.len().saturating_sub(fault.rest.len());
    let found = Excerpt::text(fault.rest);
    Err(match fault.why {
        Why::Expected(expected) => SelectionError::Syntax {
            offset,
            found: (!fault.rest.is_empty()).then_some(found),
            expected,
        },
        Why::IndexTooLarge => SelectionError::IndexTooLarge { offset, found },
        Why::NotBasic => SelectionError::NotBasic { offset, found },
        Why::TooManyItems => SelectionError::TooManyItems,
    })
}

/// Subscripts in brackets, or one without.
fn selection(input: &str) -> Parsed<'_, Vec<Subscript>> {
    let (input, ()) = blanks(input)?;
    if input.is_empty() {
        return Ok((input, Vec::new()));
    }
    if !input.starts_with('[') {
        let (rest, only) = subscript(input)?;
        return ends(rest, "',' or the end").map(|(rest, ())| (rest, vec![only]));
    }
    let (rest, chain) = many0(bracketed).parse(input)?;
    ends(rest, "'[' or the end").map(|(rest, ())| (rest, chain))
}

fn ends<'a>(rest: &'a str, what: &'static str) -> Parsed<'a, ()> {
    match value((), eof::<_, Fault<'_>>).parse(rest) {
        Ok(done) => Ok(done),
        Err(_) => expected(rest, what),
    }
}

/// A subscript in brackets, and the blanks after it.
fn bracketed(input: &str) -> Parsed<'_, Subscript> {
    let (rest, subscript) = preceded((char('['), blanks), subscript_in_brackets).parse(input)?;
    match token(']')(rest) {
        Ok((rest, ())) => Ok((rest, subscript)),
        Err(_) if matches!(subscript, Subscript::Field(_)) && rest.starts_with(',') => expected(
            rest,
            "']' (several fields are chosen with a list in the brackets)",
        ),
        Err(_) => expected(rest, "',' or ']'"),
    }
}

/// A character, and the blanks after it.
fn token<'a>(c: char) -> impl Fn(&'a str) -> Parsed<'a, ()> {
    move |input| value((), (char(c), blanks)).parse(input)
}

/// What Python takes for blanks within brackets.
fn blanks(input: &str) -> Parsed<'_, ()> {
    let blank = |c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c');
    value((), take_while(blank)).parse(input)
}

fn subscript_in_brackets(input: &str) -> Parsed<'_, Subscript> {
    match opt(token('[')).parse(input)? {
        (rest, Some(())) if Literal::begins_string(rest) => field_list(rest),
        // A list of integers or bools: an index array.
        (_, Some(())) => fail(input, Why::NotBasic),
        (_, None) => subscript(input),
    }
}

/// Names of fields, after the bracket that opens the list.
fn field_list(mut input: &str) -> Parsed<'_, Subscript> {
    let mut names = Vec::new();
    loop {
        let (rest, name) = string(input)?;
        names.push(name);
        let (rest, comma) = opt(token(',')).parse(rest)?;
        if let (rest, Some(())) = opt(token(']')).parse(rest)? {
            return Ok((rest, Subscript::Fields(names.into())));
        }
        if comma.is_none() {
            return expected(rest, "',' or ']'");
        }
        if !Literal::begins_string(rest) {
            return expected(rest, "a field name in quotes or ']'");
        }
        input = rest;
    }
}

/// What stands between the brackets of a subscript, and the blanks after it.
fn subscript(input: &str) -> Parsed<'_, Subscript> {
    if Literal::begins_string(input) {
        let (rest, name) = string(input)?;
        return Ok((rest, Subscript::Field(name)));
    }
    let (rest, items) = match opt(token('(')).parse(input)? {
        (rest, Some(())) => tuple(rest)?,
        (_, None) => items(input, Slices::Allowed)?,
    };
    Ok((rest, Subscript::Items(items.into())))
}

/// A tuple after its opening parenthesis.
fn tuple(input: &str) -> Parsed<'_, Vec<Item>> {
    if let (rest, Some(())) = opt(token(')')).parse(input)? {
        return Ok((rest, Vec::new()));
    }
    let (rest, items) = items(input, Slices::Refused)?;
    match token(')')(rest) {
        Ok((rest, ())) => Ok((rest, items)),
        Err(_) => expected(rest, "',' or ')'"),
    }
}

/// Python has no slices in parentheses.
#[derive(Clone, Copy, PartialEq)]
enum Slices {
    Allowed,
    Refused,
}

/// At least one item, with commas between and perhaps one after them.
fn items(mut input: &str, slices: Slices) -> Parsed<'_, Vec<Item>> {
    let mut items = Vec::new();
    loop {
        // NumPy's limit; it also keeps a long text from becoming something much larger.
        if items.len() == MAX_ITEMS {
            return fail(input, Why::TooManyItems);
        }
        let (rest, item) = item(input, slices)?;
        items.push(item);
        let (rest, comma) = opt(token(',')).parse(rest)?;
        if comma.is_none() || rest.is_empty() || rest.starts_with([']', ')']) {
            return Ok((rest, items));
        }
        input = rest;
    }
}

/// An item, and the blanks after it.
fn item(input: &str, slices: Slices) -> Parsed<'_, Item> {
    if let (rest, Some(_)) =
        opt(terminated(alt((tag("..."), tag("Ellipsis"))), blanks)).parse(input)?
    {
        return Ok((rest, Item::Ellipsis));
    }
    let (rest, start) = bound(input)?;
    if slices == Slices::Allowed
        && let (rest, Some(())) = opt(token(':')).parse(rest)?
    {
        return slice(rest, start.and_then(Bound::saturated));
    }
    match start {
        Some(Bound::None) => Ok((rest, Item::NewAxis)),
        Some(Bound::Int(index)) => Ok((rest, Item::Index(index))),
        Some(Bound::Huge { .. }) => fail(input, Why::IndexTooLarge),
        None if rest.starts_with(['[', '(']) => fail(input, Why::NotBasic),
        None => expected(rest, ITEM),
    }
}

/// A slice after its first colon.
fn slice(input: &str, start: Option<i64>) -> Parsed<'_, Item> {
    let (rest, stop) = bound(input)?;
    let (rest, step) = match opt(token(':')).parse(rest)? {
        (rest, Some(())) => bound(rest)?,
        (rest, None) => (rest, None),
    };
    let slice = Slice {
        start,
        stop: stop.and_then(Bound::saturated),
        step: step.and_then(Bound::saturated),
    };
    Ok((rest, Item::Slice(slice)))
}

/// What can stand on either side of a colon.
#[derive(Clone, Copy)]
enum Bound {
    None,
    Int(i64),
    /// An integer beyond 64 bits.
    Huge {
        negative: bool,
    },
}

impl Bound {
    /// The value with Python's rule for slices: what is beyond the limits counts as the limit.
    fn saturated(self) -> Option<i64> {
        match self {
            Self::None => None,
            Self::Int(n) => Some(n),
            Self::Huge { negative: true } => Some(i64::MIN),
            Self::Huge { negative: false } => Some(i64::MAX),
        }
    }
}

/// An integer or a name for `None`, if there is one, and the blanks after it.
fn bound(input: &str) -> Parsed<'_, Option<Bound>> {
    match input.chars().next() {
        Some('0'..='9' | '+' | '-' | '.') => integer(input).map(|(rest, n)| (rest, Some(n))),
        Some(c) if is_name(c) => {
            let (rest, name) = take_while(|c| is_name(c) || c == '.')(input)?;
            match name {
                "None" | "newaxis" | "np.newaxis" | "numpy.newaxis" => {
                    blanks(rest).map(|(rest, ())| (rest, Some(Bound::None)))
                }
                "True" | "False" => fail(input, Why::NotBasic),
                _ => expected(input, ITEM),
            }
        }
        _ => Ok((input, None)),
    }
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// An integer with any sign, and the blanks after it.
fn integer(input: &str) -> Parsed<'_, Bound> {
    let (number, _) = opt((one_of("+-"), blanks)).parse(input)?;
    let (mut rest, digits) = take_while(|c| is_name(c) || c == '.')(number)?;
    // The sign of an exponent. It makes no integer, but belongs to what is quoted as wrong.
    let decimal = !digits.starts_with("0x") && !digits.starts_with("0X");
    if decimal
        && digits.ends_with(['e', 'E'])
        && peek(one_of::<_, _, Fault<'_>>("+-")).parse(rest).is_ok()
    {
        (rest, _) = take_while(|c| is_name(c) || matches!(c, '+' | '-'))(rest)?;
    }
    let bound = match literal(input, rest)? {
        Literal::Int(n) => Bound::Int(n),
        Literal::BigInt(_) => Bound::Huge {
            negative: input.starts_with('-'),
        },
        Literal::Float(_) | Literal::Complex { .. } => return fail(input, Why::NotBasic),
        _ => return expected(input, ITEM),
    };
    blanks(rest).map(|(rest, ())| (rest, bound))
}

/// A string, and the blanks after it.
fn string(input: &str) -> Parsed<'_, Box<str>> {
    // Bytes begin like strings, and are refused as what they are.
    match Literal::parse_string(input).map_err(|e| fault(input, &e))? {
        (rest, Literal::Str(name)) => blanks(rest).map(|(rest, ())| (rest, name.into())),
        _ => expected(input, "a field name in quotes"),
    }
}

/// The value of a literal that ends where `rest` begins.
fn literal<'a>(input: &'a str, rest: &'a str) -> Result<Literal<'a>, nom::Err<Fault<'a>>> {
    let text = input.get(..input.len() - rest.len()).unwrap_or_default();
    Literal::parse(text, Dialect::Python3).map_err(|e| fault(input, &e))
}

/// An error in a literal that begins where the input does.
fn fault<'a>(input: &'a str, error: &LiteralError) -> nom::Err<Fault<'a>> {
    nom::Err::Failure(Fault {
        rest: input.get(error.offset..).unwrap_or_default(),
        why: Why::Expected(error.expected),
    })
}
