//! `npymap convert`.

use npymap::{Casting, SaveOptions, core::dtype::ByteOrder};

use crate::{
    Failure,
    args::{Convert, Endian},
    input::{self, Input},
    slice,
};

pub(crate) fn run(arguments: &Convert) -> Result<(), Failure> {
    let file = Input::open_array(&arguments.source, &arguments.reading)?;
    let array = input::select(&file, None, arguments.view.as_ref())?;
    let mut options = SaveOptions::new()
        .order(arguments.order.map_or(file.order(), Into::into))
        .headerless(arguments.headerless);
    if let Some(dtype) = &arguments.dtype {
        options = options.dtype(dtype.clone());
    }
    if arguments.force {
        options = options.casting(Casting::Unsafe);
    }
    options = options.overflow(arguments.overflow.into());
    if let Some(endian) = arguments.byte_order {
        options = options.byte_order(match endian {
            Endian::Little => ByteOrder::Little,
            Endian::Big => ByteOrder::Big,
            Endian::Native => ByteOrder::NATIVE,
        });
    }
    slice::save(&array, &options, &arguments.output)
}
