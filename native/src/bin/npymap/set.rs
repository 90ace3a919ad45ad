//! `npymap set`.

use npymap::{ArrayMut, Casting, NpyFile, Overflow, core::encode::parse_value};
use tempfile::NamedTempFile;

use crate::{
    Failure,
    args::Set,
    input::{Input, is_same_file},
};

pub(crate) fn run(arguments: &Set) -> Result<(), Failure> {
    let mut file = Input::open_to_write(&arguments.target, &arguments.reading)?;
    let selection = &arguments.selection;
    let mut elements = file.array_mut()?.select(selection)?;
    let overflow = arguments.overflow.into();
    let casting = match arguments.force {
        true => Casting::Unsafe,
        false => Casting::SameKind,
    };
    if let Some(value) = &arguments.value {
        let value = parse_value(value).map_err(Failure::Value)?;
        elements.reserve()?;
        elements.assign_literal(&value, overflow)?;
    }
    if let Some(path) = &arguments.from {
        let other = Input::open_other(path, &arguments.reading)?;
        if is_same_file(path, &arguments.target) {
            // What is written must not be read.
            let copy = NamedTempFile::new().map_err(Failure::Temporary)?;
            other.array().save(copy.path())?;
            assign(
                &mut elements,
                &NpyFile::open(copy.path())?,
                casting,
                overflow,
            )?;
        } else {
            assign(&mut elements, &other, casting, overflow)?;
        }
    }
    file.close()?;
    Ok(())
}

/// Assigns after what could fail halfway through was found not to.
fn assign(
    elements: &mut ArrayMut<'_>,
    other: &NpyFile,
    casting: Casting,
    overflow: Overflow,
) -> npymap::Result<()> {
    let other = other.array();
    other.check_cast(elements.dtype(), casting, overflow)?;
    elements.reserve()?;
    elements.assign_cast(&other, casting, overflow)
}
