//! A witness of events, and a wallet that builds blocks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use banano_ledger::{LedgerRead as _, ProcessResult};
use banano_node::{DevConfig, DevNet, EventSink, Node};
use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, KeyPair, Link, StateBlock, Thresholds,
};
use banano_ws_protocol::{Confirmation, Event};
use tokio::sync::watch;

/// How long a test waits for a cause before it fails. Far more than any of them takes.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Remembers all events, and lets tests wait for one.
pub(crate) struct Witness {
    events: Mutex<Vec<Event>>,
    seen: watch::Sender<usize>,
}

impl Witness {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { events: Mutex::default(), seen: watch::Sender::new(0) })
    }

    pub(crate) fn sink(self: &Arc<Self>) -> EventSink {
        let witness = Arc::clone(self);
        Arc::new(move |batch| {
            let mut events = witness.events.lock().unwrap();
            events.extend(batch);
            witness.seen.send_replace(events.len());
        })
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    /// Waits until `look` finds what it wants in all events so far.
    pub(crate) async fn until<T>(
        &self,
        what: &str,
        mut look: impl FnMut(&[Event]) -> Option<T>,
    ) -> T {
        let mut seen = self.seen.subscribe();
        let search = async {
            loop {
                seen.borrow_and_update();
                if let Some(found) = look(&self.events.lock().unwrap()) {
                    return found;
                }
                seen.changed().await.unwrap();
            }
        };
        let found = tokio::time::timeout(PATIENCE, search).await.ok();
        found.unwrap_or_else(|| panic!("never came: {what}; {} events did", self.events().len()))
    }

    /// Waits for the confirmation of a block.
    pub(crate) async fn confirmation(&self, hash: BlockHash) -> Confirmation {
        self.until("confirmation", |events| {
            confirmations(events).find(|confirmed| confirmed.block.hash() == hash).cloned()
        })
        .await
    }

    /// Waits until so many blocks were confirmed.
    pub(crate) async fn confirmed(&self, count: usize) {
        let mut done = 0;
        let mut looked = 0;
        self.until("confirmations", |events| {
            done += confirmations(&events[looked..]).count();
            looked = events.len();
            (done >= count).then_some(())
        })
        .await;
    }
}

pub(crate) fn confirmations(events: &[Event]) -> impl Iterator<Item = &Confirmation> {
    events.iter().filter_map(|event| match event {
        Event::Confirmation(confirmation) => Some(confirmation),
        _ => None,
    })
}

/// A network of `config` and the witness of its events.
pub(crate) fn start(config: &DevConfig) -> (DevNet, Arc<Witness>) {
    let witness = Witness::new();
    let net = DevNet::start(config, &witness.sink()).unwrap();
    (net, witness)
}

/// A seed of the tests' own.
pub(crate) fn key(index: u32) -> KeyPair {
    banano_primitives::Seed::from_bytes([0x77; 32]).key_pair(index)
}

/// An account as its owner sees it: builds blocks without asking anybody.
#[derive(Clone)]
pub(crate) struct Wallet {
    pub(crate) key: KeyPair,
    pub(crate) head: BlockHash,
    pub(crate) balance: Amount,
    pub(crate) representative: Account,
    thresholds: Thresholds,
}

impl Wallet {
    /// Funded account number `index` of a network, as it is in the first node's ledger.
    pub(crate) fn funded(net: &DevNet, index: usize) -> Self {
        let key = net.accounts()[index].keypair.clone();
        let info = net.node().ledger().account(&key.account()).unwrap().unwrap();
        Self {
            key,
            head: info.head,
            balance: info.balance,
            representative: info.representative,
            thresholds: net.node().network().thresholds,
        }
    }

    /// An account that has no block yet.
    pub(crate) fn unopened(net: &DevNet, key: KeyPair) -> Self {
        let representative = net.node().dev().unwrap().representatives()[0];
        let (head, balance) = (BlockHash::ZERO, Amount::ZERO);
        let thresholds = net.node().network().thresholds;
        Self { key, head, balance, representative, thresholds }
    }

    pub(crate) fn account(&self) -> Account {
        self.key.account()
    }

    pub(crate) fn send(&mut self, to: Account, raw: u128) -> Arc<Block> {
        let balance = self.balance.checked_sub(Amount::from_raw(raw)).unwrap();
        self.block(balance, Link::from(to))
    }

    pub(crate) fn receive(&mut self, send: BlockHash, raw: u128) -> Arc<Block> {
        let balance = self.balance.checked_add(Amount::from_raw(raw)).unwrap();
        self.block(balance, Link::from(send))
    }

    fn block(&mut self, balance: Amount, link: Link) -> Arc<Block> {
        let state = StateBlock {
            account: self.account(),
            previous: self.head,
            representative: self.representative,
            balance,
            link,
        };
        let root = Body::State(state.clone()).root();
        let work = banano_work::search(&root, self.thresholds.epoch_1, 0, u64::MAX).unwrap();
        let block = Arc::new(Block::signed(Body::State(state), &self.key, work));
        self.head = block.hash();
        self.balance = balance;
        block
    }
}

/// Processes a block that must be taken.
pub(crate) async fn process(node: &Node, block: &Arc<Block>) {
    let result = node.process(Arc::clone(block), false).await.unwrap();
    assert_eq!(result, ProcessResult::Progress, "block {}", block.hash());
}

/// Waits until every node has cemented a block. Each look is a round trip through the node, so the
/// wait is for its passes and not for the clock.
pub(crate) async fn cemented_everywhere(net: &DevNet, hash: BlockHash) {
    let wait = async {
        for node in net.nodes() {
            while !node.ledger().is_cemented(&hash).unwrap() {
                node.stats().await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    };
    if tokio::time::timeout(PATIENCE, wait).await.is_err() {
        let holders: Vec<bool> =
            net.nodes().iter().map(|node| node.ledger().is_cemented(&hash).unwrap()).collect();
        panic!("block {hash} was not cemented everywhere: {holders:?}");
    }
}

/// Asserts that all nodes hold the same chains, all cemented.
pub(crate) fn assert_agreed(net: &DevNet) {
    let ledgers: Vec<_> = net
        .nodes()
        .iter()
        .map(|node| {
            let accounts = node.ledger().accounts(&Account::ZERO, usize::MAX).unwrap();
            let counts = node.ledger().counts();
            assert_eq!(counts.blocks, counts.cemented, "everything is cemented");
            accounts.into_iter().map(|(account, info)| (account, info.head)).collect::<Vec<_>>()
        })
        .collect();
    for other in &ledgers[1..] {
        assert_eq!(&ledgers[0], other, "nodes disagree");
    }
}
