//! The client library against this program, and against it behind a relay that makes a plain node of it.

use std::time::Duration;

use banano_primitives::{Account, Amount, Seed};
use banano_ws_client::{
    Builder, Client, Confirmations, Continuity, Events, Item, OnFull, PaymentUpdate, Rpc, Status,
    StreamExt as _, Timing, Topic,
};
use serde_json::json;

use crate::program::Running;
use crate::relay::{Manner, Relay};

/// One network, reached through a relay.
struct World {
    network: Running,
    relay: Relay,
    rpc: Rpc,
}

impl World {
    fn start(manner: Manner) -> Self {
        let network = Running::start(&[]);
        let relay = Relay::start(manner);
        let address = network.labelled("WebSocket").strip_prefix("ws://").unwrap();
        relay.lead_to(address.parse().unwrap());
        let rpc = Rpc::new(network.labelled("RPC")).unwrap();
        Self { network, relay, rpc }
    }

    fn builder(&self) -> Builder {
        let timing = Timing { backoff_base: Duration::from_millis(20), ..Timing::default() };
        Builder::new(format!("ws://{}", self.relay.address()))
            .rpc(self.network.labelled("RPC"))
            .timing(timing)
    }

    async fn pay(&self, account: Account, raw: u128) -> String {
        let request = json!({
            "action": "dev_faucet", "account": account.to_string(), "amount": raw.to_string(),
        });
        let answer = self.rpc.call(&request).await.unwrap();
        answer.get("hash").unwrap().as_str().unwrap().to_owned()
    }
}

fn account(index: u32) -> Account {
    Seed::from_bytes([9; 32]).key_pair(index).account()
}

/// The hash of the next confirmation.
async fn next_hash(events: &mut Events) -> String {
    loop {
        if let Item::Event(event) = events.next().await.unwrap()
            && let banano_ws_client::ReceivedEvent::Confirmation(it) = &event.event
        {
            return it.hash.to_string();
        }
    }
}

/// What is told when a connection comes back.
async fn next_continuity(events: &mut Events) -> Continuity {
    loop {
        if let Item::Status(Status::Continuity { continuity, .. }) = events.next().await.unwrap() {
            return continuity;
        }
    }
}

#[tokio::test]
async fn a_client_comes_back_and_a_plain_node_is_unknown() {
    let world = World::start(Manner::PlainNode);
    let (client, mut events) = world.builder().connect().await.unwrap();
    client.subscribe(Confirmations::new().accounts([account(0)])).await.unwrap();
    let hash = world.pay(account(0), 5).await;
    assert_eq!(next_hash(&mut events).await, hash);
    world.relay.cut();
    assert_eq!(next_continuity(&mut events).await, Continuity::Unknown);
    let hash = world.pay(account(0), 6).await;
    assert_eq!(next_hash(&mut events).await, hash);
    client.close().await;
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_client_comes_back_and_is_told_what_it_missed() {
    let world = World::start(Manner::Honest);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cursors");
    let builder = world.builder().cursor_file(&file);
    let (client, mut events) = builder.clone().connect().await.unwrap();
    client.subscribe(Confirmations::new().accounts([account(0)])).await.unwrap();
    let first = world.pay(account(0), 5).await;
    assert_eq!(next_hash(&mut events).await, first);
    world.relay.cut();
    let second = world.pay(account(0), 6).await;
    assert_eq!(next_continuity(&mut events).await, Continuity::Resumed);
    assert_eq!(next_hash(&mut events).await, second);
    client.close().await;
    // Nothing was acknowledged: the next process is told everything since the subscription was made.
    let third = world.pay(account(0), 7).await;
    let (client, mut events) = builder.clone().connect().await.unwrap();
    client.subscribe(Confirmations::new().accounts([account(0)])).await.unwrap();
    assert_eq!(next_continuity(&mut events).await, Continuity::Resumed);
    assert_eq!(next_hash(&mut events).await, first);
    let event = loop {
        if let Item::Event(event) = events.next().await.unwrap() {
            break event;
        }
    };
    assert!(event.replayed && event.text.contains(&second));
    client.acknowledge(&event).unwrap();
    client.close().await;
    let (client, mut events) = builder.connect().await.unwrap();
    client.subscribe(Confirmations::new().accounts([account(0)])).await.unwrap();
    assert_eq!(next_hash(&mut events).await, third);
    // Of another server's journal nothing is known.
    let other = "00000000-1".parse().unwrap();
    let elsewhere = Confirmations::new().since(banano_ws_client::Since::Cursor(other));
    let (client, mut events) = world.builder().connect().await.unwrap();
    client.subscribe(elsewhere).await.unwrap();
    assert!(matches!(next_continuity(&mut events).await, Continuity::Gap { .. }));
    assert_eq!(next_hash(&mut events).await.len(), 64, "what the server holds comes after the gap");
    client.close().await;
}

#[tokio::test]
async fn accounts_come_and_go_and_a_refusal_is_told() {
    let world = World::start(Manner::Honest);
    let (client, mut events) = world.builder().connections(3).connect().await.unwrap();
    let error = client.add_accounts(Topic::Confirmation, [account(0)]).await.unwrap_err();
    assert!(error.to_string().contains("no list of accounts"), "{error}");
    client.subscribe(Confirmations::new().accounts((0..4).map(account))).await.unwrap();
    client.add_accounts(Topic::Confirmation, (4..40).map(account)).await.unwrap();
    client.remove_accounts(Topic::Confirmation, (0..4).map(account)).await.unwrap();
    world.pay(account(1), 7).await;
    let hash = world.pay(account(17), 8).await;
    assert_eq!(next_hash(&mut events).await, hash);
    let contradiction =
        Confirmations::new().min_amount(Amount::from_raw(2)).max_amount(Amount::from_raw(1));
    let error = client.subscribe(contradiction).await.unwrap_err();
    assert!(error.to_string().contains("invalid_option"), "{error}");
}

#[tokio::test]
async fn another_server_takes_over() {
    let world = World::start(Manner::Honest);
    let builder = Builder::new("ws://127.0.0.1:1").or(format!("ws://{}", world.relay.address()));
    let (client, mut events) = builder.connect().await.unwrap();
    client.subscribe(Topic::Confirmation).await.unwrap();
    let hash = world.pay(account(0), 5).await;
    assert_eq!(next_hash(&mut events).await, hash);
    assert!(Client::connect("ws://127.0.0.1:1").await.is_err());
}

#[tokio::test]
async fn a_full_queue_waits_and_loses_nothing() {
    let world = World::start(Manner::Honest);
    let builder = world.builder().queue(2, OnFull::Wait);
    let (client, mut events) = builder.connect().await.unwrap();
    client.subscribe(Confirmations::new().accounts([account(0)])).await.unwrap();
    let mut paid = Vec::new();
    for raw in 1..=20 {
        paid.push(world.pay(account(0), raw).await);
    }
    for hash in paid {
        assert_eq!(next_hash(&mut events).await, hash);
    }
}

async fn invoice(manner: Manner) {
    let world = World::start(manner);
    let (client, _events) = world.builder().connect().await.unwrap();
    let order = account(3);
    // Receivable before anybody asked.
    world.pay(order, 4).await;
    let confirmed = async {
        while world.rpc.receivable(order).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    confirmed.await;
    let deadline = Duration::from_mins(1);
    let payments = client.await_payment(order, Amount::from_raw(10), deadline).await.unwrap();
    let mut payments = std::pin::pin!(payments);
    let Some(Ok(PaymentUpdate::Partial { missing, .. })) = payments.next().await else { panic!() };
    assert_eq!(missing.raw(), 6);
    world.relay.cut();
    world.pay(order, 6).await;
    let Some(Ok(PaymentUpdate::Paid { received, .. })) = payments.next().await else { panic!() };
    assert_eq!(received.raw(), 10);
    world.pay(order, 1).await;
    let Some(Ok(PaymentUpdate::Overpaid { excess, .. })) = payments.next().await else { panic!() };
    assert_eq!(excess.raw(), 1);
    let late =
        client.await_payment(account(4), Amount::from_raw(10), Duration::ZERO).await.unwrap();
    let late: Vec<_> = late.collect().await;
    assert!(matches!(late[..], [Ok(PaymentUpdate::Expired { .. })]), "{late:?}");
}

#[tokio::test]
async fn an_invoice_is_told_each_payment_once() {
    invoice(Manner::Honest).await;
}

#[tokio::test]
async fn an_invoice_is_told_each_payment_once_behind_a_plain_node() {
    invoice(Manner::PlainNode).await;
}
