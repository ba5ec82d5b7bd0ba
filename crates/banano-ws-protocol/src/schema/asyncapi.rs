//! The whole protocol as one `AsyncAPI` 3 document.

use serde_json::{Map, Value, json};

use super::{CLOSE_CODES, events, examples, requests, schema, schema_names, status};
use crate::{STATUS_TOPIC, Topic};

/// The document, for a server that clients reach at `host` (such as `127.0.0.1:7074`), of that
/// version.
pub fn asyncapi(host: &str, is_secure: bool, version: &str) -> Value {
    let mut messages = Map::new();
    let mut schemas = Map::new();
    for name in schema_names() {
        let Some(mut of_name) = schema(name) else { continue };
        if let Some(members) = of_name.as_object_mut() {
            members.remove("$schema");
        }
        let about = of_name.get("description").cloned().unwrap_or_default();
        let payload = format!("#/components/schemas/{name}");
        messages.insert(
            name.into(),
            json!({ "name": name, "summary": about, "contentType": "application/json",
                "payload": { "$ref": payload }, "examples": examples::of(name) }),
        );
        schemas.insert(name.into(), of_name);
    }
    let in_channel =
        |name: &str| json!({ "$ref": format!("#/channels/notifications/messages/{name}") });
    let channel: Map<String, Value> = messages
        .keys()
        .map(|name| (name.clone(), json!({ "$ref": format!("#/components/messages/{name}") })))
        .collect();
    let mut operations = Map::new();
    for action in requests::NAMES {
        let reply = json!({
            "channel": { "$ref": "#/channels/notifications" },
            "messages": [in_channel("ack"), in_channel("error")],
        });
        let about = schema(action).and_then(|it| it.get("description").cloned());
        operations.insert(
            action.into(),
            json!({ "action": "receive", "summary": about,
                "channel": { "$ref": "#/channels/notifications" },
                "messages": [in_channel(action)], "reply": reply }),
        );
    }
    for topic in Topic::ALL {
        operations.insert(
            format!("on_{}", topic.name()),
            json!({ "action": "send", "summary": events::about(topic),
                "channel": { "$ref": "#/channels/notifications" },
                "messages": [in_channel(topic.name())] }),
        );
    }
    operations.insert(
        format!("on_{STATUS_TOPIC}"),
        json!({ "action": "send", "summary": status::ABOUT,
            "channel": { "$ref": "#/channels/notifications" },
            "messages": [in_channel(STATUS_TOPIC)] }),
    );
    let close_codes: Vec<_> = CLOSE_CODES
        .iter()
        .map(|(code, about)| json!({ "code": code, "description": about }))
        .collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Banano WebSocket notifications",
            "version": version,
            "description": "What happens in a Banano node, as it happens. Every scalar is a string.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "this": { "host": host, "protocol": if is_secure { "wss" } else { "ws" } },
        },
        "channels": {
            "notifications": {
                "address": "/",
                "description": "One connection carries requests, replies and all topics.",
                "messages": channel,
                "x-close-codes": close_codes,
            },
        },
        "operations": operations,
        "components": { "messages": messages, "schemas": schemas },
    })
}
