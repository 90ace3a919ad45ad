//! `npymap serve` and those who want more of it than it gives.
#![cfg(all(feature = "serve", unix))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::{
    ffi::OsStr,
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use common::{
    Scratch,
    server::{Reply, Server, read_all},
};

/// A served directory with a secret beside it.
fn with_secret() -> (Scratch, std::path::PathBuf) {
    let scratch = Scratch::new();
    let served = scratch.path("served");
    fs::create_dir_all(served.join("sub")).unwrap();
    fs::write(scratch.path("secret.npy"), "the secret").unwrap();
    fs::write(served.join("open.npy"), "served").unwrap();
    fs::write(served.join("sub/deep.npy"), "served, too").unwrap();
    (scratch, served)
}

#[test]
fn paths_lead_nowhere_else() {
    let (scratch, served) = with_secret();
    fs::write(served.join("notes.txt"), "private").unwrap();
    fs::write(served.join("back\\slash.npy"), "a name").unwrap();
    fs::write(served.join(OsStr::from_bytes(b"\xff\n.npy")), "no text").unwrap();
    fs::create_dir(served.join("directory.npy")).unwrap();
    let secret = scratch.path("secret.npy");
    symlink(&secret, served.join("absolute.npy")).unwrap();
    symlink("../secret.npy", served.join("relative.npy")).unwrap();
    symlink(scratch.directory(), served.join("up")).unwrap();
    symlink("/proc/self/root", served.join("magic")).unwrap();
    symlink("circle.npy", served.join("circle.npy")).unwrap();
    symlink("sub/deep.npy", served.join("inside.npy")).unwrap();
    symlink("/dev/zero", served.join("zero.npy")).unwrap();
    let pipe = Command::new("mkfifo").arg(served.join("pipe.npy")).status();
    assert!(pipe.unwrap().success());
    let server = Server::of(&served, &[]);

    for (path, body) in [
        ("open.npy", "served"),
        ("%6fpen%2Enpy", "served"),
        ("sub/deep.npy?x=1", "served, too"),
        ("inside.npy", "served, too"),
        ("back%5Cslash.npy", "a name"),
        ("%FF%0A.npy", "no text"),
    ] {
        let reply = server.get(&format!("/files/{path}"));
        assert_eq!(
            (reply.status, &*reply.body),
            (200, body.as_bytes()),
            "{path}"
        );
    }
    let absolute = secret.to_str().unwrap();
    let encoded = absolute.replace('/', "%2F");
    for path in [
        "../secret.npy",
        "%2e%2e/secret.npy",
        "%2e%2e%2fsecret.npy",
        "..%2fsecret.npy",
        "..%5csecret.npy",
        "..\\secret.npy",
        "%252e%252e/secret.npy",
        "sub/../../secret.npy",
        "sub/../open.npy",
        "./open.npy",
        "/open.npy",
        "sub//deep.npy",
        "open.npy/",
        "open.npy/x.npy",
        "open.npy%00",
        "open.npy%00.npy",
        "open.npy%",
        "%c0%ae%c0%ae/secret.npy",
        absolute,
        &encoded,
        "absolute.npy",
        "relative.npy",
        "up/secret.npy",
        "up/served/open.npy",
        "magic/etc/x.npy",
        "circle.npy",
        "zero.npy",
        "pipe.npy",
        "directory.npy",
        "notes.txt",
        "sub",
        "",
        "missing.npy",
        &format!("{}.npy", "x".repeat(5000)),
    ] {
        let reply = server.get(&format!("/files/{path}"));
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(
            reply.text(),
            r#"{"error":"there is no such file"}"#,
            "{path}"
        );
    }
    let list = server.json("/api/list");
    let files = list["files"].as_array().unwrap();
    let urls: Vec<_> = files
        .iter()
        .map(|file| file["url"].as_str().unwrap())
        .collect();
    assert_eq!(
        urls,
        [
            "files/back%5Cslash.npy",
            "files/inside.npy",
            "files/open.npy",
            "files/sub/deep.npy",
            "files/%FF%0A.npy",
        ]
    );
    fs::set_permissions(
        served.join("open.npy"),
        std::os::unix::fs::PermissionsExt::from_mode(0o000),
    )
    .unwrap();
    // The superuser reads it all the same.
    let is_root = fs::File::open(served.join("open.npy")).is_ok();
    assert_eq!(
        server.status("/files/open.npy"),
        if is_root { 200 } else { 403 }
    );
}

/// A file, and a directory, become links out of the tree and back, again and again.
#[test]
fn links_that_are_swapped_meanwhile() {
    let (scratch, served) = with_secret();
    fs::create_dir(scratch.path("sub")).unwrap();
    fs::write(scratch.path("sub/deep.npy"), "the secret").unwrap();
    let server = Server::of(&served, &[]);
    let is_over = AtomicBool::new(false);
    let swap = |name: &str, target: &str| {
        let place = served.join(name);
        let [aside, link] = ["aside", "link"].map(|end| served.join(format!("{name}.{end}")));
        while !is_over.load(Ordering::Relaxed) {
            symlink(target, &link).unwrap();
            fs::rename(&place, &aside).unwrap();
            fs::rename(&link, &place).unwrap();
            fs::remove_file(&place).unwrap();
            fs::rename(&aside, &place).unwrap();
        }
    };
    thread::scope(|scope| {
        let _end = SetLater(&is_over);
        scope.spawn(|| swap("open.npy", "../secret.npy"));
        scope.spawn(|| swap("sub", "../sub"));
        let mut served = 0;
        for i in 0..2000 {
            let path = ["/files/open.npy", "/files/sub/deep.npy"][i % 2];
            let reply = server.get(path);
            match reply.status {
                200 => {
                    assert!(reply.body.starts_with(b"served"), "{:?}", reply.text());
                    served += 1;
                }
                status => assert_eq!(status, 404),
            }
        }
        assert!(served > 0);
    });
}

/// Sets a flag in the end, also if that is a panic.
struct SetLater<'a>(&'a AtomicBool);

impl Drop for SetLater<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn hosts_and_origins() {
    let (_scratch, served) = with_secret();
    let server = Server::of(&served, &[]);
    let port = server.address.port();
    let own = format!("http://127.0.0.1:{port}");
    let file = "/files/open.npy";
    let table: [(&[_], _); 11] = [
        (&[("Host", "localhost:9999")], [200, 200, 404]),
        (&[("Host", "[::1]")], [200, 200, 404]),
        (&[("Host", "evil.example")], [421, 421, 421]),
        (&[("Host", "192.0.2.1")], [421, 421, 421]),
        (
            &[("Host", "localhost"), ("Host", "localhost")],
            [400, 400, 400],
        ),
        (&[("Origin", &own)], [200, 200, 404]),
        (&[("Origin", "http://localhost:1")], [403, 403, 403]),
        (&[("Origin", "null")], [403, 403, 403]),
        (&[("Sec-Fetch-Site", "same-origin")], [200, 200, 404]),
        (&[("Sec-Fetch-Site", "cross-site")], [403, 403, 404]),
        (&[("Sec-Fetch-Site", "same-site")], [403, 403, 404]),
    ];
    for (headers, expected) in table {
        let found =
            [file, "/api/list", "/missing"].map(|path| server.ask("GET", path, headers).status);
        assert_eq!(found, expected, "{headers:?}");
    }
    let none = server.send(format!("GET {file} HTTP/1.1\r\nConnection: close\r\n\r\n").as_bytes());
    assert_eq!(Reply::parse(&none).status, 400);
    let old = server.send(format!("GET {file} HTTP/1.0\r\n\r\n").as_bytes());
    assert_eq!(Reply::parse(&old).status, 400);
    // The URL of a proxy names a host, too.
    for (target, status) in [
        (&*own, 200),
        ("http://evil.example", 400),
        ("https://x@localhost", 400),
    ] {
        let reply = server.ask("GET", &format!("{target}{file}"), &[]);
        assert_eq!(reply.status, status, "{target}");
    }
    for (method, path, status, allowed) in [
        ("POST", file, 405, Some("GET, HEAD")),
        ("PUT", file, 405, Some("GET, HEAD")),
        ("DELETE", "/api/list", 405, Some("GET, HEAD")),
        ("OPTIONS", "/", 405, Some("GET, HEAD")),
        ("GET", "/api/session", 405, Some("POST")),
        ("POST", "/api/session", 204, None),
        ("HEAD", "/api/events", 405, Some("GET")),
        ("HEAD", "/api/list", 200, None),
        ("GET", "/api/missing", 404, None),
    ] {
        let reply = server.ask(method, path, &[]);
        assert_eq!(
            (reply.status, reply.header("allow")),
            (status, allowed),
            "{method} {path}"
        );
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
}

#[test]
fn tokens() {
    let (_scratch, served) = with_secret();
    for arguments in [&["--token"][..], &["--host", "0.0.0.0"]] {
        let server = Server::of(&served, arguments);
        let (_, token) = server.url.split_once("/#token=").unwrap();
        assert_eq!(token.len(), 32, "{token}");
        let bearer = format!("Bearer {token}");
        let wrong = format!("Bearer {}", "0".repeat(32));
        let name = format!("npymap-{}", server.address.port());
        let cookie = format!("{name}={token}");
        let everything = [
            "/files/open.npy",
            "/files/missing.npy",
            "/api/list",
            "/api/members?path=open.npy",
            "/api/events",
            "/api/missing",
        ];
        for path in everything {
            for headers in [
                &[][..],
                &[("Authorization", &*wrong)],
                &[("Authorization", token)],
                &[("Cookie", &*format!("{name}={}", "0".repeat(32)))],
                &[("Cookie", &*format!("npymap={token}"))],
            ] {
                let reply = server.ask("GET", path, headers);
                assert_eq!(reply.status, 401, "{path} {headers:?}");
                assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
            }
            let with_query = format!("{path}?token={token}");
            assert_eq!(server.status(&with_query), 401);
        }
        for header in [("Authorization", &*bearer), ("Cookie", &cookie)] {
            assert_eq!(
                server.ask("GET", "/files/open.npy", &[header]).body,
                b"served"
            );
            let evil = [header, ("Host", "evil.example")];
            assert_eq!(server.ask("GET", "/files/open.npy", &evil).status, 421);
        }
        // The page itself is no secret.
        assert_ne!(server.status("/"), 401);
        assert_eq!(
            server
                .ask("POST", "/api/session", &[("Cookie", &cookie)])
                .status,
            401
        );
        let session = server.ask("POST", "/api/session", &[("Authorization", &bearer)]);
        let set = format!("{cookie}; Path=/; HttpOnly; SameSite=Strict");
        assert_eq!(
            (session.status, session.header("set-cookie")),
            (204, Some(&*set))
        );
    }
    let [one, other] = [(); 2].map(|()| Server::of(&served, &["--token"]));
    assert_ne!(one.url.rsplit('=').next(), other.url.rsplit('=').next());
}

#[test]
fn no_http_at_all() {
    let (_scratch, served) = with_secret();
    let server = Server::of(&served, &[]);
    let long = format!("GET /files/{} HTTP/1.1\r\n\r\n", "x".repeat(1 << 20));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(20_000));
    let requests: &[&[u8]] = &[
        b"\0\0\0\0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\nConnection: close\r\n\r\n",
        b"GET /files/\xff\xfe.npy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /files/open.npy HTTP/1.1\r\nHost: localhost\r\nRange: \xff\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\r\nConnection: close\r\n\r\n",
        long.as_bytes(),
        many.as_bytes(),
    ];
    for request in requests {
        let mut stream = server.connect();
        // It may not want to hear it all.
        let _ = stream.write_all(request);
        let _ = stream.shutdown(Shutdown::Write);
        let reply = String::from_utf8_lossy(&read_all(&mut stream)).into_owned();
        let shown: String = String::from_utf8_lossy(request).chars().take(60).collect();
        assert!(!reply.contains("the secret"), "{shown:?}");
        let status = reply.split(' ').nth(1).unwrap_or("400");
        let is_known = ["200", "400", "404", "405", "414", "421", "431"].contains(&status);
        assert!(is_known || shown.contains("Range"), "{shown:?}: {reply:?}");
    }
    // Many requests at once, of which one has a body, are answered one after the other.
    let mut pipelined = String::new();
    for _ in 0..50 {
        pipelined +=
            "GET /files/open.npy HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nGE";
    }
    pipelined += "GET /missing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let reply = server.send(pipelined.as_bytes());
    let reply = String::from_utf8_lossy(&reply);
    assert_eq!(reply.matches("HTTP/1.1 200 OK").count(), 50, "{reply}");
    assert_eq!(reply.matches("HTTP/1.1 404 Not Found").count(), 1);
}

/// Slow clients and those that leave neither keep others out nor stay.
#[test]
fn crowds() {
    let (_scratch, served) = with_secret();
    let large = fs::File::create(served.join("large.npy")).unwrap();
    large.set_len(1 << 30).unwrap();
    let server = Server::of(&served, &[]);
    let is_prompt = || {
        let began = Instant::now();
        assert_eq!(server.get("/files/open.npy").body, b"served");
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{:?}",
            began.elapsed()
        );
    };
    let begin = |request: &str| {
        let mut stream = server.connect();
        stream.write_all(request.as_bytes()).unwrap();
        stream
    };
    // More silent ones than there may be connections: the oldest have to go.
    let mut silent: Vec<TcpStream> = Vec::new();
    for i in 0..300 {
        silent.push(begin(
            ["", "GET / HT", "GET / HTTP/1.1\r\nHost: loc"][i % 3],
        ));
    }
    is_prompt();
    let large = format!(
        "GET /files/large.npy HTTP/1.1\r\nHost: {}\r\n\r\n",
        server.address
    );
    // Those that go away in the middle of an answer.
    for _ in 0..1000 {
        drop(begin(&large));
    }
    is_prompt();
    // Those that ask, and take nothing.
    let mut greedy: Vec<_> = (0..60).map(|_| begin(&large)).collect();
    is_prompt();
    assert!(resident(&server) < 300 << 20, "{} bytes", resident(&server));
    // And one who has been answered, and asks for nothing more.
    let request = format!(
        "GET /files/open.npy HTTP/1.1\r\nHost: {}\r\n\r\n",
        server.address
    );
    let mut kept = begin(&request);
    assert!(Reply::parse(&read_all(&mut kept)).body == b"served");
    // In the end, all of these are let go: those with an answer under way last.
    let began = Instant::now();
    for stream in &mut silent {
        let mut byte = [0; 200];
        while stream.read(&mut byte).is_ok_and(|n| n > 0) {}
    }
    assert!(began.elapsed() < Duration::from_secs(25));
    thread::sleep(Duration::from_secs(35).saturating_sub(began.elapsed()));
    for stream in &mut greedy {
        let taken = read_all(stream).len();
        assert!(taken < 1 << 30, "{taken}");
    }
    is_prompt();
    let descriptors = fs::read_dir(format!("/proc/{}/fd", server.child.id()));
    if let Ok(descriptors) = descriptors {
        let count = descriptors.count();
        assert!(count < 40, "{count} descriptors are open");
    }
}

/// The memory of the process, where the system tells.
fn resident(server: &Server) -> u64 {
    let path = format!("/proc/{}/statm", server.child.id());
    let Ok(text) = fs::read_to_string(Path::new(&path)) else {
        return 0;
    };
    let pages = text
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}
