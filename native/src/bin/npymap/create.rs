//! `npymap create`.

use npymap::{
    CreateOptions,
    core::{cast::Overflow, encode::parse_value},
};

use crate::{Failure, args::Create, output};

pub(crate) fn run(arguments: &Create) -> Result<(), Failure> {
    output::check_name(&arguments.output)?;
    let new = CreateOptions::new(arguments.dtype.clone(), arguments.shape.dims())
        .order(arguments.order.into())
        .preallocate(arguments.preallocate)
        .overwrite(arguments.force);
    let value = arguments.fill.as_deref().map(parse_value).transpose();
    let value = value.map_err(Failure::Value)?;
    new.create_with(&arguments.output, |mut array| match value {
        Some(value) => {
            array.reserve()?;
            array.assign_literal(&value, Overflow::Error)
        }
        None => Ok(()),
    })?;
    Ok(())
}
