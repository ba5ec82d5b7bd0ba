//! The `banano-ws` program: reads what is wanted, runs it, and says why it ended.
//!
//! Called by people and scripts. Knows all crates and joins them; the work is theirs. Errors become a
//! line and an exit code here and nowhere else: 0 a clean end, 1 a failure, 2 wrong usage.

mod age;
mod cli;
mod failure;

mod settings;

mod banner;
mod config_out;
mod listen;
mod logs;
mod run;
mod signals;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use age::Age;
use cli::{CONFIG_VARIABLE, GivenFlags, Invocation};
use failure::Failure;
use settings::{Problem, Resolved};

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
        Invocation::Config { given } => {
            print(&settings::report(&resolved(given)?));
            Ok(())
        }
        Invocation::Check { file } => {
            check(&file)?;
            print(&format!("{}: no problems\n", file.display()));
            Ok(())
        }
    }
}

/// The settings of all sources. A file named by a flag wins over one named by the variable.
fn resolved(given: GivenFlags) -> Result<Resolved, Failure> {
    let file = given.file.or_else(|| std::env::var_os(CONFIG_VARIABLE).map(PathBuf::from));
    let mut problems = Vec::new();
    let mut layers = match file.filter(|file| !file.as_os_str().is_empty()) {
        Some(file) => settings::of_file(&file).unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        }),
        None => Vec::new(),
    };
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
    });
    let (environment, unknown) = settings::of_environment(variables, &[CONFIG_VARIABLE]);
    for name in unknown {
        let _ = writeln!(
            std::io::stderr(),
            "warning: {name} sets nothing; `banano-ws config` lists the settings"
        );
    }
    layers.extend(environment);
    layers.extend(given.layers);
    match settings::resolve(layers) {
        Ok(resolved) if problems.is_empty() => Ok(resolved),
        Ok(_) => Err(problems.into()),
        Err(more) => Err(problems.into_iter().chain(more).collect::<Vec<_>>().into()),
    }
}

fn check(file: &Path) -> Result<(), Vec<Problem>> {
    let layers = settings::of_file(file).map_err(|problem| vec![problem])?;
    settings::resolve(layers).map(drop)
}

/// Prints to standard output; whoever closed it does not want the rest.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
