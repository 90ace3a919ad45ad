//! Writes the tables of `tests/vectors` to another directory with few of their rows, for tests
//! that are run by an interpreter: Miri takes minutes to read a table as it is.

use std::{env, error::Error, fs, path::Path};

use serde_json::Value;

/// Where the tables are that the tests of core read.
const DIRS: [&str; 3] = ["", "oracles", "npz"];
/// Read by no test of core.
const CASES: &str = "cases.json";
/// Longer parts of a table are thinned to about as many bytes.
const PART: usize = 2000;
/// Longer rows are left out, so that there is room for many.
const ROW: usize = 600;

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::args().nth(1).ok_or("expected a directory")?;
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    for dir in DIRS {
        fs::create_dir_all(Path::new(&out).join(dir))?;
        for entry in fs::read_dir(vectors.join(dir))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default();
            if name == CASES || path.extension().is_none_or(|end| end != "json") {
                continue;
            }
            let table = parts_thinned(serde_json::from_slice(&fs::read(&path)?)?);
            fs::write(Path::new(&out).join(dir).join(name), table.to_string())?;
        }
    }
    Ok(())
}

/// A table as it is, or the few parts of an object.
fn parts_thinned(table: Value) -> Value {
    match table {
        Value::Object(parts) if parts.len() < 10 => {
            let thinned = parts.into_iter().map(|(name, part)| (name, thinned(part)));
            Value::Object(thinned.collect())
        }
        rows => thinned(rows),
    }
}

/// Every n-th row of those that are not long.
fn thinned(rows: Value) -> Value {
    match rows {
        Value::Object(rows) => {
            let rows: Vec<_> = rows.into_iter().collect();
            Value::Object(sample(rows, |(_, value)| value).collect())
        }
        Value::Array(rows) => Value::Array(sample(rows, |value| value).collect()),
        other => other,
    }
}

fn sample<T>(mut rows: Vec<T>, value: impl Fn(&T) -> &Value) -> impl Iterator<Item = T> {
    let len = |row: &T| value(row).to_string().len();
    rows.retain(|row| len(row) <= ROW);
    // An odd step, as rows often come in pairs.
    let step = (rows.iter().map(len).sum::<usize>() / PART) | 1;
    rows.into_iter().step_by(step)
}
