//! What is made once and shared, and how much goes out at a time.

use std::sync::Arc;

use banano_primitives::Account;
use banano_testkit::fixtures::{self, B, SEND, conf};
use banano_ws_hub::{Hub, Limits, SessionId};
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
    hub.publish(events, |id, frames, count| got.push((id, frames.clone(), count)));
    got
}

#[test]
fn sessions_that_want_the_same_share_one_rendering_filtered_or_not() {
    let mut hub = hub();
    for n in 0..4 {
        let id = hub.open();
        let subscription = match n {
            0 | 1 => Subscription::without_options(Topic::Confirmation),
            _ => of_account(B.account()),
        };
        hub.subscribe(id, subscription).unwrap();
    }
    let got = published(&mut hub, &sends(1));
    assert_eq!(got.len(), 4);
    assert!(got.iter().all(|(_, frames, _)| frames.as_ptr() == got[0].1.as_ptr()));
}

#[test]
fn different_variants_are_different_bytes() {
    let mut hub = hub();
    let (bare, full) = (hub.open(), hub.open());
    let variant = Variant::confirmation(Includes { block: false, ..Includes::default() });
    let options = ConfirmationOptions { variant, ..ConfirmationOptions::default() };
    hub.subscribe(bare, Subscription::Confirmation(options)).unwrap();
    hub.subscribe(full, Subscription::without_options(Topic::Confirmation)).unwrap();
    let got = published(&mut hub, &sends(1));
    let of = |wanted| &got.iter().find(|(id, ..)| *id == wanted).unwrap().1;
    assert!(of(full).len() > of(bare).len());
}

#[test]
fn a_batch_goes_out_in_few_pieces_that_all_of_a_kind_share() {
    let mut hub = hub();
    let plain = [hub.open(), hub.open()];
    let narrow = [hub.open(), hub.open()];
    for id in plain {
        hub.subscribe(id, Subscription::without_options(Topic::Confirmation)).unwrap();
    }
    for id in narrow {
        hub.subscribe(id, of_account(B.account())).unwrap();
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
