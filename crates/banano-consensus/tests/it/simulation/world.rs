//! The network between the nodes, and the clock.
//!
//! A queue of what will happen, in virtual time. What gets lost, how long the rest takes and who is restarted
//! when is drawn from the seed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use banano_consensus::{Config, Now, VotePolicy};
use banano_ledger::{Ledger, LedgerRead};
use banano_primitives::{Account, Block, BlockHash, Network, QualifiedRoot, Root, Vote};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::story::{Story, pick, representative};
use crate::chains::network;
use crate::shell::{Sent, Shell, Told};

/// When everything must be decided. An election's life is five minutes, so some may have had a second one.
const LIMIT_MS: u64 = 15 * 60 * 1000;

/// How often a node asks another for blocks that it lacks, and users hand in their blocks again.
const SYNC_MS: u64 = 3_000;

/// How many blocks are sent to a node that asks for blocks.
const SYNC_BLOCKS: usize = 8;

/// The longest that a message is held up. Stays below the pause between two votes for different blocks (1 s on
/// the dev network): that pause is what keeps voters from switching past each other. Where messages take
/// longer, final votes can split so that no quorum is left, in the reference too.
const HICCUP_MS: u64 = 600;

#[derive(Debug, Clone)]
enum Message {
    Block(Arc<Block>),
    Vote(Arc<Vote>),
    /// Asked by this node.
    Request(usize, Vec<(BlockHash, Root)>),
    /// Asked by this node: the newest cemented block of each account it knows.
    Frontiers(usize, Vec<(Account, BlockHash)>),
}

#[derive(Debug)]
enum Happening {
    Deliver(usize, Message),
    Wake(usize),
    Sync(usize),
    /// Users hand in all their blocks again.
    Republish,
    Stop(usize),
    Start(usize),
}

/// A node's own choices.
#[derive(Clone, Copy)]
struct Habits {
    /// It votes for its representative; else it only watches.
    votes: bool,
    bundle_delay_ms: u64,
}

/// How bad the network is.
struct Weather {
    loss: f64,
    double: f64,
    delay_ms: u64,
    hiccup: f64,
}

struct Node {
    ledger: Arc<Ledger>,
    habits: Habits,
    /// `None` while it is down.
    shell: Option<Shell>,
    /// The wake-up that counts.
    wake_ms: Option<u64>,
    /// Blocks of which a confirmation was told.
    confirmed: BTreeSet<BlockHash>,
}

pub(crate) struct World {
    random: StdRng,
    network: Network,
    weather: Weather,
    story: Story,
    nodes: Vec<Node>,
    now_ms: u64,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    happenings: BTreeMap<u64, Happening>,
    count: u64,
    /// Which block was cemented for a root, by whichever node came first.
    cemented: BTreeMap<QualifiedRoot, BlockHash>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let network = network();
        let voters = random.random_range(4..=6);
        let story = Story::new(&network, voters, &mut random);
        let bundle_delay_ms = *pick(&[0, 0, 100], &mut random);
        let watchers = random.random_range(0..=1);
        let habits =
            (0..voters + watchers).map(|node| Habits { votes: node < voters, bundle_delay_ms });
        let weather = Weather {
            loss: *pick(&[0.0, 0.05, 0.2, 0.4], &mut random),
            double: *pick(&[0.0, 0.1], &mut random),
            delay_ms: *pick(&[2, 30, 150], &mut random),
            hiccup: *pick(&[0.0, 0.02], &mut random),
        };
        let nodes =
            (0..).zip(habits).map(|(node, habits)| new_node(&network, node, habits, &story.setup));
        let nodes = nodes.collect();
        let mut world = Self {
            random,
            network,
            weather,
            story,
            nodes,
            now_ms: 0,
            queue: BinaryHeap::new(),
            happenings: BTreeMap::new(),
            count: 0,
            cemented: BTreeMap::new(),
        };
        world.plan();
        world
    }

    /// Runs until everything is decided that can be.
    pub(crate) fn run(mut self) {
        let mut check_ms = 0;
        while let Some(Reverse((at_ms, number))) = self.queue.pop() {
            assert!(at_ms <= LIMIT_MS, "not decided in time: {}", self.undecided().join(", "));
            self.now_ms = at_ms;
            let happening = self.happenings.remove(&number).expect("planned once");
            self.happen(happening);
            if at_ms >= check_ms {
                check_ms = at_ms + 200;
                if self.undecided().is_empty() {
                    return;
                }
            }
        }
    }

    fn plan(&mut self) {
        let deeds = std::mem::take(&mut self.story.deeds);
        for deed in &deeds {
            let message = Message::Block(Arc::clone(&deed.block));
            self.at(deed.at_ms, Happening::Deliver(deed.node, message));
        }
        self.story.deeds = deeds;
        self.at(SYNC_MS, Happening::Republish);
        for node in 0..self.nodes.len() {
            self.at(0, Happening::Wake(node));
            self.nodes[node].wake_ms = Some(0);
            let first_ms = self.random.random_range(0..SYNC_MS);
            self.at(first_ms, Happening::Sync(node));
        }
        for _ in 0..*pick(&[0, 1, 2], &mut self.random) {
            let node = self.random.random_range(0..self.nodes.len());
            let down_ms = self.random.random_range(0..1_500);
            self.at(down_ms, Happening::Stop(node));
            let up_ms = down_ms + self.random.random_range(1..3_000);
            self.at(up_ms, Happening::Start(node));
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Deliver(node, message) => self.deliver(node, message),
            Happening::Wake(node) => {
                if self.nodes[node].wake_ms == Some(self.now_ms) {
                    self.nodes[node].wake_ms = None;
                    self.with(node, Shell::tick);
                }
            }
            Happening::Sync(node) => {
                let frontiers = frontiers(&self.nodes[node].ledger);
                let peer = self.random.random_range(0..self.nodes.len());
                self.send(peer, Message::Frontiers(node, frontiers));
                self.at(self.now_ms + SYNC_MS, Happening::Sync(node));
            }
            Happening::Republish => {
                let blocks: Vec<_> =
                    self.story.deeds.iter().map(|deed| Arc::clone(&deed.block)).collect();
                for block in blocks {
                    let node = self.random.random_range(0..self.nodes.len());
                    self.send(node, Message::Block(block));
                }
                self.at(self.now_ms + SYNC_MS, Happening::Republish);
            }
            Happening::Stop(node) => self.nodes[node].shell = None,
            Happening::Start(node) => self.start(node),
        }
    }

    fn start(&mut self, index: usize) {
        let now = self.now();
        let node = &mut self.nodes[index];
        if node.shell.is_none() {
            let ledger = Arc::clone(&node.ledger);
            let (config, own) = node.habits.settings(&self.network, index);
            node.shell = Some(Shell::over(ledger, config, own, now));
            self.with(index, Shell::tick);
        }
    }

    fn deliver(&mut self, node: usize, message: Message) {
        match message {
            Message::Block(block) => self.with(node, |shell| {
                // Whoever learns something new passes it on.
                if shell.publish(&block) == banano_ledger::ProcessResult::Progress {
                    shell.sent.push(Sent::Block(block));
                }
            }),
            Message::Vote(vote) => self.with(node, |shell| shell.vote(&vote)),
            Message::Request(asker, pairs) => {
                let (mut votes, mut blocks) = (Vec::new(), Vec::new());
                self.with(node, |shell| (votes, blocks) = shell.answer(&pairs));
                for vote in votes {
                    self.send(asker, Message::Vote(vote));
                }
                for block in blocks {
                    self.send(asker, Message::Block(block));
                }
            }
            Message::Frontiers(asker, frontiers) => {
                if self.nodes[node].shell.is_some() {
                    for block in following(&self.nodes[node].ledger, &frontiers) {
                        self.send(asker, Message::Block(block));
                    }
                }
            }
        }
    }

    /// Lets a node that is up do something, and takes what comes of it.
    fn with(&mut self, index: usize, act: impl FnOnce(&mut Shell)) {
        let now_ms = self.now_ms;
        let node = &mut self.nodes[index];
        let Some(shell) = &mut node.shell else { return };
        shell.set_clock(now_ms);
        act(shell);
        let (told, sent) = (std::mem::take(&mut shell.told), std::mem::take(&mut shell.sent));
        let wake = shell.consensus.next_wakeup().map(|due| due.max(now_ms + 1));
        if let Some(due) = wake.filter(|due| node.wake_ms.is_none_or(|set| *due < set)) {
            node.wake_ms = Some(due);
            self.at(due, Happening::Wake(index));
        }
        for told in told {
            self.check(index, told);
        }
        for sent in sent {
            self.spread(index, sent);
        }
    }

    /// The first promise: nobody cements two blocks for one root; and each is told once.
    fn check(&mut self, index: usize, told: Told) {
        match told {
            Told::Confirmed(cemented) => {
                let hash = cemented.block.hash();
                let root = cemented.block.block.qualified_root();
                let first = *self.cemented.entry(root).or_insert(hash);
                assert_eq!(first, hash, "node {index} cemented a rival of what another cemented");
                assert!(self.nodes[index].confirmed.insert(hash), "{hash} was told twice");
            }
            Told::Stopped(hash) => {
                let node = &self.nodes[index];
                assert!(!node.confirmed.contains(&hash), "{hash} won and was told as stopped");
            }
            Told::Started(_) | Told::Vote(..) => {}
        }
    }

    fn spread(&mut self, from: usize, sent: Sent) {
        let others: Vec<usize> = (0..self.nodes.len()).filter(|node| *node != from).collect();
        match sent {
            Sent::Block(block) => {
                for to in others {
                    self.send(to, Message::Block(Arc::clone(&block)));
                }
            }
            Sent::Vote(vote) => {
                for to in others {
                    self.send(to, Message::Vote(Arc::clone(&vote)));
                }
            }
            Sent::Request(pairs, accounts) => {
                for to in others.into_iter().filter(|to| accounts.contains(&representative(*to))) {
                    self.send(to, Message::Request(from, pairs.clone()));
                }
            }
        }
    }

    /// Sends a message through the weather.
    fn send(&mut self, to: usize, message: Message) {
        if self.random.random_bool(self.weather.double) {
            self.carry(to, message.clone());
        }
        self.carry(to, message);
    }

    fn carry(&mut self, to: usize, message: Message) {
        if self.random.random_bool(self.weather.loss) {
            return;
        }
        let mut delay_ms = self.random.random_range(1..=self.weather.delay_ms);
        if self.random.random_bool(self.weather.hiccup) {
            delay_ms += self.random.random_range(0..HICCUP_MS);
        }
        self.at(self.now_ms + delay_ms, Happening::Deliver(to, message));
    }

    fn at(&mut self, at_ms: u64, happening: Happening) {
        self.count += 1;
        self.queue.push(Reverse((at_ms, self.count)));
        self.happenings.insert(self.count, happening);
    }

    /// The second promise: what is not yet as it must be in the end.
    fn undecided(&self) -> Vec<String> {
        let mut open = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let is_cemented =
                |hash: &BlockHash| node.ledger.is_cemented(hash).expect("memory can be read");
            for hash in self.story.sure.iter().filter(|hash| !is_cemented(hash)) {
                open.push(format!("node {index}: {hash}"));
            }
            for (number, sides) in self.story.contests.iter().enumerate() {
                let done = sides.iter().filter(|side| side.iter().all(is_cemented)).count();
                let begun = sides.iter().filter(|side| side.iter().any(is_cemented)).count();
                assert!(begun <= 1, "node {index} cemented of {begun} sides of contest {number}");
                if done == 0 {
                    open.push(format!("node {index}: contest {number}"));
                }
            }
        }
        open
    }

    fn now(&self) -> Now {
        Now { mono_ms: self.now_ms, unix_ms: 1_700_000_000_000 + self.now_ms }
    }
}

impl Habits {
    /// The node's numbers, and whom it votes for.
    fn settings(self, network: &Network, index: usize) -> (Config, Vec<Account>) {
        let bundle_delay_ms = self.bundle_delay_ms;
        let config = Config { bundle_delay_ms, ..Config::for_network(network) };
        if self.votes {
            (config, vec![representative(index)])
        } else {
            (Config { policy: VotePolicy::Never, ..config }, Vec::new())
        }
    }
}

fn new_node(network: &Network, index: usize, habits: Habits, setup: &[Arc<Block>]) -> Node {
    let (config, own) = habits.settings(network, index);
    let mut shell = Shell::new(network, config, own);
    shell.preload(setup);
    let ledger = Arc::clone(&shell.ledger);
    Node { ledger, habits, shell: Some(shell), wake_ms: None, confirmed: BTreeSet::new() }
}

/// The newest cemented block of each account.
fn frontiers(ledger: &Ledger) -> Vec<(Account, BlockHash)> {
    let accounts = ledger.accounts(&Account::ZERO, usize::MAX).expect("memory can be read");
    let frontier = |account: Account| {
        let height = ledger.confirmation_height(&account).expect("memory can be read");
        (account, height.frontier)
    };
    accounts.into_iter().map(|(account, _)| frontier(account)).collect()
}

/// The blocks that follow another node's frontiers, and whole chains that it doesn't know.
fn following(ledger: &Ledger, frontiers: &[(Account, BlockHash)]) -> Vec<Arc<Block>> {
    let known: BTreeMap<_, _> = frontiers.iter().copied().collect();
    let mut blocks = Vec::new();
    for (account, info) in ledger.accounts(&Account::ZERO, usize::MAX).expect("memory can be read")
    {
        let frontier = known.get(&account).copied().unwrap_or_default();
        let mut next = if frontier.is_zero() {
            Some(info.open_block)
        } else {
            ledger.following(&frontier).expect("memory can be read")
        };
        for _ in 0..SYNC_BLOCKS {
            let Some(hash) = next else { break };
            let Some(saved) = ledger.block(&hash).expect("memory can be read") else { break };
            blocks.push(saved.block);
            next = ledger.following(&hash).expect("memory can be read");
        }
    }
    blocks
}
