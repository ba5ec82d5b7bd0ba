//! Why a request is not carried out, in words for a person and one word for a program.

use std::fmt;

use banano_primitives::Amount;
use serde::{Deserialize, Serialize};

use super::warnings::Cut;
use crate::{CursorRange, JsonError, STATUS_TOPIC, Since, Topic};

/// `code` of an error message (protocol.md §4). Stable, in the order in which checks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the words on the wire, explained in protocol.md §4")]
pub enum ErrorCode {
    InvalidJson,
    InvalidMessage,
    MissingAction,
    UnknownAction,
    MissingTopic,
    UnknownTopic,
    InvalidOption,
    NotSubscribed,
    NotUpdatable,
    MissingOptions,
    MessageTooLarge,
    LimitExceeded,
    CursorExpired,
    Unavailable,
}

impl ErrorCode {
    /// All codes.
    pub const ALL: [Self; 14] = [
        Self::InvalidJson,
        Self::InvalidMessage,
        Self::MissingAction,
        Self::UnknownAction,
        Self::MissingTopic,
        Self::UnknownTopic,
        Self::InvalidOption,
        Self::NotSubscribed,
        Self::NotUpdatable,
        Self::MissingOptions,
        Self::MessageTooLarge,
        Self::LimitExceeded,
        Self::CursorExpired,
        Self::Unavailable,
    ];

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidJson => "invalid_json",
            Self::InvalidMessage => "invalid_message",
            Self::MissingAction => "missing_action",
            Self::UnknownAction => "unknown_action",
            Self::MissingTopic => "missing_topic",
            Self::UnknownTopic => "unknown_topic",
            Self::InvalidOption => "invalid_option",
            Self::NotSubscribed => "not_subscribed",
            Self::NotUpdatable => "not_updatable",
            Self::MissingOptions => "missing_options",
            Self::MessageTooLarge => "message_too_large",
            Self::LimitExceeded => "limit_exceeded",
            Self::CursorExpired => "cursor_expired",
            Self::Unavailable => "unavailable",
        }
    }

    /// What is wrong, in one sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::InvalidJson => "The message is no JSON, or is nested too deeply.",
            Self::InvalidMessage => "The message is JSON, but no object.",
            Self::MissingAction => "There is no `action`.",
            Self::UnknownAction => "There is no such action.",
            Self::MissingTopic => "The action needs a `topic`.",
            Self::UnknownTopic => "There is no such topic.",
            Self::InvalidOption => {
                "An option that nodes do not have has a value that means nothing."
            }
            Self::NotSubscribed => "There is no subscription to update.",
            Self::NotUpdatable => {
                "The subscription has no lists: it is to another topic, or was made without `options`."
            }
            Self::MissingOptions => "`update` needs `options`.",
            Self::MessageTooLarge => "The message is too long. The connection is closed with 1009.",
            Self::LimitExceeded => "A limit of the server is reached. The text says which.",
            Self::CursorExpired => {
                "The events after `since` are no longer kept. `oldest` and `newest` say what is; there \
                 is no subscription."
            }
            Self::Unavailable => "The journal can't be read just now. Try again later.",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a request is not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Fault {
    /// For programs.
    pub code: ErrorCode,
    /// For people: names the member and its value, and says what would be right.
    pub text: String,
    /// What the journal holds, told with [`ErrorCode::CursorExpired`].
    pub held: Option<CursorRange>,
}

/// What a refused client sent could have been.
const EXAMPLE: &str = r#"send one JSON object such as {"action":"ping"}"#;
const ACTIONS: &str = "use subscribe, unsubscribe, update or ping";

impl Fault {
    fn new(code: ErrorCode, text: fmt::Arguments<'_>) -> Self {
        Self { code, text: text.to_string(), held: None }
    }

    pub(super) fn invalid_json(error: &JsonError) -> Self {
        Self::new(ErrorCode::InvalidJson, format_args!("not valid JSON: {error}; {EXAMPLE}"))
    }

    pub(super) fn invalid_message(source: &str) -> Self {
        let text = format_args!("not a JSON object: {}; {EXAMPLE}", Cut(source));
        Self::new(ErrorCode::InvalidMessage, text)
    }

    pub(super) fn missing_action() -> Self {
        Self::new(ErrorCode::MissingAction, format_args!("`action` is missing or empty; {ACTIONS}"))
    }

    pub(super) fn unknown_action(action: &str) -> Self {
        let text = format_args!("unknown action \"{}\"; {ACTIONS}, in lower case", Cut(action));
        Self::new(ErrorCode::UnknownAction, text)
    }

    pub(super) fn missing_topic(action: &str) -> Self {
        let text = format_args!("`topic` of \"{action}\" is missing or empty; use {}", topics());
        Self::new(ErrorCode::MissingTopic, text)
    }

    pub(super) fn unknown_topic(topic: &str) -> Self {
        let text = format_args!("unknown topic \"{}\"; use {}", Cut(topic), topics());
        Self::new(ErrorCode::UnknownTopic, text)
    }

    /// `value` is as sent and cut, `problem` what it is not, `right` what would be right.
    pub(super) fn invalid_option(name: &str, value: &str, problem: &str, right: &str) -> Self {
        let text = format_args!("`{name}`: {value} is {problem}; give {right}");
        Self::new(ErrorCode::InvalidOption, text)
    }

    pub(super) fn not_a_list(name: &str, value: &str, right: &str) -> Self {
        let text = format_args!("`{name}`: {value} is not a list; give an array, each {right}");
        Self::new(ErrorCode::InvalidOption, text)
    }

    pub(super) fn unknown_parameter(name: &str, known: &str) -> Self {
        let text = format_args!("`{}` is no parameter of a subscription; use {known}", Cut(name));
        Self::new(ErrorCode::InvalidOption, text)
    }

    pub(super) fn repeated_parameter(name: &str) -> Self {
        let text = format_args!("`{name}` is there twice; give it once");
        Self::new(ErrorCode::InvalidOption, text)
    }

    pub(super) fn empty_range(min: Amount, max: Amount) -> Self {
        let text = format_args!(
            "`min_amount` {min} is more than `max_amount` {max}, so that nothing could pass; \
             give a `min_amount` of at most `max_amount`"
        );
        Self::new(ErrorCode::InvalidOption, text)
    }

    pub(super) fn direction_without_accounts() -> Self {
        let text = format_args!(
            "`direction` is seen from `accounts`, which are missing; give `accounts` as well, or \
             leave `direction` out"
        );
        Self::new(ErrorCode::InvalidOption, text)
    }

    pub(crate) fn not_subscribed(topic: &str) -> Self {
        let text = format_args!(
            "not subscribed to \"{topic}\", so there is nothing to update; subscribe first, \
             with `options`"
        );
        Self::new(ErrorCode::NotSubscribed, text)
    }

    /// `topic` is `None` for `ack`.
    pub(crate) fn not_updatable(topic: Option<Topic>) -> Self {
        let text = match topic {
            Some(Topic::Confirmation) => format_args!(
                "the subscription to \"confirmation\" was made without `options` and cannot be \
                 updated; subscribe again with `options`, such as {{}}"
            ),
            Some(Topic::Vote) => format_args!(
                "an update of \"vote\" needs a subscription that was made with `options`, such as \
                 {{}}, and `representatives_add`, `representatives_del` or both"
            ),
            Some(Topic::NewUnconfirmedBlock) => format_args!(
                "an update of \"new_unconfirmed_block\" needs a subscription that was made with \
                 `options`, such as {{}}, and a list such as `hashes_add` or `subtypes_del`"
            ),
            topic => return Self::not_updatable_topic(topic.map_or("ack", Topic::name)),
        };
        Self::new(ErrorCode::NotUpdatable, text)
    }

    pub(super) fn not_updatable_topic(topic: &str) -> Self {
        let text = format_args!(
            "topic \"{topic}\" has nothing to update, only \"confirmation\", \"vote\" and \
             \"new_unconfirmed_block\" have; subscribe again to replace the subscription"
        );
        Self::new(ErrorCode::NotUpdatable, text)
    }

    pub(super) fn status_without_cursors(member: &str) -> Self {
        let text = format_args!(
            "`{member}`: topic \"{STATUS_TOPIC}\" has no cursors, it tells what is so now and what \
             changes; leave `{member}` out"
        );
        Self::new(ErrorCode::InvalidOption, text)
    }

    pub(crate) fn missing_options() -> Self {
        let text =
            format_args!("`options` is missing; give `accounts_add`, `accounts_del` or both");
        Self::new(ErrorCode::MissingOptions, text)
    }

    /// The message was longer than `max` bytes.
    pub fn message_too_large(max: usize) -> Self {
        let text = format_args!(
            "the message is longer than {max} bytes; send long account lists in several updates"
        );
        Self::new(ErrorCode::MessageTooLarge, text)
    }

    /// The journal does not hold what came after `since`: too old, or of another journal.
    pub fn cursor_expired(since: Since, held: CursorRange) -> Self {
        let CursorRange { oldest, newest } = held;
        let text = format_args!(
            "`since`: events after \"{since}\" are not held, only {oldest} to {newest} are; look up \
             what you missed and subscribe anew, with \"oldest\" to get what is left"
        );
        Self { held: Some(held), ..Self::new(ErrorCode::CursorExpired, text) }
    }

    /// The topic has no events.
    pub fn nothing_to_stream() -> Self {
        let text = format_args!("`topic`: \"ack\" has no events; use {}", topics());
        Self::new(ErrorCode::UnknownTopic, text)
    }

    /// The journal, in which `since` is looked up, cannot be read.
    pub fn journal_unreadable() -> Self {
        let text = format_args!("the journal of this server cannot be read; come back later");
        Self::new(ErrorCode::Unavailable, text)
    }

    /// The request would go over a configured limit: `what` was `value` where at most `max` are
    /// allowed.
    pub fn limit_exceeded(what: &str, value: usize, max: usize) -> Self {
        let text = format_args!("{value} {what} are too many, {max} are allowed");
        Self::new(ErrorCode::LimitExceeded, text)
    }

    /// The request is against a limit; `text` names it, its value, and what to do.
    pub const fn limited(text: String) -> Self {
        Self { code: ErrorCode::LimitExceeded, text, held: None }
    }

    /// The request cannot be carried out now; `text` says why, and what to do.
    pub const fn unavailable(text: String) -> Self {
        Self { code: ErrorCode::Unavailable, text, held: None }
    }
}

fn topics() -> String {
    let names: Vec<_> = Topic::ALL.map(Topic::name).into_iter().chain([STATUS_TOPIC]).collect();
    names.join(", ")
}

/// A fault, and what its error message needs to know of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For programs.
    pub code: ErrorCode,
    /// For people.
    pub text: String,
    /// What the journal holds, told with [`ErrorCode::CursorExpired`].
    pub held: Option<CursorRange>,
    /// The request's id, if it had one that is not empty.
    pub id: Option<String>,
    /// Whether the request showed that its sender wants answers: `ack` true, an `id`, or it was no
    /// JSON at all.
    pub wanted_reply: bool,
}

impl From<Fault> for Refusal {
    /// The refusal of a message that could not be read as a request.
    fn from(Fault { code, text, held }: Fault) -> Self {
        Self { code, text, held, id: None, wanted_reply: code == ErrorCode::InvalidJson }
    }
}

/// Setting `error_replies`: who is told of a refusal (protocol.md §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorReplies {
    /// Everyone.
    #[default]
    Always,
    /// Those whose request had `ack` true or an `id`, or was not valid JSON.
    Asked,
    /// Nobody, as with a node.
    Never,
}

impl ErrorReplies {
    /// Whether `refusal` is told. What ends the session is told in any case; that is the caller's
    /// to know.
    pub const fn tells(self, refusal: &Refusal) -> bool {
        match self {
            Self::Always => true,
            Self::Asked => refusal.wanted_reply,
            Self::Never => false,
        }
    }
}
