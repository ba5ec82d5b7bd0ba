//! Tokens: who may come in with one, and with which limits.

use std::{fs, io::Read as _, path::PathBuf};

use banano_testkit::fixtures::{A, B};
use banano_ws_journal::{Journal, Limits};
use banano_ws_protocol::RenderSettings;
use banano_ws_server::{Access, Config, RefusalReason, StartError, TokenHash};
use serde_json::json;

use crate::{
    client::Client,
    host::{Host, config},
    raw::Raw,
};

pub(crate) const SHOP: &str = "bws_0123456789";

/// A file in which the shop's token may list one account and have one connection.
pub(crate) fn write_tokens(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("tokens.toml");
    let text = format!(
        "[class.small]\nmax_accounts_per_session = 1\nmax_connections = 1\n\
         [[token]]\nname = \"shop\"\nclass = \"small\"\nhash = \"{}\"\n",
        TokenHash::of(SHOP)
    );
    fs::write(&path, text).unwrap();
    path
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

#[test]
fn where_a_token_is_needed_nobody_comes_in_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = Some(write_tokens(&folder));
    let host = Host::start_with(Config { access: Access::Token, tokens, ..config() });
    let in_url = format!("/?api={SHOP}");
    let rows = [
        ("/", String::new(), "401"),
        ("/", bearer("bws_another"), "401"),
        ("/", "Authorization: Basic c2hvcDpzaG9w\r\n".to_owned(), "401"),
        ("/?api=bws_another", String::new(), "401"),
        ("/?api=", String::new(), "401"),
        ("/", bearer(SHOP), "101"),
        ("/", bearer(SHOP).replace("Bearer", "bearer"), "101"),
        (in_url.as_str(), String::new(), "101"),
        // The header counts, as it is not in anybody's log.
        (in_url.as_str(), bearer("bws_another"), "401"),
    ];
    for (target, header, status) in rows {
        host.until("the one before is gone", |stats| stats.connections == 0);
        let mut raw = Raw::dial(host.address());
        let head = raw.handshake(target, &header);
        assert_eq!(head.split(' ').nth(1), Some(status), "{target} {header}");
        if status == "401" {
            assert!(head.to_lowercase().contains("www-authenticate: bearer"), "{head}");
            let mut text = String::new();
            raw.stream.read_to_string(&mut text).unwrap();
            assert!(text.contains("`?api=TOKEN`") && !text.contains("another"), "{text}");
        }
    }
    for (path, status) in [
        ("/events?topic=work", "401"),
        ("/network.json", "401"),
        ("/health/live", "200"),
        ("/", "200"),
    ] {
        let mut raw = Raw::dial(host.address());
        raw.write(format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n").as_bytes());
        let head = raw.head();
        assert_eq!(head.split(' ').nth(1), Some(status), "{path}");
    }
    assert_eq!(host.refused(RefusalReason::Credentials), 8);
}

#[test]
fn a_token_has_the_limits_of_its_class_and_others_have_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::start_with(Config { tokens: Some(write_tokens(&folder)), ..config() });
    let [a, b] = [A, B].map(|key| key.account().to_string());
    let two = json!({"action": "subscribe", "topic": "confirmation", "ack": true, "options": {"accounts": [a, b]}});
    let mut shop = Client::connect_with(host.address(), &bearer(SHOP));
    let error = shop.ask(&two);
    assert_eq!(error["code"], "limit_exceeded", "{error}");
    assert_eq!(host.connect().ask(&two)["ack"], "subscribe");

    let mut second = Raw::dial(host.address());
    assert!(second.handshake("/", &bearer(SHOP)).starts_with("HTTP/1.1 429 "));
    assert_eq!(host.refused(RefusalReason::TokenConnections), 1);
    drop((shop, second));
    host.until("a place is free", |stats| stats.connections == 0);
    Client::connect_with(host.address(), &bearer(SHOP));
}

#[test]
fn a_token_in_the_url_is_no_part_of_a_subscription() {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::start_with(Config { tokens: Some(write_tokens(&folder)), ..config() });
    let target = format!("/?topic=work&ack=true&api={SHOP}");
    let mut client = Client::connect_to(host.address(), &target);
    assert_eq!(client.json()["ack"], "subscribe");
    drop(client);
    host.until("its place is free", |stats| stats.connections == 0);
    let mut stream = Raw::dial(host.address());
    stream.write(format!("GET /events{} HTTP/1.1\r\nHost: h\r\n\r\n", &target[1..]).as_bytes());
    assert!(stream.head().starts_with("HTTP/1.1 200 "));
}

#[test]
fn where_an_address_has_no_place_left_a_token_still_has() {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::start_with(Config {
        tokens: Some(write_tokens(&folder)),
        exempt_addresses: Vec::new(),
        max_connections_per_address: 1,
        ..config()
    });
    let _first = host.connect();
    let _shop = Client::connect_with(host.address(), &bearer(SHOP));
    assert!(Raw::dial(host.address()).handshake("/", "").starts_with("HTTP/1.1 429 "));
}

#[test]
fn a_server_does_not_start_with_tokens_that_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.toml");
    fs::write(&path, "[[token]]\nname = \"a\"\nhash = \"secret\"\n").unwrap();
    let journal = Journal::memory(Limits::default(), || 0);
    let started = banano_ws_server::start(
        std::net::TcpListener::bind("127.0.0.1:0").unwrap(),
        Config { tokens: Some(path), ..config() },
        journal,
        RenderSettings::default(),
    );
    let Err(StartError::Tokens(error)) = started else { panic!("it started") };
    let text = error.to_string();
    assert!(text.contains("tokens.toml") && text.contains("token \"a\""), "{text}");
    assert!(!text.contains("secret"), "{text}");
}
