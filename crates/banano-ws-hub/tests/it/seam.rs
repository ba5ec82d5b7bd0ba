//! The seam between what happened before and what is live: no hole, no repeat, whatever happens when.
//!
//! One hub after another (a restart loses everything but the journal), clients that come back with
//! their last cursor, outboxes that are full at random, orders that are carried out late, in any
//! order, in small pieces or not at all. Every client's union must be what a model says that looks at
//! every event of the journal.

use std::{collections::BTreeMap, sync::Arc};

use banano_testkit::arbitrary;
use banano_ws_hub::{Delivery, Framer, Framing, Hub, Limits, Order, SessionId, Start};
use banano_ws_protocol::{
    Event, RenderSettings, ServerMessage, Stamped, Subscription, Topic, parse_message,
};
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    proptest,
    sample::select,
};

use crate::{client::texts, model};

/// Events that one order brings at most.
const PIECE: usize = 3;

#[derive(Debug, Clone)]
enum Step {
    /// Something happens.
    Append(Vec<Event>),
    /// The hub is handed what waits, so many events at most.
    Publish(usize),
    /// A client subscribes where it stopped, or where live begins.
    Subscribe(usize, Topic),
    /// A client leaves; what was on its way to it is lost.
    Leave(usize),
    /// A client has room for so many frames more.
    Read(usize, usize),
    /// A client is given what it is owed, if it has room.
    Ask(usize),
    /// One of the orders is carried out.
    Fetch(usize),
    /// An order is lost: the journal could not be read.
    Fail(usize),
    /// The process ends and starts again.
    Restart,
}

/// What a client wants of a topic, and what it got: over all its sessions.
#[derive(Debug)]
struct Want {
    subscription: Subscription,
    /// Sequence behind which it wants everything.
    begin: u64,
    /// Sequences of what it got, and of which it was told that they were replayed.
    got: Vec<u64>,
    last_cursor: u64,
    /// Events up to here are to be told as replayed, in this session.
    replayed_until: u64,
    /// Whether it is subscribed in the session that there is.
    subscribed: bool,
}

#[derive(Debug, Default)]
struct Client {
    session: Option<SessionId>,
    /// Frames that it has room for.
    room: usize,
    wants: BTreeMap<Topic, Want>,
}

struct World {
    journal: Vec<Arc<Stamped>>,
    hub: Hub,
    clients: Vec<Client>,
    orders: Vec<Order>,
    subscriptions: BTreeMap<(usize, Topic), Subscription>,
}

fn hub(position: u64) -> Hub {
    let mut hub = Hub::new(RenderSettings::default(), Limits { accounts: usize::MAX });
    hub.skip_to(position);
    hub
}

impl World {
    fn new(clients: usize, subscriptions: Vec<Subscription>) -> Self {
        let topics = |client: usize| move |it: Subscription| ((client, it.topic()), it);
        let of_client = |(n, it): (usize, Subscription)| topics(n % clients)(it);
        Self {
            journal: Vec::new(),
            hub: hub(0),
            clients: (0..clients).map(|_| Client::default()).collect(),
            orders: Vec::new(),
            subscriptions: subscriptions.into_iter().enumerate().map(of_client).collect(),
        }
    }

    fn take(&mut self, step: Step) {
        let some = |n: usize, of: usize| (of > 0).then(|| n % of);
        match step {
            Step::Append(events) => {
                for event in events {
                    let sequence = self.journal.len() as u64 + 1;
                    let stamped = Stamped { journal: 1, sequence, time_ms: sequence, event };
                    self.journal.push(Arc::new(stamped));
                }
            }
            Step::Publish(most) => self.publish(most),
            Step::Subscribe(n, topic) => self.subscribe(n % self.clients.len(), topic),
            Step::Leave(n) => {
                let n = n % self.clients.len();
                if let Some(id) = self.clients[n].leave() {
                    self.hub.close(id);
                }
            }
            Step::Read(n, frames) => {
                let n = n % self.clients.len();
                self.clients[n].room = self.clients[n].room.saturating_add(frames);
                self.ask(n);
            }
            Step::Ask(n) => self.ask(n % self.clients.len()),
            Step::Fetch(n) => {
                if let Some(place) = some(n, self.orders.len()) {
                    let order = self.orders.swap_remove(place);
                    self.fetch(&order);
                }
            }
            Step::Fail(n) => {
                if let Some(place) = some(n, self.orders.len()) {
                    let order = self.orders.swap_remove(place);
                    self.hub.end_order(order.session, order.ticket, None);
                }
            }
            Step::Restart => {
                // The new process goes on behind what the journal holds; what was not published by
                // then is what clients have to ask for.
                self.hub = hub(self.journal.len() as u64);
                self.orders.clear();
                self.clients.iter_mut().for_each(|client| {
                    client.leave();
                });
            }
        }
    }

    fn publish(&mut self, most: usize) {
        let next = usize::try_from(self.hub.position()).unwrap();
        let end = self.journal.len().min(next.saturating_add(most));
        let (clients, journal) = (&mut self.clients, &self.journal);
        self.hub.publish(&journal[next..end], |id, frames, count| {
            let client = clients.iter_mut().find(|it| it.session == Some(id)).expect("open");
            if client.room < count {
                return Delivery::Refused;
            }
            client.room -= count;
            client.read(frames);
            Delivery::Taken
        });
        for id in self.hub.take_ahead() {
            if let Some(n) = self.clients.iter().position(|it| it.session == Some(id)) {
                self.ask(n);
            }
        }
    }

    fn subscribe(&mut self, n: usize, topic: Topic) {
        let Some(subscription) = self.subscriptions.get(&(n, topic)) else { return };
        let client = &mut self.clients[n];
        let id = *client.session.get_or_insert_with(|| self.hub.open(Framing::WebSocket));
        let after = client.wants.get(&topic).map(|want| want.last_cursor);
        let start = Start { cursor: true, after };
        let live = self.hub.subscribe(id, subscription.clone(), start).unwrap();
        let want = client.wants.entry(topic).or_insert_with(|| Want {
            subscription: subscription.clone(),
            begin: live,
            got: Vec::new(),
            last_cursor: live,
            replayed_until: 0,
            subscribed: false,
        });
        want.subscribed = true;
        want.replayed_until = if after.is_some() { live } else { 0 };
    }

    fn ask(&mut self, n: usize) {
        let client = &self.clients[n];
        if let Some(id) = client.session.filter(|_| client.room > 0) {
            self.orders.extend(self.hub.next_order(id));
        }
    }

    fn fetch(&mut self, order: &Order) {
        let of_order = |it: &&Arc<Stamped>| {
            it.sequence > order.after
                && it.sequence <= order.until
                && it.event.topic() == order.topic
        };
        let mut events: Vec<_> = self.journal.iter().filter(of_order).cloned().collect();
        let is_all = events.len() <= PIECE;
        events.truncate(PIECE);
        let done = if is_all { order.until } else { events.last().unwrap().sequence };
        let (mut framer, mut frames) = (Framer::default(), Vec::new());
        let count = order.append(events.iter().map(|it| &**it), &mut framer, &mut frames);

        // The client may be gone, another may sit in its place, or its subscription be another.
        if !self.hub.is_ordered(order.session, order.ticket) {
            assert!(!self.hub.end_order(order.session, order.ticket, Some(done)));
            return;
        }
        let n = self.clients.iter().position(|it| it.session == Some(order.session)).expect("open");
        let client = &mut self.clients[n];
        if client.room < count {
            assert!(self.hub.end_order(order.session, order.ticket, None));
            return;
        }
        client.room -= count;
        client.read(&frames);
        assert!(self.hub.end_order(order.session, order.ticket, Some(done)));
        self.ask(n);
    }

    /// Everybody comes back and reads all there is.
    fn settle(&mut self) {
        for n in 0..self.clients.len() {
            self.clients[n].room = usize::MAX;
            let missing = self.clients[n].wants.iter().filter(|(_, want)| !want.subscribed);
            for topic in missing.map(|(topic, _)| *topic).collect::<Vec<_>>() {
                self.subscribe(n, topic);
            }
        }
        self.publish(usize::MAX);
        (0..self.clients.len()).for_each(|n| self.ask(n));
        while let Some(order) = self.orders.pop() {
            self.fetch(&order);
        }
        for client in &self.clients {
            assert!(client.session.is_none_or(|id| !self.hub.is_behind(id)), "all are live");
        }
    }

    fn check(&self) {
        for (n, client) in self.clients.iter().enumerate() {
            for (topic, want) in &client.wants {
                let wanted = |it: &&Arc<Stamped>| {
                    it.sequence > want.begin && want.subscription.matches(&it.event)
                };
                let model: Vec<u64> =
                    self.journal.iter().filter(wanted).map(|it| it.sequence).collect();
                assert_eq!(want.got, model, "client {n}, {topic}");
            }
        }
    }
}

impl Client {
    fn leave(&mut self) -> Option<SessionId> {
        self.wants.values_mut().for_each(|want| want.subscribed = false);
        self.session.take()
    }

    fn read(&mut self, frames: &[u8]) {
        for text in texts(frames) {
            self.read_text(&text);
        }
    }

    fn read_text(&mut self, text: &str) {
        let Ok(ServerMessage::Event(event)) = parse_message(text.as_bytes()) else {
            panic!("no event: {text}")
        };
        let want = self.wants.get_mut(&event.event.topic()).expect("a topic that was asked for");
        let cursor = event.cursor.expect("a cursor").sequence;
        assert_eq!(event.replayed, cursor <= want.replayed_until, "{cursor}");
        want.got.push(cursor);
        want.last_cursor = cursor;
    }
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![3 => model::confirmation(), 3 => model::vote(), 1 => arbitrary::event()]
}

fn step() -> impl Strategy<Value = Step> {
    let (n, small) = (any::<usize>(), 1usize..6);
    let topic = prop_oneof![
        3 => Just(Topic::Confirmation),
        3 => Just(Topic::Vote),
        1 => select(&Topic::ALL),
    ];
    prop_oneof![
        6 => vec(event(), 1..6).prop_map(Step::Append),
        6 => small.clone().prop_map(Step::Publish),
        5 => (n, topic).prop_map(|(n, topic)| Step::Subscribe(n, topic)),
        2 => n.prop_map(Step::Leave),
        6 => (n, small).prop_map(|(n, frames)| Step::Read(n, frames)),
        3 => n.prop_map(Step::Ask),
        6 => n.prop_map(Step::Fetch),
        1 => n.prop_map(Step::Fail),
        1 => Just(Step::Restart),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_everyone_gets_everything_once_and_in_order(
        subscriptions in vec(model::subscription(), 4..16),
        steps in vec(step(), 1..120),
    ) {
        let mut world = World::new(4, subscriptions);
        for step in steps {
            world.take(step);
        }
        world.settle();
        world.check();
    }
}

/// One client, every point: the process ends, or the client leaves, after each step of a story in
/// which everything happens.
#[test]
fn a_cut_at_every_point_of_a_story_leaves_no_hole_and_no_repeat() {
    use banano_testkit::fixtures::{CHANGE, OPEN, SEND, conf};
    use banano_ws_protocol::ConfirmationKind::ActiveQuorum;

    let confirm = |blocks: &[_]| {
        Step::Append(blocks.iter().map(|it| Event::Confirmation(conf(*it, ActiveQuorum))).collect())
    };
    let story = || {
        vec![
            Step::Subscribe(0, Topic::Confirmation),
            Step::Read(0, 2),
            confirm(&[SEND, OPEN, SEND]),
            Step::Publish(9),
            confirm(&[CHANGE, SEND, SEND, OPEN]),
            Step::Publish(2),
            Step::Read(0, 4),
            Step::Fetch(0),
            Step::Publish(9),
            Step::Fetch(0),
            confirm(&[OPEN]),
            Step::Publish(9),
            Step::Read(0, 9),
            Step::Fetch(0),
            Step::Fetch(0),
            confirm(&[SEND, CHANGE]),
            Step::Publish(1),
        ]
    };
    for cut in [Step::Restart, Step::Leave(0), Step::Fail(0)] {
        for first in 0..story().len() {
            for second in first..story().len() {
                let plain = Subscription::without_options(Topic::Confirmation);
                let mut world = World::new(1, vec![plain]);
                for (place, step) in story().into_iter().enumerate() {
                    world.take(step);
                    if place == first || place == second {
                        world.take(cut.clone());
                        world.take(Step::Subscribe(0, Topic::Confirmation));
                    }
                }
                world.settle();
                world.check();
                assert!(!world.clients[0].wants[&Topic::Confirmation].got.is_empty());
            }
        }
    }
}
