//! Wrong usage: a line that says what would be right, and exit code 2.

use crate::program::{output, program, stderr, stdout, text};

#[test]
fn rows_of_wrong_flags() {
    let rows: [(&[&str], &str); 16] = [
        (&["--nodes", "0"], "--nodes: 0 is not possible, a dev network has 1 to 32"),
        (&["--nodes", "many"], "--nodes many: expected a whole number from 1 to 32"),
        (&["--nodes", "-1"], "--nodes -1: expected a whole number from 1 to 32"),
        (&["--accounts", "10001"], "--accounts: 10001 is not possible"),
        (&["--balance", "0"], "--balance: 0 is not possible"),
        (&["--balance", "1,5"], "--balance 1,5: expected an amount of BAN, as in 1000 or 0.19"),
        (&["--balance", "9999999999"], "--balance 9999999999: expected an amount of BAN"),
        (&["--balance", "1000000000"], "--balance: 1000000000.0 BAN for each of 10 accounts"),
        (&["--seed", "abc"], "--seed abc: expected 64 hexadecimal digits"),
        (&["--activity", "0"], "--activity: 0 blocks a second is not possible"),
        (&["--confirm", "later"], "--confirm later: expected instant, after:MS, manual or never"),
        (&["--work", "none"], "--work none: expected dev or live"),
        (&["--listen", "here"], "--listen here: expected HOST:PORT"),
        (&["--rpc-listen", "127.0.0.1:7074"], "--rpc-listen: 127.0.0.1:7074 is taken by `listen`"),
        (&["--reset"], "--reset: there is nothing to delete without a folder, add --data DIR"),
        (&["--config", "/missing.toml"], "/missing.toml: "),
    ];
    for (arguments, want) in rows {
        let ended = output(&mut program(arguments));
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}");
        let errors = stderr(&ended);
        assert!(errors.starts_with(&format!("error: {want}")), "{arguments:?}: {errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
        assert_eq!(stdout(&ended), "");
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let ended = output(
        program(&["--nodes", "x", "--seed", "y"])
            .env("BANANO_WS_WORK", "z")
            .env("BANANO_WS_TYPO", "1"),
    );
    assert_eq!(ended.status.code(), Some(2));
    assert_eq!(
        stderr(&ended).lines().collect::<Vec<_>>(),
        [
            "warning: BANANO_WS_TYPO sets nothing; `banano-ws config` lists the settings",
            "error: BANANO_WS_WORK=z: expected dev or live",
            "error: --seed y: expected 64 hexadecimal digits",
            "error: --nodes x: expected a whole number from 1 to 32",
        ]
    );
}

#[test]
fn what_does_not_exist_is_refused_with_what_might_be_meant() {
    for (arguments, part) in [
        (&["--node", "2"][..], "--nodes"),
        (&["dance"], "unrecognized subcommand"),
        (&["config", "chek"], "check"),
        (&["-q", "-v"], "cannot be used with"),
    ] {
        let ended = output(&mut program(arguments));
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}");
        let errors = stderr(&ended);
        assert!(errors.contains(part), "{arguments:?}: {errors}");
    }
}

#[test]
fn a_file_is_checked_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.toml");
    std::fs::write(&path, "nodes = 0\nseeds = \"ab\"\n[rpc]\nnesting_max = \"deep\"\n").unwrap();
    let path = text(&path);
    let ended = output(&mut program(&["config", "check", path]));
    assert_eq!(ended.status.code(), Some(2));
    assert_eq!(
        stderr(&ended).lines().collect::<Vec<_>>(),
        [
            format!("error: {path}: rpc.nesting_max = \"deep\": expected a whole number"),
            format!("error: {path}: there is no setting `seeds`; `banano-ws config` lists them"),
            format!("error: {path}: nodes: 0 is not possible, a dev network has 1 to 32"),
        ]
    );
    std::fs::write(path, "nodes = 2\n").unwrap();
    let ended = output(&mut program(&["config", "check", path]));
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(stdout(&ended), format!("{path}: no problems\n"));
}

#[test]
fn quiet_is_quiet() {
    // Nothing is printed that could be waited for, so it is asked to end by a port in use.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = output(&mut program(&["-q", "--listen", &address, "--rpc-listen", "127.0.0.1:0"]));
    assert_eq!(stdout(&ended), "");
    assert_eq!(stderr(&ended).lines().count(), 1);
}
