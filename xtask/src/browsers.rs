//! The browsers that the npm package is tested in.

use std::{
    env,
    path::PathBuf,
    thread::{self, JoinHandle},
};

use crate::shell::{Cmd, Result, cargo, target_dir};

/// Programs, and the packages of Debian that have them.
const PROGRAMS: [(&str, &str); 5] = [
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("firefox-esr", "firefox-esr"),
    ("WebKitWebDriver", "webkit2gtk-driver"),
    ("Xvfb", "xvfb"),
];

/// Browsers that are being installed, aside.
#[derive(Debug)]
pub(crate) struct Browsers(JoinHandle<Result>);

impl Browsers {
    /// Begins to install what is missing, which may take minutes, unless they are left out. Where
    /// it cannot be done, that is said at once.
    pub(crate) fn unless(left_out: bool) -> Result<Option<Self>> {
        if left_out {
            return Ok(None);
        }
        let packages: Vec<&str> = PROGRAMS
            .iter()
            .filter(|(program, _)| find(program).is_none())
            .map(|(_, package)| *package)
            .collect();
        let can_install = find("apt-get").is_some() && is_root();
        if !packages.is_empty() && !can_install {
            return Err(format!(
                "tests in browsers need {0}: on Debian, `sudo apt-get install {0}`; \
                 --no-browsers leaves them out",
                packages.join(" ")
            ));
        }
        Ok(Some(Self(thread::spawn(move || {
            install_packages(&packages)?;
            install_geckodriver()
        }))))
    }

    /// Waits until they are there.
    pub(crate) fn wait(self) -> Result {
        let panicked = |_| Err("a thread panicked".into());
        self.0.join().unwrap_or_else(panicked)
    }
}

/// Where [`install_geckodriver`] installs.
pub(crate) fn tools() -> PathBuf {
    target_dir().join("tools")
}

/// The path of a program.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .chain([tools().join("bin")])
        .map(|dir| dir.join(program))
        .find(|path| path.is_file())
}

fn is_root() -> bool {
    Cmd::new("id").arg("-u").read().as_deref() == Some("0")
}

fn install_packages(packages: &[&str]) -> Result {
    if packages.is_empty() {
        return Ok(());
    }
    let apt_get = || {
        Cmd::new("apt-get")
            .args(["-qq", "-o", "DPkg::Lock::Timeout=600"])
            .env("DEBIAN_FRONTEND", "noninteractive")
    };
    apt_get().arg("update").run_aside()?;
    apt_get()
        .args(["install", "-y", "--no-install-recommends"])
        .args(packages)
        .run_aside()
}

/// Debian has none, and those on npm come from where not every machine can fetch.
fn install_geckodriver() -> Result {
    if find("geckodriver").is_some() {
        return Ok(());
    }
    cargo()
        // It only passes messages on: building it takes longer than what it does.
        .args(["install", "--quiet", "--debug", "geckodriver", "--root"])
        .arg(tools())
        .run_aside()
}
