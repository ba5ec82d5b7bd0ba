//! A gateway before dev networks: processes that talk over sockets, and lines between them that go bad.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use banano_testkit::{Faults, FaultyProxy, Line};
use serde_json::{Value, json};

use crate::operations::{get, http_of, until_ready};
use crate::program::{Running, output, post, program, stderr, text};
use crate::socket::Client;

/// Longest wait for something that happens by itself.
const PATIENCE: Duration = Duration::from_mins(1);

fn address(url: &str) -> SocketAddr {
    url.split_once("://").unwrap().1.parse().unwrap()
}

fn gateway(upstreams: &[SocketAddr], more: &[&str]) -> Running {
    let mut command = program(&["serve", "--listen", "127.0.0.1:0"]);
    for upstream in upstreams {
        command.arg("--upstream").arg(format!("ws://{upstream}"));
    }
    // What nobody says is looked for often enough for a test.
    Running::of(command.args(more).env("BANANO_WS_GATEWAY_AUDIT_MS", "2000"))
}

/// A dev network with so much traffic of its own.
fn busy(more: &[&str]) -> Running {
    let free = ["--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0", "--nodes", "1"];
    Running::of(program(&free).args(more))
}

fn ask(process: &Running, request: &Value) -> Value {
    post(process.labelled("RPC"), &request.to_string())
}

/// Pays the first account once. Returns the block.
fn pay(network: &Running) -> String {
    let account = network.labelled("#0 ");
    let paid = ask(network, &json!({"action": "dev_faucet", "account": account}));
    paid["hash"].as_str().unwrap_or_else(|| panic!("{paid}")).to_owned()
}

/// What a client heard, checked as it comes: nothing twice, no block before its previous.
struct Heard {
    client: Client,
    hashes: BTreeSet<String>,
    /// The newest block of each account.
    heads: BTreeMap<String, String>,
    healed: usize,
}

impl Heard {
    fn by(client: Client) -> Self {
        Self { client, hashes: BTreeSet::new(), heads: BTreeMap::new(), healed: 0 }
    }

    fn next(&mut self) -> String {
        let event = self.client.next();
        let message = &event["message"];
        let member = |name: &str| message[name].as_str().unwrap().to_owned();
        let (hash, account) = (member("hash"), member("account"));
        assert!(self.hashes.insert(hash.clone()), "{hash} came twice");
        let previous = message["block"]["previous"].as_str().unwrap();
        if let Some(head) = self.heads.insert(account, hash.clone()) {
            assert_eq!(previous, head, "{hash} came before its previous");
        }
        self.healed += usize::from(event["healed"] == "true");
        hash
    }

    /// Up to a block.
    #[track_caller]
    fn until(&mut self, hash: &str) {
        #[expect(clippy::disallowed_methods, reason = "a test may not wait for ever")]
        let begun = Instant::now();
        let before = self.hashes.len();
        while !self.hashes.contains(hash) {
            let others = self.hashes.len() - before;
            assert!(begun.elapsed() < PATIENCE, "{hash} never came, but {others} others");
            self.next();
        }
    }
}

const ALL: &str = r#"{"action":"subscribe","topic":"confirmation","ack":true,"cursor":true}"#;

#[test]
fn a_gateway_passes_on_events_and_requests() {
    let network = busy(&[]);
    let (ws, rpc) = (address(network.labelled("WebSocket")), network.labelled("RPC"));
    let folder = tempfile::tempdir().unwrap();
    let watched = folder.path().join("watched");
    std::fs::write(&watched, format!("{}  # the shop\n", network.labelled("#0 "))).unwrap();
    let more = ["--rpc", rpc, "--rpc-listen", "127.0.0.1:0", "--watch", text(&watched)];
    let gateway = gateway(&[ws], &more);
    assert!(gateway.banner.contains("Network dev."), "{}", gateway.banner);

    until_ready(&gateway);
    let mut all = Heard::by(Client::connect(gateway.labelled("WebSocket"), ALL));
    let local = r#"{"action":"subscribe","topic":"confirmation","ack":true,
        "options":{"all_local_accounts":true}}"#;
    let mut local = Client::connect(gateway.labelled("WebSocket"), local);
    let mut votes = Client::connect(
        gateway.labelled("WebSocket"),
        r#"{"action":"subscribe","topic":"vote","ack":true}"#,
    );
    let paid = pay(&network);
    all.until(&paid);
    assert_eq!(local.next()["message"]["hash"], json!(paid));
    // Nobody wanted votes before, so the first ones may have been missed.
    pay(&network);
    assert_eq!(votes.next()["topic"], "vote");

    let info = json!({"action": "block_info", "hash": paid, "json_block": "true"});
    let info_of = |process: &Running| {
        let mut info = ask(process, &info);
        info["local_timestamp"].take();
        info
    };
    assert_eq!(info_of(&gateway), info_of(&network));
    let refused = ask(&gateway, &json!({"action": "dev_faucet"}));
    assert_eq!(refused["error"], "dev_faucet is not offered by this gateway");
    for process in [gateway, network] {
        let (status, errors) = process.end();
        assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
    }
}

#[test]
fn lines_that_go_bad_under_load_cost_no_confirmation() {
    // One network, heard over three lines.
    let network = busy(&["--activity", "60"]);
    let (ws, rpc) = (address(network.labelled("WebSocket")), network.labelled("RPC"));
    let lines: [FaultyProxy; 3] = [1, 2, 3].map(FaultyProxy::start);
    for line in &lines {
        line.lead_to(ws);
    }
    let upstreams = [0, 1, 2].map(|index: usize| lines[index].address());
    // Errors of one line are two of its own, so two that agree are right.
    let gateway =
        gateway(&upstreams, &["--rpc", rpc, "--rpc-listen", "127.0.0.1:0", "--network", "dev"]);
    let mut direct = Heard::by(Client::connect(network.labelled("WebSocket"), ALL));
    let mut behind = Heard::by(Client::connect(gateway.labelled("WebSocket"), ALL));
    until_ready(&gateway);
    let first = pay(&network);
    direct.until(&first);
    behind.until(&first);
    // What came before one of the two listened is not compared.
    let before: BTreeSet<_> = direct.hashes.union(&behind.hashes).cloned().collect();

    let bad = Faults { lost: 200, repeated: 300, swapped: 300, spoiled: 300, ..Faults::default() };
    let late = Faults { latency: Duration::from_millis(150), ..bad };
    let mut compare = |count: usize| {
        for _ in 0..count {
            direct.next();
        }
        let last = pay(&network);
        direct.until(&last);
        behind.until(&last);
    };
    lines[0].set(bad);
    compare(40);
    lines[1].set(late);
    lines[0].cut();
    compare(40);
    lines[2].line(Line::Hangs);
    compare(40);
    lines[2].line(Line::Open);
    lines[1].line(Line::Swallows);
    lines[1].cut();
    compare(40);
    lines.iter().for_each(FaultyProxy::cut);
    compare(40);
    for line in &lines {
        line.line(Line::Open);
        line.set(Faults::default());
    }
    compare(40);
    // Both had all, each once and in order; what the last payment overtook may still be on its way.
    let missing: Vec<_> = direct.hashes.difference(&behind.hashes).cloned().collect();
    missing.iter().filter(|hash| !before.contains(*hash)).for_each(|hash| behind.until(hash));
    let more: Vec<_> = behind.hashes.difference(&direct.hashes).cloned().collect();
    more.iter().filter(|hash| !before.contains(*hash)).for_each(|hash| direct.until(hash));
}

#[test]
fn a_network_that_was_killed_and_came_back_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (data, kept) = (folder.path().join("net"), folder.path().join("gateway"));
    let start = |listen: &str, rpc: &str| {
        let places = ["--listen", listen, "--rpc-listen", rpc, "--nodes", "1", "--data"];
        Running::of(program(&places).arg(&data))
    };
    let network = start("127.0.0.1:0", "127.0.0.1:0");
    let line = FaultyProxy::start(1);
    let rpc_line = crate::relay::Relay::start(crate::relay::Manner::Honest);
    let lead = |network: &Running| {
        line.lead_to(address(network.labelled("WebSocket")));
        rpc_line.lead_to(address(network.labelled("RPC")));
    };
    lead(&network);
    let rpc = format!("http://{}", rpc_line.address());
    let more = ["--rpc", &rpc, "--rpc-listen", "127.0.0.1:0", "--network", "dev", "--data"];
    let start_gateway = || gateway(&[line.address()], &[&more[..], &[text(&kept)]].concat());
    let behind = start_gateway();
    let mut client = Heard::by(Client::connect(behind.labelled("WebSocket"), ALL));
    until_ready(&behind);
    client.until(&pay(&network));

    network.signal("KILL");
    let _ = network.wait();
    let network = start("127.0.0.1:0", "127.0.0.1:0");
    lead(&network);
    let missed = pay(&network);
    client.until(&missed);
    client.until(&pay(&network));

    // The gateway itself is killed; what is paid meanwhile it says when it is back, and its clients go
    // on where they were.
    let cursor = client.client.cursor.clone().unwrap();
    behind.signal("KILL");
    let _ = behind.wait();
    let paid: Vec<String> = (0..3).map(|_| pay(&network)).collect();
    for hash in &paid {
        until_confirmed(&network, hash);
    }
    let behind = start_gateway();
    let resume =
        format!(r#"{{"action":"subscribe","topic":"confirmation","ack":true,"since":"{cursor}"}}"#);
    client.client = Client::connect(behind.labelled("WebSocket"), &resume);
    for hash in &paid {
        client.until(hash);
    }
    assert!(client.healed >= 3, "they were asked for, and are marked so: {}", client.healed);
    client.until(&pay(&network));
}

#[test]
fn what_happened_while_nobody_listened_is_not_promised() {
    let network = busy(&["--activity", "20"]);
    let gateway = gateway(&[address(network.labelled("WebSocket"))], &[]);
    until_ready(&gateway);
    let url = gateway.labelled("WebSocket");
    let mut all = Heard::by(Client::connect(url, ALL));
    // It is connected; from the first that it tells on it is subscribed, too.
    all.next();
    all.until(&pay(&network));
    let votes = |since: &str| {
        format!(r#"{{"action":"subscribe","topic":"vote","ack":true,"since":"{since}"}}"#)
    };
    // There were votes, but none was asked for.
    let before = all.client.cursor.clone().unwrap();
    let refused = |since: &str| Client::ask(url, &votes(since)).1["code"] == "cursor_expired";
    assert!(refused(&before) && refused("time:1"));

    let mut listener = Client::connect(url, &votes("oldest"));
    assert_eq!(listener.next()["topic"], "vote");
    let cursor = listener.cursor.take().unwrap();
    drop(listener);
    let mut again = Client::connect(url, &votes(&cursor));
    assert_eq!(again.next()["topic"], "vote");
    assert!(refused(&before), "votes of before are missing as ever");
}

#[test]
fn what_no_upstream_said_is_told_later_or_known_to_be_missing() {
    let network = busy(&["--activity", "20"]);
    let line = FaultyProxy::start(1);
    line.lead_to(address(network.labelled("WebSocket")));
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "[journal]\nkeep = [\"vote:1d:64MiB\"]\n").unwrap();
    let (data, config) = (folder.path().join("data"), text(&config));
    let more = ["--network", "dev", "--data", text(&data), "--config", config];
    let gateway = gateway(&[line.address()], &more);
    until_ready(&gateway);
    let url = gateway.labelled("WebSocket");
    let request = |topic: &str, since: &str| {
        format!(r#"{{"action":"subscribe","topic":"{topic}","ack":true,"since":"{since}"}}"#)
    };
    let answer = |topic: &str, since: &str| Client::ask(url, &request(topic, since)).1;
    // A vote of now, and the place behind it.
    let heard = |since: &str| {
        let mut listener = Client::connect(url, &request("vote", since));
        assert_eq!(listener.next()["topic"], "vote");
        listener.cursor.take().unwrap()
    };
    let before = heard("oldest");

    let until_code = |code: u16| {
        while get(&http_of(&gateway), "/health/ready").0 != code {
            std::thread::yield_now();
        }
    };
    let break_down = || {
        line.lead_to("127.0.0.1:1".parse().unwrap());
        line.cut();
        until_code(503);
    };

    // The upstream remembers what it said to nobody.
    break_down();
    assert_eq!(answer("vote", &before)["code"], "cursor_expired", "for the time being");
    line.lead_to(address(network.labelled("WebSocket")));
    while answer("vote", &before)["ack"] != "subscribe" {
        std::thread::yield_now();
    }
    let before = heard(&before);

    // Another one knows nothing, as a plain node does. There is no RPC to ask for confirmations, either.
    let other = busy(&["--activity", "20"]);
    break_down();
    line.lead_to(address(other.labelled("WebSocket")));
    until_code(200);
    let after = heard("oldest");
    for topic in ["vote", "confirmation"] {
        assert_eq!(answer(topic, &before)["code"], "cursor_expired", "{topic}");
        assert_eq!(answer(topic, &after)["ack"], "subscribe", "{topic}");
    }
}

pub(crate) fn until_confirmed(network: &Running, hash: &str) {
    #[expect(clippy::disallowed_methods, reason = "a test may not wait for ever")]
    let begun = Instant::now();
    while ask(network, &json!({"action": "block_info", "hash": hash}))["confirmed"] != "true" {
        assert!(begun.elapsed() < PATIENCE, "{hash} is not confirmed");
        std::thread::yield_now();
    }
}

#[test]
fn a_gateway_that_cannot_be_meant_says_why() {
    let up = ["serve", "--upstream", "ws://127.0.0.1:1"];
    let rows: [(&[&str], &str); 11] = [
        (&["--agree", "2"], "--agree: 2 of 1 upstreams is not possible, give 1 to 1"),
        (&["--upstream", "http://127.0.0.1:1"], "--upstream: \"http://127.0.0.1:1\" will not do"),
        (&["--upstream", "ws://127.0.0.1:1"], "--upstream: ws://127.0.0.1:1 is given twice"),
        (&["--upstream", "ws://localhost:1/"], "--upstream: ws://localhost:1/ is given twice"),
        (&["--upstream", "ws://:2"], "--upstream: \"ws://:2\" will not do"),
        (&["--upstream", "here"], "--upstream ws://127.0.0.1:1,here: expected ws://HOST:PORT"),
        (&["--rpc", "https://a:1"], "--rpc: \"https://a:1\" will not do, expected http://"),
        (&["--verify", "maybe"], "--verify maybe: expected true or false"),
        (&["--peer", "127.0.0.1:2"], "--peer: a gateway has no peers"),
        (&["--rpc-listen", "127.0.0.1:0"], "--rpc-listen: there is no RPC behind this gateway"),
        (&["--peer", "127.0.0.1:2", "--weights", "w"], "--weights: a gateway counts no votes"),
    ];
    for (more, want) in rows {
        let ended = output(program(&up).args(more));
        assert_eq!(ended.status.code(), Some(2), "{more:?}");
        let errors = stderr(&ended);
        assert!(errors.contains(&format!("error: {want}")), "{more:?}: {errors}");
    }
    let ended = output(program(&up).args(["--watch", "/no/such/file"]));
    assert_eq!(ended.status.code(), Some(1));
    assert!(stderr(&ended).contains("--watch: cannot read /no/such/file"), "{}", stderr(&ended));
    let ended = output(&mut program(&["serve", "--network", "dev", "--agree", "1"]));
    assert_eq!(ended.status.code(), Some(2));
    assert_eq!(stderr(&ended), "error: --agree: needs --upstream URL\n");
}

#[test]
fn a_gateway_without_its_nodes_serves_all_the_same() {
    let nowhere = FaultyProxy::start(1);
    let folder = tempfile::tempdir().unwrap();
    let file: &Path = &folder.path().join("gateway.json");
    let mut gateway = gateway(&[nowhere.address()], &["--config-out", text(file)]);
    gateway.wait_for_error_line("not connected; trying again");
    let _ = Client::connect(gateway.labelled("WebSocket"), ALL);
    let told: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(told["upstreams"][0]["ws"], format!("ws://{}", nowhere.address()));
    let mut status = Client::connect(
        gateway.labelled("WebSocket"),
        r#"{"action":"subscribe","topic":"status","ack":true}"#,
    );
    let source = status.next()["message"].clone();
    assert_eq!(source["state"], "down", "{source}");
    assert_eq!(source["source"], nowhere.address().to_string(), "{source}");
    assert_eq!((&told["rpc"], &told["network"]), (&Value::Null, &Value::Null));
    assert!(gateway.banner.contains("work is not checked"), "{}", gateway.banner);
    assert_eq!(gateway.end().0.code(), Some(0));
}
