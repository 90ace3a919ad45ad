//! `npymap append`.

use npymap::{Appender, core::cast::Casting};

use crate::{Failure, args::Append, input::Input, set::rules};

pub(crate) fn run(arguments: &Append) -> Result<(), Failure> {
    let mut file = Input::open_to_write(&arguments.target, &arguments.reading)?;
    if arguments.discard_trailing {
        file.discard_trailing_bytes()?;
    }
    let (casting, overflow) = rules(arguments.force, Casting::Equiv);
    let mut rows = Appender::new(file)?;
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
