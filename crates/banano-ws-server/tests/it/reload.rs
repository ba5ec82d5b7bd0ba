//! Another configuration while clients are connected.

use std::fs;

use banano_ws_server::{Access, Config, RefusalReason, ReloadError};
use serde_json::json;

use crate::{
    client::Client,
    host::{Host, config},
    raw::Raw,
    tokens::{SHOP, write_tokens},
};

#[test]
fn new_limits_count_for_those_who_are_there_and_for_those_who_come() {
    let host = Host::start();
    let mut client = host.connect();
    assert_eq!(client.ask(&json!({"action": "ping"}))["ack"], "pong");
    let changed = Config {
        max_connections: 1,
        require_filter: true,
        allowed_origins: Some(vec!["https://shop.example".to_owned()]),
        ..config()
    };
    host.reloader().reload(&changed).unwrap();
    // A shard takes it over between two turns.
    let subscribe = json!({"action": "subscribe", "topic": "vote", "ack": true});
    host.until_so("the client has its new limits", || {
        client.ask(&subscribe)["code"] == "limit_exceeded"
    });
    assert!(Raw::dial(host.address()).handshake("/", "").starts_with("HTTP/1.1 503 "));

    host.reloader().reload(&Config { max_connections: 10, ..changed }).unwrap();
    let foreign = "Origin: https://evil.example\r\n";
    assert!(Raw::dial(host.address()).handshake("/", foreign).starts_with("HTTP/1.1 403 "));
    assert_eq!(host.refused(RefusalReason::Origin), 1);
}

#[test]
fn what_cannot_be_used_changes_nothing() {
    let host = Host::start();
    let broken = Config { max_connections: 0, require_filter: true, ..config() };
    assert!(matches!(host.reloader().reload(&broken), Err(ReloadError::Config(_))));
    let missing = Config { tokens: Some("/no/such/file".into()), max_connections: 1, ..config() };
    assert!(matches!(host.reloader().reload(&missing), Err(ReloadError::Tokens(_))));
    let tls = Config { tls_cert: Some("c".into()), tls_key: Some("k".into()), ..config() };
    assert!(matches!(host.reloader().reload(&tls), Err(ReloadError::TlsSwitch)));
    let (mut one, mut other) = (host.connect(), host.connect());
    for client in [&mut one, &mut other] {
        let subscribe = json!({"action": "subscribe", "topic": "vote", "ack": true});
        assert_eq!(client.ask(&subscribe)["ack"], "subscribe");
    }
}

#[test]
fn a_client_whose_token_is_gone_is_told_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = write_tokens(&folder);
    let changed = Config { tokens: Some(path.clone()), access: Access::Token, ..config() };
    let host = Host::start_with(changed.clone());
    let header = format!("Authorization: Bearer {SHOP}\r\n");
    let mut shop = Client::connect_with(host.address(), &header);
    assert!(!host.reloader().reload(&changed).unwrap().tokens);
    assert_eq!(shop.ask(&json!({"action": "ping"}))["ack"], "pong", "it is still good");

    fs::write(&path, "").unwrap();
    assert!(host.reloader().reload(&changed).unwrap().tokens);
    let (close, last) = shop.close_frame();
    assert_eq!(u16::from(close.unwrap().code), 1008);
    assert_eq!(last.unwrap()["code"], "limit_exceeded");
    assert_eq!(host.refused(RefusalReason::Revoked), 1);
    assert!(Raw::dial(host.address()).handshake("/", &header).starts_with("HTTP/1.1 401 "));
}
