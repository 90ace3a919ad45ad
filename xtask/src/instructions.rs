//! What opening an array costs, counted under Callgrind.

use crate::shell::{Result, cargo};

/// Compares with the figures that are committed, or writes them.
pub(crate) fn count(update: bool) -> Result {
    cargo()
        .args(["run", "--quiet", "--release", "-p", "npymap-conformance"])
        .args(["--bin", "instructions", "--"])
        .args(update.then_some("--update"))
        .run()
}
