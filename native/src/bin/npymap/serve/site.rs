//! What stands at which URL.

use std::{io, sync::Arc};

use hyper::{
    Method, Request, Response, StatusCode,
    header::{self, HeaderName, HeaderValue},
};
use serde_json::{Value, json};
use tokio::{
    sync::{Mutex, Semaphore},
    task::spawn_blocking,
};

use super::{
    body::Body,
    catalogue::{self, Catalogue},
    conditions::{self, Verdict},
    guard::{Guard, Zone},
    page,
    range::Wanted,
    relative::Relative,
    root::Root,
    version::Version,
    watch::Watch,
};

type Answer = Response<Body>;

/// How many archives are looked into at the same time.
const MAX_LOOKS: usize = 2;

/// All that answers are made from.
pub(super) struct Site {
    root: Arc<Root>,
    guard: Guard,
    catalogue: Arc<Mutex<Catalogue>>,
    looks: Semaphore,
    watch: Arc<Watch>,
}

impl Site {
    pub(super) fn new(
        root: Arc<Root>,
        guard: Guard,
        catalogue: Catalogue,
        watch: Arc<Watch>,
    ) -> Self {
        Self {
            root,
            guard,
            catalogue: Arc::new(Mutex::new(catalogue)),
            looks: Semaphore::new(MAX_LOOKS),
            watch,
        }
    }

    /// Answers a request; what it may send along is not read.
    pub(super) async fn answer<B>(&self, request: Request<B>) -> Answer {
        let path = request.uri().path();
        let zone = match path {
            "/api/session" => Zone::Entrance,
            _ if path.starts_with("/api/") || path.starts_with("/files/") => Zone::Files,
            _ => Zone::Page,
        };
        let mut answer = match self.guard.check(&request, zone) {
            Err((status, why)) => refusal(status, why),
            Ok(()) => self.admitted(&request, zone).await,
        };
        if request.method() == Method::HEAD {
            *answer.body_mut() = Body::full("");
        }
        let headers = answer.headers_mut();
        for (name, value) in HEADERS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        answer
    }

    async fn admitted<B>(&self, request: &Request<B>, zone: Zone) -> Answer {
        let method = request.method();
        let allowed = match (zone, request.uri().path()) {
            (Zone::Entrance, _) => "POST",
            (_, "/api/events") => "GET",
            _ => "GET, HEAD",
        };
        if !allowed.split(", ").any(|name| name == method.as_str()) {
            let mut answer = refusal(StatusCode::METHOD_NOT_ALLOWED, "no such method here");
            put(&mut answer, header::ALLOW, allowed);
            return answer;
        }
        match request.uri().path() {
            "/api/session" => self.session(),
            "/api/list" => self.list().await,
            "/api/members" => {
                self.members(request.uri().query().unwrap_or_default())
                    .await
            }
            "/api/events" => self.events(),
            path => match path.strip_prefix("/files/") {
                Some(file) => self.file(request, file).await,
                None => asset(request, path),
            },
        }
    }

    /// A cookie for who has the token, since a browser sends it along with everything.
    fn session(&self) -> Answer {
        let mut answer = with_status(StatusCode::NO_CONTENT, Body::full(""));
        if let Some(cookie) = self.guard.set_cookie() {
            answer.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        answer
    }

    async fn list(&self) -> Answer {
        let mut catalogue = Arc::clone(&self.catalogue).lock_owned().await;
        answer_json(move || catalogue.list()).await
    }

    async fn members(&self, query: &str) -> Answer {
        let parameter = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        let from = parameter("from").map_or(Ok(0), str::parse);
        let path = parameter("path").and_then(Relative::from_query);
        let (Some(path), Ok(from)) = (path, from) else {
            return refusal(StatusCode::BAD_REQUEST, "expected ?path=PATH&from=NUMBER");
        };
        if !path.is_served() {
            return failure(&io::ErrorKind::NotFound.into());
        }
        let _look = self.looks.acquire().await;
        let root = Arc::clone(&self.root);
        answer_json(move || catalogue::members(&root, &path, from)).await
    }

    fn events(&self) -> Answer {
        let Some(events) = self.watch.listen() else {
            let why = "too many pages listen already";
            let mut answer = refusal(StatusCode::SERVICE_UNAVAILABLE, why);
            put(&mut answer, header::RETRY_AFTER, "10");
            return answer;
        };
        let mut answer = with_status(StatusCode::OK, Body::events(events));
        put(&mut answer, header::CONTENT_TYPE, "text/event-stream");
        put(&mut answer, header::CACHE_CONTROL, "no-store");
        answer
    }

    async fn file<B>(&self, request: &Request<B>, url: &str) -> Answer {
        let Some(path) = Relative::from_url(url).filter(Relative::is_served) else {
            return failure(&io::ErrorKind::NotFound.into());
        };
        let root = Arc::clone(&self.root);
        let opened = spawn_blocking(move || {
            let file = root.open_file(&path)?;
            let version = Version::of(&file)?;
            Ok((file, version))
        });
        let (file, version) = match opened.await.unwrap_or_else(|e| Err(io::Error::other(e))) {
            Ok(opened) => opened,
            Err(e) => return failure(&e),
        };
        let (headers, etag) = (request.headers(), version.etag());
        let modified = version.modified_time();
        // Ranges are of GET, and of the file that they were meant for.
        let wanted = match request.method() {
            &Method::GET if conditions::range_holds(headers, &etag) => {
                Wanted::of(headers, version.len)
            }
            _ => Wanted::All,
        };
        let mut answer = match (conditions::weigh(headers, &etag, modified), wanted) {
            (Verdict::NotModified, _) => with_status(StatusCode::NOT_MODIFIED, Body::full("")),
            (Verdict::Failed, _) => refusal(
                StatusCode::PRECONDITION_FAILED,
                "the file is another one by now",
            ),
            (Verdict::Proceed, Wanted::Nothing) => {
                let why = "the file has no bytes in that range";
                let mut answer = refusal(StatusCode::RANGE_NOT_SATISFIABLE, why);
                put(
                    &mut answer,
                    header::CONTENT_RANGE,
                    format!("bytes */{}", version.len),
                );
                answer
            }
            (Verdict::Proceed, Wanted::Part(range)) => {
                let (first, last) = (range.start, range.end - 1);
                let content_range = format!("bytes {first}-{last}/{}", version.len);
                let part = Body::part(file, version, range);
                let mut answer = with_status(StatusCode::PARTIAL_CONTENT, part);
                put(&mut answer, header::CONTENT_RANGE, content_range);
                put(&mut answer, header::CONTENT_TYPE, BYTES);
                answer
            }
            (Verdict::Proceed, Wanted::All) => {
                let len = version.len;
                let all = match request.method() {
                    &Method::HEAD => Body::full(""),
                    _ => Body::part(file, version, 0..len),
                };
                let mut answer = with_status(StatusCode::OK, all);
                put(&mut answer, header::CONTENT_LENGTH, len.to_string());
                put(&mut answer, header::CONTENT_TYPE, BYTES);
                answer
            }
        };
        put(&mut answer, header::ETAG, etag);
        put(&mut answer, header::ACCEPT_RANGES, "bytes");
        // Browsers that keep parts of files wait for one request to end before they make another.
        put(&mut answer, header::CACHE_CONTROL, "no-store");
        if let Some(modified) = modified {
            put(
                &mut answer,
                header::LAST_MODIFIED,
                httpdate::fmt_http_date(modified),
            );
        }
        answer
    }
}

const BYTES: &str = "application/octet-stream";
const TEXT: &str = "text/plain; charset=utf-8";

/// What every answer says: the page may do what it must, others may do nothing.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' blob: data:; connect-src * blob:; worker-src 'self'; \
         manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// A file of the page.
fn asset<B>(request: &Request<B>, path: &str) -> Answer {
    let Some(asset) = page::find(path) else {
        let text = match path {
            "/" => page::MISSING,
            _ => "there is nothing here\n",
        };
        let mut answer = with_status(StatusCode::NOT_FOUND, Body::full(text));
        put(&mut answer, header::CONTENT_TYPE, TEXT);
        return answer;
    };
    let mut answer = match conditions::weigh(request.headers(), asset.etag, None) {
        Verdict::NotModified => with_status(StatusCode::NOT_MODIFIED, Body::full("")),
        Verdict::Failed => refusal(StatusCode::PRECONDITION_FAILED, "the page is another one"),
        Verdict::Proceed => {
            let mut answer = with_status(StatusCode::OK, Body::full(asset.bytes));
            put(&mut answer, header::CONTENT_TYPE, asset.media_type());
            answer
        }
    };
    put(&mut answer, header::ETAG, asset.etag);
    put(&mut answer, header::CACHE_CONTROL, "no-cache");
    answer
}

/// A document that takes time to make.
async fn answer_json(make: impl FnOnce() -> io::Result<Value> + Send + 'static) -> Answer {
    let made = spawn_blocking(move || make().map(|document| document.to_string()));
    match made.await.unwrap_or_else(|e| Err(io::Error::other(e))) {
        Ok(document) => {
            let mut answer = with_status(StatusCode::OK, Body::full(document));
            put(&mut answer, header::CONTENT_TYPE, "application/json");
            put(&mut answer, header::CACHE_CONTROL, "no-store");
            answer
        }
        Err(e) => failure(&e),
    }
}

/// The answer to who asks for what cannot be read.
fn failure(error: &io::Error) -> Answer {
    match error.kind() {
        io::ErrorKind::NotFound => refusal(StatusCode::NOT_FOUND, "there is no such file"),
        io::ErrorKind::PermissionDenied => {
            refusal(StatusCode::FORBIDDEN, "the file may not be read")
        }
        _ if is_exhaustion(error) => {
            refusal(StatusCode::SERVICE_UNAVAILABLE, "too many files are open")
        }
        _ => refusal(StatusCode::INTERNAL_SERVER_ERROR, "the file cannot be read"),
    }
}

/// Whether there will be fewer open files soon.
fn is_exhaustion(error: &io::Error) -> bool {
    #[cfg(unix)]
    let is_exhaustion = matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE));
    #[cfg(not(unix))]
    let is_exhaustion = error.kind() == io::ErrorKind::OutOfMemory;
    is_exhaustion
}

fn refusal(status: StatusCode, why: &str) -> Answer {
    let document = json!({ "error": why }).to_string();
    let mut answer = with_status(status, Body::full(document));
    put(&mut answer, header::CONTENT_TYPE, "application/json");
    put(&mut answer, header::CACHE_CONTROL, "no-store");
    if status == StatusCode::UNAUTHORIZED {
        put(&mut answer, header::WWW_AUTHENTICATE, "Bearer");
    }
    answer
}

/// An answer that tells how long it is, if that is known, even to who only asks for that.
fn with_status(status: StatusCode, body: Body) -> Answer {
    let len = body.len();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let has_length = !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if let Some(len) = len.filter(|_| has_length) {
        put(&mut answer, header::CONTENT_LENGTH, len.to_string());
    }
    answer
}

/// Sets a header. What no header can hold is left out.
fn put(answer: &mut Answer, name: HeaderName, value: impl TryInto<HeaderValue>) {
    if let Ok(value) = value.try_into() {
        answer.headers_mut().insert(name, value);
    }
}
