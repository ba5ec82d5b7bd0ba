//! No bytes make a reader panic, and what is refused is refused with a reason.

use crate::client::NEWEST;
use banano_testkit::arbitrary;
use banano_ws_protocol::{
    RenderSettings, RequestSettings, parse_message, parse_request, render, render_ack, render_error,
};
use proptest::{collection::vec, prelude::*, sample::select};

/// Text that looks like a request more often than chance.
fn request_like() -> impl Strategy<Value = Vec<u8>> {
    let words = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"action\"",
        "\"topic\"",
        "\"ack\"",
        "\"id\"",
        "\"verbose\"",
        "\"cursor\"",
        "\"since\"",
        "\"oldest\"",
        "\"0000000a-1\"",
        "\"options\"",
        "\"accounts\"",
        "\"accounts_add\"",
        "\"include_block\"",
        "\"min_amount\"",
        "\"max_amount\"",
        "\"subtypes\"",
        "\"direction\"",
        "\"incoming\"",
        "\"hashes\"",
        "\"hashes_add\"",
        "\"representatives_del\"",
        "\"confirmation_type\"",
        "\"subscribe\"",
        "\"update\"",
        "\"ping\"",
        "\"confirmation\"",
        "\"vote\"",
        "true",
        "null",
        "1",
        "0.5",
        "\\u",
        "\\ud83d",
        "\u{feff}",
        "é",
        " ",
        "\n",
        "-",
        "{\"action\":\"subscribe\",\"topic\":\"confirmation\",\"verbose\":true,\"options\":",
        "{\"action\":\"update\",\"topic\":\"new_unconfirmed_block\",\"options\":",
        "\"ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh\"",
    ];
    vec(select(words.to_vec()), 0..40).prop_map(|words| words.concat().into_bytes())
}

/// An event message with a few bytes changed, taken out or put in.
fn broken_event() -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..4);
    (arbitrary::stamped(), arbitrary::variant(), changes).prop_map(|(stamped, variant, changes)| {
        let mut text = Vec::new();
        render(&stamped, variant, &RenderSettings::default(), &mut text);
        for (at, byte, change) in changes {
            let at = at.index(text.len());
            match change {
                0 => text[at] = byte,
                1 => text.insert(at, byte),
                _ => drop(text.remove(at)),
            }
        }
        text
    })
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..200), request_like(), broken_event()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_request_or_refused(bytes in any_bytes()) {
        let mut reply = Vec::new();
        match parse_request(&bytes, RequestSettings::default()) {
            Ok(request) => render_ack(&request, NEWEST, 1, &mut reply),
            Err(refusal) => render_error(&refusal, 1, &mut reply),
        }
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&reply).is_ok());
    }

    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes in any_bytes()) {
        if let Err(error) = parse_message(&bytes) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    /// Our grammar is that of RFC 8259, as another reader of it sees it, but for the depth.
    #[test]
    fn we_agree_with_another_reader_on_what_is_json(bytes in any_bytes()) {
        let ours = parse_request(&bytes, RequestSettings::default())
            .is_err_and(|refusal| refusal.code.name() == "invalid_json");
        let body = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        let theirs = std::str::from_utf8(body)
            .is_ok_and(|text| serde_json::from_str::<serde_json::Value>(text).is_ok());
        prop_assert_eq!(ours, !theirs);
    }
}
