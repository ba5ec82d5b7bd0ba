//! Nodes, the gateway and its clients over a simulated network that fails by a seed's plan.
//!
//! All but the network is real: the gateway with its tasks, the client library on both of its sides, WebSocket
//! and HTTP over TCP. Links lose what is sent over them, in one direction or both, or hold it back; nodes and
//! the gateway are killed and started anew. Time is the simulation's, so hours take seconds. The plan, the
//! latencies and what nodes do to messages follow from the seed; back-off and the runtime's choice between
//! tasks that are both ready don't.

mod front;
mod node;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use banano_primitives::{BlockHash, Network};
use banano_ws_client::{Builder, Confirmations, Continuity, Dialer, Item, Status, Timing, Topic};
use banano_ws_gateway::{Gateway, GatewayConfig, MergeConfig, Upstream};
use banano_ws_journal::{Journal, Limits, Query, ReplayBatch};
use banano_ws_protocol::{Confirmation, Event, ReceivedEvent};
use futures_util::StreamExt as _;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use turmoil::Sim;
use turmoil::net::TcpStream;

use crate::world::{ACCOUNTS, chains, check};
use node::{Habits, Node, Truth};

const NODES: usize = 3;
const CLIENTS: usize = 3;
const GATEWAY: &str = "gateway";
const WS_PORT: u16 = 7074;
const RPC_PORT: u16 = 7072;
/// From when on the network confirms, and things go wrong.
const BEGINS_MS: u64 = 10_000;
/// The simulation goes on by this.
const TICK: Duration = Duration::from_millis(5);
/// After the last fault, everything must be told within this: it is longer than the longest back-off, the
/// longest silence before a connection counts as dead, and two audits.
const SETTLE: Duration = Duration::from_mins(5);

/// What every task of the simulation may fail with.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// What goes wrong for a while.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// Nothing that the two send to each other arrives.
    Partition(String, String),
    /// Nothing that the first sends arrives at the second.
    Deaf(String, String),
    /// What the two send to each other arrives when it is over.
    Hold(String, String),
    /// The host is killed, and started anew when it is over.
    Death(String),
}

impl Fault {
    fn begin(&self, sim: &mut Sim<'_>) {
        match self {
            Self::Partition(one, other) => sim.partition(one.as_str(), other.as_str()),
            Self::Deaf(from, to) => sim.partition_oneway(from.as_str(), to.as_str()),
            Self::Hold(one, other) => sim.hold(one.as_str(), other.as_str()),
            Self::Death(host) => sim.crash(host.as_str()),
        }
    }

    fn end(&self, sim: &mut Sim<'_>) {
        match self {
            Self::Partition(one, other) => sim.repair(one.as_str(), other.as_str()),
            Self::Deaf(from, to) => sim.repair_oneway(from.as_str(), to.as_str()),
            Self::Hold(one, other) => sim.release(one.as_str(), other.as_str()),
            Self::Death(host) => sim.bounce(host.as_str()),
        }
    }
}

/// When each fault begins (`true`) and ends, in milliseconds of the simulation. No link and no host has two at
/// once; the last nodes, those that are asked last, have none.
fn plan(rng: &mut StdRng, end_ms: u64, good: usize) -> BTreeMap<(u64, Fault), bool> {
    let mut plan = BTreeMap::new();
    let nodes = (0..NODES - good).map(|number| format!("node{number}"));
    let links = nodes.clone().chain((0..CLIENTS).map(|number| format!("client{number}")));
    let mut often = |longest_pause_ms: u64, fault: &dyn Fn(u32) -> Fault| {
        let mut now = BEGINS_MS;
        loop {
            now += rng.random_range(1..longest_pause_ms);
            let (fault, lasts_ms) = (fault(rng.random()), rng.random_range(1..20_000));
            if now >= end_ms {
                return;
            }
            plan.insert((now, fault.clone()), true);
            now += lasts_ms;
            plan.insert((now, fault), false);
        }
    };
    for other in links {
        often(30_000, &|kind| {
            let (gateway, other) = (GATEWAY.to_owned(), other.clone());
            match kind % 4 {
                0 => Fault::Deaf(gateway, other),
                1 => Fault::Deaf(other, gateway),
                2 => Fault::Hold(gateway, other),
                _ => Fault::Partition(gateway, other),
            }
        });
    }
    for node in nodes {
        often(60_000, &|_| Fault::Death(node.clone()));
    }
    often(60_000, &|_| Fault::Death(GATEWAY.to_owned()));
    plan
}

fn now_ms() -> u64 {
    // Before the simulation begins there is no time.
    turmoil::since_epoch().map_or(0, |since| u64::try_from(since.as_millis()).unwrap())
}

fn dialer() -> Dialer {
    Dialer::new(|host, port| TcpStream::connect((host, port)))
}

/// The gateway as the program runs it: what it passed on stays in a journal that outlives it.
async fn gateway(journal: Journal, agree: usize, watched: Arc<Truth>) -> Outcome {
    let upstream = |number| Upstream {
        ws: format!("ws://node{number}:{WS_PORT}"),
        rpc: Some(format!("http://node{number}:{RPC_PORT}")),
    };
    let config = GatewayConfig {
        upstreams: (0..NODES).map(upstream).collect(),
        merge: MergeConfig { agree, ..MergeConfig::default() },
        network: Some(Network::dev()),
        watched: watched.accounts(),
        earlier: Some(passed_on(&journal)).filter(|(earlier, _)| !earlier.is_empty()),
        timing: Timing::default(),
        dialer: dialer(),
        clock: now_ms,
    };
    let events = journal.clone();
    let sink = move |batch: Vec<Event>| events.append(batch);
    let _gateway = Gateway::start(config, [Topic::Confirmation].into(), sink, |_, _| {}).await?;
    front::serve(journal).await
}

/// What the gateway passed on so far, and when the last of it was.
fn passed_on(journal: &Journal) -> (Vec<Confirmation>, u64) {
    let query = Query { topic: Topic::Confirmation, accounts: None };
    let mut replay = journal.replay(query, 0, u64::MAX);
    let (mut passed_on, mut last_ms) = (Vec::new(), 0);
    while !replay.is_over() {
        let ReplayBatch::Events { events, .. } = replay.next_batch(1_024, 1 << 20).unwrap() else {
            panic!("the journal is large enough");
        };
        for stamped in events {
            last_ms = stamped.time_ms;
            let Event::Confirmation(it) = &stamped.event else { unreachable!() };
            passed_on.push(it.clone());
        }
    }
    (passed_on, last_ms)
}

/// A client that wants all confirmations, and writes down what it is told.
async fn client(heard: Arc<Mutex<Heard>>) -> Outcome {
    let url = format!("ws://{GATEWAY}:{WS_PORT}");
    let (client, mut events) = Builder::new(url).dialer(dialer()).start().await?;
    let listening = async {
        while let Some(item) = events.next().await {
            let mut heard = heard.lock().unwrap();
            match item {
                Item::Event(event) => match event.event {
                    ReceivedEvent::Confirmation(it) => heard.hashes.push(it.hash),
                    other => panic!("{other:?}"),
                },
                Item::Status(Status::Continuity { continuity, .. }) => {
                    heard.returns += usize::from(continuity.is_complete());
                    // Unknown is what an answer that comes late was until then.
                    assert!(!matches!(continuity, Continuity::Gap { .. }), "{continuity:?}");
                }
                Item::Status(Status::Connected { .. } | Status::Disconnected { .. }) => {}
                Item::Status(status) => panic!("{status}"),
            }
        }
    };
    let (subscribed, ()) = tokio::join!(client.subscribe(Confirmations::new()), listening);
    Ok(subscribed?)
}

/// What a client was told.
#[derive(Debug, Default)]
struct Heard {
    hashes: Vec<BlockHash>,
    /// How often it went on where it had stopped.
    returns: usize,
}

/// What is to be simulated.
struct Run<'a> {
    seed: u64,
    /// How many nodes must agree.
    agree: usize,
    /// So many nodes are always there.
    good: usize,
    truth: &'a [Confirmation],
}

/// What came of it.
#[derive(Debug, Default)]
struct Sums {
    deaths: usize,
    broken_links: usize,
    passed_on: usize,
    /// How often clients came back.
    returns: usize,
    healed: usize,
    /// Blocks that came behind a later one of their account.
    late: usize,
}

fn run(Run { seed, agree, good, truth }: Run<'_>, sums: &mut Sums) {
    let habits = Habits { lost: 50, repeated: 50, corrupted: 50, delay_ms: 1_500 };
    let mut rng = StdRng::seed_from_u64(seed);
    let truth = Arc::new(Truth::new(truth, BEGINS_MS, &mut rng));
    let end_ms = truth.end_ms();
    let faults = plan(&mut rng, end_ms, good);
    for ((_, fault), begins) in &faults {
        let sum = match fault {
            Fault::Death(_) => &mut sums.deaths,
            _ => &mut sums.broken_links,
        };
        *sum += usize::from(*begins);
    }
    let mut sim = turmoil::Builder::new()
        .epoch(SystemTime::UNIX_EPOCH)
        .rng_seed(seed)
        .tick_duration(TICK)
        .simulation_duration(Duration::from_millis(end_ms) + 2 * SETTLE)
        .min_message_latency(Duration::from_millis(1))
        .max_message_latency(Duration::from_millis(200))
        .build();
    for number in 0..NODES {
        let node = Arc::new(Node::new(Arc::clone(&truth), habits, &mut rng));
        sim.host(format!("node{number}"), move || Arc::clone(&node).run());
    }
    let journal = Journal::memory(Limits::default(), now_ms);
    // An earlier life of the gateway passed on the beginning of every chain.
    let known = usize::try_from(ACCOUNTS).unwrap();
    let before = truth.confirmations.iter().take(known).cloned();
    journal.append(before.map(Event::Confirmation).collect());
    let (kept, watched) = (journal.clone(), Arc::clone(&truth));
    sim.host(GATEWAY, move || gateway(kept.clone(), agree, Arc::clone(&watched)));
    let clients: Vec<_> = (0..CLIENTS).map(|_| Arc::<Mutex<Heard>>::default()).collect();
    for (number, heard) in clients.iter().enumerate() {
        let heard = Arc::clone(heard);
        sim.host(format!("client{number}"), move || client(Arc::clone(&heard)));
    }

    let all = truth.confirmations.len() - known;
    let mut faults = faults.into_iter().peekable();
    let is_told = || clients.iter().all(|it| it.lock().unwrap().hashes.len() >= all);
    while faults.peek().is_some() || !is_told() {
        let now = sim.elapsed();
        let told = || clients.iter().map(|it| it.lock().unwrap().hashes.len()).collect::<Vec<_>>();
        let is_late = now >= Duration::from_millis(end_ms) + SETTLE;
        assert!(!is_late, "seed {seed}, agree {agree}: clients were told {:?} of {all}", told());
        let due = |(at_ms, _): &(u64, Fault)| Duration::from_millis(*at_ms) <= now;
        while let Some(((_, fault), begins)) = faults.next_if(|(at, _)| due(at)) {
            if begins { fault.begin(&mut sim) } else { fault.end(&mut sim) }
        }
        sim.step().unwrap();
    }

    let passed_on = passed_on(&journal).0.split_off(known);
    let hashes: Vec<_> = passed_on.iter().map(|it| it.block.hash()).collect();
    check(seed, &truth.confirmations, &hashes, usize::from(good == 0));
    assert_eq!(hashes.len(), all, "seed {seed}");
    let mut newest = HashMap::new();
    for it in &passed_on {
        let height = it.sideband.unwrap().height;
        let newest = newest.entry(it.account).or_insert(0);
        sums.late += usize::from(height < *newest);
        *newest = height.max(*newest);
    }
    sums.passed_on += passed_on.len();
    sums.healed += passed_on.iter().filter(|it| it.healed).count();
    for client in &clients {
        let client = client.lock().unwrap();
        assert!(client.hashes == hashes, "seed {seed}, agree {agree}: not what was passed on");
        sums.returns += client.returns;
    }
}

/// `DEEP=true` tries more.
fn seeds() -> Range<u64> {
    let is_deep = std::env::var("DEEP").is_ok_and(|deep| deep == "true");
    0..if is_deep { 80 } else { 8 }
}

#[test]
fn clients_hear_all_once_and_in_order_while_enough_nodes_are_there() {
    let (truth, mut sums) = (chains(ACCOUNTS, 60), Sums::default());
    for seed in seeds() {
        for agree in [1, 2] {
            run(Run { seed, agree, good: agree, truth: &truth }, &mut sums);
        }
    }
    println!("{sums:?}");
    assert!(sums.returns > 0 && sums.healed > 0 && sums.late == 0, "{sums:?}");
}

/// What nobody can be asked for in time comes late.
#[test]
fn clients_hear_all_once_whatever_fails() {
    let (truth, mut sums) = (chains(ACCOUNTS, 60), Sums::default());
    for seed in seeds() {
        for agree in [1, 2] {
            run(Run { seed, agree, good: 0, truth: &truth }, &mut sums);
        }
    }
    println!("{sums:?}");
    assert!(sums.returns > 0 && sums.healed > 0 && sums.late > 0, "{sums:?}");
}
