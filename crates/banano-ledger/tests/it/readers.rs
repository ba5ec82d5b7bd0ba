//! Many readers while one writer commits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use banano_ledger::{Counts, Ledger, LedgerRead};
use banano_primitives::Amount;

use crate::backend::on_each;
use crate::lattice::{account, genesis, receive, send};
use crate::world::network;

/// Reads until the writer is done; what is seen only grows, and a head that is named is there.
fn read(ledger: &Ledger, done: &AtomicBool) -> u64 {
    let mut last = Counts::default();
    let mut rounds = 0;
    while !done.load(Ordering::SeqCst) || rounds == 0 {
        let counts = ledger.counts();
        assert!(counts.blocks >= last.blocks && counts.cemented >= last.cemented);
        assert!(counts.cemented <= counts.blocks);
        last = counts;
        for (account, info) in ledger.accounts(&account(0), 20).unwrap() {
            let head = ledger.block(&info.head).unwrap().unwrap();
            assert_eq!((head.account(), head.height()), (account, info.block_count));
        }
        let total = ledger.weights().values().map(|weight| weight.raw() >> 8).sum::<u128>();
        assert!(total <= Amount::MAX.raw() >> 8);
        rounds += 1;
    }
    rounds
}

/// Tells the readers to stop when it goes.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn readers_see_whole_commits_while_the_writer_goes_on() {
    on_each(&network(), |store, ledger| {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let readers: Vec<_> = (0..3).map(|_| scope.spawn(|| read(&ledger, &done))).collect();
            let mut writer = ledger.writer();
            let from = genesis(&writer);
            // Ends the readers even when the writing fails.
            let end = End(&done);
            for n in 0..200_u8 {
                let to = account(1 + n % 16);
                let sent = send(&mut writer, from, to, 1 + u128::from(n));
                let received = receive(&mut writer, to, &sent);
                writer.cement(&received.hash()).unwrap();
                if n % 4 == 0 {
                    writer.commit().unwrap();
                }
            }
            writer.commit().unwrap();
            drop(end);
            assert!(readers.into_iter().all(|reader| reader.join().unwrap() > 0), "{store}");
        });
        assert_eq!(ledger.counts(), Counts { blocks: 401, accounts: 17, cemented: 401, pruned: 0 });
    });
}

#[test]
fn a_second_writer_waits_for_the_seat_and_sees_what_was_committed() {
    let ledger = Ledger::memory(&network()).unwrap();
    let mut first = ledger.writer();
    let seen = thread::scope(|scope| {
        let second = scope.spawn(|| ledger.writer().counts().blocks);
        let from = genesis(&first);
        send(&mut first, from, account(1), 1);
        first.commit().unwrap();
        send(&mut first, from, account(1), 1);
        drop(first);
        second.join().unwrap()
    });
    assert_eq!(seen, 2);
    assert_eq!(ledger.counts().blocks, 2);
}
