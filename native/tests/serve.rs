//! `npymap serve` from outside: what it serves, and how.
#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Seek, SeekFrom, Write},
    net::TcpListener,
    path::Path,
    time::{Duration, SystemTime},
};

use common::{
    Scratch,
    server::{Reply, Server, read_all},
};
use serde_json::{Value, json};

/// A file of 1000 bytes, all of them different from their neighbours.
fn thousand(scratch: &Scratch, name: &str) -> Vec<u8> {
    let bytes: Vec<u8> = (0..1000_u32).map(|i| (i * 7 % 251) as u8).collect();
    fs::write(scratch.path(name), &bytes).unwrap();
    bytes
}

#[test]
fn ranges() {
    let scratch = Scratch::new();
    let bytes = thousand(&scratch, "x.npy");
    fs::write(scratch.path("empty.npy"), "").unwrap();
    let server = Server::of(scratch.directory(), &[]);
    let whole = server.get("/files/x.npy");
    assert_eq!((whole.status, &*whole.body), (200, &*bytes));
    assert_eq!(whole.header("content-length"), Some("1000"));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    assert_eq!(
        whole.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(whole.header("content-encoding"), None);
    let etag = whole.header("etag").unwrap();

    let parts = [
        ("bytes=0-0", 0..1),
        ("bytes=10-19", 10..20),
        ("bytes=990-", 990..1000),
        ("bytes=990-5000", 990..1000),
        ("bytes=-10", 990..1000),
        ("bytes=-5000", 0..1000),
        ("bytes=0-18446744073709551615", 0..1000),
        ("bytes=0-99999999999999999999999999", 0..1000),
    ];
    for (range, expected) in parts {
        let reply = server.ask("GET", "/files/x.npy", &[("Range", range)]);
        assert_eq!(reply.status, 206, "{range}");
        assert_eq!(reply.body, bytes[expected.clone()], "{range}");
        let (first, last) = (expected.start, expected.end - 1);
        let content_range = format!("bytes {first}-{last}/1000");
        assert_eq!(reply.header("content-range"), Some(&*content_range));
        assert_eq!(
            reply.header("content-length"),
            Some(&*expected.len().to_string())
        );
        assert_eq!(reply.header("etag"), Some(etag));
    }
    let refused = [
        ("/files/x.npy", "bytes=1000-", "bytes */1000"),
        ("/files/x.npy", "bytes=-0", "bytes */1000"),
        ("/files/empty.npy", "bytes=0-", "bytes */0"),
    ];
    for (path, range, content_range) in refused {
        let reply = server.ask("GET", path, &[("Range", range)]);
        assert_eq!(
            (reply.status, reply.header("content-range")),
            (416, Some(content_range))
        );
    }
    // Several ranges, and what is none, are answered with all there is.
    for range in ["bytes=0-1,5-6", "bytes=5-4", "bytes=x", "lines=0-1"] {
        let reply = server.ask("GET", "/files/x.npy", &[("Range", range)]);
        assert_eq!((reply.status, &*reply.body), (200, &*bytes), "{range}");
    }
    let twice = [("Range", "bytes=0-1"), ("Range", "bytes=0-1")];
    assert_eq!(server.ask("GET", "/files/x.npy", &twice).status, 200);
    assert_eq!(server.get("/files/empty.npy").body, b"");

    let head = server.ask("HEAD", "/files/x.npy", &[("Range", "bytes=0-1")]);
    assert_eq!((head.status, &*head.body), (200, &b""[..]));
    let headers = |reply: &Reply| {
        let headers = reply.headers.iter().filter(|(name, _)| name != "date");
        headers.cloned().collect::<Vec<_>>()
    };
    assert_eq!(headers(&head), headers(&whole));
}

#[test]
fn conditions() {
    let scratch = Scratch::new();
    let bytes = thousand(&scratch, "x.npy");
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(784_111_777_250);
    let file = File::options()
        .write(true)
        .open(scratch.path("x.npy"))
        .unwrap();
    file.set_modified(time).unwrap();
    let server = Server::of(scratch.directory(), &[]);
    let ask = |headers: &[(&str, &str)]| server.ask("GET", "/files/x.npy", headers);
    let reply = ask(&[]);
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    assert_eq!(reply.header("last-modified"), Some(date));
    let old = reply.header("etag").unwrap();
    assert!(old.starts_with('"'), "{old} is weak");

    let unmodified = ask(&[("If-None-Match", old)]);
    assert_eq!((unmodified.status, &*unmodified.body), (304, &b""[..]));
    assert_eq!(unmodified.header("etag"), Some(old));
    assert_eq!(ask(&[("If-Modified-Since", date)]).status, 304);
    assert_eq!(ask(&[("If-Match", "\"other\"")]).status, 412);
    let range = ("Range", "bytes=1-2");
    assert_eq!(ask(&[range, ("If-Match", old)]).status, 206);
    assert_eq!(ask(&[range, ("If-Range", old)]).body, bytes[1..3]);
    for other in ["\"other\"", &format!("W/{old}"), date] {
        let whole = ask(&[range, ("If-Range", other)]);
        assert_eq!((whole.status, whole.body.len()), (200, 1000), "{other}");
    }
    // The time changes within the second that HTTP can tell; then another file has the name.
    file.set_modified(time + Duration::from_nanos(1_000))
        .unwrap();
    let reply = ask(&[range, ("If-Range", old)]);
    assert_eq!(
        (reply.status, reply.header("last-modified")),
        (200, Some(date))
    );
    thousand(&scratch, "y.npy");
    let file = File::options()
        .write(true)
        .open(scratch.path("y.npy"))
        .unwrap();
    file.set_modified(time).unwrap();
    fs::rename(scratch.path("y.npy"), scratch.path("x.npy")).unwrap();
    assert_eq!(
        ask(&[range, ("If-Match", old)]).status,
        if cfg!(unix) { 412 } else { 206 }
    );
    // Dates that HTTP cannot tell.
    file.set_modified(SystemTime::UNIX_EPOCH - Duration::from_secs(1))
        .unwrap();
    let reply = ask(&[range]);
    assert_eq!((reply.status, reply.header("last-modified")), (206, None));
}

#[test]
fn large_files_come_whole_or_not_at_all() {
    let scratch = Scratch::new();
    // Sparse: a number at each MiB.
    const LEN: u64 = 5 << 30;
    let mut file = File::create(scratch.path("x.npy")).unwrap();
    file.set_len(LEN).unwrap();
    for at in [0, 1 << 32, LEN - 8] {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(&(at + 1).to_le_bytes()).unwrap();
    }
    let server = Server::of(scratch.directory(), &[]);
    for at in [0, 1 << 32, LEN - 8] {
        let range = format!("bytes={at}-{}", at + 7);
        let reply = server.ask("GET", "/files/x.npy", &[("Range", &range)]);
        assert_eq!(reply.body, (at + 1).to_le_bytes(), "{range}");
    }
    let head = server.ask("HEAD", "/files/x.npy", &[]);
    assert_eq!(head.header("content-length"), Some(&*LEN.to_string()));

    // What is cut off, or written to, while it is sent: the connection ends before its time.
    for change in ["cut", "write"] {
        file.set_len(LEN).unwrap();
        let mut stream = server.connect();
        let request = format!(
            "GET /files/x.npy HTTP/1.1\r\nHost: {}\r\n\r\n",
            server.address
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        assert_eq!(line, "HTTP/1.1 200 OK\r\n");
        match change {
            "cut" => file.set_len(1 << 20).unwrap(),
            _ => {
                file.seek(SeekFrom::Start(1 << 30)).unwrap();
                file.write_all(b"changed").unwrap();
            }
        }
        let rest = read_all(&mut stream);
        assert!((rest.len() as u64) < LEN / 5, "{change}: {}", rest.len());
    }
}

#[test]
fn the_list_says_what_info_says() {
    let vectors = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors"));
    let server = Server::of(vectors, &[]);
    let list = server.json("/api/list");
    assert_eq!(
        (&list["complete"], &list["cut"]),
        (&json!(true), &Value::Null)
    );
    let files = list["files"].as_array().unwrap();
    assert!(files.len() > 100, "{}", files.len());
    let paths: Vec<_> = files
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    assert!(paths.is_sorted_by_key(|path| path.split('/').collect::<Vec<_>>()));
    let scratch = Scratch::new();
    for (file, path) in files.iter().zip(&paths) {
        let absolute = vectors.join(path);
        let info = scratch.run(&["info", absolute.to_str().unwrap(), "--json"]);
        if info.status != 0 {
            let error = file["error"].as_str().unwrap();
            assert!(
                info.err.trim_end().ends_with(&format!(": {error}")),
                "{path}: {error}"
            );
            continue;
        }
        let info: Value = serde_json::from_str(&info.out).unwrap();
        assert_eq!(file["format"], info["format"], "{path}");
        assert_eq!(file["size"], fs::metadata(absolute).unwrap().len());
        if info["format"] == "npz" {
            let told = info["members"].as_array().unwrap();
            assert_eq!(file["members"], told.len());
            let url = format!("/{}", file["members_url"].as_str().unwrap());
            members_are(&server.json(&url)["members"], told, path);
        } else {
            is_array(file, &info, path);
        }
        let url = format!("/{}", file["url"].as_str().unwrap());
        let head = server.ask("HEAD", &url, &[]);
        assert_eq!(
            (head.status, head.header("etag")),
            (200, file["etag"].as_str()),
            "{url}"
        );
    }
}

fn members_are(members: &Value, told: &[Value], path: &str) {
    let members = members.as_array().unwrap();
    assert_eq!(members.len(), told.len());
    for (member, info) in members.iter().zip(told) {
        for key in ["name", "method", "compressed_size", "size"] {
            assert_eq!(member[key], info[key], "{path}");
        }
        if info["npy"].is_null() {
            // Both tell the path, but not the same one.
            let errors = [member, info].map(|m| m["error"].as_str().unwrap());
            let [error, told] = errors.map(|e| e.split_once("::").unwrap().1);
            assert_eq!(error, told);
        } else {
            is_array(member, &info["npy"], path);
        }
    }
}

fn is_array(found: &Value, info: &Value, path: &str) {
    let dtype = info["dtype"].as_str().unwrap();
    let shown: String = dtype.chars().take(200).collect();
    assert!(
        found["dtype"].as_str().unwrap().starts_with(&shown),
        "{path}"
    );
    assert_eq!(found["shape"], info["shape"], "{path}");
    assert_eq!(found["fortran_order"], info["fortran_order"], "{path}");
}

#[test]
fn members_come_in_parts() {
    let scratch = Scratch::new();
    scratch.npy("x.npy", "<f4", &[2], &[0; 8]);
    scratch.out(&["pack", "a b.npz", "x=x.npy", "y=x.npy", "z=x.npy"]);
    let server = Server::of(scratch.directory(), &[]);
    let rest = server.json("/api/members?path=a+b.npz&from=1");
    let names: Vec<_> = rest["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["name"])
        .collect();
    assert_eq!(names, ["y.npy", "z.npy"]);
    assert_eq!((&rest["count"], &rest["next"]), (&json!(3), &Value::Null));
    let none = server.json("/api/members?path=a%20b.npz&from=99");
    assert_eq!(
        (&none["members"], &none["next"]),
        (&json!([]), &Value::Null)
    );
    assert_eq!(
        server.json("/api/members?path=x.npy")["error"],
        "is no archive"
    );
    for (query, status) in [
        ("", 400),
        ("?path=", 400),
        ("?path=a%20b.npz&from=-1", 400),
        ("?path=..%2Fa.npz", 400),
        ("?path=missing.npz", 404),
        ("?path=Cargo.toml", 404),
    ] {
        assert_eq!(
            server.status(&format!("/api/members{query}")),
            status,
            "{query}"
        );
    }
}

#[test]
fn headers_are_read_again_when_files_change() {
    let scratch = Scratch::new();
    scratch.npy("x.npy", "<f4", &[2], &[0; 8]);
    fs::create_dir(scratch.path(".hidden")).unwrap();
    scratch.npy(".hidden/y.npy", "<f4", &[2], &[0; 8]);
    scratch.npy(".z.npy", "<f4", &[2], &[0; 8]);
    fs::write(scratch.path("notes.txt"), "").unwrap();
    let server = Server::of(scratch.directory(), &[]);
    let one = |shape: Value| {
        let list = server.json("/api/list");
        let files = list["files"].as_array().unwrap();
        assert_eq!((files.len(), &files[0]["shape"]), (1, &shape), "{list}");
        files[0]["etag"].clone()
    };
    let etag = one(json!([2]));
    assert_eq!(one(json!([2])), etag);
    scratch.npy("x.npy", "<f4", &[3], &[0; 12]);
    assert_ne!(one(json!([3])), etag);
    fs::write(scratch.path("x.npy"), "no array").unwrap();
    let list = server.json("/api/list");
    let error = list["files"][0]["error"].as_str().unwrap();
    assert!(error.starts_with("not an NPY file: "), "{error}");
    fs::remove_file(scratch.path("x.npy")).unwrap();
    assert_eq!(server.json("/api/list")["files"], json!([]));
}

#[test]
fn events_tell_what_changes() {
    let scratch = Scratch::new();
    for name in ["changed.npy", "removed.npy"] {
        scratch.npy(name, "<f4", &[2], &[0; 8]);
    }
    let server = Server::of(scratch.directory(), &[]);
    let mut stream = server.connect();
    let request = format!(
        "GET /api/events HTTP/1.1\r\nHost: {}\r\n\r\n",
        server.address
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut next = |event: &str| {
        let event = format!("event: {event}");
        assert!(lines.any(|line| line.unwrap() == event));
        let data = lines.next().unwrap().unwrap();
        serde_json::from_str::<Value>(data.strip_prefix("data: ").unwrap()).unwrap()
    };
    next("ready");
    scratch.npy("changed.npy", "<f4", &[3], &[0; 12]);
    assert_eq!(
        next("change"),
        json!({"changed": ["changed.npy"], "added": [], "removed": [], "more": false})
    );
    fs::rename(scratch.path("removed.npy"), scratch.path("added.npy")).unwrap();
    assert_eq!(
        next("change"),
        json!({"changed": [], "added": ["added.npy"], "removed": ["removed.npy"], "more": false})
    );
    // Who is gone makes room for others, of whom there may be 16.
    drop((lines, stream));
    let listen = || {
        let mut stream = server.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut line = String::new();
        let mut reader = BufReader::new(stream);
        reader.read_line(&mut line).unwrap();
        (line, reader)
    };
    let mut listeners: Vec<_> = (0..16).map(|_| listen()).collect();
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while listeners
        .iter()
        .any(|(line, _)| line != "HTTP/1.1 200 OK\r\n")
    {
        assert!(std::time::Instant::now() < deadline);
        listeners.pop();
        listeners.push(listen());
    }
    assert_eq!(listen().0, "HTTP/1.1 503 Service Unavailable\r\n");
}

#[test]
fn the_page_or_how_to_build_it() {
    let scratch = Scratch::new();
    let mut server = Server::of(scratch.directory(), &[]);
    assert_eq!(server.url, format!("http://{}/", server.address));
    let hint = server.line();
    let port = server.address.port();
    assert!(
        hint.contains(&format!("ssh -L {port}:127.0.0.1:{port} ")),
        "{hint}"
    );
    let page = server.get("/");
    if Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../web-demo/dist/index.html"
    ))
    .exists()
    {
        assert_eq!(page.status, 200);
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        let etag = [("If-None-Match", page.header("etag").unwrap())];
        assert_eq!(server.ask("GET", "/index.html", &etag).status, 304);
    } else {
        assert_eq!(page.status, 404);
        assert!(page.text().contains("npm run build"), "{}", page.text());
        assert!(server.line().contains("without the page"));
    }
    assert_eq!(server.status("/missing.js"), 404);
    for path in ["/", "/files/missing.npy", "/api/list"] {
        let reply = server.get(path);
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; "));
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{path}");
        }
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
}

#[test]
fn ports_and_directories_that_cannot_be_had() {
    let scratch = Scratch::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert_eq!(
        scratch.error(&["serve", "--port", &port]),
        format!(
            "serve: port {port} of 127.0.0.1 is in use: --port chooses another one, and --port 0 \
             any that is free"
        )
    );
    // Without a port, any will do.
    let _usual = TcpListener::bind("127.0.0.1:8679");
    let server = Server::at_port(scratch.directory(), None, &[]);
    assert_ne!(server.address.port(), 8679);
    assert_eq!(server.json("/api/list")["files"], json!([]));

    let error = scratch.error(&["serve", "missing"]);
    assert!(error.starts_with("missing: "), "{error}");
    scratch.npy("x.npy", "<f4", &[2], &[0; 8]);
    let error = scratch.error(&["serve", "x.npy"]);
    assert!(error.starts_with("x.npy: "), "{error}");
    let error = scratch.error(&["serve", "--host", "host.invalid"]);
    assert!(
        error.starts_with("serve: cannot listen at host.invalid, port 8679: "),
        "{error}"
    );
    assert_eq!(scratch.run(&["serve", "--port", "65536"]).status, 2);
}

#[cfg(unix)]
#[test]
fn signals_end_it_cleanly() {
    let scratch = Scratch::new();
    File::create(scratch.path("x.npy"))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    for signal in ["-INT", "-TERM"] {
        let mut server = Server::of(scratch.directory(), &[]);
        // In the middle of an answer, of an event stream and of a request.
        let streams = ["/files/x.npy", "/api/events", ""].map(|path| {
            let mut stream = server.connect();
            let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
            let request = if path.is_empty() { "GET" } else { &request };
            stream.write_all(request.as_bytes()).unwrap();
            stream
        });
        let began = std::time::Instant::now();
        assert_eq!(server.interrupt(signal), Some(0), "{signal}");
        assert!(began.elapsed() < Duration::from_secs(5));
        drop(streams);
    }
}
