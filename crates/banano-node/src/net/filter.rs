//! Messages that came before (`node.md` §8.1): a block and a vote come once from each peer, and need
//! to be read once.
//!
//! Asked by connections before they decode. Fixed in size; is given the time.

use std::hash::{BuildHasher as _, RandomState};

use banano_wire::MessageKind;

/// A message counts as known for so long.
const LIFETIME_MS: u64 = 60_000;

/// What a message is recognised by. Nobody outside can find two messages with the same one: the
/// hash has a secret key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(u64);

/// Remembers messages, the newest in each of its slots.
#[derive(Debug)]
pub(crate) struct Filter {
    secret: RandomState,
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    digest: u64,
    /// Zero: empty.
    until_ms: u64,
}

impl Filter {
    /// Each slot takes 16 bytes.
    pub(crate) fn new(slots: usize) -> Self {
        Self { secret: RandomState::new(), slots: vec![Slot::default(); slots.max(1)] }
    }

    /// Remembers a message. `None` if it is known already.
    pub(crate) fn insert(
        &mut self,
        kind: MessageKind,
        payload: &[u8],
        mono_ms: u64,
    ) -> Option<Digest> {
        let digest = self.secret.hash_one((kind.number(), payload));
        let slot = self.slot(digest)?;
        if slot.digest == digest && slot.until_ms > mono_ms {
            return None;
        }
        *slot = Slot { digest, until_ms: mono_ms.saturating_add(LIFETIME_MS) };
        Some(Digest(digest))
    }

    /// Forgets a message that could not be taken after all.
    pub(crate) fn forget(&mut self, Digest(digest): Digest) {
        if let Some(slot) = self.slot(digest).filter(|slot| slot.digest == digest) {
            *slot = Slot::default();
        }
    }

    fn slot(&mut self, digest: u64) -> Option<&mut Slot> {
        let index = digest % self.slots.len() as u64;
        self.slots.get_mut(usize::try_from(index).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_for_a_minute_unless_it_is_forgotten() {
        let mut filter = Filter::new(1024);
        let digest = filter.insert(MessageKind::Publish, b"one", 1).unwrap();
        assert_eq!(filter.insert(MessageKind::Publish, b"one", 60_000), None);
        assert!(filter.insert(MessageKind::ConfirmAck, b"one", 2).is_some(), "another kind");
        assert!(filter.insert(MessageKind::Publish, b"two", 2).is_some());
        filter.forget(digest);
        assert_eq!(filter.insert(MessageKind::Publish, b"one", 2), Some(digest));
        assert!(filter.insert(MessageKind::Publish, b"one", 60_002).is_some());
    }

    #[test]
    fn two_messages_in_one_slot_push_each_other_out() {
        let mut filter = Filter::new(1);
        let one = filter.insert(MessageKind::Publish, b"one", 1).unwrap();
        assert!(filter.insert(MessageKind::Publish, b"two", 1).is_some());
        filter.forget(one);
        assert_eq!(filter.insert(MessageKind::Publish, b"two", 1), None, "another's slot is kept");
        assert!(filter.insert(MessageKind::Publish, b"one", 1).is_some());
    }
}
