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
use banano_ws_protocol::{Confirmation, ConfirmationKind, Event, RenderSettings, Topic};
use banano_ws_server::{
    Config, ErrorReplies, Listeners, RefusalReason, Reloader, Server, Sources, Stats, start,
    start_echo,
};
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
    clock: FakeClock,
    witness: Option<Client>,
    marks: u64,
}

/// A server that gives every message back.
pub(crate) fn echo(compression: bool) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = Config {
        compression,
        max_message_bytes: 32 << 20,
        max_outbox_bytes: 1 << 30,
        max_total_outbox_bytes: 1 << 36,
        max_memory_bytes: 1 << 40,
        error_replies: ErrorReplies::Never,
        ..config()
    };
    start_echo(listener, config).unwrap()
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
        Self::start_rendering(config, limits, RenderSettings::default())
    }

    /// Without the members in BAN.
    pub(crate) fn start_without_decimals() -> Self {
        Self::start_without_decimals_on(config())
    }

    pub(crate) fn start_without_decimals_on(config: Config) -> Self {
        let render = RenderSettings { decimal_fields: false, ..RenderSettings::default() };
        Self::start_rendering(config, Limits::default(), render)
    }

    /// Listening elsewhere.
    pub(crate) fn start_at(listeners: impl Into<Listeners>, config: Config) -> Self {
        Self::start_with_all(listeners, config, Limits::default(), RenderSettings::default())
    }

    fn start_rendering(config: Config, limits: Limits, render: RenderSettings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::start_with_all(listener, config, limits, render)
    }

    fn start_with_all(
        listeners: impl Into<Listeners>,
        config: Config,
        limits: Limits,
        render: RenderSettings,
    ) -> Self {
        let clock = FakeClock::at(NOW_MS);
        let journal = Journal::memory(limits, clock.reader());
        let server = start(listeners, config, journal.clone(), render).unwrap();
        Self { server, journal, clock, witness: None, marks: 0 }
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

    /// When the next events happen.
    pub(crate) fn set_time_ms(&self, time_ms: u64) {
        self.clock.set_unix_ms(time_ms);
    }

    pub(crate) fn append(&self, events: impl IntoIterator<Item = Event>) {
        self.journal.append(events.into_iter().collect());
    }

    /// `⇐ conf(block, quorum)`.
    pub(crate) fn confirm(&self, block: BlockFixture) {
        self.append([Event::Confirmation(conf(block, ConfirmationKind::ActiveQuorum))]);
    }

    /// `⇐ conf(block, kind)`.
    pub(crate) fn confirm_as(&self, block: BlockFixture, kind: ConfirmationKind) {
        self.append([Event::Confirmation(conf(block, kind))]);
    }

    /// `⇐ conf(block, quorum)`, with an account of a wallet on one side.
    pub(crate) fn confirm_local(&self, block: BlockFixture) {
        let confirmation = conf(block, ConfirmationKind::ActiveQuorum);
        self.append([Event::Confirmation(Confirmation { local: true, ..confirmation })]);
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

    /// What the program would say of its sources.
    pub(crate) fn sources(&self) -> Sources {
        self.server.sources()
    }

    pub(crate) fn stats(&self) -> Stats {
        self.server.stats()
    }

    pub(crate) fn refused(&self, reason: RefusalReason) -> u64 {
        self.stats().refused(reason)
    }

    pub(crate) fn reloader(&self) -> Reloader {
        self.server.reloader()
    }

    pub(crate) fn subscribers(&self, topic: Topic) -> usize {
        self.stats().subscribers(topic)
    }

    /// Waits until the server's counts are as wanted.
    pub(crate) fn until(&self, what: &str, wanted: impl Fn(&Stats) -> bool) {
        self.until_so(what, || wanted(&self.stats()));
    }

    /// Waits until something is so.
    pub(crate) fn until_so(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        let waited = runtime.block_on(async {
            let reached = async {
                while !is_so() {
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
