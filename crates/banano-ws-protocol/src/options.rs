//! What a subscription lets through and how it is rendered: typed values, no text.
//!
//! Made by the reader of client actions, kept by sessions, asked by the hub. Never looks at
//! rendered messages: a filter works on the event, whatever is left out of its text
//! (protocol.md §6.1.4 no. 8).

mod set;
mod words;

mod accounts;
mod blocks;
mod update;

mod confirmation;
mod unconfirmed;
mod vote;

pub use accounts::{AccountFilter, AccountSet};
pub use blocks::{AmountRange, BlockFilter};
pub use confirmation::{ConfirmationFilter, ConfirmationOptions, KindFilter};
pub use set::SortedSet;
pub use unconfirmed::{UnconfirmedFilter, UnconfirmedOptions};
pub use update::{Held, ListChange, Update};
pub use vote::{VoteFilter, VoteOptions};
pub use words::{Direction, SubtypeWord};

use crate::{Event, Topic, Variant};

/// One topic of one session, with its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subscription {
    /// Topic `confirmation`.
    Confirmation(ConfirmationOptions),
    /// Topic `vote`.
    Vote(VoteOptions),
    /// Topic `new_unconfirmed_block`.
    NewUnconfirmedBlock(UnconfirmedOptions),
    /// A topic without options: any but the three above.
    Plain(Topic),
}

impl Subscription {
    /// The subscription that `topic` without `options` makes, with votes as documented.
    pub fn without_options(topic: Topic) -> Self {
        match topic {
            Topic::Confirmation => Self::Confirmation(ConfirmationOptions::default()),
            Topic::Vote => Self::Vote(VoteOptions::default()),
            Topic::NewUnconfirmedBlock => Self::NewUnconfirmedBlock(UnconfirmedOptions::default()),
            _ => Self::Plain(topic),
        }
    }

    /// Its topic.
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Confirmation(_) => Topic::Confirmation,
            Self::Vote(_) => Topic::Vote,
            Self::NewUnconfirmedBlock(_) => Topic::NewUnconfirmedBlock,
            Self::Plain(topic) => *topic,
        }
    }

    /// Which rendering it wants.
    pub fn variant(&self) -> Variant {
        match self {
            Self::Confirmation(options) => options.variant,
            _ => Variant::default(),
        }
    }

    /// Whether it lets `event` through.
    pub fn matches(&self, event: &Event) -> bool {
        match (self, event) {
            (Self::Confirmation(options), Event::Confirmation(it)) => options.filter.matches(it),
            (Self::Vote(options), Event::Vote(vote)) => options.filter.matches(vote),
            (Self::NewUnconfirmedBlock(options), Event::NewUnconfirmedBlock(stored)) => {
                options.filter.matches(stored)
            }
            _ => self.topic() == event.topic(),
        }
    }

    /// How many accounts it listens to: those of its account filter, or the representatives whose
    /// votes it wants. Zero if it listens to all.
    pub fn accounts(&self) -> usize {
        match self {
            Self::Confirmation(options) => options.filter.accounts.len(),
            Self::Vote(options) => options.filter.entries(),
            Self::NewUnconfirmedBlock(options) => {
                options.filter.accounts.as_ref().map_or(0, AccountSet::len)
            }
            Self::Plain(_) => 0,
        }
    }

    /// How many accounts and hashes all its filters name, for the limit per session.
    pub fn entries(&self) -> usize {
        match self {
            Self::Confirmation(options) => options.filter.entries(),
            Self::Vote(options) => options.filter.entries(),
            Self::NewUnconfirmedBlock(options) => options.filter.entries(),
            Self::Plain(_) => 0,
        }
    }

    /// Whether it lets through only what concerns accounts, hashes or representatives that it names,
    /// or is of a topic that is not about every block or vote of the network.
    pub fn is_narrow(&self) -> bool {
        match self {
            Self::Confirmation(options) => options.filter.is_narrow(),
            Self::Vote(options) => options.filter.representatives.is_some(),
            Self::NewUnconfirmedBlock(options) => options.filter.is_narrow(),
            Self::Plain(topic) => !matches!(topic, Topic::StartedElection | Topic::StoppedElection),
        }
    }

    /// What an `update` finds here.
    pub const fn held(&self) -> Held {
        match self {
            Self::Confirmation(options) => options.held(),
            Self::Vote(options) => options.held(),
            Self::NewUnconfirmedBlock(options) => options.held(),
            Self::Plain(_) => Held::Fixed,
        }
    }

    /// Carries out an `update` that [`Held::check`] let through.
    pub fn apply(&mut self, update: &Update) {
        match self {
            Self::Confirmation(options) => options.apply(update),
            Self::Vote(options) => options.apply(update),
            Self::NewUnconfirmedBlock(options) => options.apply(update),
            Self::Plain(_) => {}
        }
    }
}
