//! Topic `status`: tells its subscribers how the server is doing.
//!
//! One task per shard, which looks whenever the program said something new; also called right after a
//! subscription, and before the clients of a server that stops are closed. Never queues: a client that
//! does not read gets what its outbox takes, and the state of now if it asks again.

use std::rc::Rc;

use banano_ws_hub::{Framing, frame};
use banano_ws_protocol::{SourceStatus, Status, render_status};
use bytes::Bytes;

use crate::{clock, connection::Connection, shard::Shard, sources::Board};

/// What the clients of a shard know.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) news: tokio::sync::watch::Receiver<Board>,
    board: Board,
}

/// Whether a client is subscribed to `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Watching {
    #[default]
    No,
    /// It has just asked, and is to be told what is so now.
    Asked,
    Yes,
}

impl Told {
    pub(crate) fn new(mut news: tokio::sync::watch::Receiver<Board>) -> Self {
        let board = news.borrow_and_update().clone();
        Self { news, board }
    }

    /// What has changed since this was last asked.
    fn changes(&mut self) -> Vec<Status> {
        let board = self.news.borrow_and_update().clone();
        let is_known = |source: &&SourceStatus| {
            let mut known = self.board.sources.iter();
            known.any(|it| {
                (&it.name, it.state, it.since_ms) == (&source.name, source.state, source.since_ms)
            })
        };
        let changed = board.sources.iter().filter(|source| !is_known(source)).cloned();
        let mut changes: Vec<_> = changed.map(Status::Source).collect();
        if self.board.shutdown != board.shutdown {
            changes.extend(shutdown(&board));
        }
        self.board = board;
        changes
    }

    /// All that is so.
    fn all(&self) -> Vec<Status> {
        let sources = self.board.sources.iter().cloned().map(Status::Source);
        sources.chain(shutdown(&self.board)).collect()
    }
}

fn shutdown(board: &Board) -> Option<Status> {
    board.shutdown.map(|deadline_ms| Status::Shutdown { deadline_ms })
}

/// Tells what is new whenever there is something, until the shard's runtime ends.
pub(crate) async fn run(shard: Rc<Shard>) {
    let mut news = shard.told.borrow().news.clone();
    while news.changed().await.is_ok() {
        tell_news(&shard);
    }
}

/// Tells all who are subscribed what is new.
pub(crate) fn tell_news(shard: &Shard) {
    let changes = shard.told.borrow_mut().changes();
    if changes.is_empty() {
        return;
    }
    let [socket, stream] = [Framing::WebSocket, Framing::EventStream]
        .map(|framing| Bytes::from(framed(&changes, framing)));
    shard.each_connection(|connection| {
        if connection.watching() == Watching::Yes {
            let frames = if connection.framing.is_websocket() { &socket } else { &stream };
            // Who has no room for it knows less than it could, and nothing wrong for long: it reads so
            // slowly that its events come late as well.
            let _delivery = connection.send(frames, changes.len(), shard.tick());
        }
    });
}

/// Tells one client what is so now, if it has just subscribed.
pub(crate) fn tell_all(shard: &Shard, connection: &Connection) {
    if connection.watching() == Watching::Asked {
        connection.set_watching(Watching::Yes);
        let all = shard.told.borrow().all();
        connection.send_slice(&framed(&all, connection.framing), shard.tick());
    }
}

fn framed(statuses: &[Status], framing: Framing) -> Vec<u8> {
    let (mut out, mut text, now) = (Vec::new(), Vec::new(), clock::now_ms());
    for status in statuses {
        text.clear();
        render_status(status, now, &mut text);
        match framing {
            Framing::WebSocket | Framing::Deflated(_) => frame::append_text(&text, &mut out),
            Framing::EventStream => frame::append_event_without_id(&text, &mut out),
        }
    }
    out
}
