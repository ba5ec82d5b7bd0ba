//! One batch of events on its way out: who gets which bytes.
//!
//! Called by the hub. Touches nothing. Keeps the order of the batch for every session, over all
//! topics, and renders each variant of an event at most once, and only if somebody wants it. A
//! session that refuses something gets nothing more of the batch.

use std::{sync::Arc, time::Duration};

use banano_ws_protocol::{RenderSettings, Stamped};
use bytes::Bytes;
use rustc_hash::FxHashMap;
use slab::Slab;

use crate::{
    Delivery, SessionId,
    chunk::{Chunk, Joined},
    classes::{ClassId, Classes},
    framer::{Framer, Look},
    hub::Session,
    index::Index,
    tally::Tally,
};

/// Deliveries to single sessions that are gathered before they are handed out: what keeps the
/// memory of a pass small when many sessions with account filters want a long batch.
const GATHERED_MAX: usize = 1 << 14;

/// What a pass needs, kept from one to the next so that its buffers are made once.
#[derive(Debug)]
pub(crate) struct Pass {
    settings: RenderSettings,
    framer: Framer,
    /// What single sessions get, with the sequence of its event, in the order of the batch.
    gathered: Vec<(SessionId, u64, Bytes)>,
    /// Classes that got something into their chunk.
    waiting: Vec<ClassId>,
    candidates: Vec<SessionId>,
    chunk: Chunk,
    refusals: Refusals,
    tally: Tally,
    /// Tells time from any beginning, to measure with.
    stopwatch: Option<fn() -> Duration>,
}

/// Who refused something, and the sequence of the first event that it refused.
pub(crate) type Refusals = FxHashMap<SessionId, u64>;

impl Pass {
    pub(crate) fn new(settings: RenderSettings) -> Self {
        Self {
            settings,
            framer: Framer::default(),
            gathered: Vec::new(),
            waiting: Vec::new(),
            candidates: Vec::new(),
            chunk: Chunk::default(),
            refusals: Refusals::default(),
            tally: Tally::default(),
            stopwatch: None,
        }
    }

    /// Hands out a batch. Returns who refused some of it: nearly always nobody.
    pub(crate) fn run(
        &mut self,
        events: &[Arc<Stamped>],
        classes: &mut Classes,
        index: &Index,
        sessions: &Slab<Session>,
        deliver: impl FnMut(SessionId, &Bytes, usize) -> Delivery,
    ) -> Refusals {
        let mut way = Way { deliver, refusals: std::mem::take(&mut self.refusals) };
        for event in events {
            let mut rendered = Rendered::default();
            let begun =
                self.stopwatch.filter(|_| self.tally.render.is_none()).map(|now| (now, now()));
            self.give_classes(event, &mut rendered, classes, &mut way);
            self.give_singles(event, &mut rendered, index, sessions);
            if let Some((now, begun)) = begun {
                self.tally.render = Some(now().saturating_sub(begun));
            }
            if self.gathered.len() >= GATHERED_MAX {
                self.hand_out_singles(&mut way);
            }
        }
        for class in self.waiting.drain(..) {
            hand_out(classes, class, &mut way);
        }
        self.hand_out_singles(&mut way);
        way.refusals
    }

    /// Measures from now on.
    pub(crate) fn measure_with(&mut self, stopwatch: fn() -> Duration) {
        self.stopwatch = Some(stopwatch);
    }

    /// What was handed out since this was last asked.
    pub(crate) fn take_tally(&mut self) -> Tally {
        std::mem::take(&mut self.tally)
    }

    pub(crate) fn settings(&self) -> RenderSettings {
        self.settings
    }

    fn give_classes(
        &mut self,
        event: &Stamped,
        rendered: &mut Rendered,
        classes: &mut Classes,
        way: &mut Way<impl FnMut(SessionId, &Bytes, usize) -> Delivery>,
    ) {
        let topic = event.event.topic();
        for place in 0..classes.listening(topic).len() {
            let Some(id) = classes.listening(topic).get(place).copied() else { return };
            let Some(class) = classes.get_mut(id) else { continue };
            let Some(variant) = class.wishes.wants(&event.event) else { continue };
            let look = (variant, class.framing);
            let frame = rendered.get(event, look, self.settings, &mut self.framer);
            if !class.chunk.has_room_for(frame) {
                hand_out(classes, id, way);
            }
            let Some(class) = classes.get_mut(id) else { continue };
            if class.chunk.is_empty() {
                self.waiting.push(id);
            }
            class.chunk.push(event.sequence, frame);
            self.tally.count(topic, class.members.len(), frame.len());
        }
    }

    fn give_singles(
        &mut self,
        event: &Stamped,
        rendered: &mut Rendered,
        index: &Index,
        sessions: &Slab<Session>,
    ) {
        self.candidates.clear();
        index.candidates(&event.event, &mut self.candidates);
        for id in &self.candidates {
            let Some(session) = sessions.get(id.index()) else { continue };
            let Some(variant) = session.wants(&event.event) else { continue };
            let look = (variant, session.framing);
            let frame = rendered.get(event, look, self.settings, &mut self.framer);
            self.gathered.push((*id, event.sequence, frame.clone()));
            self.tally.count(event.event.topic(), 1, frame.len());
        }
    }

    /// Hands out what was gathered, joined by session.
    fn hand_out_singles(
        &mut self,
        way: &mut Way<impl FnMut(SessionId, &Bytes, usize) -> Delivery>,
    ) {
        // Stable: what a session gets stays in order.
        self.gathered.sort_by_key(|(id, ..)| *id);
        for of_one in self.gathered.chunk_by(|(one, ..), (next, ..)| one == next) {
            let Some((id, ..)) = of_one.first() else { continue };
            for (_, sequence, frame) in of_one {
                if !self.chunk.has_room_for(frame) {
                    way.hand(*id, &self.chunk.take());
                }
                self.chunk.push(*sequence, frame);
            }
            way.hand(*id, &self.chunk.take());
        }
        self.gathered.clear();
    }
}

/// The way out, which a session that refused something does not go any more.
struct Way<F> {
    deliver: F,
    refusals: Refusals,
}

impl<F: FnMut(SessionId, &Bytes, usize) -> Delivery> Way<F> {
    fn hand(&mut self, id: SessionId, joined: &Joined) {
        if !self.refusals.is_empty() && self.refusals.contains_key(&id) {
            return;
        }
        if (self.deliver)(id, &joined.bytes, joined.count) == Delivery::Refused {
            self.refusals.insert(id, joined.first);
        }
    }
}

/// The frames of one event that somebody wanted so far. Few: a linear search is the quickest.
#[derive(Debug, Default)]
struct Rendered(Vec<(Look, Bytes)>);

impl Rendered {
    /// The frame of `look`, rendered when it is first asked for.
    fn get(
        &mut self,
        event: &Stamped,
        look: Look,
        settings: RenderSettings,
        framer: &mut Framer,
    ) -> &Bytes {
        let known = self.0.iter().position(|(rendered, _)| *rendered == look);
        let place = known.unwrap_or(self.0.len());
        if known.is_none() {
            self.0.push((look, framer.message(event, look, settings)));
        }
        #[expect(clippy::indexing_slicing, reason = "found at this place, or just pushed there")]
        &self.0[place].1
    }
}

/// Hands the chunk of a class to its members.
fn hand_out(
    classes: &mut Classes,
    class: ClassId,
    way: &mut Way<impl FnMut(SessionId, &Bytes, usize) -> Delivery>,
) {
    let Some(class) = classes.get_mut(class).filter(|class| !class.chunk.is_empty()) else {
        return; // handed out already, when it was full
    };
    let joined = class.chunk.take();
    for id in class.members.members() {
        way.hand(*id, &joined);
    }
}
