//! The hub against a model that is too simple to be wrong: every session looks at every event.

use std::{collections::BTreeMap, sync::Arc};

use banano_primitives::{Account, Block, Body, Link};
use banano_testkit::{
    arbitrary,
    fixtures::{self, L_SEND, SEND},
};
use banano_ws_hub::{Delivery, Framing, Hub, Limits, SessionId, Start, frame};
use banano_ws_protocol::{
    AccountFilter, ConfirmationFilter, ConfirmationKind, ConfirmationOptions, Event, Held,
    KindFilter, ListChange, RenderSettings, Stamped, Subscription, Topic, Update, VoteCode,
    VoteFilter, VoteOptions, render,
};
use proptest::{
    collection::vec,
    option,
    prelude::{Just, Strategy, any, prop_oneof},
    prop_assert_eq, proptest,
    sample::select,
};

const SETTINGS: fn() -> RenderSettings = RenderSettings::default;

/// Everyone's subscriptions, and what everyone got.
#[derive(Default)]
struct Model {
    sessions: Vec<Option<BTreeMap<Topic, Subscription>>>,
    got: Vec<Vec<u8>>,
}

impl Model {
    fn publish(&mut self, event: &Stamped) {
        for (session, got) in self.sessions.iter().zip(&mut self.got) {
            let Some(subscriptions) = session else { continue };
            for it in subscriptions.values().filter(|it| it.matches(&event.event)) {
                let mut text = Vec::new();
                render(event, it.variant(), &SETTINGS(), &mut text);
                frame::append_text(&text, got);
            }
        }
    }

    fn subscribers(&self, topic: Topic) -> usize {
        self.sessions.iter().flatten().filter(|session| session.contains_key(&topic)).count()
    }
}

#[derive(Debug, Clone)]
enum Step {
    Open,
    Close(usize),
    Subscribe(usize, Subscription),
    Unsubscribe(usize, Topic),
    Update(usize, Topic, Update),
    Publish(Vec<Event>),
}

/// Few accounts, so that filters hit.
fn account() -> impl Strategy<Value = Account> {
    (0u8..6).prop_map(|n| Account::from_bytes([n; 32]))
}

fn accounts() -> impl Strategy<Value = Vec<Account>> {
    vec(account(), 0..4)
}

fn kind() -> impl Strategy<Value = ConfirmationKind> {
    select(&ConfirmationKind::ALL)
}

/// Confirmations of state blocks between few accounts, now and then of a legacy block.
pub(crate) fn confirmation() -> impl Strategy<Value = Event> {
    let state =
        (account(), account(), kind(), any::<bool>()).prop_map(|(owner, link, kind, local)| {
            let mut confirmation = fixtures::conf(SEND, kind);
            let Body::State(mut block) = confirmation.block.body().clone() else {
                unreachable!("SEND is a state block")
            };
            block.account = owner;
            block.link = Link::from_bytes(*link.as_bytes());
            let (signature, work) = (confirmation.block.signature(), confirmation.block.work());
            confirmation.block = Arc::new(Block::new(Body::State(block), *signature, work));
            confirmation.account = owner;
            confirmation.local = local;
            confirmation
        });
    let legacy = (account(), kind()).prop_map(|(owner, kind)| {
        let mut confirmation = fixtures::conf(L_SEND, kind);
        confirmation.account = owner;
        confirmation.local = true;
        confirmation
    });
    prop_oneof![6 => state, 1 => legacy].prop_map(Event::Confirmation)
}

pub(crate) fn vote() -> impl Strategy<Value = Event> {
    (account(), select(&VoteCode::ALL)).prop_map(|(account, code)| {
        let mut vote = (*fixtures::v1()).clone();
        vote.account = account;
        Event::Vote(fixtures::vote(Arc::new(vote), code))
    })
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![4 => confirmation(), 4 => vote(), 2 => arbitrary::event()]
}

pub(crate) fn subscription() -> impl Strategy<Value = Subscription> {
    let only = (accounts(), any::<bool>()).prop_map(|(accounts, local)| AccountFilter::Only {
        accounts: accounts.into_iter().collect(),
        local,
    });
    let filter = prop_oneof![Just(AccountFilter::Any), only];
    let confirmation = (select(&KindFilter::ALL), filter, arbitrary::variant(), any::<bool>())
        .prop_map(|(kinds, accounts, variant, updatable)| {
            let filter = ConfirmationFilter { kinds, accounts, blocks: None };
            Subscription::Confirmation(ConfirmationOptions { filter, variant, updatable })
        });
    let representatives = accounts().prop_map(|list| list.into_iter().collect());
    let vote = (option::of(representatives), any::<[bool; 3]>()).prop_map(
        |(representatives, [replays, indeterminate, late])| {
            let filter = VoteFilter { representatives, replays, indeterminate, late };
            Subscription::Vote(VoteOptions { filter, updatable: true })
        },
    );
    let plain = select(&Topic::ALL).prop_map(Subscription::without_options);
    prop_oneof![3 => confirmation, 2 => vote, 2 => plain]
}

fn update() -> impl Strategy<Value = Update> {
    let list = || {
        (option::of(accounts()), option::of(accounts()))
            .prop_map(|(add, del)| ListChange { add, del })
    };
    (list(), list()).prop_map(|(accounts, representatives)| Update {
        accounts,
        representatives,
        ..Update::default()
    })
}

fn step() -> impl Strategy<Value = Step> {
    let session = 0usize..6;
    let topic = prop_oneof![2 => Just(Topic::Confirmation), 1 => select(&Topic::ALL)];
    prop_oneof![
        1 => Just(Step::Open),
        1 => session.clone().prop_map(Step::Close),
        6 => (session.clone(), subscription()).prop_map(|(id, it)| Step::Subscribe(id, it)),
        2 => (session.clone(), topic.clone()).prop_map(|(id, it)| Step::Unsubscribe(id, it)),
        4 => (session, topic, update()).prop_map(|(id, it, update)| Step::Update(id, it, update)),
        5 => vec(event(), 0..12).prop_map(Step::Publish),
    ]
}

/// Hub and model side by side.
struct Both {
    hub: Hub,
    ids: Vec<Option<SessionId>>,
    model: Model,
    got: Vec<Vec<u8>>,
    sequence: u64,
}

impl Both {
    fn new() -> Self {
        let hub = Hub::new(SETTINGS(), Limits { accounts: usize::MAX });
        Self { hub, ids: Vec::new(), model: Model::default(), got: Vec::new(), sequence: 0 }
    }

    fn session(&mut self, n: usize) -> Option<(SessionId, &mut BTreeMap<Topic, Subscription>)> {
        let id = self.ids.get(n).copied().flatten()?;
        Some((id, self.model.sessions.get_mut(n)?.as_mut()?))
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Open => {
                self.ids.push(Some(self.hub.open(Framing::WebSocket)));
                self.model.sessions.push(Some(BTreeMap::new()));
                self.model.got.push(Vec::new());
                self.got.push(Vec::new());
            }
            Step::Close(n) => {
                if let Some((id, _)) = self.session(n) {
                    self.ids[n] = None;
                    self.model.sessions[n] = None;
                    self.hub.close(id);
                }
            }
            Step::Subscribe(n, subscription) => {
                if let Some((id, subscriptions)) = self.session(n) {
                    subscriptions.insert(subscription.topic(), subscription.clone());
                    self.hub.subscribe(id, subscription, Start::default()).unwrap();
                }
            }
            Step::Unsubscribe(n, topic) => {
                if let Some((id, subscriptions)) = self.session(n) {
                    subscriptions.remove(&topic);
                    self.hub.unsubscribe(id, topic);
                }
            }
            Step::Update(n, topic, update) => {
                if let Some((id, subscriptions)) = self.session(n) {
                    let held = subscriptions.get(&topic).map_or(Held::Nothing, Subscription::held);
                    let may = held.check(Some(topic), Some(&update)).is_ok();
                    if let Some(subscription) = subscriptions.get_mut(&topic)
                        && may
                    {
                        subscription.apply(&update);
                    }
                    let updated = self.hub.update(id, Some(topic), Some(&update));
                    assert_eq!(updated.is_ok(), may);
                }
            }
            Step::Publish(events) => self.publish(events),
        }
    }

    fn publish(&mut self, events: Vec<Event>) {
        let stamp = |event| {
            self.sequence += 1;
            Arc::new(Stamped { journal: 1, sequence: self.sequence, time_ms: 1, event })
        };
        let events: Vec<_> = events.into_iter().map(stamp).collect();
        for event in &events {
            self.model.publish(event);
        }
        let (ids, got) = (&self.ids, &mut self.got);
        self.hub.publish(&events, |id, frames, count| {
            assert!(count > 0 && !frames.is_empty(), "nothing was delivered");
            let n = ids.iter().position(|it| *it == Some(id)).expect("an open session");
            got[n].extend_from_slice(frames);
            Delivery::Taken
        });
    }
}

proptest! {
    #[test]
    fn everyone_gets_what_the_model_says_in_the_same_order(steps in vec(step(), 1..60)) {
        let mut both = Both::new();
        // Some sessions from the start: differences show between sessions.
        for step in [const { Step::Open }; 4].into_iter().chain(steps) {
            both.take(step);
            for topic in Topic::ALL {
                prop_assert_eq!(both.hub.subscribers(topic), both.model.subscribers(topic));
            }
        }
        prop_assert_eq!(&both.got, &both.model.got);
    }
}
