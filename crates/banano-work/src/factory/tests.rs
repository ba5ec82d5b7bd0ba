//! What callers and those who hear of the reports may rely on, with peers on loopback.

use std::num::NonZeroUsize;
use std::sync::{Arc, mpsc};

use banano_primitives::{Account, Difficulty};
use banano_testkit::{Reaction, TestWorkPeer};
use tokio::runtime;

use super::*;
use crate::peer::at;
use crate::request::Source;

/// Reached by one value in 256.
const EASY: Difficulty = Difficulty::new(0xff00_0000_0000_0000);
/// Reached by nothing that a test could wait for.
const HOPELESS: Difficulty = Difficulty::new(u64::MAX);
/// Longer than any test that works.
const LONG: Duration = Duration::from_secs(30);

/// A factory that waits for peers for as long as it takes, and tries again at once.
const EAGER: Pace = Pace {
    timeouts: Timeouts { connect: LONG, answer: LONG },
    first_pause: Duration::from_millis(1),
};

fn factory(threads: usize, pace: Pace) -> (WorkFactory, mpsc::Receiver<WorkFinished>) {
    let (hears, reports) = mpsc::sync_channel(1024);
    let report: WorkReport = Arc::new(move |finished| hears.send(finished).unwrap());
    let pool = NonZeroUsize::new(threads).map(WorkPool::new);
    (WorkFactory::at_pace(pool.transpose().unwrap(), report, pace), reports)
}

fn with_peers<'a>(
    threads: usize,
    peers: impl IntoIterator<Item = &'a TestWorkPeer>,
) -> (WorkFactory, mpsc::Receiver<WorkFinished>) {
    let (factory, reports) = factory(threads, EAGER);
    for peer in peers {
        factory.add_peer(at(peer.address)).unwrap();
    }
    (factory, reports)
}

fn root(number: u8) -> Root {
    Root::from_bytes([number; 32])
}

fn easy(number: u8) -> Request {
    Request::new(root(number), EASY)
}

/// Polls `future` until it is done, on a runtime without clock and sockets: the factory needs none.
fn run<T>(future: impl Future<Output = T>) -> T {
    runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn source(finished: &WorkFinished) -> String {
    match &finished.outcome {
        Outcome::Success { source, work } => {
            assert!(work.difficulty(&finished.root) >= finished.difficulty);
            source.to_string()
        }
        other => panic!("{other:?}"),
    }
}

fn says(status: u16) -> Reaction {
    Reaction::Says(status, r#"{"error":"no"}"#.to_owned())
}

#[test]
fn without_peers_local_threads_do_it() {
    let (factory, reports) = factory(1, EAGER);
    let work = run(factory.generate(easy(1))).unwrap();
    assert!(work.difficulty(&root(1)) >= EASY);
    let report = reports.try_recv().expect("reported before the answer");
    assert_eq!((report.root, report.difficulty), (root(1), EASY));
    assert_eq!(report.outcome, Outcome::Success { source: Source::Local, work });
    assert!(report.bad_peers.is_empty());
    assert!(reports.try_recv().is_err(), "one report");
    assert_eq!(factory.waiting(), 0);
}

#[test]
fn with_peers_local_threads_rest() {
    let peer = TestWorkPeer::that(Reaction::Good);
    let (factory, reports) = with_peers(1, [&peer]);
    let account = Account::from_bytes([9; 32]);
    let work = run(factory.generate(Request { account: Some(account), ..easy(1) })).unwrap();
    let report = reports.try_recv().unwrap();
    let source = Source::Peer(peer.address.to_string());
    assert_eq!(report.outcome, Outcome::Success { source, work });
    let asked = peer.hears().body;
    assert_eq!(asked["action"], "work_generate");
    assert_eq!(asked["hash"], root(1).to_string());
    assert_eq!(asked["difficulty"], EASY.to_string());
    assert_eq!(asked["account"], account.to_string());
}

#[test]
fn the_first_good_answer_wins_and_the_others_are_told_to_stop() {
    let slow = [TestWorkPeer::that(Reaction::Hangs), TestWorkPeer::that(Reaction::Hangs)];
    let good = TestWorkPeer::that(Reaction::Good);
    let (factory, reports) = with_peers(0, [&slow[0], &good, &slow[1]]);
    run(factory.generate(easy(1))).unwrap();
    let report = reports.try_recv().unwrap();
    assert_eq!(source(&report), good.address.to_string());
    assert!(report.bad_peers.is_empty(), "slow is not bad: {report:?}");
    for peer in &slow {
        assert_eq!(peer.hears_of("work_cancel")["hash"], root(1).to_string());
    }
}

#[test]
fn peers_that_fail_are_named_and_asked_again_after_a_pause() {
    let fails_once = |reaction| TestWorkPeer::with_script([reaction, Reaction::Good]);
    let peers = [
        fails_once(Reaction::ok(r#"{"work":"zzz"}"#)),
        fails_once(Reaction::ok("no JSON")),
        fails_once(says(500)),
        fails_once(Reaction::Closes),
    ];
    let (factory, reports) = with_peers(0, &peers);
    let absent = at(TestWorkPeer::absent());
    factory.add_peer(absent.clone()).unwrap();
    run(factory.generate(easy(1))).unwrap();
    let first = reports.try_recv().unwrap();
    assert_eq!(first.outcome, Outcome::Failure);
    let mut want: Vec<_> = peers.iter().map(|peer| peer.address.to_string()).collect();
    want.push(absent.to_string());
    want.sort();
    let mut bad_peers = first.bad_peers;
    bad_peers.sort();
    assert_eq!(bad_peers, want);
    let second = reports.try_recv().unwrap();
    assert!(want.contains(&source(&second)));
    assert!(reports.try_recv().is_err(), "two attempts, two reports");
}

#[test]
fn useless_peers_bring_local_threads_to_work() {
    // Two that fail, then some that hang: their answers decide nothing.
    let peer = TestWorkPeer::with_script([says(500), says(500), Reaction::Hangs]);
    let (factory, reports) = with_peers(1, [&peer]);
    run(factory.generate(easy(1))).unwrap();
    assert_eq!(reports.try_recv().unwrap().outcome, Outcome::Failure, "threads wait for the peer");
    assert_eq!(source(&reports.try_recv().unwrap()), "local", "and then do not");
    // The peer is known to be of no use: threads begin at once.
    run(factory.generate(easy(2))).unwrap();
    assert_eq!(source(&reports.try_recv().unwrap()), "local");
    assert!(reports.try_recv().is_err());
}

#[test]
fn a_peer_that_is_of_use_again_lets_local_threads_rest() {
    let peer = TestWorkPeer::with_script([says(500), Reaction::Good]);
    let (factory, reports) = with_peers(0, [&peer]);
    let is_unresponsive = || lock(&factory.peers).unresponsive;
    assert!(!is_unresponsive());
    run(async {
        let mut generate = std::pin::pin!(factory.generate(easy(1)));
        // Until the first attempt has failed, nothing but the peer's answer is waited for.
        let first = std::future::poll_fn(|cx| match generate.as_mut().poll(cx) {
            std::task::Poll::Pending if !is_unresponsive() => std::task::Poll::Pending,
            other => std::task::Poll::Ready(other.is_pending()),
        });
        assert!(first.await, "it waits for its second attempt");
        generate.await.unwrap();
    });
    assert!(!is_unresponsive());
    assert_eq!(reports.try_iter().count(), 2);
}

#[test]
fn a_new_peer_has_not_failed_yet() {
    let (factory, _reports) = factory(1, EAGER);
    factory.add_peer(at(TestWorkPeer::absent())).unwrap();
    run(factory.generate(easy(1))).unwrap();
    assert!(lock(&factory.peers).unresponsive);
    factory.add_peer(at(TestWorkPeer::absent())).unwrap();
    assert!(!lock(&factory.peers).unresponsive);
}

#[test]
fn cancelling_a_root_ends_all_its_requests_and_no_other() {
    let peer = TestWorkPeer::that(Reaction::Hangs);
    let (factory, reports) = with_peers(1, [&peer]);
    run(async {
        let hopeless = Request::new(root(1), HOPELESS);
        let with_peers = factory.generate(hopeless);
        let with_threads = factory.generate(Request { use_peers: false, ..hopeless });
        let other = factory.generate(Request { use_peers: false, ..easy(2) });
        let cancel = async {
            // The three have been polled before, so they wait.
            assert_eq!(factory.waiting(), 3);
            peer.hears_of("work_generate");
            assert_eq!(factory.cancel(&root(1)), 2);
            assert_eq!(factory.cancel(&root(1)), 0);
        };
        let (first, second, other, ()) =
            tokio::join!(biased; with_peers, with_threads, other, cancel);
        assert_eq!((first, second), (Err(WorkError::Cancelled), Err(WorkError::Cancelled)));
        assert!(other.is_ok());
    });
    peer.hears_of("work_cancel");
    let cancelled = |report: &WorkFinished| report.outcome == Outcome::Cancelled;
    assert_eq!(reports.try_iter().filter(cancelled).count(), 2);
}

#[test]
fn a_pause_can_be_cancelled_and_is_no_attempt() {
    let hour = Duration::from_hours(1);
    let (factory, reports) = factory(0, Pace { first_pause: hour, ..EAGER });
    factory.add_peer(at(TestWorkPeer::absent())).unwrap();
    while_waiting(&factory, easy(1), || {
        let first = reports.recv_timeout(LONG).unwrap();
        assert_eq!(first.outcome, Outcome::Failure);
        assert_eq!(factory.cancel(&root(1)), 1);
    });
    assert!(reports.try_recv().is_err(), "nothing was under way");
}

/// Runs `then` while a caller waits for `request`, which must end as cancelled.
fn while_waiting(factory: &WorkFactory, request: Request, then: impl FnOnce()) {
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| run(factory.generate(request)));
        while factory.waiting() == 0 {
            std::thread::yield_now();
        }
        then();
        assert_eq!(waiting.join().unwrap(), Err(WorkError::Cancelled));
    });
}

#[test]
fn a_caller_that_goes_away_withdraws_its_request() {
    let peer = TestWorkPeer::that(Reaction::Hangs);
    let (factory, reports) = with_peers(0, [&peer]);
    run(async {
        tokio::select! {
            biased;
            _ = factory.generate(easy(1)) => panic!("the peer hangs"),
            () = async { drop(peer.hears_of("work_generate")) } => {}
        }
    });
    assert_eq!(factory.waiting(), 0);
    assert_eq!(reports.try_recv().unwrap().outcome, Outcome::Cancelled);
    assert!(reports.try_recv().is_err(), "one report");
    peer.hears_of("work_cancel");
}

#[test]
fn stopping_cancels_what_waits_and_what_comes_later() {
    let peer = TestWorkPeer::that(Reaction::Hangs);
    let (factory, reports) = with_peers(1, [&peer]);
    while_waiting(&factory, easy(1), || {
        peer.hears_of("work_generate");
        factory.stop();
    });
    assert_eq!(run(factory.generate(easy(2))), Err(WorkError::Cancelled));
    let local = Request { use_peers: false, ..easy(3) };
    assert_eq!(run(factory.generate(local)), Err(WorkError::Cancelled));
    let outcomes: Vec<_> = reports.try_iter().map(|report| report.outcome).collect();
    assert_eq!(outcomes, [Outcome::Cancelled], "what never began is not reported");
}

#[test]
fn with_nobody_to_ask_the_caller_hears_at_once() {
    let (nobody, reports) = factory(0, EAGER);
    assert_eq!(run(nobody.generate(easy(1))), Err(WorkError::Disabled));
    nobody.add_peer(at(TestWorkPeer::absent())).unwrap();
    let local = Request { use_peers: false, ..easy(1) };
    assert_eq!(run(nobody.generate(local)), Err(WorkError::Disabled));
    assert!(reports.try_recv().is_err(), "nothing was under way");
}

#[test]
fn a_peer_that_never_answers_is_given_up() {
    let soon = Timeouts { answer: Duration::from_millis(20), ..EAGER.timeouts };
    let (factory, reports) = factory(1, Pace { timeouts: soon, ..EAGER });
    let peer = TestWorkPeer::that(Reaction::Hangs);
    factory.add_peer(at(peer.address)).unwrap();
    run(factory.generate(easy(1))).unwrap();
    let first = reports.try_recv().unwrap();
    assert_eq!(first.outcome, Outcome::Failure);
    assert_eq!(first.bad_peers, [peer.address.to_string()]);
    assert_eq!(source(&reports.try_recv().unwrap()), "local");
    peer.hears_of("work_cancel");
}

#[test]
fn the_list_of_peers_can_change() {
    let (factory, _reports) = factory(0, EAGER);
    let peer = |port| WorkPeer::new("192.0.2.1", port).unwrap();
    for port in (1..=u16::try_from(PEERS_MAX).unwrap()).chain([1]) {
        factory.add_peer(peer(port)).unwrap();
    }
    assert_eq!(factory.peers().len(), PEERS_MAX, "the same peer is one peer");
    let full = factory.add_peer(peer(9999)).unwrap_err();
    assert_eq!(
        full.to_string(),
        "there are 64 work peers already, and that is the most there can be"
    );
    factory.clear_peers();
    assert!(factory.peers().is_empty());
    factory.add_peer(peer(9999)).unwrap();
    assert_eq!(factory.peers(), [peer(9999)]);
}

#[test]
fn each_attempt_asks_the_peers_of_its_time() {
    let (factory, reports) = factory(0, EAGER);
    factory.add_peer(at(TestWorkPeer::absent())).unwrap();
    let good = TestWorkPeer::that(Reaction::Good);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| run(factory.generate(easy(1))));
        assert_eq!(reports.recv_timeout(LONG).unwrap().outcome, Outcome::Failure);
        factory.add_peer(at(good.address)).unwrap();
        assert!(waiting.join().unwrap().is_ok());
    });
    assert_eq!(source(&reports.try_iter().last().unwrap()), good.address.to_string());
}

#[test]
fn a_request_that_is_left_without_peers_fails() {
    let (factory, reports) = factory(0, EAGER);
    factory.add_peer(at(TestWorkPeer::absent())).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| run(factory.generate(easy(1))));
        assert_eq!(reports.recv_timeout(LONG).unwrap().outcome, Outcome::Failure);
        factory.clear_peers();
        assert_eq!(waiting.join().unwrap(), Err(WorkError::Disabled));
    });
}
