//! Errors as JavaScript sees them: a code, a message and a few facts, in JSON.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use npymap_core::{
    Error, ErrorKind, literal::Literal, npz::ZipError, raw::RawError, selection::SelectionError,
    stats::StatsError,
};
use wasm_bindgen::JsValue;

use crate::json::{array, integer, object, text};

/// A result whose error is a [`Fault`].
pub type Result<T, E = Fault> = core::result::Result<T, E>;

/// Why a call failed. JavaScript gets it as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    code: &'static str,
    message: String,
    detail: Vec<(&'static str, Literal<'static>)>,
}

impl Fault {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: Vec::new(),
        }
    }

    /// One of the codes of the package's errors.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What is wrong, and where.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn with(mut self, name: &'static str, value: Literal<'static>) -> Self {
        self.detail.retain(|(other, _)| *other != name);
        self.detail.push((name, value));
        self
    }

    /// The same, where what is wrong with a layout, or cut short, is the fault of something else.
    pub(crate) fn layout_as(mut self, code: &'static str) -> Self {
        if self.code == LAYOUT {
            self.code = code;
        }
        self
    }

    /// The same, where a dtype that cannot be read so is a reason among others.
    pub(crate) fn dtype_as(mut self, code: &'static str) -> Self {
        if self.code == "ERR_DTYPE" {
            self.code = code;
        }
        self
    }

    /// The error as JSON.
    pub(crate) fn to_literal(&self) -> Literal<'_> {
        let detail = self.detail.iter();
        let detail = detail.map(|(name, value)| (text(name), value.clone()));
        object([
            ("code", text(self.code)),
            ("message", text(&self.message)),
            ("detail", Literal::Dict(detail.collect())),
        ])
    }
}

/// Of layouts: most often, a selection or a transposition is wrong.
const LAYOUT: &str = "ERR_SELECTION";

impl From<Error> for Fault {
    #[cold]
    fn from(error: Error) -> Self {
        let fault = Self::new(code(error.kind()), error.to_string());
        match error.kind() {
            ErrorKind::Truncated {
                expected, found, ..
            }
            | ErrorKind::BufferSize {
                expected, found, ..
            } => fault
                .with("expected", integer(*expected))
                .with("found", integer(*found)),
            ErrorKind::TooLarge { found, limit, .. } => fault
                .with("found", integer(*found))
                .with("limit", integer(*limit)),
            ErrorKind::Selection(SelectionError::IndexOutOfBounds { index, axis, size }) => fault
                .with("index", integer(*index))
                .with("axis", integer(*axis as u64))
                .with("size", integer(*size)),
            ErrorKind::Selection(
                SelectionError::Syntax { offset, .. }
                | SelectionError::NotBasic { offset, .. }
                | SelectionError::IndexTooLarge { offset, .. },
            ) => fault.with("offset", integer(*offset as u64)),
            ErrorKind::Magic { found } => fault.with("found", Literal::from(found.to_string())),
            ErrorKind::NotGiven { offset, len } => fault
                .with("offset", integer(*offset))
                .with("length", integer(*len)),
            ErrorKind::OutOfMemory { len, .. } => fault.with("length", integer(*len)),
            ErrorKind::Version { major, minor } => {
                let version = [*major, *minor].map(integer);
                fault.with("version", array(version))
            }
            _ => fault,
        }
    }
}

impl From<RawError> for Fault {
    #[cold]
    fn from(error: RawError) -> Self {
        let code = match error {
            RawError::NotAMultiple { .. } | RawError::OffsetBeyondEnd { .. } => "ERR_TRUNCATED",
            RawError::NothingToCount => "ERR_DTYPE",
            _ => "ERR_HEADER",
        };
        let fault = Self::new(code, error.to_string());
        match error {
            RawError::NotAMultiple { available, row } => fault
                .with("available", integer(available))
                .with("row", integer(row)),
            RawError::OffsetBeyondEnd { offset, file_size } => fault
                .with("offset", integer(offset))
                .with("size", integer(file_size)),
            _ => fault,
        }
    }
}

impl From<Fault> for JsValue {
    #[cold]
    fn from(fault: Fault) -> Self {
        Self::from_str(&fault.to_literal().to_json())
    }
}

fn code(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Magic { .. } => "ERR_MAGIC",
        ErrorKind::Version { .. } => "ERR_VERSION",
        ErrorKind::Header(_) => "ERR_HEADER",
        ErrorKind::ObjectDType => "ERR_OBJECT_DTYPE",
        ErrorKind::Selection(_) => "ERR_SELECTION",
        ErrorKind::Layout(_) => LAYOUT,
        ErrorKind::Zip(ZipError::Method { .. } | ZipError::Encrypted { .. }) => "ERR_ZIP_METHOD",
        ErrorKind::Zip(ZipError::Crc { .. }) => "ERR_ZIP_CRC",
        ErrorKind::Zip(_) => "ERR_ZIP",
        ErrorKind::TooLarge { .. } | ErrorKind::OutOfMemory { .. } => "ERR_TOO_LARGE",
        ErrorKind::Stats(
            StatsError::NoBins
            | StatsError::RangeNotFinite { .. }
            | StatsError::RangeReversed { .. }
            | StatsError::TooManyBins { .. },
        ) => "ERR_SELECTION",
        ErrorKind::Truncated { .. }
        | ErrorKind::BufferSize { .. }
        | ErrorKind::NotGiven { .. }
        | ErrorKind::Ranges { .. } => "ERR_TRUNCATED",
        // What is left is about dtypes: descriptors, conversions, values.
        _ => "ERR_DTYPE",
    }
}
