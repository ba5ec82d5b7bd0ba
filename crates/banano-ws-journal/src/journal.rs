//! The journal itself: a handle that everyone may clone.
//!
//! Called by sources (append) and by whoever serves clients (read, replay). Says what can be asked of
//! a journal; what the backends have in common is `core`.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    path::Path,
    sync::Arc,
};

use banano_ws_protocol::{Cursor, Event, Since, Stamped, Topic};

use crate::{
    DiskConfig, Examined, JournalFailure, OpenError, Opened, Query,
    core::Core,
    disk::{self, Intake},
    history::History,
    locate::{Floor, LocateError},
    meters::{JournalStats, timed},
    reader::Reader,
    replay::Replay,
    stream::CLOCK_MARGIN_MS,
};

/// How much the journal keeps in memory. Whichever is reached first drops the oldest events; the
/// newest event is always kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Number of events.
    pub events: usize,
    /// Memory that the events take, estimated, in bytes.
    pub bytes: usize,
}

impl Default for Limits {
    /// 65,536 events, 64 MiB: some ten seconds of all topics at 2,000 blocks a second, so that a
    /// reader that was stalled for a moment finds what it missed.
    fn default() -> Self {
        Self { events: 65_536, bytes: 64 << 20 }
    }
}

/// How far another edge of the same stream may be ahead of this one, in events.
const AHEAD_MAX: u64 = 65_536;

/// So far the clock may go back without any event's time doing so, in milliseconds.
const MOMENT_MS: u64 = 1_000;

/// The time, in milliseconds since the Unix epoch.
pub(crate) type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The log of events. Clones are handles to the same journal. A journal on disk is closed when
/// [`Journal::close`] is called, or in its own time after the last handle is gone.
#[derive(Clone)]
pub struct Journal {
    core: Arc<Core>,
    backend: Backend,
}

/// What happens to appended events first.
#[derive(Clone)]
enum Backend {
    /// They are visible at once.
    Memory(Clock),
    /// They are written before.
    Disk(Arc<Intake>),
    /// There are none: a follower fills the journal, or nobody.
    Follower,
}

impl Journal {
    /// Makes a journal that lives in memory and ends with the process. `clock` gives the time in
    /// milliseconds since the Unix epoch; it is asked once per appended batch.
    pub fn memory(limits: Limits, clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        let core = Core::new(new_id(clock()), limits, 0, 0, None);
        Self { core: Arc::new(core), backend: Backend::Memory(Arc::new(clock)) }
    }

    /// Opens the journal of a folder, or makes one there: topics with a retention are kept on disk,
    /// the others in memory, with one sequence over all. Its two threads end with the journal.
    ///
    /// # Errors
    ///
    /// If the folder can't be used, is in use, or holds what this program can't read.
    pub fn open(
        config: &DiskConfig,
        clock: impl Fn() -> u64 + Send + Sync + 'static,
    ) -> Result<Opened, OpenError> {
        let clock: Clock = Arc::new(clock);
        let (core, intake, report) = disk::open(config, &clock)?;
        let journal = Self { core, backend: Backend::Disk(Arc::new(intake)) };
        Ok(Opened { journal, report })
    }

    /// Opens the journal of a folder to look at what it holds, and leaves it as it is: nothing is let go
    /// of, and what is appended goes nowhere. `now_ms` is the time since the Unix epoch.
    ///
    /// # Errors
    ///
    /// If there is no journal, it is in use, or it can't be read.
    pub fn examine(dir: &Path, now_ms: u64) -> Result<Examined, OpenError> {
        disk::examine(dir, now_ms)
    }

    /// A journal to which nothing is appended through a handle.
    pub(crate) fn following(core: Arc<Core>) -> Self {
        Self { core, backend: Backend::Follower }
    }

    /// Appends events in order: stamps them with the next sequence numbers and one time, and wakes
    /// the readers once. Callable from any thread.
    ///
    /// In memory they are visible when this returns, and this waits for nothing but a lock that is
    /// held as long as it takes to copy a batch of pointers. On disk they are queued; they become
    /// visible after they were written, so that a killed process has every event that anybody saw.
    /// While the queue is full, this waits. On an edge they are dropped: it tells what the stream has.
    pub fn append(&self, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        match &self.backend {
            Backend::Memory(clock) => timed(&self.core.meters.append, || {
                self.core.publish(|newest, latest_ms| {
                    let time_ms = steady(clock(), latest_ms);
                    stamp(self.core.id, newest, time_ms, events)
                });
            }),
            Backend::Disk(intake) => intake.append(events),
            Backend::Follower => {}
        }
    }

    /// Says that events of `topic` may not be appended although they happen, until [`Journal::resume`] or
    /// [`Journal::go_on`]. Places of before, and of meanwhile, have expired for this topic; what is kept
    /// of before can no longer be replayed, since it would end in a hole.
    pub fn interrupt(&self, topic: Topic) {
        self.core.interrupt(topic);
    }

    /// Says that all events of `topic` are appended from now on.
    pub fn resume(&self, topic: Topic) {
        let interruptions = self.core.interruptions(topic);
        match &self.backend {
            Backend::Memory(clock) => self.core.resume(topic, interruptions, clock()),
            Backend::Disk(intake) => intake.resume(topic, interruptions),
            Backend::Follower => {}
        }
    }

    /// Says that all events of `topic` are appended from now on, and that those which happened since
    /// [`Journal::interrupt`] were, or will be: places of before are good again.
    pub fn go_on(&self, topic: Topic) {
        self.core.go_on(topic);
    }

    /// The last event of `topic` that may have been missed; one that may still come, while interrupted.
    pub(crate) fn missed(&self, topic: Topic) -> Floor {
        self.core.missed(topic)
    }

    /// The time of the newest event.
    pub(crate) fn latest_ms(&self) -> u64 {
        self.core.latest_ms()
    }

    /// Waits until everything that was appended before is visible; on disk, also synced.
    /// Blocks; for the end of a program, and for tests.
    pub fn flush(&self) {
        if let Backend::Disk(intake) = &self.backend {
            intake.flush();
        }
    }

    /// Ends the journal: what was appended is written and synced, and the folder marked as whole.
    /// Nothing can be appended any more. Blocks. The folder can be opened again once all handles,
    /// readers and replays are gone.
    pub fn close(&self) {
        if let Backend::Disk(intake) = &self.backend {
            intake.close();
        }
    }

    /// Waits until the journal can't be written any more, if ever. Cancel safe.
    pub async fn failed(&self) -> JournalFailure {
        let mut failures = self.core.failures();
        loop {
            if let Some(failure) = failures.borrow_and_update().clone() {
                return failure;
            }
            if failures.changed().await.is_err() {
                // The sender lives in the core, which this handle holds: it can't be gone.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Names this journal in cursors.
    pub fn id(&self) -> u32 {
        self.core.id
    }

    /// What it holds, and how long appending takes.
    pub fn stats(&self) -> JournalStats {
        self.core.stats()
    }

    /// Sequence of the newest event; 0 before the first.
    pub fn newest(&self) -> u64 {
        self.core.newest()
    }

    /// The place behind the newest event.
    pub fn cursor(&self) -> Cursor {
        self.core.cursor()
    }

    /// Finds the sequence **after** which a replay of `topic` begins, for [`Journal::replay`]: every
    /// event of the topic that stands behind it is held. `Oldest` is always good. May read files; on
    /// an edge, waits a moment for the server where a time lies before what memory holds. A cursor
    /// that another edge gave may be a little ahead of this one, and is good, too.
    ///
    /// # Errors
    ///
    /// [`LocateError::Expired`] if that isn't so: too old, of another journal, or of the future.
    pub fn locate(&self, topic: Topic, since: &Since) -> Result<u64, LocateError> {
        let extent = self.core.extent(topic);
        let surely = |time_ms: u64| time_ms.saturating_sub(CLOCK_MARGIN_MS);
        let is_edge = matches!(self.backend, Backend::Follower);
        if let Since::Cursor(Cursor { journal, sequence }) = since
            && is_edge
            && *journal == extent.journal
            && *sequence > extent.newest
            && sequence - extent.newest <= AHEAD_MAX
        {
            return Ok(*sequence);
        }
        extent.locate(since, |time_ms| match self.core.archive(topic) {
            // Spares the server the question where memory has the answer, whatever the sources' clocks say.
            Some(_) if is_edge && self.core.last_before(surely(time_ms)) >= self.core.oldest() => {
                Ok(self.core.last_before(time_ms))
            }
            Some(archive) => archive.last_before(topic, time_ms),
            None => Ok(self.core.last_before(time_ms)),
        })
    }

    /// Reads again the events that `query` looks for, from the first after `after` to `until`
    /// included; no further than the newest event there is now.
    pub fn replay(&self, query: Query, after: u64, until: u64) -> Replay {
        Replay::new(Arc::clone(&self.core), query, after, until.min(self.newest()))
    }

    /// The events that any of `queries` looks for, in the order in which they happened. Each begins
    /// behind the sequence beside it and ends with `until` included, or the newest event there is now.
    pub fn history(&self, queries: impl IntoIterator<Item = (Query, u64)>, until: u64) -> History {
        History::new(queries.into_iter().map(|(query, after)| self.replay(query, after, until)))
    }

    /// Sequence of the oldest event that is still held in memory; one past [`Journal::newest`] while
    /// none is.
    pub fn oldest(&self) -> u64 {
        self.core.oldest()
    }

    /// A reader of what is appended from now on.
    pub fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.core))
    }
}

/// A name for a new journal: cursors of an earlier one must not look valid in it.
pub(crate) fn new_id(time_ms: u64) -> u32 {
    let [a, b, c, d, ..] = RandomState::new().hash_one(time_ms).to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// The time of an event behind one of `latest_ms`. A clock that is set right by a moment stands still
/// instead, so that times go back only where somebody has set it.
pub(crate) fn steady(now_ms: u64, latest_ms: u64) -> u64 {
    let is_moment = latest_ms.saturating_sub(now_ms) <= MOMENT_MS;
    if is_moment { now_ms.max(latest_ms) } else { now_ms }
}

/// Gives events their places behind `newest`.
pub(crate) fn stamp(
    journal: u32,
    newest: u64,
    time_ms: u64,
    events: Vec<Event>,
) -> Vec<Arc<Stamped>> {
    let sequences = newest.saturating_add(1)..;
    let places = sequences.zip(events);
    places
        .map(|(sequence, event)| Arc::new(Stamped { journal, sequence, time_ms, event }))
        .collect()
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("id", &self.core.id).finish_non_exhaustive()
    }
}
