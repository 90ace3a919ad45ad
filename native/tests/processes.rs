//! Several processes on one file: what readers see of a writer, and what is left of one that is
//! killed.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    env, fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use common::Scratch;
use npymap::{
    Appender, Array, CreateOptions, DType, ErrorKind, NpyFile, NpyMapMut, OpenOptions, Order,
    core::header,
};

/// How often processes are killed.
fn kills() -> u64 {
    let wanted = env::var("PROPTEST_CASES").ok();
    wanted.and_then(|n| n.parse().ok()).unwrap_or(40).min(500)
}

/// Keeps the tests from running at the same time: a process that is being made has, for a moment,
/// all that its parent has open, locks included.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What another process does, which is this very program, run for one test alone.
fn spawn(role: &str, path: &Path) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "another_process", "--nocapture", "--quiet"]);
    command
        .envs([("NPYMAP_ROLE", role)])
        .env("NPYMAP_FILE", path);
    command.stdout(Stdio::piped()).spawn().unwrap()
}

/// Waits until the process has something to show.
fn wait_until_ready(child: &mut Child) {
    let out = BufReader::new(child.stdout.as_mut().unwrap());
    assert!(out.lines().any(|line| line.unwrap().contains("ready")));
}

fn ready() {
    println!("ready");
}

/// A value all bytes of which are the same: one that was written in part would show.
fn pattern(count: u64) -> u64 {
    (count % 256) * 0x0101_0101_0101_0101
}

fn is_whole(value: u64) -> bool {
    pattern(value & 0xff) == value
}

/// Does what the tests below want of another process; as a test of its own, nothing.
#[test]
fn another_process() {
    let Ok(role) = env::var("NPYMAP_ROLE") else {
        return;
    };
    let path = PathBuf::from(env::var_os("NPYMAP_FILE").unwrap());
    match &*role {
        "write by position" => write_forever(&path, false),
        "write by map" => write_forever(&path, true),
        "append" => append_forever(&path, false),
        "push" => append_forever(&path, true),
        "read" => read_often(&path),
        "last" => println!(
            "{:x}",
            NpyFile::open(path).unwrap().at::<u64>(&[9]).unwrap()
        ),
        "truncate" => truncate_in_vain(&path),
        "push too much" => push_in_vain(&path),
        other => panic!("no role {other}"),
    }
}

fn truncate_in_vain(path: &Path) {
    let mut file = NpyFile::open_rw(path).unwrap();
    file.truncate(999).unwrap_err();
    assert_eq!((file.shape(), file.trailing_bytes()), (&[1000][..], 0));
    file.array_mut().unwrap();
    println!("done");
}

fn push_in_vain(path: &Path) {
    let mut rows = Appender::new(NpyFile::open_rw(path).unwrap()).unwrap();
    rows.push(&[7_u64; 100]).unwrap();
    let error = rows.push(&vec![8_u64; 200_000]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io(_)), "{error}");
    rows.close().unwrap();
    println!("done");
}

fn write_forever(path: &Path, by_map: bool) {
    let mut file = None;
    let mut map = None;
    if by_map {
        // SAFETY: others read the file by position, which is no concern of this process, and
        // nobody writes to it or cuts it short.
        map = Some(unsafe { NpyMapMut::open(path).unwrap() });
    } else {
        file = Some(NpyFile::open_rw(path).unwrap());
    }
    ready();
    for count in 1.. {
        let mut array = match (&mut file, &mut map) {
            (Some(file), _) => file.array_mut().unwrap(),
            (_, Some(map)) => map.array_mut(),
            _ => unreachable!(),
        };
        array.fill(pattern(count)).unwrap();
        let mut second = array.slice("[::2]").unwrap();
        second.fill(pattern(count + 1)).unwrap();
    }
}

/// Appends rows, each of which tells which one it is.
fn append_forever(path: &Path, with_appender: bool) {
    let mut file = NpyFile::open_rw(path).unwrap();
    if file.trailing_bytes() > 0 {
        file.discard_trailing_bytes().unwrap();
    }
    let row = |count| [pattern(count); 100];
    let mut count = file.shape()[0];
    ready();
    if with_appender {
        let mut rows = Appender::new(file).unwrap().flush_every(7);
        loop {
            rows.push(&row(count)).unwrap();
            count += 1;
        }
    }
    loop {
        let values = row(count);
        file.append(&Array::of_slice(&values, &[1, 100]).unwrap())
            .unwrap();
        count += 1;
    }
}

fn read_often(path: &Path) {
    let start = Instant::now();
    let file = NpyFile::open(path).unwrap();
    let mut seen = Vec::new();
    ready();
    while seen.len() < 5 && start.elapsed() < Duration::from_secs(20) {
        for value in file.read::<u64>().unwrap() {
            assert!(is_whole(value), "{value:x}");
        }
        seen.push(file.at::<u64>(&[0]).unwrap());
        seen.dedup();
    }
    assert!(seen.len() > 1, "no change was seen");
}

fn new_file(path: &Path, shape: &[u64]) {
    let dtype: DType = "u8".parse().unwrap();
    let mut bytes = header::write(&dtype, shape, Order::C).unwrap();
    bytes.resize(bytes.len() + 8 * shape.iter().product::<u64>() as usize, 0);
    fs::write(path, bytes).unwrap();
}

#[test]
fn one_writer_and_four_readers() {
    let _alone = alone();
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    for role in ["write by position", "write by map"] {
        new_file(&path, &[100_000]);
        let mut writer = spawn(role, &path);
        wait_until_ready(&mut writer);
        let mut readers = [(); 4].map(|()| spawn("read", &path));
        readers.iter_mut().for_each(wait_until_ready);
        // Nobody else writes, and nobody who asks for quiet reads.
        for options in [
            OpenOptions::new().write(true),
            OpenOptions::new().lock(true),
        ] {
            let error = options.open(&path).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Locked { .. }), "{error}");
            assert_eq!(error.path(), Some(&*path));
        }
        for reader in &mut readers {
            let mut rest = String::new();
            let out = reader.stdout.as_mut().unwrap();
            out.read_to_string(&mut rest).unwrap();
            assert!(reader.wait().unwrap().success(), "{rest}");
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        // The lock is gone with its owner.
        NpyFile::open_rw(&path).unwrap();
    }
}

#[test]
fn changes_are_seen_by_others_without_flushing() {
    let _alone = alone();
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    new_file(&path, &[10]);
    let seen = || {
        let output = spawn("last", &path).wait_with_output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let mut file = NpyFile::open_rw(&path).unwrap();
    file.array_mut().unwrap().set(&[9], 0xabc_u64).unwrap();
    assert!(seen().contains("abc"));
    drop(file);
    // SAFETY: nobody else writes to the file.
    let mut map = unsafe { NpyMapMut::open(&path).unwrap() };
    map.array_mut().set(&[9], 0xdef_u64).unwrap();
    assert!(seen().contains("def"));
    // What is written to the file is seen in the map.
    let bytes = fs::File::options().write(true).open(&path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&bytes, &[7; 8], 128).unwrap();
    assert_eq!(map.array().at::<u64>(&[0]).unwrap(), pattern(7));
}

#[test]
fn a_killed_writer_leaves_old_or_new_values() {
    let _alone = alone();
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    new_file(&path, &[1 << 18]);
    let header = fs::read(&path).unwrap()[..128].to_vec();
    for i in 0..kills() {
        let role = ["write by position", "write by map"][(i % 2) as usize];
        let mut writer = spawn(role, &path);
        wait_until_ready(&mut writer);
        thread::sleep(Duration::from_micros(i * 773 % 9000));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let file = NpyFile::open_rw(&path).unwrap();
        assert_eq!((file.shape(), file.trailing_bytes()), (&[1 << 18][..], 0));
        assert!(file.read::<u64>().unwrap().into_iter().all(is_whole));
        assert_eq!(fs::read(&path).unwrap()[..128], header);
    }
}

#[test]
fn a_killed_appender_leaves_whole_rows() {
    let _alone = alone();
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    let dtype: DType = "<u8".parse().unwrap();
    CreateOptions::new(dtype, [0, 100]).create(&path).unwrap();
    let (mut len, mut most) = (0, 0);
    for i in 0..kills() {
        // Now and then a header without room, which is replaced within nine rows.
        let is_old = i % 5 == 4;
        if is_old {
            let text = "{'descr': '<u8', 'fortran_order': False, 'shape': (1, 100), }\n";
            let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
            bytes.extend((text.len() as u16).to_le_bytes());
            bytes.extend(text.as_bytes());
            bytes.resize(bytes.len() + 800, 0);
            fs::write(&path, bytes).unwrap();
            len = 1;
        }
        let mut writer = spawn(["append", "push"][(i % 2) as usize], &path);
        wait_until_ready(&mut writer);
        thread::sleep(Duration::from_micros(i * 1777 % 30_000));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let file = NpyFile::open_rw(&path).unwrap();
        let rows = file.shape()[0];
        assert!(rows >= len, "{rows} of {len}");
        assert_eq!(file.shape()[1], 100);
        let values = file.read::<u64>().unwrap();
        for (row, values) in values.chunks(100).enumerate() {
            assert!(
                values.iter().all(|&value| value == pattern(row as u64)),
                "{row}"
            );
        }
        // What was not counted yet is behind the array, and its remains are no file.
        len = rows;
        most = most.max(len);
        if cfg!(target_os = "linux") {
            assert_eq!(scratch.names(), ["x.npy"]);
        }
    }
    // The last one alone may have been killed before its first wait for a busy disk was over.
    assert!(most > 1);
}

/// Runs another process that can write no more than so many times 512 bytes of a file.
fn limited(role: &str, path: &Path, blocks: u32) {
    // Who does not ignore the signal is ended by it; the command does, this program does not.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\" | cat");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &script])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "another_process", "--nocapture", "--quiet"])
        .env("NPYMAP_ROLE", role)
        .env("NPYMAP_FILE", path);
    let output = shell.output().unwrap();
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("done"),
        "{output:?}"
    );
}

/// A header that can be written in part only is written back: the file stays what it was, and is
/// still taken for that.
#[test]
fn a_header_that_is_written_in_part_is_written_back() {
    let _alone = alone();
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    // The system lets the process write no more than 512 bytes of a file. Of the number 1000, one
    // to three digits stand behind them.
    for len in 426..429 {
        let field = "x".repeat(len);
        let fields = format!("[('{field}', '|u1'), ('y', '|u1')]");
        let text = format!("{{'descr': {fields}, 'fortran_order': False, 'shape': (1000,), }}");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((text.len() as u16 + 1).to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes.push(b'\n');
        let at = bytes.windows(4).position(|digits| digits == b"1000");
        assert!(at.is_some_and(|at| at < 512 && at + 4 > 512), "{at:?}");
        bytes.extend([7; 2000]);
        fs::write(&path, &bytes).unwrap();
        limited("truncate", &path, 1);
        assert!(fs::read(&path).unwrap() == bytes);
    }
}

/// Rows for which there is no room leave nothing behind those that were pushed before.
#[test]
fn rows_that_are_pushed_in_part_are_cut_off() {
    let _alone = alone();
    let scratch = Scratch::new();
    let path = scratch.path("x.npy");
    new_file(&path, &[1, 100]);
    limited("push too much", &path, 4);
    let file = NpyFile::open(&path).unwrap();
    assert_eq!((file.shape(), file.trailing_bytes()), (&[2, 100][..], 0));
    assert_eq!(file.at::<u64>(&[1, 99]).unwrap(), 7);
}
