//! The first look: a page full of arrays, from nothing but a checkout.

use std::{fs, path::Path};

use crate::{
    page,
    shell::{Cmd, Result, root, target_dir},
};

/// Frames of a recording, 6.4 GB of them. What was not recorded takes no room on the disk.
const RECORDING: (&str, &str) = ("recording.npy", "1536,1024,1024");
/// What was recorded: a place to find, and frames to look at.
const EVENTS: [(&str, &str); 5] = [
    ("[17, 200:824, 200:824]", "1"),
    ("[17, 300:724, 300:724]", "2.5"),
    ("[17, 450:574, 450:574]", "4"),
    ("[900:904, ::64, :]", "-3"),
    ("[1200, 500, 700]", "1e6"),
];

/// Builds everything, makes arrays, and shows them until it is interrupted.
pub(crate) fn run(args: &[&str]) -> Result {
    check(args)?;
    page::build()?;
    let command = page::build_command(&["--release", "-p", "npymap", "--features", "serve"])?;
    let dir = target_dir().join("demo");
    make_samples(&command, &dir)?;
    Cmd::new(&command.to_string_lossy())
        .arg("serve")
        .arg(&dir)
        .args(args)
        .run()
}

/// What is wrong with the arguments is better told before minutes of building.
fn check(mut args: &[&str]) -> Result {
    loop {
        args = match args {
            [] => return Ok(()),
            ["--open", rest @ ..] => rest,
            ["--port", port, rest @ ..] if port.parse::<u16>().is_ok() => rest,
            _ => {
                return Err(format!(
                    "unexpected arguments, demo takes --open and --port N: {}",
                    args.join(" ")
                ));
            }
        }
    }
}

/// The samples of the page as files, and one that is larger than what fits into a page.
fn make_samples(command: &Path, dir: &Path) -> Result {
    let cannot = |e| format!("cannot write below {}: {e}", dir.display());
    fs::create_dir_all(dir).map_err(cannot)?;
    let samples = root().join("web-demo/public/samples");
    for entry in fs::read_dir(samples).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        fs::copy(entry.path(), dir.join(entry.file_name())).map_err(cannot)?;
    }
    let (name, shape) = RECORDING;
    let recording = dir.join(name);
    if recording.exists() {
        return Ok(());
    }
    // Under another name until it is whole.
    let part = dir.join("recording.part.npy");
    let npymap = || Cmd::new(&command.to_string_lossy());
    npymap()
        .arg("create")
        .arg(&part)
        .args(["--dtype", "<f4", "--shape", shape, "--force"])
        .run()?;
    for (place, value) in EVENTS {
        npymap().arg("set").arg(&part).args([place, value]).run()?;
    }
    fs::rename(part, recording).map_err(cannot)
}
