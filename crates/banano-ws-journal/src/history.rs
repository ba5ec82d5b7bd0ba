//! The past of several topics as one, in the order in which it happened.
//!
//! Made by [`Journal::history`](crate::Journal::history), for whoever hands events on: a publisher that
//! was late, an export. Reads files or asks a server, so call it where that blocks nobody. Never skips
//! over what is gone without saying so.

use std::{collections::VecDeque, io, sync::Arc};

use banano_ws_protocol::Stamped;

use crate::{Replay, ReplayBatch};

/// Events of one topic that are read ahead at once.
const AHEAD_EVENTS_MAX: usize = 256;
/// The same in bytes.
const AHEAD_BYTES_MAX: usize = 1 << 20;

/// A way through the past, topic beside topic.
#[derive(Debug)]
pub struct History {
    rows: Vec<Row>,
    is_whole: bool,
}

/// One topic's way, and what was read ahead of it.
#[derive(Debug)]
struct Row {
    replay: Replay,
    ahead: VecDeque<Arc<Stamped>>,
}

impl History {
    pub(crate) fn new(replays: impl IntoIterator<Item = Replay>) -> Self {
        let row = |replay| Row { replay, ahead: VecDeque::new() };
        Self { rows: replays.into_iter().map(row).collect(), is_whole: true }
    }

    /// Takes the next events, at most `max`. None: that was all.
    ///
    /// # Errors
    ///
    /// If the journal can't be read. Calling again tries again.
    pub fn next_batch(&mut self, max: usize) -> io::Result<Vec<Arc<Stamped>>> {
        let mut events = Vec::new();
        while events.len() < max {
            match self.take_next() {
                Ok(Some(event)) => events.push(event),
                Ok(None) => break,
                // What was taken comes first; the next call fails, if it still does.
                Err(_) if !events.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(events)
    }

    /// Whether every event that was looked for so far was still there.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    fn take_next(&mut self) -> io::Result<Option<Arc<Stamped>>> {
        for row in &mut self.rows {
            while row.ahead.is_empty() && !row.replay.is_over() {
                match row.replay.next_batch(AHEAD_EVENTS_MAX, AHEAD_BYTES_MAX)? {
                    ReplayBatch::Events { events, .. } => row.ahead.extend(events),
                    ReplayBatch::Lost { .. } => self.is_whole = false,
                }
            }
        }
        let place = |row: &&mut Row| row.ahead.front().map_or(u64::MAX, |event| event.sequence);
        let first = self.rows.iter_mut().min_by_key(place);
        Ok(first.and_then(|row| row.ahead.pop_front()))
    }
}
