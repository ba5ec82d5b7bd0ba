//! Start and stop.
//!
//! Called by the binary and by tests. Starts the threads: one per shard, one to accept. Never leaves
//! one running after [`Server::stop`] has returned, or after the [`Server`] was dropped.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{Arc, mpsc as std_mpsc},
    thread,
    time::Duration,
};

use banano_ws_journal::Journal;
use banano_ws_protocol::RenderSettings;
use socket2::SockRef;
use tokio::{
    runtime::{Builder, LocalOptions},
    sync::mpsc,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    acceptor::{Acceptor, ShardHandle},
    config::{Config, Problem},
    shard::{self, Blueprint},
    stats::{Counters, Stats},
};

/// Connections on their way to a shard. A few, so that a burst of them doesn't make the acceptor
/// wait for each; the kernel keeps the rest.
const INCOMING_MAX: usize = 64;

/// Connections that the kernel keeps for us; it may cut this down to its own bound.
const BACKLOG: i32 = 4_096;

/// How much the kernel keeps for a client beyond what is on the wire, in bytes. What a slow client
/// does not take then waits in its outbox, once for all, instead of in a copy for each.
#[cfg(target_os = "linux")]
const NOT_SENT_BYTES: u32 = 128 << 10;

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration can't work.
    #[error("the configuration of the WebSocket server can't work: {}", list(.0))]
    Config(Vec<Problem>),
    /// The listener can't be used.
    #[error("cannot listen for WebSocket clients")]
    Listener(#[source] io::Error),
    /// The system gave no thread, or nothing to wait for sockets with.
    #[error("cannot start a thread of the WebSocket server")]
    Thread(#[source] io::Error),
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A server that runs. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    /// Those of the shards, then the acceptor's.
    counters: Vec<Arc<Counters>>,
    stop: CancellationToken,
    threads: TaskTracker,
    stop_timeout: Duration,
}

/// Starts to serve everyone who connects to `listener` with what is appended to `journal` from now
/// on.
///
/// # Errors
///
/// If the configuration has a problem, or the system refuses something. Nothing runs then.
#[expect(clippy::needless_pass_by_value, reason = "a start takes over what it is given")]
pub fn start(
    listener: TcpListener,
    config: Config,
    journal: Journal,
    render: RenderSettings,
) -> Result<Server, StartError> {
    let problems = config.check();
    if !problems.is_empty() {
        return Err(StartError::Config(problems));
    }
    let address = prepare(&listener).map_err(StartError::Listener)?;
    let mut server = Server {
        address,
        counters: Vec::new(),
        stop: CancellationToken::new(),
        threads: TaskTracker::new(),
        // Shards give their clients `close_timeout`; beyond that, something is wrong.
        stop_timeout: config.close_timeout() + Duration::from_secs(2),
    };
    let mut shards = Vec::new();
    for number in 0..config.shard_count().get() {
        let counters = Arc::new(Counters::default());
        let (sender, incoming) = mpsc::channel(INCOMING_MAX);
        let blueprint = Blueprint {
            config: config.clone(),
            render,
            reader: journal.reader(),
            incoming,
            counters: Arc::clone(&counters),
            stop: server.stop.clone(),
        };
        server.thread(format!("ws-shard-{number}"), move || Ok(shard::run(blueprint)))?;
        server.counters.push(Arc::clone(&counters));
        shards.push(ShardHandle { incoming: sender, counters });
    }
    let counters = Arc::new(Counters::default());
    server.counters.push(Arc::clone(&counters));
    let stop = server.stop.clone();
    let acceptor = Acceptor { shards, max_connections: config.max_connections, counters, stop };
    server.thread("ws-accept".to_owned(), move || {
        Ok(acceptor.run(tokio::net::TcpListener::from_std(listener)?))
    })?;
    Ok(server)
}

impl Server {
    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the server is doing.
    pub fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        self.counters.iter().for_each(|counters| stats.add(counters));
        stats
    }

    /// Stops: takes no more connections in, delivers what was appended before, closes every session
    /// with 1001 and waits until the clients are gone, but no longer than `close_timeout_ms`.
    /// May be called more than once. Needs a tokio runtime with time.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.threads.close();
        // A shard that hangs must not keep the process from ending.
        let _ = timeout(self.stop_timeout, self.threads.wait()).await;
    }

    /// Starts a thread with a runtime of its own that runs the future which `make` makes on it.
    /// Returns once that future runs, or with what was in its way.
    fn thread<F: Future<Output = ()> + 'static>(
        &self,
        name: String,
        make: impl FnOnce() -> io::Result<F> + Send + 'static,
    ) -> Result<(), StartError> {
        let (started, outcome) = std_mpsc::sync_channel(1);
        let running = self.threads.token();
        let body = move || {
            let _running = running;
            let runtime =
                Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
            let runtime = match runtime {
                Ok(runtime) => runtime,
                Err(error) => return drop(started.send(Err(error))),
            };
            runtime.block_on(async {
                match make() {
                    Ok(future) => {
                        let _ = started.send(Ok(()));
                        future.await;
                    }
                    Err(error) => drop(started.send(Err(error))),
                }
            });
        };
        thread::Builder::new().name(name).spawn(body).map_err(StartError::Thread)?;
        let outcome = outcome.recv().unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()));
        outcome.map_err(StartError::Thread)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Sets the listener up; accepted sockets inherit what is set here.
fn prepare(listener: &TcpListener) -> io::Result<SocketAddr> {
    listener.set_nonblocking(true)?;
    let socket = SockRef::from(listener);
    socket.listen(BACKLOG)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_notsent_lowat(NOT_SENT_BYTES)?;
    listener.local_addr()
}
