//! Takes connections in and hands each to a shard.
//!
//! One thread for the server. Owns the listening socket. Never gives up: when the system has no
//! descriptors left it waits a little and tries again, and clients wait in the kernel's queue.

use std::{
    io::{self, ErrorKind},
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::sleep,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    shard::{Admission, Incoming, Permit},
    stats::Counters,
};

/// After the system refused a connection for want of something.
const RETRY_AFTER: Duration = Duration::from_millis(50);

/// Connections beyond the limit that are told so at a time. Further ones are dropped at once.
const REFUSALS_MAX: usize = 64;

/// Takes connections in until it is stopped.
#[derive(Debug)]
pub(crate) struct Acceptor {
    pub(crate) shards: Vec<ShardHandle>,
    pub(crate) max_connections: usize,
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
    /// Runs until the server stops. The listener is closed then.
    pub(crate) async fn run(self, listener: TcpListener) {
        let mut is_troubled = false;
        let accept = async {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        if std::mem::take(&mut is_troubled) {
                            info!("connections are accepted again");
                        }
                        self.hand_over(stream).await;
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
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {}
            () = accept => {}
        }
    }

    async fn hand_over(&self, stream: TcpStream) {
        let Some(admission) = self.admission() else { return };
        if admission == Admission::Refused {
            self.counters.connections_refused.fetch_add(1, Relaxed);
        }
        let alive = self.shards.iter().filter(|shard| !shard.incoming.is_closed());
        let least = alive.min_by_key(|shard| shard.connections());
        let (Some(shard), Ok(stream)) = (least, stream.into_std()) else { return };
        let permit = Permit::new(&shard.counters);
        if shard.incoming.send(Incoming { stream, permit, admission }).await.is_err() {
            warn!("a shard is gone; a connection was dropped");
        }
    }

    /// Whether one more is welcome. `None`: not even to be told that it is not.
    fn admission(&self) -> Option<Admission> {
        let open: usize = self.shards.iter().map(ShardHandle::connections).sum();
        if open < self.max_connections {
            return Some(Admission::Admitted);
        }
        (open - self.max_connections < REFUSALS_MAX).then_some(Admission::Refused)
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
