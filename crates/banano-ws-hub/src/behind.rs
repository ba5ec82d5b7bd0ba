//! What a session still has to get of what happened before.
//!
//! Held by the hub for each session that resumes, or whose outbox was full. Touches nothing. Knows
//! one place per topic: everything up to it was handed over, or is not wanted.

use banano_ws_protocol::{AccountSet, CursorDetail, RenderSettings, Stamped, Topic};

use crate::{
    SessionId,
    frame::Framing,
    framer::Framer,
    wishes::{Anchor, TopicSet, Wishes},
};

/// The topics of one session that are not live.
#[derive(Debug, Default)]
pub(crate) struct Behind {
    lags: Vec<Lag>,
    /// What is being fetched: no more than one thing at a time, so that what arrives is in order.
    ordered: Option<(Ticket, Topic)>,
}

/// How far a topic has got.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lag {
    pub(crate) topic: Topic,
    /// Sequence up to which everything is done.
    pub(crate) position: u64,
    /// Events up to this sequence happened before the subscription was made.
    pub(crate) replayed_until: u64,
}

/// Names one order, and never another of the same hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(pub(crate) u64);

/// Something to fetch from the journal for one session. Carried out on any thread.
#[derive(Debug)]
pub struct Order {
    /// Who it is for.
    pub session: SessionId,
    /// To be given back with what was found.
    pub ticket: Ticket,
    /// The topic of the events.
    pub topic: Topic,
    /// Sequence behind which to begin.
    pub after: u64,
    /// Sequence of the last event to look at.
    pub until: u64,
    pub(crate) wishes: Wishes,
    pub(crate) framing: Framing,
    pub(crate) replayed_until: u64,
    pub(crate) settings: RenderSettings,
}

impl Behind {
    pub(crate) fn topics(&self) -> TopicSet {
        self.lags.iter().map(|lag| lag.topic).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lags.is_empty()
    }

    pub(crate) fn lags(&self) -> &[Lag] {
        &self.lags
    }

    pub(crate) fn lag(&self, topic: Topic) -> Option<Lag> {
        self.lags.iter().find(|lag| lag.topic == topic).copied()
    }

    /// Puts a topic behind, or takes it out. What is being fetched of it is void.
    pub(crate) fn set(&mut self, topic: Topic, lag: Option<Lag>) {
        self.forget_order(topic);
        self.lags.retain(|known| known.topic != topic);
        self.lags.extend(lag);
    }

    /// What is being fetched of `topic` was for a filter that is no longer in force.
    pub(crate) fn forget_order(&mut self, topic: Topic) {
        self.ordered = self.ordered.filter(|(_, ordered)| *ordered != topic);
    }

    pub(crate) fn is_ordering(&self) -> bool {
        self.ordered.is_some()
    }

    pub(crate) fn has_ordered(&self, ticket: Ticket) -> bool {
        self.ordered.is_some_and(|(ordered, _)| ordered == ticket)
    }

    pub(crate) fn order(&mut self, ticket: Ticket, topic: Topic) {
        self.ordered = Some((ticket, topic));
    }

    /// Ends the order of `ticket`. Returns its topic, if it is not void.
    pub(crate) fn end_order(&mut self, ticket: Ticket) -> Option<Topic> {
        let (_, topic) = self.ordered.take_if(|(ordered, _)| *ordered == ticket)?;
        Some(topic)
    }

    /// Takes note that everything of `topic` up to `position` is done.
    pub(crate) fn advance(&mut self, topic: Topic, position: u64) {
        for lag in self.lags.iter_mut().filter(|lag| lag.topic == topic) {
            lag.position = lag.position.max(position);
        }
    }

    /// Takes out the topics that have got to `position`.
    pub(crate) fn arrive(&mut self, position: u64) {
        self.lags.retain(|lag| lag.position != position);
    }

    /// The topic that is furthest behind `position`.
    pub(crate) fn last(&self, position: u64) -> Option<Lag> {
        let behind = self.lags.iter().filter(|lag| lag.position < position);
        behind.min_by_key(|lag| lag.position).copied()
    }
}

impl Order {
    /// The accounts of which every event that is wanted names one, if there are such.
    pub fn accounts(&self) -> Option<&AccountSet> {
        match self.wishes.anchor(self.topic)? {
            Anchor::Accounts(accounts) if !self.wishes.local() => Some(accounts),
            _ => None,
        }
    }

    /// Appends the frames of those `events` that are wanted to `out`, in order. Returns how many.
    pub fn append<'a>(
        &self,
        events: impl IntoIterator<Item = &'a Stamped>,
        framer: &mut Framer,
        out: &mut Vec<u8>,
    ) -> usize {
        let mut count = 0;
        for event in events {
            let Some(variant) = self.wishes.wants(&event.event) else { continue };
            let is_replayed = event.sequence <= self.replayed_until;
            let variant = match variant.cursor() {
                CursorDetail::Live if is_replayed => variant.with_cursor(CursorDetail::Replayed),
                _ => variant,
            };
            framer.append_message(event, (variant, self.framing), self.settings, out);
            count += 1;
        }
        count
    }
}
