//! A WebSocket client that waits for what it wants to hear.

use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{self, WebSocket};

/// Longest wait for a message.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Client {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    /// Behind the last event, if it was asked for.
    pub(crate) cursor: Option<String>,
}

impl Client {
    /// Connects, sends a request, and waits for its acknowledgement.
    pub(crate) fn connect(url: &str, request: &str) -> Self {
        let (client, ack) = Self::ask(url, request);
        assert_eq!(ack["ack"], "subscribe", "{ack}");
        client
    }

    /// Connects, sends a request, and waits for the answer.
    pub(crate) fn ask(url: &str, request: &str) -> (Self, Value) {
        let (mut socket, _) = tungstenite::connect(url).unwrap();
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
        }
        socket.send(request.to_owned().into()).unwrap();
        let mut this = Self { socket, cursor: None };
        let answer = this.next();
        (this, answer)
    }

    pub(crate) fn next(&mut self) -> Value {
        loop {
            let message = self.socket.read().unwrap();
            if message.is_text() {
                let message: Value = serde_json::from_str(message.to_text().unwrap()).unwrap();
                if let Some(cursor) = message["cursor"].as_str() {
                    self.cursor = Some(cursor.to_owned());
                }
                return message;
            }
        }
    }
}
