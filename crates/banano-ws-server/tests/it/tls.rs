//! TLS and Unix sockets: the same sessions over other connections.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::net::{UnixListener, UnixStream},
    sync::Arc,
};

use banano_testkit::fixtures::SEND;
use banano_ws_server::{AddressRange, Config, Listener, Listeners, RefusalReason};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring,
    pki_types::CertificateDer,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::{Message, WebSocket};

use crate::{
    host::{Host, PATIENCE, config},
    raw::Raw,
};

/// A certificate for `localhost`, as files of a folder.
struct Pair {
    folder: TempDir,
    cert: CertificateDer<'static>,
}

impl Pair {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cert = write_pair(&folder);
        Self { folder, cert }
    }

    fn config(&self) -> Config {
        let place = |name| Some(self.folder.path().join(name));
        Config { tls_cert: place("cert.pem"), tls_key: place("key.pem"), ..config() }
    }

    fn dial(&self, host: &Host) -> StreamOwned<ClientConnection, TcpStream> {
        dial(host, &self.cert)
    }

    fn connect(&self, host: &Host) -> WebSocket<StreamOwned<ClientConnection, TcpStream>> {
        tungstenite::client("wss://localhost/", self.dial(host)).unwrap().0
    }
}

fn write_pair(folder: &TempDir) -> CertificateDer<'static> {
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.path().join("cert.pem"), pair.cert.pem()).unwrap();
    fs::write(folder.path().join("key.pem"), pair.signing_key.serialize_pem()).unwrap();
    pair.cert.der().clone()
}

/// Connects to somebody who has to show this very certificate.
fn dial(host: &Host, cert: &CertificateDer<'static>) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(cert.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let stream = TcpStream::connect(host.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let name = "localhost".try_into().unwrap();
    StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream)
}

fn next<S: std::io::Read + std::io::Write>(socket: &mut WebSocket<S>) -> Value {
    loop {
        match socket.read().expect("a message") {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn ask<S: std::io::Read + std::io::Write>(socket: &mut WebSocket<S>, request: &Value) -> Value {
    socket.send(Message::text(request.to_string())).unwrap();
    next(socket)
}

const ALL: &str = r#"{"action":"subscribe","topic":"confirmation","ack":true}"#;

#[test]
fn a_session_over_tls_is_like_any_other() {
    let pair = Pair::new();
    let host = Host::start_with(pair.config());
    let mut socket = pair.connect(&host);
    assert_eq!(ask(&mut socket, &serde_json::from_str(ALL).unwrap())["ack"], "subscribe");
    assert_eq!(socket.get_ref().conn.alpn_protocol(), Some(b"http/1.1".as_slice()));
    host.confirm(SEND);
    assert_eq!(next(&mut socket)["message"]["hash"], SEND.hash);
    // More than one record, and more than is read at a time.
    let long = json!({"action": "ping", "id": "x".repeat(100_000)});
    assert_eq!(ask(&mut socket, &long)["id"].as_str().unwrap().len(), 100_000);
    socket.close(None).unwrap();
    loop {
        match socket.read() {
            Ok(message) => assert!(message.is_close(), "{message:?}"),
            Err(error) => {
                assert!(matches!(error, tungstenite::Error::ConnectionClosed), "{error}");
                break;
            }
        }
    }
    drop(socket);
    host.until("all of it is gone", |stats| stats.connections == 0);
}

#[test]
fn pages_and_events_come_over_tls_as_well() {
    let pair = Pair::new();
    let host = Host::start_with(pair.config());
    let mut page = pair.dial(&host);
    page.write_all(
        b"GET /clients/js/src/index.js HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    )
    .unwrap();
    let mut text = String::new();
    page.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 ") && text.len() > 1_000, "{text}");

    let mut events = pair.dial(&host);
    events.write_all(b"GET /events?topic=confirmation HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    host.until("it is a stream", |stats| stats.sessions == 1);
    host.confirm(SEND);
    let mut text = Vec::new();
    while !String::from_utf8_lossy(&text).contains(SEND.hash) {
        let mut piece = [0; 4_096];
        let length = events.read(&mut piece).unwrap();
        assert!(length > 0, "{}", String::from_utf8_lossy(&text));
        text.extend_from_slice(&piece[..length]);
    }
}

#[test]
fn a_server_that_speaks_tls_describes_itself_as_secure() {
    let pair = Pair::new();
    let host = Host::start_with(pair.config());
    let body = |path: &str| {
        let mut page = pair.dial(&host);
        write!(page, "GET {path} HTTP/1.1\r\nHost: shop.example:7443\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut text = String::new();
        page.read_to_string(&mut text).unwrap();
        text.split_once("\r\n\r\n").unwrap().1.to_owned()
    };
    let description: Value = serde_json::from_str(&body("/asyncapi.json")).unwrap();
    assert_eq!(description["servers"]["this"]["protocol"], "wss");
    assert_eq!(description["servers"]["this"]["host"], "shop.example:7443");
    let words = body("/");
    for (scheme, times) in [("wss://shop", 1), ("https://shop", 2), ("ws://", 0), ("http://", 0)] {
        assert_eq!(words.matches(scheme).count(), times, "{scheme}: {words}");
    }
}

#[test]
fn a_slow_reader_over_tls_gets_everything_once_and_in_order() {
    const EVENTS: u64 = 20_000;
    let pair = Pair::new();
    let host = Host::start_with(Config { max_outbox_messages: 100, ..pair.config() });
    let mut socket = pair.connect(&host);
    assert_eq!(
        ask(
            &mut socket,
            &json!({"action": "subscribe", "topic": "confirmation", "ack": true, "cursor": true})
        )["ack"],
        "subscribe"
    );
    for _ in 0..EVENTS {
        host.confirm(SEND);
    }
    host.until("it falls behind", |stats| stats.fell_behind > 0);
    let place = |event: &Value| {
        let cursor = event["cursor"].as_str().unwrap().split_once('-').unwrap();
        cursor.1.parse::<u64>().unwrap()
    };
    let first = place(&next(&mut socket));
    for step in 1..EVENTS {
        assert_eq!(place(&next(&mut socket)), first + step);
    }
    assert_eq!(ask(&mut socket, &json!({"action": "ping"}))["ack"], "pong");
}

#[test]
fn who_speaks_no_tls_is_counted_and_gone() {
    let pair = Pair::new();
    let host = Host::start_with(pair.config());
    let mut plain = Raw::dial(host.address());
    plain.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    // What it gets is a TLS alert.
    let mut rest = Vec::new();
    plain.stream.read_to_end(&mut rest).unwrap();
    assert!(!rest.starts_with(b"HTTP"), "{rest:?}");
    host.until("it is counted", |stats| stats.refused(RefusalReason::Tls) == 1);
    host.until("it is gone", |stats| stats.connections == 0);
}

#[test]
fn a_renewed_certificate_is_shown_to_those_who_come() {
    let pair = Pair::new();
    let host = Host::start_with(pair.config());
    let mut before = pair.connect(&host);
    assert!(!host.reloader().reload(&pair.config()).unwrap().certificate);
    let renewed = write_pair(&pair.folder);
    assert!(host.reloader().reload(&pair.config()).unwrap().certificate);
    let mut after = tungstenite::client("wss://localhost/", dial(&host, &renewed)).unwrap().0;
    for socket in [&mut before, &mut after] {
        assert_eq!(ask(socket, &json!({"action": "ping"}))["ack"], "pong");
    }
    let mut old = pair.dial(&host);
    assert!(old.write_all(b"GET / HTTP/1.1\r\n\r\n").is_err(), "the old one is shown no more");
}

#[test]
fn a_unix_socket_serves_beside_a_port_and_knows_no_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ws.sock");
    let listeners = Listeners(vec![
        Listener::Tcp(TcpListener::bind("127.0.0.1:0").unwrap()),
        Listener::Unix(UnixListener::bind(&path).unwrap()),
    ]);
    let trusted_proxies = vec![AddressRange::Unix];
    let host = Host::start_at(
        listeners,
        Config {
            exempt_addresses: Vec::new(),
            max_connections_per_address: 1,
            trusted_proxies,
            ..config()
        },
    );
    let dial = || {
        let stream = UnixStream::connect(&path).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    };
    let mut sockets: Vec<_> =
        (0..3).map(|_| tungstenite::client("ws://localhost/", dial()).unwrap().0).collect();
    for socket in &mut sockets {
        assert_eq!(ask(socket, &serde_json::from_str(ALL).unwrap())["ack"], "subscribe");
    }
    let mut tcp = host.subscriber("confirmation");
    host.confirm(SEND);
    for socket in &mut sockets {
        assert_eq!(next(socket)["message"]["hash"], SEND.hash);
    }
    assert_eq!(tcp.json()["message"]["hash"], SEND.hash);
}
