//! What answers are made of.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    mem,
    ops::Range,
    pin::Pin,
    task::{Context, Poll, ready},
};

use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use tokio::{sync::mpsc, task::JoinHandle};

use super::{connection::Busy, version::Version};

/// How much of a file is read at once. Two such pieces are held for an answer.
const PIECE: u64 = 256 << 10;

/// The body of an answer, and the connection that it keeps busy.
pub(super) struct Body {
    kind: Kind,
    _busy: Option<Busy>,
}

enum Kind {
    /// Bytes that are there already.
    Full(Bytes),
    /// A part of a file.
    Part(Part),
    /// Events as they come.
    Events(mpsc::Receiver<Bytes>),
}

/// A part of a file, of which the next piece is read while the last one is sent.
struct Part {
    version: Version,
    left: u64,
    reading: JoinHandle<io::Result<(File, Vec<u8>)>>,
}

impl Body {
    pub(super) fn full(bytes: impl Into<Bytes>) -> Self {
        Kind::Full(bytes.into()).into()
    }

    /// A range of a file that was found to be of this version. If it is another one by the time it is
    /// read, or shorter than it was, the body ends with an error, and the connection with it.
    pub(super) fn part(mut file: File, version: Version, range: Range<u64>) -> Self {
        let left = range.end.saturating_sub(range.start);
        if left == 0 {
            return Self::full(Bytes::new());
        }
        let reading = tokio::task::spawn_blocking(move || {
            file.seek(SeekFrom::Start(range.start))?;
            read_piece(file, version, left)
        });
        let part = Part {
            version,
            left,
            reading,
        };
        Kind::Part(part).into()
    }

    pub(super) fn events(events: mpsc::Receiver<Bytes>) -> Self {
        Kind::Events(events).into()
    }

    /// Keeps a connection busy as long as it lives.
    pub(super) fn occupy(&mut self, busy: Busy) {
        self._busy = Some(busy);
    }

    /// How many bytes there are; `None` if nobody knows.
    pub(super) fn len(&self) -> Option<u64> {
        match &self.kind {
            Kind::Full(bytes) => Some(bytes.len() as u64),
            Kind::Part(part) => Some(part.left),
            Kind::Events(_) => None,
        }
    }
}

impl From<Kind> for Body {
    fn from(kind: Kind) -> Self {
        Self { kind, _busy: None }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let bytes = match &mut self.kind {
            Kind::Full(bytes) if bytes.is_empty() => None,
            Kind::Full(bytes) => Some(Ok(mem::take(bytes))),
            Kind::Part(part) if part.left == 0 => None,
            Kind::Part(part) => Some(ready!(part.poll_piece(cx))),
            Kind::Events(events) => ready!(events.poll_recv(cx)).map(Ok),
        };
        Poll::Ready(bytes.map(|bytes| bytes.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.len() == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.len().map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

impl Part {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let read = ready!(Pin::new(&mut self.reading).poll(cx));
        let (file, piece) = read.map_err(io::Error::other)??;
        self.left -= piece.len() as u64;
        if self.left > 0 {
            let (version, left) = (self.version, self.left);
            self.reading = tokio::task::spawn_blocking(move || read_piece(file, version, left));
        }
        Poll::Ready(Ok(piece.into()))
    }
}

/// Reads on where the file stands. Whoever waits for this has a thread for it.
fn read_piece(mut file: File, version: Version, left: u64) -> io::Result<(File, Vec<u8>)> {
    let mut piece = vec![0; left.min(PIECE) as usize];
    file.read_exact(&mut piece)?;
    // What was read before this question is of the version that the headers told.
    if Version::of(&file)? != version {
        return Err(io::Error::other("the file has changed meanwhile"));
    }
    Ok((file, piece))
}
