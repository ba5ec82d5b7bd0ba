//! One node on a stage: representatives speak their lines, and what the node tells and sends is written down in
//! words.
//!
//! Blocks and representatives have names, so that a test reads as a script.

use std::collections::BTreeMap;
use std::sync::Arc;

use banano_consensus::{Config, ConfirmationKind, VoteCode};
use banano_ledger::ProcessResult;
use banano_primitives::{Account, Block, BlockHash, Network, Vote, VoteTimestamp};

use crate::chains::{Chains, account, network};
use crate::shell::{Sent, Shell, Told, unsigned};

/// A thousandth of the supply.
pub(crate) const PERMILLE: u128 = u128::MAX / 1000;

/// What each user owns at first: too little to be a principal representative.
const FUNDS: u128 = PERMILLE / 2;

pub(crate) const ALICE: u8 = 1;
pub(crate) const BOB: u8 = 2;
pub(crate) const CAROL: u8 = 3;

pub(crate) struct Stage {
    pub(crate) shell: Shell,
    pub(crate) chains: Chains,
    names: BTreeMap<BlockHash, String>,
    config: Config,
}

/// Representative number n.
pub(crate) fn representative(number: u8) -> Account {
    account(100 + number)
}

/// The dev network's numbers, voting at the end of each pass.
pub(crate) fn config(network: &Network) -> Config {
    Config { bundle_delay_ms: 0, ..Config::for_network(network) }
}

impl Stage {
    /// Representatives with these shares, in thousandths; the node votes for the first `own` of them.
    pub(crate) fn new(shares: &[u128], own: u8) -> Self {
        Self::with(shares, own, |_| {})
    }

    pub(crate) fn with(shares: &[u128], own: u8, change: impl FnOnce(&mut Config)) -> Self {
        let network = network();
        let mut config = config(&network);
        change(&mut config);
        let mut chains = Chains::new(&network);
        let genesis = network.genesis_account();
        for (number, share) in (0..).zip(shares) {
            chains.fund(genesis, representative(number), share * PERMILLE);
        }
        for user in [ALICE, BOB, CAROL] {
            chains.fund(genesis, account(user), FUNDS);
        }
        // The rest is on its way for ever, and votes for nobody.
        chains.send(genesis, account(99), chains.balance(&genesis));
        let own = (0..own).map(representative).collect();
        let mut shell = Shell::new(&network, config.clone(), own);
        shell.preload(&std::mem::take(&mut chains.blocks));
        shell.tick();
        Self { shell, chains, names: BTreeMap::new(), config }
    }

    /// A new state machine on the same ledger.
    pub(crate) fn restart(&mut self) {
        let Shell { ledger, representatives, now, .. } = &self.shell;
        let (ledger, own) = (Arc::clone(ledger), representatives.clone());
        self.shell = Shell::over(ledger, self.config.clone(), own, *now);
    }

    /// Gives a block a name.
    pub(crate) fn name(&mut self, name: &str, block: &Arc<Block>) {
        self.names.insert(block.hash(), name.to_owned());
    }

    /// A send that nobody has published yet.
    pub(crate) fn send(&mut self, name: &str, from: u8, to: u8, raw: u128) -> Arc<Block> {
        let block = self.chains.send(account(from), account(to), raw);
        self.name(name, &block);
        block
    }

    /// Its receive.
    pub(crate) fn receive(&mut self, name: &str, to: u8, send: &Block, raw: u128) -> Arc<Block> {
        let block = self.chains.receive(account(to), send.hash(), raw);
        self.name(name, &block);
        block
    }

    /// Hands a block to the node, which must say this.
    pub(crate) fn publish(&mut self, block: &Arc<Block>, want: ProcessResult) {
        assert_eq!(self.shell.publish(block), want, "{}", self.named(&block.hash()));
    }

    /// A representative votes with the present time; returns the code of the whole vote.
    pub(crate) fn vote(&mut self, number: u8, blocks: &[&Arc<Block>]) -> VoteCode {
        self.vote_at(number, VoteTimestamp::new(self.shell.now.unix_ms, 9), blocks)
    }

    /// A representative votes finally.
    pub(crate) fn vote_finally(&mut self, number: u8, blocks: &[&Arc<Block>]) -> VoteCode {
        self.vote_at(number, VoteTimestamp::FINAL, blocks)
    }

    pub(crate) fn vote_at(
        &mut self,
        number: u8,
        timestamp: VoteTimestamp,
        blocks: &[&Arc<Block>],
    ) -> VoteCode {
        let hashes = blocks.iter().map(|block| block.hash()).collect();
        let vote = Arc::new(unsigned(representative(number), timestamp, hashes));
        self.shell.vote(&vote);
        let code = self.shell.told.iter().rev().find_map(|told| match told {
            Told::Vote(told, code) if Arc::ptr_eq(told, &vote) => Some(*code),
            _ => None,
        });
        code.expect("every vote is told of")
    }

    /// What a client was told since the last call.
    pub(crate) fn told(&mut self) -> Vec<String> {
        let told = std::mem::take(&mut self.shell.told);
        told.iter().map(|told| self.describe_told(told)).collect()
    }

    /// The same without votes.
    pub(crate) fn told_of_elections(&mut self) -> Vec<String> {
        let mut told = self.told();
        told.retain(|line| !line.contains("votes"));
        told
    }

    /// What was sent to other nodes since the last call.
    pub(crate) fn sent(&mut self) -> Vec<String> {
        let sent = std::mem::take(&mut self.shell.sent);
        sent.iter().map(|sent| self.describe_sent(sent)).collect()
    }

    fn describe_told(&self, told: &Told) -> String {
        match told {
            Told::Started(hash) => format!("started {}", self.named(hash)),
            Told::Stopped(hash) => format!("stopped {}", self.named(hash)),
            Told::Vote(vote, code) => format!("{} = {code:?}", self.describe_vote(vote)),
            Told::Confirmed(cemented) => {
                let kind = match cemented.kind {
                    ConfirmationKind::Quorum => "quorum",
                    ConfirmationKind::ConfirmationHeight => "height",
                    ConfirmationKind::Inactive => "inactive",
                };
                format!("confirmed {} by {kind}", self.named(&cemented.block.hash()))
            }
        }
    }

    fn describe_sent(&self, sent: &Sent) -> String {
        match sent {
            Sent::Block(block) => format!("flood {}", self.named(&block.hash())),
            Sent::Vote(vote) => self.describe_vote(vote),
            Sent::Request(pairs, accounts) => {
                let pairs: Vec<_> = pairs.iter().map(|(hash, _)| self.named(hash)).collect();
                let asked: Vec<_> = accounts.iter().map(role).collect();
                format!("ask {} for {}", asked.join(" "), pairs.join(" "))
            }
        }
    }

    pub(crate) fn describe_vote(&self, vote: &Vote) -> String {
        let names: Vec<_> = vote.hashes.iter().map(|hash| self.named(hash)).collect();
        let finally = if vote.timestamp.is_final() { "finally " } else { "" };
        format!("{} votes {finally}{}", role(&vote.account), names.join(" "))
    }

    pub(crate) fn named(&self, hash: &BlockHash) -> String {
        self.names.get(hash).cloned().unwrap_or_else(|| hash.to_string())
    }
}

/// `r2` for representative 2.
fn role(account: &Account) -> String {
    match account.as_bytes() {
        [number @ 100..=255, ..] => format!("r{}", number - 100),
        _ => account.to_string(),
    }
}
