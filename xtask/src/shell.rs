//! Running other programs, with a heading and the time they took.

use std::{
    env, io,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    time::Instant,
};

/// What went wrong, for a person to read.
pub(crate) type Result<T = (), E = String> = std::result::Result<T, E>;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Where cargo builds this workspace.
pub(crate) fn target_dir() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// The cargo that runs this, so the same toolchain is used throughout.
pub(crate) fn cargo() -> Cmd {
    match env::var_os("CARGO") {
        Some(cargo) => Cmd::new(&cargo.to_string_lossy()),
        None => Cmd::new("cargo"),
    }
}

/// A nightly toolchain's cargo.
pub(crate) fn cargo_nightly() -> Cmd {
    Cmd::new("rustup")
        .args(["run", "nightly", "cargo"])
        // Both name the toolchain that runs this.
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
}

/// Prints a heading, does the step, and prints how long it took.
pub(crate) fn step(name: &str, run: impl FnOnce() -> Result) -> Result {
    eprintln!("\n=== {name}");
    let start = Instant::now();
    run()?;
    eprintln!("=== {name}: ok, {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// A program with its arguments, run in the root of the repository.
#[derive(Debug)]
pub(crate) struct Cmd {
    command: Command,
    text: String,
}

impl Cmd {
    pub(crate) fn new(program: &str) -> Self {
        let mut command = Command::new(program);
        command.current_dir(root());
        let text = Path::new(program)
            .file_name()
            .map_or_else(|| program.into(), |name| name.to_string_lossy().into());
        Self { command, text }
    }

    pub(crate) fn arg(self, arg: impl AsRef<Path>) -> Self {
        let arg = arg.as_ref().to_string_lossy().into_owned();
        self.args([arg])
    }

    pub(crate) fn args<S: AsRef<str>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        for arg in args {
            let arg = arg.as_ref();
            self.command.arg(arg);
            self.text.push(' ');
            self.text.push_str(arg);
        }
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<Path>) -> Self {
        self.command.env(name, value.as_ref());
        self
    }

    pub(crate) fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs it and shows its output.
    pub(crate) fn run(self) -> Result {
        let text = self.text.clone();
        match self.status()? {
            status if status.success() => Ok(()),
            status => Err(format!("`{text}` failed: {status}")),
        }
    }

    /// Runs it beside others: its output is shown when it has ended.
    pub(crate) fn run_aside(mut self) -> Result {
        let text = self.text.clone();
        eprintln!("$ {text}");
        let output = || -> io::Result<_> {
            let (mut reader, writer) = io::pipe()?;
            self.command.stdout(writer.try_clone()?).stderr(writer);
            let mut child = self.command.spawn()?;
            // What is read ends when nobody can write any more.
            drop(self.command);
            let mut output = Vec::new();
            reader.read_to_end(&mut output)?;
            Ok((output, child.wait()?))
        };
        let (output, status) = output().map_err(|e| format!("cannot run `{text}`: {e}"))?;
        // Standard error that is closed is no reason to fail.
        let _ = io::stderr().lock().write_all(&output);
        if status.success() {
            Ok(())
        } else {
            Err(format!("`{text}` failed: {status}"))
        }
    }

    /// Runs it, shows its output, and returns how it ended.
    pub(crate) fn status(mut self) -> Result<ExitStatus> {
        eprintln!("$ {}", self.text);
        let status = self.command.status();
        status.map_err(|e| format!("cannot run `{}`: {e}", self.text))
    }

    /// Runs it without a word and returns what it writes to stdout; `None` if it cannot be run or
    /// fails.
    pub(crate) fn read(mut self) -> Option<String> {
        let output = self.command.stderr(Stdio::null()).output().ok()?;
        let stdout = String::from_utf8_lossy(&output.stdout);
        output.status.success().then(|| stdout.trim().to_owned())
    }
}
