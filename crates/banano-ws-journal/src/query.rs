//! What a replay looks for.
//!
//! Made by whoever serves clients, used by every backend. Coarse on purpose: it says what a backend
//! can find quickly, by topic and account; the subscription's own filter has the last word.

use banano_primitives::Account;
use banano_ws_protocol::{AccountSet, Event, Topic};

/// What a replay looks for.
#[derive(Debug, Clone)]
pub struct Query {
    /// The topic.
    pub topic: Topic,
    /// Only events that name one of these accounts, as a filter by account sees them: parties of a
    /// confirmation or of a stored block, the representative of a vote. Other topics name nobody.
    /// `None`: all events of the topic. A filter that lets through what it finds in another way as
    /// well, as `all_local_accounts` does, needs `None`.
    pub accounts: Option<AccountSet>,
}

impl Query {
    /// Whether `event` is looked for.
    pub fn matches(&self, event: &Event) -> bool {
        event.topic() == self.topic
            && self.accounts.as_ref().is_none_or(|wanted| {
                parties(event).into_iter().flatten().any(|party| wanted.contains(&party))
            })
    }
}

/// The accounts by which `event` can be looked for.
pub(crate) fn parties(event: &Event) -> [Option<Account>; 2] {
    let pair = |parties: &mut dyn Iterator<Item = Account>| {
        let first = parties.next();
        [first, parties.next().filter(|second| Some(*second) != first)]
    };
    match event {
        Event::Confirmation(it) => pair(&mut it.parties()),
        Event::NewUnconfirmedBlock(it) => pair(&mut it.parties()),
        Event::Vote(it) => [Some(it.vote.account), None],
        _ => [None, None],
    }
}
