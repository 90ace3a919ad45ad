//! Connections: how many there may be, and how long they may keep silent.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use hyper::{
    rt::{ReadBufCursor, Timer},
    server::conn::http1,
    service::service_fn,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::AbortHandle,
    time::{Sleep, sleep},
};

use super::site::Site;

/// How many connections there may be. Browsers open six.
const MAX_CONNECTIONS: usize = 100;
/// How long a request may take to arrive, and a connection may wait for the next one.
const MAX_SILENCE: Duration = Duration::from_secs(10);
/// How long a client may take nothing of an answer.
const MAX_STALL: Duration = Duration::from_secs(30);
/// The longest request, without a body.
const MAX_HEAD: usize = 32 << 10;

/// The connections that there are.
pub(super) struct Connections {
    open: Mutex<Vec<Connection>>,
    closed: Notify,
    began: Instant,
}

struct Connection {
    state: Arc<State>,
    task: AbortHandle,
}

struct State {
    /// Answers that are being made or sent.
    answers: AtomicUsize,
    /// Since when there is none, in milliseconds from the beginning.
    idle_since: AtomicU64,
    began: Instant,
}

/// Keeps a connection from being closed in favour of another one.
pub(super) struct Busy(Arc<State>);

impl Connections {
    pub(super) fn new() -> Self {
        Self {
            open: Mutex::default(),
            closed: Notify::new(),
            began: Instant::now(),
        }
    }

    /// Answers whoever connects. It never ends by itself.
    pub(super) async fn serve(self: Arc<Self>, listener: TcpListener, site: Arc<Site>) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    self.make_room().await;
                    self.open(stream, Arc::clone(&site));
                }
                // There may be too many open files, and fewer of them soon.
                Err(_) => sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Waits until there may be one more. The one that has been idle for the longest time has to go:
    /// clients that send nothing cannot keep out those who do.
    async fn make_room(&self) {
        loop {
            let closed = self.closed.notified();
            {
                let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
                if open.len() < MAX_CONNECTIONS {
                    return;
                }
                let idle = open.iter().enumerate();
                let idle = idle.filter(|(_, c)| c.state.answers.load(Ordering::Acquire) == 0);
                let since = |(_, c): &(_, &Connection)| c.state.idle_since.load(Ordering::Acquire);
                if let Some((i, _)) = idle.min_by_key(since) {
                    open.swap_remove(i).task.abort();
                    return;
                }
            }
            closed.await;
        }
    }

    fn open(self: &Arc<Self>, stream: TcpStream, site: Arc<Site>) {
        let state = Arc::new(State {
            answers: AtomicUsize::new(0),
            idle_since: AtomicU64::new(self.began.elapsed().as_millis() as u64),
            began: self.began,
        });
        let leave = Leave {
            connections: Arc::clone(self),
            state: Arc::clone(&state),
        };
        // The task cannot end, and look for itself in the list, before it stands there.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let task = tokio::spawn(async move {
            serve_one(stream, site, &leave.state).await;
            drop(leave);
        });
        let task = task.abort_handle();
        open.push(Connection { state, task });
    }
}

/// Takes a connection off the list when its task ends, in whatever way.
struct Leave {
    connections: Arc<Connections>,
    state: Arc<State>,
}

impl Drop for Leave {
    fn drop(&mut self) {
        let mut open = self
            .connections
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        open.retain(|connection| !Arc::ptr_eq(&connection.state, &self.state));
        self.connections.closed.notify_one();
    }
}

impl Busy {
    fn new(state: &Arc<State>) -> Self {
        state.answers.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(state))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let now = self.0.began.elapsed().as_millis() as u64;
        self.0.idle_since.store(now, Ordering::Release);
        self.0.answers.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Answers the requests of a connection.
async fn serve_one(stream: TcpStream, site: Arc<Site>, state: &Arc<State>) {
    // Answers are small or in large pieces, so nothing is gained by waiting for more.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let (site, busy) = (Arc::clone(&site), Busy::new(state));
        async move {
            let mut answer = site.answer(request).await;
            answer.body_mut().occupy(busy);
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = http1::Builder::new()
        .timer(Clock)
        .header_read_timeout(MAX_SILENCE)
        .max_buf_size(MAX_HEAD)
        .serve_connection(Patient::new(stream), service);
    // Clients that break off, or send what is no HTTP, are no news.
    let _ = connection.await;
}

/// A stream that fails when nothing of what is written is taken for a while.
struct Patient {
    stream: TcpStream,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            stalled: None,
        }
    }

    /// The outcome of an attempt to write, or an error if there was none for too long.
    fn impatient<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(sleep(MAX_STALL)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl hyper::rt::Read for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // Requests are small: a copy of them costs less than a promise to the compiler.
        let mut bytes = [0; 4096];
        let len = buffer.remaining().min(bytes.len());
        let mut read = ReadBuf::new(&mut bytes[..len]);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut read))?;
        buffer.put_slice(read.filled());
        Poll::Ready(Ok(()))
    }
}

impl hyper::rt::Write for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.impatient(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.impatient(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The clock of the runtime, for hyper.
struct Clock;

struct Alarm(Pin<Box<Sleep>>);

impl Timer for Clock {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(Alarm(Box::pin(sleep(duration))))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn hyper::rt::Sleep>> {
        let until = tokio::time::sleep_until(deadline.into());
        Box::pin(Alarm(Box::pin(until)))
    }
}

impl Future for Alarm {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}

impl hyper::rt::Sleep for Alarm {}
