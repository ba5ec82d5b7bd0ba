//! Accounts of the node's wallets, owned and watched: C094, C095, C098.

use serde_json::json;

use crate::client::hash_of;
use crate::network::Network;
use crate::wallet::{Wallet, key};

#[test]
fn c094_c095_c098_all_local_accounts_are_those_of_the_wallets() {
    let network = Network::start();
    let wallets = network.node().wallets().unwrap();
    let (wallet, _) = wallets.create(network.node(), None).unwrap();
    let mut ours = Wallet::funded(&network, 0);
    let mut other = Wallet::funded(&network, 1);
    let stranger = key(5).account();
    wallets.watch(wallet, ours.account()).unwrap();

    let mut local = network.subscriber("confirmation", &json!({"all_local_accounts": "true"}));
    let mut none = network.subscriber("confirmation", &json!({"all_local_accounts": false}));
    let listed = json!({"all_local_accounts": true, "accounts": [stranger.to_string()]});
    let mut either = network.subscriber("confirmation", &listed);
    let blocks = [
        ours.send(key(1).account(), 1),  // the owner is local
        other.send(ours.account(), 1),   // the destination is local
        other.send(stranger, 1),         // neither is, but one is listed
        other.send(key(6).account(), 1), // nothing
        ours.send(key(1).account(), 2),
    ]
    .map(|block| {
        network.process(&block);
        block.hash().to_string()
    });
    for want in [0, 1, 4] {
        assert_eq!(hash_of(&local.json()), blocks[want]);
    }
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(hash_of(&either.json()).to_owned());
    }
    told.sort();
    let mut want = [0, 1, 2, 4].map(|index| blocks[index].clone());
    want.sort();
    assert_eq!(told, want);
    // What has an empty filter, and still is served.
    none.subscribe("vote", &json!(null));
    network.process(&other.send(stranger, 3));
    assert_eq!(none.json()["topic"], "vote");
}
