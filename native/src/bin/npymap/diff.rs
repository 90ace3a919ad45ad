//! `npymap diff`.

use npymap::{
    Array, Difference, Selection, Tolerance,
    core::{dtype::Kind, literal::Literal, selection::Item},
};
use serde_json::{Value, json};

use crate::{Failure, args::Diff, input::Input, json, print, progress::Progress};

pub(crate) fn run(arguments: &Diff) -> Result<(), Failure> {
    let open = |path| Input::open_array(path, &arguments.reading);
    let files = [open(&arguments.a)?, open(&arguments.b)?];
    let [a, b] = &files;
    let arrays = [a.array(), b.array()];
    let tolerance = Tolerance {
        relative: arguments.rtol,
        absolute: arguments.atol,
    };
    let progress = Progress::new(a.nbytes());
    let found = arrays[0].diff_with_progress(&arrays[1], tolerance, |done| progress.show(done))?;
    drop(progress);
    if arguments.json {
        print(&json::document(&to_json(&arrays, &found)))?;
    } else {
        print(to_text(&arrays, &found)?.as_bytes())?;
    }
    if found.is_none() {
        Ok(())
    } else {
        Err(Failure::Printed)
    }
}

fn to_json(arrays: &[Array<'_>; 2], found: &Difference) -> Value {
    json!({
        "equal": found.is_none(),
        "dtype": arrays.each_ref().map(|array| array.dtype().to_string()),
        "shape": arrays.each_ref().map(Array::shape),
        "different": found.count,
        "first": found.first,
        "max_abs": found.max_abs,
    })
}

/// A line for each thing that differs.
fn to_text(arrays: &[Array<'_>; 2], found: &Difference) -> npymap::Result<String> {
    let mut lines = Vec::new();
    let [a, b] = arrays;
    if found.dtype {
        let [a, b] = [a, b].map(|array| shortened(&array.dtype().to_string()));
        lines.push(format!("dtypes differ: {a} and {b}"));
    }
    if found.shape {
        let [a, b] = [a, b].map(|array| Literal::tuple_of(array.shape()));
        lines.push(format!("shapes differ: {a} and {b}"));
    } else if found.count.is_none() {
        lines.push("elements of these dtypes are never equal".into());
    }
    if let (Some(count), Some(first)) = (found.count, &found.first) {
        let [a_value, b_value] = [element(a, first)?, element(b, first)?];
        let size = a.size();
        let elements = if size == 1 { "element" } else { "elements" };
        let differ = if count == 1 { "differs" } else { "differ" };
        lines.push(format!(
            "{count} of {size} {elements} {differ}, the first at {first:?}: {a_value} and {b_value}"
        ));
    }
    if let Some(distance) = found.max_abs {
        lines.push(format!("the largest difference is {distance:?}"));
    }
    Ok(lines.iter().map(|line| format!("{line}\n")).collect())
}

/// The element at an index, as text in one line.
fn element(array: &Array<'_>, index: &[u64]) -> npymap::Result<String> {
    let items = index.iter().map(|&i| Item::Index(i as i64));
    let text = array.select(&Selection::new().items(items))?.text()?;
    // The scalar itself prints without quotes.
    let text = match array.dtype().kind() {
        Kind::Str => Literal::Str(text.into()).to_string(),
        _ => text.replace('\n', " "),
    };
    Ok(shortened(&text))
}

/// As much of a text as a line has room for.
fn shortened(text: &str) -> String {
    const MAX_CHARS: usize = 60;

    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}
