//! Votes coming in: from the network, from this node, from the cache (node.md §4.4).

use std::sync::Arc;

use banano_ledger::{LedgerRead, StoreError};
use banano_primitives::{Account, Amount, BlockHash, Vote};

use super::Consensus;
use crate::election::{ElectionId, Incoming, Standing};
use crate::vote_cache::CachedVote;
use crate::{Effect, Now, VoteCode, VoteSource, hinted};

impl Consensus {
    /// Takes a vote whose signature was checked. Told as one [`Effect::VoteHandled`], before whatever the vote
    /// causes.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn on_vote(
        &mut self,
        vote: &Arc<Vote>,
        source: VoteSource,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<(), StoreError> {
        let told_at = self.effects.len();
        let weight = ledger.weight(&vote.account);
        let standing = self.standing(weight);
        let (mut whole, mut counted) = (VoteCode::Indeterminate, false);
        self.seen.clear();
        for hash in &vote.hashes {
            // A vote that names a block twice says it once.
            if vote.hashes.len() > 1 && !self.seen.insert(*hash) {
                continue;
            }
            let code = match self.elections.of_candidate(hash) {
                Some(id) => {
                    let incoming = Incoming {
                        representative: vote.account,
                        timestamp: vote.timestamp,
                        hash: *hash,
                        is_cached: false,
                    };
                    let is_first = !counted;
                    self.vote_in(id, &incoming, standing, is_first, ledger, now)?
                }
                None if self.recently_confirmed.contains_winner(hash) => VoteCode::Late,
                None => {
                    // Own votes are made anew when there is an election.
                    if source == VoteSource::Live {
                        self.remember(*hash, vote, weight, now);
                    }
                    VoteCode::Indeterminate
                }
            };
            counted |= code == VoteCode::Vote;
            whole = VoteCode::of_whole_vote([whole, code]);
        }
        let told = Effect::VoteHandled { vote: Arc::clone(vote), code: whole, counted };
        self.effects.insert(told_at, told);
        Ok(())
    }

    /// Notes that a representative is online, for one that answered a request for its vote although no election
    /// was waiting for it (node.md §4.5).
    pub fn on_heard(&mut self, representative: Account, ledger: &impl LedgerRead, now: Now) {
        self.online.hear(representative, now.mono_ms, |account| ledger.weight(account));
    }

    /// Whether a block won an election lately, so that votes for it may still be on their way.
    pub fn was_confirmed_lately(&self, hash: &BlockHash) -> bool {
        self.recently_confirmed.contains_winner(hash)
    }

    /// Counts the votes that came before this block was a candidate. They were told of when they came.
    pub(super) fn apply_cached_votes(
        &mut self,
        id: ElectionId,
        hash: &BlockHash,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<(), StoreError> {
        for vote in self.vote_cache.take(hash) {
            let standing = self.standing(ledger.weight(&vote.representative));
            let incoming = Incoming {
                representative: vote.representative,
                timestamp: vote.timestamp,
                hash: *hash,
                is_cached: true,
            };
            self.vote_in(id, &incoming, standing, false, ledger, now)?;
        }
        Ok(())
    }

    /// Lets the election decide, and counts if it took the vote.
    fn vote_in(
        &mut self,
        id: ElectionId,
        vote: &Incoming,
        standing: Standing,
        is_heard: bool,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<VoteCode, StoreError> {
        let Some(election) = self.elections.get_mut(id) else { return Ok(VoteCode::Indeterminate) };
        let code = election.take_vote(vote, standing, now.mono_ms);
        if code == VoteCode::Vote {
            if is_heard {
                self.online
                    .hear(vote.representative, now.mono_ms, |account| ledger.weight(account));
            }
            self.count(id, ledger, now)?;
        }
        Ok(code)
    }

    /// Keeps a vote for a block without election. Enough of them, and an election is started for it later.
    fn remember(&mut self, hash: BlockHash, vote: &Vote, weight: Amount, now: Now) {
        if weight.is_zero() || !self.standing(weight).counts {
            return; // it wouldn't count later either
        }
        let Vote { account: representative, timestamp, .. } = *vote;
        let cached = CachedVote { representative, timestamp, weight };
        self.vote_cache.insert(hash, cached, now.mono_ms);
        self.hint(hash, now);
    }

    /// Notes a block that cached votes point at with enough weight.
    pub(super) fn hint(&mut self, hash: BlockHash, now: Now) {
        let Some(tally) = self.vote_cache.tally(&hash) else { return };
        let threshold = self.online.trended().raw() / 100 * hinted::THRESHOLD_PERCENT;
        if tally.total.raw() >= threshold {
            self.hints.add(hash, now.mono_ms);
        }
    }

    fn standing(&self, weight: Amount) -> Standing {
        let divisor = self.config.principal_votes_only.then_some(self.config.principal_divisor);
        Standing::of(weight, self.online.trended(), divisor)
    }
}
