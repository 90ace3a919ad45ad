//! Every case that NumPy decided, by way of what JavaScript calls: over an `ArrayBuffer` that is
//! there, and over a `Blob` that is read piece by piece. `cargo xtask wasm-test` runs it in Node.js,
//! Chromium and Firefox.
#![cfg(target_family = "wasm")]
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use js_sys::{Array, ArrayBuffer, JsString, Promise, Uint8Array};
use npymap_conformance::{Case, Expect, Found, Outcome, Refusal, cases, judge};
use npymap_core::{DType, dtype::Kind, gather::Convert, npz::Directory};
use npymap_wasm::{Fault, Task, header, select, view};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

/// Small, so that reads have many pieces: up to so many bytes that nobody wants are read along.
const GAP: f64 = 8.0;
const MAX_RANGE: f64 = 256.0;

#[wasm_bindgen_test]
async fn array_buffer() {
    check(|bytes| Source::Memory(Uint8Array::from(bytes))).await;
}

#[wasm_bindgen_test]
async fn blob() {
    check(|bytes| Source::Blob(Blob::new(&Array::of1(&Uint8Array::from(bytes).into())))).await;
}

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type Blob;

    #[wasm_bindgen(constructor)]
    fn new(parts: &Array) -> Blob;

    #[wasm_bindgen(method)]
    fn slice(this: &Blob, start: f64, end: f64) -> Blob;

    #[wasm_bindgen(method, js_name = arrayBuffer)]
    fn array_buffer(this: &Blob) -> Promise;

    #[wasm_bindgen(method, getter)]
    fn size(this: &Blob) -> f64;
}

/// A file as JavaScript has it.
enum Source {
    Memory(Uint8Array),
    Blob(Blob),
}

impl Source {
    fn len(&self) -> f64 {
        match self {
            Self::Memory(bytes) => bytes.length().into(),
            Self::Blob(blob) => blob.size(),
        }
    }

    async fn read(&self, start: f64, end: f64) -> Uint8Array {
        match self {
            Self::Memory(bytes) => bytes.subarray(start as u32, end as u32),
            Self::Blob(blob) => {
                let buffer = JsFuture::from(blob.slice(start, end).array_buffer()).await;
                let buffer: ArrayBuffer = buffer.unwrap().unchecked_into();
                Uint8Array::new(&buffer)
            }
        }
    }

    /// The pieces of ranges `[start, end, …]`.
    async fn pieces(&self, ranges: &[f64]) -> Array {
        let pieces = Array::new();
        for range in ranges.chunks_exact(2) {
            pieces.push(&self.read(range[0], range[1]).await.into());
        }
        pieces
    }
}

/// Judges every case, and that there are as many as the table says.
async fn check(source: impl Fn(&[u8]) -> Source) {
    let files = files();
    let (mut failures, mut read, mut values) = (Vec::new(), 0, 0);
    let cases = cases().unwrap();
    for case in &cases {
        let source = source(&files[case.member()]);
        let mut expect = case.expect.clone();
        let outcome = outcome(&source, case, &mut expect).await;
        if let Expect::Array(expected) = &expect {
            read += 1;
            values += usize::from(expected.wide.is_some());
        }
        if let Err(wrong) = judge(&expect, &outcome) {
            failures.push(format!("{case}\n    {}", wrong.join("\n    ")));
        }
    }
    console_log!(
        "{} cases: {read} arrays, {values} of them with values",
        cases.len()
    );
    assert!(read > 0 && values > 0, "nothing was compared");
    assert!(
        failures.is_empty(),
        "{} of {} cases fail:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

/// The files of all cases, out of an archive.
fn files() -> HashMap<String, Vec<u8>> {
    let archive = include_bytes!("../../tests/vectors/stored.npz");
    let directory = Directory::from_slice(archive).unwrap();
    let file = |member: &npymap_core::npz::Member| {
        let header = &archive[member.header_offset() as usize..];
        let npymap_core::Step::Done(data) = member.locate(header).unwrap() else {
            panic!("{} is cut short", member.name());
        };
        let bytes = archive[data.start as usize..data.end as usize].to_vec();
        (member.name().to_owned(), bytes)
    };
    directory.members().iter().map(file).collect()
}

/// Reads a case. What JavaScript has no form for is taken out of what is expected.
async fn outcome(source: &Source, case: &Case, expect: &mut Expect) -> Outcome {
    let refuse = |fault: Fault| refusal(&fault, &case.expect);
    let (mut facts, base) = open(source).await.map_err(refuse)?;
    if let Some(name) = &case.view {
        facts = parse(&view(&code(&facts), &json!(name).to_string().into()).map_err(refuse)?);
    }
    facts = parse(&select(&code(&facts), &case.selection.as_str().into()).map_err(refuse)?);
    let code = &code(&facts);
    let dtype = facts["dtype"].as_str().unwrap();

    let bytes = values(source, code, base, [false, true]).await;
    let bytes = bytes.map_err(refuse)?;
    let plain = values(source, code, base, [false, false]).await;
    let bits = values(source, code, base, [true, false]).await;
    let text = text(source, code, base).await.map_err(refuse)?;
    if let Expect::Array(expected) = expect {
        match DType::parse(dtype).map(|dtype| dtype.kind().clone()) {
            // Their fields are read one by one.
            Err(_) => {
                assert_eq!(plain.as_ref().unwrap_err().code(), "ERR_DTYPE", "{case}");
                (expected.native, expected.wide) = (None, None);
            }
            // These exist in wider forms only.
            Ok(Kind::LongDouble | Kind::CLongDouble | Kind::Bool | Kind::Extended(_)) => {
                expected.native = None;
            }
            Ok(_) => {}
        }
    }
    if let (Ok(plain), Ok(dtype)) = (&plain, DType::parse(dtype))
        && facts["byteOrder"] != "big"
        && Convert::Wide.keeps_bytes(&dtype)
    {
        assert_eq!(*plain, bytes, "{case}");
    }
    let integers = |name: &str| facts[name].as_array().unwrap().clone();
    Ok(Found {
        shape: integers("shape")
            .iter()
            .map(|n| n.as_u64().unwrap())
            .collect(),
        strides: integers("strides")
            .iter()
            .map(|n| n.as_i64().unwrap())
            .collect(),
        dtype: dtype.to_owned(),
        scalar: facts["scalar"].as_bool().unwrap(),
        bytes,
        native: bits.unwrap_or_default(),
        wide: plain.unwrap_or_default(),
        text,
    })
}

/// The facts of a file's array, and where its data begins.
async fn open(source: &Source) -> Result<(Value, f64), Fault> {
    let mut seen = 0.0;
    loop {
        // As a reader does that fetches what it is asked for and nothing else.
        let bytes = source.read(0.0, seen).await;
        let answer = parse(&header(&bytes, Some(source.len()), None)?);
        match answer.get("need") {
            Some(range) => seen = range[1].as_f64().unwrap(),
            None => {
                let base = answer["header"]["dataOffset"].as_f64().unwrap();
                return Ok((answer["facts"].clone(), base));
            }
        }
    }
}

/// The values of an array, of float16 as bits, or as bytes.
async fn values(
    source: &Source,
    code: &JsString,
    base: f64,
    [bits, bytes]: [bool; 2],
) -> Result<Vec<u8>, Fault> {
    let mut reading = Task::reading(code, base, GAP, MAX_RANGE, false, bits, bytes)?;
    let result = parse(&reading.result()?);
    let out = Uint8Array::new_with_length(result["nbytes"].as_u64().unwrap() as u32);
    reading.set_out(out.clone());
    match source {
        Source::Memory(bytes) => while reading.step(bytes)? {},
        Source::Blob(_) => {
            // One tile ahead.
            let mut ranges = reading.next()?;
            while let Some(now) = ranges {
                ranges = reading.next()?;
                reading.take(&source.pieces(&now.to_vec()).await)?;
            }
        }
    }
    let shape = result["shape"].as_array().unwrap();
    let size: f64 = shape.iter().map(|dim| dim.as_f64().unwrap()).product();
    assert_eq!(reading.done(), size);
    if let Some(whole) = result["whole"].as_array() {
        let [start, end] = [0, 1].map(|i| whole[i].as_f64().unwrap());
        let whole = source.read(start, end).await;
        assert_eq!(whole.to_vec(), out.to_vec(), "the whole range of {code}");
    }
    Ok(out.to_vec())
}

async fn text(source: &Source, code: &JsString, base: f64) -> Result<String, Fault> {
    let mut printing = Task::printing(code, base, GAP, MAX_RANGE)?;
    match source {
        Source::Memory(bytes) => while printing.step(bytes)? {},
        Source::Blob(_) => {
            while let Some(ranges) = printing.next()? {
                printing.take(&source.pieces(&ranges.to_vec()).await)?;
            }
        }
    }
    Ok(printing.result()?.into())
}

fn code(facts: &Value) -> JsString {
    facts["code"].as_str().unwrap().into()
}

fn parse(json: &JsString) -> Value {
    serde_json::from_str(&String::from(json)).unwrap()
}

/// The kind of error that a code stands for.
fn refusal(fault: &Fault, expect: &Expect) -> Refusal {
    let kind = match (fault.code(), expect) {
        // One code for two kinds.
        ("ERR_HEADER", Expect::Refused(kind)) if kind == "layout" => "layout",
        ("ERR_MAGIC", _) => "magic",
        ("ERR_VERSION", _) => "version",
        ("ERR_HEADER", _) => "header",
        ("ERR_DTYPE", _) => "dtype",
        ("ERR_OBJECT_DTYPE", _) => "object_dtype",
        ("ERR_SELECTION", _) => "selection",
        ("ERR_TOO_LARGE", _) => "too_large",
        ("ERR_TRUNCATED", _) => "truncated",
        _ => "other",
    };
    Refusal {
        kind,
        message: fault.message().to_owned(),
    }
}
