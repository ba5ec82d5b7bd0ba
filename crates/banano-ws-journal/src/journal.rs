//! The journal itself: a handle that everyone may clone.
//!
//! Called by sources (append) and by whoever serves clients (read). Owns the clock that stamps
//! events. Never holds its lock while a reader works.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use banano_ws_protocol::{Event, Stamped};
use tokio::sync::watch;

use crate::{
    reader::Reader,
    window::{Range, Window},
};

/// How much the journal keeps. Whichever is reached first drops the oldest events; the newest
/// event is always kept.
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

/// The log of events. Clones are handles to the same journal.
#[derive(Clone)]
pub struct Journal {
    shared: Arc<Shared>,
}

/// What handles and readers have in common.
pub(crate) struct Shared {
    id: u32,
    clock: Box<dyn Fn() -> u64 + Send + Sync>,
    window: Mutex<Window>,
    /// Sequence of the newest event. Readers sleep on it; only the latest value counts.
    newest: watch::Sender<u64>,
}

impl Journal {
    /// Makes a journal that lives in memory and ends with the process. `clock` gives the time in
    /// milliseconds since the Unix epoch; it is asked once per appended batch.
    pub fn memory(limits: Limits, clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        // A new name with every start: cursors of an earlier journal must not look valid in this.
        let [a, b, c, d, ..] = RandomState::new().hash_one(clock()).to_le_bytes();
        let id = u32::from_le_bytes([a, b, c, d]);
        Self {
            shared: Arc::new(Shared {
                id,
                clock: Box::new(clock),
                window: Mutex::new(Window::new(limits)),
                newest: watch::Sender::new(0),
            }),
        }
    }

    /// Appends events in order: stamps them with the next sequence numbers and one time, and wakes
    /// the readers once. Callable from any thread; waits only for the lock, which nobody holds for
    /// longer than it takes to copy a batch of pointers.
    pub fn append(&self, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        let newest = {
            let mut window = self.shared.window();
            let time_ms = (self.shared.clock)();
            for event in events {
                let sequence = window.newest().saturating_add(1);
                let journal = self.shared.id;
                window.push(Arc::new(Stamped { journal, sequence, time_ms, event }));
            }
            window.newest()
        };
        // Two appenders may get here in either order: the value only ever grows.
        self.shared.newest.send_if_modified(|known| {
            let grown = newest > *known;
            *known = newest.max(*known);
            grown
        });
    }

    /// Names this journal in cursors.
    pub fn id(&self) -> u32 {
        self.shared.id
    }

    /// Sequence of the newest event; 0 before the first.
    pub fn newest(&self) -> u64 {
        self.shared.window().newest()
    }

    /// Sequence of the oldest event that is still held; one past [`Journal::newest`] while none is.
    pub fn oldest(&self) -> u64 {
        self.shared.window().oldest()
    }

    /// A reader of what is appended from now on.
    pub fn reader(&self) -> Reader {
        let changes = self.shared.newest.subscribe();
        let next = self.newest().saturating_add(1);
        Reader::new(Arc::clone(&self.shared), changes, next)
    }
}

impl Shared {
    /// Copies what is held from `first` on, at most `max` events.
    pub(crate) fn read(&self, first: u64, max: usize) -> Range {
        self.window().read(first, max)
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        // Nothing that runs under the lock leaves the window half changed, so poison is no harm.
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("id", &self.shared.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("id", &self.id).finish_non_exhaustive()
    }
}
