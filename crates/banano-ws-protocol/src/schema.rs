//! The protocol as documents: JSON Schemas of every message, and an `AsyncAPI` 3 description.
//!
//! Called by the server, for `/schema/…` and `/asyncapi.json`, and by the tester page, which draws its
//! form and its help from them. Words are taken from the types that read and write them; a test holds
//! every schema against what the renderer writes. Schemas say what is sent and what is meant to be
//! sent; what is accepted beyond that is in `docs/protocol.md` §2.2.

mod asyncapi;
mod events;
mod examples;
mod field;
mod requests;
mod status;

pub use asyncapi::asyncapi;

use serde_json::{Value, json};

use crate::{ErrorCode, STATUS_TOPIC, Topic};
use field::{Field, Shape, object};

/// How a connection may end: the code of the close frame, what it means, and when to come back.
pub const CLOSE_CODES: [(u16, &str); 8] = [
    (1000, "You closed."),
    (1001, "The server shuts down. Come back with your last cursor."),
    (1002, "A frame broke the rules of WebSockets."),
    (1007, "A text message was not valid UTF-8."),
    (
        1008,
        "Refused by a rule of the server; the error before says which. Coming back soon won't help.",
    ),
    (1009, "A message was longer than the server accepts."),
    (1013, "The server is overloaded. Come back later."),
    (4000, "You read too slowly. Come back at once with your last cursor: it tells what is left."),
];

/// The schemas: every topic, the requests, the replies.
pub fn schema_names() -> impl Iterator<Item = &'static str> {
    requests::NAMES
        .into_iter()
        .chain(["ack", "error", STATUS_TOPIC])
        .chain(Topic::ALL.map(Topic::name))
}

/// The JSON Schema (2020-12) of that name; `None` if there is none.
pub fn schema(name: &str) -> Option<Value> {
    let mut schema = match name {
        "ack" => object("The reply to a request that succeeded, if it asked for one.", &ACK),
        "error" => error(),
        STATUS_TOPIC => status::schema(),
        _ => match name.parse() {
            Ok(topic) => events::schema(topic),
            Err(_) => requests::schema(name)?,
        },
    };
    if let Some(members) = schema.as_object_mut() {
        members.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
        members.insert("title".into(), json!(name));
    }
    Some(schema)
}

const CURSOR: Field = Field::maybe(
    "cursor",
    Shape::Cursor,
    "The event's place in the journal; in an ack, the place behind which the subscription is live. \
     Only if the subscription asked for it by `cursor` or `since`.",
);

static ACK: [Field; 5] = [
    Field::new(
        "ack",
        Shape::Words(&["subscribe", "unsubscribe", "update", "pong"]),
        "The action; `pong` for `ping`.",
    ),
    Field::new("time", Shape::Millis, "When the reply was made."),
    Field::maybe("id", Shape::Text, "The `id` of the request, if it had one."),
    CURSOR,
    Field::maybe(
        "warnings",
        Shape::Texts,
        "What was left out of the request. Only if it had `verbose` and there is something to say.",
    ),
];

static ERROR: [Field; 5] = [
    Field::new("error", Shape::Text, "What is wrong and what would be right, for a person."),
    Field::new("time", Shape::Millis, "When the reply was made."),
    Field::maybe("id", Shape::Text, "The `id` of the request, if it had one."),
    Field::maybe("oldest", Shape::Cursor, "With `cursor_expired`: the oldest event that is kept."),
    Field::maybe("newest", Shape::Cursor, "With `cursor_expired`: the newest event."),
];

fn error() -> Value {
    let mut schema = object(
        "The reply to a request that was refused, whether it asked for a reply or not. It had no effect.",
        &ERROR,
    );
    let codes: Vec<_> = ErrorCode::ALL
        .iter()
        .map(|code| json!({ "const": code.name(), "description": code.about() }))
        .collect();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let about = "What is wrong, for a program. There may be more codes in later versions.";
        properties.insert("code".into(), json!({ "oneOf": codes, "description": about }));
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.push(json!("code"));
    }
    schema
}
