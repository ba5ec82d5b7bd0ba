//! One core's share of the clients: a thread, its hub, and the tasks around it.
//!
//! Started by the server. Owns its connections and everything that decides about them; all of it
//! lives on one thread, in `Rc` and `RefCell`, so that a message crosses no lock. Never waits for a
//! client: what a socket does not take at once is the session's to drain.

use std::{
    cell::{Cell, RefCell},
    fmt, io,
    rc::Rc,
    sync::{Arc, OnceLock, atomic::Ordering::Relaxed},
};

use axum::Router;
use banano_ws_hub::{Framer, Framing, Hub, Limits as HubLimits, SessionId};
use banano_ws_journal::{Journal, Reader};
use banano_ws_metrics::Registry;
use banano_ws_protocol::{Cursor, RenderSettings, Topic};
use bytes::Bytes;
use tokio::{
    sync::{mpsc, watch},
    task::spawn_local,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, error};

use crate::{
    admission::{Counts, Pass, Peer},
    ask::Ask,
    catch_up, clock,
    close::Close,
    config::{Config, Metrics},
    connection::Connection,
    delivery,
    drain::{self, Drain},
    greeting::{self, Greeted, Wish},
    listener::Accepted,
    quota::Quota,
    replays::{Outcome, Replays},
    requests::Desk,
    routes::{self, Known},
    session::Session,
    settings::Settings,
    socket::Socket,
    sources::Sources,
    stats::Counters,
    sweep::{self, Schedule, Tick},
    tls::{Certificates, TlsSocket},
    together::Together,
    totals::Totals,
    watching::{self, Told, Watching},
};

/// What one read takes from a socket at most, in bytes. Bounds what a single client can make the
/// shard do before another's turn.
const INPUT_BYTES: usize = 16 << 10;

/// What a shard is made from, on its own thread.
#[derive(Debug)]
pub(crate) struct Blueprint {
    pub(crate) config: Config,
    pub(crate) settings: watch::Receiver<Arc<Settings>>,
    pub(crate) house: House,
    pub(crate) render: RenderSettings,
    pub(crate) reader: Reader,
    pub(crate) journal: Journal,
    pub(crate) replays: Replays,
    pub(crate) incoming: mpsc::Receiver<Incoming>,
    pub(crate) asks: mpsc::Receiver<Ask>,
    pub(crate) drain: watch::Receiver<Option<Arc<Drain>>>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) demand: watch::Sender<()>,
    pub(crate) stop: CancellationToken,
    pub(crate) network: Arc<OnceLock<Bytes>>,
    pub(crate) sources: Sources,
    pub(crate) metrics: Registry,
    pub(crate) service: Service,
}

/// What clients get for what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// What they ask for.
    Requests,
    /// Their own words.
    Echo,
}

/// What all shards of a server share. Clones are handles to the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct House {
    pub(crate) totals: Arc<Totals>,
    pub(crate) counts: Counts,
    /// With which TCP connections are TLS.
    pub(crate) certificates: Option<Certificates>,
}

/// A connection on its way from the acceptor to a shard.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) stream: Accepted,
    pub(crate) peer: Peer,
    pub(crate) permit: Permit,
    pub(crate) admission: Admission,
}

/// Whether a connection may become a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    Admitted,
    /// There are too many: it is told so.
    Refused,
}

/// Counts a connection for as long as it is held.
#[derive(Debug)]
pub(crate) struct Permit(Arc<Counters>);

impl Permit {
    pub(crate) fn new(counters: &Arc<Counters>) -> Self {
        counters.connections.fetch_add(1, Relaxed);
        Self(Arc::clone(counters))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Relaxed);
    }
}

/// The state of one shard.
pub(crate) struct Shard {
    settings: RefCell<Arc<Settings>>,
    pub(crate) totals: Arc<Totals>,
    pub(crate) counts: Counts,
    certificates: Option<Certificates>,
    pub(crate) routes: Router,
    pub(crate) hub: RefCell<Hub>,
    pub(crate) counters: Arc<Counters>,
    demand: watch::Sender<()>,
    /// Lent to whoever reads from a socket; never across an await.
    pub(crate) scratch: RefCell<Scratch>,
    /// Sends what a batch has for many sockets, where the system can; never across an await.
    pub(crate) together: RefCell<Option<Together>>,
    /// By [`SessionId::index`].
    connections: RefCell<Vec<Option<Rc<Connection>>>>,
    /// Of a server that gives back what it gets: makes its messages.
    pub(crate) echo: Option<RefCell<Framer>>,
    pub(crate) journal: Journal,
    pub(crate) replays: Replays,
    /// Where the replays bring what they found.
    pub(crate) outcomes: mpsc::Sender<Outcome>,
    /// What the subscribers of topic `status` know.
    pub(crate) told: RefCell<Told>,
    tick: Cell<Tick>,
    tasks: TaskTracker,
}

/// Buffers that every session of the shard uses in its turn.
pub(crate) struct Scratch {
    pub(crate) input: Box<[u8]>,
    pub(crate) replies: Vec<u8>,
}

/// Runs a shard until it is told to stop and its clients are told so.
pub(crate) async fn run(blueprint: Blueprint, together: Option<Together>) {
    let (sender, outcomes) = mpsc::channel(catch_up::OUTCOMES_MAX);
    let shard = Rc::new(Shard::new(&blueprint, sender, together));
    let Blueprint { config, reader, mut incoming, mut asks, drain, stop, mut settings, .. } =
        blueprint;
    let mut delivery = spawn_local(delivery::run(Rc::clone(&shard), reader, stop.clone()));
    spawn_local(catch_up::run(Rc::clone(&shard), outcomes));
    spawn_local(watching::run(Rc::clone(&shard)));
    spawn_local(sweep::run(Rc::clone(&shard), Schedule::new(&config)));
    spawn_local(drain::run(Rc::clone(&shard), drain));
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            arrived = incoming.recv() => match arrived {
                Some(arrived) => shard.admit(arrived, &stop),
                None => break, // the acceptor is gone: as good as a stop
            },
            Ok(()) = settings.changed() => shard.adopt(&settings.borrow_and_update()),
            Some(ask) = asks.recv() => ask(&shard),
            // Only a panic ends it before the stop. Better no clients than clients without events.
            _ = &mut delivery => {
                error!("delivery has failed; this shard closes its clients and ends");
                break;
            }
        }
    }
    drop(incoming);
    let closing = async {
        // What had happened before the stop still goes out.
        if !delivery.is_finished() {
            let _ = delivery.await;
        }
        watching::tell_news(&shard);
        shard.each_connection(|connection| connection.end(Close::Shutdown));
        shard.tasks.close();
        shard.tasks.wait().await;
    };
    // Each session waits for its client no longer than this by itself; what is left then ends with
    // the runtime.
    let _ = timeout(shard.settings().close_timeout, closing).await;
}

impl Shard {
    fn new(
        blueprint: &Blueprint,
        outcomes: mpsc::Sender<Outcome>,
        together: Option<Together>,
    ) -> Self {
        let Blueprint { config, render, reader, journal, replays, counters, house, .. } = blueprint;
        let known = Known {
            sources: blueprint.sources.clone(),
            network: Arc::clone(&blueprint.network),
            metrics: (config.metrics == Metrics::Main).then(|| blueprint.metrics.clone()),
        };
        let mut hub = Hub::new(*render, HubLimits { accounts: config.max_accounts_per_session });
        hub.skip_to(reader.cursor().sequence);
        hub.measure_with(clock::running);
        counters.position.store(hub.position(), Relaxed);
        Self {
            settings: RefCell::new(Arc::clone(&blueprint.settings.borrow())),
            totals: Arc::clone(&house.totals),
            counts: house.counts.clone(),
            certificates: house.certificates.clone(),
            routes: routes::routes(known),
            hub: RefCell::new(hub),
            counters: Arc::clone(counters),
            demand: blueprint.demand.clone(),
            scratch: RefCell::new(Scratch {
                input: vec![0; INPUT_BYTES].into(),
                replies: Vec::new(),
            }),
            together: RefCell::new(together),
            connections: RefCell::default(),
            echo: (blueprint.service == Service::Echo).then(RefCell::default),
            journal: journal.clone(),
            replays: replays.clone(),
            outcomes,
            told: RefCell::new(Told::new(blueprint.sources.watch())),
            tick: Cell::new(0),
            tasks: TaskTracker::new(),
        }
    }

    /// Starts the task that greets a new connection and, if it becomes a WebSocket, the session's.
    fn admit(self: &Rc<Self>, arrived: Incoming, stop: &CancellationToken) {
        let Incoming { stream, peer, permit, admission } = arrived;
        let stream = match stream.into_socket() {
            Ok(stream) => stream,
            Err(error) => return debug!(%error, "a connection was gone before it was greeted"),
        };
        let (shard, stop) = (Rc::clone(self), stop.clone());
        self.tasks.spawn_local(async move {
            let greeted = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                greeted = greeting::greet(&shard, stream, peer, admission) => greeted,
            };
            // A task of its own: that of the greeting is as large as HTTP demands.
            match greeted {
                None => {}
                Some(Greeted { stream, pass, wish: Wish::WebSocket { first, query, framing } }) => {
                    let seat = Seat::take(&shard, stream, framing, pass, permit);
                    let mut session = Session::new(Rc::clone(&shard), seat);
                    session.subscribe(query.as_deref());
                    shard.tasks.spawn_local(session.run(first));
                }
                Some(Greeted { stream, pass, wish: Wish::Events(opening) }) => {
                    let seat = Seat::take(&shard, stream, Framing::EventStream, pass, permit);
                    let mut session = Session::new(Rc::clone(&shard), seat);
                    session.stream(&opening);
                    shard.tasks.spawn_local(session.run(Bytes::new()));
                }
            }
        });
    }

    /// The place in the journal up to which everybody has been served.
    pub(crate) fn position(&self) -> Cursor {
        Cursor { journal: self.journal.id(), sequence: self.hub.borrow().position() }
    }

    /// The connection of a session, if it is open.
    pub(crate) fn connection(&self, id: SessionId) -> Option<Rc<Connection>> {
        self.connections.borrow().get(id.index()).cloned().flatten()
    }

    /// The configuration in force.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.borrow())
    }

    /// Goes on with a configuration that was read again.
    fn adopt(&self, settings: &Arc<Settings>) {
        *self.settings.borrow_mut() = Arc::clone(settings);
        self.each_connection(|connection| connection.adopt(settings));
    }

    /// What a TCP connection is, with the certificate there is.
    pub(crate) fn secure(&self, socket: Socket) -> io::Result<Socket> {
        match (socket, &self.certificates) {
            (Socket::Tcp(stream), Some(certificates)) => {
                let tls = TlsSocket::new(stream, certificates.config())?;
                Ok(Socket::Tls(Box::new(tls)))
            }
            (socket, _) => Ok(socket),
        }
    }

    /// Whether so much waits for all clients together that room has to be made.
    pub(crate) fn is_pressed(&self) -> bool {
        let max = self.settings.borrow().totals.outbox_bytes;
        self.totals.outbox_bytes.get() > max / 10 * 9
    }

    /// Has a request of a client carried out.
    pub(crate) fn at_desk(
        &self,
        connection: &Connection,
        carry_out: impl FnOnce(&mut Desk<'_>) -> Option<Topic>,
    ) {
        let mut hub = self.hub.borrow_mut();
        let (journal, settings) = (&self.journal, self.settings.borrow().replies);
        let (limits, counters) = (connection.limits(), &*self.counters);
        let (totals, shares) = (connection.totals(), &connection.shares);
        let quota = Quota { limits: &limits, totals, shares, counters };
        let mut desk = Desk { hub: &mut hub, journal, settings, connection, counters, quota };
        if let Some(topic) = carry_out(&mut desk) {
            self.count_subscribers(&hub, topic);
        }
    }

    /// The coarse time: how many sweeps there were.
    pub(crate) fn tick(&self) -> Tick {
        self.tick.get()
    }

    pub(crate) fn next_tick(&self) -> Tick {
        self.tick.set(self.tick.get().wrapping_add(1));
        self.tick.get()
    }

    /// Does something with every session. `act` may write to it or end it, which take effect later.
    pub(crate) fn each_connection(&self, mut act: impl FnMut(&Connection)) {
        self.each_connection_of(0, 1, &mut act);
    }

    /// The same with one of `parts` equal parts of them.
    pub(crate) fn each_connection_of(
        &self,
        part: usize,
        parts: usize,
        mut act: impl FnMut(&Connection),
    ) {
        let connections = self.connections.borrow();
        connections.iter().skip(part).step_by(parts.max(1)).flatten().for_each(|it| act(it));
    }

    /// Looks up the connections of sessions while `act` runs.
    pub(crate) fn with_connections(&self, act: impl FnOnce(&[Option<Rc<Connection>>])) {
        act(&self.connections.borrow());
    }

    /// Makes known outside what a client was sent of the past.
    pub(crate) fn count_replayed(&self, topic: Topic, messages: usize, bytes: usize) {
        let Counters { topic_messages, topic_bytes, .. } = &*self.counters;
        for (counts, more) in [(topic_messages, messages), (topic_bytes, bytes)] {
            if let Some(count) = counts.get(topic.index()) {
                count.fetch_add(more as u64, Relaxed);
            }
        }
    }

    /// Makes the number of subscribers known outside.
    pub(crate) fn count_subscribers(&self, hub: &Hub, topic: Topic) {
        if let Some(count) = self.counters.subscribers.get(topic.index()) {
            let now = hub.subscribers(topic);
            let before = count.swap(now, Relaxed);
            if (before == 0) != (now == 0) {
                self.demand.send_replace(());
            }
        }
    }
}

impl fmt::Debug for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shard").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// A session's place in the tables of its shard: in the hub and among the connections. Left at the
/// latest when it is dropped.
pub(crate) struct Seat {
    shard: Rc<Shard>,
    id: SessionId,
    connection: Rc<Connection>,
    is_left: bool,
    _permit: Permit,
}

impl Seat {
    fn take(
        shard: &Rc<Shard>,
        stream: Socket,
        framing: Framing,
        pass: Pass,
        permit: Permit,
    ) -> Self {
        let mut hub = shard.hub.borrow_mut();
        let id = hub.open(framing);
        hub.limit(id, HubLimits { accounts: pass.limits.accounts });
        drop(hub);
        let house = (&*shard.totals, shard.settings.borrow().totals);
        let connection = Rc::new(Connection::new(stream, id, framing, pass, house, shard.tick()));
        let mut connections = shard.connections.borrow_mut();
        if connections.len() <= id.index() {
            connections.resize(id.index() + 1, None);
        }
        if let Some(place) = connections.get_mut(id.index()) {
            *place = Some(Rc::clone(&connection));
        }
        shard.counters.sessions.fetch_add(1, Relaxed);
        Self { shard: Rc::clone(shard), id, connection, is_left: false, _permit: permit }
    }

    pub(crate) fn id(&self) -> SessionId {
        self.id
    }

    pub(crate) fn connection(&self) -> &Rc<Connection> {
        &self.connection
    }

    /// Gives the place up: the session gets no more events, its subscriptions are gone.
    pub(crate) fn leave(&mut self) {
        if std::mem::replace(&mut self.is_left, true) {
            return;
        }
        let mut hub = self.shard.hub.borrow_mut();
        hub.close(self.id);
        for topic in Topic::ALL {
            self.shard.count_subscribers(&hub, topic);
        }
        if let Some(place) = self.shard.connections.borrow_mut().get_mut(self.id.index()) {
            *place = None;
        }
        if self.connection.watching() != Watching::No {
            self.connection.set_watching(Watching::No);
            self.shard.counters.watchers.fetch_sub(1, Relaxed);
        }
        self.shard.counters.sessions.fetch_sub(1, Relaxed);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave();
    }
}
