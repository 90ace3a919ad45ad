//! `npymap stats`.

use std::fmt::Write;

use npymap::{
    DType, Statistics,
    core::{dtype::Kind, stats::Number, text},
};
use serde_json::{Value, json};

use crate::{
    Failure,
    args::Stats,
    input::{self, Input},
    json, print,
    progress::Progress,
};

pub(crate) fn run(arguments: &Stats) -> Result<(), Failure> {
    let file = Input::open_array(&arguments.source, &arguments.reading)?;
    let array = input::select(&file, arguments.selection.as_ref(), arguments.view.as_ref())?;
    let progress = Progress::new(array.nbytes());
    let stats = array.stats_with_progress(|done| progress.show(done));
    drop(progress);
    let stats = stats.map_err(|e| match (array.dtype().kind(), array.dtype().itemsize()) {
        (Kind::Void, 2) => Failure::Hinted(e, ": --view names their dtype, such as bfloat16"),
        (Kind::Void, 1) => Failure::Hinted(e, ": --view names their dtype, such as float8_e4m3fn"),
        _ => Failure::Said(e),
    })?;
    if arguments.json {
        print(&json::document(&to_json(&stats)))
    } else {
        print(to_text(&stats, array.dtype()).as_bytes())
    }
}

fn to_json(stats: &Statistics) -> Value {
    let index = |index: &Option<Vec<u64>>| index.as_ref().map_or(Value::Null, |i| json!(i));
    json!({
        "count": stats.count,
        "nan": stats.nan,
        "posinf": stats.posinf,
        "neginf": stats.neginf,
        "zeros": stats.zeros,
        "min": json::number(stats.min),
        "max": json::number(stats.max),
        "argmin": index(&stats.argmin),
        "argmax": index(&stats.argmax),
        "sum": json::number(stats.sum),
        "mean": json::number(stats.mean),
        "std": stats.std.map_or(Value::Null, json::float),
    })
}

fn to_text(stats: &Statistics, dtype: &DType) -> String {
    let mut text = String::new();
    let mut put = |name: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<7} {value}");
    };
    let number = |n: Option<Number>| n.map_or_else(|| "-".into(), |n| n.to_string());
    let at = |n: Option<Number>, index: &Option<Vec<u64>>| {
        let value = n.and_then(|n| time(n, dtype)).unwrap_or_else(|| number(n));
        match index {
            Some(index) => format!("{value} at {index:?}"),
            None => value,
        }
    };
    put("count", stats.count.to_string());
    put("nan", stats.nan.to_string());
    put("+inf", stats.posinf.to_string());
    put("-inf", stats.neginf.to_string());
    put("zeros", stats.zeros.to_string());
    put("min", at(stats.min, &stats.argmin));
    put("max", at(stats.max, &stats.argmax));
    put("sum", number(stats.sum));
    put("mean", number(stats.mean));
    put("std", number(stats.std.map(Number::Float)));
    text
}

/// A date or a duration as NumPy prints it; of other dtypes, nothing.
fn time(value: Number, dtype: &DType) -> Option<String> {
    let (Number::Int(count), Kind::DateTime64(_) | Kind::TimeDelta64(_)) = (value, dtype.kind())
    else {
        return None;
    };
    let count = i64::try_from(count).ok()?;
    text::element(&dtype.to_native(), &count.to_ne_bytes()).ok()
}
