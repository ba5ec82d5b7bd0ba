//! The thread that talks to work peers, and what it is asked to do.
//!
//! Called by the factory from any thread, with a runtime or without. Owns the runtime, which starts
//! with the first peer that is added. Never waits for a peer on its caller's thread.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::answer::PeerFailure;
use crate::http::{self, Timeouts};
use crate::peer::WorkPeer;

/// Connections that ask for work at a time; more wait, before their timeouts begin.
const ASKING_MAX: usize = 256;

/// Connections that take a request back at a time; more are not made, and the peer finds out when
/// it answers a closed connection.
const TELLING_MAX: usize = 64;

/// How long a peer may take to hear that its work is no longer wanted. The answer is not used.
const TELLING: Timeouts =
    Timeouts { connect: Duration::from_secs(5), answer: Duration::from_secs(5) };

/// Talks to peers.
pub(crate) struct Talks {
    runtime: OnceLock<Runtime>,
    timeouts: Timeouts,
    asking: Arc<Semaphore>,
    telling: Arc<Semaphore>,
}

/// What came of asking a peer.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Its place among those asked.
    pub(crate) index: usize,
    /// Its address.
    pub(crate) address: String,
    /// The body of its answer.
    pub(crate) answer: Result<Vec<u8>, PeerFailure>,
}

/// Peers that are being asked. Dropping it hangs up on all of them.
#[derive(Debug)]
pub(crate) struct Asking(JoinSet<Asked>);

impl Asking {
    /// The next that answers or fails; `None` when no more will. May be dropped while it waits.
    pub(crate) async fn next(&mut self) -> Option<Asked> {
        loop {
            match self.0.join_next().await? {
                Ok(asked) => return Some(asked),
                Err(cause) => tracing::error!(%cause, "a talk with a work peer was lost"),
            }
        }
    }
}

impl Talks {
    /// `timeouts` are those of asking for work.
    pub(crate) fn new(timeouts: Timeouts) -> Self {
        Self {
            runtime: OnceLock::new(),
            timeouts,
            asking: Arc::new(Semaphore::new(ASKING_MAX)),
            telling: Arc::new(Semaphore::new(TELLING_MAX)),
        }
    }

    /// Sends `body` to all of `peers` at once.
    pub(crate) fn ask(&self, peers: &[WorkPeer], body: &[u8]) -> Asking {
        let mut asking = JoinSet::new();
        let Some(handle) = self.handle() else { return Asking(asking) };
        for (index, peer) in peers.iter().enumerate() {
            let (peer, body) = (peer.clone(), body.to_vec());
            let (seats, timeouts) = (Arc::clone(&self.asking), self.timeouts);
            let talk = async move {
                // Never closed; without a seat there would be one connection more, no harm.
                let _seat = seats.acquire().await;
                let (address, answer) = http::post(&peer, body, timeouts).await;
                Asked { index, address, answer }
            };
            asking.spawn_on(talk, handle);
        }
        Asking(asking)
    }

    /// Sends `body` to `peer`, whatever it says to that.
    pub(crate) fn tell(&self, peer: &WorkPeer, body: Vec<u8>) {
        let Ok(seat) = Arc::clone(&self.telling).try_acquire_owned() else { return };
        let Some(handle) = self.handle() else { return };
        let peer = peer.clone();
        handle.spawn(async move {
            let (address, answer) = http::post(&peer, body, TELLING).await;
            if let Err(cause) = answer {
                tracing::debug!(peer = address, %cause, "a work peer did not hear of a cancel");
            }
            drop(seat);
        });
    }

    /// Waits.
    pub(crate) async fn pause(&self, pause: Duration) {
        let Some(handle) = self.handle() else { return };
        let mut pausing = JoinSet::new();
        pausing.spawn_on(async move { tokio::time::sleep(pause).await }, handle);
        // An error means that the runtime is going away, and whoever waits with it.
        pausing.join_next().await;
    }

    /// Makes sure that there is a runtime. Not called by two threads at once.
    pub(crate) fn start(&self) -> io::Result<()> {
        if self.runtime.get().is_none() {
            // Nobody else sets it.
            let _ = self.runtime.set(start()?);
        }
        Ok(())
    }

    fn handle(&self) -> Option<&Handle> {
        self.runtime.get().map(Runtime::handle)
    }
}

fn start() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(1)
        // To look up the names of hosts.
        .max_blocking_threads(8)
        .thread_name("work-peers")
        .enable_all()
        .build()
}

impl Drop for Talks {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waiting here would be waiting for peers.
            runtime.shutdown_background();
        }
    }
}
