//! `banano-ws pay`: sends from an account of a dev network, whose keys are public.

use std::io::Write as _;

use anyhow::{Context as _, anyhow};
use banano_primitives::{Account, Amount, Block, BlockHash, Body, KeyPair, Seed, StateBlock, Work};
use banano_ws_client::Rpc;
use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use super::amount::payment;
use super::{parsed, rpc_arg, text, usage};
use crate::failure::Failure;
use crate::settings::Settings;

const EXAMPLES: &str = "\
Examples:
  banano-ws pay 1.5 --from '#0' --to '#1'
  banano-ws pay 19 --from '#3' --to ban_1…

Accounts of the dev network are #0, #1, … Prints the hash of the send. Keys of this
network are public: this is for tests, and refuses nothing that a real wallet would.";

pub(super) fn command() -> Command {
    Command::new("pay")
        .about("Sends from one account of a dev network to any account")
        .arg(Arg::new("amount").value_name("AMOUNT").required(true).help("How much, in BAN"))
        .arg(
            Arg::new("from")
                .long("from")
                .value_name("#N")
                .default_value("#0")
                .help("Who pays: a funded account by its number"),
        )
        .arg(
            Arg::new("to")
                .long("to")
                .value_name("ACCOUNT")
                .required(true)
                .help("Who is paid: an account, or #N"),
        )
        .arg(seed_arg())
        .arg(rpc_arg())
        .after_help(EXAMPLES)
}

/// The seed of the network's accounts.
pub(super) fn seed_arg() -> Arg {
    Arg::new("seed")
        .long("seed")
        .value_name("HEX")
        .env("BANANO_WS_SEED")
        .hide_env_values(true)
        .help("Seed of the dev network [default: the public one]")
}

pub(super) fn seed(matches: &ArgMatches) -> Result<Seed, Failure> {
    match matches.get_one::<String>("seed") {
        Some(text) => parsed("--seed", text, "64 hexadecimal digits"),
        None => Ok(Settings::default().seed.0),
    }
}

/// `#N` or an account.
pub(super) fn account(name: &str, text: &str, seed: &Seed) -> Result<Account, Failure> {
    match text.strip_prefix('#') {
        Some(_) => Ok(key(name, text, seed)?.account()),
        None => parsed(name, text, "ban_ and its 60 characters, or #0, #1, …"),
    }
}

fn key(name: &str, text: &str, seed: &Seed) -> Result<KeyPair, Failure> {
    let number = text.strip_prefix('#').and_then(|number| number.parse().ok());
    let number: u32 = number.ok_or_else(|| {
        usage(format_args!("{name} {text}: expected the number of an account, as in '#0'"))
    })?;
    Ok(seed.key_pair(number))
}

pub(super) async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let seed = seed(matches)?;
    let key = key("--from", text(matches, "from"), &seed)?;
    let to = account("--to", text(matches, "to"), &seed)?;
    let amount = payment("AMOUNT", text(matches, "amount"))?;
    let rpc =
        Rpc::new(text(matches, "rpc")).map_err(|error| usage(format_args!("--rpc {error}")))?;
    let hash = send(&rpc, &key, to, amount).await?;
    let _ = writeln!(std::io::stdout(), "{hash}");
    Ok(())
}

async fn send(
    rpc: &Rpc,
    key: &KeyPair,
    to: Account,
    amount: Amount,
) -> Result<String, anyhow::Error> {
    let account = key.account();
    let info = rpc
        .call(&json!({
            "action": "account_info", "account": account.to_string(), "representative": "true",
        }))
        .await?;
    let balance: Amount = member(&info, "balance")?;
    let left = balance.checked_sub(amount).ok_or_else(|| {
        anyhow!("{account} has {} BAN, less than {}", balance.ban(), amount.ban())
    })?;
    let state = StateBlock {
        account,
        previous: member::<BlockHash>(&info, "frontier")?,
        representative: member(&info, "representative")?,
        balance: left,
        link: to.into(),
    };
    let block = Block::signed(Body::State(state), key, Work::default());
    let mut block = serde_json::to_value(&block).context("cannot write the block")?;
    if let Some(block) = block.as_object_mut() {
        block.remove("work"); // The node makes it.
    }
    let request = json!({
        "action": "process", "json_block": "true", "subtype": "send", "do_work": true,
        "block": block,
    });
    let answer = rpc.call(&request).await?;
    member(&answer, "hash")
}

fn member<T: std::str::FromStr<Err: std::fmt::Display>>(
    answer: &Value,
    name: &str,
) -> Result<T, anyhow::Error> {
    let text = answer.get(name).and_then(Value::as_str).unwrap_or_default();
    text.parse().map_err(|error| anyhow!("the node's `{name}` is {text:?}: {error}"))
}
