//! `npymap stats`.

use std::fmt::Write;

use npymap::{
    Statistics,
    core::{dtype::Dims, stats::Number},
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
    let array = input::select(&file, arguments.selection.as_ref(), &arguments.reading)?;
    let progress = Progress::new(array.nbytes());
    let stats = array.stats_with_progress(|done| progress.show(done))?;
    drop(progress);
    if arguments.json {
        print(&json::document(&to_json(&stats)))
    } else {
        print(to_text(&stats).as_bytes())
    }
}

fn to_json(stats: &Statistics) -> Value {
    let index = |index: &Option<Dims>| index.as_ref().map_or(Value::Null, |i| json!(i[..]));
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

fn to_text(stats: &Statistics) -> String {
    let mut text = String::new();
    let mut put = |name: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<7} {value}");
    };
    let number = |n: Option<Number>| n.map_or_else(|| "-".into(), |n| n.to_string());
    let at = |n: Option<Number>, index: &Option<Dims>| match index {
        Some(index) => format!("{} at {index:?}", number(n)),
        None => number(n),
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
