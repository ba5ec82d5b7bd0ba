//! Clients of a hub, as texts: what they send, and what they get.

use std::sync::Arc;

use banano_ws_hub::{Delivery, Hub, Limits, SessionId, Start};
use banano_ws_protocol::{
    Action, ErrorCode, Event, Fault, RenderSettings, Request, Stamped, parse_request,
};

/// A hub without limits that matter.
pub(crate) fn hub() -> Hub {
    Hub::new(RenderSettings::default(), Limits { accounts: 1_000_000 })
}

/// Carries out a request of the session `id`, which must be one that can be read.
pub(crate) fn ask(hub: &mut Hub, id: SessionId, request: &str) -> Result<(), ErrorCode> {
    let Request { action, .. } = parse_request(request.as_bytes(), <_>::default())
        .unwrap_or_else(|refusal| panic!("{request}: {}", refusal.text));
    let done = match action {
        Action::Ping
        | Action::Subscribe(None)
        | Action::Unsubscribe(None)
        | Action::SubscribeStatus
        | Action::UnsubscribeStatus => Ok(()),
        Action::Subscribe(Some(subscription)) => {
            hub.subscribe(id, subscription, Start::default()).map(drop).map_err(Fault::from)
        }
        Action::Unsubscribe(Some(topic)) => {
            hub.unsubscribe(id, topic);
            Ok(())
        }
        Action::Update { topic, update } => {
            hub.update(id, topic, update.as_ref()).map_err(Fault::from)
        }
    };
    done.map_err(|fault| fault.code)
}

/// Events one after the other: the first is number `first`, in `time` as well.
pub(crate) fn stamped(events: &[Event], first: u64) -> Vec<Arc<Stamped>> {
    let stamp = |(sequence, event): (u64, &Event)| {
        Arc::new(Stamped { journal: 1, sequence, time_ms: sequence, event: event.clone() })
    };
    (first..).zip(events).map(stamp).collect()
}

/// What each of `ids` gets of `events`, message by message.
pub(crate) fn publish(
    hub: &mut Hub,
    ids: &[SessionId],
    events: &[Arc<Stamped>],
) -> Vec<Vec<String>> {
    let mut got = vec![Vec::new(); ids.len()];
    hub.publish(events, |id, frames, count| {
        let texts = texts(frames);
        assert_eq!(texts.len(), count);
        let place = ids.iter().position(|it| *it == id).expect("an open session");
        got[place].extend(texts);
        Delivery::Taken
    });
    got
}

/// The texts of frames that follow one another.
pub(crate) fn texts(mut frames: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    while let [0x81, length, rest @ ..] = frames {
        let (length, rest) = match (length, rest) {
            (126, [a, b, rest @ ..]) => (usize::from(u16::from_be_bytes([*a, *b])), rest),
            (127, _) => panic!("a text of 64 KiB"),
            (short, rest) => (usize::from(*short), rest),
        };
        let (text, rest) = rest.split_at(length);
        texts.push(String::from_utf8(text.to_vec()).expect("a text"));
        frames = rest;
    }
    assert!(frames.is_empty(), "no text frame: {frames:?}");
    texts
}
