//! Elections as RPC shows them: running, ended, asked for.

use banano_node::{DevConfig, VotePolicy};
use banano_primitives::QualifiedRoot;
use banano_rpc::Config;
use serde_json::{Value, json};

use crate::network::{BAN, Network, check_habits, keys, small, text};

#[test]
fn a_running_election_is_shown_with_its_candidates() {
    let network =
        Network::with(DevConfig { confirm: VotePolicy::Never, ..small() }, Config::default());
    let block = network.send_block(0, network.account(1), BAN);
    network.process(&block);
    let root = block.qualified_root();
    let active = network
        .until(&json!({"action": "confirmation_active"}), |answer| answer["unconfirmed"] == "1");
    assert_eq!(active, json!({"confirmations": [root], "unconfirmed": "1", "confirmed": "0"}));
    let request = json!({"action": "confirmation_info", "root": root, "json_block": true, "representatives": true});
    let info = network.post(&request.to_string());
    assert_eq!(
        keys(&info).join(" "),
        "announcements voters last_winner total_tally total_tally_decimal final_tally blocks"
    );
    let info: Value = serde_json::from_str(&info).unwrap();
    check_habits(&info);
    assert_eq!(info["last_winner"], block.hash().to_string());
    let candidate = &info["blocks"][block.hash().to_string()];
    assert_eq!(candidate["tally"], "0");
    assert_eq!(candidate["representatives"], "");
    assert_eq!(candidate["contents"]["type"], "state");
    let brief = json!({"action": "confirmation_info", "root": root, "contents": "false"});
    let brief = network.ask(&brief);
    assert!(brief["blocks"][block.hash().to_string()].get("contents").is_none(), "{brief}");
}

#[test]
fn rows_of_roots_without_election() {
    let network = Network::start();
    let root = QualifiedRoot::from_bytes(&[7; 64]).to_string();
    for (root, want) in [
        (root.as_str(), "Active confirmation not found"),
        ("x", "Invalid root hash"),
        ("", "Invalid root hash"),
    ] {
        assert_eq!(network.error(&json!({"action": "confirmation_info", "root": root})), want);
    }
    let calm = network.ask(&json!({"action": "confirmation_active", "announcements": "x"}));
    assert_eq!(calm, json!({"confirmations": "", "unconfirmed": "0", "confirmed": "0"}));
}

#[test]
fn confirmations_are_remembered() {
    let network = Network::start();
    let hash = network.pay(0, network.account(1), BAN);
    let history = network
        .until(&json!({"action": "confirmation_history", "hash": hash}), |answer| {
            answer["confirmation_stats"]["count"] == "1"
        });
    let entry = &history["confirmations"][0];
    assert_eq!(entry["hash"], hash.to_string());
    assert_eq!(entry["blocks"], "1");
    assert_eq!(entry["voters"], "2");
    assert!(text(&entry["tally"]).len() > 30, "{entry}");
    let members = serde_json::to_string(entry).unwrap();
    assert_eq!(keys(&members).len(), 9, "{members}");
    assert!(history["confirmation_stats"]["average"].is_string());
    let other = network.ask(&json!({"action": "confirmation_history", "hash": "AB"}));
    assert_eq!(other, json!({"confirmation_stats": {"count": "0"}, "confirmations": ""}));
}

#[test]
fn a_confirmation_can_be_asked_for() {
    let network = Network::start();
    let hash = network.pay(0, network.account(1), BAN);
    let again = network.ask(&json!({"action": "block_confirm", "hash": hash}));
    assert_eq!(again, json!({"started": "1"}));
}
