//! What callers of the pool may rely on.

use super::*;

/// Reached by one value in 256.
const EASY: u64 = 0xff00_0000_0000_0000;
/// Reached by nothing that a test could wait for.
const HOPELESS: u64 = u64::MAX;

fn pool(threads: usize) -> WorkPool {
    WorkPool::new(NonZeroUsize::new(threads).unwrap()).unwrap()
}

fn root(number: u8) -> Root {
    Root::from_bytes([number; 32])
}

/// Polls `future` until it is done, on a runtime of its own.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn every_request_gets_valid_work() {
    for threads in [1, 3] {
        let pool = pool(threads);
        for number in 0..50 {
            let difficulty = Difficulty::new(EASY);
            let work = run(pool.generate(root(number), difficulty)).unwrap();
            assert!(work.difficulty(&root(number)) >= difficulty);
        }
    }
}

#[test]
fn many_callers_at_once_are_all_served() {
    let pool = pool(2);
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
    assert_eq!(pool.waiting(), 0);
}

#[test]
fn a_caller_that_goes_away_withdraws_its_request() {
    let pool = pool(1);
    run(async {
        tokio::select! {
            biased;
            _ = pool.generate(root(1), Difficulty::new(HOPELESS)) => panic!("nothing to find"),
            () = async { assert_eq!(pool.waiting(), 1) } => {}
        }
        assert_eq!(pool.waiting(), 0);
        assert!(pool.generate(root(2), Difficulty::new(EASY)).await.is_ok());
    });
}

#[test]
fn stopping_cancels_what_waits_and_what_comes_later() {
    let pool = pool(2);
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
    drop(pool);
}

#[test]
fn more_callers_than_seats_wait_for_a_seat() {
    let pool = pool(1);
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
}
