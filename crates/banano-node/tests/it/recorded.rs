//! A recorded node of another implementation, on Nano's development network, as a peer: it says again,
//! byte for byte, what it said then, and our node has to say what the other one did.
//!
//! Only what a node signs with a key of its own, or draws by lot, differs: the handshake's proof and the
//! telemetry.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread;

use banano_ledger::LedgerRead as _;
use banano_node::{CloseReason, Limits, Node, Observer, ObserverConfig};
use banano_primitives::{
    Account, Block, BlockHash, DEV_GENESIS_KEY, KeyPair, Network, Vote, VoteTimestamp,
};
use banano_wire::{
    AccountInfoAnswer, AscPullAck, AscPullStart, Frames, Message, Protocol, Pulled, Request,
};
use serde_json::Value;

use crate::stranger::{Stranger, counted, dial};
use crate::support::{PATIENCE, Witness, confirmations, key};

fn network() -> Network {
    Network::by_name("nano-dev").unwrap()
}

/// What one of the two nodes sent.
struct Row {
    is_from_listener: bool,
    kind: String,
    bytes: Vec<u8>,
}

impl Row {
    fn message(&self) -> Message {
        let mut frames = Frames::new(Protocol::of(&network()));
        frames.push(&self.bytes);
        frames.next_frame().unwrap().expect("a whole message").decode().unwrap()
    }
}

/// The recording. The listener holds the ledger and votes; the dialler begins with nothing.
fn rows() -> Vec<Row> {
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let hex = text("hex");
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        let bytes = (0..hex.len()).step_by(2).map(byte).collect();
        Row { is_from_listener: text("from") == "listener", kind: text("type"), bytes }
    };
    include_str!("../data/recorded_node.jsonl").lines().map(row).collect()
}

/// What the listener held when it was asked: every block once, the genesis block among them.
fn held(rows: &[Row]) -> BTreeMap<BlockHash, Arc<Block>> {
    let pulled = rows.iter().filter(|row| row.kind == "asc_pull_ack").flat_map(|row| {
        let Message::AscPullAck(AscPullAck { pulled: Pulled::Blocks(blocks), .. }) = row.message()
        else {
            panic!("only blocks were asked for")
        };
        blocks
    });
    pulled.map(|block| (block.hash(), block)).collect()
}

fn observer(listener: Option<TcpListener>, peers: Vec<String>) -> (Observer, Arc<Witness>) {
    let witness = Witness::new();
    let config = ObserverConfig {
        network: network(),
        peers,
        listener,
        data: None,
        work_peers: Vec::new(),
        weights: None,
        limits: Limits::default(),
    };
    (Observer::start(config, &witness.sink()).unwrap(), witness)
}

fn any_port() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

/// Stores all these blocks, each after those that it builds on.
async fn store(node: &Node, blocks: BTreeMap<BlockHash, Arc<Block>>) {
    let mut left: Vec<_> = blocks.into_values().collect();
    while !left.is_empty() {
        let before = left.len();
        for block in left.split_off(0) {
            node.process(Arc::clone(&block), false).await.unwrap();
            if !node.ledger().block_exists(&block.hash()).unwrap() {
                left.push(block);
            }
        }
        assert!(left.len() < before, "{} blocks do not fit", left.len());
    }
}

#[tokio::test]
async fn a_node_answers_as_the_recorded_one_did_byte_for_byte() {
    let rows = rows();
    let (observer, _witness) = observer(Some(any_port()), Vec::new());
    let node = observer.node();
    store(node, held(&rows)).await;

    // The greeting: what is not random, and what proves who spoke.
    let mut stranger = Stranger::connect(node);
    let (mut greeting, query) = dial(&network(), &key(1));
    let shake = |from: bool, nth: usize| {
        let mut shakes = rows.iter().filter(|row| row.is_from_listener == from);
        let row = shakes.by_ref().filter(|row| row.kind == "node_id_handshake").nth(nth);
        row.unwrap().bytes.clone()
    };
    let mut asked = shake(false, 0);
    let Some(cookie) = query.query() else { panic!("{query:?}") };
    asked[8..].copy_from_slice(cookie);
    stranger.write(&asked);
    let both = stranger.next_bytes().unwrap();
    let wanted = shake(true, 0);
    assert_eq!((both.len(), &both[..8]), (wanted.len(), &wanted[..8]));
    let genesis = 8 + 3 * 32..8 + 4 * 32;
    assert_eq!(both[genesis.clone()], wanted[genesis]);
    let Message::NodeIdHandshake(both) = stranger.decode(&both) else { panic!("no handshake") };
    let greeted = greeting.take(&both, banano_wire::Nonces { cookie: [0; 32], salt: [0; 32] }, 1);
    let greeted = greeted.unwrap();
    assert_eq!(greeted.node_id, Some(node.id()));
    stranger.shake(greeted.reply.unwrap());

    // The first word of a listener: where it listens, and nothing else.
    let first = |kind: &str| {
        let mut told = rows.iter().filter(|row| row.is_from_listener && row.kind == kind);
        told.next().unwrap().bytes.clone()
    };
    let mut keepalive = first("keepalive");
    keepalive[24..26].copy_from_slice(&node.peering().unwrap().port().to_le_bytes());
    assert_eq!(stranger.next_bytes().unwrap(), keepalive);

    // Telemetry has the recorded form, and says of this network what the recorded one said.
    let report = first("telemetry_ack");
    let told = loop {
        let bytes = stranger.next_bytes().unwrap();
        if matches!(stranger.decode(&bytes), Message::TelemetryAck(_)) {
            break bytes;
        }
    };
    assert_eq!((told.len(), &told[..8]), (report.len(), &report[..8]));

    // Each recorded question, and its recorded answer.
    let mut answered = 0;
    for row in rows.iter().filter(|row| !row.is_from_listener) {
        match row.kind.as_str() {
            "asc_pull_req" => stranger.write(&row.bytes),
            "keepalive" | "confirm_req" => {
                stranger.write(&row.bytes);
                continue;
            }
            _ => continue,
        }
        let answer = loop {
            let bytes = stranger.next_bytes().unwrap();
            if matches!(stranger.decode(&bytes), Message::AscPullAck(_)) {
                break bytes;
            }
        };
        let is_it =
            |other: &&Row| other.kind == "asc_pull_ack" && other.bytes[9..17] == answer[9..17];
        let wanted = rows.iter().find(is_it).expect("every question was answered");
        assert_eq!(answer, wanted.bytes);
        answered += 1;
    }
    assert_eq!(answered, 13);
    assert_eq!(node.net_stats().closed, [], "nobody was dropped");
    observer.stop().await.unwrap();
}

#[tokio::test]
async fn what_a_recorded_node_said_of_itself_proves_nothing_for_another() {
    let rows = rows();
    let (observer, _witness) = observer(Some(any_port()), Vec::new());
    let node = observer.node();
    let recorded = |kind: &str, nth: usize| {
        let row = rows.iter().filter(|row| !row.is_from_listener && row.kind == kind).nth(nth);
        row.unwrap().bytes.clone()
    };
    // Its proof was for another cookie.
    let mut replayed = Stranger::connect(node);
    replayed.write(&recorded("node_id_handshake", 0));
    let _ = replayed.handshake();
    replayed.write(&recorded("node_id_handshake", 1));
    replayed.dropped();
    counted(node, CloseReason::HandshakeSignature, 1).await;
    // Its telemetry is signed by itself.
    let mut stranger = Stranger::greeted(node, &key(1));
    stranger.write(&recorded("telemetry_ack", 0));
    stranger.dropped();
    counted(node, CloseReason::Telemetry, 1).await;
    observer.stop().await.unwrap();
}

/// The recorded listener, as far as it has to be a node: it answers what it is asked.
struct Player {
    stranger: Stranger,
    blocks: BTreeMap<BlockHash, Arc<Block>>,
    votes: BTreeMap<BlockHash, Vec<u8>>,
    /// Public: that network's only representative.
    voter: KeyPair,
}

impl Player {
    fn run(mut self) {
        while let Some(message) = self.stranger.next() {
            match message {
                Message::AscPullReq(asked) => {
                    let answer = AscPullAck { id: asked.id, pulled: self.pulled(&asked.request) };
                    self.stranger.send(&Message::AscPullAck(answer));
                }
                Message::ConfirmReq { pairs } => {
                    for (hash, _) in pairs {
                        self.vote(hash);
                    }
                }
                _ => {}
            }
        }
    }

    /// The recorded vote, or one like it.
    fn vote(&mut self, hash: BlockHash) {
        if let Some(bytes) = self.votes.get(&hash) {
            self.stranger.write(&bytes.clone());
        } else if self.blocks.contains_key(&hash) {
            let vote = Arc::new(Vote::signed(&self.voter, VoteTimestamp::FINAL, vec![hash]));
            self.stranger.send(&Message::ConfirmAck { vote, rebroadcasted: false });
        }
    }

    fn chain(&self, account: Account) -> Vec<Arc<Block>> {
        let of_account = |block: &&Arc<Block>| block.account() == Some(account);
        let next = |previous: BlockHash| {
            self.blocks.values().filter(of_account).find(|block| block.previous() == previous)
        };
        std::iter::successors(next(BlockHash::ZERO), |block| next(block.hash())).cloned().collect()
    }

    fn pulled(&self, request: &Request) -> Pulled {
        match *request {
            Request::Blocks { start, count } => {
                let (account, from) = match start {
                    AscPullStart::Account(account) => (Some(account), None),
                    AscPullStart::Block(hash) => (self.owner(hash), Some(hash)),
                };
                let chain = account.map(|account| self.chain(account)).unwrap_or_default();
                let is_before = |block: &Arc<Block>| from.is_some_and(|hash| block.hash() != hash);
                let blocks = chain.into_iter().skip_while(is_before).take(usize::from(count));
                Pulled::Blocks(blocks.collect())
            }
            Request::AccountInfo { target } => {
                let account = match target {
                    AscPullStart::Account(account) => account,
                    AscPullStart::Block(hash) => self.owner(hash).unwrap_or(Account::ZERO),
                };
                let chain = self.chain(account);
                let hash = |block: Option<&Arc<Block>>| {
                    block.map_or(BlockHash::ZERO, |block| block.hash())
                };
                Pulled::AccountInfo(Box::new(AccountInfoAnswer {
                    account,
                    open: hash(chain.first()),
                    head: hash(chain.last()),
                    block_count: chain.len() as u64,
                    confirmed_frontier: hash(chain.last()),
                    confirmed_height: chain.len() as u64,
                }))
            }
            Request::Frontiers { start, count } => {
                let mut accounts: Vec<Account> =
                    self.blocks.values().filter_map(|block| block.account()).collect();
                accounts.sort_unstable();
                accounts.dedup();
                let from = accounts.into_iter().filter(|account| *account >= start);
                let head = |account| (account, self.chain(account).last().unwrap().hash());
                Pulled::Frontiers(from.map(head).take(usize::from(count)).collect())
            }
        }
    }

    fn owner(&self, hash: BlockHash) -> Option<Account> {
        self.blocks.get(&hash).and_then(|block| block.account())
    }
}

#[tokio::test]
async fn a_recorded_nodes_ledger_is_fetched_and_its_votes_are_followed() {
    let rows = rows();
    let blocks = held(&rows);
    let votes = rows.iter().filter(|row| row.is_from_listener && row.kind == "confirm_ack");
    let votes = votes.filter_map(|row| match row.message() {
        Message::ConfirmAck { vote, .. } if vote.timestamp.is_final() => {
            Some((vote.hashes[0], row.bytes.clone()))
        }
        _ => None,
    });
    let listener = any_port();
    let address = listener.local_addr().unwrap();
    let (observer, witness) = observer(None, vec![address.to_string()]);
    let stranger = Stranger::greeting(&listener, &network(), &key(1));
    let mut live = stranger.stream.try_clone().unwrap();
    let voter = KeyPair::from(DEV_GENESIS_KEY);
    let player = Player { stranger, blocks: blocks.clone(), votes: votes.collect(), voter };
    let player = thread::spawn(|| player.run());

    // All but the genesis block, which every node has.
    let old: Vec<BlockHash> =
        blocks.into_keys().filter(|hash| *hash != network().genesis.hash()).collect();
    assert_eq!(old.len(), 20);
    for hash in &old {
        witness.confirmation(*hash).await;
    }
    let in_sync = async {
        while observer.node().bootstrap_status().await.unwrap().running.is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, in_sync).await.expect("the attempt ends");

    // Then it published blocks and voted for each, first as it would, then finally.
    let published = rows.iter().position(|row| row.kind == "publish").unwrap();
    let mut new = Vec::new();
    for row in rows[published..].iter().filter(|row| row.is_from_listener) {
        if matches!(row.kind.as_str(), "publish" | "confirm_ack") {
            std::io::Write::write_all(&mut live, &row.bytes).unwrap();
        }
        if let Message::Publish { block, .. } = row.message() {
            new.push(block.hash());
        }
    }
    assert_eq!(new.len(), 6);
    for hash in &new {
        witness.confirmation(*hash).await;
    }
    let events = witness.events();
    let told: Vec<BlockHash> = confirmations(&events).map(|it| it.block.hash()).collect();
    let mut wanted = [old, new].concat();
    let mut sorted = told.clone();
    sorted.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(sorted, wanted, "each once");
    observer.stop().await.unwrap();
    player.join().unwrap();
}
