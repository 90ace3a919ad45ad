//! Paths below the directory that is served, as they stand in URLs.

use std::{ffi::OsStr, fmt::Write, path::PathBuf};

/// A path of plain names: none of them is empty, `.` or `..`, or has a separator or a NUL in it. Only
/// the functions here make one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Relative(PathBuf);

impl Relative {
    /// The path in a URL: names between slashes, each percent-encoded. `None` if it is no plain path,
    /// whatever the reason.
    pub(super) fn from_url(path: &str) -> Option<Self> {
        let names = path.split('/').map(|name| percent_decoded(name.as_bytes()));
        Self::of_names(names)
    }

    /// The path in a value of a query, where slashes may be encoded, and a space may be a plus.
    pub(super) fn from_query(value: &str) -> Option<Self> {
        let spaced = value.replace('+', " ");
        let decoded = percent_decoded(spaced.as_bytes())?;
        let names = decoded.split(|&byte| byte == b'/');
        Self::of_names(names.map(|name| Some(name.to_vec())))
    }

    fn of_names(names: impl Iterator<Item = Option<Vec<u8>>>) -> Option<Self> {
        let mut path = PathBuf::new();
        for name in names {
            let name = native(name?)?;
            if !is_plain(&name) {
                return None;
            }
            path.push(name);
        }
        Some(Self(path))
    }

    /// What an entry of the directory of this path is called. `None` if its name is none that a URL
    /// could bring back.
    pub(super) fn join(&self, name: &OsStr) -> Option<Self> {
        is_plain(name).then(|| Self(self.0.join(name)))
    }

    #[cfg(any(target_os = "linux", not(unix), test))]
    pub(super) fn as_path(&self) -> &std::path::Path {
        &self.0
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &OsStr> {
        self.0.iter()
    }

    /// Whether it has the name of an array or of an archive: no other file is ever shown.
    pub(super) fn is_served(&self) -> bool {
        let extension = self.0.extension();
        extension.is_some_and(|e| e.eq_ignore_ascii_case("npy") || e.eq_ignore_ascii_case("npz"))
    }

    /// Whether its last name is one that lists leave out, as the shell does.
    pub(super) fn is_hidden(&self) -> bool {
        let name = self.0.file_name();
        name.is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
    }

    /// The path for people, with slashes on every system; what is no text in it is replaced.
    pub(super) fn to_text(&self) -> String {
        let names: Vec<_> = self.names().map(OsStr::to_string_lossy).collect();
        names.join("/")
    }

    /// The path as [`Relative::from_url`] and [`Relative::from_query`] read it.
    pub(super) fn to_url(&self) -> String {
        let mut url = String::new();
        for (i, name) in self.names().enumerate() {
            if i > 0 {
                url.push('/');
            }
            for &byte in name.as_encoded_bytes() {
                match byte {
                    b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                        url.push(byte.into());
                    }
                    // Writing to a String cannot fail.
                    _ => drop(write!(url, "%{byte:02X}")),
                }
            }
        }
        url
    }
}

/// The bytes that a text stands for. `None` if a percent sign has no two hexadecimal digits behind it.
fn percent_decoded(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        rest = match *rest {
            [] => return Some(bytes),
            [b'%', high, low, ref rest @ ..] => {
                bytes.push((digit(high)? * 16 + digit(low)?) as u8);
                rest
            }
            [b'%', ..] => return None,
            [byte, ref rest @ ..] => {
                bytes.push(byte);
                rest
            }
        };
    }
}

#[cfg(unix)]
fn native(name: Vec<u8>) -> Option<std::ffi::OsString> {
    use std::os::unix::ffi::OsStringExt;
    Some(std::ffi::OsString::from_vec(name))
}

#[cfg(not(unix))]
fn native(name: Vec<u8>) -> Option<std::ffi::OsString> {
    String::from_utf8(name).ok().map(Into::into)
}

/// Whether a name names an entry of a directory, on this system.
fn is_plain(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    let is_plain =
        !matches!(bytes, b"" | b"." | b"..") && !bytes.iter().any(|b| b"/\0".contains(b));
    is_plain && (cfg!(unix) || name.to_str().is_some_and(is_plain_on_windows))
}

/// Whether Windows takes a name as it stands: no separator, drive or stream in it, and nothing that
/// it would leave off.
fn is_plain_on_windows(name: &str) -> bool {
    !name.contains(|c| c < ' ' || "\\/:*?\"<>|".contains(c)) && !name.ends_with(['.', ' '])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn urls_are_plain_paths_or_nothing() {
        let plain = [
            ("a.npy", "a.npy"),
            ("a/b%20c/d.npy", "a/b c/d.npy"),
            ("%61.npy", "a.npy"),
            ("...npy", "...npy"),
            ("a%252F.npy", "a%2F.npy"),
        ];
        for (url, path) in plain {
            let relative = Relative::from_url(url).unwrap();
            assert_eq!(relative.as_path(), Path::new(path), "{url}");
            assert_eq!(Relative::from_url(&relative.to_url()), Some(relative));
        }
        let refused = [
            "",
            "/",
            "/a.npy",
            "a//b.npy",
            "a/",
            ".",
            "..",
            "a/../b.npy",
            "%2e%2e/a.npy",
            "a/./b",
            "a%2Fb.npy",
            "..%2fa.npy",
            "a%00.npy",
            "a%.npy",
            "a%4",
            "a%4g.npy",
            "%",
        ];
        for url in refused {
            assert_eq!(Relative::from_url(url), None, "{url}");
        }
        let query = Relative::from_query("a%2Fb+c%2B.npy").unwrap();
        assert_eq!(query.as_path(), Path::new("a/b c+.npy"));
        assert_eq!(Relative::from_query("..%2Fa.npy"), None);
    }

    #[cfg(unix)]
    #[test]
    fn names_need_not_be_text() {
        let relative = Relative::from_url("%FF%5C..%5C.npy").unwrap();
        assert_eq!(relative.to_text(), "\u{fffd}\\..\\.npy");
        assert_eq!(relative.to_url(), "%FF%5C..%5C.npy");
        assert!(relative.is_served());
    }

    #[test]
    fn windows_has_more_ways_out() {
        for name in [
            "..\\a.npy",
            "C:a.npy",
            "a.npy:stream",
            "a.npy.",
            "a.npy ",
            "nul\u{1}",
        ] {
            assert!(!is_plain_on_windows(name), "{name}");
        }
        assert!(is_plain_on_windows("å b.npy"));
    }
}
