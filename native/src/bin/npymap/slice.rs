//! `npymap slice`.

use std::{io::Write, path::Path};

use npymap::{Array, SaveOptions};

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
    save(&array, &SaveOptions::new(), &arguments.output)
}

/// Writes an array to a file, or to standard output if the path is `-`.
pub(crate) fn save(array: &Array<'_>, options: &SaveOptions, output: &Path) -> Result<(), Failure> {
    if output == Path::new("-") {
        return to_standard_output(array, options);
    }
    output::check_array(output)?;
    let progress = Progress::new(array.nbytes());
    options.save_with_progress(array, output, |done| progress.show(done))?;
    Ok(())
}

fn to_standard_output(array: &Array<'_>, options: &SaveOptions) -> Result<(), Failure> {
    let mut out = output::open()?;
    options.write_to(array, &mut out).map_err(output::failure)?;
    out.flush().map_err(Failure::Output)
}
