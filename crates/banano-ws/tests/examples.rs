//! The examples of the client library, as a reader would run them, with real payments.
//!
//! Its own `main`, since it starts itself again as an example. The shop has a test of its own.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where it cannot go on"
)]

#[path = "../../banano-ws-client/examples/balance.rs"]
#[expect(dead_code, unreachable_pub, reason = "an example has a `main` of its own")]
mod balance;

#[path = "../../banano-ws-client/examples/explorer.rs"]
#[expect(dead_code, unreachable_pub, reason = "an example has a `main` of its own")]
mod explorer;

#[path = "../../banano-ws-client/examples/pool.rs"]
#[expect(dead_code, unreachable_pub, reason = "an example has a `main` of its own")]
mod pool;

#[path = "it/program.rs"]
#[expect(dead_code, reason = "the other test binary uses more of it")]
mod program;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use program::{Running, post};

/// The argument that makes this program an example; its name and its arguments follow.
const EXAMPLE: &str = "--example";

const TESTS: [(&str, fn()); 3] = [
    ("the_balance_monitor_tells_what_an_account_has_and_can_receive", balances),
    ("the_explorer_counts_what_happens_on_four_topics", topics),
    ("the_pool_hears_of_all_its_accounts_once_each", accounts),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, name, rest @ ..] = arguments.as_slice()
        && first == EXAMPLE
    {
        return run(name, rest);
    }
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    if has("--ignored") {
        return;
    }
    let is_chosen = |name: &str| !TESTS.iter().any(|(name, _)| has(name)) || has(name);
    for (name, test) in TESTS {
        // What a test runner asks first.
        if has("--list") {
            println!("{name}: test");
        } else if is_chosen(name) {
            test();
            println!("test {name} ... ok");
        }
    }
}

/// Is an example.
fn run(name: &str, arguments: &[String]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ended = runtime.block_on(async {
        match name {
            "balance" => balance::run(arguments).await,
            "explorer" => explorer::run(arguments).await,
            _ => pool::run(arguments).await,
        }
    });
    ended.unwrap();
}

struct Example {
    child: Child,
    input: ChildStdin,
    lines: BufReader<ChildStdout>,
}

impl Example {
    fn start(name: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([EXAMPLE, name])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, lines) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, lines: BufReader::new(lines) }
    }

    /// Reads up to a line that has all of these in it.
    fn until(&mut self, parts: &[&str]) -> String {
        let mut said = String::new();
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).unwrap();
            assert_ne!(read, 0, "it ended without {parts:?}, and said:\n{said}");
            if parts.iter().all(|part| line.contains(part)) {
                return line;
            }
            said.push_str(&line);
        }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets the faucet pay; the hash.
fn pay(network: &Running, account: &str, ban: &str) -> String {
    let body =
        format!(r#"{{"action":"dev_faucet","account":"{account}","amount_decimal":"{ban}"}}"#);
    let answer = post(network.labelled("RPC"), &body);
    answer["hash"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

fn balances() {
    let network = Running::start(&[]);
    let account = network.labelled("#1").to_owned();
    let mut monitor = Example::start("balance", &[network.labelled("WebSocket"), &account]);
    monitor.until(&["watching 1 accounts"]);
    pay(&network, &account, "1.5");
    monitor.until(&[&account, "can receive 1.5 BAN"]);
    let rpc = network.labelled("RPC");
    let mut send = program::program(&["pay", "--rpc", rpc, "--from", "#1", "--to", "#2", "2"]);
    assert!(program::output(&mut send).status.success());
    monitor.until(&[&account, "has 9999", "BAN"]);
}

fn topics() {
    let network = Running::start(&[]);
    let mut explorer = Example::start("explorer", &[network.labelled("WebSocket")]);
    explorer.until(&["looking at 4 topics"]);
    let hash = pay(&network, network.labelled("#0"), "3");
    let mut left = vec!["new_unconfirmed_block", "started_election", "vote", "confirmation"];
    while !left.is_empty() {
        let line = explorer.until(&[&hash]);
        left.retain(|topic| !line.contains(topic));
    }
}

fn accounts() {
    let network = Running::start(&[]);
    let accounts: Vec<String> =
        (0..6).map(|index| network.labelled(&format!("#{index}")).to_owned()).collect();
    let mut pool = Example::start("pool", &[network.labelled("WebSocket"), "3"]);
    writeln!(pool.input, "{}\nban_1typo", accounts.join("\n")).unwrap();
    pool.until(&["left out ban_1typo"]);
    pool.until(&["watching 6 accounts"]);
    let mut hashes = Vec::new();
    for (index, account) in accounts.iter().enumerate() {
        hashes.push(pay(&network, account, "1"));
        // Between two of them: over one connection or over two, told once.
        let (from, to) = (format!("#{index}"), format!("#{}", (index + 1) % 6));
        let rpc = network.labelled("RPC");
        let mut send = program::program(&["pay", "--rpc", rpc, "--from", &from, "--to", &to, "7"]);
        assert!(program::output(&mut send).status.success());
    }
    let mut seen: Vec<String> = Vec::new();
    while !hashes.iter().all(|hash| seen.iter().any(|line| line.contains(hash.as_str())))
        || seen
            .iter()
            .filter(|line| line.starts_with("7 BAN") || line.starts_with("7.0 BAN"))
            .count()
            < 6
    {
        seen.push(pool.until(&[" BAN "]));
    }
    let told = |line: &String| line.split_whitespace().nth(2).unwrap_or_default().to_owned();
    let distinct: std::collections::BTreeSet<String> = seen.iter().map(told).collect();
    assert_eq!(distinct.len(), seen.len(), "each once: {seen:?}");
}
