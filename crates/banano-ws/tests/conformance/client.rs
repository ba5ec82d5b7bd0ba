//! A WebSocket client that waits for each message, and not for ever.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

/// Far more than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Client {
    socket: WebSocket<TcpStream>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (socket, _) = tungstenite::client(format!("ws://{address}/"), stream).unwrap();
        Self { socket }
    }

    /// Subscribes, with options unless they are `null`, and takes the ack.
    pub(crate) fn subscribe(&mut self, topic: &str, options: &Value) {
        let mut request = json!({"action": "subscribe", "topic": topic, "ack": true});
        if !options.is_null() {
            request["options"] = options.clone();
        }
        self.socket.send(Message::text(request.to_string())).unwrap();
        let reply = self.json();
        assert_eq!(reply["ack"], "subscribe", "{reply}");
    }

    /// The next message, as it came.
    pub(crate) fn text(&mut self) -> String {
        loop {
            match self.socket.read().expect("a message") {
                Message::Ping(_) => {}
                Message::Text(text) => return text.to_string(),
                other => panic!("not a text message: {other:?}"),
            }
        }
    }

    pub(crate) fn json(&mut self) -> Value {
        serde_json::from_str(&self.text()).expect("JSON")
    }

    /// Takes messages up to the first that is `wanted`, and returns all of them.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut seen = Vec::new();
        loop {
            seen.push(self.json());
            if wanted(&seen[seen.len() - 1]) {
                return seen;
            }
        }
    }

    /// Takes messages up to the one of `topic` about `hash`, and returns those before and it.
    pub(crate) fn until_told(&mut self, topic: &str, hash: &impl ToString) -> Vec<Value> {
        let hash = hash.to_string();
        self.until(|event| event["topic"] == topic && hash_of(event) == hash)
    }
}

/// What an event of a block or an election is about; nothing in other events.
pub(crate) fn hash_of(event: &Value) -> &str {
    let hash = event.get("hash").unwrap_or(&event["message"]["hash"]);
    hash.as_str().unwrap_or_default()
}

/// Those of one topic, as what they are about.
pub(crate) fn hashes(events: &[Value], topic: &str) -> Vec<String> {
    let of_topic = events.iter().filter(|event| event["topic"] == topic);
    of_topic.map(|event| hash_of(event).to_owned()).collect()
}
