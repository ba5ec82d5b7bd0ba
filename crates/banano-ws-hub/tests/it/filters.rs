//! All filters, the nodes' and ours, against a model that reads protocol.md's tables literally.
//!
//! What happened says words, what a client wants lists words, and the model compares words. Requests
//! go to the hub as texts. The model shares no code with the filters.

mod happenings;
mod model;
mod wishes;

use banano_ws_hub::{Framing, Hub, SessionId};
use banano_ws_protocol::{Event, parse_message};
use banano_ws_protocol::{ServerMessage, Topic};
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, prop_oneof},
    prop_assert_eq, proptest,
};

use self::{happenings::Happening, model::Model, wishes::Draft};
use crate::client::{ask, hub, publish, stamped};

/// Clients, all there from the start.
const CLIENTS: usize = 4;

#[derive(Debug, Clone)]
enum Step {
    Subscribe(usize, Topic, Option<Draft>),
    Unsubscribe(usize, Topic),
    Update(usize, Topic, Draft),
    /// All that happens happens now.
    Publish,
}

fn topic() -> impl Strategy<Value = Topic> {
    prop_oneof![
        3 => Just(Topic::Confirmation),
        3 => Just(Topic::NewUnconfirmedBlock),
        1 => Just(Topic::Vote),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let client = || 0..CLIENTS;
    let options = proptest::option::weighted(0.9, wishes::options());
    prop_oneof![
        4 => (client(), topic(), options).prop_map(|(n, it, draft)| Step::Subscribe(n, it, draft)),
        1 => (client(), topic()).prop_map(|(n, it)| Step::Unsubscribe(n, it)),
        4 => (client(), topic(), wishes::changes()).prop_map(|(n, it, draft)| Step::Update(n, it, draft)),
        4 => Just(Step::Publish),
    ]
}

/// Hub and model side by side.
struct Both {
    hub: Hub,
    ids: Vec<SessionId>,
    model: Vec<Model>,
    happenings: Vec<Happening>,
}

impl Both {
    fn new(happenings: Vec<Happening>) -> Self {
        let mut hub = hub();
        let ids = (0..CLIENTS).map(|_| hub.open(Framing::WebSocket)).collect();
        Self { hub, ids, model: vec![Model::default(); CLIENTS], happenings }
    }

    /// Takes a step; returns what hub and model make of it, which must be the same.
    fn take(&mut self, step: Step) -> [Vec<Vec<u64>>; 2] {
        let hashes: Vec<_> = self.happenings.iter().flat_map(|it| it.says("hashes")).collect();
        let carried_out = |done: bool| vec![vec![u64::from(done)]];
        match step {
            Step::Subscribe(n, topic, draft) => {
                let wish = draft.map(|draft| draft.resolve(&hashes));
                let options = wish.as_ref().map_or(String::new(), wishes::Wish::member);
                let done = self.ask(n, "subscribe", topic, &options);
                self.model[n].subscribe(topic, wish);
                [carried_out(done), carried_out(true)]
            }
            Step::Unsubscribe(n, topic) => {
                let done = self.ask(n, "unsubscribe", topic, "");
                self.model[n].unsubscribe(topic);
                [carried_out(done), carried_out(true)]
            }
            Step::Update(n, topic, draft) => {
                let wish = draft.resolve(&hashes);
                let done = self.ask(n, "update", topic, &wish.member());
                [carried_out(done), carried_out(self.model[n].update(topic, &wish))]
            }
            Step::Publish => [self.published(), self.expected()],
        }
    }

    fn ask(&mut self, n: usize, action: &str, topic: Topic, options: &str) -> bool {
        let request = format!(r#"{{"action":"{action}","topic":"{}"{options}}}"#, topic.name());
        ask(&mut self.hub, self.ids[n], &request).is_ok()
    }

    /// The numbers of the messages that each client gets; they are their times.
    fn published(&mut self) -> Vec<Vec<u64>> {
        let events: Vec<Event> = self.happenings.iter().map(|it| it.event.clone()).collect();
        let got = publish(&mut self.hub, &self.ids, &stamped(&events, 0));
        let number = |text: String| match parse_message(text.as_bytes()) {
            Ok(ServerMessage::Event(event)) => event.time_ms,
            other => panic!("{other:?}"),
        };
        got.into_iter().map(|texts| texts.into_iter().map(number).collect()).collect()
    }

    fn expected(&self) -> Vec<Vec<u64>> {
        let wanted = |model: &Model| {
            let numbered = (0..).zip(&self.happenings);
            numbered.filter(|(_, it)| model.wants(it)).map(|(number, _)| number).collect()
        };
        self.model.iter().map(wanted).collect()
    }
}

proptest! {
    #[test]
    fn everyone_gets_what_the_model_says(
        happenings in vec(happenings::happening(), 1..24),
        steps in vec(step(), 1..30),
    ) {
        let mut both = Both::new(happenings);
        for step in steps.into_iter().chain([Step::Publish]) {
            let shown = format!("{step:?}");
            let [hub, model] = both.take(step);
            prop_assert_eq!(hub, model, "{}", shown);
        }
    }
}
