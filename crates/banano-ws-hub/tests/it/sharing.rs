//! What is made once and shared, and how much goes out at a time.

use std::sync::Arc;

use banano_primitives::Account;
use banano_testkit::fixtures::{self, B, SEND, conf};
use banano_ws_hub::{Delivery, Framing, Hub, Limits, SessionId, Start, Window};
use banano_ws_protocol::{
    AccountFilter, ConfirmationFilter, ConfirmationKind, ConfirmationOptions, Event, Includes,
    RenderSettings, Stamped, Subscription, Topic, Variant,
};
use bytes::Bytes;

const CHUNK_BYTES_MAX: usize = 64 << 10;

fn hub() -> Hub {
    Hub::new(RenderSettings::default(), Limits { accounts: 10 })
}

fn sends(count: u64) -> Vec<Arc<Stamped>> {
    (1..=count)
        .map(|sequence| {
            let event = Event::Confirmation(conf(SEND, ConfirmationKind::ActiveQuorum));
            Arc::new(Stamped { sequence, ..fixtures::stamped(event, 1_700_000_000_700) })
        })
        .collect()
}

fn of_account(account: Account) -> Subscription {
    let accounts = AccountFilter::Only { accounts: [account].into_iter().collect(), local: false };
    let filter = ConfirmationFilter { accounts, ..ConfirmationFilter::default() };
    Subscription::Confirmation(ConfirmationOptions { filter, ..ConfirmationOptions::default() })
}

fn published(hub: &mut Hub, events: &[Arc<Stamped>]) -> Vec<(SessionId, Bytes, usize)> {
    let mut got = Vec::new();
    hub.publish(events, |id, frames, count| {
        got.push((id, frames.clone(), count));
        Delivery::Taken
    });
    got
}

#[test]
fn sessions_that_want_the_same_share_one_rendering_filtered_or_not() {
    let mut hub = hub();
    for n in 0..4 {
        let id = hub.open(Framing::WebSocket);
        let subscription = match n {
            0 | 1 => Subscription::without_options(Topic::Confirmation),
            _ => of_account(B.account()),
        };
        hub.subscribe(id, subscription, Start::default()).unwrap();
    }
    let got = published(&mut hub, &sends(1));
    assert_eq!(got.len(), 4);
    assert!(got.iter().all(|(_, frames, _)| frames.as_ptr() == got[0].1.as_ptr()));
}

#[test]
fn a_message_is_compressed_once_for_all_who_agreed_to_that() {
    let mut hub = hub();
    let framings = [Framing::Deflated(Window::Wide), Framing::Deflated(Window::Narrow)];
    let compressed = framings.map(|framing| (0..3).map(|_| hub.open(framing)).collect::<Vec<_>>());
    let plain = hub.open(Framing::WebSocket);
    for (n, id) in compressed.iter().flatten().chain([&plain]).enumerate() {
        let subscription = match n % 3 {
            0 => of_account(B.account()),
            _ => Subscription::without_options(Topic::Confirmation),
        };
        hub.subscribe(*id, subscription, Start::default()).unwrap();
    }
    let got = published(&mut hub, &sends(1));
    assert_eq!(got.len(), 7);
    let of = |wanted: SessionId| &got.iter().find(|(id, ..)| *id == wanted).unwrap().1;
    let whole = of(plain);
    for ids in &compressed {
        assert!(ids.iter().all(|id| of(*id).as_ptr() == of(ids[0]).as_ptr()));
        assert_eq!(of(ids[0])[0], 0xc1, "a text, the only frame, compressed");
        assert!(of(ids[0]).len() < whole.len() * 3 / 4, "{} bytes", of(ids[0]).len());
    }
    assert_ne!(of(compressed[0][0]), of(compressed[1][0]));
}

#[test]
fn different_variants_are_different_bytes() {
    let mut hub = hub();
    let (bare, full) = (hub.open(Framing::WebSocket), hub.open(Framing::WebSocket));
    let variant = Variant::confirmation(Includes { block: false, ..Includes::default() });
    let options = ConfirmationOptions { variant, ..ConfirmationOptions::default() };
    hub.subscribe(bare, Subscription::Confirmation(options), Start::default()).unwrap();
    hub.subscribe(full, Subscription::without_options(Topic::Confirmation), Start::default())
        .unwrap();
    let got = published(&mut hub, &sends(1));
    let of = |wanted| &got.iter().find(|(id, ..)| *id == wanted).unwrap().1;
    assert!(of(full).len() > of(bare).len());
}

#[test]
fn a_batch_goes_out_in_few_pieces_that_all_of_a_kind_share() {
    let mut hub = hub();
    let plain = [hub.open(Framing::WebSocket), hub.open(Framing::WebSocket)];
    let narrow = [hub.open(Framing::WebSocket), hub.open(Framing::WebSocket)];
    for id in plain {
        hub.subscribe(id, Subscription::without_options(Topic::Confirmation), Start::default())
            .unwrap();
    }
    for id in narrow {
        hub.subscribe(id, of_account(B.account()), Start::default()).unwrap();
    }
    let got = published(&mut hub, &sends(200));
    for id in plain.into_iter().chain(narrow) {
        let pieces: Vec<_> = got.iter().filter(|(to, ..)| *to == id).collect();
        assert_eq!(pieces.iter().map(|(.., count)| count).sum::<usize>(), 200);
        assert!(pieces.iter().all(|(_, frames, _)| frames.len() <= CHUNK_BYTES_MAX));
        let bytes: usize = pieces.iter().map(|(_, frames, _)| frames.len()).sum();
        assert_eq!(pieces.len(), bytes.div_ceil(CHUNK_BYTES_MAX), "as few as can be");
    }
    let shared = |id| got.iter().filter(move |(to, ..)| *to == id).map(|(_, it, _)| it.as_ptr());
    assert!(shared(plain[0]).eq(shared(plain[1])));
}
