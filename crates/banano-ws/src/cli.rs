//! The command line: commands, flags, help.
//!
//! Called by `main` with the process's arguments. Knows words only: a flag's value goes as text into the
//! layers of settings, where variables and files meet it. Never starts anything.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::commands;
use crate::settings::{self, Given, KEYS, Key, Layer, Origin};

/// The variable that names a settings file.
pub(crate) const CONFIG_VARIABLE: &str = "BANANO_WS_CONFIG";

/// What to do.
#[derive(Debug)]
pub(crate) enum Invocation {
    /// Run a dev network.
    Dev { given: GivenFlags, reset: bool },
    /// Follow a network as one of its nodes, or as a gateway to them.
    Serve { given: GivenFlags },
    /// Serve clients from a stream that others publish into.
    Edge { given: GivenFlags },
    /// Print the settings in force.
    Config { given: GivenFlags },
    /// Check a settings file.
    Check { file: PathBuf },
    /// Run a command that is a client.
    Client { name: String, matches: ArgMatches },
}

/// The settings on the command line.
#[derive(Debug)]
pub(crate) struct GivenFlags {
    pub(crate) file: Option<PathBuf>,
    pub(crate) layers: Vec<Layer>,
}

/// Reads the arguments.
///
/// # Errors
/// With the text to print, which for `--help` and `--version` is what was asked for.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Invocation, clap::Error> {
    let matches = command().try_get_matches_from(arguments)?;
    Ok(match matches.subcommand() {
        Some(("config", matches)) => match matches.subcommand() {
            Some((_, matches)) => {
                // clap has refused the command without its one argument.
                let file = matches.get_one("file").cloned().unwrap_or_default();
                Invocation::Check { file }
            }
            None => Invocation::Config { given: given(matches) },
        },
        Some(("serve", matches)) => Invocation::Serve { given: given(matches) },
        Some(("edge", matches)) => Invocation::Edge { given: given(matches) },
        Some(("dev", matches)) => dev(matches),
        Some((name, matches)) => {
            Invocation::Client { name: name.to_owned(), matches: matches.clone() }
        }
        None => dev(&matches),
    })
}

fn dev(matches: &ArgMatches) -> Invocation {
    Invocation::Dev { given: given(matches), reset: matches.get_flag("reset") }
}

fn given(matches: &ArgMatches) -> GivenFlags {
    let mut layers = Vec::new();
    for key in KEYS {
        let Some(flag) = key.flag() else { continue };
        // Not every command offers every flag.
        if let Ok(Some(texts)) = matches.try_get_many::<String>(&flag) {
            let texts: Vec<&str> = texts.map(String::as_str).collect();
            layers.push(layer(key.path, format!("--{flag}"), &texts.join(",")));
        }
    }
    if matches.get_flag("quiet") {
        layers.push(layer("log", "-q".to_owned(), "quiet"));
    }
    match matches.get_count("verbose") {
        0 => {}
        1 => layers.push(layer("log", "-v".to_owned(), "verbose")),
        _ => layers.push(layer("log", "-vv".to_owned(), "debug")),
    }
    GivenFlags { file: matches.get_one("config").cloned(), layers }
}

fn layer(path: &str, flag: String, text: &str) -> Layer {
    Layer { origin: Origin::Flag(flag), path: path.to_owned(), given: Given::Text(text.to_owned()) }
}

const EXAMPLES: &str = "\
Examples:
  banano-ws                                   a network on the usual ports
  banano-ws --listen 127.0.0.1:0 --rpc-listen 127.0.0.1:0 --config-out net.json
                                              on free ports, told to a script
  banano-ws --confirm after:2000              every confirmation takes two seconds
  banano-ws --data ./net --activity 5         kept in a folder, with traffic

Every setting also has an environment variable (--rpc-listen: BANANO_WS_RPC_LISTEN)
and a name in a TOML file (rpc_listen = \"127.0.0.1:7072\"; --config FILE).
A flag wins over a variable, a variable over the file, the file over the default.";

const SERVE_EXAMPLES: &str = "\
Examples:
  banano-ws serve --network live --data ./live
                                              the live network of Banano, found by its own names
  banano-ws serve --network net.json          a dev network that was started with --config-out net.json
  banano-ws serve --network nano-dev --peer 127.0.0.1:44000
                                              a Nano node's development network
  banano-ws serve --network live --weights representatives.json
                                              confirmations before the ledger is in sync, on the word of
                                              whoever answered RPC representatives

With --network it has no keys and no wallets: it checks, counts the votes of others, and tells.

  banano-ws serve --upstream ws://node1:7074 --upstream ws://node2:7074 --rpc http://node1:7072
                                              a gateway: what the nodes say, once and in order, checked,
                                              and what was missed fetched by RPC
  banano-ws serve --upstream ws://a:7074 --upstream ws://b:7074 --upstream ws://c:7074 --agree 2
                                              a confirmation goes out when two of them say it";

/// Settings that only a dev network has.
const DEV_ONLY: [&str; 7] = ["accounts", "balance", "seed", "nodes", "activity", "confirm", "work"];

/// Settings that only an observer or a gateway has.
const SERVE_ONLY: [&str; 8] =
    ["network", "peers", "weights", "upstreams", "rpcs", "agree", "verify", "watch"];

const EDGE_EXAMPLES: &str = "\
Examples:
  banano-ws --journal nats://127.0.0.1:4222   a network whose events edges can have
  banano-ws edge --journal nats://127.0.0.1:4222 --listen 127.0.0.1:7075
                                              an edge; start as many as clients need

It has no network and no RPC. A cursor of one edge is good on every other.";

/// Settings that an edge has no use for: it has no node.
const NOT_OF_EDGE: [&str; 12] = [
    "rpc_listen",
    "peering_listen",
    "peers",
    "weights",
    "upstreams",
    "rpcs",
    "agree",
    "verify",
    "watch",
    "work_peers",
    "data",
    "journal.sync",
];

const CHECK_EXAMPLES: &str = "\
Examples:
  banano-ws config check banano-ws.toml
  banano-ws config check /etc/banano-ws/config.toml && systemctl reload banano-ws

Also reads the files that it names: tokens, certificate, network, weights, watched accounts.";

const CONFIG_EXAMPLES: &str = "\
Examples:
  banano-ws config                            everything that can be set
  banano-ws config --nodes 2 > banano-ws.toml
  banano-ws config check banano-ws.toml       all problems of a file";

/// The whole command line.
pub(crate) fn command() -> Command {
    let dev = Command::new("dev")
        .about("Runs a private Banano network in this process (the default)")
        .args(setting_args(is_of_dev))
        .arg(reset_arg())
        .args(other_args())
        .after_help(EXAMPLES);
    let serve = Command::new("serve")
        .about("Tells what a network confirms: as a node without keys, or as a gateway to nodes")
        .args(setting_args(|path| !DEV_ONLY.contains(&path)))
        .args(other_args())
        .after_help(SERVE_EXAMPLES);
    let edge = Command::new("edge")
        .about("Serves clients from events that others publish to a NATS JetStream")
        .args(setting_args(|path| !DEV_ONLY.contains(&path) && !NOT_OF_EDGE.contains(&path)))
        .args(other_args())
        .after_help(EDGE_EXAMPLES);
    let check = Command::new("check")
        .about("Checks a settings file and lists everything that is wrong with it")
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Settings file (TOML)"),
        )
        .after_help(CHECK_EXAMPLES);
    let config = Command::new("config")
        .about("Prints the settings in force and where each value comes from")
        .args_conflicts_with_subcommands(true)
        .args(setting_args(|_| true))
        .args(other_args())
        .subcommand(check)
        .disable_help_subcommand(true)
        .after_help(CONFIG_EXAMPLES);
    Command::new("banano-ws")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A private Banano network in one process, with the WebSocket and RPC of a node")
        .args_conflicts_with_subcommands(true)
        .args(setting_args(is_of_dev))
        .arg(reset_arg())
        .args(other_args())
        .subcommand(dev)
        .subcommand(serve)
        .subcommand(edge)
        .subcommand(config)
        .subcommands(commands::commands())
        .max_term_width(100)
        .after_help(EXAMPLES)
}

/// Whether a dev network has a setting.
fn is_of_dev(path: &str) -> bool {
    !SERVE_ONLY.contains(&path)
}

fn setting_args(offers: impl Fn(&str) -> bool) -> Vec<Arg> {
    let defaults = settings::defaults();
    let offered = KEYS.iter().filter(|key| offers(key.path));
    offered.filter_map(|key| setting_arg(key, &defaults)).collect()
}

fn other_args() -> [Arg; 3] {
    [
        Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help(format!("Read settings from this TOML file [env: {CONFIG_VARIABLE}]")),
        Arg::new("quiet")
            .short('q')
            .long("quiet")
            .action(ArgAction::SetTrue)
            .conflicts_with("verbose")
            .help("Tell failures only, print no banner"),
        Arg::new("verbose")
            .short('v')
            .long("verbose")
            .action(ArgAction::Count)
            .help("Tell each RPC request; twice: also what the nodes do"),
    ]
}

fn setting_arg(key: &Key, defaults: &[(String, String)]) -> Option<Arg> {
    let flag = key.flag()?;
    let default = defaults.iter().find(|(path, _)| path == key.path);
    let default = match default {
        // Longer than a line, and of no use to a reader.
        Some((_, value)) if value.len() > 40 => " [default: a public one]".to_owned(),
        Some((_, value)) if value == "[]" => String::new(),
        Some((_, value)) => format!(" [default: {value}]"),
        None => String::new(),
    };
    Some(
        Arg::new(flag.clone())
            .long(flag)
            .value_name(key.value_name?)
            .action(if key.repeats { ArgAction::Append } else { ArgAction::Set })
            .allow_hyphen_values(true)
            .help(format!("{}{default}", key.help)),
    )
}

fn reset_arg() -> Arg {
    Arg::new("reset")
        .long("reset")
        .action(ArgAction::SetTrue)
        .help("Delete what an earlier network left in the --data folder, and begin anew")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_flags_is_consistent() {
        command().debug_assert();
    }

    fn parsed(line: &str) -> Result<Invocation, clap::Error> {
        parse(line.split(' ').map(OsString::from))
    }

    #[test]
    fn the_command_is_dev_unless_said_otherwise() {
        for line in ["banano-ws --nodes 2 --reset", "banano-ws dev --reset --nodes 2"] {
            let Ok(Invocation::Dev { given, reset: true }) = parsed(line) else { panic!("{line}") };
            assert_eq!(given.layers.len(), 1);
            assert_eq!(given.layers[0].path, "nodes");
            assert_eq!(given.layers[0].origin.to_string(), "--nodes");
        }
        assert!(matches!(parsed("banano-ws config"), Ok(Invocation::Config { .. })));
        assert!(matches!(parsed("banano-ws config check a.toml"), Ok(Invocation::Check { .. })));
        for line in ["banano-ws help", "banano-ws help listen", "banano-ws help journal tail"] {
            assert_eq!(parsed(line).unwrap_err().exit_code(), 0, "{line}");
        }
    }

    #[test]
    fn work_peers_are_given_one_by_one() {
        let line = "banano-ws --work-peer 127.0.0.1:1 --work-peer [::1]:2";
        let Ok(Invocation::Dev { given, .. }) = parsed(line) else { panic!("{line}") };
        let [layer] = given.layers.as_slice() else { panic!("{:?}", given.layers) };
        assert_eq!(layer.path, "work_peers");
        assert_eq!(layer.origin.to_string(), "--work-peer");
        assert_eq!(layer.given.to_string(), "127.0.0.1:1,[::1]:2");
    }

    #[test]
    fn an_observer_has_flags_of_its_own() {
        let line = "banano-ws serve --network dev --peer 127.0.0.1:1 --peer [::1]:2";
        let Ok(Invocation::Serve { given }) = parsed(line) else { panic!("{line}") };
        let given: Vec<String> = given
            .layers
            .iter()
            .map(|layer| format!("{} {} {}", layer.path, layer.origin, layer.given))
            .collect();
        assert_eq!(given, ["network --network dev", "peers --peer 127.0.0.1:1,[::1]:2"]);
    }

    #[test]
    fn an_edge_has_flags_of_its_own() {
        let line = "banano-ws edge --journal nats://127.0.0.1:1 --journal-stream A --listen 127.0.0.1:0 -v";
        let Ok(Invocation::Edge { given }) = parsed(line) else { panic!("{line}") };
        let given: Vec<&str> = given.layers.iter().map(|layer| layer.path.as_str()).collect();
        assert_eq!(given, ["listen", "journal.url", "journal.stream", "log"]);
    }

    #[test]
    fn flags_are_kept_from_commands_by_names_that_exist() {
        for path in DEV_ONLY.into_iter().chain(SERVE_ONLY).chain(NOT_OF_EDGE) {
            assert!(Key::find(path).is_some(), "{path}");
        }
    }

    #[test]
    fn each_step_of_loudness_is_a_level() {
        for (flags, origin, level) in [
            ("-q", "-q", "quiet"),
            ("-v", "-v", "verbose"),
            ("-vv", "-vv", "debug"),
            ("-v -v", "-vv", "debug"),
        ] {
            let Ok(Invocation::Dev { given, .. }) = parsed(&format!("banano-ws {flags}")) else {
                panic!("{flags}")
            };
            assert_eq!(given.layers[0].origin.to_string(), origin);
            assert_eq!(given.layers[0].given.to_string(), level);
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "banano-ws serves",
            "banano-ws serve --nodes 2",
            "banano-ws --peer 127.0.0.1:1",
            "banano-ws edge --nodes 2",
            "banano-ws --node 2",
            "banano-ws --nodes",
            "banano-ws --nodes 1 --nodes 2",
            "banano-ws -q -v",
            "banano-ws --nodes 2 dev",
            "banano-ws config check",
            "banano-ws config --reset",
            "banano-ws dev extra",
        ] {
            assert_eq!(parsed(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
