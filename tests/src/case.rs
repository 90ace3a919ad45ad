//! The table of cases, `vectors/cases.json`. Its `README.md` says what the columns mean.

use std::fmt;

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// A file, a selection from it, and what must come out.
#[derive(Clone, Debug)]
pub struct Case {
    /// The path of the file below `vectors/`.
    pub file: String,
    /// The dtype of ml_dtypes as which raw elements are to be read.
    pub view: Option<String>,
    /// The selection as text.
    pub selection: String,
    /// What must come out.
    pub expect: Expect,
}

/// What must come out of a [`Case`].
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "who judges must know them all")]
pub enum Expect {
    /// An array or a scalar.
    Array(Box<Expected>),
    /// An error about the selection, with this message.
    Error(String),
    /// An error of this kind.
    Refused(String),
}

/// The array or the scalar that must come out. Values that are `None` are not compared.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the README of the vectors describes them")]
pub struct Expected {
    pub shape: Vec<u64>,
    pub dtype: String,
    pub scalar: bool,
    pub strides: Option<Vec<i64>>,
    pub bytes: Bytes,
    pub padding: Vec<(usize, usize)>,
    pub native: Option<Bytes>,
    pub wide: Option<Bytes>,
    pub text: Option<String>,
}

impl Case {
    /// The path of the file as a member of `stored.npz` and `deflated.npz`.
    pub fn member(&self) -> &str {
        self.file.strip_prefix("npy/").unwrap_or(&self.file)
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.file, self.selection)?;
        match &self.view {
            Some(view) => write!(f, " as {view}"),
            None => Ok(()),
        }
    }
}

/// Bytes, or only their hash where they are many.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Bytes(String);

impl Bytes {
    /// Whether these are the bytes.
    pub fn are(&self, bytes: &[u8]) -> bool {
        match self.0.strip_prefix("sha256:") {
            Some(hash) => hash == hex(&Sha256::digest(bytes)),
            None => self.0 == hex(bytes),
        }
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Every case. They are part of this crate, so no file system is needed.
///
/// # Errors
///
/// What is wrong with the table: a row that makes no sense, or fewer rows than it says.
pub fn cases() -> Result<Vec<Case>, String> {
    let table: Table = serde_json::from_str(include_str!("../vectors/cases.json"))
        .map_err(|e| format!("cases.json: {e}"))?;
    if table.cases.len() != table.count {
        let (found, declared) = (table.cases.len(), table.count);
        return Err(format!("cases.json has {found} of its {declared} cases"));
    }
    table.cases.into_iter().map(Row::into_case).collect()
}

#[derive(Deserialize)]
struct Table {
    count: usize,
    cases: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    file: String,
    view: Option<String>,
    selection: String,
    error: Option<String>,
    refused: Option<String>,
    shape: Option<Vec<u64>>,
    dtype: Option<String>,
    #[serde(default)]
    scalar: bool,
    strides: Option<Vec<i64>>,
    bytes: Option<Bytes>,
    #[serde(default)]
    padding: Vec<(usize, usize)>,
    native: Option<Bytes>,
    wide: Option<Bytes>,
    text: Option<String>,
}

impl Row {
    fn into_case(self) -> Result<Case, String> {
        let expect = match (self.error, self.refused, self.shape, self.dtype, self.bytes) {
            (Some(error), None, None, None, None) => Expect::Error(error),
            (None, Some(refused), None, None, None) => Expect::Refused(refused),
            (None, None, Some(shape), Some(dtype), Some(bytes)) => {
                Expect::Array(Box::new(Expected {
                    shape,
                    dtype,
                    scalar: self.scalar,
                    strides: self.strides,
                    bytes,
                    padding: self.padding,
                    native: self.native,
                    wide: self.wide,
                    text: self.text,
                }))
            }
            _ => return Err(format!("no sense in {} {}", self.file, self.selection)),
        };
        Ok(Case {
            file: self.file,
            view: self.view,
            selection: self.selection,
            expect,
        })
    }
}
