//! Who wants to know when files change, and what they are told: server-sent events.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use hyper::body::Bytes;
use serde_json::json;
use tokio::sync::{self, mpsc};

use super::{relative::Relative, root::Root, version::Version, walk::Walk};

/// How many pages may listen at the same time.
const MAX_LISTENERS: usize = 16;
/// How many events may wait for one that does not take them.
const MAX_WAITING: usize = 16;
/// More names than this are not told: all may have changed.
const MAX_NAMES: usize = 100;
/// How often is looked, and at least this many times as long as looking takes.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSES: u32 = 10;
/// A look as recent as this will do for another one who begins to listen.
const FRESH: Duration = Duration::from_millis(200);
/// How often something is sent, so that it shows who is gone.
const HEARTBEAT: Duration = Duration::from_secs(15);

type Seen = BTreeMap<Relative, Version>;

/// Looks at the files from time to time, as long as somebody listens.
///
/// This works on every file system, those of networks included, and bounds what it costs.
pub(super) struct Watch {
    root: Arc<Root>,
    listeners: Mutex<Vec<mpsc::Sender<Bytes>>>,
    seen: sync::Mutex<Option<(Seen, Instant)>>,
}

impl Watch {
    pub(super) fn new(root: Arc<Root>) -> Self {
        Self {
            root,
            listeners: Mutex::default(),
            seen: sync::Mutex::default(),
        }
    }

    /// What one more listener gets: `ready` when changes from then on are told, and then each of
    /// them. `None` if too many listen already.
    pub(super) fn listen(self: &Arc<Self>) -> Option<mpsc::Receiver<Bytes>> {
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
        {
            let mut listeners = self
                .listeners
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            listeners.retain(|listener| !listener.is_closed());
            if listeners.len() == MAX_LISTENERS {
                return None;
            }
            listeners.push(sender.clone());
        }
        let this = Arc::clone(self);
        tokio::spawn(async move {
            this.look(FRESH).await;
            let ready = Bytes::from_static(b"retry: 2000\n\nevent: ready\ndata: {}\n\n");
            // Who is gone already needs no answer.
            let _ = sender.try_send(ready);
        });
        Some(receiver)
    }

    /// Looks again and again, and tells. It never ends by itself.
    pub(super) async fn run(self: Arc<Self>) {
        let mut last_sign = Instant::now();
        loop {
            let began = Instant::now();
            if self.has_listeners() {
                self.look(Duration::ZERO).await;
            } else {
                *self.seen.lock().await = None;
            }
            if last_sign.elapsed() >= HEARTBEAT {
                self.tell(&Bytes::from_static(b": still here\n\n"));
                last_sign = Instant::now();
            }
            let pause = began.elapsed().saturating_mul(PAUSES).max(PAUSE);
            tokio::time::sleep(pause.min(HEARTBEAT)).await;
        }
    }

    fn has_listeners(&self) -> bool {
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| !listener.is_closed());
        !listeners.is_empty()
    }

    /// Compares what there is with what there was, unless that is recent enough.
    async fn look(&self, fresh: Duration) {
        let mut seen = self.seen.lock().await;
        if matches!(&*seen, Some((_, when)) if when.elapsed() < fresh) {
            return;
        }
        let root = Arc::clone(&self.root);
        let walk = tokio::task::spawn_blocking(move || Walk::through(&root)).await;
        // What cannot be read now may be read the next time.
        let Ok(Ok(walk)) = walk else { return };
        let now: Seen = walk.files.into_iter().collect();
        if let Some((before, _)) = &*seen
            && let Some(event) = difference(before, &now)
        {
            self.tell(&event);
        }
        *seen = Some((now, Instant::now()));
    }

    /// Who does not take what is sent is let go, and will ask again.
    fn tell(&self, event: &Bytes) {
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| listener.try_send(event.clone()).is_ok());
    }
}

/// The event for what is not the same.
fn difference(before: &Seen, now: &Seen) -> Option<Bytes> {
    let text = |path: &Relative| path.to_text();
    let (mut changed, mut added) = (Vec::new(), Vec::new());
    for (path, version) in now {
        match before.get(path) {
            Some(old) if old == version => {}
            Some(_) => changed.push(text(path)),
            None => added.push(text(path)),
        }
    }
    let gone = before.keys().filter(|path| !now.contains_key(*path));
    let mut removed: Vec<_> = gone.map(text).collect();
    let lists = [&mut changed, &mut added, &mut removed];
    if lists.iter().all(|names| names.is_empty()) {
        return None;
    }
    let mut has_more = false;
    for names in lists {
        has_more |= names.len() > MAX_NAMES;
        names.truncate(MAX_NAMES);
    }
    let data = json!({
        "changed": changed,
        "added": added,
        "removed": removed,
        "more": has_more,
    });
    Some(format!("event: change\ndata: {data}\n\n").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(files: &[(&str, u64)]) -> Seen {
        let version = |len| Version {
            len,
            modified: 0,
            id: 0,
        };
        let files = files.iter();
        files
            .map(|&(path, len)| (Relative::from_url(path).unwrap(), version(len)))
            .collect()
    }

    #[test]
    fn events_name_what_is_different() {
        let before = seen(&[("a.npy", 1), ("b.npy", 1), ("c.npy", 1)]);
        assert_eq!(difference(&before, &before), None);
        // A name that would end the line of an event.
        let now = seen(&[("a.npy", 1), ("b.npy", 2), ("d%0A.npy", 1)]);
        assert_eq!(
            difference(&before, &now).unwrap(),
            "event: change\ndata: {\"changed\":[\"b.npy\"],\"added\":[\"d\\n.npy\"],\
             \"removed\":[\"c.npy\"],\"more\":false}\n\n"
        );
    }
}
