//! The events that are held in memory, oldest first.
//!
//! Called by the core under its lock. Touches nothing else. Never holds more than its limits allow,
//! but always the newest event, and remembers what it let go of.

use std::{collections::VecDeque, sync::Arc};

use banano_ws_protocol::{Stamped, Topic};

use crate::{Limits, footprint::footprint, locate::Floor};

/// A run of events in the order of their sequence numbers. Between two of them none was missed, even
/// if their numbers are not consecutive.
#[derive(Debug)]
pub(crate) struct Window {
    limits: Limits,
    events: VecDeque<Arc<Stamped>>,
    bytes: usize,
    /// Sequences of events that are earlier than the ones before them: the clock was set back.
    set_back: VecDeque<u64>,
    /// Time of the last event that was pushed.
    latest_ms: u64,
    /// Sequence of the last event that was pushed.
    newest: u64,
    /// Sequence of the last event of any topic that is not held.
    gone: u64,
    /// What is not held, by topic.
    floors: [Floor; Topic::ALL.len()],
    /// How each topic is listened to.
    hearing: [Hearing; Topic::ALL.len()],
}

/// How a topic is listened to.
#[derive(Debug, Clone, Copy, Default)]
struct Hearing {
    /// From here on all its events are published; what happened before, not all of it.
    from: Floor,
    /// Events may be missing now.
    is_interrupted: bool,
    /// How often it was interrupted.
    interruptions: u64,
}

/// What [`Window::read`] found.
#[derive(Debug)]
pub(crate) struct Range {
    /// Sequence of the last event of any topic that is not held. Some of what was asked for is
    /// missing if this is not less.
    pub(crate) gone: u64,
    /// The events, in order.
    pub(crate) events: Vec<Arc<Stamped>>,
    /// Everything up to here was looked at.
    pub(crate) scanned: u64,
}

impl Window {
    /// A window that begins behind `gone`.
    pub(crate) fn new(limits: Limits, gone: Floor) -> Self {
        Self {
            limits,
            events: VecDeque::new(),
            bytes: 0,
            set_back: VecDeque::new(),
            latest_ms: gone.time_ms,
            newest: gone.sequence,
            gone: gone.sequence,
            floors: [gone; Topic::ALL.len()],
            hearing: [Hearing::default(); Topic::ALL.len()],
        }
    }

    pub(crate) fn newest(&self) -> u64 {
        self.newest
    }

    pub(crate) fn oldest(&self) -> u64 {
        self.events.front().map_or(self.newest.saturating_add(1), |event| event.sequence)
    }

    /// How many events are held.
    pub(crate) fn events(&self) -> usize {
        self.events.len()
    }

    /// The memory that they take, estimated.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes the next event in; lets the oldest go where a limit is passed.
    pub(crate) fn push(&mut self, event: Arc<Stamped>) {
        self.newest = event.sequence;
        if event.time_ms < self.latest_ms && !self.events.is_empty() {
            self.set_back.push_back(event.sequence);
        }
        self.latest_ms = event.time_ms;
        self.bytes = self.bytes.saturating_add(footprint(&event));
        self.events.push_back(event);
        while self.events.len() > 1 && self.is_over() {
            if let Some(gone) = self.events.pop_front() {
                self.bytes = self.bytes.saturating_sub(footprint(&gone));
                self.gone = gone.sequence;
                if self.set_back.front().is_some_and(|place| *place <= gone.sequence) {
                    self.set_back.pop_front();
                }
                if let Some(floor) = self.floors.get_mut(gone.event.topic().index()) {
                    *floor = Floor { sequence: gone.sequence, time_ms: gone.time_ms };
                }
            }
        }
    }

    fn is_over(&self) -> bool {
        self.events.len() > self.limits.events || self.bytes > self.limits.bytes
    }

    /// The last event of `topic` that is not held, or that may have been missed; one that may still come,
    /// while it is interrupted.
    pub(crate) fn floor(&self, topic: Topic) -> Floor {
        let floor = self.floors.get(topic.index()).copied().unwrap_or_default();
        floor.max(self.missed(topic))
    }

    /// The last event of `topic` that may have been missed, wherever the others are held.
    pub(crate) fn missed(&self, topic: Topic) -> Floor {
        match self.hearing.get(topic.index()) {
            Some(Hearing { is_interrupted: true, .. }) => {
                Floor { sequence: self.newest.saturating_add(1), time_ms: u64::MAX }
            }
            Some(hearing) => hearing.from,
            None => Floor::default(),
        }
    }

    /// From now on events of `topic` may be missing.
    pub(crate) fn interrupt(&mut self, topic: Topic) {
        if let Some(hearing) = self.hearing.get_mut(topic.index()) {
            hearing.is_interrupted = true;
            hearing.interruptions = hearing.interruptions.saturating_add(1);
        }
    }

    /// How often `topic` was interrupted, to be told to [`Window::resume`].
    pub(crate) fn interruptions(&self, topic: Topic) -> u64 {
        self.hearing.get(topic.index()).map_or(0, |hearing| hearing.interruptions)
    }

    /// Since the last of so many interruptions all events of `topic` are pushed. Takes a sequence that
    /// nobody was given, so that no place of before looks as if nothing were missing behind it.
    pub(crate) fn resume(&mut self, topic: Topic, interruptions: u64, time_ms: u64) {
        self.newest = self.newest.saturating_add(1);
        let from = Floor { sequence: self.newest, time_ms };
        self.hear(topic, interruptions, from);
    }

    /// Nothing of `topic` was missed behind `from`, which may be earlier than what was known: what
    /// happened while it was interrupted was or will be pushed.
    pub(crate) fn hear(&mut self, topic: Topic, interruptions: u64, from: Floor) {
        if let Some(hearing) = self.hearing.get_mut(topic.index()) {
            hearing.from = from;
            hearing.is_interrupted &= hearing.interruptions != interruptions;
        }
    }

    /// The interruption is over, and what happened meanwhile was or will be pushed.
    pub(crate) fn go_on(&mut self, topic: Topic) {
        if let Some(hearing) = self.hearing.get_mut(topic.index()) {
            hearing.is_interrupted = false;
        }
    }

    /// The time of the last event, so that the next one need not be earlier.
    pub(crate) fn latest_ms(&self) -> u64 {
        self.latest_ms
    }

    /// The event before the first that is not before `time_ms`; 0 if none is held. Where the clock was
    /// set back, earlier ones may follow.
    pub(crate) fn last_before(&self, time_ms: u64) -> u64 {
        let place = |sequence: &u64| self.events.partition_point(|it| it.sequence < *sequence);
        let is_later =
            |place: usize| self.events.get(place).is_some_and(|it| it.time_ms >= time_ms);
        let (mut first, mut found) = (0, self.events.len());
        // Between these, times only grow.
        for end in self.set_back.iter().map(place).chain([self.events.len()]) {
            if end > first && is_later(end - 1) {
                let (mut low, mut high) = (first, end - 1);
                while low < high {
                    let middle = low.midpoint(high);
                    if is_later(middle) { high = middle } else { low = middle + 1 }
                }
                found = low;
                break;
            }
            first = end;
        }
        let last = found.checked_sub(1).and_then(|place| self.events.get(place));
        last.map_or(0, |event| event.sequence)
    }

    /// Copies the events from sequence `first` on, at most `max`.
    pub(crate) fn read(&self, first: u64, max: usize) -> Range {
        let skipped = self.events.partition_point(|event| event.sequence < first);
        let events: Vec<_> = self.events.iter().skip(skipped).take(max).cloned().collect();
        let scanned = match events.last() {
            Some(last) if events.len() == max => last.sequence,
            _ => self.newest,
        };
        Range { gone: self.gone, events, scanned }
    }
}
