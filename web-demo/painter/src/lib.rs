//! The pictures of the inspector.
//!
//! Values that the npm package has read become pixels ([`Values::paint`], [`Values::rgba`]), the
//! envelope of a line ([`Envelope`]), or what tells two arrays apart ([`Comparison`]). What comes
//! out is the same in every browser, since none of it is left to one.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod comparison;
mod envelope;
mod paint;
mod range;
mod scale;
mod values;

pub use crate::{comparison::Comparison, envelope::Envelope, values::Values};
