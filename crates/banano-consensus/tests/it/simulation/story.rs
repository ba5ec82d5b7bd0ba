//! What the users of a simulated network do: payments, chains of them, and double spends.
//!
//! Made from the seed before the run, so that it says in advance what must come out.

use std::sync::Arc;

use banano_primitives::{Account, Block, BlockHash, Network};
use rand::rngs::StdRng;
use rand::{Rng, RngExt};

use crate::chains::{Chains, account};

/// The supply in thousandths, to keep shares readable.
const PERMILLE: u128 = u128::MAX / 1000;

/// A block that a user hands to a node.
pub(crate) struct Deed {
    pub(crate) at_ms: u64,
    pub(crate) node: usize,
    pub(crate) block: Arc<Block>,
}

/// What happens, and what must have come of it in the end.
pub(crate) struct Story {
    /// Blocks that every node has cemented before the start.
    pub(crate) setup: Vec<Arc<Block>>,
    pub(crate) deeds: Vec<Deed>,
    /// Blocks that must be cemented everywhere.
    pub(crate) sure: Vec<BlockHash>,
    /// Double spends: of the sides of each, one must be cemented everywhere, and nothing of the others
    /// anywhere.
    pub(crate) contests: Vec<Vec<Vec<BlockHash>>>,
}

/// Who votes: account number of the representative of each node.
pub(crate) fn representative(node: usize) -> Account {
    account(u8::try_from(node).expect("few nodes") + 100)
}

impl Story {
    pub(crate) fn new(network: &Network, nodes: usize, random: &mut StdRng) -> Self {
        let users: Vec<Account> = (1..=random.random_range(2..=4)).map(account).collect();
        let contests = random.random_range(0..=2);
        let mut chains = Chains::new(network);
        let genesis = network.genesis_account();
        spread_weight(&mut chains, genesis, nodes, random);
        for user in &users {
            chains.fund(genesis, *user, 20 * PERMILLE);
            chains.change(*user, representative(random.random_range(0..nodes)));
        }
        for contest in 0..contests {
            chains.fund(genesis, spender(contest), 10 * PERMILLE);
        }
        let setup = std::mem::take(&mut chains.blocks);
        let mut story = Self { setup, deeds: Vec::new(), sure: Vec::new(), contests: Vec::new() };
        story.add_payments(&mut chains, &users, nodes, random);
        for contest in 0..contests {
            story.add_contest(&chains, spender(contest), nodes, random);
        }
        story
    }

    /// Payments between users, each received; chains of blocks come in bursts.
    fn add_payments(
        &mut self,
        chains: &mut Chains,
        users: &[Account],
        nodes: usize,
        random: &mut StdRng,
    ) {
        let mut at_ms = 0;
        for _ in 0..random.random_range(2..=12) {
            at_ms += *pick(&[0, 0, 3, 40, 300], random);
            let from = *pick(users, random);
            if random.random_bool(0.3) {
                chains.change(from, representative(random.random_range(0..nodes)));
                continue;
            }
            let to = *pick(users, random);
            let raw = chains.balance(&from) / random.random_range(3..=30);
            let send = chains.send(from, to, raw);
            chains.receive(to, send.hash(), raw);
            // A burst reaches the nodes in whatever order.
            for block in std::mem::take(&mut chains.blocks) {
                self.sure.push(block.hash());
                let (at_ms, node) =
                    (at_ms + random.random_range(0..5), random.random_range(0..nodes));
                self.deeds.push(Deed { at_ms, node, block });
            }
        }
        for block in std::mem::take(&mut chains.blocks) {
            self.sure.push(block.hash());
            self.deeds.push(Deed { at_ms, node: random.random_range(0..nodes), block });
        }
    }

    /// One account spends the same money two or three times, and each payee takes it.
    fn add_contest(
        &mut self,
        chains: &Chains,
        spender: Account,
        nodes: usize,
        random: &mut StdRng,
    ) {
        let start_ms = random.random_range(0..500);
        let mut sides = Vec::new();
        for side in 0..*pick(&[2, 2, 3], random) {
            let mut chains = chains.clone();
            // The payees are nobody else's, so that a lost side drags no sure block along.
            let [first, ..] = *spender.as_bytes();
            let payee = account(first + 3 * (side + 1));
            let raw = 1_000 + u128::from(side);
            let send = chains.send(spender, payee, raw);
            if random.random_bool(0.5) {
                chains.receive(payee, send.hash(), raw);
            }
            if random.random_bool(0.5) {
                chains.change(spender, representative(random.random_range(0..nodes)));
            }
            let blocks = chains.blocks;
            sides.push(blocks.iter().map(|block| block.hash()).collect());
            let near = random.random_range(0..nodes);
            for block in blocks {
                let at_ms = start_ms + random.random_range(0..60);
                self.deeds.push(Deed { at_ms, node: near, block });
            }
        }
        self.contests.push(sides);
    }
}

/// Number of the account that spends twice; its payees follow in steps of three.
fn spender(contest: u8) -> Account {
    account(20 + contest)
}

/// Gives each node's representative its share: all of the weight but what users hold and a little that nobody
/// votes with. None has a third.
fn spread_weight(chains: &mut Chains, genesis: Account, nodes: usize, random: &mut StdRng) {
    let parts: Vec<u128> = (0..nodes).map(|_| random.random_range(70..=100)).collect();
    let sum: u128 = parts.iter().sum();
    for (node, part) in parts.iter().enumerate() {
        chains.fund(genesis, representative(node), PERMILLE * 880 / sum * part);
    }
}

pub(crate) fn pick<'a, T>(from: &'a [T], random: &mut impl Rng) -> &'a T {
    &from[random.random_range(0..from.len())]
}
