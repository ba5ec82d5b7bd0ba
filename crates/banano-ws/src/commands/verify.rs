//! `banano-ws verify`: a block's hash, signature and work, without any server.

use std::io::Write as _;

use anyhow::Context as _;
use banano_primitives::{Account, Block, Network};
use clap::{Arg, ArgMatches, Command};

use super::{parsed, text, usage};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  banano-ws verify block.json
  banano-ws listen --json --count 1 | jq .message.block | banano-ws verify - --network dev

Exit codes: 0 everything is right, 1 something is wrong with the block, 2 wrong usage.
What this cannot see: whether the block was confirmed.";

pub(super) fn command() -> Command {
    Command::new("verify")
        .about("Checks hash, signature and work of a block; needs no server")
        .arg(
            Arg::new("block")
                .value_name("FILE|-")
                .required(true)
                .help("A block as JSON; - reads standard input"),
        )
        .arg(
            Arg::new("account")
                .long("account")
                .value_name("ACCOUNT")
                .help("Whose block it is, for legacy blocks, which do not say"),
        )
        .arg(
            Arg::new("hash")
                .long("hash")
                .value_name("HASH")
                .help("The hash that the block is said to have"),
        )
        .arg(
            Arg::new("network")
                .long("network")
                .value_name("NAME")
                .default_value("live")
                .value_parser(Network::NAMES)
                .help("Whose work threshold counts"),
        )
        .after_help(EXAMPLES)
}

pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let file = text(matches, "block");
    let source = match file {
        "-" => std::io::read_to_string(std::io::stdin()).context("cannot read standard input")?,
        file => std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?,
    };
    let block: Block = serde_json::from_str(&source)
        .map_err(|error| usage(format_args!("{file}: no block: {error}")))?;
    let given: Option<Account> = match matches.get_one::<String>("account") {
        Some(text) => Some(parsed("--account", text, "ban_ and its 60 characters")?),
        None => None,
    };
    let owner = given
        .or_else(|| block.account())
        .ok_or_else(|| usage("--account: a legacy block does not say whose it is, so say it"))?;
    let network = Network::by_name(text(matches, "network")).unwrap_or_else(Network::live);
    let wanted = network.thresholds.entry_of(&block);
    let mut problems = Vec::new();
    if block.account().is_some_and(|account| account != owner) {
        problems.push("it is another account's".to_owned());
    }
    if let Some(hash) = matches.get_one::<String>("hash")
        && !hash.eq_ignore_ascii_case(&block.hash().to_string())
    {
        problems.push(format!("its hash is not {hash}"));
    }
    if !block.is_signed_by(&owner) {
        problems.push(format!("{owner} has not signed it"));
    }
    if block.difficulty() < wanted {
        problems.push(format!(
            "work is {}, less than {wanted} of {}",
            block.difficulty(),
            network.name
        ));
    }
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "hash       {}", block.hash());
    let _ = writeln!(out, "account    {owner}");
    let _ = writeln!(out, "work       {} (at least {wanted})", block.difficulty());
    if problems.is_empty() {
        let _ = writeln!(out, "signature, hash and work are right");
        return Ok(());
    }
    Err(Failure::Failed(anyhow::anyhow!("{}", problems.join("; "))))
}
