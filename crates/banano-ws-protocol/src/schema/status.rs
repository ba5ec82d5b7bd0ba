//! The messages of topic `status` (docs/protocol.md §11.5).

use serde_json::{Value, json};

use super::field::{Field, Shape, described, object};
use crate::{STATUS_TOPIC, SourceState};

/// What the topic tells, in one sentence.
pub(super) const ABOUT: &str = "How the server itself is doing. Ours: no node has this topic.";

pub(super) fn schema() -> Value {
    let message = json!({ "oneOf": [source(), kind("shutdown", object(SHUTDOWN, &DEADLINE))] });
    let time = Field::new("time", Shape::Millis, "When the message was made.");
    let mut schema = object(ABOUT, &[time]);
    add(&mut schema, "topic", described(json!({ "const": STATUS_TOPIC }), "The topic."));
    add(&mut schema, "message", message);
    schema
}

const SHUTDOWN: &str = "The server is about to stop.";

static DEADLINE: [Field; 1] =
    [Field::new("deadline", Shape::Millis, "When the last client is closed at the latest.")];

static SOURCE: [Field; 3] = [
    Field::new("source", Shape::Text, "Names it among the server's sources."),
    Field::new("since", Shape::Millis, "Since when it is in that state."),
    Field::new("detail", Shape::Text, "More, for a person; may be empty."),
];

fn source() -> Value {
    let mut schema = kind("source", object("One of the places that events come from.", &SOURCE));
    let states = SourceState::ALL.map(SourceState::name);
    add(&mut schema, "state", described(json!({ "enum": states }), "How it is doing."));
    schema
}

fn kind(word: &str, mut schema: Value) -> Value {
    add(&mut schema, "kind", described(json!({ "const": word }), "What this is about."));
    schema
}

/// Adds a member that is always there.
fn add(schema: &mut Value, name: &str, member: Value) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert(name.into(), member);
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.push(json!(name));
    }
}
