//! Who is answered: not pages of other origins, nor, beyond this machine, who has no token.

use std::{
    hint,
    net::{IpAddr, Ipv6Addr},
};

use hyper::{
    Request, StatusCode,
    header::{AUTHORIZATION, COOKIE, HOST, HeaderMap, HeaderValue, ORIGIN},
    http::uri::Authority,
};

/// What is asked of a request before it is answered.
pub(super) struct Guard {
    /// The address that is listened at.
    address: IpAddr,
    /// Other names that it is given in URLs.
    names: Vec<String>,
    token: Option<Token>,
    cookie: String,
}

/// What a request may ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// The page, which is no secret. Links may lead to it.
    Page,
    /// Where a token is exchanged for a cookie.
    Entrance,
    /// Names and contents of files.
    Files,
}

/// Why a request is not answered.
pub(super) type Refusal = (StatusCode, &'static str);

/// A secret made by chance.
pub(super) struct Token(String);

impl Token {
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes.iter().map(|b| format!("{b:02x}")).collect()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares in a time that does not tell how much is right.
    fn is(&self, given: &[u8]) -> bool {
        let own = self.0.as_bytes();
        let differing = own.iter().zip(given).fold(0, |all, (a, b)| all | (a ^ b));
        hint::black_box(differing) == 0 && own.len() == given.len()
    }
}

impl Guard {
    pub(super) fn new(
        address: IpAddr,
        port: u16,
        names: Vec<String>,
        token: Option<Token>,
    ) -> Self {
        Self {
            address,
            names,
            token,
            // Ports do not separate cookies.
            cookie: format!("npymap-{port}"),
        }
    }

    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_ref().map(Token::as_str)
    }

    /// The cookie that does for the token from now on.
    pub(super) fn set_cookie(&self) -> Option<HeaderValue> {
        let token = self.token.as_ref()?.as_str();
        let cookie = format!("{}={token}; Path=/; HttpOnly; SameSite=Strict", self.cookie);
        cookie.try_into().ok()
    }

    /// # Errors
    ///
    /// The answer to a request that is not to be answered otherwise.
    pub(super) fn check<B>(&self, request: &Request<B>, zone: Zone) -> Result<(), Refusal> {
        let headers = request.headers();
        let host = self.check_host(headers)?;
        if let Some(authority) = request.uri().authority()
            && !authority.as_str().eq_ignore_ascii_case(host)
        {
            return Err((
                StatusCode::BAD_REQUEST,
                "the URL and the header Host differ",
            ));
        }
        check_origin(headers, host)?;
        if zone == Zone::Page {
            return Ok(());
        }
        // Not even the time an answer takes is any business of other pages.
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        if !matches!(site, None | Some(b"same-origin" | b"none")) {
            return Err((
                StatusCode::FORBIDDEN,
                "files are not for pages of other sites",
            ));
        }
        match &self.token {
            Some(token) if !self.is_known(headers, token, zone) => Err((
                StatusCode::UNAUTHORIZED,
                "this takes the token of the URL that npymap serve printed",
            )),
            _ => Ok(()),
        }
    }

    /// A name that somebody else made lead here (DNS rebinding) is not ours.
    fn check_host<'a>(&self, headers: &'a HeaderMap) -> Result<&'a str, Refusal> {
        let host = only(headers, HOST)?.ok_or((StatusCode::BAD_REQUEST, "no header Host"))?;
        let authority: Option<Authority> = host.parse().ok();
        match authority {
            Some(authority) if !host.contains('@') && self.is_own(authority.host()) => Ok(host),
            _ => Err((
                StatusCode::MISDIRECTED_REQUEST,
                "the header Host names another machine: if it is this one, give npymap serve that \
                 name with --host",
            )),
        }
    }

    /// Whether a host in a URL is this one. Ports do not count: tunnels change them.
    fn is_own(&self, host: &str) -> bool {
        let unbracketed = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        let address: Option<IpAddr> = match unbracketed {
            Some(v6) => v6.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => host.parse().ok(),
        };
        match address {
            // Nobody can make an address lead elsewhere.
            Some(address) => {
                address.is_loopback() || address == self.address || self.address.is_unspecified()
            }
            None => {
                let mut names = self.names.iter().map(String::as_str).chain(["localhost"]);
                names.any(|name| name.eq_ignore_ascii_case(host))
            }
        }
    }

    /// Only the token itself opens the entrance.
    fn is_known(&self, headers: &HeaderMap, token: &Token, zone: Zone) -> bool {
        let bearers = headers.get_all(AUTHORIZATION).iter();
        let mut bearers = bearers.filter_map(|value| {
            let (scheme, token) = value.as_bytes().split_at_checked(7)?;
            scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
        });
        if bearers.any(|given| token.is(given)) {
            return true;
        }
        let cookies = headers.get_all(COOKIE).iter();
        let mut cookies = cookies.flat_map(|value| value.as_bytes().split(|&b| b == b';'));
        zone != Zone::Entrance
            && cookies.any(|cookie| {
                let value = cookie.trim_ascii().strip_prefix(self.cookie.as_bytes());
                let value = value.and_then(|rest| rest.strip_prefix(b"="));
                value.is_some_and(|given| token.is(given))
            })
    }
}

/// A page says where it is from when it asks for more than a picture may.
fn check_origin(headers: &HeaderMap, host: &str) -> Result<(), Refusal> {
    let Some(origin) = only(headers, ORIGIN)? else {
        return Ok(());
    };
    // A proxy may add the encryption.
    let site = ["http://", "https://"]
        .into_iter()
        .find_map(|scheme| origin.strip_prefix(scheme));
    match site {
        Some(site) if site.eq_ignore_ascii_case(host) => Ok(()),
        _ => Err((
            StatusCode::FORBIDDEN,
            "pages of other origins are not answered",
        )),
    }
}

/// The value of a header that may stand there once.
fn only(headers: &HeaderMap, name: hyper::header::HeaderName) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) if value.to_str().is_ok() => Ok(value.to_str().ok()),
        _ => Err((
            StatusCode::BAD_REQUEST,
            "a header stands there twice, or is no text",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(guard: &Guard, zone: Zone, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match guard.check(&request.body(()).unwrap(), zone) {
            Ok(()) => 200,
            Err((status, _)) => status.as_u16(),
        }
    }

    #[test]
    fn hosts() {
        let guard = |address: &str| {
            let names = vec!["My.Host".into()];
            Guard::new(address.parse().unwrap(), 80, names, None)
        };
        let [loopback, one, all] = ["127.0.0.1", "192.0.2.7", "0.0.0.0"].map(guard);
        let table = [
            ("localhost", [true; 3]),
            ("LOCALHOST:9000", [true; 3]),
            ("127.0.0.1:1", [true; 3]),
            ("127.9.9.9", [true; 3]),
            ("[::1]:80", [true; 3]),
            ("my.host:80", [true; 3]),
            ("192.0.2.7", [false, true, true]),
            ("192.0.2.8", [false, false, true]),
            ("evil.example", [false; 3]),
            ("localhost.evil.example", [false; 3]),
            ("127.0.0.1.evil.example", [false; 3]),
            ("localhost@evil.example", [false; 3]),
            ("evil.example@localhost", [false; 3]),
            ("[evil]", [false; 3]),
            ("", [false; 3]),
        ];
        for (host, expected) in table {
            let found = [&loopback, &one, &all]
                .map(|guard| outcome(guard, Zone::Files, &[("host", host)]) == 200);
            assert_eq!(found, expected, "{host}");
        }
        assert_eq!(outcome(&loopback, Zone::Page, &[]), 400);
        let twice = [("host", "localhost"), ("host", "localhost")];
        assert_eq!(outcome(&loopback, Zone::Page, &twice), 400);
    }

    #[test]
    fn origins_and_sites() {
        let guard = Guard::new([127, 0, 0, 1].into(), 80, Vec::new(), None);
        let table = [
            (("origin", "http://localhost:8"), [200, 200]),
            (("origin", "https://LOCALHOST:8"), [200, 200]),
            (("origin", "http://localhost:9"), [403, 403]),
            (("origin", "http://localhost"), [403, 403]),
            (("origin", "http://127.0.0.1:8"), [403, 403]),
            (("origin", "https://evil.example"), [403, 403]),
            (("origin", "null"), [403, 403]),
            (("origin", ""), [403, 403]),
            (("sec-fetch-site", "same-origin"), [200, 200]),
            (("sec-fetch-site", "none"), [200, 200]),
            (("sec-fetch-site", "same-site"), [200, 403]),
            (("sec-fetch-site", "cross-site"), [200, 403]),
        ];
        for (header, expected) in table {
            let headers = [("host", "localhost:8"), header];
            let found = [Zone::Page, Zone::Files].map(|zone| outcome(&guard, zone, &headers));
            assert_eq!(found, expected, "{header:?}");
        }
    }

    #[test]
    fn tokens() {
        let token = Token::random().unwrap();
        let right = token.as_str().to_owned();
        assert_eq!(right.len(), 32);
        assert_ne!(Token::random().unwrap().as_str(), right);
        let guard = Guard::new([0, 0, 0, 0].into(), 80, Vec::new(), Some(token));
        let short = &right[..31];
        let table = [
            ("authorization", format!("Bearer {right}"), [200, 200, 200]),
            ("authorization", format!("bearer {right}"), [200, 200, 200]),
            ("authorization", format!("Bearer {short}"), [200, 401, 401]),
            ("authorization", format!("Bearer {right}0"), [200, 401, 401]),
            ("authorization", "Bearer ".into(), [200, 401, 401]),
            ("authorization", "B".into(), [200, 401, 401]),
            ("authorization", right.clone(), [200, 401, 401]),
            ("cookie", format!("a=b; npymap-80={right}"), [200, 401, 200]),
            ("cookie", format!("npymap-80={short}"), [200, 401, 401]),
            ("cookie", format!("npymap-81={right}"), [200, 401, 401]),
            (
                "cookie",
                format!("npymap-80={}", right.to_uppercase() + "x"),
                [200, 401, 401],
            ),
            ("x-nothing", String::new(), [200, 401, 401]),
        ];
        for (name, value, expected) in table {
            let headers = [("host", "127.0.0.1"), (name, &*value)];
            let zones = [Zone::Page, Zone::Entrance, Zone::Files];
            let found = zones.map(|zone| outcome(&guard, zone, &headers));
            assert_eq!(found, expected, "{name}: {value}");
        }
    }
}
