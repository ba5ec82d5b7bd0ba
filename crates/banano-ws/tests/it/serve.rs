//! An observer beside a dev network: two processes that talk over TCP.
#![expect(clippy::indexing_slicing, reason = "an answer without the member fails the test")]

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{self, WebSocket};

use crate::program::{Running, output, post, program, stderr, text};

/// Longest wait for something that the two do by themselves.
const PATIENCE: Duration = Duration::from_mins(1);

/// A dev network that tells `file` what a peer must know.
fn dev_network(file: &Path) -> Running {
    Running::start(&["--accounts", "3", "--config-out", text(file)])
}

fn observer(network: &Path, data: &Path) -> Running {
    let free = ["--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0"];
    let what = ["serve", "--network", text(network), "--data", text(data)];
    Running::of(program(&what).args(free))
}

fn ask(process: &Running, request: &Value) -> Value {
    post(process.labelled("RPC"), &request.to_string())
}

/// Asks until the answer passes.
fn until(process: &Running, request: &Value, passes: impl Fn(&Value) -> bool) -> Value {
    #[expect(clippy::disallowed_methods, reason = "a test may not wait for ever")]
    let begun = Instant::now();
    loop {
        let answer = ask(process, request);
        if passes(&answer) {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{request} still answers {answer}");
        std::thread::yield_now();
    }
}

/// Waits until the observer holds and has cemented what the network has.
fn until_in_sync(network: &Running, observer: &Running) {
    let request = json!({"action": "block_count"});
    let wanted = until(network, &request, |counts| counts["count"] == counts["cemented"]);
    until(observer, &request, |counts| {
        (&counts["count"], &counts["cemented"]) == (&wanted["count"], &wanted["cemented"])
    });
}

type Client = WebSocket<MaybeTlsStream<TcpStream>>;

fn subscribe(process: &Running, topic: &str) -> Client {
    let (mut client, _) = tungstenite::connect(process.labelled("WebSocket")).unwrap();
    if let MaybeTlsStream::Plain(stream) = client.get_ref() {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
    }
    let request = json!({"action": "subscribe", "topic": topic, "ack": true});
    client.send(request.to_string().into()).unwrap();
    assert_eq!(next(&mut client)["ack"], "subscribe");
    client
}

fn next(client: &mut Client) -> Value {
    loop {
        let message = client.read().unwrap();
        if message.is_text() {
            return serde_json::from_str(message.to_text().unwrap()).unwrap();
        }
    }
}

/// Hashes of the confirmations up to that of `last`, in order.
fn confirmed(client: &mut Client, last: &str) -> Vec<String> {
    let mut hashes = Vec::new();
    while hashes.last().is_none_or(|hash| hash != last) {
        let event = next(client);
        assert_eq!(event["topic"], "confirmation");
        hashes.push(event["message"]["hash"].as_str().unwrap().to_owned());
    }
    hashes
}

/// Pays the first account once, and waits until that is confirmed. Returns the block.
fn pay(network: &Running) -> String {
    let account = network.labelled("#0 ");
    let paid = ask(network, &json!({"action": "dev_faucet", "account": account}));
    let hash = paid["hash"].as_str().unwrap_or_else(|| panic!("{paid}")).to_owned();
    until(network, &json!({"action": "block_info", "hash": hash}), |info| {
        info["confirmed"] == "true"
    });
    hash
}

#[test]
fn an_observer_fetches_the_ledger_and_tells_what_the_network_confirms() {
    let folder = tempfile::tempdir().unwrap();
    let (file, data) = (folder.path().join("net.json"), folder.path().join("data"));
    let network = dev_network(&file);
    let watcher = observer(&file, &data);
    until_in_sync(&network, &watcher);

    let mut at_network = subscribe(&network, "confirmation");
    let mut at_watcher = subscribe(&watcher, "confirmation");
    let paid: Vec<String> = (0..10).map(|_| pay(&network)).collect();
    let last = paid.last().unwrap();
    for client in [&mut at_network, &mut at_watcher] {
        let hashes = confirmed(client, last);
        let distinct: BTreeSet<&String> = hashes.iter().collect();
        assert_eq!(distinct.len(), hashes.len(), "each is told once");
        // A block counts as cemented a moment before it is told, so the last of the ledger's beginning
        // may come first.
        let first = hashes.iter().position(|hash| paid.contains(hash)).unwrap();
        assert_eq!(hashes[first..].iter().collect::<BTreeSet<_>>(), paid.iter().collect());
    }

    // What the network's nodes say of themselves, signed by them.
    let told = next(&mut subscribe(&watcher, "telemetry"))["message"].clone();
    let first = ask(&network, &json!({"action": "telemetry"}));
    let others = ask(&network, &json!({"action": "telemetry", "raw": true}));
    let others = others["metrics"].as_array().unwrap().iter();
    let known: Vec<&Value> = others.chain([&first]).map(|report| &report["node_id"]).collect();
    assert!(known.contains(&&told["node_id"]), "{told} is of none of {known:?}");
    assert_eq!(told["genesis_block"], first["genesis_block"]);
    assert_eq!(told["address"], "::ffff:127.0.0.1");
    let own = ask(&watcher, &json!({"action": "telemetry"}))["node_id"].clone();
    assert_ne!(own, told["node_id"]);

    // Killed, away while something happens, and back.
    watcher.signal("KILL");
    let _ = watcher.wait();
    let missed = pay(&network);
    let watcher = observer(&file, &data);
    until_in_sync(&network, &watcher);
    let info = ask(&watcher, &json!({"action": "block_info", "hash": missed}));
    assert_eq!(info["confirmed"], "true", "{info}");
    assert_eq!(ask(&watcher, &json!({"action": "telemetry"}))["node_id"], own);

    for (action, refusal) in [
        ("dev_faucet", "dev_faucet is only offered by the dev network"),
        ("wallet_create", "this node keeps no wallets"),
    ] {
        let account = network.labelled("#0 ");
        let answer = ask(&watcher, &json!({"action": action, "account": account}));
        assert_eq!(answer["error"], refusal, "{answer}");
    }
    for process in [watcher, network] {
        let (status, errors) = process.end();
        assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
    }
}

#[test]
fn an_observer_without_a_network_says_what_is_missing() {
    let rows: [(&[&str], i32, &str); 5] = [
        (&["serve"], 2, "--network"),
        (&["serve", "--network", "lvie"], 1, "nano-dev"),
        (&["serve", "--network", "dev", "--weights", "no-such-file"], 1, "no-such-file"),
        (&["serve", "--network", "dev", "--peer", "here"], 2, "HOST:PORT"),
        (
            &["serve", "--network", "dev", "--peer", "127.0.0.1:0"],
            2,
            "--peer 127.0.0.1:0: expected HOST:PORT of each peer, PORT 1 to 65535",
        ),
    ];
    for (arguments, code, part) in rows {
        let ended = output(&mut program(arguments));
        assert_eq!(ended.status.code(), Some(code), "{arguments:?}");
        assert!(stderr(&ended).contains(part), "{arguments:?}: {}", stderr(&ended));
    }
}
