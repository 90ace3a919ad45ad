//! Runs of the command.

use std::{
    fs,
    process::{Command, Output},
};

use npymap::{Order, core::header};
use serde_json::Value;

use super::Scratch;

/// What a run of the command came to.
#[derive(Debug, PartialEq)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Scratch {
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_npymap"));
        command.args(arguments).current_dir(self.directory());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        let Output {
            status,
            stdout,
            stderr,
        } = output;
        Run {
            status: status.code().unwrap(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    /// What a run without an error writes.
    pub(crate) fn out(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!((run.status, &*run.err), (0, ""), "{arguments:?}");
        run.out
    }

    /// The message of a run that the data or the file system ends.
    pub(crate) fn error(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!((run.status, &*run.out), (1, ""), "{arguments:?}: {run:?}");
        let message = run.err.strip_prefix("npymap: ").unwrap();
        let message = message.strip_suffix('\n').unwrap();
        assert!(!message.contains('\n'), "{message}");
        message.into()
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let out = self.out(arguments);
        assert_eq!(out.lines().count(), 1, "{out}");
        serde_json::from_str(&out).unwrap()
    }

    /// An array whose header and data are made here.
    pub(crate) fn npy(&self, name: &str, dtype: &str, shape: &[u64], data: &[u8]) {
        let mut bytes = header::write(&dtype.parse().unwrap(), shape, Order::C).unwrap();
        bytes.extend(data);
        fs::write(self.path(name), bytes).unwrap();
    }
}
