//! The program as it stands in public: tokens, another configuration, a Unix socket, systemd.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::process::{Command, Stdio};

use tokio_tungstenite::tungstenite;

use crate::program::{Running, output, program, stderr, stdout, text};

/// A token and its entry for a file, as the program makes them.
fn new_token(name: &str) -> (String, String) {
    let made = stdout(&output(&mut program(&["token", "new", name])));
    let (token, entry) = made.split_once("\n\n").unwrap();
    (token.to_owned(), entry.to_owned())
}

#[test]
fn a_token_has_the_hash_that_its_entry_says() {
    let (token, entry) = new_token("shop");
    assert_ne!(new_token("shop").0, token);
    let mut hash =
        program(&["token", "hash"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    hash.stdin.take().unwrap().write_all(token.as_bytes()).unwrap();
    let hash = stdout(&hash.wait_with_output().unwrap());
    assert!(entry.contains(&format!("hash = \"{}\"", hash.trim())), "{entry} {hash}");
    let refused = output(&mut program(&["token", "new", "a b"]));
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
}

#[test]
fn a_configuration_is_checked_with_the_files_that_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let (config, tokens) = (folder.path().join("net.toml"), folder.path().join("tokens.toml"));
    fs::write(
        &config,
        format!("tokens = {:?}\n[websocket]\nmax_connections = 1000000\n", text(&tokens)),
    )
    .unwrap();
    fs::write(&tokens, "[[token]]\nname = \"a\"\nhash = \"b\"\n").unwrap();
    let checked = output(&mut program(&["config", "check", text(&config)]));
    assert_eq!(checked.status.code(), Some(2));
    assert!(stderr(&checked).contains("websocket.max_memory_bytes"), "{}", stderr(&checked));
    fs::write(&config, format!("tokens = {:?}\n", text(&tokens))).unwrap();
    let checked = output(&mut program(&["config", "check", text(&config)]));
    assert_eq!(checked.status.code(), Some(2));
    assert!(stderr(&checked).contains("token \"a\": `hash`"), "{}", stderr(&checked));
    fs::write(&tokens, new_token("a").1).unwrap();
    let checked = output(&mut program(&["config", "check", text(&config)]));
    assert_eq!(checked.status.code(), Some(0), "{}", stderr(&checked));
    // (what the file says, how the check ends, what it tells)
    let long = format!("listen = \"unix:/{}\"", "x".repeat(107));
    let rows = [
        ("network = \"lvie\"", 2, "--network lvie: there is no such network"),
        ("weights = \"/nodir/w\"", 2, "--weights: cannot read /nodir/w: No such file"),
        ("watch = \"/nodir/w\"", 2, "--watch: "),
        ("[websocket]\nallowed_origins = [\"a.example\"]", 2, "is no origin; give scheme, host"),
        ("[gateway]\nrpc_allow = [\"block count\"]", 2, "\"block count\" is no RPC command"),
        (&long, 2, "listen: the path is too long for a Unix socket, 108 bytes where 107"),
        ("admin_listen = \"0.0.0.0:0\"", 0, "other machines can reach it, and it has no password"),
        ("admin_listen = \"[::1]:0\"", 0, ""),
    ];
    for (line, code, part) in rows {
        fs::write(&config, line).unwrap();
        let checked = output(&mut program(&["config", "check", text(&config)]));
        assert_eq!(checked.status.code(), Some(code), "{line}: {}", stderr(&checked));
        assert!(stderr(&checked).contains(part), "{line}: {}", stderr(&checked));
        assert_eq!(stderr(&checked).is_empty(), part.is_empty(), "{line}: {}", stderr(&checked));
    }
}

#[test]
fn sighup_reads_the_configuration_again_and_says_what_has_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (config, tokens) = (folder.path().join("net.toml"), folder.path().join("tokens.toml"));
    let (token, entry) = new_token("shop");
    fs::write(&config, "").unwrap();
    fs::write(&tokens, &entry).unwrap();
    let mut network = Running::start(&["--config", text(&config), "--tokens", text(&tokens)]);
    let url = network.labelled("WebSocket").to_owned();
    tungstenite::connect(&url).unwrap();

    fs::write(&config, "log = \"verbose\"\n[websocket]\naccess = \"token\"\nshards = 1\n").unwrap();
    network.signal("HUP");
    network.wait_for_error_line("log: \"normal\" is now \"verbose\"");
    network.wait_for_error_line("websocket.access: \"open\" is now \"token\"");
    network.wait_for_error_line("websocket.shards: not set is now 1: needs a restart");
    network.wait_for_error_line("read again, with tokens and certificate: 2 changes in force");
    // A shard takes it over between two turns.
    while tungstenite::connect(&url).is_ok() {}
    tungstenite::connect(format!("{url}/?api={token}")).unwrap();

    // What needs a restart is as it was at the start, and the tokens are others.
    fs::write(&config, "log = \"verbose\"\n[websocket]\naccess = \"token\"\n").unwrap();
    fs::write(&tokens, format!("{entry}{}", new_token("friend").1)).unwrap();
    network.signal("HUP");
    let told = network.wait_for_error_line("1 changes in force");
    assert!(!told.contains("needs a restart"), "{told}");
    assert!(told.contains(&format!("tokens: {:?} has changed", text(&tokens))), "{told}");

    fs::write(&config, "log = \"loud\"\n").unwrap();
    network.signal("HUP");
    network.wait_for_error_line("log = \"loud\"");
    network.wait_for_error_line("what was in force stays so");
    tungstenite::connect(format!("{url}/?api={token}")).unwrap();
    let (status, errors) = network.end();
    assert_eq!(status.code(), Some(0));
    assert!(!errors.contains(&token), "a token is never told: {errors}");
}

#[test]
fn a_unix_socket_is_served_and_deleted_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ws.sock");
    let listen = format!("unix:{}", text(&path));
    let network = Running::of(
        program(&["--listen", &listen, "--rpc-listen", "127.0.0.1:0"]).env("NO_COLOR", "1"),
    );
    assert_eq!(network.labelled("WebSocket"), format!("ws+{listen}"));
    let mut stream = UnixStream::connect(&path).unwrap();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(network.end().0.code(), Some(0));
    assert!(!path.exists());
}

#[test]
fn systemd_is_told_of_the_start_a_reload_life_and_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let network = Running::of(
        program(&["--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0", "--nodes", "1"])
            .env("NOTIFY_SOCKET", &path)
            .env("WATCHDOG_USEC", "200000"),
    );
    let wait_for = |wanted: &str| {
        let mut message = [0; 512];
        loop {
            let length = socket.recv(&mut message).unwrap_or_else(|_| panic!("no {wanted}"));
            if String::from_utf8_lossy(&message[..length]).contains(wanted) {
                break;
            }
        }
    };
    wait_for("READY=1");
    wait_for("WATCHDOG=1");
    network.signal("HUP");
    wait_for("RELOADING=1");
    wait_for("READY=1");
    network.signal("TERM");
    wait_for("STOPPING=1");
    assert_eq!(network.wait().0.code(), Some(0));
}

#[test]
fn sockets_of_systemd_take_the_place_of_listen() {
    // Python hands over a listening socket as descriptor 3, as systemd does.
    let script = "import os, socket, sys\n\
        s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()\n\
        os.dup2(s.fileno(), 3); os.set_inheritable(3, True)\n\
        os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()))\n\
        print('handed', s.getsockname()[1], flush=True)\n\
        os.execv(sys.argv[1], sys.argv[1:])";
    let network = Running::of(Command::new("python3").args([
        "-c",
        script,
        env!("CARGO_BIN_EXE_banano-ws"),
        "--listen",
        "127.0.0.1:1",
        "--rpc-listen",
        "127.0.0.1:0",
    ]));
    let port = network.labelled("handed");
    assert_eq!(network.labelled("WebSocket"), format!("ws://127.0.0.1:{port}"));
    tungstenite::connect(network.labelled("WebSocket")).unwrap();
}
