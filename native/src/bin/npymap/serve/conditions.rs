//! Whether a request still means the file as it is: RFC 9110, section 13.

use std::time::SystemTime;

use hyper::header::{
    HeaderMap, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE,
    IF_UNMODIFIED_SINCE,
};

/// What a request's conditions come to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Answer as if there were no conditions.
    Proceed,
    /// 304: whoever asks has it already.
    NotModified,
    /// 412: it is no longer what whoever asks means.
    Failed,
}

/// Weighs the conditions of a GET or HEAD request, in the order of section 13.2.2.
pub(super) fn weigh(headers: &HeaderMap, etag: &str, modified: Option<SystemTime>) -> Verdict {
    let is_known = headers.contains_key(IF_MATCH);
    if is_known && !matches(headers, IF_MATCH, etag, Comparison::Strong) {
        return Verdict::Failed;
    }
    if !is_known && is_later(headers, IF_UNMODIFIED_SINCE, modified) == Some(true) {
        return Verdict::Failed;
    }
    let is_new = if headers.contains_key(IF_NONE_MATCH) {
        !matches(headers, IF_NONE_MATCH, etag, Comparison::Weak)
    } else {
        is_later(headers, IF_MODIFIED_SINCE, modified) != Some(false)
    };
    if is_new {
        Verdict::Proceed
    } else {
        Verdict::NotModified
    }
}

/// Whether a range is of the file as it is.
///
/// A date in `If-Range` never says so: whole seconds are too coarse to tell that a file did not
/// change, and whoever got a date from here got an entity tag along with it.
pub(super) fn range_holds(headers: &HeaderMap, etag: &str) -> bool {
    let mut conditions = headers.get_all(IF_RANGE).iter();
    match (conditions.next(), conditions.next()) {
        (None, _) => true,
        (Some(condition), None) => condition.as_bytes() == etag.as_bytes(),
        _ => false,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Strong,
    Weak,
}

/// Whether a list of entity tags has this one, or is `*`.
fn matches(headers: &HeaderMap, name: HeaderName, etag: &str, how: Comparison) -> bool {
    let fields = headers.get_all(name);
    fields.into_iter().any(|field| {
        let mut rest = field.as_bytes().trim_ascii();
        if rest == b"*" {
            return true;
        }
        loop {
            while let [b',' | b' ' | b'\t', after @ ..] = rest {
                rest = after;
            }
            let strong = rest.strip_prefix(b"W/");
            let Some(tag) = strong.unwrap_or(rest).strip_prefix(b"\"") else {
                return false;
            };
            let Some(end) = tag.iter().position(|&byte| byte == b'"') else {
                return false;
            };
            let (tag, after) = tag.split_at(end);
            let is_comparable = how == Comparison::Weak || strong.is_none();
            if is_comparable && tag == etag.trim_matches('"').as_bytes() {
                return true;
            }
            rest = after.get(1..).unwrap_or_default();
        }
    })
}

/// Whether the file is later than a date; `None` if either is missing or no date.
fn is_later(headers: &HeaderMap, name: HeaderName, modified: Option<SystemTime>) -> Option<bool> {
    let mut fields = headers.get_all(name).iter();
    let (date, None) = (fields.next()?, fields.next()) else {
        return None;
    };
    let date = httpdate::parse_http_date(date.to_str().ok()?).ok()?;
    Some(modified? > date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const ETAG: &str = "\"a-b\"";

    fn headers(fields: &[(HeaderName, &str)]) -> HeaderMap {
        let fields = fields.iter().cloned();
        fields
            .map(|(name, value)| (name, value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn tags_and_dates() {
        use Verdict::{Failed, NotModified, Proceed};
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let (before, then, after) = (
            "Sun, 06 Nov 1994 08:49:36 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:38 GMT",
        );
        let table: &[(&[(HeaderName, &str)], Verdict)] = &[
            (&[], Proceed),
            (&[(IF_MATCH, ETAG)], Proceed),
            (&[(IF_MATCH, "*")], Proceed),
            (&[(IF_MATCH, "W/\"a-b\"")], Failed),
            (&[(IF_MATCH, "\"c,d\" , \"a-b\"")], Proceed),
            (&[(IF_MATCH, "a-b")], Failed),
            (&[(IF_MATCH, "\"a-b")], Failed),
            (&[(IF_MATCH, "\"c\""), (IF_NONE_MATCH, ETAG)], Failed),
            (&[(IF_MATCH, ETAG), (IF_UNMODIFIED_SINCE, before)], Proceed),
            (&[(IF_UNMODIFIED_SINCE, before)], Failed),
            (&[(IF_UNMODIFIED_SINCE, then)], Proceed),
            (&[(IF_UNMODIFIED_SINCE, "yesterday")], Proceed),
            (&[(IF_NONE_MATCH, ETAG)], NotModified),
            (&[(IF_NONE_MATCH, "*")], NotModified),
            (&[(IF_NONE_MATCH, ",, W/\"a-b\"")], NotModified),
            (
                &[(IF_NONE_MATCH, "\"c\""), (IF_MODIFIED_SINCE, after)],
                Proceed,
            ),
            (&[(IF_MODIFIED_SINCE, before)], Proceed),
            (&[(IF_MODIFIED_SINCE, then)], NotModified),
            (&[(IF_MODIFIED_SINCE, after)], NotModified),
            (&[(IF_MODIFIED_SINCE, "")], Proceed),
        ];
        for (fields, expected) in table {
            let found = weigh(&headers(fields), ETAG, Some(modified));
            assert_eq!(found, *expected, "{fields:?}");
        }
        assert_eq!(
            weigh(&headers(&[(IF_MODIFIED_SINCE, then)]), ETAG, None),
            Proceed
        );
        for (condition, holds) in [
            (ETAG, true),
            ("\"c\"", false),
            ("W/\"a-b\"", false),
            (then, false),
        ] {
            assert_eq!(range_holds(&headers(&[(IF_RANGE, condition)]), ETAG), holds);
        }
        assert!(range_holds(&headers(&[]), ETAG));
    }
}
