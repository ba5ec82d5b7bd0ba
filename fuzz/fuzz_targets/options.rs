//! Any `options` of each topic that has some: acknowledged or refused, and a filter of bounded size
//! that answers for any event.
#![no_main]

use std::sync::LazyLock;

use banano_testkit::fixtures::{self, BlockFixture};
use banano_ws_protocol::{
    Action, ConfirmationKind, Event, Held, RequestSettings, Subscription, Topic, VoteCode,
    VoteEvent, parse_request,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|options: &str| {
    if serde_json::from_str::<serde_json::Value>(options).is_err() {
        return; // the target `action` covers what is no JSON
    }
    for (action, topic) in [
        ("subscribe", "confirmation"),
        ("subscribe", "vote"),
        ("subscribe", "new_unconfirmed_block"),
        ("update", "confirmation"),
    ] {
        let request = format!(
            r#"{{"action":"{action}","topic":"{topic}","verbose":true,"options":{options}}}"#
        );
        let Ok(request) = parse_request(request.as_bytes(), RequestSettings::default()) else {
            continue;
        };
        match request.action {
            Action::Subscribe(Some(subscription)) => {
                assert_eq!(subscription.topic().name(), topic);
                check(&subscription, options);
            }
            Action::Update { topic: Some(topic), update } => {
                let mut subscription = Subscription::without_options(Topic::Confirmation);
                let held = Held::Updatable;
                if let Ok(update) = held.check(Some(topic), update.as_ref())
                    && let Subscription::Confirmation(options) = &mut subscription
                {
                    options.apply(update);
                }
                check(&subscription, options);
            }
            _ => {}
        }
    }
});

fn check(subscription: &Subscription, options: &str) {
    assert!(subscription.accounts() <= options.len(), "more accounts than the text has room for");
    for event in EVENTS.iter() {
        let matches = subscription.matches(event);
        assert!(!matches || subscription.topic() == event.topic(), "an event of another topic");
    }
}

static EVENTS: LazyLock<Vec<Event>> = LazyLock::new(|| {
    let blocks = BlockFixture::ALL.into_iter();
    let confirmations = blocks
        .clone()
        .map(|block| Event::Confirmation(fixtures::conf(block, ConfirmationKind::ActiveQuorum)));
    let unconfirmed = blocks.map(|block| Event::NewUnconfirmedBlock(fixtures::unconfirmed(block)));
    let votes = VoteCode::ALL.map(|code| {
        Event::Vote(VoteEvent { vote: fixtures::v1(), code, extra: Default::default() })
    });
    confirmations.chain(unconfirmed).chain(votes).collect()
});
