//! `npymap info`.

use std::{fmt::Write, path::Path};

use npymap::{
    NpyFile, Npz, Order,
    core::{dtype::ByteOrder, literal::Literal, npz::Method},
};
use serde_json::{Value, json};

use crate::{Failure, args::Info, input::Input, json, message, print};

pub(crate) fn run(arguments: &Info) -> Result<(), Failure> {
    let mut documents = Vec::new();
    let mut failed = false;
    for (i, path) in arguments.paths.iter().enumerate() {
        let input = match Input::open(path, &arguments.reading) {
            Ok(input) => input,
            Err(e) => {
                eprintln!("{}", message(&e));
                failed = true;
                continue;
            }
        };
        if arguments.json {
            documents.push(to_json(path, &input));
        } else {
            let separator = if i > 0 { "\n" } else { "" };
            print(format!("{separator}{}", to_text(path, &input)).as_bytes())?;
        }
    }
    if arguments.json {
        match (documents.pop(), arguments.paths.len()) {
            (Some(only), 1) => print(&json::document(&only))?,
            (None, 1) => {}
            (last, _) => {
                documents.extend(last);
                print(&json::document(&Value::Array(documents)))?;
            }
        }
    }
    if failed {
        Err(Failure::Printed)
    } else {
        Ok(())
    }
}

fn to_json(path: &Path, input: &Input) -> Value {
    let path = path.to_string_lossy();
    match input {
        Input::Npy(file) => npy_to_json(&path, file),
        Input::Npz(archive) => {
            let members = archive.members().iter().map(|member| {
                let opened = archive.open_member(member);
                let full_name = format!("{path}::{}", member.name());
                let mut document = json!({
                    "name": member.name(),
                    "method": member.method().to_string(),
                    "compressed_size": member.compressed_size(),
                    "size": member.size(),
                    "mappable": opened.as_ref().is_ok_and(NpyFile::is_mappable),
                    "npy": opened.as_ref().map_or(Value::Null, |f| npy_to_json(&full_name, f)),
                });
                if let Err(e) = opened {
                    document["error"] = json!(e.to_string());
                }
                document
            });
            json!({ "path": path, "format": "npz", "members": members.collect::<Value>() })
        }
    }
}

fn npy_to_json(path: &str, file: &NpyFile) -> Value {
    let dtype = file.dtype();
    let layout = file.layout();
    let version = file.header().map(|h| h.version());
    let warnings = file.warnings().map(|w| Value::from(w.to_string()));
    json!({
        "path": path,
        "format": "npy",
        "version": version.map_or(Value::Null, |(major, minor)| json!([major, minor])),
        "descr": descr(file),
        "dtype": dtype.to_string(),
        "byte_order": byte_order(dtype.byte_order()),
        "itemsize": dtype.itemsize(),
        "shape": layout.shape(),
        "fortran_order": file.order() == Order::F,
        "strides": layout.strides(),
        "size": layout.size(),
        "nbytes": layout.nbytes(),
        "data_offset": file.data_offset(),
        "file_size": file.file_size(),
        "trailing_bytes": file.trailing_bytes(),
        "warnings": warnings.collect::<Value>(),
    })
}

/// The header's own descriptor; of headerless data, the one that NumPy would write.
fn descr(file: &NpyFile) -> Value {
    match file.header() {
        Some(header) => json::literal(&header.descr()),
        None => file
            .dtype()
            .descr()
            .map_or(Value::Null, |descr| json::literal(&descr)),
    }
}

fn byte_order(order: ByteOrder) -> &'static str {
    match order {
        ByteOrder::Little => "little",
        ByteOrder::Big => "big",
        _ => "none",
    }
}

fn to_text(path: &Path, input: &Input) -> String {
    let mut text = format!("{}\n", path.display());
    match input {
        Input::Npy(file) => npy_to_text(&mut text, file, "  "),
        Input::Npz(archive) => npz_to_text(&mut text, archive),
    }
    text
}

/// A line for each member; what needs more room than a line follows the table.
fn npz_to_text(text: &mut String, archive: &Npz) {
    let count = count_of(archive.members().len() as u64, "member");
    line(text, "  ", "format", &format!("npz, {count}"));
    if archive.members().is_empty() {
        return;
    }
    let mut rows = vec![["name", "dtype", "shape", "bytes", "method"].map(String::from)];
    let mut remarks = String::new();
    for member in archive.members() {
        let name = member.name().escape_debug().to_string();
        let (dtype, shape) = match archive.open_member(member) {
            Ok(file) => {
                for warning in file.warnings() {
                    let warning = format!("{name}: {warning}");
                    line(&mut remarks, "  ", "warning", &warning);
                }
                let shape = Literal::tuple_of(file.shape()).to_string();
                (file.dtype().to_string(), shape)
            }
            Err(e) => {
                line(&mut remarks, "  ", "unreadable", &e.to_string());
                ("-".into(), "-".into())
            }
        };
        let method = match member.method() {
            Method::Stored => "stored".into(),
            method => format!("{method} to {}", member.compressed_size()),
        };
        rows.push([
            name,
            shortened(dtype),
            shape,
            member.size().to_string(),
            method,
        ]);
    }
    text.push('\n');
    put_table(text, &rows);
    if !remarks.is_empty() {
        text.push('\n');
        text.push_str(&remarks);
    }
}

/// The start of a dtype that is too long for a column: of a structure, most likely.
fn shortened(dtype: String) -> String {
    const LONGEST: usize = 40;
    match dtype.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &dtype[..end]),
        None => dtype,
    }
}

/// Columns as wide as their widest cell, within reason; that of the numbers flush right.
fn put_table<const N: usize>(text: &mut String, rows: &[[String; N]]) {
    const WIDEST: usize = 60;
    const NUMBERS: usize = 3;

    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().min(WIDEST).max(*width);
        }
    }
    for row in rows {
        let mut line = String::new();
        for (column, (width, cell)) in widths.into_iter().zip(row).enumerate() {
            // Writing to a String cannot fail.
            let _ = match column {
                NUMBERS => write!(line, "  {cell:>width$}"),
                _ => write!(line, "  {cell:<width$}"),
            };
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn npy_to_text(text: &mut String, file: &NpyFile, indent: &str) {
    let layout = file.layout();
    let mut put = |name: &str, value: &str| line(text, indent, name, value);
    match file.header() {
        Some(header) => {
            let (major, minor) = header.version();
            put("format", &format!("npy {major}.{minor}"));
        }
        None => put("format", "headerless"),
    }
    put("dtype", &file.dtype().to_string());
    put("byte order", byte_order(file.dtype().byte_order()));
    put("item size", &count_of(file.dtype().itemsize(), "byte"));
    put("shape", &Literal::tuple_of(layout.shape()).to_string());
    put(
        "order",
        if file.order() == Order::F {
            "Fortran"
        } else {
            "C"
        },
    );
    let strides = layout.strides().iter().map(|&stride| Literal::Int(stride));
    put("strides", &Literal::Tuple(strides.collect()).to_string());
    put("size", &count_of(layout.size(), "element"));
    put(
        "data",
        &format!(
            "{} from offset {}",
            count_of(layout.nbytes(), "byte"),
            file.data_offset()
        ),
    );
    for warning in file.warnings() {
        put("warning", &warning.to_string());
    }
}

fn line(text: &mut String, indent: &str, name: &str, value: &str) {
    let _ = writeln!(text, "{indent}{name:<11} {value}");
}

fn count_of(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
