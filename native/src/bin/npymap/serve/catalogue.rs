//! What the files hold, by their headers.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read, Seek},
    mem,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use npymap::{NpyFile, Npz, OpenOptions, Order};
use serde_json::{Map, Value, json};

use super::{relative::Relative, root::Root, version::Version, walk::Walk};

/// How long headers are read before an answer is given that leaves some out.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many members of an archive an answer holds.
const MAX_MEMBERS: usize = 10_000;

/// The list of files, and what was found out about them.
pub(super) struct Catalogue {
    root: Arc<Root>,
    directory: PathBuf,
    known: HashMap<Relative, (Version, Facts)>,
}

/// What a header says.
#[derive(Clone)]
enum Facts {
    Array {
        dtype: String,
        shape: Vec<u64>,
        order: Order,
    },
    Archive {
        members: usize,
    },
    Broken(String),
}

impl Catalogue {
    /// Of a directory that people know by this path.
    pub(super) fn new(root: Arc<Root>, directory: PathBuf) -> Self {
        Self {
            root,
            directory,
            known: HashMap::new(),
        }
    }

    /// All files, with what their headers say. Headers are read once for each version of a file, and
    /// only as many as there is time for.
    pub(super) fn list(&mut self) -> io::Result<Value> {
        let walk = Walk::through(&self.root)?;
        let end = Instant::now() + PATIENCE;
        // What is gone is forgotten.
        let mut known = mem::take(&mut self.known);
        let mut is_complete = true;
        let mut files = Vec::with_capacity(walk.files.len());
        for (path, version) in walk.files {
            let facts = match known.remove(&path) {
                Some((of, facts)) if of == version => Some(facts),
                _ if Instant::now() < end => Some(Facts::read(&self.root, &path)),
                _ => None,
            };
            is_complete &= facts.is_some();
            files.push(file_to_json(&path, &version, facts.as_ref()));
            if let Some(facts) = facts {
                self.known.insert(path, (version, facts));
            }
        }
        Ok(json!({
            "directory": self.directory.to_string_lossy(),
            "files": files,
            "complete": is_complete,
            "cut": walk.cut,
            "unreadable": walk.unreadable,
        }))
    }
}

/// The members of an archive from one of them on, with what their headers say.
pub(super) fn members(root: &Root, path: &Relative, from: usize) -> io::Result<Value> {
    let mut file = root.open_file(path)?;
    let version = Version::of(&file)?;
    let mut document = Map::new();
    document.insert("path".into(), json!(path.to_text()));
    document.insert("etag".into(), json!(version.etag()));
    let archive = match is_archive(&mut file) {
        Ok(true) => Archive::open(file, &path.to_text()).map_err(|e| text_of(&e)),
        Ok(false) => Err("is no archive".into()),
        Err(e) => Err(e.to_string()),
    };
    match archive {
        Ok(archive) => document.append(&mut archive.to_json(from)),
        Err(error) => drop(document.insert("error".into(), json!(error))),
    }
    Ok(document.into())
}

struct Archive(Npz);

impl Archive {
    fn open(file: File, name: &str) -> npymap::Result<Self> {
        OpenOptions::new().open_npz_file(file, name).map(Self)
    }

    fn to_json(&self, from: usize) -> Map<String, Value> {
        let end = Instant::now() + PATIENCE;
        let all = self.0.members();
        let mut members = Vec::new();
        for member in all.iter().skip(from).take(MAX_MEMBERS) {
            // At least one, so that who asks for the rest gets there.
            if !members.is_empty() && Instant::now() > end {
                break;
            }
            let facts = match self.0.open_member(member) {
                Ok(file) => Facts::of_array(&file),
                Err(e) => Facts::Broken(text_of(&e)),
            };
            let mut document = json!({
                "name": member.name(),
                "method": member.method().to_string(),
                "compressed_size": member.compressed_size(),
                "size": member.size(),
            });
            facts.put(&mut document);
            members.push(document);
        }
        let next = from.saturating_add(members.len());
        let mut document = Map::new();
        document.insert("count".into(), json!(all.len()));
        document.insert("members".into(), members.into());
        document.insert("next".into(), json!((next < all.len()).then_some(next)));
        document
    }
}

impl Facts {
    fn read(root: &Root, path: &Relative) -> Self {
        let read = || -> npymap::Result<Self> {
            let mut file = root.open_file(path)?;
            if is_archive(&mut file)? {
                let members = Archive::open(file, NAMELESS)?.0.members().len();
                return Ok(Self::Archive { members });
            }
            let file = OpenOptions::new().open_file(file, NAMELESS)?;
            Ok(Self::of_array(&file))
        };
        read().unwrap_or_else(|e| Self::Broken(text_of(&e)))
    }

    fn of_array(file: &NpyFile) -> Self {
        /// Structures may have any number of fields.
        const MAX_CHARS: usize = 200;
        let mut dtype = file.dtype().to_string();
        if let Some((end, _)) = dtype.char_indices().nth(MAX_CHARS) {
            dtype.truncate(end);
            dtype.push_str("...");
        }
        Self::Array {
            dtype,
            shape: file.shape().to_vec(),
            order: file.order(),
        }
    }

    fn put(&self, document: &mut Value) {
        match self {
            Self::Array {
                dtype,
                shape,
                order,
            } => {
                document["format"] = json!("npy");
                document["dtype"] = json!(dtype);
                document["shape"] = json!(shape);
                document["fortran_order"] = json!(*order == Order::F);
            }
            Self::Archive { members } => {
                document["format"] = json!("npz");
                document["members"] = json!(members);
            }
            Self::Broken(error) => document["error"] = json!(error),
        }
    }
}

fn file_to_json(path: &Relative, version: &Version, facts: Option<&Facts>) -> Value {
    let url = path.to_url();
    let mut document = json!({
        "path": path.to_text(),
        "url": format!("files/{url}"),
        "size": version.len,
        "modified": version.modified_ms(),
        "etag": version.etag(),
    });
    if let Some(facts) = facts {
        facts.put(&mut document);
    }
    if matches!(facts, Some(Facts::Archive { .. })) {
        document["members_url"] = json!(format!("api/members?path={url}"));
    }
    document
}

/// What a file is, its content says, not its name.
fn is_archive(file: &mut File) -> io::Result<bool> {
    let mut magic = Vec::new();
    file.rewind()?;
    file.take(4).read_to_end(&mut magic)?;
    Ok(matches!(&*magic, b"PK\x03\x04" | b"PK\x05\x06"))
}

/// Errors stand beside the names of the files.
const NAMELESS: &str = "";

/// What an error says without the name of the file; that of a member is left.
fn text_of(error: &npymap::Error) -> String {
    let text = error.to_string();
    let is_nameless = error.path() == Some(Path::new(NAMELESS));
    let rest = text.strip_prefix(": ").filter(|_| is_nameless);
    rest.map_or(text.clone(), String::from)
}
