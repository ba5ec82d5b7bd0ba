//! Harms clients on request, as a bad network would: drops them, or holds back what they are sent.
//!
//! Held by whoever lets tests do that. Asks the shards, which alone know their clients. Says no last
//! words: a client sees its connection end, and has to find out by itself what it missed. Never loses
//! what it holds back: that waits in the outbox, as if the socket were full.

use std::{net::SocketAddr, rc::Rc, sync::Arc, time::Duration};

use tokio::{task::spawn_local, time::sleep};
use tracing::info;

use crate::{admission::Peer, ask::Shards, close::Close, connection::Connection, shard::Shard};

/// Harms clients of a server. Cheap to clone; of no effect once the server has stopped.
#[derive(Debug, Clone)]
pub struct Faults {
    shards: Shards,
}

/// What becomes of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Its connection ends, without a close frame.
    Drop,
    /// For so long, what it is sent does not leave.
    Delay(Duration),
}

impl Faults {
    pub(crate) fn new(shards: Shards) -> Self {
        Self { shards }
    }

    /// Does this to every session that `choose` picks, by its peer address and what it calls itself in
    /// its URL (`?client=…`), and returns to how many. Waits for the shards, so it is not to be called
    /// from one of them.
    pub fn inflict(
        &self,
        fault: Fault,
        choose: impl Fn(SocketAddr, Option<&str>) -> bool + Send + Sync + 'static,
    ) -> usize {
        let choose = Arc::new(choose);
        let counts = self.shards.each(move |_, shard| {
            let mut harmed = Vec::new();
            shard.each_connection(|connection| {
                let Peer::Ip(peer) = connection.pass.peer else { return };
                if connection.ending().is_none() && choose(peer, connection.pass.name.as_deref()) {
                    harmed.push((connection.id, peer));
                }
            });
            for (id, peer) in &harmed {
                let Some(connection) = shard.connection(*id) else { continue };
                info!(target: "ws", "client at {peer}: {fault:?} on request");
                match fault {
                    Fault::Drop => connection.end(Close::Gone),
                    Fault::Delay(time) => delay(shard, &connection, time),
                }
            }
            harmed.len()
        });
        counts.into_iter().sum()
    }
}

/// Holds a client's socket shut for a time. It may be gone before that.
fn delay(shard: &Shard, connection: &Rc<Connection>, time: Duration) {
    connection.hold(shard.tick());
    let connection = Rc::downgrade(connection);
    spawn_local(async move {
        sleep(time).await;
        if let Some(connection) = connection.upgrade() {
            connection.release();
        }
    });
}
