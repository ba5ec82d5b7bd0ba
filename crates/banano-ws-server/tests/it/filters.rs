//! Who gets which confirmation: C079 to C101.

use banano_primitives::Account;
use banano_testkit::fixtures::{
    A, B, BURN, BlockFixture, C, CHANGE, D, EPOCH, INVALID_ACCOUNTS, L_CHANGE, L_OPEN, L_RECEIVE,
    L_SEND, OPEN, SEND, conf,
};
use banano_ws_protocol::{ConfirmationKind, Event};
use serde_json::{Value, json};

use crate::host::Host;

/// Each row: options, and which of `blocks` they let through. All rows are clients of one server.
fn check(blocks: &[BlockFixture], rows: &[(&str, Value, &[BlockFixture])]) {
    let mut host = Host::start();
    let mut clients: Vec<_> =
        rows.iter().map(|(_, options, _)| host.subscriber_with("confirmation", options)).collect();
    for block in blocks {
        host.confirm(*block);
    }
    for ((name, options, want), client) in rows.iter().zip(&mut clients) {
        let want: Vec<_> = want.iter().map(|block| block.hash.to_owned()).collect();
        assert_eq!(client.heard_hashes(&mut host), want, "{name}: {options}");
    }
}

const LEGACY: [BlockFixture; 4] = [L_SEND, L_OPEN, L_RECEIVE, L_CHANGE];

#[test]
fn c079_empty_options_filter_nothing() {
    let all = &[SEND, L_SEND, CHANGE];
    let rows = [json!({}), json!(null), json!([]), json!(""), json!(5), json!({"unknown": 1})];
    check(all, &rows.map(|options| ("C079", options, &all[..])));
}

#[test]
fn c081_kinds() {
    let mut host = Host::start();
    let rows = [
        (json!({"confirmation_type": "active"}), [true, true, false]),
        (json!({"confirmation_type": "ACTIVE_Quorum"}), [true, false, false]),
        (json!({"confirmation_type": "active_confirmation_height"}), [false, true, false]),
        (json!({"confirmation_type": "inactive"}), [false, false, true]),
        (json!({"confirmation_type": "all"}), [true; 3]),
        (json!({"confirmation_type": "rubbish"}), [true; 3]),
        (json!({"confirmation_type": null}), [true; 3]),
        (json!({}), [true; 3]),
    ];
    let mut clients =
        rows.each_ref().map(|(options, _)| host.subscriber_with("confirmation", options));
    for kind in ConfirmationKind::ALL {
        host.confirm_as(SEND, kind);
    }
    for ((options, want), client) in rows.iter().zip(&mut clients) {
        let heard: Vec<Value> = client
            .heard(&mut host)
            .iter()
            .map(|text| serde_json::from_str::<Value>(text).unwrap()["message"].take())
            .collect();
        let kinds: Vec<_> = heard.iter().map(|it| it["confirmation_type"].clone()).collect();
        let want: Vec<Value> = ConfirmationKind::ALL
            .into_iter()
            .zip(want)
            .filter(|(_, is_wanted)| **is_wanted)
            .map(|(kind, _)| kind.name().into())
            .collect();
        assert_eq!(kinds, want, "{options}");
    }
}

#[test]
fn c082_c083_c084_c085_owner_and_link_match_and_the_sender_of_a_receive_does_not() {
    check(
        &[SEND, OPEN],
        &[
            ("C082, C084", json!({"accounts": [A.text()]}), &[SEND]),
            ("C083", json!({"accounts": [B.text()]}), &[SEND, OPEN]),
            ("C085", json!({"accounts": [D.text()]}), &[]),
            ("several", json!({"accounts": [D.text(), C.text(), A.text()]}), &[SEND]),
        ],
    );
}

#[test]
fn the_burn_account_matches_every_change() {
    let options = json!({"accounts": [BURN]});
    check(&[SEND, CHANGE, EPOCH], &[("6.1.4 no. 7", options, &[CHANGE])]);
}

#[test]
fn c087_legacy_blocks_pass_no_account_filter() {
    let everyone = json!({"accounts": [A.text(), B.text(), C.text(), D.text(), BURN]});
    check(
        &LEGACY,
        &[
            ("C087", json!({"accounts": [A.text()]}), &[]),
            ("everyone", everyone, &[]),
            ("local", json!({"all_local_accounts": true}), &[]),
            ("no filter", json!({}), &LEGACY),
        ],
    );
}

#[test]
fn c088_any_list_that_is_there_is_a_filter() {
    let lists = [
        json!([]),
        json!(null),
        json!(A.text()),
        json!({}),
        json!(7),
        json!(["rubbish"]),
        json!([[A.text()]]),
        json!([null]),
    ];
    check(&[SEND, CHANGE], &lists.map(|list| ("C088", json!({"accounts": list}), &[][..])));
    let object = json!({"accounts": {"x": A.text(), "y": 1}});
    check(&[SEND, CHANGE], &[("an object is its values", object, &[SEND])]);
}

#[test]
fn c089_invalid_accounts_are_skipped_and_the_rest_count() {
    let mut host = Host::start();
    for invalid in INVALID_ACCOUNTS {
        let options = json!({"confirmation_type": "active_quorum", "accounts": [invalid]});
        let mut client = host.subscriber_with("confirmation", &options);
        host.confirm_local(SEND);
        assert!(client.heard(&mut host).is_empty(), "{invalid}");
        let with_another = json!({"accounts": [invalid, A.text()]});
        let mut client = host.subscriber_with("confirmation", &with_another);
        host.confirm(SEND);
        assert_eq!(client.heard_hashes(&mut host), [SEND.hash], "{invalid}");
    }
}

#[test]
fn c092_spellings_of_one_account() {
    let mut host = Host::start();
    for prefix in ["ban_", "ban-", "nano_", "nano-", "xrb_", "xrb-"] {
        let spelling = A.text().replace("ban_", prefix);
        let options = json!({"accounts": [spelling]});
        let mut client = host.subscriber_with("confirmation", &options);
        host.confirm(SEND);
        let heard = client.heard(&mut host);
        assert_eq!(heard.len(), 1, "{prefix}");
        assert!(heard[0].contains(&format!(r#""account":"{}""#, A.text())), "{}", heard[0]);
    }
    let node_id = A.text().replace("ban_", "node_");
    let mut client = host.subscriber_with("confirmation", &json!({"accounts": [node_id]}));
    host.confirm(SEND);
    client.is_left_alone(&mut host);
}

#[test]
fn c094_c095_c097_local_accounts() {
    let mut host = Host::start();
    let rows = [
        (json!({"all_local_accounts": "true"}), [true, false]),
        (json!({"all_local_accounts": false}), [false, false]),
        (json!({"all_local_accounts": "maybe"}), [true, true]),
        (json!({"all_local_accounts": false, "accounts": [A.text()]}), [true, true]),
        (json!({"all_local_accounts": true, "accounts": [D.text()]}), [true, false]),
    ];
    let mut clients =
        rows.each_ref().map(|(options, _)| host.subscriber_with("confirmation", options));
    for number in [0, 1] {
        if number == 0 {
            host.confirm_local(SEND);
        } else {
            host.confirm(SEND);
        }
        for ((options, want), client) in rows.iter().zip(&mut clients) {
            let count = client.heard(&mut host).len();
            assert_eq!(count == 1, want[number], "{options}, event {number}");
        }
    }
}

#[test]
fn c098_local_or_listed_not_both() {
    let mut host = Host::start();
    let options = json!({"all_local_accounts": true, "accounts": [B.text()]});
    let mut client = host.subscriber_with("confirmation", &options);
    host.confirm(OPEN); // listed, not local
    host.confirm_local(EPOCH); // the same owner, and local
    host.confirm_local(SEND);
    assert_eq!(client.heard_hashes(&mut host), [OPEN.hash, EPOCH.hash, SEND.hash]);
}

#[test]
fn c099_kind_and_account() {
    let mut host = Host::start();
    let options = json!({"confirmation_type": "inactive", "accounts": [A.text()]});
    let mut client = host.subscriber_with("confirmation", &options);
    host.confirm(SEND);
    host.confirm_as(SEND, ConfirmationKind::Inactive);
    host.confirm_as(CHANGE, ConfirmationKind::Inactive);
    let heard = client.heard(&mut host);
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].contains(r#""confirmation_type":"inactive""#), "{}", heard[0]);
}

#[test]
fn c100_the_filter_works_without_block() {
    let mut host = Host::start();
    let options = json!({"include_block": false, "accounts": [A.text()]});
    let mut client = host.subscriber_with("confirmation", &options);
    host.confirm(SEND);
    host.confirm(OPEN);
    let heard = client.heard(&mut host);
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].contains(SEND.hash) && !heard[0].contains(r#""block""#), "{}", heard[0]);
}

#[test]
fn c101_ten_thousand_accounts_in_one_subscribe() {
    let mut host = Host::start();
    let mut accounts: Vec<String> = (0..9_999_u32)
        .map(|number| {
            let mut bytes = [7; 32];
            bytes[..4].copy_from_slice(&number.to_be_bytes());
            Account::from_bytes(bytes).to_string()
        })
        .collect();
    accounts.push(A.text().to_owned());
    let mut client = host.subscriber_with("confirmation", &json!({"accounts": accounts}));
    host.append([Event::Confirmation(conf(OPEN, ConfirmationKind::ActiveQuorum))]);
    host.confirm(SEND);
    assert_eq!(client.heard_hashes(&mut host), [SEND.hash]);
}
