//! The `banano-ws` program: reads what is wanted, runs it, and says why it ended.
//!
//! Called by people and scripts. Knows all crates and joins them; the work is theirs. Errors become a
//! line and an exit code here and nowhere else: 0 a clean end, 1 a failure, 2 wrong usage, 3 events may
//! be missing.

mod age;
mod cli;
mod commands;
mod failure;

mod settings;

mod banner;
mod config_out;
mod edge;
mod front;
mod listen;
mod logs;
mod operators;
mod publish;
mod reload;
mod run;
mod serve;
mod service;
mod signals;
mod systemd;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use age::Age;
use cli::{CONFIG_VARIABLE, GivenFlags, Invocation};
use commands::{RPC_URL_VARIABLE, URL_VARIABLE};
use failure::Failure;
use settings::{Resolved, Sources};

/// Variables of ours that are no settings.
const OTHER_VARIABLES: [&str; 3] = [CONFIG_VARIABLE, URL_VARIABLE, RPC_URL_VARIABLE];

fn main() -> ExitCode {
    let age = Age::begin();
    let invocation = match cli::parse(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(error) => {
            // Help and version are no errors; clap knows which stream and code each text needs.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match invoke(invocation, age) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "{failure}");
            failure.code()
        }
    }
}

fn invoke(invocation: Invocation, age: Age) -> Result<(), Failure> {
    match invocation {
        Invocation::Dev { given, reset } => run::dev_network(&resolved(given)?, reset, age),
        Invocation::Serve { given } => serve::serve(&resolved(given)?, age),
        Invocation::Edge { given } => edge::serve(&resolved(given)?, age),
        Invocation::Config { given } => {
            print(&settings::report(&resolved(given)?));
            Ok(())
        }
        Invocation::Client { name, matches } => commands::run(&name, &matches),
        Invocation::Check { file } => {
            check(file.clone())?;
            print(&format!("{}: no problems\n", file.display()));
            Ok(())
        }
    }
}

/// The settings of all sources. A file named by a flag wins over one named by the variable.
fn resolved(given: GivenFlags) -> Result<Resolved, Failure> {
    let file = given.file.or_else(|| std::env::var_os(CONFIG_VARIABLE).map(PathBuf::from));
    let file = file.filter(|file| !file.as_os_str().is_empty());
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
    });
    let (mut layers, unknown) = settings::of_environment(variables, &OTHER_VARIABLES);
    for name in unknown {
        let _ = writeln!(
            std::io::stderr(),
            "warning: {name} sets nothing; `banano-ws config` lists the settings"
        );
    }
    layers.extend(given.layers);
    Ok(Sources { file, layers }.resolve()?)
}

/// Checks a file, and then those that it names.
fn check(file: PathBuf) -> Result<(), Failure> {
    let resolved = Sources { file: Some(file), layers: Vec::new() }.resolve()?;
    let mut problems = resolved.settings.websocket().check_files();
    problems.extend(serve::check_files(&resolved.settings));
    if let Some(warning) = operators::warning(&resolved.settings) {
        let _ = writeln!(std::io::stderr(), "warning: {warning}");
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::Usage(problems)) }
}

/// Prints to standard output; whoever closed it does not want the rest.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
