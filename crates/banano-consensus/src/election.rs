//! One election: who may win a root, who voted for what, and what is due when (node.md §4.1, §4.4, §4.5).
//!
//! Owned by `consensus`, which feeds it votes and time and acts on what it says. Never touches the ledger, and
//! never emits an effect: it decides, its owner acts.

mod ballots;
mod phases;
mod tally;

use std::sync::Arc;

use banano_primitives::{
    Account, Amount, Block, BlockDetails, BlockHash, Difficulty, QualifiedRoot,
};

use crate::effect::VoteKind;
use crate::{ElectionStatus, ElectionVote, Now, VoteCode};

pub(crate) use ballots::{Ballots, Incoming, Standing};
pub(crate) use phases::Act;

/// Names an election for its life; never used twice.
pub(crate) type ElectionId = u64;

/// The largest number of candidates (node.md §4.1).
const CANDIDATES_MAX: usize = 10;

/// Which scheduler started an election.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Behavior {
    /// RPC `block_confirm`.
    Manual,
    /// The first uncemented block of an account.
    Priority,
    /// Votes came without an election.
    Hinted,
    /// The head of an account that is far behind.
    Optimistic,
}

/// How far an election is. Expired and cancelled ones are gone at once, so they have no phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Waits for votes to come by themselves.
    Passive,
    /// Asks for votes and floods its winner.
    Active,
    /// Decided. Leaves at the next loop.
    Confirmed {
        /// When it was decided.
        ended: Now,
    },
}

/// A block that may win.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) block: Arc<Block>,
    pub(crate) tally: Amount,
    pub(crate) final_tally: Amount,
    /// The ledger holds it and all it builds on is cemented, so it may be voted for (node.md §4.8). Once true,
    /// only a rollback makes it false.
    pub(crate) is_votable: bool,
}

/// The last own vote that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OwnVote {
    hash: BlockHash,
    kind: VoteKind,
    mono_ms: u64,
}

/// An election for one qualified root.
#[derive(Debug)]
pub(crate) struct Election {
    root: QualifiedRoot,
    behavior: Behavior,
    /// Of the block that started the election.
    work: (Difficulty, BlockDetails),
    started: Now,
    phase: Phase,
    /// At least one; the first one started the election.
    candidates: Vec<Candidate>,
    winner: Arc<Block>,
    ballots: Ballots,
    /// At the last count there was quorum for the winner: own votes are final.
    has_quorum: bool,
    /// Of the leader, at the last count.
    tally: Amount,
    final_tally: Amount,
    request_count: u32,
    own_vote: Option<OwnVote>,
    /// When to try the own vote again.
    own_vote_due: Option<u64>,
    /// Last flood of a winner: when and which.
    flooded: Option<(u64, BlockHash)>,
    requested_ms: Option<u64>,
    /// The timer that counts; others for this election are stale.
    timer_ms: Option<u64>,
}

/// What became of a fork that wanted to join.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Joined {
    /// It is a candidate now.
    Added,
    /// It is a candidate now, in place of this one.
    Replaced(BlockHash),
    /// It was one already, the election is decided, or ten stronger ones are.
    Refused,
}

impl Election {
    pub(crate) fn new(
        block: Arc<Block>,
        details: BlockDetails,
        behavior: Behavior,
        now: Now,
    ) -> Self {
        let phase = if behavior == Behavior::Manual { Phase::Active } else { Phase::Passive };
        Self {
            root: block.qualified_root(),
            behavior,
            work: (block.difficulty(), details),
            started: now,
            phase,
            candidates: vec![Candidate::new(Arc::clone(&block))],
            winner: block,
            ballots: Ballots::default(),
            has_quorum: false,
            tally: Amount::ZERO,
            final_tally: Amount::ZERO,
            request_count: 0,
            own_vote: None,
            own_vote_due: None,
            flooded: None,
            requested_ms: None,
            timer_ms: None,
        }
    }

    pub(crate) fn root(&self) -> QualifiedRoot {
        self.root
    }

    pub(crate) fn behavior(&self) -> Behavior {
        self.behavior
    }

    pub(crate) fn work(&self) -> (Difficulty, BlockDetails) {
        self.work
    }

    pub(crate) fn started(&self) -> Now {
        self.started
    }

    pub(crate) fn winner(&self) -> &Arc<Block> {
        &self.winner
    }

    pub(crate) fn is_confirmed(&self) -> bool {
        matches!(self.phase, Phase::Confirmed { .. })
    }

    pub(crate) fn request_count(&self) -> u32 {
        self.request_count
    }

    pub(crate) fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    pub(crate) fn ballots(&self) -> &Ballots {
        &self.ballots
    }

    pub(crate) fn tally(&self) -> Amount {
        self.tally
    }

    pub(crate) fn final_tally(&self) -> Amount {
        self.final_tally
    }

    /// Takes a vote by the rules of node.md §4.4.
    pub(crate) fn take_vote(
        &mut self,
        vote: &Incoming,
        standing: Standing,
        mono_ms: u64,
    ) -> VoteCode {
        self.ballots.take(vote, standing, mono_ms)
    }

    /// Lets a fork join. When there are ten, it takes the place of the weakest loser that has less than
    /// `backing`, the weight of the votes that are known for it.
    pub(crate) fn join(&mut self, block: &Arc<Block>, backing: Amount) -> Joined {
        let hash = block.hash();
        if self.is_confirmed() || self.candidate(&hash).is_some() {
            return Joined::Refused;
        }
        if self.candidates.len() < CANDIDATES_MAX {
            self.candidates.push(Candidate::new(Arc::clone(block)));
            return Joined::Added;
        }
        let winner = self.winner.hash();
        let losers = self.candidates.iter_mut().filter(|c| c.block.hash() != winner);
        match losers.min_by_key(|c| (c.tally, c.block.hash())) {
            Some(weakest) if weakest.tally < backing => {
                let replaced = weakest.block.hash();
                *weakest = Candidate::new(Arc::clone(block));
                Joined::Replaced(replaced)
            }
            _ => Joined::Refused,
        }
    }

    /// Makes a candidate the winner so far.
    ///
    /// The reference withdraws the node's own votes here (node.md §4.5). Ours stand until the pause between
    /// votes is over and they are replaced, because everybody else counts them as long: a node that leaves
    /// itself out sees its old side weaker than it is, and in an even split both halves then change places,
    /// again and again, until final votes are split for ever.
    pub(crate) fn change_winner(&mut self, hash: &BlockHash) {
        if let Some(candidate) = self.candidate(hash) {
            self.winner = Arc::clone(&candidate.block);
        }
    }

    /// Makes a cemented block the winner, whatever was voted for.
    pub(crate) fn set_cemented(&mut self, block: &Arc<Block>) {
        if self.winner.hash() == block.hash() {
            return;
        }
        if self.candidate(&block.hash()).is_none() {
            self.candidates.push(Candidate::new(Arc::clone(block)));
        }
        self.winner = Arc::clone(block);
    }

    /// Whether the winner so far is known to be votable.
    pub(crate) fn is_winner_votable(&self) -> bool {
        self.candidate(&self.winner.hash()).is_some_and(|candidate| candidate.is_votable)
    }

    pub(crate) fn set_votable(&mut self, hash: &BlockHash, is_votable: bool) {
        if let Some(candidate) = self.candidates.iter_mut().find(|c| c.block.hash() == *hash) {
            candidate.is_votable = is_votable;
        }
    }

    /// Freezes the election: its root is decided.
    pub(crate) fn confirm(&mut self, now: Now) {
        self.phase = Phase::Confirmed { ended: now };
    }

    /// Milliseconds that it took, or has taken so far.
    pub(crate) fn duration_ms(&self, now: Now) -> u64 {
        let end = match self.phase {
            Phase::Confirmed { ended } => ended,
            _ => now,
        };
        end.mono_ms.saturating_sub(self.started.mono_ms)
    }

    /// The numbers as they are now (node.md §4.7).
    pub(crate) fn status(&self, now: Now) -> ElectionStatus {
        let votes = self.votes();
        ElectionStatus {
            winner: self.winner.hash(),
            duration_ms: self.duration_ms(now),
            end_unix_ms: now.unix_ms,
            tally: self.tally,
            final_tally: self.final_tally,
            blocks: u32::try_from(self.candidates.len()).unwrap_or(u32::MAX),
            voters: u32::try_from(votes.len()).unwrap_or(u32::MAX),
            request_count: self.request_count,
            votes,
        }
    }

    /// The last vote of each representative, highest weight first.
    pub(crate) fn votes(&self) -> Vec<ElectionVote> {
        let mut votes: Vec<ElectionVote> = self.ballots.iter().map(ElectionVote::from).collect();
        votes.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.representative.cmp(&b.representative)));
        votes
    }

    /// Which of these representatives haven't voted as wanted: at all, for the winner, and finally once quorum
    /// was seen (node.md §4.10).
    ///
    /// A vote that isn't final and was taken before `stale_before_ms` counts for nothing here: voters repeat
    /// themselves, so its voter may have changed its mind in a message that was lost, and would never be asked
    /// again.
    pub(crate) fn lacking(
        &self,
        representatives: &[Account],
        stale_before_ms: u64,
    ) -> Vec<Account> {
        let winner = self.winner.hash();
        let lacks = |representative: &&Account| match self.ballots.get(representative) {
            None => true,
            Some(vote) if vote.timestamp.is_final() => vote.hash != winner,
            Some(vote) => self.has_quorum || vote.hash != winner || vote.taken_ms < stale_before_ms,
        };
        representatives.iter().filter(lacks).copied().collect()
    }

    fn candidate(&self, hash: &BlockHash) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.block.hash() == *hash)
    }
}

impl Candidate {
    fn new(block: Arc<Block>) -> Self {
        Self { block, tally: Amount::ZERO, final_tally: Amount::ZERO, is_votable: false }
    }
}
