//! `banano-ws account`: keys and accounts, without any server.

use std::io::Write as _;

use banano_primitives::{Account, KeyPair, PrivateKey, Seed};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::{text, usage};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  banano-ws account ban_3…                         is it one? and its public key
  banano-ws account PUBLIC_KEY                     the account of a public key
  banano-ws account --seed - --index 3 < seed      keys that follow from a seed
  banano-ws account --new                          a new seed and its first account

Secrets are read from standard input with -, so that no other user sees them. Keys of a
seed are derived as all Banano wallets do. Nothing leaves this machine.";

pub(super) fn command() -> Command {
    Command::new("account")
        .about("Shows accounts, public keys and what follows from a seed; needs no server")
        .arg(
            Arg::new("account")
                .value_name("ACCOUNT|PUBLIC_KEY")
                .help("An account in any spelling, or a public key of 64 hex digits"),
        )
        .arg(
            Arg::new("seed")
                .long("seed")
                .value_name("HEX|-")
                .help("Derive from this seed; - reads it from standard input"),
        )
        .arg(
            Arg::new("key")
                .long("key")
                .value_name("HEX|-")
                .help("The account of this private key; - reads it from standard input"),
        )
        .arg(
            Arg::new("index")
                .long("index")
                .value_name("N")
                .default_value("0")
                .value_parser(value_parser!(u32))
                .conflicts_with_all(["account", "key"])
                .help("Which account of the seed"),
        )
        .arg(Arg::new("new").long("new").action(ArgAction::SetTrue).help("Make a new seed"))
        .group(clap::ArgGroup::new("what").args(["account", "seed", "key", "new"]).required(true))
        .after_help(EXAMPLES)
}

pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let index = matches.get_one("index").copied().unwrap_or(0);
    if matches.get_flag("new") {
        let seed = Seed::from_bytes(rand::random());
        let _ = writeln!(std::io::stdout(), "seed         {}", seed.text());
        show_key(&seed.key_pair(index));
    } else if let Some(given) = matches.get_one::<String>("seed") {
        let seed: Seed = secret("--seed", given)?;
        show_key(&seed.key_pair(index));
    } else if let Some(given) = matches.get_one::<String>("key") {
        show_key(&KeyPair::from(secret::<PrivateKey>("--key", given)?));
    } else {
        let given = text(matches, "account");
        let account = match Account::decode(given) {
            Ok((_, account)) => account,
            Err(error) => Account::from_hex(given).map_err(|_| {
                usage(format_args!("{given}: {error}; nor is it a public key of 64 hex digits"))
            })?,
        };
        show(&account);
    }
    Ok(())
}

/// Never repeated in an error: it is a secret.
fn secret<T: std::str::FromStr>(name: &str, given: &str) -> Result<T, Failure> {
    let text = match given {
        "-" => std::io::read_to_string(std::io::stdin()).map_err(anyhow::Error::from)?,
        given => given.to_owned(),
    };
    text.trim().parse().map_err(|_| usage(format_args!("{name}: expected 64 hexadecimal digits")))
}

fn show_key(key: &KeyPair) {
    let _ = writeln!(std::io::stdout(), "private key  {}", key.private_key().text());
    show(&key.account());
}

fn show(account: &Account) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "public key   {}", account.hex());
    let _ = writeln!(out, "account      {account}");
}
