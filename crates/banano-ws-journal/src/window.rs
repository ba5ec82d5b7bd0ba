//! The events that are held, oldest first, without a gap.
//!
//! Called by the journal under its lock. Touches nothing else. Never holds more than its limits
//! allow, but always the newest event.

use std::{collections::VecDeque, sync::Arc};

use banano_ws_protocol::Stamped;

use crate::{Limits, footprint::footprint};

/// A run of events with consecutive sequence numbers.
#[derive(Debug)]
pub(crate) struct Window {
    limits: Limits,
    events: VecDeque<Arc<Stamped>>,
    bytes: usize,
    /// Sequence of the last event that was pushed; 0 before the first.
    newest: u64,
}

/// What [`Window::read`] found.
#[derive(Debug)]
pub(crate) struct Range {
    /// Sequence of the first event of `events`, or where the next one will stand. Greater than
    /// what was asked for if that is no longer held.
    pub(crate) first: u64,
    /// The events, in order.
    pub(crate) events: Vec<Arc<Stamped>>,
}

impl Window {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, events: VecDeque::new(), bytes: 0, newest: 0 }
    }

    pub(crate) fn newest(&self) -> u64 {
        self.newest
    }

    pub(crate) fn oldest(&self) -> u64 {
        self.events.front().map_or(self.newest.saturating_add(1), |event| event.sequence)
    }

    /// Takes the next event in; lets the oldest go where a limit is passed.
    pub(crate) fn push(&mut self, event: Arc<Stamped>) {
        self.newest = event.sequence;
        self.bytes = self.bytes.saturating_add(footprint(&event));
        self.events.push_back(event);
        while self.events.len() > 1 && self.is_over() {
            if let Some(gone) = self.events.pop_front() {
                self.bytes = self.bytes.saturating_sub(footprint(&gone));
            }
        }
    }

    fn is_over(&self) -> bool {
        self.events.len() > self.limits.events || self.bytes > self.limits.bytes
    }

    /// Copies the events from sequence `first` on, at most `max`.
    pub(crate) fn read(&self, first: u64, max: usize) -> Range {
        let first = first.max(self.oldest());
        let skipped = usize::try_from(first - self.oldest()).unwrap_or(usize::MAX);
        let events = self.events.iter().skip(skipped).take(max).cloned().collect();
        Range { first, events }
    }
}
