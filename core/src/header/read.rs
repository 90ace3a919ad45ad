//! Reading: the container, the dict in it, and what its entries mean.

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use super::{
    Header, HeaderError, Limits, MAGIC, NUMPY_MAX_CHARS, Warning,
    template::{self, Descr},
};
use crate::{
    DType, ErrorKind, Layout, Order, Result, Step,
    dtype::{Dims, Kind, PlainField, foreign_descr},
    error::Excerpt,
    literal::{Dialect, Literal, LiteralError},
};

/// The magic string and the version.
const MAGIC_LEN: usize = 8;

/// The bytes before the text, by the major version.
pub(super) fn preamble_len(major: u8) -> u64 {
    if major == 1 { 10 } else { 12 }
}

pub(super) fn parse(input: &[u8], input_len: Option<u64>, limits: &Limits) -> Result<Step<Header>> {
    let at_hand = input.len() as u64;
    let input_len = input_len.map(|len| len.max(at_hand));
    let magic = input.get(..MAGIC.len()).unwrap_or(input);
    if !MAGIC.starts_with(magic) {
        let found = Excerpt::bytes(input.get(..MAGIC_LEN).unwrap_or(input));
        return Err(ErrorKind::Magic { found }.into());
    }
    // The shorter of the two preambles, in which the version stands.
    let wanted = input_len.map_or(10, |len| len.min(10));
    if at_hand < wanted {
        return Ok(Step::Need(0..wanted));
    }
    let Some(&[major, minor]) = input.get(MAGIC.len()..MAGIC_LEN) else {
        let what = match at_hand {
            0 => "the file",
            _ => "the magic string",
        };
        return Err(cut_short(what, MAGIC_LEN as u64, at_hand));
    };
    let version = (major, minor);
    if !matches!(version, (1..=3, 0)) {
        return Err(ErrorKind::Version { major, minor }.into());
    }

    let preamble = preamble_len(major);
    let length_field = match (input.get(MAGIC_LEN..), version) {
        (Some(&[a, b, ..]), (1, _)) => Some(u32::from(u16::from_le_bytes([a, b]))),
        (Some(&[a, b, c, d, ..]), (2.., _)) => Some(u32::from_le_bytes([a, b, c, d])),
        _ => None,
    };
    let Some(header_len) = length_field else {
        return match input_len {
            Some(len) if len < preamble => {
                let magic_len = MAGIC_LEN as u64;
                let found = len.saturating_sub(magic_len);
                Err(cut_short(
                    "the length of the header",
                    preamble - magic_len,
                    found,
                ))
            }
            _ => Ok(Step::Need(0..preamble)),
        };
    };
    let data_offset = preamble + u64::from(header_len);
    if let Some(len) = input_len.filter(|&len| len < data_offset) {
        return Err(cut_short(
            "the header",
            header_len.into(),
            len.saturating_sub(preamble),
        ));
    }
    if u64::from(header_len) > limits.max_header_len {
        return Err(ErrorKind::TooLarge {
            what: "the header",
            found: header_len.into(),
            limit: limits.max_header_len,
        }
        .into());
    }
    let bytes = usize::try_from(data_offset)
        .ok()
        .and_then(|end| input.get(preamble as usize..end));
    let Some(bytes) = bytes else {
        return Ok(Step::Need(0..data_offset));
    };
    parse_text(version, header_len, bytes)
}

#[cold]
fn cut_short(what: &'static str, expected: u64, found: u64) -> crate::Error {
    let kind = ErrorKind::Truncated {
        what,
        expected,
        found,
    };
    kind.into()
}

fn parse_text(version: (u8, u8), header_len: u32, bytes: &[u8]) -> Result<Step<Header>> {
    let text = decode(version, bytes)?;
    let mut warnings = Vec::new();
    // ASCII, Latin-1 and UTF-8 have no more characters than bytes.
    if u64::from(header_len) > NUMPY_MAX_CHARS {
        let chars = text.chars().count() as u64;
        if chars > NUMPY_MAX_CHARS {
            warnings.push(Warning::HeaderTooLongForNumPy { chars });
        }
    }
    let (dtype, shape, fortran_order) = match template::match_text(&text) {
        Some(entries) => {
            let dtype = match &entries.descr {
                Descr::Text(text) => dtype_of_text(text, &mut warnings)?,
                Descr::Fields(fields) => dtype_of_fields(fields, &mut warnings)?,
            };
            (dtype, entries.shape, entries.fortran_order)
        }
        None => {
            let (dict, python2) = parse_dict(&text, version)
                .map_err(|error| with_file_offset(error, &text, version))?;
            if python2 {
                warnings.push(Warning::Python2);
            }
            let entries = Entries::of(dict)?;
            let shape = integers(&entries.shape)?;
            let fortran_order = boolean(&entries.fortran_order)?;
            let dtype = dtype_of(&entries.descr, &mut warnings)?;
            (dtype, dimensions(shape)?, fortran_order)
        }
    };
    let dtype = without_sub_array(dtype, &shape, &mut warnings);
    let order = if fortran_order { Order::F } else { Order::C };
    let text = text.into();
    let layout = Layout::contiguous(dtype, shape, order)?;
    Ok(Step::Done(Header {
        version,
        text,
        layout,
        header_len,
        fortran_order,
        warnings,
    }))
}

/// Latin-1 for versions 1.0 and 2.0, UTF-8 for 3.0.
fn decode(version: (u8, u8), bytes: &[u8]) -> Result<Cow<'_, str>> {
    if version.0 < 3 && !is_ascii(bytes) {
        let text: String = bytes.iter().map(|&b| char::from(b)).collect();
        return Ok(text.into());
    }
    match core::str::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(e) => {
            let offset = preamble_len(version.0).saturating_add(e.valid_up_to() as u64);
            Err(HeaderError::Utf8 { offset }.into())
        }
    }
}

/// `[u8]::is_ascii` goes byte by byte through what its blocks of 32 leave over: a tenth of the
/// instructions that a plain header takes (`cargo xtask instructions`).
fn is_ascii(bytes: &[u8]) -> bool {
    let (blocks, rest) = bytes.as_chunks::<8>();
    let blocks = blocks.iter().map(|b| u64::from_ne_bytes(*b));
    let seen = blocks.fold(0, |seen, block| seen | block);
    seen.to_ne_bytes().iter().chain(rest).all(u8::is_ascii)
}

/// The literal, and whether the filter for headers of Python 2 was needed to read it.
fn parse_dict(text: &str, version: (u8, u8)) -> Result<(Literal<'_>, bool), LiteralError> {
    let error = match Literal::parse(text, Dialect::Python3) {
        Ok(literal) => return Ok((literal, false)),
        Err(error) => error,
    };
    if version.0 > 2 {
        return Err(error);
    }
    match Literal::parse(text, Dialect::Python2) {
        Ok(literal) => Ok((literal, true)),
        // The one that went further is the one that understood the text better.
        Err(other) if other.offset > error.offset => Err(other),
        Err(_) => Err(error),
    }
}

#[cold]
fn with_file_offset(error: LiteralError, text: &str, version: (u8, u8)) -> HeaderError {
    let before = text.get(..error.offset).unwrap_or(text);
    let before = match version {
        // In Latin-1, a character is a byte.
        (..3, _) => before.chars().count(),
        _ => before.len(),
    };
    HeaderError::Syntax {
        offset: preamble_len(version.0).saturating_add(before as u64),
        found: error.found,
        expected: error.expected,
    }
}

/// The values of the dict.
struct Entries<'a> {
    descr: Literal<'a>,
    fortran_order: Literal<'a>,
    shape: Literal<'a>,
}

impl<'a> Entries<'a> {
    /// Takes the values out of a dict that has exactly these keys, each of them once or more.
    fn of(dict: Literal<'a>) -> Result<Self, HeaderError> {
        let Literal::Dict(entries) = dict else {
            return Err(HeaderError::NotADict {
                found: excerpt(&dict),
            });
        };
        let [mut descr, mut fortran_order, mut shape] = [const { None }; 3];
        for (key, value) in entries {
            let slot = match &key {
                Literal::Str(key) if key == "descr" => &mut descr,
                Literal::Str(key) if key == "fortran_order" => &mut fortran_order,
                Literal::Str(key) if key == "shape" => &mut shape,
                _ => {
                    return Err(HeaderError::UnknownKey {
                        found: excerpt(&key),
                    });
                }
            };
            *slot = Some(value);
        }
        let missing = |key| HeaderError::MissingKey { key };
        Ok(Self {
            descr: descr.ok_or(missing("descr"))?,
            fortran_order: fortran_order.ok_or(missing("fortran_order"))?,
            shape: shape.ok_or(missing("shape"))?,
        })
    }
}

#[cold]
fn excerpt(literal: &Literal<'_>) -> Excerpt {
    Excerpt::text(&format!("{literal}"))
}

/// The items of a tuple of integers. A bool is one to Python, but no dimension.
fn integers<'a, 'b>(shape: &'b Literal<'a>) -> Result<&'b [Literal<'a>], HeaderError> {
    let is_integer = |item: &Literal<'_>| matches!(item, Literal::Int(_) | Literal::BigInt(_));
    match shape {
        Literal::Tuple(items) if items.iter().all(is_integer) => Ok(items),
        _ => Err(HeaderError::Shape {
            found: excerpt(shape),
        }),
    }
}

fn boolean(fortran_order: &Literal<'_>) -> Result<bool, HeaderError> {
    match *fortran_order {
        Literal::Bool(fortran_order) => Ok(fortran_order),
        _ => Err(HeaderError::FortranOrder {
            found: excerpt(fortran_order),
        }),
    }
}

fn dimensions(items: &[Literal<'_>]) -> Result<Dims, HeaderError> {
    let dimension = |(axis, item): (usize, &Literal<'_>)| {
        let dim = match item {
            Literal::Int(n) => u64::try_from(*n).ok(),
            _ => None,
        };
        dim.ok_or_else(|| HeaderError::Dimension {
            axis,
            found: excerpt(item),
        })
    };
    items.iter().enumerate().map(dimension).collect()
}

fn dtype_of(descr: &Literal<'_>, warnings: &mut Vec<Warning>) -> Result<DType> {
    let dtype = DType::from_descr(descr)?;
    warn_of_foreign_types(descr, warnings);
    Ok(dtype)
}

fn dtype_of_text(descr: &str, warnings: &mut Vec<Warning>) -> Result<DType> {
    let dtype = DType::from_plain_text(descr)?;
    warn_of_foreign_type(descr, warnings);
    Ok(dtype)
}

fn dtype_of_fields(fields: &[PlainField<'_>], warnings: &mut Vec<Warning>) -> Result<DType> {
    let dtype = DType::from_plain_fields(fields)?;
    for field in fields {
        warn_of_foreign_type(field.descr, warnings);
    }
    Ok(dtype)
}

/// Warns of every type string in a valid descriptor that other programs than NumPy have written,
/// once each.
fn warn_of_foreign_types(descr: &Literal<'_>, warnings: &mut Vec<Warning>) {
    match descr {
        Literal::Str(text) => warn_of_foreign_type(text, warnings),
        Literal::Tuple(parts) => {
            if let Some(dtype) = parts.first() {
                warn_of_foreign_types(dtype, warnings);
            }
        }
        Literal::List(fields) => {
            for field in fields {
                if let Literal::Tuple(parts) | Literal::List(parts) = field
                    && let Some(dtype) = parts.get(1)
                {
                    warn_of_foreign_types(dtype, warnings);
                }
            }
        }
        _ => {}
    }
}

fn warn_of_foreign_type(text: &str, warnings: &mut Vec<Warning>) {
    let probably = foreign_descr(text);
    if probably.is_none() && text != "<V1" {
        return;
    }
    let warning = Warning::ForeignDType {
        descr: Excerpt::text(text),
        probably,
        numpy_reads: text.starts_with("<V"),
    };
    if !warnings.contains(&warning) {
        warnings.push(warning);
    }
}

/// The dtype for the layout.
///
/// NumPy reads as many elements as the shape has, finds that sub-arrays have made more of them, and
/// gives up, unless there are as many. Then it drops the additional dimensions. Only a memory map
/// keeps them.
fn without_sub_array(dtype: DType, shape: &[u64], warnings: &mut Vec<Warning>) -> DType {
    if !matches!(dtype.kind(), Kind::SubArray(_)) {
        return dtype;
    }
    let (element, dims) = dtype.flatten();
    if dims.iter().all(|&dim| dim == 1) || shape.contains(&0) {
        return element.clone();
    }
    warnings.push(Warning::SubArray);
    dtype
}

/// The entry `descr` of a text that [`parse`] has accepted.
pub(super) fn descr(text: &str, python2: bool) -> Literal<'_> {
    let dialect = if python2 {
        Dialect::Python2
    } else {
        Dialect::Python3
    };
    let dict = Literal::parse(text, dialect);
    debug_assert!(dict.is_ok(), "{dict:?}");
    match dict {
        Ok(Literal::Dict(entries)) => entries
            .into_iter()
            .rfind(|(key, _)| matches!(key, Literal::Str(key) if key == "descr"))
            .map_or(Literal::None, |(_, descr)| descr),
        _ => Literal::None,
    }
}
