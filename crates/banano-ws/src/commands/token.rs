//! `banano-ws token`: makes tokens for clients, and the lines that let a server know them.

use std::io::Write as _;

use banano_ws_server::TokenHash;
use clap::{Arg, ArgMatches, Command};

use super::{text, usage};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  banano-ws token new shop                    a token, and its entry for the file of tokens
  banano-ws token new shop --class partner    the same with the limits of a class
  banano-ws token hash < token                the hash of a token that is there already

The file holds hashes only: who reads it gets no token. Start a server with --tokens FILE, send it
SIGHUP after a change. A client shows its token as `Authorization: Bearer TOKEN`, or as
`?api=TOKEN` in the URL. docs/limits.md has all that a class can say.";

const NEW_EXAMPLES: &str = "\
Examples:
  banano-ws token new shop
  banano-ws token new shop --class partner
  banano-ws token new shop | tee /dev/tty | sed 1,2d >> tokens.toml
                                              all of it to read, and the entry into the file

On standard output: the token alone on the first line, an empty line, the entry.";

const HASH_EXAMPLES: &str = "\
Examples:
  banano-ws token hash < token
  printf %s \"$TOKEN\" | banano-ws token hash";

/// Random bytes in a token.
const TOKEN_BYTES: usize = 32;

/// What tokens of ours begin with, so that a person, or a scanner of leaked secrets, knows one.
const MARK: &str = "bws_";

pub(super) fn command() -> Command {
    Command::new("token")
        .about("Makes tokens for clients of a server, and the hashes that it knows them by")
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .subcommand(
            Command::new("new")
                .about("Makes a token and prints it, with its entry for the file of tokens")
                .arg(
                    Arg::new("name")
                        .value_name("NAME")
                        .required(true)
                        .help("How the token is called in the file and in the log"),
                )
                .arg(
                    Arg::new("class")
                        .long("class")
                        .value_name("CLASS")
                        .help("Which limits it has, by a [class.CLASS] of the file"),
                )
                .after_help(NEW_EXAMPLES),
        )
        .subcommand(
            Command::new("hash")
                .about("Prints the hash of a token that it reads from standard input")
                .after_help(HASH_EXAMPLES),
        )
        .after_help(EXAMPLES)
}

pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    if let Some(("new", matches)) = matches.subcommand() {
        let class = matches.get_one::<String>("class");
        let token = new_token(&rand::random());
        let entry = entry(text(matches, "name"), class.map(String::as_str), &token)?;
        // The secret alone on the first line, for scripts.
        let _ = write!(std::io::stdout(), "{token}\n\n{entry}");
        return Ok(());
    }
    let token = std::io::read_to_string(std::io::stdin()).map_err(anyhow::Error::from)?;
    let token = token.trim();
    if token.is_empty() {
        return Err(usage("standard input: expected a token"));
    }
    let _ = writeln!(std::io::stdout(), "{}", TokenHash::of(token));
    Ok(())
}

fn new_token(bytes: &[u8; TOKEN_BYTES]) -> String {
    use std::fmt::Write as _;
    let mut token = MARK.to_owned();
    for byte in bytes {
        let _ = write!(token, "{byte:02x}");
    }
    token
}

/// The entry for the file of tokens.
fn entry(name: &str, class: Option<&str>, token: &str) -> Result<String, Failure> {
    let is_plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    for (what, text) in [("NAME", Some(name)), ("--class", class)] {
        if let Some(text) = text.filter(|text| !is_plain(text)) {
            return Err(usage(format_args!(
                "{what} {text:?}: expected letters, digits, - _ and ."
            )));
        }
    }
    let class = class.map_or_else(String::new, |class| format!("class = \"{class}\"\n"));
    Ok(format!("[[token]]\nname = \"{name}\"\n{class}hash = \"{}\"\n", TokenHash::of(token)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_the_hash_and_not_the_token() {
        let token = new_token(&[7; TOKEN_BYTES]);
        assert_eq!(token.len(), MARK.len() + 2 * TOKEN_BYTES);
        let entry = entry("shop", Some("partner"), &token).unwrap();
        let hash = TokenHash::of(&token);
        assert_eq!(
            entry,
            format!("[[token]]\nname = \"shop\"\nclass = \"partner\"\nhash = \"{hash}\"\n")
        );
        assert!(!entry.contains(&token));
    }

    #[test]
    fn a_name_cannot_break_the_file() {
        for name in ["", "a b", "a\"b", "a\nb"] {
            assert!(entry(name, None, "t").is_err(), "{name:?}");
            assert!(entry("a", Some(name), "t").is_err(), "{name:?}");
        }
    }
}
