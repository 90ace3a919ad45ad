//! Puts the built page into the command, if it is to serve it: `web-demo/dist` becomes `page.rs`.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_SERVE").is_none() {
        return Ok(());
    }
    let variable = |name| env::var_os(name).map(PathBuf::from).unwrap_or_default();
    let sources = variable("CARGO_MANIFEST_DIR").join("../web-demo");
    let page = sources.join("dist");
    // Building the page changes the directory around it. In a package, there is none, and what is
    // watched and not there would run this every time.
    if page.is_dir() {
        println!("cargo::rerun-if-changed={}", page.display());
    } else if sources.with_file_name("Cargo.toml").is_file() {
        println!("cargo::rerun-if-changed={}", sources.display());
    }
    let mut files = Vec::new();
    if page.join("index.html").is_file() {
        find(&page, "", &mut files)?;
        files.sort();
    }
    let mut code = String::from("static ASSETS: &[Asset] = &[\n");
    for (name, path) in files {
        let mut hasher = DefaultHasher::new();
        fs::read(&path)?.hash(&mut hasher);
        let etag = format!("\"{:016x}\"", hasher.finish());
        code += &format!(
            "    Asset {{ path: {name:?}, bytes: include_bytes!({path:?}), etag: {etag:?} }},\n"
        );
    }
    code += "];\n";
    fs::write(variable("OUT_DIR").join("page.rs"), code)
}

/// All files below a directory, by their paths in URLs.
fn find(directory: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let name = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            find(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push((name, entry.path().canonicalize()?));
        }
    }
    Ok(())
}
