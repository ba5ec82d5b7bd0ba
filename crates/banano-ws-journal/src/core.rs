//! What a journal's handles, readers and writer have in common.
//!
//! Called by all of them. The one place where an event becomes visible: [`Core::publish`]. Never holds
//! its lock while anybody reads files or waits.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use banano_ws_protocol::{Cursor, Stamped, Topic};
use tokio::sync::watch;

use crate::{
    Limits,
    archive::Archive,
    failure::JournalFailure,
    locate::{Extent, Floor},
    meters::{JournalStats, Meters},
    window::{Range, Window},
};

/// State that all share.
pub(crate) struct Core {
    pub(crate) id: u32,
    window: Mutex<Window>,
    /// Sequence of the newest event. Readers sleep on it; only the latest value counts.
    newest: watch::Sender<u64>,
    /// Why no more can be appended, once that is so.
    failure: watch::Sender<Option<JournalFailure>>,
    /// What is kept outside of the window, if anything is.
    archive: Option<Arc<dyn Archive>>,
    pub(crate) meters: Meters,
}

impl Core {
    /// `newest` is the sequence of the last event of an earlier run. Of topics that the archive does
    /// not keep, everything up to there is gone; it happened before `opened_ms`.
    pub(crate) fn new(
        id: u32,
        limits: Limits,
        newest: u64,
        opened_ms: u64,
        archive: Option<Arc<dyn Archive>>,
    ) -> Self {
        let gone = Floor { sequence: newest, time_ms: if newest > 0 { opened_ms } else { 0 } };
        Self {
            id,
            window: Mutex::new(Window::new(limits, gone)),
            newest: watch::Sender::new(newest),
            failure: watch::Sender::new(None),
            archive,
            meters: Meters::default(),
        }
    }

    /// Makes events visible, in order: to the window, and to everyone who waits, who are woken once.
    /// `make` is given the sequence and the time of the newest event.
    pub(crate) fn publish(&self, make: impl FnOnce(u64, u64) -> Vec<Arc<Stamped>>) {
        self.change(|window| {
            for event in make(window.newest(), window.latest_ms()) {
                window.push(event);
            }
        });
    }

    /// Events of `topic` may be missing from now on.
    pub(crate) fn interrupt(&self, topic: Topic) {
        self.window().interrupt(topic);
    }

    /// How often that was said.
    pub(crate) fn interruptions(&self, topic: Topic) -> u64 {
        self.window().interruptions(topic)
    }

    /// All events of `topic` are published again, unless it was interrupted more often than that.
    pub(crate) fn resume(&self, topic: Topic, interruptions: u64, time_ms: u64) {
        self.change(|window| window.resume(topic, interruptions, time_ms));
    }

    /// The same, and those of meanwhile are, too.
    pub(crate) fn go_on(&self, topic: Topic) {
        self.window().go_on(topic);
    }

    /// Behind `from` all events of `topic` are published.
    pub(crate) fn hear(&self, topic: Topic, from: Floor) {
        let mut window = self.window();
        let interruptions = window.interruptions(topic);
        window.hear(topic, interruptions, from);
    }

    /// The last event of `topic` that may have been missed.
    pub(crate) fn missed(&self, topic: Topic) -> Floor {
        self.window().missed(topic)
    }

    fn change(&self, change: impl FnOnce(&mut Window)) {
        let newest = {
            let mut window = self.window();
            change(&mut window);
            window.newest()
        };
        // Two may get here in either order: the value only ever grows.
        self.newest.send_if_modified(|known| {
            let grown = newest > *known;
            *known = newest.max(*known);
            grown
        });
    }

    pub(crate) fn newest(&self) -> u64 {
        self.window().newest()
    }

    /// The time of the newest event.
    pub(crate) fn latest_ms(&self) -> u64 {
        self.window().latest_ms()
    }

    pub(crate) fn oldest(&self) -> u64 {
        self.window().oldest()
    }

    pub(crate) fn stats(&self) -> JournalStats {
        let disk_bytes = self.archive.as_ref().map_or(0, |archive| archive.bytes());
        let (append, sync) = (self.meters.append.read(), self.meters.sync.read());
        let window = self.window();
        JournalStats {
            newest: window.newest(),
            oldest: window.oldest(),
            memory_events: window.events(),
            memory_bytes: window.bytes(),
            disk_bytes,
            append,
            sync,
        }
    }

    pub(crate) fn cursor(&self) -> Cursor {
        Cursor { journal: self.id, sequence: self.newest() }
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// Copies what is held in memory from `first` on, at most `max` events.
    pub(crate) fn read(&self, first: u64, max: usize) -> Range {
        self.window().read(first, max)
    }

    /// The same, with the last event of `topic` that the window no longer holds at that moment.
    pub(crate) fn scan(&self, first: u64, max: usize, topic: Topic) -> (Range, Floor) {
        let window = self.window();
        (window.read(first, max), window.floor(topic))
    }

    /// The archive, if it keeps `topic`.
    pub(crate) fn archive(&self, topic: Topic) -> Option<&dyn Archive> {
        self.archive.as_deref().filter(|archive| archive.keeps(topic))
    }

    /// What is held of `topic`.
    pub(crate) fn extent(&self, topic: Topic) -> Extent {
        let archived = self.archive(topic).map(|archive| archive.floor(topic));
        let window = self.window();
        let floor = match archived {
            Some(floor) => floor.max(window.missed(topic)),
            None => window.floor(topic),
        };
        Extent { journal: self.id, floor, newest: window.newest() }
    }

    pub(crate) fn last_before(&self, time_ms: u64) -> u64 {
        self.window().last_before(time_ms)
    }

    /// Tells everyone that nothing more will be appended. The first reason stays.
    pub(crate) fn fail(&self, failure: JournalFailure) {
        self.failure.send_if_modified(|known| {
            let is_first = known.is_none();
            known.get_or_insert(failure);
            is_first
        });
    }

    pub(crate) fn failures(&self) -> watch::Receiver<Option<JournalFailure>> {
        self.failure.subscribe()
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        // Nothing that runs under the lock leaves the window half changed, so poison is no harm.
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("id", &self.id).finish_non_exhaustive()
    }
}
