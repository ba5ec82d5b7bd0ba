//! The four actions, and the order of the checks.

use serde::{Deserialize, Serialize};

use super::{
    fault::{Fault, Refusal},
    filters, known, options,
    warnings::Warnings,
};
use crate::{
    STATUS_TOPIC, Since, Subscription, Topic, Update,
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
    /// What the client wants to know of cursors; nothing unless it subscribes.
    pub follow: Follow,
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
        let Fault { code, text, held } = fault;
        Refusal { code, text, held, id: self.id.clone(), wanted_reply }
    }
}

/// `cursor` and `since` of a `subscribe` (protocol.md §11.2). The default is that of a client which
/// knows neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Follow {
    /// Whether the ack and every event tell their cursor.
    pub cursor: bool,
    /// Where to go on; `None`: with what happens next.
    pub since: Option<Since>,
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
    /// Subscribe to topic `status`: be told how the server is doing (protocol.md §11.5).
    SubscribeStatus,
    /// Be told no more of that.
    UnsubscribeStatus,
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
            Self::Subscribe(_) | Self::SubscribeStatus => "subscribe",
            Self::Unsubscribe(_) | Self::UnsubscribeStatus => "unsubscribe",
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
    let read = action(message, settings, &mut warnings).and_then(|action| {
        let follow = match action {
            Action::Subscribe(_) => follow(message)?,
            Action::SubscribeStatus => no_follow(follow(message)?)?,
            _ => Follow::default(),
        };
        Ok((action, follow))
    });
    match read {
        Ok((action, follow)) => {
            let warnings = warnings.into_list();
            Ok(Request { action, ack, id, follow, verbose, warnings })
        }
        Err(Fault { code, text, held }) => {
            Err(Refusal { code, text, held, wanted_reply: ack || id.is_some(), id })
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
        "subscribe" => match named(message, &word)? {
            Named::Ack => Action::Subscribe(None),
            Named::Status => {
                options::none(STATUS_TOPIC, options, warnings);
                Action::SubscribeStatus
            }
            Named::Topic(topic) => {
                known::warn_of_strays(message, warnings);
                Action::Subscribe(Some(subscription(topic, options, settings, warnings)?))
            }
        },
        "unsubscribe" => match named(message, &word)? {
            Named::Ack => Action::Unsubscribe(None),
            Named::Status => Action::UnsubscribeStatus,
            Named::Topic(topic) => Action::Unsubscribe(Some(topic)),
        },
        "update" => {
            let topic = match named(message, &word)? {
                Named::Ack => None,
                Named::Status => return Err(Fault::not_updatable_topic(STATUS_TOPIC)),
                Named::Topic(topic) => Some(topic),
            };
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
            options::none(topic.name(), options, warnings);
            Subscription::Plain(topic)
        }
    })
}

/// `cursor` and `since`; the second implies the first. Unlike members that nodes know, they are
/// refused if they cannot be read.
fn follow(message: Node<'_, '_>) -> Result<Follow, Fault> {
    let since: Option<Since> = filters::value(message, "since")?;
    let cursor = filters::value::<bool>(message, "cursor")?.unwrap_or(false);
    Ok(Follow { cursor: cursor || since.is_some(), since })
}

/// What is told under `status` has no place in the journal, so that nobody can go on from one.
fn no_follow(follow: Follow) -> Result<Follow, Fault> {
    if follow == Follow::default() {
        return Ok(follow);
    }
    Err(Fault::status_without_cursors(if follow.since.is_some() { "since" } else { "cursor" }))
}

/// What a request names as its topic.
enum Named {
    /// Known, and does nothing (protocol.md §3.2).
    Ack,
    Status,
    Topic(Topic),
}

/// The topic of a request.
fn named(message: Node<'_, '_>, action: &str) -> Result<Named, Fault> {
    let name = text(message, "topic").ok_or_else(|| Fault::missing_topic(action))?;
    match name.as_ref() {
        "ack" => Ok(Named::Ack),
        STATUS_TOPIC => Ok(Named::Status),
        name => name.parse().map(Named::Topic).map_err(|_| Fault::unknown_topic(name)),
    }
}

/// A member as text, if it is there and not empty.
fn text<'t>(message: Node<'_, 't>, name: &str) -> Option<std::borrow::Cow<'t, str>> {
    message.member(name).map(Node::text).filter(|text| !text.is_empty())
}

/// A member as a boolean that is false by default.
fn flag(message: Node<'_, '_>, name: &str) -> bool {
    message.member(name).and_then(Node::flag).unwrap_or(false)
}
