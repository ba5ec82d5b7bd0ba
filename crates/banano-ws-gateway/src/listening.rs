//! One upstream: subscribed to what is wanted, with everything on.
//!
//! A task of the gateway. The client library reconnects, pings and resumes; a node that does not know
//! an option ignores it, and tells less.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use banano_primitives::Prefix;
use banano_ws_client::{
    Builder, Client, ClientError, Confirmations, Dialer, Events, Item, OnFull, OnGap, Status,
    StreamExt as _, Subscription, Timing, Topic, Votes, without_secrets,
};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::UpstreamId;
use crate::coverage::Coverage;
use crate::merging::Heard;

/// Items that wait for the merge, of one upstream; then its socket does.
const QUEUE: usize = 4_096;

/// How long a topic is listened to although nobody wants it any more.
const LINGER: Duration = Duration::from_mins(1);

/// A task that is to be.
pub(crate) struct Listener {
    pub(crate) id: UpstreamId,
    pub(crate) url: String,
    pub(crate) timing: Timing,
    pub(crate) dialer: Dialer,
    /// How accounts are written to clients.
    pub(crate) prefix: Prefix,
    pub(crate) wanted: watch::Receiver<BTreeSet<Topic>>,
    pub(crate) coverage: Arc<Coverage>,
    pub(crate) heard: mpsc::Sender<Heard>,
    pub(crate) stop: CancellationToken,
}

/// One that has begun to connect.
pub(crate) struct Listening {
    listener: Listener,
    client: Client,
    events: Events,
}

impl Listener {
    pub(crate) async fn open(self) -> Result<Listening, ClientError> {
        let builder = Builder::new(&self.url)
            .queue(QUEUE, OnFull::Wait)
            .on_gap(OnGap::Oldest)
            .window(0)
            .checked(false)
            .timing(self.timing)
            .dialer(self.dialer.clone());
        let (client, events) = builder.start().await?;
        Ok(Listening { listener: self, client, events })
    }
}

impl Listening {
    /// Until the gateway stops.
    pub(crate) async fn run(self) {
        let Self { listener, client, mut events } = self;
        let Listener { id, url, wanted, coverage, heard, stop, prefix, .. } = listener;
        let url = without_secrets(&url);
        let topics = Topic::ALL.map(|topic| {
            let (client, url, heard, wanted) = (&client, &url, &heard, wanted.clone());
            let coverage = &coverage;
            async move {
                let told = (topic == Topic::Confirmation).then_some(heard);
                let subscribed = |subscribed: Result<(), ClientError>| async move {
                    match &subscribed {
                        Ok(()) => coverage.begin(id, topic, false),
                        Err(error) => warn!(upstream = url, %topic, %error, "not subscribed"),
                    }
                    if let (Ok(()), Some(heard)) = (subscribed, told) {
                        // Fails only while the gateway stops.
                        let _ = heard.send(Heard::InForce(id, false)).await;
                    }
                };
                follow(client, topic, wanted, subscribed, || coverage.end(id, topic)).await;
            }
        });
        let subscribing = futures_util::future::join_all(topics);
        let listening = async {
            let (mut faults, mut is_looked_at) = (Faults::default(), false);
            while let Some(item) = events.next().await {
                let heard_ = match item {
                    Item::Event(event) => {
                        is_looked_at = is_looked_at || look_at(&event.text, prefix, &url);
                        Heard::Event(id, event)
                    }
                    Item::Status(status) => {
                        cover(&coverage, id, &status);
                        match told(id, &url, &status, &mut faults) {
                            Some(heard) => heard,
                            None => continue,
                        }
                    }
                };
                if heard.send(heard_).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            // Ends only with the gateway.
            (_, ()) = async { tokio::join!(subscribing, listening) } => {}
        }
        client.close().await;
    }
}

/// Looks how a message writes accounts, and tells the log if that is not how clients are told. Returns
/// whether there was one.
fn look_at(text: &str, prefix: Prefix, url: &str) -> bool {
    let has = |start: &str| text.contains(start);
    let (is_nano, is_banano) = (has("\"nano_") || has("\"xrb_"), has("\"ban_"));
    if (prefix == Prefix::Ban && is_nano) || (prefix == Prefix::Nano && is_banano) {
        let (theirs, other) = if is_nano { ("nano_", "nano-live") } else { ("ban_", "live") };
        warn!(
            upstream = url,
            "writes accounts as {theirs}…, but clients are told otherwise; add --network {other}, or the one \
             that it is"
        );
    }
    is_nano || is_banano
}

/// Is subscribed to a topic whenever somebody wants it, and for a while after, until nobody says any
/// more what is wanted. Each topic waits alone: a node that does not know one never acknowledges it.
async fn follow<F: Future<Output = ()>>(
    client: &Client,
    topic: Topic,
    mut wanted: watch::Receiver<BTreeSet<Topic>>,
    subscribed: impl Fn(Result<(), ClientError>) -> F,
    unsubscribed: impl Fn(),
) {
    let mut still = wanted.clone();
    while wanted.wait_for(|it| it.contains(&topic)).await.is_ok() {
        let listening = async {
            subscribed(client.subscribe(everything(topic)).await).await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = listening => {}
            is_over = unwanted(topic, &mut still) => if is_over { return },
        }
        unsubscribed();
        // Fails only when the client is closed.
        let _ = client.unsubscribe(topic).await;
    }
}

/// Waits until nobody has wanted a topic for a while: who comes back within it has missed nothing.
/// Returns whether nobody will say any more what is wanted.
async fn unwanted(topic: Topic, wanted: &mut watch::Receiver<BTreeSet<Topic>>) -> bool {
    loop {
        if wanted.wait_for(|it| !it.contains(&topic)).await.is_err() {
            return true;
        }
        match timeout(LINGER, wanted.wait_for(|it| it.contains(&topic))).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) => return true,
            Err(_) => return false,
        }
    }
}

/// What a status means to what is heard: a connection that is lost says nothing more, and one that is back
/// may have kept what happened meanwhile.
fn cover(coverage: &Coverage, id: UpstreamId, status: &Status) {
    match status {
        Status::Disconnected { .. } => {
            for topic in Topic::ALL {
                coverage.end(id, topic);
            }
        }
        Status::Continuity { topic, continuity, .. } => {
            coverage.begin(id, *topic, continuity.is_complete());
        }
        _ => {}
    }
}

/// What the log was told of a connection.
#[derive(Default)]
struct Faults {
    is_down: bool,
    /// It has said what cannot be read.
    is_unclear: bool,
}

/// What a status means to the merge, if anything. A log has one line for an outage, not one for each
/// attempt to end it.
fn told(id: UpstreamId, url: &str, status: &Status, faults: &mut Faults) -> Option<Heard> {
    let Faults { is_down, is_unclear } = faults;
    match status {
        Status::Connected { .. } => {
            *is_unclear = false;
            if std::mem::take(is_down) {
                warn!(upstream = url, "connected again");
            } else {
                info!(upstream = url, "connected");
            }
            None
        }
        Status::Disconnected { reason, .. } => {
            if std::mem::replace(is_down, true) {
                debug!(upstream = url, reason, "still not connected");
            } else {
                warn!(upstream = url, reason, "not connected; trying again");
            }
            Some(Heard::Down(id))
        }
        // After a loss, the subscription is in force again.
        Status::Continuity { topic: Topic::Confirmation, continuity, .. } => {
            Some(Heard::InForce(id, continuity.is_complete()))
        }
        Status::Continuity { .. } => None,
        Status::Unreadable(text) => {
            if std::mem::replace(is_unclear, true) {
                debug!(upstream = url, text, "left out a message that cannot be read");
            } else {
                warn!(
                    upstream = url,
                    text, "left out a message that cannot be read; more are only counted"
                );
            }
            Some(Heard::Unreadable(id))
        }
        status => {
            warn!(upstream = url, %status, "the upstream is not understood");
            None
        }
    }
}

/// A topic with every option on.
fn everything(topic: Topic) -> Subscription {
    match topic {
        Topic::Confirmation => Confirmations::new()
            .include_block(true)
            .include_election_info(true)
            .include_election_info_with_votes(true)
            .include_sideband_info(true)
            .include_linked_account(true)
            .into(),
        Topic::Vote => Votes::new().include_replays(true).include_indeterminate(true).into(),
        topic => topic.into(),
    }
}
