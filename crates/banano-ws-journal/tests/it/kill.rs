//! A process that is killed while it appends.

use std::{
    env,
    ffi::OsString,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::Arc,
};

use banano_testkit::fixtures::{SEND, started_election};
use banano_ws_journal::{Batch, DiskConfig, Journal, Past, SyncPolicy};
use banano_ws_protocol::{Stamped, Topic};
use tempfile::tempdir;

use crate::{
    NOW_MS,
    replaying::{all, confirmed, replayed},
};

const FOLDER: &str = "BANANO_TEST_JOURNAL";
const THIS: &str = "kill::after_a_kill_everything_that_was_seen_is_there_in_order_without_a_hole";

/// What the test below starts as a process of its own. Appends until it is killed, and prints the
/// sequence of every confirmation that a reader has seen.
fn append_for_ever(dir: OsString) {
    let config = DiskConfig { sync: SyncPolicy::Never, ..DiskConfig::new(dir.into()) };
    let journal = Journal::open(&config, || NOW_MS).unwrap().journal;
    let mut reader = journal.reader();
    let source = journal.clone();
    std::thread::spawn(move || {
        for size in (1..=40).cycle() {
            let pairs = (0..size).flat_map(|_| [confirmed(), started_election(SEND)]);
            source.append(pairs.collect());
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut out = std::io::stdout();
    loop {
        runtime.block_on(reader.changed());
        let Batch::Events(events) = reader.next_batch(1_000) else { continue };
        let is_confirmation = |it: &&Arc<Stamped>| it.event.topic() == Topic::Confirmation;
        let lines = events.iter().filter(is_confirmation);
        let lines: Vec<_> = lines.map(|event| format!("seen {}\n", event.sequence)).collect();
        out.write_all(lines.concat().as_bytes()).unwrap();
    }
}

#[test]
fn after_a_kill_everything_that_was_seen_is_there_in_order_without_a_hole() {
    if let Some(dir) = env::var_os(FOLDER) {
        return append_for_ever(dir);
    }
    let dir = tempdir().unwrap();
    let mut seen: Vec<u64> = Vec::new();
    let mut id = None;
    for round in 0..6_usize {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", THIS, "--nocapture"])
            .env(FOLDER, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let wanted = seen.len() + 500 + 700 * round;
        let mut take = |line: String| {
            // The first line follows what the test runner prints.
            let sequence = line.split_once("seen ").and_then(|(_, it)| it.parse::<u64>().ok());
            seen.extend(sequence);
            seen.len()
        };
        while let Some(Ok(line)) = lines.next() {
            if take(line) >= wanted {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // The last line may be half a one: it counts only with its end.
        let mut rest: Vec<String> = lines.map_while(Result::ok).collect();
        rest.pop();
        for line in rest {
            take(line);
        }

        let config = DiskConfig::new(dir.path().to_owned());
        let opened = Journal::open(&config, || NOW_MS).unwrap();
        assert_eq!(opened.report.past, Past::Continued, "round {round}");
        let journal = opened.journal;
        assert_eq!(*id.get_or_insert(journal.id()), journal.id(), "round {round}");
        let kept = replayed(&journal, all(Topic::Confirmation), 0, 10_000);
        assert!(kept.is_sorted_by(|a, b| a < b), "round {round}: order");
        let lost: Vec<_> = seen.iter().filter(|it| kept.binary_search(it).is_err()).collect();
        assert!(lost.is_empty(), "round {round}: {lost:?} were seen and are gone");
        // The other of each pair: no batch is there by halves.
        let partners = replayed(&journal, all(Topic::StartedElection), 0, 10_000);
        assert_eq!(kept.iter().map(|it| it + 1).collect::<Vec<_>>(), partners, "round {round}");
        // Sequences jump where a process was killed, and nowhere else.
        let jumps = kept.windows(2).filter(|pair| pair[1] != pair[0] + 2).count();
        assert!(jumps <= round, "round {round}: {jumps} jumps");
    }
}
