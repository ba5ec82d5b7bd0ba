//! Where the recorded rsnano differs from the C++ node, row by row.
//!
//! The tests fail for a row of [`NORMALISED`] or [`SURVIVED`] that is not needed.

use std::collections::HashSet;

use banano_primitives::Signature;
use banano_ws_protocol::Event;
use serde_json::Value;

use super::event;

/// What it is, and what is done about it.
type Difference = (&'static str, fn(&mut Value));

/// What rsnano writes otherwise than the C++ node (protocol.md, appendix B), or what belongs to the
/// network and the hour of the recording. The order of members is the other difference: objects
/// are compared without it.
pub(super) const NORMALISED: [Difference; 7] = [
    ("accounts of a Banano network begin with ban_", |message| {
        each_text(message, &mut |_, text| {
            if let Some(rest) = text.strip_prefix("nano_") {
                *text = format!("ban_{rest}");
            }
        });
    }),
    ("work is in lower case", |message| {
        each_text(message, &mut |name, text| {
            if name == "work" {
                text.make_ascii_lowercase();
            }
        });
    }),
    ("an empty list is the empty string", empty_lists),
    ("the signature of a vote is decimal", |message| {
        if message["topic"] == "vote" {
            let signature = &mut message["message"]["signature"];
            let hex: Signature = signature.as_str().unwrap().parse().unwrap();
            *signature = hex.to_decimal().into();
        }
    }),
    ("the hash of a new_unconfirmed_block stands beside topic", |message| {
        if let Some(Event::NewUnconfirmedBlock(it)) = event(message, false) {
            message["hash"] = it.block.hash().to_string().into();
        }
    }),
    ("an empty id is left out", |message| {
        let members = message.as_object_mut().unwrap();
        members.retain(|name, value| name != "id" || *value != "");
    }),
    ("the time of a reply is the server's; that of events is compared", |message| {
        let members = message.as_object_mut().unwrap();
        let is_reply = members.contains_key("ack");
        members.retain(|name, _| name != "time" || !is_reply);
    }),
];

/// Cases in which rsnano ends the session (the last: in which it ignores the message): what the
/// C++ node answers (appendix B); nothing where it is silent. Where the node ends the session as
/// well, for what is no JSON, ours lives on.
pub(super) const SURVIVED: &[(&str, Option<&str>)] = &[
    ("not JSON", None),
    ("empty text", None),
    ("cut-off JSON", None),
    ("trailing comma", None),
    ("text after the object", None),
    ("an array", None),
    ("a positional array", None),
    ("a string", None),
    ("null", None),
    ("id as a number", Some(r#"{"ack":"pong","id":"7"}"#)),
    ("id with an escaped quote", Some(r#"{"ack":"pong","id":"a\"b"}"#)),
    ("id with a \\u escape", Some(r#"{"ack":"pong","id":"é"}"#)),
    ("action with a \\u escape", Some(r#"{"ack":"pong"}"#)),
    ("action as a number", None),
    ("topic as a number", None),
    ("ack as the string true", Some(r#"{"ack":"subscribe"}"#)),
    ("ack as 1", Some(r#"{"ack":"subscribe"}"#)),
    ("ack null", None),
    ("options an empty string", Some(r#"{"ack":"subscribe"}"#)),
    ("options an array", Some(r#"{"ack":"subscribe"}"#)),
    ("include_block as a string", Some(r#"{"ack":"subscribe"}"#)),
    ("include_block as 0", Some(r#"{"ack":"subscribe"}"#)),
    ("accounts as a string", Some(r#"{"ack":"subscribe"}"#)),
    ("accounts with a number", Some(r#"{"ack":"subscribe"}"#)),
    ("same key twice", Some(r#"{"ack":"pong"}"#)),
    ("vote representatives as a string", Some(r#"{"ack":"subscribe"}"#)),
    ("deep nesting (200 arrays)", None),
    ("a binary frame with good JSON", Some(r#"{"ack":"pong"}"#)),
];

/// Replies by their `id` that only rsnano sends, to an `update` after a subscription without
/// options: it acknowledges and does nothing, the C++ node says nothing (appendix B).
pub(super) const ACKED_IN_VAIN: &[(&str, &str)] =
    &[("acks", "u1"), ("acks", "u2"), ("conf_update_plain", "add")];

/// Lines that rsnano answers otherwise or not at all: what we answer. Appendix B; the topic
/// `active_difficulty` is one of Banano's that Nano's nodes no longer have.
pub(super) const ANSWERED_OTHERWISE: &[(&str, &str)] = &[
    (r#""id": null"#, r#"{"ack":"pong","id":"null"}"#),
    (r#""topic": "active_difficulty""#, r#"{"ack":"subscribe","id":"active_difficulty"}"#),
];

/// A recorded message as the C++ node writes it. Notes which rows of [`NORMALISED`] changed it.
pub(super) fn normalise(message: &mut Value, differed: &mut HashSet<&str>) {
    for (what, change) in NORMALISED {
        let before = message.clone();
        change(message);
        if *message != before {
            differed.insert(what);
        }
    }
}

/// Changes every text, told the name of the member that it stands in.
fn each_text(value: &mut Value, change: &mut impl FnMut(&str, &mut String)) {
    fn walk(name: &str, value: &mut Value, change: &mut impl FnMut(&str, &mut String)) {
        match value {
            Value::String(text) => change(name, text),
            Value::Array(list) => list.iter_mut().for_each(|value| walk(name, value, change)),
            Value::Object(members) => {
                members.iter_mut().for_each(|(name, value)| walk(name, value, change));
            }
            _ => {}
        }
    }
    walk("", value, change);
}

fn empty_lists(value: &mut Value) {
    match value {
        Value::Array(list) if list.is_empty() => *value = "".into(),
        Value::Array(list) => list.iter_mut().for_each(empty_lists),
        Value::Object(members) => members.values_mut().for_each(empty_lists),
        _ => {}
    }
}
