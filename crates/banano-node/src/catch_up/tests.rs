//! A node that lacks blocks, and a peer that has them.

use std::collections::VecDeque;
use std::sync::Arc;

use banano_ledger::{Dependency, Ledger, ProcessResult, Unchecked, Writer, destination};
use banano_primitives::{
    Amount, Block, Body, DEV_GENESIS_KEY, KeyPair, Link, Network, Seed, StateBlock,
};

use banano_wire::{AscPullAck, Pulled};
use banano_ws_protocol::BootstrapPhase;

use super::*;
use crate::net::pipe::{PEER, Pipe, pipe};

const ADDRESS: &str = "[::ffff:127.0.0.1]:44000";
const INTERVAL_MS: u64 = 900_000;

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
    pipe: Pipe,
    writer: Writer,
    unchecked: Unchecked,
    now: u64,
}

impl Node {
    fn new(writer: Writer) -> Self {
        let (mut peers, pipe) = pipe(&Network::dev());
        peers.refresh();
        let unchecked = Unchecked::default();
        let mut catch_up = CatchUp::new(INTERVAL_MS);
        // Attempts begin when a test says so.
        catch_up.attempts = Attempts::new(INTERVAL_MS);
        Self { catch_up, peers, pipe, writer, unchecked, now: 0 }
    }

    /// What it asks its peer at this moment.
    fn requests(&mut self) -> Vec<AscPullReq> {
        self.catch_up.ask(self.now, 0, &mut self.peers, &self.writer).unwrap();
        self.peers.flush();
        self.pipe
            .mail()
            .into_iter()
            .map(|message| match message {
                Message::AscPullReq(request) => request,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    fn take(&mut self, answer: AscPullAck) -> usize {
        let blocks = self.catch_up.answered(PEER, answer, &self.writer).unwrap();
        let count = blocks.len();
        let mut todo: VecDeque<_> = blocks.into_iter().map(|block| (block, true)).collect();
        while let Some((block, is_fetched)) = todo.pop_front() {
            self.store(&block, is_fetched, &mut todo);
        }
        count
    }

    /// As the processing task does it.
    fn store(
        &mut self,
        block: &Arc<Block>,
        is_fetched: bool,
        todo: &mut VecDeque<(Arc<Block>, bool)>,
    ) {
        let outcome = self.writer.process(block, None, 1).unwrap();
        if let Some(saved) = outcome.saved {
            self.catch_up.found(&saved.hash());
            if let Some(paid) = destination(&saved) {
                self.catch_up.paid(paid);
            }
            for dependency in Dependency::met_by(&saved) {
                todo.extend(self.unchecked.take(dependency).into_iter().map(|it| (it, false)));
            }
        } else if let Some(dependency) = Dependency::of(block, outcome.result) {
            if outcome.result == ProcessResult::GapSource && is_fetched {
                self.catch_up.lacks_source(block.link().unwrap().as_hash());
            } else if outcome.result == ProcessResult::GapPrevious {
                self.catch_up.missing(block.previous(), block.account(), self.now);
            }
            self.unchecked.put(dependency, Arc::clone(block));
        }
    }

    /// Begins an attempt and talks to a peer until it has ended. Returns how many answers it took.
    fn attempt(&mut self, peer: &Writer) -> usize {
        self.catch_up.attempts.want(self.now);
        self.talk(peer)
    }

    /// Talks to a peer until there is nothing more to ask.
    fn talk(&mut self, peer: &Writer) -> usize {
        let mut answers = 0;
        loop {
            let requests = self.requests();
            assert!(requests.len() <= ASKED_OF_PEER_MAX);
            if requests.is_empty() {
                let next = self.catch_up.next_wakeup(false);
                let Some(due) = next else { return answers };
                self.now = due.max(self.now + 1);
            }
            for request in requests {
                answers += 1;
                self.take(answer(&request, peer).unwrap());
            }
        }
    }

    fn order(&mut self, from: Whence, force: bool) -> Ordered {
        let order = BootstrapOrder { id: Some("mine".to_owned()), force, from };
        self.catch_up.order(order, self.now, &mut self.peers)
    }

    fn counts(&self) -> (u64, u64) {
        let counts = self.writer.counts();
        (counts.blocks, counts.accounts)
    }

    fn is_in_sync(&self) -> bool {
        self.catch_up.status(self.now, &self.peers).is_in_sync
    }
}

#[test]
fn one_attempt_fetches_every_block_of_every_account() {
    let peer = ledger(50, 5);
    let mut node = Node::new(ledger(0, 0));
    node.attempt(&peer);
    let counts = peer.counts();
    assert_eq!(node.counts(), (counts.blocks, counts.accounts));
    assert_eq!(node.unchecked.len(), 0);
    assert!(!node.is_in_sync(), "nobody knows yet that this was all");
    assert_eq!(node.attempt(&peer), 1, "nothing is asked for twice");
    assert!(node.is_in_sync());
    let told: Vec<_> = node.catch_up.take_notices().into_iter().map(|it| it.phase).collect();
    let fetched = counts.blocks - 1;
    let exited = |total_blocks| BootstrapPhase::Exited { total_blocks, duration_s: 0 };
    let started = BootstrapPhase::Started;
    assert_eq!(told, [started, exited(fetched), started, exited(0)]);
}

#[test]
fn a_chain_longer_than_an_answer_is_fetched_in_parts() {
    let peer = ledger(1, 300);
    let mut node = Node::new(ledger(1, 0));
    let answers = node.attempt(&peer);
    assert_eq!(node.counts(), (303, 2));
    // Frontiers; then 128 with the known head, 128 and 47 with the last one.
    assert_eq!(answers, 4);
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
    assert_eq!(node.catch_up.take_notices(), [], "that is no attempt");
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
    node.catch_up.attempts.want(0);
    let mut seen = Vec::new();
    for _ in 0..9 {
        for request in node.requests() {
            let AscPullAck { id, pulled } = answer(&request, &peer).unwrap();
            let blocks =
                node.catch_up.answered(PEER, AscPullAck { id, pulled }, &node.writer).unwrap();
            seen.extend(blocks.iter().map(|block| block.hash()));
        }
    }
    assert!(seen.contains(&send), "the ledger gets to see the rival: {seen:?}");
}

#[test]
fn a_peer_without_frontiers_is_asked_from_account_to_account() {
    let peer = ledger(20, 3);
    let mut node = Node::new(ledger(0, 0));
    node.catch_up.attempts.want(0);
    loop {
        let requests = node.requests();
        if requests.is_empty() {
            match node.catch_up.next_wakeup(false) {
                Some(due) => node.now = due,
                None => break,
            }
        }
        for request in requests {
            if !matches!(request.request, Request::Frontiers { .. }) {
                node.take(answer(&request, &peer).unwrap());
            }
        }
    }
    assert_eq!(node.counts().0, peer.counts().blocks);
    assert!(!node.is_in_sync(), "nobody has told all accounts");
}

#[test]
fn an_attempt_can_begin_with_a_block_or_a_peer() {
    let peer = ledger(3, 2);
    let third = Seed::from_bytes([3; 32]).key_pair(2).account();
    let head = peer.account(&third).unwrap().unwrap().head;
    for from in [Whence::Hash(head), Whence::Peer(ADDRESS.parse().unwrap())] {
        let mut node = Node::new(ledger(0, 0));
        assert_eq!(node.order(from, false), Ordered::Started);
        assert_eq!(node.order(Whence::Peers { account: None }, false), Ordered::Refused);
        node.talk(&peer);
        assert!(node.writer.block_exists(&head).unwrap(), "{from:?}");
        let told = node.catch_up.take_notices();
        assert!(told.iter().all(|notice| notice.id == "mine"), "{told:?}");
        assert_eq!(told.len(), 2);
        assert_eq!(node.order(Whence::Peers { account: None }, false), Ordered::Started);
        assert_eq!(node.order(Whence::Hash(head), true), Ordered::Started, "by force");
        assert_eq!(node.catch_up.take_notices().len(), 3);
    }
    let mut node = Node::new(ledger(0, 0));
    let nobody = Whence::Peer("[::1]:8".parse().unwrap());
    assert_eq!(node.order(nobody, false), Ordered::UnknownPeer);
    assert_eq!(node.catch_up.take_notices(), []);
}

#[test]
fn nothing_more_is_asked_for_while_blocks_wait_to_be_stored() {
    let mut node = Node::new(ledger(0, 0));
    node.catch_up.attempts.want(0);
    node.catch_up.ask(0, BACKLOG_MAX, &mut node.peers, &node.writer).unwrap();
    assert!(node.catch_up.asked.is_empty());
    assert_eq!(node.requests().len(), 1);
}

/// A node that has just asked for a chain of four blocks, the number of its request, and the blocks.
fn asking() -> (Node, u64, Vec<Arc<Block>>) {
    let peer = ledger(1, 3);
    let mut node = Node::new(ledger(0, 0));
    let account = Seed::from_bytes([3; 32]).key_pair(0).account();
    node.catch_up.line.want(Wish { account, from: From::Head, peer: None });
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
    node.catch_up.attempts.want(0);
    assert_eq!(node.requests().len(), 1);
    // No answer comes: given up after its time, and the next attempt finds it all.
    node.now = ANSWER_MS;
    while !node.requests().is_empty() {
        node.now += ANSWER_MS;
    }
    node.attempt(&peer);
    assert_eq!(node.counts().0, peer.counts().blocks);
}

#[test]
fn a_peer_that_went_takes_its_walk_with_it_and_the_next_one_brings_another() {
    let peer = ledger(3, 0);
    let mut node = Node::new(ledger(0, 0));
    let came = Changes { came: vec![PEER], gone: Vec::new(), was_alone: true };
    node.catch_up.peers_changed(&came, node.now);
    let asked = node.requests();
    assert!(matches!(asked[..], [AscPullReq { request: Request::Frontiers { .. }, .. }]));
    let gone = Changes { came: Vec::new(), gone: vec![PEER], was_alone: false };
    node.catch_up.peers_changed(&gone, node.now);
    assert!(!node.catch_up.asked.values().any(|asked| asked.due > node.now));
    assert_eq!(node.take(answer(&asked[0], &peer).unwrap()), 0, "it is not our peer any more");
}

#[test]
fn who_names_accounts_and_keeps_their_blocks_leaves_a_node_out_of_sync() {
    let peer = ledger(3, 0);
    let mut node = Node::new(ledger(0, 0));
    node.catch_up.attempts.want(0);
    loop {
        let requests = node.requests();
        let is_over = requests.is_empty() && node.catch_up.asked.is_empty();
        if is_over {
            break;
        }
        for request in requests {
            if matches!(request.request, Request::Frontiers { .. }) {
                node.take(answer(&request, &peer).unwrap());
            }
        }
        node.now += ANSWER_MS;
    }
    assert_eq!(node.counts().0, 1, "the genesis block alone");
    assert!(!node.is_in_sync());
}
