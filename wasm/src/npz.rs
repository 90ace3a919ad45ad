//! What is in an archive, and where.

use alloc::{format, string::ToString, vec::Vec};

use js_sys::{Array as JsArray, Float64Array, JsString, Uint8Array};
use npymap_core::{
    Error, ErrorKind, Step,
    error::Excerpt,
    npz::{Directory, DirectoryReader, Limits, Member, Method},
};
use wasm_bindgen::prelude::*;

use crate::{
    bytes::{Block, position, positions, string},
    error::{Fault, Result},
    header::need,
    json::{array, integer, integers, object, text},
    layout::check_safe,
};

/// What is in an archive, as JSON, or which bytes must be seen.
///
/// # Errors
///
/// ERR_ZIP if it is no archive.
#[wasm_bindgen]
pub fn npz(size: f64, offsets: &Float64Array, chunks: &JsArray) -> Result<JsString> {
    let directory = match read(size, offsets, chunks)? {
        Step::Need(range) => return Ok(need(range.start, range.end)),
        Step::Done(directory) => directory,
    };
    let members = directory.members();
    for member in members {
        check_safe(member.size().max(member.compressed_size()))?;
    }
    let faults: Vec<_> = members
        .iter()
        .map(|member| member.check().err().map(Fault::from))
        .collect();
    let methods: Vec<_> = members
        .iter()
        .map(|member| member.method().to_string())
        .collect();
    let members = members.iter().zip(&methods).zip(&faults);
    let members = members.map(|((member, method), fault)| {
        let facts = object([
            ("name", text(member.name())),
            ("key", text(member.key())),
            ("method", text(method)),
            ("compressedSize", integer(member.compressed_size())),
            ("size", integer(member.size())),
            ("crc32", integer(member.crc32())),
        ]);
        match (facts, fault) {
            (npymap_core::literal::Literal::Dict(mut facts), Some(fault)) => {
                facts.push((text("error"), fault.to_literal()));
                npymap_core::literal::Literal::Dict(facts)
            }
            (facts, _) => facts,
        }
    });
    Ok(object([("members", array(members))]).to_json().into())
}

/// The number of the member of a key, by NumPy's rules.
///
/// # Errors
///
/// ERR_ZIP if there is none.
#[wasm_bindgen(js_name = npzFind)]
pub fn npz_find(
    size: f64,
    offsets: &Float64Array,
    chunks: &JsArray,
    key: &JsString,
) -> Result<f64> {
    let directory = complete(size, offsets, chunks)?;
    let found = find(&directory, &string(key))?;
    let place = directory
        .members()
        .iter()
        .position(|member| core::ptr::eq(member, found));
    Ok(place.unwrap_or_default() as f64)
}

/// Where the data of a member lies, as JSON, or which bytes must be seen.
///
/// # Errors
///
/// ERR_ZIP or ERR_ZIP_METHOD if it cannot be read.
#[wasm_bindgen(js_name = npzLocate)]
pub fn npz_locate(
    size: f64,
    offsets: &Float64Array,
    chunks: &JsArray,
    key: &JsString,
    at: f64,
    local: &Uint8Array,
) -> Result<JsString> {
    let directory = complete(size, offsets, chunks)?;
    let member = find(&directory, &string(key))?;
    member.check()?;
    let local = local.to_vec();
    let local = member
        .header_offset()
        .checked_sub(position(at, "at")?)
        .and_then(|skip| local.get(usize::try_from(skip).ok()?..))
        .unwrap_or_default();
    if local.is_empty() {
        let first = member.first_read();
        return Ok(need(first.start, first.end));
    }
    let range = match member.locate(local)? {
        Step::Need(range) => return Ok(need(range.start, range.end)),
        Step::Done(range) => range,
    };
    let method = match member.method() {
        Method::Stored => "stored",
        // The check has left no other.
        _ => "deflate",
    };
    let json = object([
        ("range", integers(&[range.start, range.end])),
        ("method", text(method)),
        ("size", integer(member.size())),
    ]);
    Ok(json.to_json().into())
}

/// The member of a key, in an archive whose directory has been seen.
pub(crate) fn member(
    size: f64,
    offsets: &Float64Array,
    chunks: &JsArray,
    key: &JsString,
) -> Result<Member> {
    let directory = complete(size, offsets, chunks)?;
    find(&directory, &string(key)).cloned()
}

fn find<'a>(directory: &'a Directory, key: &str) -> Result<&'a Member> {
    directory.find(key).ok_or_else(|| {
        let message = format!("the archive has no member {}", Excerpt::text(key));
        Fault::new("ERR_ZIP", message)
    })
}

fn complete(size: f64, offsets: &Float64Array, chunks: &JsArray) -> Result<Directory> {
    match read(size, offsets, chunks)? {
        Step::Done(directory) => Ok(directory),
        Step::Need(_) => Err(Fault::new("ERR_ZIP", "the directory has not been read")),
    }
}

/// Reads the directory from the pieces that were seen so far.
fn read(size: f64, offsets: &Float64Array, chunks: &JsArray) -> Result<Step<Directory>> {
    let offsets = positions(offsets, "offsets")?;
    let mut reader = DirectoryReader::new(position(size, "size")?, Limits::default());
    let mut step = reader.step(0, &[]);
    loop {
        let wanted = match step.map_err(in_archive)? {
            Step::Done(directory) => return Ok(Step::Done(directory)),
            Step::Need(wanted) => wanted,
        };
        let chunks = chunks.iter().map(JsCast::unchecked_into::<Uint8Array>);
        let mut pieces = offsets.iter().zip(chunks);
        let Some((&offset, chunk)) = pieces.find(|(offset, chunk)| {
            let end = offset.saturating_add(Block::new(chunk).len());
            (**offset..end).contains(&wanted.start)
        }) else {
            return Ok(Step::Need(wanted));
        };
        step = reader.step(offset, &chunk.to_vec());
    }
}

/// What is cut short is part of the archive's structure.
fn in_archive(error: Error) -> Fault {
    match error.kind() {
        ErrorKind::Truncated { .. } => Fault::new("ERR_ZIP", error.to_string()),
        _ => error.into(),
    }
}
