//! Running cases on a reader, and comparing what it finds with what NumPy found.

use std::fmt::Debug;

use npymap_core::{Error, ErrorKind};

use crate::case::{Bytes, Case, Expect, Expected, cases, hex};

/// A reader of files under test.
pub trait Backend {
    /// Opens the file of a case, makes the selection and reads it.
    fn run(&mut self, case: &Case) -> Outcome;
}

/// What a [`Backend`] makes of a case.
pub type Outcome = Result<Found, Refusal>;

/// The result of a selection, read in every way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The shape.
    pub shape: Vec<u64>,
    /// The strides in bytes.
    pub strides: Vec<i64>,
    /// The dtype, as it is displayed.
    pub dtype: String,
    /// Whether NumPy would return a scalar.
    pub scalar: bool,
    /// The elements as stored, in C order.
    pub bytes: Vec<u8>,
    /// The elements in the machine's byte order.
    pub native: Vec<u8>,
    /// The elements widened to common numbers.
    pub wide: Vec<u8>,
    /// What `print` prints.
    pub text: String,
}

/// Why a [`Backend`] refuses a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of error: the name of the [`ErrorKind`] in `snake_case`, `io` for others.
    pub kind: &'static str,
    /// Its message.
    pub message: String,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::DType(_) => "dtype",
            ErrorKind::Header(_) => "header",
            ErrorKind::Layout(_) => "layout",
            ErrorKind::Magic { .. } => "magic",
            ErrorKind::ObjectDType => "object_dtype",
            ErrorKind::Selection(_) => "selection",
            ErrorKind::TooLarge { .. } => "too_large",
            ErrorKind::Truncated { .. } => "truncated",
            ErrorKind::Version { .. } => "version",
            ErrorKind::Zip(_) => "zip",
            _ => "other",
        };
        let message = error.to_string();
        Self { kind, message }
    }
}

/// Runs every case.
///
/// # Errors
///
/// A list of the cases with a wrong outcome, and in what they are wrong.
pub fn run_all(backend: &mut dyn Backend) -> Result<(), String> {
    let cases = cases()?;
    let mut failures = Vec::new();
    for case in &cases {
        let outcome = backend.run(case);
        if let Err(wrong) = judge(&case.expect, &outcome) {
            failures.push(format!("{case}\n    {}", wrong.join("\n    ")));
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} of {} cases fail:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    ))
}

/// Compares an outcome with what NumPy found.
///
/// # Errors
///
/// Every difference.
pub fn judge(expect: &Expect, outcome: &Outcome) -> Result<(), Vec<String>> {
    let mut wrong = Vec::new();
    match (expect, outcome) {
        (Expect::Array(expected), Ok(found)) => compare(expected, found, &mut wrong),
        (Expect::Error(message), Err(refusal)) => {
            differ("kind", &"selection", &refusal.kind, &mut wrong);
            differ("error", message, &refusal.message, &mut wrong);
        }
        (Expect::Refused(kind), Err(refusal)) if kind == refusal.kind => {}
        (
            Expect::Refused(kind),
            Err(Refusal {
                kind: found,
                message,
            }),
        ) => {
            wrong.push(format!("refused as {found} ({message}), expected {kind}"));
        }
        (Expect::Array(_), Err(Refusal { kind, message })) => {
            wrong.push(format!("refused as {kind}: {message}"));
        }
        (Expect::Error(message) | Expect::Refused(message), Ok(found)) => {
            let shape = &found.shape;
            wrong.push(format!("read as shape {shape:?}, expected {message}"));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn compare(expected: &Expected, found: &Found, wrong: &mut Vec<String>) {
    differ("shape", &expected.shape, &found.shape, wrong);
    differ("dtype", &expected.dtype, &found.dtype, wrong);
    differ("scalar", &expected.scalar, &found.scalar, wrong);
    if let Some(strides) = &expected.strides {
        differ("strides", strides, &found.strides, wrong);
    }
    let bytes = without_padding(&found.bytes, &expected.padding, &found.shape);
    differ_in_bytes("bytes", &expected.bytes, &bytes, wrong);
    // The vectors have these in little-endian byte order.
    if cfg!(target_endian = "little") {
        if let Some(native) = &expected.native {
            differ_in_bytes("native", native, &found.native, wrong);
        }
        if let Some(wide) = &expected.wide {
            differ_in_bytes("wide", wide, &found.wide, wrong);
        }
    }
    if let Some(text) = &expected.text {
        differ("text", text, &found.text, wrong);
    }
}

fn differ<T: PartialEq + Debug>(what: &str, expected: &T, found: &T, wrong: &mut Vec<String>) {
    if expected != found {
        wrong.push(format!("{what}: {found:?}, expected {expected:?}"));
    }
}

fn differ_in_bytes(what: &str, expected: &Bytes, found: &[u8], wrong: &mut Vec<String>) {
    if !expected.are(found) {
        let found = hex(found);
        wrong.push(format!("{what}: {found}, expected {expected}"));
    }
}

/// The elements with zeros in the bytes that belong to no field.
fn without_padding(bytes: &[u8], padding: &[(usize, usize)], shape: &[u64]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let elements = shape.iter().product::<u64>().max(1) as usize;
    let itemsize = bytes.len() / elements;
    if itemsize > 0 {
        for element in bytes.chunks_exact_mut(itemsize) {
            for &(start, end) in padding {
                if let Some(free) = element.get_mut(start..end) {
                    free.fill(0);
                }
            }
        }
    }
    bytes
}
