//! What one session wants: its subscriptions, one per topic.
//!
//! Called by the hub. Touches nothing. Never decides where the session is listed; it only says what
//! the hub needs for that.

use std::sync::Arc;

use banano_primitives::{Amount, BlockHash};
use banano_ws_protocol::{
    AccountFilter, AccountSet, BlockFilter, ConfirmationOptions, CursorDetail, Event, Held,
    KindFilter, SortedSet, Subscription, Topic, UnconfirmedOptions, Update, Variant, VoteOptions,
};

use crate::frame::Framing;

/// The subscriptions of a session. Small while there are none: most of what a connection costs is
/// paid by those that listen to little.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    confirmation: Option<Arc<ConfirmationOptions>>,
    vote: Option<Arc<VoteOptions>>,
    unconfirmed: Option<Arc<UnconfirmedOptions>>,
    plain: TopicSet,
    /// Topics whose events tell their cursor.
    cursors: TopicSet,
}

impl Wishes {
    /// Subscribes, in place of an earlier subscription to the same topic.
    pub(crate) fn put(&mut self, subscription: Subscription, cursor: bool) {
        let topic = subscription.topic();
        if cursor {
            self.cursors.insert(topic);
        } else {
            self.cursors.remove(topic);
        }
        match subscription {
            Subscription::Confirmation(options) => self.confirmation = Some(Arc::new(options)),
            Subscription::Vote(options) => self.vote = Some(Arc::new(options)),
            Subscription::NewUnconfirmedBlock(options) => {
                self.unconfirmed = Some(Arc::new(options));
            }
            Subscription::Plain(topic) => self.plain.insert(topic),
        }
    }

    /// Unsubscribes; fine if there is nothing.
    pub(crate) fn take(&mut self, topic: Topic) {
        self.cursors.remove(topic);
        match topic {
            Topic::Confirmation => self.confirmation = None,
            Topic::Vote => self.vote = None,
            Topic::NewUnconfirmedBlock => self.unconfirmed = None,
            topic => self.plain.remove(topic),
        }
    }

    /// Carries out an `update` that [`Held::check`] let through.
    pub(crate) fn apply(&mut self, topic: Topic, update: &Update) {
        match topic {
            Topic::Confirmation => {
                self.confirmation.iter_mut().for_each(|it| Arc::make_mut(it).apply(update));
            }
            Topic::Vote => self.vote.iter_mut().for_each(|it| Arc::make_mut(it).apply(update)),
            Topic::NewUnconfirmedBlock => {
                self.unconfirmed.iter_mut().for_each(|it| Arc::make_mut(it).apply(update));
            }
            _ => {}
        }
    }

    /// By what events of `topic` find this session: the part of its filter that fewest events pass.
    /// `None` without a subscription.
    pub(crate) fn anchor(&self, topic: Topic) -> Option<Anchor<'_>> {
        match topic {
            Topic::Confirmation => {
                let filter = &self.confirmation.as_ref()?.filter;
                Some(Anchor::of(filter.accounts.accounts(), filter.blocks.as_deref()))
            }
            Topic::NewUnconfirmedBlock => {
                let filter = &self.unconfirmed.as_ref()?.filter;
                Some(Anchor::of(filter.accounts.as_ref(), filter.blocks.as_deref()))
            }
            Topic::Vote => {
                let filter = &self.vote.as_ref()?.filter;
                Some(filter.representatives.as_ref().map_or(Anchor::Topic, Anchor::Accounts))
            }
            topic => self.plain.contains(topic).then_some(Anchor::Topic),
        }
    }

    /// Whether it wants confirmations of local accounts, beside those of its accounts.
    pub(crate) fn local(&self) -> bool {
        let filter = self.confirmation.as_ref().map(|options| &options.filter.accounts);
        matches!(filter, Some(AccountFilter::Only { local: true, .. }))
    }

    /// Whether there is a subscription to `topic`.
    pub(crate) fn has(&self, topic: Topic) -> bool {
        self.topics().contains(topic)
    }

    /// All topics with a subscription.
    pub(crate) fn topics(&self) -> TopicSet {
        let mut topics = self.plain;
        if self.confirmation.is_some() {
            topics.insert(Topic::Confirmation);
        }
        if self.vote.is_some() {
            topics.insert(Topic::Vote);
        }
        if self.unconfirmed.is_some() {
            topics.insert(Topic::NewUnconfirmedBlock);
        }
        topics
    }

    /// Accounts and hashes that the filters of `topic` list.
    pub(crate) fn entries(&self, topic: Topic) -> usize {
        match topic {
            Topic::Confirmation => self.confirmation.as_ref().map_or(0, |it| it.filter.entries()),
            Topic::Vote => self.vote.as_ref().map_or(0, |it| it.filter.entries()),
            Topic::NewUnconfirmedBlock => {
                self.unconfirmed.as_ref().map_or(0, |it| it.filter.entries())
            }
            _ => 0,
        }
    }

    /// Accounts and hashes that the filters of all topics but `topic` list.
    pub(crate) fn entries_beside(&self, topic: Topic) -> usize {
        Topic::ALL
            .into_iter()
            .filter(|other| *other != topic)
            .map(|other| self.entries(other))
            .sum()
    }

    /// What an update of `topic` finds here.
    pub(crate) fn held(&self, topic: Topic) -> Held {
        let held = match topic {
            Topic::Confirmation => self.confirmation.as_ref().map(|it| it.held()),
            Topic::Vote => self.vote.as_ref().map(|it| it.held()),
            Topic::NewUnconfirmedBlock => self.unconfirmed.as_ref().map(|it| it.held()),
            topic => self.plain.contains(topic).then_some(Held::Fixed),
        };
        held.unwrap_or(Held::Nothing)
    }

    /// These wishes on some topics only. Cheap: the lists are shared.
    pub(crate) fn only(&self, topics: TopicSet) -> Self {
        let mut some = self.clone();
        for topic in self.topics().without(topics).iter() {
            some.take(topic);
        }
        some
    }

    /// Whether votes of some representatives would become votes of all by an update.
    pub(crate) fn widens_votes(&self, update: &Update) -> bool {
        let Some(options) = self.vote.as_deref() else { return false };
        let mut tried = options.clone();
        tried.apply(update);
        options.filter.representatives.is_some() && tried.filter.representatives.is_none()
    }

    /// How this session wants to see `event`, if at all.
    pub(crate) fn wants(&self, event: &Event) -> Option<Variant> {
        let variant = self.matches(event)?;
        let tells = self.cursors.contains(event.topic());
        Some(if tells { variant.with_cursor(CursorDetail::Live) } else { variant })
    }

    fn matches(&self, event: &Event) -> Option<Variant> {
        match event {
            Event::Confirmation(confirmation) => self
                .confirmation
                .as_ref()
                .filter(|options| options.filter.matches(confirmation))
                .map(|options| options.variant),
            Event::Vote(vote) => self
                .vote
                .as_ref()
                .is_some_and(|options| options.filter.matches(vote))
                .then(Variant::default),
            Event::NewUnconfirmedBlock(stored) => self
                .unconfirmed
                .as_ref()
                .is_some_and(|options| options.filter.matches(stored))
                .then(Variant::default),
            event => self.plain.contains(event.topic()).then(Variant::default),
        }
    }

    /// Topics of which every event must be shown to this session.
    pub(crate) fn broad(&self) -> TopicSet {
        let mut topics = TopicSet::default();
        for topic in Topic::ALL {
            if matches!(self.anchor(topic), Some(Anchor::Topic)) {
                topics.insert(topic);
            }
        }
        topics
    }

    /// Topics whose subscription is narrowed by accounts or the like, or by an extension filter.
    fn narrowed(&self) -> TopicSet {
        let mut topics = self.topics().without(self.broad());
        if self.confirmation.as_ref().is_some_and(|options| options.filter.blocks.is_some()) {
            topics.insert(Topic::Confirmation);
        }
        if self.unconfirmed.as_ref().is_some_and(|options| options.filter.blocks.is_some()) {
            topics.insert(Topic::NewUnconfirmedBlock);
        }
        topics
    }

    /// What sessions must have in common to get exactly the same of the topics `live`, always.
    /// `None` if an account or an extension filter decides.
    pub(crate) fn profile(&self, live: TopicSet, framing: Framing) -> Option<Profile> {
        if !self.narrowed().and(live).is_empty() {
            return None;
        }
        let confirmation =
            self.confirmation.as_ref().filter(|_| live.contains(Topic::Confirmation));
        let vote = self.vote.as_ref().filter(|_| live.contains(Topic::Vote));
        Some(Profile {
            topics: live,
            cursors: self.cursors.and(live),
            framing,
            confirmation: confirmation.map(|options| (options.filter.kinds, options.variant)),
            vote: vote.map(|options| {
                let filter = &options.filter;
                [filter.replays, filter.indeterminate, filter.late]
            }),
        })
    }
}

/// By what an event finds a session. In the order of how few events each lets through, roughly; an
/// account filter has the first word since without accounts it lets nothing through.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Anchor<'w> {
    /// Owner or other party, or the representative that votes.
    Accounts(&'w AccountSet),
    /// The block itself.
    Hashes(&'w SortedSet<BlockHash>),
    /// The other side of the block.
    Counterparties(&'w AccountSet),
    /// Whom the block names.
    Representatives(&'w AccountSet),
    /// What the block moves, at least.
    AtLeast(Amount),
    /// Nothing: it looks at every event of the topic.
    Topic,
}

impl<'w> Anchor<'w> {
    fn of(accounts: Option<&'w AccountSet>, blocks: Option<&'w BlockFilter>) -> Self {
        let hashes = || blocks?.hashes.as_ref().map(Anchor::Hashes);
        let counterparties = || blocks?.counterparties.as_ref().map(Anchor::Counterparties);
        let representatives = || blocks?.representatives.as_ref().map(Anchor::Representatives);
        let at_least = || blocks?.amounts.min.map(Anchor::AtLeast);
        accounts
            .map(Anchor::Accounts)
            .or_else(hashes)
            .or_else(counterparties)
            .or_else(representatives)
            .or_else(at_least)
            .unwrap_or(Anchor::Topic)
    }

    /// Whether a subscription keeps this anchor through `update`. A list that an update names is a
    /// filter from then on, so it can only go up in the order.
    pub(crate) fn survives(self, update: &Update) -> bool {
        match self {
            Self::Accounts(_) => true,
            Self::Hashes(_) => !update.accounts.is_present(),
            Self::Counterparties(_) => !update.accounts.is_present() && !update.hashes.is_present(),
            Self::Representatives(_) => {
                !update.accounts.is_present()
                    && !update.hashes.is_present()
                    && !update.counterparties.is_present()
            }
            Self::AtLeast(_) | Self::Topic => {
                !update.accounts.is_present()
                    && !update.hashes.is_present()
                    && !update.counterparties.is_present()
                    && !update.representatives.is_present()
            }
        }
    }
}

/// The wishes of a session that neither accounts nor extension filters narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Profile {
    pub(crate) topics: TopicSet,
    cursors: TopicSet,
    pub(crate) framing: Framing,
    confirmation: Option<(KindFilter, Variant)>,
    /// `include_replays`, `include_indeterminate`, `include_late`.
    vote: Option<[bool; 3]>,
}

/// A set of topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct TopicSet(u16);

impl TopicSet {
    pub(crate) fn insert(&mut self, topic: Topic) {
        self.0 |= Self::bit(topic);
    }

    pub(crate) fn remove(&mut self, topic: Topic) {
        self.0 &= !Self::bit(topic);
    }

    pub(crate) fn contains(self, topic: Topic) -> bool {
        self.0 & Self::bit(topic) != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The topics of this set that are in `other` as well.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The topics of this set that are not in `other`.
    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(move |topic| self.contains(*topic))
    }

    fn bit(topic: Topic) -> u16 {
        1 << topic.index()
    }
}

impl FromIterator<Topic> for TopicSet {
    fn from_iter<I: IntoIterator<Item = Topic>>(topics: I) -> Self {
        let mut set = Self::default();
        topics.into_iter().for_each(|topic| set.insert(topic));
        set
    }
}

#[cfg(test)]
mod tests;
