//! See `npymap_conformance::fuzz::backends_agree`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| npymap_conformance::fuzz::backends_agree(data));
