//! Opens a page in the browser that the person prefers.

use std::{
    io,
    process::{Command, Stdio},
};

/// Starts a browser, and waits for nothing.
pub(super) fn open(url: &str) -> io::Result<()> {
    let (program, arguments): (_, &[_]) = if cfg!(windows) {
        // Not through a shell, to which some characters of URLs mean something.
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else if cfg!(target_os = "macos") {
        ("open", &[])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(url);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn()?;
    std::thread::spawn(move || child.wait());
    Ok(())
}
