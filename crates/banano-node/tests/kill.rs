//! A kill of the process loses nothing that was answered for.
//!
//! Its own `main`, since it starts itself again as the process that is killed.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where it cannot go on"
)]

#[path = "it/support.rs"]
#[expect(dead_code, reason = "the other test binary uses more of it")]
mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use banano_ledger::{LedgerRead as _, ProcessResult};
use banano_node::DevConfig;
use banano_primitives::BlockHash;

use support::{Wallet, assert_agreed, cemented_everywhere, key, start};

const NAME: &str = "a_kill_loses_nothing_that_was_answered_for";
/// The argument that makes this program the process that is killed; the folder follows.
const VICTIM: &str = "--victim";
const ACCOUNTS: u32 = 20;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    match arguments.as_slice() {
        [flag, folder] if flag == VICTIM => run(victim(Path::new(folder))),
        _ if has("--ignored") => {}
        // What a test runner asks first.
        _ if has("--list") => println!("{NAME}: test"),
        _ => {
            killed_while_it_begins();
            killed_under_load();
            println!("test {NAME} ... ok");
        }
    }
}

fn run(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(future);
}

fn config(folder: &Path) -> DevConfig {
    DevConfig { data: Some(folder.to_owned()), accounts: ACCOUNTS, ..DevConfig::default() }
}

/// Sends blocks for ever, and writes the hash of each that was answered for.
async fn victim(folder: &Path) {
    say("begins");
    let (net, _witness) = start(&config(folder));
    let mut wallets: Vec<Wallet> =
        (0..net.accounts().len()).map(|index| Wallet::funded(&net, index)).collect();
    loop {
        let mut answers = Vec::new();
        for wallet in &mut wallets {
            for _ in 0..3 {
                let block = wallet.send(key(1).account(), 1);
                let hash = block.hash();
                answers.push((hash, net.node().submit(block, false).await.unwrap()));
            }
        }
        for (hash, answer) in answers {
            assert_eq!(answer.result().await.unwrap(), ProcessResult::Progress);
            say(&hash.to_string());
        }
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).unwrap();
}

fn start_victim(folder: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg(VICTIM)
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    assert_eq!(first.trim(), "begins");
    (child, lines)
}

/// Kills the process, and returns the hashes that it wrote, those in the pipe included.
fn kill(mut child: Child, lines: BufReader<ChildStdout>, mut known: Vec<String>) -> Vec<String> {
    child.kill().unwrap();
    child.wait().unwrap();
    known.extend(lines.lines().map_while(Result::ok));
    // The last line may be cut.
    known.retain(|line| line.len() == 64);
    known
}

fn killed_while_it_begins() {
    let place = tempfile::tempdir().unwrap();
    for _ in 0..5 {
        let (child, lines) = start_victim(place.path());
        kill(child, lines, Vec::new());
    }
    run(async {
        let (net, _witness) = start(&config(place.path()));
        assert_agreed(&net);
        net.stop().await.unwrap();
    });
}

fn killed_under_load() {
    let place = tempfile::tempdir().unwrap();
    let mut answered: Vec<BlockHash> = Vec::new();
    for wanted in [1, 150, 400] {
        let (child, mut lines) = start_victim(place.path());
        let mut known = Vec::new();
        while known.len() < wanted {
            let mut line = String::new();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "the victim ended by itself");
            known.push(line.trim().to_owned());
        }
        let known = kill(child, lines, known);
        answered.extend(known.iter().map(|hash| hash.parse::<BlockHash>().unwrap()));
        run(check(place.path(), &answered));
    }
}

/// Starts on what is left: every answered block is there, and in the end cemented on every node.
async fn check(folder: &Path, answered: &[BlockHash]) {
    let (net, _witness) = start(&config(folder));
    for hash in answered {
        assert!(net.node().ledger().block(hash).unwrap().is_some(), "block {hash} was lost");
    }
    for index in 0..net.accounts().len() {
        cemented_everywhere(&net, Wallet::funded(&net, index).head).await;
    }
    assert_agreed(&net);
    println!("{} answered blocks, {} in all", answered.len(), net.node().ledger().counts().blocks);
    net.stop().await.unwrap();
}
