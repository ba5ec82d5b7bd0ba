//! A dev network with its WebSocket server, inside the test.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use banano_node::{DevConfig, DevNet, LedgerRead as _, Node, ProcessResult};
use banano_primitives::{Block, BlockHash};
use banano_ws_journal::{Journal, Limits};
use banano_ws_protocol::RenderSettings;
use banano_ws_server::{Config, Server};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::client::Client;

pub(crate) struct Network {
    net: DevNet,
    server: Server,
    runtime: Runtime,
}

impl Network {
    /// As users start it.
    pub(crate) fn start() -> Self {
        Self::with(&DevConfig::default())
    }

    pub(crate) fn with(config: &DevConfig) -> Self {
        Self::watched(config, &[]).0
    }

    /// The same, and one client for each topic, with options, that sees it from its first moment.
    pub(crate) fn watched(config: &DevConfig, topics: &[(&str, Value)]) -> (Self, Vec<Client>) {
        let journal = Journal::memory(Limits::default(), now_ms);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let one_shard = Config { shards: Some(1.try_into().unwrap()), ..Config::default() };
        let render = RenderSettings::default();
        let server = banano_ws_server::start(listener, one_shard, journal.clone(), render).unwrap();
        let subscribe = |(topic, options): &(&str, Value)| {
            let mut client = Client::connect(server.address());
            client.subscribe(topic, options);
            client
        };
        let clients = topics.iter().map(subscribe).collect();
        let net = DevNet::start(config, &(Arc::new(move |batch| journal.append(batch)) as _));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        (Self { net: net.unwrap(), server, runtime }, clients)
    }

    /// Stops the nodes.
    pub(crate) fn stop(self) {
        self.runtime.block_on(self.net.stop()).unwrap();
    }

    pub(crate) fn net(&self) -> &DevNet {
        &self.net
    }

    pub(crate) fn node(&self) -> &Node {
        self.net.node()
    }

    /// Waits for something that the network does.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Gives a block to the first node, which must take it.
    pub(crate) fn process(&self, block: &Arc<Block>) {
        assert_eq!(self.offer(block), ProcessResult::Progress, "{}", block.hash());
    }

    /// Gives a block to the first node.
    pub(crate) fn offer(&self, block: &Arc<Block>) -> ProcessResult {
        self.wait(self.node().process(Arc::clone(block), false)).unwrap()
    }

    /// Waits until every node has cemented a block.
    pub(crate) fn cemented_by_all(&self, hash: BlockHash) {
        self.wait(async {
            for node in self.net.nodes() {
                while !node.ledger().is_cemented(&hash).unwrap() {
                    node.stats().await.unwrap();
                    tokio::task::yield_now().await;
                }
            }
        });
    }

    /// Starts an election for a block on the first node, or tells it again.
    pub(crate) fn block_confirm(&self, hash: BlockHash) {
        self.wait(self.node().block_confirm(hash)).unwrap();
    }

    /// Lets all representatives vote for what `--confirm manual` holds back.
    pub(crate) fn release(&self, hash: Option<BlockHash>) {
        self.wait(self.node().dev().unwrap().release(hash)).unwrap();
    }

    /// A client that is subscribed, with options unless they are `null`.
    pub(crate) fn subscriber(&self, topic: &str, options: &Value) -> Client {
        let mut client = Client::connect(self.server.address());
        client.subscribe(topic, options);
        client
    }
}

#[expect(clippy::disallowed_methods, reason = "the journal is given its clock here")]
fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(now.as_millis()).unwrap()
}
