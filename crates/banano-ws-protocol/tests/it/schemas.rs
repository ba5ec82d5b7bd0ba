//! The schemas against what is written and read.

use banano_testkit::arbitrary;
use banano_ws_protocol::{
    CLOSE_CODES, ErrorCode, RenderSettings, RequestSettings, ServerMessage, ServerStatus,
    SourceState, SourceStatus, Status, Topic, asyncapi, parse_message, parse_request, render,
    render_ack, render_error, render_status, schema, schema_names,
};
use jsonschema::Validator;
use proptest::{prop_assert, proptest};
use serde_json::{Value, json};

fn validator(name: &str) -> Validator {
    jsonschema::validator_for(&schema(name).unwrap()).unwrap()
}

fn problems(validator: &Validator, message: &Value) -> Vec<String> {
    let errors = validator.iter_errors(message);
    errors.map(|error| format!("{} at {}", error, error.instance_path())).collect()
}

proptest! {
    #[test]
    fn every_event_fits_its_schema(
        stamped in arbitrary::stamped(),
        variant in arbitrary::variant(),
        decimal_fields: bool,
    ) {
        let settings = RenderSettings { decimal_fields, ..RenderSettings::default() };
        let mut text = Vec::new();
        render(&stamped, variant, &settings, &mut text);
        let message: Value = serde_json::from_slice(&text).unwrap();
        let problems = problems(&validator(stamped.event.topic().name()), &message);
        prop_assert!(problems.is_empty(), "{problems:#?} {message:#}");
    }
}

/// Each object of a schema names every member that is ever written there: what the renderer writes and
/// no schema tells would not be found by validation, since further members are allowed.
fn untold(schema: &Value, message: &Value, path: &str, out: &mut Vec<String>) {
    let Some(members) = message.as_object() else { return };
    // What a newer node added is told nowhere.
    for (name, value) in members.iter().filter(|(name, _)| !name.starts_with("new_")) {
        let path = format!("{path}/{name}");
        let Some(of_member) = schema.get("properties").and_then(|it| it.get(name)) else {
            out.push(path);
            continue;
        };
        untold(of_member, value, &path, out);
        let items = || of_member.get("anyOf")?.get(0)?.get("items");
        if let (Some(items), Some(elements)) = (items(), value.as_array()) {
            for element in elements {
                untold(items, element, &path, out);
            }
        }
    }
}

proptest! {
    #[test]
    fn every_member_of_an_event_is_told(
        stamped in arbitrary::stamped(),
        variant in arbitrary::variant(),
    ) {
        let mut text = Vec::new();
        render(&stamped, variant, &RenderSettings::default(), &mut text);
        let message: Value = serde_json::from_slice(&text).unwrap();
        let mut out = Vec::new();
        untold(&schema(stamped.event.topic().name()).unwrap(), &message, "", &mut out);
        prop_assert!(out.is_empty(), "{out:?}");
    }
}

#[test]
fn what_a_server_says_of_itself_fits_its_schema_and_reads_again() {
    let source = |state| SourceStatus {
        name: "a \"node\"".to_owned(),
        state,
        since_ms: 1_700_000_000_000,
        detail: "7 blocks\nto go".to_owned(),
    };
    let sources = SourceState::ALL.map(|state| Status::Source(source(state)));
    let shutdown = Status::Shutdown { deadline_ms: 1_700_000_000_007 };
    for status in sources.into_iter().chain([shutdown]) {
        let mut text = Vec::new();
        render_status(&status, 1_700_000_000_001, &mut text);
        let message: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(problems(&validator("status"), &message), [""; 0], "{message}");
        let read = ServerStatus { time_ms: 1_700_000_000_001, status: Some(status) };
        assert_eq!(parse_message(&text), Ok(ServerMessage::Status(read)), "{message}");
    }
    let newer = br#"{"topic":"status","time":"1","message":{"kind":"weather"}}"#;
    let read = ServerStatus { time_ms: 1, status: None };
    assert_eq!(parse_message(newer), Ok(ServerMessage::Status(read)));
    for broken in [
        r#"{"topic":"status","time":"1"}"#,
        r#"{"topic":"status","time":"1","message":{"kind":"source","source":"a","state":"x","since":"1"}}"#,
        r#"{"topic":"status","time":"1","message":{"kind":"shutdown"}}"#,
    ] {
        assert!(parse_message(broken.as_bytes()).is_err(), "{broken}");
    }
}

#[test]
fn replies_fit_their_schemas() {
    let cursor = "0011aabb-17".parse().unwrap();
    for text in [
        r#"{"action":"ping","id":"x"}"#,
        r#"{"action":"subscribe","topic":"confirmation","cursor":true,"verbose":true,
            "options":{"accounts":["x"]}}"#,
        r#"{"action":"update","topic":"vote","options":{}}"#,
    ] {
        let request = parse_request(text.as_bytes(), RequestSettings::default()).unwrap();
        let mut out = Vec::new();
        render_ack(&request, cursor, 1_700_000_000_000, &mut out);
        let message = serde_json::from_slice(&out).unwrap();
        assert_eq!(problems(&validator("ack"), &message), [""; 0], "{message}");
    }
    for text in ["", "[]", "{}", r#"{"action":"x","id":"1"}"#] {
        let refusal = parse_request(text.as_bytes(), RequestSettings::default()).unwrap_err();
        let mut out = Vec::new();
        render_error(&refusal, 1_700_000_000_000, &mut out);
        let message = serde_json::from_slice(&out).unwrap();
        assert_eq!(problems(&validator("error"), &message), [""; 0], "{message}");
    }
}

#[test]
fn requests_that_are_meant_to_be_sent_fit_and_others_do_not() {
    let account = banano_testkit::fixtures::A.account().to_string();
    let cases = [
        (json!({"action": "ping"}), true),
        (json!({"action": "subscribe", "topic": "confirmation"}), true),
        (json!({"action": "subscribe", "topic": "confirmations"}), false),
        (json!({"action": "subscribe"}), false),
        (json!({"action": "subscribe", "topic": "status"}), true),
        (
            json!({"action": "subscribe", "topic": "confirmation", "since": "oldest",
                "options": {"accounts": [account], "min_amount": "1", "subtypes": ["send"]}}),
            true,
        ),
        (
            json!({"action": "subscribe", "topic": "vote", "options": {"accounts": [account]}}),
            false,
        ),
        (
            json!({"action": "subscribe", "topic": "vote",
                "options": {"representatives": [account], "include_late": false}}),
            true,
        ),
        (
            json!({"action": "subscribe", "topic": "confirmation", "options": {"min_amount": 1}}),
            false,
        ),
        (json!({"action": "subscribe", "topic": "work", "since": "yesterday"}), false),
        (json!({"action": "unsubscribe", "topic": "work", "ack": true, "id": "1"}), true),
        (json!({"action": "update", "topic": "confirmation"}), false),
        (
            json!({"action": "update", "topic": "confirmation",
                "options": {"accounts_add": [account]}}),
            true,
        ),
    ];
    for (request, want) in cases {
        let name = request["action"].as_str().unwrap();
        let problems = problems(&validator(name), &request);
        assert_eq!(problems.is_empty(), want, "{request}: {problems:?}");
        if want {
            parse_request(request.to_string().as_bytes(), RequestSettings::default()).unwrap();
        }
    }
}

/// Every `$ref` leads somewhere.
fn check_references(value: &Value, root: &Value) {
    if let Some(path) = value.get("$ref").and_then(Value::as_str) {
        assert!(root.pointer(path.trim_start_matches('#')).is_some(), "{path}");
    }
    match value {
        Value::Object(members) => members.values().for_each(|it| check_references(it, root)),
        Value::Array(elements) => elements.iter().for_each(|it| check_references(it, root)),
        _ => {}
    }
}

#[test]
fn the_description_is_whole() {
    let document = asyncapi("127.0.0.1:7074", false, "1.2.3");
    check_references(&document, &document);
    assert_eq!(document["servers"]["this"]["protocol"], "ws");
    for topic in Topic::ALL {
        assert!(document["operations"].get(format!("on_{}", topic.name())).is_some());
    }
    assert_eq!(schema_names().count(), 4 + 3 + 9);
    assert!(schema("nothing").is_none());
}

#[test]
fn every_message_has_examples_that_fit_its_schema() {
    use banano_testkit::fixtures::messages;

    let document = asyncapi("127.0.0.1:7074", false, "1.2.3");
    let mut texts = Vec::new();
    for name in schema_names().filter(|name| *name != "error") {
        let examples = document["components"]["messages"][name]["examples"].as_array().unwrap();
        assert!(!examples.is_empty(), "{name}");
        for example in examples {
            let text = example["x-text"].as_str().unwrap();
            assert_eq!(serde_json::from_str::<Value>(text).unwrap(), example["payload"]);
            assert_eq!(problems(&validator(name), &example["payload"]), [""; 0], "{text}");
            if example["payload"].get("action").is_some() {
                let request = parse_request(text.as_bytes(), RequestSettings::default());
                assert!(request.is_ok(), "{text}");
            }
            texts.push(text.to_owned());
        }
    }
    for event in [
        messages::CONFIRMATION,
        messages::CONFIRMATION_FULL,
        messages::VOTE,
        messages::FINAL_VOTE,
        messages::STARTED_ELECTION,
        messages::STOPPED_ELECTION,
        messages::ACTIVE_DIFFICULTY,
        messages::WORK_SUCCESS,
        messages::WORK_CANCELLED,
        messages::TELEMETRY,
        messages::NEW_UNCONFIRMED_BLOCK,
        messages::BOOTSTRAP_STARTED,
        messages::BOOTSTRAP_EXITED,
    ] {
        assert!(texts.iter().any(|text| text == event), "{event}");
    }
}

#[test]
fn the_description_tells_every_way_to_fail() {
    let document = asyncapi("127.0.0.1:7074", false, "1.2.3");
    let codes = &document["components"]["schemas"]["error"]["properties"]["code"]["oneOf"];
    assert_eq!(codes.as_array().unwrap().len(), ErrorCode::ALL.len());
    let told = document["channels"]["notifications"]["x-close-codes"].as_array().unwrap();
    assert_eq!(told.len(), CLOSE_CODES.len());
}

#[test]
fn options_say_where_nodes_do_not_have_them() {
    let subscribe = schema("subscribe").unwrap();
    let of =
        |name: &str| subscribe["properties"]["options"]["properties"][name]["x-extension"].clone();
    assert_eq!(of("accounts"), json!(["new_unconfirmed_block"]));
    assert_eq!(of("representatives"), json!(["confirmation", "new_unconfirmed_block"]));
    assert_eq!(of("include_block"), json!([]));
    assert_eq!(of("include_late"), json!(["vote"]));
    let update = schema("update").unwrap();
    let of =
        |name: &str| update["properties"]["options"]["properties"][name]["x-extension"].clone();
    assert_eq!(of("accounts_add"), json!(["new_unconfirmed_block"]));
    assert_eq!(of("hashes_del"), json!(["confirmation", "new_unconfirmed_block"]));
}
