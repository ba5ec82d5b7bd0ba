//! What an operator sees and does, and that docs/operations.md and the files of `packaging` say the same.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use banano_testkit::Scrape;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{self, Message, WebSocket, stream::MaybeTlsStream};

use crate::program::{Running, output, post, program, stderr, stdout};

/// Metrics that are told only with a stream beside the journal.
const OF_STREAMS: [&str; 6] = [
    "banano_ws_published_total",
    "banano_ws_publish_waiting",
    "banano_ws_publish_lost_total",
    "banano_ws_publish_stuck",
    "banano_ws_stream_connected",
    "banano_ws_stream_behind",
];

/// Metrics that only a gateway tells.
const OF_GATEWAYS: [&str; 10] = [
    "banano_ws_upstream_up",
    "banano_ws_upstream_lag_seconds",
    "banano_ws_upstream_messages_total",
    "banano_ws_upstream_first_total",
    "banano_ws_upstream_missed_total",
    "banano_ws_upstream_lies_total",
    "banano_ws_upstream_stale_total",
    "banano_ws_upstream_alone_total",
    "banano_ws_gateway_healed_total",
    "banano_ws_gateway_holes_total",
];

fn repository(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).unwrap_or_else(|cause| panic!("{path}: {cause}"))
}

/// Asks an `http://` URL. Returns status and body.
fn http(method: &str, url: &str, path: &str, headers: &str) -> (u16, String) {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

pub(crate) fn get(url: &str, path: &str) -> (u16, String) {
    http("GET", url, path, "Host: 127.0.0.1\r\n")
}

type Client = WebSocket<MaybeTlsStream<TcpStream>>;

fn subscriber(network: &Running, topic: &str) -> Client {
    let (mut client, _) = tungstenite::connect(network.labelled("WebSocket")).unwrap();
    let request = json!({"action": "subscribe", "topic": topic, "ack": true});
    client.send(Message::text(request.to_string())).unwrap();
    assert_eq!(next(&mut client)["ack"], "subscribe");
    client
}

fn next(client: &mut Client) -> Value {
    loop {
        match client.read().unwrap() {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// The names in the tables of docs/operations.md.
fn documented() -> BTreeSet<String> {
    let text = repository("docs/operations.md");
    let names = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let names = names.map(|(name, _)| name.to_owned());
    names.filter(|name| name.starts_with("banano_ws_") || name.starts_with("process_")).collect()
}

pub(crate) fn http_of(network: &Running) -> String {
    network.labelled("WebSocket").replace("ws://", "http://")
}

/// Waits until as many sources are up as are needed.
pub(crate) fn until_ready(program: &Running) {
    while get(&http_of(program), "/health/ready").0 != 200 {
        std::thread::yield_now();
    }
}

#[test]
fn the_metrics_are_those_of_the_documentation_and_prometheus_can_read_them() {
    let network = Running::start(&[]);
    let mut client = subscriber(&network, "confirmation");
    let rpc = network.labelled("RPC").to_owned();
    let account = network.banner.split_whitespace().find(|it| it.starts_with("ban_")).unwrap();
    let paid = post(&rpc, &json!({"action": "dev_faucet", "account": account}).to_string());
    assert!(paid.get("error").is_none(), "{paid}");
    assert_eq!(next(&mut client)["topic"], "confirmation");

    let (status, text) = get(&http_of(&network), "/metrics");
    assert_eq!(status, 200);
    let scrape = Scrape::read(&text);
    let others = [&OF_STREAMS[..], &OF_GATEWAYS].concat();
    let told: BTreeSet<&str> = scrape.families().chain(others).collect();
    assert_eq!(told, documented().iter().map(String::as_str).collect());

    let is = |name: &str, labels: &str, want: f64| {
        let value = scrape.value(name, labels);
        assert!((value - want).abs() < f64::EPSILON, "{name}{{{labels}}} is {value}, not {want}");
    };
    is("banano_ws_sessions", "", 1.0);
    is("banano_ws_subscriptions", "topic=\"confirmation\"", 1.0);
    is("banano_ws_ready", "", 1.0);
    is("banano_ws_source_state", "source=\"node 1\",state=\"up\"", 1.0);
    is("banano_ws_rpc_request_seconds_count", "action=\"dev_faucet\"", 1.0);
    for (name, labels) in [
        ("banano_ws_events_total", "topic=\"confirmation\""),
        ("banano_ws_messages_total", "topic=\"confirmation\""),
        ("banano_ws_message_bytes_total", "topic=\"confirmation\""),
        ("banano_ws_connections_accepted_total", ""),
        ("banano_ws_fan_out_seconds_count", ""),
        ("banano_ws_render_seconds_count", ""),
        ("banano_ws_journal_append_seconds_count", ""),
        ("banano_ws_journal_newest", ""),
        ("process_resident_memory_bytes", ""),
        ("process_open_fds", ""),
    ] {
        assert!(scrape.value(name, labels) > 0.0, "{name}");
    }
}

#[test]
fn a_gateway_tells_how_each_upstream_is_and_counts_requests() {
    let network = Running::start(&[]);
    let (ws, rpc) = (network.labelled("WebSocket"), network.labelled("RPC"));
    // Nobody is there.
    let absent = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gateway = Running::of(&mut program(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--upstream",
        ws,
        "--upstream",
        &format!("ws://{absent}"),
        "--rpc",
        rpc,
        "--rpc-listen",
        "127.0.0.1:0",
    ]));
    let mut client = subscriber(&gateway, "confirmation");
    until_ready(&gateway);
    for request in [json!({"action": "dev_faucet"}), json!({"action": "block_count"})] {
        post(gateway.labelled("RPC"), &request.to_string());
    }
    let paid = json!({"action": "dev_faucet", "account": network.labelled("#0 ")});
    post(rpc, &paid.to_string());
    assert_eq!(next(&mut client)["topic"], "confirmation");

    let here = format!("upstream=\"{}\"", ws.strip_prefix("ws://").unwrap());
    // They are told every second.
    let scrape = loop {
        let (status, text) = get(&http_of(&gateway), "/metrics");
        assert_eq!(status, 200);
        let scrape = Scrape::read(&text);
        let messages = "banano_ws_upstream_messages_total";
        if text.contains(&here) && scrape.value(messages, &here) > 0.0 {
            break scrape;
        }
        std::thread::yield_now();
    };
    let told: BTreeSet<&str> = scrape.families().chain(OF_STREAMS).collect();
    assert_eq!(told, documented().iter().map(String::as_str).collect());
    let there = format!("upstream=\"{absent}\"");
    for (name, labels, want) in [
        ("banano_ws_upstream_up", &*here, 1.0),
        ("banano_ws_upstream_up", &there, 0.0),
        ("banano_ws_upstream_messages_total", &there, 0.0),
        ("banano_ws_upstream_missed_total", &there, 0.0),
        ("banano_ws_upstream_lies_total", &here, 0.0),
        ("banano_ws_gateway_holes_total", "", 0.0),
        ("banano_ws_rpc_request_seconds_count", "action=\"block_count\"", 1.0),
        ("banano_ws_rpc_errors_total", "action=\"block_count\"", 0.0),
        ("banano_ws_rpc_errors_total", "action=\"dev_faucet\"", 1.0),
    ] {
        let value = scrape.value(name, labels);
        assert!((value - want).abs() < f64::EPSILON, "{name}{{{labels}}} is {value}, not {want}");
    }
    assert!(scrape.value("banano_ws_upstream_first_total", &here) > 0.0);
}

#[test]
fn the_dashboard_asks_for_nothing_that_is_not_told() {
    let dashboard: Value = serde_json::from_str(&repository("packaging/grafana.json")).unwrap();
    let documented = documented();
    let mut asked = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let words = target["expr"].as_str().unwrap();
            let words = words.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
            for word in
                words.filter(|it| it.starts_with("banano_ws_") || it.starts_with("process_"))
            {
                let family = ["_bucket", "_count", "_sum"]
                    .iter()
                    .find_map(|end| word.strip_suffix(end).filter(|it| it.ends_with("_seconds")))
                    .unwrap_or(word);
                assert!(documented.contains(family), "{word}");
                asked.insert(family.to_owned());
            }
        }
    }
    assert!(asked.len() > 20, "{asked:?}");
}

#[test]
fn metrics_can_be_moved_or_switched_off() {
    for (given, main, admin) in [("main", 200, 200), ("admin", 404, 200), ("off", 404, 404)] {
        let network = Running::start(&["--admin-listen", "127.0.0.1:0", "--metrics", given]);
        assert_eq!(get(&http_of(&network), "/metrics").0, main, "{given}");
        assert_eq!(get(network.labelled("Admin"), "/metrics").0, admin, "{given}");
    }
    let refused = output(&mut program(&["--metrics", "admin"]));
    assert!(stderr(&refused).contains("admin_listen"), "{}", stderr(&refused));
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn an_operator_sees_who_is_there_and_can_drop_one() {
    let network = Running::start(&["--admin-listen", "127.0.0.1:0"]);
    let admin = network.labelled("Admin").to_owned();
    let mut staying = subscriber(&network, "vote");
    let mut leaving = subscriber(&network, "confirmation");

    let listed = |path: &str| -> Value {
        let (status, body) = get(&admin, path);
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    };
    assert_eq!(listed("/clients")["total"], 2);
    assert_eq!(listed("/clients?limit=1")["clients"].as_array().unwrap().len(), 1);
    assert_eq!(listed("/clients?address=192.0.2.1")["total"], 0);
    let found = listed("/clients?topic=confirmation");
    let client = &found["clients"][0];
    assert_eq!((&found["total"], &client["kind"]), (&json!(1), &json!("websocket")));
    assert_eq!(client["topics"], json!([{"topic": "confirmation", "filters": 0}]));
    assert!(client["address"].as_str().unwrap().starts_with("127.0.0.1:"), "{client}");
    assert!(client["sent_bytes"].as_u64().unwrap() > 0, "{client}");

    let id = client["id"].as_str().unwrap();
    for (path, headers, want) in [
        ("/clients/0-0-0", "Host: localhost:1\r\n", 404),
        (&*format!("/clients/{id}"), "Host: evil.example\r\n", 403),
        (&*format!("/clients/{id}"), "Host: 127.0.0.1\r\nOrigin: http://evil.example\r\n", 403),
        (&*format!("/clients/{id}"), "Host: [::1]:7073\r\n", 200),
    ] {
        assert_eq!(http("DELETE", &admin, path, headers).0, want, "{path} {headers}");
    }
    assert!(leaving.read().is_err(), "it was cut off");
    staying.send(Message::text(r#"{"action":"ping","id":"still here"}"#)).unwrap();
    while next(&mut staying)["id"] != "still here" {}

    for (path, part) in [
        ("/clients?limit=0", "1 to 10000"),
        ("/clients?limit=abc", "`limit`: abc is not possible, it must be 1 to 10000"),
        ("/clients?address=abc", "`address`: abc is not possible, it must be an IP address"),
        ("/clients?topic=x", "confirmation"),
    ] {
        let (status, body) = get(&admin, path);
        assert!(status == 400 && body.contains(part), "{status} {body}");
    }
    assert_eq!(get(&http_of(&network), "/clients").0, 404, "strangers are not told");
    let (_, told) = get(&http_of(&network), "/network.json");
    assert!(!told.contains("admin"), "{told}");
}

#[test]
fn before_a_stop_clients_are_told_and_leave_in_their_turn() {
    let mut command = program(&["--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0"]);
    let network = Running::of(command.env("BANANO_WS_WEBSOCKET_DRAIN_MS", "600000"));
    let mut watching = subscriber(&network, "status");
    while next(&mut watching)["message"]["source"] != "node 3" {}
    network.signal("TERM");
    let notice = next(&mut watching);
    assert_eq!(notice["message"]["kind"], "shutdown", "{notice}");
    let number = |value: &Value| value.as_str().unwrap().parse::<u64>().unwrap();
    assert!(number(&notice["message"]["deadline"]) - number(&notice["time"]) > 590_000, "{notice}");
    let (status, reason) = get(&http_of(&network), "/health/ready");
    assert_eq!((status, reason.as_str()), (503, "stopping\n"));
    assert_eq!(get(&http_of(&network), "/health/live").0, 200);
    // It is the only one, so that its turn is the first: no need to wait for the whole time.
    match watching.read().unwrap() {
        Message::Close(Some(close)) => assert_eq!(u16::from(close.code), 1001),
        other => panic!("{other:?}"),
    }
    while watching.read().is_ok() {}
    let (status, errors) = network.wait();
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
}

#[test]
fn logs_can_be_json_and_hold_no_keys() {
    let mut network = Running::start(&["--log-format", "json", "-vv"]);
    let rpc = network.labelled("RPC").to_owned();
    let key = network.banner.split_whitespace().skip_while(|it| *it != "key").nth(1).unwrap();
    let key = key.to_owned();
    let request = json!({"action": "key_expand", "key": key}).to_string();
    assert!(post(&rpc, &request)["account"].is_string());
    network.signal("TERM");
    let seed = "0000000000000000000000000000000000000000000000000000000000000000";
    network.wait_for_error_line("stopping");
    let (_, rest) = network.wait();
    for line in rest.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
    }
    assert!(!rest.contains(&key) && !rest.contains(seed), "{rest}");
}

/// The arguments of a `[list, "of words"]`.
fn words(list: &str) -> Vec<String> {
    let inside = list.trim().trim_start_matches('[').trim_end_matches(']');
    inside.split(", ").map(|word| word.trim_matches('"').to_owned()).collect()
}

#[test]
fn packaged_commands_are_ones_that_the_program_takes() {
    let unit = repository("packaging/banano-ws.service");
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/bin/banano-ws "));
    let start = start.unwrap().replace("--config /etc/banano-ws/config.toml ", "");
    let mut commands = vec![start.split(' ').map(str::to_owned).collect::<Vec<_>>()];
    let dockerfile = repository("packaging/Dockerfile");
    commands.extend(dockerfile.lines().filter_map(|line| line.strip_prefix("CMD ")).map(words));
    let compose = repository("packaging/compose.yaml");
    let listed = compose
        .lines()
        .filter_map(|line| line.trim_start_matches([' ', '#']).strip_prefix("command: "));
    commands.extend(listed.map(words).filter(|it| ["dev", "serve", "edge"].contains(&&*it[0])));
    assert_eq!(commands.len(), 5, "{commands:?}");
    for mut command in commands {
        let mode = std::mem::replace(&mut command[0], "config".to_owned());
        let arguments: Vec<_> = command.iter().map(String::as_str).collect();
        let told = output(&mut program(&arguments));
        assert!(told.status.success(), "{mode} {arguments:?}: {}", stderr(&told));
        assert!(stdout(&told).contains("listen"), "{mode}");
    }
    for variable in compose.lines().chain(unit.lines()).chain(dockerfile.lines()) {
        let Some((_, rest)) = variable.split_once("BANANO_WS_") else { continue };
        let name: String =
            rest.chars().take_while(|it| it.is_ascii_uppercase() || *it == '_').collect();
        if name.is_empty() || variable.contains('…') {
            continue;
        }
        let told = stdout(&output(&mut program(&["config"])));
        let key = name.to_lowercase();
        let last = key.strip_prefix("websocket_").unwrap_or(&key);
        assert!(
            told.contains(&format!("\n{last} =")) || told.contains(&format!("\n#{last} =")),
            "{name}"
        );
    }
}
