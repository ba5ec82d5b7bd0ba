//! The shop of the examples credits every payment exactly once, while it, the server and the
//! connections between them are killed at random.
//!
//! Its own `main`, since it starts itself again as the shop. `DEEP=true` makes a hundred kills.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where it cannot go on"
)]

#[path = "../../banano-ws-client/examples/shop.rs"]
#[expect(dead_code, unreachable_pub, reason = "an example has a `main` of its own")]
mod shop;

#[path = "it/program.rs"]
#[expect(dead_code, reason = "the other test binary uses more of it")]
mod program;

#[path = "it/relay.rs"]
mod relay;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use banano_primitives::{Account, Seed};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;

use program::{Running, post, text};
use relay::{Manner, Relay};

/// The argument that makes this program the shop; its own arguments follow.
const SHOP: &str = "--shop";
const ORDERS: u32 = 5;
const PAYMENTS_PER_KILL: u32 = 4;

const NAMES: [(&str, Manner); 2] = [
    ("a_shop_credits_each_payment_once_whatever_is_killed", Manner::Honest),
    ("a_shop_credits_each_payment_once_behind_a_plain_node", Manner::PlainNode),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    if let [first, rest @ ..] = arguments.as_slice()
        && first == SHOP
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(shop::run(rest)).unwrap();
        return;
    }
    if has("--ignored") {
        return;
    }
    let is_chosen = |name: &str| !NAMES.iter().any(|(name, _)| has(name)) || has(name);
    for (name, manner) in NAMES {
        // What a test runner asks first.
        if has("--list") {
            println!("{name}: test");
        } else if is_chosen(name) {
            let is_deep = std::env::var("DEEP").is_ok_and(|deep| deep == "true");
            World::run(manner, if is_deep { 100 } else { 9 });
            println!("test {name} ... ok");
        }
    }
}

struct Shop {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Shop {
    fn start(arguments: &[String]) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg(SHOP)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// Waits for the next line that it prints.
    fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "the shop ended by itself");
        line
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

struct World {
    random: StdRng,
    server: Option<Running>,
    relay_ws: Relay,
    relay_rpc: Relay,
    shop: Option<Shop>,
    folder: tempfile::TempDir,
    orders: Vec<Account>,
    paid: u32,
    kills: [u32; 3],
}

impl World {
    fn run(manner: Manner, kills: u32) {
        let seed = 19;
        println!("seed {seed}");
        let mut world = Self {
            random: StdRng::seed_from_u64(seed),
            server: None,
            relay_ws: Relay::start(manner),
            relay_rpc: Relay::start(Manner::Honest),
            shop: None,
            folder: tempfile::tempdir().unwrap(),
            orders: (0..ORDERS).map(|index| order_seed().key_pair(index).account()).collect(),
            paid: 0,
            kills: [0; 3],
        };
        world.start_server();
        world.start_shop();
        for _ in 0..kills {
            for _ in 0..PAYMENTS_PER_KILL {
                world.pay();
            }
            match world.random.random_range(0..3) {
                0 => {
                    world.shop.take().unwrap().kill();
                    world.kills[0] += 1;
                    world.start_shop();
                }
                1 => {
                    // Dropped, it is killed as a crash would.
                    drop(world.server.take());
                    world.kills[1] += 1;
                    world.start_server();
                }
                _ => {
                    world.relay_ws.cut();
                    world.kills[2] += 1;
                }
            }
        }
        world.pay();
        world.settle();
        let [shop, server, connection] = world.kills;
        println!(
            "{} payments; killed: shop {shop}, server {server}, connection {connection}",
            world.paid
        );
        world.shop.take().unwrap().kill();
    }

    fn start_server(&mut self) {
        let data = self.folder.path().join("net");
        let server = Running::start(&["--data", text(&data)]);
        let address =
            |label, scheme| server.labelled(label).strip_prefix(scheme).unwrap().parse().unwrap();
        self.relay_ws.lead_to(address("WebSocket", "ws://"));
        self.relay_rpc.lead_to(address("RPC", "http://"));
        self.server = Some(server);
    }

    fn start_shop(&mut self) {
        let mut arguments = vec![
            format!("ws://{}", self.relay_ws.address()),
            format!("http://{}", self.relay_rpc.address()),
            text(&self.folder.path().join("shop")).to_owned(),
        ];
        arguments.extend(self.orders.iter().map(ToString::to_string));
        self.shop = Some(Shop::start(&arguments));
    }

    /// A payment that is answered for; no two are of the same amount.
    fn pay(&mut self) {
        self.paid += 1;
        let order = self.orders[self.random.random_range(0..self.orders.len())];
        let rpc = self.server.as_ref().unwrap().labelled("RPC");
        let body =
            format!(r#"{{"action":"dev_faucet","account":"{order}","amount":"{}"}}"#, self.paid);
        let answer = post(rpc, &body);
        assert!(answer["hash"].is_string(), "{answer}");
    }

    /// Waits until the shop has credited what the ledger says, and no more.
    fn settle(&mut self) {
        loop {
            let book = credits(&self.folder.path().join("shop").join("credits"));
            let ledger = self.ledger();
            for (hash, credit) in &book {
                assert!(ledger.get(hash).is_none_or(|amount| amount == credit), "{hash}: {credit}");
            }
            if ledger.len() == self.paid as usize && book.len() >= ledger.len() {
                assert_eq!(book, ledger);
                return;
            }
            // It says a line for whatever it does, and it has something to do.
            if book.len() < self.paid as usize {
                self.shop.as_mut().unwrap().line();
            }
        }
    }

    /// Confirmed sends to the orders.
    fn ledger(&self) -> BTreeMap<String, String> {
        let rpc = self.server.as_ref().unwrap().labelled("RPC");
        let mut sends = BTreeMap::new();
        for order in &self.orders {
            let body = format!(r#"{{"action":"receivable","account":"{order}","threshold":"1"}}"#);
            let answer = post(rpc, &body);
            let blocks = answer["blocks"].as_object().into_iter().flatten();
            sends.extend(blocks.map(|(hash, amount)| (hash.clone(), word(amount))));
        }
        sends
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn order_seed() -> Seed {
    Seed::from_bytes([7; 32])
}

/// The shop's book. A payment that is in it twice fails the test.
fn credits(path: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut credits = BTreeMap::new();
    // The last line may be on its way.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    for line in whole.lines() {
        let words: Vec<_> = line.split(' ').collect();
        let [hash, _account, amount] = words[..] else { panic!("{line:?}") };
        let before = credits.insert(hash.to_owned(), amount.to_owned());
        assert!(before.is_none(), "credited twice: {line}");
    }
    credits
}
