//! `banano-ws faucet`: a gift of the dev network's genesis account.

use std::io::Write as _;

use banano_ws_client::Rpc;
use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use super::amount::payment;
use super::pay::{account, seed, seed_arg};
use super::{rpc_arg, text, usage};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  banano-ws faucet ban_1…                          1 BAN
  banano-ws faucet '#0' 1000";

pub(super) fn command() -> Command {
    Command::new("faucet")
        .about("Lets a dev network pay any account, out of nothing")
        .arg(
            Arg::new("account")
                .value_name("ACCOUNT")
                .required(true)
                .help("Who is paid: an account, or #N"),
        )
        .arg(Arg::new("amount").value_name("AMOUNT").default_value("1").help("How much, in BAN"))
        .arg(seed_arg())
        .arg(rpc_arg())
        .after_help(EXAMPLES)
}

pub(super) async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let to = account("ACCOUNT", text(matches, "account"), &seed(matches)?)?;
    let amount = payment("AMOUNT", text(matches, "amount"))?;
    let rpc =
        Rpc::new(text(matches, "rpc")).map_err(|error| usage(format_args!("--rpc {error}")))?;
    let request = json!({
        "action": "dev_faucet", "account": to.to_string(), "amount": amount.to_string(),
    });
    let answer = rpc.call(&request).await.map_err(anyhow::Error::from)?;
    let hash = answer.get("hash").and_then(Value::as_str).unwrap_or_default();
    let _ = writeln!(std::io::stdout(), "{hash}");
    Ok(())
}
