//! The words of the command line.

use crate::program::{output, program, stdout};

fn help(arguments: &[&str]) -> String {
    let ended = output(program(arguments).env("COLUMNS", "100"));
    assert_eq!(ended.status.code(), Some(0), "{arguments:?}");
    stdout(&ended)
}

#[test]
fn the_version_is_that_of_the_package() {
    assert_eq!(help(&["--version"]), concat!("banano-ws ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(help(&["-V"]), help(&["--version"]));
}

#[test]
fn the_program_explains_itself() {
    insta::assert_snapshot!(help(&["--help"]));
    insta::assert_snapshot!(help(&["dev", "--help"]));
}

#[test]
fn settings_are_explained() {
    insta::assert_snapshot!(help(&["config", "--help"]));
    insta::assert_snapshot!(help(&["config", "check", "--help"]));
    insta::assert_snapshot!(help(&["config"]));
}

#[test]
fn commands_that_are_clients_are_explained() {
    let commands = ["listen", "pay", "faucet", "account", "convert", "verify", "bench", "journal"];
    for command in commands {
        insta::assert_snapshot!(format!("help_of_{command}"), help(&[command, "--help"]));
    }
    for command in ["info", "export", "tail"] {
        let name = format!("help_of_journal_{command}");
        insta::assert_snapshot!(name, help(&["journal", command, "--help"]));
    }
}
