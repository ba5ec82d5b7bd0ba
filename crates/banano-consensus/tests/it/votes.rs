//! The code of a vote, as clients see it (node.md §4.4, protocol.md §6.2.1).

use banano_consensus::VoteCode::{self, Indeterminate, Late, Replay, Vote};
use banano_ledger::ProcessResult::Progress;
use banano_primitives::VoteTimestamp;

use crate::stage::{ALICE, BOB, CAROL, Stage};

struct Row {
    name: &'static str,
    /// What r1 said of the running one before: milliseconds ago, finally.
    before: Option<(u64, bool)>,
    representative: u8,
    /// How old the vote is by the voter's clock, milliseconds; `None`: final.
    age_ms: Option<u64>,
    hashes: &'static [&'static str],
    want: VoteCode,
}

const BASE: Row = Row {
    name: "",
    before: None,
    representative: 1,
    age_ms: Some(0),
    hashes: &["running"],
    want: Vote,
};

const OLD: Option<(u64, bool)> = Some((20_000, false));
const YOUNG: Option<(u64, bool)> = Some((500, false));

#[rustfmt::skip]
const ROWS: [Row; 21] = [
    Row { name: "new", ..BASE },
    Row { name: "new and final", age_ms: None, ..BASE },
    Row { name: "of an unknown block", hashes: &["unknown"], want: Indeterminate, ..BASE },
    Row { name: "of a block decided lately", hashes: &["decided"], want: Late, ..BASE },
    Row { name: "of a block that has no election yet", hashes: &["next"], want: Indeterminate, ..BASE },
    Row { name: "newer", before: OLD, ..BASE },
    Row { name: "as new", before: OLD, age_ms: Some(20_000), want: Replay, ..BASE },
    Row { name: "older", before: OLD, age_ms: Some(30_000), want: Replay, ..BASE },
    Row { name: "too soon after the last one", before: YOUNG, want: Indeterminate, ..BASE },
    Row { name: "final, however soon", before: YOUNG, age_ms: None, ..BASE },
    Row { name: "after a final one", before: Some((20_000, true)), want: Replay, ..BASE },
    Row { name: "of a thousandth of the weight", representative: 3, want: Indeterminate, ..BASE },
    Row { name: "of more than a thousandth", representative: 2, ..BASE },
    Row { name: "running and unknown", hashes: &["running", "unknown"], ..BASE },
    Row { name: "decided and unknown", hashes: &["unknown", "decided"], want: Late, ..BASE },
    Row { name: "running and decided", hashes: &["decided", "running"], ..BASE },
    Row { name: "twice the same", hashes: &["running", "running"], ..BASE },
    Row { name: "two running ones", hashes: &["running", "other"], ..BASE },
    Row { name: "old news for one of two", before: OLD, age_ms: Some(20_000), hashes: &["other", "running"], want: Replay, ..BASE },
    Row { name: "held back for one, new for another", before: YOUNG, hashes: &["running", "other"], ..BASE },
    Row { name: "held back for one, late for another", before: YOUNG, hashes: &["running", "decided"], want: Late, ..BASE },
];

#[test]
fn each_vote_has_the_code_of_its_case() {
    for row in ROWS {
        let mut stage = Stage::with(&[400, 400, 2, 1], 0, |it| it.principal_votes_only = true);
        assert_eq!(play(&mut stage, &row), row.want, "{}", row.name);
    }
}

#[test]
fn on_the_dev_network_no_representative_is_too_small() {
    let mut stage = Stage::new(&[400, 400, 2, 1], 0);
    assert_eq!(play(&mut stage, &Row { representative: 3, ..BASE }), Vote);
    assert_eq!(play(&mut Stage::new(&[900, 1], 0), &Row { representative: 9, ..BASE }), Vote);
}

fn play(stage: &mut Stage, row: &Row) -> VoteCode {
    let decided = stage.send("decided", CAROL, BOB, 5);
    let running = stage.send("running", ALICE, BOB, 5);
    let next = stage.send("next", ALICE, BOB, 5);
    let other = stage.send("other", BOB, CAROL, 5);
    let unknown = stage.send("unknown", BOB, CAROL, 5);
    for block in [&decided, &running, &next, &other] {
        stage.publish(block, Progress);
    }
    stage.vote_finally(0, &[&decided]);
    stage.vote_finally(1, &[&decided]);
    stage.shell.advance(20);
    if let Some((ago_ms, is_final)) = row.before {
        let code =
            if is_final { stage.vote_finally(1, &[&running]) } else { stage.vote(1, &[&running]) };
        assert_eq!(code, Vote, "{}: before", row.name);
        stage.shell.advance(ago_ms);
    }
    let hashes = row.hashes.iter().map(|name| match *name {
        "decided" => &decided,
        "running" => &running,
        "next" => &next,
        "other" => &other,
        "unknown" => &unknown,
        name => panic!("no block {name}"),
    });
    let hashes: Vec<_> = hashes.collect();
    let now_ms = stage.shell.now.unix_ms;
    let timestamp = match row.age_ms {
        Some(age_ms) => VoteTimestamp::new(now_ms - age_ms, 9),
        None => VoteTimestamp::FINAL,
    };
    stage.vote_at(row.representative, timestamp, &hashes)
}

#[test]
fn a_vote_before_its_block_is_indeterminate_once_and_then_a_replay() {
    let mut stage = Stage::new(&[400, 400], 0);
    let send = stage.send("send", ALICE, BOB, 5);
    let timestamp = VoteTimestamp::new(stage.shell.now.unix_ms, 9);
    assert_eq!(stage.vote_at(0, timestamp, &[&send]), Indeterminate);
    stage.publish(&send, Progress);
    let want = ["r0 votes send = Indeterminate", "started send"];
    assert_eq!(stage.told(), want, "that it counts now is told to nobody");
    assert_eq!(stage.vote_at(0, timestamp, &[&send]), Replay);
}

#[test]
fn votes_that_wait_for_a_block_confirm_it_when_it_comes() {
    let mut stage = Stage::new(&[400, 400], 0);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.vote_finally(0, &[&send]);
    stage.vote_finally(1, &[&send]);
    stage.told();
    stage.publish(&send, Progress);
    assert_eq!(stage.told(), ["started send", "confirmed send by quorum"]);
}

#[test]
fn votes_of_a_decided_election_are_votes_until_it_leaves_and_late_thereafter() {
    let mut stage = Stage::new(&[400, 400, 100], 0);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.publish(&send, Progress);
    stage.vote_finally(0, &[&send]);
    stage.vote_finally(1, &[&send]);
    assert_eq!(stage.vote(2, &[&send]), Vote);
    stage.shell.advance(20);
    assert_eq!(stage.vote_finally(2, &[&send]), Late);
}

#[test]
fn what_was_worth_passing_on_is_said_beside_the_code() {
    // (name, running first said before by r0, hashes, counted)
    let mut stage = Stage::new(&[400, 400], 0);
    let running = stage.send("running", ALICE, BOB, 5);
    let other = stage.send("other", BOB, CAROL, 5);
    stage.publish(&running, Progress);
    stage.publish(&other, Progress);
    let timestamp = VoteTimestamp::new(stage.shell.now.unix_ms, 9);
    let rows = [
        ("new", vec![&running], Vote, true),
        ("nothing new", vec![&running], Replay, false),
        ("something new, called a replay", vec![&running, &other], Replay, true),
    ];
    for (name, hashes, code, counted) in rows {
        assert_eq!(stage.vote_at(0, timestamp, &hashes), code, "{name}");
        assert_eq!(stage.shell.counted, counted, "{name}");
    }
}
