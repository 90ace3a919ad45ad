//! `npymap pack`.

use std::{collections::BTreeSet, path::Path};

use clap::{CommandFactory, error::ErrorKind};
use npymap::{Casting, Compression, NpzWriter, Overflow};

use crate::{
    Failure,
    args::{Arguments, Pack},
    input::Input,
    output,
    progress::Progress,
};

pub(crate) fn run(arguments: &Pack) -> Result<(), Failure> {
    refuse_duplicates(arguments);
    // Whatever is wrong with the arrays is found before anything is written.
    let mut total = 0;
    for entry in &arguments.entries {
        let file = Input::open_array(&entry.source, &arguments.reading)?;
        // Python objects.
        let array = file.array();
        array.check_cast(file.dtype(), Casting::Equiv, Overflow::Error)?;
        total += file.nbytes();
    }
    let mut archive = begin(arguments)?;
    let compression = arguments
        .deflate
        .map_or(Compression::STORED, Compression::level);
    let progress = Progress::new(total);
    let mut before = 0;
    for entry in &arguments.entries {
        let file = Input::open_array(&entry.source, &arguments.reading)?;
        let show = |done| progress.show(before + done);
        archive
            .add_with(&entry.key, &file.array(), compression, show)
            .map_err(output::failure)?;
        before += file.nbytes();
    }
    archive.finish().map_err(output::failure)
}

fn begin(arguments: &Pack) -> Result<NpzWriter, Failure> {
    let path = &arguments.output;
    if path == Path::new("-") {
        return Ok(NpzWriter::to_writer(output::open()?));
    }
    if arguments.update && path.exists() {
        let keys = arguments.entries.iter().map(|entry| &entry.key);
        return Ok(NpzWriter::replace_in(path, keys)?);
    }
    output::check_archive(path)?;
    Ok(NpzWriter::create(path)?)
}

/// Ends the process if a name is given twice: no one can mean that.
fn refuse_duplicates(arguments: &Pack) {
    let mut names = BTreeSet::new();
    if let Some(entry) = arguments.entries.iter().find(|e| !names.insert(&e.key)) {
        let message = format!("the name '{}' is given twice", entry.key.escape_debug());
        Arguments::command()
            .error(ErrorKind::ValueValidation, message)
            .exit();
    }
}
