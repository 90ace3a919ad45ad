//! The page, which is in the program.

/// A file of the page.
pub(super) struct Asset {
    path: &'static str,
    pub(super) bytes: &'static [u8],
    pub(super) etag: &'static str,
}

// `ASSETS`, sorted by path: what `build.rs` found in `web-demo/dist`.
include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// What is to be read where the page should be.
pub(super) const MISSING: &str = "\
This npymap was built without the page. In a checkout of its repository,

    cd web-demo && npm ci && npm run build

makes the page, and

    cargo install --path native --features serve

builds npymap with it. The files are served all the same: /api/list has their names.
";

/// Whether the program has the page.
pub(super) fn is_there() -> bool {
    find("/").is_some()
}

/// The file of the page at the path of a URL.
pub(super) fn find(path: &str) -> Option<&'static Asset> {
    let path = match path.strip_prefix('/')? {
        "" => "index.html",
        path => path,
    };
    let found = ASSETS.binary_search_by_key(&path, |asset| asset.path);
    found.ok().and_then(|i| ASSETS.get(i))
}

impl Asset {
    /// Browsers run nothing that has the wrong type.
    pub(super) fn media_type(&self) -> &'static str {
        match self.path.rsplit_once('.').map(|(_, extension)| extension) {
            Some("html") => "text/html; charset=utf-8",
            Some("js" | "mjs") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("txt") => "text/plain; charset=utf-8",
            Some("json" | "map") => "application/json",
            Some("webmanifest") => "application/manifest+json",
            Some("wasm") => "application/wasm",
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            Some("webp") => "image/webp",
            Some("ico") => "image/x-icon",
            Some("woff2") => "font/woff2",
            _ => "application/octet-stream",
        }
    }
}
