//! Messages of servers of other versions and other makes.

use banano_primitives::VoteTimestamp;
use banano_testkit::fixtures::{SEND, v1};
use banano_ws_protocol::{
    Ack, ErrorMessage, Incomplete, MessageError, ReceivedConfirmation, ReceivedEvent,
    ServerMessage, Topic, VoteCode, parse_message,
};

use crate::golden;

fn event(text: &str) -> ReceivedEvent {
    match parse_message(text.as_bytes()) {
        Ok(ServerMessage::Event(event)) => event.event,
        other => panic!("{other:?} of {text}"),
    }
}

fn confirmation(text: &str) -> ReceivedConfirmation {
    match event(text) {
        ReceivedEvent::Confirmation(it) => it,
        other => panic!("{other:?}"),
    }
}

fn problem(text: &str) -> String {
    match parse_message(text.as_bytes()).unwrap_err() {
        MessageError::Event { source, .. } | MessageError::Reply(source) => source.to_string(),
        other => other.to_string(),
    }
}

#[test]
fn replies_of_ours_and_of_nodes() {
    let ack = |word: &str, time_ms, id: Option<&str>, warnings: &[&str]| {
        ServerMessage::Ack(Ack {
            word: word.into(),
            time_ms,
            id: id.map(Into::into),
            cursor: None,
            warnings: warnings.iter().map(|it| (*it).into()).collect(),
        })
    };
    let error = ServerMessage::Error(ErrorMessage {
        text: "no".into(),
        code: "unknown_action".into(),
        time_ms: Some(5),
        id: Some("i".into()),
        held: None,
    });
    let cases = [
        (r#"{"ack":"pong","time":"5"}"#, ack("pong", Some(5), None, &[])),
        (
            "{\n  \"id\": \"x\",\n  \"ack\": \"subscribe\",\n  \"time\": \"5\"\n}\n",
            ack("subscribe", Some(5), Some("x"), &[]),
        ),
        (
            r#"{"ack":"update","time":"5","warnings":["a","b"]}"#,
            ack("update", Some(5), None, &["a", "b"]),
        ),
        (r#"{"ack":"subscribe","cursor":"0-1"}"#, ack("subscribe", None, None, &[])),
        (r#"{"error":"no","code":"unknown_action","time":"5","id":"i"}"#, error),
    ];
    for (text, want) in cases {
        assert_eq!(parse_message(text.as_bytes()), Ok(want), "{text}");
    }
}

#[test]
fn what_is_no_message_says_why() {
    let cases = [
        ("{", "not valid JSON"),
        ("[]", "neither `ack` nor `error` nor `topic` is there"),
        ("{}", "neither `ack` nor `error` nor `topic` is there"),
        (r#"{"topic":"news"}"#, "unknown topic \"news\""),
        (r#"{"topic":"vote","time":"1"}"#, "`message` is missing"),
        (r#"{"topic":"vote","message":{}}"#, "`time` is missing"),
        (
            r#"{"topic":"vote","time":"x","message":{}}"#,
            "`time` is \"x\": invalid digit found in string",
        ),
        (
            r#"{"topic":"started_election","time":"1","message":{"hash":"0g"}}"#,
            "`hash` is \"0g\": expected 64 hex digits, found 2 characters",
        ),
        (
            r#"{"topic":"bootstrap","time":"1","message":{"reason":"paused"}}"#,
            "`reason` is \"paused\": expected started or exited",
        ),
        (r#"{"ack":"pong","time":"soon"}"#, "`time` is \"soon\": invalid digit found in string"),
    ];
    for (text, want) in cases {
        assert_eq!(problem(text), want, "{text}");
    }
    let kind = golden::CONFIRMATION.replace("active_quorum", "unknown");
    assert_eq!(
        problem(&kind),
        "`confirmation_type` is \"unknown\": expected one of active_quorum, active_confirmation_height, inactive"
    );
    let work = golden::CONFIRMATION.replace("0000000000000004", "x");
    assert!(problem(&work).contains("`work`"), "{}", problem(&work));
}

#[test]
fn examples_are_read_by_topic() {
    let examples = [
        (Topic::Confirmation, golden::CONFIRMATION),
        (Topic::Confirmation, golden::CONFIRMATION_FULL),
        (Topic::Vote, golden::VOTE),
        (Topic::Vote, golden::FINAL_VOTE),
        (Topic::StartedElection, golden::STARTED_ELECTION),
        (Topic::StoppedElection, golden::STOPPED_ELECTION),
        (Topic::ActiveDifficulty, golden::ACTIVE_DIFFICULTY),
        (Topic::Work, golden::WORK_SUCCESS),
        (Topic::Work, golden::WORK_CANCELLED),
        (Topic::Telemetry, golden::TELEMETRY),
        (Topic::NewUnconfirmedBlock, golden::NEW_UNCONFIRMED_BLOCK),
        (Topic::Bootstrap, golden::BOOTSTRAP_STARTED),
        (Topic::Bootstrap, golden::BOOTSTRAP_EXITED),
    ];
    for (topic, text) in examples {
        assert_eq!(event(text).topic(), topic);
    }
}

#[test]
fn confirmations_of_old_nodes() {
    // V19: no election info, no sideband, no decimals. V20: three members of election info.
    let v19 = confirmation(&golden::CONFIRMATION.replace(r#""amount_decimal":"19.0","#, ""));
    assert_eq!((v19.election, v19.sideband, v19.linked_account), (None, None, None));
    let v20 = confirmation(&golden::CONFIRMATION.replace(
        r#","block":"#,
        r#","election_info":{"duration":"546","time":"1564935348219","tally":"42535295865117307936387010521258262528","request_count":"1"},"block":"#,
    ));
    let election = v20.election.unwrap();
    assert_eq!((election.final_tally, election.blocks, election.voters), (None, None, None));
    assert_eq!(election.request_count, Some(1));
    assert!(v20.extra.is_empty());
}

#[test]
fn a_subtype_of_another_make_is_kept() {
    let odd =
        confirmation(&golden::CONFIRMATION.replace(r#""subtype":"send""#, r#""subtype":"open""#));
    assert_eq!(odd.subtype, None);
    let kept: Vec<_> = odd.extra.iter().map(|it| (&*it.name, it.value.as_str())).collect();
    assert_eq!(kept, [("subtype", r#""open""#)]);
}

#[test]
fn a_confirmation_is_passed_on_only_with_its_own_block() {
    let whole = confirmation(golden::CONFIRMATION_FULL);
    assert_eq!(whole.clone().complete(false).unwrap().block, SEND.block());
    let bare = ReceivedConfirmation { block: None, ..whole.clone() };
    assert_eq!(bare.complete(false), Err(Incomplete::WithoutBlock(SEND.hash())));
    let told = banano_primitives::BlockHash::ZERO;
    let wrong = ReceivedConfirmation { hash: told, ..whole };
    let want = Incomplete::OtherBlock { told, computed: SEND.hash() };
    assert_eq!(wrong.complete(false), Err(want));
}

#[test]
fn an_unconfirmed_block_must_have_its_hash() {
    let wrong = golden::NEW_UNCONFIRMED_BLOCK.replacen("AE6F", "AE60", 1);
    assert!(problem(&wrong).contains("the hash of the block is AE6F6206"), "{}", problem(&wrong));
    let v27 = golden::NEW_UNCONFIRMED_BLOCK.replacen(&format!(r#""hash":"{}","#, SEND.hash), "", 1);
    let ReceivedEvent::NewUnconfirmedBlock(it) = event(&v27) else { panic!("another topic") };
    assert_eq!(it.block, SEND.block());
}

#[test]
fn votes_of_old_nodes_and_of_another_make() {
    let read = |text: &str| match event(text) {
        ReceivedEvent::Vote(it) => it,
        other => panic!("{other:?}"),
    };
    assert_eq!(read(golden::VOTE).vote, v1());
    let hex = golden::VOTE.replace(&v1().signature.to_decimal(), &v1().signature.to_string());
    assert_eq!(read(&hex).vote, v1());
    // V20: a counter as the number that is signed, and no type.
    let v20 = r#"{"topic":"vote","time":"1554995525343","message":{"account":"ban_1n5aisgwmq1oibg8c7aerrubboccp3mfcjgm8jaas1fwhxmcndaf4jrt75fy","signature":"1950700796914893705657789944906107642480343124305202910152471520450456881722545967829502369630995363643731706156278026749554294222131169148120786048025353","sequence":"855471574","timestamp":"1554995525138","blocks":["6FB9DE5D7908DEB8A2EA391AEA95041587CBF3420EF8A606F1489FECEE75C869"]}}"#;
    let old = read(v20);
    assert_eq!(old.vote.timestamp, VoteTimestamp::from_packed(855_471_574));
    assert_eq!(old.code, VoteCode::Vote);
    assert!(old.vote.verify());
}

#[test]
fn telemetry_of_ipv4_and_of_a_wrong_node_id() {
    let v4 = golden::TELEMETRY.replace("::ffff:139.180.168.194", "139.180.168.194");
    assert_eq!(event(&v4), event(golden::TELEMETRY));
    let account = golden::TELEMETRY.replace("node_3", "nano_3");
    assert!(problem(&account).ends_with("a node id begins with node_"));
}

/// One message of each kind that a live node of another make sent.
#[test]
fn recorded_messages_of_another_make_are_read() {
    let lines = include_str!("../data/recorded_messages.jsonl");
    let mut read = 0;
    for line in lines.lines() {
        let text: String = serde_json::from_str(line).unwrap();
        parse_message(text.as_bytes()).unwrap_or_else(|error| panic!("{error:?} of {text}"));
        read += 1;
    }
    assert!(read > 10, "{read} messages");
}
