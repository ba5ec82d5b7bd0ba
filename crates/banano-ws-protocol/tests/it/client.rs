//! A session without a socket: requests and events in, texts out.

use std::collections::HashMap;

use banano_testkit::fixtures::{A, B, BURN, C, D};
use banano_ws_protocol::{
    Action, Cursor, CursorDetail, ErrorReplies, Event, Held, RenderSettings, Request,
    RequestSettings, Stamped, Subscription, Topic, parse_request, render, render_ack, render_error,
};
use serde_json::Value;

/// `text` with the accounts that stand for A, B, C, D and BURN put in.
pub(crate) fn filled(text: &str) -> String {
    [("<A>", A.text()), ("<B>", B.text()), ("<C>", C.text()), ("<D>", D.text()), ("<BURN>", BURN)]
        .into_iter()
        .fold(text.to_owned(), |text, (name, account)| text.replace(name, account))
}

/// Where live begins.
pub(crate) const NEWEST: Cursor = Cursor { journal: 0x00c0_ffee, sequence: 41 };

/// When everything happens.
pub(crate) const NOW_MS: u64 = 1_700_000_000_000;

/// One client of a server, as simple as can be.
#[derive(Debug, Default)]
pub(crate) struct Client {
    pub(crate) requests: RequestSettings,
    pub(crate) rendering: RenderSettings,
    pub(crate) errors: ErrorReplies,
    pub(crate) subscriptions: HashMap<Topic, Subscription>,
    pub(crate) cursor: CursorDetail,
}

impl Client {
    /// A client that has sent `request`, which was acked or silent.
    pub(crate) fn after(request: &str) -> Self {
        let mut client = Self::default();
        let reply = client.send(request);
        assert!(!reply.as_deref().is_some_and(|reply| reply.contains("error")), "{reply:?}");
        client
    }

    /// A client that subscribed to `confirmation` with `options`, written as JSON.
    pub(crate) fn with_options(options: &str) -> Self {
        Self::subscribed("confirmation", options)
    }

    /// A client that subscribed to `topic` with `options`, written as JSON.
    pub(crate) fn subscribed(topic: &str, options: &str) -> Self {
        Self::after(&format!(r#"{{"action":"subscribe","topic":"{topic}","options":{options}}}"#))
    }

    /// Sends a message; returns the reply.
    pub(crate) fn send(&mut self, message: &str) -> Option<String> {
        self.send_bytes(message.as_bytes())
    }

    /// Sends a message; returns the reply.
    pub(crate) fn send_bytes(&mut self, message: &[u8]) -> Option<String> {
        let mut reply = Vec::new();
        let refusal = match parse_request(message, self.requests) {
            Ok(request) => match self.carry_out(&request) {
                Ok(()) if !request.wants_ack() => return None,
                Ok(()) => {
                    render_ack(&request, NEWEST, NOW_MS, &mut reply);
                    return Some(String::from_utf8(reply).unwrap());
                }
                Err(refusal) => refusal,
            },
            Err(refusal) => refusal,
        };
        if !self.errors.tells(&refusal) {
            return None;
        }
        render_error(&refusal, NOW_MS, &mut reply);
        Some(String::from_utf8(reply).unwrap())
    }

    /// Sends a message whose reply must be JSON; returns it without `time`, which must be 13 digits.
    pub(crate) fn ask(&mut self, message: &str) -> Value {
        let reply = self.send(message).unwrap_or_else(|| panic!("silence after {message}"));
        let mut reply: Value = serde_json::from_str(&reply).unwrap();
        let time = reply.as_object_mut().unwrap().remove("time");
        assert!(time.is_some_and(|time| time.as_str().unwrap().len() == 13));
        reply
    }

    /// Lets something happen; returns the message that the client gets.
    pub(crate) fn event(&self, stamped: &Stamped) -> Option<String> {
        let subscription = self.subscriptions.get(&stamped.event.topic())?;
        subscription.matches(&stamped.event).then(|| {
            let mut text = Vec::new();
            let variant = subscription.variant().with_cursor(self.cursor);
            render(stamped, variant, &self.rendering, &mut text);
            String::from_utf8(text).unwrap()
        })
    }

    /// Lets something happen; returns whether the client is told.
    pub(crate) fn is_told(&self, event: impl Into<Happening>) -> bool {
        self.event(&Stamped { journal: 1, sequence: 1, time_ms: NOW_MS, event: event.into().0 })
            .is_some()
    }

    fn carry_out(&mut self, request: &Request) -> Result<(), banano_ws_protocol::Refusal> {
        match &request.action {
            Action::Ping
            | Action::Subscribe(None)
            | Action::Unsubscribe(None)
            | Action::SubscribeStatus
            | Action::UnsubscribeStatus => {}
            Action::Subscribe(Some(subscription)) => {
                self.subscriptions.insert(subscription.topic(), subscription.clone());
            }
            Action::Unsubscribe(Some(topic)) => {
                self.subscriptions.remove(topic);
            }
            Action::Update { topic, update } => {
                let current = topic.and_then(|topic| self.subscriptions.get_mut(&topic));
                let held = current.as_ref().map_or(Held::Nothing, |it| it.held());
                let update =
                    held.check(*topic, update.as_ref()).map_err(|fault| request.refuse(fault))?;
                if let Some(subscription) = current {
                    subscription.apply(update);
                }
            }
        }
        Ok(())
    }
}

/// An event, from whatever one can be made of.
pub(crate) struct Happening(Event);

impl From<Event> for Happening {
    fn from(event: Event) -> Self {
        Self(event)
    }
}

impl From<banano_ws_protocol::Confirmation> for Happening {
    fn from(confirmation: banano_ws_protocol::Confirmation) -> Self {
        Self(Event::Confirmation(confirmation))
    }
}

impl From<banano_ws_protocol::UnconfirmedBlock> for Happening {
    fn from(stored: banano_ws_protocol::UnconfirmedBlock) -> Self {
        Self(Event::NewUnconfirmedBlock(stored))
    }
}

impl From<banano_ws_protocol::VoteEvent> for Happening {
    fn from(vote: banano_ws_protocol::VoteEvent) -> Self {
        Self(Event::Vote(vote))
    }
}
