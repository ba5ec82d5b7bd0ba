//! One batch of events on its way out: who gets which bytes.
//!
//! Called by the hub. Touches nothing. Keeps the order of the batch for every session, over all
//! topics, and renders each variant of an event at most once, and only if somebody wants it.

use std::sync::Arc;

use banano_ws_protocol::{RenderSettings, Stamped, Variant, render};
use bytes::Bytes;
use slab::Slab;

use crate::{
    SessionId,
    chunk::Chunk,
    classes::{ClassId, Classes},
    frame,
    hub::Session,
    index::Index,
};

/// Deliveries to single sessions that are gathered before they are handed out: what keeps the
/// memory of a pass small when many sessions with account filters want a long batch.
const GATHERED_MAX: usize = 1 << 14;

/// What a pass needs, kept from one to the next so that its buffers are made once.
#[derive(Debug)]
pub(crate) struct Pass {
    settings: RenderSettings,
    text: Vec<u8>,
    /// What single sessions get, in the order of the batch.
    gathered: Vec<(SessionId, Bytes)>,
    /// Classes that got something into their chunk.
    waiting: Vec<ClassId>,
    candidates: Vec<SessionId>,
    chunk: Chunk,
}

impl Pass {
    pub(crate) fn new(settings: RenderSettings) -> Self {
        Self {
            settings,
            text: Vec::new(),
            gathered: Vec::new(),
            waiting: Vec::new(),
            candidates: Vec::new(),
            chunk: Chunk::default(),
        }
    }

    /// Hands out a batch.
    pub(crate) fn run(
        &mut self,
        events: &[Arc<Stamped>],
        classes: &mut Classes,
        index: &Index,
        sessions: &Slab<Session>,
        mut deliver: impl FnMut(SessionId, &Bytes, usize),
    ) {
        for event in events {
            let mut rendered = Rendered::default();
            self.give_classes(event, &mut rendered, classes, &mut deliver);
            self.give_singles(event, &mut rendered, index, sessions);
            if self.gathered.len() >= GATHERED_MAX {
                self.hand_out_singles(&mut deliver);
            }
        }
        for class in self.waiting.drain(..) {
            hand_out(classes, class, &mut deliver);
        }
        self.hand_out_singles(&mut deliver);
    }

    fn give_classes(
        &mut self,
        event: &Stamped,
        rendered: &mut Rendered,
        classes: &mut Classes,
        deliver: &mut impl FnMut(SessionId, &Bytes, usize),
    ) {
        let topic = event.event.topic();
        for place in 0..classes.listening(topic).len() {
            let Some(id) = classes.listening(topic).get(place).copied() else { return };
            let Some(class) = classes.get_mut(id) else { continue };
            let Some(variant) = class.wishes.wants(&event.event) else { continue };
            let frame = rendered.get(event, variant, self.settings, &mut self.text);
            if !class.chunk.has_room_for(frame) {
                hand_out(classes, id, deliver);
            }
            let Some(class) = classes.get_mut(id) else { continue };
            if class.chunk.is_empty() {
                self.waiting.push(id);
            }
            class.chunk.push(frame);
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
            let Some(variant) = session.wishes.wants(&event.event) else { continue };
            let frame = rendered.get(event, variant, self.settings, &mut self.text);
            self.gathered.push((*id, frame.clone()));
        }
    }

    /// Hands out what was gathered, joined by session.
    fn hand_out_singles(&mut self, deliver: &mut impl FnMut(SessionId, &Bytes, usize)) {
        // Stable: what a session gets stays in order.
        self.gathered.sort_by_key(|(id, _)| *id);
        for of_one in self.gathered.chunk_by(|(one, _), (next, _)| one == next) {
            let Some((id, _)) = of_one.first() else { continue };
            for (_, frame) in of_one {
                if !self.chunk.has_room_for(frame) {
                    let (bytes, count) = self.chunk.take();
                    deliver(*id, &bytes, count);
                }
                self.chunk.push(frame);
            }
            let (bytes, count) = self.chunk.take();
            deliver(*id, &bytes, count);
        }
        self.gathered.clear();
    }
}

/// The frames of one event that somebody wanted so far. Few: a linear search is the quickest.
#[derive(Debug, Default)]
struct Rendered(Vec<(Variant, Bytes)>);

impl Rendered {
    /// The frame of `variant`, rendered when it is first asked for.
    fn get(
        &mut self,
        event: &Stamped,
        variant: Variant,
        settings: RenderSettings,
        text: &mut Vec<u8>,
    ) -> &Bytes {
        let known = self.0.iter().position(|(rendered, _)| *rendered == variant);
        let place = known.unwrap_or(self.0.len());
        if known.is_none() {
            text.clear();
            render(event, variant, &settings, text);
            self.0.push((variant, frame::text(text)));
        }
        #[expect(clippy::indexing_slicing, reason = "found at this place, or just pushed there")]
        &self.0[place].1
    }
}

/// Hands the chunk of a class to its members.
fn hand_out(
    classes: &mut Classes,
    class: ClassId,
    deliver: &mut impl FnMut(SessionId, &Bytes, usize),
) {
    let Some(class) = classes.get_mut(class).filter(|class| !class.chunk.is_empty()) else {
        return; // handed out already, when it was full
    };
    let (bytes, count) = class.chunk.take();
    for id in class.members.members() {
        deliver(*id, &bytes, count);
    }
}
