//! Commands of the dev network that reach the WebSocket's clients: `dev_disconnect`, `dev_delay`, `dev_reset`.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tungstenite::{Message, WebSocket};

use crate::program::{Running, post, text};

const PATIENCE: Duration = Duration::from_secs(30);

/// A client of the running program.
struct Client {
    socket: WebSocket<TcpStream>,
}

impl Client {
    /// Connects from an address of this machine.
    fn from(source: &str, network: &Running) -> Self {
        Self::with(source, network, "")
    }

    /// Connects as a client that calls itself something.
    fn named(name: &str, network: &Running) -> Self {
        Self::with("127.0.0.1", network, &format!("/?client={name}"))
    }

    fn with(source: &str, network: &Running, target: &str) -> Self {
        let url = network.labelled("WebSocket");
        let address: SocketAddr = url.strip_prefix("ws://").unwrap().parse().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let stream = runtime.block_on(async {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(SocketAddr::new(source.parse().unwrap(), 0)).unwrap();
            socket.connect(address).await.unwrap().into_std().unwrap()
        });
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let url = format!("{url}{target}");
        Self { socket: tungstenite::client(url, stream).unwrap().0 }
    }

    fn connect(network: &Running) -> Self {
        Self::from("127.0.0.1", network)
    }

    fn port(&self) -> u16 {
        self.socket.get_ref().local_addr().unwrap().port()
    }

    fn ask(&mut self, request: &Value) -> Value {
        self.socket.send(Message::text(request.to_string())).unwrap();
        self.next()
    }

    fn next(&mut self) -> Value {
        loop {
            match self.socket.read().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Whether nothing has come.
    fn hears_nothing(&mut self) -> bool {
        self.socket.get_ref().set_nonblocking(true).unwrap();
        let heard = self.socket.read();
        self.socket.get_ref().set_nonblocking(false).unwrap();
        matches!(heard, Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::WouldBlock)
    }

    /// Whether the server still talks to this client; if not, it ended without a close frame.
    fn is_served(&mut self) -> bool {
        let ping = Message::text(r#"{"action":"ping"}"#);
        if self.socket.send(ping).is_err() {
            return false;
        }
        match self.socket.read() {
            Ok(Message::Text(text)) => {
                assert!(text.contains("pong"), "{text}");
                true
            }
            Ok(other) => panic!("{other:?}"),
            Err(_) => false,
        }
    }
}

fn rpc(network: &Running, request: &Value) -> Value {
    post(network.labelled("RPC"), &request.to_string())
}

fn disconnect(network: &Running, which: &Value) -> String {
    let mut request = json!({"action": "dev_disconnect"});
    request.as_object_mut().unwrap().extend(which.as_object().unwrap().clone());
    rpc(network, &request)["disconnected"].as_str().unwrap().to_owned()
}

#[test]
fn clients_are_dropped_by_port_by_address_by_number_and_all_at_once() {
    let network = Running::start(&[]);
    let mut here: Vec<_> = (0..4).map(|_| Client::connect(&network)).collect();
    let mut there: Vec<_> = (0..2).map(|_| Client::from("127.0.0.2", &network)).collect();
    let served = |clients: &mut [Client]| {
        clients.iter_mut().filter_map(|it| it.is_served().then_some(())).count()
    };
    assert_eq!((served(&mut here), served(&mut there)), (4, 2));

    let port = here[1].port();
    assert_eq!(disconnect(&network, &json!({"port": port})), "1");
    let mut gone = here.remove(1);
    assert!(!gone.is_served());
    assert_eq!((served(&mut here), served(&mut there)), (3, 2));
    assert_eq!(disconnect(&network, &json!({"port": port})), "0", "it is gone already");

    assert_eq!(disconnect(&network, &json!({"address": "127.0.0.2"})), "2");
    assert_eq!((served(&mut here), served(&mut there)), (3, 0));

    assert_eq!(disconnect(&network, &json!({"count": 1})), "1");
    assert_eq!(served(&mut here), 2);
    assert_eq!(disconnect(&network, &json!({"count": 0})), "0");

    assert_eq!(disconnect(&network, &json!({})), "2");
    assert_eq!(served(&mut here), 0);
    assert!(Client::connect(&network).is_served(), "whoever comes back is let in");
}

#[test]
fn a_client_that_has_a_name_is_dropped_or_delayed_alone() {
    let network = Running::start(&[]);
    let (mut me, mut other) = (Client::named("me", &network), Client::named("other", &network));
    assert!(me.is_served() && other.is_served());

    let delay = json!({"action": "dev_delay", "client": "me", "ms": "4000"});
    assert_eq!(rpc(&network, &delay)["delayed"], "1");
    for id in ["1", "2"] {
        me.socket.send(Message::text(json!({"action": "ping", "id": id}).to_string())).unwrap();
    }
    assert!(other.is_served());
    assert!(me.hears_nothing());
    assert_eq!(me.next()["id"], "1");
    assert_eq!(me.next()["id"], "2", "nothing is lost");

    assert_eq!(disconnect(&network, &json!({"client": "me"})), "1");
    assert!(!me.is_served() && other.is_served());
    assert_eq!(disconnect(&network, &json!({"client": "nobody"})), "0");
}

/// Events up to the confirmation of a block.
fn until_confirmed(client: &mut Client, hash: &Value) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        let event = client.next();
        let is_it = event["topic"] == "confirmation" && event["message"]["hash"] == *hash;
        events.push(event);
        if is_it {
            return events;
        }
    }
}

/// Begins anew while a block waits for its confirmation, and looks at both sides.
fn reset(network: &Running) {
    let account = network.labelled("#0 ").to_owned();
    let mut client = Client::connect(network);
    let topics =
        ["confirmation", "vote", "started_election", "stopped_election", "new_unconfirmed_block"];
    for topic in topics {
        let ask = json!({"action": "subscribe", "topic": topic, "ack": true});
        assert_eq!(client.ask(&ask)["ack"], "subscribe");
    }
    let pay = json!({"action": "dev_faucet", "account": account});
    let balance = json!({"action": "account_balance", "account": account});
    let wallet = rpc(network, &json!({"action": "wallet_create"}))["wallet"].clone();
    let confirmed = rpc(network, &pay)["hash"].clone();
    rpc(network, &json!({"action": "dev_confirm", "hash": confirmed}));
    until_confirmed(&mut client, &confirmed);
    let waiting = rpc(network, &pay)["hash"].clone();
    let count = json!({"action": "block_count"});
    let blocks = rpc(network, &count)["count"].clone();

    for _ in 0..2 {
        assert_eq!(rpc(network, &json!({"action": "dev_reset"})), json!({"reset": "1"}));
    }

    for hash in [&confirmed, &waiting] {
        let info = rpc(network, &json!({"action": "block_info", "hash": hash}));
        assert_eq!(info["error"], "Block not found");
    }
    assert_eq!(rpc(network, &balance)["receivable"], "0");
    let active = rpc(network, &json!({"action": "confirmation_active"}));
    assert_eq!(active["unconfirmed"], "0", "{active}");
    let list = rpc(network, &json!({"action": "account_list", "wallet": wallet}));
    assert_eq!(list["error"], "Wallet not found");
    assert_ne!(rpc(network, &count)["count"], blocks);

    // The same client, on the same connection, still subscribed. The faucet's first payment is the
    // same block as before: the network is the same from its first block on.
    let again = rpc(network, &pay)["hash"].clone();
    assert_eq!(again, confirmed);
    rpc(network, &json!({"action": "dev_confirm", "hash": again}));
    let events = until_confirmed(&mut client, &again);
    let begin = events.iter().position(|it| it["hash"] == again).unwrap();
    for event in &events[begin..] {
        assert!(!event.to_string().contains(waiting.as_str().unwrap()), "{event}");
    }
    assert!(client.is_served());
}

#[test]
fn a_reset_network_is_as_it_was_at_its_start_and_clients_stay() {
    reset(&Running::start(&["--confirm", "manual", "--accounts", "2"]));
}

#[test]
fn a_kept_network_is_made_anew_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let arguments = ["--confirm", "manual", "--accounts", "2", "--data", text(&data)];
    let network = Running::start(&arguments);
    reset(&network);
    let pay = json!({"action": "dev_faucet", "account": network.labelled("#1 ")});
    let kept = rpc(&network, &pay)["hash"].clone();
    let (status, errors) = network.end();
    assert!(status.success(), "{errors}");
    let network = Running::start(&arguments);
    let info = rpc(&network, &json!({"action": "block_info", "hash": kept}));
    assert_eq!(info["error"], Value::Null, "{info}");
}

#[test]
fn requests_under_way_end_and_later_ones_wait_for_the_new_network() {
    let network = Running::start(&["--activity", "200"]);
    let url = network.labelled("RPC").to_owned();
    std::thread::scope(|scope| {
        let askers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let answer = post(&url, r#"{"action":"block_count"}"#);
                        let is_fine = answer["count"].is_string()
                            || answer["error"].as_str().is_some_and(|it| it.contains("stop"));
                        assert!(is_fine, "{answer}");
                    }
                })
            })
            .collect();
        for _ in 0..3 {
            assert_eq!(rpc(&network, &json!({"action": "dev_reset"})), json!({"reset": "1"}));
        }
        for asker in askers {
            asker.join().unwrap();
        }
    });
    assert_eq!(rpc(&network, &json!({"action": "dev_reset"})), json!({"reset": "1"}));
}
