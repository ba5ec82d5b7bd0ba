//! The chapters of all topics that are on disk.
//!
//! Read by replays, changed by the writer (a new chapter at the end) and by the upkeep (the oldest goes).
//! Its lock is held for a look at the list only, never while files are read.

use std::{
    io,
    sync::{Arc, PoisonError, RwLock},
};

use banano_ws_protocol::Topic;

use super::{chapter::Chapter, config::Retention};
use crate::{
    Query,
    archive::{Archive, Found, Room},
    locate::Floor,
};

/// The chapters by topic; `None` for a topic that is not on disk.
#[derive(Debug)]
pub(super) struct Shelf(RwLock<[Option<Row>; Topic::ALL.len()]>);

/// One topic's chapters.
#[derive(Debug)]
struct Row {
    retention: Retention,
    floor: Floor,
    /// Oldest first; each ends where the next begins.
    chapters: Vec<Arc<Chapter>>,
}

impl Shelf {
    pub(super) fn new(topics: impl Fn(Topic) -> Option<(Retention, Floor)>) -> Self {
        Self(RwLock::new(Topic::ALL.map(|topic| {
            topics(topic).map(|(retention, floor)| Row { retention, floor, chapters: Vec::new() })
        })))
    }

    /// Puts a chapter behind those of its topic. Whether there is a place for it.
    pub(super) fn push(&self, chapter: Arc<Chapter>) -> bool {
        self.change(chapter.topic, |row| {
            row.chapters.push(chapter);
            row.chapters.sort_unstable_by_key(|chapter| chapter.first);
        })
        .is_some()
    }

    /// The chapter that an event of `topic` goes into now; the error is whether a new one has to be
    /// begun, which isn't so for a topic that is not on disk.
    pub(super) fn open_chapter(&self, topic: Topic, now_ms: u64) -> Result<Arc<Chapter>, bool> {
        let open = self.look(topic, |row| {
            let last = row.chapters.last().filter(|chapter| {
                // Within one, times only grow, so that they can be looked for.
                now_ms >= chapter.last_ms()
                    && !row.retention.is_part(chapter.first_ms(), chapter.bytes(), now_ms)
            });
            last.cloned().ok_or(true)
        });
        open.unwrap_or(Err(false))
    }

    /// The oldest chapter of `topic`, if it has to go, and what is gone then.
    pub(super) fn outdated(&self, topic: Topic, now_ms: u64) -> Option<(Arc<Chapter>, Floor)> {
        self.look(topic, |row| {
            // The last one may be written to.
            let [oldest, _, ..] = row.chapters.as_slice() else { return None };
            let bytes: u64 = row.chapters.iter().map(|chapter| chapter.bytes()).sum();
            let is_old = now_ms.saturating_sub(oldest.last_ms()) > row.retention.max_age_ms;
            let is_over = is_old || bytes > row.retention.max_bytes;
            let floor = Floor { sequence: oldest.last(), time_ms: oldest.last_ms() };
            is_over.then(|| (Arc::clone(oldest), floor))
        })
        .flatten()
    }

    /// The highest sequence on disk; 0 if nothing is.
    pub(super) fn newest(&self) -> u64 {
        let lasts = Topic::ALL.into_iter().filter_map(|topic| {
            self.look(topic, |row| row.chapters.last().map_or(0, |chapter| chapter.last()))
        });
        lasts.max().unwrap_or(0)
    }

    /// The chapters of `topic`, oldest first.
    pub(super) fn chapters(&self, topic: Topic) -> Vec<Arc<Chapter>> {
        self.look(topic, |row| row.chapters.clone()).unwrap_or_default()
    }

    /// Takes the oldest chapter of `topic` off.
    pub(super) fn drop_oldest(&self, topic: Topic, floor: Floor) {
        self.change(topic, |row| {
            if !row.chapters.is_empty() {
                row.chapters.remove(0);
            }
            row.floor = floor;
        });
    }

    fn look<T>(&self, topic: Topic, look: impl FnOnce(&Row) -> T) -> Option<T> {
        // Nothing that runs under the lock leaves it half changed, so poison is no harm.
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        rows.get(topic.index())?.as_ref().map(look)
    }

    fn change(&self, topic: Topic, change: impl FnOnce(&mut Row)) -> Option<()> {
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        rows.get_mut(topic.index())?.as_mut().map(change)
    }
}

impl Archive for Shelf {
    fn keeps(&self, topic: Topic) -> bool {
        self.look(topic, |_| ()).is_some()
    }

    fn bytes(&self) -> u64 {
        let of_topic = |row: &Row| row.chapters.iter().map(|chapter| chapter.bytes()).sum::<u64>();
        Topic::ALL.into_iter().filter_map(|topic| self.look(topic, of_topic)).sum()
    }

    fn floor(&self, topic: Topic) -> Floor {
        self.look(topic, |row| row.floor).unwrap_or_default()
    }

    fn last_before(&self, topic: Topic, time_ms: u64) -> io::Result<u64> {
        let mut before = 0;
        for chapter in self.chapters(topic) {
            if chapter.last_ms() < time_ms {
                before = chapter.last().max(before);
            } else if chapter.first_ms() < time_ms {
                return chapter.last_before(time_ms);
            } else {
                break;
            }
        }
        Ok(before)
    }

    fn read(&self, query: &Query, after: u64, until: u64, room: Room) -> io::Result<Found> {
        let found = self.look(query.topic, |row| {
            if row.floor.sequence > after {
                return Err(Found::Gone { to: row.floor.sequence });
            }
            let next = after.saturating_add(1);
            let place = row.chapters.partition_point(|chapter| chapter.first <= next);
            let end = row.chapters.get(place).map_or(until, |later| later.first.saturating_sub(1));
            let chapter = place.checked_sub(1).and_then(|place| row.chapters.get(place));
            Ok((chapter.cloned(), end.min(until)))
        });
        match found {
            Some(Ok((Some(chapter), end))) => chapter.read(query, after, end, room),
            // Before the first event of the topic.
            Some(Ok((None, end))) => Ok(Found::Events { events: Vec::new(), scanned: end }),
            Some(Err(gone)) => Ok(gone),
            None => Ok(Found::Gone { to: until }),
        }
    }
}
