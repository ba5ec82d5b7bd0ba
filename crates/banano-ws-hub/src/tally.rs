//! What a pass handed out, in numbers.
//!
//! Counted by the pass, taken by whoever runs the hub. Counts per class, not per session, so that it
//! costs next to nothing.

use std::time::Duration;

use banano_ws_protocol::Topic;

/// What was handed out since somebody last asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Messages by [`Topic::index`], one for each session that was handed one.
    pub messages: [u64; Topic::ALL.len()],
    /// Their bytes, framing included.
    pub bytes: [u64; Topic::ALL.len()],
    /// How long it took to find out who wants one event, and to render it for them: measured for the
    /// first of a batch, if the hub was given something to measure with.
    pub render: Option<Duration>,
}

impl Tally {
    pub(crate) fn count(&mut self, topic: Topic, sessions: usize, bytes: usize) {
        let place = topic.index();
        if let Some(messages) = self.messages.get_mut(place) {
            *messages = messages.wrapping_add(sessions as u64);
        }
        if let Some(sum) = self.bytes.get_mut(place) {
            *sum = sum.wrapping_add((sessions as u64).wrapping_mul(bytes as u64));
        }
    }
}
