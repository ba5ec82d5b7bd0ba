//! Takes connections in and hands each to a shard.
//!
//! A task beside the first shard. Owns the listening sockets, and looks whether the certificate was renewed.
//! Never gives up: when the system has no descriptors left it waits a little and tries again, and clients
//! wait in the kernel's queue.

use std::{
    io::{self, ErrorKind},
    rc::Rc,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::sleep,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    admission::Peer,
    listener::{Accepted, Accepting},
    refusals::RefusalReason,
    settings::Settings,
    shard::{Admission, Incoming, Permit},
    stats::Counters,
    tls::Certificates,
};

/// After the system refused a connection for want of something.
const RETRY_AFTER: Duration = Duration::from_millis(50);

/// Connections beyond the limit that are told so at a time. Further ones are dropped at once.
const REFUSALS_MAX: usize = 64;

/// Takes connections in until it is stopped.
#[derive(Debug)]
pub(crate) struct Acceptor {
    pub(crate) shards: Vec<ShardHandle>,
    pub(crate) settings: watch::Receiver<Arc<Settings>>,
    pub(crate) certificates: Option<Certificates>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) stop: CancellationToken,
}

/// A shard, as the acceptor sees it.
#[derive(Debug)]
pub(crate) struct ShardHandle {
    /// Holds a few; when it is full, the acceptor waits and clients queue in the kernel.
    pub(crate) incoming: mpsc::Sender<Incoming>,
    pub(crate) counters: Arc<Counters>,
}

impl Acceptor {
    /// Runs until the server stops. The listeners are closed then.
    pub(crate) async fn run(self, listeners: Vec<Accepting>) {
        let this = Rc::new(self);
        let mut tasks = JoinSet::new();
        for listener in listeners {
            let this = Rc::clone(&this);
            tasks.spawn_local(async move { this.accept(listener).await });
        }
        if let Some(certificates) = this.certificates.clone() {
            tasks.spawn_local(certificates.watch());
        }
        this.stop.cancelled().await;
        // What was accepted is handed over or dropped; nothing else is in their hands.
        tasks.shutdown().await;
    }

    async fn accept(&self, listener: Accepting) {
        let mut is_troubled = false;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    self.counters.connections_accepted.fetch_add(1, Relaxed);
                    if std::mem::take(&mut is_troubled) {
                        info!("connections are accepted again");
                    }
                    self.hand_over(stream, peer).await;
                }
                Err(error) => {
                    self.counters.accepts_failed.fetch_add(1, Relaxed);
                    if is_of_the_client(&error) {
                        continue;
                    }
                    if !std::mem::replace(&mut is_troubled, true) {
                        warn!(%error, "cannot accept connections; trying on");
                    }
                    sleep(RETRY_AFTER).await;
                }
            }
        }
    }

    async fn hand_over(&self, stream: Accepted, peer: Peer) {
        let admission = self.admission();
        if admission != Some(Admission::Admitted) {
            self.counters.refuse(RefusalReason::Connections);
        }
        let Some(admission) = admission else { return };
        let alive = self.shards.iter().filter(|shard| !shard.incoming.is_closed());
        let least = alive.min_by_key(|shard| shard.connections());
        let Some(shard) = least else { return };
        let permit = Permit::new(&shard.counters);
        if shard.incoming.send(Incoming { stream, peer, permit, admission }).await.is_err() {
            warn!("a shard is gone; a connection was dropped");
        }
    }

    /// Whether one more is welcome. `None`: not even to be told that it is not.
    fn admission(&self) -> Option<Admission> {
        let open: usize = self.shards.iter().map(ShardHandle::connections).sum();
        let max = self.settings.borrow().totals.connections;
        if open < max {
            return Some(Admission::Admitted);
        }
        (open - max < REFUSALS_MAX).then_some(Admission::Refused)
    }
}

impl ShardHandle {
    fn connections(&self) -> usize {
        self.counters.connections.load(Relaxed)
    }
}

/// Whether an accept failed because that one client left again.
fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused
    )
}
