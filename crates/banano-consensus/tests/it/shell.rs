//! The smallest shell around a `Consensus`: what the node does, without threads, sockets and keys.
//!
//! Carries out every effect on a real ledger in memory, and writes down what a client would be told and what
//! would be sent.

use std::sync::Arc;

use banano_consensus::{Cemented, Config, Consensus, Effect, Now, VoteCode, VoteKind, VoteSource};
use banano_ledger::{
    CementError, Dependency, Ledger, LedgerRead, ProcessResult, Unchecked, Writer,
};
use banano_primitives::{
    Account, Block, BlockHash, Network, QualifiedRoot, Root, Signature, Vote, VoteTimestamp,
};

/// What a client would be told.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    Started(BlockHash),
    Stopped(BlockHash),
    Vote(Arc<Vote>, VoteCode),
    Confirmed(Box<Cemented>),
}

/// What would be sent to other nodes.
#[derive(Debug, Clone)]
pub(crate) enum Sent {
    Block(Arc<Block>),
    Vote(Arc<Vote>),
    Request(Vec<(BlockHash, Root)>, Vec<Account>),
}

/// A node.
pub(crate) struct Shell {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) consensus: Consensus,
    /// Whom this node votes for.
    pub(crate) representatives: Vec<Account>,
    pub(crate) now: Now,
    pub(crate) told: Vec<Told>,
    pub(crate) sent: Vec<Sent>,
    /// Whether the last vote told of was worth passing on.
    pub(crate) counted: bool,
    unchecked: Unchecked,
}

impl Shell {
    pub(crate) fn new(network: &Network, config: Config, representatives: Vec<Account>) -> Self {
        let ledger = Ledger::memory(network).expect("a fresh ledger");
        Self::over(ledger, config, representatives, Now { mono_ms: 0, unix_ms: 1_700_000_000_000 })
    }

    /// Starts on a ledger that is there already.
    pub(crate) fn over(
        ledger: Arc<Ledger>,
        config: Config,
        representatives: Vec<Account>,
        now: Now,
    ) -> Self {
        let consensus = Consensus::new(config, &*ledger).expect("memory can be read");
        let unchecked = Unchecked::new(1_000);
        let (told, sent, counted) = (Vec::new(), Vec::new(), false);
        Self { ledger, consensus, representatives, now, told, sent, counted, unchecked }
    }

    /// Stores and cements blocks behind the back of consensus.
    pub(crate) fn preload(&mut self, blocks: &[Arc<Block>]) {
        let mut writer = self.ledger.writer();
        for block in blocks {
            let outcome = writer.process(block, block.account(), 0).expect("memory can be read");
            assert_eq!(outcome.result, ProcessResult::Progress, "{}", block.hash());
            writer.cement(&block.hash()).expect("just stored");
        }
        writer.commit().expect("memory can be written");
    }

    /// Lets time pass, stopping wherever the state machine wants to be woken.
    pub(crate) fn advance(&mut self, ms: u64) {
        let end = self.now.mono_ms + ms;
        while let Some(due) = self.consensus.next_wakeup().filter(|due| *due <= end) {
            self.set_clock(due.max(self.now.mono_ms));
            self.tick();
        }
        self.set_clock(end);
    }

    pub(crate) fn set_clock(&mut self, mono_ms: u64) {
        self.now.unix_ms += mono_ms - self.now.mono_ms;
        self.now.mono_ms = mono_ms;
    }

    pub(crate) fn tick(&mut self) {
        self.pass(|shell, writer| shell.consensus.tick(writer, shell.now).expect("readable"));
    }

    /// Takes in a block from whomever.
    pub(crate) fn publish(&mut self, block: &Arc<Block>) -> ProcessResult {
        let mut result = ProcessResult::Old;
        self.pass(|shell, writer| result = shell.process(block, writer));
        result
    }

    /// Takes in a vote from the network.
    pub(crate) fn vote(&mut self, vote: &Arc<Vote>) {
        self.pass(|shell, writer| {
            let Shell { consensus, now, .. } = shell;
            consensus.on_vote(vote, VoteSource::Live, writer, *now).expect("readable");
        });
    }

    /// Answers a request: votes, and blocks that the asker may lack.
    pub(crate) fn answer(
        &mut self,
        pairs: &[(BlockHash, Root)],
    ) -> (Vec<Arc<Vote>>, Vec<Arc<Block>>) {
        let (mut votes, mut blocks) = (Vec::new(), Vec::new());
        self.pass(|shell, writer| {
            let answer = shell.consensus.on_vote_request(pairs, writer, shell.now);
            let answer = answer.expect("readable");
            votes.extend(shell.sign(VoteKind::Final, &answer.finals, writer));
            votes.extend(shell.sign(VoteKind::Normal, &answer.normals, writer));
            blocks = answer.blocks;
        });
        (votes, blocks)
    }

    /// One pass of the processing task: some input, then effects until there are none, then a commit.
    pub(crate) fn pass(&mut self, input: impl FnOnce(&mut Self, &mut Writer)) {
        let mut writer = self.ledger.writer();
        input(self, &mut writer);
        loop {
            let effects = self.consensus.take_effects();
            if effects.is_empty() {
                break;
            }
            for effect in effects {
                self.carry_out(effect, &mut writer);
            }
        }
        writer.commit().expect("memory can be written");
    }

    fn carry_out(&mut self, effect: Effect, writer: &mut Writer) {
        match effect {
            Effect::ElectionStarted { hash } => self.told.push(Told::Started(hash)),
            Effect::ElectionStopped { hash } => self.told.push(Told::Stopped(hash)),
            Effect::VoteHandled { vote, code, counted } => {
                self.told.push(Told::Vote(vote, code));
                self.counted = counted;
            }
            Effect::Vote { kind, pairs } => {
                for vote in self.sign(kind, &pairs, writer) {
                    self.sent.push(Sent::Vote(Arc::clone(&vote)));
                    let Self { consensus, now, .. } = self;
                    consensus.on_vote(&vote, VoteSource::Own, writer, *now).expect("readable");
                }
            }
            Effect::Cement { hash } => self.cement(&hash, writer),
            Effect::Force { block } => self.force(&block, writer),
            Effect::RequestVotes { pairs, representatives } => {
                assert!(!pairs.is_empty() && pairs.len() <= 255 && !representatives.is_empty());
                self.sent.push(Sent::Request(pairs, representatives));
            }
            Effect::WeightSampled { weight } => {
                let at = self.now.unix_ms / 1000;
                writer.record_online_weight(at, weight, 288).expect("readable");
            }
            Effect::Flood { block } => self.sent.push(Sent::Block(block)),
        }
    }

    fn sign(
        &self,
        kind: VoteKind,
        pairs: &[(QualifiedRoot, BlockHash)],
        writer: &mut Writer,
    ) -> Vec<Arc<Vote>> {
        assert!(pairs.len() <= 255);
        let timestamp = match kind {
            VoteKind::Normal => VoteTimestamp::new(self.now.unix_ms, 9),
            VoteKind::Final => VoteTimestamp::FINAL,
        };
        let mut hashes = Vec::new();
        for (root, hash) in pairs {
            let may_sign = kind == VoteKind::Normal
                || writer.record_final_vote(root, *hash).expect("memory can be read");
            if may_sign {
                hashes.push(*hash);
            }
        }
        if hashes.is_empty() {
            return Vec::new();
        }
        let voters = self.representatives.iter();
        voters.map(|account| Arc::new(unsigned(*account, timestamp, hashes.clone()))).collect()
    }

    fn cement(&mut self, hash: &BlockHash, writer: &mut Writer) {
        match writer.cement(hash) {
            Ok(blocks) => {
                let Self { consensus, now, .. } = self;
                let told = consensus.on_cemented(&blocks, writer, *now).expect("readable");
                self.told.extend(told.into_iter().map(|one| Told::Confirmed(Box::new(one))));
            }
            Err(CementError::BlockNotFound(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    fn force(&mut self, block: &Arc<Block>, writer: &mut Writer) {
        let successor = writer.successor(&block.qualified_root()).expect("memory can be read");
        if let Some(rival) = successor.filter(|rival| *rival != block.hash()) {
            match writer.rollback(&rival) {
                Ok(gone) => self.consensus.on_rolled_back(&gone),
                Err(_) => return,
            }
        }
        self.process(block, writer);
    }

    fn process(&mut self, block: &Arc<Block>, writer: &mut Writer) -> ProcessResult {
        let outcome = writer
            .process(block, block.account(), self.now.unix_ms / 1000)
            .expect("memory can be read");
        let Self { consensus, now, .. } = self;
        match outcome.result {
            ProcessResult::Progress => {
                let saved = outcome.saved.expect("progress comes with the stored block");
                consensus.on_stored(&saved, writer, *now).expect("readable");
                for dependency in Dependency::met_by(&saved) {
                    for waiting in self.unchecked.take(dependency) {
                        self.process(&waiting, writer);
                    }
                }
            }
            ProcessResult::Fork => {
                consensus.on_fork(block, writer, *now).expect("readable");
            }
            result => {
                if let Some(dependency) = Dependency::of(block, result) {
                    self.unchecked.put(dependency, Arc::clone(block));
                }
            }
        }
        outcome.result
    }
}

/// A vote whose signature nobody will check.
pub(crate) fn unsigned(account: Account, timestamp: VoteTimestamp, hashes: Vec<BlockHash>) -> Vote {
    Vote { account, signature: Signature::ZERO, timestamp, hashes }
}
