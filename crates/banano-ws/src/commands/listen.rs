//! `banano-ws listen`: events on the terminal, one line each.

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use banano_primitives::{Account, Amount, BlockHash};
use banano_ws_client::{
    Builder, Confirmations, Continuity, Direction, Event, Item, Since, Status, StreamExt as _,
    Subscription, SubtypeWord, Topic, UnconfirmedBlocks, Votes,
};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::amount::amount;
use super::line::{Form, NAMES};
use super::{parsed, text, url_arg, usage};
use crate::failure::Failure;
use crate::logs::no_color;
use crate::signals::Signals;

const EXAMPLES: &str = "\
Examples:
  banano-ws listen                                 every confirmed block
  banano-ws listen --min-amount 1000BAN            whales
  banano-ws listen --account ban_3… --direction incoming
  banano-ws listen vote started_election --url wss://ws.example.org
  banano-ws listen --cursor-file seen --json | ./process
                                                   goes on where it stopped, misses nothing
  banano-ws listen --template '{amount} {account} {hash}'

A template knows {topic} {time} {account} {to} {amount} {raw} {subtype} {hash} {cursor}.
Events go to standard output, what happens to the connection to standard error.
Exit codes: 0 after --count events or Ctrl-C, 1 a failure, 2 wrong usage, 3 with
--strict when events may be missing.";

pub(super) fn command() -> Command {
    let names = Topic::ALL.map(Topic::name);
    let list = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).action(ArgAction::Append).help(help)
    };
    let one = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    Command::new("listen")
        .about("Prints events of a server, one line each; comes back after a lost connection")
        .arg(
            Arg::new("topic")
                .value_name("TOPIC")
                .num_args(0..)
                .default_value("confirmation")
                .value_parser(PossibleValuesParser::new(names))
                .hide_possible_values(true)
                .help("What to listen to: confirmation, vote, started_election, … [several]"),
        )
        .arg(url_arg())
        .arg(list("account", "ACCOUNT", "Only blocks of this account and sends to it [several]"))
        .arg(one("min-amount", "AMOUNT", "Only blocks that move at least this, as in 10BAN"))
        .arg(one("max-amount", "AMOUNT", "Only blocks that move at most this"))
        .arg(list("subtype", "SUBTYPE", "Only send, receive, open, change or epoch [several]"))
        .arg(
            one("direction", "DIRECTION", "Only incoming or outgoing, seen from --account")
                .requires("account"),
        )
        .arg(list("counterparty", "ACCOUNT", "Only blocks whose other side is this [several]"))
        .arg(list("representative", "ACCOUNT", "Only blocks or votes of this one [several]"))
        .arg(list("hash", "HASH", "Only this block [several]"))
        .arg(one("since", "PLACE", "Begin at a cursor, at time:MS since 1970, or at oldest"))
        .arg(
            one("cursor-file", "FILE", "Keep the place in this file, and go on there next time")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(flag("json", "Print messages as they come"))
        .arg(flag("pretty", "Print for people, with colours even into a pipe"))
        .arg(one("template", "TEXT", "Print this text for each event, with {names} replaced"))
        .arg(
            one("count", "N", "End after so many events")
                .value_parser(value_parser!(u64).range(1..)),
        )
        .arg(flag("strict", "End with exit code 3 when events may be missing"))
        .group(clap::ArgGroup::new("form").args(["json", "pretty", "template"]))
        .after_help(EXAMPLES)
}

pub(super) async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let form = form(matches)?;
    let subscriptions = subscriptions(matches)?;
    let url = text(matches, "url");
    check_url(url)?;
    let mut builder = Builder::new(url);
    if let Some(file) = matches.get_one::<PathBuf>("cursor-file") {
        check_cursor_file(file)?;
        builder = builder.cursor_file(file);
    }
    let mut signals = Signals::take().map_err(anyhow::Error::from)?;
    let (client, mut events) = builder.connect().await.map_err(anyhow::Error::from)?;
    for subscription in subscriptions {
        client.subscribe(subscription).await.map_err(anyhow::Error::from)?;
    }
    let mut left = matches.get_one::<u64>("count").copied();
    let is_strict = matches.get_flag("strict");
    loop {
        let item = tokio::select! {
            () = signals.next() => break,
            item = events.next() => item,
        };
        match item {
            None => break,
            Some(Item::Event(event)) => {
                if !print(&form, &event) {
                    break; // Whoever read us has enough.
                }
                client.acknowledge(&event).map_err(anyhow::Error::from)?;
                left = left.map(|left| left.saturating_sub(1));
                if left == Some(0) {
                    break;
                }
            }
            Some(Item::Status(status)) => {
                let _ = writeln!(std::io::stderr(), "{status}");
                let incomplete = matches!(
                    status,
                    Status::Continuity {
                        continuity: Continuity::Gap { .. } | Continuity::Unknown,
                        ..
                    } | Status::Lagged { .. }
                );
                if incomplete && is_strict {
                    return Err(Failure::Incomplete(status.to_string()));
                }
            }
        }
    }
    client.close().await;
    Ok(())
}

/// Refuses what leads to no WebSocket. Repeats nothing behind the scheme, where a token may be.
fn check_url(url: &str) -> Result<(), Failure> {
    match url.split_once("://") {
        Some(("ws" | "wss", _)) => Ok(()),
        Some((other, _)) => Err(usage(format_args!(
            "--url {other}://…: expected ws://HOST:PORT or wss://HOST:PORT"
        ))),
        None => Err(usage("--url: expected ws://HOST:PORT or wss://HOST:PORT")),
    }
}

/// Fails where no file can be kept, before an event is printed that it would have to remember.
fn check_cursor_file(file: &Path) -> Result<(), anyhow::Error> {
    let failure = || format!("--cursor-file: cannot write {}", file.display());
    let name = file.file_name().with_context(failure)?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}", std::process::id()));
    // A new file takes the old one's place with every event, so the folder has to take it.
    let beside = file.with_file_name(beside);
    fs::File::create(&beside).with_context(failure)?;
    fs::remove_file(&beside).with_context(failure)
}

/// Returns whether somebody still reads.
fn print(form: &Form, event: &Event) -> bool {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", form.line(event)).and_then(|()| out.flush()).is_ok()
}

fn form(matches: &ArgMatches) -> Result<Form, Failure> {
    if matches.get_flag("json") {
        return Ok(Form::Json);
    }
    if let Some(template) = matches.get_one::<String>("template") {
        for rest in template.split('{').skip(1) {
            let name = rest.split('}').next().unwrap_or_default();
            if !NAMES.contains(&name) {
                let names = NAMES.join(", ");
                let problem = format!("--template: there is no {{{name}}}; use {names}");
                return Err(usage(problem));
            }
        }
        return Ok(Form::Template(template.clone()));
    }
    let is_wanted = matches.get_flag("pretty") || std::io::stdout().is_terminal();
    Ok(Form::Pretty { colours: is_wanted && !no_color() })
}

/// Applies the flags that filter blocks: the builders of two topics have the same methods.
macro_rules! filtered {
    ($matches:expr, $builder:expr) => {{
        let matches = $matches;
        let mut builder = $builder;
        let (least, most) = amounts(matches)?;
        if let Some(least) = least {
            builder = builder.min_amount(least);
        }
        if let Some(most) = most {
            builder = builder.max_amount(most);
        }
        let own = accounts(matches, "account")?;
        if !own.is_empty() {
            builder = builder.accounts(own);
        }
        let others = accounts(matches, "counterparty")?;
        if !others.is_empty() {
            builder = builder.counterparties(others);
        }
        let representatives = accounts(matches, "representative")?;
        if !representatives.is_empty() {
            builder = builder.representatives(representatives);
        }
        let hashes: Vec<BlockHash> = many(matches, "hash", "64 hex digits")?;
        if !hashes.is_empty() {
            builder = builder.hashes(hashes);
        }
        let subtypes = matches.get_many::<String>("subtype").into_iter().flatten();
        let subtypes = subtypes
            .map(|word| {
                SubtypeWord::named(word).ok_or_else(|| {
                    usage(format_args!(
                        "--subtype {word}: expected send, receive, open, change or epoch"
                    ))
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        if !subtypes.is_empty() {
            builder = builder.subtypes(subtypes);
        }
        if let Some(word) = matches.get_one::<String>("direction") {
            let direction = Direction::named(word).ok_or_else(|| {
                usage(format_args!("--direction {word}: expected incoming or outgoing"))
            })?;
            builder = builder.direction(direction);
        }
        builder
    }};
}
fn subscriptions(matches: &ArgMatches) -> Result<Vec<Subscription>, Failure> {
    let since = matches.get_one::<String>("since");
    let place = "a cursor as in 5e1fa0b3-1042, time: and milliseconds since 1970, or oldest";
    let since: Option<Since> = since.map(|text| parsed("--since", text, place)).transpose()?;
    let topics = matches.get_many::<String>("topic").into_iter().flatten();
    topics
        .map(|name| {
            let subscription = match name.parse().unwrap_or(Topic::Confirmation) {
                Topic::Confirmation => {
                    let all = filtered!(matches, Confirmations::new().include_linked_account(true));
                    all.into()
                }
                Topic::NewUnconfirmedBlock => filtered!(matches, UnconfirmedBlocks::new()).into(),
                Topic::Vote => match accounts(matches, "representative")? {
                    representatives if representatives.is_empty() => Votes::new().into(),
                    representatives => Votes::new().representatives(representatives).into(),
                },
                topic => Subscription::from(topic),
            };
            Ok(match since {
                Some(since) => Subscription::since(subscription, since),
                None => subscription,
            })
        })
        .collect()
}

/// `--min-amount` and `--max-amount`.
fn amounts(matches: &ArgMatches) -> Result<(Option<Amount>, Option<Amount>), Failure> {
    let one = |name: &str| {
        let text = matches.get_one::<String>(name);
        text.map(|text| amount(&format!("--{name}"), text)).transpose()
    };
    let (least, most) = (one("min-amount")?, one("max-amount")?);
    match (least, most) {
        (Some(min), Some(max)) if min > max => Err(usage(format_args!(
            "--min-amount: {} BAN is more than --max-amount, {} BAN, so that nothing could pass",
            min.ban(),
            max.ban()
        ))),
        both => Ok(both),
    }
}

fn accounts(matches: &ArgMatches, name: &str) -> Result<Vec<Account>, Failure> {
    many(matches, name, "ban_ and its 60 characters")
}

fn many<T: std::str::FromStr>(
    matches: &ArgMatches,
    name: &str,
    right: &str,
) -> Result<Vec<T>, Failure> {
    let texts = matches.get_many::<String>(name).into_iter().flatten();
    texts.map(|text| parsed(&format!("--{name}"), text, right)).collect()
}
