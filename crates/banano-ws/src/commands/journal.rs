//! `banano-ws journal`: what a journal holds, in a folder or in a stream, without serving it.
//!
//! Changes nothing: no event goes, whatever the settings of the program that writes them say. Events go to
//! standard output as the messages that clients read, one a line, with everything that is known of them.

mod info;
mod place;
mod reading;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use banano_primitives::Network;
use banano_ws_protocol::Topic;
use clap::builder::PossibleValuesParser;

use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  banano-ws journal info ./net                      what is kept of each topic, and since when
  banano-ws journal export ./net > events.jsonl     everything, oldest first
  banano-ws journal export ./net confirmation --account ban_3… --since time:1700000000000
  banano-ws journal tail nats://127.0.0.1:4222 --follow
                                                    the newest events of a stream, then each new one

JOURNAL is the folder of --data, or the address of a NATS server. While a program has the folder,
ask that program instead: banano-ws listen --since oldest --json.";

const INFO_EXAMPLES: &str = "\
Examples:
  banano-ws journal info ./net
  banano-ws journal info nats://127.0.0.1:4222 --journal-stream BANANO
  banano-ws journal info ./net --json | jq .events";

const TAIL_EXAMPLES: &str = "\
Examples:
  banano-ws journal tail ./net
  banano-ws journal tail ./net confirmation --account ban_3… -n 100
  banano-ws journal tail nats://127.0.0.1:4222 --follow | jq -r .topic";

const EXPORT_EXAMPLES: &str = "\
Examples:
  banano-ws journal export ./net | jq -r .message.hash
  banano-ws journal export ./net vote confirmation --since 5e1fa0b3-1042 --until 5e1fa0b3-2000
  banano-ws journal export nats://127.0.0.1:4222 --journal-stream BANANO --count 100

Exit codes: 0 everything that was asked for, 1 a failure, among them a place that is no longer held,
2 wrong usage, 3 some of it went while it was read.";

pub(super) fn command() -> Command {
    let info = Command::new("info")
        .about("Tells what a journal holds of each topic, and since when")
        .args(place::args())
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print it as one JSON object"),
        )
        .after_help(INFO_EXAMPLES);
    let export = Command::new("export")
        .about("Prints events as JSON lines, oldest first")
        .args(place::args())
        .args(what())
        .arg(one("since", "PLACE", "Begin behind a cursor, at time:MS since 1970, or at oldest"))
        .arg(one("until", "PLACE", "End with a cursor, or at time:MS since 1970"))
        .arg(count("count", "N", "End after so many events"))
        .after_help(EXPORT_EXAMPLES);
    let tail = Command::new("tail")
        .about("Prints the newest events as JSON lines, and with --follow those that come")
        .args(place::args())
        .args(what())
        .arg(count("lines", "N", "How many events").short('n').default_value("10"))
        .arg(
            Arg::new("follow")
                .short('f')
                .long("follow")
                .action(ArgAction::SetTrue)
                .help("Go on with what is published from now on (a stream only)"),
        )
        .after_help(TAIL_EXAMPLES);
    Command::new("journal")
        .about("Shows the events of a data folder or of a NATS stream, as JSON lines")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([info, export, tail])
        .disable_help_subcommand(true)
        .after_help(EXAMPLES)
}

fn one(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn count(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    one(name, value, help).value_parser(value_parser!(u64).range(1..))
}

/// Which events, and how they look.
fn what() -> [Arg; 3] {
    let names = Topic::ALL.map(Topic::name);
    [
        Arg::new("topic")
            .value_name("TOPIC")
            .num_args(0..)
            .value_parser(PossibleValuesParser::new(names))
            .hide_possible_values(true)
            .help("Only confirmation, vote, started_election, … [several; default: all]"),
        one("account", "ACCOUNT", "Only what names this account [several]")
            .action(ArgAction::Append),
        one("network", "NAME", "Whose prefix accounts have")
            .default_value("live")
            .value_parser(Network::NAMES),
    ]
}

pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    match matches.subcommand() {
        Some(("info", matches)) => info::run(matches),
        Some(("export", matches)) => reading::export(matches),
        Some((_, matches)) => reading::tail(matches),
        // clap has refused it.
        None => Ok(()),
    }
}
