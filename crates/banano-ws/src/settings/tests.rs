//! Precedence, provenance and problems of settings.

use std::collections::BTreeSet;

use super::layers::{flatten, of_file, resolve, table_of};
use super::*;

fn layer(origin: Origin, path: &str, given: Given) -> Layer {
    Layer { origin, path: path.to_owned(), given }
}

fn file(path: &str, value: impl Into<toml::Value>) -> Layer {
    layer(Origin::File("net.toml".into()), path, Given::Typed(value.into()))
}

fn variable(path: &str, text: &str) -> Layer {
    let key = Key::find(path).unwrap();
    layer(Origin::Variable(key.variable()), path, Given::Text(text.to_owned()))
}

fn flag(path: &str, text: &str) -> Layer {
    let key = Key::find(path).unwrap();
    let flag = format!("--{}", key.flag().unwrap());
    layer(Origin::Flag(flag), path, Given::Text(text.to_owned()))
}

fn problems(layers: Vec<Layer>) -> Vec<String> {
    resolve(layers).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn the_defaults_have_no_problem() {
    assert_eq!(Settings::default().check(), Vec::<String>::new());
}

#[test]
fn flag_beats_environment_beats_file_beats_default() {
    let (f, v, g) = (file("nodes", 2), variable("nodes", "3"), flag("nodes", "5"));
    let rows: [(&str, Vec<Layer>, u32, &str); 8] = [
        ("nothing", vec![], 4, "default"),
        ("file", vec![f.clone()], 2, "net.toml"),
        ("variable", vec![v.clone()], 3, "BANANO_WS_NODES"),
        ("flag", vec![g.clone()], 5, "--nodes"),
        ("file, variable", vec![f.clone(), v.clone()], 3, "BANANO_WS_NODES"),
        ("file, flag", vec![f.clone(), g.clone()], 5, "--nodes"),
        ("variable, flag", vec![v.clone(), g.clone()], 5, "--nodes"),
        ("all", vec![f, v, g], 5, "--nodes"),
    ];
    for (name, layers, nodes, origin) in rows {
        let resolved = resolve(layers).unwrap();
        assert_eq!(resolved.settings.nodes, nodes, "{name}");
        assert_eq!(resolved.origin("nodes").to_string(), origin, "{name}");
        assert_eq!(*resolved.origin("accounts"), Origin::Default, "{name}");
    }
}

#[test]
fn the_table_of_settings_is_complete() {
    // Everything that may be absent is there, so that it shows in the table.
    let full = Settings {
        network: Some("live".to_owned()),
        weights: Some("weights".into()),
        admin_listen: Some("127.0.0.1:7073".parse().unwrap()),
        watch: Some("watch".into()),
        activity: Some(1.0),
        data: Some("data".into()),
        tls_cert: Some("cert".into()),
        tls_key: Some("key".into()),
        tokens: Some("tokens".into()),
        config_out: Some("out".into()),
        journal: Journal { url: Some("nats://a:1".parse().unwrap()), ..Journal::default() },
        websocket: Config {
            tls_cert: Some("cert".into()),
            tls_key: Some("key".into()),
            tokens: Some("tokens".into()),
            shards: std::num::NonZeroUsize::new(1),
            replay_threads: std::num::NonZeroUsize::new(1),
            allowed_origins: Some(Vec::new()),
            drain_ms: Some(1_000),
            ..Config::default()
        },
        ..Settings::default()
    };
    let mut real = BTreeSet::new();
    flatten(&table_of(&full), "", &mut |path, _| {
        real.insert(path);
    });
    // These stand at the top.
    for name in AT_THE_TOP {
        assert!(real.remove(&format!("websocket.{name}")));
    }
    let listed: BTreeSet<String> = KEYS.iter().map(|key| key.path.to_owned()).collect();
    assert_eq!(real, listed);
    let variables: BTreeSet<String> = KEYS.iter().map(Key::variable).collect();
    assert_eq!(variables.len(), KEYS.len(), "no variable stands for two settings");
}

#[test]
fn text_means_what_the_setting_needs() {
    let resolved = resolve(vec![
        variable("listen", "0.0.0.0:0"),
        variable("balance", "0.19"),
        variable("activity", "5"),
        variable("confirm", "after:250"),
        variable("work_peers", "127.0.0.1:7076, work.example:80"),
        variable("data", "7"),
        variable("decimal_fields", "false"),
        variable("error_replies", "asked"),
        variable("websocket.shards", "2"),
        variable("websocket.allowed_origins", r#"["https://a.example"]"#),
        variable("rpc.request_timeout_ms", "500"),
    ])
    .unwrap();
    let settings = resolved.settings;
    assert_eq!(settings.listen.to_string(), "0.0.0.0:0");
    assert_eq!(settings.balance.to_string(), "0.19");
    assert_eq!(settings.activity, Some(5.0));
    assert_eq!(settings.confirm, Confirm::After { ms: 250 });
    let peers = settings.work_peers.0.iter().map(ToString::to_string);
    assert_eq!(peers.collect::<Vec<_>>(), ["127.0.0.1:7076", "work.example:80"]);
    assert_eq!(settings.data, Some("7".into()));
    assert!(!settings.decimal_fields);
    assert_eq!(settings.websocket().error_replies, ErrorReplies::Asked);
    assert_eq!(settings.websocket().shards.unwrap().get(), 2);
    assert_eq!(settings.websocket().allowed_origins.unwrap(), ["https://a.example"]);
    assert_eq!(settings.rpc.request_timeout_ms, 500);
}

#[test]
fn every_problem_is_told_with_its_place_and_what_would_be_right() {
    let found = problems(vec![
        file("nodes", "two"),
        file("node", 2),
        variable("seed", "abc"),
        flag("confirm", "soon"),
        flag("listen", "7074"),
        flag("work_peers", "127.0.0.1:1,localhost"),
        file("work_peers", vec!["localhost:0"]),
        file("websocket.shards", 0),
        file("websocket.replay_threads", 0),
    ]);
    assert_eq!(
        found,
        [
            "net.toml: nodes = \"two\": expected a whole number from 1 to 32",
            "net.toml: there is no setting `node`; `banano-ws config` lists them",
            "BANANO_WS_SEED=abc: expected 64 hexadecimal digits",
            "--confirm soon: expected instant, after:MS, manual or never",
            "--listen 7074: expected HOST:PORT, as in 127.0.0.1:7074 (port 0 picks a free one), or unix:/PATH",
            "--work-peer 127.0.0.1:1,localhost: expected HOST:PORT, as in 127.0.0.1:7076, of each work peer",
            "net.toml: work_peers = [\"localhost:0\"]: expected HOST:PORT, as in 127.0.0.1:7076, of each work peer",
            "net.toml: websocket.shards = 0: expected a whole number from 1 to 1024",
            "net.toml: websocket.replay_threads = 0: expected a whole number from 1 to 256",
        ]
    );
    let found = problems(vec![
        flag("nodes", "0"),
        file("websocket.ping_interval_ms", 80_000),
        variable("rpc.nesting_max", "1"),
        flag("rpc_listen", "127.0.0.1:7074"),
    ]);
    assert_eq!(found.len(), 4, "{found:#?}");
    for (problem, start) in found.iter().zip([
        "--nodes: 0 is not possible",
        "--rpc-listen: 127.0.0.1:7074 is taken by `listen`",
        "net.toml: websocket.ping_interval_ms: 80000 is not possible",
        "BANANO_WS_RPC_NESTING_MAX: 1 is not possible",
    ]) {
        assert!(problem.starts_with(start), "{problem:?} does not start with {start:?}");
    }
}

#[test]
fn variables_of_others_are_left_alone() {
    let given = [
        ("PATH", "/bin"),
        ("BANANO_WS_NODES", "2"),
        ("BANANO_WS_NODE", "2"),
        ("BANANO_WS_DATA", ""),
        ("BANANO_WS_CONFIG", "net.toml"),
    ];
    let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (layers, unknown) = of_environment(given, &["BANANO_WS_CONFIG"]);
    assert_eq!(layers.len(), 1);
    assert_eq!(layers[0].path, "nodes");
    assert_eq!(unknown, ["BANANO_WS_NODE"]);
}

#[test]
fn a_file_is_read_or_told_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.toml");
    assert!(of_file(&path).unwrap_err().to_string().contains("net.toml: "));
    std::fs::write(&path, "nodes = 2\n[rpc]\nnesting_max = 7\n").unwrap();
    let resolved = resolve(of_file(&path).unwrap()).unwrap();
    assert_eq!((resolved.settings.nodes, resolved.settings.rpc.nesting_max), (2, 7));
    std::fs::write(&path, "nodes = 2\naccounts = \n").unwrap();
    let problem = of_file(&path).unwrap_err().to_string();
    assert!(problem.contains("net.toml: line 2: "), "{problem}");
}

#[test]
fn the_report_can_be_given_back_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.toml");
    let layers = vec![
        flag("nodes", "2"),
        variable("balance", "1.5"),
        flag("activity", "0.5"),
        flag("work_peers", "127.0.0.1:7076,[::1]:7076"),
        variable("rpc.nesting_max", "7"),
    ];
    let resolved = resolve(layers).unwrap();
    std::fs::write(&path, report(&resolved)).unwrap();
    let again = resolve(of_file(&path).unwrap()).unwrap();
    assert_eq!(again.settings, resolved.settings);
}
