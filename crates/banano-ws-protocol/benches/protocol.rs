//! What a message costs: rendering by variant, reading, filtering.
//!
//! `cargo bench -p banano-ws-protocol`. The goal is 2 µs for each rendering on one core.

#![expect(clippy::unwrap_used, reason = "a bench stops at what it did not expect")]

use banano_primitives::Account;
use banano_testkit::fixtures::{
    A, SEND, active_difficulty, bootstrap_exited, conf, stamped, started_election, telemetry,
    unconfirmed, v1, vote, work_success,
};
use banano_ws_protocol::{
    AccountFilter, ConfirmationFilter, ConfirmationKind, Event, Includes, RenderSettings, Stamped,
    Variant, VoteCode, parse_message, parse_request, render,
};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// The renderings of a confirmation that clients ask for.
const VARIANTS: [&str; 5] = ["default", "no_block", "linked_and_sideband", "election", "votes"];

fn variant(name: &str) -> Variant {
    let default = Includes::default();
    Variant::confirmation(match name {
        "no_block" => Includes { block: false, ..default },
        "linked_and_sideband" => Includes { linked_account: true, sideband_info: true, ..default },
        "election" => Includes { election_info: true, ..default },
        "votes" => Includes { election_info_with_votes: true, ..default },
        _ => default,
    })
}

fn confirmation() -> Stamped {
    stamped(Event::Confirmation(conf(SEND, ConfirmationKind::ActiveQuorum)), 1_700_000_000_700)
}

fn bench_render(bencher: Bencher<'_, '_>, stamped: &Stamped, variant: Variant) {
    let settings = RenderSettings::default();
    let mut out = Vec::with_capacity(4096);
    bencher.bench_local(|| {
        out.clear();
        render(black_box(stamped), variant, &settings, &mut out);
        black_box(out.len())
    });
}

#[divan::bench(args = VARIANTS)]
fn render_confirmation(bencher: Bencher<'_, '_>, name: &str) {
    bench_render(bencher, &confirmation(), variant(name));
}

/// One event of each of the other topics.
const TOPICS: [&str; 7] = [
    "vote",
    "started_election",
    "active_difficulty",
    "work",
    "telemetry",
    "new_unconfirmed_block",
    "bootstrap",
];

#[divan::bench(args = TOPICS)]
fn render_topic(bencher: Bencher<'_, '_>, name: &str) {
    let event = match name {
        "vote" => Event::Vote(vote(v1(), VoteCode::Vote)),
        "started_election" => started_election(SEND),
        "active_difficulty" => Event::ActiveDifficulty(active_difficulty()),
        "work" => Event::Work(work_success()),
        "telemetry" => Event::Telemetry(telemetry()),
        "new_unconfirmed_block" => Event::NewUnconfirmedBlock(unconfirmed(SEND)),
        _ => Event::Bootstrap(bootstrap_exited()),
    };
    bench_render(bencher, &stamped(event, 1_700_000_000_000), Variant::default());
}

#[divan::bench]
fn read_ping(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| parse_request(black_box(br#"{"action":"ping"}"#), <_>::default()));
}

#[divan::bench(args = [1, 10, 1_000])]
fn read_subscribe(bencher: Bencher<'_, '_>, accounts: usize) {
    let list = vec![format!("\"{}\"", A.text()); accounts].join(",");
    let text = format!(
        r#"{{"action":"subscribe","topic":"confirmation","ack":true,"options":{{"accounts":[{list}]}}}}"#
    );
    bencher.bench_local(|| parse_request(black_box(text.as_bytes()), <_>::default()));
}

#[divan::bench(args = VARIANTS)]
fn read_confirmation(bencher: Bencher<'_, '_>, name: &str) {
    let mut text = Vec::new();
    render(&confirmation(), variant(name), &RenderSettings::default(), &mut text);
    bencher.bench_local(|| parse_message(black_box(&text)).unwrap());
}

#[divan::bench(args = [1, 10, 100_000])]
fn match_confirmation(bencher: Bencher<'_, '_>, accounts: u32) {
    let accounts = (0..accounts)
        .map(|number| {
            let [a, b, c, d] = number.wrapping_mul(0x9E37_79B9).to_be_bytes();
            let mut key = [d; 32];
            key.first_chunk_mut::<4>().unwrap().copy_from_slice(&[a, b, c, d]);
            Account::from_bytes(key)
        })
        .collect();
    let filter = ConfirmationFilter {
        accounts: AccountFilter::Only { accounts, local: false },
        ..ConfirmationFilter::default()
    };
    let confirmation = conf(SEND, ConfirmationKind::ActiveQuorum);
    bencher.bench_local(|| black_box(&filter).matches(black_box(&confirmation)));
}
