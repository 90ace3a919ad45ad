//! The commands that write: what they write, what they refuse, and what is left when they fail.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::{fs, process::Command};

use common::Scratch;
use npymap::{NpyFile, Order};

impl Scratch {
    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Runs that are wrong usage, and what they say first.
    fn usage(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!((run.status, &*run.out), (2, ""), "{arguments:?}");
        run.err.lines().next().unwrap().into()
    }
}

#[test]
fn create_set_and_append() {
    let scratch = Scratch::new();
    let silent = |arguments: &[&str]| assert_eq!(scratch.out(arguments), "");
    silent(&["create", "x.npy", "--dtype", "<f4", "--shape", "3,4"]);
    silent(&["set", "x.npy", "[-1, -1]", "99"]);
    silent(&["set", "x.npy", "0", "5.0"]);
    silent(&["set", "x.npy", "[1:, 0]", "[[1, 2]]"]);
    silent(&["set", "x.npy", "1, 1", "-inf"]);
    assert_eq!(
        scratch.out(&["show", "x.npy"]),
        "[[  5.   5.   5.   5.]\n [  1. -inf   0.   0.]\n [  2.   0.   0.  99.]]\n"
    );
    silent(&["append", "x.npy", "x.npy", "x.npy"]);
    assert_eq!(
        NpyFile::open(scratch.path("x.npy")).unwrap().shape(),
        [9, 4]
    );
    assert_eq!(scratch.out(&["show", "x.npy", "[::3, 0]"]), "[5. 5. 5.]\n");
    // Of itself, as if it had been copied before.
    silent(&["set", "x.npy", "[::-1]", "--from", "x.npy"]);
    assert_eq!(
        scratch.out(&["show", "x.npy", "[0]"]),
        "[ 2.  0.  0. 99.]\n"
    );
    assert_eq!(scratch.names(), ["x.npy"]);
}

#[test]
fn values_of_many_dtypes() {
    let scratch = Scratch::new();
    let cases = [
        ("u1", "()", "7", "7"),
        ("?", "2", "[True, False]", "[ True False]"),
        (">i2", "2,1", "[[1], [-2]]", "[[ 1]\n [-2]]"),
        ("f8", "3", "nan", "[nan nan nan]"),
        ("c8", "1", "1+2j", "[1.+2.j]"),
        ("S3", "2", "[b'ab', 'c']", "[b'ab' b'c']"),
        ("U2", "1", "'äb'", "['äb']"),
        (
            "M8[D]",
            "2",
            "['2024-02-29', 'NaT']",
            "['2024-02-29'        'NaT']",
        ),
        ("m8[s]", "1", "5", "[5]"),
        ("i4, (2,)f8", "1", "(1, [0.5, 1.5])", "[(1, [0.5, 1.5])]"),
        ("f4", "2,0", "1", "[]"),
    ];
    for (dtype, shape, value, text) in cases {
        let create = [
            "create", "x.npy", "--force", "--dtype", dtype, "--shape", shape,
        ];
        scratch.out(&[&create[..], &["--fill", value]].concat());
        assert_eq!(scratch.out(&["show", "x.npy"]), format!("{text}\n"));
        let filled = scratch.bytes("x.npy");
        scratch.out(&create);
        scratch.out(&["set", "x.npy", "...", value]);
        assert!(scratch.bytes("x.npy") == filled, "{dtype}");
    }
    // A field, and words that are no literals.
    scratch.npy("s.npy", "i4, f8", &[2], &[0; 24]);
    scratch.out(&["set", "s.npy", "['f1'][0]", "-Infinity"]);
    scratch.out(&["set", "s.npy", "1", "(3, None)"]);
    assert_eq!(scratch.out(&["show", "s.npy"]), "[(0, -inf) (3,  nan)]\n");
}

/// A list of fields is the dtype that a header has it for.
#[test]
fn lists_of_fields_are_dtypes() {
    let scratch = Scratch::new();
    let fields = "[('x', '<f4'), (('title', 'y'), '>i2', (2,)), ('', '|V1')]";
    scratch.out(&["create", "x.npy", "--dtype", fields, "--shape", "2"]);
    let info = scratch.json(&["info", "x.npy", "--json"]);
    let expected = serde_json::json!([["x", "<f4"], [["title", "y"], ">i2", [2]], ["", "|V1"]]);
    assert_eq!(info["descr"], expected);
    scratch.out(&["set", "x.npy", ":", "(0.5, [3, 4])"]);
    let other = "[('a','>f8'),('b','<i4',(2,))]";
    scratch.out(&["convert", "x.npy", "y.npy", "--dtype", other]);
    let shown = "[(0.5, [3, 4]) (0.5, [3, 4])]\n";
    assert_eq!(scratch.out(&["show", "y.npy"]), shown);
    let raw = ["--raw-dtype", fields, "--raw-offset", "192"];
    let shown = scratch.out(&[&["show", "x.npy", "['y'][0]"][..], &raw].concat());
    assert_eq!(shown, "[3 4]\n");
    // Whatever else stands in headers.
    for (text, expected) in [
        ("'<f4'", "float32"),
        (
            "('<i4', [('lo', '<u2'), ('hi', '<u2')])",
            "[('lo', '<u2'), ('hi', '<u2')]",
        ),
        ("(2,)f8, i4", "[('f0', '<f8', (2,)), ('f1', '<i4')]"),
    ] {
        scratch.out(&[
            "create", "z.npy", "--dtype", text, "--shape", "0", "--force",
        ]);
        let file = NpyFile::open(scratch.path("z.npy")).unwrap();
        assert_eq!(file.dtype().to_string(), expected);
        fs::remove_file(scratch.path("z.npy")).unwrap();
    }
    for (text, expected) in [
        ("[('x','<f4')", "found the end at byte 12"),
        ("[('x','zz')]", "data type 'zz' not understood"),
        ("[('x',)]", "a field"),
    ] {
        let message = scratch.usage(&["create", "z.npy", "--dtype", text, "--shape", "2"]);
        assert!(message.contains(expected), "{message}");
    }
}

/// The header of an array is not taken for values, and much less written over.
#[test]
fn a_file_with_a_header_is_not_headerless() {
    let scratch = Scratch::new();
    scratch.counting("x.npy", &[3], Order::C);
    let before = scratch.bytes("x.npy");
    let raw = ["--raw-dtype", "<f4"];
    for arguments in [
        &["show", "x.npy"][..],
        &["stats", "x.npy"],
        &["set", "x.npy", "0", "7"],
        &["append", "x.npy", "x.npy"],
        &["convert", "x.npy", "y.npy"],
        &["slice", "x.npy", "0", "-o", "y.npy"],
        &["pack", "y.npz", "x=x.npy"],
    ] {
        for offset in ["0", "127"] {
            let run = [arguments, &raw, &["--raw-offset", offset]].concat();
            assert_eq!(
                scratch.error(&run),
                "x.npy: is an .npy file, and --raw-dtype takes its header for values: leave it \
                 out, or begin behind the header, with a --raw-offset of 128 or more"
            );
        }
    }
    assert!(scratch.bytes("x.npy") == before);
    assert_eq!(scratch.names(), ["x.npy"]);
    let behind = ["show", "x.npy", "--raw-dtype", "<f4", "--raw-offset", "132"];
    assert_eq!(scratch.out(&behind), "[1. 2.]\n");
    // Of another version the length has four bytes.
    let mut long = b"\x93NUMPY\x02\x00\x00\x01\x00\x00".to_vec();
    long.resize(300, 1);
    fs::write(scratch.path("long.npy"), long).unwrap();
    let message = scratch.error(&["show", "long.npy", "--raw-dtype", "u1"]);
    assert!(message.ends_with("of 268 or more"), "{message}");
}

#[test]
fn headerless_targets() {
    let scratch = Scratch::new();
    fs::write(scratch.path("x.raw"), [9; 13]).unwrap();
    scratch.npy("y.npy", "i4", &[2], &[1, 0, 0, 0, 2, 0, 0, 0]);
    let raw = [
        "--raw-dtype",
        ">i2",
        "--raw-shape",
        "-1,2",
        "--raw-offset",
        "1",
    ];
    let with = |arguments: &[&'static str]| [arguments, &raw].concat();
    scratch.out(&with(&[
        "set",
        "x.raw",
        "[1]",
        "--from",
        "y.npy",
        "--raw-order",
        "F",
    ]));
    assert_eq!(
        scratch.bytes("x.raw"),
        [9, 9, 9, 0, 1, 9, 9, 9, 9, 0, 2, 9, 9]
    );
    scratch.out(&with(&["set", "x.raw", "[0, :]", "[258, -1]"]));
    assert_eq!(scratch.bytes("x.raw")[..5], [9, 1, 2, 255, 255]);
    scratch.npy("rows.npy", "<i2", &[1, 2], &[7, 0, 8, 0]);
    scratch.out(&with(&["append", "x.raw", "rows.npy", "rows.npy"]));
    assert_eq!(scratch.bytes("x.raw")[13..], [0, 7, 0, 8, 0, 7, 0, 8]);
}

#[test]
fn values_are_converted_as_asked() {
    let scratch = Scratch::new();
    scratch.npy("u1.npy", "u1", &[3], &[0; 3]);
    let doubles = [1.5, 300.0, -1.0].map(f64::to_le_bytes).concat();
    scratch.npy("f8.npy", "<f8", &[3], &doubles);
    scratch.npy("f4.npy", "<f4", &[3], &[0; 12]);
    let before = scratch.bytes("u1.npy");
    let failures = [
        (
            &["set", "u1.npy", ":", "300"][..],
            "u1.npy: Python integer '300' out of bounds for 'uint8'",
        ),
        (
            &["set", "u1.npy", ":", "--from", "f8.npy"],
            "f8.npy: Cannot cast array data from dtype('float64') to dtype('uint8') according to \
             the rule 'same_kind'",
        ),
        (
            &["append", "u1.npy", "f8.npy"],
            "f8.npy: the dtype of what is appended must be uint8, found float64",
        ),
    ];
    for (arguments, message) in failures {
        assert_eq!(scratch.error(arguments), message);
    }
    // Found before anything is written, although the first value fits.
    for command in [
        &["set", "u1.npy", ":", "--from", "f8.npy", "--force"][..],
        &["append", "u1.npy", "u1.npy", "f8.npy", "--force"],
    ] {
        let message = scratch.error(command);
        assert!(
            message.contains("'300.0' does not fit into dtype('uint8')"),
            "{message}"
        );
    }
    assert_eq!(scratch.bytes("u1.npy"), before);

    scratch.out(&["set", "f4.npy", ":", "--from", "f8.npy"]);
    assert_eq!(scratch.out(&["show", "f4.npy"]), "[  1.5 300.   -1. ]\n");
    let force = ["--force", "--overflow", "numpy"];
    scratch.out(&[&["set", "u1.npy", ":", "--from", "f8.npy"][..], &force].concat());
    assert_eq!(scratch.out(&["show", "u1.npy"]), "[  1  44 255]\n");
    scratch.out(&[&["append", "u1.npy", "f8.npy"][..], &force].concat());
    assert_eq!(
        scratch.out(&["show", "u1.npy"]),
        "[  1  44 255   1  44 255]\n"
    );
}

#[test]
fn what_is_refused_changes_nothing() {
    let scratch = Scratch::new();
    scratch.counting("x.npy", &[3, 4], Order::C);
    scratch.counting("wide.npy", &[2, 5], Order::C);
    scratch.counting("long.npy", &[2, 4], Order::C);
    scratch.npy("tail.npy", "<f4", &[1, 4], &[0; 20]);
    let npy = scratch.bytes("x.npy");
    scratch.archive("a.npz", &[("x.npy", false, &npy, &npy)]);
    let archive = scratch.bytes("a.npz");
    let cases = [
        (
            &["create", "x.npy", "--dtype", "f4", "--shape", "2"][..],
            "x.npy: already exists",
        ),
        (
            &[
                "create",
                "x.npy",
                "--dtype",
                "u1",
                "--shape",
                "2",
                "--fill",
                "[1, 2, 3]",
                "--force",
            ],
            "x.npy: could not broadcast input array from shape (3,) into shape (2,)",
        ),
        (
            &["set", "x.npy", "[3]", "1"],
            "x.npy: index 3 is out of bounds for axis 0 with size 3",
        ),
        (
            &["set", "x.npy", ":", "[1, 2]"],
            "x.npy: could not broadcast input array from shape (2,) into shape (3,4)",
        ),
        (
            &["set", "x.npy", ":", "--from", "wide.npy"],
            "x.npy: could not broadcast input array from shape (2,5) into shape (3,4)",
        ),
        (
            &["append", "x.npy", "long.npy", "wide.npy"],
            "wide.npy: all the input array dimensions except for the concatenation axis must match \
             exactly, but along dimension 1, the array at index 0 has size 4 and the array at \
             index 1 has size 5",
        ),
        (
            &["append", "tail.npy", "x.npy"],
            "tail.npy: the 4 bytes behind the array's data would be overwritten: discard them \
             first; --discard-trailing does",
        ),
        (
            &["set", "a.npz::x", ":", "1"],
            "a.npz::x: members of archives cannot be changed in place: unpack it, and pack the \
             result",
        ),
        (
            &["append", "a.npz", "x.npy"],
            "a.npz: is an archive of 1 members: name one behind '::', such as 'x'",
        ),
        (
            &["set", "gone.npy", ":", "1"],
            "gone.npy: No such file or directory (os error 2)",
        ),
        (
            &["append", "x.npy", "long.npy", "gone.npy"],
            "gone.npy: No such file or directory (os error 2)",
        ),
    ];
    let names = scratch.names();
    for (arguments, message) in cases {
        assert_eq!(scratch.error(arguments), message);
        assert!(scratch.bytes("x.npy") == npy, "{arguments:?}");
        assert!(scratch.bytes("a.npz") == archive);
        assert_eq!(scratch.names(), names);
    }
    // Nothing is cut off for what cannot be appended.
    let tail = scratch.bytes("tail.npy");
    for source in ["wide.npy", "gone.npy"] {
        scratch.error(&["append", "tail.npy", "x.npy", source, "--discard-trailing"]);
        assert!(scratch.bytes("tail.npy") == tail, "{source}");
    }
    scratch.out(&["append", "tail.npy", "x.npy", "--discard-trailing"]);
    assert_eq!(
        NpyFile::open(scratch.path("tail.npy")).unwrap().shape(),
        [4, 4]
    );

    for (arguments, message) in [
        (
            &["set", "x.npy", ":", "hello"][..],
            "error: invalid value 'hello' for '[VALUE]': found 'hello' at byte 0, expected a \
             literal",
        ),
        (
            &["set", "x.npy", ":"],
            "error: the following required arguments were not provided:",
        ),
        (
            &["set", "x.npy", ":", "1", "--from", "x.npy"],
            "error: the argument '[VALUE]' cannot be used with '--from <OTHER>'",
        ),
        (
            &["create", "y.npy", "--dtype", "f4", "--shape", "3,-1"],
            "error: invalid value '3,-1' for '--shape <SHAPE>': all dimensions must be given",
        ),
        (
            &["append", "x.npy"],
            "error: the following required arguments were not provided:",
        ),
    ] {
        assert_eq!(scratch.usage(arguments), message);
    }
}

#[test]
fn a_file_that_is_written_by_another_is_refused() {
    let scratch = Scratch::new();
    let path = scratch.counting("x.npy", &[3, 4], Order::C);
    let _writer = NpyFile::open_rw(path).unwrap();
    for arguments in [
        &["set", "x.npy", ":", "1"][..],
        &["append", "x.npy", "x.npy"],
        &[
            "create", "x.npy", "--dtype", "f4", "--shape", "2", "--force",
        ],
    ] {
        let message = scratch.error(arguments);
        assert_eq!(message, "x.npy: is locked by another reader or writer");
    }
    assert!(scratch.out(&["show", "x.npy", "0"]).starts_with("[0."));
}

/// Runs a shell script with `$0` for the command, which fails with one line about a file.
#[cfg(unix)]
fn failure_of(scratch: &Scratch, script: &str) -> String {
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_npymap")]);
    let output = shell.current_dir(scratch.directory()).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{script}: {message}");
    assert_eq!(message.lines().count(), 1, "{script}: {message}");
    message
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_so_large_leaves_all_as_it_was() {
    let scratch = Scratch::new();
    scratch.counting("x.npy", &[1 << 18], Order::C);
    scratch.counting("rows.npy", &[1 << 18], Order::C);
    let before = scratch.bytes("x.npy");
    let names = scratch.names();
    // In blocks of 512 bytes.
    let limited = "ulimit -f 3000; exec \"$0\" ";
    for (command, name) in [
        ("create x.npy --dtype f8 --shape 1000000 --force", "x.npy"),
        ("create new.npy --dtype f8 --shape 1000000", "new.npy"),
        (
            "create new.npy --dtype u1 --shape 2000000 --fill 1",
            "new.npy",
        ),
        (
            "create new.npy --dtype u1 --shape 2000000 --preallocate",
            "new.npy",
        ),
        ("append x.npy rows.npy", "x.npy"),
        ("append x.npy x.npy", "x.npy"),
    ] {
        let message = failure_of(&scratch, &[limited, command].concat());
        let expected = format!("npymap: {name}: File too large (os error 27)\n");
        assert_eq!(message, expected, "{command}");
        assert!(scratch.bytes("x.npy") == before, "{command}");
        assert_eq!(scratch.names(), names);
    }
    let limited = "ulimit -f 500; exec \"$0\" ";
    let message = failure_of(&scratch, &[limited, "set x.npy -1 7"].concat());
    assert!(message.contains("x.npy: File too large"), "{message}");
    assert!(scratch.bytes("x.npy") == before);
}

/// Values that become much larger, and those that one is broadcast to, are held a few at a time.
#[cfg(target_os = "linux")]
#[test]
fn values_that_grow_are_assigned_in_bounded_memory() {
    let scratch = Scratch::new();
    scratch.npy("one.npy", "S1", &[], b"x");
    scratch.npy("nothing.npy", "S0", &[500], b"");
    for (source, expected) in [("one.npy", "b'x'"), ("nothing.npy", "b''")] {
        scratch.out(&[
            "create", "x.npy", "--dtype", "S1000000", "--shape", "500", "--force",
        ]);
        let script = format!("ulimit -v 400000; exec \"$0\" set x.npy : --from {source}");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_npymap")]);
        let output = shell.current_dir(scratch.directory()).output().unwrap();
        assert!(output.status.success(), "{source}: {output:?}");
        assert_eq!(
            scratch.out(&["show", "x.npy", "-1"]),
            format!("{expected}\n")
        );
    }
}

/// On a file system of 1 MiB, where the system lets anyone make one.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_all_as_it_was() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("disk")).unwrap();
    let mount = "mount -t tmpfs -o size=1m tmpfs disk";
    let mut probe = Command::new("unshare");
    probe
        .args(["-rm", "sh", "-c", mount])
        .current_dir(scratch.directory());
    if !probe.output().is_ok_and(|output| output.status.success()) {
        println!("nobody may mount a file system here");
        return;
    }
    scratch.counting("rows.npy", &[1 << 17], Order::C);
    // What is in the directory, with checksums, before and after.
    let script = |command: &str| {
        format!(
            "exec 3>&2; unshare -rm sh -c '{mount} && cd disk || exit 3
            \"$0\" create sparse.npy --dtype f8 --shape 1000000 || exit 4
            \"$0\" create x.npy --dtype f4 --shape 131072 --fill 1 || exit 5
            cksum * > ../before; TMPDIR=. \"$0\" {command}; status=$?
            cksum * > ../after; ls -A > ../names; exit $status' \"$0\""
        )
    };
    for (command, name) in [
        (
            "create new.npy --dtype f4 --shape 200000 --fill 1",
            "new.npy",
        ),
        (
            "create x.npy --dtype f4 --shape 200000 --fill 1 --force",
            "x.npy",
        ),
        (
            "create new.npy --dtype f4 --shape 200000 --preallocate",
            "new.npy",
        ),
        ("append x.npy ../rows.npy", "x.npy"),
        ("set sparse.npy : 1", "sparse.npy"),
        ("set sparse.npy [::2] 1", "sparse.npy"),
        (
            "set sparse.npy [131072:262144] --from ../rows.npy",
            "sparse.npy",
        ),
        ("slice ../rows.npy [::-1] -o new.npy", "new.npy"),
    ] {
        let message = failure_of(&scratch, &script(command));
        let expected = format!("npymap: {name}: No space left on device (os error 28)\n");
        assert_eq!(message, expected, "{command}");
        assert!(
            scratch.bytes("before") == scratch.bytes("after"),
            "{command}"
        );
        assert_eq!(scratch.bytes("names"), b"sparse.npy\nx.npy\n", "{command}");
    }
}
