//! Filters of confirmations: C079 to C101.

use banano_primitives::Account;
use banano_testkit::fixtures::{
    A, BlockFixture, CHANGE, EPOCH, INVALID_ACCOUNTS, L_CHANGE, L_OPEN, L_RECEIVE, L_SEND, OPEN,
    SEND, conf,
};
use banano_ws_protocol::{
    Confirmation,
    ConfirmationKind::{self, ActiveConfirmationHeight, ActiveQuorum, Inactive},
};

use crate::client::{Client, filled};

/// Which of `blocks`, confirmed by quorum, pass a subscription with these options.
#[track_caller]
fn check(text: &str, blocks: &[(BlockFixture, bool)]) {
    let client = Client::with_options(&filled(text));
    for (block, want) in blocks {
        let told = client.is_told(conf(*block, ActiveQuorum));
        assert_eq!(told, *want, "{} with {text}", block.name);
    }
}

fn local(block: BlockFixture) -> Confirmation {
    Confirmation { local: true, ..conf(block, ActiveQuorum) }
}

#[test]
fn c079_empty_options_filter_nothing() {
    for text in ["{}", "null", "[]", r#""""#, "5", r#"{"unknown":1}"#, r#"[{"accounts":["<D>"]}]"#]
    {
        check(text, &[(SEND, true), (L_SEND, true), (CHANGE, true)]);
    }
}

#[test]
fn c081_kinds() {
    let kinds = ConfirmationKind::ALL;
    let cases = [
        (r#""active""#, [true, true, false]),
        (r#""ACTIVE_Quorum""#, [true, false, false]),
        (r#""active_confirmation_height""#, [false, true, false]),
        (r#""inactive""#, [false, false, true]),
        (r#""all""#, [true; 3]),
        (r#""rubbish""#, [true; 3]),
        ("null", [true; 3]),
        (r#""""#, [true; 3]),
        (r#"" inactive""#, [true; 3]),
        ("[\"inactive\"]", [true; 3]),
    ];
    for (kind, want) in cases {
        let client = Client::with_options(&format!(r#"{{"confirmation_type":{kind}}}"#));
        assert_eq!(kinds.map(|kind| client.is_told(conf(SEND, kind))), want, "{kind}");
    }
    assert_eq!(kinds.map(|kind| Client::with_options("{}").is_told(conf(SEND, kind))), [true; 3]);
}

#[test]
fn c082_c083_c084_c085_owner_and_link_match_and_the_sender_of_a_receive_does_not() {
    check(r#"{"accounts":["<A>"]}"#, &[(SEND, true), (OPEN, false)]);
    check(r#"{"accounts":["<B>"]}"#, &[(SEND, true), (OPEN, true)]);
    check(r#"{"accounts":["<D>"]}"#, &[(SEND, false), (OPEN, false)]);
    check(r#"{"accounts":["<D>","<C>","<B>"]}"#, &[(SEND, true)]);
}

#[test]
fn a_filter_on_the_burn_account_matches_every_change() {
    check(r#"{"accounts":["<BURN>"]}"#, &[(CHANGE, true), (SEND, false), (EPOCH, false)]);
}

#[test]
fn c087_legacy_blocks_pass_no_account_filter() {
    let all = r#"{"accounts":["<A>","<B>","<C>","<D>","<BURN>"],"all_local_accounts":true}"#;
    check(all, &[(L_SEND, false), (L_OPEN, false), (L_RECEIVE, false), (L_CHANGE, false)]);
    let client = Client::with_options(r#"{"all_local_accounts":true}"#);
    assert!(!client.is_told(local(L_SEND)));
}

#[test]
fn c088_any_list_that_is_there_is_a_filter() {
    for accounts in
        ["[]", "null", r#""<A>""#, "{}", "7", r#"["rubbish"]"#, r#"[["<A>"]]"#, "[null]"]
    {
        check(&format!(r#"{{"accounts":{accounts}}}"#), &[(SEND, false), (CHANGE, false)]);
    }
}

#[test]
fn an_object_is_a_list_of_its_values() {
    check(r#"{"accounts":{"x":"<A>","y":1}}"#, &[(SEND, true), (CHANGE, false)]);
}

#[test]
fn c089_invalid_accounts_are_skipped_and_the_rest_count() {
    for invalid in INVALID_ACCOUNTS {
        check(
            &format!(r#"{{"confirmation_type":"active_quorum","accounts":["{invalid}"]}}"#),
            &[(SEND, false)],
        );
        check(&format!(r#"{{"accounts":["{invalid}","<A>"]}}"#), &[(SEND, true)]);
    }
    let client = Client::with_options(r#"{"accounts":["xrb_invalid"]}"#);
    assert!(!client.is_told(local(SEND)));
}

#[test]
fn c092_spellings_of_one_account() {
    let body = A.text().strip_prefix("ban_").unwrap();
    for prefix in ["ban_", "ban-", "nano_", "nano-", "xrb_", "xrb-"] {
        check(&format!(r#"{{"accounts":["{prefix}{body}"]}}"#), &[(SEND, true)]);
    }
    for prefix in ["bano_", "bano-", "node_", "", "BAN_", "xrb", " ban_"] {
        check(&format!(r#"{{"accounts":["{prefix}{body}"]}}"#), &[(SEND, false)]);
    }
}

#[test]
fn c094_c095_c097_c098_local_accounts() {
    let cases = [
        (r#"{"all_local_accounts":"true"}"#, true, false),
        (r#"{"all_local_accounts":false}"#, false, false),
        (r#"{"all_local_accounts":false,"accounts":["<A>"]}"#, true, true),
        (r#"{"all_local_accounts":true,"accounts":["<D>"]}"#, true, false),
        (r#"{"all_local_accounts":"maybe"}"#, true, true),
        (r#"{"all_local_accounts":"maybe","accounts":["<D>"]}"#, false, false),
    ];
    for (text, when_local, else_) in cases {
        let client = Client::with_options(&filled(text));
        assert_eq!(client.is_told(local(SEND)), when_local, "{text}, local");
        assert_eq!(client.is_told(conf(SEND, ActiveQuorum)), else_, "{text}");
    }
}

#[test]
fn c099_kind_and_account() {
    let client =
        Client::with_options(&filled(r#"{"confirmation_type":"inactive","accounts":["<A>"]}"#));
    let told = [ActiveQuorum, ActiveConfirmationHeight, Inactive]
        .map(|kind| client.is_told(conf(SEND, kind)));
    assert_eq!(told, [false, false, true]);
    assert!(!client.is_told(conf(OPEN, Inactive)));
}

#[test]
fn c100_a_filter_works_without_the_block() {
    check(r#"{"include_block":false,"accounts":["<A>"]}"#, &[(SEND, true), (OPEN, false)]);
}

#[test]
fn c101_ten_thousand_accounts() {
    let mut accounts: Vec<_> = (0..9_999u32)
        .map(|number| {
            let mut key = [7; 32];
            key[..4].copy_from_slice(&number.to_be_bytes());
            format!("\"{}\"", Account::from_bytes(key))
        })
        .collect();
    accounts.push(format!("\"{}\"", A.text()));
    let text = format!(r#"{{"accounts":[{}]}}"#, accounts.join(","));
    check(&text, &[(SEND, true), (OPEN, false)]);
}

/// What counts for the limits: accounts and hashes, and whether a subscription keeps to any.
#[test]
fn rows_of_entries_and_what_keeps_to_what_it_names() {
    let hash = format!("\"{}\"", SEND.hash());
    // (topic, options, accounts, entries, keeps to them)
    let rows: &[(&str, &str, usize, usize, bool)] = &[
        ("confirmation", "{}", 0, 0, false),
        ("confirmation", r#"{"confirmation_type":"active"}"#, 0, 0, false),
        ("confirmation", r#"{"accounts":["<A>","<B>"]}"#, 2, 2, true),
        ("confirmation", r#"{"all_local_accounts":"true"}"#, 0, 0, true),
        ("confirmation", r#"{"min_amount":"1"}"#, 0, 0, false),
        ("confirmation", r#"{"counterparties":["<A>"]}"#, 0, 1, true),
        ("confirmation", r#"{"representatives":["<A>","<B>"]}"#, 0, 2, true),
        ("confirmation", r#"{"hashes":[$HASH]}"#, 0, 1, true),
        (
            "confirmation",
            r#"{"accounts":["<A>"],"hashes":[$HASH],"representatives":["<B>"]}"#,
            1,
            3,
            true,
        ),
        ("new_unconfirmed_block", "{}", 0, 0, false),
        ("new_unconfirmed_block", r#"{"subtypes":["send"]}"#, 0, 0, false),
        ("new_unconfirmed_block", r#"{"accounts":["<A>"],"min_amount":"1"}"#, 1, 1, true),
        ("new_unconfirmed_block", r#"{"hashes":[$HASH]}"#, 0, 1, true),
        ("new_unconfirmed_block", r#"{"accounts":["<A>","<B>"],"hashes":[$HASH]}"#, 2, 3, true),
        ("vote", "{}", 0, 0, false),
        ("vote", r#"{"representatives":["<A>"]}"#, 1, 1, true),
        ("started_election", "{}", 0, 0, false),
        ("telemetry", "{}", 0, 0, true),
    ];
    for (topic, options, accounts, entries, is_narrow) in rows {
        let options = filled(options).replace("$HASH", &hash);
        let client = Client::subscribed(topic, &options);
        let subscription = client.subscriptions.values().next().unwrap();
        let got = (subscription.accounts(), subscription.entries(), subscription.is_narrow());
        assert_eq!(got, (*accounts, *entries, *is_narrow), "{topic} {options}");
    }
}
