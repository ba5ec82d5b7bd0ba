//! A server on a port of its own, fed by hand.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use banano_testkit::fixtures::BlockFixture;
use banano_testkit::{
    FakeClock,
    fixtures::{bootstrap_started, conf},
};
use banano_ws_journal::{Journal, Limits};
use banano_ws_protocol::{ConfirmationKind, Event, RenderSettings, Topic};
use banano_ws_server::{Config, Server, Stats, start};
use serde_json::json;
use tokio::runtime::Builder;

use crate::client::Client;

/// When all events of these tests happen.
pub(crate) const NOW_MS: u64 = 1_700_000_000_700;

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A server, its journal, and one client that sees when events have gone out.
pub(crate) struct Host {
    server: Server,
    journal: Journal,
    witness: Option<Client>,
    marks: u64,
}

/// One shard, so that one witness sees the progress of everyone. No session ends only because a
/// close took too long: the tests would not wait for it.
pub(crate) fn config() -> Config {
    Config { shards: Some(1.try_into().unwrap()), close_timeout_ms: 60_000, ..Config::default() }
}

impl Host {
    pub(crate) fn start() -> Self {
        Self::start_with(config())
    }

    pub(crate) fn start_with(config: Config) -> Self {
        Self::start_on(config, Limits::default())
    }

    pub(crate) fn start_on(config: Config, limits: Limits) -> Self {
        let journal = Journal::memory(limits, FakeClock::at(NOW_MS).reader());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = start(listener, config, journal.clone(), RenderSettings::default()).unwrap();
        Self { server, journal, witness: None, marks: 0 }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.address())
    }

    /// A client that is subscribed.
    pub(crate) fn subscriber(&self, topic: &str) -> Client {
        let mut client = self.connect();
        client.ask(&json!({"action": "subscribe", "topic": topic, "ack": true}));
        client
    }

    /// A client that is subscribed with options.
    pub(crate) fn subscriber_with(&self, topic: &str, options: &serde_json::Value) -> Client {
        let mut client = self.connect();
        let request =
            json!({"action": "subscribe", "topic": topic, "ack": true, "options": options});
        client.ask(&request);
        client
    }

    pub(crate) fn append(&self, events: impl IntoIterator<Item = Event>) {
        self.journal.append(events.into_iter().collect());
    }

    /// `⇐ conf(block, quorum)`.
    pub(crate) fn confirm(&self, block: BlockFixture) {
        self.append([Event::Confirmation(conf(block, ConfirmationKind::ActiveQuorum))]);
    }

    /// Returns when everything that was appended before is on its way to those who want it. What
    /// they send from now on is answered behind it.
    pub(crate) fn settle(&mut self) {
        self.marks += 1;
        let mut mark = bootstrap_started();
        mark.id = format!("mark {}", self.marks);
        let mut witness = self.witness.take().unwrap_or_else(|| self.subscriber("bootstrap"));
        self.append([Event::Bootstrap(mark.clone())]);
        while witness.json()["message"]["id"] != *mark.id {}
        self.witness = Some(witness);
    }

    pub(crate) fn stats(&self) -> Stats {
        self.server.stats()
    }

    pub(crate) fn subscribers(&self, topic: Topic) -> usize {
        self.stats().subscribers(topic)
    }

    /// Waits until the server's counts are as wanted.
    pub(crate) fn until(&self, what: &str, wanted: impl Fn(&Stats) -> bool) {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        let waited = runtime.block_on(async {
            let reached = async {
                while !wanted(&self.stats()) {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            };
            tokio::time::timeout(PATIENCE, reached).await
        });
        waited.unwrap_or_else(|_| panic!("{what}: {:?}", self.stats()));
    }

    /// Stops the server and waits for it.
    pub(crate) fn stop(&self) {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(self.server.stop());
    }
}
