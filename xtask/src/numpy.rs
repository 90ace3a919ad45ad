//! What takes NumPy: making vectors, and comparing with it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::shell::{Cmd, Result, cargo, root, target_dir};

/// The exit status of a script that cannot make the same vectors with this Python.
const SKIPPED: i32 = 77;

/// What the vectors and all that is compared with NumPy need.
const REQUIREMENTS: &str = "tests/vectors/requirements.txt";

/// The Python of a virtual environment that has NumPy.
pub(crate) fn python() -> Result<PathBuf> {
    environment("venv", &[REQUIREMENTS])
}

/// The Python of a virtual environment under the target directory that has what some files pin.
/// Made where it is missing or has something else.
fn environment(name: &str, requirements: &[&str]) -> Result<PathBuf> {
    let venv = target_dir().join(name);
    let python = if cfg!(windows) {
        venv.join("Scripts/python.exe")
    } else {
        venv.join("bin/python")
    };
    // Written last, so an environment without it is not complete.
    let stamp = venv.join("installed.txt");
    let pinned: Vec<_> = requirements.iter().map(|file| root().join(file)).collect();
    let wanted: String = pinned
        .iter()
        .map(|file| read(file))
        .collect::<Result<_>>()?;
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    Cmd::new(&base_python()?)
        .args(["-m", "venv", "--clear"])
        .arg(&venv)
        .run()?;
    let install = Cmd::new(&python.to_string_lossy())
        .args(["-m", "pip", "install", "--quiet"])
        .args(["--disable-pip-version-check", "--only-binary", ":all:"]);
    pinned
        .iter()
        .fold(install, |install, file| install.args(["-r"]).arg(file))
        .run()?;
    fs::write(&stamp, wanted).map_err(|e| format!("cannot write {}: {e}", stamp.display()))?;
    Ok(python)
}

/// The same, unless it is left out.
pub(crate) fn unless(left_out: bool) -> Result<Option<PathBuf>> {
    if left_out {
        return Ok(None);
    }
    python().map(Some)
}

/// A Python that is new enough for the NumPy that is pinned.
fn base_python() -> Result<String> {
    let new_enough = "import sys, venv; sys.exit(sys.version_info < (3, 11))";
    [
        "python3",
        "python",
        "python3.14",
        "python3.13",
        "python3.12",
        "python3.11",
    ]
    .into_iter()
    .find(|name| Cmd::new(name).args(["-c", new_enough]).read().is_some())
    .map(String::from)
    .ok_or_else(|| {
        "no Python 3.11 or newer with its venv module: install it to compare with NumPy, \
             or pass --no-numpy to leave that out"
            .into()
    })
}

/// Runs every `tests/vectors/make*.py`; with `check`, into a directory of its own, and compares
/// the outcome with what is committed.
pub(crate) fn vectors(check: bool) -> Result {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        eprintln!("vectors left as they are: long doubles differ except on x86-64 Linux");
        return Ok(());
    }
    let python = python()?;
    let committed = root().join("tests/vectors");
    let out = if check {
        let out = target_dir().join("vectors");
        if out.exists() {
            fs::remove_dir_all(&out).map_err(|e| format!("cannot empty {}: {e}", out.display()))?;
        }
        fs::create_dir_all(&out).map_err(|e| format!("cannot make {}: {e}", out.display()))?;
        out
    } else {
        committed.clone()
    };
    let is_script = |name: &str| name.starts_with("make") && name.ends_with(".py");
    let mut skipped = false;
    for script in files(&committed)?.iter().filter(|name| is_script(name)) {
        let status = Cmd::new(&python.to_string_lossy())
            .arg(committed.join(script))
            .arg("--out")
            .arg(&out)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .status()?;
        match status.code() {
            Some(0) => {}
            Some(SKIPPED) => skipped = true,
            _ => return Err(format!("{script} failed: {status}")),
        }
    }
    if check {
        compare_dirs(&committed, &out, skipped)
    } else {
        Ok(())
    }
}

/// Compares what the scripts made with what is committed; and the other way, unless one of them
/// made nothing.
fn compare_dirs(committed: &Path, made: &Path, skipped: bool) -> Result {
    let made_files = files(made)?;
    let is_source = |name: &str| {
        let by_hand = [".py", ".md", ".txt"];
        name.starts_with("old/")
            || name.starts_with("oracles/")
            || by_hand.iter().any(|end| name.ends_with(end))
    };
    let mut wrong: Vec<String> = made_files
        .iter()
        .filter(|name| fs::read(committed.join(name)).ok() != fs::read(made.join(name)).ok())
        .map(|name| format!("{name} differs or is missing"))
        .collect();
    if !skipped {
        wrong.extend(
            files(committed)?
                .iter()
                .filter(|name| !is_source(name) && !made_files.contains(name))
                .map(|name| format!("{name} is made by no script")),
        );
    }
    if wrong.is_empty() {
        eprintln!("{} files are as NumPy makes them", made_files.len());
        return Ok(());
    }
    Err(format!(
        "tests/vectors is not as its scripts make it, run `cargo xtask vectors`:\n  {}",
        wrong.join("\n  ")
    ))
}

/// Drives the command with random arrays and selections against NumPy.
pub(crate) fn differential(args: &[&str]) -> Result {
    let python = python()?;
    let command = build_command()?;
    Cmd::new(&python.to_string_lossy())
        .arg("tests/differential/differential.py")
        .arg("--npymap")
        .arg(command)
        .args(args)
        .run()
}

/// Measures speed, side by side.
pub(crate) fn compare(args: &[&str]) -> Result {
    // Of its own: what speed is compared with is no business of tests.
    let python = environment(
        "venv-compare",
        &[REQUIREMENTS, "tests/compare/requirements.txt"],
    )?;
    let command = build_command()?;
    cargo()
        .args(["run", "--release", "--manifest-path"])
        .args(["tests/compare/Cargo.toml", "--"])
        .args(args)
        .env("NPYMAP_PYTHON", python)
        .env("NPYMAP_COMMAND", command)
        .run()
}

/// Builds the command as its users do, and returns its path.
fn build_command() -> Result<PathBuf> {
    cargo()
        .args(["build", "--release", "-p", "npymap", "--features", "cli"])
        .run()?;
    let name = format!("npymap{}", env::consts::EXE_SUFFIX);
    Ok(target_dir().join("release").join(name))
}

/// The files below a directory, as sorted paths relative to it with `/` between their parts.
fn files(dir: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut below = vec![PathBuf::new()];
    while let Some(relative) = below.pop() {
        let dir = dir.join(&relative);
        let cannot = |e| format!("cannot read {}: {e}", dir.display());
        for entry in fs::read_dir(&dir).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let path = relative.join(entry.file_name());
            if entry.file_type().map_err(cannot)?.is_dir() {
                below.push(path);
            } else {
                found.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
}
