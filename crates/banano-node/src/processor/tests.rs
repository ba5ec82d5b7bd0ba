//! Single passes, driven by hand: no thread, no waiting.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use banano_consensus::Config;
use banano_ledger::{Change, Key, LedgerRead as _, MemoryStore, ProcessResult, Row, Store, Table};
use banano_primitives::{
    Account, Amount, Block, Body, DEV_GENESIS_KEY, Link, Seed, Signature, StateBlock, Vote,
    VoteTimestamp,
};
use banano_wire::{AscPullReq, Request as Pull};
use banano_ws_protocol::Event;
use tokio::sync::oneshot;

use super::*;
use crate::events::EventSink;
use crate::inbox::{Incoming, Limits};
use crate::net::pipe::{PEER, Pipe, key, pipe};
use crate::request::{Process, Request};

/// A store that can be made to fail.
#[derive(Debug)]
struct Fragile {
    store: MemoryStore,
    is_broken: Arc<AtomicBool>,
}

impl Store for Fragile {
    fn get(&self, table: Table, key: &Key) -> Result<Option<Row>, StoreError> {
        self.store.get(table, key)
    }

    fn page(&self, table: Table, from: &Key, limit: usize) -> Result<Vec<(Key, Row)>, StoreError> {
        self.store.page(table, from, limit)
    }

    fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        if self.is_broken.load(Ordering::SeqCst) {
            let source = io::Error::other("no space left on device").into();
            return Err(StoreError::Backend { act: "write a batch", source });
        }
        self.store.commit(changes)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.store.sync()
    }
}

/// A voting node with one peer, whose mail and events are kept.
struct Bench {
    processor: Processor,
    pipe: Pipe,
    events: Arc<Mutex<usize>>,
    is_broken: Arc<AtomicBool>,
}

impl Bench {
    fn new() -> Self {
        let bench = Self::with(vec![KeyPair::from(DEV_GENESIS_KEY)], None);
        assert_eq!(bench.all_mail().len(), 4);
        bench
    }

    /// A node that has no representative of its own.
    fn observer(lent: Option<LentWeights>) -> Self {
        Self::with(Vec::new(), lent)
    }

    fn with(representatives: Vec<KeyPair>, lent: Option<LentWeights>) -> Self {
        let network = Arc::new(Network::dev());
        let is_broken = Arc::new(AtomicBool::new(false));
        let store = Fragile { store: MemoryStore::new(), is_broken: Arc::clone(&is_broken) };
        let ledger = Ledger::open(Box::new(store), &network).unwrap();
        let (peers, pipe) = pipe(&network);
        let events = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&events);
        let sink: EventSink = Arc::new(move |batch| {
            // The network's difficulty is told by the clock, whatever comes.
            let caused = batch.iter().filter(|event| !matches!(event, Event::ActiveDifficulty(_)));
            *counted.lock().unwrap() += caused.count();
        });
        let config = Config { bundle_delay_ms: 0, ..Config::for_network(&network) };
        let mut processor = Processor::new(Parts {
            clock: Clock::start(),
            consensus: Consensus::new(config, &*ledger).unwrap(),
            network,
            inbox: Inbox::new(Limits::default()),
            writer: ledger.writer(),
            ledger,
            peers,
            id: key(0),
            representatives,
            lent,
            events: Events::new(Some(sink)),
        });
        // The first pass asks the peer for its frontiers and its vote, tells how this node is, and asks the same.
        processor.pass(&mut Intake::default()).unwrap();
        let bench = Self { processor, pipe, events, is_broken };
        assert_eq!(std::mem::take(&mut *bench.events.lock().unwrap()), 1, "an attempt began");
        bench
    }

    fn pass(&mut self, mut intake: Intake) -> Result<(), StoreError> {
        self.processor.pass(&mut intake)
    }

    fn messages(&mut self, messages: impl IntoIterator<Item = Message>) {
        let messages = messages.into_iter().map(|message| (PEER, message)).collect();
        self.pass(Intake { messages, ..Intake::default() }).unwrap();
    }

    /// What was sent to the peer since the last look, without what is sent at every interval.
    fn mail(&self) -> Vec<Message> {
        let is_report =
            |message: &Message| matches!(message, Message::TelemetryReq | Message::TelemetryAck(_));
        self.all_mail().into_iter().filter(|message| !is_report(message)).collect()
    }

    fn all_mail(&self) -> Vec<Message> {
        self.pipe.mail()
    }
}

/// Payments of the genesis account, one after the other.
fn chain(length: usize) -> Vec<Arc<Block>> {
    let (network, key) = (Network::dev(), KeyPair::from(DEV_GENESIS_KEY));
    let mut state = StateBlock {
        account: key.account(),
        previous: network.genesis.hash(),
        representative: key.account(),
        balance: Amount::MAX,
        link: Link::from(Account::from_bytes([5; 32])),
    };
    (0..length)
        .map(|_| {
            state.balance = state.balance.saturating_sub(Amount::from_raw(1));
            let root = Body::State(state.clone()).root();
            let difficulty = network.thresholds.epoch_1;
            let work = banano_work::search(&root, difficulty, 0, u64::MAX).unwrap();
            let block = Arc::new(Block::signed(Body::State(state.clone()), &key, work));
            state.previous = block.hash();
            block
        })
        .collect()
}

fn process(block: &Arc<Block>) -> (Request, oneshot::Receiver<ProcessResult>) {
    let (reply, result) = oneshot::channel();
    let block = Arc::clone(block);
    (Request::Process(Process { block, signed_by: None, force: false, reply }), result)
}

#[test]
fn nothing_leaves_before_the_commit() {
    let mut bench = Bench::new();
    let (request, mut result) = process(&chain(1)[0]);
    bench.is_broken.store(true, Ordering::SeqCst);
    bench.pass(Intake { requests: vec![request], ..Intake::default() }).unwrap_err();
    assert_eq!(bench.mail(), [], "no block and no vote was sent");
    assert_eq!(*bench.events.lock().unwrap(), 0, "nothing was told");
    assert!(result.try_recv().is_err(), "nothing was answered");

    // The same pass on a whole store does all three.
    let mut bench = Bench::new();
    let (request, mut result) = process(&chain(1)[0]);
    bench.pass(Intake { requests: vec![request], ..Intake::default() }).unwrap();
    let votes = |message: &&Message| matches!(message, Message::ConfirmAck { .. });
    assert_eq!(bench.mail().iter().filter(votes).count(), 2, "a normal and a final vote");
    assert_eq!(*bench.events.lock().unwrap(), 5);
    assert_eq!(result.try_recv(), Ok(ProcessResult::Progress));
}

#[test]
fn a_pass_answers_so_many_requests_of_peers_and_no_more() {
    let mut bench = Bench::new();
    let pull = |id| {
        let request = Pull::Frontiers { start: Account::ZERO, count: 1 };
        Message::AscPullReq(AscPullReq { id, request })
    };
    bench.messages((0..200).map(pull));
    assert_eq!(bench.mail().len(), 64);
    assert_eq!(bench.processor.stats.requests_refused, 136);
    bench.messages([pull(201)]);
    assert_eq!(bench.mail().len(), 1, "the next pass has time again");
}

#[test]
fn a_forged_vote_is_counted_and_nothing_else() {
    let mut bench = Bench::new();
    let genesis = KeyPair::from(DEV_GENESIS_KEY);
    let hashes = vec![BlockHash::from_bytes([7; 32])];
    let mut vote = Vote::signed(&genesis, VoteTimestamp::FINAL, hashes.clone());
    vote.signature = Signature::ZERO;
    let forged = Message::ConfirmAck { vote: Arc::new(vote), rebroadcasted: false };
    bench.messages([forged]);
    let stats = bench.processor.stats;
    assert_eq!((stats.votes, stats.votes_bad_signature), (0, 1));
    assert_eq!(*bench.events.lock().unwrap(), 0);

    // A key without weight may vote, but nobody is asked because of it.
    let nobody = Seed::from_bytes([1; 32]).key_pair(0);
    let vote = Arc::new(Vote::signed(&nobody, VoteTimestamp::FINAL, hashes));
    bench.messages([Message::ConfirmAck { vote, rebroadcasted: false }]);
    assert_eq!(bench.processor.stats.votes, 1);
    assert!(!bench.processor.parts.peers.knows(&nobody.account(), PEER));
    assert_eq!(*bench.events.lock().unwrap(), 1);
}

#[test]
fn a_long_chain_set_free_by_one_block_is_stored_in_parts() {
    let mut bench = Bench::new();
    let chain = chain(1_500);
    let blocks = |part: &[Arc<Block>]| {
        part.iter().map(|block| Incoming { from: PEER, block: Arc::clone(block) }).collect()
    };
    bench.pass(Intake { blocks: blocks(&chain[1..]), ..Intake::default() }).unwrap();
    assert_eq!(bench.processor.unchecked.len(), 1_499);
    let mut stored = Vec::new();
    bench.pass(Intake { blocks: blocks(&chain[..1]), ..Intake::default() }).unwrap();
    while bench.processor.is_unfinished {
        stored.push(bench.processor.parts.ledger.counts().blocks);
        bench.pass(Intake::default()).unwrap();
    }
    assert_eq!(stored[..2], [514, 1_026]);
    let counts = bench.processor.parts.ledger.counts();
    assert_eq!((counts.blocks, counts.cemented), (1_501, 1_501));
}

#[test]
fn what_waited_is_passed_on_unless_the_node_catches_up() {
    for is_in_sync in [false, true] {
        let mut bench = Bench::new();
        if is_in_sync {
            let pulled = banano_wire::Pulled::Frontiers(Vec::new());
            bench.messages([Message::AscPullAck(banano_wire::AscPullAck { id: 1, pulled })]);
        }
        let chain = chain(2);
        for block in chain.iter().rev() {
            let incoming = vec![Incoming { from: PEER, block: Arc::clone(block) }];
            bench.pass(Intake { blocks: incoming, ..Intake::default() }).unwrap();
        }
        assert_eq!(bench.processor.parts.ledger.counts().blocks, 3);
        let is_it = |message: &Message| matches!(message, Message::Publish { block, .. } if block.hash() == chain[1].hash());
        let passed_on = bench.mail().into_iter().filter(is_it).count();
        assert_eq!(passed_on, usize::from(is_in_sync));
    }
}

#[test]
fn a_waiting_block_that_comes_again_is_not_judged_again() {
    let mut bench = Bench::new();
    let chain = chain(3);
    for _ in 0..3 {
        let fetched = chain[1..].iter().map(|block| Arrival::fetched(Arc::clone(block)));
        bench.processor.backlog.extend(fetched);
        bench.pass(Intake::default()).unwrap();
    }
    assert_eq!(bench.processor.stats.blocks_with(ProcessResult::GapPrevious), 2);
    bench.processor.backlog.push_back(Arrival::fetched(Arc::clone(&chain[0])));
    bench.pass(Intake::default()).unwrap();
    assert_eq!(bench.processor.parts.ledger.counts().blocks, 4);
}

#[test]
fn copies_of_a_flooded_block_are_not_looked_at_twice() {
    let mut bench = Bench::new();
    let block = &chain(1)[0];
    let copies = || vec![Incoming { from: PEER, block: Arc::clone(block) }];
    for _ in 0..3 {
        bench.pass(Intake { blocks: copies(), ..Intake::default() }).unwrap();
    }
    let stats = bench.processor.stats;
    let counts = [ProcessResult::Progress, ProcessResult::Old].map(|r| stats.blocks_with(r));
    assert_eq!(counts, [1, 2]);
}

/// The pairs of the requests for votes among messages.
fn asked_votes(mail: Vec<Message>) -> Vec<(BlockHash, banano_primitives::Root)> {
    let pairs = mail.into_iter().filter_map(|message| match message {
        Message::ConfirmReq { pairs } => Some(pairs),
        _ => None,
    });
    pairs.flatten().collect()
}

fn final_vote(hash: BlockHash) -> Message {
    let key = KeyPair::from(DEV_GENESIS_KEY);
    let vote = Arc::new(Vote::signed(&key, VoteTimestamp::FINAL, vec![hash]));
    Message::ConfirmAck { vote, rebroadcasted: false }
}

#[test]
fn an_observer_learns_who_speaks_for_a_representative_by_asking() {
    let mut bench = Bench::observer(None);
    let genesis = KeyPair::from(DEV_GENESIS_KEY).account();
    let pairs = asked_votes(bench.all_mail());
    assert_eq!(pairs, [(Network::dev().genesis.hash(), Network::dev().genesis.root())]);
    bench.messages([final_vote(BlockHash::from_bytes([7; 32]))]);
    let knows = |bench: &Bench| bench.processor.parts.peers.knows(&genesis, PEER);
    let online = |bench: &Bench| bench.processor.parts.consensus.online_representatives().to_vec();
    assert!(!knows(&bench), "it may have been passed on");
    assert_eq!(online(&bench), []);
    bench.messages([final_vote(pairs[0].0)]);
    assert!(knows(&bench));
    assert_eq!(online(&bench), [(genesis, Amount::MAX)]);
}

#[test]
fn a_node_that_votes_is_online_and_finds_the_others_before_anybody_pays() {
    let bench = Bench::with(vec![KeyPair::from(DEV_GENESIS_KEY)], None);
    let genesis = KeyPair::from(DEV_GENESIS_KEY).account();
    let consensus = &bench.processor.parts.consensus;
    assert_eq!(consensus.online_representatives(), [(genesis, Amount::MAX)]);
    assert_eq!(asked_votes(bench.all_mail()).len(), 1);
}

#[test]
fn nobody_is_asked_about_a_block_whose_election_was_a_moment_ago() {
    let mut bench = Bench::observer(None);
    let block = Arc::clone(&chain(1)[0]);
    let hash = block.hash();
    let incoming = vec![Incoming { from: PEER, block }];
    bench.pass(Intake { blocks: incoming, ..Intake::default() }).unwrap();
    bench.messages([final_vote(hash)]);
    assert!(bench.processor.parts.consensus.was_confirmed_lately(&hash));
    let settled = bench.processor.settled_block().unwrap();
    assert_eq!(settled, Some((Network::dev().genesis.hash(), Network::dev().genesis.root())));
}

#[test]
fn an_observer_passes_votes_on_that_count() {
    let mut bench = Bench::observer(None);
    let block = Arc::clone(&chain(1)[0]);
    let (counted, unknown) = (block.hash(), BlockHash::from_bytes([7; 32]));
    let incoming = vec![Incoming { from: PEER, block }];
    bench.pass(Intake { blocks: incoming, ..Intake::default() }).unwrap();
    bench.mail();
    bench.messages([final_vote(unknown), final_vote(counted)]);
    let mail = bench.mail();
    let passed_on: Vec<_> = mail
        .iter()
        .filter_map(|message| match message {
            Message::ConfirmAck { vote, rebroadcasted: true } => Some(vote.hashes.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(passed_on, [[counted]]);
}

#[test]
fn lent_weights_decide_until_the_ledger_is_in_sync() {
    let other = Seed::from_bytes([1; 32]).key_pair(0);
    let lent = || Some([(other.account(), Amount::MAX)].into_iter().collect());
    let mut bench = Bench::observer(lent());
    let blocks = chain(2);
    let confirm = |bench: &mut Bench, key: &KeyPair, block: &Arc<Block>| {
        let incoming = vec![Incoming { from: PEER, block: Arc::clone(block) }];
        bench.pass(Intake { blocks: incoming, ..Intake::default() }).unwrap();
        let vote = Arc::new(Vote::signed(key, VoteTimestamp::FINAL, vec![block.hash()]));
        bench.messages([Message::ConfirmAck { vote, rebroadcasted: false }]);
        bench.processor.parts.ledger.is_cemented(&block.hash()).unwrap()
    };
    let genesis = KeyPair::from(DEV_GENESIS_KEY);
    assert!(!confirm(&mut bench, &genesis, &blocks[0]), "it has no lent weight");
    assert!(confirm(&mut bench, &other, &blocks[0]));
    // The first attempt's request: the peer has nothing more.
    let pulled = banano_wire::Pulled::Frontiers(Vec::new());
    bench.messages([Message::AscPullAck(banano_wire::AscPullAck { id: 1, pulled })]);
    assert!(bench.processor.catch_up.is_in_sync());
    assert!(bench.processor.parts.lent.is_none());
    assert!(confirm(&mut bench, &genesis, &blocks[1]), "weights are the ledger's own");
}
