//! How much a test tries: all there is, or what an interpreter has time for.
#![allow(dead_code, reason = "each test binary uses some of it")]

use std::{env, iter::StepBy};

use proptest::test_runner::Config;

/// All items, or every so many of them under Miri, so that there are about `n`.
pub(crate) fn few<I: ExactSizeIterator>(n: usize, items: I) -> StepBy<I> {
    // An odd step, so that not all numbers taken are even.
    let step = if cfg!(miri) { (items.len() / n) | 1 } else { 1 };
    items.step_by(step)
}

/// A property that is tried in `usual` cases, unless `PROPTEST_CASES` says in how many.
pub(crate) fn cases(usual: u32) -> Config {
    let mut config = Config::default();
    if env::var_os("PROPTEST_CASES").is_none() {
        config.cases = usual;
    }
    config
}
