//! See `npymap_conformance::fuzz::header`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| npymap_conformance::fuzz::header(data));
