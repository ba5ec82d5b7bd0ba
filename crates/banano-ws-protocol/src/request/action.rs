//! The four actions, and the order of the checks.

use serde::{Deserialize, Serialize};

use super::{
    fault::{Fault, Refusal},
    options,
    warnings::Warnings,
};
use crate::{
    Subscription, Topic, Update,
    json::{Json, Node},
};

/// A request that can be carried out, but for what only the session knows (protocol.md §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What to do.
    pub action: Action,
    /// Whether success is to be acknowledged; `ping` is in any case, see [`Request::wants_ack`].
    pub ack: bool,
    /// Echoed in the reply; `None` if missing or empty.
    pub id: Option<String>,
    /// Whether the client asked for warnings.
    pub verbose: bool,
    /// What was left out of the request; filled for `verbose` requests only.
    pub warnings: Vec<String>,
}

impl Request {
    /// Whether success is answered.
    pub fn wants_ack(&self) -> bool {
        self.ack || self.action == Action::Ping
    }

    /// The refusal of this request for a reason that only the session knows.
    pub fn refuse(&self, fault: Fault) -> Refusal {
        let wanted_reply = self.ack || self.id.is_some();
        Refusal { code: fault.code, text: fault.text, id: self.id.clone(), wanted_reply }
    }
}

/// What to do. A topic of `None` is `ack`, which is known and does nothing (protocol.md §3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Answer.
    Ping,
    /// Create or replace the subscription to its topic; `None`: do nothing.
    Subscribe(Option<Subscription>),
    /// Remove the subscription, if there is one.
    Unsubscribe(Option<Topic>),
    /// Change the subscription, after [`Held::check`](crate::Held::check).
    Update {
        /// Which one.
        topic: Option<Topic>,
        /// The change; `None` if the request has no `options`.
        update: Option<Update>,
    },
}

impl Action {
    /// The word of the ack: the action's name, for `ping` it is `pong`.
    pub const fn ack_word(&self) -> &'static str {
        match self {
            Self::Ping => "pong",
            Self::Subscribe(_) => "subscribe",
            Self::Unsubscribe(_) => "unsubscribe",
            Self::Update { .. } => "update",
        }
    }
}

/// Settings that change how requests are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequestSettings {
    /// What `subscribe vote` without `options` means.
    pub vote_without_options: VoteWithoutOptions,
}

/// Setting `vote_without_options`: what `subscribe vote` without `options` lets through
/// (protocol.md §6.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoteWithoutOptions {
    /// As documented: the same as with `"options": {}`, neither replays nor indeterminate votes.
    #[default]
    Document,
    /// As nodes do: everything.
    Node,
}

/// Reads one message of a client.
///
/// # Errors
///
/// The first failing check of protocol.md §4 that needs no knowledge of the session.
pub fn parse_request(bytes: &[u8], settings: RequestSettings) -> Result<Request, Refusal> {
    let json = Json::parse(bytes).map_err(|error| Fault::invalid_json(&error))?;
    let message = json.root();
    if !message.is_object() {
        return Err(Fault::invalid_message(message.source()).into());
    }
    let ack = flag(message, "ack");
    let id = message.member("id").map(|id| id.text().into_owned()).filter(|id| !id.is_empty());
    let verbose = flag(message, "verbose");
    let mut warnings = Warnings::new(verbose);
    match action(message, settings, &mut warnings) {
        Ok(action) => Ok(Request { action, ack, id, verbose, warnings: warnings.into_list() }),
        Err(Fault { code, text }) => {
            Err(Refusal { code, text, wanted_reply: ack || id.is_some(), id })
        }
    }
}

fn action(
    message: Node<'_, '_>,
    settings: RequestSettings,
    warnings: &mut Warnings,
) -> Result<Action, Fault> {
    let word = text(message, "action").ok_or_else(Fault::missing_action)?;
    let options = message.member("options");
    Ok(match word.as_ref() {
        "ping" => Action::Ping,
        "subscribe" => {
            let topic = topic(message, &word)?;
            let Some(topic) = topic else { return Ok(Action::Subscribe(None)) };
            Action::Subscribe(Some(subscription(topic, options, settings, warnings)?))
        }
        "unsubscribe" => Action::Unsubscribe(topic(message, &word)?),
        "update" => {
            let topic = topic(message, &word)?;
            let update = options.map(|options| options::update(topic, options, warnings));
            Action::Update { topic, update: update.transpose()? }
        }
        unknown => return Err(Fault::unknown_action(unknown)),
    })
}

fn subscription(
    topic: Topic,
    options: Option<Node<'_, '_>>,
    settings: RequestSettings,
    warnings: &mut Warnings,
) -> Result<Subscription, Fault> {
    Ok(match topic {
        Topic::Confirmation => {
            Subscription::Confirmation(options::confirmation(options, warnings)?)
        }
        Topic::Vote => {
            Subscription::Vote(options::vote(options, settings.vote_without_options, warnings))
        }
        Topic::NewUnconfirmedBlock => {
            Subscription::NewUnconfirmedBlock(options::new_unconfirmed_block(options, warnings)?)
        }
        topic => {
            options::plain(topic, options, warnings);
            Subscription::Plain(topic)
        }
    })
}

/// The topic of a request; `None` is `ack`.
fn topic(message: Node<'_, '_>, action: &str) -> Result<Option<Topic>, Fault> {
    let name = text(message, "topic").ok_or_else(|| Fault::missing_topic(action))?;
    if name == "ack" {
        return Ok(None);
    }
    name.parse().map(Some).map_err(|_| Fault::unknown_topic(&name))
}

/// A member as text, if it is there and not empty.
fn text<'t>(message: Node<'_, 't>, name: &str) -> Option<std::borrow::Cow<'t, str>> {
    message.member(name).map(Node::text).filter(|text| !text.is_empty())
}

/// A member as a boolean that is false by default.
fn flag(message: Node<'_, '_>, name: &str) -> bool {
    message.member(name).and_then(Node::flag).unwrap_or(false)
}
