//! Start and stop.
//!
//! Called by the binary and by tests. Starts the threads: one per shard, of which the first accepts, and
//! those of replays. Never leaves one running after [`Server::stop`] has returned, or after the [`Server`] was
//! dropped.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::{Arc, OnceLock, mpsc as std_mpsc},
    thread,
    time::Duration,
};

use banano_ws_journal::{Journal, Limits as JournalLimits};
use banano_ws_metrics::Registry;
use banano_ws_protocol::RenderSettings;
use bytes::Bytes;
use tokio::{
    runtime::{Builder, LocalOptions},
    sync::{mpsc, watch},
    task::spawn_local,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    acceptor::{Acceptor, ShardHandle},
    admin::{self, Admin},
    admission::TokensError,
    ask::{ASKS_MAX, Shards},
    clock,
    config::{Config, Metrics, Problem},
    demand::Demand,
    drain::Drain,
    faults::Faults,
    listener::{Accepting, Listeners},
    metrics::Watched,
    reload::Reloader,
    replays::Replays,
    shard::{self, Blueprint, House, Service},
    sources::Sources,
    stats::{Counters, Stats},
    tls::TlsError,
    together::Together,
    totals::Totals,
};

/// Connections on their way to a shard. A few, so that a burst of them doesn't make the acceptor
/// wait for each; the kernel keeps the rest.
const INCOMING_MAX: usize = 64;

/// How often a drain looks whether all clients are gone.
const DRAIN_LOOK: Duration = Duration::from_millis(50);

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration can't work.
    #[error("the configuration of the WebSocket server can't work: {}", list(.0))]
    Config(Vec<Problem>),
    /// The listener can't be used.
    #[error("cannot listen for WebSocket clients")]
    Listener(#[source] io::Error),
    /// The file of tokens can't be used.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// The certificate can't be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
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
    address: Option<SocketAddr>,
    reloader: Reloader,
    totals: Arc<Totals>,
    /// Those of the shards, then the acceptor's.
    counters: Vec<Arc<Counters>>,
    demand: watch::Sender<()>,
    network: Arc<OnceLock<Bytes>>,
    sources: Sources,
    metrics: Registry,
    metrics_told: Metrics,
    shards: Shards,
    drain: watch::Sender<Option<Arc<Drain>>>,
    drain_window: Option<Duration>,
    stop: CancellationToken,
    threads: TaskTracker,
    replays: Replays,
    stop_timeout: Duration,
}

/// Starts to serve everyone who connects to `listeners` with what is appended to `journal` from now
/// on.
///
/// # Errors
///
/// If the configuration has a problem, or the system refuses something. Nothing runs then.
pub fn start(
    listeners: impl Into<Listeners>,
    config: Config,
    journal: Journal,
    render: RenderSettings,
) -> Result<Server, StartError> {
    start_as(Service::Requests, listeners.into(), config, journal, render)
}

/// Starts a server that gives every message back to who sent it, through the same code: for suites that
/// test whether that keeps the rules of WebSocket.
///
/// # Errors
///
/// As [`start`].
pub fn start_echo(listeners: impl Into<Listeners>, config: Config) -> Result<Server, StartError> {
    // Such a suite sends as fast as it can.
    let config = Config { max_messages_per_second: 1_000_000, message_burst: 1_000_000, ..config };
    let journal = Journal::memory(JournalLimits::default(), || 0);
    start_as(Service::Echo, listeners.into(), config, journal, RenderSettings::default())
}

#[expect(clippy::needless_pass_by_value, reason = "a start takes over what it is given")]
fn start_as(
    service: Service,
    listeners: Listeners,
    config: Config,
    journal: Journal,
    render: RenderSettings,
) -> Result<Server, StartError> {
    let problems = config.check();
    if !problems.is_empty() {
        return Err(StartError::Config(problems));
    }
    let address = listeners.prepare().and_then(|()| listeners.address());
    let address = address.map_err(StartError::Listener)?;
    let reloader = Reloader::new(&config)?;
    let settings = reloader.settings();
    let house = House { certificates: reloader.certificates().cloned(), ..House::default() };
    let mut server = Server {
        address,
        reloader,
        totals: Arc::clone(&house.totals),
        counters: Vec::new(),
        demand: watch::Sender::new(()),
        network: Arc::default(),
        sources: Sources::new(config.required_sources),
        metrics: Registry::default(),
        metrics_told: config.metrics,
        shards: Shards::default(),
        drain: watch::Sender::new(None),
        drain_window: config.drain_ms.map(Duration::from_millis),
        stop: CancellationToken::new(),
        threads: TaskTracker::new(),
        replays: Replays::new(),
        // Shards give their clients `close_timeout`; beyond that, something is wrong.
        stop_timeout: config.close_timeout() + Duration::from_secs(2),
    };
    for number in 0..config.replay_thread_count().get() {
        server.replay_thread(number, journal.clone())?;
    }
    let (mut shards, mut blueprints) = (Vec::new(), Vec::new());
    for _ in 0..config.shard_count().get() {
        let counters = Arc::new(Counters::default());
        let (sender, incoming) = mpsc::channel(INCOMING_MAX);
        let (asker, asks) = mpsc::channel(ASKS_MAX);
        server.shards.add(asker);
        server.counters.push(Arc::clone(&counters));
        shards.push(ShardHandle { incoming: sender, counters: Arc::clone(&counters) });
        blueprints.push(Blueprint {
            config: config.clone(),
            settings: settings.clone(),
            house: house.clone(),
            render,
            reader: journal.reader(),
            journal: journal.clone(),
            replays: server.replays.clone(),
            incoming,
            asks,
            drain: server.drain.subscribe(),
            counters,
            demand: server.demand.clone(),
            stop: server.stop.clone(),
            network: Arc::clone(&server.network),
            sources: server.sources.clone(),
            service,
            metrics: server.metrics.clone(),
        });
    }
    let counters = Arc::new(Counters::default());
    server.counters.push(Arc::clone(&counters));
    let watched = Watched {
        counters: server.counters.clone(),
        journal,
        replays: server.replays.clone(),
        sources: server.sources.clone(),
        settings: settings.clone(),
    };
    server.metrics.add(move |out| watched.collect(out));
    let stop = server.stop.clone();
    let certificates = house.certificates;
    let acceptor = Acceptor { shards, settings, certificates, counters, stop };
    // With the first shard, so that of its clients no other thread has to wake.
    let mut accepting = Some((acceptor, listeners));
    for (number, blueprint) in blueprints.into_iter().enumerate() {
        let (io, accepting) = (config.io, accepting.take());
        server.thread(format!("ws-shard-{number}"), move || {
            // On their own thread, to which the ring and the listeners belong.
            let together = Together::open_as(io)?;
            let accept = accepting.map(|(acceptor, Listeners(listeners))| {
                let listeners = listeners.into_iter().map(Accepting::new);
                Ok::<_, io::Error>(acceptor.run(listeners.collect::<io::Result<_>>()?))
            });
            let accept = accept.transpose()?.map(spawn_local);
            Ok(async {
                shard::run(blueprint, together).await;
                // If this shard has failed, it accepts for the others until the server stops.
                if let Some(accept) = accept {
                    let _ = accept.await;
                }
            })
        })?;
    }
    Ok(server)
}

impl Server {
    /// Where clients connect over TCP; all zero if that is nowhere.
    pub fn address(&self) -> SocketAddr {
        self.address.unwrap_or((Ipv4Addr::UNSPECIFIED, 0).into())
    }

    /// A handle that gives the server another configuration.
    pub fn reloader(&self) -> Reloader {
        self.reloader.clone()
    }

    /// What the server is doing.
    pub fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        self.counters.iter().for_each(|counters| stats.add(counters));
        stats.add_totals(&self.totals);
        stats
    }

    /// What clients want, for a source that fetches no more than that.
    pub fn demand(&self) -> Demand {
        Demand { counters: self.counters.clone(), changes: self.demand.subscribe() }
    }

    /// A handle that harms clients, for tests.
    pub fn faults(&self) -> Faults {
        Faults::new(self.shards.clone())
    }

    /// What `/metrics` tells; the program may add to it.
    pub fn metrics(&self) -> Registry {
        self.metrics.clone()
    }

    /// A handle by which the program tells how its sources are doing.
    pub fn sources(&self) -> Sources {
        self.sources.clone()
    }

    /// Tells pages what network this is: a JSON object, served as `/network.json`. Only the first
    /// one counts.
    pub fn describe(&self, network: impl Into<Bytes>) {
        let _ = self.network.set(network.into());
    }

    /// Lets an operator ask who is connected, and drop clients, through `listener`, which should be on
    /// this machine only: there is no password. Returns where it listens.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn admit_operators(&self, listener: TcpListener) -> Result<SocketAddr, StartError> {
        listener.set_nonblocking(true).map_err(StartError::Listener)?;
        let address = listener.local_addr().map_err(StartError::Listener)?;
        let routes = admin::routes(Admin {
            shards: self.shards.clone(),
            metrics: self.metrics.clone(),
            tells: self.metrics_told,
        });
        let stop = self.stop.clone();
        self.thread("ws-admin".to_owned(), move || {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let serve = axum::serve(listener, routes);
            Ok(async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    _ = serve.into_future() => {}
                }
            })
        })?;
        Ok(address)
    }

    /// Prepares for a stop, if `drain_ms` is set: says so to subscribers of `status` and at
    /// `/health/ready`, and closes clients one after the other, with 1001, until that time is over or none
    /// is left. Needs a tokio runtime with time.
    pub async fn drain(&self) {
        let Some(window) = self.drain_window else { return };
        self.announce(window.saturating_add(self.stop_timeout));
        self.drain.send_replace(Some(Arc::new(Drain::new(window))));
        let gone = async {
            while self.stats().sessions > 0 {
                sleep(DRAIN_LOOK).await;
            }
        };
        let _ = timeout(window, gone).await;
    }

    /// Says when the last client is closed at the latest; the first word counts.
    fn announce(&self, left: Duration) {
        let left = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
        self.sources.announce_shutdown(clock::now_ms().saturating_add(left));
    }

    /// Stops: takes no more connections in, delivers what was appended before, closes every session
    /// with 1001 and waits until the clients are gone, but no longer than `close_timeout_ms`.
    /// May be called more than once. Needs a tokio runtime with time.
    pub async fn stop(&self) {
        self.announce(self.stop_timeout);
        self.stop.cancel();
        self.replays.close();
        self.threads.close();
        // A shard that hangs must not keep the process from ending.
        let _ = timeout(self.stop_timeout, self.threads.wait()).await;
    }

    /// Starts a thread that reads the journal again for clients.
    fn replay_thread(&self, number: usize, journal: Journal) -> Result<(), StartError> {
        let (running, replays) = (self.threads.token(), self.replays.clone());
        let body = move || {
            let _running = running;
            replays.work(&journal);
        };
        let name = format!("ws-replay-{number}");
        thread::Builder::new().name(name).spawn(body).map_err(StartError::Thread)?;
        Ok(())
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
        self.replays.close();
    }
}
