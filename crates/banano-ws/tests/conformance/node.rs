//! What a node tells of itself and of the others: C131, C140, C144.

use banano_node::{BootstrapOrder, DevConfig, Ordered, Whence};
use banano_primitives::Prefix;
use serde_json::{Value, json};

use crate::network::Network;

fn two_nodes() -> Network {
    Network::with(&DevConfig { nodes: 2, ..DevConfig::default() })
}

#[test]
fn c131_a_network_at_rest_has_its_lowest_difficulty() {
    let network = two_nodes();
    let mut client = network.subscriber("active_difficulty", &Value::Null);
    let thresholds = network.node().network().thresholds;
    let (base, receive) = (thresholds.base.to_string(), thresholds.epoch_2_receive.to_string());
    let at_rest = json!({
        "network_minimum": base, "network_receive_minimum": receive, "network_current": base,
        "multiplier": "1.000000000000000", "network_receive_current": receive,
    });
    client.until(|event| event["message"] == at_rest);
}

#[test]
fn c140_only_the_telemetry_of_the_other_node_is_told() {
    let network = two_nodes();
    let mut client = network.subscriber("telemetry", &Value::Null);
    let [_, other] = network.net().nodes() else { panic!("two nodes") };
    let (id, genesis) = (other.id().with_prefix(Prefix::Node), other.network().genesis.hash());
    for _ in 0..4 {
        let message = client.json()["message"].take();
        assert_eq!(message["node_id"], id.to_string());
        assert_eq!(message["genesis_block"], genesis.to_string());
        assert_eq!(message["address"], "::ffff:127.0.0.1");
        let [peer] = network.node().peers().try_into().unwrap();
        assert_eq!(message["port"], peer.address.port().to_string());
    }
}

#[test]
fn c144_an_attempt_is_told_when_it_begins_and_when_it_ends() {
    let network = two_nodes();
    let mut client = network.subscriber("bootstrap", &Value::Null);
    let from = Whence::Peers { account: None };
    let order = || BootstrapOrder { id: Some("123abc".to_owned()), force: true, from };
    network.wait(async {
        // Until the two have found each other there is nobody to fetch from.
        while network.node().bootstrap(order()).await.unwrap() != Ordered::Started {
            tokio::task::yield_now().await;
        }
    });
    let is_ours = |event: &Value| event["message"]["id"] == "123abc";
    let told = client.until(|event| is_ours(event) && event["message"]["reason"] == "exited");
    let ours: Vec<&Value> = told.iter().filter(|event| is_ours(event)).collect();
    let [started, exited] = ours[..] else { panic!("{ours:?}") };
    assert_eq!(
        started["message"],
        json!({"reason": "started", "id": "123abc", "mode": "ascending"})
    );
    let mut exited = exited["message"].clone();
    let seconds = exited["duration"].take();
    assert!(seconds.as_str().is_some_and(|it| it.parse::<u64>().is_ok()), "{seconds}");
    assert_eq!(
        exited,
        json!({
            "reason": "exited", "id": "123abc", "mode": "ascending", "total_blocks": "0",
            "duration": null,
        })
    );
}
