//! What upstreams say, row by row, and what comes out.

use banano_primitives::{Amount, BlockHash, Network};
use banano_ws_gateway::{
    Answer, Ask, Lie, Merge, MergeConfig, Output, Question, UPSTREAMS_MAX, UpstreamId,
};
use banano_ws_protocol::{Confirmation, ConfirmationSideband, ElectionEvent, Event, ReceivedEvent};

use crate::world::{chains, corrupted, hashes, merge, said};

const A: UpstreamId = UpstreamId(0);
const B: UpstreamId = UpstreamId(1);
const C: UpstreamId = UpstreamId(2);

fn config(agree: usize, can_ask: bool) -> MergeConfig {
    MergeConfig { agree, can_ask, ..MergeConfig::default() }
}

#[test]
fn each_confirmation_goes_out_once_whoever_says_it() {
    let truth = chains(1, 4);
    let mut merge = merge(config(1, false), 2, &truth[..1]);
    let mut out = Vec::new();
    for (id, index, now) in [(A, 1, 10), (B, 1, 15), (B, 2, 20), (A, 2, 45), (A, 2, 46), (A, 3, 50)]
    {
        merge.hear(id, Some(now), said(&truth[index]), now, &mut out);
    }
    let want: Vec<_> = truth[1..].iter().map(|it| it.block.hash()).collect();
    assert_eq!(hashes(&out), want);
    let [a, b] = merge.reports() else { panic!() };
    assert_eq!((a.first, b.first), (2, 1));
    assert!(a.lag_ms > 0 && b.lag_ms == 0, "{a:?} {b:?}");
    merge.tick(40_000, &mut out);
    let [a, b] = merge.reports() else { panic!() };
    assert_eq!((a.missed, b.missed), (0, 1), "b never said the last one");
}

#[test]
fn a_block_waits_for_its_previous_and_no_longer_than_that() {
    let truth = chains(1, 4);
    let mut late = merge(config(1, false), 1, &truth[..1]);
    let mut out = Vec::new();
    late.hear(A, Some(10), said(&truth[3]), 10, &mut out);
    late.hear(A, Some(11), said(&truth[2]), 11, &mut out);
    assert!(out.is_empty());
    assert_eq!(late.deadline_ms(), Some(510));
    late.hear(A, Some(12), said(&truth[1]), 12, &mut out);
    let want: Vec<_> = truth[1..].iter().map(|it| it.block.hash()).collect();
    assert_eq!(hashes(&out), want);
    assert_eq!(late.deadline_ms(), None);

    let mut never = merge(config(1, false), 1, &truth[..1]);
    let mut out = Vec::new();
    never.hear(A, Some(10), said(&truth[2]), 10, &mut out);
    never.tick(509, &mut out);
    assert!(out.is_empty());
    never.tick(510, &mut out);
    assert!(matches!(out[0], Output::Hole { missing, .. } if missing == truth[1].block.hash()));
    assert_eq!(hashes(&out), [truth[2].block.hash()]);
    // Late is better than never, but only once.
    for now in [2_000, 2_001] {
        never.hear(A, Some(now), said(&truth[1]), now, &mut out);
    }
    assert_eq!(hashes(&out), [truth[2].block.hash(), truth[1].block.hash()]);
}

#[test]
fn what_is_missing_is_asked_for_and_goes_out_first() {
    let truth = chains(1, 5);
    let mut merge = merge(config(1, true), 1, &truth[..1]);
    let mut out = Vec::new();
    merge.hear(A, Some(10), said(&truth[4]), 10, &mut out);
    merge.tick(510, &mut out);
    let Some(Output::Ask(ask)) = out.pop() else { panic!("{out:?}") };
    let (newest, known) = (truth[3].block.hash(), truth[0].block.hash());
    assert_eq!(ask.question, Question::Chain { account: truth[0].account, newest, known });
    let found = truth[1..4].to_vec();
    merge.answer(Answer { id: ask.id, by: A, found }, 600, &mut out);
    merge.close(ask.id, true);
    let want: Vec<_> = truth[1..].iter().map(|it| it.block.hash()).collect();
    assert_eq!(hashes(&out), want);
    let healed: Vec<_> =
        out.iter().map(|it| matches!(it, Output::Event { is_healed: true, .. })).collect();
    assert_eq!(healed, [true, true, true, false]);
    // An answer to what nobody asks any more is nothing.
    merge.answer(Answer { id: ask.id, by: A, found: truth }, 700, &mut out);
    assert_eq!(out.len(), 4);
}

#[test]
fn a_question_without_an_answer_ends_in_a_hole() {
    let truth = chains(1, 3);
    let mut merge = merge(config(1, true), 1, &truth[..1]);
    let mut out = Vec::new();
    merge.hear(A, Some(10), said(&truth[2]), 10, &mut out);
    merge.tick(510, &mut out);
    assert!(matches!(out[..], [Output::Ask(_)]));
    merge.tick(5_509, &mut out);
    assert_eq!(out.len(), 1);
    merge.tick(5_510, &mut out);
    assert!(matches!(out[1], Output::Hole { .. }));
    assert_eq!(hashes(&out), [truth[2].block.hash()]);
}

/// The time of the next question, and the question.
fn asked_next(merge: &mut Merge) -> (u64, Ask) {
    let now_ms = merge.deadline_ms().unwrap();
    let mut out = Vec::new();
    merge.tick(now_ms, &mut out);
    let [Output::Ask(ask)] = out[..] else { panic!("{out:?}") };
    (now_ms, ask)
}

#[test]
fn a_hole_is_asked_for_again_until_it_is_closed() {
    let truth = chains(1, 7);
    let config = MergeConfig { audit_ms: 1_000_000, ..config(1, true) };
    let mut merge = merge(config, 1, &truth[..1]);
    let mut out = Vec::new();
    merge.hear(A, Some(10), said(&truth[6]), 10, &mut out);
    merge.tick(510, &mut out);
    merge.tick(5_510, &mut out);
    assert_eq!(hashes(&out), [truth[6].block.hash()]);
    let account = truth[0].account;
    let [newest, known] = [5, 0].map(|index| truth[index].block.hash());
    for due_ms in [10_510, 20_510, 40_510] {
        let (now_ms, ask) = asked_next(&mut merge);
        assert_eq!((now_ms, ask.question), (due_ms, Question::Chain { account, newest, known }));
        merge.close(ask.id, false);
    }
    // A part of it comes late from an upstream, one page of the rest by RPC, and then the other.
    let mut out = Vec::new();
    merge.hear(A, Some(50_000), said(&truth[5]), 50_000, &mut out);
    let (_, ask) = asked_next(&mut merge);
    let newest = truth[4].block.hash();
    assert_eq!(ask.question, Question::Chain { account, newest, known });
    for page in [&truth[1..3], &truth[3..5]] {
        merge.answer(Answer { id: ask.id, by: A, found: page.to_vec() }, 90_000, &mut out);
    }
    merge.close(ask.id, true);
    let want: Vec<_> = [5, 1, 2, 3, 4].map(|index| truth[index].block.hash()).into();
    assert_eq!(hashes(&out), want);
    assert_eq!(merge.deadline_ms(), Some(1_000_000), "only the audit is due");
    // The chain goes on where it was.
    let next = chains(1, 8).pop().unwrap();
    merge.hear(A, Some(90_001), said(&next), 90_001, &mut out);
    assert_eq!(hashes(&out).last(), Some(&next.block.hash()));
}

#[test]
fn a_hole_is_known_to_the_run_that_follows() {
    let truth = chains(1, 4);
    let mut merge = Merge::new(config(1, true), Network::dev(), 1, Some(1_000));
    for index in [0, 1, 3] {
        merge.remember(&truth[index]);
    }
    let mut out = Vec::new();
    merge.hear(A, Some(1_500), said(&truth[2]), 1_500, &mut out);
    assert_eq!(hashes(&out), [truth[2].block.hash()]);
}

#[test]
fn what_nobody_answers_is_asked_again_with_the_next_audit() {
    let mut merge = merge(config(1, true), 1, &[]);
    let margin_ms = 10_000;
    for (is_answered, audited_ms, since_ms) in
        [(false, 60_000, 0), (false, 120_000, 0), (true, 180_000, 0), (true, 240_000, 180_000)]
    {
        let (now_ms, ask) = asked_next(&mut merge);
        let ms = u64::saturating_sub(since_ms, margin_ms);
        assert_eq!((now_ms, ask.question), (audited_ms, Question::Since { ms }));
        merge.close(ask.id, is_answered);
    }
}

#[test]
fn as_many_as_wanted_must_agree() {
    let truth = chains(1, 3);
    let mut merge = merge(config(2, false), 3, &truth[..1]);
    let mut out = Vec::new();
    for now in [10, 11, 12] {
        merge.hear(A, Some(now), said(&truth[1]), now, &mut out);
    }
    assert!(out.is_empty(), "one node's word, however often");
    merge.tick(10_010, &mut out);
    let [Output::Alone { hash, by }] = &out[..] else { panic!("{out:?}") };
    assert_eq!((*hash, &by[..]), (truth[1].block.hash(), &[A][..]));
    assert_eq!(merge.reports()[0].alone, 1);
    merge.tick(20_020, &mut out);
    assert_eq!(out.len(), 1, "reported once");
    merge.hear(C, Some(30_000), said(&truth[1]), 30_000, &mut out);
    assert_eq!(hashes(&out), [truth[1].block.hash()], "an upstream that lags completes it");
    merge.hear(B, Some(30_001), said(&truth[1]), 30_001, &mut out);
    assert_eq!(hashes(&out).len(), 1);
}

/// The same block with this amount.
fn with_amount(it: &Confirmation, raw: u128) -> ReceivedEvent {
    said(&Confirmation { amount: Amount::from_raw(raw), ..it.clone() })
}

/// Who says what amount, and the amount that goes out.
type Told<'t> = (&'t [(UpstreamId, u128)], Option<u128>);

#[test]
fn those_who_tell_different_amounts_do_not_agree() {
    let truth = chains(1, 3);
    // The balance before the second block is not known here: nobody can say which of both is right.
    let known: [Confirmation; 0] = [];
    // Of a block of 1 raw.
    let rows: [Told<'_>; 6] = [
        (&[(A, 5), (B, 1)], None),
        (&[(A, 5), (B, 1), (C, 1)], Some(1)),
        (&[(A, 5), (B, 1), (A, 1)], Some(1)),
        (&[(A, 0), (B, 1)], Some(1)),
        (&[(A, 5), (A, 1), (A, 5)], None),
        (&[(A, 1), (B, 0)], Some(1)),
    ];
    for (told, want) in rows {
        let mut merge = merge(config(2, false), 3, &known);
        let mut out = Vec::new();
        for (id, raw) in told {
            merge.hear(*id, Some(9_000), with_amount(&truth[1], *raw), 9_000, &mut out);
        }
        let got = out.iter().find_map(|it| match it {
            Output::Event { event: Event::Confirmation(it), .. } => Some(it.amount),
            _ => None,
        });
        assert_eq!(got, want.map(Amount::from_raw), "{told:?}");
    }
}

#[test]
fn an_amount_that_was_told_too_early_to_be_checked_is_set_right() {
    let truth = chains(1, 4);
    let mut merge = merge(config(1, false), 1, &truth[..1]);
    let mut out = Vec::new();
    for index in [3, 2] {
        merge.hear(A, Some(10), with_amount(&truth[index], 5), 10, &mut out);
    }
    merge.hear(A, Some(11), said(&truth[1]), 11, &mut out);
    let amounts: Vec<_> = out
        .iter()
        .filter_map(|it| match it {
            Output::Event { event: Event::Confirmation(it), .. } => Some(it.amount),
            _ => None,
        })
        .collect();
    assert_eq!(amounts, [Amount::from_raw(1); 3]);
    assert_eq!(merge.reports()[0].lies, 2);
}

#[test]
fn an_upstream_that_says_again_what_others_heard_long_ago_does_not_lag() {
    let truth = chains(1, 3);
    // (its own time, whether it lags then)
    for (its_time_ms, lags) in [(Some(9_000), true), (None, false)] {
        let mut merge = merge(config(1, false), 2, &truth[..1]);
        let mut out = Vec::new();
        merge.hear(A, Some(10), said(&truth[1]), 10, &mut out);
        merge.hear(B, its_time_ms, said(&truth[1]), 9_000, &mut out);
        assert_eq!(merge.reports()[1].lag_ms > 0, lags, "{its_time_ms:?}");
        // Of one who has had nothing to say since, nobody knows.
        merge.tick(39_001, &mut out);
        assert_eq!(merge.reports()[1].lag_ms, 0);
    }
}

#[test]
fn what_cannot_be_true_is_dropped_and_does_not_hide_the_truth() {
    let truth = chains(1, 2);
    for how in 0..4 {
        let mut merge = merge(config(1, false), 2, &truth[..1]);
        let mut out = Vec::new();
        merge.hear(A, Some(1), corrupted(&truth[1], how), 1, &mut out);
        assert!(matches!(out[..], [Output::Lied(A, _)]), "{how}: {out:?}");
        assert_eq!(merge.reports()[0].lies, 1);
        merge.hear(B, Some(2), said(&truth[1]), 2, &mut out);
        assert_eq!(hashes(&out), [truth[1].block.hash()], "{how}");
    }
    let mut wrong = truth[1].clone();
    wrong.amount = banano_primitives::Amount::from_raw(2);
    let mut merge = merge(config(1, false), 1, &truth[..1]);
    let mut out = Vec::new();
    merge.hear(A, Some(1), said(&wrong), 1, &mut out);
    assert!(matches!(&out[..], [Output::Lied(A, Lie::Amount(_))]), "{out:?}");
}

#[test]
fn a_fork_of_what_went_out_does_not_go_out() {
    let truth = chains(2, 2);
    let mut merge = merge(config(1, false), 1, &truth[..2]);
    let mut out = Vec::new();
    merge.hear(A, Some(1), said(&truth[2]), 1, &mut out);
    let mut lattice = banano_testkit::lattice::Lattice::dev();
    let (genesis, key) = (lattice.genesis_key(), lattice.key(0));
    let amount = banano_primitives::Amount::from_raw(1_000_000);
    let send = lattice.send(&genesis, key.account(), amount);
    lattice.receive(&key, send.hash());
    let rival = lattice.send(&key, key.account(), banano_primitives::Amount::from_raw(7));
    let mut fork = truth[2].clone();
    assert_eq!(rival.previous(), fork.block.previous());
    (fork.block, fork.amount) = (rival, banano_primitives::Amount::from_raw(7));
    merge.hear(A, Some(2), said(&fork), 2, &mut out);
    assert_eq!(hashes(&out), [truth[2].block.hash()]);
    assert_eq!(merge.reports()[0].stale, 1);
}

#[test]
fn after_an_outage_of_too_many_everything_since_is_asked_for() {
    let truth = chains(1, 4);
    // (agree, who goes, is it a gap)
    for (agree, gone, is_gap) in [(1, &[A][..], false), (1, &[A, B], true), (2, &[A], true)] {
        let mut merge = merge(config(agree, true), 2, &truth[..1]);
        let mut out = Vec::new();
        for id in [A, B] {
            merge.hear(id, Some(50_000), said(&truth[1]), 50_000, &mut out);
        }
        for id in gone {
            merge.down(*id, 60_000);
        }
        out.clear();
        for id in gone {
            merge.up(*id, false, 90_000, &mut out);
        }
        let asks: Vec<_> = out
            .iter()
            .filter_map(|output| match output {
                Output::Ask(ask) => Some(*ask),
                _ => None,
            })
            .collect();
        assert_eq!(asks.len(), usize::from(is_gap), "{agree} {gone:?}");
        let Some(ask) = asks.first() else { continue };
        assert_eq!(ask.question, Question::Since { ms: 0 }, "nothing was audited yet");
        assert!(merge.is_missing(&truth[2].block.hash()));
        assert!(!merge.is_missing(&truth[1].block.hash()));
        for by in [A, B] {
            let found = truth[2..].to_vec();
            merge.answer(Answer { id: ask.id, by, found }, 90_001, &mut out);
        }
        let want: Vec<_> = truth[2..].iter().map(|it| it.block.hash()).collect();
        assert_eq!(hashes(&out), want, "once, although two answer");
    }
}

#[test]
fn a_run_that_follows_another_asks_for_what_lies_between() {
    let truth = chains(1, 2);
    let config = config(1, true);
    let mut merge = Merge::new(config, Network::dev(), 1, Some(100_000));
    merge.remember(&truth[0]);
    let mut out = Vec::new();
    merge.up(A, false, 200_000, &mut out);
    assert!(
        matches!(out[..], [Output::Ask(ask)] if ask.question == Question::Since { ms: 90_000 })
    );
    merge.hear(A, Some(200_001), said(&truth[0]), 200_001, &mut out);
    assert!(hashes(&out).is_empty(), "went out in the earlier run");
}

#[test]
fn blocks_of_an_account_that_nothing_is_known_of_keep_their_order() {
    let truth = chains(1, 9);
    // Not the first block: what stands before them was confirmed before anybody listened.
    let burst = &truth[3..];
    let want: Vec<_> = burst.iter().map(|it| it.block.hash()).collect();
    for is_backwards in [false, true] {
        let mut merge = merge(config(1, false), 1, &[]);
        let mut out = Vec::new();
        let mut said_: Vec<_> = burst.iter().map(said).collect();
        if is_backwards {
            said_.reverse();
        }
        for event in said_ {
            merge.hear(A, Some(10), event, 10, &mut out);
        }
        assert!(out.is_empty(), "upstreams have only just come");
        merge.tick(510, &mut out);
        assert_eq!(hashes(&out), want, "all in the same millisecond, so all waits end at once");
        assert_eq!(merge.reports()[0].stale, 0);
    }
}

#[test]
fn accounts_that_nothing_is_known_of_keep_the_order_of_arrival() {
    let truth = chains(8, 4);
    let want: Vec<_> = truth[8..].iter().map(|it| it.block.hash()).collect();
    for apart_ms in [0, 7] {
        let mut merge = merge(config(1, false), 1, &[]);
        let (mut out, mut now) = (Vec::new(), 10);
        for it in &truth[8..] {
            now += apart_ms;
            merge.hear(A, Some(now), said(it), now, &mut out);
        }
        while let Some(deadline_ms) = merge.deadline_ms() {
            merge.tick(deadline_ms, &mut out);
        }
        assert_eq!(hashes(&out), want, "{apart_ms} ms apart");
    }
}

#[test]
fn a_row_of_blocks_waits_as_long_as_its_first() {
    let truth = chains(1, 6);
    let mut merge = merge(config(1, true), 1, &truth[..1]);
    let mut out = Vec::new();
    for (now, index) in [(10, 3), (11, 5), (200, 4), (201, 2)] {
        merge.hear(A, Some(now), said(&truth[index]), now, &mut out);
    }
    merge.tick(520, &mut out);
    assert!(out.is_empty(), "the first of them came last: {out:?}");
    merge.tick(701, &mut out);
    let [Output::Ask(ask)] = out[..] else { panic!("{out:?}") };
    let (account, known, newest) = (truth[0].account, truth[0].block.hash(), truth[1].block.hash());
    assert_eq!(ask.question, Question::Chain { account, newest, known });
    merge.tick(5_700, &mut out);
    assert_eq!(out.len(), 1, "nothing goes out before the answer's time is over");
    merge.answer(Answer { id: ask.id, by: A, found: vec![truth[1].clone()] }, 5_700, &mut out);
    let want: Vec<_> = truth[1..].iter().map(|it| it.block.hash()).collect();
    assert_eq!(hashes(&out), want);
}

#[test]
fn an_upstream_that_says_all_that_it_said_meanwhile_leaves_no_gap() {
    let truth = chains(1, 2);
    for (agree, is_complete, asks) in [(1, true, 0), (1, false, 1), (2, true, 1)] {
        let mut merge = merge(config(agree, true), 2, &truth);
        let mut out = Vec::new();
        for id in [A, B] {
            merge.down(id, 50_000);
        }
        for id in [A, B] {
            merge.up(id, is_complete, 60_000, &mut out);
        }
        assert_eq!(out.len(), asks, "{agree} {is_complete}");
    }
}

#[test]
fn a_wrong_height_is_dropped_and_spoils_no_chain() {
    let truth = chains(1, 5);
    let lie = |it: &Confirmation, height| {
        let sideband = Some(ConfirmationSideband { height, local_timestamp: 1 });
        said(&Confirmation { sideband, ..it.clone() })
    };
    let mut merge = merge(config(1, false), 1, &truth[..1]);
    let mut out = Vec::new();
    merge.hear(A, Some(1), lie(&truth[1], 72), 1, &mut out);
    assert!(matches!(&out[..], [Output::Lied(A, Lie::Height(_))]), "{out:?}");
    merge.hear(A, Some(2), said(&truth[1]), 2, &mut out);
    assert_eq!(hashes(&out), [truth[1].block.hash()]);

    merge.hear(A, Some(3), lie(&truth[2], 72), 3, &mut out);
    assert_eq!(merge.reports()[0].lies, 2);

    // Of an account that nothing is known of a height can't be checked, but then it counts for nothing.
    let mut merge = Merge::new(config(1, false), Network::dev(), 1, None);
    let mut out = Vec::new();
    merge.hear(A, Some(9_000), lie(&truth[1], 72), 9_000, &mut out);
    for it in &truth[2..] {
        merge.hear(A, Some(9_001), said(it), 9_001, &mut out);
    }
    let want: Vec<_> = truth[1..].iter().map(|it| it.block.hash()).collect();
    assert_eq!(hashes(&out), want);
}

fn started(n: u8) -> ReceivedEvent {
    ReceivedEvent::StartedElection(ElectionEvent::from(BlockHash::from_bytes([n; 32])))
}

#[test]
fn other_topics_go_out_once_an_occasion() {
    let mut merge = merge(config(2, false), 2, &[]);
    let mut out = Vec::new();
    for (id, n) in [(A, 1), (B, 1), (B, 2), (A, 1), (B, 1), (A, 2)] {
        merge.hear(id, Some(10), started(n), 10, &mut out);
    }
    let heard: Vec<u8> = out
        .iter()
        .map(|output| match output {
            Output::Event { event: Event::StartedElection(it), .. } => it.hash.as_bytes()[0],
            _ => panic!("{output:?}"),
        })
        .collect();
    assert_eq!(heard, [1, 2, 1]);
}

#[test]
fn strangers_are_ignored() {
    let truth = chains(1, 1);
    let mut merge = merge(config(1, false), 1, &[]);
    let mut out = Vec::new();
    for id in [1, 63, 64, 255] {
        let id = UpstreamId(id);
        merge.up(id, false, 1, &mut out);
        merge.hear(id, Some(1), said(&truth[0]), 1, &mut out);
        merge.down(id, 1);
    }
    assert!(out.is_empty());
    assert_eq!(UPSTREAMS_MAX, 64);
}
