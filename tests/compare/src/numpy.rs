//! NumPy in a process of its own, which times what it is told.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

/// Runs statements and says how long they took, in seconds each.
const SERVER: &str = r#"
import sys, time
import numpy as np
scope = {"np": np}
for line in sys.stdin:
    calls, statement = line.rstrip("\n").split(" ", 1)
    code = compile(statement, "<statement>", "exec")
    start = time.perf_counter()
    for _ in range(int(calls)):
        exec(code, scope)
    print((time.perf_counter() - start) / int(calls), flush=True)
"#;

pub struct NumPy {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl NumPy {
    pub fn start(python: &Path, directory: &Path) -> Self {
        let mut process = Command::new(python)
            .args(["-c", SERVER])
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let input = process.stdin.take().expect("a pipe");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        Self {
            process,
            input,
            output,
        }
    }

    /// The time that one call of a Python statement takes, of so many calls.
    pub fn time(&mut self, calls: u32, statement: &str) -> Duration {
        assert!(!statement.contains('\n'), "a statement is one line");
        writeln!(self.input, "{calls} {statement}").expect("Python listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("Python answers");
        Duration::from_secs_f64(line.trim().parse().expect("a statement that works"))
    }

    /// Runs a statement once.
    pub fn run(&mut self, statement: &str) {
        self.time(1, statement);
    }
}

impl Drop for NumPy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
