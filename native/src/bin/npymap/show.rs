//! `npymap show`.

use crate::{
    Failure,
    args::Show,
    input::{self, Input},
    print,
};

pub(crate) fn run(arguments: &Show) -> Result<(), Failure> {
    let file = Input::open_array(&arguments.source, &arguments.reading)?;
    let array = input::select(&file, arguments.selection.as_ref(), arguments.view.as_ref())?;
    let mut text = array.text()?;
    text.push('\n');
    print(text.as_bytes())
}
