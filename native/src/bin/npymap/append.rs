//! `npymap append`.

use npymap::{AppendError, Appender, Casting, ErrorKind};

use crate::{Failure, args::Append, input::Input};

pub(crate) fn run(arguments: &Append) -> Result<(), Failure> {
    let mut file = Input::open_to_write(&arguments.target, &arguments.reading)?;
    let overflow = arguments.overflow.into();
    let casting = match arguments.force {
        true => Casting::Unsafe,
        false => Casting::Equiv,
    };
    if arguments.discard_trailing {
        // Nothing is cut off for what cannot be appended.
        for source in &arguments.sources {
            let source = Input::open_other(source, &arguments.reading)?;
            file.check_append(&source.array(), casting)?;
        }
        file.discard_trailing_bytes()?;
    }
    let mut rows = Appender::new(file).map_err(|e| match e.kind() {
        ErrorKind::Append(AppendError::TrailingBytes { .. }) => {
            Failure::Hinted(e, "; --discard-trailing does")
        }
        _ => Failure::Said(e),
    })?;
    for source in &arguments.sources {
        // Opened one at a time: there may be more of them than files can be open.
        let appended = Input::open_other(source, &arguments.reading)
            .and_then(|source| rows.append(&source.array(), casting, overflow));
        if let Err(e) = appended {
            rows.discard();
            return Err(e.into());
        }
    }
    rows.close()?;
    Ok(())
}
