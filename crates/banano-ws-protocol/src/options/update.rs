//! What an `update` changes, and whether it may.

use banano_primitives::{Account, BlockHash};

use super::{SortedSet, SubtypeWord};
use crate::{Topic, request::Fault};

/// `options` of an `update` (protocol.md §6.1.5, §11.1). A list that is there, even an empty one,
/// makes a filter of a subscription that had none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Update {
    /// `accounts_…`, the one list that nodes know here.
    pub accounts: ListChange<Account>,
    /// `subtypes_…`.
    pub subtypes: ListChange<SubtypeWord>,
    /// `counterparties_…`.
    pub counterparties: ListChange<Account>,
    /// `representatives_…`.
    pub representatives: ListChange<Account>,
    /// `hashes_…`.
    pub hashes: ListChange<BlockHash>,
}

impl Update {
    /// Whether it names a list that nodes do not know.
    pub const fn is_extension(&self) -> bool {
        self.subtypes.is_present()
            || self.counterparties.is_present()
            || self.representatives.is_present()
            || self.hashes.is_present()
    }

    /// How many accounts and hashes it adds, known ones included.
    pub fn added(&self) -> usize {
        let accounts = [&self.accounts, &self.counterparties, &self.representatives];
        let hashes = self.hashes.add.as_ref().map_or(0, Vec::len);
        accounts.into_iter().flat_map(|list| &list.add).map(Vec::len).sum::<usize>() + hashes
    }
}

/// What is added to one list, and then removed from it: what is in both ends up out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListChange<T> {
    /// `…_add`, if the key is present.
    pub add: Option<Vec<T>>,
    /// `…_del`, if the key is present.
    pub del: Option<Vec<T>>,
}

impl<T> Default for ListChange<T> {
    fn default() -> Self {
        Self { add: None, del: None }
    }
}

impl<T> ListChange<T> {
    /// Whether one of the two keys is present.
    pub const fn is_present(&self) -> bool {
        self.add.is_some() || self.del.is_some()
    }

    /// All that it names.
    pub fn named(&self) -> impl Iterator<Item = &T> {
        [&self.add, &self.del].into_iter().flatten().flatten()
    }
}

impl<T: Ord + Copy> ListChange<T> {
    pub(super) fn apply(&self, list: &mut SortedSet<T>) {
        list.insert_all(self.add.as_deref().unwrap_or_default());
        list.remove_all(self.del.as_deref().unwrap_or_default());
    }

    /// The same for a list that may not be there yet; without a key it stays away.
    pub(super) fn apply_to(&self, list: &mut Option<SortedSet<T>>) {
        if self.is_present() {
            self.apply(list.get_or_insert_default());
        }
    }
}

/// What a session holds on the topic of an `update`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// No subscription.
    Nothing,
    /// A subscription that no `update` can change.
    Fixed,
    /// A subscription that was made with `options`, to a topic of which nodes update nothing: an
    /// `update` must name a list that only we know.
    Extensible,
    /// A subscription that was made with `options`, to `confirmation`, or with an extension filter.
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
        match (self, update) {
            (Self::Nothing, _) => Err(Fault::not_subscribed(topic.map_or("ack", Topic::name))),
            (Self::Extensible, Some(update)) if update.is_extension() => Ok(update),
            (Self::Fixed | Self::Extensible, _) => Err(Fault::not_updatable(topic)),
            (Self::Updatable, None) => Err(Fault::missing_options()),
            (Self::Updatable, Some(update)) => Ok(update),
        }
    }
}
