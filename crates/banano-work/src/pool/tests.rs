//! What callers of the pool may rely on.

use std::sync::mpsc;

use super::*;

/// Reached by one value in 256.
const EASY: u64 = 0xff00_0000_0000_0000;
/// Reached by nothing that a test could wait for.
const HOPELESS: u64 = u64::MAX;

fn pool(threads: usize) -> (WorkPool, mpsc::Receiver<Finished>) {
    let (heard, reports) = mpsc::sync_channel(4096);
    let report: Report = Arc::new(move |finished| heard.send(finished).unwrap());
    (WorkPool::new(NonZeroUsize::new(threads).unwrap(), report).unwrap(), reports)
}

fn root(number: u8) -> Root {
    Root::from_bytes([number; 32])
}

/// Polls `future` until it is done, on a runtime of its own.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn every_request_gets_valid_work_and_is_reported_before_its_answer() {
    for threads in [1, 3] {
        let (pool, reports) = pool(threads);
        for number in 0..50 {
            let difficulty = Difficulty::new(EASY);
            let work = run(pool.generate(root(number), difficulty)).unwrap();
            assert!(work.difficulty(&root(number)) >= difficulty);
            let report = reports.try_recv().expect("reported before the answer");
            assert_eq!((report.root, report.difficulty), (root(number), difficulty));
            assert_eq!(report.outcome, Ok(work));
        }
        assert!(reports.try_recv().is_err(), "one report for each request");
    }
}

#[test]
fn many_callers_at_once_are_all_served() {
    let (pool, reports) = pool(2);
    thread::scope(|scope| {
        for caller in 0..8 {
            let pool = &pool;
            scope.spawn(move || {
                for number in 0..20 {
                    let root = root(caller * 20 + number);
                    let difficulty = Difficulty::new(EASY);
                    let work = pool.generate_blocking(root, difficulty).unwrap();
                    assert!(work.difficulty(&root) >= difficulty);
                }
            });
        }
    });
    assert_eq!(reports.try_iter().count(), 160);
    assert_eq!(pool.waiting(), 0);
}

#[test]
fn cancelling_a_root_ends_all_its_requests_and_no_other() {
    let (pool, reports) = pool(2);
    run(async {
        let hopeless = Difficulty::new(HOPELESS);
        let first = pool.generate(root(1), hopeless);
        let second = pool.generate(root(1), hopeless);
        let other = pool.generate(root(2), Difficulty::new(EASY));
        let cancel = async {
            // The three have been polled before, so they wait in the queue.
            assert_eq!(pool.waiting(), 3);
            assert_eq!(pool.cancel(&root(1)), 2);
            assert_eq!(pool.cancel(&root(1)), 0);
        };
        let (first, second, other, ()) = tokio::join!(biased; first, second, other, cancel);
        assert_eq!((first, second), (Err(Cancelled), Err(Cancelled)));
        assert!(other.is_ok());
    });
    let cancelled = reports.try_iter().filter(|report| report.outcome.is_err()).count();
    assert_eq!(cancelled, 2);
}

#[test]
fn a_caller_that_goes_away_withdraws_its_request() {
    let (pool, reports) = pool(1);
    run(async {
        tokio::select! {
            biased;
            _ = pool.generate(root(1), Difficulty::new(HOPELESS)) => panic!("nothing to find"),
            () = async { assert_eq!(pool.waiting(), 1) } => {}
        }
        assert_eq!(pool.waiting(), 0);
        assert!(pool.generate(root(2), Difficulty::new(EASY)).await.is_ok());
    });
    assert_eq!(reports.try_iter().count(), 2);
}

#[test]
fn stopping_cancels_what_waits_and_what_comes_later() {
    let (pool, reports) = pool(2);
    let hopeless = Difficulty::new(HOPELESS);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| pool.generate_blocking(root(1), hopeless));
        while pool.waiting() == 0 {
            thread::yield_now();
        }
        pool.stop();
        assert_eq!(waiting.join().unwrap(), Err(Cancelled));
    });
    assert_eq!(run(pool.generate(root(2), hopeless)), Err(Cancelled));
    assert_eq!(pool.generate_blocking(root(3), hopeless), Err(Cancelled));
    assert_eq!(reports.try_iter().count(), 1, "a request that never waited is not reported");
    drop(pool);
}

#[test]
fn more_callers_than_seats_wait_for_a_seat() {
    let (pool, reports) = pool(1);
    let hopeless = Difficulty::new(HOPELESS);
    run(async {
        let mut callers = tokio::task::JoinSet::new();
        let pool = Arc::new(pool);
        for _ in 0..SEATS + 10 {
            let pool = Arc::clone(&pool);
            callers.spawn(async move { pool.generate(root(1), hopeless).await });
        }
        while pool.waiting() < SEATS {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.waiting(), SEATS);
        pool.stop();
        while let Some(outcome) = callers.join_next().await {
            assert_eq!(outcome.unwrap(), Err(Cancelled));
        }
    });
    assert_eq!(reports.try_iter().count(), SEATS);
}
