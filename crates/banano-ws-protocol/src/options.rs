//! What a subscription lets through and how it is rendered: typed values, no text.
//!
//! Made by the reader of client actions, kept by sessions, asked by the hub. Never looks at
//! rendered messages: a filter works on the event, whatever is left out of its text
//! (protocol.md §6.1.4 no. 8).

mod accounts;
mod confirmation;
mod update;
mod vote;

pub use accounts::{AccountFilter, AccountSet};
pub use confirmation::{ConfirmationFilter, ConfirmationOptions, KindFilter};
pub use update::{Held, Update};
pub use vote::{VoteFilter, VoteOptions};

use crate::{Event, Topic, Variant};

/// One topic of one session, with its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subscription {
    /// Topic `confirmation`.
    Confirmation(ConfirmationOptions),
    /// Topic `vote`.
    Vote(VoteOptions),
    /// A topic without options: any but the two above.
    Plain(Topic),
}

impl Subscription {
    /// The subscription that `topic` without `options` makes, with votes as documented.
    pub fn without_options(topic: Topic) -> Self {
        match topic {
            Topic::Confirmation => Self::Confirmation(ConfirmationOptions::default()),
            Topic::Vote => Self::Vote(VoteOptions::default()),
            _ => Self::Plain(topic),
        }
    }

    /// Its topic.
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Confirmation(_) => Topic::Confirmation,
            Self::Vote(_) => Topic::Vote,
            Self::Plain(topic) => *topic,
        }
    }

    /// Which rendering it wants.
    pub fn variant(&self) -> Variant {
        match self {
            Self::Confirmation(options) => options.variant,
            Self::Vote(_) | Self::Plain(_) => Variant::default(),
        }
    }

    /// Whether it lets `event` through.
    pub fn matches(&self, event: &Event) -> bool {
        match (self, event) {
            (Self::Confirmation(options), Event::Confirmation(it)) => options.filter.matches(it),
            (Self::Vote(options), Event::Vote(vote)) => options.filter.matches(vote),
            _ => self.topic() == event.topic(),
        }
    }

    /// How many accounts its filter holds, for the limit per session.
    pub fn accounts(&self) -> usize {
        match self {
            Self::Confirmation(options) => options.filter.accounts.len(),
            Self::Vote(options) => {
                options.filter.representatives.as_ref().map_or(0, AccountSet::len)
            }
            Self::Plain(_) => 0,
        }
    }

    /// What an `update` finds here.
    pub const fn held(&self) -> Held {
        match self {
            Self::Confirmation(options) if options.updatable => Held::Updatable,
            _ => Held::Fixed,
        }
    }
}
