//! The tally against a naive recount.

use std::collections::BTreeMap;
use std::sync::Arc;

use banano_primitives::{
    Block, BlockDetails, Body, DetailKind, Epoch, Link, Signature, StateBlock, VoteTimestamp, Work,
};
use proptest::prelude::*;

use super::*;
use crate::election::{Incoming, Joined, Standing};
use crate::{Behavior, Now};

const NOW: Now = Now { mono_ms: 0, unix_ms: 0 };

const DETAILS: BlockDetails = BlockDetails { epoch: Epoch::Zero, kind: DetailKind::Send };

/// Rivals for one root; the number makes the difference.
fn rival(number: u8) -> Arc<Block> {
    let body = Body::State(StateBlock {
        account: account(200),
        previous: BlockHash::from_bytes([9; 32]),
        representative: account(number),
        balance: Amount::ZERO,
        link: Link::ZERO,
    });
    Arc::new(Block::new(body, Signature::ZERO, Work::new(0)))
}

fn account(number: u8) -> Account {
    Account::from_bytes([number; 32])
}

/// An election with this many candidates, in the order of their hashes: the last one wins ties.
fn election(candidates: u8) -> (Election, Vec<Arc<Block>>) {
    let mut blocks: Vec<_> = (0..candidates).map(rival).collect();
    blocks.sort_by_key(|block| block.hash());
    let mut election = Election::new(Arc::clone(&blocks[0]), DETAILS, Behavior::Priority, NOW);
    for block in &blocks[1..] {
        assert_eq!(election.join(block, Amount::ZERO), Joined::Added);
    }
    (election, blocks)
}

fn vote(election: &mut Election, representative: u8, hash: BlockHash, is_final: bool) {
    let vote = Incoming {
        representative: account(representative),
        timestamp: if is_final { VoteTimestamp::FINAL } else { VoteTimestamp::new(1600, 9) },
        hash,
        is_cached: true,
    };
    election.take_vote(&vote, Standing { counts: true, cooldown_ms: 0 }, 0);
}

#[test]
fn quorum_is_a_lead_and_only_final_votes_confirm() {
    struct Row {
        name: &'static str,
        /// Weight, candidate, final.
        votes: &'static [(u128, usize, bool)],
        leader: usize,
        decisive: bool,
        quorum: bool,
        confirmed: bool,
    }
    let base =
        Row { name: "", votes: &[], leader: 0, decisive: false, quorum: false, confirmed: false };
    let rows = [
        Row { name: "nobody: the higher hash leads nothing", leader: 1, ..base },
        Row { name: "too few", votes: &[(66, 0, true)], ..base },
        Row {
            name: "enough, none final",
            votes: &[(67, 0, false)],
            decisive: true,
            quorum: true,
            ..base
        },
        Row {
            name: "everybody, none final",
            votes: &[(50, 0, false), (50, 0, false)],
            decisive: true,
            quorum: true,
            ..base
        },
        Row {
            name: "enough, too few final",
            votes: &[(60, 0, true), (20, 0, false)],
            decisive: true,
            quorum: true,
            ..base
        },
        Row {
            name: "enough final",
            votes: &[(67, 0, true)],
            decisive: true,
            quorum: true,
            confirmed: true,
            ..base
        },
        Row {
            name: "the second takes from the lead",
            votes: &[(70, 0, true), (4, 1, false)],
            decisive: true,
            ..base
        },
        Row {
            name: "a lead of just enough",
            votes: &[(71, 0, true), (4, 1, false)],
            decisive: true,
            quorum: true,
            confirmed: true,
            ..base
        },
        Row {
            name: "the rival leads",
            votes: &[(30, 0, false), (40, 1, false)],
            leader: 1,
            decisive: true,
            ..base
        },
        Row {
            name: "the rival leads, too few votes to say",
            votes: &[(10, 0, false), (40, 1, false)],
            leader: 1,
            ..base
        },
        Row {
            name: "equal: the higher hash",
            votes: &[(50, 0, false), (50, 1, false)],
            leader: 1,
            decisive: true,
            ..base
        },
        Row {
            name: "equal, voted in the other order",
            votes: &[(50, 1, true), (50, 0, true)],
            leader: 1,
            decisive: true,
            ..base
        },
        Row {
            name: "final votes of the loser don't help",
            votes: &[(80, 0, false), (10, 1, true)],
            decisive: true,
            quorum: true,
            ..base
        },
    ];
    for Row { name, votes, leader, decisive, quorum, confirmed } in rows {
        let (mut election, blocks) = election(2);
        for (number, (_, candidate, is_final)) in (0..).zip(votes) {
            vote(&mut election, number, blocks[*candidate].hash(), *is_final);
        }
        let weight = |of: &Account| Amount::from_raw(votes[usize::from(of.as_bytes()[0])].0);
        let count = election.count(weight);
        let delta = Amount::from_raw(67);
        assert_eq!(count.leader, blocks[leader].hash(), "{name}: leader");
        assert_eq!(count.is_decisive(delta), decisive, "{name}: decisive");
        assert_eq!(count.has_quorum(delta), quorum, "{name}: quorum");
        assert_eq!(count.is_confirmed(delta), confirmed, "{name}: confirmed");
    }
}

#[test]
fn a_vote_for_a_block_that_is_no_candidate_counts_for_nothing() {
    let (mut election, _) = election(1);
    vote(&mut election, 1, rival(99).hash(), true);
    let count = election.count(|_| Amount::from_raw(100));
    assert_eq!((count.sum, count.final_tally), (Amount::ZERO, Amount::ZERO));
}

proptest! {
    /// Against ten lines that know nothing of how votes are kept.
    #[test]
    fn a_tally_equals_a_naive_recount(
        votes in prop::collection::vec((0..12_u8, 0..5_usize, any::<bool>()), 0..60),
        weights in prop::collection::vec(0..1000_u128, 12),
    ) {
        let (mut election, blocks) = election(5);
        let mut said: BTreeMap<u8, (bool, BlockHash)> = BTreeMap::new();
        for (representative, candidate, is_final) in votes {
            let hash = blocks[candidate].hash();
            vote(&mut election, representative, hash, is_final);
            let last = said.entry(representative).or_insert((is_final, hash));
            *last = (*last).max((is_final, hash));
        }
        let weight = |of: u8| weights[usize::from(of)];
        let tally = |hash: BlockHash, finals_only: bool| -> u128 {
            let counts = |(is_final, voted): &(bool, BlockHash)| *voted == hash && (*is_final || !finals_only);
            said.iter().filter(|(_, vote)| counts(vote)).map(|(of, _)| weight(*of)).sum()
        };
        let mut ranks: Vec<_> = blocks.iter().map(|b| (tally(b.hash(), false), b.hash())).collect();
        ranks.sort_unstable();
        let (leader, second) = (ranks[4], ranks[3]);

        let count = election.count(|of| Amount::from_raw(weight(of.as_bytes()[0])));
        prop_assert_eq!((count.leader_tally.raw(), count.leader), leader);
        prop_assert_eq!(count.second_tally.raw(), second.0);
        prop_assert_eq!(count.final_tally.raw(), tally(leader.1, true));
        prop_assert_eq!(count.sum.raw(), ranks.iter().map(|(tally, _)| tally).sum::<u128>());
        for candidate in election.candidates() {
            let hash = candidate.block.hash();
            prop_assert_eq!(candidate.tally.raw(), tally(hash, false));
            prop_assert_eq!(candidate.final_tally.raw(), tally(hash, true));
        }
        prop_assert_eq!(election.votes().len(), said.len());
    }
}
