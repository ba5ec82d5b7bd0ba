//! What one session wants: its subscriptions, one per topic.
//!
//! Called by the hub. Touches nothing. Never decides where the session is listed; it only says what
//! the hub needs for that.

use banano_ws_protocol::{
    AccountFilter, AccountSet, ConfirmationOptions, Event, Held, KindFilter, Subscription, Topic,
    Variant, VoteOptions,
};

/// The subscriptions of a session. Small while there are none: most of what a connection costs is
/// paid by those that listen to little.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    confirmation: Option<Box<ConfirmationOptions>>,
    vote: Option<Box<VoteOptions>>,
    plain: TopicSet,
}

impl Wishes {
    /// Subscribes, in place of an earlier subscription to the same topic.
    pub(crate) fn put(&mut self, subscription: Subscription) {
        match subscription {
            Subscription::Confirmation(options) => self.confirmation = Some(Box::new(options)),
            Subscription::Vote(options) => self.vote = Some(Box::new(options)),
            Subscription::Plain(topic) => self.plain.insert(topic),
        }
    }

    /// Unsubscribes; fine if there is nothing.
    pub(crate) fn take(&mut self, topic: Topic) {
        match topic {
            Topic::Confirmation => self.confirmation = None,
            Topic::Vote => self.vote = None,
            topic => self.plain.remove(topic),
        }
    }

    pub(crate) fn confirmation(&self) -> Option<&ConfirmationOptions> {
        self.confirmation.as_deref()
    }

    pub(crate) fn confirmation_mut(&mut self) -> Option<&mut ConfirmationOptions> {
        self.confirmation.as_deref_mut()
    }

    pub(crate) fn vote(&self) -> Option<&VoteOptions> {
        self.vote.as_deref()
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
        topics
    }

    /// Accounts that the filter of `topic` lists.
    fn accounts(&self, topic: Topic) -> usize {
        match topic {
            Topic::Confirmation => {
                self.confirmation().map_or(0, |options| options.filter.accounts.len())
            }
            Topic::Vote => self
                .vote()
                .and_then(|options| options.filter.representatives.as_ref())
                .map_or(0, AccountSet::len),
            _ => 0,
        }
    }

    /// Accounts that the filters of all topics but `topic` list.
    pub(crate) fn accounts_beside(&self, topic: Topic) -> usize {
        Topic::ALL
            .into_iter()
            .filter(|other| *other != topic)
            .map(|other| self.accounts(other))
            .sum()
    }

    /// What an update of `topic` finds here.
    pub(crate) fn held(&self, topic: Topic) -> Held {
        match (topic, self.confirmation()) {
            (Topic::Confirmation, Some(options)) if options.updatable => Held::Updatable,
            _ if self.has(topic) => Held::Fixed,
            _ => Held::Nothing,
        }
    }

    /// How this session wants to see `event`, if at all.
    pub(crate) fn wants(&self, event: &Event) -> Option<Variant> {
        match event {
            Event::Confirmation(confirmation) => self
                .confirmation()
                .filter(|options| options.filter.matches(confirmation))
                .map(|options| options.variant),
            Event::Vote(vote) => self
                .vote()
                .is_some_and(|options| options.filter.matches(vote))
                .then(Variant::default),
            event => self.plain.contains(event.topic()).then(Variant::default),
        }
    }

    /// Topics whose subscription looks at accounts. Who has one is found by account, not by topic.
    pub(crate) fn by_account(&self) -> TopicSet {
        let mut topics = TopicSet::default();
        let confirmation = self.confirmation().map(|options| &options.filter.accounts);
        if confirmation.is_some_and(|accounts| *accounts != AccountFilter::Any) {
            topics.insert(Topic::Confirmation);
        }
        if self.vote().is_some_and(|options| options.filter.representatives.is_some()) {
            topics.insert(Topic::Vote);
        }
        topics
    }

    /// What sessions must have in common to get exactly the same bytes, always. `None` if an
    /// account decides.
    pub(crate) fn profile(&self) -> Option<Profile> {
        if !self.by_account().is_empty() {
            return None;
        }
        Some(Profile {
            plain: self.plain,
            confirmation: self
                .confirmation()
                .map(|options| (options.filter.kinds, options.variant)),
            vote: self
                .vote()
                .map(|VoteOptions { filter }| [filter.replays, filter.indeterminate, filter.late]),
        })
    }
}

/// The wishes of a session that no account filter narrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Profile {
    plain: TopicSet,
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
