//! Commands that are clients: they talk to a server, or to nobody, and end.
//!
//! Called by `main`. Each has a file with its words and its work. None starts a network.

mod amount;
mod line;

mod account;
mod bench;
mod convert;
mod faucet;
mod journal;
mod listen;
mod man;
mod pay;
mod token;
mod verify;

use std::future::Future;

use anyhow::Context as _;
use clap::{Arg, ArgMatches, Command};

use crate::failure::Failure;

/// The words of all of them.
pub(crate) fn commands() -> [Command; 11] {
    [
        listen::command(),
        pay::command(),
        faucet::command(),
        account::command(),
        convert::command(),
        verify::command(),
        bench::command(),
        journal::command(),
        token::command(),
        man::completions(),
        man::man(),
    ]
}

/// Does what a command says.
pub(crate) fn run(name: &str, matches: &ArgMatches) -> Result<(), Failure> {
    match name {
        "listen" => block_on(listen::run(matches)),
        "pay" => block_on(pay::run(matches)),
        "faucet" => block_on(faucet::run(matches)),
        "account" => account::run(matches),
        "convert" => convert::run(matches),
        "verify" => verify::run(matches),
        "token" => token::run(matches),
        "bench" => block_on(bench::run(matches)),
        "journal" => journal::run(matches),
        "completions" => {
            man::print_completions(matches);
            Ok(())
        }
        _ => man::print_man(),
    }
}

fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let outcome = runtime.block_on(work);
    runtime.shutdown_background();
    outcome
}

/// The variable that names the server to listen to.
pub(crate) const URL_VARIABLE: &str = "BANANO_WS_URL";
/// The variable that names the RPC to pay by.
pub(crate) const RPC_URL_VARIABLE: &str = "BANANO_WS_RPC_URL";

/// Where the WebSocket is.
fn url_arg() -> Arg {
    Arg::new("url")
        .long("url")
        .value_name("URL")
        .env(URL_VARIABLE)
        .hide_env_values(true)
        .default_value("ws://127.0.0.1:7074")
        .help("Server to listen to, ws:// or wss://; a node, a gateway or this program")
}

/// Where the RPC is.
fn rpc_arg() -> Arg {
    Arg::new("rpc")
        .long("rpc")
        .value_name("URL")
        .env(RPC_URL_VARIABLE)
        .hide_env_values(true)
        .default_value("http://127.0.0.1:7072")
        .help("Node RPC of the dev network")
}

/// A required or defaulted argument as text.
fn text<'m>(matches: &'m ArgMatches, name: &str) -> &'m str {
    matches.get_one::<String>(name).map_or("", String::as_str)
}

/// A failure of what was typed.
fn usage(problem: impl std::fmt::Display) -> Failure {
    Failure::Usage(vec![problem.to_string()])
}

/// Reads an argument, or says what would be right.
fn parsed<T: std::str::FromStr>(name: &str, text: &str, right: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| usage(format_args!("{name} {text}: expected {right}")))
}
