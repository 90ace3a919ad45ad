//! What proves the code right.

use crate::{
    instructions, numpy,
    shell::{Result, cargo, step},
    targets,
};

pub(crate) fn all(no_numpy: bool) -> Result {
    // Found out first, for it would be a pity to learn it after ten minutes.
    if !no_numpy {
        numpy::python()?;
    }
    step("tests", || {
        cargo()
            .args(["test", "--workspace", "--all-features"])
            .run()
    })?;
    step("targets", targets::all)?;
    step("instructions", || instructions::count(false))?;
    if no_numpy {
        eprintln!("\nvectors and differential test left out: --no-numpy");
        return Ok(());
    }
    step("vectors", || numpy::vectors(true))?;
    step("differential", || numpy::differential(&[]))
}
