//! What was told lately, so that nothing is told twice.
//!
//! Called by the queue, which all connections of a client share: the same block may come by two of
//! them, or again after a reconnect. Holds a bounded window; what fell out of it is told again.

use std::collections::{HashSet, VecDeque};

use banano_primitives::BlockHash;
use banano_ws_protocol::{Cursor, ReceivedEvent, ServerEvent, Topic, VoteCode};

/// Tells one event from another. Whole values, no fingerprint: a collision would lose a payment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    /// A block is cemented once, so its confirmation is one event, whoever tells it.
    Confirmation(BlockHash),
    /// Of a server without cursors, the block; it could be stored again after a rollback.
    Unconfirmed(BlockHash),
    /// A vote is what was signed, and what it was worth.
    Vote(BlockHash, [u8; 64], VoteCode),
    /// Anything else that has a place.
    Place(Topic, Cursor),
}

impl Key {
    /// `None` for what may rightly come twice.
    fn of(event: &ServerEvent) -> Option<Self> {
        match (&event.event, event.cursor) {
            (ReceivedEvent::Confirmation(it), _) => Some(Self::Confirmation(it.hash)),
            (ReceivedEvent::Vote(it), None) if it.code == VoteCode::Replay => None,
            (ReceivedEvent::Vote(it), None) => {
                Some(Self::Vote(it.vote.hash(), *it.vote.signature.as_bytes(), it.code))
            }
            (ReceivedEvent::NewUnconfirmedBlock(it), None) => {
                Some(Self::Unconfirmed(it.block.hash()))
            }
            (other, Some(cursor)) => Some(Self::Place(other.topic(), cursor)),
            (_, None) => None,
        }
    }

    const fn topic(&self) -> Topic {
        match self {
            Self::Confirmation(_) => Topic::Confirmation,
            Self::Unconfirmed(_) => Topic::NewUnconfirmedBlock,
            Self::Vote(..) => Topic::Vote,
            Self::Place(topic, _) => *topic,
        }
    }
}

/// A window of what was told.
#[derive(Debug)]
pub(crate) struct Seen {
    window: usize,
    order: VecDeque<Key>,
    keys: HashSet<Key>,
}

impl Seen {
    /// Remembers the last `window` events; zero remembers nothing.
    pub(crate) fn new(window: usize) -> Self {
        Self { window, order: VecDeque::new(), keys: HashSet::new() }
    }

    /// Whether `event` is new within the window. It is remembered from then on.
    pub(crate) fn is_new(&mut self, event: &ServerEvent) -> bool {
        let Some(key) = Key::of(event).filter(|_| self.window > 0) else { return true };
        if !self.keys.insert(key.clone()) {
            return false;
        }
        self.order.push_back(key);
        if self.order.len() > self.window
            && let Some(oldest) = self.order.pop_front()
        {
            self.keys.remove(&oldest);
        }
        true
    }

    /// Forgets a topic: whoever subscribes anew wants to see again what a replay holds.
    pub(crate) fn forget(&mut self, topic: Topic) {
        self.order.retain(|key| key.topic() != topic);
        self.keys.retain(|key| key.topic() != topic);
    }
}
