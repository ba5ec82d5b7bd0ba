//! The rules of `node.md` §6.1, as a table.

use std::time::Duration;

use super::*;

const ROOT: Root = Root::from_bytes([3; 32]);
const DIFFICULTY: Difficulty = Difficulty::new(0xff00_0000_0000_0000);

/// Work that is good enough.
fn good() -> Work {
    crate::search(&ROOT, DIFFICULTY, 0, u64::MAX).unwrap()
}

fn peers(peers: usize) -> Means {
    Means { peers, threads: false, peers_unresponsive: false }
}

fn peers_and_threads(peers: usize) -> Means {
    Means { threads: true, ..self::peers(peers) }
}

fn unresponsive(means: Means) -> Means {
    Means { peers_unresponsive: true, ..means }
}

fn from(index: usize, answer: Result<Vec<u8>, PeerFailure>) -> Input {
    Input::Peer { index, address: format!("peer {index}"), answer }
}

fn answers(index: usize) -> Input {
    from(index, Ok(format!(r#"{{"work":"{}"}}"#, good()).into_bytes()))
}

fn answers_badly(index: usize) -> Input {
    let bad = Work::new(good().value() + 1);
    from(index, Ok(format!(r#"{{"work":"{bad}"}}"#).into_bytes()))
}

fn is_absent(index: usize) -> Input {
    let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    from(index, Err(PeerFailure::Connect(refused)))
}

fn hangs(index: usize) -> Input {
    from(index, Err(PeerFailure::AnswerTimeout(Duration::from_secs(1))))
}

fn says_500(index: usize) -> Input {
    from(index, Err(PeerFailure::Status(500)))
}

fn nothing() -> Decision {
    Decision::default()
}

fn found_by(index: usize, cancel: &[usize]) -> Decision {
    let end = End::Found { source: Source::Peer(format!("peer {index}")), work: good() };
    Decision { peers_unresponsive: Some(false), cancel: cancel.to_vec(), end: Some(end) }
}

fn ends(end: End, cancel: &[usize]) -> Decision {
    Decision { peers_unresponsive: None, cancel: cancel.to_vec(), end: Some(end) }
}

fn all_failed(end: Option<End>) -> Decision {
    Decision { peers_unresponsive: Some(true), cancel: Vec::new(), end }
}

fn locally() -> End {
    End::Found { source: Source::Local, work: good() }
}

const AGAIN: End = End::Failed { again: true };
const FOR_GOOD: End = End::Failed { again: false };

#[test]
fn local_threads_start_without_peers_or_without_useful_ones() {
    let rows = [
        ("peers", peers(2), Some(false)),
        ("peers, threads", peers_and_threads(2), Some(false)),
        ("threads", peers_and_threads(0), Some(true)),
        ("useless peers, threads", unresponsive(peers_and_threads(2)), Some(true)),
        ("useless peers", unresponsive(peers(2)), Some(false)),
        ("nobody", peers(0), None),
        ("nobody, and they were useless", unresponsive(peers(0)), None),
    ];
    for (name, means, local) in rows {
        let attempt = Attempt::begin(ROOT, DIFFICULTY, means);
        assert_eq!(attempt.as_ref().map(Attempt::is_local), local, "{name}");
        let waits = attempt.is_some_and(|attempt| attempt.waits_for_peers());
        assert_eq!(waits, means.peers > 0, "{name}");
    }
}

#[test]
fn every_answer_has_its_consequence() {
    type Row = (&'static str, Means, Vec<(Input, Decision)>, &'static [usize]);
    let useless = unresponsive(peers_and_threads(2));
    let rows: Vec<Row> = vec![
        ("the first good answer wins", peers(3), vec![(answers(1), found_by(1, &[0, 2]))], &[]),
        (
            "after a bad one",
            peers(3),
            vec![(answers_badly(0), nothing()), (answers(2), found_by(2, &[1]))],
            &[0],
        ),
        (
            "who never answered to the end is told to stop",
            peers(2),
            vec![
                (hangs(1), Decision { cancel: vec![1], ..nothing() }),
                (answers(0), found_by(0, &[])),
            ],
            &[1],
        ),
        (
            "all peers failed, nobody else is at it",
            peers(3),
            vec![
                (is_absent(1), nothing()),
                (says_500(0), nothing()),
                (answers_badly(2), all_failed(Some(AGAIN))),
            ],
            &[1, 0, 2],
        ),
        (
            "all peers failed, threads have not begun: they will the next time",
            peers_and_threads(1),
            vec![(is_absent(0), all_failed(Some(AGAIN)))],
            &[0],
        ),
        (
            "all peers failed, threads go on",
            useless,
            vec![
                (is_absent(0), nothing()),
                (is_absent(1), all_failed(None)),
                (Input::Local(Some(good())), ends(locally(), &[])),
            ],
            &[0, 1],
        ),
        (
            "threads are quicker",
            useless,
            vec![(is_absent(1), nothing()), (Input::Local(Some(good())), ends(locally(), &[0]))],
            &[1],
        ),
        (
            "a peer is quicker than threads, and of use again",
            useless,
            vec![(answers(1), found_by(1, &[0]))],
            &[],
        ),
        (
            "threads give up, a peer does not",
            useless,
            vec![(Input::Local(None), nothing()), (answers(0), found_by(0, &[1]))],
            &[],
        ),
        (
            "threads give up, then the peers",
            useless,
            vec![
                (Input::Local(None), nothing()),
                (is_absent(1), nothing()),
                (is_absent(0), all_failed(Some(FOR_GOOD))),
            ],
            &[1, 0],
        ),
        (
            "the peers fail, then threads give up",
            unresponsive(peers_and_threads(1)),
            vec![(is_absent(0), all_failed(None)), (Input::Local(None), ends(FOR_GOOD, &[]))],
            &[0],
        ),
        (
            "threads alone give up",
            peers_and_threads(0),
            vec![(Input::Local(None), ends(FOR_GOOD, &[]))],
            &[],
        ),
        (
            "cancelled",
            peers(3),
            vec![(is_absent(1), nothing()), (Input::Cancelled, ends(End::Cancelled, &[0, 2]))],
            &[1],
        ),
        (
            "nothing matters after the end",
            peers(2),
            vec![
                (answers(0), found_by(0, &[1])),
                (answers(1), nothing()),
                (Input::Local(Some(good())), nothing()),
                (Input::Cancelled, nothing()),
            ],
            &[],
        ),
        (
            "nobody answers twice, and no stranger at all",
            peers(2),
            vec![(is_absent(0), nothing()), (answers(0), nothing()), (answers(2), nothing())],
            &[0],
        ),
    ];
    for (name, means, steps, bad_peers) in rows {
        let mut attempt = Attempt::begin(ROOT, DIFFICULTY, means).unwrap();
        for (number, (input, want)) in steps.into_iter().enumerate() {
            assert_eq!(attempt.take(input), want, "{name}, step {number}");
        }
        let bad_peers: Vec<_> = bad_peers.iter().map(|index| format!("peer {index}")).collect();
        assert_eq!(attempt.take_bad_peers(), bad_peers, "{name}");
    }
}
