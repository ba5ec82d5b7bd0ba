//! The commands that are clients, as people and scripts call them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::program::{Running, output, post, program, stderr, stdout, text};
use crate::relay::{Manner, Relay};

/// A `listen` whose lines are read as they come.
struct Listener {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    errors: BufReader<std::process::ChildStderr>,
}

impl Listener {
    /// Returns once it is connected; subscribing is under way.
    fn start(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let errors = BufReader::new(child.stderr.take().unwrap());
        let mut listener = Self { child, lines, errors };
        assert!(listener.error().starts_with("connected to "));
        listener
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn error(&mut self) -> String {
        let mut line = String::new();
        self.errors.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pay(network: &Running, arguments: &[&str]) -> String {
    let ended = output(program(&["pay", "--rpc", network.labelled("RPC")]).args(arguments));
    assert_eq!(ended.status.code(), Some(0), "{}", stderr(&ended));
    stdout(&ended).trim().to_owned()
}

/// Waits until somebody has subscribed: a listener says nothing of it, so it is sent what it sees.
fn until_listened(network: &Running, listener: &mut Listener) {
    let rpc = network.labelled("RPC");
    let account = network.labelled("#9 ").to_owned();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while let Err(std::sync::mpsc::TryRecvError::Empty) = stopped.try_recv() {
                post(rpc, &format!(r#"{{"action":"dev_faucet","account":"{account}"}}"#));
            }
        });
        listener.line();
        drop(stop);
    });
}

#[test]
fn a_payment_is_made_and_seen() {
    let network = Running::start(&[]);
    let template = "{topic} {subtype} {amount} {account} {to} {raw} {hash}";
    let mut listener = Listener::start(&mut program(&[
        "listen",
        "--url",
        network.labelled("WebSocket"),
        "--template",
        template,
    ]));
    until_listened(&network, &mut listener);
    let hash = pay(&network, &["1.5", "--from", "#0", "--to", "#1"]);
    let (from, to) = (network.labelled("#0 "), network.labelled("#1 "));
    let raw = format!("15{}", "0".repeat(28));
    let want = format!("confirmation send 1.5 {from} {to} {raw} {hash}");
    while listener.line() != want {}
}

#[test]
fn a_filter_counts_also_at_a_plain_node() {
    let network = Running::start(&[]);
    let relay = Relay::start(Manner::PlainNode);
    relay.lead_to(network.labelled("WebSocket").strip_prefix("ws://").unwrap().parse().unwrap());
    let url = format!("ws://{}", relay.address());
    let filter = ["--min-amount", "1BAN", "--direction", "incoming", "--account"];
    let to = network.labelled("#9 ").to_owned();
    let mut listener = Listener::start(
        program(&["listen", "--url", &url, "--json", "--strict"]).args(filter).arg(&to),
    );
    until_listened(&network, &mut listener);
    pay(&network, &["0.5", "--to", &to]);
    let hash = pay(&network, &["2", "--to", &to]);
    loop {
        let event: Value = serde_json::from_str(&listener.line()).unwrap();
        assert_ne!(event["message"]["amount_decimal"], "0.5");
        if event["message"]["hash"] == hash.as_str() {
            break;
        }
    }
    // A plain node cannot say what was missed, and who is strict ends then.
    relay.cut();
    assert!(listener.error().starts_with("disconnected"));
    assert!(listener.error().starts_with("connected"));
    assert!(listener.error().contains("something may be missing"));
    assert_eq!(listener.child.wait().unwrap().code(), Some(3));
}

#[test]
fn a_faucet_pays_and_a_poor_account_does_not() {
    let network = Running::start(&["--balance", "5"]);
    let rpc = network.labelled("RPC");
    let ended = output(&mut program(&["faucet", "#1", "7", "--rpc", rpc]));
    assert_eq!(stdout(&ended).trim().len(), 64, "{}", stderr(&ended));
    let ended = output(&mut program(&["pay", "6", "--to", "#1", "--rpc", rpc]));
    assert_eq!(ended.status.code(), Some(1));
    assert!(stderr(&ended).contains("has 5.0 BAN, less than 6.0"), "{}", stderr(&ended));
}

#[test]
fn rows_of_wrong_words() {
    let rows: [(&[&str], &str); 17] = [
        (&["pay", "x", "--to", "#1"], "AMOUNT x: 'x' at position 0 is not a digit; expected an"),
        (&["pay", "9e9", "--to", "#1"], "AMOUNT 9e9: 'e' at position 1"),
        (&["convert", "1.5megaban", "--from", "ban"], "1.5megaban ban: "),
        (&["pay", "1", "--to", "ban_1"], "--to ban_1: expected ban_ and its 60 characters"),
        (&["pay", "1", "--from", "1", "--to", "#1"], "--from 1: expected the number"),
        (&["listen", "--template", "{x}"], "--template: there is no {x}"),
        (&["listen", "--since", "noon"], "--since noon: expected a cursor"),
        (&["convert", "1.5", "--from", "raw"], "1.5 raw: "),
        (&["account", "ban_1"], "ban_1: "),
        (
            &["account", "ban_1", "--index", "2"],
            "the argument '[ACCOUNT|PUBLIC_KEY]' cannot be used with '--index <N>'",
        ),
        (&["pay", "0", "--to", "#1"], "AMOUNT 0: nothing is paid, give more than 0"),
        (&["faucet", "#1", "0raw"], "AMOUNT 0raw: nothing is paid, give more than 0"),
        (&["listen", "--direction", "incoming"], "the following required arguments were not"),
        (
            &["listen", "--min-amount", "2", "--max-amount", "1.5BAN"],
            "--min-amount: 2.0 BAN is more than --max-amount, 1.5 BAN",
        ),
        (&["listen", "--url", "http://127.0.0.1:1"], "--url http://…: expected ws://HOST:PORT"),
        (&["listen", "--url", "127.0.0.1:1"], "--url: expected ws://HOST:PORT"),
        (&["listen", "--url", "?api=t"], "--url: expected ws://HOST:PORT"),
    ];
    for (arguments, want) in rows {
        let ended = output(&mut program(arguments));
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}");
        let errors = stderr(&ended);
        assert!(errors.starts_with(&format!("error: {want}")), "{arguments:?}: {errors}");
    }
    let ended = output(&mut program(&["listen", "--url", "ws://127.0.0.1:1"]));
    assert_eq!(ended.status.code(), Some(1));
    let ended = output(&mut program(&["listen", "--cursor-file", "/nodir/x"]));
    assert_eq!(ended.status.code(), Some(1));
    let want = "error: --cursor-file: cannot write /nodir/x: No such file";
    assert!(stderr(&ended).starts_with(want), "{}", stderr(&ended));
}

#[test]
fn keys_and_amounts_need_no_server() {
    let seed = "62616E616E6F2D777320646576206E6574776F726B3A206E6F20736563726574";
    let account = "ban_3uft4k7umf6s99we4pggzunsmyquzr1w1wckmzi759b9bp9d7gaswqmbqcxq";
    let mut child = program(&["account", "--seed", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{seed}").unwrap();
    let shown = stdout(&child.wait_with_output().unwrap());
    assert!(shown.contains(account), "{shown}");
    let shown = stdout(&output(&mut program(&["account", account])));
    let public = shown.lines().next().unwrap().split_whitespace().last().unwrap();
    assert!(stdout(&output(&mut program(&["account", public]))).contains(account));
    let rows = [
        (&["convert", "1.5"][..], "150000000000000000000000000000"),
        (&["convert", "19", "--from", "banoshi", "--to", "ban"], "0.19"),
        (&["convert", "1", "--from", "raw", "--to", "BAN"], "0.00000000000000000000000000001"),
        (&["convert", "19ban", "--to", "banoshi"], "1900.0"),
    ];
    for (arguments, want) in rows {
        assert_eq!(stdout(&output(&mut program(arguments))).trim(), want, "{arguments:?}");
    }
}

#[test]
fn a_block_is_verified() {
    let network = Running::start(&[]);
    let hash = pay(&network, &["1", "--to", "#1"]);
    let body = format!(r#"{{"action":"block_info","json_block":"true","hash":"{hash}"}}"#);
    let mut block = post(network.labelled("RPC"), &body)["contents"].clone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("block.json");
    let verify = |block: &Value, hash: &str| {
        std::fs::write(&file, block.to_string()).unwrap();
        output(&mut program(&["verify", text(&file), "--network", "dev", "--hash", hash]))
    };
    let right = verify(&block, &hash);
    assert_eq!(right.status.code(), Some(0), "{}", stderr(&right));
    assert!(stdout(&right).contains(&hash));
    block["balance"] = "1".into();
    let wrong = verify(&block, &hash);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(stderr(&wrong).contains("has not signed it"), "{}", stderr(&wrong));
    assert_eq!(output(&mut program(&["verify", "/missing"])).status.code(), Some(1));
}

#[test]
fn the_command_line_has_other_forms() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let text = stdout(&output(&mut program(&["completions", shell])));
        assert!(text.contains("cursor-file"), "{shell}");
    }
    let page = stdout(&output(&mut program(&["man"])));
    assert!(page.contains("banano\\-ws\\-listen") && page.contains("cursor"), "{page}");
}

#[test]
fn a_load_is_measured() {
    let network = Running::start(&[]);
    let (ws, rpc) = (network.labelled("WebSocket"), network.labelled("RPC"));
    let arguments = ["bench", ws, "--clients", "3", "--seconds", "1", "--rpc", rpc];
    let ended = output(&mut program(&arguments));
    let table = stdout(&ended);
    let figure = |name: &str| -> u64 {
        let line = table.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().last().unwrap().parse().unwrap()
    };
    assert_eq!(figure("clients"), 3, "{}", stderr(&ended));
    assert!(figure("payments") > 0 && figure("events  ") > 0, "{table}");
    assert_eq!(figure("lost connections"), 0);
}
