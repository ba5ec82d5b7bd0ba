//! Opens connections: to peers that were asked for, again and again, and to those that others name.
//!
//! Started by [`super::Net`]. Never tries an address more often than its back-off allows.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt as _;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{sleep, timeout};

use super::Shared;
use super::channel::Direction;
use super::connection::{self, Outcome};
use super::counters::CloseReason;
use super::discovery::canonical;

/// Pause between two attempts with addresses that were heard of (`node.md` §8.6).
const DISCOVERY_PAUSE: Duration = Duration::from_millis(250);
/// Pauses between attempts with a peer that was asked for: each twice as long as the one before.
const RETRY_FIRST: Duration = Duration::from_millis(250);
const RETRY_MAX: Duration = Duration::from_mins(1);

/// Keeps a connection to `peer` (host and port) until the node stops.
pub(super) async fn keep(shared: Arc<Shared>, peer: String) {
    let mut pause = RETRY_FIRST;
    loop {
        let was_connected = attempt(&shared, &peer).await;
        pause = if was_connected { RETRY_FIRST } else { (pause * 2).min(RETRY_MAX) };
        let jitter = shared.with_rng(|rng| rng.random_range(0.5..1.5));
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            () = sleep(pause.mul_f64(jitter)) => {}
        }
    }
}

/// Connects once and stays for as long as the connection lives. Tells whether there was one.
async fn attempt(shared: &Arc<Shared>, peer: &str) -> bool {
    let addresses: Vec<SocketAddr> = match lookup_host(peer).await {
        Ok(addresses) => addresses.map(canonical).collect(),
        Err(cause) => {
            tracing::debug!(peer, %cause, "no address");
            shared.counters.closed(CloseReason::ConnectFailed);
            return false;
        }
    };
    let connected = shared.connected();
    if addresses.iter().any(|address| connected.contains(address)) {
        return true;
    }
    // A name of many nodes: one is tried now, the others are good to know.
    let Some(index) = addresses.len().checked_sub(1) else { return false };
    let chosen = shared.with_rng(|rng| rng.random_range(0..=index));
    let mut others = addresses;
    let chosen = others.swap_remove(chosen);
    shared.with_discovery(|discovery| {
        for other in others {
            discovery.learn(other);
        }
    });
    dial(Arc::clone(shared), chosen).await.was_proven
}

/// Tries what was heard of, one address after the other, until the node stops.
pub(super) async fn discover(shared: Arc<Shared>) {
    loop {
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            () = sleep(DISCOVERY_PAUSE) => {}
        }
        let Ok(permit) = Arc::clone(&shared.attempts).try_acquire_owned() else { continue };
        let connected = shared.connected();
        let next = shared
            .with_rng(|rng| shared.with_discovery(|discovery| discovery.next(&connected, rng)));
        if let Some(address) = next {
            let dialling = dial_with(Arc::clone(&shared), address, Some(permit));
            shared.spawn(async move {
                dialling.await;
            });
        }
    }
}

/// Connects to an address and stays until the end.
pub(super) async fn dial(shared: Arc<Shared>, address: SocketAddr) -> Outcome {
    dial_with(shared, address, None).await
}

/// The permit is given back once somebody answered or nobody did.
async fn dial_with(
    shared: Arc<Shared>,
    address: SocketAddr,
    permit: Option<tokio::sync::OwnedSemaphorePermit>,
) -> Outcome {
    let refused = |reason| {
        shared.counters.closed(reason);
        Outcome { reason, was_proven: false }
    };
    shared.counters.dialled();
    let seat = match shared.admit(address.ip(), Direction::Out) {
        Ok(seat) => seat,
        Err(reason) => return refused(reason),
    };
    let connecting = timeout(shared.network.timings.connect_timeout, TcpStream::connect(address));
    let connected = tokio::select! {
        biased;
        () = shared.stop.cancelled() => return refused(CloseReason::Stopped),
        connected = connecting => connected,
    };
    drop(permit);
    match connected {
        Ok(Ok(stream)) => {
            connection::run(Arc::clone(&shared), stream, address, Direction::Out, seat).await
        }
        _ => refused(CloseReason::ConnectFailed),
    }
}
