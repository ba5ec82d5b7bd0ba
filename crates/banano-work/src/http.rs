//! One exchange with one work peer: connect, POST, read the answer (`node.md` §6.3).
//!
//! Called by the factory's tasks. Opens sockets and waits. Never judges an answer: it is handed on
//! as bytes.

use std::io;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::answer::PeerFailure;
use crate::peer::WorkPeer;

/// Longest answer that is read. A node's has some 200 bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// What hyper keeps of a connection at most: the head of an answer has to fit.
const BUFFER_BYTES_MAX: usize = 32 * 1024;

/// How long a peer may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    /// To be found and to accept a connection.
    pub(crate) connect: Duration,
    /// From then on to the last byte of the answer: the time that the work takes.
    pub(crate) answer: Duration,
}

/// Sends `body` to `peer`. Returns the address that it was sent to, and the body of the answer.
pub(crate) async fn post(
    peer: &WorkPeer,
    body: Vec<u8>,
    timeouts: Timeouts,
) -> (String, Result<Vec<u8>, PeerFailure>) {
    let connect = TcpStream::connect((peer.host(), peer.port()));
    let stream = match timeout(timeouts.connect, connect).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(cause)) => return (peer.to_string(), Err(PeerFailure::Connect(cause))),
        Err(_) => {
            return (peer.to_string(), Err(PeerFailure::ConnectTimeout(timeouts.connect)));
        }
    };
    let address = match address(&stream) {
        Ok(address) => address,
        Err(cause) => return (peer.to_string(), Err(PeerFailure::Connect(cause))),
    };
    let answer = match timeout(timeouts.answer, exchange(stream, peer.authority(), body)).await {
        Ok(answer) => answer,
        Err(_) => Err(PeerFailure::AnswerTimeout(timeouts.answer)),
    };
    (address, answer)
}

/// `ip:port`, without brackets even for IPv6, as the reference writes it (`node.md` §6.1).
fn address(stream: &TcpStream) -> io::Result<String> {
    let address = stream.peer_addr()?;
    Ok(format!("{}:{}", address.ip().to_canonical(), address.port()))
}

async fn exchange(stream: TcpStream, host: String, body: Vec<u8>) -> Result<Vec<u8>, PeerFailure> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(BUFFER_BYTES_MAX)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(PeerFailure::Exchange)?;
    let request = request(host, body);
    let mut talk = pin!(async move {
        let response = sender.send_request(request).await.map_err(PeerFailure::Exchange)?;
        if response.status() != StatusCode::OK {
            return Err(PeerFailure::Status(response.status().as_u16()));
        }
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX);
        let body = body.collect().await.map_err(reading_failure)?;
        Ok(body.to_bytes().into())
    });
    let mut connection = pin!(connection);
    let mut connected = true;
    loop {
        tokio::select! {
            biased;
            answer = &mut talk => return answer,
            // What went wrong with the connection is told by the exchange as well.
            _ = &mut connection, if connected => connected = false,
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "an authority of letters, digits, dots, colons and brackets"
)]
fn request(host: String, body: Vec<u8>) -> Request<Full<Bytes>> {
    Request::post("/")
        .header(HOST, host)
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)))
        .expect("fixed but for the host, which was checked when the peer was added")
}

fn reading_failure(cause: Box<dyn std::error::Error + Send + Sync>) -> PeerFailure {
    match cause.downcast::<hyper::Error>() {
        Ok(cause) => PeerFailure::Exchange(*cause),
        Err(other) => {
            debug_assert!(other.is::<LengthLimitError>(), "{other}");
            PeerFailure::TooLong(ANSWER_BYTES_MAX)
        }
    }
}

#[cfg(test)]
mod tests;
