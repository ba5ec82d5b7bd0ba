//! `banano-ws completions` and `banano-ws man`: the command line in other forms.

use std::io::Write as _;

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use crate::cli;
use crate::failure::Failure;

pub(super) fn completions() -> Command {
    Command::new("completions")
        .about("Prints completions for a shell")
        .arg(
            Arg::new("shell")
                .value_name("SHELL")
                .required(true)
                .value_parser(value_parser!(Shell))
                .help("Which shell"),
        )
        .after_help(
            "Examples:\n  banano-ws completions bash > ~/.local/share/bash-completion/completions/banano-ws\n  \
             banano-ws completions fish > ~/.config/fish/completions/banano-ws.fish",
        )
}

pub(super) fn man() -> Command {
    Command::new("man")
        .about("Prints the manual page")
        .after_help("Examples:\n  banano-ws man > ~/.local/share/man/man1/banano-ws.1")
}

pub(super) fn print_completions(matches: &ArgMatches) {
    if let Some(shell) = matches.get_one::<Shell>("shell") {
        let mut text = Vec::new();
        clap_complete::generate(*shell, &mut cli::command(), "banano-ws", &mut text);
        let _ = std::io::stdout().write_all(&text);
    }
}

pub(super) fn print_man() -> Result<(), Failure> {
    let mut text = Vec::new();
    let command = cli::command();
    clap_mangen::Man::new(command.clone()).render(&mut text).map_err(anyhow::Error::from)?;
    for command in command.get_subcommands() {
        let title = format!("banano-ws-{}", command.get_name());
        let page = clap_mangen::Man::new(command.clone().name(title));
        for part in [
            clap_mangen::Man::render_name_section,
            clap_mangen::Man::render_description_section,
            clap_mangen::Man::render_options_section,
            clap_mangen::Man::render_extra_section,
        ] {
            part(&page, &mut text).map_err(anyhow::Error::from)?;
        }
    }
    let _ = std::io::stdout().write_all(&text);
    Ok(())
}
