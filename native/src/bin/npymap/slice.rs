//! `npymap slice`.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
};

use npymap::{Array, ErrorKind};

use crate::{
    Failure,
    args::Slice,
    input::{self, Input},
    progress::Progress,
};

pub(crate) fn run(arguments: &Slice) -> Result<(), Failure> {
    let file = Input::open_array(&arguments.source, &arguments.reading)?;
    let array = input::select(&file, Some(&arguments.selection), arguments.view.as_ref())?;
    if arguments.output == Path::new("-") {
        return to_standard_output(&array);
    }
    let progress = Progress::new(array.nbytes());
    array.save_with_progress(&arguments.output, |done| progress.show(done))?;
    Ok(())
}

fn to_standard_output(array: &Array<'_>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        let refusal = "is a terminal, to which no array is written";
        return Err(Failure::Output(io::Error::other(refusal)));
    }
    array.write_to(&mut out).map_err(|e| match e.kind() {
        ErrorKind::Io(of_output) if e.path().is_none() => {
            Failure::Output(io::Error::new(of_output.kind(), of_output.to_string()))
        }
        _ => Failure::Said(e),
    })?;
    out.flush().map_err(Failure::Output)
}
