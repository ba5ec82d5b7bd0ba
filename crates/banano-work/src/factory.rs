//! The factory: every request for work goes through it, to local threads or to work peers.
//!
//! Called by the node. Owns the pool, the list of peers and the thread that talks to them. Never
//! decides what an answer means: that is the attempt's.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use banano_primitives::{Root, Work};
use tokio_util::sync::CancellationToken;

use crate::answer::{self, PeerFailure};
use crate::attempt::{Attempt, Decision, End, Input, Means};
use crate::backoff::Backoff;
use crate::http::Timeouts;
use crate::peer::WorkPeer;
use crate::pool::WorkPool;
use crate::request::{Outcome, Request, WorkError, WorkFinished, WorkReport};
use crate::talks::{Asked, Talks};

/// Work peers that can be configured. All of them are asked at once for every request.
pub const PEERS_MAX: usize = 64;

/// What only tests change.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// How long a peer may take.
    timeouts: Timeouts,
    /// The pause before the second attempt.
    first_pause: Duration,
}

/// Work at a live network's difficulty takes a processor about a minute (`node.md` §6.2); the first
/// pause is the reference's (`node.md` §6.1).
const PACE: Pace = Pace {
    timeouts: Timeouts { connect: Duration::from_secs(5), answer: Duration::from_mins(2) },
    first_pause: Duration::from_secs(1),
};

/// Finds work, by local threads and by work peers (`node.md` §6.1).
///
/// Dropping the factory cancels what waits and ends its threads.
pub struct WorkFactory {
    pool: Option<WorkPool>,
    peers: Mutex<Peers>,
    live: Mutex<Live>,
    talks: Talks,
    first_pause: Duration,
    report: WorkReport,
    stop: CancellationToken,
}

/// The configured peers.
struct Peers {
    list: Vec<WorkPeer>,
    /// All of them failed the last time, and none has been of use since.
    unresponsive: bool,
}

/// Requests whose callers wait. As many as there are callers.
#[derive(Default)]
struct Live {
    last_id: u64,
    requests: BTreeMap<u64, (Root, CancellationToken)>,
}

/// Why a work peer is not added.
#[derive(Debug, thiserror::Error)]
pub enum AddPeerError {
    /// The list is full.
    #[error("there are {PEERS_MAX} work peers already, and that is the most there can be")]
    TooMany,
    /// The system refused the thread that talks to peers.
    #[error("cannot start the thread that talks to work peers")]
    Thread(#[source] io::Error),
}

impl fmt::Debug for WorkFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkFactory")
            .field("pool", &self.pool)
            .field("peers", &self.peers())
            .finish_non_exhaustive()
    }
}

impl WorkFactory {
    /// A factory with local threads, or without, and no peers yet. `report` hears of every attempt
    /// that ended.
    pub fn new(pool: Option<WorkPool>, report: WorkReport) -> Self {
        Self::at_pace(pool, report, PACE)
    }

    fn at_pace(pool: Option<WorkPool>, report: WorkReport, pace: Pace) -> Self {
        Self {
            pool,
            peers: Mutex::new(Peers { list: Vec::new(), unresponsive: false }),
            live: Mutex::default(),
            talks: Talks::new(pace.timeouts),
            first_pause: pace.first_pause,
            report,
            stop: CancellationToken::new(),
        }
    }

    /// Whether there are local threads.
    pub const fn has_threads(&self) -> bool {
        self.pool.is_some()
    }

    /// The configured peers, in the order in which they were added.
    pub fn peers(&self) -> Vec<WorkPeer> {
        lock(&self.peers).list.clone()
    }

    /// Adds a peer, for the attempts to come. One that is there already is not added again.
    ///
    /// # Errors
    /// When the list is full, or the system refuses a thread for the first one.
    pub fn add_peer(&self, peer: WorkPeer) -> Result<(), AddPeerError> {
        let mut peers = lock(&self.peers);
        if peers.list.contains(&peer) {
            return Ok(());
        }
        if peers.list.len() >= PEERS_MAX {
            return Err(AddPeerError::TooMany);
        }
        self.talks.start().map_err(AddPeerError::Thread)?;
        peers.list.push(peer);
        // The new one has not failed.
        peers.unresponsive = false;
        Ok(())
    }

    /// Forgets all peers. Attempts under way still wait for theirs.
    pub fn clear_peers(&self) {
        let mut peers = lock(&self.peers);
        peers.list.clear();
        peers.unresponsive = false;
    }

    /// Requests whose callers wait.
    pub fn waiting(&self) -> usize {
        lock(&self.live).requests.len()
    }

    /// Finds work. A request that all peers failed and that no local thread works on is tried again
    /// after a pause, each time with the peers of that time. A caller that stops waiting withdraws
    /// its request.
    ///
    /// # Errors
    /// When the request was cancelled, or nobody can do it.
    pub async fn generate(&self, request: Request) -> Result<Work, WorkError> {
        let place = Place::take(self, request.root);
        let mut backoff = Backoff::starting_with(self.first_pause);
        loop {
            match self.attempt(&request, &place.cancelled).await? {
                End::Found { work, .. } => return Ok(work),
                End::Cancelled => return Err(WorkError::Cancelled),
                End::Failed { again: false } => return Err(WorkError::Failed),
                End::Failed { again: true } => {
                    let pause = backoff.pause();
                    tracing::warn!(root = %request.root, ?pause, "all work peers failed, will try again");
                    tokio::select! {
                        biased;
                        () = place.cancelled.cancelled() => return Err(WorkError::Cancelled),
                        () = self.talks.pause(pause) => {}
                    }
                }
            }
        }
    }

    /// Cancels every request for `root` and returns how many there were.
    pub fn cancel(&self, root: &Root) -> usize {
        let mut live = lock(&self.live);
        let before = live.requests.len();
        live.requests.retain(|_, (other, cancelled)| {
            let stays = other != root;
            if !stays {
                cancelled.cancel();
            }
            stays
        });
        before.saturating_sub(live.requests.len())
    }

    /// Cancels everything. What is asked for later is cancelled at once.
    pub fn stop(&self) {
        self.stop.cancel();
        if let Some(pool) = &self.pool {
            pool.stop();
        }
    }

    /// Asks everybody who is to be asked, once.
    async fn attempt(
        &self,
        request: &Request,
        cancelled: &CancellationToken,
    ) -> Result<End, WorkError> {
        if cancelled.is_cancelled() {
            return Err(WorkError::Cancelled);
        }
        let (peers, peers_unresponsive) = {
            let peers = lock(&self.peers);
            let list = if request.use_peers { peers.list.clone() } else { Vec::new() };
            (list, peers.unresponsive)
        };
        let means = Means { peers: peers.len(), threads: self.has_threads(), peers_unresponsive };
        let attempt =
            Attempt::begin(request.root, request.difficulty, means).ok_or(WorkError::Disabled)?;
        let mut asked = self.talks.ask(&peers, &answer::generate_body(request));
        let mut under_way = UnderWay::new(self, request, peers, attempt);
        let mut local = std::pin::pin!(self.local(request));
        loop {
            let input = tokio::select! {
                biased;
                () = cancelled.cancelled() => Input::Cancelled,
                work = &mut local, if under_way.attempt.is_local() => Input::Local(work),
                asked = asked.next(), if under_way.attempt.waits_for_peers() => under_way.heard(asked),
            };
            if let Some(end) = under_way.take(input) {
                return Ok(end);
            }
        }
    }

    /// What local threads find; `None` when they give up.
    async fn local(&self, request: &Request) -> Option<Work> {
        match &self.pool {
            Some(pool) => pool.generate(request.root, request.difficulty).await.ok(),
            None => None,
        }
    }
}

impl Drop for WorkFactory {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A caller's entry among those who wait.
struct Place<'a> {
    factory: &'a WorkFactory,
    id: u64,
    cancelled: CancellationToken,
}

impl<'a> Place<'a> {
    fn take(factory: &'a WorkFactory, root: Root) -> Self {
        let cancelled = factory.stop.child_token();
        let mut live = lock(&factory.live);
        live.last_id = live.last_id.wrapping_add(1);
        let id = live.last_id;
        live.requests.insert(id, (root, cancelled.clone()));
        Self { factory, id, cancelled }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        lock(&self.factory.live).requests.remove(&self.id);
    }
}

/// An attempt under way. Reports once: at its end, or when its caller goes away.
struct UnderWay<'a> {
    factory: &'a WorkFactory,
    request: &'a Request,
    peers: Vec<WorkPeer>,
    attempt: Attempt,
    since: Instant,
}

impl<'a> UnderWay<'a> {
    fn new(
        factory: &'a WorkFactory,
        request: &'a Request,
        peers: Vec<WorkPeer>,
        attempt: Attempt,
    ) -> Self {
        Self { factory, request, peers, attempt, since: now() }
    }

    /// What came from the peers. `None` means that no more will: one that was waited for is lost.
    fn heard(&self, asked: Option<Asked>) -> Input {
        if let Some(Asked { index, address, answer }) = asked {
            return Input::Peer { index, address, answer };
        }
        let index = self.attempt.first_waiting().unwrap_or_default();
        let address = self.peers.get(index).map(ToString::to_string).unwrap_or_default();
        Input::Peer { index, address, answer: Err(PeerFailure::Vanished) }
    }

    /// Takes in what happened and carries out what follows.
    fn take(&mut self, input: Input) -> Option<End> {
        let Decision { peers_unresponsive, cancel, end } = self.attempt.take(input);
        if let Some(unresponsive) = peers_unresponsive {
            lock(&self.factory.peers).unresponsive = unresponsive;
        }
        for peer in cancel.into_iter().filter_map(|index| self.peers.get(index)) {
            self.factory.talks.tell(peer, answer::cancel_body(&self.request.root));
        }
        if let Some(end) = &end {
            self.report(end);
        }
        end
    }

    fn report(&mut self, end: &End) {
        let outcome = match end {
            End::Found { source, work } => Outcome::Success { source: source.clone(), work: *work },
            End::Cancelled => Outcome::Cancelled,
            End::Failed { .. } => Outcome::Failure,
        };
        (self.factory.report)(WorkFinished {
            root: self.request.root,
            difficulty: self.request.difficulty,
            duration: now().saturating_duration_since(self.since),
            outcome,
            bad_peers: self.attempt.take_bad_peers(),
        });
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        // Nothing, if it had its end.
        self.take(Input::Cancelled);
    }
}

/// What is locked stays whole: nothing that could panic happens under a lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the factory reports how long an attempt really took"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests;
