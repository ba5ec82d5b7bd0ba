//! Work that is found and work that is called off: C133, C134.

use std::thread;

use banano_node::WorkRequest;
use banano_primitives::{Difficulty, Root};
use serde_json::{Value, json};

use crate::network::Network;

#[test]
fn c133_work_that_is_found_is_told() {
    let network = Network::start();
    let mut client = network.subscriber("work", &Value::Null);
    let root = Root::from_bytes([7; 32]);
    let base = network.node().network().thresholds.base;
    let request = WorkRequest::new(root, base);
    let found = network.wait(network.node().work().generate(request)).unwrap();
    let message = client.json()["message"].take();
    let difficulty = found.difficulty(&root);
    assert_eq!(message["success"], "true");
    assert_eq!(message["reason"], "");
    assert_eq!(message["bad_peers"], "");
    assert_eq!(
        message["request"],
        json!({
            "version": "work_1",
            "hash": root.to_string(),
            "difficulty": base.to_string(),
            "multiplier": "1.000000000000000",
        })
    );
    let result = &message["result"];
    assert_eq!(result["source"], "local");
    assert_eq!(result["work"], found.to_string());
    assert_eq!(result["difficulty"], difficulty.to_string());
    let (_, digits) = result["multiplier"].as_str().unwrap().split_once('.').unwrap();
    assert_eq!(digits.len(), 15);
}

#[test]
fn c134_work_that_is_called_off_is_told() {
    let network = Network::start();
    let mut client = network.subscriber("work", &Value::Null);
    let root = Root::from_bytes([8; 32]);
    let work = network.node().work();
    thread::scope(|scope| {
        let never = Difficulty::new(u64::MAX);
        let waiting = scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(work.generate(WorkRequest::new(root, never)))
        });
        while work.cancel(&root) == 0 {
            thread::yield_now();
        }
        waiting.join().unwrap().unwrap_err();
    });
    let message = client.json()["message"].take();
    assert_eq!((&message["success"], &message["reason"]), (&"false".into(), &"cancelled".into()));
    assert_eq!(message["request"]["difficulty"], "ffffffffffffffff");
    assert_eq!(message.get("result"), None);
    assert_eq!(message["bad_peers"], "");
}
