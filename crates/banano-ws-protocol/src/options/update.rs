//! What an `update` changes, and whether it may.

use banano_primitives::Account;

use crate::{Topic, request::Fault};

/// `options` of an `update` (protocol.md §6.1.5). A list that is there, even an empty one, makes an
/// account filter of a subscription that had none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Update {
    /// `accounts_add`, if the key is present.
    pub accounts_add: Option<Vec<Account>>,
    /// `accounts_del`, if the key is present.
    pub accounts_del: Option<Vec<Account>>,
}

/// What a session holds on the topic of an `update`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// No subscription.
    Nothing,
    /// A subscription that no `update` can change.
    Fixed,
    /// A subscription to `confirmation` that was made with `options`.
    Updatable,
}

impl Held {
    /// Checks an `update` against what the session holds, in the order of protocol.md §4: not
    /// subscribed, not updatable, no options. `topic` is `None` for `ack`.
    ///
    /// # Errors
    ///
    /// What to tell the client; the subscription stays as it was.
    pub fn check(self, topic: Option<Topic>, update: Option<&Update>) -> Result<&Update, Fault> {
        let name = topic.map_or("ack", Topic::name);
        match (self, update) {
            (Self::Nothing, _) => Err(Fault::not_subscribed(name)),
            (Self::Fixed, _) => Err(Fault::not_updatable(topic)),
            (Self::Updatable, None) => Err(Fault::missing_options()),
            (Self::Updatable, Some(update)) => Ok(update),
        }
    }
}
