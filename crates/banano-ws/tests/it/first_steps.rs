//! What is printed at the start is true, and what it says to paste works.

use std::fs;

use serde_json::Value;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::program::{Running, post, text};

#[test]
fn the_two_lines_to_paste_show_a_payment() {
    let network = Running::start(&[]);
    let line = |command: &str| {
        let line = network.banner.lines().find(|line| line.trim_start().starts_with(command));
        line.unwrap_or_else(|| panic!("no {command} in {}", network.banner)).trim().to_owned()
    };
    let quoted = |line: &str| line.split('\'').nth(1).unwrap().to_owned();
    let listen = line("npx wscat ");
    let pay = line("curl ");
    let url = listen.split(' ').nth(3).unwrap().to_owned();
    let (mut socket, _) = tungstenite::connect(&url).unwrap();
    socket.send(Message::text(quoted(&listen))).unwrap();
    let ack = json(&socket.read().unwrap());
    let paid = post(pay.split(' ').next_back().unwrap(), &quoted(&pay));
    let confirmation = json(&socket.read().unwrap());
    assert_eq!(ack["ack"], "subscribe");
    assert_eq!(confirmation["topic"], "confirmation");
    assert_eq!(confirmation["message"]["hash"], paid["hash"], "{paid}");
    assert_eq!(confirmation["message"]["amount_decimal"], "1.5");
}

fn json(message: &Message) -> Value {
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

#[test]
fn the_banner_shows_everything_that_is_needed() {
    let network = Running::start(&[]);
    let banner = &network.banner;
    assert!(banner.starts_with(concat!("banano-ws ", env!("CARGO_PKG_VERSION"))), "{banner}");
    assert!(network.labelled("WebSocket").starts_with("ws://127.0.0.1:"));
    assert!(network.labelled("RPC").starts_with("http://127.0.0.1:"));
    assert!(network.labelled("Health").ends_with("/health/live"));
    for index in 0..10 {
        assert!(network.labelled(&format!("#{index} ")).starts_with("ban_"), "{banner}");
    }
    assert_eq!(banner.matches(" key ").count(), 10);
    assert!(banner.contains("THESE KEYS ARE PUBLIC"));
    assert!(banner.contains("2 nodes vote, at once."));
    assert!(!banner.contains('\x1b'), "no colours where nobody sees them");
    let many = Running::start(&["--accounts", "21", "--confirm", "manual"]);
    assert_eq!(many.banner.matches(" key ").count(), 10);
    assert!(many.banner.contains("and 11 more"), "{}", many.banner);
    assert!(many.banner.contains("when RPC dev_confirm says so"));
    let none = Running::start(&["--accounts", "0"]);
    assert!(!none.banner.contains("Accounts"));
}

#[test]
fn the_file_for_scripts_says_what_the_banner_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.json");
    fs::write(&path, "an old file").unwrap();
    let network =
        Running::start(&["--config-out", text(&path), "--accounts", "3", "--balance", "7"]);
    let written: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(written["ws"], network.labelled("WebSocket"));
    assert_eq!(written["rpc"], network.labelled("RPC"));
    assert_eq!(written["peering"], network.labelled("Peering"));
    assert_eq!(
        format!("{}/health/live", written["http"].as_str().unwrap()),
        network.labelled("Health")
    );
    assert_eq!(written["network"], "dev");
    assert!(network.banner.contains(written["seed"].as_str().unwrap()));
    let accounts = written["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 3);
    for (index, account) in accounts.iter().enumerate() {
        assert_eq!(account["index"], index);
        assert_eq!(account["account"], network.labelled(&format!("#{index} ")));
        assert_eq!(account["balance"], format!("7{}", "0".repeat(29)));
        let expanded = post(
            written["rpc"].as_str().unwrap(),
            &format!(r#"{{"action":"key_expand","key":{}}}"#, account["private_key"]),
        );
        assert_eq!(expanded["account"], account["account"]);
        assert_eq!(expanded["public"], account["public_key"]);
    }
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["net.json"], "no temporary file is left");
    let pid = written["pid"].to_string();
    assert!(std::process::Command::new("kill").args(["-0", &pid]).status().unwrap().success());
}

#[test]
fn the_same_seed_is_the_same_network() {
    let frontier = |seed: &str| {
        let network = Running::start(&["--seed", seed, "--accounts", "1"]);
        let account = network.labelled("#0 ").to_owned();
        let info = post(
            network.labelled("RPC"),
            &format!(r#"{{"action":"account_info","account":"{account}"}}"#),
        );
        (account, info["frontier"].clone())
    };
    let (one, two) = ("1".repeat(64), "2".repeat(64));
    assert_eq!(frontier(&one), frontier(&one));
    assert_ne!(frontier(&one), frontier(&two));
}
