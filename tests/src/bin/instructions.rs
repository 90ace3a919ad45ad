//! How many instructions the parts of opening an array take, under Callgrind: unlike times, they
//! are the same on a busy machine.
//!
//! Without arguments it compares them with `tests/instructions.json`, where they came from the
//! same compiler; `--update` writes that file. With the name of a job and a number it does the job
//! so many times, which is what it runs itself under Callgrind for.

use std::{
    env,
    error::Error,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use npymap_core::{
    DType, Header, Layout, Order, Selection,
    header::{self, Limits},
    selection::{Item, Slice},
};
use serde_json::{Map, Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What is done so many times.
type Job = fn(u64) -> Result<()>;

const JOBS: [(&str, Job); 4] = [
    ("parse_simple_header", parse_simple_header),
    ("parse_ten_fields", parse_ten_fields),
    ("slice_four_dimensions", slice_four_dimensions),
    ("parse_selection", parse_selection),
];

/// The difference between these runs is free of what it takes to start and to prepare.
const COUNTS: [u64; 2] = [100, 1100];

/// How far figures may be from those committed.
const TOLERANCE: f64 = 0.05;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        [] => check(),
        ["--update"] => update(),
        [job, count] => run(job, count),
        _ => Err("expected nothing, --update, or a job and a number".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

fn check() -> Result<()> {
    if !has_valgrind() {
        eprintln!("instructions were not counted: there is no valgrind");
        return Ok(());
    }
    let committed: Value = serde_json::from_slice(&fs::read(path())?)?;
    let compiler = compiler()?;
    if committed["compiler"] != compiler {
        eprintln!(
            "instructions were not counted: those committed are of {}, this is {compiler}",
            committed["compiler"]
        );
        return Ok(());
    }
    let mut wrong = Vec::new();
    for (job, _) in JOBS {
        let found = instructions(job)?;
        let expected = committed["instructions"][job].as_u64().unwrap_or_default();
        let change = found as f64 / expected as f64 - 1.0;
        let line = format!(
            "{job}: {found}, committed {expected}, {:+.1} %",
            100.0 * change
        );
        println!("{line}");
        // Infinite where there is nothing to compare with.
        if change.abs() > TOLERANCE {
            wrong.push(line);
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let wrong = wrong.join("\n  ");
    Err(format!(
        "numbers of instructions have changed, \
         `cargo xtask instructions --update` if that is as it should be:\n  {wrong}"
    )
    .into())
}

fn update() -> Result<()> {
    if !has_valgrind() {
        return Err("there is no valgrind to count instructions with".into());
    }
    let mut figures = Map::new();
    for (job, _) in JOBS {
        let found = instructions(job)?;
        println!("{job}: {found}");
        figures.insert(job.into(), found.into());
    }
    let document = json!({ "compiler": compiler()?, "instructions": figures });
    let text = serde_json::to_string_pretty(&document)? + "\n";
    Ok(fs::write(path(), text)?)
}

fn run(job: &str, count: &str) -> Result<()> {
    let (_, job) = JOBS
        .into_iter()
        .find(|(name, _)| *name == job)
        .ok_or("no such job")?;
    job(count.parse()?)
}

fn parse_simple_header(count: u64) -> Result<()> {
    parse_header(count, &DType::FLOAT32)
}

fn parse_ten_fields(count: u64) -> Result<()> {
    let fields = (0..10).map(|i| (format!("field{i}"), DType::FLOAT64));
    parse_header(count, &DType::structure(fields)?)
}

/// Parses the header that NumPy writes for two dimensions of a dtype.
fn parse_header(count: u64, dtype: &DType) -> Result<()> {
    let file = header::write(dtype, &[1000, 20], Order::C)?;
    for _ in 0..count {
        let file = black_box(file.as_slice());
        black_box(Header::parse(file, Some(1 << 20), &Limits::default())?);
    }
    Ok(())
}

fn slice_four_dimensions(count: u64) -> Result<()> {
    let layout = Layout::new(DType::FLOAT32, &[30, 40, 50, 60], Order::C)?;
    let items = [
        Item::Index(-1),
        Item::Slice(Slice::from(2..30)),
        Item::Ellipsis,
        Item::Slice(Slice::from(1..).with_step(2)),
    ];
    for _ in 0..count {
        black_box(black_box(&layout).slice(black_box(&items))?);
    }
    Ok(())
}

fn parse_selection(count: u64) -> Result<()> {
    for _ in 0..count {
        black_box(Selection::parse(black_box("['x'][-1, 2:30, ..., 1::2]"))?);
    }
    Ok(())
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.json")
}

fn has_valgrind() -> bool {
    let version = Command::new("valgrind").arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}

/// The compiler and its target: figures of another mean nothing.
fn compiler() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8(output.stdout)?;
    let value = |key| text.lines().find_map(|line| line.strip_prefix(key));
    let (release, host) = (value("release: "), value("host: "));
    let (release, host) = release.zip(host).ok_or("rustc does not tell its version")?;
    Ok(format!("{release} {host}"))
}

/// The instructions of doing a job once.
fn instructions(job: &str) -> Result<u64> {
    let [few, many] = COUNTS.map(|count| total(job, count));
    let (few, many) = (few?, many?);
    Ok((many - few) / (COUNTS[1] - COUNTS[0]))
}

/// The instructions of a whole process.
fn total(job: &str, count: u64) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args([job, &count.to_string()])
        .output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected :"));
    match collected {
        Some((_, total)) if output.status.success() => Ok(total.trim().parse()?),
        _ => Err(format!("valgrind failed: {text}").into()),
    }
}
