//! The command from outside: exit status, what it writes where, and JSON documents.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use common::Scratch;
use npymap::{Order, core::header};
use serde_json::{Value, json};

impl Scratch {
    fn vector(&self, name: &str) {
        let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/npz/");
        fs::copy(Path::new(vectors).join(name), self.path(name)).unwrap();
    }
}

#[test]
fn info_as_json() {
    let scratch = Scratch::new();
    scratch.npy("x.npy", ">i8", &[2, 3], &[0; 50]);
    assert_eq!(
        scratch.out(&["info", "x.npy", "--json"]),
        concat!(
            r#"{"path":"x.npy","format":"npy","version":[1,0],"descr":">i8","dtype":">i8","#,
            r#""byte_order":"big","itemsize":8,"shape":[2,3],"fortran_order":false,"#,
            r#""strides":[24,8],"size":6,"nbytes":48,"data_offset":128,"file_size":178,"#,
            r#""trailing_bytes":2,"warnings":["2 bytes behind the array's data are ignored"]}"#,
            "\n"
        )
    );
    let structure = "i4, (2,)f8";
    scratch.npy("s.npy", structure, &[1], &[0; 20]);
    let both = scratch.json(&["info", "x.npy", "s.npy", "--json"]);
    assert_eq!(both[0]["path"], "x.npy");
    assert_eq!(both[1]["descr"], json!([["f0", "<i4"], ["f1", "<f8", [2]]]));
    assert_eq!(both[1]["byte_order"], "none");
    let raw = [
        "--raw-dtype",
        "<u2",
        "--raw-shape",
        "2,-1",
        "--raw-order",
        "F",
        "--raw-offset",
        "2",
    ];
    let raw = scratch.json(&[&["info", "x.npy", "--json"], &raw[..]].concat());
    assert_eq!(raw["version"], Value::Null);
    assert_eq!(raw["shape"], json!([2, 44]), "{raw}");
    assert_eq!(raw["strides"], json!([2, 4]));
    assert_eq!(raw["fortran_order"], true);
}

#[test]
fn members_as_json() {
    let scratch = Scratch::new();
    scratch.vector("savez.npz");
    scratch.vector("other_members.npz");
    let archive = scratch.json(&["info", "savez.npz", "--json"]);
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&archive), ["path", "format", "members"]);
    assert_eq!(archive["format"], "npz");
    let member = &archive["members"][0];
    assert_eq!(
        keys(member),
        [
            "name",
            "method",
            "compressed_size",
            "size",
            "mappable",
            "npy"
        ]
    );
    assert_eq!(member["name"], "x.npy");
    assert_eq!(member["method"], "stored");
    assert_eq!(member["mappable"], true);
    assert_eq!(
        member["npy"],
        scratch.json(&["info", "savez.npz::x.npy", "--json"])
    );
    // What is no array is a member all the same.
    let others = scratch.json(&["info", "other_members.npz", "--json"]);
    let unreadable = |member: &&Value| member["npy"].is_null();
    let members = others["members"].as_array().unwrap();
    let unreadable: Vec<_> = members.iter().filter(unreadable).collect();
    assert!(!unreadable.is_empty());
    assert!(unreadable.iter().all(|member| member["error"].is_string()));
}

#[test]
fn members_as_a_table() {
    let scratch = Scratch::new();
    let npy = |dtype: &str, shape: &[u64], data: &[u8]| {
        let header = header::write(&dtype.parse().unwrap(), shape, Order::C);
        [&header.unwrap()[..], data].concat()
    };
    let (x, s) = (
        npy(">i8", &[2, 3], &[0; 50]),
        npy("i4, f8, (2,)u1, ?", &[1], &[0; 15]),
    );
    scratch.archive(
        "a.npz",
        &[
            ("x.npy", false, &x, &x),
            ("deep/structure.npy", true, &common::deflated(&s), &s),
            ("note\n.txt", false, b"no array", b"no array"),
        ],
    );
    let expected = "\
a.npz
  format      npz, 3 members

  name                dtype                                        shape   bytes  method
  x.npy               >i8                                          (2, 3)    178  stored
  deep/structure.npy  [('f0', '<i4'), ('f1', '<f8'), ('f2', 'u...  (1,)      207  deflate to 217
  note\\n.txt          -                                            -           8  stored

  warning     x.npy: 2 bytes behind the array's data are ignored
  unreadable  a.npz::note\\n.txt: not an NPY file: found 'no array' at byte 0, expected '\\x93NUMPY'
";
    assert_eq!(scratch.out(&["info", "a.npz"]), expected);
    scratch.archive("none.npz", &[]);
    assert_eq!(
        scratch.out(&["info", "none.npz"]),
        "none.npz\n  format      npz, 0 members\n"
    );
}

#[test]
fn a_file_of_several_that_fails_does_not_hide_the_others() {
    let scratch = Scratch::new();
    scratch.counting("x.npy", &[2], Order::C);
    let run = scratch.run(&["info", "gone.npy", "x.npy", "--json"]);
    assert_eq!(run.status, 1);
    assert!(run.err.starts_with("npymap: gone.npy: "), "{}", run.err);
    let found: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(found[0]["path"], "x.npy");
    assert_eq!(found.as_array().unwrap().len(), 1);
}

#[test]
fn stats_as_json() {
    let scratch = Scratch::new();
    let values = [1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0];
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    scratch.npy("x.npy", "<f8", &[2, 3], &bytes);
    assert_eq!(
        scratch.out(&["stats", "x.npy", "--json"]),
        concat!(
            r#"{"count":6,"nan":1,"posinf":1,"neginf":1,"zeros":2,"min":-1e+999,"max":1e+999,"#,
            r#""argmin":[1,0],"argmax":[0,2],"sum":null,"mean":null,"std":null}"#,
            "\n"
        )
    );
    // Exact beyond 53 bits, and beyond 64.
    scratch.npy("u.npy", "<u8", &[2], &[0xff; 16]);
    assert_eq!(
        scratch.out(&["stats", "u.npy", "--json"]),
        concat!(
            r#"{"count":2,"nan":0,"posinf":0,"neginf":0,"zeros":0,"min":18446744073709551615,"#,
            r#""max":18446744073709551615,"argmin":[0],"argmax":[0],"sum":36893488147419103230,"#,
            r#""mean":1.8446744073709552e+19,"std":0.0}"#,
            "\n"
        )
    );
    assert_eq!(
        scratch.out(&["stats", "u.npy", ":0", "--json"]),
        concat!(
            r#"{"count":0,"nan":0,"posinf":0,"neginf":0,"zeros":0,"min":null,"max":null,"#,
            r#""argmin":null,"argmax":null,"sum":0,"mean":null,"std":null}"#,
            "\n"
        )
    );
}

#[test]
fn extremes_of_dates_are_dates() {
    let scratch = Scratch::new();
    scratch.npy("d.npy", "<M8[D]", &[1], &18262_i64.to_le_bytes());
    let text = scratch.out(&["stats", "d.npy"]);
    assert!(text.contains("min     2020-01-01 at [0]\n"), "{text}");
    assert_eq!(scratch.json(&["stats", "d.npy", "--json"])["min"], 18262);
}

#[test]
fn errors_are_one_line_that_names_the_file() {
    let scratch = Scratch::new();
    scratch.counting("x.npy", &[2, 3], Order::C);
    scratch.npy("s.npy", "i4, f8", &[1], &[0; 12]);
    scratch.npy("short.npy", "<f4", &[8], &[0; 31]);
    scratch.vector("savez.npz");
    scratch.vector("crc_deflated.npz");
    fs::write(scratch.path("text.npy"), "hello world").unwrap();
    fs::write(scratch.path("empty.npy"), "").unwrap();
    fs::write(scratch.path("pickle.npy"), b"\x80\x04N.").unwrap();
    scratch.npy("opaque.npy", "V2", &[3], &[0; 6]);
    fs::create_dir(scratch.path("dir")).unwrap();
    scratch.npy("object.npy", "u1", &[1], b"\x80\x04N.");
    let object = fs::read(scratch.path("object.npy")).unwrap();
    let object: Vec<u8> = object
        .windows(5)
        .position(|descr| descr == b"'|u1'")
        .map(|at| [&object[..at], b"'|O' ", &object[at + 5..]].concat())
        .unwrap();
    fs::write(scratch.path("object.npy"), object).unwrap();
    let pickled = "object.npy: the array holds pickled Python objects, which are never \
                   unpickled: its header can be read, its values cannot";
    for (arguments, message) in [
        (
            &["show", "x.npy", "2"][..],
            "x.npy: index 2 is out of bounds for axis 0 with size 2",
        ),
        (
            &["show", "x.npy", "0, 0, 0"],
            "x.npy: too many indices for array: array is 2-dimensional, but 3 were indexed",
        ),
        (
            &["show", "x.npy", "::0"],
            "x.npy: slice step cannot be zero",
        ),
        (&["show", "s.npy", "['z']"], "s.npy: no field of name z"),
        (
            &["stats", "s.npy"],
            "s.npy: statistics need numbers, found structures: select a field, such as ['f0']",
        ),
        (
            &["info", "short.npy"],
            "short.npy: the array data is cut short: expected 32 bytes, found 31",
        ),
        (
            &["info", "text.npy"],
            "text.npy: not an NPY file: found 'hello wo' at byte 0, expected '\\x93NUMPY'",
        ),
        (
            &["info", "empty.npy"],
            "empty.npy: the file is empty: expected 8 bytes",
        ),
        (&["info", "dir"], "dir: is a directory"),
        (&["show", "object.npy"], pickled),
        (&["stats", "object.npy"], pickled),
        (&["slice", "object.npy", "0", "-o", "out.npy"], pickled),
        (
            &["show", "savez.npz"],
            "savez.npz: is an archive of 3 members: name one behind '::', such as 'x'",
        ),
        (
            &["show", "savez.npz::y::z"],
            "savez.npz::y::z: the archive has no member of that name",
        ),
        (&["slice", "x.npy", "0", "-o", "dir"], "dir: is a directory"),
        (
            &["info", "x.npy", "--raw-dtype", "u1", "--raw-offset", "1000"],
            "x.npy: the offset 1000 lies beyond the end of the file at 152",
        ),
        (
            &["info", "x.npy", "--max-header", "8"],
            "x.npy: the header is too large: found 118, the limit is 8; --max-header raises it",
        ),
        (
            &["stats", "opaque.npy"],
            "opaque.npy: statistics need numbers, found raw data: --view names their dtype, such \
             as bfloat16",
        ),
        (
            &["info", "pickle.npy"],
            "pickle.npy: not an NPY file but a pickle, which is never unpickled: found \
             '\\x80\\x04N.' at byte 0",
        ),
    ] {
        assert_eq!(scratch.error(arguments), message);
    }
    let missing = scratch.error(&["slice", "x.npy", "0", "-o", "gone/out.npy"]);
    assert!(missing.starts_with("gone/out.npy: "), "{missing}");
    assert!(
        !missing.contains("tmp"),
        "a name that nobody knows: {missing}"
    );
    assert!(!scratch.path("out.npy").exists());
}

#[test]
fn wrong_usage_is_another_status() {
    let scratch = Scratch::new();
    scratch.counting("x.npy", &[2], Order::C);
    for arguments in [
        &[][..],
        &["unknown"],
        &["info"],
        &["show", "x.npy", "[[0, 1]]"],
        &["show", "x.npy", "x > 1"],
        &["slice", "x.npy", "0"],
        &["info", "x.npy", "--raw-dtype", "f3"],
        &["info", "x.npy", "--raw-shape", "2"],
        &["info", "x.npy", "--raw-dtype", "f4", "--raw-shape", "-1,-1"],
    ] {
        let run = scratch.run(arguments);
        assert_eq!((run.status, &*run.out), (2, ""), "{arguments:?}");
        assert!(!run.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_needs_no_terminal_and_no_colour() {
    let scratch = Scratch::new();
    for arguments in [
        &["--help"][..],
        &["info", "--help"],
        &["show", "--help"],
        &["slice", "--help"],
        &["stats", "--help"],
        &["help", "stats"],
    ] {
        let help = scratch.out(arguments);
        assert!(help.contains("EXAMPLES\n  npymap "), "{help}");
        assert!(!help.contains('\u{1b}'), "{help}");
        let widest = help.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{help}");
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(scratch.out(&["completions", shell]).contains("npymap"));
    }
}

#[test]
fn unusual_names_are_names() {
    let scratch = Scratch::new();
    scratch.counting("a::b.npy", &[2], Order::C);
    scratch.counting("-dash.npy", &[2], Order::C);
    assert_eq!(scratch.out(&["show", "a::b.npy"]), "[0. 1.]\n");
    assert_eq!(scratch.out(&["show", "--", "-dash.npy"]), "[0. 1.]\n");
    scratch.vector("savez.npz");
    fs::rename(scratch.path("savez.npz"), scratch.path("c::d.npz")).unwrap();
    assert_eq!(
        scratch.json(&["info", "c::d.npz::x", "--json"])["path"],
        "c::d.npz::x"
    );
}

#[cfg(unix)]
#[test]
fn a_name_with_a_line_break_stays_in_one_line() {
    let scratch = Scratch::new();
    fs::write(scratch.path("two\nlines.npy"), "").unwrap();
    let message = scratch.error(&["info", "two\nlines.npy"]);
    assert!(message.starts_with("two\\nlines.npy: "), "{message}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let scratch = Scratch::new();
    scratch.counting("x.npy", &[1000], Order::C);
    // More than a pipe holds, so that the command must notice.
    let paths = vec!["x.npy"; 1000];
    let mut command = scratch.command(&[&["info"], &paths[..]].concat());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn pipes_are_refused_as_sources_and_written_as_targets() {
    let scratch = Scratch::new();
    let source = scratch.counting("x.npy", &[4], Order::C);
    let made = Command::new("mkfifo").arg(scratch.path("pipe")).status();
    assert!(made.unwrap().success());
    assert_eq!(
        scratch.error(&["info", "pipe"]),
        "pipe: is not a regular file"
    );

    let mut slice = scratch.command(&["slice", "x.npy", ":", "-o", "pipe"]);
    let mut child = slice.spawn().unwrap();
    let written = fs::read(scratch.path("pipe")).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(written, fs::read(&source).unwrap());

    // A full device.
    let mut show = scratch.command(&["show", "x.npy"]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = show.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.starts_with("npymap: standard output: "),
        "{message}"
    );
}

#[test]
fn a_slice_replaces_its_target_only_when_complete() {
    let scratch = Scratch::new();
    scratch.counting("x.npy", &[2, 3], Order::C);
    let mut old = fs::File::create(scratch.path("out.npy")).unwrap();
    old.write_all(b"old").unwrap();
    scratch.error(&["slice", "x.npy", "7", "-o", "out.npy"]);
    assert_eq!(fs::read(scratch.path("out.npy")).unwrap(), b"old");
    assert_eq!(
        scratch.out(&["slice", "x.npy", "-1, ::-1", "-o", "out.npy"]),
        ""
    );
    assert_eq!(scratch.out(&["show", "out.npy"]), "[5. 4. 3.]\n");
    assert_eq!(scratch.names(), ["out.npy", "x.npy"]);
}

#[test]
fn a_slice_goes_to_standard_output() {
    let scratch = Scratch::new();
    let x = fs::read(scratch.counting("x.npy", &[3, 2], Order::C)).unwrap();
    let slice = |selection| {
        let mut command = scratch.command(&["slice", "x.npy", selection, "-o", "-"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let output = slice(":").output().unwrap();
    assert_eq!((output.stdout, &*output.stderr), (x, &b""[..]));
    assert!(scratch.names() == ["x.npy"]);

    let output = slice("3").output().unwrap();
    assert_eq!((output.status.code(), &*output.stdout), (Some(1), &b""[..]));
}

/// What stands in a file already was put there by whoever opened it.
#[cfg(target_os = "linux")]
#[test]
fn a_file_behind_standard_output_is_written_on() {
    let scratch = Scratch::new();
    let x = fs::read(scratch.counting("x.npy", &[3, 2], Order::C)).unwrap();
    for target in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let out = scratch.path("out");
        fs::write(&out, "before").unwrap();
        let file = fs::File::options().append(true).open(&out).unwrap();
        let mut slice = scratch.command(&["slice", "x.npy", ":", "-o", target]);
        assert!(slice.stdout(file).status().unwrap().success());
        assert_eq!(fs::read(&out).unwrap(), [b"before", &*x].concat());
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_target_as_it_was() {
    let scratch = Scratch::new();
    scratch.counting("x.npy", &[1 << 20], Order::C);
    for target in ["old.npy", "new.npy"] {
        fs::write(scratch.path("old.npy"), "old").unwrap();
        let limited = "ulimit -f 1024; exec \"$@\"";
        let npymap = env!("CARGO_BIN_EXE_npymap");
        let mut shell = Command::new("sh");
        shell.args(["-c", limited, "sh", npymap, "slice", "x.npy", ":", "-o"]);
        let output = shell.arg(target).current_dir(scratch.directory()).output();
        let output = output.unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(
            message.starts_with(&format!("npymap: {target}: File too large")),
            "{message}"
        );
        assert_eq!(fs::read(scratch.path("old.npy")).unwrap(), b"old");
        assert_eq!(scratch.names(), ["old.npy", "x.npy"]);
    }
}

/// Nothing at all is left of a file that was being written, whatever ends the process.
#[cfg(target_os = "linux")]
#[test]
fn a_killed_command_leaves_nothing() {
    use std::{path::PathBuf, thread, time::Duration};

    let scratch = Scratch::new();
    // Of many gigabytes, of which the disk holds none.
    let rows = 1 << 34;
    scratch.npy("x.npy", "u1", &[rows], &[]);
    let x = fs::File::options().write(true).open(scratch.path("x.npy"));
    x.unwrap().set_len(rows + 128).unwrap();
    fs::write(scratch.path("out.npy"), "old").unwrap();
    let mut slice = scratch.command(&["slice", "x.npy", ":", "-o", "out.npy"]);
    let mut child = slice.spawn().unwrap();
    // The file that it has open for writing: where, and how large.
    let fds = PathBuf::from(format!("/proc/{}/fd", child.id()));
    let directory = fs::canonicalize(scratch.directory()).unwrap();
    let being_written = || {
        let mut open = fs::read_dir(&fds).unwrap().flatten();
        open.find_map(|fd| {
            let path = fs::read_link(fd.path()).ok()?;
            let len = fs::metadata(fd.path()).ok()?.len();
            (path.starts_with(&directory) && !path.ends_with("x.npy") && len > 1 << 20)
                .then_some(path)
        })
    };
    let path = loop {
        assert!(child.try_wait().unwrap().is_none(), "done too early");
        match being_written() {
            Some(path) => break path,
            None => thread::sleep(Duration::from_millis(1)),
        }
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(fs::read(scratch.path("out.npy")).unwrap(), b"old");
    if path.extension().is_some_and(|extension| extension == "tmp") {
        println!("this file system has no files without names");
        return;
    }
    assert_eq!(scratch.names(), ["out.npy", "x.npy"]);
}

#[test]
fn arrays_are_packed_and_unpacked() {
    let scratch = Scratch::new();
    let x = fs::read(scratch.counting("x.npy", &[3, 4], Order::C)).unwrap();
    let f = fs::read(scratch.counting("f.npy", &[3, 4], Order::F)).unwrap();
    for deflate in [&[][..], &["--deflate"], &["--deflate=9"]] {
        let pack = ["pack", "a.npz", "x=x.npy", "dir/f.npy=f.npy"];
        assert_eq!(scratch.out(&[&pack[..], deflate].concat()), "");
        let info = scratch.json(&["info", "a.npz", "--json"]);
        let names: Vec<_> = (0..2).map(|i| &info["members"][i]["name"]).collect();
        assert_eq!(names, ["x.npy", "dir/f.npy"]);
        let method = if deflate.is_empty() {
            "stored"
        } else {
            "deflate"
        };
        assert_eq!(info["members"][0]["method"], method);
        assert_eq!(info["members"][0]["mappable"], deflate.is_empty());

        assert_eq!(scratch.out(&["unpack", "a.npz", "-d", "out"]), "");
        assert_eq!(fs::read(scratch.path("out/x.npy")).unwrap(), x);
        assert_eq!(fs::read(scratch.path("out/dir/f.npy")).unwrap(), f);
        assert_eq!(
            scratch.error(&["unpack", "a.npz", "-d", "out"]),
            "out/dir/f.npy: exists already"
        );
        fs::write(scratch.path("out/x.npy"), "mine").unwrap();
        assert_eq!(
            scratch.out(&["unpack", "a.npz", "x", "-d", "out", "--force"]),
            ""
        );
        assert_eq!(fs::read(scratch.path("out/x.npy")).unwrap(), x);
        fs::remove_dir_all(scratch.path("out")).unwrap();
    }
    // From an archive, from a file without a header, and to the archive that is read.
    scratch.out(&["pack", "a.npz", "y=a.npz::x", "--deflate"]);
    assert!(
        scratch
            .out(&["show", "a.npz::y", "0"])
            .starts_with("[0. 1.")
    );
    let raw = [
        "--raw-dtype",
        "<f4",
        "--raw-offset",
        "128",
        "--raw-shape",
        "2,6",
    ];
    scratch.out(&[&["pack", "a.npz", "--update", "raw=x.npy"][..], &raw].concat());
    assert_eq!(
        scratch.out(&["show", "a.npz::raw", "-1"]),
        "[ 6.  7.  8.  9. 10. 11.]\n"
    );
    scratch.out(&["pack", "a.npz", "--update", "y=f.npy"]);
    let info = scratch.json(&["info", "a.npz", "--json"]);
    assert_eq!(info["members"][0]["name"], "raw.npy");
    assert_eq!(info["members"][1]["npy"]["fortran_order"], true);
    scratch.out(&["pack", "new.npz", "--update", "y=f.npy"]);
    assert_eq!(scratch.names(), ["a.npz", "f.npy", "new.npz", "x.npy"]);
}

#[test]
fn an_archive_goes_to_standard_output() {
    let scratch = Scratch::new();
    scratch.counting("x.npy", &[3], Order::C);
    let mut pack = scratch.command(&["pack", "-", "x=x.npy", "y=x.npy", "--deflate"]);
    fs::write(scratch.path("a.npz"), pack.output().unwrap().stdout).unwrap();
    scratch.out(&["unpack", "a.npz", "-d", "out"]);
    let x = fs::read(scratch.path("x.npy")).unwrap();
    assert_eq!(fs::read(scratch.path("out/y.npy")).unwrap(), x);
}

#[test]
fn what_cannot_be_packed_or_unpacked_changes_nothing() {
    let scratch = Scratch::new();
    scratch.counting("x.npy", &[3], Order::C);
    scratch.npy("o.npy", "|u1", &[1], &[0; 8]);
    let mut object = fs::read(scratch.path("o.npy")).unwrap();
    let at = object.windows(5).position(|text| text == b"'|u1'").unwrap();
    object[at..at + 5].copy_from_slice(b"'|O' ");
    fs::write(scratch.path("o.npy"), object).unwrap();
    scratch.vector("crc.npz");
    fs::write(scratch.path("a.npz"), "old").unwrap();
    let names = scratch.names();
    let refused = [
        (
            &["pack", "a.npz", "x=x.npy", "o=o.npy"][..],
            "o.npy: the array holds pickled",
        ),
        (
            &["pack", "a.npz", "x=x.npy", "y=nope.npy"],
            "nope.npy: No such file",
        ),
        (&["pack", "a.npz", "x=crc.npz"], "crc.npz: is an archive of"),
        (
            &["pack", "a.npz", "--update", "x=x.npy"],
            "a.npz: not a zip archive",
        ),
        (&["pack", "no/a.npz", "x=x.npy"], "no/a.npz: No such file"),
        (&["unpack", "x.npy"], "x.npy: not a zip archive"),
        (
            &["unpack", "crc.npz", "nobody"],
            "crc.npz::nobody: the archive has no member",
        ),
        (&["unpack", "crc.npz", "-d", "out"], "crc.npz::"),
    ];
    for (arguments, expected) in refused {
        let message = scratch.error(arguments);
        assert!(message.starts_with(expected), "{message}");
        assert_eq!(scratch.names(), names, "{arguments:?}");
        assert_eq!(fs::read(scratch.path("a.npz")).unwrap(), b"old");
    }
    for usage in [
        &["pack", "a.npz"][..],
        &["pack", "a.npz", "x.npy"],
        &["pack", "a.npz", "../x=x.npy"],
        &["pack", "a.npz", "/x=x.npy"],
        &["pack", "a.npz", "x=x.npy", "x.npy=x.npy"],
        &["pack", "a.npz", "x=x.npy", "--deflate=10"],
        &["unpack"],
    ] {
        let run = scratch.run(usage);
        assert_eq!((run.status, &*run.out), (2, ""), "{usage:?}");
        assert_eq!(fs::read(scratch.path("a.npz")).unwrap(), b"old");
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_archives_and_directories_as_they_were() {
    let scratch = Scratch::new();
    scratch.counting("x.npy", &[1 << 20], Order::C);
    scratch.counting("small.npy", &[10], Order::C);
    scratch.out(&["pack", "a.npz", "x=x.npy", "y=small.npy"]);
    let before = (fs::read(scratch.path("a.npz")).unwrap(), scratch.names());
    let limited = "ulimit -f 1024; exec \"$@\"";
    for (arguments, named) in [
        (&["pack", "a.npz", "z=x.npy"][..], "a.npz"),
        (&["pack", "new.npz", "y=small.npy", "z=x.npy"], "new.npz"),
        // What it copies is too much.
        (&["pack", "a.npz", "--update", "y=small.npy"], "a.npz"),
        (&["unpack", "a.npz", "-d", "out"], "out/x.npy"),
        (&["unpack", "a.npz", "x"], "./x.npy"),
    ] {
        let force = if named == "./x.npy" {
            &["--force"][..]
        } else {
            &[]
        };
        let mut shell = Command::new("sh");
        shell.args(["-c", limited, "sh", env!("CARGO_BIN_EXE_npymap")]);
        shell
            .args(arguments)
            .args(force)
            .current_dir(scratch.directory());
        let output = shell.output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {message}");
        let expected = format!("npymap: {named}: File too large");
        assert!(message.starts_with(&expected), "{message}");
        let after = (fs::read(scratch.path("a.npz")).unwrap(), scratch.names());
        assert!(after == before, "{arguments:?}");
    }
}

#[test]
fn convert_changes_what_it_is_asked_to() {
    let scratch = Scratch::new();
    let data: Vec<u8> = (0..6_i32).flat_map(i32::to_be_bytes).collect();
    scratch.npy("x.npy", ">i4", &[2, 3], &data);
    scratch.out(&["convert", "x.npy", "same.npy"]);
    let read = |name: &str| fs::read(scratch.path(name)).unwrap();
    assert_eq!(read("same.npy"), read("x.npy"));
    let options = ["--dtype", "<f2", "--order", "f", "--byte-order", "big"];
    scratch.out(&[&["convert", "x.npy", "y.npy"], &options[..]].concat());
    let facts = scratch.json(&["info", "y.npy", "--json"]);
    assert_eq!(
        (&facts["descr"], &facts["fortran_order"]),
        (&json!(">f2"), &json!(true))
    );
    // The memory order stays.
    scratch.out(&["convert", "y.npy", "z.npy", "--dtype", ">i4", "--force"]);
    assert_eq!(
        scratch.json(&["info", "z.npy", "--json"])["fortran_order"],
        true
    );
    scratch.out(&["convert", "z.npy", "z.npy", "--order", "C"]);
    assert_eq!(read("z.npy"), read("x.npy"));
    scratch.out(&["convert", "y.npy", "y.raw", "--headerless"]);
    let raw = [
        "--raw-dtype",
        ">f2",
        "--raw-shape",
        "2,3",
        "--raw-order",
        "F",
    ];
    scratch.out(&[&["convert", "y.raw", "back.npy"], &raw[..]].concat());
    assert_eq!(read("back.npy"), read("y.npy"));
    let output = scratch
        .command(&["convert", "x.npy", "-", "--order", "F"])
        .output()
        .unwrap();
    scratch.out(&["convert", "x.npy", "f.npy", "--order", "F"]);
    assert_eq!(output.stdout, read("f.npy"));

    let message = scratch.error(&["convert", "x.npy", "new.npy", "--dtype", "u1"]);
    assert!(
        message.starts_with("x.npy: Cannot cast array data from dtype('>i4')"),
        "{message}"
    );
    scratch.npy("big.npy", "<i4", &[2], &[0, 0, 0, 0, 0, 1, 0, 0]);
    let forced = ["convert", "big.npy", "new.npy", "--dtype", "u1", "--force"];
    let message = scratch.error(&forced);
    assert_eq!(
        message,
        "big.npy: element [1]: '256' does not fit into dtype('uint8')"
    );
    assert!(!scratch.path("new.npy").exists());
    scratch.out(&[&forced[..], &["--overflow", "numpy"]].concat());
    assert_eq!(read("new.npy")[128..], [0, 0]);
}

#[test]
fn diff_tells_what_is_different() {
    let scratch = Scratch::new();
    scratch.npy("a.npy", "<i2", &[2, 2], &[1, 0, 2, 0, 3, 0, 4, 0]);
    scratch.npy("b.npy", ">i2", &[2, 2], &[0, 1, 0, 2, 0, 9, 0, 5]);
    scratch.npy("c.npy", "<i2", &[4], &[0; 8]);
    scratch.npy("s.npy", "<U1", &[1], &[b'a', 0, 0, 0]);
    scratch.npy("t.npy", "<U2", &[1], &[b'b', 0, 0, 0, b'\'', 0, 0, 0]);
    let different = |arguments: &[&str]| {
        let run = scratch.run(&[&["diff"], arguments].concat());
        assert_eq!((run.status, &*run.err), (1, ""), "{arguments:?}");
        run.out
    };
    assert_eq!(scratch.out(&["diff", "a.npy", "a.npy"]), "");
    assert_eq!(
        different(&["a.npy", "b.npy"]),
        "dtypes differ: int16 and >i2\n\
         2 of 4 elements differ, the first at [1, 0]: 3 and 9\n\
         the largest difference is 6.0\n"
    );
    assert_eq!(
        different(&["a.npy", "c.npy"]),
        "shapes differ: (2, 2) and (4,)\n"
    );
    assert_eq!(
        different(&["s.npy", "t.npy"]),
        "dtypes differ: <U1 and <U2\n1 of 1 element differs, the first at [0]: 'a' and \"b'\"\n"
    );
    let raw = ["--raw-dtype", "<i2", "--raw-offset", "128"];
    scratch.out(&[&["diff", "c.npy", "c.npy"], &raw[..]].concat());

    let document = |out: &str| serde_json::from_str::<Value>(out).unwrap();
    assert_eq!(
        document(&different(&["a.npy", "b.npy", "--json", "--atol", "1"])),
        json!({"equal": false, "dtype": ["int16", ">i2"], "shape": [[2, 2], [2, 2]],
               "different": 1, "first": [1, 0], "max_abs": 6.0})
    );
    assert_eq!(
        document(&different(&["s.npy", "c.npy", "--json"])),
        json!({"equal": false, "dtype": ["<U1", "int16"], "shape": [[1], [4]],
               "different": null, "first": null, "max_abs": null})
    );
    let equal = scratch.json(&["diff", "c.npy", "c.npy", "--json"]);
    assert_eq!(
        (&equal["equal"], &equal["different"]),
        (&json!(true), &json!(0))
    );
    assert!(
        scratch
            .error(&["diff", "a.npy", "none.npy"])
            .starts_with("none.npy: ")
    );
    assert_eq!(
        scratch.run(&["diff", "a.npy", "a.npy", "--rtol=-1"]).status,
        2
    );
}
