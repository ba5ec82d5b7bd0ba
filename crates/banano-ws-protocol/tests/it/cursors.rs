//! Cursors and places to go on from, in requests, replies and events (protocol.md §11.2, §11.3).

use banano_testkit::{
    arbitrary,
    fixtures::{A, B, SEND, conf},
};
use banano_ws_protocol::{
    Action, ConfirmationKind::ActiveQuorum, Cursor, CursorDetail, CursorRange, ErrorCode, Event,
    Fault, Follow, Refusal, RenderSettings, Request, RequestSettings, ServerMessage, Since,
    Stamped, parse_message, parse_query, parse_request, query_name, query_subscribes, render,
    render_error,
};
use proptest::{prop_assert_eq, proptest, sample::select};
use serde_json::{Value, json};

use crate::{client::Client, golden};

const CURSOR: Cursor = Cursor { journal: 0x0000_00ab, sequence: 1700 };

fn follow(members: &str) -> Follow {
    let text = format!(r#"{{"action":"subscribe","topic":"confirmation"{members}}}"#);
    parse_request(text.as_bytes(), RequestSettings::default()).unwrap().follow
}

#[test]
fn a_request_says_whether_it_wants_cursors_and_where_to_go_on() {
    let nothing = Follow::default();
    let live = Follow { cursor: true, since: None };
    let from = |since| Follow { cursor: true, since: Some(since) };
    let rows = [
        ("", nothing),
        (r#","cursor":false"#, nothing),
        (r#","cursor":"0""#, nothing),
        (r#","cursor":true"#, live),
        (r#","cursor":"true""#, live),
        (r#","cursor":1"#, live),
        (r#","since":"000000ab-1700""#, from(Since::Cursor(CURSOR))),
        (r#","since":"000000AB-1700","cursor":false"#, from(Since::Cursor(CURSOR))),
        (r#","since":"time:1700000000000""#, from(Since::Time(1_700_000_000_000))),
        (r#","since":"oldest""#, from(Since::Oldest)),
        // Beside the members, not in the options.
        (r#","options":{"cursor":true,"since":"oldest"}"#, nothing),
    ];
    for (members, want) in rows {
        assert_eq!(follow(members), want, "{members}");
    }
    for action in ["unsubscribe", "ping"] {
        let text = format!(r#"{{"action":"{action}","topic":"vote","since":"x","cursor":"x"}}"#);
        let request = parse_request(text.as_bytes(), RequestSettings::default()).unwrap();
        assert_eq!(request.follow, nothing, "{action}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_what_would_be_right() {
    let right = "give a cursor from an ack or an event, time: and milliseconds since 1970 such as \
                 \"time:1700000000000\", or \"oldest\"";
    let rows = [
        (
            r#""since":"yesterday""#,
            format!("`since`: \"yesterday\" is neither a cursor nor a time; {right}"),
        ),
        (
            r#""since":1700000000000"#,
            format!("`since`: 1700000000000 is neither a cursor nor a time; {right}"),
        ),
        (r#""since":null"#, format!("`since`: null is neither a cursor nor a time; {right}")),
        (r#""since":"""#, format!("`since`: \"\" is neither a cursor nor a time; {right}")),
        (
            r#""cursor":"yes""#,
            "`cursor`: \"yes\" is neither true nor false; give true or false".to_owned(),
        ),
    ];
    for (member, text) in rows {
        let mut client = Client::default();
        let reply = client
            .ask(&format!(r#"{{"action":"subscribe","topic":"confirmation","id":"i",{member}}}"#));
        assert_eq!(reply, json!({"error": text, "code": "invalid_option", "id": "i"}));
        assert!(client.subscriptions.is_empty(), "{member}");
    }
}

#[test]
fn only_who_asked_reads_cursors() {
    let mut client = Client::default();
    let ack = |client: &mut Client, members: &str| {
        client
            .ask(&format!(r#"{{"action":"subscribe","topic":"confirmation","ack":true{members}}}"#))
    };
    assert_eq!(ack(&mut client, ""), json!({"ack": "subscribe"}));
    let want = json!({"ack": "subscribe", "cursor": "00c0ffee-41"});
    assert_eq!(ack(&mut client, r#","cursor":true"#), want);
    assert_eq!(ack(&mut client, r#","since":"oldest""#), want);
    let event = Event::Confirmation(conf(SEND, ActiveQuorum));
    let stamped = Stamped { journal: 0xab, sequence: 1700, time_ms: 1_700_000_000_700, event };
    let start = r#"{"topic":"confirmation","time":"1700000000700","#;
    let rows = [
        (CursorDetail::None, ""),
        (CursorDetail::Live, r#""cursor":"000000ab-1700","#),
        (CursorDetail::Replayed, r#""cursor":"000000ab-1700","replayed":"true","#),
    ];
    for (cursor, members) in rows {
        client.cursor = cursor;
        let want = golden::CONFIRMATION.replacen(start, &format!("{start}{members}"), 1);
        assert_eq!(client.event(&stamped), Some(want), "{cursor:?}");
    }
}

#[test]
fn an_expired_cursor_is_answered_with_what_is_held() {
    let held = CursorRange {
        oldest: Cursor { sequence: 2000, ..CURSOR },
        newest: Cursor { sequence: 3000, ..CURSOR },
    };
    let refusal = Refusal::from(Fault::cursor_expired(Since::Cursor(CURSOR), held));
    let mut text = Vec::new();
    render_error(&refusal, 1_700_000_000_000, &mut text);
    let reply: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(reply["code"], "cursor_expired");
    assert_eq!(reply["oldest"], "000000ab-2000");
    assert_eq!(reply["newest"], "000000ab-3000");
    let words = reply["error"].as_str().unwrap();
    assert!(words.contains("`since`") && words.contains("000000ab-1700"), "{words}");
    match parse_message(&text) {
        Ok(ServerMessage::Error(error)) => assert_eq!(error.held, Some(held)),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn a_client_reads_every_cursor(
        stamped in arbitrary::stamped(),
        cursor in select(&[CursorDetail::None, CursorDetail::Live, CursorDetail::Replayed]),
        variant in arbitrary::variant(),
    ) {
        let mut text = Vec::new();
        render(&stamped, variant.with_cursor(cursor), &RenderSettings::default(), &mut text);
        let Ok(ServerMessage::Event(event)) = parse_message(&text) else { panic!("no event") };
        let told = (cursor != CursorDetail::None).then(|| stamped.cursor());
        prop_assert_eq!(event.cursor, told);
        prop_assert_eq!(event.replayed, cursor == CursorDetail::Replayed);
    }
}

fn query(query: &str, last_event_id: Option<&str>) -> Result<Request, Refusal> {
    parse_query(query, last_event_id, RequestSettings::default())
}

#[test]
fn a_url_says_what_a_message_says() {
    let (a, b) = (A.text(), B.text());
    let rows = [
        ("topic=confirmation".to_owned(), json!({})),
        ("topic=vote&ack=true&id=7".to_owned(), json!({"ack": true, "id": "7"})),
        ("topic=confirmation&cursor=1&verbose=1".to_owned(), json!({"cursor": 1, "verbose": 1})),
        ("topic=work&since=time%3A5".to_owned(), json!({"since": "time:5"})),
        (format!("topic=confirmation&accounts={a}"), json!({"options": {"accounts": [a]}})),
        (format!("accounts={a},{b}&topic=confirmation"), json!({"options": {"accounts": [a, b]}})),
        (
            format!("topic=confirmation&accounts={a}&accounts={b}"),
            json!({"options": {"accounts": [a, b]}}),
        ),
        ("topic=confirmation&accounts=".to_owned(), json!({"options": {"accounts": []}})),
        (
            format!(
                "topic=confirmation&accounts={a}&direction=incoming&min_amount=19&include_block=false&subtypes=send,receive"
            ),
            json!({"options": {"accounts": [a], "direction": "incoming", "min_amount": "19", "include_block": "false", "subtypes": ["send", "receive"]}}),
        ),
        (
            format!("topic=vote&representatives={a}&include_replays=true"),
            json!({"options": {"representatives": [a], "include_replays": "true"}}),
        ),
        ("topic=ack".to_owned(), json!({})),
    ];
    for (text, members) in rows {
        let topic = form_urlencoded::parse(text.as_bytes()).find(|it| it.0 == "topic").unwrap().1;
        let mut message = json!({"action": "subscribe", "topic": topic});
        message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let want = parse_request(message.to_string().as_bytes(), RequestSettings::default());
        assert!(want.is_ok(), "{message}");
        assert_eq!(query(&text, None), want, "{text}");
    }
}

#[test]
fn the_last_event_goes_before_the_since_of_a_url() {
    let url = "topic=confirmation&since=oldest";
    assert_eq!(query(url, None).unwrap().follow.since, Some(Since::Oldest));
    assert_eq!(query(url, Some("")).unwrap().follow.since, Some(Since::Oldest));
    let last = query(url, Some("000000ab-1700")).unwrap();
    assert_eq!(last.follow.since, Some(Since::Cursor(CURSOR)));
    assert!(matches!(last.action, Action::Subscribe(Some(_))));
    let junk = query(url, Some("7\"},")).unwrap_err();
    assert_eq!(junk.code, ErrorCode::InvalidOption);
    assert!(junk.text.starts_with("`Last-Event-ID`: \"7\"},\" is "), "{}", junk.text);
}

#[test]
fn a_url_with_a_mistake_is_told_which() {
    let rows = [
        ("topic=no_such", ErrorCode::UnknownTopic, "no_such"),
        ("topic=", ErrorCode::MissingTopic, "`topic`"),
        ("accounts=x", ErrorCode::MissingTopic, "`topic`"),
        ("topic=confirmation&account=ban_1", ErrorCode::InvalidOption, "`account` is no parameter"),
        ("topic=confirmation&topic=vote", ErrorCode::InvalidOption, "`topic` is there twice"),
        ("topic=confirmation&min_amount=1.5", ErrorCode::InvalidOption, "`min_amount`: \"1.5\""),
        ("topic=confirmation&since=1", ErrorCode::InvalidOption, "`since`: \"1\""),
    ];
    for (text, code, words) in rows {
        let refusal = query(text, None).unwrap_err();
        assert_eq!(refusal.code, code, "{text}");
        assert!(refusal.text.contains(words), "{text}: {}", refusal.text);
    }
    assert!(query("topic=vote&client=me&api=secret", None).is_ok(), "who asks is no option");
    assert_eq!(query_name("a=b&client=m%20e&client=x").as_deref(), Some("m e"));
    assert_eq!(query_name("client="), None);
    assert!(query_subscribes("x=1&topic=") && query_subscribes("topic"));
    assert!(!query_subscribes("") && !query_subscribes("x=1&topics=vote"));
}
