//! Every reader, judged by every case that NumPy decided.

#![allow(clippy::unwrap_used)]

use std::{fs, path::PathBuf};

use npymap_conformance::{
    Backend, Case,
    backends::{Archive, Files, Maps, Slices},
    run_all,
};

fn vectors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

fn check(mut backend: impl Backend) {
    if let Err(failures) = run_all(&mut backend) {
        panic!("{failures}");
    }
}

#[test]
fn slice() {
    check(Slices(|case: &Case| {
        fs::read(vectors().join(&case.file)).unwrap()
    }));
}

#[test]
fn file() {
    check(Files(vectors()));
}

#[test]
fn map() {
    check(Maps(vectors()));
}

#[test]
fn stored_member() {
    check(Archive::open(vectors().join("stored.npz")).unwrap());
}

#[test]
fn stored_member_mapped() {
    check(Archive::open_mapped(vectors().join("stored.npz")).unwrap());
}

#[test]
fn deflated_member() {
    check(Archive::open(vectors().join("deflated.npz")).unwrap());
}
