//! `npymap slice`.

use crate::{
    Failure,
    args::Slice,
    input::{self, Input},
    progress::Progress,
};

pub(crate) fn run(arguments: &Slice) -> Result<(), Failure> {
    let file = Input::open_array(&arguments.source, &arguments.reading)?;
    let array = input::select(&file, Some(&arguments.selection), arguments.view.as_ref())?;
    let progress = Progress::new(array.nbytes());
    array.save_with_progress(&arguments.output, |done| progress.show(done))?;
    Ok(())
}
