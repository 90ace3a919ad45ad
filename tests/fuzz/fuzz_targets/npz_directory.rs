//! See `npymap_conformance::fuzz::npz_directory`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| npymap_conformance::fuzz::npz_directory(data));
