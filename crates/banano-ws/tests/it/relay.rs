//! A relay between a client and a server, which can be cut, and can make a plain node of our server.
//!
//! Its address stays while servers come and go behind it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;
use tokio_tungstenite::tungstenite::{self, Message};

/// What it does with what it passes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Nothing: bytes.
    Honest,
    /// Takes away what a plain node would not see or say: cursors and places in requests, our options,
    /// error replies.
    PlainNode,
}

#[derive(Debug, Default)]
struct State {
    target: Option<SocketAddr>,
    open: Vec<TcpStream>,
}

#[derive(Debug)]
pub(crate) struct Relay {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Relay {
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        // Ends with the process: a test is one.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let target = shared.lock().unwrap().target;
                let Some(server) = target.and_then(|target| TcpStream::connect(target).ok()) else {
                    continue;
                };
                let open = &mut shared.lock().unwrap().open;
                open.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                thread::spawn(move || match manner {
                    Manner::Honest => pass_bytes(&client, &server),
                    Manner::PlainNode => pass_as_plain_node(client, server),
                });
            }
        });
        Self { address, state }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where new connections go.
    pub(crate) fn lead_to(&self, target: SocketAddr) {
        self.state.lock().unwrap().target = Some(target);
    }

    /// Cuts every connection.
    pub(crate) fn cut(&self) {
        for stream in self.state.lock().unwrap().open.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn pass_bytes(client: &TcpStream, server: &TcpStream) {
    let there = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
    for (mut from, mut to) in [there, back] {
        thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}

/// Messages one way need a reader each: the socket to the server is read by this thread in turns with
/// the client's, both without waiting long.
fn pass_as_plain_node(client: TcpStream, server: TcpStream) {
    let Ok(mut client) = tungstenite::accept(client) else { return };
    let url = format!("ws://{}", server.peer_addr().unwrap());
    let Ok((mut server, _)) = tungstenite::client(url, server) else { return };
    let turn = Some(std::time::Duration::from_millis(5));
    client.get_ref().set_read_timeout(turn).unwrap();
    server.get_ref().set_read_timeout(turn).unwrap();
    while let Ok(asked) = turn_of(&mut client) {
        let asked = asked.map(|text| Message::text(as_node_reads(&text)));
        let Ok(said) = turn_of(&mut server) else { break };
        let said = said.filter(|text| !text.starts_with(r#"{"error""#)).map(Message::text);
        let asked = asked.map_or(Ok(()), |message| server.send(message));
        if asked.and(said.map_or(Ok(()), |message| client.send(message))).is_err() {
            break;
        }
    }
    let _ = client.get_ref().shutdown(Shutdown::Both);
    let _ = server.get_ref().shutdown(Shutdown::Both);
}

/// A text if one came in its turn; an error when there is nobody.
fn turn_of<S: Read + Write>(socket: &mut tungstenite::WebSocket<S>) -> Result<Option<String>, ()> {
    use std::io::ErrorKind::{TimedOut, WouldBlock};
    match socket.read() {
        Ok(Message::Text(text)) => Ok(Some(text.to_string())),
        Ok(Message::Close(_)) => Err(()),
        Ok(_) => Ok(None),
        Err(tungstenite::Error::Io(error)) if matches!(error.kind(), TimedOut | WouldBlock) => {
            let _ = socket.get_mut().flush();
            Ok(None)
        }
        Err(_) => Err(()),
    }
}

fn as_node_reads(text: &str) -> String {
    let mut request: Value = serde_json::from_str(text).unwrap();
    let members = request.as_object_mut().unwrap();
    members.retain(|name, _| !matches!(name.as_str(), "cursor" | "since" | "verbose"));
    if let Some(options) = members.get_mut("options").and_then(Value::as_object_mut) {
        let ours = [
            "min_amount",
            "max_amount",
            "subtypes",
            "direction",
            "counterparties",
            "representatives",
            "hashes",
            "include_late",
        ];
        options.retain(|name, _| !ours.contains(&name.as_str()));
    }
    request.to_string()
}
