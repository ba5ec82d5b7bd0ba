//! A node that lacks blocks, and a peer that has them.

use banano_ledger::{Ledger, ProcessResult, Writer};
use banano_primitives::{Amount, Body, DEV_GENESIS_KEY, KeyPair, Link, Network, Seed, StateBlock};

use super::*;
use crate::inbox::{Inbox, Intake, Limits};
use crate::peers::Link as Pipe;

const PEER: PeerId = PeerId(0);

/// A ledger in which the genesis account pays `accounts` accounts, each of which receives and then
/// changes its representative `changes` times.
fn ledger(accounts: u32, changes: usize) -> Writer {
    let network = Network::dev();
    let mut writer = Ledger::memory(&network).unwrap().writer();
    let genesis = KeyPair::from(DEV_GENESIS_KEY);
    let mut from = Chain::after(&network.genesis, &genesis, Amount::MAX);
    for index in 0..accounts {
        let key = Seed::from_bytes([3; 32]).key_pair(index);
        let send = from.next(Amount::from_raw(from.state.balance.raw() - 1), key.account().into());
        store(&mut writer, &send);
        let mut to = Chain::opening(&key);
        store(&mut writer, &to.next(Amount::from_raw(1), send.hash().into()));
        for _ in 0..changes {
            to.state.representative = Account::from_bytes(*to.state.previous.as_bytes());
            store(&mut writer, &to.next(Amount::from_raw(1), Link::ZERO));
        }
    }
    writer
}

fn store(writer: &mut Writer, block: &Arc<Block>) {
    let outcome = writer.process(block, None, 1).unwrap();
    assert_eq!(outcome.result, ProcessResult::Progress);
}

struct Chain {
    key: KeyPair,
    state: StateBlock,
}

impl Chain {
    fn after(block: &Block, key: &KeyPair, balance: Amount) -> Self {
        let mut chain = Self::opening(key);
        chain.state.previous = block.hash();
        chain.state.balance = balance;
        chain
    }

    fn opening(key: &KeyPair) -> Self {
        let state = StateBlock {
            account: key.account(),
            previous: BlockHash::ZERO,
            representative: key.account(),
            balance: Amount::ZERO,
            link: Link::ZERO,
        };
        Self { key: key.clone(), state }
    }

    fn next(&mut self, balance: Amount, link: Link) -> Arc<Block> {
        self.state.balance = balance;
        self.state.link = link;
        let root = Body::State(self.state.clone()).root();
        let difficulty = Network::dev().thresholds.epoch_1;
        let work = banano_work::search(&root, difficulty, 0, u64::MAX).unwrap();
        let block = Arc::new(Block::signed(Body::State(self.state.clone()), &self.key, work));
        self.state.previous = block.hash();
        block
    }
}

/// The node under test: what it fetches goes into its ledger, gaps included.
struct Node {
    catch_up: CatchUp,
    peers: Peers,
    pipe: Arc<Inbox>,
    writer: Writer,
    now: u64,
}

impl Node {
    fn new(writer: Writer) -> Self {
        let pipe = Inbox::new(Limits::default());
        let peers = Peers::new(vec![Pipe { to: Arc::clone(&pipe), from: PEER }], 1);
        Self { catch_up: CatchUp::default(), peers, pipe, writer, now: 0 }
    }

    /// What it asks its peer at this moment.
    fn requests(&mut self) -> Vec<AscPullReq> {
        self.catch_up.ask(self.now, &mut self.peers, &self.writer).unwrap();
        self.peers.flush();
        let mut intake = Intake::default();
        self.pipe.wait(Some(std::time::Duration::ZERO), &mut intake);
        intake
            .messages
            .into_iter()
            .map(|(_, message)| match message {
                Message::AscPullReq(request) => request,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    fn take(&mut self, answer: AscPullAck) -> usize {
        let blocks = self.catch_up.answered(PEER, answer, &self.writer).unwrap();
        for block in &blocks {
            let result = self.writer.process(block, None, 1).unwrap().result;
            match result {
                ProcessResult::Progress => self.catch_up.found(&block.hash()),
                ProcessResult::GapPrevious => {
                    self.catch_up.missing(block.previous(), block.account(), self.now);
                }
                ProcessResult::GapSource => {
                    let source = block.link().unwrap().as_hash();
                    self.catch_up.missing(source, None, self.now);
                    // Its own turn comes again with the next walk or gap.
                }
                _ => {}
            }
        }
        blocks.len()
    }

    /// Talks to a peer until there is nothing more to ask.
    fn talk(&mut self, peer: &Writer) -> usize {
        let mut answers = 0;
        loop {
            let requests = self.requests();
            assert!(requests.len() <= ASKED_MAX);
            if requests.is_empty() {
                match self.catch_up.next_wakeup() {
                    Some(due) => self.now = due.max(self.now + 1),
                    None => return answers,
                }
                continue;
            }
            for request in requests {
                answers += 1;
                self.take(answer(&request, peer).unwrap());
            }
        }
    }

    fn counts(&self) -> (u64, u64) {
        let counts = self.writer.counts();
        (counts.blocks, counts.accounts)
    }
}

#[test]
fn a_walk_finds_every_account_and_every_block() {
    let peer = ledger(50, 5);
    let mut node = Node::new(ledger(0, 0));
    // The receives come before the sends that they need, so it takes a second walk.
    for _ in 0..2 {
        node.catch_up.walk(node.now);
        node.talk(&peer);
    }
    let counts = peer.counts();
    assert_eq!(node.counts(), (counts.blocks, counts.accounts));
    node.catch_up.walk(node.now);
    assert_eq!(node.talk(&peer), 1, "nothing is asked for twice");
}

#[test]
fn a_chain_longer_than_an_answer_is_fetched_in_parts() {
    let peer = ledger(1, 300);
    let mut node = Node::new(ledger(1, 0));
    node.catch_up.walk(0);
    let answers = node.talk(&peer);
    assert_eq!(node.counts(), (303, 2));
    // Frontiers; then 128 with the known head, 128 and 47 with the last one; then nothing new.
    assert!((4..=5).contains(&answers), "{answers} answers");
}

#[test]
fn a_block_that_votes_point_at_is_fetched_after_a_while() {
    let peer = ledger(1, 1);
    let mut node = Node::new(ledger(0, 0));
    let send = peer.following(&Network::dev().genesis.hash()).unwrap().unwrap();
    node.catch_up.missing(send, None, 0);
    assert_eq!(node.requests(), [], "it may be on its way");
    node.talk(&peer);
    assert!(node.writer.block_exists(&send).unwrap());
}

#[test]
fn a_block_that_comes_by_itself_is_not_asked_for() {
    let peer = ledger(1, 0);
    let mut node = Node::new(ledger(0, 0));
    let send = peer.following(&Network::dev().genesis.hash()).unwrap().unwrap();
    node.catch_up.missing(send, None, 0);
    store(&mut node.writer, &peer.block(&send).unwrap().unwrap().block);
    node.catch_up.found(&send);
    assert_eq!(node.talk(&peer), 0);
}

#[test]
fn the_other_side_of_a_fork_is_fetched() {
    let peer = ledger(1, 2);
    let mut node = Node::new(ledger(0, 0));
    let genesis = KeyPair::from(DEV_GENESIS_KEY);
    let mut chain = Chain::after(&Network::dev().genesis, &genesis, Amount::MAX);
    store(&mut node.writer, &chain.next(Amount::from_raw(5), Link::from(genesis.account())));
    let send = peer.following(&Network::dev().genesis.hash()).unwrap().unwrap();
    node.catch_up.walk(0);
    let mut seen = Vec::new();
    for _ in 0..9 {
        for request in node.requests() {
            let AscPullAck { id, pulled } = answer(&request, &peer).unwrap();
            if let Pulled::Blocks(blocks) = &pulled {
                seen.extend(blocks.iter().map(|block| block.hash()));
            }
            node.take(AscPullAck { id, pulled });
        }
    }
    assert!(seen.contains(&send), "the ledger gets to see the rival: {seen:?}");
}

/// A node that has just asked for a chain of four blocks, the number of its request, and the blocks.
fn asking() -> (Node, u64, Vec<Arc<Block>>) {
    let peer = ledger(1, 3);
    let mut node = Node::new(ledger(0, 0));
    let account = Seed::from_bytes([3; 32]).key_pair(0).account();
    node.catch_up.missing(BlockHash::ZERO, Some(account), 0);
    node.now = 1_000;
    let request = node.requests().remove(0);
    let Pulled::Blocks(blocks) = answer(&request, &peer).unwrap().pulled else { panic!("blocks") };
    (node, request.id, blocks)
}

#[test]
fn answers_that_do_not_fit_are_worth_nothing() {
    let (_, id, good) = asking();
    let mut holed = good.clone();
    holed.remove(1);
    let rows: [(&str, PeerId, u64, Pulled, usize); 6] = [
        ("as asked", PEER, id, Pulled::Blocks(good.clone()), 4),
        ("another number", PEER, id + 1, Pulled::Blocks(good.clone()), 0),
        ("another peer", PeerId(7), id, Pulled::Blocks(good.clone()), 0),
        ("another start", PEER, id, Pulled::Blocks(good[1..].to_vec()), 0),
        ("a hole", PEER, id, Pulled::Blocks(holed), 0),
        ("another kind", PEER, id, Pulled::Frontiers(Vec::new()), 0),
    ];
    for (name, peer, id, pulled, wanted) in rows {
        let (mut node, _, _) = asking();
        let answer = AscPullAck { id, pulled };
        let taken = node.catch_up.answered(peer, answer.clone(), &node.writer).unwrap();
        assert_eq!(taken.len(), wanted, "{name}");
        if peer == PEER {
            let again = node.catch_up.answered(peer, answer, &node.writer).unwrap();
            assert_eq!(again.len(), 0, "{name}: an answer counts once");
        }
    }
}

#[test]
fn a_peer_that_never_answers_does_not_stop_the_rest() {
    let peer = ledger(3, 0);
    let mut node = Node::new(ledger(0, 0));
    node.catch_up.walk(0);
    assert_eq!(node.requests().len(), 1);
    // No answer comes: given up after its time, and the next walk finds it all.
    node.now = ANSWER_MS;
    assert_eq!(node.requests(), []);
    for _ in 0..2 {
        node.catch_up.walk(node.now);
        node.talk(&peer);
    }
    assert_eq!(node.counts().0, peer.counts().blocks);
}

#[test]
fn the_account_after_the_last_is_none() {
    assert_eq!(after(&Account::from_bytes([0xff; 32])), None);
    let mut bytes = [0xff; 32];
    bytes[0] = 1;
    let mut next = [0; 32];
    next[0] = 2;
    assert_eq!(after(&Account::from_bytes(bytes)), Some(Account::from_bytes(next)));
}
