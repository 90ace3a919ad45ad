//! Which state of a file something was read from.

use std::{
    fs::{File, Metadata},
    io,
    time::{Duration, SystemTime},
};

/// What changes when somebody writes to a file or puts another one in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) len: u64,
    /// In nanoseconds since 1970, or before.
    pub(super) modified: i128,
    /// The inode, where there are inodes.
    pub(super) id: u64,
}

impl Version {
    pub(super) fn of(file: &File) -> io::Result<Self> {
        Ok(Self::from_metadata(&file.metadata()?))
    }

    pub(super) fn from_metadata(metadata: &Metadata) -> Self {
        let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        let since = modified.duration_since(SystemTime::UNIX_EPOCH);
        #[cfg(unix)]
        let id = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let id = 0;
        Self {
            len: metadata.len(),
            modified: match since {
                Ok(after) => after.as_nanos() as i128,
                Err(before) => -(before.duration().as_nanos() as i128),
            },
            id,
        }
    }

    /// A strong validator.
    pub(super) fn etag(&self) -> String {
        format!("\"{:x}-{:x}-{:x}\"", self.len, self.modified, self.id)
    }

    /// In milliseconds since 1970, as JavaScript counts.
    pub(super) fn modified_ms(&self) -> i64 {
        i64::try_from(self.modified.div_euclid(1_000_000)).unwrap_or(0)
    }

    /// The time in whole seconds, if HTTP can tell it.
    pub(super) fn modified_time(&self) -> Option<SystemTime> {
        /// The year 10000.
        const END: u64 = 253_402_300_800;
        let seconds = u64::try_from(self.modified.div_euclid(1_000_000_000)).ok()?;
        (seconds < END).then(|| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_beyond_http_are_left_out() {
        let at = |modified| Version {
            len: 0,
            modified,
            id: 0,
        };
        assert_eq!(at(-1).modified_time(), None);
        assert_eq!(at(253_402_300_800_000_000_000).modified_time(), None);
        let last = at(253_402_300_799_999_999_999).modified_time().unwrap();
        assert_eq!(
            httpdate::fmt_http_date(last),
            "Fri, 31 Dec 9999 23:59:59 GMT"
        );
        assert_eq!(at(-1).modified_ms(), -1);
    }
}
