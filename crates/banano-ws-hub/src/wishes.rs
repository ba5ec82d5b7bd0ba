//! What one session wants: its subscriptions, one per topic.
//!
//! Called by the hub. Touches nothing. Never decides where the session is listed; it only says what
//! the hub needs for that.

use banano_ws_protocol::{
    AccountFilter, AccountSet, ConfirmationOptions, Event, Held, KindFilter, Subscription, Topic,
    UnconfirmedOptions, Update, Variant, VoteOptions,
};

/// The subscriptions of a session. Small while there are none: most of what a connection costs is
/// paid by those that listen to little.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    confirmation: Option<Box<ConfirmationOptions>>,
    vote: Option<Box<VoteOptions>>,
    unconfirmed: Option<Box<UnconfirmedOptions>>,
    plain: TopicSet,
}

impl Wishes {
    /// Subscribes, in place of an earlier subscription to the same topic.
    pub(crate) fn put(&mut self, subscription: Subscription) {
        match subscription {
            Subscription::Confirmation(options) => self.confirmation = Some(Box::new(options)),
            Subscription::Vote(options) => self.vote = Some(Box::new(options)),
            Subscription::NewUnconfirmedBlock(options) => {
                self.unconfirmed = Some(Box::new(options));
            }
            Subscription::Plain(topic) => self.plain.insert(topic),
        }
    }

    /// Unsubscribes; fine if there is nothing.
    pub(crate) fn take(&mut self, topic: Topic) {
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
            Topic::Confirmation => self.confirmation.iter_mut().for_each(|it| it.apply(update)),
            Topic::Vote => self.vote.iter_mut().for_each(|it| it.apply(update)),
            Topic::NewUnconfirmedBlock => {
                self.unconfirmed.iter_mut().for_each(|it| it.apply(update));
            }
            _ => {}
        }
    }

    /// The accounts by which events of `topic` find this session: those of its account filter, or the
    /// representatives whose votes it wants. `None` if it looks at every event.
    pub(crate) fn accounts(&self, topic: Topic) -> Option<&AccountSet> {
        match topic {
            Topic::Confirmation => self.confirmation.as_ref()?.filter.accounts.accounts(),
            Topic::Vote => self.vote.as_ref()?.filter.representatives.as_ref(),
            Topic::NewUnconfirmedBlock => self.unconfirmed.as_ref()?.filter.accounts.as_ref(),
            _ => None,
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
            Topic::Confirmation => self.confirmation.as_ref().map_or(0, |it| it.filter.len()),
            Topic::Vote => self.vote.as_ref().map_or(0, |it| it.filter.len()),
            Topic::NewUnconfirmedBlock => self.unconfirmed.as_ref().map_or(0, |it| it.filter.len()),
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

    /// How this session wants to see `event`, if at all.
    pub(crate) fn wants(&self, event: &Event) -> Option<Variant> {
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

    /// Topics whose subscription looks at accounts. Who has one is found by account, not by topic.
    pub(crate) fn by_account(&self) -> TopicSet {
        let mut topics = TopicSet::default();
        for topic in Topic::ALL {
            if self.accounts(topic).is_some() {
                topics.insert(topic);
            }
        }
        topics
    }

    /// Whether an extension filter narrows what it gets.
    fn is_extended(&self) -> bool {
        self.confirmation.as_ref().is_some_and(|options| options.filter.blocks.is_some())
            || self.unconfirmed.as_ref().is_some_and(|options| options.filter.blocks.is_some())
    }

    /// What sessions must have in common to get exactly the same bytes, always. `None` if an
    /// account or an extension filter decides.
    pub(crate) fn profile(&self) -> Option<Profile> {
        if self.is_extended() || !self.by_account().is_empty() {
            return None;
        }
        Some(Profile {
            topics: self.topics(),
            confirmation: self
                .confirmation
                .as_ref()
                .map(|options| (options.filter.kinds, options.variant)),
            vote: self.vote.as_ref().map(|options| {
                let filter = &options.filter;
                [filter.replays, filter.indeterminate, filter.late]
            }),
        })
    }
}

/// The wishes of a session that neither accounts nor extension filters narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Profile {
    topics: TopicSet,
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
