//! The gateway's own WebSocket, in the simulation: confirmations from its journal, with cursors.
//!
//! Stands in for the server, which needs real sockets. Reads requests and writes messages by the protocol's own
//! functions; what waits and what is live come the same way, from the journal.

use std::time::Duration;

use banano_ws_journal::{Journal, Query, ReplayBatch};
use banano_ws_protocol::{
    Action, Cursor, CursorDetail, Includes, RenderSettings, RequestSettings, Topic, Variant,
    parse_request, render, render_ack,
};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::task::TaskTracker;
use turmoil::net::{TcpListener, TcpStream};

use super::{Outcome, WS_PORT, now_ms};

/// Who takes so long to read, or to say anything, is hung up on.
const PATIENCE: Duration = Duration::from_mins(1);

/// Until the host dies.
pub(super) async fn serve(journal: Journal) -> Outcome {
    let listener = TcpListener::bind(("0.0.0.0", WS_PORT)).await?;
    let clients = TaskTracker::new();
    loop {
        let (stream, _) = listener.accept().await?;
        let journal = journal.clone();
        // However it ends, the client finds out.
        clients.spawn(async move { tell(stream, journal).await.unwrap_or_default() });
    }
}

/// One client, until one of the two has enough.
async fn tell(stream: TcpStream, journal: Journal) -> Option<()> {
    let mut socket = tokio_tungstenite::accept_async(stream).await.ok()?;
    // The last event that was sent, once it is subscribed.
    let mut place = None;
    loop {
        // What comes while the rest is sent is something new.
        let mut reader = journal.reader();
        if let Some(place) = &mut place {
            *place = send_all(&mut socket, &journal, *place).await?;
        }
        tokio::select! {
            () = reader.changed(), if place.is_some() => {}
            message = timeout(PATIENCE, socket.next()) => {
                let Message::Text(text) = message.ok()??.ok()? else { continue };
                let request = parse_request(text.as_bytes(), RequestSettings::default()).unwrap();
                if let Action::Subscribe(Some(subscription)) = &request.action {
                    assert_eq!(subscription.topic(), Topic::Confirmation);
                    let since = request.follow.since.as_ref();
                    let after = since.map(|since| journal.locate(Topic::Confirmation, since));
                    // The journal holds everything, so every place is found in it.
                    place = Some(after.transpose().unwrap().unwrap_or_else(|| journal.newest()));
                }
                if request.wants_ack() {
                    let sequence = place.unwrap_or_default();
                    let cursor = Cursor { sequence, ..journal.cursor() };
                    let mut ack = Vec::new();
                    render_ack(&request, cursor, now_ms(), &mut ack);
                    send(&mut socket, ack).await?;
                }
            }
        }
    }
}

/// Sends what came after `place`, and returns the new place.
async fn send_all(
    socket: &mut WebSocketStream<TcpStream>,
    journal: &Journal,
    mut place: u64,
) -> Option<u64> {
    let query = Query { topic: Topic::Confirmation, accounts: None };
    let variant = Variant::confirmation(Includes::default()).with_cursor(CursorDetail::Live);
    let mut replay = journal.replay(query, place, u64::MAX);
    while !replay.is_over() {
        let ReplayBatch::Events { events, .. } = replay.next_batch(16, 1 << 20).unwrap() else {
            panic!("the journal is large enough");
        };
        for stamped in events {
            let mut text = Vec::new();
            render(&stamped, variant, &RenderSettings::default(), &mut text);
            place = stamped.sequence;
            send(socket, text).await?;
        }
    }
    Some(place)
}

async fn send(socket: &mut WebSocketStream<TcpStream>, text: Vec<u8>) -> Option<()> {
    let message = Message::text(String::from_utf8(text).unwrap());
    timeout(PATIENCE, socket.send(message)).await.ok()?.ok()
}
