//! Rows of node.md §4.4: what the last word of a representative does with the next one.

use super::*;

const FINAL: u64 = u64::MAX;
const HEAVY: Standing = Standing { counts: true, cooldown_ms: 1_000 };

fn hash(byte: u8) -> BlockHash {
    BlockHash::from_bytes([byte; 32])
}

fn incoming(packed: u64, byte: u8) -> Incoming {
    Incoming {
        representative: Account::from_bytes([1; 32]),
        timestamp: VoteTimestamp::from_packed(packed),
        hash: hash(byte),
        is_cached: false,
    }
}

#[test]
fn a_vote_is_judged_by_what_its_representative_said_before() {
    use VoteCode::{Ignored, Indeterminate, Replay, Vote};
    struct Row {
        name: &'static str,
        /// Timestamp and block of the stored vote, taken at 10 000 ms.
        stored: Option<(u64, u8)>,
        new: (u64, u8),
        at_ms: u64,
        is_cached: bool,
        standing: Standing,
        want: VoteCode,
    }
    let base = Row {
        name: "",
        stored: Some((1600, 5)),
        new: (3200, 5),
        at_ms: 11_000,
        is_cached: false,
        standing: HEAVY,
        want: Vote,
    };
    let light = Standing { counts: false, ..HEAVY };
    let slow = Standing { cooldown_ms: 15_000, ..HEAVY };
    let rows = [
        Row { name: "the first vote", stored: None, ..base },
        Row {
            name: "too little weight",
            stored: None,
            standing: light,
            want: Indeterminate,
            ..base
        },
        Row {
            name: "too little weight beats replay",
            new: (1600, 5),
            standing: light,
            want: Indeterminate,
            ..base
        },
        Row { name: "older", new: (1584, 6), want: Replay, ..base },
        Row { name: "older, and cached", new: (1584, 6), is_cached: true, want: Replay, ..base },
        Row { name: "same time, same block", new: (1600, 5), want: Replay, ..base },
        Row { name: "same time, lower hash", new: (1600, 4), want: Replay, ..base },
        Row { name: "same time, higher hash", new: (1600, 6), ..base },
        Row { name: "the duration bits are no time", new: (1609, 5), want: Replay, ..base },
        Row { name: "newer, cooldown over", ..base },
        Row { name: "newer, within the cooldown", at_ms: 10_999, want: Ignored, ..base },
        Row {
            name: "another block, within the cooldown",
            at_ms: 10_999,
            new: (3200, 6),
            want: Ignored,
            ..base
        },
        Row { name: "a lighter one waits longer", standing: slow, want: Ignored, ..base },
        Row { name: "newly final knows no cooldown", new: (FINAL, 5), at_ms: 10_000, ..base },
        Row { name: "cached knows no cooldown", at_ms: 10_000, is_cached: true, ..base },
        Row {
            name: "final again",
            stored: Some((FINAL, 5)),
            new: (FINAL, 5),
            at_ms: 99_000,
            want: Replay,
            ..base
        },
        Row {
            name: "not final any more",
            stored: Some((FINAL, 5)),
            new: (9600, 6),
            at_ms: 99_000,
            want: Replay,
            ..base
        },
        Row {
            name: "final for a higher hash, within the cooldown",
            stored: Some((FINAL, 5)),
            new: (FINAL, 6),
            at_ms: 10_500,
            want: Ignored,
            ..base
        },
    ];
    for Row { name, stored, new, at_ms, is_cached, standing, want } in rows {
        let mut ballots = Ballots::default();
        if let Some((packed, byte)) = stored {
            assert_eq!(ballots.take(&incoming(packed, byte), HEAVY, 10_000), Vote, "{name}");
        }
        let vote = Incoming { is_cached, ..incoming(new.0, new.1) };
        assert_eq!(ballots.take(&vote, standing, at_ms), want, "{name}");
        let kept = ballots.get(&vote.representative).map(|ballot| ballot.hash);
        let expected = if want == Vote { Some(new.1) } else { stored.map(|(_, byte)| byte) };
        assert_eq!(kept, expected.map(hash), "{name}: what is kept");
    }
}

#[test]
fn cooldown_and_threshold_follow_from_the_share_of_trended_weight() {
    // (name, weight of 1 000 000 trended, divisor, counts, cooldown)
    let rows = [
        ("above five percent", 50_001, Some(1000), true, 1_000),
        ("five percent", 50_000, Some(1000), true, 5_000),
        ("above one percent", 10_001, Some(1000), true, 5_000),
        ("one percent", 10_000, Some(1000), true, 15_000),
        ("above a thousandth", 1_001, Some(1000), true, 15_000),
        ("a thousandth", 1_000, Some(1000), false, 15_000),
        ("nothing", 0, Some(1000), false, 15_000),
        ("nothing, on the dev network", 0, None, true, 15_000),
    ];
    for (name, weight, divisor, counts, cooldown_ms) in rows {
        let standing = Standing::of(Amount::from_raw(weight), Amount::from_raw(1_000_000), divisor);
        assert_eq!(standing, Standing { counts, cooldown_ms }, "{name}");
    }
}

#[test]
fn the_number_of_voters_is_bounded() {
    let mut ballots = Ballots::default();
    let voter = |number: usize| {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        Incoming { representative: Account::from_bytes(bytes), ..incoming(1600, 5) }
    };
    for number in 0..VOTERS_MAX {
        assert_eq!(ballots.take(&voter(number), HEAVY, 0), VoteCode::Vote);
    }
    assert_eq!(ballots.take(&voter(VOTERS_MAX), HEAVY, 0), VoteCode::Indeterminate);
    let newer = Incoming { timestamp: VoteTimestamp::FINAL, ..voter(7) };
    assert_eq!(ballots.take(&newer, HEAVY, 0), VoteCode::Vote, "who is in stays in");
}
