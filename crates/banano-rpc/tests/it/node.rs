//! What the node says of itself and of its network.

use banano_node::DevConfig;
use banano_primitives::Account;
use banano_rpc::Config;
use serde_json::json;

use crate::network::{BAN, Network, check_habits, keys, small, text};

#[test]
fn the_answers_have_the_documented_members_in_their_order() {
    let network = Network::start();
    let quorum: Vec<String> = [
        "quorum_delta",
        "online_weight_quorum_percent",
        "online_weight_minimum",
        "online_stake_total",
        "trended_stake_total",
        "peers_stake_total",
    ]
    .into_iter()
    .flat_map(|name| match name {
        "online_weight_quorum_percent" => vec![name.to_owned()],
        _ => vec![name.to_owned(), format!("{name}_decimal")],
    })
    .collect();
    let telemetry = "block_count cemented_count unchecked_count account_count bandwidth_cap peer_count \
        protocol_version uptime genesis_block major_version minor_version patch_version \
        pre_release_version maker timestamp active_difficulty node_id signature";
    let rows = [
        (
            "version",
            "rpc_version store_version protocol_version node_vendor store_vendor network network_identifier build_info"
                .to_owned(),
        ),
        ("block_count", "count unchecked cemented".to_owned()),
        ("uptime", "seconds".to_owned()),
        ("telemetry", telemetry.to_owned()),
        ("confirmation_quorum", quorum.join(" ")),
        ("available_supply", "available".to_owned()),
        (
            "active_difficulty",
            "deprecated network_minimum network_receive_minimum network_current network_receive_current multiplier"
                .to_owned(),
        ),
        ("frontier_count", "count".to_owned()),
    ];
    for (action, want) in rows {
        let answer = network.post(&json!({"action": action}).to_string());
        assert_eq!(keys(&answer).join(" "), want, "{action}");
        check_habits(&serde_json::from_str(&answer).unwrap());
    }
}

#[test]
fn version_says_honestly_who_answers() {
    let network = Network::start();
    let version = network.ask(&json!({"action": "version"}));
    assert!(text(&version["node_vendor"]).starts_with("banano-ws "), "{version}");
    assert_eq!(version["network"], "dev");
    assert_eq!(
        version["network_identifier"],
        "04270D7F11C4B2B472F2854C5A59F2A7E84226CE9ED799DE75744BD7D85FC9D9"
    );
}

#[test]
fn telemetry_is_the_nodes_own_or_what_its_peers_told() {
    let network = Network::start();
    let own = network.ask(&json!({"action": "telemetry"}));
    assert!(text(&own["node_id"]).starts_with("node_"), "{own}");
    assert_eq!(own["peer_count"], "1");
    // The other node's comes by itself.
    let raw = network.until(&json!({"action": "telemetry", "raw": true}), |answer| {
        answer["metrics"].as_array().is_some_and(|list| list.len() == 1)
    });
    let other = &raw["metrics"][0];
    assert_ne!(other["node_id"], own["node_id"]);
    assert_eq!(other["genesis_block"], own["genesis_block"]);
    let (address, port) = (&other["address"], &other["port"]);
    let one = network.ask(&json!({"action": "telemetry", "address": address, "port": port}));
    assert_eq!(one["node_id"], other["node_id"]);
    assert_eq!(one["address"], json!(null), "{one}");
    for (request, want) in [
        (json!({"address": "::1"}), "Both port and address required"),
        (json!({"address": "x", "port": 1}), "Invalid IP address"),
        (json!({"address": "::1", "port": "x"}), "Invalid port"),
        (json!({"address": "::1", "port": 7071}), "Peer not found"),
    ] {
        let mut request = request;
        request["action"] = json!("telemetry");
        assert_eq!(network.error(&request), want);
    }
}

#[test]
fn representatives_are_listed_with_their_weights() {
    let network = Network::start();
    let all = network.ask(&json!({"action": "representatives", "sorting": "true"}));
    let all = all["representatives"].as_object().unwrap();
    assert_eq!(all.len(), 2, "{all:?}");
    let one = network.ask(&json!({"action": "representatives", "count": 1, "sorting": 1}));
    assert_eq!(one["representatives"].as_object().unwrap().len(), 1);
    // They are known to be online before anybody pays.
    let online = network.until(&json!({"action": "representatives_online"}), |answer| {
        answer["representatives"].as_array().is_some_and(|list| list.len() == 2)
    });
    let first = text(&online["representatives"][0]);
    assert!(all.contains_key(first), "{first}");
    let weighed = network.ask(&json!({"action": "representatives_online", "weight": true}));
    assert_eq!(weighed["representatives"][first]["weight"], all[first]);
    let filtered = network
        .ask(&json!({"action": "representatives_online", "accounts": [first, Account::ZERO]}));
    assert_eq!(filtered["representatives"], json!([first]));
    let nobody = network.ask(&json!({"action": "representatives_online", "accounts": []}));
    assert_eq!(nobody["representatives"], "");
    let bad = json!({"action": "representatives_online", "accounts": ["x"]});
    assert_eq!(network.error(&bad), "Bad account number");
}

#[test]
fn without_control_what_changes_something_is_refused() {
    let config = Config { enable_control: false, ..Config::default() };
    let network = Network::with(DevConfig { nodes: 1, ..small() }, config);
    for action in ["work_generate", "work_cancel", "block_create", "ledger"] {
        assert_eq!(network.error(&json!({"action": action})), "RPC control is disabled");
    }
    let force = json!({"action": "process", "force": "true", "block": {}});
    assert_eq!(network.error(&force), "RPC control is disabled");
}

#[test]
fn a_node_that_has_stopped_says_so() {
    let mut network = Network::start();
    let block = network.send_block(0, network.account(1), 1);
    network.stop_nodes();
    let request = crate::network::process(&block, json!({"do_work": false}));
    let mut request = request;
    request["block"]["work"] = json!("0000000000000001");
    for request in [
        request,
        json!({"action": "confirmation_quorum"}),
        json!({"action": "telemetry"}),
        json!({"action": "block_confirm", "hash": block.previous()}),
        json!({"action": "dev_faucet", "account": block.account()}),
    ] {
        let error = network.error(&request);
        let fine = [
            "The node has stopped",
            "Block work is less than threshold",
            "Work generation cancellation or failure",
        ];
        assert!(fine.contains(&error.as_str()), "{request}: {error}");
    }
}

#[test]
fn peers_are_listed_with_their_version_or_their_details() {
    let network = Network::start();
    let version = network.ask(&json!({"action": "version"}))["protocol_version"].clone();
    let peers = network.ask(&json!({"action": "peers"}));
    let (name, told) = peers["peers"].as_object().unwrap().iter().next().unwrap();
    assert!(name.starts_with("[::ffff:127.0.0.1]:"), "{name}");
    assert_eq!(*told, version);
    let detailed = network.post(&json!({"action": "peers", "peer_details": "true"}).to_string());
    let details = serde_json::from_str::<serde_json::Value>(&detailed).unwrap();
    let details = details["peers"][name].to_string();
    let detailed: Vec<_> = ["protocol_version", "node_id", "type", "peering"]
        .into_iter()
        .filter(|name| details.contains(&format!("\"{name}\":\"")))
        .collect();
    assert_eq!(detailed.len(), 4, "{details}");
    let alone = Network::with(DevConfig { nodes: 1, ..small() }, Config::default());
    assert_eq!(alone.ask(&json!({"action": "peers"})), json!({"peers": ""}));
}

#[test]
fn stats_list_what_was_counted() {
    let network = Network::start();
    network.pay(0, network.account(1), BAN);
    let answer = network.post(&json!({"action": "stats", "type": "counters"}).to_string());
    assert_eq!(keys(&answer), ["type", "created", "entries", "stat_duration_seconds"]);
    let stats: serde_json::Value = serde_json::from_str(&answer).unwrap();
    check_habits(&stats);
    let entries = stats["entries"].as_array().unwrap();
    let progress = entries.iter().find(|entry| entry["detail"] == "progress").unwrap();
    assert_eq!((&progress["type"], &progress["value"]), (&json!("ledger"), &json!("1")));
    let samples = network.ask(&json!({"action": "stats", "type": "samples"}));
    assert_eq!(samples["entries"], "");
    for kind in [json!(null), json!("x")] {
        let request = json!({"action": "stats", "type": kind});
        assert_eq!(network.error(&request), "Invalid or missing type argument");
    }
}

#[test]
fn bootstraps_are_begun_and_seen() {
    let network = Network::start();
    let seen = |answer: &serde_json::Value| text(&answer["total_attempts_count"]).parse().unwrap();
    let status = network.post(&json!({"action": "bootstrap_status"}).to_string());
    assert_eq!(
        keys(&status).join(" "),
        "bootstrap_threads running_attempts_count total_attempts_count connections attempts"
    );
    let before: u64 = seen(&serde_json::from_str(&status).unwrap());
    let peers = network.ask(&json!({"action": "peers"}))["peers"].clone();
    let (peer, _) = peers.as_object().unwrap().iter().next().unwrap();
    let (address, port) = peer.rsplit_once(':').unwrap();
    let address = address.trim_matches(['[', ']']);
    for (request, want) in [
        (json!({"action": "bootstrap", "address": address, "port": port}), json!({"success": ""})),
        (json!({"action": "bootstrap_any", "force": true}), json!({"success": ""})),
        (
            json!({"action": "bootstrap_lazy", "hash": "00".repeat(32), "force": true}),
            json!({"started": "1", "key_inserted": "1"}),
        ),
        (
            json!({"action": "bootstrap", "address": "::1", "port": 9}),
            json!({"error": "Peer not found"}),
        ),
        (
            json!({"action": "bootstrap", "address": "here", "port": 9}),
            json!({"error": "Invalid IP address"}),
        ),
        (
            json!({"action": "bootstrap", "address": "::1", "port": "high"}),
            json!({"error": "Invalid port"}),
        ),
        (
            json!({"action": "bootstrap_any", "account": "ban_1"}),
            json!({"error": "Bad account number"}),
        ),
        (json!({"action": "bootstrap_lazy", "hash": "x"}), json!({"error": "Invalid block hash"})),
    ] {
        assert_eq!(network.ask(&request), want, "{request}");
    }
    network.until(&json!({"action": "bootstrap_status"}), |answer| {
        seen(answer) >= before + 3 && answer["running_attempts_count"] == "0"
    });
}
