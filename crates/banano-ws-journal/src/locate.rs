//! Where a replay begins: from what a client says to a sequence.
//!
//! Called by the journal. Holds the one rule of what has expired: a place is good only if every event
//! of the topic behind it is still held.

use std::io;

use banano_ws_protocol::{Cursor, Since};

/// Why a replay can't begin where it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// Events behind that place are no longer held, or never were in this journal.
    #[error("the journal does not hold everything since then")]
    Expired(Expired),
    /// The journal could not be read.
    #[error("cannot read the journal")]
    Read(#[source] io::Error),
}

/// What a journal could offer instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expired {
    /// The earliest cursor from which the topic can be replayed without a hole: just before the
    /// oldest event that is held.
    pub oldest: Cursor,
    /// The cursor of the newest event of any topic.
    pub newest: Cursor,
}

/// The last event of a topic that is no longer held, or never was. The default is: all are. The later one
/// is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Floor {
    /// Its sequence; 0 if none is gone.
    pub(crate) sequence: u64,
    /// Its time; meaningless if none is gone.
    pub(crate) time_ms: u64,
}

/// What a journal has of a topic at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) journal: u32,
    pub(crate) floor: Floor,
    pub(crate) newest: u64,
}

impl Extent {
    /// The sequence after which the replay begins. `seek` finds the last event before a time, or 0.
    pub(crate) fn locate(
        &self,
        since: &Since,
        seek: impl FnOnce(u64) -> io::Result<u64>,
    ) -> Result<u64, LocateError> {
        // The floor itself is a good place, also while the events behind it are still to come.
        let is_held = self.floor.sequence..=self.newest.max(self.floor.sequence);
        match since {
            Since::Oldest => Ok(self.floor.sequence),
            Since::Cursor(Cursor { journal, sequence }) => (*journal == self.journal
                && is_held.contains(sequence))
            .then_some(*sequence)
            .ok_or(LocateError::Expired(self.offer())),
            Since::Time(time_ms) => {
                let is_gone = self.floor.sequence > 0 && self.floor.time_ms >= *time_ms;
                if is_gone {
                    return Err(LocateError::Expired(self.offer()));
                }
                let before = seek(*time_ms).map_err(LocateError::Read)?;
                Ok(before.clamp(self.floor.sequence, self.newest.max(self.floor.sequence)))
            }
        }
    }

    fn offer(&self) -> Expired {
        let cursor = |sequence| Cursor { journal: self.journal, sequence };
        Expired {
            oldest: cursor(self.floor.sequence),
            newest: cursor(self.newest.max(self.floor.sequence)),
        }
    }
}
