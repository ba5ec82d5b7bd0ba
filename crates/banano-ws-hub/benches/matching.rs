//! What an event costs by what is listed: `cargo bench -p banano-ws-hub`.
//!
//! One event, for which one session of many is wanted, or none. A cost that grows with what is listed,
//! and not with who wants the event, is a fault of the index.

#![expect(clippy::unwrap_used, reason = "a bench stops when something is wrong")]

use std::sync::Arc;

use banano_primitives::{Account, Amount};
use banano_testkit::fixtures::{SEND, conf, stamped};
use banano_ws_hub::{Delivery, Framing, Hub, Limits, Start};
use banano_ws_protocol::{
    AccountFilter, AmountRange, BlockFilter, ConfirmationFilter, ConfirmationKind,
    ConfirmationOptions, Event, RenderSettings, Stamped, Subscription,
};
use divan::{Bencher, black_box};

const LISTED: [u32; 5] = [10, 1_000, 100_000, 500_000, 1_000_000];
/// Accounts of each session.
const EACH: u32 = 10;

fn main() {
    divan::main();
}

/// Sessions with ten accounts each, one of which is the event's.
#[divan::bench(args = LISTED)]
fn one_of_so_many_accounts(bencher: Bencher<'_, '_>, listed: u32) {
    let event = event();
    let mut hub = hub();
    for session in 0..listed / EACH {
        let accounts = (0..EACH).map(|n| account(session * EACH + n));
        subscribe(&mut hub, filter(accounts.collect(), None));
    }
    let Event::Confirmation(confirmation) = &event.event else { return };
    subscribe(&mut hub, filter(vec![confirmation.account], None));
    publish(bencher, &mut hub, &event, 1);
}

/// Sessions that want more than the event moves, and one that does not.
#[divan::bench(args = [10, 1_000, 100_000])]
fn one_of_so_many_least_amounts(bencher: Bencher<'_, '_>, listed: u32) {
    let event = event();
    let mut hub = hub();
    for n in 0..listed {
        let min = Some(Amount::from_raw(u128::MAX - u128::from(n)));
        let blocks = BlockFilter { amounts: AmountRange { min, max: None }, ..Default::default() };
        subscribe(&mut hub, filter(Vec::new(), Some(blocks)));
    }
    let min = Some(Amount::from_raw(1));
    let blocks = BlockFilter { amounts: AmountRange { min, max: None }, ..Default::default() };
    subscribe(&mut hub, filter(Vec::new(), Some(blocks)));
    publish(bencher, &mut hub, &event, 1);
}

/// Everybody wants it: the hub's share of a fan-out, for each.
#[divan::bench(args = [1, 1_000, 10_000])]
fn all_of_so_many(bencher: Bencher<'_, '_>, sessions: u32) {
    let event = event();
    let mut hub = hub();
    for _ in 0..sessions {
        subscribe(&mut hub, ConfirmationFilter::default());
    }
    publish(bencher, &mut hub, &event, sessions);
}

fn publish(bencher: Bencher<'_, '_>, hub: &mut Hub, event: &Arc<Stamped>, want: u32) {
    let events = [Arc::clone(event)];
    bencher.counter(divan::counter::ItemsCount::new(want)).bench_local(|| {
        let mut got = 0;
        hub.publish(&events, |id, frame, count| {
            black_box((id, frame));
            got += count;
            Delivery::Taken
        });
        assert_eq!(got, want as usize, "somebody missed something");
    });
}

fn hub() -> Hub {
    Hub::new(RenderSettings::default(), Limits { accounts: 1_000 })
}

fn subscribe(hub: &mut Hub, filter: ConfirmationFilter) {
    let id = hub.open(Framing::WebSocket);
    let options = ConfirmationOptions { filter, ..Default::default() };
    hub.subscribe(id, Subscription::Confirmation(options), Start::default()).unwrap();
}

fn filter(accounts: Vec<Account>, blocks: Option<BlockFilter>) -> ConfirmationFilter {
    let only = AccountFilter::Only { accounts: accounts.into_iter().collect(), local: false };
    let accounts = if blocks.is_some() { AccountFilter::Any } else { only };
    ConfirmationFilter { accounts, blocks: blocks.map(Box::new), ..Default::default() }
}

fn account(n: u32) -> Account {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    Account::from_bytes(bytes)
}

fn event() -> Arc<Stamped> {
    let event = Event::Confirmation(conf(SEND, ConfirmationKind::ActiveQuorum));
    Arc::new(stamped(event, 1_700_000_000_700))
}
