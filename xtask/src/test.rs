//! What proves the code right.

use crate::{
    browsers::Browsers,
    instructions, numpy,
    shell::{Result, cargo, step},
    targets, web,
};

/// What is left out, as not every machine has it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Without {
    pub(crate) numpy: bool,
    pub(crate) browsers: bool,
}

pub(crate) fn all(without: Without) -> Result {
    // Found out first, for it would be a pity to learn it after ten minutes.
    let python = numpy::unless(without.numpy)?;
    let browsers = Browsers::unless(without.browsers)?;
    step("tests", || {
        cargo()
            .args(["test", "--workspace", "--all-features"])
            .run()
    })?;
    step("targets", targets::all)?;
    step("instructions", || instructions::count(false))?;
    web::with(browsers, python.as_deref())?;
    if python.is_none() {
        eprintln!("\nvectors and differential test left out: --no-numpy");
        return Ok(());
    }
    step("vectors", || numpy::vectors(true))?;
    step("differential", || numpy::differential(&[]))
}
