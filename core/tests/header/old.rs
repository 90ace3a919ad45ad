//! Files written by NumPy 1.8 to 1.26 under Python 2 and 3 (`tests/vectors/make_old.py`).

use std::fs;

use npymap_core::header::{MAGIC, Warning};
use serde_json::json;

use crate::common::{little_endian_str, read_json, sampled, vectors};

/// The bytes of a file, or from the n-th member of an archive on, all of which are stored.
fn read(name: &str, n: usize) -> Vec<u8> {
    let path = name.split("::").next().unwrap();
    let bytes = fs::read(vectors("old").join(path)).unwrap();
    if !name.contains("::") {
        return bytes;
    }
    let windows = bytes.windows(MAGIC.len()).enumerate();
    let (start, _) = windows
        .filter(|(_, window)| window == MAGIC)
        .nth(n)
        .unwrap();
    bytes[start..].to_vec()
}

#[test]
fn every_old_file_is_read_as_numpy_reads_it() {
    let old = read_json("old.json");
    let files = old["files"].as_object().unwrap();
    assert!(sampled() || files.len() == 76);
    let mut member = ("", 0);
    for (name, facts) in files {
        if sampled() && name.contains("::") {
            // Members are counted.
            continue;
        }
        let archive = name.split("::").next().unwrap();
        member = if member.0 == archive {
            (archive, member.1 + 1)
        } else {
            (archive, 0)
        };
        let header = crate::parse_whole(&read(name, member.1)).unwrap();
        let (major, minor) = header.version();
        let found = json!({
            "version": [major, minor],
            "descr": crate::to_json(&header.dtype().descr().unwrap()),
            "dtype": little_endian_str(header.dtype()),
            "itemsize": header.dtype().itemsize(),
            "shape": header.shape(),
            "fortran_order": header.fortran_order(),
            "data_offset": header.data_offset(),
            "has_object": header.dtype().has_object(),
            "python2": header.warnings() == [Warning::Python2],
        });
        assert_eq!(&found, facts, "{name}");
    }
}
