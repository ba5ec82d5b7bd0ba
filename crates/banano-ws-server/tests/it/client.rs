//! A WebSocket client that waits for each answer, and not for ever.

use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};
use tungstenite::{
    Message, WebSocket,
    protocol::{CloseFrame, Role},
};

use crate::{
    host::{Host, PATIENCE},
    raw::Raw,
};

/// One client of the server under test.
pub(crate) struct Client {
    socket: WebSocket<TcpStream>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::connect_to(address, "/")
    }

    /// With a request target of its own.
    pub(crate) fn connect_to(address: SocketAddr, target: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        let (socket, _) = tungstenite::client(format!("ws://{address}{target}"), stream).unwrap();
        Self { socket }
    }

    /// With headers of its own, of which the handshake must be to the server's liking.
    pub(crate) fn connect_with(address: SocketAddr, headers: &str) -> Self {
        let mut raw = Raw::dial(address);
        let head = raw.handshake("/", headers);
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        let socket = WebSocket::from_raw_socket(raw.stream, Role::Client, None);
        Self { socket }
    }

    /// Sends a text message.
    pub(crate) fn text(&mut self, text: impl Into<String>) {
        self.message(Message::text(text.into()));
    }

    pub(crate) fn message(&mut self, message: Message) {
        self.socket.send(message).unwrap();
    }

    pub(crate) fn send(&mut self, request: &Value) {
        self.text(request.to_string());
    }

    /// Sends, and returns the next message.
    pub(crate) fn ask(&mut self, request: &Value) -> Value {
        self.send(request);
        self.json()
    }

    /// The next frame that is no ping.
    pub(crate) fn next(&mut self) -> Message {
        loop {
            match self.socket.read().expect("a message") {
                Message::Ping(_) => {}
                message => return message,
            }
        }
    }

    /// The next message, which must be JSON in a text frame.
    pub(crate) fn json(&mut self) -> Value {
        match self.next() {
            Message::Text(text) => serde_json::from_str(&text).expect("JSON"),
            other => panic!("not a text message: {other:?}"),
        }
    }

    /// The next message, as it came.
    pub(crate) fn raw_text(&mut self) -> String {
        match self.next() {
            Message::Text(text) => text.to_string(),
            other => panic!("not a text message: {other:?}"),
        }
    }

    /// Takes messages until the close frame, and returns it with the last message before.
    pub(crate) fn close_frame(&mut self) -> (Option<CloseFrame>, Option<Value>) {
        let mut last = None;
        loop {
            match self.next() {
                Message::Close(close) => return (close, last),
                Message::Text(text) => last = serde_json::from_str(&text).ok(),
                other => panic!("neither message nor close: {other:?}"),
            }
        }
    }

    /// Fails unless everything that happened so far meant nothing to this client, and it is still
    /// being served.
    pub(crate) fn is_left_alone(&mut self, host: &mut Host) {
        host.settle();
        let pong = self.ask(&json!({"action": "ping", "id": "are you there"}));
        assert_eq!(pong["ack"], "pong", "something came: {pong}");
        assert_eq!(pong["id"], "are you there");
    }

    /// Everything that came to this client because of what has happened so far, as it came.
    pub(crate) fn heard(&mut self, host: &mut Host) -> Vec<String> {
        host.settle();
        self.send(&json!({"action": "ping", "id": "that was all"}));
        let mut heard = Vec::new();
        loop {
            let text = self.raw_text();
            if text.starts_with(r#"{"ack":"pong""#) && text.contains("that was all") {
                return heard;
            }
            heard.push(text);
        }
    }

    /// The hashes of the confirmations among that; fails if there is anything else.
    pub(crate) fn heard_hashes(&mut self, host: &mut Host) -> Vec<String> {
        let hash = |text: &String| {
            let event: Value = serde_json::from_str(text).unwrap();
            assert_eq!(event["topic"], "confirmation", "{text}");
            event["message"]["hash"].as_str().unwrap().to_owned()
        };
        self.heard(host).iter().map(hash).collect()
    }

    /// The code of the error message that a text is answered with.
    pub(crate) fn error_code(&mut self, text: impl Into<String>) -> String {
        self.text(text);
        let error = self.json();
        assert_is_error_message(&error);
        error["code"].as_str().unwrap().to_owned()
    }

    /// The socket, for what a client of good manners doesn't do.
    pub(crate) fn stream(&self) -> &TcpStream {
        self.socket.get_ref()
    }

    /// The last frame was a close: the echo goes out, and the stream ends.
    pub(crate) fn sees_the_end(&mut self) {
        loop {
            match self.socket.read() {
                Ok(_) => {}
                Err(tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed) => {
                    return;
                }
                Err(error) => panic!("not a clean end: {error}"),
            }
        }
    }
}

/// C059: every member a string; `error`, `code`, `time` there; nothing that clients dispatch on.
pub(crate) fn assert_is_error_message(error: &Value) {
    let members = error.as_object().expect("an object");
    assert!(members.values().all(Value::is_string), "{error}");
    for name in ["error", "code", "time"] {
        assert!(members.contains_key(name), "no {name}: {error}");
    }
    for name in ["ack", "topic", "message"] {
        assert!(!members.contains_key(name), "{name}: {error}");
    }
    assert_is_time(&error["time"]);
}

/// Thirteen digits: milliseconds.
pub(crate) fn assert_is_time(time: &Value) {
    let time = time.as_str().expect("a string");
    assert!(time.len() == 13 && time.bytes().all(|byte| byte.is_ascii_digit()), "{time}");
}
