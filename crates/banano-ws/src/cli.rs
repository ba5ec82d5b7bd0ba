//! The command line: commands, flags, help.
//!
//! Called by `main` with the process's arguments. Knows words only: a flag's value goes as text into the
//! layers of settings, where variables and files meet it. Never starts anything.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::settings::{self, Given, KEYS, Key, Layer, Origin};

/// The variable that names a settings file.
pub(crate) const CONFIG_VARIABLE: &str = "BANANO_WS_CONFIG";

/// What to do.
#[derive(Debug)]
pub(crate) enum Invocation {
    /// Run a dev network.
    Dev { given: GivenFlags, reset: bool },
    /// Print the settings in force.
    Config { given: GivenFlags },
    /// Check a settings file.
    Check { file: PathBuf },
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
        Some((_, matches)) => dev(matches),
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
        if let Some(text) = matches.get_one::<String>(&flag) {
            layers.push(layer(key.path, format!("--{flag}"), text));
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

const CONFIG_EXAMPLES: &str = "\
Examples:
  banano-ws config                            everything that can be set
  banano-ws config --nodes 2 > banano-ws.toml
  banano-ws config check banano-ws.toml       all problems of a file";

/// The whole command line.
pub(crate) fn command() -> Command {
    let dev = Command::new("dev")
        .about("Runs a private Banano network in this process (the default)")
        .args(setting_args())
        .arg(reset_arg())
        .args(other_args())
        .after_help(EXAMPLES);
    let check = Command::new("check")
        .about("Checks a settings file and lists everything that is wrong with it")
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Settings file (TOML)"),
        );
    let config = Command::new("config")
        .about("Prints the settings in force and where each value comes from")
        .args_conflicts_with_subcommands(true)
        .args(setting_args())
        .args(other_args())
        .subcommand(check)
        .disable_help_subcommand(true)
        .after_help(CONFIG_EXAMPLES);
    Command::new("banano-ws")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A private Banano network in one process, with the WebSocket and RPC of a node")
        .args_conflicts_with_subcommands(true)
        .args(setting_args())
        .arg(reset_arg())
        .args(other_args())
        .subcommand(dev)
        .subcommand(config)
        .disable_help_subcommand(true)
        .max_term_width(100)
        .after_help(EXAMPLES)
}

fn setting_args() -> Vec<Arg> {
    let defaults = settings::defaults();
    KEYS.iter().filter_map(|key| setting_arg(key, &defaults)).collect()
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
        Some((_, value)) => format!(" [default: {value}]"),
        None => String::new(),
    };
    Some(
        Arg::new(flag.clone())
            .long(flag)
            .value_name(key.value_name?)
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
            "banano-ws serve",
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
