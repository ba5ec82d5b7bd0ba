//! Ends that nobody asked for.

use std::sync::atomic::{AtomicU32, Ordering};

use banano_consensus::{Config, Consensus};
use banano_ledger::{Change, Key, Ledger, MemoryStore, ProcessResult, Row, Store, Table};
use banano_primitives::{Account, Block, KeyPair, Network};
use tokio::sync::oneshot;

use super::*;
use crate::clock::Clock;
use crate::events::{EventSink, Events};
use crate::inbox::Limits;
use crate::net::pipe::pipe;
use crate::request::{Process, Request};

/// A store that fails after so many commits.
#[derive(Debug)]
struct Failing {
    store: MemoryStore,
    commits_left: AtomicU32,
}

impl Store for Failing {
    fn get(&self, table: Table, key: &Key) -> Result<Option<Row>, StoreError> {
        self.store.get(table, key)
    }

    fn page(&self, table: Table, from: &Key, limit: usize) -> Result<Vec<(Key, Row)>, StoreError> {
        self.store.page(table, from, limit)
    }

    fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        if self.commits_left.fetch_sub(1, Ordering::SeqCst) == 0 {
            let source = io::Error::other("no space left on device").into();
            return Err(StoreError::Backend { act: "write a batch", source });
        }
        self.store.commit(changes)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.store.sync()
    }
}

/// A node on a store that fails after `commits` commits, its inbox, and its failure.
fn node(
    commits: u32,
    sink: Option<EventSink>,
) -> (Running, Arc<Inbox>, watch::Receiver<Option<Arc<NodeFailure>>>) {
    let network = Arc::new(Network::dev());
    let store = Failing { store: MemoryStore::new(), commits_left: AtomicU32::new(commits) };
    let ledger = Ledger::open(Box::new(store), &network).unwrap();
    let inbox = Inbox::new(Limits::default());
    let (peers, _pipe) = pipe(&network);
    let parts = Parts {
        clock: Clock::start(),
        consensus: Consensus::new(Config::for_network(&network), &*ledger).unwrap(),
        network,
        inbox: Arc::clone(&inbox),
        ledger: Arc::clone(&ledger),
        writer: ledger.writer(),
        peers,
        id: KeyPair::from(banano_primitives::DEV_GENESIS_KEY),
        representatives: Vec::new(),
        lent: None,
        events: Events::new(sink),
    };
    let (failures, failure) = watch::channel(None);
    (Running::start(1, parts, failures).unwrap(), inbox, failure)
}

/// A block that makes progress.
fn block() -> Arc<Block> {
    let network = Network::dev();
    let key = KeyPair::from(banano_primitives::DEV_GENESIS_KEY);
    let state = banano_primitives::StateBlock {
        account: key.account(),
        previous: network.genesis.hash(),
        representative: key.account(),
        balance: banano_primitives::Amount::from_raw(1),
        link: Account::from_bytes([5; 32]).into(),
    };
    let root = network.genesis.hash().into();
    let work = banano_work::search(&root, network.thresholds.epoch_1, 0, u64::MAX).unwrap();
    Arc::new(Block::signed(banano_primitives::Body::State(state), &key, work))
}

async fn process(inbox: &Inbox) -> Result<ProcessResult, oneshot::error::RecvError> {
    let (reply, result) = oneshot::channel();
    let process = Process { block: block(), signed_by: None, force: false, reply };
    inbox.request(Request::Process(process)).await.unwrap();
    result.await
}

#[tokio::test]
async fn a_store_that_fails_ends_the_node_and_its_owner_is_told() {
    // One commit begins the ledger; the block's is the next.
    let (mut running, inbox, mut failure) = node(1, None);
    assert!(process(&inbox).await.is_err(), "what is not on disk is not answered for");
    let told = failure.wait_for(Option::is_some).await.unwrap().clone().unwrap();
    assert!(matches!(&*told, NodeFailure::Store { node: 1, .. }), "{told}");
    let mut chain = told.to_string();
    let mut cause = std::error::Error::source(&*told);
    while let Some(error) = cause {
        chain = format!("{chain}: {error}");
        cause = error.source();
    }
    assert!(chain.contains("no space left on device"), "{chain}");
    running.ended().await;
    let later = inbox.request(Request::Release { hash: None, reply: oneshot::channel().0 }).await;
    assert!(later.is_err(), "later callers are told that the node stopped");
}

#[tokio::test]
async fn a_panic_ends_the_node_and_its_owner_is_told() {
    let sink: EventSink = Arc::new(|_| panic!("the sink is broken"));
    let (mut running, inbox, mut failure) = node(u32::MAX, Some(sink));
    assert!(process(&inbox).await.is_err());
    let told = failure.wait_for(Option::is_some).await.unwrap().clone().unwrap();
    assert!(told.to_string().contains("the sink is broken"), "{told}");
    running.ended().await;
}

#[tokio::test]
async fn a_node_that_is_told_to_end_is_no_failure() {
    let (mut running, inbox, failure) = node(u32::MAX, None);
    assert_eq!(process(&inbox).await, Ok(ProcessResult::Progress));
    running.close();
    running.ended().await;
    drop(running);
    assert!(failure.borrow().is_none());
}
