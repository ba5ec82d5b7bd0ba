//! A process that is killed while it writes: the next one finds every block that was committed, and a whole ledger.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use banano_ledger::{Ledger, LedgerRead, audit};
use banano_primitives::BlockHash;
use proptest::collection::vec;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::world::{Op, World, network, op};

/// Tells the test that it is the process to be killed, and where its ledger is.
const FOLDER: &str = "LEDGER_CRASH_FOLDER";
const TEST: &str = "crash::a_killed_process_loses_nothing_that_it_committed";

/// Acts at random without end; after each commit it says how many blocks there are and what the newest was.
fn act_until_killed(folder: &Path) {
    let ledger = Ledger::disk(folder, &network()).unwrap();
    audit(&*ledger).unwrap();
    let (mut world, mut writer) = (World::new(), ledger.writer());
    let mut runner = TestRunner::deterministic();
    let start = ledger.counts().blocks.to_be_bytes()[7];
    let mut stored = Vec::new();
    loop {
        for op in vec(op(), 12).new_tree(&mut runner).unwrap().current() {
            let Op::Act(by, act, other, number, flaw) = op else { continue };
            // Another number for each life, so that later lives make other blocks.
            let number = number.wrapping_add(start);
            let block = world.make(&writer, (by, act, other, number, flaw));
            if let Some(saved) = world.process(&mut writer, &block).saved {
                stored.push(saved.hash());
                if number % 3 == 0 {
                    writer.cement(&saved.hash()).unwrap();
                }
            }
        }
        writer.commit().unwrap();
        let mut out = std::io::stdout().lock();
        for hash in stored.drain(..) {
            writeln!(out, "stored {hash}").unwrap();
        }
        writeln!(out, "committed {}", writer.counts().blocks).unwrap();
    }
}

#[test]
fn a_killed_process_loses_nothing_that_it_committed() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return act_until_killed(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut stored: Vec<BlockHash> = Vec::new();
    for life in 0..8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", TEST, "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut commits, mut blocks) = (0, 0);
        while commits < 3 + life * 5 {
            let line = lines.next().expect("the child lives until it is killed").unwrap();
            if let Some(hash) = line.strip_prefix("stored ") {
                stored.push(hash.parse().unwrap());
            } else if let Some(count) = line.strip_prefix("committed ") {
                blocks = count.parse().unwrap();
                commits += 1;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let ledger = Ledger::disk(folder.path(), &network()).unwrap();
        audit(&*ledger).unwrap();
        assert!(ledger.counts().blocks >= blocks, "life {life}");
        for hash in &stored {
            assert!(ledger.block(hash).unwrap().is_some(), "life {life}: {hash}");
        }
    }
    assert!(stored.len() > 100);
}
