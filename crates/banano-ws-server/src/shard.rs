//! One core's share of the clients: a thread, its hub, and the tasks around it.
//!
//! Started by the server. Owns its connections and everything that decides about them; all of it
//! lives on one thread, in `Rc` and `RefCell`, so that a message crosses no lock. Never waits for a
//! client: what a socket does not take at once is the session's to drain.

use std::{
    cell::{Cell, RefCell},
    fmt,
    net::TcpStream as StdTcpStream,
    rc::Rc,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use axum::Router;
use banano_ws_hub::{Hub, Limits as HubLimits, SessionId};
use banano_ws_journal::Reader;
use banano_ws_protocol::{RenderSettings, Topic};
use tokio::{net::TcpStream, sync::mpsc, task::spawn_local, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, error};

use crate::{
    close::Close,
    config::Config,
    connection::Connection,
    delivery, greeting, routes,
    session::Session,
    settings::Settings,
    stats::Counters,
    sweep::{self, Schedule, Tick},
};

/// What one read takes from a socket at most, in bytes. Bounds what a single client can make the
/// shard do before another's turn.
const INPUT_BYTES: usize = 16 << 10;

/// What a shard is made from, on its own thread.
#[derive(Debug)]
pub(crate) struct Blueprint {
    pub(crate) config: Config,
    pub(crate) render: RenderSettings,
    pub(crate) reader: Reader,
    pub(crate) incoming: mpsc::Receiver<Incoming>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) stop: CancellationToken,
}

/// A connection on its way from the acceptor to a shard.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) stream: StdTcpStream,
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
    pub(crate) settings: Settings,
    pub(crate) routes: Router,
    pub(crate) hub: RefCell<Hub>,
    pub(crate) counters: Arc<Counters>,
    /// Lent to whoever reads from a socket; never across an await.
    pub(crate) scratch: RefCell<Scratch>,
    /// By [`SessionId::index`].
    connections: RefCell<Vec<Option<Rc<Connection>>>>,
    tick: Cell<Tick>,
    tasks: TaskTracker,
}

/// Buffers that every session of the shard uses in its turn.
pub(crate) struct Scratch {
    pub(crate) input: Box<[u8]>,
    pub(crate) replies: Vec<u8>,
}

/// Runs a shard until it is told to stop and its clients are told so.
pub(crate) async fn run(blueprint: Blueprint) {
    let Blueprint { config, render, reader, mut incoming, counters, stop } = blueprint;
    let shard = Rc::new(Shard::new(&config, render, counters, &stop));
    let mut delivery = spawn_local(delivery::run(Rc::clone(&shard), reader, stop.clone()));
    spawn_local(sweep::run(Rc::clone(&shard), Schedule::new(&config)));
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            arrived = incoming.recv() => match arrived {
                Some(arrived) => shard.admit(arrived, &stop),
                None => break, // the acceptor is gone: as good as a stop
            },
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
        shard.each_connection(|connection| connection.end(Close::Shutdown));
        shard.tasks.close();
        shard.tasks.wait().await;
    };
    // Each session waits for its client no longer than this by itself; what is left then ends with
    // the runtime.
    let _ = timeout(shard.settings.close_timeout, closing).await;
}

impl Shard {
    fn new(
        config: &Config,
        render: RenderSettings,
        counters: Arc<Counters>,
        stop: &CancellationToken,
    ) -> Self {
        let limits = HubLimits { accounts: config.max_accounts_per_session };
        Self {
            settings: Settings::new(config),
            routes: routes::routes(stop.clone()),
            hub: RefCell::new(Hub::new(render, limits)),
            counters,
            scratch: RefCell::new(Scratch {
                input: vec![0; INPUT_BYTES].into(),
                replies: Vec::new(),
            }),
            connections: RefCell::default(),
            tick: Cell::new(0),
            tasks: TaskTracker::new(),
        }
    }

    /// Starts the task that greets a new connection and, if it becomes a WebSocket, the session's.
    fn admit(self: &Rc<Self>, arrived: Incoming, stop: &CancellationToken) {
        let Incoming { stream, permit, admission } = arrived;
        let stream = stream.set_nodelay(true).and_then(|()| TcpStream::from_std(stream));
        let stream = match stream {
            Ok(stream) => stream,
            Err(error) => return debug!(%error, "a connection was gone before it was greeted"),
        };
        let (shard, stop) = (Rc::clone(self), stop.clone());
        self.tasks.spawn_local(async move {
            let greeted = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                greeted = greeting::greet(&shard, stream, admission) => greeted,
            };
            let Some((stream, first)) = greeted else { return };
            let seat = Seat::take(&shard, stream, permit);
            // A task of its own: that of the greeting is as large as HTTP demands.
            let session = Session::new(Rc::clone(&shard), seat).run(first);
            shard.tasks.spawn_local(session);
        });
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
        self.connections.borrow().iter().flatten().for_each(|connection| act(connection));
    }

    /// Looks up the connections of sessions while `act` runs.
    pub(crate) fn with_connections(&self, act: impl FnOnce(&[Option<Rc<Connection>>])) {
        act(&self.connections.borrow());
    }

    /// Makes the number of subscribers known outside.
    pub(crate) fn count_subscribers(&self, hub: &Hub, topic: Topic) {
        if let Some(count) = self.counters.subscribers.get(topic.index()) {
            count.store(hub.subscribers(topic), Relaxed);
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
    fn take(shard: &Rc<Shard>, stream: TcpStream, permit: Permit) -> Self {
        let connection = Rc::new(Connection::new(stream, shard.settings.outbox, shard.tick()));
        let id = shard.hub.borrow_mut().open();
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
        self.shard.counters.sessions.fetch_sub(1, Relaxed);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave();
    }
}
