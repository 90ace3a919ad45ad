//! The names of members as paths in a directory.

use alloc::vec::Vec;

use super::ZipError;
use crate::{Result, error::Excerpt};

/// The parts of a member's name, if it is that of a file or a directory below the one that an
/// archive is unpacked to.
///
/// Directories come first, the file last. The name of a directory ends with a slash, which leaves
/// no trace. `on_windows` says whether the parts must be fit for Windows, where more of them are
/// not what they seem; a backslash is refused everywhere, so that what can be unpacked does not
/// depend on who wrote it.
///
/// Whether links stand in the way is for the caller to see.
///
/// # Errors
///
/// [`ZipError::Path`].
///
/// ```
/// use npymap_core::npz::relative_path;
///
/// assert_eq!(relative_path("layer/0/w.npy", false)?, ["layer", "0", "w.npy"]);
/// for name in ["/etc/passwd", "../x.npy", "a/../../x.npy", "..\\x.npy", "", "a//b"] {
///     assert!(relative_path(name, false).is_err());
/// }
/// assert!(relative_path("C:x.npy", true).is_err());
/// # Ok::<(), npymap_core::Error>(())
/// ```
pub fn relative_path(name: &str, on_windows: bool) -> Result<Vec<&str>> {
    let refused = |why| {
        let name = Excerpt::text(name);
        Err(ZipError::Path { name, why }.into())
    };
    if name.starts_with('/') {
        return refused("it is absolute");
    }
    let parts: Vec<_> = name.strip_suffix('/').unwrap_or(name).split('/').collect();
    for part in &parts {
        if let Some(why) = fault(part).or_else(|| fault_on_windows(part).filter(|_| on_windows)) {
            return refused(why);
        }
    }
    Ok(parts)
}

fn fault(part: &str) -> Option<&'static str> {
    match part {
        "" => Some("a part of it is empty"),
        "." | ".." => Some("a part of it is '.' or '..'"),
        _ if part.contains('\\') => Some("it has a backslash"),
        _ if part.contains('\0') => Some("it has a NUL"),
        _ => None,
    }
}

/// The names that Windows gives to devices, apart from those of ports.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// What Windows would take for something else than a file of that name.
fn fault_on_windows(part: &str) -> Option<&'static str> {
    if part.contains(|c: char| c.is_ascii_control() || "<>:\"|?*".contains(c)) {
        return Some("it has a character that Windows does not allow");
    }
    if part.ends_with([' ', '.']) {
        return Some("a part of it ends with a space or a dot, which Windows drops");
    }
    // With or without an extension, as in `NUL.npy`, and with spaces before that.
    let stem = part.split('.').next().unwrap_or_default();
    let stem = stem.trim_end_matches(' ').to_ascii_uppercase();
    let is_port = ["COM", "LPT"].iter().any(|port| {
        let mut number = stem.strip_prefix(port).unwrap_or_default().chars();
        let is_digit = matches!(number.next(), Some('0'..='9' | '¹' | '²' | '³'));
        is_digit && number.next().is_none()
    });
    let is_device = is_port || DEVICES.contains(&&*stem);
    is_device.then_some("a part of it is a device of Windows")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let inside = [
            "x.npy",
            ".npy",
            "a/b/c.npy",
            "a/",
            "...",
            "..a/b..npy",
            "w:0.npy",
            "~/x.npy",
            "-rf",
            "a b.npy",
            "ä/β.npy",
            "con\u{1b}.npy",
        ];
        let outside = [
            "",
            "/",
            "/x.npy",
            "//server/share/x.npy",
            ".",
            "..",
            "./x.npy",
            "../x.npy",
            "a/..",
            "a/../x.npy",
            "a/./x.npy",
            "a//x.npy",
            "a//",
            "\\x.npy",
            "..\\x.npy",
            "C:\\x.npy",
            "\\\\server\\x.npy",
            "\\\\?\\C:\\x.npy",
            "a\0.npy",
        ];
        for name in inside {
            assert!(relative_path(name, false).is_ok(), "{name}");
        }
        for name in outside {
            assert!(relative_path(name, false).is_err(), "{name}");
            assert!(relative_path(name, true).is_err(), "{name}");
        }
        assert_eq!(relative_path("a/", false).unwrap(), ["a"]);
    }

    #[test]
    fn names_mean_more_on_windows() {
        let inside = [
            "x.npy",
            ".npy",
            "a/b/c.npy",
            "com.npy",
            "com10",
            "null",
            "é",
            "a b",
        ];
        let elsewhere = [
            "C:x.npy",
            "C:/x.npy",
            "w:0.npy",
            "x.npy::$DATA",
            "a/nul",
            "NUL.npy",
            "Con .txt",
            "aux/x.npy",
            "com1.npy",
            "LPT³",
            "CONIN$",
            "x.",
            "a /x",
            ".../x",
            "x?",
            "a\n",
        ];
        for name in inside {
            assert!(relative_path(name, true).is_ok(), "{name}");
        }
        for name in elsewhere {
            assert!(relative_path(name, false).is_ok(), "{name}");
            assert!(relative_path(name, true).is_err(), "{name}");
        }
    }
}
