//! How it ends, and how it does not start.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use tokio_tungstenite::tungstenite;

use crate::gateway::until_confirmed;
use crate::program::{Running, output, post, program, stderr, stdout, text};

#[test]
fn either_signal_is_a_clean_end() {
    for signal in ["TERM", "INT"] {
        let network = Running::start(&[]);
        network.signal(signal);
        let (status, errors) = network.wait();
        assert_eq!(status.code(), Some(0), "{signal}: {errors}");
        assert_eq!(errors, "", "{signal}");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut network = Running::start(&["-v"]);
    // A client that never answers the close makes the clean end take seconds.
    let (_client, _) = tungstenite::connect(network.labelled("WebSocket")).unwrap();
    network.signal("TERM");
    network.wait_for_error_line("stopping");
    network.signal("INT");
    let (status, _) = network.wait();
    assert_eq!(status.code(), Some(1));
}

#[test]
fn half_a_request_does_not_hold_up_the_end() {
    let network = Running::start(&[]);
    let rpc = network.labelled("RPC").strip_prefix("http://").unwrap();
    let [mut head, mut body] = [(); 2].map(|()| TcpStream::connect(rpc).unwrap());
    let mut asked = TcpStream::connect(rpc).unwrap();
    head.write_all(b"POST / HTTP/1.1\r\nHost:").unwrap();
    body.write_all(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{").unwrap();
    asked.write_all(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\n").unwrap();
    asked.write_all(br#"{"action":"version"}"#).unwrap();
    let mut answer = [0; 12];
    asked.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    let (status, errors) = network.end();
    // Who is cut off after the full time is told in the log.
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
}

#[test]
fn a_port_in_use_is_one_line_that_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (flag, other) in [("--listen", "--rpc-listen"), ("--rpc-listen", "--listen")] {
        let ended = output(&mut program(&[flag, &address, other, "127.0.0.1:0"]));
        assert_eq!(ended.status.code(), Some(1));
        assert_eq!(
            stderr(&ended),
            format!(
                "error: {address} is in use: stop the program that listens there, or choose another \
                 port with {flag} HOST:PORT (port 0 picks a free one)\n"
            )
        );
        assert_eq!(stdout(&ended), "", "nothing was started");
    }
}

#[test]
fn an_impossible_file_for_scripts_is_told_before_the_start() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("missing/net.json")] {
        let ended = output(&mut program(&[
            "--listen",
            "127.0.0.1:0",
            "--rpc-listen",
            "127.0.0.1:0",
            "--config-out",
            text(&path),
        ]));
        assert_eq!(ended.status.code(), Some(1));
        let errors = stderr(&ended);
        assert!(errors.starts_with("error: --config-out: cannot write "), "{errors}");
        assert!(errors.contains(text(&path)) && errors.lines().count() == 1, "{errors}");
    }
}

#[test]
fn a_kept_network_goes_on_and_another_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = text(&data);
    let network = Running::start(&["--data", data, "--accounts", "2"]);
    assert!(network.banner.contains(&format!("Kept in {data}.")), "{}", network.banner);
    let account = network.labelled("#0 ").to_owned();
    let request = format!(r#"{{"action":"dev_faucet","account":"{account}"}}"#);
    let hash = post(network.labelled("RPC"), &request)["hash"].clone();
    let (status, errors) = network.end();
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));

    let again = Running::start(&["--data", data, "--accounts", "2"]);
    // Perhaps it still was not when the first run ended.
    until_confirmed(&again, hash.as_str().unwrap());
    let _ = again.end();

    let other = [
        "--data",
        data,
        "--accounts",
        "3",
        "--nodes",
        "2",
        "--listen",
        "127.0.0.1:0",
        "--rpc-listen",
        "127.0.0.1:0",
    ];
    let refused = output(&mut program(&other));
    assert_eq!(refused.status.code(), Some(1));
    let errors = stderr(&refused);
    assert!(
        errors.contains(data) && errors.contains("accounts") && errors.contains("--reset"),
        "{errors}"
    );
    assert_eq!(errors.lines().count(), 1, "{errors}");

    let reset = Running::start(&["--data", data, "--accounts", "3", "--reset"]);
    let info = post(reset.labelled("RPC"), &format!(r#"{{"action":"block_info","hash":{hash}}}"#));
    assert_eq!(info["error"], "Block not found");
}

#[test]
fn each_request_and_action_is_a_line_at_v_and_none_without() {
    let account = |network: &Running| network.labelled("#1 ").to_owned();
    for (flags, told) in [(&["-v"][..], true), (&[], false)] {
        let network = Running::start(flags);
        let request =
            format!(r#"{{"action":"account_balance","account":"{}"}}"#, account(&network));
        post(network.labelled("RPC"), &request);
        post(network.labelled("RPC"), r#"{"action":"account_balance"}"#);
        let (mut socket, _) = tungstenite::connect(network.labelled("WebSocket")).unwrap();
        for action in [r#"{"action":"subscribe","topic":"vote"}"#, r#"{"action":"dance"}"#] {
            socket.send(action.into()).unwrap();
        }
        assert!(socket.read().unwrap().to_text().unwrap().contains("unknown_action"));
        let (_, errors) = network.end();
        assert_eq!(errors.contains("account_balance #1: ok"), told, "{errors}");
        assert_eq!(errors.contains("client 0: subscribe vote: ok"), told, "{errors}");
        assert_eq!(errors.contains("client 0: refused, "), told, "{errors}");
        assert_eq!(
            errors.contains("Unable to parse JSON (`account` is missing)"),
            told,
            "{errors}"
        );
        assert!(!errors.contains('\x1b'), "{errors}");
    }
}
