//! `npymap slice`.

use std::{io::Write, path::Path};

use npymap::Array;

use crate::{
    Failure,
    args::Slice,
    input::{self, Input},
    output,
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
    let mut out = output::open()?;
    array.write_to(&mut out).map_err(output::failure)?;
    out.flush().map_err(Failure::Output)
}
