//! Files, by `npymap`.

use std::path::{Path, PathBuf};

use npymap::{Array, Convert, Error, ErrorKind, NpyFile, NpyMap, Npz, Order, Selection};

use crate::{
    case::Case,
    judge::{Backend, Found, Outcome, Refusal},
};

/// Files below a directory, by positional reads.
#[derive(Debug)]
pub struct Files(pub PathBuf);

impl Backend for Files {
    fn run(&mut self, case: &Case) -> Outcome {
        let file = NpyFile::open(self.0.join(&case.file))?;
        Ok(read(&file.array(), case)?)
    }
}

/// Files below a directory, mapped.
#[derive(Debug)]
pub struct Maps(pub PathBuf);

impl Backend for Maps {
    fn run(&mut self, case: &Case) -> Outcome {
        // SAFETY: no one writes to files that are under test.
        let map = unsafe { NpyMap::open(self.0.join(&case.file)) }?;
        Ok(read(&map.array(), case)?)
    }
}

/// Members of an archive.
#[derive(Debug)]
pub struct Archive {
    archive: Npz,
    mapped: bool,
}

impl Archive {
    /// Members that are read by position, or inflated.
    ///
    /// # Errors
    ///
    /// If the archive cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> npymap::Result<Self> {
        let archive = Npz::open(path)?;
        Ok(Self {
            archive,
            mapped: false,
        })
    }

    /// Members that are mapped; they must be stored.
    ///
    /// # Errors
    ///
    /// If the archive cannot be opened.
    pub fn open_mapped(path: impl AsRef<Path>) -> npymap::Result<Self> {
        let archive = Npz::open(path)?;
        Ok(Self {
            archive,
            mapped: true,
        })
    }
}

impl Backend for Archive {
    fn run(&mut self, case: &Case) -> Outcome {
        if self.mapped {
            // SAFETY: no one writes to files that are under test.
            let map = unsafe { self.archive.map_member(case.member()) }?;
            Ok(read(&map.array(), case)?)
        } else {
            let file = self.archive.member(case.member())?;
            Ok(read(&file.array(), case)?)
        }
    }
}

fn read(array: &Array<'_>, case: &Case) -> npymap::Result<Found> {
    let mut array = array.clone();
    if let Some(view) = &case.view {
        array = array.view_dtype(view.parse()?)?;
    }
    let selection: Selection = case.selection.parse()?;
    let scalar = selection.is_scalar(array.layout());
    let array = array.select(&selection)?;
    Ok(Found {
        shape: array.shape().to_vec(),
        strides: array.strides().to_vec(),
        dtype: array.dtype().to_string(),
        scalar,
        bytes: array.read_bytes(Order::C, Convert::AsStored)?,
        native: array.read_bytes(Order::C, Convert::Native)?,
        wide: array.read_bytes(Order::C, Convert::Wide)?,
        text: array.text()?,
    })
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Format(format) => Self::from(format),
            _ => Self {
                kind: "io",
                message: error.to_string(),
            },
        }
    }
}
