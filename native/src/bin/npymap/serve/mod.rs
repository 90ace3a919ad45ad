//! `npymap serve`: the page, and the files it looks into.

mod body;
mod browser;
mod catalogue;
mod conditions;
mod connection;
mod guard;
mod page;
mod range;
mod relative;
mod root;
mod site;
mod version;
mod walk;
mod watch;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs, UdpSocket},
    sync::Arc,
    time::Duration,
};

use npymap::Error;

use crate::{Failure, args::Serve, print};

use self::{
    catalogue::Catalogue,
    connection::Connections,
    guard::{Guard, Token},
    root::Root,
    site::Site,
    watch::Watch,
};

/// Threads that speak with clients. Copying to sockets is what they do.
const WORKERS: usize = 2;
/// Threads that read files, some of which may lie far away.
const READERS: usize = 16;
/// How long readers may take to notice that all is over.
const GRACE: Duration = Duration::from_millis(500);

pub(crate) fn run(arguments: &Serve) -> Result<(), Failure> {
    let directory = &arguments.directory;
    let root = Root::open(directory).map_err(|e| Error::from(e).at(directory))?;
    let (listener, address) = listen(arguments).map_err(Failure::Serve)?;
    let host = &*arguments.host;
    let token = match arguments.token || !address.ip().is_loopback() {
        true => Some(Token::random().map_err(|e| Failure::Serve(e.to_string()))?),
        false => None,
    };
    let names = match host.parse::<IpAddr>() {
        Err(_) => vec![host.to_owned()],
        Ok(ip) if ip.is_unspecified() => own_name().into_iter().collect(),
        Ok(_) => Vec::new(),
    };
    let guard = Guard::new(address.ip(), address.port(), names, token);
    let url = url(host, address, guard.token());

    let root = Arc::new(root);
    let watch = Arc::new(Watch::new(Arc::clone(&root)));
    let path = directory.canonicalize().unwrap_or(directory.clone());
    let catalogue = Catalogue::new(Arc::clone(&root), path);
    let site = Arc::new(Site::new(root, guard, catalogue, Arc::clone(&watch)));

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(READERS)
        .enable_all()
        .build();
    let serving = runtime.and_then(|runtime| {
        let end = {
            let _entered = runtime.enter();
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let end = Interruption::new()?;
            runtime.spawn(watch.run());
            runtime.spawn(Arc::new(Connections::new()).serve(listener, site));
            end
        };
        Ok((runtime, end))
    });
    let (runtime, end) = serving.map_err(|e| Failure::Serve(e.to_string()))?;

    print(format!("{url}\n").as_bytes())?;
    let port = address.port();
    eprintln!(
        "npymap: serving {} until Ctrl-C; from another machine: ssh -L {port}:{} THIS-MACHINE",
        directory.display(),
        tunnel_end(address)
    );
    if !page::is_there() {
        eprintln!("npymap: this program was built without the page, which {url} says how to build");
    }
    if arguments.open
        && let Err(e) = browser::open(&url)
    {
        eprintln!("npymap: no browser could be started: {e}");
    }
    runtime.block_on(end.wait());
    runtime.shutdown_timeout(GRACE);
    Ok(())
}

/// The port that is tried when none is given.
const PORT: u16 = 8679;

/// Listens where it is wanted; without a port, where it is possible.
fn listen(arguments: &Serve) -> Result<(TcpListener, SocketAddr), String> {
    let host = &*arguments.host;
    let bind = |port| -> io::Result<(TcpListener, SocketAddr)> {
        let listener = match host.parse::<IpAddr>() {
            Ok(ip) => TcpListener::bind((ip, port)),
            Err(_) => {
                let addresses: Vec<_> = (host, port).to_socket_addrs()?.collect();
                TcpListener::bind(&*addresses)
            }
        }?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    let wanted = arguments.port.unwrap_or(PORT);
    let bound = match bind(wanted) {
        Err(e) if e.kind() == io::ErrorKind::AddrInUse && arguments.port.is_none() => bind(0),
        bound => bound,
    };
    bound.map_err(|e| match e.kind() {
        io::ErrorKind::AddrInUse => format!(
            "port {wanted} of {host} is in use: --port chooses another one, and --port 0 any that \
             is free"
        ),
        io::ErrorKind::PermissionDenied => {
            format!("port {wanted} of {host} may not be used: --port 0 chooses one that may")
        }
        _ => format!("cannot listen at {host}, port {wanted}: {e}"),
    })
}

/// The URL that people open.
fn url(host: &str, address: SocketAddr, token: Option<&str>) -> String {
    let host = match (host.parse(), address.ip()) {
        (Err(_), _) => host.to_owned(),
        (Ok(IpAddr::V6(_)), ip) if !ip.is_unspecified() => format!("[{ip}]"),
        (Ok(_), ip) if !ip.is_unspecified() => ip.to_string(),
        _ => outward_address()
            .unwrap_or(Ipv4Addr::LOCALHOST.into())
            .to_string(),
    };
    let token = token.map(|token| format!("#token={token}"));
    format!(
        "http://{host}:{}/{}",
        address.port(),
        token.unwrap_or_default()
    )
}

/// The address of this machine on the network where most of the world is. Nothing is sent.
fn outward_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // An address for documentation.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let address = socket.local_addr().ok()?;
    Some(address.ip())
}

/// Where a tunnel that reaches this machine has to end.
fn tunnel_end(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, v6.port()).into(),
        address => address,
    }
}

/// What this machine calls itself.
fn own_name() -> Option<String> {
    #[cfg(unix)]
    let name = rustix::system::uname()
        .nodename()
        .to_str()
        .map(String::from)
        .ok();
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").ok();
    name
}

/// The wish to end: Ctrl-C, or what asks a program to end.
struct Interruption {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl Interruption {
    fn new() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let signals = [SignalKind::interrupt(), SignalKind::terminate()];
            let [interrupt, terminate] = signals.map(signal);
            Ok(Self {
                signals: [interrupt?, terminate?],
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    async fn wait(self) {
        #[cfg(unix)]
        {
            let mut signals = self.signals;
            std::future::poll_fn(|cx| {
                let came = signals
                    .iter_mut()
                    .any(|signal| signal.poll_recv(cx).is_ready());
                match came {
                    true => std::task::Poll::Ready(()),
                    false => std::task::Poll::Pending,
                }
            })
            .await;
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            // Then the program ends as others do.
            std::future::pending::<()>().await;
        }
    }
}
